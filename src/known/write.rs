//! A decision written down: appended to its file, whose other text stays.

use super::{Entry, read};
use crate::error::{Error, ErrorKind};
use crate::store::write_whole;
use crate::time::{Time, Zone};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// What became of a decision that was to be written.
#[derive(Clone, PartialEq, Debug)]
pub enum Written {
    /// It was appended and begins at this line.
    At(u64),
    /// It, or one like it that is still in force, stands there already.
    There(Entry),
}

/// Appends a decision to the file at `path`, which is made if there is none;
/// `now` tells which of those in it are over. The file is written whole or not at all.
///
/// # Errors
/// A file that cannot be read, understood or written, with the cure.
pub fn add(path: &Path, entry: &Entry, now: Time, zone: &Zone) -> Result<Written, Error> {
    if path.is_dir() {
        let why = "this is a directory; name a file in it, such as known.toml";
        return Err(Error::usage(why).in_file(path));
    }
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut text = match fs::read(&target) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(err) => return Err(Error::io(path, err)),
    };
    // What is broken is mended by whoever wrote it, not buried.
    let there = read::entries(&text, path, zone)?;
    if let Some(same) = there.into_iter().find(|other| says_the_same(other, entry) && !other.is_expired(now))
    {
        return Ok(Written::There(same));
    }
    if !text.is_empty() {
        let missing: &[u8] = if text.ends_with(b"\n") { b"\n" } else { b"\n\n" };
        text.extend_from_slice(missing);
    }
    let line = 1 + memchr::memchr_iter(b'\n', &text).count() as u64;
    text.extend_from_slice(text_of(entry).as_bytes());
    if let Err(err) = read::entries(&text, path, zone) {
        let why = format!("it cannot be appended there ({err}); add it by hand:\n{}", text_of(entry));
        return Err(Error::new(ErrorKind::Usage(why)).in_file(path));
    }
    write_whole(&target, &text).map_err(|err| Error::io(path, err))?;
    Ok(Written::At(line))
}

/// Whether one decision makes the other needless. One that ends sooner or later is another.
fn says_the_same(one: &Entry, other: &Entry) -> bool {
    let until = |entry: &Entry| entry.until.as_ref().map(|until| until.end);
    one.deed == other.deed && one.line.trim() == other.line.trim() && until(one) == until(other)
}

/// The text of a decision, as a file has it.
fn text_of(entry: &Entry) -> String {
    let mut text = format!("[[known]]\nline   = {}\n", quoted(&entry.line));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "do     = \"{}\"", entry.deed.word());
    if let Some(until) = &entry.until {
        let _ = writeln!(text, "until  = {}", until.text);
    }
    if let Some(reason) = &entry.reason {
        let _ = writeln!(text, "reason = {}", quoted(reason));
    }
    if let Some(rate) = entry.per_hour {
        let _ = writeln!(text, "per-hour = {}", (rate * 100.0).round() / 100.0);
    }
    text
}

/// A TOML string: in single quotes where nothing must be escaped, so that a pasted line stays as it is.
fn quoted(text: &str) -> String {
    let plain = |c: char| !c.is_control() || c == '\t';
    if !text.contains('\'') && text.contains(['"', '\\']) && text.chars().all(plain) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Deed, Until};
    use super::*;

    fn entry(line: &str, deed: Deed) -> Entry {
        Entry {
            line: line.into(),
            deed,
            until: None,
            reason: None,
            per_hour: None,
            place: Default::default(),
        }
    }

    #[test]
    fn a_decision_is_appended_and_reads_back_as_it_was() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("k.toml");
        let (now, zone) = (Time(0), Zone::utc());
        let lines = [
            "WARN plain",
            "say \"it\" c:\\new",
            "both ' and \"",
            "two\nlines\ttab",
            "\u{1b}[2J\u{7f}é\u{85}",
        ];
        for (at, line) in lines.iter().enumerate() {
            let muted = Entry {
                until: Until::parse("2026-12-31", &zone),
                reason: Some("it's \"so\"".into()),
                per_hour: Some(12.5),
                ..entry(line, Deed::Mute)
            };
            let written = add(&path, &muted, now, &zone).expect("it is written");
            assert!(matches!(written, Written::At(_)), "{written:?}");
            let read = read::file(&path, &zone).expect("it can be read");
            let back = &read[at];
            assert_eq!(written, Written::At(back.place.1));
            assert_eq!(Entry { place: back.place.clone(), ..muted.clone() }, *back);
            assert!(matches!(add(&path, &muted, now, &zone), Ok(Written::There(_))));
        }
    }

    #[test]
    fn what_stands_in_a_file_stays() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("k.toml");
        let (now, zone) = (Time(0), Zone::utc());
        fs::write(&path, "# ours\n[[known]]\nline='a'\ndo='accept' # yes").expect("a file");
        add(&path, &entry("b", Deed::Accept), now, &zone).expect("it is written");
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.starts_with("# ours\n[[known]]\nline='a'\ndo='accept' # yes\n\n[[known]]\n"), "{text}");
        for broken in ["[[known]]\nline='a'\n", "known = []\n"] {
            fs::write(&path, broken).expect("a file");
            add(&path, &entry("b", Deed::Accept), now, &zone).expect_err("it cannot be appended to");
            assert_eq!(fs::read_to_string(&path).expect("a file"), broken);
        }
    }
}

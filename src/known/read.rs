//! Files of decisions, read.
//!
//! Whatever is in a file, the answer is decisions or an error with its place:
//! one that is half understood would mute what nobody meant, or nothing.

use super::{Deed, Entry, Until};
use crate::error::{Error, Spot};
use crate::time::Zone;
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::{Spanned, Value};

// limits
/// A larger file is no list that people wrote.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Decisions in all; each is looked at when a pane closes.
const ENTRIES_MAX: usize = 10_000;

const FORM: &str = "an entry is [[known]] with line = \"...\" and do = \"accept\" or \"mute\", and if wanted \
                    until = 2026-12-31, reason = \"...\" and per-hour = 12.5";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    known: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    line: Spanned<String>,
    r#do: Spanned<String>,
    until: Option<Spanned<Value>>,
    reason: Option<String>,
    per_hour: Option<Spanned<Value>>,
}

/// The files that paths mean.
pub(super) fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let failed = |err| Error::io(path, err);
        if !fs::metadata(path).map_err(failed)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let listed = fs::read_dir(path).map_err(failed)?;
        let mut inside = listed
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<PathBuf>>>()
            .map_err(failed)?;
        inside.retain(|file| {
            // What editors leave beside a file is no file of ours.
            let hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            !hidden && file.extension().is_some_and(|ending| ending == "toml") && !file.is_dir()
        });
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

pub(super) fn file(path: &Path, zone: &Zone) -> Result<Vec<Entry>, Error> {
    let failed = |err| Error::io(path, err);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    entries(&bytes, path, zone)
}

pub(super) fn entries(bytes: &[u8], path: &Path, zone: &Zone) -> Result<Vec<Entry>, Error> {
    let at = |byte: usize, why: String| {
        let end = byte.min(bytes.len());
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..end]).count() as u64;
        Error::usage(why).at_spot(path, Spot::Line(line))
    };
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let why = "this is too large for a list of decisions; name the file that accept and mute write";
        return Err(Error::usage(why).in_file(path));
    }
    let text = std::str::from_utf8(bytes).map_err(|err| {
        at(err.valid_up_to(), "a byte that is no UTF-8 text; write it as \\u00XX, or leave it out".to_owned())
    })?;
    let page: Page = toml::from_str(text).map_err(|err| {
        let why = err.message().trim().replace('\n', "; ");
        at(err.span().map_or(0, |span| span.start), format!("{why}; {FORM}"))
    })?;
    if page.known.len() > ENTRIES_MAX {
        return Err(
            Error::usage(format!("more than {ENTRIES_MAX} entries; delete what is over")).in_file(path)
        );
    }
    let line_of = |span: Range<usize>| {
        1 + text.as_bytes()[..span.start.min(text.len())].iter().filter(|b| **b == b'\n').count() as u64
    };
    page.known
        .into_iter()
        .map(|row| {
            let place = (path.to_owned(), line_of(row.span()));
            entry(row.into_inner(), place, zone).map_err(|(byte, why)| at(byte, why))
        })
        .collect()
}

/// The decision of a row, or where and why it is none.
fn entry(row: Row, place: (PathBuf, u64), zone: &Zone) -> Result<Entry, (usize, String)> {
    let Row { line, r#do, until, reason, per_hour } = row;
    if line.get_ref().trim().is_empty() {
        return Err((line.span().start, "an empty line; paste a line of the message".to_owned()));
    }
    let deed = match r#do.get_ref().as_str() {
        "accept" => Deed::Accept,
        "mute" => Deed::Mute,
        other => {
            let why =
                format!("do = {other:?}; it is \"accept\" (not new any more) or \"mute\" (nothing of it)");
            return Err((r#do.span().start, why));
        }
    };
    let until = until.map(|until| until_of(&until, zone)).transpose()?;
    let per_hour = per_hour.map(|rate| rate_of(&rate)).transpose()?;
    Ok(Entry { line: line.into_inner(), deed, until, reason, per_hour, place })
}

fn until_of(until: &Spanned<Value>, zone: &Zone) -> Result<Until, (usize, String)> {
    let text = match until.get_ref() {
        Value::Datetime(date) => date.to_string(),
        Value::String(text) => text.clone(),
        other => other.type_str().to_owned(),
    };
    Until::parse(&text, zone).ok_or_else(|| {
        let why = format!("until = {text}: no date; write one such as 2026-12-31, or 2026-12-31T14:00:00");
        (until.span().start, why)
    })
}

fn rate_of(rate: &Spanned<Value>) -> Result<f64, (usize, String)> {
    let number = match rate.get_ref() {
        Value::Float(number) => Some(*number),
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    };
    number.filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(|| {
        (rate.span().start, "per-hour is a number of lines, such as 12.5; or leave it out".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    fn read(text: impl AsRef<[u8]>) -> Result<Vec<Entry>, String> {
        entries(text.as_ref(), Path::new("k.toml"), &Zone::utc()).map_err(|err| err.to_string())
    }

    #[test]
    fn a_file_says_what_becomes_of_which_message() {
        let text = "# ours\n[[known]]\nline = \"WARN retrying (attempt 2)\" # any\ndo = \"accept\"\n\n\
                    [[known]]\nline = 'ERROR \"x\" failed'\ndo = \"mute\"\nuntil = 2026-12-31\n\
                    reason = \"INC-1432\"\nper-hour = 12\n";
        let entries = read(text).expect("it is well formed");
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].deed, entries[0].place.1), (Deed::Accept, 2));
        let muted = &entries[1];
        assert_eq!((muted.line.as_str(), muted.deed), ("ERROR \"x\" failed", Deed::Mute));
        assert_eq!((muted.per_hour, muted.reason.as_deref()), (Some(12.0), Some("INC-1432")));
        let until = muted.until.as_ref().expect("it ends");
        assert_eq!(until.end, Time::parse_rfc3339("2027-01-01T00:00:00Z").expect("a time"));
        assert!(muted.is_expired(until.end) && !muted.is_expired(Time(until.end.0 - 1)));
        assert_eq!(read("").expect("an empty file is one").len(), 0);
    }

    #[test]
    fn what_is_not_understood_has_its_line_and_its_cure() {
        for (text, line, what) in [
            ("[[known]]\nline = \"x\"\n", 1, "`do`"),
            ("[[known]]\nline = \"x\"\ndo = \"drop\"\n", 3, "\"accept\""),
            ("[[known]]\nline = \" \"\ndo = \"mute\"\n", 2, "empty line"),
            ("[[known]]\nline = \"x\"\ndo = \"mute\"\nutil = 1\n", 4, "util"),
            ("[[known]]\nline = \"x\"\ndo = \"mute\"\nuntil = 2026-02-30\n", 4, "2026"),
            ("[[known]]\nline = \"x\"\ndo = \"mute\"\nuntil = \"soon\"\n", 4, "no date"),
            ("[[known]]\nline = \"x\"\ndo = \"mute\"\nuntil = 10:00:00\n", 4, "no date"),
            ("[[known]]\nline = \"x\"\ndo = \"mute\"\nper-hour = -1\n", 4, "12.5"),
            ("[[known]]\nline = \"x\"\ndo = \"mute\"\nper-hour = nan\n", 4, "12.5"),
            ("[known]\nline = \"x\"\n", 1, "[[known]]"),
            ("\n[[knwon]]\nline = \"x\"\n", 2, "[[known]]"),
            ("[[known]]\nline = \"x\n", 2, "[[known]]"),
        ] {
            let said = read(text).expect_err(text);
            assert!(said.starts_with(&format!("k.toml:{line}: ")) && said.contains(what), "{text}: {said}");
        }
        let said = read(b"\n\n\xff").expect_err("no text");
        assert!(said.starts_with("k.toml:3: ") && said.contains("UTF-8"), "{said}");
    }
}

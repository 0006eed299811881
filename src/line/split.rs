//! Lines as a person would see them.
//!
//! A line ends at `\n`; a trailing `\r` is dropped, and so is what a lone `\r`
//! overwrote (progress bars); ANSI escapes are removed. NUL and invalid UTF-8
//! are ordinary bytes. Most chunks hold neither `\r` nor ESC: [`Cleaner::look`]
//! looks once a chunk and the line walk then costs one `memchr`.

use memchr::{memchr, memchr2, memrchr};

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;

/// Whether the lines of a chunk need cleaning at all; it lends its buffer to
/// the rare line that does.
#[derive(Clone, Default, Debug)]
pub struct Cleaner {
    needed: bool,
    scratch: Vec<u8>,
}

impl Cleaner {
    /// Looks a chunk over before its lines are walked.
    pub fn look(&mut self, chunk: &[u8]) {
        self.needed = memchr2(b'\r', ESCAPE, chunk).is_some();
    }

    /// Hot: the visible text of the line `chunk[start..end]`, where it lies.
    pub fn clean_at<'a>(&'a mut self, chunk: &'a [u8], start: usize, end: usize) -> Text<'a> {
        if !self.needed {
            return Text { around: chunk, start, end };
        }
        let line = self.clean(&chunk[start..end]);
        Text { around: line, start: 0, end: line.len() }
    }

    /// Hot: the visible text of a line without its `\n`.
    pub fn clean<'a>(&'a mut self, line: &'a [u8]) -> &'a [u8] {
        if !self.needed {
            return line;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = memrchr(b'\r', line).map_or(line, |at| &line[at + 1..]);
        if memchr(ESCAPE, line).is_none() {
            return line;
        }
        strip_escapes(line, &mut self.scratch);
        &self.scratch
    }
}

/// A line and the bytes it lies in, which may be loaded but are not part of it.
#[derive(Copy, Clone, Debug)]
pub struct Text<'a> {
    /// The chunk, or the line alone.
    pub around: &'a [u8],
    /// The line's first byte.
    pub start: usize,
    /// Just past its last byte.
    pub end: usize,
}

impl<'a> Text<'a> {
    /// The line.
    pub fn line(&self) -> &'a [u8] {
        &self.around[self.start..self.end]
    }
}

/// Copies `line` without ANSI escapes: CSI and OSC sequences, and two-byte ones.
fn strip_escapes(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut at = 0;
    while at < line.len() {
        if line[at] != ESCAPE {
            out.push(line[at]);
            at += 1;
            continue;
        }
        at += match line.get(at + 1) {
            Some(b'[') => 2 + sequence_len(&line[at + 2..], |byte| (0x40..=0x7e).contains(&byte)),
            Some(b']') => 2 + sequence_len(&line[at + 2..], |byte| byte == BELL || byte == b'\\'),
            Some(_) => 2,
            None => 1,
        };
    }
}

/// Bytes up to and with the first that ends a sequence, or all of them.
fn sequence_len(rest: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|&byte| ends(byte)).map_or(rest.len(), |at| at + 1)
}

/// Whether a line holds nothing to see.
pub fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(|byte| byte.is_ascii_whitespace()) && line.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_sees_is_kept() {
        for (raw, seen) in [
            ("plain", "plain"),
            ("dos\r", "dos"),
            ("10%\r50%\r100% done", "100% done"),
            ("10%\r100%\r", "100%"),
            ("\x1b[31mERROR\x1b[0m disk", "ERROR disk"),
            ("\x1b]0;title\x07text", "text"),
            ("cut \x1b[3", "cut "),
            ("\x1b", ""),
        ] {
            let mut cleaner = Cleaner::default();
            cleaner.look(raw.as_bytes());
            assert_eq!(cleaner.clean(raw.as_bytes()), seen.as_bytes(), "{raw:?}");
        }
    }

    #[test]
    fn a_line_of_blanks_is_blank() {
        assert!(is_blank(b"") && is_blank(b" \t") && !is_blank(b" x") && !is_blank(b"\0"));
    }
}

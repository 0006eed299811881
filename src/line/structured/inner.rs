//! What a program's own line says inside a structured one.
//!
//! Such a line often has a stamp and a level of its own. The stamp outside is
//! there on every line, so it gives the time and the one inside is cut, exactly
//! as it would be from a plain text line. The level inside is the program's word
//! and counts more than the runtime's.

use crate::line::level::{self, LEVEL_WORDS_MAX, Place};
use crate::line::record::looks_continued;
use crate::line::stamp;
use memchr::memchr;

/// A stamp starts within so many bytes, so without a digit there is none.
const STAMP_BYTES_MAX: usize = 128;

/// The first line that says something, and what comes behind it.
pub(super) fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    let mut text = text;
    loop {
        let end = memchr(b'\n', text).unwrap_or(text.len());
        let (line, rest) = (&text[..end], &text[(end + 1).min(text.len())..]);
        if !line.trim_ascii().is_empty() || rest.is_empty() {
            return (line, rest);
        }
        text = rest;
    }
}

/// Appends `line` without its own stamp and the host behind it. Of a logger's
/// message, which is no program's line, only a stamp at its front goes.
pub(super) fn write_unstamped(line: &[u8], raw: bool, out: &mut Vec<u8>) {
    let front = &line[..line.len().min(STAMP_BYTES_MAX)];
    let stamp = front.iter().any(u8::is_ascii_digit).then(|| stamp::find(line)).flatten();
    let Some(stamp) = stamp.filter(|stamp| raw || stamp.start <= 1) else {
        return out.extend_from_slice(line);
    };
    out.extend_from_slice(&line[..stamp.start]);
    let rest = &line[stamp.end..];
    if !stamp.host_follows {
        return out.extend_from_slice(rest);
    }
    let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
    let host = &rest[..end];
    // A program's tag where a host is missing stays.
    let is_tag = host.ends_with(b":") || host.contains(&b'[');
    out.extend_from_slice(if is_tag { rest } else { rest[end..].trim_ascii_start() });
}

/// Whether a program's line is one of those that belong to the line before.
pub(super) fn is_continuation(line: &[u8]) -> bool {
    if !looks_continued(line) {
        return false;
    }
    let word = line.trim_ascii_start();
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    level::spelled(&word[..letters]).is_none() && !has_stamp(line)
}

fn has_stamp(line: &[u8]) -> bool {
    stamp::find(line).is_some_and(|stamp| line[..stamp.start].trim_ascii().len() <= 1)
}

/// Whether the head of a line says a level of its own.
pub(super) fn has_level(line: &[u8]) -> bool {
    if let [letter, d1, d2, d3, d4, ..] = line
        && [d1, d2, d3, d4].iter().all(|byte| byte.is_ascii_digit())
        && level::letter(*letter).is_some()
    {
        return true;
    }
    let parts = |byte: u8| byte.is_ascii_whitespace() || b"=:,;()[]{}\"'|<>".contains(&byte);
    let (mut at, mut gap_start, mut before) = (0, 0, &line[..0]);
    for index in 0..LEVEL_WORDS_MAX {
        at += line[at..].iter().take_while(|byte| parts(**byte)).count();
        let end = at + line[at..].iter().take_while(|byte| !parts(**byte)).count();
        if end == at {
            return false;
        }
        let word = &line[at..end];
        let place = Place { index, gap: &line[gap_start..at], before, after: &line[end..] };
        if level::at_place(word, place).is_some() {
            return true;
        }
        (at, gap_start, before) = (end, end, word);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_inside_goes_as_it_would_from_a_plain_line() {
        for (line, raw, expected) in [
            ("2024-05-14 08:00:00,125 ERROR db down", true, "ERROR db down"),
            ("I0514 08:00:00.000000 12 main.go:3] up", true, "I 12 main.go:3] up"),
            ("10.0.0.1 - - [14/May/2024:08:00:00 +0000] \"GET /\"", true, "10.0.0.1 - - \"GET /\""),
            ("May 14 08:00:00 web-1 sshd[7]: bye", true, "sshd[7]: bye"),
            ("next run 2024-05-14 08:00:00 planned", false, "next run 2024-05-14 08:00:00 planned"),
            ("[2024-05-14 08:00:00] up", false, "up"),
            ("no digit", true, "no digit"),
        ] {
            let mut out = Vec::new();
            write_unstamped(line.as_bytes(), raw, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{line}");
        }
    }

    #[test]
    fn a_level_is_seen_where_a_text_line_has_it() {
        for (line, expected) in [
            ("ERROR db down", true),
            ("[warn] db slow", true),
            ("main: level=error x", true),
            ("I12 main.go:3] up", false),
            ("I1234 main.go:3] up", true),
            ("there was no error", false),
            ("", false),
        ] {
            assert_eq!(has_level(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn frames_belong_to_the_line_before_but_an_indented_error_does_not() {
        for (line, expected) in [
            ("\tat a.b(C.java:1)", true),
            ("    raise ValueError(x)", true),
            ("  ERROR db down", false),
            ("  2024-05-14 08:00:00 up", false),
            ("ready", false),
        ] {
            assert_eq!(is_continuation(line.as_bytes()), expected, "{line}");
        }
    }
}

//! What stands behind the second: a fraction, a zone, a year, a closing bracket.
//!
//! Nothing here can fail; what does not fit is left to the message.

use super::Wall;
use super::layouts::{Day, Head, Tail, dated, digits_from};
use crate::time::{DAY_SECONDS, SECOND_MICROS, Time};

// limits

/// More digits than this are a number of their own and not a fraction of a second.
const FRACTION_DIGITS_MAX: usize = 12;
/// No clock on earth is further from UTC than this.
const OFFSET_HOURS_MAX: i64 = 14;
/// The longest name of a level; a longer word need not be compared.
const LEVEL_BYTES_MAX: usize = 11;

/// A stamp read to its end.
#[derive(Copy, Clone, Debug)]
pub(super) struct Piece {
    /// The first byte, with its bracket if it closes, too.
    pub(super) start: usize,
    /// Just past the last byte, before any blanks.
    pub(super) end: usize,
    pub(super) wall: Wall,
    /// A layout that relays write before a host.
    pub(super) relayed: bool,
    /// The end is exact: blanks behind it belong to the message.
    pub(super) sealed: bool,
}

/// Reads on behind the head.
#[inline]
pub(super) fn piece_of(line: &[u8], head: &Head) -> Piece {
    let colon_digits_min = match head.tail {
        Tail::Full => 3,
        Tail::Loose => 1,
        _ => usize::MAX,
    };
    let (micros, end) = fraction(line, head.second_end, colon_digits_min);
    if head.tail != Tail::Fraction && goes_on(line, end) {
        return long_piece(line, *head, micros, end);
    }
    closed(
        line,
        head,
        Piece {
            start: head.start,
            end,
            wall: wall(head, micros, None),
            relayed: head.tail == Tail::Syslog,
            sealed: false,
        },
    )
}

/// Whether what stands behind the fraction could belong to the stamp. Mostly a word follows.
#[inline]
fn goes_on(line: &[u8], at: usize) -> bool {
    match line.get(at) {
        None | Some(b']') => false,
        Some(b' ') => matches!(
            line.get(at + 1),
            Some(b'+' | b'-' | b'U' | b'G' | b'A' | b'P' | b'a' | b'p' | b'0'..=b'9')
        ),
        Some(_) => true,
    }
}

/// A stamp with a half of the day, a zone or a year behind it.
fn long_piece(line: &[u8], mut head: Head, micros: u32, mut end: usize) -> Piece {
    let mut relayed = head.tail == Tail::Syslog;
    if matches!(head.tail, Tail::Full | Tail::Loose) {
        end = half_day(line, end, &mut head.second_of_day);
    }
    let (offset, mut end) = zone(line, end);
    if let (Tail::Syslog | Tail::Weekday, Day::Yearless(month, day)) = (head.tail, head.day)
        && let Some(found) = year_behind(line, end, month, day)
    {
        (head.day, end) = (found, end + 5);
        relayed = false;
    }
    let stream = if offset.is_some() && head.tail == Tail::Full { stream_end(line, end) } else { None };
    let wall = wall(&head, micros, offset);
    let piece =
        Piece { start: head.start, end: stream.unwrap_or(end), wall, relayed, sealed: stream.is_some() };
    closed(line, &head, piece)
}

/// Takes the brackets around the stamp with it, if there are both. What stands in brackets is not
/// from a relay.
#[inline]
fn closed(line: &[u8], head: &Head, piece: Piece) -> Piece {
    let bracketed = head.start > 0 && line[head.start - 1] == b'[' && line.get(piece.end) == Some(&b']');
    if !bracketed {
        return piece;
    }
    Piece { start: piece.start - 1, end: piece.end + 1, relayed: false, ..piece }
}

#[inline]
fn wall(head: &Head, micros: u32, offset: Option<i64>) -> Wall {
    let days = match head.day {
        Day::Dated(days) => days,
        Day::Yearless(month, day) => {
            return Wall::Yearless { month, day, second_of_day: head.second_of_day, micros };
        }
    };
    let seconds = days * DAY_SECONDS + i64::from(head.second_of_day);
    match offset {
        Some(offset) => Wall::Instant(Time((seconds - offset) * SECOND_MICROS + i64::from(micros))),
        None => Wall::Local { seconds, micros },
    }
}

/// The microseconds behind `.` or `,`, and where they end. With enough digits behind it, a colon
/// starts a count of milliseconds.
#[inline]
fn fraction(line: &[u8], at: usize, colon_digits_min: usize) -> (u32, usize) {
    let Some(&mark) = line.get(at) else {
        return (0, at);
    };
    if !matches!(mark, b'.' | b',' | b':') {
        return (0, at);
    }
    if let (b'.' | b',', Some(micros)) = (mark, three_digits(line, at + 1)) {
        return (micros * 1000, at + 4);
    }
    let count = digits_from(line, at + 1, FRACTION_DIGITS_MAX + 1);
    if count == 0 || count > FRACTION_DIGITS_MAX {
        return (0, at);
    }
    let digits = &line[at + 1..at + 1 + count];
    let value =
        |most: usize| digits.iter().take(most).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    if mark != b':' {
        let missing = 6 - count.min(6) as u32;
        return (value(6) * 10u32.pow(missing), at + 1 + count);
    }
    if count < colon_digits_min || count > 3 {
        return (0, at);
    }
    (value(3) * 1000, at + 1 + count)
}

/// The value of exactly three digits, the usual fraction.
#[inline]
fn three_digits(line: &[u8], at: usize) -> Option<u32> {
    let digits: &[u8; 3] = line.get(at..)?.first_chunk()?;
    if line.get(at + 3).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

/// ` PM` behind a time of the first half of the day moves it to the second.
#[inline]
fn half_day(line: &[u8], at: usize, second_of_day: &mut u32) -> usize {
    let blank = usize::from(line.get(at) == Some(&b' '));
    let half = match line.get(at + blank) {
        Some(b'A' | b'a') => 0,
        Some(b'P' | b'p') => 12 * 3600,
        _ => return at,
    };
    let end = at + blank + 2;
    let marked = matches!(line[end - 1..].first(), Some(b'M' | b'm')) && word_ends(line, end);
    let hour = *second_of_day / 3600;
    if !marked || !(1..=12).contains(&hour) {
        return at;
    }
    *second_of_day = *second_of_day % (12 * 3600) + half;
    end
}

/// Seconds east of UTC, and where the zone ends.
#[inline]
fn zone(line: &[u8], at: usize) -> (Option<i64>, usize) {
    let rest = line.get(at..).unwrap_or_default();
    let (blank, mark) = match rest {
        [b' ', mark, ..] => (1, *mark),
        [mark, ..] => (0, *mark),
        [] => return (None, at),
    };
    match mark {
        b'Z' | b'z' if blank == 0 && word_ends(line, at + 1) => (Some(0), at + 1),
        b'U' | b'G' if is_universal(line, at + blank) => (Some(0), at + blank + 3),
        b'+' | b'-' => {
            offset(line, at + blank, blank == 0).map_or((None, at), |(offset, end)| (Some(offset), end))
        }
        _ => (None, at),
    }
}

fn is_universal(line: &[u8], at: usize) -> bool {
    matches!(line[at..].first_chunk(), Some(b"UTC" | b"GMT")) && word_ends(line, at + 3)
}

/// `+02:00`, `+0200`, and directly behind the time `+02`. Only whole quarters of an hour are
/// zones, so that `08:00:00 -1234` remains a number.
fn offset(line: &[u8], at: usize, short_allowed: bool) -> Option<(i64, usize)> {
    let pair = |at: usize| match line.get(at..at + 2)? {
        &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        }
        _ => None,
    };
    let hours = pair(at + 1)?;
    let colon = usize::from(line.get(at + 3) == Some(&b':'));
    let (minutes, mut end) = match pair(at + 3 + colon) {
        Some(minutes) => (minutes, at + 5 + colon),
        None if short_allowed => (0, at + 3),
        None => return None,
    };
    if hours > OFFSET_HOURS_MAX || minutes > 45 || minutes % 15 != 0 || !word_ends(line, end) {
        return None;
    }
    // Go prints the offset and then the name.
    if line.get(end) == Some(&b' ') && is_universal(line, end + 1) {
        end += 4;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some((if line[at] == b'-' { -seconds } else { seconds }, end))
}

/// ` 2005` behind the time, if the day is one of that year.
fn year_behind(line: &[u8], at: usize, month: u8, day: u8) -> Option<Day> {
    let &[b' ', ref digits @ ..] = line.get(at..at + 5)? else {
        return None;
    };
    let known = digits.iter().all(u8::is_ascii_digit);
    let goes_on =
        line.get(at + 5).is_some_and(|byte| byte.is_ascii_alphanumeric() || b":.-/_".contains(byte));
    if !known || goes_on {
        return None;
    }
    let year = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    dated(year, u32::from(month), u32::from(day))
}

/// The end of ` stdout F `, which a container runtime puts before the message. One blank goes
/// with it, the rest is the message's indentation.
#[inline]
fn stream_end(line: &[u8], at: usize) -> Option<usize> {
    let rest = line.get(at..)?.strip_prefix(b" std")?;
    let (rest, name) = match rest {
        [b'o', b'u', b't', rest @ ..] => (rest, 3),
        [b'e', b'r', b'r', rest @ ..] => (rest, 3),
        _ => return None,
    };
    match rest {
        [b' ', b'F' | b'P', b' ', ..] => Some(at + 4 + name + 3),
        [b' ', b'F' | b'P'] => Some(at + 4 + name + 2),
        _ => None,
    }
}

/// Whether no letter or digit goes on at this place.
#[inline]
pub(super) fn word_ends(line: &[u8], at: usize) -> bool {
    !line.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a relay's stamp is followed by a host: a word, neither a tag (`kernel:`) nor a level.
#[inline]
pub(super) fn host_at(line: &[u8], at: usize) -> bool {
    let rest = &line[at..];
    let length = rest.iter().position(|&byte| is_blank(byte)).unwrap_or(rest.len());
    match &rest[..length] {
        [] | [.., b':'] => false,
        [b'[' | b'(', ..] => false,
        word => word.iter().any(u8::is_ascii_alphanumeric) && !is_level(word),
    }
}

/// Whether a word is one of the usual names of a level, in any case.
pub(super) fn is_level(word: &[u8]) -> bool {
    const NAMES: [&str; 19] = [
        "info",
        "error",
        "warn",
        "warning",
        "debug",
        "trace",
        "fatal",
        "notice",
        "err",
        "crit",
        "critical",
        "alert",
        "emerg",
        "emergency",
        "severe",
        "panic",
        "fine",
        "config",
        "information",
    ];
    (3..=LEVEL_BYTES_MAX).contains(&word.len())
        && NAMES.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
}

#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

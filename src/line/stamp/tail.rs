//! What stands behind the second: a fraction, a zone, a year, a closing bracket.
//!
//! Nothing here can fail; what does not fit is left to the message.

use super::epoch::Epoch;
use super::layouts::{Day, Head, Tail, dated, digits_from};
use super::{Wall, eight};
use crate::time::{DAY_SECONDS, SECOND_MICROS, Time};

// limits

/// More digits than this are a number of their own and not a fraction of a second.
const FRACTION_DIGITS_MAX: usize = 12;
/// No clock on earth is further from UTC than this.
const OFFSET_HOURS_MAX: i64 = 14;

/// The fewest digits behind a colon that are milliseconds, for each [`Tail`].
const COLON_DIGITS_MIN: [usize; 5] = [3, 1, usize::MAX, usize::MAX, usize::MAX];

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

/// A plain number with its brackets, if there are both.
pub(super) fn piece_of_number(line: &[u8], epoch: &Epoch) -> Piece {
    let bracketed = epoch.start > 0 && line[epoch.start - 1] == b'[' && line.get(epoch.end) == Some(&b']');
    Piece {
        start: epoch.start - usize::from(bracketed),
        end: epoch.end + usize::from(bracketed),
        wall: Wall::Instant(epoch.time),
        relayed: false,
        sealed: false,
    }
}

/// Reads on behind the head.
#[inline(always)]
pub(super) fn piece_of(line: &[u8], head: &Head) -> Piece {
    // Looked up, for a branch would be another one for each log.
    let colon_digits_min = COLON_DIGITS_MIN[head.tail as usize];
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
#[inline(always)]
pub(super) fn goes_on(line: &[u8], at: usize) -> bool {
    match line.get(at) {
        None | Some(b']') => false,
        Some(b' ') => match line.get(at + 1..) {
            Some([b'0'..=b'9', ..]) => true,
            Some([b'+' | b'-', next, ..]) => next.is_ascii_digit(),
            Some([b'U', b'T', ..] | [b'G', b'M', ..]) => true,
            Some([b'A' | b'P' | b'a' | b'p', b'M' | b'm', ..]) => true,
            _ => false,
        },
        Some(_) => true,
    }
}

/// As [`piece_of`], out of the way of the usual line.
#[inline(never)]
pub(super) fn further_piece_of(line: &[u8], head: &Head) -> Piece {
    piece_of(line, head)
}

/// A stamp with a half of the day, a zone or a year behind it.
#[inline(never)]
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
#[inline(always)]
fn closed(line: &[u8], head: &Head, piece: Piece) -> Piece {
    let bracketed = head.start > 0 && line[head.start - 1] == b'[' && line.get(piece.end) == Some(&b']');
    if !bracketed {
        return piece;
    }
    Piece { start: piece.start - 1, end: piece.end + 1, relayed: false, ..piece }
}

#[inline(always)]
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
#[inline(always)]
fn fraction(line: &[u8], at: usize, colon_digits_min: usize) -> (u32, usize) {
    let Some(&mark) = line.get(at) else {
        return (0, at);
    };
    if !matches!(mark, b'.' | b',' | b':') {
        return (0, at);
    }
    if let Some(bytes) = eight::load(line, at + 1) {
        let count = eight::first(eight::others(eight::digits(bytes)));
        if count < 8 && mark != b':' {
            // Padded with zeros to eight digits, of which two are finer than a microsecond.
            return match count {
                0 => (0, at),
                _ => (eight::number(bytes & eight::front(count)) / 100, at + 1 + count),
            };
        }
        if count < 8 {
            if count < colon_digits_min || !(1..=3).contains(&count) {
                return (0, at);
            }
            return (eight::number(bytes << (8 * (8 - count))) * 1000, at + 1 + count);
        }
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
    match &line[at..eight::word_end(line, at)] {
        [] | [.., b':'] => false,
        [b'[' | b'(', ..] => false,
        word => word.iter().any(u8::is_ascii_alphanumeric) && !is_level(word),
    }
}

/// Whether a word is one of the usual names of a level, in any case.
#[inline]
pub(super) fn is_level(word: &[u8]) -> bool {
    let Some(names) = LEVELS.get(word.len()) else {
        return false;
    };
    let initial = word.first().map_or(0, |byte| byte | 0x20);
    // Most words end here.
    let place = u32::from(initial.wrapping_sub(b'a'));
    if place >= 26 || LEVEL_INITIALS >> place & 1 == 0 {
        return false;
    }
    names.iter().any(|name| name.as_bytes()[0] == initial && word.eq_ignore_ascii_case(name.as_bytes()))
}

/// The letters that names of levels begin with, `a` lowest.
const LEVEL_INITIALS: u32 = {
    let mut letters = 0;
    let mut length = 0;
    while length < LEVELS.len() {
        let mut at = 0;
        while at < LEVELS[length].len() {
            letters |= 1 << (LEVELS[length][at].as_bytes()[0] - b'a');
            at += 1;
        }
        length += 1;
    }
    letters
};

/// The names of levels by their length.
const LEVELS: [&[&str]; 12] = [
    &[],
    &[],
    &[],
    &["err"],
    &["info", "warn", "crit", "fine"],
    &["error", "debug", "trace", "fatal", "alert", "emerg", "panic"],
    &["notice", "severe", "config"],
    &["warning"],
    &["critical"],
    &["emergency"],
    &[],
    &["information"],
];

#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The place of the first byte at or behind `at` that is no blank, or the line's end.
#[inline]
pub(super) fn blanks_end(line: &[u8], at: usize) -> usize {
    let rest = &line[at..];
    at + rest.iter().position(|&byte| !is_blank(byte)).unwrap_or(rest.len())
}

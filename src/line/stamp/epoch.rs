//! Seconds, or finer, since 1970 as a plain number.
//!
//! Nothing tells such a number from an id but its size and its standing: ten digits for seconds,
//! and 13, 16 or 19 for the finer units, of a plausible year, as a token of its own near the
//! front, or as the value of a field whose name says time.

use super::eight;
use super::layouts::digits_from;
use super::tail::{is_blank, is_level};
use crate::time::{SECOND_MICROS, Time};

// limits

/// Tokens at the front of a line among which a plain number may be its time. Cluster logs have
/// it fifth; further in, a number of ten digits is more often an id.
const EPOCH_TOKENS_MAX: u64 = 6;
/// The years 2001 to 2100, in seconds.
const EPOCH_SECONDS_MIN: u64 = 978_307_200;
const EPOCH_SECONDS_MAX: u64 = 4_133_980_799;

/// A plain number that is a time.
#[derive(Copy, Clone, Debug)]
pub(super) struct Epoch {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) time: Time,
}

/// The time that a number at `start` says, if it stands where a time may.
pub(super) fn epoch_at(line: &[u8], start: usize) -> Option<Epoch> {
    let (time, end) = number(line, start)?;
    let named = named_time(&line[..start]);
    let follows = line.get(end).copied();
    // `name[123]` is a process.
    let opened = match line[..start] {
        [.., before, b'['] => is_blank(before),
        [b'['] | [.., b'('] => true,
        _ => false,
    };
    let alone = match follows {
        None => true,
        Some(byte) if is_blank(byte) => true,
        Some(b']' | b')') => opened || named,
        Some(b':') => opened || line.get(end + 1).is_none_or(|&byte| is_blank(byte)),
        Some(b',' | b'}' | b'"') => named,
        Some(_) => false,
    };
    let begins = start == 0 || opened || is_blank(line[start - 1]);
    let stands = begins && words_before(line, start) < EPOCH_TOKENS_MAX && !is_counted(&line[..start]);
    (alone && (named || stands)).then_some(Epoch { start, end, time })
}

/// Whether the word before a number is one of plain English, as in `took 1234567890 ms`: then the
/// number is an amount or an id. A header has names, levels and marks; a line that begins with a
/// number has nothing but fields in front.
fn is_counted(before: &[u8]) -> bool {
    if before.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Some(end) = before.iter().rposition(|&byte| !is_blank(byte)) else { return false };
    let start = before[..end].iter().rposition(|&byte| is_blank(byte)).map_or(0, |at| at + 1);
    let word = &before[start..=end];
    let word = word.strip_suffix(b":").unwrap_or(word);
    !word.is_empty() && word.iter().all(u8::is_ascii_alphabetic) && !is_level(word)
}

/// Words that end before `start`, where a number of ten digits or more stands.
fn words_before(line: &[u8], start: usize) -> u64 {
    let mut words = 0;
    let mut blank_before = eight::TOP;
    for at in (0..start).step_by(8) {
        let blanks = eight::blanks(eight::load(line, at).unwrap_or(0));
        let ends = blanks & !((blanks << 8) | blank_before) & eight::front(start - at);
        words += eight::count(ends);
        blank_before = blanks >> 56;
    }
    words
}

/// The moment and the end of a run of digits of a known length, with a fraction behind seconds.
fn number(line: &[u8], start: usize) -> Option<(Time, usize)> {
    let count = digits_from(line, start, 20);
    let divisor = match count {
        10 => 1,
        13 => 1_000,
        16 => 1_000_000,
        19 => 1_000_000_000,
        _ => return None,
    };
    let (eight, rest) = line[start..start + count].split_first_chunk()?;
    let eight = u64::from(eight::number(u64::from_le_bytes(*eight)));
    let value = rest.iter().fold(eight, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    if !(EPOCH_SECONDS_MIN..=EPOCH_SECONDS_MAX).contains(&(value / divisor)) {
        return None;
    }
    let mut end = start + count;
    let below = value % divisor;
    let mut micros = if divisor > 1_000_000 { below / 1000 } else { below * (1_000_000 / divisor) };
    if divisor == 1 && line.get(end) == Some(&b'.') {
        let digits = digits_from(line, end + 1, 10);
        if (1..=9).contains(&digits) {
            let digit = |at: usize| {
                if at < digits { u64::from(line[end + 1 + at] - b'0') } else { 0 }
            };
            micros = (0..6).fold(0, |sum, at| sum * 10 + digit(at));
            end += 1 + digits;
        }
    }
    // Both parts fit: the year is at most 2100.
    Some((Time((value / divisor) as i64 * SECOND_MICROS + micros as i64), end))
}

/// Whether what stands before a value is the name of a field of time, `"ts":` or `time=`.
fn named_time(before: &[u8]) -> bool {
    let name = match before {
        [name @ .., b'"', b':']
        | [name @ .., b'"', b':', b' ']
        | [name @ .., b'=']
        | [name @ .., b'=', b'"']
        | [name @ .., b'"', b':', b'"'] => name,
        _ => return false,
    };
    let length =
        name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"_@".contains(byte)).count();
    let names: [&[u8]; 8] =
        [b"ts", b"time", b"timestamp", b"@timestamp", b"epoch", b"t", b"date", b"__REALTIME_TIMESTAMP"];
    names.contains(&&name[name.len() - length..])
}

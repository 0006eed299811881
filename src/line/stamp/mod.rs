//! Finding the stamp of a line, and cutting it off.
//!
//! Which stamp counts is a function of the line alone: the first that stands in its header gives
//! the time. Behind a short prefix only a clear date with a time of day is believed; layouts that
//! might be anything else count at the line's front only, and a plain number near it. Further
//! stamps of the header say the same again and are cut with the first, together with the
//! machine's names between them.
//!
//! The cut errs towards leaving too much. A stamp that stays in the message is a number among
//! others and will be masked; a word that goes with a stamp is lost. So nothing that could be a
//! word of the message, let alone a level, is cut as "between two stamps".
//!
//! [`find`] costs some eighty nanoseconds, twice that where a stamp stands behind a prefix, and
//! three to four times that for a header of several stamps. [`Clock`] remembers the stamps it has
//! just read and then needs less than half.
//!
//! It fails where a date has no seconds, where words other than English name the month, and
//! where a day of at most 12 stands before a month with slashes between them; a [`Format`] that
//! the user names reads these.

mod bracketed;
mod clock;
mod cursor;
mod eight;
mod epoch;
mod format;
mod header;
mod layouts;
mod tail;

pub use clock::{Anchor, Clock, Reading};
pub use format::{Format, FormatError};

use crate::time::Time;
use header::{First, ends_header, first, further};
use layouts::Head;
use tail::{Piece, blanks_end, further_piece_of, host_at, piece_of};

// limits

/// Stamps in a header; a list of dates is a message.
const STAMPS_MAX: usize = 4;

/// Where the stamps of a line stand and what the first of them says.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The first byte to cut.
    pub start: usize,
    /// Just past the last byte to cut. The blanks behind the stamp are cut with it, unless the
    /// words before and behind it would then grow together.
    pub end: usize,
    /// The time as written.
    pub wall: Wall,
    /// The word behind the stamp is the name of a host, as syslog has it.
    pub host_follows: bool,
}

/// A time as a line writes it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Wall {
    /// With its zone, or since 1970.
    Instant(Time),
    /// By a clock whose zone the line does not say.
    Local {
        /// Seconds since 1970, as if the clock were at UTC.
        seconds: i64,
        /// The fraction of the second.
        micros: u32,
    },
    /// Neither zone nor year.
    Yearless {
        /// From 1 to 12.
        month: u8,
        /// From 1; 29 February is a day.
        day: u8,
        /// Seconds since the clock showed midnight, up to 86,400 in a leap second.
        second_of_day: u32,
        /// The fraction of the second.
        micros: u32,
    },
}

/// The stamp of a line, by the line alone.
///
/// ```
/// # use logsurge::line::stamp::find;
/// let line = b"Dec 10 06:55:46 LabSZ sshd[24200]: Received disconnect";
/// let stamp = find(line).unwrap();
/// assert_eq!(&line[stamp.end..], b"LabSZ sshd[24200]: Received disconnect");
/// assert!(stamp.host_follows);
/// ```
pub fn find(line: &[u8]) -> Option<Stamp> {
    first(line, &mut None).map(|first| finish(line, &first))
}

/// Reads the first stamp to its end, and the cut with it.
fn finish(line: &[u8], first: &First) -> Stamp {
    match first {
        First::Dated(head) => finish_dated(line, head),
        // Behind a number the search has already been made.
        First::Number(number, Some((_, date))) => finish_pair(line, number, date),
        First::Number(number, None) => cut(line, number, number),
    }
}

/// As [`finish`] for a date behind a number.
fn finish_pair(line: &[u8], number: &Piece, date: &Piece) -> Stamp {
    if ends_header(line, date.end) {
        return cut(line, number, date);
    }
    cut(line, number, &last_of(line, *date, STAMPS_MAX - 2))
}

/// As [`finish`] for the usual stamp.
#[inline(always)]
fn finish_dated(line: &[u8], head: &Head) -> Stamp {
    finish_piece(line, piece_of(line, head))
}

/// What is cut with a stamp that is read to its end.
#[inline(always)]
fn finish_piece(line: &[u8], piece: Piece) -> Stamp {
    if ends_header(line, piece.end) {
        return cut(line, &piece, &piece);
    }
    finish_several(line, piece)
}

#[inline(never)]
fn finish_several(line: &[u8], piece: Piece) -> Stamp {
    cut(line, &piece, &last_of(line, piece, STAMPS_MAX - 1))
}

/// What is cut, from the first stamp to the last.
#[inline(always)]
fn cut(line: &[u8], piece: &Piece, last: &Piece) -> Stamp {
    let unbroken = blanks_end(line, last.end);
    let relayed = last.relayed || is_syslog_5424(line, piece.start);
    let host_follows = relayed && host_at(line, unbroken);
    let separate = piece.start == 0 || matches!(line[piece.start - 1], b' ' | b'\t' | b'[' | b'(');
    let end = if last.sealed || !(separate || host_follows) { last.end } else { unbroken };
    Stamp { start: piece.start, end, wall: piece.wall, host_follows }
}

/// The last stamp of the header from this one on, of at most so many more.
fn last_of(line: &[u8], mut last: Piece, more: usize) -> Piece {
    for _ in 0..more {
        match further(line, last.end) {
            Some(head) => last = further_piece_of(line, &head),
            None => break,
        }
        if ends_header(line, last.end) {
            break;
        }
    }
    last
}

/// Whether `<34>1 ` and nothing else stands before the stamp.
#[inline]
fn is_syslog_5424(line: &[u8], start: usize) -> bool {
    match &line[..start] {
        [b'<', priority @ .., b'>', b'1', b' '] => {
            priority.len() <= 3 && priority.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;

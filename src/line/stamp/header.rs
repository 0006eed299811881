//! Where in a line its stamps are.
//!
//! Trying every layout at every word would cost more than all the rest of a line's way. But
//! nearly all stamps hold two equal marks with two digits between them, the minutes: `08:00:00`.
//! Such a pair is looked for eight bytes at a time, and layouts are tried at the words shortly
//! before it only. The stamps without a pair begin with a long run of digits, and that is found
//! by looking at every eighth byte.

use super::Wall;
use super::epoch::{Epoch, epoch_at};
use super::layouts::{Head, Place, digits_from, head_at};
use super::tail::{is_blank, is_level, piece_of};
use crate::time::{DAY_SECONDS, Time, civil_from_days, days_from_civil};

// limits

/// A stamp starts within this many bytes of the line, or it is part of the message.
const PREFIX_BYTES_MAX: usize = 96;
/// A further stamp of the header starts within this many bytes behind the one before.
const GAP_BYTES_MAX: usize = 48;
/// Words between two stamps of one header: a short date and a node.
const GAP_TOKENS_MAX: usize = 3;
/// Blanks, brackets and dashes that may stand before the first word behind a stamp.
const MARKS_MAX: usize = 4;
/// From a stamp's first byte to the mark before its minutes, at most: `Sun, 04 Dec 2005 04`, and
/// some blanks more.
const HOUR_BYTES_MAX: usize = 24;
/// A number and a date of one line that differ by more are not both its time; zones differ by less.
const AGREE_SECONDS: i64 = 27 * 3600;
/// No stamp without a pair of marks begins with a shorter run of digits.
const RUN_DIGITS_MIN: usize = 8;
/// How far behind its digits a plain number is looked at: its fraction and two marks.
const FRACTION_VIEW_BYTES: usize = 13;
/// Bytes that are searched for pairs at once, and the three behind the last of them.
const BLOCK_BYTES: usize = 8;
const BLOCK_VIEW_BYTES: usize = BLOCK_BYTES + 3;

/// The stamp that gives a line its time, not yet read to its end.
#[derive(Copy, Clone, Debug)]
pub(super) enum First {
    /// A date with a time of day.
    Dated(Head),
    /// A plain number, and the first date behind it, which need not belong to the header.
    Number(Epoch, Option<Head>),
}

/// The first stamp of the header: of a date and a number, the one further to the left.
pub(super) fn first(line: &[u8]) -> Option<First> {
    let mut reach = 0;
    let bracket = usize::from(line.first() == Some(&b'['));
    if let Some(head) = head_at(line, bracket, Place::Front, &mut reach) {
        return Some(First::Dated(head));
    }
    let dated = dated_within(line, 0, PREFIX_BYTES_MAX, Place::Header, &mut reach);
    let end = dated.map_or(PREFIX_BYTES_MAX, |head| head.start);
    match run_within(line, end, &mut reach) {
        Some(First::Number(epoch, _)) => Some(number_or_date(line, epoch, dated)),
        Some(found) => Some(found),
        None => dated.map(|head| First::Dated(Head { reach: head.reach.max(reach), ..head })),
    }
}

/// A number is the time of its line, unless a date behind it, which nobody could take for an id,
/// says another day. What decides then lies behind the number, so such a head is not remembered.
fn number_or_date(line: &[u8], epoch: Epoch, dated: Option<Head>) -> First {
    match dated {
        Some(head) if !agree(epoch.time, piece_of(line, &head).wall) => {
            First::Dated(Head { reach: usize::MAX, ..head })
        }
        _ => First::Number(epoch, dated),
    }
}

/// Whether a date as written could be this moment in some zone and year.
fn agree(time: Time, wall: Wall) -> bool {
    let near = |seconds: i64| (seconds - time.seconds()).abs() <= AGREE_SECONDS;
    match wall {
        Wall::Instant(written) => near(written.seconds()),
        Wall::Local { seconds, .. } => near(seconds),
        Wall::Yearless { month, day, second_of_day, .. } => {
            let (year, ..) = civil_from_days(time.seconds().div_euclid(DAY_SECONDS));
            (year - 1..=year + 1).any(|year| {
                let days = days_from_civil(year, i64::from(month), i64::from(day));
                near(days * DAY_SECONDS + i64::from(second_of_day))
            })
        }
    }
}

/// The first stamp with a pair of marks that starts in `from..to`.
fn dated_within(line: &[u8], from: usize, to: usize, place: Place, reach: &mut usize) -> Option<Head> {
    let end = line.len().min(to + HOUR_BYTES_MAX);
    let mut untried = from;
    let mut behind = from;
    while let Some(pair) = next_pair(line, behind, end) {
        for start in untried.max(pair.saturating_sub(HOUR_BYTES_MAX))..pair.min(to) {
            if begins_word(line, start)
                && let Some(head) = head_at(line, start, place, reach)
            {
                return Some(head);
            }
        }
        untried = pair;
        behind = pair + 1;
    }
    None
}

/// The first stamp before `to` that begins with a long run of digits.
fn run_within(line: &[u8], to: usize, reach: &mut usize) -> Option<First> {
    let end = line.len().min(to + RUN_DIGITS_MIN);
    let mut at = RUN_DIGITS_MIN - 1;
    while at < end {
        if !line[at].is_ascii_digit() {
            at += RUN_DIGITS_MIN;
            continue;
        }
        let before = line[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let start = at - before;
        let length = before + digits_from(line, at, usize::MAX);
        if start >= to {
            return None;
        }
        if length >= RUN_DIGITS_MIN && begins_word(line, start) {
            if let Some(head) = head_at(line, start, Place::Header, reach) {
                return Some(First::Dated(head));
            }
            *reach = (*reach).max(start + length + FRACTION_VIEW_BYTES);
            if length >= 10
                && let Some(epoch) = epoch_at(line, start)
            {
                return Some(First::Number(epoch, None));
            }
        }
        at = start + length + RUN_DIGITS_MIN;
    }
    None
}

/// Whether a word begins here as a stamp may: with a digit or a capital.
#[inline]
fn begins_word(line: &[u8], at: usize) -> bool {
    let candidate = line[at].is_ascii_digit() || line[at].is_ascii_uppercase();
    candidate && (at == 0 || !line[at - 1].is_ascii_alphanumeric())
}

/// The place of the first mark in `from..end` that stands between hour and minutes, as it seems.
fn next_pair(line: &[u8], from: usize, end: usize) -> Option<usize> {
    let mut at = from;
    while at < end {
        let Some(block) = line[at..].first_chunk() else {
            return (at..end).find(|&mark| is_pair(line, mark));
        };
        if let Some(nearest) = pair_in_block(block) {
            let found = (at + nearest..end.min(at + BLOCK_BYTES)).find(|&mark| is_pair(line, mark));
            if found.is_some() {
                return found;
            }
        }
        at += BLOCK_BYTES;
    }
    None
}

/// The first of eight bytes that is a mark and has the same mark three bytes behind it. Eight at
/// a time: a byte that is equal in both places leaves a zero, and only a zero, or what lies above
/// one, borrows from its top bit.
#[inline]
fn pair_in_block(block: &[u8; BLOCK_VIEW_BYTES]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let left = u64::from_le_bytes(*block.first_chunk()?);
    let right = u64::from_le_bytes(*block.last_chunk()?);
    let zeros = |mark: u8| {
        let differs = (left ^ (ONES * u64::from(mark))) | (right ^ (ONES * u64::from(mark)));
        differs.wrapping_sub(ONES) & !differs & (ONES << 7)
    };
    let found = zeros(b':') | zeros(b'.');
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// Whether `0:00:0` stands around this mark; with dots, a date with dashes must stand before it,
/// which addresses do not have.
#[inline]
fn is_pair(line: &[u8], mark: usize) -> bool {
    let Some(&[left, m1, m2, right, s1]) = line.get(mark..).and_then(|rest| rest.first_chunk()) else {
        return false;
    };
    let digits = m1.is_ascii_digit() && m2.is_ascii_digit() && s1.is_ascii_digit();
    if left != right || !digits || mark == 0 || !line[mark - 1].is_ascii_digit() {
        return false;
    }
    let hour = mark - 1 - usize::from(mark > 1 && line[mark - 2].is_ascii_digit());
    left == b':' || (left == b'.' && hour > 0 && matches!(line[hour - 1], b'-' | b'_' | b'T' | b't' | b':'))
}

/// The next stamp of the same header: near, clear, and with nothing of the message before it.
#[inline]
pub(super) fn further(line: &[u8], from: usize) -> Option<Head> {
    if message_begins(line, from) {
        return None;
    }
    let mut at = from;
    let mut behind_date = false;
    // Word by word: a message is left at its first word, where a search for a
    // time of day would run through all of the bytes a header may have.
    for _ in 0..=GAP_TOKENS_MAX {
        at += line[at..].iter().take_while(|byte| is_blank(**byte)).count();
        let start = at + usize::from(line.get(at) == Some(&b'['));
        if at >= line.len() || at - from >= GAP_BYTES_MAX {
            return None;
        }
        if let Some(head) = head_at(line, start, Place::Further, &mut 0) {
            return Some(head);
        }
        let length = line[at..].iter().take_while(|byte| !is_blank(**byte)).count();
        let token = &line[at..at + length];
        if !is_header_word(token, behind_date) {
            return None;
        }
        behind_date = is_dotted_date(token);
        at += length;
    }
    None
}

/// Whether a stamp belongs to the header that goes up to `from`.
pub(super) fn in_header(line: &[u8], from: usize, head: &Head) -> bool {
    let bracketed = head.start > from && line[head.start - 1] == b'[';
    let opened = head.start - usize::from(bracketed);
    let near = (from..from + GAP_BYTES_MAX).contains(&opened);
    near && (opened == from || is_blank(line[opened - 1])) && are_header_words(&line[from..opened])
}

/// A quick look behind a stamp: a word that begins with four letters is a level or a word of the
/// message, not a month, a weekday or a number, so no further stamp can follow.
#[inline]
fn message_begins(line: &[u8], from: usize) -> bool {
    let marks = line[from..].iter().take(MARKS_MAX).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    match line[from + marks..].first_chunk::<4>() {
        Some(letters) => letters.iter().fold(true, |all, byte| all & byte.is_ascii_alphabetic()),
        None => true,
    }
}

/// Whether words may stand between two stamps of one header: names with a number in them, marks,
/// and, behind a date, the name of any machine.
fn are_header_words(gap: &[u8]) -> bool {
    let mut behind_date = false;
    let tokens = gap.split(|&byte| is_blank(byte)).filter(|token| !token.is_empty());
    for (count, token) in tokens.enumerate() {
        if count == GAP_TOKENS_MAX || !is_header_word(token, behind_date) {
            return false;
        }
        behind_date = is_dotted_date(token);
    }
    true
}

fn is_header_word(token: &[u8], behind_date: bool) -> bool {
    if token.last() == Some(&b':') || token.contains(&b'=') {
        return false;
    }
    let has_digit = token.iter().any(u8::is_ascii_digit);
    let has_letter = token.iter().any(u8::is_ascii_alphabetic);
    let may_go = has_digit || !has_letter || behind_date;
    may_go && !token.split(|byte| !byte.is_ascii_alphabetic()).any(is_level)
}

/// `2005.11.09`, as cluster logs repeat the day.
fn is_dotted_date(token: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| {
        if matches!(at, 4 | 7) { *byte == b'.' } else { byte.is_ascii_digit() }
    };
    token.len() == 10 && token.iter().enumerate().all(fits)
}

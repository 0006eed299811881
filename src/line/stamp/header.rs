//! Where in a line its stamps are.
//!
//! Trying every layout at every word would cost more than all the rest of a line's way. But
//! nearly all stamps hold two equal marks with two digits between them, the minutes: `08:00:00`.
//! Such a pair is looked for in many bytes at a time, and layouts are tried at the words shortly
//! before it only. The stamps without a pair begin with a long run of digits, and that is found
//! by looking at every eighth byte.

use super::Wall;
use super::eight;
use super::epoch::{Epoch, epoch_at};
use super::layouts::{Head, Place, digits_from, head_at};
use super::tail::{Piece, blanks_end, further_piece_of, is_blank, is_level, piece_of_number};
use crate::time::{DAY_SECONDS, Time, civil_from_days, days_from_civil};

// limits

/// A stamp starts within this many bytes of the line, or it is part of the message.
pub(super) const PREFIX_BYTES_MAX: usize = 96;
/// A further stamp of the header starts within this many bytes behind the one before.
const GAP_BYTES_MAX: usize = 48;
/// A further stamp has its time of day within this many bytes.
const FURTHER_BYTES: usize = GAP_BYTES_MAX + HOUR_BYTES_MAX;
/// Words between two stamps of one header: a short date and a node.
const GAP_TOKENS_MAX: usize = 3;
/// Blanks, brackets and dashes that may stand before the first word behind a stamp.
const MARKS_MAX: usize = 4;
/// From a stamp's first byte to the mark before its minutes, at most: `Sun, 04 Dec 2005 04`, and
/// some blanks more.
const HOUR_BYTES_MAX: usize = 24;
/// A number and a date of one line that differ by more are not both its time; zones differ by less.
const AGREE_SECONDS: i64 = 27 * 3600;
/// A stamp without a pair of marks begins with as many digits, if it is no plain number.
const RUN_DIGITS_MIN: usize = 8;
/// How far behind its digits a plain number is looked at: its fraction and two marks.
const FRACTION_VIEW_BYTES: usize = 13;
/// Bytes that are searched for pairs at once, and the three behind the last of them.
const WIDE_BYTES: usize = 32;
const WIDE_VIEW_BYTES: usize = WIDE_BYTES + 3;
/// The top bits of the letters that tell a word from a name, and of a month's or a weekday's.
const WORD_TOPS: u64 = 0x8080_8080;
const NAME_TOPS: u64 = 0x0080_8080;

/// The stamp that gives a line its time, not yet read to its end.
#[derive(Copy, Clone, Debug)]
pub(super) enum First {
    /// A date with a time of day.
    Dated(Head),
    /// A plain number, and the date behind it that belongs to the same header, read to its end.
    Number(Piece, Option<(Head, Piece)>),
}

/// What a long run of digits can be.
enum Run {
    Dated(Head),
    Number(Epoch),
}

/// A number and a date that have been found to agree, so as not to compare them line by line.
pub(super) type Agreed = Option<(Time, Wall)>;

/// The first stamp of the header: of a date and a number, the one further to the left.
pub(super) fn first(line: &[u8], agreed: &mut Agreed) -> Option<First> {
    let mut reach = 0;
    let bracket = usize::from(line.first() == Some(&b'['));
    if let Some(head) = head_at(line, bracket, Place::Front, &mut reach) {
        return Some(First::Dated(head));
    }
    let dated = dated_within(line, 0, PREFIX_BYTES_MAX, Place::Header, &mut reach);
    let end = dated.map_or(PREFIX_BYTES_MAX, |head| head.start);
    match run_within(line, end, &mut reach) {
        Some(Run::Number(epoch)) => {
            let dated = dated.map(|head| Head { reach: head.reach.max(reach), ..head });
            Some(number_or_date(line, epoch, dated, agreed))
        }
        Some(Run::Dated(head)) => Some(First::Dated(head)),
        None => dated.map(|head| First::Dated(Head { reach: head.reach.max(reach), ..head })),
    }
}

/// A number is the time of its line, unless a date behind it, which nobody could take for an id,
/// says another day. What decides then lies behind the number, so such a head is not remembered.
fn number_or_date(line: &[u8], epoch: Epoch, dated: Option<Head>, agreed: &mut Agreed) -> First {
    let number = piece_of_number(line, &epoch);
    let Some(head) = dated else {
        return First::Number(number, None);
    };
    let piece = further_piece_of(line, &head);
    let pair = Some((epoch.time, piece.wall));
    if *agreed != pair {
        if !agree(epoch.time, piece.wall) {
            return First::Dated(Head { reach: usize::MAX, ..head });
        }
        *agreed = pair;
    }
    let near = in_header(line, number.end, &head);
    First::Number(number, near.then_some((head, piece)))
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
    let mut glued = None;
    while let Some(pair) = next_pair(line, behind, end) {
        let begin = untried.max(pair.saturating_sub(HOUR_BYTES_MAX));
        match dated_between(line, begin, pair.min(to), place, reach) {
            Some(head) if is_glued(line, head.start) => _ = glued.get_or_insert(head),
            None => {}
            found => return found,
        }
        untried = pair;
        behind = pair + 1;
    }
    if glued.is_some() {
        // All that was searched has had a say.
        *reach = usize::MAX;
    }
    glued
}

/// The first stamp that starts in `at..to`, which lies before a pair of marks.
fn dated_between(line: &[u8], mut at: usize, to: usize, place: Place, reach: &mut usize) -> Option<Head> {
    while at < to {
        let Some(bytes) = eight::load(line, at) else {
            return (at..to)
                .filter(|&start| begins_word(line, start))
                .find_map(|start| head_at(line, start, place, reach));
        };
        let digits = eight::digits(bytes);
        let goes_on = at > 0 && line[at - 1].is_ascii_alphanumeric();
        let before = ((digits | eight::letters(bytes)) << 8) | (u64::from(goes_on) << 7);
        let begins = (digits | eight::capitals(bytes)) & !before & eight::front(to - at);
        let mut untried = begins;
        while untried != 0 {
            let start = at + eight::first(untried);
            let head = head_at(line, start, place, reach);
            if head.is_some() {
                return head;
            }
            untried &= untried - 1;
        }
        at += 8;
    }
    None
}

/// Whether what begins here is the end of a name, as the date in `app.log.2024-05-14`: a file's,
/// which gives the line its time only if nothing else does.
fn is_glued(line: &[u8], start: usize) -> bool {
    match line[..start] {
        [.., before, b'.' | b'-' | b'_' | b'/'] => before.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// The first stamp before `to` that begins with a long run of digits.
fn run_within(line: &[u8], to: usize, reach: &mut usize) -> Option<Run> {
    let end = line.len().min(to + RUN_DIGITS_MIN);
    let mut at = RUN_DIGITS_MIN - 1;
    while at < end {
        if !line[at].is_ascii_digit() {
            at += RUN_DIGITS_MIN;
            continue;
        }
        let start = digits_start(line, at);
        let length = at - start + digits_from(line, at, usize::MAX);
        if start >= to {
            return None;
        }
        if length >= RUN_DIGITS_MIN && begins_word(line, start) {
            if length == RUN_DIGITS_MIN
                && let Some(head) = head_at(line, start, Place::Header, reach)
            {
                return Some(Run::Dated(head));
            }
            *reach = (*reach).max(start + length + FRACTION_VIEW_BYTES);
            if length >= 10
                && let Some(epoch) = epoch_at(line, start)
            {
                return Some(Run::Number(epoch));
            }
        }
        at = start + length + RUN_DIGITS_MIN;
    }
    None
}

/// Where the run of digits begins that reaches up to `at`.
#[inline]
fn digits_start(line: &[u8], at: usize) -> usize {
    let before = at
        .checked_sub(8)
        .and_then(|from| eight::load(line, from))
        .map_or(8, |bytes| eight::last(eight::others(eight::digits(bytes))));
    if before < 8 {
        return at - before;
    }
    at - line[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count()
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
        if !has_marks_at(line, at) {
            at += WIDE_BYTES;
            continue;
        }
        let stop = end.min(at + WIDE_BYTES);
        let found = pair_between(line, at, stop);
        if found.is_some() {
            return found;
        }
        at = stop;
    }
    None
}

/// Whether a pair of marks may begin in the stretch where a further stamp has one. All of it is
/// searched at once, for where to stop would be another guess for each line.
#[inline]
fn has_marks_behind(line: &[u8], at: usize) -> bool {
    const { assert!(FURTHER_BYTES <= 3 * WIDE_BYTES) };
    has_marks_at(line, at) | has_marks_at(line, at + WIDE_BYTES) | has_marks_at(line, at + 2 * WIDE_BYTES)
}

/// Whether a pair of marks may begin among the bytes from `at` on that are searched at once.
#[inline]
fn has_marks_at(line: &[u8], at: usize) -> bool {
    // The last block reaches back, so that it is a whole one. A line that has no whole one is
    // short.
    let last = line.len().saturating_sub(WIDE_VIEW_BYTES);
    line[at.min(last)..].first_chunk().is_none_or(has_marks)
}

/// Whether a colon or dot has the same mark three bytes behind it. Plain enough for the compiler
/// to ask all bytes at once.
#[inline]
fn has_marks(view: &[u8; WIDE_VIEW_BYTES]) -> bool {
    let mut found = 0;
    for at in 0..WIDE_BYTES {
        let mark = u8::from(view[at] == b':') | u8::from(view[at] == b'.');
        found |= mark & u8::from(view[at] == view[at + 3]);
    }
    found != 0
}

/// As [`next_pair`], eight bytes at a time.
fn pair_between(line: &[u8], mut at: usize, end: usize) -> Option<usize> {
    while at < end {
        let (Some(left), Some(right)) = (eight::load(line, at), eight::load(line, at + 3)) else {
            return (at..end).find(|&mark| is_pair(line, mark));
        };
        let marks = eight::both(left, right, b':') | eight::both(left, right, b'.');
        let mut marks = marks & eight::front(end - at);
        while marks != 0 {
            let mark = at + eight::first(marks);
            if is_pair(line, mark) {
                return Some(mark);
            }
            marks &= marks - 1;
        }
        at += 8;
    }
    None
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

/// A quick look behind a stamp: whether surely no further one follows in the same header.
#[inline]
pub(super) fn ends_header(line: &[u8], from: usize) -> bool {
    message_begins(line, from) || level_follows_numbers(line, from) || !has_marks_behind(line, from)
}

/// A quick look behind a stamp: process and thread, and then a word of letters, which is no
/// month's or weekday's name and so ends the header: `7161 INFO`, `6299 20570 D`.
#[inline]
pub(super) fn level_follows_numbers(line: &[u8], from: usize) -> bool {
    let blank = |at: usize| usize::from(line.get(at) == Some(&b' '));
    let mut at = from + blank(from);
    at += blank(at);
    for number in 0..GAP_TOKENS_MAX {
        let Some(bytes) = eight::load(line, at) else { return false };
        let digits = eight::first(eight::others(eight::digits(bytes)));
        if digits == 0 {
            let [first, second, ..] = bytes.to_le_bytes();
            let letters = eight::first(eight::others(eight::letters(bytes)));
            let named = first.is_ascii_uppercase() && second.is_ascii_lowercase();
            return number > 0 && letters > 0 && !named && line.get(at + letters) == Some(&b' ');
        }
        // A number of one or two digits is a day only before a month's name.
        if digits == 8 || line.get(at + digits) != Some(&b' ') {
            return false;
        }
        at += digits + 1;
        at += blank(at);
    }
    false
}

/// The next stamp of the same header: near, clear, and with nothing of the message before it.
/// Word by word: a header's words are few, and the first other one ends the search.
pub(super) fn further(line: &[u8], from: usize) -> Option<Head> {
    let mut at = from;
    let mut behind_date = false;
    for _ in 0..=GAP_TOKENS_MAX {
        at = blanks_end(line, at);
        if at >= line.len() || at - from >= GAP_BYTES_MAX {
            return None;
        }
        let start = at + usize::from(line[at] == b'[');
        if may_begin(line, start)
            && let Some(head) = head_at(line, start, Place::Further, &mut 0)
        {
            return Some(head);
        }
        let end = eight::word_end(line, at);
        if !is_header_word(line, at, end, behind_date) {
            return None;
        }
        behind_date = is_dotted_date(&line[at..end]);
        at = end;
    }
    None
}

/// Whether a further stamp could begin with these bytes: a year and its mark, a number of one or
/// two digits and its mark, or a name.
#[inline]
fn may_begin(line: &[u8], start: usize) -> bool {
    let Some(bytes) = eight::load(line, start) else {
        return true;
    };
    let first = bytes as u8;
    if first.is_ascii_digit() {
        let run = eight::first(eight::others(eight::digits(bytes)));
        let mark = (bytes >> (8 * (run & 7))) as u8;
        return match run {
            4 => matches!(mark, b'-' | b'/' | b'.'),
            1 | 2 => matches!(mark, b'-' | b'/' | b'.' | b' '),
            _ => false,
        };
    }
    first.is_ascii_uppercase() && eight::letters(bytes) & NAME_TOPS == NAME_TOPS
}

/// Whether a stamp belongs to the header that goes up to `from`.
fn in_header(line: &[u8], from: usize, head: &Head) -> bool {
    let bracketed = head.start > from && line[head.start - 1] == b'[';
    let opened = head.start - usize::from(bracketed);
    let near = (from..from + GAP_BYTES_MAX).contains(&opened);
    near && (opened == from || is_blank(line[opened - 1])) && are_header_words(line, from, opened)
}

/// A quick look behind a stamp: a word that begins with four letters is a level or a word of the
/// message, not a month, a weekday or a number, so no further stamp can follow.
#[inline]
fn message_begins(line: &[u8], from: usize) -> bool {
    if let Some(bytes) = eight::load(line, from) {
        let letters = eight::letters(bytes);
        let begin = eight::first(letters | eight::digits(bytes)).min(MARKS_MAX);
        return (letters >> (8 * begin)) & WORD_TOPS == WORD_TOPS;
    }
    let marks = line[from..].iter().take(MARKS_MAX).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    match line[from + marks..].first_chunk::<4>() {
        Some(letters) => letters.iter().all(u8::is_ascii_alphabetic),
        None => true,
    }
}

/// Whether words may stand between two stamps of one header: names with a number in them, marks,
/// and, behind a date, the name of any machine.
fn are_header_words(line: &[u8], from: usize, to: usize) -> bool {
    let mut behind_date = false;
    let mut at = blanks_end(line, from);
    for _ in 0..GAP_TOKENS_MAX {
        if at >= to {
            return true;
        }
        let end = eight::word_end(line, at).min(to);
        let is_date = is_dotted_date(&line[at..end]);
        if !is_date && !is_header_word(line, at, end, behind_date) {
            return false;
        }
        behind_date = is_date;
        at = blanks_end(line, end);
    }
    at >= to
}

/// Whether the word at `at..end` may stand between two stamps.
fn is_header_word(line: &[u8], at: usize, end: usize, behind_date: bool) -> bool {
    let token = &line[at..end];
    if token.last() == Some(&b':') {
        return false;
    }
    let (mut digits, mut equals, mut letters, mut has_letter, mut names) = (0, 0, 0, 0, 0);
    for from in (at..end).step_by(8) {
        let Some(bytes) = eight::load(line, from) else {
            return is_short_header_word(token, behind_date);
        };
        let within = eight::front(end - from);
        let before = letters;
        digits |= eight::digits(bytes) & within;
        equals |= eight::equal(bytes, b'=') & within;
        letters = eight::letters(bytes) & within;
        // Three letters in a row, for no level has fewer.
        names |= letters & ((letters << 8) | (before >> 56)) & ((letters << 16) | (before >> 48));
        has_letter |= letters;
    }
    if equals != 0 {
        return false;
    }
    has_letter == 0 || ((digits != 0 || behind_date) && (names == 0 || !names_level(token)))
}

/// As [`is_header_word`], at the line's end, byte by byte.
fn is_short_header_word(token: &[u8], behind_date: bool) -> bool {
    if token.contains(&b'=') {
        return false;
    }
    let has_digit = token.iter().any(u8::is_ascii_digit);
    let has_letter = token.iter().any(u8::is_ascii_alphabetic);
    !has_letter || ((has_digit || behind_date) && !names_level(token))
}

/// Whether one of the names in a word is a level's.
fn names_level(token: &[u8]) -> bool {
    let mut start = 0;
    for (at, &byte) in token.iter().enumerate() {
        if !byte.is_ascii_alphabetic() {
            if at > start && is_level(&token[start..at]) {
                return true;
            }
            start = at + 1;
        }
    }
    is_level(&token[start..])
}

/// `2005.11.09`, as cluster logs repeat the day.
#[inline]
fn is_dotted_date(token: &[u8]) -> bool {
    let Ok(date) = <[u8; 10]>::try_from(token) else {
        return false;
    };
    let fits = |at: usize| {
        if matches!(at, 4 | 7) { date[at] == b'.' } else { date[at].is_ascii_digit() }
    };
    (0..10).fold(true, |all, at| all & fits(at))
}

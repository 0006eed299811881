//! The layouts: how a date and a time of day are written, up to the second.
//!
//! Each layout is read in two halves. The *head* is everything up to the digit of the second; it
//! alone decides whether there is a stamp and which layout it has. What follows, the *tail*
//! (fraction, zone, a year behind the time), is optional in every layout, so reading it cannot
//! take the decision back. Two lines that begin with the same bytes up to the second therefore
//! have the same head, which is all that the clock remembers.
//!
//! The layout is chosen by the first byte and the length of the first run of digits, so a
//! position that holds no stamp is left after a few bytes.

use super::cursor::Cursor;
use super::eight;
use crate::time::{days_from_civil, is_date};

// limits

/// Years outside are taken for something else: `0001-01-01T00:00:00Z` is how Go writes "never".
const YEAR_MIN: u32 = 1970;
const YEAR_MAX: u32 = 2199;
/// Two digits of year below this are of this century, as POSIX has it.
const SHORT_YEAR_PIVOT: u32 = 69;

/// A day as the head of a stamp gives it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Day {
    /// Days since 1970-01-01 on the wall.
    Dated(i64),
    /// A month and a day that some leap year has.
    Yearless(u8, u8),
}

/// What may follow the second.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Tail {
    /// Fraction, AM or PM, zone, and for RFC 3339 the `stdout F` of a container runtime.
    Full,
    /// As `Full`, but `:8` may give milliseconds without padding.
    Loose,
    /// Fraction, zone, then perhaps a year; else a host.
    Syslog,
    /// As `Syslog`, but it is written by programs, not by relays: no host.
    Weekday,
    /// A fraction and no more.
    Fraction,
}

/// The part of a stamp that decides.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// The first byte of the stamp, without a bracket.
    pub(super) start: usize,
    /// Just past the digits of the second. No digit stands there.
    pub(super) second_end: usize,
    /// The decision looked at nothing at or behind this, except that `second_end` holds no digit.
    pub(super) reach: usize,
    pub(super) day: Day,
    pub(super) second_of_day: u32,
    pub(super) tail: Tail,
}

/// Where in the line a layout is tried, which decides how much doubt it is granted.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The line's first byte, or the second behind a bracket: weak layouts count, too.
    Front,
    /// Behind a prefix.
    Header,
    /// Behind another stamp: only what nobody could take for anything else.
    Further,
}

/// The head at `start`, if a layout fits there. On failure `reach` is raised to just past the
/// last byte that was looked at.
#[inline]
pub(super) fn head_at(line: &[u8], start: usize, place: Place, reach: &mut usize) -> Option<Head> {
    let first = *line.get(start)?;
    if first.is_ascii_digit() {
        return numeric(line, start, place, reach);
    }
    if !first.is_ascii_uppercase() {
        return None;
    }
    let mut found = None;
    if place != Place::Further && line.get(start + 1).is_some_and(u8::is_ascii_digit) {
        found = attempt(line, start, reach, klog);
    }
    found = found.or_else(|| attempt(line, start, reach, month_first));
    found.or_else(|| attempt(line, start, reach, weekday_first))
}

/// Runs one layout and notes how far it looked.
#[inline]
fn attempt(
    line: &[u8],
    start: usize,
    reach: &mut usize,
    layout: fn(&mut Cursor) -> Option<Head>,
) -> Option<Head> {
    let mut cursor = Cursor::new(line, start);
    let found = layout(&mut cursor);
    match found {
        Some(mut head) => {
            head.reach = cursor.at.max(*reach);
            Some(head)
        }
        None => {
            *reach = (*reach).max(cursor.at + 1);
            None
        }
    }
}

fn numeric(line: &[u8], start: usize, place: Place, reach: &mut usize) -> Option<Head> {
    let run = digits_from(line, start, 9);
    *reach = (*reach).max(start + run + 1);
    let behind_a_number = start > 0 && matches!(line[start - 1], b'-' | b'/' | b'.' | b':' | b',');
    match run {
        4 => attempt(line, start, reach, year_first),
        1 | 2 if !behind_a_number => {
            let bracketed = start == 1 && line[0] == b'[';
            let found = match place {
                Place::Front if bracketed && run == 2 => attempt(line, start, reach, bracketed_month_day),
                Place::Front if run == 2 => attempt(line, start, reach, month_day),
                _ => None,
            };
            found.or_else(|| attempt(line, start, reach, short_first))
        }
        6 if place == Place::Front => attempt(line, start, reach, six_and_six),
        8 if place == Place::Front => {
            attempt(line, start, reach, compact).or_else(|| attempt(line, start, reach, digits_alone))
        }
        8 if place == Place::Header => attempt(line, start, reach, compact),
        9 if place == Place::Front => attempt(line, start, reach, digits_alone),
        _ => None,
    }
}

/// The length of the run of digits at `start`, counted up to `most`.
#[inline]
pub(super) fn digits_from(line: &[u8], start: usize, most: usize) -> usize {
    let mut known = 0;
    if let Some(bytes) = eight::load(line, start) {
        known = eight::first(eight::others(eight::digits(bytes)));
        if known < 8 || most <= 8 {
            return known.min(most);
        }
    }
    let most = most - known;
    known + line[start + known..].iter().take(most).take_while(|byte| byte.is_ascii_digit()).count()
}

/// `2024-05-14T08:00:00`, `2024/05/14 08:00:00`, `2005-06-03-15.42.50`.
fn year_first(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let year = cursor.fixed(4)?;
    let mark = cursor.eat_any(b"-/. ")?;
    let named = cursor.byte()?.is_ascii_uppercase();
    let month = match named {
        true => cursor.month()?,
        // A number and a number are no year and month.
        false if mark == b' ' => return None,
        false => cursor.short()?,
    };
    cursor.eat(mark)?;
    let day = cursor.short()?;
    let joint = cursor.eat_any(b"T t_-:,\t")?;
    let _ = matches!(joint, b' ' | b',') && cursor.eat(b' ').is_some();
    let second = if matches!(joint, b' ' | b',' | b'\t') {
        time_of_day(cursor, b":")?
    } else {
        time_of_day(cursor, b":.")?
    };
    head(start, cursor, dated(year, month, day)?, second, Tail::Full)
}

/// `20171223-22:15:29:606`, `20240514 08:00:00`, `20240514T080000Z`.
fn compact(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let (year, month, day) = (cursor.fixed(4)?, cursor.fixed(2)?, cursor.fixed(2)?);
    let day = dated(year, month, day)?;
    let joint = cursor.eat_any(b"- T_:")?;
    if joint != b'T' {
        let second = loose_time_of_day(cursor)?;
        return head(start, cursor, day, second, Tail::Loose);
    }
    let hour = cursor.fixed(2)?;
    if cursor.byte()? == b':' {
        cursor.at -= 2;
        let second = time_of_day(cursor, b":")?;
        return head(start, cursor, day, second, Tail::Full);
    }
    let second = second_of_day(hour, cursor.fixed(2)?, cursor.fixed(2)?)?;
    cursor.number_ends()?;
    head(start, cursor, day, second, Tail::Full)
}

/// `20240514 080000`, `20240514-080000` and `20240514080000`: weak, so the date must stand at the
/// line's front.
fn digits_alone(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let (year, month, day) = (cursor.fixed(4)?, cursor.fixed(2)?, cursor.fixed(2)?);
    let day = dated(year, month, day)?;
    let _ = cursor.eat_any(b" -_");
    let second = second_of_day(cursor.fixed(2)?, cursor.fixed(2)?, cursor.fixed(2)?)?;
    cursor.number_ends()?;
    head(start, cursor, day, second, Tail::Full)
}

/// All that begins with one or two digits: `10/Oct/2000:13:55:36`, `02-Jan-2024 03:04:05`,
/// `2 Jan 2024 03:04:05`, `17/06/09 20:10:40`, `01/02/2024 03:04:05`, `14.05.2024 08:00:00`.
fn short_first(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let first = cursor.short()?;
    let padded = cursor.at == start + 2;
    let mark = cursor.eat_any(b"/-. ")?;
    if cursor.byte()?.is_ascii_uppercase() {
        return day_and_month_name(cursor, start, first, mark);
    }
    if mark == b' ' {
        return None;
    }
    let second_start = cursor.at;
    let second = cursor.short()?;
    let padded = padded && cursor.at == second_start + 2;
    cursor.eat(mark)?;
    let (century, end) = (cursor.fixed(2)?, cursor.at);
    let day = match cursor.fixed(2) {
        // Month first, unless only a day can be meant.
        Some(years) if mark == b'/' && first <= 12 => dated(century * 100 + years, first, second)?,
        Some(years) => dated(century * 100 + years, second, first)?,
        None if mark == b'.' && padded && cursor.at == end => dated(whole_year(century), second, first)?,
        // Two digits in the third place are a day, and the first two are the year.
        None if mark == b'/' && padded && cursor.at == end => dated(whole_year(first), second, century)?,
        None => return None,
    };
    let joint = cursor.eat_any(b" T-:,_")?;
    let _ = matches!(joint, b' ' | b',') && cursor.eat(b' ').is_some();
    let second = time_of_day(cursor, b":")?;
    head(start, cursor, day, second, Tail::Full)
}

fn day_and_month_name(cursor: &mut Cursor, start: usize, day: u32, mark: u8) -> Option<Head> {
    let month = cursor.month()?;
    if mark == b'.' {
        return None;
    }
    cursor.eat(mark)?;
    let number_start = cursor.at;
    let number = cursor.short()?;
    if mark == b' ' && cursor.byte()? == b':' {
        cursor.at = number_start;
        let second = time_of_day(cursor, b":")?;
        return head(start, cursor, yearless(month, day)?, second, Tail::Fraction);
    }
    let end = cursor.at;
    let year = match cursor.fixed(2) {
        Some(years) => number * 100 + years,
        None if mark == b'-' && end == number_start + 2 && cursor.at == end => whole_year(number),
        None => return None,
    };
    cursor.eat_any(b": T")?;
    let second = time_of_day(cursor, b":")?;
    head(start, cursor, dated(year, month, day)?, second, Tail::Full)
}

/// `Dec 10 06:55:46`, `Jul  1 09:00:55`, `Jan  2 2024 03:04:05`, `Jan 02, 2024 3:04:05 PM`.
fn month_first(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    month_day_time(cursor, start, Tail::Syslog)
}

/// `Sun Dec 04 04:47:44 2005`, `Tue, 02 Jan 2024 03:04:05`.
fn weekday_first(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    cursor.weekday()?;
    let _ = cursor.eat(b',');
    cursor.blanks()?;
    if !cursor.byte()?.is_ascii_digit() {
        return month_day_time(cursor, start, Tail::Weekday);
    }
    let day = cursor.short()?;
    let mark = cursor.eat_any(b" -")?;
    day_and_month_name(cursor, start, day, mark)
}

fn month_day_time(cursor: &mut Cursor, start: usize, tail: Tail) -> Option<Head> {
    if let Some((month, day, second)) = cursor.month_day_clock() {
        let second = second_of_day(second.0, second.1, second.2)?;
        return head(start, cursor, yearless(month, day)?, second, tail);
    }
    let month = cursor.month()?;
    cursor.blanks()?;
    let day = cursor.short()?;
    let comma = cursor.eat(b',').is_some();
    cursor.blanks()?;
    let number_start = cursor.at;
    let number = cursor.short()?;
    if cursor.byte()? == b':' && !comma {
        cursor.at = number_start;
        let second = time_of_day(cursor, b":")?;
        return head(start, cursor, yearless(month, day)?, second, tail);
    }
    let year = number * 100 + cursor.fixed(2)?;
    let _ = cursor.eat(b',');
    cursor.blanks()?;
    let second = time_of_day(cursor, b":")?;
    head(start, cursor, dated(year, month, day)?, second, Tail::Full)
}

/// `I0102 03:04:05.000000` and `I20240102 03:04:05.000000`. The letter is a level and stays.
fn klog(cursor: &mut Cursor) -> Option<Head> {
    cursor.eat_any(b"IWEFDVT")?;
    let start = cursor.at;
    let (first, second) = (cursor.fixed(2)?, cursor.fixed(2)?);
    let day = match cursor.eat(b' ') {
        Some(()) => {
            let _ = cursor.eat(b' ');
            yearless(first, second)?
        }
        None => {
            let day = dated(first * 100 + second, cursor.fixed(2)?, cursor.fixed(2)?)?;
            cursor.eat(b' ')?;
            day
        }
    };
    let second = time_of_day(cursor, b":")?;
    let found = head(start, cursor, day, second, Tail::Fraction);
    cursor.eat(b'.')?;
    found
}

/// `03-17 16:13:38.811`: weak, so the fraction's mark is required.
fn month_day(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let month = cursor.fixed(2)?;
    cursor.eat(b'-')?;
    let day = cursor.fixed(2)?;
    cursor.eat_any(b" T")?;
    let second = time_of_day(cursor, b":")?;
    let found = head(start, cursor, yearless(month, day)?, second, Tail::Fraction);
    cursor.eat_any(b".,")?;
    found
}

/// `[10.30 16:49:06]` and `[03-17 16:13:38.811`: weak, so the brackets or the fraction are required.
fn bracketed_month_day(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let month = cursor.fixed(2)?;
    cursor.eat_any(b".-/")?;
    let day = cursor.fixed(2)?;
    cursor.eat_any(b" T")?;
    let second = time_of_day(cursor, b":")?;
    let found = head(start, cursor, yearless(month, day)?, second, Tail::Fraction);
    cursor.eat_any(b"].,")?;
    found
}

/// `081109 203615`: weak, so a blank is required behind it.
fn six_and_six(cursor: &mut Cursor) -> Option<Head> {
    let start = cursor.at;
    let (year, month, day) = (cursor.fixed(2)?, cursor.fixed(2)?, cursor.fixed(2)?);
    cursor.eat(b' ')?;
    let second = second_of_day(cursor.fixed(2)?, cursor.fixed(2)?, cursor.fixed(2)?)?;
    let found = head(start, cursor, dated(whole_year(year), month, day)?, second, Tail::Fraction);
    cursor.eat(b' ')?;
    found
}

#[inline]
fn head(start: usize, cursor: &Cursor, day: Day, second_of_day: u32, tail: Tail) -> Option<Head> {
    Some(Head { start, second_end: cursor.at, reach: cursor.at, day, second_of_day, tail })
}

/// `08:00:00` or `8:00:00`, with one of the given marks, of which the colon always is one, the
/// same one twice.
#[inline]
fn time_of_day(cursor: &mut Cursor, marks: &[u8]) -> Option<u32> {
    if let Some((hour, minute, second)) = cursor.clock_digits() {
        cursor.number_ends()?;
        return second_of_day(hour, minute, second);
    }
    let hour = cursor.short()?;
    let mark = cursor.eat_any(marks)?;
    let minute = cursor.fixed(2)?;
    cursor.eat(mark)?;
    let second = cursor.fixed(2)?;
    cursor.number_ends()?;
    second_of_day(hour, minute, second)
}

/// `0:28:0`: some programs pad nothing.
fn loose_time_of_day(cursor: &mut Cursor) -> Option<u32> {
    let hour = cursor.short()?;
    cursor.eat(b':')?;
    let minute = cursor.short()?;
    cursor.eat(b':')?;
    let second = cursor.short()?;
    cursor.number_ends()?;
    second_of_day(hour, minute, second)
}

/// A leap second is the first second of the next minute.
#[inline]
fn second_of_day(hour: u32, minute: u32, second: u32) -> Option<u32> {
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// The full year of its last two digits.
fn whole_year(short: u32) -> u32 {
    if short < SHORT_YEAR_PIVOT { 2000 + short } else { 1900 + short }
}

/// A day of the calendar in a year that logs have.
#[inline]
pub(super) fn dated(year: u32, month: u32, day: u32) -> Option<Day> {
    let (year, month, day) = (in_log_years(year)?, i64::from(month), i64::from(day));
    is_date(year, month, day).then(|| Day::Dated(days_from_civil(year, month, day)))
}

fn in_log_years(year: u32) -> Option<i64> {
    (YEAR_MIN..=YEAR_MAX).contains(&year).then_some(i64::from(year))
}

/// A day that a leap year has.
#[inline]
fn yearless(month: u32, day: u32) -> Option<Day> {
    const LEAP_YEAR: i64 = 2024;
    let exists = is_date(LEAP_YEAR, i64::from(month), i64::from(day));
    exists.then_some(Day::Yearless(month as u8, day as u8))
}

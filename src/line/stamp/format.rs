//! A layout that the user names: `--time-format '%d/%m/%Y %H:%M:%S'`.
//!
//! A format is compiled once into a list of fields, and each field reads what stands at the
//! cursor. It is tried at the line's front and at the words of a short prefix, the first that
//! fits counts, and where none does the built-in layouts have their turn. That costs some tens of
//! nanoseconds a line. Names are English; a zone's name says something only where it is UTC.

use super::tail::{blanks_end, is_blank};
use super::{Stamp, Wall};
use crate::time::{DAY_SECONDS, SECOND_MICROS, Time, days_from_civil, is_date, is_leap_year};
use std::fmt;

// limits

/// A format is a line of text, not a program.
const FIELDS_MAX: usize = 64;
/// A stamp starts within this many bytes of the line.
const PREFIX_BYTES_MAX: usize = 96;
/// Digits of a fraction, and of seconds since 1970.
const DIGITS_MAX: usize = 18;
/// Years 1 to 9999 can be written and computed with.
const YEAR_MAX: i64 = 9_999;

/// A user's layout of a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    fields: Vec<Field>,
    has_year: bool,
}

/// What is wrong with a format, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The byte of the format where it went wrong.
    pub at: usize,
    why: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.why)
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Byte(u8),
    /// Any blanks, at least one.
    Blanks,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    WeekdayName,
    Hour,
    HalfDayHour,
    HalfDay,
    Minute,
    Second,
    /// Digits of the second's fraction: as many, or all there are.
    Fraction(usize),
    /// A point or a comma and digits, or nothing.
    PointFraction,
    Epoch,
    Offset,
    ZoneName,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Format {
    /// Reads a format as `strftime` writes it.
    ///
    /// ```
    /// # use logsurge::line::stamp::Format;
    /// assert!(Format::parse("%d/%m/%Y %H:%M:%S%.f").is_ok());
    /// assert_eq!(Format::parse("%d/%q").unwrap_err().at, 3);
    /// ```
    pub fn parse(text: &str) -> Result<Format, FormatError> {
        let mut fields = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            match bytes[at] {
                b'%' => at += directive(&bytes[at + 1..], start, &mut fields)?,
                byte if is_blank(byte) => fields.push(Field::Blanks),
                byte => fields.push(Field::Byte(byte)),
            }
            at += 1;
            if fields.len() > FIELDS_MAX {
                return Err(error(start, "too long for a format of time"));
            }
        }
        let has = |wanted: Field| fields.contains(&wanted);
        let has_year = has(Field::Year) || has(Field::ShortYear);
        let day = (has(Field::Day) && (has(Field::Month) || has(Field::MonthName)))
            || (has(Field::DayOfYear) && has_year);
        let hour = has(Field::Hour) || (has(Field::HalfDayHour) && has(Field::HalfDay));
        if has(Field::Epoch) {
            return Ok(Format { fields, has_year });
        }
        if !day {
            return Err(error(bytes.len(), "names no day: it needs %d with %m or %b, or %j with %Y, or %s"));
        }
        if !hour || !has(Field::Minute) {
            return Err(error(bytes.len(), "names no time of day: it needs %H or %I with %p, and %M"));
        }
        Ok(Format { fields, has_year })
    }

    /// The first place near the line's front where the format fits.
    pub(super) fn find(&self, line: &[u8]) -> Option<Stamp> {
        (0..line.len().min(PREFIX_BYTES_MAX)).filter(|&at| self.may_begin(line, at)).find_map(|start| {
            let (wall, end) = self.read(line, start)?;
            let bracketed = start > 0 && line[start - 1] == b'[' && line.get(end) == Some(&b']');
            let (start, end) = (start - usize::from(bracketed), end + usize::from(bracketed));
            let separate = start == 0 || matches!(line[start - 1], b' ' | b'\t' | b'[' | b'(');
            let end = if separate { blanks_end(line, end) } else { end };
            Some(Stamp { start, end, wall, host_follows: false })
        })
    }

    /// Whether the format could begin here: not in the middle of a word or number.
    fn may_begin(&self, line: &[u8], at: usize) -> bool {
        let byte = line[at];
        match self.fields[0] {
            Field::Byte(wanted) => byte == wanted,
            _ => byte.is_ascii_alphanumeric() && (at == 0 || !line[at - 1].is_ascii_alphanumeric()),
        }
    }

    /// The time written at `start`, and where it ends.
    fn read(&self, line: &[u8], start: usize) -> Option<(Wall, usize)> {
        let mut reader = Reader { line, at: start, parts: Parts::default() };
        for &field in &self.fields {
            reader.field(field)?;
        }
        let ends_inside = |byte: &u8| byte.is_ascii_digit() && line[reader.at - 1].is_ascii_digit();
        if line.get(reader.at).is_some_and(ends_inside) {
            return None;
        }
        Some((reader.parts.wall(self.has_year)?, reader.at))
    }
}

fn error(at: usize, why: &str) -> FormatError {
    FormatError { at, why: why.to_owned() }
}

/// Adds the fields of what stands behind a `%`; returns how many bytes that takes.
fn directive(rest: &[u8], at: usize, fields: &mut Vec<Field>) -> Result<usize, FormatError> {
    use Field::*;
    let Some(&letter) = rest.first() else {
        return Err(error(at, "ends with %; a percent sign is %%"));
    };
    let more: &[Field] = match letter {
        b'Y' => &[Year],
        b'y' => &[ShortYear],
        b'm' => &[Month],
        b'b' | b'B' | b'h' => &[MonthName],
        b'd' | b'e' => &[Day],
        b'j' => &[DayOfYear],
        b'a' | b'A' => &[WeekdayName],
        b'H' | b'k' => &[Hour],
        b'I' | b'l' => &[HalfDayHour],
        b'p' | b'P' => &[HalfDay],
        b'M' => &[Minute],
        b'S' => &[Second],
        b'f' | b'N' | b'L' => &[Fraction(0)],
        b's' => &[Epoch],
        b'z' => &[Offset],
        b'Z' => &[ZoneName],
        b'n' | b't' => &[Blanks],
        b'%' => &[Byte(b'%')],
        b'T' => &[Hour, Byte(b':'), Minute, Byte(b':'), Second],
        b'R' => &[Hour, Byte(b':'), Minute],
        b'F' => &[Year, Byte(b'-'), Month, Byte(b'-'), Day],
        b'D' => &[Month, Byte(b'/'), Day, Byte(b'/'), ShortYear],
        b'.' if matches!(rest.get(1), Some(b'f')) => {
            fields.push(PointFraction);
            return Ok(2);
        }
        b'3' | b'6' | b'9' if matches!(rest.get(1), Some(b'f' | b'N')) => {
            fields.push(Fraction(usize::from(letter - b'0')));
            return Ok(2);
        }
        b'-' | b'_' | b'0' if matches!(rest.get(1), Some(b'd' | b'e' | b'm' | b'H' | b'I' | b'M' | b'S')) => {
            // How it is padded does not matter for reading.
            return directive(&rest[1..], at, fields).map(|taken| taken + 1);
        }
        _ => {
            let shown = char::from(letter);
            let why = format!(
                "%{shown} is not known; known are %Y %y %m %b %d %j %H %I %p %M %S %f %.f %s %z %Z %a %T %F %D %R %%"
            );
            return Err(FormatError { at, why });
        }
    };
    fields.extend_from_slice(more);
    Ok(1)
}

/// What the fields have said so far.
#[derive(Default)]
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    day_of_year: i64,
    hour: i64,
    half_day: Option<i64>,
    minute: i64,
    second: i64,
    micros: i64,
    epoch: Option<i64>,
    offset: Option<i64>,
}

struct Reader<'a> {
    line: &'a [u8],
    at: usize,
    parts: Parts,
}

impl Reader<'_> {
    fn field(&mut self, field: Field) -> Option<()> {
        match field {
            Field::Byte(wanted) => self.eat(wanted)?,
            Field::Blanks => {
                let end = blanks_end(self.line, self.at);
                if end == self.at {
                    return None;
                }
                self.at = end;
            }
            Field::Year => self.parts.year = self.digits(4, 4)?,
            Field::ShortYear => {
                let year = self.digits(2, 2)?;
                self.parts.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            Field::Month => self.parts.month = self.number(12)?,
            Field::MonthName => self.parts.month = self.name(&MONTHS)?,
            Field::Day => self.parts.day = self.number(31)?,
            Field::DayOfYear => self.parts.day_of_year = self.digits(1, 3)?,
            Field::WeekdayName => self.name(&WEEKDAYS).map(|_| ())?,
            Field::Hour => self.parts.hour = self.number(23)?,
            Field::HalfDayHour => self.parts.hour = self.number(12).filter(|&hour| hour > 0)? % 12,
            Field::HalfDay => self.parts.half_day = Some(self.half_day()?),
            Field::Minute => self.parts.minute = self.number(59)?,
            Field::Second => self.parts.second = self.number(60)?,
            Field::Fraction(0) => self.parts.micros = self.fraction(1, DIGITS_MAX)?,
            Field::Fraction(count) => self.parts.micros = self.fraction(count, count)?,
            Field::PointFraction => {
                if matches!(self.byte(), Some(b'.' | b',')) {
                    self.at += 1;
                    self.parts.micros = self.fraction(1, DIGITS_MAX)?;
                }
            }
            Field::Epoch => self.parts.epoch = Some(self.digits(1, DIGITS_MAX - 6)?),
            Field::Offset => self.parts.offset = Some(self.offset()?),
            Field::ZoneName => self.zone_name()?,
        }
        Some(())
    }

    fn byte(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    fn eat(&mut self, wanted: u8) -> Option<()> {
        (self.byte()? == wanted).then(|| self.at += 1)
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let rest = &self.line[self.at..];
        let count = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let value = rest[..count].iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        self.at += count;
        (count >= least).then_some(value)
    }

    /// One or two digits, perhaps padded with a blank.
    fn number(&mut self, most: i64) -> Option<i64> {
        let _ = self.eat(b' ');
        self.digits(1, 2).filter(|&value| value <= most)
    }

    /// The number of a name, from 1: its first three letters or all of it, in any case.
    fn name(&mut self, names: &[&str]) -> Option<i64> {
        let rest = &self.line[self.at..];
        let begins = |name: &str| {
            rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
        };
        let place = names.iter().position(|name| begins(&name[..3]))?;
        self.at += if begins(names[place]) { names[place].len() } else { 3 };
        Some(place as i64 + 1)
    }

    fn half_day(&mut self) -> Option<i64> {
        let half = match self.byte()? {
            b'A' | b'a' => 0,
            b'P' | b'p' => 12,
            _ => return None,
        };
        self.at += 1;
        let _ = self.eat(b'.');
        self.eat(b'M').or_else(|| self.eat(b'm'))?;
        let _ = self.eat(b'.');
        Some(half)
    }

    /// The digits of a fraction, as microseconds.
    fn fraction(&mut self, least: usize, most: usize) -> Option<i64> {
        let start = self.at;
        self.digits(least, most)?;
        let digit = |at: usize| if at < self.at { i64::from(self.line[at] - b'0') } else { 0 };
        Some((start..start + 6).fold(0, |sum, at| sum * 10 + digit(at)))
    }

    /// `Z`, `+02:00`, `+0200` or `+02`, in seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.byte()? {
            b'Z' | b'z' => {
                self.at += 1;
                return Some(0);
            }
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.at += 1;
        let hours = self.digits(2, 2).filter(|&hours| hours <= 23)?;
        let _ = self.eat(b':');
        let minutes =
            if self.byte().is_some_and(|byte| byte.is_ascii_digit()) { self.digits(2, 2)? } else { 0 };
        (minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }

    fn zone_name(&mut self) -> Option<()> {
        let rest = &self.line[self.at..];
        let is_name = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'_');
        let length = rest.iter().take_while(|byte| is_name(byte)).count();
        if matches!(&rest[..length], b"UTC" | b"GMT" | b"Z" | b"utc") {
            self.parts.offset = Some(0);
        }
        self.at += length;
        (length > 0).then_some(())
    }
}

impl Parts {
    fn wall(&self, has_year: bool) -> Option<Wall> {
        if let Some(seconds) = self.epoch {
            return Some(Wall::Instant(Time(seconds.checked_mul(SECOND_MICROS)?.checked_add(self.micros)?)));
        }
        let second_of_day = (self.hour + self.half_day.unwrap_or(0)) * 3600 + self.minute * 60 + self.second;
        if !has_year {
            // A leap year has every day.
            let exists = is_date(2024, self.month, self.day);
            let wall = Wall::Yearless {
                month: self.month as u8,
                day: self.day as u8,
                second_of_day: second_of_day as u32,
                micros: self.micros as u32,
            };
            return exists.then_some(wall);
        }
        let seconds = self.days()? * DAY_SECONDS + second_of_day;
        match self.offset {
            Some(offset) => Some(Wall::Instant(Time((seconds - offset) * SECOND_MICROS + self.micros))),
            None => Some(Wall::Local { seconds, micros: self.micros as u32 }),
        }
    }

    fn days(&self) -> Option<i64> {
        if !(1..=YEAR_MAX).contains(&self.year) {
            return None;
        }
        if self.month == 0 {
            let last = 365 + i64::from(is_leap_year(self.year));
            let exists = (1..=last).contains(&self.day_of_year);
            return exists.then(|| days_from_civil(self.year, 1, 1) + self.day_of_year - 1);
        }
        is_date(self.year, self.month, self.day).then(|| days_from_civil(self.year, self.month, self.day))
    }
}

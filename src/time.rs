//! Moments, panes, spans and zones.
//!
//! A moment is a whole number of microseconds since 1970 in UTC, so that sums and comparisons
//! are exact and the same on every machine. The calendar is done by hand, with the usual trick of
//! counting years from March: the leap day is then the last day of the year and every month's
//! first day is a linear function. jiff is asked for one thing only, the offset of a named zone,
//! because that needs a database.
//!
//! Nothing here panics: a moment too far away to be written with four digits of year is shown as
//! the nearest one that can be.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

// limits

/// Seconds in a pane. Long enough for a rate, short enough that an alert is seconds away.
pub const PANE_SECONDS: i64 = 10;
/// The least and the greatest second that four digits of year can show.
const SHOWN_SECONDS_MIN: i64 = -62_167_219_200;
const SHOWN_SECONDS_MAX: i64 = 253_402_300_799;
/// jiff's years end at ±9999; two days inside that no offset can leave its range.
const ZONED_SECONDS_MIN: i64 = -377_705_023_201 + 4 * DAY_SECONDS;
const ZONED_SECONDS_MAX: i64 = 253_402_207_200 - 4 * DAY_SECONDS;

/// Microseconds in a second.
pub const SECOND_MICROS: i64 = 1_000_000;
/// Seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Time(pub i64);

/// A stretch of [`PANE_SECONDS`] of event time, aligned to UTC.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Pane(pub i64);

impl Time {
    /// The moment this many seconds after 1970; the ends of the range hold what lies beyond.
    pub fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(SECOND_MICROS))
    }

    /// Whole seconds since 1970, rounded towards the past.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND_MICROS)
    }

    /// The pane this moment falls into.
    pub fn pane(self) -> Pane {
        Pane(self.0.div_euclid(PANE_SECONDS * SECOND_MICROS))
    }

    /// Reads `2024-05-14T08:00:00.25+02:00`. The zone is required; what is finer than a
    /// microsecond is cut off.
    ///
    /// ```
    /// # use logsurge::time::Time;
    /// let time = Time::parse_rfc3339("2024-05-14T10:00:00+02:00").unwrap();
    /// assert_eq!(time.to_string(), "2024-05-14T08:00:00Z");
    /// ```
    pub fn parse_rfc3339(text: &str) -> Option<Time> {
        let bytes = text.as_bytes();
        let field = |at: usize, count: usize| digits(bytes.get(at..at + count)?);
        let mark = |at: usize, allowed: &[u8]| allowed.contains(bytes.get(at)?).then_some(());
        let (year, month, day) = (field(0, 4)?, field(5, 2)?, field(8, 2)?);
        let (hour, minute, second) = (field(11, 2)?, field(14, 2)?, field(17, 2)?);
        for (at, allowed) in [(4, "-"), (7, "-"), (10, "Tt "), (13, ":"), (16, ":")] {
            mark(at, allowed.as_bytes())?;
        }
        let in_range = is_date(year, month, day) && hour < 24 && minute < 60 && second <= 60;
        if !in_range {
            return None;
        }
        let (micros, rest) = fraction_of(bytes.get(19..)?)?;
        let offset = offset_of(rest)?;
        let seconds =
            days_from_civil(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
        Some(Time(seconds * SECOND_MICROS + micros))
    }
}

/// The microseconds of a leading `.123`, if there is one, and what stands behind it.
fn fraction_of(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some(tail) = bytes.strip_prefix(b".") else {
        return Some((0, bytes));
    };
    let count = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let micros = (0..6).fold(0, |sum, at| sum * 10 + if at < count { i64::from(tail[at] - b'0') } else { 0 });
    Some((micros, &tail[count..]))
}

/// The seconds east of UTC that a whole `Z` or `+02:00` says.
fn offset_of(bytes: &[u8]) -> Option<i64> {
    if let [b'Z' | b'z'] = bytes {
        return Some(0);
    }
    let &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = bytes else {
        return None;
    };
    let (hours, minutes) = (digits(&[h1, h2])?, digits(&[m1, m2])?);
    let seconds = hours * 3600 + minutes * 60;
    (hours < 24 && minutes < 60).then_some(if sign == b'-' { -seconds } else { seconds })
}

/// The number that a handful of digits spell.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// RFC 3339 in UTC: whole seconds, else three digits of fraction, else six.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds().clamp(SHOWN_SECONDS_MIN, SHOWN_SECONDS_MAX);
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY_SECONDS));
        let of_day = seconds.rem_euclid(DAY_SECONDS);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.0.rem_euclid(SECOND_MICROS) {
            0 => write!(f, "Z"),
            micros if micros % 1000 == 0 => write!(f, ".{:03}Z", micros / 1000),
            micros => write!(f, ".{micros:06}Z"),
        }
    }
}

impl Pane {
    /// The first moment inside.
    pub fn start(self) -> Time {
        Time(self.0.saturating_mul(PANE_SECONDS * SECOND_MICROS))
    }

    /// The first moment after it.
    pub fn end(self) -> Time {
        Pane(self.0.saturating_add(1)).start()
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. A day past the month's end counts
/// on into the next month, so 29 February of a common year is 1 March.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year_from_march = year - i64::from(month <= 2);
    let era = year_from_march.div_euclid(400);
    let year_of_era = year_from_march.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The year, month and day that lie this many days after 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Whether the year has a 29 February.
pub fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Whether the calendar has this date.
pub fn is_date(year: i64, month: i64, day: i64) -> bool {
    let days = match month {
        2 => 28 + i64::from(is_leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The units of a span of time: what is typed, what is shown for one and for many, microseconds.
const UNITS: [(&str, &str, &str, i64); 6] = [
    ("w", "", "", 7 * DAY_SECONDS * SECOND_MICROS),
    ("d", "day", "days", DAY_SECONDS * SECOND_MICROS),
    ("h", "h", "h", 3600 * SECOND_MICROS),
    ("m", "min", "min", 60 * SECOND_MICROS),
    ("s", "s", "s", SECOND_MICROS),
    ("ms", "ms", "ms", 1000),
];

/// Reads `90s`, `5m`, `1h30m`, `2d`, `1w`, `250ms` into microseconds. Each number needs its unit,
/// and units come from large to small, so that `5m2h` is a slip and not a span.
pub fn parse_duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let (mut total, mut units_left) = (0i64, &UNITS[..]);
    while !rest.is_empty() {
        let count = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: i64 = rest[..count].parse().ok()?;
        let unit_end = rest[count..].find(|letter: char| letter.is_ascii_digit());
        let unit_end = unit_end.map_or(rest.len(), |length| count + length);
        let at = units_left.iter().position(|unit| unit.0 == &rest[count..unit_end])?;
        total = total.checked_add(number.checked_mul(units_left[at].3)?)?;
        units_left = &units_left[at + 1..];
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

/// A span for people: its two largest units that are not zero and stand side by side, `1 min 30 s`, `21 days`, `3 h`.
pub fn format_duration(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let mut rest = micros.unsigned_abs();
    let shown = &UNITS[1..];
    let Some(first) = shown.iter().position(|unit| rest >= unit.3.unsigned_abs()) else {
        return if rest == 0 { "0 s".into() } else { format!("{sign}{rest} µs") };
    };
    let mut text = String::from(sign);
    for (at, (_, one, many, unit)) in shown.iter().enumerate().skip(first).take(2) {
        let count = rest / unit.unsigned_abs();
        rest %= unit.unsigned_abs();
        if count > 0 {
            let name = if count == 1 { one } else { many };
            let blank = if at > first { " " } else { "" };
            text += &format!("{blank}{count} {name}");
        }
    }
    text
}

/// The clock a log without zones was written by.
#[derive(Clone, Debug)]
pub struct Zone(
    /// `None` is UTC, which needs no database and costs nothing.
    Option<TimeZone>,
);

impl Zone {
    /// Universal time.
    pub fn utc() -> Zone {
        Zone(None)
    }

    /// The zone of this name in the system's database, `Europe/Berlin`.
    pub fn named(name: &str) -> Result<Zone, String> {
        if matches!(name, "UTC" | "utc" | "Z") {
            return Ok(Zone::utc());
        }
        TimeZone::get(name).map(Zone::from_jiff).map_err(|why| format!("no time zone `{name}`: {why}"))
    }

    /// A zone that jiff has already found.
    pub fn from_jiff(zone: TimeZone) -> Zone {
        Zone((zone != TimeZone::UTC).then_some(zone))
    }

    /// Whether wall clock and universal time are the same.
    pub fn is_utc(&self) -> bool {
        self.0.is_none()
    }

    /// Universal time of what the wall clock shows, both in seconds since 1970. A time the clock
    /// shows twice means the first; one it jumps over counts as if it had not yet jumped.
    pub fn to_utc(&self, wall_seconds: i64) -> i64 {
        let Some(zone) = &self.0 else {
            return wall_seconds;
        };
        let within = wall_seconds.clamp(ZONED_SECONDS_MIN, ZONED_SECONDS_MAX);
        let zoned = civil_of(within).and_then(|wall| zone.to_ambiguous_timestamp(wall).compatible().ok());
        let offset = zoned.map_or(0, |timestamp| timestamp.as_second() - within);
        wall_seconds.saturating_add(offset)
    }

    /// What the wall clock shows at a moment of universal time, both in seconds since 1970.
    pub fn to_wall(&self, utc_seconds: i64) -> i64 {
        let Some(zone) = &self.0 else {
            return utc_seconds;
        };
        let within = utc_seconds.clamp(ZONED_SECONDS_MIN, ZONED_SECONDS_MAX);
        let offset = Timestamp::from_second(within).map_or(0, |moment| zone.to_offset(moment).seconds());
        utc_seconds.saturating_add(i64::from(offset))
    }
}

/// jiff's form of a wall clock; `None` only outside its years, where the callers do not go.
fn civil_of(wall_seconds: i64) -> Option<DateTime> {
    let (year, month, day) = civil_from_days(wall_seconds.div_euclid(DAY_SECONDS));
    let of_day = wall_seconds.rem_euclid(DAY_SECONDS);
    let date =
        civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
            .ok()?;
    let part = |value: i64| i8::try_from(value).ok();
    let time = civil::Time::new(part(of_day / 3600)?, part(of_day / 60 % 60)?, part(of_day % 60)?, 0).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests;

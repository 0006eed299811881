//! Moments as people name them on a command line.
//!
//! All but a full date with its zone need the log to be understood: `14:00` is
//! the last such time in it, `-2h` lies before its end, and so does `yesterday`.
//! An old log is read as on the day it was written, whatever today is.

use logsurge::Time;
use logsurge::time::{DAY_SECONDS, Zone, days_from_civil, is_date, parse_duration};

/// What is told to whoever writes something else.
const FORMS: &str =
    "a time such as 2026-03-02T14:00:00Z, \"2026-03-02 14:00\", 14:00, -2h, yesterday or \"yesterday 14:00\"";

/// A moment, as it was named.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The same for any log.
    At(Time),
    /// What a wall clock showed, in seconds since 1970.
    Wall(i64),
    /// The last time a wall clock showed so many seconds of a day.
    Clock(i64),
    /// So many microseconds before the end of the log.
    BeforeEnd(i64),
    /// So many days before the last day of the log, and the seconds of that day.
    Day(i64, i64),
}

impl When {
    /// Reads a moment; the error says what can be read.
    pub fn parse(text: &str) -> Result<When, String> {
        When::read(text.trim()).ok_or_else(|| FORMS.to_owned())
    }

    fn read(text: &str) -> Option<When> {
        if let Some(time) = Time::parse_rfc3339(text) {
            return Some(When::At(time));
        }
        if let Some(span) = text.strip_prefix('-') {
            return parse_duration(span).map(When::BeforeEnd);
        }
        if let Some(clock) = clock_of(text) {
            return Some(When::Clock(clock));
        }
        let (day, clock) = match text.split_once([' ', 'T', 't']).filter(|_| !is_named(text)) {
            Some((day, clock)) => (day, clock_of(clock.trim())?),
            None => match text.split_once(' ') {
                Some((day, clock)) => (day, clock_of(clock.trim())?),
                None => (text, 0),
            },
        };
        match day.to_ascii_lowercase().as_str() {
            "today" => Some(When::Day(0, clock)),
            "yesterday" => Some(When::Day(1, clock)),
            _ => Some(When::Wall(date_of(day)? * DAY_SECONDS + clock)),
        }
    }

    /// Whether it means the same for every log.
    pub fn is_absolute(self) -> bool {
        matches!(self, When::At(_) | When::Wall(_))
    }

    /// The moment it means for a log whose lines begin at `first` and end at `last`.
    /// A time of day that the log does not reach is the nearest one before its end.
    pub fn resolve(self, first: Time, last: Time, zone: &Zone) -> Time {
        let wall = |seconds: i64| Time::from_seconds(zone.to_utc(seconds));
        let last_wall = zone.to_wall(last.seconds());
        let midnight = last_wall.div_euclid(DAY_SECONDS) * DAY_SECONDS;
        match self {
            When::At(time) => time,
            When::Wall(seconds) => wall(seconds),
            When::BeforeEnd(micros) => Time(last.0.saturating_sub(micros)).max(Time(first.0.min(last.0))),
            When::Day(back, clock) => wall(midnight - back * DAY_SECONDS + clock),
            When::Clock(clock) => {
                let today = wall(midnight + clock);
                if today <= last { today } else { wall(midnight - DAY_SECONDS + clock) }
            }
        }
    }
}

/// Whether a day is named in words, which hold the letter that parts a date from its time.
fn is_named(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The seconds of the day of `14:00` or `14:00:05`.
fn clock_of(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| number(part, 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let whole = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    whole.then_some(hour * 3600 + minute * 60 + second)
}

/// The days since 1970 of `2026-03-02`.
fn date_of(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    (parts.next().is_none() && is_date(year, month, day)).then(|| days_from_civil(year, month, day))
}

/// A number of at most so many digits, and nothing else.
fn number(text: &str, digits_max: usize) -> Option<i64> {
    let plain = (1..=digits_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse_rfc3339(text).expect("a time")
    }

    #[test]
    fn moments_are_read_as_the_log_means_them() {
        let (first, last) = (time("2026-03-01T09:00:00Z"), time("2026-03-02T16:30:00Z"));
        for (text, wanted) in [
            ("2026-03-02T14:00:00Z", "2026-03-02T14:00:00Z"),
            ("2026-03-02T14:00:00+02:00", "2026-03-02T12:00:00Z"),
            ("2026-03-02 14:00", "2026-03-02T14:00:00Z"),
            ("2026-03-02T14:00:05", "2026-03-02T14:00:05Z"),
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("14:00", "2026-03-02T14:00:00Z"),
            ("17:00", "2026-03-01T17:00:00Z"),
            ("9:05:30", "2026-03-02T09:05:30Z"),
            ("-2h", "2026-03-02T14:30:00Z"),
            ("-9d", "2026-03-01T09:00:00Z"),
            ("today", "2026-03-02T00:00:00Z"),
            ("yesterday", "2026-03-01T00:00:00Z"),
            ("Yesterday 14:00", "2026-03-01T14:00:00Z"),
            ("today 14:00", "2026-03-02T14:00:00Z"),
        ] {
            let when = When::parse(text).expect(text);
            assert_eq!(when.resolve(first, last, &Zone::utc()), time(wanted), "{text}");
        }
    }

    #[test]
    fn a_wall_clock_is_that_of_the_zone() {
        let zone = Zone::named("Europe/Zurich").expect("a zone");
        let last = time("2026-03-02T23:30:00Z"); // 00:30 of the third there
        let moment = |text| When::parse(text).expect("a moment").resolve(last, last, &zone);
        assert_eq!(moment("14:00"), time("2026-03-02T13:00:00Z"));
        assert_eq!(moment("yesterday"), time("2026-03-01T23:00:00Z"));
        assert_eq!(moment("2026-07-01 14:00"), time("2026-07-01T12:00:00Z"));
    }

    #[test]
    fn what_is_no_moment_is_told() {
        for text in
            ["", "soon", "25:00", "14:60", "2026-02-30", "-2", "14", "2026-03-02 noon", "yesterday noon"]
        {
            assert!(When::parse(text).is_err_and(|why| why.contains("such as")), "{text}");
        }
        assert!(When::parse("2026-03-02 14:00").is_ok_and(When::is_absolute));
        assert!(!When::parse("14:00").is_ok_and(When::is_absolute));
    }
}

//! A moment as people name it.

use logsurge::Time;
use logsurge::time::{DAY_SECONDS, Zone, days_from_civil, is_date, parse_duration};

/// A moment, perhaps one that only a log's own time tells.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// With its zone.
    At(Time),
    /// As the clock on the wall shows it, in seconds since 1970.
    Wall(i64),
    /// The last such time of day in the log, in seconds.
    Clock(i64),
    /// So many microseconds before the log's end.
    Before(i64),
    /// The start of the day so many days before the last one.
    Day(i64),
}

impl When {
    /// Reads RFC 3339, `2024-05-14 08:00`, `2024-05-14`, `14:00`, `-2h`, `yesterday`, `today`.
    pub fn parse(text: &str) -> Result<When, String> {
        let parsed = match text {
            "today" => Some(When::Day(0)),
            "yesterday" => Some(When::Day(1)),
            _ => match text.strip_prefix('-') {
                Some(span) => parse_duration(span).map(When::Before),
                None => Time::parse_rfc3339(text).map(When::At).or_else(|| wall(text)),
            },
        };
        parsed.ok_or_else(|| "a time such as 2024-05-14T08:00:00Z, 14:00, -2h or yesterday".into())
    }

    /// The moment meant by someone who looks at a log with this first and last stamp.
    pub fn resolve(&self, _first: Time, last: Time, zone: &Zone) -> Time {
        let wall_last = zone.to_wall(last.seconds());
        let midnight = wall_last - wall_last.rem_euclid(DAY_SECONDS);
        let wall = match *self {
            When::At(time) => return time,
            When::Before(micros) => return Time(last.0.saturating_sub(micros)),
            When::Wall(seconds) => seconds,
            When::Clock(of_day) if midnight + of_day > wall_last => midnight + of_day - DAY_SECONDS,
            When::Clock(of_day) => midnight + of_day,
            When::Day(ago) => midnight - ago * DAY_SECONDS,
        };
        Time::from_seconds(zone.to_utc(wall))
    }
}

/// `14:00`, `14:00:30`, a date, or both.
fn wall(text: &str) -> Option<When> {
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (Some(date), Some(clock)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let of_day = clock.map_or(Some(0), |clock| {
        let parts = numbers(clock, ':', 2)?;
        let (hour, minute, second) = (*parts.first()?, *parts.get(1)?, parts.get(2).copied().unwrap_or(0));
        (parts.len() <= 3 && hour < 24 && minute < 60 && second < 60)
            .then_some(hour * 3_600 + minute * 60 + second)
    })?;
    let Some(date) = date else { return Some(When::Clock(of_day)) };
    let parts = numbers(date, '-', 4)?;
    let &[year, month, day] = &parts[..] else { return None };
    is_date(year, month, day).then(|| When::Wall(days_from_civil(year, month, day) * DAY_SECONDS + of_day))
}

fn numbers(text: &str, separator: char, digits_max: usize) -> Option<Vec<i64>> {
    let number = |part: &str| {
        let plain = !part.is_empty() && part.len() <= digits_max && part.bytes().all(|b| b.is_ascii_digit());
        if plain { part.parse().ok() } else { None }
    };
    text.split(separator).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_what_the_log_makes_of_it() {
        let time = |text: &str| Time::parse_rfc3339(text).unwrap();
        let (first, last) = (time("2024-05-13T08:00:00Z"), time("2024-05-14T13:30:00Z"));
        for (text, meant) in [
            ("2024-05-14T10:00:00+02:00", "2024-05-14T08:00:00Z"),
            ("2024-05-14 08:00", "2024-05-14T08:00:00Z"),
            ("2024-05-14", "2024-05-14T00:00:00Z"),
            ("13:00", "2024-05-14T13:00:00Z"),
            ("14:00", "2024-05-13T14:00:00Z"),
            ("-2h", "2024-05-14T11:30:00Z"),
            ("yesterday", "2024-05-13T00:00:00Z"),
        ] {
            let when = When::parse(text).unwrap();
            assert_eq!(when.resolve(first, last, &Zone::utc()), time(meant), "{text}");
        }
        for text in ["", "-", "25:00", "14", "2024-02-30", "soon", "1:2:3:4"] {
            assert!(When::parse(text).is_err(), "{text}");
        }
    }
}

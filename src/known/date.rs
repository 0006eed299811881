//! Dates as a file of decisions has them.

use crate::time::{DAY_SECONDS, Time, Zone};

/// The moment a date or a date and time names: of a date the end of that day.
pub(super) fn end_of(text: &str, zone: &Zone) -> Option<Time> {
    let text = text.trim();
    if let Some(time) = Time::parse_rfc3339(text) {
        return Some(time);
    }
    let utc = |text: &str| Time::parse_rfc3339(&format!("{text}Z"));
    let (wall, more) = match text.len() {
        10 => (utc(&format!("{text}T00:00:00"))?, DAY_SECONDS),
        16 => (utc(&format!("{text}:00"))?, 0),
        _ => (utc(text)?, 0),
    };
    Some(Time::from_seconds(zone.to_utc(wall.seconds().saturating_add(more))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_end_of_its_day_in_the_zone() {
        let zurich = Zone::named("Europe/Zurich").expect("a zone");
        for (text, wanted) in [
            ("2026-12-31", Some("2026-12-31T23:00:00Z")),
            ("2026-12-31T10:00:00", Some("2026-12-31T09:00:00Z")),
            ("2026-12-31 10:00", Some("2026-12-31T09:00:00Z")),
            ("2026-12-31T10:00:00Z", Some("2026-12-31T10:00:00Z")),
            ("2026-12-31T10:00:00+05:00", Some("2026-12-31T05:00:00Z")),
            ("2026-02-30", None),
            ("tomorrow", None),
            ("", None),
            ("2026-12-3é", None),
        ] {
            let wanted = wanted.map(|text| Time::parse_rfc3339(text).expect("a time"));
            assert_eq!(end_of(text, &zurich), wanted, "{text}");
        }
    }
}

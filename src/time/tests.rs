use super::*;

#[test]
fn a_moment_is_shown_with_no_more_fraction_than_it_has() {
    for (micros, shown) in [
        (0, "1970-01-01T00:00:00Z"),
        (1_715_673_600_000_000, "2024-05-14T08:00:00Z"),
        (1_715_673_600_250_000, "2024-05-14T08:00:00.250Z"),
        (1_715_673_600_000_007, "2024-05-14T08:00:00.000007Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_709_164_800_000_000, "2024-02-29T00:00:00Z"),
        (i64::MAX, "9999-12-31T23:59:59.775807Z"),
        (i64::MIN, "0000-01-01T00:00:00.224192Z"),
    ] {
        assert_eq!(Time(micros).to_string(), shown);
    }
}

#[test]
fn what_is_shown_can_be_read_back() {
    for micros in [0, -1, 1, 1_715_673_600_250_000, -62_167_219_200_000_000, 253_402_300_799_999_999] {
        assert_eq!(Time::parse_rfc3339(&Time(micros).to_string()), Some(Time(micros)));
    }
}

#[test]
fn rfc_3339_is_read_strictly() {
    let seconds = |text| Time::parse_rfc3339(text).map(|time| time.0 / SECOND_MICROS);
    assert_eq!(seconds("2024-05-14T08:00:00Z"), Some(1_715_673_600));
    assert_eq!(seconds("2024-05-14t10:00:00.123456789+02:00"), Some(1_715_673_600));
    assert_eq!(seconds("2024-05-14 03:30:00-04:30"), Some(1_715_673_600));
    assert_eq!(seconds("2016-12-31T23:59:60Z"), Some(1_483_228_800));
    for wrong in [
        "",
        "2024-05-14",
        "2024-05-14T08:00:00",
        "2024-05-14T08:00:00.Z",
        "2024-13-14T08:00:00Z",
        "2023-02-29T08:00:00Z",
        "2024-05-14T24:00:00Z",
        "2024-05-14T08:60:00Z",
        "2024-05-14T08:00:00+0200",
        "2024-05-14T08:00:00+02:60",
        "2024-05-14T08:00:00Zx",
        "2024x05-14T08:00:00Z",
        "２024-05-14T08:00:00Z",
    ] {
        assert_eq!(seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn the_calendar_agrees_with_itself_over_a_thousand_years() {
    let mut days = days_from_civil(1600, 1, 1);
    for year in 1600..2600 {
        for month in 1..=12 {
            for day in (1..=31).take_while(|&day| is_date(year, month, day)) {
                assert_eq!(days_from_civil(year, month, day), days);
                assert_eq!(civil_from_days(days), (year, month, day));
                days += 1;
            }
        }
    }
    assert_eq!(days_from_civil(1970, 1, 1), 0);
    assert_eq!(days_from_civil(2023, 2, 29), days_from_civil(2023, 3, 1));
}

#[test]
fn panes_are_aligned_and_reach_before_1970() {
    assert_eq!(Time::from_seconds(19).pane(), Pane(1));
    assert_eq!(Time(-1).pane(), Pane(-1));
    assert_eq!(Pane(1).start(), Time::from_seconds(10));
    assert_eq!(Pane(1).end(), Pane(2).start());
    for time in [Time(i64::MIN), Time(i64::MAX)] {
        assert!(time.pane().start() <= time && time <= time.pane().end());
    }
    assert_eq!(Pane(i64::MAX).end(), Time(i64::MAX));
}

#[test]
fn spans_are_read_with_their_units() {
    for (text, seconds) in
        [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("1w2d", 777_600), ("0s", 0)]
    {
        assert_eq!(parse_duration(text), Some(seconds * SECOND_MICROS), "{text}");
    }
    assert_eq!(parse_duration("1s250ms"), Some(1_250_000));
    for wrong in [
        "",
        "5",
        "s",
        "5x",
        "5m2h",
        "5m5m",
        "1.5h",
        "-5m",
        "5 m",
        "9999999999999d",
        "99999999999999999999s",
        "5µ",
    ] {
        assert_eq!(parse_duration(wrong), None, "{wrong}");
    }
}

#[test]
fn spans_are_shown_in_two_units_at_most() {
    for (micros, shown) in [
        (15_000_000, "15 s"),
        (90_000_000, "1 min 30 s"),
        (300_000_000, "5 min"),
        (10_800_000_000, "3 h"),
        (86_400_000_000, "1 day"),
        (21 * 86_400_000_000, "21 days"),
        (86_400_000_000 + 7_200_000_000, "1 day 2 h"),
        (3_600_000_000 + 5_000_000, "1 h"),
        (250_000, "250 ms"),
        (7, "7 µs"),
        (0, "0 s"),
        (-15_000_000, "-15 s"),
        (i64::MIN, "-106751991 days 4 h"),
    ] {
        assert_eq!(format_duration(micros), shown);
    }
}

/// A zone by its rule, so that the test needs no database of zones.
fn posix(rule: &str) -> Zone {
    Zone::from_jiff(TimeZone::posix(rule).unwrap())
}

#[test]
fn a_zone_keeps_its_summer_time() {
    let zone = posix("CET-1CEST,M3.5.0,M10.5.0/3");
    let seconds = |text| Time::parse_rfc3339(text).unwrap().seconds();
    for (wall, utc) in [
        ("2024-01-15T12:00:00Z", "2024-01-15T11:00:00Z"),
        ("2024-07-15T12:00:00Z", "2024-07-15T10:00:00Z"),
        ("2024-03-31T02:30:00Z", "2024-03-31T01:30:00Z"), // jumped over
        ("2024-10-27T02:30:00Z", "2024-10-27T00:30:00Z"), // shown twice: the first
        ("2024-10-27T03:00:00Z", "2024-10-27T02:00:00Z"),
    ] {
        assert_eq!(zone.to_utc(seconds(wall)), seconds(utc), "{wall}");
    }
    assert_eq!(zone.to_wall(seconds("2024-07-15T10:00:00Z")), seconds("2024-07-15T12:00:00Z"));
    assert_eq!(zone.to_wall(seconds("2024-10-27T01:30:00Z")), seconds("2024-10-27T02:30:00Z"));
}

#[test]
fn no_second_is_too_far_for_a_zone() {
    for zone in [Zone::utc(), posix("EST5EDT,M3.2.0,M11.1.0"), posix("<+1345>-13:45")] {
        for seconds in [i64::MIN, i64::MIN + 1, -377_705_116_800, -1, 0, 253_402_300_800, i64::MAX] {
            zone.to_utc(seconds);
            zone.to_wall(seconds);
        }
    }
}

#[test]
fn an_unknown_zone_is_said_by_name() {
    assert!(Zone::named("Nowhere/Atlantis").unwrap_err().contains("Nowhere/Atlantis"));
    assert!(Zone::named("UTC").unwrap().is_utc());
    assert!(Zone::from_jiff(TimeZone::UTC).is_utc());
}

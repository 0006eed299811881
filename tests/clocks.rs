//! Clocks that are wrong: what their lines say, and what they must not do to others.

use logsurge::{Alert, Config, Session, Time};

/// The stamp that lies so many minutes behind the morning of 2 March 2026.
fn stamp(minutes: i64) -> String {
    Time::from_seconds(1_772_438_400 + minutes * 60).to_string()
}

fn alerts(live: bool, text: &str) -> Vec<Alert> {
    let config = Config { live, warmup: Some(0), ..Config::new(Time::from_seconds(1_800_000_000)) };
    let mut session = Session::new(&config, None, "app");
    session.feed(text.as_bytes());
    session.finish();
    std::iter::from_fn(|| session.next_alert()).collect()
}

/// Five new errors were told under stamps of tomorrow; the bound of five in ten minutes then held
/// until tomorrow, and every new error until then was a note.
#[test]
fn errors_of_a_clock_a_day_ahead_do_not_hold_back_those_of_the_day() {
    let mut text = format!("{} INFO all is well\n", stamp(0));
    for what in ["disk", "network", "database", "mail", "cache"] {
        text += &format!("{} ERROR {what} lost\n", stamp(26 * 60));
    }
    for minute in 1..90 {
        text += &format!("{} INFO all is well\n", stamp(minute));
    }
    text += &format!("{} ERROR volume vanished\n", stamp(120));
    for live in [false, true] {
        let alerts = alerts(live, &text);
        let last = alerts.iter().find(|alert| alert.template.contains("vanished")).expect("it is told");
        assert!(!last.note, "live {live}: {last:?}");
    }
}

/// What a skewed line is dated by is the pane it was counted in, not its own stamp.
#[test]
fn a_skewed_line_does_not_move_when_its_message_was_last_seen() {
    let mut text = String::new();
    for minute in 0..30 {
        text += &format!("{} INFO all is well\n", stamp(minute));
        if minute == 10 {
            text += &format!("{} ERROR disk lost\n", stamp(26 * 60));
        }
    }
    let config = Config { learn_only: true, ..Config::new(Time::from_seconds(1_800_000_000)) };
    let mut session = Session::new(&config, None, "app");
    session.feed(text.as_bytes());
    session.finish();
    assert_eq!(session.report().skewed, 1);
    let (from, to) = session.report().span.expect("lines were read");
    for message in session.ledger().to_baseline(&logsurge::baseline::Settings::default()).messages() {
        let message = message.message;
        assert!(from <= message.first_seen && message.last_seen <= to, "{message:?}");
    }
}

/// One line of a clock five hours ahead among those of a day: it counts as skewed, and the lines
/// behind it are in their windows, so that a surge of these is seen.
#[test]
fn a_line_hours_ahead_does_not_make_the_others_late() {
    let mut text = String::new();
    for second in 0..4 * 3_600 {
        let time = |seconds: i64| Time::from_seconds(1_772_438_400 + seconds).to_string();
        if second % 10 == 0 {
            text += &format!("{} INFO all is well\n", time(second));
        }
        if second == 7_200 {
            text += &format!("{} INFO all is well\n", time(second + 5 * 3_600));
        }
        if second > 3 * 3_600 && second < 3 * 3_600 + 600 {
            text += &format!("{0} WARN retrying upstream\n{0} WARN retrying upstream\n", time(second));
        } else if second % 97 == 0 {
            text += &format!("{} WARN retrying upstream\n", time(second));
        }
    }
    for live in [false, true] {
        let config = Config { live, warmup: Some(0), ..Config::new(Time::from_seconds(1_800_000_000)) };
        let mut session = Session::new(&config, None, "app");
        session.feed(text.as_bytes());
        session.finish();
        assert_eq!((session.report().skewed, session.report().late), (1, 1), "live {live}");
        let surge = std::iter::from_fn(|| session.next_alert())
            .any(|alert| alert.kind == logsurge::Kind::Surge && alert.template.contains("retrying"));
        assert!(surge, "live {live}");
    }
}

/// A quiet night, a log of one line an hour, and a step at the end are what they were.
#[test]
fn a_quiet_night_is_no_wrong_clock() {
    let time = |minutes: i64| Time::from_seconds(1_772_438_400 + minutes * 60).to_string();
    let day = |from: i64, lines: i64| -> String {
        (0..lines).map(|minute| format!("{} INFO all is well\n", time(from + minute))).collect()
    };
    let hourly: String = (0..60).map(|hour| format!("{} INFO all is well\n", time(hour * 60))).collect();
    for text in [day(0, 60) + &day(600, 30), day(0, 60) + &day(600, 3), hourly] {
        let config = Config { warmup: Some(0), ..Config::new(Time::from_seconds(1_800_000_000)) };
        for piece in [7, 1_000_000] {
            let mut session = Session::new(&config, None, "app");
            text.as_bytes().chunks(piece).for_each(|piece| session.feed(piece));
            session.finish();
            assert_eq!((session.report().skewed, session.report().late), (0, 0));
        }
    }
}

/// Live, a line that the wall clock confirms is believed at once; another after a while.
#[test]
fn a_live_line_after_a_silence_does_not_wait_for_twenty() {
    for ahead in [0, 3_600] {
        let config = Config { live: true, warmup: Some(0), ..Config::new(Time::from_seconds(1_800_000_000)) };
        let mut session = Session::new(&config, None, "app");
        let at = |seconds: i64| Time::from_seconds(1_772_438_400 + seconds);
        let feed = |session: &mut Session, seconds: i64, what: &str| {
            session.advance(at(seconds));
            session.feed(format!("{} INFO {what}\n", at(seconds + ahead)).as_bytes());
        };
        for second in 0..30 {
            feed(&mut session, second, "all is well");
        }
        feed(&mut session, 7_200, "shutting down for the night");
        for second in 7_201..7_300 {
            session.advance(at(second));
        }
        let span = session.report().span;
        session.feed(format!("{} INFO after all\n", at(7_301 + ahead)).as_bytes());
        session.finish();
        assert_eq!(session.report().skewed, 0, "ahead {ahead}, {span:?}");
    }
}

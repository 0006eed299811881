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

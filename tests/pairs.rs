//! Small pairs: an hour against a day of the same service, with one thing wrong.

mod random;
mod service;

use logsurge::{Alert, Baseline, Config, Kind, Phase};
use random::Random;
use service::{DAY, HOUR, KINDS, Log, MINUTE, MONDAY, TICK, config, judged, learned, listed, normal, opened};
use std::sync::LazyLock;

const RATE: f64 = 10.0;
const BEGIN: i64 = MONDAY + DAY;

static NORMAL: LazyLock<Baseline> = LazyLock::new(|| normal(RATE));

/// An hour as usual.
fn hour(seed: u64) -> Log {
    let mut log = Log::new();
    log.usual(seed, BEGIN, HOUR, RATE, |_| 1.0);
    log
}

fn judge(log: Log) -> Vec<Alert> {
    judged(&NORMAL, &log.text(), &config())
}

/// The alerts of one kind whose sample holds `text`.
fn about<'a>(alerts: &'a [Alert], kind: Kind, text: &str) -> Vec<&'a Alert> {
    let of = |alert: &&Alert| alert.kind == kind && String::from_utf8_lossy(&alert.sample).contains(text);
    alerts.iter().filter(of).collect()
}

#[test]
fn the_same_traffic_a_day_later_is_silence() {
    for seed in 2..6 {
        let alerts = judge(hour(seed));
        assert!(alerts.is_empty(), "seed {seed}:\n{}", listed(&alerts));
    }
}

#[test]
fn one_new_fatal_line_among_thirty_six_thousand_is_an_alert() {
    let mut log = hour(7);
    log.say((BEGIN + 1_234) as f64, "FATAL storage volume vol-7 lost");
    let alerts = judge(log);
    let open = opened(&alerts);
    assert_eq!(open.len(), 1, "{}", listed(&alerts));
    assert_eq!((open[0].kind, open[0].count), (Kind::New, 1));
    assert!(!open[0].provisional);
}

#[test]
fn a_message_one_word_from_a_known_one_is_told_with_it() {
    for (text, known) in [
        ("INFO  pay     charge deferred for order <n>", "accepted"),
        ("INFO  auth    session <n> suspended", "closed"),
        ("WARN  orders  retrying upstream us-1 (attempt <n>)", "eu"),
    ] {
        let mut log = hour(8);
        log.repeat(&mut Random(9), (BEGIN + 20 * MINUTE) as f64, 300.0, 5, text);
        let alerts = judge(log);
        let word = text.split_whitespace().nth(4).unwrap_or(text);
        let new: Vec<&Alert> = alerts.iter().filter(|alert| alert.kind == Kind::New).collect();
        if text.contains("us-1") {
            // A name with digits may be any name.
            assert!(new.len() <= 1, "{}", listed(&alerts));
            continue;
        }
        assert_eq!(new.len(), 1, "{word}:\n{}", listed(&alerts));
        let nearest = new[0].nearest.as_ref().expect("there is a like one");
        assert!(nearest.template.contains(known), "{nearest:?}");
        assert_eq!(nearest.differs.first().map(|(_, there)| there.as_str()), Some(known));
    }
}

#[test]
fn one_message_tenfold_for_six_minutes_surges() {
    // Requests with another status are the same message to us, and most of them go well.
    for (share, text) in KINDS.iter().filter(|kind| kind.0 <= 100 && !kind.1.contains("404")) {
        let usual = *share as f64 * RATE / 760.0;
        let lines = (9.0 * usual * 360.0).round() as u64;
        let mut log = hour(10);
        log.repeat(&mut Random(11), (BEGIN + 30 * MINUTE) as f64, 360.0, lines, text);
        let alerts = judge(log);
        let told = opened(&alerts);
        assert_eq!(told.len(), 1, "{text}:\n{}", listed(&alerts));
        assert_eq!(told[0].kind, Kind::Surge, "{text}:\n{}", listed(&alerts));
        assert!(told[0].time.0 <= (BEGIN + 36 * MINUTE + 10) * 1_000_000, "{text}: {}", told[0].time);
    }
}

/// A message of two and a half lines a minute.
const THREEFOLD: &str = "INFO  report  page <n> written";

#[test]
fn three_times_as_many_for_six_minutes_surge_for_who_asks_for_more() {
    let mut past = Log::new();
    past.usual(1, MONDAY, DAY, RATE, |_| 1.0);
    past.repeat(&mut Random(2), MONDAY as f64, DAY as f64, DAY as u64 / 24, THREEFOLD);
    let normal = learned(&past.text());
    let mut log = hour(12);
    log.repeat(&mut Random(3), BEGIN as f64, HOUR as f64, HOUR as u64 / 24, THREEFOLD);
    log.repeat(&mut Random(4), (BEGIN + 30 * MINUTE) as f64, 360.0, 30, THREEFOLD);
    let alerts = judged(&normal, &log.text(), &Config { false_alerts: 100.0, ..config() });
    let told = about(&alerts, Kind::Surge, "page");
    assert!(told.iter().any(|alert| alert.is_alarm()), "{}", listed(&alerts));
}

#[test]
fn a_heartbeat_that_stops_is_gone() {
    let mut log = hour(13);
    log.retain(|at, text| text != TICK || at < BEGIN + 40 * MINUTE);
    let alerts = judge(log);
    let told = opened(&alerts);
    assert_eq!(told.len(), 1, "{}", listed(&alerts));
    assert_eq!(told[0].kind, Kind::Gone);
    let delay = told[0].time.0 / 1_000_000 - (BEGIN + 40 * MINUTE);
    assert!(delay <= 150, "{delay} s");
}

#[test]
fn a_heartbeat_that_is_absent_the_whole_hour_is_gone() {
    let mut log = hour(14);
    log.retain(|_, text| text != TICK);
    let alerts = judge(log);
    let told = opened(&alerts);
    assert_eq!(told.len(), 1, "{}", listed(&alerts));
    assert_eq!(told[0].kind, Kind::Gone);
}

#[test]
fn all_traffic_threefold_is_one_note_at_most() {
    let mut log = Log::new();
    log.usual(15, BEGIN, HOUR, RATE, |_| 1.0);
    let mut more = Log::new();
    more.usual(16, BEGIN + 10 * MINUTE, HOUR - 10 * MINUTE, 2.0 * RATE, |_| 1.0);
    more.retain(|_, text| text != TICK);
    log.merge(more);
    let alerts = judge(log);
    assert!(opened(&alerts).is_empty(), "{}", listed(&alerts));
    let told = alerts.iter().filter(|alert| alert.phase == Phase::Open).count();
    assert!(told <= 1, "{}", listed(&alerts));
}

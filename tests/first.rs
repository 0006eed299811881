//! First contact: what a log that nobody has learned yet teaches of itself, from when on it is
//! judged, and what is said when it falls silent.

mod program;
mod running;

use flate2::Compression;
use flate2::write::GzEncoder;
use logsurge::{Alert, Config, Kind, Phase, Session, Time};
use program::Place;
use running::Running;
use std::fs::File;
use std::io::Write;

/// 2026-03-02T00:00:00Z
const MIDNIGHT: i64 = 1_772_409_600;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

fn stamp(seconds: i64) -> String {
    Time::from_seconds(MIDNIGHT + seconds).to_string()
}

/// A healthy log: three messages, a line every ten seconds.
fn healthy(from: i64, to: i64) -> String {
    let texts = ["request served", "cache refreshed", "queue drained"];
    let line = |at: i64| format!("{} INFO {} in {} ms\n", stamp(at), texts[(at / 10 % 3) as usize], at % 97);
    (from..to).filter(|at| at % 10 == 0).map(line).collect()
}

fn error(at: i64, what: &str) -> String {
    format!("{} ERROR {what} lost\n", stamp(at))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn append(place: &Place, name: &str, text: &str) {
    let mut log = File::options().append(true).open(place.path(name)).unwrap();
    log.write_all(text.as_bytes()).unwrap();
}

const WATCH: [&str; 4] = ["watch", "--tz", "UTC", "--json"];

#[test]
fn an_incident_of_the_last_hour_is_told_at_once_and_the_file_is_followed() {
    let place = Place::new();
    let text = healthy(0, 5 * HOUR) + &error(4 * HOUR + 40 * MINUTE, "volume");
    let text = text + &error(2 * HOUR, "network");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    place.write("app.log", lines.join("\n") + "\n");
    let mut running = Running::start(&place, &[&WATCH[..], &["app.log"]].concat());
    let line = running.tells("volume lost");
    assert!(line.contains("\"note\":false"), "{line}");
    append(&place, "app.log", &error(5 * HOUR, "database"));
    running.tells("database lost");
    running.signal("-TERM");
    let ran = running.ends().status(0);
    assert!(!ran.out.contains("network lost"), "what is older is learned: {}", ran.out);
    assert!(ran.err.contains("learned 4 messages"), "{}", ran.err);
    assert!(ran.err.contains("2026-03-02 00:00 to 03:59; judging from 03:59 on"), "{}", ran.err);
    assert!(ran.err.contains("1 kind of error"), "{}", ran.err);
}

#[test]
fn rotated_siblings_teach_too_and_lines_are_numbered_in_their_own_file() {
    let place = Place::new();
    place.write("app.log.2.gz", gzip(&(error(10, "volume") + &healthy(0, 4 * HOUR))));
    place.write("app.log.1", error(4 * HOUR, "network") + &healthy(4 * HOUR, 8 * HOUR));
    let last = healthy(8 * HOUR, 8 * HOUR + 10 * MINUTE);
    let end = 8 * HOUR + 10 * MINUTE;
    place.write("app.log", last.clone() + &error(end, "volume") + &error(end + 1, "cache"));
    // Another log beside it is none of its past.
    place.write("other.log.1", error(4 * HOUR, "cache"));
    let mut running = Running::start(&place, &[&WATCH[..], &["app.log"]].concat());
    let alert = running.tells("cache lost");
    let number = last.lines().count() + 2;
    assert!(alert.contains(&format!("\"line_number\":{number}")), "{number}: {alert}");
    running.signal("-TERM");
    let ran = running.ends().status(0);
    assert!(!ran.out.contains("volume lost") && !ran.out.contains("network lost"), "{}", ran.out);
    assert!(ran.err.contains("of app.log, 2026-03-02 00:00 to 07:10"), "{}", ran.err);
}

#[test]
fn a_short_file_warms_up_on_what_is_there() {
    let place = Place::new();
    let end = HOUR + 30 * MINUTE;
    place.write("app.log", error(MINUTE, "network") + &healthy(MINUTE, end) + &error(end, "volume"));
    let mut running = Running::start(&place, &[&WATCH[..], &["app.log"]].concat());
    assert!(running.tells("network lost").contains("\"provisional\":true"));
    running.tells("volume lost");
    running.signal("-TERM");
    let ran = running.ends().status(0);
    assert!(ran.err.contains("errors taken for normal from now on"), "{}", ran.err);
}

#[test]
fn since_and_until_choose_what_is_told_and_all_is_learned() {
    let place = Place::new();
    let hours: Vec<String> = (0..6)
        .map(|hour| healthy(hour * HOUR, hour * HOUR + HOUR) + &error(hour * HOUR + HOUR - 5, &word(hour)))
        .collect();
    place.write("app.log", hours.concat());
    place.write("app.log.gz", gzip(&hours.concat()));
    let told = |args: &[&str]| {
        let ran = place.run(&[&["scan", "--tz", "UTC", "--short"], args].concat());
        let lines = ran.out.lines().filter(|line| line.contains("NEW   ERROR"));
        lines.map(|line| line[11..19].to_owned()).collect::<Vec<_>>().join(" ")
    };
    for log in ["app.log", "app.log.gz"] {
        assert_eq!(told(&["--since", "-90m", log]), "04:59:55 05:59:55", "{log}");
        assert_eq!(told(&["--since", "04:00", "--until", "05:30", log]), "04:59:55");
        assert_eq!(told(&["--until", "2026-03-02T01:30:00Z", log]), "00:59:55");
    }
    place.run(&["scan", "--since", "05:00", "--until", "04:00", "app.log"]).status(2).says("--until");
    place.run(&["scan", "--since", "soon", "app.log"]).status(2).says("yesterday");
}

/// A surge that goes on when the telling begins was not learned as usual.
#[test]
fn what_is_still_open_at_since_is_told() {
    let place = Place::new();
    let surge = (30 * HOUR - 20 * MINUTE..30 * HOUR)
        .flat_map(|at| (0..8).map(move |n| format!("{} INFO request served in {n} ms\n", stamp(at))));
    place.write("app.log", healthy(0, 30 * HOUR - 20 * MINUTE) + &surge.collect::<String>());
    let ran = place.run(&["scan", "--tz", "UTC", "--short", "--since", "-5m", "app.log"]).status(1);
    assert!(ran.out.contains("SURGE") && ran.out.contains("request served"), "{}", ran.out);
}

#[test]
fn a_log_that_ends_within_its_warm_up_says_what_was_in_it() {
    let place = Place::new();
    let text = healthy(0, 5 * MINUTE) + &error(5 * MINUTE, "volume");
    let ran = place.pipe(&["watch", "--tz", "UTC", "-"], text.as_bytes()).status(1);
    assert!(ran.err.contains("ended before") && ran.err.contains("ERROR volume lost"), "{}", ran.err);
}

fn word(n: i64) -> String {
    ["volume", "network", "database", "cache", "mailbox", "printer"][n as usize].to_owned()
}

/// The alerts of a session; live, the clock goes on for so many seconds after the last line.
fn alerts(text: &str, live_seconds: Option<i64>, warmup: Option<i64>) -> Vec<Alert> {
    let mut config = Config::new(Time::from_seconds(MIDNIGHT + 30 * DAY));
    (config.live, config.warmup) = (live_seconds.is_some(), warmup);
    let mut session = Session::new(&config, None, "app.log");
    let mut now = Time::from_seconds(MIDNIGHT);
    for line in text.lines() {
        if live_seconds.is_some() {
            now = Time::parse_rfc3339(&line[..20]).unwrap();
            session.advance(now);
        }
        session.feed(line.as_bytes());
        session.feed(b"\n");
    }
    for second in 1..=live_seconds.unwrap_or(0) {
        session.advance(Time::from_seconds(now.seconds() + second));
    }
    let mut told: Vec<Alert> = std::iter::from_fn(|| session.next_alert()).collect();
    if live_seconds.is_none() {
        session.finish();
        told.extend(std::iter::from_fn(|| session.next_alert()));
    }
    told.retain(|alert| alert.kind == Kind::Gone && alert.template.starts_with("no lines"));
    told
}

fn beats(from: i64, to: i64) -> String {
    (from..to).step_by(15).map(|at| format!("{} INFO heartbeat {at} sent\n", stamp(at))).collect()
}

#[test]
fn a_heartbeat_that_stops_on_a_pipe_of_its_own_is_told_by_the_clock() {
    let text = beats(0, 6 * HOUR);
    assert!(alerts(&text, Some(100), None).is_empty(), "not yet");
    let told = alerts(&text, Some(150), None);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].started, Time::from_seconds(MIDNIGHT + 6 * HOUR - 15));
    assert!(told[0].reason.starts_with("nothing from app.log for 2 min"), "{}", told[0].reason);
    assert!(told[0].reason.ends_with("usually a line every 15 s"), "{}", told[0].reason);
}

#[test]
fn a_log_that_pauses_is_told_alike_live_and_in_batch_and_one_that_ends_is_not() {
    let text = beats(0, 6 * HOUR) + &beats(6 * HOUR + 10 * MINUTE, 8 * HOUR);
    let what = |told: Vec<Alert>| -> Vec<_> {
        told.into_iter().map(|alert| (alert.kind, alert.id, alert.started, alert.phase)).collect()
    };
    let batch = what(alerts(&text, None, None));
    assert_eq!(batch.iter().map(|told| told.3).collect::<Vec<_>>(), [Phase::Open, Phase::Resolved]);
    assert_eq!(what(alerts(&text, Some(0), None)), batch);
}

#[test]
fn a_source_that_ends_long_before_the_others_is_told_once_with_all_its_messages() {
    let place = Place::new();
    let other = |from, to| healthy(from, to).replace("INFO", "INFO worker:");
    place.write("web.log", healthy(0, 26 * HOUR));
    place.write("worker.log", other(0, 30 * HOUR));
    let ran = place.run(&["scan", "--tz", "UTC", "--short", "web.log", "worker.log"]).status(1);
    let gone: Vec<&str> = ran.out.lines().filter(|line| line.contains("GONE")).collect();
    assert_eq!(gone.len(), 1, "{}", ran.out);
    assert!(gone[0].contains("nothing from web.log for"), "{}", ran.out);
    // A log of a few hours that has ended is a job that is done.
    place.write("web.log", healthy(0, 6 * HOUR));
    let ran = place.run(&["scan", "--tz", "UTC", "--short", "web.log", "worker.log"]);
    assert!(!ran.out.contains("nothing from"), "{}", ran.out);
}

//! A canary beside the stable side of a shop: three answers of a hundred are
//! failures, which a comparison tells; a healthy canary is calm.

mod random;
mod traffic;

use logsurge::{Comparison, Config, Session, Terms, Time, compare};
use std::ops::Range;
use traffic::{DAY, Format, START, Shares, Traffic};

const FORMATS: [Format; 4] = [Format::Clf, Format::Json, Format::Combined, Format::Nginx];
const STABLE_LINES: usize = 20_000;
const CANARY_LINES: usize = 1_000;

/// A healthy side with some failures, and one without.
const SOME: Shares = &[(0.04, 304), (0.025, 404), (0.004, 301), (0.0005, 302), (0.0003, 403), (0.001, 500)];
const NONE: Shares = &[(0.04, 304), (0.025, 404), (0.004, 301), (0.0005, 302), (0.0003, 403)];
const BROKEN: Shares = &[(0.04, 304), (0.025, 404), (0.004, 301), (0.0005, 302), (0.0003, 403), (0.03, 500)];

/// A side that answers this often and these shares, only learned.
fn side(format: Format, seed: u64, lines: usize, shares: Shares) -> Session {
    let config = Config { learn_only: true, ..Config::new(Time::from_seconds(START + 30 * DAY)) };
    let mut session = Session::new(&config, None, "access.log");
    let mut traffic = Traffic::new(format, seed);
    // Both sides are as long: half an hour to two hours.
    let seconds = 1_800 + (seed % 10) as i64 * 600;
    (traffic.rate, traffic.shares) = (lines as f64 / seconds as f64, shares);
    session.feed(traffic.between(START, START + seconds).as_bytes());
    session.finish();
    session
}

fn compared(stable: &Session, canary: &Session) -> Comparison {
    compare(stable.ledger(), canary.ledger(), &Terms::default())
}

fn tells_of_failures(format: Format, found: &Comparison) -> bool {
    found.alerts.iter().any(|alert| {
        let sample = String::from_utf8_lossy(&alert.sample);
        alert.kind.word() == "value" && alert.is_alarm() && format.status(&sample) == Some("500")
    })
}

fn listed(seed: u64, format: Format, found: &Comparison) -> String {
    let alerts = found.alerts.iter().map(|alert| {
        let sample: String = String::from_utf8_lossy(&alert.sample).chars().take(120).collect();
        format!("\n    {} {:.1}: {} | {sample}", alert.kind.word(), alert.score, alert.reason)
    });
    format!("\n  {format:?}, seed {seed}:{}", alerts.collect::<String>())
}

/// Runs so many canaries; those whose failures were not told, and healthy ones of which something was told.
fn canaries(seeds: Range<u64>, usual: Shares) -> (Vec<String>, Vec<String>) {
    let (mut missed, mut alarms) = (Vec::new(), Vec::new());
    for seed in seeds {
        let format = FORMATS[seed as usize % FORMATS.len()];
        let stable = side(format, seed, STABLE_LINES, usual);
        // The same remainder by ten: the same length.
        let found = compared(&stable, &side(format, seed + 10_000, CANARY_LINES, BROKEN));
        if !tells_of_failures(format, &found) {
            missed.push(listed(seed, format, &found));
        }
        let found = compared(&stable, &side(format, seed + 20_000, CANARY_LINES, usual));
        if !found.alerts.is_empty() {
            alarms.push(listed(seed, format, &found));
        }
    }
    (missed, alarms)
}

/// Nineteen of twenty are as they should be.
#[track_caller]
fn few(what: &str, faults: &[String], seeds: u64) {
    assert!(faults.len() as u64 * 20 <= seeds, "{what}: {} of {seeds}: {}", faults.len(), faults.concat());
}

#[track_caller]
fn judge(seeds: Range<u64>, usual: Shares) {
    let count = seeds.end - seeds.start;
    let (missed, alarms) = canaries(seeds, usual);
    println!("missed {}, false alarms {} of {count}", missed.len(), alarms.len());
    few("healthy canaries with an alert", &alarms, count);
    few("failures that were not told", &missed, count);
}

#[test]
fn a_canary_that_fails_beside_one_that_sometimes_fails() {
    judge(0..20, SOME);
}

#[test]
fn a_canary_that_fails_beside_one_that_never_does() {
    judge(40..60, NONE);
}

/// No value is told where the log after is the long one; what was too rare before is no news.
fn healthy_releases(seeds: Range<u64>, usual: Shares) -> Vec<String> {
    let mut alarms = Vec::new();
    for seed in seeds {
        let format = FORMATS[seed as usize % FORMATS.len()];
        let canary = side(format, seed + 30_000, CANARY_LINES, usual);
        let mut found = compared(&canary, &side(format, seed + 40_000, STABLE_LINES, usual));
        found.alerts.retain(|alert| alert.kind.word() == "value");
        if !found.alerts.is_empty() {
            alarms.push(listed(seed, format, &found));
        }
    }
    alarms
}

#[test]
fn a_release_after_a_healthy_canary() {
    few("healthy releases with an alert", &healthy_releases(0..20, SOME), 20);
}

#[test]
#[ignore = "takes a minute"]
fn a_hundred_releases_after_a_healthy_canary() {
    let alarms = healthy_releases(100..200, SOME);
    println!("false alarms {} of 100", alarms.len());
    few("healthy releases with an alert", &alarms, 100);
}

/// The same at length: `cargo test --release --test values_canary -- --ignored --nocapture`.
#[test]
#[ignore = "takes a minute"]
fn a_hundred_canaries_beside_one_that_sometimes_fails() {
    judge(100..200, SOME);
}

#[test]
#[ignore = "takes a minute"]
fn a_hundred_canaries_beside_one_that_never_fails() {
    judge(200..300, NONE);
}

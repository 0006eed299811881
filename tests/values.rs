//! An old message that suddenly says something else: one line among hundreds is
//! told, against a baseline and in a comparison; without it, nothing is said.

mod probes;
mod random;

use logsurge::{Alert, Baseline, Config, Kind, Phase, Session, Terms, Time, compare};
use probes::{Pair, Probe, START, cluster, database, jobs, system, web};

const SEEDS: std::ops::Range<u64> = 1..4;
const DAY: i64 = 86_400;

fn config() -> Config {
    Config::new(Time::from_seconds(START / 1_000 + 30 * DAY))
}

/// A log that was only learned.
fn learned(log: &str) -> Session {
    let mut session = Session::new(&Config { learn_only: true, ..config() }, None, "app.log");
    session.feed(log.as_bytes());
    session.finish();
    session
}

/// All that is said of the log after, against a baseline of the one before.
fn scanned(baseline: &Baseline, after: &str) -> Vec<Alert> {
    let mut session = Session::new(&config(), Some(baseline), "app.log");
    session.feed(after.as_bytes());
    session.finish();
    std::iter::from_fn(|| session.next_alert()).collect()
}

/// What is said of this pair by a scan and by a comparison, alerts and notes.
fn said(pair: &Pair) -> [(&'static str, Vec<Alert>); 2] {
    let before = learned(&pair.before.text);
    let baseline = before.ledger().to_baseline(&logsurge::baseline::Settings::default());
    let found = compare(before.ledger(), learned(&pair.after.text).ledger(), &Terms::default());
    let compared = [found.alerts, found.notes, found.start_up].concat();
    [("scan", scanned(&baseline, &pair.after.text)), ("diff", compared)]
}

fn speaks_of_news(alert: &Alert) -> bool {
    alert.phase != Phase::Resolved && matches!(alert.kind.word(), "new" | "value")
}

/// Whether the sample is this line; it may lack the stamp.
fn is_of(alert: &Alert, line: &str) -> bool {
    let sample = String::from_utf8_lossy(&alert.sample).into_owned();
    let shown = String::from_utf8(logsurge::redact(line.as_bytes()).to_vec()).expect("UTF-8");
    !sample.is_empty() && shown.ends_with(&sample)
}

fn told(alerts: &[Alert]) -> String {
    let line = |alert: &Alert| {
        let (note, sample) =
            (if alert.note { "note" } else { "ALERT" }, String::from_utf8_lossy(&alert.sample));
        let sample: String = sample.chars().take(100).collect();
        format!("\n      {note} {} {}: {} | {sample}", alert.kind.word(), alert.level.word(), alert.reason)
    };
    alerts.iter().map(line).collect()
}

/// The pair without the change is of other lines.
fn seed_of(seed: u64, changed: bool) -> u64 {
    seed * 1_000 + u64::from(changed)
}

/// Runs every probe of a group; lists what was not as it should be.
#[track_caller]
fn run(group: &[Probe], changed: bool) {
    let mut faults: Vec<String> = Vec::new();
    for probe in group {
        for seed in SEEDS {
            let pair = probe.pair(seed_of(seed, changed), changed);
            assert_eq!(pair.after.changed.len(), if changed { probe.times } else { 0 }, "{}", probe.name);
            for (how, alerts) in said(&pair) {
                let news: Vec<Alert> = alerts.into_iter().filter(speaks_of_news).collect();
                // A word that makes a new message is weighed as any new message of a young log.
                let is_told = |alert: &Alert| {
                    (alert.is_alarm() || alert.kind == Kind::New)
                        && pair.after.changed.iter().any(|line| is_of(alert, line))
                };
                if changed != news.iter().any(is_told) || !changed && !news.is_empty() {
                    faults.push(format!("  {}, {how}, seed {seed}:{}", probe.name, told(&news)));
                }
            }
        }
    }
    let runs = group.len() * SEEDS.count() * 2;
    assert!(faults.is_empty(), "{} of {runs} not as they should be:\n{}", faults.len(), faults.join("\n"));
}

/// What is asked can be known: the message came often enough, and every usual value more than once.
#[test]
fn the_probes_are_fair() {
    let groups = [system::PROBES, cluster::PROBES, database::PROBES, jobs::PROBES, web::PROBES];
    let mut faults = Vec::new();
    for (probe, seed) in groups.into_iter().flatten().flat_map(|probe| SEEDS.map(move |seed| (probe, seed))) {
        for changed in [true, false] {
            let before = probe.pair(seed_of(seed, changed), changed).before;
            let text = probe.message.1;
            let count = |value| before.counts.get(&(text, value)).copied().unwrap_or(0);
            let all: usize = probe.usual.iter().map(|(_, value)| count(value)).sum();
            let rare = probe.usual.iter().any(|(_, value)| count(value) < 2);
            let other =
                probe.others.iter().any(|(_, text)| before.counts.get(&(text, "")).is_none_or(|n| *n < 2));
            let lines = before.text.lines().count();
            if all < 50 || rare || other || !(300..=640).contains(&lines) {
                faults.push(format!(
                    "{}, seed {seed}: {all} of {lines} lines, {:?}",
                    probe.name, before.counts
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_daemon_that_says_something_else_is_told() {
    run(system::PROBES, true);
}

#[test]
fn a_daemon_that_goes_on_as_before_is_not() {
    run(system::PROBES, false);
}

#[test]
fn a_cluster_that_says_something_else_is_told() {
    run(cluster::PROBES, true);
}

#[test]
fn a_cluster_that_goes_on_as_before_is_not() {
    run(cluster::PROBES, false);
}

#[test]
fn a_database_that_says_something_else_is_told() {
    run(database::PROBES, true);
}

#[test]
fn a_database_that_goes_on_as_before_is_not() {
    run(database::PROBES, false);
}

#[test]
fn a_worker_that_says_something_else_is_told() {
    run(jobs::PROBES, true);
}

#[test]
fn a_worker_that_goes_on_as_before_is_not() {
    run(jobs::PROBES, false);
}

#[test]
fn a_web_server_that_says_something_else_is_told() {
    run(web::PROBES, true);
}

#[test]
fn a_web_server_that_goes_on_as_before_is_not() {
    run(web::PROBES, false);
}

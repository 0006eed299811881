//! The access log of a shop, whose messages never change: what its answers are
//! is told within seconds, and visitors, however many, are not.

mod random;
mod traffic;

use logsurge::{Alert, Baseline, Config, Phase, SavedSession, Session, Time};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{LazyLock, Mutex};
use traffic::{CHECKOUT, DAY, FAILING, Format, HOUR, MINUTE, START, Traffic};

/// Seconds from the first of many failures until they are told.
const BOUND: i64 = 90;
/// When something happens, off any round minute.
const EVENT: i64 = START + HOUR + 2 * MINUTE + 27;
const OTHERS: [Format; 4] = [Format::Combined, Format::Nginx, Format::Haproxy, Format::Alb];

fn config() -> Config {
    Config { live: true, ..Config::new(Time::from_seconds(START + 30 * DAY)) }
}

/// A session behind its past, and what it has said until then.
type Past = (SavedSession, Vec<(i64, Alert)>);

/// A baseline of an hour, for every format made once.
fn hour_of(format: Format) -> Baseline {
    static MADE: LazyLock<Mutex<BTreeMap<String, Baseline>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().expect("nothing here fails");
    let make = || {
        let mut session = Session::new(&Config { learn_only: true, ..config() }, None, "access.log");
        session.feed(Traffic::new(format, 1).between(START, START + HOUR).as_bytes());
        session.finish();
        session.ledger().to_baseline(&logsurge::baseline::Settings::default())
    };
    made.entry(format!("{format:?}")).or_insert_with(make).clone()
}

/// A stream that began an hour ago, without any past, and its alarms; for every format made once.
fn first_hour(format: Format) -> (SavedSession, Vec<(i64, Alert)>) {
    static MADE: LazyLock<Mutex<BTreeMap<String, Past>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().expect("nothing here fails");
    let make = || {
        let mut session = Session::new(&config(), None, "access.log");
        let mut said = watched(&mut session, &mut Traffic::new(format, 1), START..START + HOUR);
        said.retain(|(_, alert)| alert.is_alarm());
        (session.save(), said)
    };
    made.entry(format!("{format:?}")).or_insert_with(make).clone()
}

fn hour_old(format: Format) -> Session {
    Session::load(&config(), first_hour(format).0)
}

/// Both ways to have a past of an hour.
fn pasts(format: Format) -> [(&'static str, Session); 2] {
    let with_baseline = Session::new(&config(), Some(&hour_of(format)), "access.log");
    [("a baseline", with_baseline), ("a stream", hour_old(format))]
}

/// What is said of the visits, and at what second, as time goes by.
fn watched(session: &mut Session, traffic: &mut Traffic, span: Range<i64>) -> Vec<(i64, Alert)> {
    let (mut said, mut lines) = (Vec::new(), String::new());
    for second in span {
        lines.clear();
        traffic.second(second, &mut lines);
        session.feed_lines(lines.as_bytes(), 0);
        session.advance(Time::from_seconds(second + 1));
        said.extend(std::iter::from_fn(|| session.next_alert()).map(|alert| (second + 1, alert)));
    }
    said
}

/// Everything that an alert shows beside its sample.
fn words(alert: &Alert) -> String {
    let different: Vec<String> = alert.context.different.iter().map(|found| found.sentence()).collect();
    format!("{} {} {} {}", alert.reason, alert.summary, alert.template, different.join(" "))
}

fn listed(said: &[(i64, Alert)]) -> String {
    let line = |(now, alert): &(i64, Alert)| {
        let note = if alert.note { "note" } else { "ALERT" };
        let sample: String = String::from_utf8_lossy(&alert.sample).chars().take(160).collect();
        let (kind, phase, behind) = (alert.kind.word(), alert.phase.word(), now - EVENT);
        format!("\n  {behind:+} s {note} {kind} {phase} {:.1}: {} | {sample}", alert.score, alert.reason)
    };
    said.iter().map(line).collect()
}

/// An alarm about answers of 500: its sample is one of them.
fn tells_of_failures(format: Format, alert: &Alert) -> bool {
    let sample = String::from_utf8_lossy(&alert.sample);
    alert.kind.word() == "value" && alert.is_alarm() && format.status(&sample) == Some("500")
}

/// Failures rise from one in 5,000 to one in 50; what was wrong.
fn failures_rise(format: Format, mut session: Session, seed: u64) -> Option<String> {
    let mut traffic = Traffic::new(format, 100 + seed);
    let event = EVENT + seed as i64 * 13;
    let calm = watched(&mut session, &mut traffic, START + HOUR..event);
    traffic.shares = FAILING;
    let said = watched(&mut session, &mut traffic, event..event + BOUND);
    let told = said.iter().any(|(_, alert)| tells_of_failures(format, alert));
    let early = calm.iter().any(|(_, alert)| alert.is_alarm());
    (early || !told).then(|| format!("\n{format:?}, seed {seed}:{}{}", listed(&calm), listed(&said)))
}

#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults: {}", faults.len(), faults.concat());
}

fn rising_failures(format: Format, seeds: Range<u64>) -> Vec<String> {
    let mut faults = Vec::new();
    for seed in seeds {
        for (past, session) in pasts(format) {
            faults.extend(failures_rise(format, session, seed).map(|fault| format!("\nafter {past}{fault}")));
        }
    }
    faults
}

#[test]
fn rising_failures_are_told_in_time_in_clf() {
    none(rising_failures(Format::Clf, 0..5));
}

#[test]
fn rising_failures_are_told_in_time_in_json() {
    none(rising_failures(Format::Json, 0..5));
}

#[test]
fn rising_failures_are_told_in_time_in_other_formats() {
    none(OTHERS.into_iter().flat_map(|format| rising_failures(format, 0..1)).collect());
}

/// As many visitors as ever, each time another hour of past.
#[test]
#[ignore = "takes minutes"]
fn rising_failures_are_told_in_time_after_any_hour() {
    let mut faults = Vec::new();
    for seed in 0..10 {
        let format = [Format::Clf, Format::Json][seed as usize % 2];
        let mut session = Session::new(&config(), None, "access.log");
        watched(&mut session, &mut Traffic::new(format, 500 + seed), START..START + HOUR);
        faults.extend(failures_rise(format, session, seed));
    }
    none(faults);
}

/// What is said from the event on, after some calm minutes.
fn happens(
    format: Format,
    session: &mut Session,
    seed: u64,
    minutes: i64,
    what: impl Fn(&mut Traffic),
) -> Vec<(i64, Alert)> {
    let mut traffic = Traffic::new(format, 200 + seed);
    let mut said = watched(session, &mut traffic, START + HOUR..EVENT);
    let usual = (traffic.rate, traffic.scanner);
    what(&mut traffic);
    said.extend(watched(session, &mut traffic, EVENT..EVENT + minutes * MINUTE));
    (traffic.rate, traffic.scanner) = usual;
    said.extend(watched(session, &mut traffic, EVENT + minutes * MINUTE..EVENT + (minutes + 3) * MINUTE));
    said
}

/// What is said in CLF and in JSON, with either past.
type Said = Vec<(String, Vec<(i64, Alert)>)>;

fn said_everywhere(minutes: i64, what: impl Fn(&mut Traffic)) -> Said {
    let mut all = Vec::new();
    for (seed, format) in (0..).zip([Format::Clf, Format::Json]) {
        for (past, mut session) in pasts(format) {
            let said = happens(format, &mut session, seed, minutes, &what);
            all.push((format!("\n{format:?} after {past}:"), said));
        }
    }
    all
}

/// A fault wherever there are more alarms of these kinds.
fn alarms_at_most(most: usize, kinds: &[&str], all: &Said) -> Vec<String> {
    let is_alarm = |alert: &Alert| alert.is_alarm() && kinds.contains(&alert.kind.word());
    let count = |said: &[(i64, Alert)]| said.iter().filter(|(_, alert)| is_alarm(alert)).count();
    let loud = all.iter().filter(|(_, said)| count(said) > most);
    loud.map(|(head, said)| format!("{head}{}", listed(said))).collect()
}

const ALL: &[&str] = &["new", "value", "surge", "gone", "volume"];
static BUSY: LazyLock<Said> = LazyLock::new(|| said_everywhere(10, |traffic| traffic.rate *= 3.0));

#[test]
fn three_times_the_visitors_say_nothing_new() {
    none(alarms_at_most(0, &["new", "value"], &BUSY));
}

#[test]
fn three_times_the_visitors_are_no_alarm() {
    none(alarms_at_most(0, ALL, &BUSY));
}

/// 2,000 requests for what is not there.
#[test]
fn a_scan_of_the_site_is_one_alarm_at_most() {
    none(alarms_at_most(1, ALL, &said_everywhere(3, |traffic| traffic.scanner = 2_000.0 / 180.0)));
}

#[test]
fn a_route_that_fails_is_told_with_its_name() {
    let mut faults = Vec::new();
    for format in [Format::Clf, Format::Json] {
        for (past, mut session) in pasts(format) {
            let said = happens(format, &mut session, 7, 5, |traffic| traffic.broken_checkout = true);
            let names = |alert: &Alert| {
                String::from_utf8_lossy(&alert.sample).contains(CHECKOUT) || words(alert).contains(CHECKOUT)
            };
            if !said.iter().any(|(_, alert)| tells_of_failures(format, alert) && names(alert)) {
                faults.push(format!("\n{format:?} after {past}:{}", listed(&said)));
            }
        }
    }
    none(faults);
}

/// Alarms of healthy hours after an hour of past.
fn healthy(format: Format, seeds: Range<u64>) -> Vec<String> {
    let mut faults = Vec::new();
    for seed in seeds {
        for (past, mut session) in pasts(format) {
            let span = START + HOUR..START + 2 * HOUR;
            let mut said = watched(&mut session, &mut Traffic::new(format, 300 + seed), span);
            said.retain(|(_, alert)| {
                alert.is_alarm() || alert.kind.word() == "value" && alert.phase == Phase::Open
            });
            if said.iter().any(|(_, alert)| alert.is_alarm()) {
                faults.push(format!("\n{format:?}, seed {seed}, after {past}:{}", listed(&said)));
            }
        }
    }
    faults
}

#[test]
fn the_first_hour_of_a_stream_is_calm() {
    let hours = [Format::Clf, Format::Json].map(|format| (format, first_hour(format).1));
    let loud = hours.iter().filter(|(_, said)| !said.is_empty());
    none(loud.map(|(format, said)| format!("\n{format:?}:{}", listed(said))).collect());
}

#[test]
fn a_healthy_hour_is_calm() {
    none([healthy(Format::Clf, 0..1), healthy(Format::Json, 2..3)].concat());
}

#[test]
#[ignore = "takes minutes"]
fn many_healthy_hours_are_calm() {
    let formats = [Format::Clf, Format::Json].into_iter().chain(OTHERS);
    none(formats.flat_map(|format| healthy(format, 10..15)).collect());
}

/// A day with a night, after a day: alarms.
fn healthy_day(format: Format, seed: u64, rate: f64) -> Vec<String> {
    let of = |seed: u64| {
        let mut traffic = Traffic::new(format, seed);
        (traffic.rate, traffic.days) = (rate, true);
        traffic
    };
    let mut past = Session::new(&Config { learn_only: true, ..config() }, None, "access.log");
    let mut traffic = of(seed);
    for hour in 0..24 {
        past.feed(traffic.between(START + hour * HOUR, START + (hour + 1) * HOUR).as_bytes());
    }
    past.finish();
    let baseline = past.ledger().to_baseline(&logsurge::baseline::Settings::default());
    let mut session = Session::new(&config(), Some(&baseline), "access.log");
    let mut said = watched(&mut session, &mut of(seed + 1_000), START + DAY..START + 2 * DAY);
    said.retain(|(_, alert)| alert.is_alarm());
    if said.is_empty() { Vec::new() } else { vec![format!("\n{format:?}, seed {seed}:{}", listed(&said))] }
}

#[test]
fn a_healthy_day_is_calm() {
    none([healthy_day(Format::Clf, 1, 0.5), healthy_day(Format::Json, 5, 0.3)].concat());
}

#[test]
#[ignore = "takes minutes"]
fn many_healthy_days_are_calm() {
    let rates = [(1, 0.5), (2, 2.0), (3, 5.0), (4, 20.0)];
    let days = |format| rates.into_iter().flat_map(move |(seed, rate)| healthy_day(format, seed, rate));
    none([Format::Clf, Format::Json].into_iter().flat_map(days).collect());
}

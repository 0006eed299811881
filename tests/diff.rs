//! Two logs compared: quiet where nothing has changed, and few lines where
//! something has.

mod invented;
mod program;
mod random;
mod system;

use invented::{START_SECONDS, stamp};
use logsurge::{Comparison, Config, Deployment, Kind, Level, Session, Terms, Time, compare};
use program::Place;
use std::fmt::Write;
use system::{Line, Stretch, System, written};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A log that was only learned.
fn learned(log: &[u8]) -> Session {
    let config = Config { learn_only: true, ..Config::new(Time::from_seconds(START_SECONDS + 90 * 86_400)) };
    let mut session = Session::new(&config, None, "app.log");
    session.feed(log);
    session.finish();
    session
}

fn compared(before: &Session, after: &[u8]) -> Comparison {
    compare(before.ledger(), learned(after).ledger(), &Terms::default())
}

/// A day of a healthy system, and the twentieth of its traffic for two hours.
fn canary(seed: u64, louder: Option<(usize, f64)>) -> (Vec<Line>, Vec<Line>) {
    let night = if seed.is_multiple_of(2) { 0.4 } else { 1.0 };
    let system = System::new(seed, 30, 3_600.0, night);
    let before = Stretch { seed, from: 0.0, hours: 24.0, part: 1.0, louder: None };
    let from = 24.0 + (seed % 12) as f64;
    let after = Stretch { seed: seed + 1_000_000, from, hours: 2.0, part: 0.05, louder };
    (system.lines(before), system.lines(after))
}

/// Runs of a healthy canary that alerted, and what they said.
fn false_alarms(seeds: std::ops::Range<u64>) -> Vec<String> {
    let mut said = Vec::new();
    for seed in seeds {
        let (before, after) = canary(seed, None);
        let comparison = compared(&learned(&written(&before)), &written(&after));
        if !comparison.alerts.is_empty() {
            let alerts: Vec<String> = comparison
                .alerts
                .iter()
                .map(|alert| {
                    format!("{} {} ({}; {:.1})", alert.kind.word(), alert.reason, alert.template, alert.score)
                })
                .collect();
            said.push(format!("seed {seed}: ratio {:.5}: {}", comparison.ratio, alerts.join(" | ")));
        }
    }
    said
}

#[test]
fn a_healthy_canary_is_calm() {
    let said = false_alarms(0..12);
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// The same at length: `cargo test --release --test diff -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn hundreds_of_healthy_canaries_are_calm() {
    let mut said = Vec::new();
    for seed in (1_000..1_200).step_by(20) {
        said.extend(false_alarms(seed..seed + 20));
        println!("{} of {} runs alerted", said.len(), seed + 20 - 1_000);
    }
    println!("{}", said.join("\n"));
    assert!(said.len() <= 8, "at most 4 %");
}

fn one_new_error_is_told(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let (before, mut after) = canary(seed, None);
        after.truncate(1_000);
        let at = after[after.len() / 2].0;
        after.push((at, "ERROR pay: charge 8812 refused by the bank".into()));
        after.sort();
        let comparison = compared(&learned(&written(&before)), &written(&after));
        let told: Vec<&str> = comparison.alerts.iter().map(|alert| alert.template.as_str()).collect();
        assert!(
            told.first().is_some_and(|first| first.contains("refused by the bank")),
            "seed {seed}: {told:?}"
        );
    }
}

#[test]
fn one_new_error_in_a_thousand_lines_of_a_canary_is_told() {
    one_new_error_is_told(0..6);
}

#[test]
#[ignore = "takes a minute"]
fn in_a_hundred_canaries_one_new_error_is_told() {
    one_new_error_is_told(3_000..3_100);
}

/// Of the messages that expect enough lines, how many are found when they are `factor` times as frequent.
fn power(factor: f64, seeds: std::ops::Range<u64>, expected_min: f64) -> (usize, usize) {
    let (mut found, mut of) = (0, 0);
    for seed in seeds {
        let (before, calm) = canary(seed, None);
        let before = learned(&written(&before));
        let system = System::new(seed, 30, 3_600.0, 1.0);
        for louder in [1, 4, 9, 16] {
            let text = &system.kinds[louder].text;
            let lines = calm.iter().filter(|line| line.1.starts_with(text.as_str())).count() as f64;
            if lines < expected_min {
                continue;
            }
            let (_, after) = canary(seed, Some((louder, factor)));
            let comparison = compared(&before, &written(&after));
            of += 1;
            let told =
                |alert: &logsurge::Alert| alert.kind == Kind::Surge && alert.template.starts_with(text);
            found += usize::from(comparison.alerts.iter().any(told));
        }
    }
    (found, of)
}

#[test]
fn twenty_times_as_many_are_told() {
    let (found, of) = power(20.0, 0..4, 4.0);
    assert!(of >= 4 && found * 10 >= of * 7, "{found} of {of}");
}

/// What is found at length, to be read.
#[test]
#[ignore = "takes a minute"]
fn how_much_is_found() {
    for factor in [3.0, 5.0, 10.0, 20.0] {
        for expected in [1.0, 10.0] {
            let (found, of) = power(factor, 2_000..2_030, expected);
            println!("x{factor}, {expected} lines or more expected: {found} of {of}");
        }
    }
}

/// A steady log of twenty messages around a deployment, and what it brought.
fn deployment(seed: u64, bad: bool, hours_after: f64) -> Vec<Line> {
    let mut system = System::new(seed, 20, 1_200.0, 1.0);
    let stretch = Stretch { seed, from: 0.0, hours: 24.0, part: 1.0, louder: None };
    for kind in &mut system.kinds {
        if matches!(kind.way, system::Way::Batches(..)) {
            kind.way = system::Way::Chance(5.0);
        }
    }
    let mut lines = system.lines(stretch);
    let after = Stretch { seed: seed + 77, from: 24.0, hours: hours_after, ..stretch };
    lines.extend(system.lines(after));
    if bad {
        // Two messages come eight times as often.
        for kind in [2, 3] {
            let loud = System { kinds: vec![system.kinds[kind].clone()], ..system.clone() };
            lines.extend(loud.lines(Stretch { seed: seed + 99, louder: Some((0, 7.0)), ..after }));
        }
    }
    let mut random = random::Random(seed);
    let at = 24 * HOUR;
    for line in 0..30 {
        lines.push((at + line * 600, format!("INFO  boot: {} {} ready", random.name(), random.name())));
    }
    for kind in 0..12 {
        let text = format!("INFO  flow: {} {} done in", random.name(), random.name());
        let every = 2 * MINUTE + kind * 7_000;
        let times = (1..)
            .map(|round| at + round * every)
            .take_while(|&time| time < at + (hours_after * HOUR as f64) as i64);
        lines.extend(times.map(|time| (time, format!("{text} {} ms", time % 900))));
    }
    if bad {
        let failures = (0..50).map(|round| at + 40_000 + round * 9_000);
        lines.extend(
            failures.map(|time| (time, format!("ERROR pay: charge failed for order {}", time % 9_999))),
        );
    }
    lines.sort();
    lines
}

#[test]
fn the_culprit_of_a_bad_deployment_is_among_the_first_three_of_a_few_lines() {
    for seed in 0..3 {
        let place = Place::new();
        place.write("app.log", written(&deployment(seed, true, 1.0)));
        let at = stamp(24 * HOUR, 0);
        let ran = place.run(&["diff", "--at", &at, "app.log"]).status(1);
        let all = format!("{}{}", ran.err, ran.out);
        assert!(all.lines().count() <= 25, "{} lines\n{all}", all.lines().count());
        let alerts: Vec<&str> =
            ran.out.lines().filter(|line| line.starts_with("NEW") || line.starts_with("SURGE")).collect();
        let place_of_culprit = ran.out.find("charge failed").expect(&all);
        let before = ran.out[..place_of_culprit].lines().filter(|line| !line.starts_with(' ')).count();
        assert!(before <= 3, "{all}");
        assert!(
            ran.out.contains("NOTE  start-up: 30 messages seen only in the first 5 min, e.g. \""),
            "{all}"
        );
        assert!(ran.out.contains("12 new INFO messages"), "{all}");
        assert_eq!(alerts.iter().filter(|line| line.starts_with("SURGE")).count(), 2, "{all}");
    }
}

#[test]
fn a_good_deployment_is_calm() {
    for (seed, hours) in [(0, 1.0), (1, 4.0), (2, 0.5)] {
        let place = Place::new();
        place.write("app.log", written(&deployment(seed, false, hours)));
        place.run(&["diff", "--at", &stamp(24 * HOUR, 0), "app.log"]).status(0);
    }
}

#[test]
fn a_deployment_may_be_named_in_many_ways() {
    let place = Place::new();
    place.write("app.log", written(&deployment(1, true, 1.0)));
    let exact = place.run(&["diff", "--json", "--at", &stamp(24 * HOUR, 0), "app.log"]).status(1);
    for at in ["08:00", "2026-03-03 08:00", "2026-03-03T10:00:00+02:00"] {
        let ran = place.run(&["diff", "--json", "--at", at, "app.log"]).status(1);
        assert_eq!(ran.out, exact.out, "--at {at}");
    }
    for chunk in ["997", "65536"] {
        let ran =
            place.run(&["diff", "--json", "-j", "3", "--chunk-bytes", chunk, "--at", "08:00", "app.log"]);
        assert_eq!(ran.status(1).out, exact.out, "chunks of {chunk}");
    }
    place.run(&["diff", "--at", "-30m", "app.log"]).says("before the 24 h before it\n");
    place.run(&["diff", "--at", "-24h", "app.log"]).says("the 59 min before it, all there is");
    place
        .run(&["diff", "--at", "2026-03-03 09:30", "app.log"])
        .status(2)
        .says("no line at or after 2026-03-03 09:30");
    place.run(&["diff", "--at", "2026-03-01", "app.log"]).status(2).says("no line in the 24 h before");
    place.run(&["diff", "--at", "noon", "app.log"]).status(2).says("such as");
    place.write("bare.log", "no time here\n".repeat(40));
    place
        .run(&["diff", "--at", "08:00", "app.log", "bare.log"])
        .status(1)
        .says("bare.log: no line tells a time");
    place.run(&["diff", "--at", "08:00", "bare.log"]).status(2).says("no line there tells a time");
    place.pipe(&["diff", "--at", "08:00", "-"], b"x\n").status(2).says("needs a date");
}

#[test]
fn what_any_good_run_says_is_known() {
    let place = Place::new();
    let run = |odd: &str| {
        let mut log = String::new();
        for n in 0..300 {
            let at = stamp(n * 9_000, 0);
            writeln!(log, "{at} INFO job: step {n} done").expect("a String takes all");
            if n == 150 {
                log += odd;
            }
        }
        log
    };
    let odd = format!("{} ERROR job: lock was held\n", stamp(150 * 9_000, 0));
    place.write("a.log", run("")).write("b.log", run(&odd)).write("c.log", run(&odd));
    place.run(&["diff", "a.log", "c.log"]).status(1);
    place.run(&["diff", "--before", "a.log", "--before", "b.log", "--after", "c.log"]).status(0);
    place.run(&["diff", "--before", "a.log", "--before", "b.log", "c.log"]).status(0);
    for wrong in [
        &["diff", "a.log"][..],
        &["diff", "a.log", "b.log", "c.log"],
        &["diff", "--before", "a.log"],
        &["diff", "--after", "a.log"],
        &["diff", "--at", "08:00", "--before", "a.log", "b.log"],
        &["diff", "--at", "08:00"],
    ] {
        place.run(wrong).status(2);
    }
}

#[test]
fn a_reworded_message_is_one_note() {
    let log = |from: i64, text: &str| {
        let lines: Vec<Line> = (0..720)
            .flat_map(|n| {
                let at = from * HOUR + n * 5_000;
                let word = if n % 4 == 0 { text } else { "INFO  web: request served in" };
                [(at, format!("{word} {n} ms")), (at + 9, format!("INFO  db: {} rows read", n % 50))]
            })
            .collect();
        written(&lines)
    };
    let before = learned(&log(0, "INFO  mail: receipt sent to customer after"));
    let after = log(2, "INFO  mail: invoice sent to customer after");
    let comparison = compared(&before, &after);
    assert_eq!(comparison.alerts, [], "no alert");
    let told: Vec<&str> = comparison.notes.iter().map(|note| note.reason.as_str()).collect();
    assert_eq!(told, ["reworded: another text 180 times before"]);
    let failing = log(2, "ERROR mail: receipt sent to customer after");
    let comparison = compared(&before, &failing);
    assert_eq!(comparison.alerts[0].level, Level::Error, "{:?}", comparison.alerts);
}

#[test]
fn a_message_that_stopped_is_gone_and_one_that_is_rare_is_not() {
    let log = |from: i64, with: bool| {
        let mut lines: Vec<Line> = Vec::new();
        for n in 0..1_200 {
            let at = from * HOUR + n * 3_000;
            lines.push((at, format!("INFO  web: request {n} served")));
            if with && n % 5 == 0 {
                lines.push((at + 1, "INFO  timer: all is well".to_owned()));
            }
            if with && n == 700 {
                lines.push((at + 2, "INFO  timer: once in a while".to_owned()));
            }
        }
        written(&lines)
    };
    let comparison = compared(&learned(&log(0, true)), &log(5, false));
    let told: Vec<&str> = comparison.alerts.iter().map(|alert| alert.template.as_str()).collect();
    assert_eq!(told, ["INFO timer: all is well"], "{:?}", comparison.alerts);
    assert_eq!(comparison.alerts[0].kind, Kind::Gone);
}

#[test]
fn a_message_that_stops_with_a_deployment_is_gone() {
    let log = |from: i64, ticks: i64| {
        let line = |n| {
            let text = if n % 5 == 0 && n < ticks { "timer: all is well" } else { "web: request served" };
            (from * HOUR + n * 3_000, format!("INFO  {text}"))
        };
        written(&(0..1_200).map(line).collect::<Vec<Line>>())
    };
    let before = learned(&log(0, 1_200));
    let at = Time((START_SECONDS + 5 * HOUR / 1_000) * 1_000_000);
    let deployment = Some(Deployment { at, settle: 5 * MINUTE * 1_000 });
    for (ticks, expected) in [(1_200, 0), (20, 1), (0, 1)] {
        let after = learned(&log(5, ticks));
        let comparison = compare(before.ledger(), after.ledger(), &Terms { per_time: false, deployment });
        let told: Vec<(Kind, &str)> =
            comparison.alerts.iter().map(|alert| (alert.kind, alert.reason.as_str())).collect();
        assert_eq!(told.len(), expected, "{told:?}");
        assert!(told.iter().all(|(kind, _)| *kind == Kind::Gone), "{told:?}");
    }
}

#[test]
fn short_logs_are_read_in_order_and_new_lines_that_stand_together_are_one_alert() {
    let run = |failing: bool| {
        let mut log = String::new();
        for step in ["fetch", "unpack", "configure", "compile", "link", "test", "pack", "upload"] {
            writeln!(log, "{step}: begins").expect("a String takes all");
            if failing && step == "link" {
                log += "retrying with fewer jobs\nerror: no space left on device\nsaved what was built\n";
            }
            writeln!(log, "{step}: done").expect("a String takes all");
            if failing && step == "test" {
                log += "fatal: tests cannot be found\n";
            }
        }
        log
    };
    let place = Place::new();
    place.write("good.log", run(false)).write("bad.log", run(true));
    place.run(&["diff", "good.log", "good.log"]).status(0).says("in the order of the lines");
    let ran = place.run(&["diff", "good.log", "bad.log"]).status(1);
    let heads: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("NEW")).collect();
    assert_eq!(heads.len(), 2, "{}", ran.out);
    for said in
        ["no space left", "retrying with fewer", "saved what was", "with 2 more new messages around it"]
    {
        assert!(ran.out.contains(said), "{said}\n{}", ran.out);
    }
}

#[test]
fn absolute_rates_are_those_of_time() {
    let log = |from: i64, each: i64| {
        let lines: Vec<Line> = (0..7_200_000 / each)
            .map(|n| (from * HOUR + n * each, format!("INFO  web: request {n} served in {} ms", n % 7)))
            .collect();
        written(&lines)
    };
    let (before, after) = (learned(&log(0, 4_000)), learned(&log(30, 400)));
    let told = |per_time| {
        let terms = Terms { per_time, deployment: None };
        let comparison = compare(before.ledger(), after.ledger(), &terms);
        (comparison.alerts.len(), (comparison.ratio * 10.0).round() as i64)
    };
    assert_eq!(told(false), (0, 100), "ten times the lines, of one message");
    assert_eq!(told(true), (1, 10), "in the same time");
}

#[test]
fn too_few_lines_are_said() {
    let place = Place::new();
    let log = |lines: i64, every: i64| {
        written(&(0..lines).map(|n| (n * every, format!("INFO  web: request {n}"))).collect::<Vec<Line>>())
    };
    place.write("day.log", log(400, MINUTE)).write("few.log", log(6, 5 * MINUTE)).write("none.log", "");
    place.run(&["diff", "day.log", "few.log"]).status(0).says("too few lines");
    place.run(&["diff", "day.log", "none.log"]).says("after has no lines");
}

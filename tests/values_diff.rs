//! Two logs in which the same message says something else, as a user compares them.

mod invented;
mod program;

use invented::stamp;
use logsurge::engine::Engine;
use logsurge::input::Source;
use program::Place;
use std::fmt::Write;

const MINUTE: i64 = 60_000;

/// Jobs that begin and end, a line every so many milliseconds; the code of each.
fn jobs(from: i64, lines: i64, every: i64, code: impl Fn(i64) -> i64) -> String {
    let mut log = String::new();
    for n in 0..lines {
        let at = stamp(from + n * every, 0);
        let line = match n % 3 {
            0 => format!("{at} INFO  job {n} exited with code {}", code(n / 3)),
            1 => format!("{at} INFO  job {n} begins"),
            _ => format!("{at} INFO  queue holds {} jobs", n * 7 % 1_013),
        };
        writeln!(log, "{line}").expect("a String takes all");
    }
    log
}

fn usual(n: i64) -> i64 {
    match n % 10 {
        3 => 1,
        7 => 143,
        _ => 0,
    }
}

fn once(n: i64) -> i64 {
    if n == 150 { 137 } else { usual(n) }
}

#[test]
fn a_code_that_never_came_is_told_with_its_line() {
    let place = Place::new();
    place.write("a.log", jobs(0, 900, 4_000, usual)).write("b.log", jobs(90 * MINUTE, 900, 4_000, once));
    let ran = place.run(&["diff", "a.log", "b.log"]).status(1);
    assert!(ran.out.starts_with("VALUE "), "{}", ran.out);
    for said in ["code 137, never in 300 lines before (0, 1, 143)", "job 450 exited with code 137"] {
        assert!(ran.out.contains(said), "{said}\n{}", ran.out);
    }
    let ran = place.run(&["diff", "--json", "a.log", "b.log"]).status(1);
    let said = [r#""kind":"value""#, r#""line_number":451"#, r#""value":"137""#, r#""source":"b.log""#];
    assert!(said.iter().all(|said| ran.out.contains(said)), "{}", ran.out);
    for more in [["-j", "2", "--chunk-bytes", "4096"], ["-j", "1", "--chunk-bytes", "65536"]] {
        let args = [&["diff", "--json"][..], &more, &["a.log", "b.log"]].concat();
        assert_eq!(place.run(&args).out, ran.out, "{more:?}");
    }
    place.run(&["diff", "a.log", "a.log"]).status(0);
    place.run(&["diff", "b.log", "a.log"]).status(0);
}

#[test]
fn what_people_know_is_not_told() {
    let place = Place::new();
    place.write("a.log", jobs(0, 900, 4_000, usual)).write("b.log", jobs(90 * MINUTE, 900, 4_000, once));
    place.run(&["accept", "INFO  job 450 exited with code 137", "--known", "k.toml"]).status(0);
    place.run(&["diff", "--known", "k.toml", "a.log", "b.log"]).status(0);
    place.run(&["accept", "INFO  job 450 exited with code 0", "--known", "k2.toml"]).status(0);
    place.run(&["diff", "--known", "k2.toml", "a.log", "b.log"]).status(1);
    place.run(&["mute", "INFO  job 450 exited with code 0", "--known", "k3.toml"]).status(0);
    place.run(&["diff", "--known", "k3.toml", "a.log", "b.log"]).status(0).says("muted");
}

#[test]
fn minutes_are_read_in_the_order_of_the_lines() {
    let place = Place::new();
    let after = |n| if n == 20 { 139 } else { once(n) };
    let log = jobs(0, 600, 300, after).replace("job 451 begins", "bailing out of everything");
    place.write("a.log", jobs(0, 600, 300, usual)).write("b.log", log);
    let ran = place.run(&["diff", "a.log", "b.log"]).status(1).says("in the order of the lines");
    let heads: Vec<&str> = ran.out.lines().filter(|line| line.contains("never in")).collect();
    assert!(heads.len() == 2 && heads[0].contains("139") && heads[1].contains("137"), "{}", ran.out);
    let bare = |log: String| log.lines().map(|line| format!("{}\n", &line[25..])).collect::<String>();
    place.write("a.txt", bare(jobs(0, 600, 300, usual))).write("b.txt", bare(jobs(0, 600, 300, once)));
    let ran = place.run(&["diff", "a.txt", "b.txt"]).status(1);
    assert!(ran.out.contains("code 137, never in 200 lines before"), "{}", ran.out);
    place.run(&["diff", "a.txt", "a.txt"]).status(0);
}

#[test]
fn the_halves_of_a_deployment_are_compared_by_values_too() {
    let place = Place::new();
    let deployed = 60 * MINUTE;
    let log = jobs(0, 900, 4_000, usual) + &jobs(deployed, 900, 4_000, once);
    place.write("app.log", log).write("good.log", jobs(0, 1_800, 4_000, usual));
    let at = stamp(deployed, 0);
    let ran = place.run(&["diff", "--at", &at, "app.log"]).status(1);
    assert!(ran.out.contains("code 137, never in 300 lines before (0, 1, 143)"), "{}", ran.out);
    place.run(&["diff", "--at", &at, "good.log"]).status(0);
}

#[test]
fn a_share_that_rises_is_told_before_the_rate_of_its_message() {
    let place = Place::new();
    let rare = |n: i64| if n % 200 == 9 { 143 } else { i64::from(n % 10 == 3) };
    let often = |n: i64| if n % 20 == 9 { 143 } else { i64::from(n % 10 == 3) };
    place.write("a.log", jobs(0, 9_000, 500, rare)).write("b.log", jobs(90 * MINUTE, 1_500, 3_000, often));
    let ran = place.run(&["diff", "a.log", "b.log"]).status(1);
    assert!(ran.out.starts_with("VALUE "), "{}", ran.out);
    assert!(ran.out.contains("code 143: 25 of 500 lines (5.0 %, usually 0.50 %)"), "{}", ran.out);
    place.run(&["diff", "b.log", "a.log"]).status(0);
}

/// Their workers counted the values of open places to the end.
#[test]
fn halves_of_a_log_take_what_is_open_off_their_list() {
    let place = Place::new();
    place.write("a.log", jobs(0, 9_000, 1_000, |n| n % 97));
    let at = logsurge::time::Time::from_seconds(invented::START_SECONDS + 4_500);
    let sources = [Source { name: "a.log".into(), files: vec![place.path("a.log")] }];
    let engine = Engine::new(logsurge::Config::new(at));
    let mut halves = engine.halves(&sources, logsurge::time::Time(0), at);
    assert!(halves.before.take_opened().is_empty() && halves.after.take_opened().is_empty());
    assert!(halves.before.report().lines.counted > 4_000 && halves.after.report().lines.counted > 4_000);
}

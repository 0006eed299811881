//! Why an alert: what is different about its lines, where it is, and one message explained.

mod invented;
mod program;

use invented::Dice;
use logsurge::{Time, time::PANE_SECONDS};
use program::Place;
use serde_json::Value;

/// 2026-03-02 00:00 UTC.
const START: i64 = 1_772_409_600;
const HOUR: i64 = 3_600;
const PATHS: [&str; 8] = ["/cart", "/home", "/checkout", "/login", "/search", "/item", "/help", "/about"];

/// One line each few seconds, from an hour on for so many hours; from `surge` on, if it is
/// there, five times as many for six minutes, nearly all of them with the path `most`.
fn log(
    from: i64,
    hours: i64,
    surge: Option<i64>,
    most: Option<&str>,
    line: fn(&str, u64) -> String,
) -> String {
    let mut dice = Dice::new(from as u64 + 1);
    let mut out = String::new();
    for second in from * HOUR..(from + hours) * HOUR {
        let surges = surge.is_some_and(|at| (at..at + 360).contains(&second));
        let lines = if surges { 1 } else { u64::from(dice.one_in(5)) };
        for _ in 0..lines {
            let own = surges.then_some(most).flatten().filter(|_| !dice.one_in(10));
            let path = own.unwrap_or(PATHS[dice.roll(PATHS.len() as u64) as usize]);
            let stamp = Time::from_seconds(START + second);
            out += &format!("{stamp} {}\n", line(path, dice.roll(90)));
        }
        if second % PANE_SECONDS == 0 {
            out += &format!("{} INFO tick ok\n", Time::from_seconds(START + second));
        }
    }
    out
}

fn pairs(path: &str, n: u64) -> String {
    format!("WARN upstream slow path={path} user=u{n} pid=4711 took {n} ms")
}

fn words(path: &str, n: u64) -> String {
    format!("WARN upstream slow for user u{n} at {path} in {n} ms")
}

fn json(path: &str, n: u64) -> String {
    format!(r#"{{"level":"warn","msg":"upstream slow","path":"{path}","user":"u{n}","ms":{n}}}"#)
}

fn place_with(base: &str, test: &str) -> Place {
    let place = Place::new();
    place.write("base.log", base).write("test.log", test);
    place.run(&["learn", "-q", "-o", "base", "base.log"]).status(0);
    place
}

fn alerts(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The surges of a scan behind a baseline.
fn surges(place: &Place, logs: &[&str]) -> Vec<Value> {
    let ran = place.run(&[&["scan", "-q", "--json", "--kind", "surge", "-b", "base"], logs].concat());
    alerts(&ran.out)
}

#[test]
fn a_surge_says_which_value_most_of_its_lines_have() {
    let at = 13 * HOUR;
    for (line, key) in [(pairs as fn(&str, u64) -> String, "path="), (words, "at "), (json, "path=")] {
        let base = log(0, 12, None, None, line);
        let place = place_with(&base, &log(12, 2, Some(at), Some("/checkout"), line));
        let surges = surges(&place, &["test.log"]);
        let different = &surges[0]["different"];
        assert_eq!(different[0]["key"], key, "{different}");
        assert_eq!(different[0]["value"], "/checkout");
        assert_eq!(different.as_array().map(Vec::len), Some(1), "the process is as ever: {different}");
        let summary = surges[0]["summary"].as_str().unwrap_or_default();
        assert!(summary.contains(&format!("; {key}/checkout in ")), "{summary}");
        let text = place.run(&["scan", "-q", "--text", "-b", "base", "test.log"]).out;
        let said = text.lines().find(|line| line.starts_with(&format!("  {key}/checkout in ")));
        assert!(said.is_some_and(|line| line.contains(", usually ")), "{text}");
        // With the date of another day, and little learned.
        let heads = text.lines().filter(|line| line.starts_with("SURGE"));
        assert!(heads.into_iter().all(|line| line.chars().count() <= 100), "{text}");
        // Learned alone, from the lines before it.
        place.write("all.log", base + &log(12, 2, Some(at), Some("/checkout"), line));
        let ran = place.run(&["scan", "-q", "--json", "--kind", "surge", "all.log"]);
        assert_eq!(alerts(&ran.out)[0]["different"][0]["value"], "/checkout");
    }
}

#[test]
fn a_surge_of_the_same_values_as_ever_says_nothing_of_them() {
    for line in [pairs as fn(&str, u64) -> String, words, json] {
        let place = place_with(&log(0, 12, None, None, line), &log(12, 2, Some(13 * HOUR), None, line));
        let surges = surges(&place, &["test.log"]);
        assert!(!surges.is_empty());
        for surge in surges {
            assert_eq!(surge["different"], Value::Array(Vec::new()), "{surge}");
        }
    }
}

/// What is different does not depend on how the log is cut or by how many it is read.
#[test]
fn what_is_different_depends_on_no_chunk() {
    let place =
        place_with(&log(0, 12, None, None, pairs), &log(12, 2, Some(13 * HOUR), Some("/checkout"), pairs));
    let scan = |threads: &str, bytes: &str| {
        place
            .run(&["scan", "-q", "--json", "-b", "base", "-j", threads, "--chunk-bytes", bytes, "test.log"])
            .status(1)
            .out
    };
    let expected = scan("1", "1000000");
    assert!(expected.contains("/checkout in "));
    for (threads, bytes) in [("1", "1000"), ("4", "777"), ("3", "20000")] {
        assert_eq!(scan(threads, bytes), expected, "{threads} threads, {bytes} bytes");
    }
}

/// A value that is a secret is not shown, and does not stand in the baseline.
#[test]
fn no_secret_is_told() {
    let line = |path: &str, n: u64| format!("WARN upstream slow password={path}-hunter2 took {n} ms");
    let place =
        place_with(&log(0, 12, None, None, line), &log(12, 2, Some(13 * HOUR), Some("/checkout"), line));
    let ran = place.run(&["scan", "-q", "--json", "-b", "base", "test.log"]).status(1);
    assert!(!ran.out.contains("hunter2"), "{}", ran.out);
}

#[test]
fn alerts_tell_on_which_sources_they_are() {
    let quiet = log(12, 2, None, None, pairs);
    let loud = log(12, 2, Some(13 * HOUR), None, pairs);
    let place = place_with(&log(0, 12, None, None, pairs), &loud);
    place.write("web-1.log", &quiet).write("web-2.log", &quiet);
    let surges = surges(&place, &["web-1.log", "web-2.log", "test.log"]);
    assert_eq!(surges[0]["sources"]["of"], 3);
    assert_eq!(surges[0]["sources"]["top"], "test.log");
    // A heartbeat that stops everywhere.
    let beat = |seconds: std::ops::Range<i64>| -> String {
        let line =
            |second| format!("{} INFO beat\n{0} INFO work {second}\n", Time::from_seconds(START + second));
        seconds.step_by(10).map(line).collect()
    };
    let work = |seconds: std::ops::Range<i64>| -> String {
        let line = |second| format!("{} INFO work {second}\n", Time::from_seconds(START + second));
        seconds.step_by(10).map(line).collect()
    };
    place.write("base.log", beat(0..24 * HOUR));
    place.run(&["learn", "-q", "-o", "beat", "base.log"]).status(0);
    let half = 24 * HOUR + 1_800;
    place.write("a.log", beat(24 * HOUR..half) + &work(half..26 * HOUR));
    place.write("b.log", beat(24 * HOUR..half) + &work(half..26 * HOUR));
    let gone = place.run(&["scan", "-q", "--text", "--kind", "gone", "-b", "beat", "a.log", "b.log"]).out;
    assert!(gone.contains("was on 2 of 2 sources"), "{gone}");
}

#[test]
fn a_new_message_says_which_word_differs_from_the_nearest() {
    let place = place_with(&log(0, 2, None, None, pairs), "2026-03-02T12:00:00Z ERROR tick lost\n");
    let ran = place.run(&["scan", "-q", "--text", "-b", "base", "test.log"]).status(1);
    assert!(ran.out.contains("near: \"INFO tick ok\""), "{}", ran.out);
    place.write("test.log", "2026-03-02T12:00:00Z INFO tick bad\n");
    let ran = place.run(&["scan", "-q", "--text", "-v", "-b", "base", "test.log"]);
    assert!(ran.out.contains("near: \"INFO tick ok\", there \"ok\" for \"bad\""), "{}", ran.out);
}

#[test]
fn a_message_is_explained() {
    let place =
        place_with(&log(0, 12, None, None, pairs), &log(12, 2, Some(13 * HOUR), Some("/checkout"), pairs));
    let surge = &surges(&place, &["test.log"])[0];
    let id = &surge["id"].as_str().unwrap()[..8];
    let show = |args: &[&str]| place.run(&[&["show", "--tz", "UTC", "-q", id], args].concat());
    let ran = show(&["test.log"]).status(0);
    for expected in ["WARN upstream slow path=<*>", "usually", "longest silence", "2026-03-02 14:00", "peak "]
    {
        assert!(ran.out.contains(expected), "{expected}: {}", ran.out);
    }
    assert!(ran.out.contains(" at 2026-03-02 13:0"), "{}", ran.out);
    assert!(ran.out.lines().skip(2).all(|line| line.chars().count() <= 80), "{}", ran.out);
    let ran = show(&["-b", "base"]).status(0);
    assert!(ran.out.contains("usually") && !ran.out.contains("peak"), "{}", ran.out);
    let both: Value =
        serde_json::from_str(&show(&["-b", "base", "--json", "test.log"]).status(0).out).unwrap();
    let lines: u64 = both["timeline"]["lines"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
    assert!(both["lines"].as_u64().unwrap() > lines && lines > 700, "{both}");
    assert_eq!(both["id"], surge["id"]);
    // From standard input, and from the message's full id.
    let log = log(12, 2, None, None, pairs);
    let full = surge["id"].as_str().unwrap();
    let ran = place.pipe(&["show", "-q", full, "-"], log.as_bytes()).status(0);
    assert!(ran.out.contains("upstream slow"));
}

#[test]
fn an_id_that_leads_nowhere_is_trouble_with_a_way_out() {
    let place = place_with(&log(0, 1, None, None, pairs), "");
    for (args, said) in [
        (&["show", "xyz", "base.log"][..], "hex digits"),
        (&["show", "abc", "base.log"], "4 to 16"),
        (&["show", "0123456789abcdef0", "base.log"], "4 to 16"),
        (&["show", "00000000", "base.log"], "the nearest are\n"),
        (&["show", "00000000", "-b", "base"], "-b BASELINE LOGS"),
        (&["show", "00000000"], "name the logs it was said of: logsurge show 00000000 LOGS"),
        (&["show", "00000000", "test.log"], "no message at all"),
    ] {
        let ran = place.run(args).status(2).says(said);
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
}

#[test]
fn filters_hold_for_what_is_printed_and_for_the_exit_status() {
    let test = log(12, 2, Some(13 * HOUR), None, pairs) + "2026-03-02T14:00:00Z ERROR disk failed\n";
    let place = place_with(&log(0, 12, None, None, pairs), &test);
    let scan = |filters: &[&str]| {
        place.run(&[&["scan", "-q", "--json", "-b", "base", "test.log"], filters].concat())
    };
    for (filters, status, kinds) in [
        (&[][..], 1, &["new", "surge"][..]),
        (&["--kind", "new"], 1, &["new"]),
        (&["--kind", "gone,volume,value"], 0, &[]),
        (&["--kind", "surge", "--kind", "gone"], 1, &["surge"]),
        (&["--level", "error"], 1, &["new"]),
        (&["--level", "fatal"], 0, &[]),
        (&["--min-count", "20"], 1, &["surge"]),
        (&["--min-count", "100000"], 0, &[]),
        (&["--level", "error", "--kind", "surge"], 0, &[]),
    ] {
        let ran = scan(filters).status(status);
        let mut got: Vec<String> =
            alerts(&ran.out).iter().map(|alert| alert["kind"].as_str().unwrap().to_owned()).collect();
        got.sort();
        got.dedup();
        assert_eq!(got, kinds, "{filters:?}");
    }
    scan(&["--kind", "nwe"]).status(2).says("new, surge, gone, volume, value");
    scan(&["--level", "loud"]).status(2).says("trace, debug, info, warn, error, fatal");
    let diff = |filters: &[&str]| place.run(&[&["diff", "-q", "base.log", "test.log"], filters].concat());
    diff(&["--kind", "new"]).status(1);
    diff(&["--kind", "gone"]).status(0);
    diff(&["--level", "fatal"]).status(0);
    let watch = |filters: &[&str]| {
        place.pipe(&[&["watch", "-q", "--short", "-b", "base", "-"], filters].concat(), test.as_bytes())
    };
    assert!(watch(&["--kind", "new"]).status(1).out.contains("disk failed"));
    assert_eq!(watch(&["--level", "fatal"]).status(0).out, "");
}

/// Of what is gone, those lines count that were due.
#[test]
fn what_is_gone_is_filtered_by_the_lines_that_were_due() {
    let beat = |to: i64| -> String {
        let line = |second| {
            let stamp = Time::from_seconds(START + second);
            let beat = if second < to { format!("{stamp} INFO beat\n") } else { String::new() };
            format!("{stamp} INFO work {second}\n{beat}")
        };
        (0..26 * HOUR).step_by(10).map(line).collect()
    };
    let place = Place::new();
    place.write("test.log", beat(25 * HOUR));
    let scan = |least: &str| place.run(&["scan", "-q", "--kind", "gone", "--min-count", least, "test.log"]);
    scan("3").status(1);
    scan("100000").status(0);
}

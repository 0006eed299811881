//! How an old message that says something else is told: on a screen, in a line, in a mail, in
//! JSON; and what people can do about it.

mod program;
mod random;

use program::Place;
use random::Random;
use serde_json::Value;
use std::fmt::Write;
use std::fs::File;
use std::time::{Duration, UNIX_EPOCH};

const DAY: &str = "2026-03-02";
/// Nine o'clock of that day.
const NINE: u64 = 1_772_442_000;

/// A line every six seconds from eight o'clock on.
fn log(lines: std::ops::Range<usize>, said: impl Fn(usize) -> String) -> String {
    lines.fold(String::new(), |mut log, at| {
        let (hour, minute, second) = (8 + at / 600, at / 10 % 60, at % 10 * 6);
        _ = writeln!(log, "{DAY}T{hour:02}:{minute:02}:{second:02}Z {}", said(at));
        log
    })
}

fn exit_code(at: usize) -> u32 {
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 143][at % 10]
}

/// A container that ends, and beside it a number that is the same as its code.
fn container(at: usize, code: u32) -> String {
    format!("INFO runner container app-{} exited with code {code} at once", at % 977)
}

/// What was usual, and two lines after it.
fn containers() -> Place {
    let place = Place::new();
    place.write("usual.log", log(0..900, |at| container(at, exit_code(at))));
    place.write("app.log", log(900..1_000, |at| container(at, if at == 950 { 137 } else { exit_code(at) })));
    place.run(&["learn", "-q", "-o", "app.base", "usual.log"]).status(0);
    place
}

const SCAN: &[&str] = &["scan", "-q", "-b", "app.base", "--tz", "UTC", "app.log"];

fn with(flags: &[&'static str]) -> Vec<&'static str> {
    [SCAN, flags].concat()
}

fn alerts(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_value_is_told_in_the_words_of_its_line() {
    let place = containers();
    let told = "exited with code 137, never in 951 lines (0, 1, 143)";
    let full = place.run(&with(&["--text"])).status(1);
    let full = full
        .tells("VALUE ")
        .tells(told)
        .tells("  INFO runner container app-950 exited with code 137 at once");
    full.tells("app.log:51");
    let short = place.run(&with(&["--short"])).status(1).out;
    let line = short.lines().find(|line| line.contains(" VALUE INFO ")).expect("a line of its own");
    assert!(
        line.contains(told) && line.ends_with("| INFO runner container app-950 exited with code 137 at once")
    );
    place.run(&with(&["--kind", "value"])).status(1).tells(told);
    assert_eq!(place.run(&with(&["--kind", "new,surge,gone"])).status(0).out, "");
}

#[test]
fn programs_are_told_the_value_and_what_is_usual() {
    let place = containers();
    let alerts = alerts(&place.run(&with(&["--json"])).status(1).out);
    let alert = alerts.iter().find(|alert| alert["kind"] == "value").expect("an alert");
    assert_eq!((&alert["value"], &alert["value_key"]), (&"137".into(), &"exited with code ".into()));
    assert_eq!((&alert["value_of"], &alert["value_usual"]), (&951.into(), &0.0.into()));
    assert_eq!((&alert["count"], &alert["note"]), (&1.into(), &false.into()));
}

#[test]
fn what_people_decide_about_a_value_holds_for_it_alone() {
    let place = containers();
    let short = place.run(&with(&["--short"])).status(1).out;
    let line = short.lines().find(|line| line.contains(" VALUE ")).expect("a line").to_owned();
    place.run(&["accept", "-q", "--known", "known.toml", &line]).status(0);
    let known = &with(&["--known", "known.toml"])[..];
    assert_eq!(place.run(known).status(0).out, "");
    // Another one is another matter.
    place.write("app.log", log(900..1_000, |at| container(at, if at == 950 { 139 } else { exit_code(at) })));
    let other = place.run(&[known, &["--short"]].concat()).status(1).out;
    place.run(&["mute", "-q", "--known", "mute.toml", other.lines().next().expect("a line")]).status(0);
    place.run(&with(&["--known", "mute.toml"])).status(0);
    place.run(&with(&["--known", "known.toml"])).status(1).tells("code 139, never in");
}

/// The log as it is at this moment.
fn written(place: &Place, log: &str, seconds: u64) {
    place.write("app.log", log);
    let file = File::options().write(true).open(place.path("app.log")).expect("it was written");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("the test may date it");
}

#[test]
fn a_mail_begins_with_the_value() {
    let place = Place::new();
    let check = |clock| ["check", "-q", "--tz", "UTC", "--clock", clock, "app.log"];
    written(&place, &log(0..900, |at| container(at, exit_code(at))), NINE + 30 * 60);
    place.run(&check("2026-03-02T09:30:00Z")).status(0);
    let changed = |at: usize| container(at, if at == 950 { 137 } else { exit_code(at) });
    written(&place, &log(0..1_000, changed), NINE + 40 * 60);
    let mail = place.run(&check("2026-03-02T09:40:00Z")).status(1).out;
    let told = "1 alert in app.log since 09:35:00: VALUE exited with code 137, never in 951 lines: ";
    assert!(mail.starts_with(told), "{mail}");
}

/// An access log: the number behind the request is told as what it is.
fn access(at: usize, status: u32) -> String {
    let (hour, minute, second) = (8 + at / 3_600, at / 60 % 60, at % 60);
    let stamp = format!("02/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000");
    format!(
        "10.0.0.{} - - [{stamp}] \"GET /item/{at} HTTP/1.1\" {status} {} \"-\" \"curl/8\"\n",
        at % 250,
        at * 37 % 9_000
    )
}

#[test]
fn the_status_of_a_request_is_told_as_such() {
    let place = Place::new();
    let usual = |at: usize| if at.is_multiple_of(9) { 304 } else { 200 };
    let log = |range: std::ops::Range<usize>, bad: u32| -> String {
        range.map(|at| access(at, if at == 9_500 { bad } else { usual(at) })).collect()
    };
    place.write("usual.log", log(0..9_000, 200)).write("app.log", log(9_000..10_000, 500));
    place.run(&["learn", "-q", "-o", "app.base", "usual.log"]).status(0);
    place.run(SCAN).status(1).tells("status 500, never in 9,509 lines (200, 304)");
}

#[test]
fn show_lists_the_values_of_a_message() {
    let place = containers();
    let rows = alerts(&place.run(&["templates", "--json", "-q", "usual.log"]).status(0).out);
    let id = rows[0]["id"].as_str().expect("an id");
    let values = "exited with code <*>: 0 (80 %), 1 (10 %), 143 (10 %) (900 lines)";
    for from in [&["-b", "app.base"][..], &["usual.log"]] {
        place.run(&[&["show", id][..], from].concat()).status(0).tells(values);
    }
    let told = alerts(&place.run(&["show", id, "-b", "app.base", "--json"]).status(0).out);
    let place_of = |values: &Value| {
        let all = values.as_array().cloned().unwrap_or_default();
        all.into_iter().find(|place| place["before"] == "exited with code ").expect("the place")
    };
    let code = place_of(&told[0]["values"]);
    assert_eq!((&code["lines"], &code["open"], &code["distinct"]), (&900.into(), &false.into(), &3.into()));
    assert_eq!(code["top"][0], serde_json::json!({"value": "0", "count": 720, "share": 0.8}));
    let exported = alerts(&place.run(&["baseline", "export", "--json", "app.base"]).status(0).out);
    assert_eq!(place_of(&exported[1]["values"]), code);
}

/// What a structured line says beside its text stands under its name, a secret does not.
#[test]
fn fields_are_listed_by_their_names() {
    let place = Place::new();
    let line = |at: usize| {
        format!("{{\"level\":\"info\",\"msg\":\"request done\",\"status\":{}}}", [200, 304][at % 2])
    };
    let json = (0..400).fold(String::new(), |mut log, at| {
        let rest = line(at).split_off(1);
        _ = writeln!(log, "{{\"time\":\"{DAY}T08:{:02}:{:02}Z\",{rest}", at / 10 % 60, at % 10 * 6);
        log
    });
    place.write("usual.log", json);
    place.run(&["templates", "-v", "-q", "usual.log"]).status(0).tells("status=<*>: 200 (50 %), 304 (50 %)");
}

/// A line a second; one in `rare` is answered with 500, and from half past one on one in `often`.
fn answers(seconds: std::ops::Range<u64>, rare: u64, often: u64) -> String {
    let mut random = Random(seconds.start + 7);
    seconds.fold(String::new(), |mut log, at| {
        let bad = random.below(if at >= 81 * 600 { often } else { rare }) == 0;
        let (status, clock) = (if bad { 500 } else { 200 }, (at / 3_600, at / 60 % 60, at % 60));
        let time = format!("{DAY}T{:02}:{:02}:{:02}Z", clock.0, clock.1, clock.2);
        _ = writeln!(
            log,
            "{{\"time\":\"{time}\",\"level\":\"info\",\"msg\":\"request done\",\"status\":{status}}}"
        );
        log
    })
}

#[test]
fn a_share_is_told_with_its_figures_and_may_be_muted() {
    let place = Place::new();
    place.write("usual.log", answers(6 * 3_600..13 * 3_600, 200, 200));
    place.write("app.log", answers(13 * 3_600..14 * 3_600, 200, 10));
    place.run(&["learn", "-q", "-o", "app.base", "usual.log"]).status(0);
    let full = place.run(&with(&["--text"])).status(1).out;
    let head = full.lines().next().unwrap_or_default();
    assert!(
        head.starts_with("VALUE ") && head.contains("INFO  status=500: ") && head.contains(", since 13:30"),
        "{full}"
    );
    assert!(head.contains(" %, usually 0.") && full.contains("\"status\":500"), "{full}");
    let alert = &alerts(&place.run(&with(&["--json"])).status(1).out)[0];
    assert_eq!((&alert["value"], &alert["value_key"]), (&"500".into(), &"status=".into()));
    let usual = alert["value_usual"].as_f64().unwrap_or_default();
    assert!((0.003..0.007).contains(&usual) && alert["value_of"].as_u64() > Some(50), "{alert}");
    let short = place.run(&with(&["--short"])).status(1).out;
    place.run(&["mute", "-q", "--known", "known.toml", short.lines().next().unwrap_or_default()]).status(0);
    place.run(&with(&["--known", "known.toml"])).status(0);
}

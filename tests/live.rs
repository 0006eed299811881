//! Logs as they are written: nothing waits for a pipe to close or a file to end.
//!
//! The waits here are bounds on how long a failure takes, not on how long a
//! success does.

mod program;
mod running;

use program::Place;
use running::{PATIENCE, Running};
use std::fs::{self, File};
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

const WATCH: [&str; 6] = ["watch", "--tz", "UTC", "--warmup", "0", "--json"];

fn watch<'a>(paths: &[&'a str]) -> Vec<&'a str> {
    [&WATCH[..], paths].concat()
}

fn error(what: &str) -> String {
    format!("2026-03-02T12:00:00Z ERROR {what} lost\n")
}

#[test]
fn one_line_into_an_open_pipe_is_an_alert_within_seconds() {
    let place = Place::new();
    let mut running = Running::start(&place, &watch(&["-"]));
    running.write(&error("volume"));
    let line = running.tells("volume lost");
    let alert: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&alert["kind"], &alert["count"], &alert["line_number"]),
        (&"new".into(), &1.into(), &1.into())
    );
    running.write("2026-03-02T12:00:05Z INFO all is well\n");
    running.write(&error("network"));
    running.tells("network lost");
}

#[test]
fn a_line_without_a_stamp_is_an_alert_too() {
    let place = Place::new();
    let mut running = Running::start(&place, &watch(&["-"]));
    running.write("ERROR the disk is on fire\n");
    running.tells("disk is on fire");
}

#[test]
fn half_a_line_waits_for_its_rest() {
    let place = Place::new();
    let mut running = Running::start(&place, &watch(&["-"]));
    running.write("2026-03-02T12:00:00Z ERROR vol");
    std::thread::sleep(Duration::from_millis(700));
    running.write("ume lost\n");
    running.tells("ERROR volume lost");
}

#[test]
fn the_end_of_the_input_ends_as_a_scan_does() {
    let place = Place::new();
    let text = error("volume");
    let ran = place.pipe(&watch(&["-"]), text.as_bytes()).status(1);
    assert!(ran.out.contains("volume lost"));
    place.pipe(&watch(&["-", "--exit-zero"]), text.as_bytes()).status(0);
    place.pipe(&watch(&["-"]), b"2026-03-02T12:00:00Z INFO all is well\n").status(0);
    // The last line needs no newline.
    let ran = place.pipe(&watch(&["-"]), text.trim_end().as_bytes()).status(1);
    assert!(ran.out.contains("volume lost"));
}

/// What is complete is judged: the mild message waits for its minute's end, and is told at the end.
fn stopped_by(name: &str) {
    let place = Place::new();
    let mut running = Running::start(&place, &watch(&["-"]));
    running.write("2026-03-02T12:00:00Z INFO the first of its kind\n");
    running.write(&error("volume"));
    running.tells("volume lost");
    running.signal(name);
    let ran = running.ends().status(0);
    assert!(ran.out.contains("first of its kind"), "{}", ran.out);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[test]
fn an_interrupt_judges_what_is_complete_and_exits_with_0() {
    stopped_by("-INT");
}

#[test]
fn a_termination_judges_what_is_complete_and_exits_with_0() {
    stopped_by("-TERM");
}

/// The program cannot go on while nobody reads its output, so it cannot act on the first signal.
#[test]
fn a_second_signal_ends_at_once() {
    let place = Place::new();
    let mut child = place.start(&watch(&["-"]));
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for n in 0..200_000 {
            // Messages that have nothing in common, so that each is new.
            let (one, two, three) = (letters(n), letters(n + 7), letters(n + 77));
            let text = format!("2026-03-02T12:{:02}:{:02}Z ERROR {one} {two} {three}\n", n / 60 % 60, n % 60);
            if pipe.write_all(text.as_bytes()).is_err() {
                return;
            }
        }
    });
    // Its output is full and stays so.
    std::thread::sleep(Duration::from_millis(1_500));
    let kill = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    kill();
    std::thread::sleep(Duration::from_millis(700));
    kill();
    let end = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "a second signal did not end it");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(130));
    writer.join().unwrap();
}

/// A word of letters only, another one for each number.
fn letters(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    [letter(n), 'q', letter(n / 26), 'x', letter(n / 676), letter(n / 17_576)].iter().collect()
}

#[test]
fn a_file_is_followed_while_it_grows_and_through_its_rotation() {
    let place = Place::new();
    place.write("app.log", error("volume"));
    let mut running = Running::start(&place, &watch(&["app.log"]));
    running.tells("volume lost");
    let mut log = File::options().append(true).open(place.path("app.log")).unwrap();
    log.write_all(error("network").as_bytes()).unwrap();
    running.tells("network lost");
    fs::rename(place.path("app.log"), place.path("app.log.1")).unwrap();
    log.write_all(error("database").as_bytes()).unwrap();
    drop(log);
    place.write("app.log", error("cache"));
    running.tells("database lost");
    running.tells("cache lost");
    let mut log = File::options().append(true).open(place.path("app.log")).unwrap();
    log.write_all(error("mail server").as_bytes()).unwrap();
    running.tells("mail server lost");
    running.signal("-TERM");
    let ran = running.ends().status(0);
    assert_eq!(ran.err.lines().filter(|line| line.contains("damaged")).count(), 0, "{}", ran.err);
}

#[test]
fn a_file_that_is_truncated_is_read_from_its_start_and_that_is_said() {
    let place = Place::new();
    place.write("app.log", error("volume") + &"2026-03-02T12:00:00Z INFO all is well\n".repeat(40));
    let mut running = Running::start(&place, &watch(&["app.log"]));
    running.tells("volume lost");
    // Long enough to have read it all.
    std::thread::sleep(Duration::from_millis(1_500));
    place.write("app.log", error("network"));
    running.tells("network lost");
    running.signal("-INT");
    running.ends().status(0).says("app.log");
}

#[test]
fn a_file_that_does_not_exist_yet_is_waited_for() {
    let place = Place::new();
    place.write("here.log", error("volume"));
    let mut running = Running::start(&place, &watch(&["later.log", "here.log"]));
    running.tells("volume lost");
    place.write("later.log", error("network"));
    let line = running.tells("network lost");
    assert!(line.contains("\"source\":\"later.log\""), "{line}");
}

#[test]
fn a_reader_that_goes_away_ends_the_watch_in_silence() {
    let place = Place::new();
    let mut child = place.start(&watch(&["-"]));
    drop(child.stdout.take());
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let mut n = 0;
        while pipe.write_all(error(&letters(n)).as_bytes()).is_ok() && n < 2_000 {
            n += 1;
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let ran = program::told(child.wait_with_output().unwrap());
    assert!([0, 1].contains(&ran.status), "{ran:?}");
    writer.join().unwrap();
}

#[test]
fn a_watched_file_numbers_the_lines_of_the_file_that_took_its_place() {
    let place = Place::new();
    place.write("app.log", "2026-03-02T12:00:00Z INFO all is well\n".repeat(9) + &error("volume"));
    let mut running = Running::start(&place, &watch(&["app.log"]));
    assert!(running.tells("volume lost").contains("\"line_number\":10"));
    fs::rename(place.path("app.log"), place.path("app.log.1")).unwrap();
    place.write("app.log", error("network"));
    assert!(running.tells("network lost").contains("\"line_number\":1,"));
}

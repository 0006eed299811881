//! Logs as they are written: nothing waits for a pipe to close or a file to end.
//!
//! The waits here are bounds on how long a failure takes, not on how long a
//! success does.

mod program;

use program::{Place, Ran};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// A running program whose lines are read as they come.
struct Running {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
    said: Vec<String>,
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Running {
    fn start(place: &Place, args: &[&str]) -> Running {
        let mut child = place.start(args);
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Running { child, out: lines_of(out), err: lines_of(err), said: Vec::new() }
    }

    fn write(&mut self, text: &str) {
        let pipe = self.child.stdin.as_mut().unwrap();
        pipe.write_all(text.as_bytes()).unwrap();
        pipe.flush().unwrap();
    }

    /// Waits for a line on stdout that holds `what`.
    #[track_caller]
    fn tells(&mut self, what: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.out.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(what) => return line,
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("nothing about {what} in time, only {:?}", self.said)
                }
                Err(RecvTimeoutError::Disconnected) => panic!("ended without {what}, only {:?}", self.said),
            }
        }
    }

    #[track_caller]
    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// The exit status; the program must end by itself.
    #[track_caller]
    fn ends(&mut self) -> Ran {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        self.said.extend(self.out.iter());
        let err: Vec<String> = self.err.iter().collect();
        Ran { status: status.code().unwrap_or(-1), out: self.said.join("\n"), err: err.join("\n") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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

//! What a log does that has too many words somewhere: it is said once, where, and
//! the cure that is named works.

mod program;

use program::Place;
use std::fmt::Write;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Ids as programs make them, the same in every run.
struct Ids(u64);

impl Ids {
    fn next(&mut self, length: usize, letters: &[u8]) -> String {
        let mut letter = || {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            char::from(letters[(self.0 >> 33) as usize % letters.len()])
        };
        (0..length).map(|_| letter()).collect()
    }

    fn base62(&mut self, length: usize) -> String {
        self.next(length, LETTERS)
    }

    fn small(&mut self, length: usize) -> String {
        self.next(length, &LETTERS[..26])
    }
}

/// A log of one hour.
fn log(lines: usize, mut line: impl FnMut(usize, &mut Ids) -> String) -> String {
    let (mut text, mut ids) = (String::new(), Ids(7));
    for n in 0..lines {
        let second = n * 3_600 / lines;
        let line = line(n, &mut ids);
        writeln!(text, "2026-03-02T12:{:02}:{:02}Z {line}", second / 60, second % 60).unwrap();
    }
    text
}

/// Reads the log, takes the masks that are suggested, and reads it again.
#[track_caller]
fn check(text: &str, here: &[&str], left_max: usize) -> String {
    let place = Place::new();
    place.write("a.log", text);
    let first = place.run(&["templates", "a.log"]).status(0);
    for here in here {
        assert_eq!(first.err.matches(here).count(), 1, "{here}: {}", first.err);
    }
    let masks: Vec<&str> =
        first.err.lines().filter_map(|line| line.find("--mask").map(|at| &line[at..])).collect();
    assert!(!masks.is_empty(), "{}", first.err);
    // As a person would: pasted into a shell.
    let program = env!("CARGO_BIN_EXE_logsurge");
    let script = format!("'{program}' templates a.log {}", masks.join(" "));
    let again = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.path(""))
        .output()
        .expect("there is a shell");
    let (out, err) = (String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&again.stderr));
    assert!(!err.contains("limit"), "{script}\n{err}");
    assert!(again.status.success() && out.lines().count() <= left_max + 1, "{script}\n{out:.2000}");
    masks.join(" ")
}

#[test]
fn ids_of_sessions_and_names() {
    let text = log(40_000, |n, ids| match n % 4 {
        0 => format!("INFO worker tick {n}"),
        1 => "INFO connection established by the gateway".to_owned(),
        _ => format!("INFO session {} login by {} from 10.0.0.{}", ids.base62(10), ids.small(6), n % 200),
    });
    let here = "INFO session <*> login by <HERE> from <*>";
    let other = "INFO session <HERE> login by <*> from <*>";
    let here = if log_says(&text, here) { here } else { other };
    let masks = check(&text, &[here, "more than 4,096 forms"], 3);
    assert!(masks.contains("--mask session='"), "{masks}");
}

fn log_says(text: &str, what: &str) -> bool {
    Place::new().write("a.log", text).run(&["templates", "a.log"]).err.contains(what)
}

#[test]
fn ids_that_begin_alike_and_words_with_quotes() {
    let text = log(40_000, |n, ids| match n % 3 {
        0 => format!("INFO open sess_{} ok", ids.base62(12)),
        1 => format!("INFO it isn't '{}' of user:{}", ids.small(8), ids.base62(9)),
        _ => "INFO tick".to_owned(),
    });
    let masks = check(&text, &["<HERE>' of", "INFO open <HERE> ok"], 4);
    assert!(masks.contains("sess_("), "{masks}");
}

#[test]
fn values_that_fill_the_places_where_messages_may_differ() {
    let text = log(90_000, |_, ids| {
        let (a, b) = (ids.next(9, &LETTERS[..52]), ids.next(7, &LETTERS[..52]));
        format!("WARN request {a} waited too long for the lock {b} in the pool of the main shard")
    });
    let masks = check(&text, &["more than 500,000 places"], 1);
    assert!(masks.contains("--mask request=") && masks.contains("--mask lock="), "{masks}");
}

#[test]
fn garbage_has_no_cure_and_says_so() {
    let place = Place::new();
    place.write("a.log", log(70_000, |_, ids| format!("{} {} {}", ids.small(9), ids.small(9), ids.small(9))));
    let ran = place.run(&["templates", "a.log"]).status(0).says("most differ at <HERE>: <HERE> <*>");
    assert_eq!(ran.err.matches("limit reached").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("no mask can tell") && !ran.err.contains("--mask "), "{}", ran.err);
    assert!(ran.out.contains("(messages that were too many to be told apart)"));
}

/// Noise must not crowd out a failure.
#[test]
fn a_new_failure_in_the_midst_of_an_explosion_is_an_alert() {
    let text = log(150_000, |n, ids| match n {
        120_000 => "FATAL the vault is sealed for good".to_owned(),
        130_000 => "INFO the shard cannot be mounted: permission denied".to_owned(),
        _ => format!("INFO {} {} {}", ids.small(9), ids.small(9), ids.small(9)),
    });
    let place = Place::new();
    place.write("a.log", text);
    let ran = place.run(&["scan", "--warmup", "5m", "--short", "a.log"]).status(1);
    for told in ["FATAL the vault is sealed", "permission denied"] {
        let alerts = ran.out.lines().filter(|line| line.contains(" NEW ") && line.contains(told));
        assert_eq!(alerts.count(), 1, "{told}:\n{:.3000}\n{}", ran.out, ran.err);
    }
    assert!(ran.err.contains("limit reached: more than 65,536 different messages"), "{}", ran.err);
    assert!(ran.err.contains("a limit was reached, see above"), "{}", ran.err);
}

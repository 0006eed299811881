//! `check`, as cron runs it.

mod program;

use program::{Place, Ran};
use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

/// A log up to a certain moment, which is now.
struct Writer {
    place: Place,
    now: Cell<i64>,
}

/// 2026-03-02 12:00:00 UTC.
const NOON: i64 = 1_772_452_800;

fn stamp(seconds: i64) -> String {
    logsurge::Time::from_seconds(seconds).to_string()
}

impl Writer {
    /// Some hours of a calm log.
    fn new(hours: i64) -> Writer {
        let writer = Writer { place: Place::new(), now: Cell::new(NOON) };
        let end = NOON - 20;
        let mut text = String::new();
        for (count, at) in (end - hours * 3_600..end).step_by(2).enumerate() {
            let (stamp, number) = (stamp(at), count * 7 % 9_973);
            text += &match count % 5 {
                0 => format!("{stamp} WARN slow query, {number} ms\n"),
                1 => format!("{stamp} INFO user {number} logged in\n"),
                _ => format!("{stamp} INFO order {number} confirmed\n"),
            };
        }
        writer.append(&text);
        writer
    }

    fn append(&self, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.place.path("app.log")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        self.date(&file);
    }

    /// The file was written now.
    fn date(&self, file: &File) {
        file.set_modified(UNIX_EPOCH + Duration::from_secs(self.now.get() as u64)).unwrap();
    }

    fn check(&self, args: &[&str]) -> Ran {
        self.place.run(&[&["check", "--clock", &stamp(self.now.get()), "app.log"], args].concat())
    }

    /// A line that is written now, a minute later than before.
    fn say(&self, text: &str) {
        self.now.set(self.now.get() + 60);
        self.append(&format!("{} {text}\n", stamp(self.now.get())));
    }

    fn state(&self) -> Vec<u8> {
        let states = fs::read_dir(self.place.path("state")).unwrap().map(|entry| entry.unwrap().path());
        let mut states = states.filter(|path| path.extension().is_some_and(|ending| ending == "state"));
        fs::read(states.next().expect("there is a state")).unwrap()
    }

    fn lines(&self) -> u64 {
        let listed = self.place.run(&["check", "--list", "--json"]).status(0);
        let state: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
        state["lines"].as_u64().unwrap()
    }
}

fn silent(ran: Ran) {
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
}

#[test]
fn the_first_check_learns_the_past_and_says_so_once_then_all_is_silent() {
    let log = Writer::new(4);
    let first = log.check(&[]).status(0);
    assert!(first.out.is_empty(), "{}", first.out);
    assert!(first.err.starts_with("logsurge: learned 3 messages from "), "{}", first.err);
    assert_eq!(first.err.lines().count(), 1);
    silent(log.check(&[]));
    log.say("INFO order 5 confirmed");
    silent(log.check(&[]));
    assert_eq!(log.lines(), 4 * 1_800 + 1);
}

#[test]
fn an_error_is_mailed_once_and_shown_again() {
    let log = Writer::new(4);
    log.check(&[]);
    (0..3).for_each(|_| log.say("ERROR charge failed for order 88: gateway eu-3 returned 504"));
    let mail = log.check(&[]).status(1);
    let first = mail.out.lines().next().unwrap();
    assert!(first.starts_with("1 alert in app.log since "), "{first}");
    assert!(first.ends_with(": NEW ERROR charge failed for order 88: gateway eu-3 returned 504"), "{first}");
    assert!(first.len() <= 150);
    assert!(mail.out.contains(", 3 lines\n"), "{}", mail.out);
    assert!(mail.err.is_empty(), "{}", mail.err);
    silent(log.check(&[]));
    let shown = log.place.run(&["show", "--clock", &stamp(log.now.get()), "--since", "11:00"]).status(0);
    let block = mail.out.split_once("\n\n").unwrap().1;
    assert_eq!(shown.out, block);
    let id = block.split_whitespace().nth(1).unwrap();
    log.place.run(&["show", id]).status(0).tells("charge failed").tells("NEW");
    assert!(
        log.place
            .run(&["show", "--since", "2026-03-02T11:00:00Z", "app.log", "--clock", &stamp(log.now.get())])
            .out
            == block
    );
}

#[test]
fn a_dry_run_says_what_there_is_and_remembers_nothing() {
    let log = Writer::new(4);
    log.check(&[]);
    let before = log.state();
    log.say("FATAL out of memory");
    log.check(&["--dry-run"]).status(1).tells("out of memory");
    assert_eq!(log.state(), before);
    log.check(&[]).status(1).tells("out of memory");
    silent(log.check(&["--dry-run"]));
}

#[test]
fn an_error_beyond_the_bound_makes_a_mail_of_its_own() {
    let log = Writer::new(4);
    log.check(&[]);
    log.say("INFO order 5 confirmed");
    let now = stamp(log.now.get());
    for what in ["disk is full", "socket was reset", "lease has expired", "quota is used up", "index is torn"]
    {
        log.append(&format!("{now} ERROR the {what}\n"));
    }
    log.check(&[]).status(1).tells("5 alerts in app.log");
    log.append(&format!("{now} FATAL out of memory\n{now} FATAL the vault stays locked\n"));
    let mail = log.check(&[]).status(1).tells("NEW FATAL out of memory");
    assert!(mail.out.starts_with("1 alert in app.log since "), "{}", mail.out);
    assert!(mail.out.contains("and 1 more new FATAL message; logsurge show --state "), "{}", mail.out);
    assert!(mail.out.ends_with(" -v shows it\n"), "{}", mail.out);
    silent(log.check(&[]));
    let show = ["show", "-v", "--since", "11:00", "--clock", &now];
    log.place.run(&show).tells("the vault stays locked");
}

#[test]
fn a_long_mail_is_cut_and_says_how_to_see_the_rest() {
    let log = Writer::new(4);
    log.check(&[]);
    // Four errors in four minutes, then none for ten, for the bound of five within ten.
    let words = ["disk", "socket", "shard", "lease", "quota", "queue", "index", "cache", "vault", "relay"];
    for word in words {
        for verb in ["failed to open", "refused", "is corrupt after", "lost"] {
            log.say(&format!("ERROR {word} {verb} the {word} table"));
        }
        log.now.set(log.now.get() + 600);
    }
    let mail = log.check(&[]).status(1);
    let lines: Vec<&str> = mail.out.lines().collect();
    assert!(lines.len() <= 40, "{}", mail.out);
    let (count, rest) = lines.last().unwrap().strip_prefix("and ").unwrap().split_once(' ').unwrap();
    let show = rest.strip_prefix("more: logsurge ").unwrap();
    let state = log.place.path("state").display().to_string();
    assert!(show.starts_with(&format!("show --state {state} --since ")), "{show}");
    let since = show.split_once("--since ").unwrap().1.trim_matches('\'');
    let args = ["show", "--state", &state, "--since", since];
    let now = stamp(log.now.get());
    let args: Vec<&str> = args.iter().copied().chain(["--clock", &now]).collect();
    let shown = log.place.run(&args).status(0);
    let is_head = |line: &&str| ["NEW ", "GONE ", "SURGE "].iter().any(|word| line.starts_with(word));
    let alerts = |text: &str| text.lines().filter(is_head).count();
    assert_eq!(alerts(&shown.out), alerts(&mail.out) + count.parse::<usize>().unwrap());
    assert!(
        lines[0].starts_with(&format!("{} alerts in app.log since ", alerts(&shown.out))),
        "{}",
        lines[0]
    );
}

#[test]
fn a_new_file_in_a_glob_is_said_once_and_the_others_go_on() {
    let log = Writer::new(4);
    log.check(&[]);
    fs::copy(log.place.path("app.log"), log.place.path("web.log")).unwrap();
    log.say("ERROR order 7 refused");
    let ran = log.place.run(&["check", "--clock", &stamp(log.now.get()), "app.log", "web.log"]).status(1);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.contains("of web.log"), "{}", ran.err);
    assert!(ran.out.contains("order 7 refused"));
    silent(log.place.run(&["check", "--clock", &stamp(log.now.get()), "app.log", "web.log"]));
}

#[test]
fn what_is_skipped_is_said_beside_a_new_log_only() {
    let log = Writer::new(4);
    log.check(&["./app.log"]).status(0).says("skipped app.log (the same file as ./app.log)");
    silent(log.check(&["./app.log"]));
}

#[test]
fn a_log_that_is_not_remembered_is_not_taken_for_a_calm_one() {
    let log = Writer::new(4);
    let said = "nothing is remembered of app.log in ";
    log.place.run(&["show", "--since", "11:00", "app.log"]).status(0).says(said).says("--state DIR");
    log.place.run(&["check", "--list", "app.log"]).status(0).says(said);
    log.check(&[]);
    log.place.run(&["show", "--since", "11:00", "app.log"]).status(0).says("nothing was told since");
}

#[test]
fn one_bad_file_among_many_is_said_and_the_rest_goes_on() {
    let log = Writer::new(4);
    log.check(&[]);
    log.say("ERROR order 7 refused");
    fs::create_dir(log.place.path("empty")).unwrap();
    let ran = log
        .place
        .run(&["check", "--clock", &stamp(log.now.get()), "app.log", "missing.log", "empty"])
        .status(2);
    assert!(ran.out.contains("order 7 refused"));
    assert!(ran.err.contains("missing.log"), "{}", ran.err);
}

#[test]
fn two_runs_at_once() {
    let log = Writer::new(4);
    log.check(&[]);
    let mut paths = fs::read_dir(log.place.path("state")).unwrap().map(|entry| entry.unwrap().path());
    let lock = paths.find(|path| path.extension().is_some_and(|ending| ending == "lock")).unwrap();
    fs::write(&lock, "process 4711 (logsurge watch)").unwrap();
    let held = File::open(&lock).unwrap();
    held.lock().unwrap();
    let ran = log.check(&[]).status(2);
    assert!(ran.err.contains("app.log: in use by process 4711 (logsurge watch)"), "{}", ran.err);
    silent(log.check(&["--skip-if-locked"]));
    log.check(&["--dry-run"]).status(0);
    drop(held);
    silent(log.check(&[]));
}

/// What was told is remembered, though nobody has read it.
#[test]
fn a_closed_output_is_a_quiet_end_that_still_saves() {
    let log = Writer::new(4);
    log.check(&[]);
    log.say("FATAL out of memory");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let args = ["check", "--clock", &stamp(log.now.get()), "app.log"];
    assert_eq!(log.place.command(&args).stdout(writer).status().unwrap().code(), Some(1));
    silent(log.check(&[]));
    log.place
        .run(&["show", "--since", "11:00", "--clock", &stamp(log.now.get())])
        .status(0)
        .tells("out of memory");
}

#[test]
fn lines_that_were_told_are_not_counted_again() {
    let log = Writer::new(4);
    log.check(&[]);
    log.say("INFO order 5 confirmed");
    let now = stamp(log.now.get());
    log.append(&format!("{now} ERROR gateway eu-3 returned 504\n").repeat(20));
    log.check(&[]).status(1).tells(", 20 lines");
    for _ in 0..2 {
        log.say("INFO order 5 confirmed");
        log.say("WARN slow query, 7 ms");
        log.say("INFO user 7 logged in");
        silent(log.check(&[]));
    }
}

/// A limit of file sizes stands for a full disk: the alerts are told, the old state stays.
#[test]
fn what_cannot_be_saved_is_told_all_the_same() {
    let log = Writer::new(4);
    log.check(&[]);
    let before = log.state();
    log.say("ERROR order 7 refused");
    let program = env!("CARGO_BIN_EXE_logsurge");
    let full = |log: &Writer| {
        let mut command = Command::new("bash");
        command.args([
            "-c",
            &format!("ulimit -f 1; exec {program} check --clock {} app.log", stamp(log.now.get())),
        ]);
        command.current_dir(log.place.path("")).env_clear().env("TZ", "UTC");
        program::told(command.env("STATE_DIRECTORY", log.place.path("state")).output().unwrap())
    };
    let ran = full(&log).status(2);
    assert!(ran.out.contains("order 7 refused"), "{}", ran.out);
    assert!(ran.err.contains("state not usable: not saved: "), "{}", ran.err);
    assert_eq!(log.state(), before);
    assert!(fs::read_dir(log.place.path("state")).unwrap().count() == 2, "nothing is left lying around");
    // Again, as it was not remembered; then once and for all.
    full(&log).status(2).tells("order 7 refused");
    log.check(&[]).status(1).tells("order 7 refused");
    silent(log.check(&[]));
}

#[test]
fn no_place_to_remember_is_said() {
    let place = Place::new();
    place.write("app.log", "x\n").write("file", "");
    let ran = place.run(&["check", "--state", "file/below", "app.log"]).status(2);
    assert!(ran.err.contains("--state DIR"), "{}", ran.err);
}

/// The clock says it is gone, though the log says nothing.
#[test]
fn a_log_that_falls_silent_is_mailed() {
    let log = Writer::new(4);
    silent(Ran { err: String::new(), ..log.check(&[]) });
    log.now.set(NOON + 1_200);
    log.check(&[]).status(1).tells("GONE").tells("nothing from app.log for 2 min");
    silent(log.check(&[]));
}

/// By the clock, and by the zone: a log goes on from its own time.
#[test]
fn the_lines_of_a_quiet_log_do_not_wait_for_others_to_confirm_their_time() {
    let log = Writer::new(4);
    log.check(&[]);
    for hour in 1..=3 {
        log.now.set(NOON + hour * 3_600);
        log.append(&format!("{} INFO order {hour} confirmed\n", stamp(log.now.get())));
        log.now.set(log.now.get() + 240);
        log.check(&[]);
    }
    log.now.set(NOON + 4 * 3_600);
    log.append(&format!("{} WARN disk 3 is nearly full\n", stamp(log.now.get())));
    log.now.set(log.now.get() + 240);
    log.check(&[]).status(1).tells("NEW WARN disk 3 is nearly full");
}

#[test]
fn a_clock_that_was_set_back_is_said_and_nothing_is_lost() {
    let log = Writer::new(4);
    log.check(&[]);
    log.say("ERROR order 7 refused");
    log.now.set(NOON - 7_200);
    let ran = log.check(&[]).status(1).tells("order 7 refused");
    assert!(ran.err.contains("the clock says 2026-03-02T10:00:00Z: was it set back?"), "{}", ran.err);
    log.say("ERROR volume 3 lost");
    log.check(&[]).status(1).tells("volume 3 lost");
    assert_eq!(log.lines(), 4 * 1_800 + 2);
    log.say("ERROR lease 3 lost");
    log.check(&["--tz", "Asia/Tokyo"]).status(1).tells("lease 3 lost");
}

/// The decision lies beside the states, and the next check knows it.
#[test]
fn what_was_mailed_is_accepted_and_muted_by_its_id() {
    let log = Writer::new(4);
    log.check(&[]);
    log.say("ERROR order 7 refused");
    let mail = log.check(&[]).status(1).out;
    let id = mail.split_once("NEW   ").unwrap().1.split(' ').next().unwrap();
    let state = log.place.path("state").display().to_string();
    log.place.run(&["mute", id, "--reason", "INC-7", "--state", &state]).status(0);
    log.say("ERROR order 8 refused");
    silent(log.check(&[]));
    log.place.run(&["known"]).status(0).tells("INC-7").tells("mute");
    // Known in another log, too, which has never seen it.
    fs::write(log.place.path("b.log"), "2026-03-02T12:00:00Z INFO up\n".repeat(3)).unwrap();
    let check = ["check", "-q", "--warmup", "0", "--clock", "2026-03-02T12:01:00Z", "b.log"];
    log.place.run(&check);
    fs::write(
        log.place.path("b.log"),
        "2026-03-02T12:00:00Z INFO up\n".repeat(3) + "2026-03-02T12:00:50Z ERROR order 9 refused\n",
    )
    .unwrap();
    silent(log.place.run(&check));
}

#[test]
fn a_decision_that_is_over_is_said_once_ever() {
    let log = Writer::new(4);
    fs::create_dir(log.place.path("state")).unwrap();
    log.place.write("state/known.toml", "[[known]]\nline = 'INFO x y'\ndo = 'mute'\nuntil = 2026-03-01\n");
    let first = log.check(&[]).status(0);
    assert!(first.err.contains("known.toml:1: expired on 2026-03-01, not applied: "), "{}", first.err);
    silent(log.check(&[]));
}

#[test]
fn without_learning_the_place_moves_and_what_is_usual_stays() {
    let log = Writer::new(4);
    log.check(&[]);
    let before = usually(&log);
    for minute in 0..400 {
        (0..3).for_each(|_| log.append(&format!("{} WARN slow query, {minute} ms\n", stamp(log.now.get()))));
        log.say("INFO order 5 confirmed");
    }
    log.check(&["--no-learn"]);
    assert_eq!(log.lines(), 4 * 1_800 + 1_600);
    silent(log.check(&["--no-learn"]));
    assert_eq!(usually(&log), before);
    log.say("INFO order 5 confirmed");
    log.now.set(log.now.get() + 3_600);
    log.say("INFO order 5 confirmed");
    log.check(&[]);
    assert_ne!(usually(&log), before);
}

/// How many slow queries a day are usual.
fn usually(log: &Writer) -> f64 {
    let templates = log.place.run(&["templates", "--json", "app.log"]).out;
    let id = templates.lines().find(|line| line.contains("slow query")).unwrap();
    let id: serde_json::Value = serde_json::from_str(id).unwrap();
    let shown = log.place.run(&["show", id["id"].as_str().unwrap(), "--json"]).status(0).out;
    serde_json::from_str::<serde_json::Value>(&shown).unwrap()["per_day"].as_f64().unwrap()
}

//! What happens at the bounds: lines are never lost, and what is hit is said.

mod program;
mod random;

use logsurge::engine::Engine;
use logsurge::input::Source;
use logsurge::{Config, Session, Time};
use program::{Place, Ran};
use random::Random;
use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

const NOW: Time = Time(1_800_000_000_000_000);

fn config() -> Config {
    Config { warmup: Some(0), ..Config::new(NOW) }
}

/// A name of nine letters, another for each number.
fn name(mut number: u64) -> String {
    number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..9).map(|at| char::from(b'a' + (number >> (at * 5)) as u8 % 26)).collect()
}

fn lines_known(session: &Session) -> u64 {
    let ledger = session.ledger();
    let templates = ledger.registry().templates().into_iter();
    templates.filter_map(|template| Some(ledger.messages().get(template)?.lines)).sum()
}

/// A message with more words at one place than are stored lost all lines of the
/// words that were not.
#[test]
fn lines_of_shapes_that_are_not_stored_count_for_their_message() {
    let mut session = Session::new(&Config { learn_only: true, ..config() }, None, "a.log");
    for number in 0..20_000 {
        let time = Time::from_seconds(1_700_000_000 + number as i64 / 10);
        session
            .feed(format!("{time} INFO auth user {} logged in from the console\n", name(number)).as_bytes());
    }
    session.finish();
    assert_eq!(session.report().lines.counted, 20_000);
    assert_eq!(lines_known(&session), 20_000);
    assert_eq!(session.report().templates, 1);
}

#[test]
fn a_flood_of_garbage_at_one_stamp_is_bounded_counted_and_said() {
    let mut session = Session::new(&config(), None, "a.log");
    let time = Time::from_seconds(1_700_000_000);
    for number in 0..120_000 {
        let (a, b, c) = (name(number * 3), name(number * 3 + 1), name(number * 3 + 2));
        session.feed(format!("{time} {a} {b} {c}\n").as_bytes());
    }
    session.feed(b"2023-11-15T00:00:00Z ERROR the disk is gone\n");
    session.finish();
    let report = session.report().clone();
    assert_eq!(report.lines.counted, 120_001);
    assert!(report.shapes_dropped > 0 && report.unwatched > 0, "{report:?}");
    assert!(report.fresh_untold > 0, "{report:?}");
    assert_eq!(lines_known(&session) + report.unwatched, 120_001);
    let alerts: Vec<_> = std::iter::from_fn(|| session.next_alert()).collect();
    assert!(alerts.iter().any(|alert| alert.sample.ends_with(b"the disk is gone")), "the error is told");
}

/// The lines of a file without stamps were placed in 1970, which made every log
/// beside it half a century old and every new message an alert.
#[test]
fn a_file_without_stamps_beside_others_does_not_change_their_age() {
    let home = tempfile::tempdir().unwrap();
    let (stamped, plain) = (home.path().join("stamped.log"), home.path().join("plain.log"));
    let mut file = fs::File::create(&stamped).unwrap();
    for second in 0..7_200 {
        writeln!(file, "{} INFO tick {second}", Time::from_seconds(1_700_000_000 + second)).unwrap();
    }
    writeln!(file, "{} INFO a mild message", Time::from_seconds(1_700_007_200)).unwrap();
    fs::write(&plain, "one line without a stamp\n".repeat(3_000)).unwrap();
    let source = |path: &std::path::Path| Source {
        name: path.to_string_lossy().into_owned(),
        files: vec![path.to_owned()],
    };
    let mut run = Engine::new(config()).run(&[source(&plain), source(&stamped)], None);
    let alerts: Vec<_> = run.by_ref().filter(logsurge::Alert::is_alarm).collect();
    assert!(alerts.is_empty(), "{alerts:?}");
    let span = run.report().span.unwrap();
    assert!(span.0 >= Time::from_seconds(1_699_999_990), "{span:?}");
}

/// With nobody listening on standard error the program panicked.
#[cfg(unix)]
#[test]
fn a_closed_standard_error_is_no_trouble() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("a.log");
    fs::write(&log, "2023-11-14T22:13:20Z INFO all is well\n").unwrap();
    let program = env!("CARGO_BIN_EXE_logsurge");
    let script = format!("'{program}' scan '{}' 2>&-; echo $?", log.display());
    let out = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout), "0\n");
}

/// Lines that came forty seconds after their stamps were all late, since the
/// clock had closed their panes: no surge was ever seen in a shipped log.
#[test]
fn a_live_log_that_lags_behind_the_clock_still_surges() {
    let mut session = Session::new(&Config { live: true, ..config() }, None, "a.log");
    let lag = 40;
    for second in 0..7_260 {
        let stamp = Time::from_seconds(1_700_000_000 + second);
        session.advance(Time::from_seconds(1_700_000_000 + second + lag));
        let lines = if second >= 7_200 { 20 } else { u64::from(second % 10 == 0) };
        for n in 0..lines {
            session.feed(format!("{stamp} WARN retrying the upstream, attempt {n}\n").as_bytes());
        }
    }
    session.finish();
    assert_eq!(session.report().late, 0);
    let alerts: Vec<_> = std::iter::from_fn(|| session.next_alert()).collect();
    assert!(alerts.iter().any(|alert| alert.kind == logsurge::Kind::Surge), "{alerts:?}");
}

/// Where event time stood still, every new error after the fifth was a note for ever.
#[test]
fn the_bound_on_new_errors_moves_on_with_the_clock() {
    let mut session = Session::new(&Config { live: true, ..config() }, None, "a.log");
    let start = Time::from_seconds(1_700_000_000);
    session.advance(start);
    session.feed(format!("{start} INFO the only line with a stamp\n").as_bytes());
    for number in 0..6 {
        session.feed(format!("ERROR cannot reach {}\n", name(number)).as_bytes());
    }
    session.advance(Time(start.0 + 660_000_000));
    session.feed(b"ERROR the disk is gone\n");
    session.finish();
    let alerts: Vec<_> = std::iter::from_fn(|| session.next_alert()).collect();
    let errors = alerts.iter().filter(|alert| alert.class == logsurge::Level::Error);
    let told: Vec<bool> = errors.map(|alert| !alert.note).collect();
    assert_eq!(told, [true, true, true, true, true, false, true], "{alerts:?}");
}

#[test]
fn a_new_message_says_on_how_many_sources_it_is() {
    let home = tempfile::tempdir().unwrap();
    let sources: Vec<Source> = ["a.log", "b.log", "c.log"]
        .map(|name| {
            let path = home.path().join(name);
            let lines =
                (0..600).map(|second| format!("{} INFO tick\n", Time::from_seconds(1_700_000_000 + second)));
            let error = format!("{} ERROR the disk is gone\n", Time::from_seconds(1_700_000_600));
            fs::write(&path, lines.chain([error]).collect::<String>()).unwrap();
            Source { name: name.into(), files: vec![path] }
        })
        .into();
    let alerts: Vec<_> =
        Engine::new(config()).run(&sources, None).filter(logsurge::Alert::is_alarm).collect();
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.sources.seen, alert.sources.of, alert.count), (3, 3, 3));
}

/// A log that floods with new messages for minutes alerted once a minute.
#[test]
fn a_flood_of_new_messages_is_one_alert() {
    let mut session = Session::new(&config(), None, "a.log");
    for second in 0..4_200 {
        let time = Time::from_seconds(1_700_000_000 + second);
        session.feed(format!("{time} INFO tick\n").as_bytes());
        if second >= 3_600 {
            let (a, b) = (name(second as u64 * 2), name(second as u64 * 2 + 1));
            session.feed(format!("{time} INFO {a} {b} {b} {a}\n").as_bytes());
        }
    }
    session.finish();
    let alerts: Vec<_> =
        std::iter::from_fn(|| session.next_alert()).filter(logsurge::Alert::is_alarm).collect();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
}

/// A backlog that came in one piece was judged as if nothing had been learned
/// on the way.
#[test]
fn a_live_backlog_teaches_what_comes_behind_it() {
    let mut session = Session::new(&Config { live: true, ..config() }, None, "a.log");
    let mut backlog: String = (0..600)
        .map(|second| format!("{} INFO tick\n", Time::from_seconds(1_700_000_000 + second)))
        .collect();
    backlog += &format!("{} ERROR the disk is gone\n", Time::from_seconds(1_700_000_600));
    session.feed(backlog.as_bytes());
    session.finish();
    let alerts: Vec<_> = std::iter::from_fn(|| session.next_alert()).collect();
    let error = alerts.iter().find(|alert| alert.class == logsurge::Level::Error).expect("it is told");
    assert!(error.baseline.lines > 500, "{error:?}");
}

/// An hour of 900 messages with four values each of so many different ones at first, and so many in
/// the end; then a new error and a surge.
fn lines_with_values(first: u64, last: u64) -> String {
    const TURNS: u64 = 180;
    let mut random = Random(9);
    let mut log = String::new();
    for turn in 0..TURNS {
        let time = Time::from_seconds(1_700_000_000 + turn as i64 * 20);
        let kinds = first + (last - first) * turn / TURNS;
        for message in 0..900 {
            let [a, b, c] = [1, 2, 3].map(|part| name(message * 3 + part));
            let [code, state, exit, step] = [(); 4].map(|()| random.below(kinds));
            log += &format!("{time} INFO {a} {b} {c} code={code} state=S-{state} exit {exit} step {step}\n");
        }
        log += &format!("{time} WARN retrying the upstream\n");
    }
    let time = Time::from_seconds(1_700_003_600);
    log += &format!("{time} ERROR the disk is gone\n");
    log + &format!("{time} WARN retrying the upstream\n").repeat(400)
}

/// What the values of a log may take, whatever they are: 20 MiB for those that are counted alone,
/// 45 for as many whose shares are watched.
const VALUES_MIB_MAX: u64 = 80;

/// The values of all messages are bounded, which is said once; all else is told as if there were none.
#[test]
fn values_of_too_many_messages_cost_no_more_than_their_bound() {
    // None; as many as a slot may have and more all the time; few enough that shares are watched.
    let runs = [(1, 1), (48, 90), (19, 19)].map(|(first, last)| {
        let place = Place::new();
        place.write("a.log", lines_with_values(first, last));
        let (ran, peak) = place.run_measured(&["scan", "--warmup", "0", "a.log"]);
        (ran.status(1), peak)
    });
    let alerts = |ran: &Ran| {
        let told = ran.out.lines().filter(|line| !line.starts_with("NOTE"));
        told.map(str::to_owned).collect::<Vec<_>>()
    };
    let (plain, plain_peak) = &runs[0];
    assert!(!plain.err.contains("too many values"), "{}", plain.err);
    assert_eq!(alerts(plain).len(), 2, "{}", plain.out);
    for (ran, peak) in &runs[1..] {
        assert_eq!(ran.err.matches("limit reached: too many values").count(), 1, "{}", ran.err);
        assert_eq!(alerts(ran), alerts(plain));
        assert!(*peak <= plain_peak + VALUES_MIB_MAX, "{peak} MiB, without values {plain_peak}");
    }
}

/// Whether others say the same was asked of all messages for each of them.
#[test]
fn a_new_code_in_thousands_of_messages_is_soon_judged() {
    const MESSAGES: u64 = 3_000;
    let mut session = Session::new(&config(), None, "a.log");
    let mut log = String::new();
    for turn in 0..60 {
        let time = Time::from_seconds(1_700_000_000 + turn * 60);
        let code = if turn == 59 { 99 } else { [0, 10, 50][turn as usize % 3] };
        for message in 0..MESSAGES {
            let [a, b, c, d] = [1, 2, 3, 4].map(|part| name(message * 4 + part));
            log += &format!("{time} INFO {a} {b} {c} {d}={code}\n");
        }
    }
    let begun = Instant::now();
    session.feed(log.as_bytes());
    session.finish();
    let took = begun.elapsed();
    let alerts: Vec<_> = std::iter::from_fn(|| session.next_alert()).collect();
    let news = alerts.iter().filter(|alert| alert.kind == logsurge::Kind::Value);
    assert_eq!(news.filter(|alert| alert.reason.contains("99, never")).count(), MESSAGES as usize);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

//! Stack traces of every language: one alert for a new exception, with its
//! frames, and none for what is known, however the log is cut.

mod invented;
mod traces;

use logsurge::line::stamp;
use logsurge::{Alert, Baseline, Config, Kind, Session, Time};
use traces::TRACES;

const FRAME_OF_THE_NEW: &[(&str, &str)] = &[
    ("java", "at com.shop.Shelf.take(Shelf.java:31)"),
    ("python", "cart[key]"),
    ("go", "main.(*Shelf).take(0x0, {0x1, 0x2})"),
    ("rust", "0: shelf_take"),
    ("dotnet", "at Shop.Shelf.Take() in /app/Shelf.cs:line 12"),
    ("node", "at shelf_take (/app/shelf.js:12:9) {"),
    ("ruby", "from shelf.rb:20:in 'block in <main>'"),
];

/// 2026-03-02 08:00:00 UTC.
const START: i64 = 1_772_438_400;

/// A healthy line every three seconds of an hour, and what is put in at some of them.
fn log(hour: i64, stamped: bool, inserts: &[(i64, String)]) -> String {
    let mut text = String::new();
    for n in 0..1_200 {
        let time = Time::from_seconds(START + hour * 3_600 + n * 3);
        let stamp = |line: &str| if stamped { format!("{time} {line}") } else { line.to_owned() };
        text += &stamp(&format!("INFO  order {n} confirmed in {} ms\n", n % 90));
        for (at, insert) in inserts {
            if *at == n {
                text += &stamp(insert);
            }
        }
    }
    text
}

fn failure(trace: &str) -> String {
    format!("ERROR charge failed for order 17\n{trace}")
}

/// What was usual for an hour: the head, now and then with the known trace.
fn baseline(trace: &str, stamped: bool) -> Baseline {
    let config = Config { learn_only: true, ..Config::new(Time::from_seconds(START)) };
    let mut session = Session::new(&config, None, "app");
    let inserts: Vec<(i64, String)> = (0..20).map(|n| (n * 50, failure(trace))).collect();
    session.feed(log(0, stamped, &inserts).as_bytes());
    session.finish();
    session.ledger().to_baseline(&logsurge::baseline::Settings::default())
}

fn alerts(text: &str, baseline: Option<&Baseline>, piece: usize, live: bool) -> Vec<Alert> {
    let config = Config { warmup: Some(0), live, ..Config::new(Time::from_seconds(START + 86_400)) };
    let mut session = Session::new(&config, baseline, "app");
    for piece in text.as_bytes().chunks(piece) {
        session.feed(piece);
    }
    session.finish();
    std::iter::from_fn(|| session.next_alert())
        .filter(|alert| alert.kind == Kind::New && alert.is_alarm())
        .collect()
}

fn told(alerts: &[Alert]) -> Vec<String> {
    alerts.iter().map(|alert| String::from_utf8_lossy(&alert.sample).into_owned()).collect()
}

fn context(alert: &Alert) -> String {
    let lines = alert.context.before.iter().chain([&alert.sample]).chain(&alert.context.after);
    lines.map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect()
}

#[test]
fn a_new_exception_under_a_known_head_is_one_alert_with_its_frames() {
    for &(name, known, new) in TRACES {
        for stamped in [true, false] {
            let baseline = baseline(known, stamped);
            let same = log(1, stamped, &[(700, failure(known)), (900, failure(known))]);
            assert_eq!(told(&alerts(&same, Some(&baseline), 1 << 20, false)), [""; 0], "{name}: known");
            let text = log(1, stamped, &[(700, failure(new)), (800, failure(new)), (900, failure(known))]);
            let found = alerts(&text, Some(&baseline), 1 << 20, false);
            assert_eq!(found.len(), 1, "{name}, stamped {stamped}: {:#?}", told(&found));
            let frame = FRAME_OF_THE_NEW.iter().find(|frame| frame.0 == name).unwrap().1;
            assert!(context(&found[0]).contains(frame), "{name}: {}", context(&found[0]));
            for piece in [1, 40, 64, 333, 5_000] {
                assert_eq!(
                    alerts(&text, Some(&baseline), piece, false),
                    found,
                    "{name} in pieces of {piece}"
                );
            }
            let live = alerts(&text, Some(&baseline), 1 << 20, true);
            assert_eq!(told(&live), told(&found), "{name}, live");
        }
    }
}

#[test]
fn a_new_head_with_its_trace_is_one_alert() {
    for &(name, known, new) in TRACES {
        let baseline = baseline(known, true);
        let text = log(1, true, &[(700, format!("ERROR shelf is broken\n{new}"))]);
        let found = alerts(&text, Some(&baseline), 1 << 20, false);
        let heads: Vec<&Alert> = found.iter().filter(|alert| stamp::find(&alert.sample).is_some()).collect();
        assert_eq!(heads.len(), 1, "{name}: {:#?}", told(&found));
        // A crash is told for itself, whatever stands before it.
        assert_eq!(
            found.len(),
            if matches!(name, "go" | "rust") { 2 } else { 1 },
            "{name}: {:#?}",
            told(&found)
        );
        assert!(heads[0].context.before.is_empty() || heads[0].context.after.len() > 1, "{name}");
    }
}

#[test]
fn two_traces_of_one_moment_under_one_new_head_are_both_told() {
    let record = |exception: &str| format!("ERROR shelf is gone\n{exception}: x\n\tat a.B.c(D.java:1)\n");
    let inserts = [(900, record("java.io.IOException")), (900, record("java.lang.OutOfMemoryError"))];
    let text = log(0, true, &inserts);
    for (piece, live) in [(7, true), (4_096, false), (usize::MAX, false)] {
        let shown: String = alerts(&text, None, piece, live).iter().map(context).collect();
        assert!(shown.contains("OutOfMemoryError"), "pieces of {piece}, live {live}: {shown}");
    }
}

#[test]
fn a_new_root_cause_under_a_known_exception_is_one_alert() {
    let baseline = baseline(TRACES[0].1, true);
    let text = log(
        1,
        true,
        &[(
            700,
            failure(
                &TRACES[0]
                    .1
                    .replace("java.sql.SQLException: gone away", "java.net.ConnectException: refused"),
            ),
        )],
    );
    let found = alerts(&text, Some(&baseline), 1 << 20, false);
    assert_eq!(told(&found), ["Caused by: java.net.ConnectException: refused"]);
    assert!(context(&found[0]).contains("ERROR charge failed") && context(&found[0]).contains("Db.query"));
}

#[test]
fn a_crash_between_stamped_lines_is_an_alert() {
    let baseline = baseline(TRACES[0].1, true);
    for line in [
        "panic: all is lost",
        "Segmentation fault (core dumped)",
        "Killed",
        "fatal error: all goroutines are asleep - deadlock!",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "*** stack smashing detected ***: terminated",
        "disk sda failed",
    ] {
        for head in ["INFO  order 9 confirmed in 9 ms", "ERROR charge failed for order 17"] {
            let text = log(1, true, &[(700, format!("{head}\n{line}\n"))]);
            let found = told(&alerts(&text, Some(&baseline), 1 << 20, false));
            assert_eq!(found, [line], "under {head}");
        }
    }
}

#[test]
fn a_long_trace_shows_its_causes() {
    let frames = |class: &str| {
        (0..40).map(|n| format!("\tat com.shop.{class}.f{n}({class}.java:{n})\n")).collect::<String>()
    };
    let trace = format!(
        "com.shop.A: a\n{}Caused by: com.shop.B: b\n{}Caused by: com.shop.C: c\n{}",
        frames("A"),
        frames("B"),
        frames("C")
    );
    let text = log(1, true, &[(700, format!("ERROR shelf is broken\n{trace}"))]);
    let found = alerts(&text, Some(&baseline(TRACES[0].1, true)), 1 << 20, false);
    assert_eq!(found.len(), 1, "{:#?}", told(&found));
    assert!(context(&found[0]).contains("Caused by: com.shop.C: c") && found[0].context.after.len() <= 20);
}

/// The reason of a panic need not hold a word of alarm: what it stands under tells.
#[test]
fn a_new_reason_under_a_known_panic_is_an_alert() {
    let panic = |reason: &str| format!("thread 'main' panicked at src/main.rs:7:5:\n{reason}\n");
    let known = baseline(&panic("the queue is full"), true);
    let text = log(2, true, &[(500, failure(&panic("no plan for this tenant")))]);
    for (piece, live) in [(usize::MAX, false), (usize::MAX, true), (1, false)] {
        let found = alerts(&text, Some(&known), piece, live);
        assert_eq!(told(&found), ["no plan for this tenant"]);
        assert!(found[0].class >= logsurge::Level::Error);
    }
}

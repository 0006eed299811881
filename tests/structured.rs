//! One log, written by many loggers and read through many tools: its messages,
//! levels, times and alerts are the same.

mod program;

use logsurge::count::{Carry, Form, Label, Labeller, Opener};
use logsurge::line::stamp::Clock;
use logsurge::time::Zone;
use logsurge::{Alert, Config, Engine, Level, Report, Session, Time};
use program::Place;
use std::fmt::Write;

/// One event of the log: level, logger, message, error, a number that varies.
struct Event {
    second: i64,
    level: &'static str,
    message: String,
    error: Option<&'static str>,
    number: u64,
}

const START_SECONDS: i64 = 1_715_673_600;

/// Calm for twenty minutes, then a new failure that comes again and again.
fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for second in 0..1_500u64 {
        let number = second * 7_919 % 100_000;
        let (level, message, error) = match second % 5 {
            _ if second > 1_300 && second % 10 == 7 => {
                ("error", format!("charge failed for order {number}"), Some("connection refused"))
            }
            0 => ("warn", format!("retrying upstream eu-{} attempt {number}", second % 3), None),
            1 | 2 => ("info", format!("order {number} confirmed"), None),
            3 => ("info", "session opened".to_owned(), None),
            _ => ("debug", format!("cache holds {number} entries"), None),
        };
        events.push(Event { second: second as i64, level, message, error, number });
    }
    events
}

impl Event {
    fn stamp(&self) -> String {
        Time::from_seconds(START_SECONDS + self.second).to_string()
    }

    /// What a plain logger writes behind its stamp.
    fn plain(&self) -> String {
        let error = self.error.map_or(String::new(), |error| format!(": {error}"));
        format!("{} shop: {}{error}", self.level.to_uppercase(), self.message)
    }

    /// A logger's object; every other one holds a field more, and in another order.
    fn json(&self, time: &str) -> String {
        let error = self.error.map_or(String::new(), |error| format!(",\"error\":\"{error}\""));
        let (level, message) = (self.level, &self.message);
        if self.second % 2 == 0 {
            return format!(
                "{{\"level\":\"{level}\",\"time\":{time},\"logger\":\"shop\",\"msg\":\"{message}\"{error}}}"
            );
        }
        format!(
            "{{\"msg\":\"{message}\",\"trace\":{{\"id\":\"{:x}\"}}{error},\"logger\":\"shop\",\"took\":{},\"time\":{time},\"level\":\"{level}\"}}",
            self.number, self.number
        )
    }

    fn logfmt(&self) -> String {
        let error = self.error.map_or(String::new(), |error| format!(" err=\"{error}\""));
        format!(
            "time={} level={} logger=shop msg=\"{}\"{error} took={}ms",
            self.stamp(),
            self.level,
            self.message,
            self.number
        )
    }
}

type Writer = fn(&Event) -> String;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// The name of a way, and how it writes an event.
const WAYS: &[(&str, Writer)] = &[
    ("text", |event| format!("{} {}", event.stamp(), event.plain())),
    ("json", |event| event.json(&quoted(&event.stamp()))),
    ("json with epochs", |event| event.json(&format!("{}000", START_SECONDS + event.second))),
    ("logfmt", Event::logfmt),
    ("cri", |event| format!("{} stdout F {}", event.stamp(), event.plain())),
    ("cri of json", |event| format!("{} stderr F {}", event.stamp(), event.json("\"2001-01-01T00:00:00Z\""))),
    ("cri of text with stamps", |event| {
        format!("{} stdout F {} {}", event.stamp(), event.stamp(), event.plain())
    }),
    ("docker", |event| {
        let line = format!("{}\n", event.plain());
        format!("{{\"log\":{},\"stream\":\"stdout\",\"time\":\"{}\"}}", quoted(&line), event.stamp())
    }),
    ("docker of logfmt", |event| {
        let line = format!("{}\n", event.logfmt());
        format!("{{\"log\":{},\"stream\":\"stdout\",\"time\":\"{}\"}}", quoted(&line), event.stamp())
    }),
    ("journal", |event| {
        format!(
            "{{\"_PID\":\"{}\",\"PRIORITY\":\"6\",\"SYSLOG_IDENTIFIER\":\"shop\",\"MESSAGE\":{},\"__REALTIME_TIMESTAMP\":\"{}000000\"}}",
            event.number,
            quoted(&event.json("7")),
            START_SECONDS + event.second
        )
    }),
    ("kubectl", |event| {
        let pod = ["x2x9k", "7bq4t"][event.second as usize % 2];
        format!("[pod/shop-7d9f8b6c5-{pod}/app] {} {}", event.stamp(), event.plain())
    }),
    ("stern", |event| {
        let pod = ["x2x9k", "7bq4t"][event.second as usize % 2];
        format!("shop-7d9f8b6c5-{pod} app {}", event.json(&quoted(&event.stamp())))
    }),
    ("compose", |event| format!("shop-{}  | {} {}", event.second % 2 + 1, event.stamp(), event.plain())),
    ("syslog 5424", |event| {
        let error = event.error.map_or(String::new(), |error| format!(": {error}"));
        let severity = match event.level {
            "error" => 3,
            "warn" => 4,
            "info" => 6,
            _ => 7,
        };
        format!(
            "<{}>1 {} web-{} shop {} - [a b=\"{}\"] {}{error}",
            8 + severity,
            event.stamp(),
            event.second % 2,
            event.number,
            event.number,
            event.message
        )
    }),
];

fn written(way: Writer) -> Vec<u8> {
    events()
        .iter()
        .fold(String::new(), |mut text, event| {
            writeln!(text, "{}", way(event)).unwrap();
            text
        })
        .into_bytes()
}

fn config() -> Config {
    Config::new(Time::from_seconds(START_SECONDS + 86_400))
}

/// The shape, level and stamp of each line.
fn labelled(text: &[u8]) -> Vec<(String, Level)> {
    let mut labeller = Labeller::new(Opener::new(Clock::new(Zone::utc(), None)));
    let mut labels = Vec::new();
    labeller.label(&mut Carry::start(Time::from_seconds(0)), text, &mut labels);
    let told = |form: &Form| (String::from_utf8_lossy(&form.shape.text).into_owned(), form.shape.level);
    let shapes: Vec<_> = labeller.forms().iter().map(told).collect();
    let shape = |label: &Label| match label {
        Label::Empty => (String::new(), Level::None),
        Label::Message(form) => shapes[*form as usize].clone(),
    };
    labels.iter().map(shape).collect()
}

#[derive(Debug, PartialEq)]
struct Verdict {
    alerts: Vec<Alert>,
    report: Report,
}

fn judged(text: &[u8], pieces: impl Iterator<Item = usize>) -> Verdict {
    let mut session = Session::new(&config(), None, "app");
    let mut alerts = Vec::new();
    let mut rest = text;
    for piece in pieces {
        let (now, later) = rest.split_at(piece.min(rest.len()));
        session.feed(now);
        rest = later;
        alerts.extend(std::iter::from_fn(|| session.next_alert()));
        if rest.is_empty() {
            break;
        }
    }
    session.finish();
    alerts.extend(std::iter::from_fn(|| session.next_alert()));
    Verdict { alerts, report: session.report().clone() }
}

fn whole(text: &[u8]) -> Verdict {
    judged(text, std::iter::once(text.len()))
}

#[test]
fn every_way_to_write_a_log_has_the_same_messages() {
    let expected = labelled(&written(WAYS[0].1));
    for (name, way) in WAYS {
        let labels = labelled(&written(*way));
        assert_eq!(labels.len(), expected.len(), "{name}");
        for (at, (label, expected)) in labels.iter().zip(&expected).enumerate() {
            assert_eq!(label, expected, "{name}: line {}", at + 1);
        }
    }
}

#[test]
fn every_way_to_write_a_log_has_the_same_alerts() {
    let told = |verdict: &Verdict| -> Vec<_> {
        let alerts = verdict.alerts.iter();
        alerts.map(|alert| (alert.kind, alert.id, alert.level, alert.started, alert.count)).collect()
    };
    let expected = whole(&written(WAYS[0].1));
    assert!(expected.alerts.iter().any(|alert| alert.level == Level::Error), "the failure is told");
    for (name, way) in WAYS {
        let verdict = whole(&written(*way));
        assert_eq!(told(&verdict), told(&expected), "{name}");
        assert_eq!(verdict.report.lines, expected.report.lines, "{name}");
    }
}

/// Lines of all ways in turn, with traces, cut lines and plain text between them.
fn mixed() -> Vec<u8> {
    let mut text = String::new();
    for (at, event) in events().iter().enumerate() {
        writeln!(text, "{}", WAYS[at * 7 % WAYS.len()].1(event)).unwrap();
        let stamp = event.stamp();
        match at % 11 {
            0 => text.push_str("\tat com.shop.Pay.run(Pay.java:12)\n"),
            1 => writeln!(text, "{stamp} stdout F \tat com.shop.Pay.run(Pay.java:12)").unwrap(),
            2 => writeln!(
                text,
                "{stamp} stderr P ERROR dump of\n{stamp} stderr P  many thi\n{stamp} stderr F ngs"
            )
            .unwrap(),
            3 => text.push_str("\n{\"level\":\"error\",\"msg\":\"no stamp\"}\ndetails follow\n"),
            4 => writeln!(text, "{stamp} stdout P half a line\n{stamp} stderr F another").unwrap(),
            5 => text.push_str("{\"broken\": \"json\ncontinue\n"),
            _ => {}
        }
    }
    text.into_bytes()
}

#[test]
fn pieces_threads_and_chunks_do_not_matter() {
    let text = mixed();
    let expected = whole(&text);
    for piece in [1, 7, 64, 1_000] {
        assert_eq!(judged(&text, std::iter::repeat(piece)), expected, "pieces of {piece}");
    }
    let place = Place::new();
    place.write("app.log", &text);
    let paths = [place.path("app.log")];
    let mut first: Option<Verdict> = None;
    for threads in [1, 3] {
        for chunk_bytes in [1, 64, 1_000, 128 * 1024] {
            let config = Config { threads, chunk_bytes, ..config() };
            let listing = logsurge::input::source::list(&paths, &logsurge::engine::first_stamp(&config));
            let mut run = Engine::new(config).run(&listing.sources, None);
            let verdict = Verdict { alerts: run.by_ref().collect(), report: run.report().clone() };
            let how = format!("{threads} threads, chunks of {chunk_bytes}");
            assert_eq!(verdict.report, expected.report, "{how}");
            match &first {
                Some(first) => assert_eq!(&verdict, first, "{how}"),
                None => first = Some(verdict),
            }
        }
    }
}

#[test]
fn the_parts_of_a_cut_line_are_one_message() {
    let line = |second: i64, tag: &str, rest: &str| {
        let stamp = Time::from_seconds(START_SECONDS + second);
        format!("{stamp} stdout {tag} {rest}\n")
    };
    let text = [
        line(0, "F", "INFO ready"),
        line(1, "P", "ERROR dump of a very"),
        line(1, "P", " long stru"),
        line(1, "F", "cture: failed"),
        line(2, "F", "INFO ready"),
    ]
    .concat();
    let expected = whole(text.as_bytes());
    assert_eq!((expected.report.lines.counted, expected.report.lines.continuation), (3, 2));
    for cut in 0..text.len() {
        let pieces = [cut, text.len()];
        assert_eq!(judged(text.as_bytes(), pieces.into_iter()), expected, "cut at {cut}");
    }
    let (said, level) = &labelled(text.as_bytes())[1];
    assert_eq!((&said[..], *level), ("\u{2}ERROR dump of a very long structure:failed", Level::Error));
    // A docker line is a part only if it is as long as the runtime's parts are.
    let docker = |log: &str| {
        format!("{{\"log\":{},\"stream\":\"stdout\",\"time\":\"2024-05-14T08:00:00Z\"}}\n", quoted(log))
    };
    let long = "x".repeat(16 * 1024);
    let text = [docker(&long), docker("rest\n"), docker("no newline"), docker("another")].concat();
    let lines = whole(text.as_bytes()).report.lines;
    assert_eq!((lines.counted, lines.continuation), (3, 1));
}

#[test]
fn a_new_class_of_error_under_a_known_message_is_a_new_message() {
    let line = |class: &str| {
        format!(
            "{{\"time\":\"2024-05-14T08:00:00Z\",\"level\":\"error\",\"msg\":\"charge failed\",\"error\":{{\"type\":\"{class}\"}}}}\n"
        )
    };
    let labels =
        labelled([line("TimeoutError"), line("TypeError"), line("TimeoutError")].concat().as_bytes());
    assert_ne!(labels[0], labels[1]);
    assert_eq!(labels[0], labels[2]);
}

#[test]
fn the_program_shows_the_line_as_it_is_and_reads_text_if_told() {
    let place = Place::new();
    let json = WAYS.iter().find(|(name, _)| *name == "json").unwrap().1;
    place.write("app.log", written(json));
    let ran = place.run(&["scan", "--json", "-q", "app.log"]).status(1);
    let error = ran.out.lines().find(|line| line.contains("\"level\":\"error\"")).expect("an error is told");
    assert!(error.contains("{\\\"msg\\\":\\\"charge failed for order"), "{error}");
    let ran = place.run(&["templates", "--assign", "app.log"]).status(0);
    let rows: Vec<&str> = ran.out.lines().collect();
    assert_eq!(rows.len(), 1_500);
    assert!(rows[1].ends_with("<*> INFO shop: order <*> confirmed"), "{}", rows[1]);
    assert_eq!(rows[1].split('\t').nth(1), rows[2].split('\t').nth(1));
    let messages = |format: &str| {
        let ran = place.run(&["templates", "--json", "--input-format", format, "app.log"]).status(0);
        ran.out.lines().count()
    };
    assert!(messages("text") > messages("json"));
    assert_eq!((messages("auto"), messages("text")), (messages("json"), messages("logfmt")));
    place.run(&["scan", "--input-format", "xml", "app.log"]).status(2);
}

//! From bytes to alerts, in any pieces.

use super::super::Seen;
use super::hash;
use crate::invented::Dice;
use crate::ways::{add_up, assert_same, by_session, config, filtered, judged_at_once, oracle, random_pieces};
use logsurge::count::{Carry, Labeller, Opener};
use logsurge::line::stamp::Clock;
use logsurge::line::structured::Format;
use logsurge::time::Zone;
use logsurge::{Config, Session, Time};

fn configs() -> [Config; 4] {
    let first = judged_at_once();
    let time_format = logsurge::line::stamp::Format::parse("%d/%m/%Y %H:%M:%S").ok();
    let zone = Zone::named("America/New_York").expect("a zone");
    let other = Config { zone, time_format, year: Some(2024), format: Format::Json, ..config() };
    [first, Config { learn_only: true, values: true, timeline: true, ..config() }, filtered(), other]
}

/// Any pieces and chunks give the same alerts and figures, all lines are counted, and live
/// nothing breaks.
pub fn journey(text: &[u8], seen: &mut Seen) {
    let configs = configs();
    let config = &configs[(hash(&text[..text.len().min(64)]) % 4) as usize];
    let expected = oracle(config, None, text);
    add_up(&expected.report);
    assert_eq!(expected.report.lines.read, lines(text), "a line is lost");
    let mut dice = Dice::new(hash(text));
    let got = by_session(config, None, &mut random_pieces(text, &mut dice));
    assert_same(&expected, &got, "in random pieces");
    let small = Config { chunk_bytes: 64, ..config.clone() };
    assert_same(&expected, &by_session(&small, None, &mut text.chunks(1_000)), "in small chunks");
    live(config, text);
    labels(text);
    let counts = &expected.report.lines;
    for (kind, count) in
        [counts.counted, counts.empty, counts.continuation, counts.filtered].into_iter().enumerate()
    {
        seen.see(&[1, kind as u64, u64::from((count + 1).ilog2())]);
    }
    seen.see(&[2, expected.report.templates as u64, expected.alerts.len() as u64]);
    seen.see(&[
        3,
        u64::from((expected.report.late + 1).ilog2()),
        u64::from((expected.report.skewed + 1).ilog2()),
    ]);
    for alert in &expected.alerts {
        seen.see(&[
            4,
            hash(alert.kind.word().as_bytes()),
            u64::from(alert.is_alarm()),
            u64::from(alert.level as u8),
        ]);
    }
}

/// Lines as any text tool counts them.
fn lines(text: &[u8]) -> u64 {
    text.split_inclusive(|&byte| byte == b'\n').count() as u64
}

/// The clock moves between pieces, back and forth too.
fn live(config: &Config, text: &[u8]) {
    let live = Config { live: true, ..config.clone() };
    let mut session = Session::new(&live, None, "app");
    let mut dice = Dice::new(hash(text) ^ 1);
    let mut now = config.latest;
    for piece in text.chunks(777) {
        now = Time(now.0 + [1_000, 60_000_000, 7_200_000_000, -60_000_000][dice.roll(4) as usize]);
        session.advance(now);
        session.feed(piece);
        while session.next_alert().is_some() {}
    }
    session.finish();
    add_up(session.report());
    assert_eq!(session.report().lines.read, lines(text), "a line is lost while live");
}

/// Every line has one label.
fn labels(text: &[u8]) {
    let mut labeller = Labeller::new(Opener::new(Clock::new(Zone::utc(), Some(2026))));
    let (mut carry, mut labels) = (Carry::start(config().latest), Vec::new());
    if !text.is_empty() {
        labeller.label(&mut carry, text, &mut labels);
    }
    assert_eq!(labels.len() as u64, lines(text), "a line without a label");
}

//! The ways in which a log can be read, which must all say the same.
//!
//! The oracle is a [`Session`] in batch mode that gets the whole text at once.
//! What is compared is every field of every alert, in order, and the report;
//! only where the lines came from may differ when they lie in other files.
#![allow(dead_code)] // Each test file uses what it needs.

use crate::invented::{Dice, START_SECONDS};
use flate2::Compression;
use flate2::write::GzEncoder;
use logsurge::alert::Spread;
use logsurge::input::source::list;
use logsurge::{Alert, Baseline, Config, Engine, Kind, Report, Session, Time};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

pub const THREADS: [usize; 4] = [1, 2, 3, 8];
pub const CHUNK_BYTES: [usize; 5] = [1, 7, 64, 1_000, 128 * 1024];
/// When the files were written: what a stamp without a year is dated by.
pub const WRITTEN_SECONDS: i64 = START_SECONDS + 30 * 86_400;

/// What a run said.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    pub alerts: Vec<Alert>,
    pub report: Report,
}

impl Verdict {
    /// Without what depends on how the lines lie in files.
    pub fn anywhere(mut self) -> Verdict {
        for alert in &mut self.alerts {
            alert.source.clear();
            alert.line_number = 0;
            alert.sources = Spread::default();
        }
        self.report.sources = 0;
        self
    }

    /// The same lines in one file of another name.
    pub fn unnamed(mut self) -> Verdict {
        for alert in &mut self.alerts {
            alert.source.clear();
            alert.sources.top.clear();
            if alert.template == "no lines" {
                // Said of the source by its name.
                alert.reason.clear();
                alert.summary.clear();
            }
        }
        self
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.alerts.iter().any(|alert| alert.kind == kind && alert.is_alarm())
    }
}

pub fn config() -> Config {
    Config::new(Time::from_seconds(WRITTEN_SECONDS))
}

pub fn judged_at_once() -> Config {
    Config { warmup: Some(0), ..config() }
}

pub fn by_session(
    config: &Config,
    baseline: Option<&Baseline>,
    pieces: &mut dyn Iterator<Item = &[u8]>,
) -> Verdict {
    let mut session = Session::new(config, baseline, "app");
    let mut alerts = Vec::new();
    for piece in pieces {
        session.feed(piece);
        alerts.extend(std::iter::from_fn(|| session.next_alert()));
    }
    session.finish();
    alerts.extend(std::iter::from_fn(|| session.next_alert()));
    Verdict { alerts, report: session.report().clone() }
}

pub fn oracle(config: &Config, baseline: Option<&Baseline>, text: &[u8]) -> Verdict {
    by_session(config, baseline, &mut std::iter::once(text))
}

pub fn by_engine(config: &Config, baseline: Option<&Baseline>, paths: &[PathBuf]) -> Verdict {
    let listing = list(paths, &logsurge::engine::first_stamp(config));
    assert!(listing.failed.is_empty() && listing.skipped.is_empty(), "{listing:?}");
    let mut run = Engine::new(config.clone()).run(&listing.sources, baseline);
    let alerts = run.by_ref().collect();
    assert!(run.take_troubles().is_empty());
    Verdict { alerts, report: run.report().clone() }
}

/// Writes a file as it would lie there had it been written by the program that logs.
pub fn file(directory: &Path, name: &str, text: &[u8]) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(WRITTEN_SECONDS as u64);
    File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
    path
}

pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Says the first difference, not two screens of alerts.
pub fn assert_same(expected: &Verdict, got: &Verdict, how: &str) {
    for (index, (left, right)) in expected.alerts.iter().zip(&got.alerts).enumerate() {
        assert_eq!(left, right, "{how}: alert {index}");
    }
    let told =
        |verdict: &Verdict| verdict.alerts.iter().map(|alert| alert.summary.clone()).collect::<Vec<_>>();
    assert_eq!(told(expected), told(got), "{how}: number of alerts");
    assert_eq!(expected.report, got.report, "{how}: report");
}

pub fn add_up(report: &Report) {
    let lines = &report.lines;
    assert_eq!(lines.read, lines.counted + lines.empty + lines.continuation + lines.filtered, "{lines:?}");
}

/// The session by pieces, and the engine by threads and chunks, say what the oracle says.
pub fn check(config: &Config, baseline: Option<&Baseline>, text: &[u8]) -> Verdict {
    let expected = oracle(config, baseline, text);
    add_up(&expected.report);
    for size in [1, 2, 3, 5, 8, 13, 21, 34, 55, 64, 4_096] {
        let got = by_session(config, baseline, &mut text.chunks(size));
        assert_same(&expected, &got, &format!("session in pieces of {size}"));
    }
    let mut dice = Dice::new(text.len() as u64);
    let got = by_session(config, baseline, &mut random_pieces(text, &mut dice));
    assert_same(&expected, &got, "session in pieces of 1 to 64");

    let directory = TempDir::new().unwrap();
    let expected = expected.unnamed();
    let plain = [file(directory.path(), "plain.log", text)];
    let packed = [file(directory.path(), "packed", &gzip(text))];
    for (turn, threads) in THREADS.into_iter().enumerate() {
        for (size, chunk_bytes) in CHUNK_BYTES.into_iter().enumerate() {
            let config = Config { threads, chunk_bytes, ..config.clone() };
            // Decoding knows nothing of threads: each size once is enough.
            let is_turn = size % THREADS.len() == turn;
            for paths in [&plain, &packed].into_iter().take(1 + usize::from(is_turn)) {
                let got = by_engine(&config, baseline, paths).unnamed();
                let how = format!("{}, {threads} threads, chunks of {chunk_bytes}", paths[0].display());
                assert_same(&expected, &got, &how);
            }
        }
    }
    expected
}

pub fn random_pieces<'a>(mut text: &'a [u8], dice: &'a mut Dice) -> impl Iterator<Item = &'a [u8]> {
    std::iter::from_fn(move || {
        let size = (1 + dice.roll(64) as usize).min(text.len());
        let (piece, rest) = text.split_at(size);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

pub fn filtered() -> Config {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let filter = logsurge::line::filter::Filter::default();
    let filter = filter.with_grep(&words(&["[a-q]{4}", "Exception"])).and_then(|filter| {
        let filter = filter.with_ignore(&words(&[r"ERROR.*[02468]\b", r"GET|\d\d7"]))?;
        filter.with_mask("word", r"(?:for|to|of) (\w+)")?.with_mask("end", r"[a-z]+$")
    });
    Config { filter: filter.expect("they are regular expressions"), ..judged_at_once() }
}

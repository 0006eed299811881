//! Same bytes, same alerts: for any cut of the text, any number of threads, any
//! chunk, compression and order of the files.
//!
//! The oracle is a [`Session`] in batch mode that gets the whole text at once.
//! What is compared is every field of every alert, in order, and the report;
//! only where the lines came from may differ when they lie in other files.

mod invented;
mod traces;

use flate2::Compression;
use flate2::write::GzEncoder;
use invented::{Dice, Recipe, START_SECONDS, lines, log, stamp};
use logsurge::alert::Spread;
use logsurge::input::source::list;
use logsurge::{Alert, Baseline, Config, Engine, Kind, Report, Session, Time};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const THREADS: [usize; 4] = [1, 2, 3, 8];
const CHUNK_BYTES: [usize; 5] = [1, 7, 64, 1_000, 128 * 1024];
/// When the files were written: what a stamp without a year is dated by.
const WRITTEN_SECONDS: i64 = START_SECONDS + 30 * 86_400;

/// What a run said.
#[derive(Debug, PartialEq)]
struct Verdict {
    alerts: Vec<Alert>,
    report: Report,
}

impl Verdict {
    /// Without what depends on how the lines lie in files.
    fn anywhere(mut self) -> Verdict {
        for alert in &mut self.alerts {
            alert.source.clear();
            alert.line_number = 0;
            alert.sources = Spread::default();
        }
        self.report.sources = 0;
        self
    }

    /// The same lines in one file of another name.
    fn unnamed(mut self) -> Verdict {
        for alert in &mut self.alerts {
            alert.source.clear();
            alert.sources.top.clear();
        }
        self
    }

    fn has(&self, kind: Kind) -> bool {
        self.alerts.iter().any(|alert| alert.kind == kind && alert.is_alarm())
    }
}

fn config() -> Config {
    Config::new(Time::from_seconds(WRITTEN_SECONDS))
}

fn judged_at_once() -> Config {
    Config { warmup: Some(0), ..config() }
}

fn by_session(
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

fn oracle(config: &Config, baseline: Option<&Baseline>, text: &[u8]) -> Verdict {
    by_session(config, baseline, &mut std::iter::once(text))
}

fn by_engine(config: &Config, baseline: Option<&Baseline>, paths: &[PathBuf]) -> Verdict {
    let listing = list(paths, &logsurge::engine::first_stamp(config));
    assert!(listing.failed.is_empty() && listing.skipped.is_empty(), "{listing:?}");
    let mut run = Engine::new(config.clone()).run(&listing.sources, baseline);
    let alerts = run.by_ref().collect();
    assert!(run.take_troubles().is_empty());
    Verdict { alerts, report: run.report().clone() }
}

/// Writes a file as it would lie there had it been written by the program that logs.
fn file(directory: &Path, name: &str, text: &[u8]) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(WRITTEN_SECONDS as u64);
    File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
    path
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Says the first difference, not two screens of alerts.
fn assert_same(expected: &Verdict, got: &Verdict, how: &str) {
    for (index, (left, right)) in expected.alerts.iter().zip(&got.alerts).enumerate() {
        assert_eq!(left, right, "{how}: alert {index}");
    }
    let told =
        |verdict: &Verdict| verdict.alerts.iter().map(|alert| alert.summary.clone()).collect::<Vec<_>>();
    assert_eq!(told(expected), told(got), "{how}: number of alerts");
    assert_eq!(expected.report, got.report, "{how}: report");
}

fn add_up(report: &Report) {
    let lines = &report.lines;
    assert_eq!(lines.read, lines.counted + lines.empty + lines.continuation + lines.filtered, "{lines:?}");
}

/// The session by pieces, and the engine by threads and chunks, say what the oracle says.
fn check(config: &Config, baseline: Option<&Baseline>, text: &[u8]) -> Verdict {
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
    for threads in THREADS {
        for chunk_bytes in CHUNK_BYTES {
            let config = Config { threads, chunk_bytes, ..config.clone() };
            for paths in [&plain, &packed] {
                let got = by_engine(&config, baseline, paths).unnamed();
                let how = format!("{}, {threads} threads, chunks of {chunk_bytes}", paths[0].display());
                assert_same(&expected, &got, &how);
            }
        }
    }
    expected
}

fn random_pieces<'a>(mut text: &'a [u8], dice: &'a mut Dice) -> impl Iterator<Item = &'a [u8]> {
    std::iter::from_fn(move || {
        let size = (1 + dice.roll(64) as usize).min(text.len());
        let (piece, rest) = text.split_at(size);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

fn messy() -> Vec<u8> {
    log(Recipe {
        seed: 3,
        hours: 3,
        incident: true,
        late: true,
        unstamped: true,
        mixed: true,
        long: true,
        ..Recipe::default()
    })
}

fn tidy() -> Vec<u8> {
    log(Recipe { seed: 4, hours: 3, incident: true, ..Recipe::default() })
}

/// A healthy day before the log.
fn day_before() -> Baseline {
    let text = log(Recipe { seed: 9, begins: -20 * 3_600_000, hours: 20, ..Recipe::default() });
    let config = Config { learn_only: true, ..config() };
    let mut session = Session::new(&config, None, "app");
    session.feed(&text);
    session.finish();
    session.ledger().to_baseline(&logsurge::baseline::Settings::default())
}

#[test]
fn a_messy_log_judged_at_once() {
    let verdict = check(&judged_at_once(), None, &messy());
    assert!(verdict.has(Kind::New) && verdict.report.late > 10 && verdict.report.lines.overlong > 0);
    assert!(verdict.report.lines.continuation > 10 && verdict.report.lines.empty > 5);
}

#[test]
fn a_messy_log_with_the_usual_warm_up() {
    let verdict = check(&config(), None, &messy());
    assert!(verdict.has(Kind::New));
}

#[test]
fn a_messy_log_against_a_baseline_with_every_kind_of_alert() {
    let verdict = check(&config(), Some(&day_before()), &messy());
    for kind in [Kind::New, Kind::Surge, Kind::Gone] {
        assert!(verdict.has(kind), "no {} among {:#?}", kind.word(), verdict.alerts);
    }
}

/// Heads, traces and unstamped lines that are left out are so in every chunk.
fn filtered() -> Config {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let filter = logsurge::line::filter::Filter::default();
    let filter = filter.with_grep(&words(&["[a-q]{4}", "Exception"])).and_then(|filter| {
        let filter = filter.with_ignore(&words(&[r"ERROR.*[02468]\b", r"GET|\d\d7"]))?;
        filter.with_mask("word", r"(?:for|to|of) (\w+)")?.with_mask("end", r"[a-z]+$")
    });
    Config { filter: filter.expect("they are regular expressions"), ..judged_at_once() }
}

#[test]
fn a_messy_log_of_which_a_part_is_left_out() {
    let verdict = check(&filtered(), None, &messy());
    let lines = verdict.report.lines;
    assert!(lines.filtered > 100 && lines.counted > 100 && lines.continuation > 4, "{lines:?}");
}

#[test]
fn a_last_line_without_newline() {
    let text = tidy();
    let verdict = check(&judged_at_once(), None, &text[..text.len() / 4 - 1]);
    assert_eq!(verdict.report.lines.read, lines(&text[..text.len() / 4 - 1]).len() as u64);
}

#[test]
fn stamps_without_a_year_over_new_year() {
    // Two hours before midnight of 31 December 2025, so that the year turns inside the log.
    let begins = (days_to_new_year() * 86_400 - 8 * 3_600 - 7_200) * 1_000;
    let recipe = Recipe { seed: 5, begins, hours: 3, incident: true, yearless: true, ..Recipe::default() };
    let text = log(recipe);
    let said = Config { year: Some(2025), ..judged_at_once() };
    let verdict = check(&said, None, &text);
    let guessed = check(&judged_at_once(), None, &text);
    assert_same(&verdict, &guessed, "the year from the file's time");
    let (from, to) = verdict.report.span.expect("lines were read");
    assert!(from.to_string().starts_with("2025-12-31T2"), "{from}");
    assert!(to.to_string().starts_with("2026-01-01T0"), "{to}");
    let unstamped = Recipe { late: true, unstamped: true, ..recipe };
    check(&said, None, &log(unstamped));
}

/// Days from the day of the start, 2 March 2026, to 1 January 2026.
fn days_to_new_year() -> i64 {
    logsurge::time::days_from_civil(2026, 1, 1) - START_SECONDS.div_euclid(86_400)
}

#[test]
fn five_lines_of_a_clock_a_day_ahead_are_skewed() {
    let text = tidy();
    let mut lines = lines(&text);
    let ahead: Vec<String> = (0..5)
        .map(|n| format!("{} INFO  clock   adjusted by step {n}\n", stamp(26 * 3_600_000 + n * 900, 0)))
        .collect();
    let middle = lines.len() / 2;
    lines.splice(middle..middle, ahead.iter().map(String::as_bytes));
    let verdict = check(&judged_at_once(), None, &lines.concat());
    assert_eq!(verdict.report.skewed, 5);
    let clean = oracle(&judged_at_once(), None, &text);
    assert_eq!(verdict.report.span, clean.report.span, "five lines do not move the clock");
}

#[test]
fn a_clock_that_stays_a_day_ahead_is_believed() {
    let early = log(Recipe { seed: 6, hours: 1, ..Recipe::default() });
    let late = log(Recipe { seed: 7, hours: 1, begins: 50 * 3_600_000, ..Recipe::default() });
    let verdict = check(&judged_at_once(), None, &[early, late].concat());
    assert_eq!(verdict.report.skewed, 0);
}

#[test]
fn lines_before_the_first_stamp() {
    let head =
        "starting up\nreading /etc/shop.conf\nERROR no licence found\n\nconfiguration loaded\n".repeat(30);
    let verdict = check(&judged_at_once(), None, &[head.as_bytes(), &tidy()].concat());
    assert_eq!(verdict.report.lines.empty, 30);
    assert_eq!(verdict.report.late, 0);
}

#[test]
fn more_lines_before_the_first_stamp_than_are_held() {
    let head: String = (0..11_000).map(|n| format!("boot step {n} of many\n")).collect();
    check(&judged_at_once(), None, &[head.as_bytes(), &tidy()].concat());
}

/// Names before a level become instances while other lines are on their way.
#[test]
fn many_speakers_beside_a_web_server() {
    let names = ["blue", "green", "red", "web-7d9f8b6c5-x2x9k", "web-bcdfghjkl-24567"];
    let said = [
        "up",
        "down after",
        "took a job",
        "has no work",
        "pool is full",
        "reads",
        "waits for",
        "bound",
        "done",
    ];
    let mut text = String::new();
    for number in 0..2_000_usize {
        let time = Time::from_seconds(1_700_000_000 + number as i64 / 4);
        let name = names[(number * number / 7 + number / 300) % names.len()];
        let (what, level) = (said[number % said.len()], ["INFO", "WARN", "ERROR"][number % 41 / 20]);
        text.push_str(&format!("{time} {name} worker - {level} {what} {number}\n"));
        text.push_str(&format!("{time} 10.0.0.1 \"GET /{name}?q={what} HTTP/1.1\" 200 - \"-\" \"{what}\"\n"));
    }
    let verdict = check(&judged_at_once(), None, text.as_bytes());
    assert!(verdict.report.templates < 60, "{} messages", verdict.report.templates);
    check(&config(), None, text.as_bytes());
}

#[test]
fn a_log_without_any_stamp() {
    let mut dice = Dice::new(8);
    let text: String = (0..4_000)
        .map(|n| match dice.roll(30) {
            0 if n > 3_000 => "ERROR disk sda failed\n".to_owned(),
            0..20 => format!("request {n} served\n"),
            _ => format!("  cache of {n} items\n"),
        })
        .collect();
    let verdict = check(&judged_at_once(), None, text.as_bytes());
    assert_eq!(verdict.report.unstamped_sources, 1);
    assert!(verdict.has(Kind::New));
}

/// The same lines in several files, which threads read side by side.
fn check_files(baseline: Option<&Baseline>, expected: &Verdict, paths: &[PathBuf], how: &str) {
    for config in [judged_at_once(), config()] {
        if baseline.is_none() && config.warmup.is_none() {
            continue;
        }
        for threads in THREADS {
            for chunk_bytes in CHUNK_BYTES {
                let config = Config { threads, chunk_bytes, ..config.clone() };
                let got = by_engine(&config, baseline, paths).anywhere();
                assert_same(expected, &got, &format!("{how}, {threads} threads, chunks of {chunk_bytes}"));
            }
        }
    }
}

/// Cuts a text into five at line ends.
fn fifths(text: &[u8]) -> Vec<Vec<u8>> {
    let lines = lines(text);
    lines.chunks(lines.len().div_ceil(5)).map(<[&[u8]]>::concat).collect()
}

#[test]
fn a_messy_log_cut_into_one_rotation_family() {
    let text = messy();
    let expected = oracle(&judged_at_once(), None, &text).anywhere();
    let directory = TempDir::new().unwrap();
    let paths: Vec<PathBuf> = fifths(&text)
        .iter()
        .enumerate()
        .map(|(n, part)| {
            let packed = n % 2 == 1;
            let bytes = if packed { gzip(part) } else { part.clone() };
            file(directory.path(), &format!("part.log.{n:03}{}", if packed { ".gz" } else { "" }), &bytes)
        })
        .collect();
    check_files(None, &expected, &paths, "a family of five");
    check_files(None, &expected, &[directory.path().to_path_buf()], "a directory of five");
}

#[test]
fn a_stamped_log_cut_into_five_files_that_are_strangers() {
    let text = tidy();
    let baseline = day_before();
    let expected = oracle(&config(), Some(&baseline), &text).anywhere();
    let directory = TempDir::new().unwrap();
    let names = ["web-b.txt", "db.txt", "mail.txt", "web-a.txt", "cache.txt"];
    let mut paths: Vec<PathBuf> =
        fifths(&text).iter().zip(names).map(|(part, name)| file(directory.path(), name, part)).collect();
    check_files(Some(&baseline), &expected, &paths, "five strangers");
    paths.rotate_left(2);
    check_files(Some(&baseline), &expected, &paths, "five strangers in another order");
}

#[test]
fn a_stamped_log_dealt_line_by_line_into_three_files() {
    let text = tidy();
    let baseline = day_before();
    let mut hands = [Vec::new(), Vec::new(), Vec::new()];
    let mut dice = Dice::new(11);
    for line in lines(&text) {
        hands[dice.roll(3) as usize].extend_from_slice(line);
    }
    let expected = oracle(&config(), Some(&baseline), &text).anywhere();
    assert!(expected.has(Kind::New) && expected.has(Kind::Surge) && expected.has(Kind::Gone));
    let directory = TempDir::new().unwrap();
    let mut paths: Vec<PathBuf> = hands
        .iter()
        .enumerate()
        .map(|(n, hand)| file(directory.path(), &format!("hand-{}.txt", ["x", "y", "z"][n]), hand))
        .collect();
    for order in 0..3 {
        check_files(Some(&baseline), &expected, &paths, &format!("three hands, order {order}"));
        paths.rotate_left(1);
    }
}

/// Of several files with the same line, the one named does not depend on who was first.
#[test]
fn where_a_line_was_seen_does_not_depend_on_threads() {
    let text = tidy();
    let directory = TempDir::new().unwrap();
    let paths: Vec<PathBuf> =
        ["c.txt", "a.txt", "b.txt"].iter().map(|name| file(directory.path(), name, &text)).collect();
    let alone = by_engine(&judged_at_once(), None, &paths);
    assert!(alone.alerts.iter().any(|alert| alert.sources.of == 3));
    for threads in THREADS {
        for chunk_bytes in [1_000, 10_000] {
            for _ in 0..3 {
                let config = Config { threads, chunk_bytes, ..judged_at_once() };
                let got = by_engine(&config, None, &paths);
                assert_same(&alone, &got, &format!("{threads} threads, chunks of {chunk_bytes}"));
            }
        }
    }
}

/// A few lines with everything wrong at once: clocks that jump by seconds, hours and days, lines
/// without stamps, stamps without a year, traces, errors and equal lines.
fn wild(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut text = Vec::new();
    let mut now = 0;
    for _ in 0..20 + dice.roll(120) {
        now += [0, 0, 40, 900, 11_000, 61_000][dice.roll(6) as usize];
        let jump = match dice.roll(60) {
            0 => 90_000_000,
            1 => -90_000_000,
            2 => 700_000,
            3..6 => -700_000,
            6..10 => -25_000,
            10..14 => -9_000,
            _ => 0,
        };
        // Some jumps stay, some are over with the next line.
        let at = now + jump;
        now = if dice.one_in(3) { at } else { now };
        let layout = if dice.one_in(9) { dice.roll(5) } else { 0 };
        let level = ["INFO", "WARN", "ERROR", "DEBUG"][dice.roll(4) as usize];
        let word = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
            [dice.roll(10) as usize];
        let line = match dice.roll(12) {
            0 => format!("no stamp on {word}"),
            1 => format!("\tat {word}.Frame(9)"),
            2 => String::new(),
            3 => "java.lang.IllegalStateException: odd".to_owned(),
            _ => format!("{} {level} task {word} took {} ms", stamp(at, layout), dice.roll(3)),
        };
        for _ in 0..1 + dice.roll(20) / 17 {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
    }
    text
}

#[test]
fn two_hundred_logs_of_traces() {
    let config = judged_at_once();
    for seed in 0..200 {
        let text = traces::traced(seed, seed % 4 != 0);
        let expected = oracle(&config, None, &text);
        add_up(&expected.report);
        let by_line = by_session(&config, None, &mut lines(&text).into_iter());
        assert_same(&expected, &by_line, &format!("log {seed} line by line"));
        let mut dice = Dice::new(seed);
        let by_piece = by_session(&config, None, &mut random_pieces(&text, &mut dice));
        assert_same(&expected, &by_piece, &format!("log {seed} in random pieces"));
        let directory = TempDir::new().unwrap();
        let paths = [file(directory.path(), "traced.log", &text)];
        let expected = expected.unnamed();
        for (threads, chunk_bytes) in [(1, 300), (3, 90), (2, 1_000)] {
            let config = Config { threads, chunk_bytes, ..config.clone() };
            let got = by_engine(&config, None, &paths).unnamed();
            assert_same(&expected, &got, &format!("log {seed}, {threads} threads, chunks of {chunk_bytes}"));
        }
    }
}

/// Clocks that step to and fro by minutes, about the step that is on trial.
#[test]
fn two_hundred_logs_of_nervous_clocks() {
    let config = judged_at_once();
    for seed in 0..200 {
        let mut dice = Dice::new(1_000 + seed);
        let (mut text, mut now, mut ahead) = (String::new(), 0, 0);
        for _ in 0..40 + dice.roll(120) {
            now += [0, 900, 11_000, 130_000][dice.roll(4) as usize];
            if dice.one_in(6) {
                ahead = [0, 0, 250, 590, 610, 900, 5_000, -400, -700][dice.roll(9) as usize] * 1_000;
            }
            let word = ["alpha", "beta", "gamma", "delta", "epsilon"][dice.roll(5) as usize];
            let level = ["INFO", "INFO", "WARN", "ERROR"][dice.roll(4) as usize];
            text += &format!("{} {level} task {word} done\n", stamp(now + ahead, 0));
            if dice.one_in(9) {
                text += "\tat shop.Cart.add(Cart.java:1)\nFooException: bar\n";
            }
        }
        let text = text.into_bytes();
        let expected = oracle(&config, None, &text);
        add_up(&expected.report);
        for size in [1, 50, 333, 1_000] {
            let got = by_session(&config, None, &mut text.chunks(size));
            assert_same(&expected, &got, &format!("log {seed} in pieces of {size}"));
        }
    }
}

#[test]
fn four_hundred_wild_logs() {
    for seed in 0..400 {
        let config = if seed % 4 == 3 { filtered() } else { judged_at_once() };
        let text = wild(seed);
        let expected = oracle(&config, None, &text);
        add_up(&expected.report);
        let by_line = by_session(&config, None, &mut lines(&text).into_iter());
        assert_same(&expected, &by_line, &format!("log {seed} line by line"));
        let mut dice = Dice::new(seed);
        let by_piece = by_session(&config, None, &mut random_pieces(&text, &mut dice));
        assert_same(&expected, &by_piece, &format!("log {seed} in random pieces"));
        let directory = TempDir::new().unwrap();
        let paths = [file(directory.path(), "wild.log", &text)];
        for (threads, chunk_bytes) in [(1, 300), (3, 90), (2, 1_000)] {
            let config = Config { threads, chunk_bytes, ..config.clone() };
            let got = by_engine(&config, None, &paths).unnamed();
            let expected =
                Verdict { alerts: expected.alerts.clone(), report: expected.report.clone() }.unnamed();
            assert_same(&expected, &got, &format!("log {seed}, {threads} threads, chunks of {chunk_bytes}"));
        }
    }
}

/// Of equal stamps the least line is the sample; what is beyond the sample's length has no say.
#[test]
fn the_sample_of_two_long_lines_that_differ_at_their_end() {
    let long = "far too long a line ".repeat(150);
    let text = format!("{0} ERROR {long} 9\n{0} ERROR {long} 1\n", stamp(0, 0));
    check(&judged_at_once(), None, text.as_bytes());
}

#[test]
fn a_learned_baseline_is_the_same_to_the_byte() {
    let directory = TempDir::new().unwrap();
    let mut paths =
        vec![file(directory.path(), "messy.log", &messy()), file(directory.path(), "tidy.log", &tidy())];
    let mut seen = BTreeSet::new();
    for (threads, chunk_bytes) in [(1, 1_000), (1, 128 * 1024), (2, 777), (3, 64), (8, 4_000)] {
        let config = Config { learn_only: true, threads, chunk_bytes, ..config() };
        let listing = list(&paths, &logsurge::engine::first_stamp(&config));
        let mut run = Engine::new(config).run(&listing.sources, None);
        assert_eq!(run.by_ref().count(), 0);
        let saved = directory.path().join("saved.base");
        run.ledger().to_baseline(&logsurge::baseline::Settings::default()).save(&saved).unwrap();
        seen.insert(fs::read(&saved).unwrap());
        paths.reverse();
    }
    assert_eq!(seen.len(), 1);
}

/// A log that was learned, scanned again: its windows are in the baseline already.
#[test]
fn a_log_older_than_its_baseline_is_judged_for_new_messages_and_says_so() {
    let text = tidy();
    let half = lines(&text)[..1_000].concat();
    let config = Config { learn_only: true, ..config() };
    let mut session = Session::new(&config, None, "app");
    session.feed(&text);
    session.finish();
    let baseline = session.ledger().to_baseline(&logsurge::baseline::Settings::default());
    let mut session = Session::new(&judged_at_once(), Some(&baseline), "app");
    session.feed(&half);
    session.feed(format!("{} ERROR never heard of before\n", stamp(3_600_000, 0)).as_bytes());
    session.finish();
    let notices = session.take_notices();
    assert!(notices.len() == 1 && notices[0].contains("before the end of the baseline"), "{notices:?}");
    let alerts: Vec<Alert> = std::iter::from_fn(|| session.next_alert()).collect();
    assert_eq!(alerts.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [Kind::New]);
}

/// What a live session tells, however its lines arrive.
fn told(verdict: &Verdict) -> BTreeSet<(&'static str, u64, Time)> {
    verdict.alerts.iter().map(|alert| (alert.kind.word(), alert.id.0, alert.started)).collect()
}

#[test]
fn a_live_session_tells_of_the_same_events_as_a_batch() {
    let baseline = day_before();
    let text = tidy();
    let traced = log(Recipe { seed: 12, hours: 3, incident: true, unstamped: true, ..Recipe::default() });
    for (name, text) in [("tidy", &text), ("with traces", &traced)] {
        for (config, baseline) in [(judged_at_once(), None), (config(), None), (config(), Some(&baseline))] {
            let expected = told(&oracle(&config, baseline, text));
            let live = Config { live: true, ..config };
            let whole = told(&oracle(&live, baseline, text));
            assert_eq!(expected, whole, "{name}, whole");
            for size in [1, 33, 64, 1_000, 30_000] {
                let got = told(&by_session(&live, baseline, &mut text.chunks(size)));
                assert_eq!(expected, got, "{name}, pieces of {size}");
            }
        }
    }
}

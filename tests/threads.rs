//! Same bytes, same alerts: for any cut of the text, any number of threads, any
//! chunk, compression and order of the files.

mod invented;
mod ways;

use invented::{Dice, Recipe, START_SECONDS, lines, log, stamp};
use logsurge::input::source::list;
use logsurge::{Alert, Baseline, Config, Engine, Kind, Session, Time};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use ways::*;

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
            for chunk_bytes in [1, 64, 128 * 1024] {
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

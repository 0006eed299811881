//! What is told one by one and what as a count: nothing is passed over in silence.

mod program;
mod random;
mod service;

use logsurge::Baseline;
use program::Place;
use random::Random;
use service::{DAY, HOUR, Log, MINUTE, MONDAY, learned};
use std::sync::LazyLock;

const RATE: f64 = 0.5;
const BEGIN: i64 = MONDAY + DAY;

/// Fourteen messages that the service says at steady rates.
const STEADY: [&str; 14] = [
    "apples", "bread", "cheese", "dates", "eggs", "flour", "grapes", "honey", "ice", "jam", "kale", "limes",
    "milk", "nuts",
];

fn shelves() -> impl Iterator<Item = String> {
    // Two words differ, so that each is a message of its own.
    let pairs = STEADY.iter().zip(STEADY.iter().rev());
    pairs.map(|(what, instead)| format!("WARN  shelf   {what} run low in store <n>, {instead} instead"))
}

fn usual(seed: u64, from: i64, hours: i64) -> Log {
    let mut log = Log::new();
    log.usual(seed, from, hours * HOUR, RATE, |_| 1.0);
    for text in shelves() {
        log.repeat(&mut Random(seed), from as f64, (hours * HOUR) as f64, 30 * hours as u64, &text);
    }
    log
}

static NORMAL: LazyLock<Baseline> = LazyLock::new(|| learned(&usual(1, MONDAY, 24).text()));

fn told(log: Log, flags: &[&str]) -> String {
    let place = Place::new();
    NORMAL.save(&place.path("normal.baseline")).expect("a baseline can be written");
    place.write("app.log", log.text());
    let args = [&["scan", "-b", "normal.baseline", "-q", "--tz", "UTC"], flags, &["app.log"]].concat();
    place.run(&args).out
}

const WORDS: [&str; 12] = [
    "volume", "ledger", "window", "basket", "mirror", "signal", "carrier", "bridge", "lantern", "harbour",
    "meadow", "orchard",
];

#[test]
fn errors_beyond_the_fifth_in_ten_minutes_are_counted() {
    let mut log = usual(2, BEGIN, 1);
    for (index, word) in WORDS.iter().enumerate() {
        log.say(
            (BEGIN + 30 * MINUTE + 9) as f64 + 2.0 * index as f64,
            format!("ERROR {word} cannot be reached at all by {}", WORDS[11 - index]),
        );
    }
    let out = told(log, &[]);
    assert_eq!(out.lines().filter(|line| line.contains(" NEW ")).count(), 5, "{out}");
    assert!(out.contains("and 7 more new ERROR messages"), "{out}");
}

#[test]
fn a_start_is_one_alert_and_a_count() {
    let mut log = usual(3, BEGIN, 1);
    for (index, word) in WORDS.iter().enumerate() {
        log.say(
            (BEGIN + 30 * MINUTE + 2) as f64 + index as f64,
            format!("INFO  boot    {word} is ready, {}", WORDS[11 - index]),
        );
    }
    let out = told(log, &[]);
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(out.contains("also 11 new INFO messages since 2026-03-03 00:30:03, restart?"), "{out}");
}

#[test]
fn of_many_that_surge_three_are_shown() {
    let mut log = usual(4, BEGIN, 1);
    for text in shelves() {
        log.repeat(&mut Random(4), (BEGIN + 30 * MINUTE + 3) as f64, 300.0, 100, &text);
    }
    let out = told(log, &[]);
    let (shown, rest): (Vec<&str>, Vec<&str>) = out.lines().partition(|line| line.contains(" SURGE "));
    assert_eq!(shown.len(), 3, "{out}");
    let more: u64 = rest
        .iter()
        .filter_map(|line| {
            let (_, rest) = line.split_once("and ")?;
            rest.split_once(" more message")?.0.parse::<u64>().ok()
        })
        .sum();
    assert_eq!(more, 11, "{out}");
}

#[test]
fn the_notes_of_an_hour_are_one_line() {
    let mut log = usual(5, BEGIN, 2);
    // New messages turn up all the time: one more is no news.
    let words = |random: &mut Random| {
        (0..6).map(|_| random.of("abcdefghiklmnoprstuw", 7)).collect::<Vec<_>>().join(" ")
    };
    let mut random = Random(5);
    for minute in 0..110 {
        log.say((BEGIN + minute * MINUTE + 7) as f64, format!("INFO  {}", words(&mut random)));
    }
    let out = told(log, &[]);
    let notes: Vec<&str> = out.lines().filter(|line| line.starts_with("NOTE ")).collect();
    assert_eq!(notes.len(), 2, "{out}");
    assert!(notes[0].contains("new kinds of INFO message since"), "{out}");
    assert!(notes[0].contains("as usual for a log this young"), "{out}");
}

#[test]
fn a_level_that_has_become_usual_is_said_once() {
    let mut log = usual(6, BEGIN, 27);
    let text = "WARN  shelf   apples run low in store <n>, nuts instead";
    log.repeat(&mut Random(6), (BEGIN + 30 * MINUTE) as f64, 26.4 * HOUR as f64, 26 * 600, text);
    let out = told(log, &[]);
    let of = |word: &str| out.lines().filter(|line| line.contains(word) && line.contains("apples")).count();
    assert_eq!((of(" SURGE "), of(" NOTE "), of(" OVER ")), (1, 1, 0), "{out}");
    assert!(out.contains("so long that it counts as usual from now on"), "{out}");
}

#[test]
fn of_many_that_stop_three_are_shown() {
    let mut log = usual(7, BEGIN, 2);
    log.retain(|at, text| at < BEGIN + HOUR || !text.contains(" run low "));
    let out = told(log, &[]);
    let (shown, rest): (Vec<&str>, Vec<&str>) = out.lines().partition(|line| line.contains(" GONE "));
    assert!((3..6).contains(&shown.len()), "{out}");
    assert!(rest.iter().any(|line| line.contains("more messages have stopped; -v shows them")), "{out}");
}

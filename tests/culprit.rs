//! A bad deployment: what went wrong is among the first things told, and the rest is short.

mod program;
mod random;
mod service;

use logsurge::Baseline;
use program::Place;
use random::Random;
use service::{COMPONENTS, DAY, FEATURES, HOUR, KINDS, Log, MINUTE, MONDAY, normal};
use std::sync::LazyLock;

const RATE: f64 = 3.0;
const BEGIN: i64 = MONDAY + DAY;

static NORMAL: LazyLock<Baseline> = LazyLock::new(|| normal(RATE));

/// An hour of calm, then the deployment at its `second` of a minute, and twenty minutes of it.
fn deployment(seed: u64, second: i64, culprit: &str) -> String {
    let mut random = Random(seed);
    let mut log = Log::new();
    log.usual(seed, BEGIN, HOUR + 20 * MINUTE, RATE, |_| 1.0);
    let at = (BEGIN + HOUR - 5 * MINUTE + second) as f64;
    let rest = (BEGIN + HOUR + 20 * MINUTE) as f64 - at;
    for (index, part) in COMPONENTS.iter().take(30).enumerate() {
        let text = match index % 3 {
            0 => format!("INFO  boot    loading {part}"),
            1 if index % 4 == 1 => format!("WARN  boot    {part} is set to what it is by default"),
            1 => format!("INFO  boot    {part} ready after {} ms", 7 + index * 13),
            _ => format!("INFO  main    now using {part} of build {index}"),
        };
        log.say(at + 0.4 * index as f64, text);
    }
    for (index, (_, text)) in FEATURES.iter().enumerate() {
        log.repeat(&mut random, at + 15.0 + 5.0 * index as f64, rest - 80.0, 40 + 20 * index as u64, text);
    }
    for (share, text) in [KINDS[7], KINDS[9]] {
        let usual = share as f64 * RATE / 760.0;
        log.repeat(&mut random, at, rest, (7.0 * usual * rest) as u64, text);
    }
    log.repeat(&mut random, at + 38.0, rest - 40.0, (rest / 4.0) as u64, culprit);
    log.text()
}

/// What is told in each form must have the culprit among its first three alerts.
#[track_caller]
fn is_found(culprit: &str, words: &str) {
    let place = Place::new();
    NORMAL.save(&place.path("normal.baseline")).expect("a baseline can be written");
    for (seed, second) in [(2, 5), (3, 35), (4, 58)] {
        let log = deployment(seed, second, culprit);
        place.write("app.log", &log);
        let flags = ["-b", "normal.baseline", "-q", "--tz", "UTC"];
        for form in [&[][..], &["--text"][..]] {
            let args = |command, path| [&[command], &flags[..], form, &[path]].concat();
            let scanned = place.run(&args("scan", "app.log")).status(1).out;
            let watched = place.pipe(&args("watch", "-"), log.as_bytes()).status(1).out;
            for out in [scanned, watched] {
                let rank = rank_of(&out, words, form.is_empty());
                assert!(rank.is_some_and(|rank| rank < 3), "second {second}, place {rank:?}:\n{out}");
                assert!(out.lines().count() <= 25, "second {second}, {} lines:\n{out}", out.lines().count());
            }
        }
    }
}

/// Which alert holds the words, from nought.
fn rank_of(out: &str, words: &str, short: bool) -> Option<usize> {
    let mut alerts: Vec<String> = Vec::new();
    for line in out.lines() {
        let opens = ["NEW ", "SURGE", "GONE "].iter().any(|word| {
            if short {
                line.get(20..).is_some_and(|rest| rest.starts_with(word))
            } else {
                line.starts_with(word)
            }
        });
        match alerts.last_mut() {
            Some(last) if !opens => *last += line,
            _ => alerts.push(line.to_owned()),
        }
    }
    alerts.iter().position(|alert| alert.contains(words))
}

#[test]
fn a_new_error() {
    is_found("ERROR pay     charge of order <n> rejected: gateway eu-3 answered 502", "rejected");
}

#[test]
fn a_warning_with_words_of_alarm() {
    is_found("WARN  pay     could not charge order <n>, connection refused", "could not charge");
}

#[test]
fn no_level_but_words_of_alarm() {
    is_found("panic: index out of range while charging order <n>", "out of range");
}

#[test]
fn one_word_from_a_known_message() {
    is_found("ERROR pay     charge declined for order <n>", "declined");
    is_found("INFO  pay     charge failed for order <n>", "charge failed");
}

#[test]
fn a_warning_that_says_nothing_alarming() {
    is_found("WARN  pay     order <n> waits for another try at gateway eu-3", "waits for another");
}

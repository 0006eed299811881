//! Hundreds of short logs with everything wrong at once: same bytes, same alerts.

mod invented;
mod traces;
mod ways;

use invented::{Dice, lines, stamp};
use logsurge::Config;
use tempfile::TempDir;
use ways::{
    add_up, assert_same, by_engine, by_session, file, filtered, judged_at_once, oracle, random_pieces,
};

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

/// Line by line, in random pieces and by threads, a short log says what it says as a whole.
fn check(config: &Config, seed: u64, text: &[u8]) {
    let expected = oracle(config, None, text);
    add_up(&expected.report);
    let by_line = by_session(config, None, &mut lines(text).into_iter());
    assert_same(&expected, &by_line, &format!("log {seed} line by line"));
    let mut dice = Dice::new(seed);
    let by_piece = by_session(config, None, &mut random_pieces(text, &mut dice));
    assert_same(&expected, &by_piece, &format!("log {seed} in random pieces"));
    for size in [1, 50, 333, 1_000] {
        let got = by_session(config, None, &mut text.chunks(size));
        assert_same(&expected, &got, &format!("log {seed} in pieces of {size}"));
    }
    let directory = TempDir::new().unwrap();
    let paths = [file(directory.path(), "short.log", text)];
    let expected = expected.unnamed();
    for (threads, chunk_bytes) in [(1, 1), (1, 300), (3, 90), (2, 1_000)] {
        let config = Config { threads, chunk_bytes, ..config.clone() };
        let got = by_engine(&config, None, &paths).unnamed();
        assert_same(&expected, &got, &format!("log {seed}, {threads} threads, chunks of {chunk_bytes}"));
    }
}

#[test]
fn two_hundred_logs_of_traces() {
    for seed in 0..200 {
        check(&judged_at_once(), seed, &traces::traced(seed, seed % 4 != 0));
    }
}

/// Clocks that step to and fro by minutes, about the step that is on trial.
#[test]
fn two_hundred_logs_of_nervous_clocks() {
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
        check(&judged_at_once(), seed, text.as_bytes());
    }
}

#[test]
fn four_hundred_wild_logs() {
    for seed in 0..400 {
        let config = if seed % 4 == 3 { filtered() } else { judged_at_once() };
        check(&config, seed, &wild(seed));
    }
}

/// What a container's runtime writes: lines cut into parts, of two streams, some without an end.
#[test]
fn a_hundred_logs_of_lines_in_parts() {
    for seed in 0..100 {
        let mut dice = Dice::new(2_000 + seed);
        let mut text = String::new();
        for number in 0..40 + dice.roll(80) {
            let stream = if dice.one_in(4) { "stderr" } else { "stdout" };
            let word = ["alpha", "beta", "gamma", "delta"][dice.roll(4) as usize];
            let parts = [1, 1, 2, 3, 5, 12][dice.roll(6) as usize];
            for part in 1..=parts {
                let tag = if part == parts && !dice.one_in(9) { 'F' } else { 'P' };
                let stamp = stamp(number as i64 * 700, 0);
                text += &format!("{stamp} {stream} {tag} ERROR {word} part {part}, \n");
            }
        }
        check(&judged_at_once(), seed, text.as_bytes());
    }
}

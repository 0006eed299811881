//! What a line costs in each room on its way, in release code.
//!
//! `cargo bench --bench rooms`. The rows are parts of one journey, so they may
//! be compared with each other: stamp and cheap key are paid by every line, the
//! canonical shape by those that a worker's cache misses, the closure by shapes
//! that nobody has seen, the close of a pane once in ten seconds of the log.
//! Compare runs made side by side on one machine, never figures of two days.

mod bench;

use bench::{Amount, made_log, measure, print_head};
use logsurge::count::{Carry, Job, Opener, Worker};
use logsurge::detect::{Detector, Settings};
use logsurge::line::stamp::{Anchor, Clock};
use logsurge::shape::{Scratch, Shape, canonical, cheap};
use logsurge::template::{Registry, TemplateIx};
use logsurge::time::{Pane, Time, Zone};

const LINES: usize = 100_000;
/// Where the message of a made line begins: behind its stamp and a blank.
const STAMP_BYTES: usize = 25;
/// Different shapes for the closure; more than most logs ever have.
const SHAPES: usize = 5_000;
const TEMPLATES: u32 = 300;
const PANES: i64 = 8_640;

fn main() {
    let log = made_log(LINES);
    let latest = Time::from_seconds(1_800_000_000);
    print_head(&format!("rooms: {} lines, {:.1} MB", LINES, log.len() as f64 / 1e6));
    stamps(&log, latest);
    cheap_keys(&log);
    canonical_shapes(&log);
    closure();
    tallies(&log, latest);
    panes();
}

fn lines_of(log: &[u8]) -> Vec<&[u8]> {
    log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

fn per_line(bytes: usize) -> Amount {
    Amount { bytes, items: LINES, unit: "line" }
}

fn stamps(log: &[u8], latest: Time) {
    let lines = lines_of(log);
    let anchor = Anchor { last: None, latest };
    let mut clock = Clock::new(Zone::utc(), None);
    measure("stamp", per_line(log.len()), || {
        let read = |line: &&[u8]| clock.read(line, anchor).map(|reading| reading.time.0 as u64);
        lines.iter().filter_map(read).fold(0, u64::wrapping_add)
    });
}

fn cheap_keys(log: &[u8]) {
    let lines = lines_of(log);
    let seed = cheap::Seed::new(1);
    measure("cheap key", per_line(log.len()), || {
        let mut runs = cheap::Runs::default();
        let hash = |line: &&[u8]| cheap::hash(&seed, seed.start(0), line, STAMP_BYTES, line.len(), &mut runs);
        lines.iter().map(hash).fold(0, u64::wrapping_add)
    });
}

fn canonical_shapes(log: &[u8]) {
    let lines = lines_of(log);
    let (mut scratch, mut shape, mut key) = (Scratch::default(), Shape::default(), Vec::new());
    measure("canonical shape (on a miss)", per_line(log.len()), || {
        let mut sum = 0u64;
        for line in &lines {
            key.clear();
            cheap::write(&line[STAMP_BYTES..], &mut key);
            canonical(&key, false, &mut scratch, &mut shape);
            sum = sum.wrapping_add(shape.id().0);
        }
        sum
    });
}

/// Shapes that differ in one or two words, so that keys become active and join.
fn closure() {
    let letters = |n: usize| -> String {
        let digits = [n / 676 % 26, n / 26 % 26, n % 26];
        digits.into_iter().map(|digit| char::from(b'a' + digit as u8)).collect()
    };
    let (mut scratch, mut key) = (Scratch::default(), Vec::new());
    let shapes: Vec<(Shape, String)> = (0..SHAPES)
        .map(|n| {
            let topic = n / 50;
            let line = format!(
                "INFO {0} job for user {1} on {2} accepted by {0}",
                letters(topic),
                letters(n * 7),
                letters(n % 3)
            );
            key.clear();
            cheap::write(line.as_bytes(), &mut key);
            let mut shape = Shape::default();
            canonical(&key, false, &mut scratch, &mut shape);
            (shape, line)
        })
        .collect();
    let amount = Amount { bytes: 0, items: SHAPES, unit: "shape" };
    measure("closure, one insertion", amount, || {
        let mut registry = Registry::new();
        for (shape, line) in &shapes {
            registry.insert(shape, line.as_bytes());
        }
        registry.len() as u64
    });
}

fn tallies(log: &[u8], latest: Time) {
    let mut worker = Worker::new(Opener::new(Clock::new(Zone::utc(), None)), 1);
    for chunk_bytes in [16 * 1024, 128 * 1024] {
        measure(&format!("tally, chunks of {} KiB", chunk_bytes / 1024), per_line(log.len()), || {
            let mut carry = Carry::start(latest);
            let (mut start, mut index, mut counted) = (0, 0, 0);
            while start < log.len() {
                let least = (start + chunk_bytes).min(log.len());
                let end = memchr::memchr(b'\n', &log[least..]).map_or(log.len(), |at| least + at + 1);
                let bytes = &log[start..end];
                let delta = worker.tally(&Job { source: 0, index, bytes, carry, overlong: 0, live: false });
                carry.last = delta.segments.last().map(|segment| segment.high);
                counted += delta.lines.counted;
                (start, index) = (end, index + 1);
            }
            counted
        });
    }
}

/// A day of panes in which half of the messages have a line.
fn panes() {
    let pane_counts: Vec<Vec<(TemplateIx, u32)>> = (0..PANES)
        .map(|pane| {
            let comes = |template: &u32| (i64::from(*template) + pane) % 2 == 0;
            let lines = |template: u32| 1 + (u64::from(template) * 7919 + pane as u64 * 104_729) % 5;
            (0..TEMPLATES)
                .filter(comes)
                .map(|template| (TemplateIx(template), lines(template) as u32))
                .collect()
        })
        .collect();
    let items = pane_counts.iter().map(Vec::len).sum();
    measure("close of a pane, each message in it", Amount { bytes: 0, items, unit: "count" }, || {
        let mut detector = Detector::new(Settings::default());
        let panes = pane_counts.iter().enumerate();
        panes.map(|(pane, counts)| detector.close_pane(Pane(pane as i64), counts).len() as u64).sum()
    });
}

//! What both benches need: a log made from a fixed seed, and a stopwatch.

use std::fmt::Write;
use std::time::Instant;

/// Runs of a measurement; the median is told, and the spread beside it.
pub const RUNS: usize = 7;

/// The same log for the same number of lines, on every machine: an online
/// shop, a stamp to the millisecond, 40 kinds of line, about 95 bytes each.
pub fn made_log(lines: usize) -> Vec<u8> {
    let mut dice = Dice(0x5eed);
    let mut text = String::with_capacity(lines * 100);
    let mut millis: u64 = 0;
    for _ in 0..lines {
        millis += dice.below(200);
        let (second, day) = (millis / 1000, 1 + millis / 86_400_000);
        write!(
            text,
            "2026-03-{day:02}T{:02}:{:02}:{:02}.{:03}Z ",
            second / 3600 % 24,
            second / 60 % 60,
            second % 60,
            millis % 1000
        )
        .expect("a String takes all");
        write_message(&mut text, &mut dice);
        text.push('\n');
    }
    text.into_bytes()
}

fn write_message(text: &mut String, dice: &mut Dice) {
    const VERBS: [&str; 8] = ["loaded", "stored", "queued", "sent", "checked", "moved", "merged", "closed"];
    const THINGS: [&str; 5] = ["order", "invoice", "parcel", "session", "report"];
    let (n, m) = (dice.below(100_000), dice.below(5_000));
    match dice.below(100) {
        0 => write!(text, "ERROR orders  charge failed for order {n}: gateway eu-{} returned 504", m % 9),
        1..=4 => write!(text, "WARN  http    slow answer to 10.{}.{}.{}: {m} ms", n % 256, m % 256, n % 200),
        5..=39 => write!(
            text,
            "INFO  http    GET /api/v1/items/{n}?page={} 200 in {m} ms req={:016x}",
            m % 40,
            dice.next()
        ),
        kind => {
            let verb = VERBS[kind as usize % VERBS.len()];
            let thing = THINGS[kind as usize % THINGS.len()];
            write!(text, "INFO  worker  {verb} {thing} {n} of customer {m} in {} ms", n % 900)
        }
    }
    .expect("a String takes all");
}

/// SplitMix64: the same figures on every machine, and no dependency.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// What one run of a measurement went through.
#[derive(Clone, Copy)]
pub struct Amount {
    /// Bytes of log; 0 where the room takes none.
    pub bytes: usize,
    /// Lines, or whatever `unit` says.
    pub items: usize,
    /// What an item is.
    pub unit: &'static str,
}

/// Runs `work` once to warm up and [`RUNS`] times by the clock; prints a row.
/// What `work` gives back is added up, so that it cannot be left out, and shown
/// so that a fast wrong answer is seen.
pub fn measure(name: &str, amount: Amount, mut work: impl FnMut() -> u64) {
    let found = std::hint::black_box(work());
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let again = std::hint::black_box(work());
            let took = start.elapsed().as_secs_f64();
            assert_eq!(found, again, "{name}: the same input gave another answer");
            took
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let (best, median, worst) = (seconds[0], seconds[RUNS / 2], seconds[RUNS - 1]);
    let speed = match amount.bytes {
        0 => "-".to_owned(),
        bytes => format!("{:.0}", bytes as f64 / median / 1e6),
    };
    println!(
        "{name:<34} {speed:>8} {:>9.1} ns/{:<6} {best:>8.4} … {worst:.4} s   found {found}",
        median * 1e9 / amount.items as f64,
        amount.unit,
    );
}

/// The line above the rows.
pub fn print_head(title: &str) {
    println!("{title}; median of {RUNS} runs");
    println!("{:<34} {:>8} {:>16} {:>17}", "", "MB/s", "", "best … worst");
}

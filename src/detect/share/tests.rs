//! What the statistics of shares find, and what they do not.

use super::*;

/// Statuses of the simulated access log, by place.
const OK: usize = 0;
const UNCHANGED: usize = 1;
const MISSING: usize = 2;
const FAILED: usize = 3;
const START: i64 = 20_000 * DAY;

/// A repeatable stream of numbers (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        if mean > 40.0 {
            let angle = std::f64::consts::TAU * self.next();
            let normal = (-2.0 * (1.0 - self.next()).ln()).sqrt() * angle.cos();
            return (mean + mean.sqrt() * normal).round().max(0.0) as u32;
        }
        let (mut count, mut left) = (0, (-mean).exp());
        let product = self.next();
        let (mut below, mut term) = (left, left);
        while product > below && count < 400 {
            count += 1;
            term *= mean / f64::from(count);
            below += term;
        }
        left = term;
        let _ = left;
        count
    }
}

/// A slot with its values, and what was found.
struct Log {
    slot: SlotSeries,
    values: Vec<ValueSeries>,
    pane: i64,
    chance: Chance,
    judging: bool,
    found: Vec<(i64, usize, ShareFinding)>,
}

impl Log {
    fn new(seed: u64, values: usize) -> Self {
        Log {
            slot: SlotSeries::default(),
            values: vec![ValueSeries::default(); values],
            pane: START,
            chance: Chance(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)),
            judging: true,
            found: Vec::new(),
        }
    }

    fn close(&mut self, counts: &[u32]) {
        let age_hours = (self.pane - START).max(1) as f64 / HOUR as f64;
        let frame = ShareFrame {
            pane: self.pane,
            threshold: tail::threshold(100, 1.0, age_hours),
            judging: self.judging,
            learning: true,
            age: age_hours / 24.0,
            settling: false,
        };
        for (place, value) in self.values.iter_mut().enumerate() {
            let found = value.resolve_if_calm(self.pane);
            self.found.extend(found.map(|finding| (self.pane, place, finding)));
        }
        let mut touched: Vec<(&mut ValueSeries, u32)> = self
            .values
            .iter_mut()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
            .map(|(value, &count)| (value, count))
            .collect();
        let lines: u32 = counts.iter().sum();
        if lines > 0 {
            let places: Vec<usize> = (0..counts.len()).filter(|&place| counts[place] > 0).collect();
            for (place, finding) in self.slot.close_pane(lines, &mut touched, &frame) {
                self.found.push((self.pane, places[place], finding));
            }
        }
        self.pane += 1;
    }

    fn opened(&self) -> Vec<(i64, usize)> {
        let open = |(_, _, finding): &&(i64, usize, ShareFinding)| finding.phase == Phase::Open;
        self.found.iter().filter(open).map(|&(pane, place, _)| (pane, place)).collect()
    }
}

/// An access log: visitors by day and night, bots that ask for what is not there
/// whatever the hour, and failures that come alone or together.
struct Access {
    log: Log,
    /// Visitors' lines a second, on average.
    rate: f64,
    failing: f64,
    /// How many bots come in this hour, and lines of each that are still to come.
    bots: f64,
    bursts: Vec<u32>,
    is_diurnal: bool,
}

impl Access {
    fn new(seed: u64, rate: f64) -> Self {
        Access {
            log: Log::new(seed, 4),
            rate,
            failing: 0.0002,
            bots: 0.0,
            bursts: Vec::new(),
            is_diurnal: true,
        }
    }

    fn run(&mut self, panes: i64) -> &mut Self {
        for _ in 0..panes {
            let pane = self.log.pane;
            let hour = pane as f64 / HOUR as f64;
            let busy =
                if self.is_diurnal { 1.0 + 0.6 * (std::f64::consts::TAU * hour / 24.0).sin() } else { 1.0 };
            let lines = self.rate * 10.0 * busy;
            let chance = &mut self.log.chance;
            if pane % HOUR == 0 {
                self.bots = if chance.next() < 0.25 { 0.0 } else { -(1.0 - chance.next()).ln() / 0.75 };
            }
            // One in a hundred lines is a bot's, fifty in a minute.
            for _ in 0..chance.poisson(self.bots * self.rate * 10.0 * 0.0135 / 50.0) {
                self.bursts.push(50);
            }
            let mut missing = chance.poisson(lines * 0.0015);
            for burst in &mut self.bursts {
                let now = chance.poisson(8.5).min(*burst);
                *burst -= now;
                missing += now;
            }
            self.bursts.retain(|&burst| burst > 0);
            let mut failed = 0;
            for _ in 0..chance.poisson(lines * self.failing / 1.4) {
                let part = chance.next();
                failed += if part < 0.7 {
                    1
                } else if part < 0.9 {
                    2
                } else {
                    3
                };
            }
            let ok = chance.poisson(lines * 0.955);
            let unchanged = chance.poisson(lines * 0.03);
            self.log.close(&[ok, unchanged, missing, failed]);
        }
        self
    }
}

#[test]
#[ignore = "a simulation, by hand"]
fn simulate_false_alerts() {
    let mut by_age = [0; 5];
    let mut days = 0;
    for seed in 0..12 {
        let mut access = Access::new(seed, 20.0);
        access.run(10 * DAY);
        days += 10;
        for (pane, place) in access.log.opened() {
            let age = (pane - START) as f64 / DAY as f64;
            let class = [0.125, 0.5, 1.0, 3.0].iter().filter(|&&from| age >= from).count();
            by_age[class] += 1;
            println!("seed {seed}: day {age:.3}, value {place}");
        }
        for (pane, place, finding) in &access.log.found {
            if finding.phase == Phase::Open {
                println!("  {} {place} {finding:?}", pane - START);
            }
        }
    }
    println!(
        "{days} days: until 3 h {} 12 h {} 1 d {} 3 d {} later {}",
        by_age[0], by_age[1], by_age[2], by_age[3], by_age[4]
    );
}

fn delays(rate: f64, learned: i64, failing: f64) -> Vec<i64> {
    (100..120)
        .map(|seed| {
            let mut access = Access::new(seed, rate);
            access.run(learned);
            let from = access.log.pane;
            access.failing = failing;
            access.run(HOUR);
            let opened = access.log.opened();
            opened
                .iter()
                .find(|&&(pane, place)| pane >= from && place == FAILED)
                .map_or(9999, |&(pane, _)| pane - from + 1)
        })
        .collect()
}

#[test]
#[ignore = "a simulation, by hand"]
fn simulate_delays() {
    for rate in [20.0, 2.0] {
        for (name, learned) in [
            ("1 h", HOUR),
            ("70 min", 420),
            ("2 h", 2 * HOUR),
            ("6 h", 6 * HOUR),
            ("1 day", DAY),
            ("3 days", 3 * DAY),
        ] {
            let mut all = delays(rate, learned, 0.02);
            all.sort();
            println!("{rate} lines/s, {name}: panes {all:?}");
        }
    }
    let mut all = delays(20.0, DAY, 0.001);
    all.sort();
    println!("x5 after a day: {all:?}");
}

#[test]
#[ignore = "a simulation, by hand"]
fn simulate_traffic_and_drift() {
    let (mut tripled, mut drifted, mut codes) = (0, Vec::new(), Vec::new());
    for seed in 200..220 {
        for learned in [HOUR, 6 * HOUR, DAY] {
            let mut access = Access::new(seed, 20.0);
            access.run(learned);
            let from = access.log.pane;
            access.rate *= 3.0;
            access.run(2 * HOUR);
            tripled += access.log.opened().iter().filter(|&&(pane, _)| pane >= from).count();
        }
        for learned in [HOUR, DAY, 3 * DAY] {
            let mut access = Access::new(seed, 20.0);
            access.run(learned);
            let from = access.log.pane;
            for step in 0..12 * HOUR {
                access.failing = 0.0002 * (1.0 + step as f64 / (12.0 * HOUR as f64));
                access.run(1);
            }
            access.run(DAY);
            drifted.push(access.log.opened().iter().filter(|&&(pane, _)| pane >= from).count());
        }
        for learned in [6 * HOUR, DAY, 3 * DAY] {
            codes.push(exit_codes(seed, learned));
        }
    }
    println!("tripled: {tripled} in 60 runs, drift: {drifted:?}\nexit codes: {codes:?}");
}

/// Minutes until exit codes of a line a minute are found failing.
fn exit_codes(seed: u64, learned: i64) -> i64 {
    let mut log = Log::new(seed, 2);
    let start = log.pane;
    while log.pane < start + learned + 4 * HOUR {
        let failing = if log.pane < start + learned { 0.02 } else { 0.6 };
        let is_due = log.pane % 6 == 2;
        let failed = u32::from(is_due && log.chance.next() < failing);
        log.close(&[u32::from(is_due) - failed, failed]);
    }
    let from = start + learned;
    let opened = log.opened();
    assert!(opened.iter().all(|&(pane, _)| pane >= from), "{opened:?}");
    opened.first().map_or(9999, |&(pane, _)| (pane - from) / 6 + 1)
}

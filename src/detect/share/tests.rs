//! What the statistics of shares find, and what they do not.

use super::*;

/// The place of status 500 among 200, 304, 404 and 500.
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
        let (mut count, mut term) = (0, (-mean).exp());
        let (chance, mut below) = (self.next(), term);
        while chance > below && count < 400 {
            count += 1;
            term *= mean / f64::from(count);
            below += term;
        }
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
    learning: bool,
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
            learning: true,
            found: Vec::new(),
        }
    }

    fn close(&mut self, counts: &[u32]) {
        let age_hours = (self.pane - START).max(1) as f64 / HOUR as f64;
        let frame = ShareFrame {
            pane: self.pane,
            threshold: tail::threshold(100, 1.0, age_hours),
            judging: self.judging,
            learning: self.learning,
            age: age_hours / 24.0,
            from_nought: false,
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
#[ignore = "a simulation of minutes, by hand"]
fn simulated_false_alerts() {
    let (mut by_age, mut days) = ([0; 4], 0);
    for seed in 0..12 {
        let mut access = Access::new(seed, 20.0);
        access.run(10 * DAY);
        days += 10;
        for (pane, place) in access.log.opened() {
            let age_days = (pane - START) as f64 / DAY as f64;
            by_age[[0.125, 1.0, 7.0].iter().filter(|&&from| age_days >= from).count()] += 1;
            println!("seed {seed}, day {age_days:.3}: value {place}");
        }
    }
    println!("{days} days; alerts before 3 hours, a day, a week, later: {by_age:?}");
    assert!(by_age.iter().sum::<i32>() * 10 <= days && by_age[3] == 0);
}

#[test]
#[ignore = "a simulation of a minute, by hand"]
fn simulated_delays() {
    for rate in [20.0, 2.0] {
        for learned in [HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY] {
            let mut delays: Vec<_> = (100..120).map(|seed| delay(seed, rate, learned, 0.02)).collect();
            delays.sort_unstable();
            println!("{rate} lines/s, {} h learned: panes {delays:?}", learned / HOUR);
            assert!(rate < 20.0 || delays.iter().all(|&panes| panes <= 9));
        }
    }
    let mut delays: Vec<_> = (100..120).map(|seed| delay(seed, 20.0, DAY, 0.001)).collect();
    delays.sort_unstable();
    println!("20 lines/s, a day, 0.1 %: panes {delays:?}");
}

#[test]
#[ignore = "a simulation of a minute, by hand"]
fn simulated_traffic_drifts_and_exit_codes() {
    let (mut tripled, mut drifts, mut codes) = ([0; 4], Vec::new(), Vec::new());
    for seed in 200..220 {
        for learned in [HOUR, 6 * HOUR, DAY] {
            let mut access = Access::new(seed, 20.0);
            let from = access.run(learned).log.pane;
            access.rate *= 3.0;
            let opened = access.run(2 * HOUR).log.opened();
            opened.iter().filter(|&&(pane, _)| pane >= from).for_each(|&(_, place)| tripled[place] += 1);
        }
        for learned in [HOUR, DAY] {
            let mut access = Access::new(seed, 20.0);
            access.run(learned);
            for step in 0..12 * HOUR {
                access.failing = 0.0002 * (1.0 + step as f64 / (12.0 * HOUR as f64));
                access.run(1);
            }
            let opened = access.run(DAY).log.opened();
            drifts.push(opened.iter().filter(|&&(_, place)| place == FAILED).count());
        }
        codes.extend([6 * HOUR, DAY, 3 * DAY].map(|learned| exit_codes(seed, learned)));
    }
    println!("three times the traffic, by value: {tripled:?}; drifts: {drifts:?}; minutes: {codes:?}");
    assert!(tripled[FAILED] == 0 && drifts.iter().all(|&count| count <= 1));
}

/// Panes until failures that grow more frequent are told.
fn delay(seed: u64, rate: f64, learned: i64, failing: f64) -> i64 {
    let mut access = Access::new(seed, rate);
    let from = access.run(learned).log.pane;
    access.failing = failing;
    let opened = access.run(HOUR).log.opened();
    opened
        .iter()
        .find(|&&(pane, place)| pane >= from && place == FAILED)
        .map_or(9999, |&(pane, _)| pane - from + 1)
}

/// Minutes until exit codes of a line a minute are told to be failing.
fn exit_codes(seed: u64, learned: i64) -> i64 {
    let mut log = Log::new(seed, 2);
    for step in 0..learned + 4 * HOUR {
        let failing = if step < learned { 0.02 } else { 0.6 };
        let is_due = step % 6 == 2;
        let failed = u32::from(is_due && log.chance.next() < failing);
        log.close(&[u32::from(is_due) - failed, failed]);
    }
    let from = START + learned;
    let opened = log.opened();
    assert!(opened.iter().all(|&(pane, _)| pane >= from), "{opened:?}");
    opened.first().map_or(9999, |&(pane, _)| (pane - from) / 6 + 1)
}

/// A log of steady lines, one in `every` of them failing.
fn steady(panes: i64, every: i64) -> Log {
    let mut log = Log::new(1, 2);
    run_steady(&mut log, panes, 50, every);
    log
}

fn run_steady(log: &mut Log, panes: i64, lines: u32, every: i64) {
    for _ in 0..panes {
        let failed = u32::from(log.pane % every == 0) * (lines / 50);
        log.close(&[lines - failed, failed]);
    }
}

#[test]
fn failures_of_one_in_fifty_instead_of_one_in_thousands_are_told_once_and_their_end() {
    let mut log = steady(6 * HOUR, 40);
    let from = log.pane;
    run_steady(&mut log, 30, 100, 1);
    run_steady(&mut log, HOUR, 50, 40);
    let phases: Vec<_> = log.found.iter().map(|(_, place, finding)| (*place, finding.phase)).collect();
    assert_eq!(phases, [(1, Phase::Open), (1, Phase::Resolved)]);
    let (pane, _, finding) = &log.found[0];
    assert!(pane - from < 9, "after {} panes", pane - from);
    assert!((from - 1..from + 2).contains(&finding.started.0), "{finding:?}");
    assert!((0.0004..0.0006).contains(&finding.usual_share), "{finding:?}");
    assert!(finding.provisional && !finding.now_normal && finding.count <= finding.lines);
}

#[test]
fn three_times_the_traffic_with_the_same_shares_is_silence() {
    let mut log = steady(6 * HOUR, 40);
    run_steady(&mut log, 3 * HOUR, 150, 40);
    assert_eq!(log.opened(), []);
}

#[test]
fn a_share_that_rises_because_others_stay_away_is_silence() {
    let mut log = Log::new(3, 2);
    for _ in 0..6 * HOUR {
        let bots = log.chance.poisson(5.0);
        log.close(&[200, bots]);
    }
    for _ in 0..HOUR {
        let bots = log.chance.poisson(5.0);
        log.close(&[10, bots]);
    }
    assert_eq!(log.opened(), []);
}

#[test]
fn the_same_failures_are_told_again_the_next_day_and_a_share_that_stays_is_normal_after_six_hours() {
    let mut log = steady(DAY, 40);
    for _ in 0..2 {
        run_steady(&mut log, HOUR, 50, 1);
        run_steady(&mut log, DAY - HOUR, 50, 40);
    }
    assert_eq!(log.opened().len(), 2);
    log.found.clear();
    run_steady(&mut log, DAY, 50, 1);
    let phases: Vec<_> =
        log.found.iter().map(|(_, _, finding)| (finding.phase, finding.now_normal)).collect();
    assert_eq!(phases, [(Phase::Open, false), (Phase::Resolved, true)]);
}

#[test]
fn nothing_is_told_without_judging_and_nothing_learned_without_learning() {
    let mut log = Log::new(1, 2);
    log.judging = false;
    run_steady(&mut log, 6 * HOUR, 50, 40);
    run_steady(&mut log, HOUR, 50, 1);
    assert!(log.found.is_empty());
    let mut frozen = steady(6 * HOUR, 40);
    let usual = frozen.values[1].clone();
    frozen.learning = false;
    run_steady(&mut frozen, 8 * HOUR, 50, 40);
    let lines = |value: &ValueSeries| value.known.as_ref().map(|known| known.cells[0].lines());
    assert_eq!(lines(&frozen.values[1]), lines(&usual));
}

#[test]
fn a_value_of_one_or_two_lines_is_small_and_loses_nothing_when_more_come() {
    assert!(size_of::<ValueSeries>() <= 40, "{}", size_of::<ValueSeries>());
    assert!(size_of::<Known>() <= 352 && size_of::<SlotSeries>() <= 288);
    let mut log = Log::new(1, 2);
    for pane in 0..100 {
        log.close(&[10, u32::from([3, 40, 99].contains(&pane))]);
        assert_eq!(log.values[1].known.is_some(), pane == 99);
    }
    let known = log.values[1].known.as_ref().expect("three lines");
    assert_eq!(known.recent.counts(), [1, 1, 3, 3]);
    run_steady(&mut log, 3 * HOUR, 50, 1);
    run_steady(&mut log, 3 * HOUR, 50, i64::MAX);
    run_steady(&mut log, 1, 50, 1);
    let known = log.values[1].known.as_ref().expect("it stays");
    assert!(known.cells.iter().all(|cells| cells.lines() == 3.0 + 1080.0));
}

#[test]
fn two_slots_that_become_one_add_up() {
    let (mut one, two) = (steady(6 * HOUR, 40), steady(6 * HOUR - 3, 40));
    let usual = |log: &Log| {
        let known = log.values[1].known.as_ref().expect("it has lines");
        known.cells[0].share(&log.slot.cells[0], 0)
    };
    let before = usual(&one);
    one.slot.join(two.slot);
    for (mine, theirs) in one.values.iter_mut().zip(two.values) {
        mine.join(theirs);
    }
    assert!((usual(&one) / before - 1.0).abs() < 0.02, "{} for {before}", usual(&one));
    run_steady(&mut one, 2 * HOUR, 100, 40);
    assert_eq!(one.opened(), []);
    run_steady(&mut one, 30, 100, 1);
    assert_eq!(one.opened().len(), 1);
}

#[test]
fn what_is_saved_goes_on_as_if_nothing_had_happened() {
    let mut log = steady(6 * HOUR, 40);
    run_steady(&mut log, 9, 50, 1);
    let text = serde_json::to_string(&(&log.slot, &log.values)).expect("plain data");
    let (slot, values): (SlotSeries, Vec<ValueSeries>) = serde_json::from_str(&text).expect("plain data");
    assert_eq!((&slot, &values), (&log.slot, &log.values));
}

/// A file with a right checksum may say anything.
#[test]
fn numbers_that_were_made_up_are_no_trouble() {
    let mut log = Log::new(1, 1);
    for ends in [i64::MIN, i64::MAX] {
        let alert = Alert {
            state: State::Open,
            opened: ends,
            crossed: ends,
            printed_factor: f64::NAN,
            told: ShareFinding {
                phase: Phase::Open,
                window: Window { start: Pane(ends), end: Pane(ends) },
                count: u64::MAX,
                lines: 0,
                usual_share: 0.0,
                share: 0.0,
                expected: 0.0,
                factor: 0.0,
                score: 0.0,
                tail: 0.0,
                started: Pane(ends),
                provisional: false,
                now_normal: false,
            },
            is_hushed: false,
        };
        let known = Known { alert: Some(Box::new(alert)), ..Known::default() };
        for known in [None, Some(Box::new(known))] {
            let made_up = ValueSeries { first: ends, last: ends, lines_before: u64::MAX, early: 9, known };
            let _ = made_up.calm_from();
            let _ = made_up.lumps(&log.slot);
            let mut joined = made_up.clone();
            joined.join(made_up.clone());
            log.values[0] = made_up;
            let frame = ShareFrame {
                pane: log.pane,
                threshold: 5.0,
                judging: true,
                learning: true,
                age: 1.0,
                settling: false,
                from_nought: true,
            };
            for lines in [1, 9] {
                log.slot.close_pane(10, &mut [(&mut log.values[0], lines)], &frame);
                let _ = log.values[0].resolve_if_calm(log.pane);
            }
        }
    }
}

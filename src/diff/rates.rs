//! Whether a message of both logs came more often, or less, than the ratio of the
//! logs explains.
//!
//! Given x lines before, the count after is a negative binomial with mean
//! ratio · (x + ½) and size x + ½: its tail is the tail of the binomial that
//! shares x + y lines out between the logs, whatever the true rate. What makes
//! counts vary beyond chance is added to its relative variance: lumps, lines that
//! come along with others, as the windows of 5 minutes of both sides show them;
//! how the rate wanders from hour to hour; and how the messages of these two logs
//! differ among each other where all of them are well counted.
//!
//! The score is discounted for thin evidence, as everywhere. All messages are
//! tested both ways, and what may be said is decided over all by the rule of
//! Benjamini and Hochberg. Where nothing has changed that errs at most as often as
//! its level says, in any message; besides, a change must be worth telling.
//!
//! What comes like a clock follows time, not traffic: it is tested by whichever
//! ratio fits it better.

use super::sides::Message;
use crate::detect::{LUMP_PRIOR, Sums, evidence, evidence_discount, gone_z, score};

// limits
/// Runs of two logs of one healthy system in which anything may be told for
/// nothing; real counts vary more than any model says, so it is low.
const FALSE_RUNS: f64 = 0.005;
/// A change by less is not worth a line.
const MORE_MIN: f64 = 2.0;
const LESS_MAX: f64 = 1.0 / 3.0;
/// Nor are fewer lines.
const LINES_MIN: u64 = 3;
/// How far the rate of any message wanders from hour to hour, before it is known:
/// its relative variance, and for how many hours that counts.
const WANDER_PRIOR: f64 = 0.05;
const WANDER_PRIOR_HOURS: f64 = 6.0;
/// A rate that wanders keeps its way for hours; what is longer averages it out.
const WANDER_HOURS: f64 = 6.0;
/// No message comes more regularly than this in two runs: relative variance.
const BETWEEN_RUNS_MIN: f64 = 0.01;
/// The same before it is known, and how many messages that counts for.
const BETWEEN_RUNS_PRIOR: f64 = 0.02;
const BETWEEN_RUNS_WEIGHT: f64 = 6.0;
/// Windows that tell a clock from chance, and the lump of their lines.
const CLOCK_WINDOWS_MIN: f64 = 24.0;
const CLOCK_LUMP_MAX: f64 = -0.7;
/// Panes of an hour, of 5 minutes and of a day.
const HOUR_PANES: f64 = 360.0;
const WINDOW_PANES: f64 = 30.0;
const DAY_PANES: f64 = 8640.0;

/// How the two logs relate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// Lines after for each line before.
    pub ratio: f64,
    /// The length of the one for each length of the other.
    pub time_ratio: f64,
    /// Their lengths in panes.
    pub panes: (f64, f64),
}

/// A change of rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    More(Rate),
    Less(Rate),
    Gone(Rate),
    /// It still came while the deployment started, and then no more.
    Stopped(Rate),
}

/// What a message was expected to say after, and how unlikely it is that it did not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    pub expected: f64,
    /// What is compared, and the tail before it was discounted.
    pub score: f64,
    pub tail: f64,
}

/// Lines that come along with each line, on both sides.
pub(super) fn lump(message: &Message) -> f64 {
    let sums = [message.before, message.after].into_iter().flatten().map(|side| side.sums[0]);
    let (excess, lines) =
        sums.fold((0.0, 0.0), |(excess, lines), sums| (excess + sums.excess(), lines + sums.lines));
    (excess + LUMP_PRIOR).max(LUMP_PRIOR) / (lines + 1.0)
}

/// Each message whose rate may have changed, by its place among all, and how many tests that took.
pub(super) fn changes(messages: &[Message], frame: &Frame) -> (Vec<(usize, Change)>, u32) {
    let between = between_runs(messages, frame);
    let mut tests = 0u32;
    let mut found: Vec<(usize, Change)> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let (before, after) = message.lines();
        if before == 0 || before + after < LINES_MIN {
            continue;
        }
        tests += 2;
        found.extend(test(message, frame, between).map(|change| (at, change)));
    }
    (found, tests)
}

/// The rule of Benjamini and Hochberg: the worst `k` of all are told, if the k-th is so unlikely
/// that of `tests` fewer than its share would be. The least score that is told.
pub(super) fn least_told(mut scores: Vec<f64>, tests: u32) -> f64 {
    scores.sort_by(|a, b| b.total_cmp(a));
    let tests = f64::from(tests);
    let passes =
        |(place, score): &(usize, f64)| *score >= (tests / (FALSE_RUNS * (*place + 1) as f64)).log10();
    let last = scores.into_iter().enumerate().rfind(passes);
    last.map_or(f64::INFINITY, |(_, score)| score)
}

impl Frame {
    /// How long the log before is, in days.
    pub fn days_before(&self) -> f64 {
        self.panes.0 / DAY_PANES
    }
}

impl Change {
    pub fn rate(&self) -> &Rate {
        match self {
            Change::More(rate) | Change::Less(rate) | Change::Gone(rate) | Change::Stopped(rate) => rate,
        }
    }
}

fn test(message: &Message, frame: &Frame, between: f64) -> Option<Change> {
    let before = message.before?;
    let (x, y) = message.lines();
    let ratio = ratio_for(message, frame);
    let expected = ratio * (x as f64 + 0.5);
    let spread = spread(message, frame, ratio) + between + 1.0 / (x as f64 + 0.5);
    let side_active = |side: Option<super::sides::Side>| side.map_or(0.0, |side| side.sums[0].active);
    let active = side_active(message.before) + side_active(message.after);
    let discounted = |tail: f64| {
        let score = evidence_discount(tail, evidence(active, frame.days_before()));
        Rate { expected, score, tail }
    };
    if y == 0 {
        // It must have been due: what paused for longer before may pause now.
        let due = frame.panes.1 * (ratio / frame.time_ratio).min(1.0) > before.longest_gap as f64;
        return due.then(|| Change::Gone(discounted(gone_z(spread, expected))));
    }
    let factor = y as f64 / expected;
    if factor >= MORE_MIN && y >= LINES_MIN && is_record(&before.sums, y, frame, ratio) {
        return Some(Change::More(discounted(score(y, expected, spread))));
    }
    if factor <= LESS_MAX {
        // The same test with the sides exchanged.
        let expected_before = (y as f64 + 0.5) / ratio;
        let spread = spread - 1.0 / (x as f64 + 0.5) + 1.0 / (y as f64 + 0.5);
        return Some(Change::Less(discounted(score(x, expected_before, spread))));
    }
    None
}

/// The lines after that each line before stands for. A clock ticks as often
/// whatever the traffic.
fn ratio_for(message: &Message, frame: &Frame) -> f64 {
    if !message.before.is_some_and(|side| is_clock(&side.sums)) {
        return frame.ratio;
    }
    let (x, y) = message.lines();
    let off = |ratio: f64| ((y as f64 + 0.5) / (ratio * (x as f64 + 0.5))).ln().abs();
    if off(frame.time_ratio) < off(frame.ratio) { frame.time_ratio } else { frame.ratio }
}

/// Whether lines come more evenly than chance has it.
fn is_clock(sums: &[Sums; 2]) -> bool {
    sums.iter()
        .any(|sums| sums.active >= CLOCK_WINDOWS_MIN && sums.excess() / sums.lines.max(1.0) <= CLOCK_LUMP_MAX)
}

/// The relative variance of the count after around what the count before says,
/// chance left out: lumps on both sides, and a rate that wanders.
fn spread(message: &Message, frame: &Frame, ratio: f64) -> f64 {
    let lump = lump(message);
    let x = message.lines().0 as f64 + 0.5;
    let wander = message.before.map_or(0.0, |side| wander(&side.sums, lump));
    let over = |panes: f64| wander / (panes / HOUR_PANES / WANDER_HOURS).max(1.0);
    lump / (ratio * x) + lump / x + over(frame.panes.0) + over(frame.panes.1)
}

/// The relative variance of an hour's lines beyond chance and lumps.
fn wander(sums: &[Sums; 2], lump: f64) -> f64 {
    let hour = &sums[1];
    let (mean, hours) = (hour.mean(), hour.panes / HOUR_PANES);
    let assumed = WANDER_PRIOR * WANDER_PRIOR_HOURS;
    if mean <= 0.0 || hour.lines <= 0.0 {
        return WANDER_PRIOR;
    }
    let seen = (hour.excess() / hour.lines - lump).max(0.0) / mean;
    (seen * hours + assumed) / (hours + WANDER_PRIOR_HOURS)
}

/// More lines than any window of the log before, where that is known.
fn is_record(before: &[Sums; 2], lines: u64, frame: &Frame, ratio: f64) -> bool {
    let (length_before, length) = frame.panes;
    let most = match length {
        short if short <= WINDOW_PANES => before[0].most,
        hour if hour <= HOUR_PANES => before[1].most,
        _ => return true,
    };
    let thinned = ratio / frame.time_ratio;
    length_before <= length || lines as f64 > most as f64 * thinned
}

/// How much more the well-counted messages of these two logs differ than their
/// own windows say: relative variance, by the median, so a few that really
/// changed do not hide behind it.
fn between_runs(messages: &[Message], frame: &Frame) -> f64 {
    let mut squares = Vec::new();
    let mut known = Vec::new();
    for message in messages {
        let (x, y) = message.lines();
        let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
        if message.before.is_none()
            || y.min(x) < 10.0
            || is_clock(&message.before.map_or_else(Default::default, |side| side.sums))
        {
            continue;
        }
        let own = spread(message, frame, frame.ratio) + 1.0 / x + 1.0 / (frame.ratio * x);
        if own < 0.5 {
            squares.push((y / (frame.ratio * x)).ln().powi(2));
            known.push(own);
        }
    }
    let count = squares.len() as f64;
    /// The median of the square of a normal number.
    const MEDIAN_SQUARE: f64 = 0.4549;
    let seen = (median(squares) / MEDIAN_SQUARE - median(known)).max(0.0);
    let mixed = (count * seen + BETWEEN_RUNS_WEIGHT * BETWEEN_RUNS_PRIOR) / (count + BETWEEN_RUNS_WEIGHT);
    mixed.max(BETWEEN_RUNS_MIN)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

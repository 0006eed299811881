//! Which messages have stopped.
//!
//! A silence is judged three ways at once: it must be improbable for lines as
//! lumpy as these, much longer than any silence before, and rest on enough
//! lines. The middle one does most of the work; the first alone takes every
//! quiet night for an end. A heartbeat needs neither: six missed beats are
//! enough.
//!
//! Silences are measured in ticks, so an outage of the source is nobody's end,
//! and they are judged only in panes in which the source has lines.
//!
//! A template has one entry in the timer queue. When it is due and the template
//! has had a line since, the entry moves on; a steady template costs a few
//! entries a minute, a rare one an entry an hour.

use super::exposure::{Frame, number};
use super::series::Series;
use super::traffic::Traffic;
use super::{DAY, Finding, Gone, HOUR, LONG, MIDDLE, PANE_SECONDS, Phase, SCALES, TemplateIx, alert, tail};
use crate::time::Pane;
use serde::{Deserialize, Serialize};

// limits
/// Lines a template must have had, with and without a day of exposure.
const LINES_MIN: [f64; 2] = [20.0, 50.0];
/// A silence must be so many times the longest before, with and without a day.
const LONGER: [u64; 2] = [2, 5];
/// Until so many days are known, only templates never silent for an hour: any six
/// hold a day of a weekend.
const DAYS_FOR_LONG_SILENCES: u64 = 6;
/// Mean and median of intervals differ so much where lines come in lumps.
const LUMPY: f64 = 1.6;
/// A heartbeat: so many intervals, none of them so many medians long.
const HEARTBEAT_INTERVALS_MIN: u32 = 1000;
const HEARTBEAT_SPREAD: u64 = 3;
/// It is gone after so many medians.
const HEARTBEATS_MISSED: u64 = 6;
/// A job by the clock: so many pauses of the longest kind or the one below, and
/// none between them and a part of the longest, as its own lines have.
const CLOCK_PAUSES_MIN: u32 = 8;
const CLOCK_PAUSES_PART: u64 = 8;
/// What could change a template's test is looked at once an hour at least.
const RECHECK_TICKS: u64 = HOUR as u64;
/// What is overdue is looked at again after so many.
const OVERDUE_TICKS: u64 = 6;
/// Intervals up to these many ticks are told apart; longer ones are one kind.
const EDGES: [u16; 31] = [
    1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536,
    2048, 3072, 4096, 6144, 8192, 12288,
];

/// The silences of one template, in ticks from a pane with lines to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Silences {
    /// The longest that counts as normal.
    pub longest: u64,
    /// All so far.
    intervals: u32,
    /// How many were not longer than each edge, and than none. Halved when full.
    kinds: [u16; EDGES.len() + 1],
    /// The template is gone.
    pub is_gone: bool,
    /// When it was last declared so.
    pub opened: Option<i64>,
    /// The longest silence that ended an alert.
    alerted: u64,
    /// When a record silence ended, and the last pane with a line before it.
    pub record: Option<(i64, i64)>,
}

impl Silences {
    /// A line ended a silence that began in pane `last`.
    pub fn learn(&mut self, ticks: u64, last: i64, pane: i64) {
        let far_longer = ticks > LONGER[0] * self.longest.max(1) && self.intervals > 0;
        if far_longer && ticks > SCALES[MIDDLE] as u64 {
            self.record = Some((pane, last));
        }
        // One silence that was alerted teaches nothing, the second like it does.
        if !self.is_gone || ticks <= 2 * self.alerted {
            self.longest = self.longest.max(ticks);
        }
        if self.is_gone {
            self.alerted = self.alerted.max(ticks);
        }
        self.intervals = self.intervals.saturating_add(1);
        let kind = EDGES.partition_point(|&edge| u64::from(edge) < ticks);
        if self.kinds[kind] == u16::MAX {
            self.kinds.iter_mut().for_each(|count| *count /= 2);
        }
        self.kinds[kind] += 1;
    }

    /// Looks at what the next line changes.
    #[inline]
    pub fn look(&self) -> u64 {
        self.longest ^ u64::from(self.kinds[0])
    }

    /// How many there were.
    pub fn intervals(&self) -> u32 {
        self.intervals
    }

    /// The median interval in ticks, if it is one that is told apart.
    pub fn median(&self) -> Option<u64> {
        let half = self.kinds.iter().map(|&count| u32::from(count)).sum::<u32>().div_ceil(2);
        let mut sum = 0;
        for (&edge, &count) in EDGES.iter().zip(&self.kinds) {
            sum += u32::from(count);
            if sum >= half && sum > 0 {
                return Some(u64::from(edge));
            }
        }
        None
    }

    /// Silent no longer than this, a heartbeat still beats.
    pub fn heartbeat_ticks(&self) -> Option<u64> {
        if self.intervals < HEARTBEAT_INTERVALS_MIN {
            return None;
        }
        let median = self.median()?;
        (self.longest < HEARTBEAT_SPREAD * median).then_some(HEARTBEATS_MISSED * median)
    }

    /// Its long pauses are all of one length: a job that runs by the clock.
    fn is_by_the_clock(&self) -> bool {
        let kind = |ticks: u64| EDGES.partition_point(|&edge| u64::from(edge) < ticks);
        let count = |kinds: &[u16]| kinds.iter().map(|&count| u32::from(count)).sum::<u32>();
        let (longest, long) = (kind(self.longest), kind(self.longest / CLOCK_PAUSES_PART));
        let (Some(least), true) = (longest.checked_sub(1), long + 1 < longest) else { return false };
        count(&self.kinds[least..=longest]) >= CLOCK_PAUSES_MIN && count(&self.kinds[long..least]) == 0
    }

    /// Another name of the same template joins.
    pub fn join(&mut self, other: Silences) {
        // Either may have filled the other's silences; a template with a single
        // pane has none to tell of.
        self.longest = match (self.intervals, other.intervals) {
            (0, _) => other.longest,
            (_, 0) => self.longest,
            _ => self.longest.min(other.longest),
        };
        self.intervals = self.intervals.saturating_add(other.intervals);
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            // Half of each fits whatever they hold.
            *mine = mine.checked_add(theirs).unwrap_or(*mine / 2 + theirs / 2);
        }
        self.is_gone &= other.is_gone;
        self.opened = self.opened.max(other.opened);
        self.alerted = self.alerted.min(other.alerted);
        self.record = None;
    }
}

/// Judges a silence that may have become too long.
pub(crate) fn silence(
    template: TemplateIx,
    series: &mut Series,
    frame: &Frame,
    traffic: &Traffic,
) -> Option<Finding> {
    let needed = needed(series, frame).filter(|_| frame.judging)?;
    let gone = told(template, series, frame, traffic, Phase::Open);
    let is_enough = needed.is_regular || gone.score >= frame.threshold;
    let silent = frame.tick - series.last_tick;
    // What came for a while and has been away for longer than that was an episode.
    let is_over = silent > series.last_tick - series.first_tick;
    if silent < needed.ticks || !is_enough || is_over {
        return None;
    }
    let opened = series.silences.opened.replace(frame.pane);
    let same = opened.is_some_and(|opened| frame.pane - opened <= alert::SAME_TROUBLE_PANES);
    series.silences.is_gone = true;
    let phase = if same { Phase::Ongoing } else { Phase::Open };
    Some(Finding::Gone(Gone { phase, ..gone }))
}

/// A line ends a silence, perhaps one that was told as gone.
pub(crate) fn end_of_silence(
    template: TemplateIx,
    series: &mut Series,
    frame: &Frame,
    traffic: &Traffic,
) -> Option<Finding> {
    let is_gone = series.silences.is_gone;
    let gone = is_gone.then(|| told(template, series, frame, traffic, Phase::Resolved));
    let ticks = frame.tick - series.last_tick;
    series.silences.learn(ticks, series.last, frame.pane);
    series.silences.is_gone = false;
    gone.map(Finding::Gone)
}

fn told(template: TemplateIx, series: &Series, frame: &Frame, traffic: &Traffic, phase: Phase) -> Gone {
    let ticks = frame.tick - series.last_tick;
    // In a quiet hour less is due; in a busy one no more, since not all follow the traffic.
    let quiet = traffic.between(series.last, frame.pane) * frame.scales[LONG].traffic_unit;
    let expected = series.rate_ever(frame) * ticks as f64 * quiet.min(1.0);
    let by_count = tail::gone_z(dispersion(series, frame, ticks), expected);
    let tail = by_count.max(pauses_in(series, frame) * ticks as f64 * quiet.min(1.0));
    Gone {
        template,
        phase,
        expected,
        usual_interval_seconds: usual_interval_seconds(series, frame),
        last_seen: Pane(series.last),
        score: tail::evidence_discount(tail, series.evidence(frame)),
        tail,
        provisional: frame.age < DAY as u64,
    }
}

/// Between lines: the mean, but where lines come in lumps the median, where panes tell it.
pub(crate) fn usual_interval_seconds(series: &Series, frame: &Frame) -> f64 {
    match (series.silences.median(), series.rate(frame)) {
        (Some(median), rate) if median > 1 && !(1.0 / LUMPY..LUMPY).contains(&(median as f64 * rate)) => {
            median as f64 * PANE_SECONDS
        }
        (_, rate) if rate > 0.0 => PANE_SECONDS / rate,
        _ => series.silences.longest as f64 * PANE_SECONDS,
    }
}

/// The tick at which a template that has no line until then should be judged.
pub(crate) fn due(series: &Series, frame: &Frame) -> u64 {
    let later = frame.tick + RECHECK_TICKS;
    let Some(needed) = needed(series, frame) else {
        return later;
    };
    let ticks =
        if needed.is_regular { needed.ticks } else { needed.ticks.max(improbable_after(series, frame)) };
    match series.last_tick.saturating_add(ticks) {
        due if due > frame.tick => due.min(later),
        // Not improbable enough in an hour as quiet as this.
        _ => frame.tick + OVERDUE_TICKS,
    }
}

/// What a silence needs, whatever its probability.
pub(super) struct Needed {
    pub ticks: u64,
    is_regular: bool,
}

pub(super) fn needed(series: &Series, frame: &Frame) -> Option<Needed> {
    let young = usize::from(frame.age < DAY as u64);
    let silences = &series.silences;
    let lines = number(series.cells[MIDDLE].lines);
    let too_pausing = frame.age < DAYS_FOR_LONG_SILENCES * DAY as u64 && silences.longest >= HOUR as u64;
    if lines < LINES_MIN[young] || silences.longest == 0 || too_pausing || frame.scales[MIDDLE].panes <= 0.0 {
        return None;
    }
    let ticks = LONGER[young] * silences.longest;
    let is_by_the_clock = young == 0 && silences.is_by_the_clock();
    Some(match silences.heartbeat_ticks() {
        Some(beats) if young == 1 => Needed { ticks: beats.max(ticks), is_regular: true },
        Some(beats) => Needed { ticks: beats, is_regular: true },
        // Two runs that did not come: one may have been lost.
        None if is_by_the_clock => Needed { ticks: ticks + silences.longest / 2, is_regular: true },
        None => Needed { ticks, is_regular: false },
    })
}

/// −log10 of the chance of a silence, a tick of it, by the pauses known: where n exponential
/// ones were at most L long, one of t ticks has a chance of n^(−t/L). It tells what comes in
/// batches better than the counts do, but a session that has ended looks like an end, so it
/// takes a week to tell them apart.
fn pauses_in(series: &Series, frame: &Frame) -> f64 {
    if frame.age < DAYS_FOR_LONG_SILENCES * DAY as u64 {
        return 0.0;
    }
    series.occasions(frame).max(1.0).log10() / series.silences.longest.max(1) as f64
}

/// The silence whose tail reaches the threshold.
fn improbable_after(series: &Series, frame: &Frame) -> u64 {
    let rate = series.rate_ever(frame);
    let hour = SCALES[LONG] as u64;
    let ticks = |silence| {
        let expected = tail::gone_expected(dispersion(series, frame, silence), frame.threshold);
        (expected / rate).ceil() as u64 // saturates where it never does
    };
    let short = ticks(0);
    let by_count = if short < hour { short } else { ticks(hour).max(hour) };
    by_count.min((frame.threshold / pauses_in(series, frame)).ceil() as u64)
}

/// Of the largest scale a silence fills.
fn dispersion(series: &Series, frame: &Frame, silence: u64) -> f64 {
    let long = silence >= SCALES[LONG] as u64 && frame.scales[LONG].panes > 0.0;
    let scale = if long { LONG } else { MIDDLE };
    series.cells[scale].fit(&frame.scales[scale]).cell_dispersion()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silences(ticks: impl IntoIterator<Item = u64>) -> Silences {
        let mut silences = Silences::default();
        for ticks in ticks {
            silences.learn(ticks, 0, 0);
        }
        silences
    }

    #[test]
    fn a_median_is_the_upper_edge_of_its_kind() {
        assert_eq!(silences([]).median(), None);
        assert_eq!(silences([7]).median(), Some(8));
        assert_eq!(silences([1, 2, 2]).median(), Some(2));
        assert_eq!(silences([1, 12_289, 14_000]).median(), None);
        assert_eq!(silences((0..200_000).map(|i| 5 + i % 3)).median(), Some(6));
    }

    #[test]
    fn a_heartbeat_has_beaten_a_thousand_times_and_never_missed_two() {
        let heartbeat = |ticks: Vec<u64>| silences(ticks).heartbeat_ticks();
        assert_eq!(heartbeat(vec![2; 1000]), Some(12));
        assert_eq!(heartbeat(vec![2; 999]), None);
        assert_eq!(heartbeat([vec![2; 999], vec![5]].concat()), Some(12));
        assert_eq!(heartbeat([vec![2; 999], vec![6]].concat()), None);
    }

    #[test]
    fn the_second_alerted_silence_is_normal() {
        let mut silences = silences([10, 10]);
        for longest in [10, 500] {
            silences.is_gone = true;
            silences.learn(500, 0, 0);
            silences.is_gone = false;
            assert_eq!(silences.longest, longest);
        }
    }
}

//! How busy the log as a whole is, against its own average.
//!
//! Most messages follow the traffic: by the hour of the day, the weekday, and
//! whatever happens to all users at once. None of these needs to be known. The
//! frequent messages tell how busy each five minutes were, as the weighted
//! median of their counts over what they usually have, and each message is
//! expected in proportion, as closely as it has shown to follow (see `cells`).
//! A single message that surges, or a quarter of them, moves no median.
//!
//! Where it fails: with fewer than ten frequent messages traffic is not known
//! and taken for constant.

use super::exposure::Frame;
use super::series::Series;
use super::surge::Detector;
use super::{HOUR, LONG, MIDDLE, SCALE_COUNT, SCALES, TemplateIx, Volume, Window};
use crate::time::Pane;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Average traffic: factors are kept in parts of it.
pub(crate) const AVERAGE: u64 = 1 << 16;

// limits
/// Cells of five minutes whose traffic is remembered: two days and two hours.
const CELLS_KEPT: usize = 600;
/// A message is frequent that has so many lines in five minutes.
const FREQUENT_LINES: f64 = 5.0;
/// Fewer frequent messages tell nothing.
const FREQUENT_MIN: usize = 10;
/// Nor does a cell, or a last look, of fewer panes in which lines could have come.
const LIVE_PANES_MIN: i64 = 10;
/// Nobody is frequent before an hour is known.
const KNOWN_PANES_MIN: f64 = HOUR as f64;
/// Traffic is looked at anew every minute.
const LOOK_PANES: i64 = 6;
/// The variance of a median against that of a mean.
const MEDIAN_VARIANCE: f64 = std::f64::consts::FRAC_PI_2;
/// What is left out on either side of a mean over messages, by weight.
const TRIMMED: f64 = 0.25;
/// Traffic beyond these is a fault of the estimate, or of the log.
const FACTORS: [f64; 2] = [0.1, 10.0];
/// Volume is told beyond its range by half as much again.
const OUT_OF_RANGE: f64 = 1.5;
/// The range is that of all cells known but those of the last six hours, or where
/// that is not an hour's, of the last half hour.
const RANGE_CELLS_LATE: [usize; 2] = [72, 6];
const RANGE_CELLS_MIN: usize = 12;
/// Told once in so many panes.
const VOLUME_PANES: i64 = 6 * HOUR;

/// The traffic of the past, and now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// The cell after the newest that is known.
    next: i64,
    /// Traffic of cells against the average, in 65536ths.
    factors: VecDeque<u32>,
    /// Of the last five minutes, as of the last look.
    now: u32,
    /// The relative variance of a cell's factor, from how many tell it.
    variance: u32,
    looked: i64,
    /// When the volume was told last.
    told: Option<i64>,
    /// Who tells it; saved beside, by the caller's keys.
    #[serde(skip)]
    pub frequent: Vec<Frequent>,
}

/// A message that tells the traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frequent {
    pub template: TemplateIx,
    /// Lines a pane.
    pub rate: f64,
    /// The inverse of the relative variance of its count in five minutes.
    pub weight: f64,
}

impl Traffic {
    /// Whether enough messages are frequent to tell it.
    pub fn is_known(&self) -> bool {
        self.frequent.len() >= FREQUENT_MIN
    }

    /// The mean traffic of an aligned cell of this width, in 65536ths. For a cell
    /// shorter than five minutes that of the five minutes before it, which are
    /// over by the time it is learned.
    pub fn of_cell(&self, cell: i64, width: i64) -> u64 {
        let middle = SCALES[MIDDLE];
        if width < middle {
            return self.at(cell.div_euclid(middle / width) - 1);
        }
        let cells = width / middle;
        (cell * cells..(cell + 1) * cells).map(|cell| self.at(cell)).sum::<u64>() / cells as u64
    }

    /// What is not known any more was average; what is not known yet is as before.
    fn at(&self, cell: i64) -> u64 {
        let ago = (self.next - 1 - cell).max(0) as usize;
        let known = self.factors.len().checked_sub(1 + ago);
        known.map_or(AVERAGE, |at| u64::from(self.factors[at]))
    }

    /// Mean traffic of the window that ends now.
    pub fn in_window(&self, scale: usize) -> f64 {
        if self.factors.is_empty() {
            return 1.0;
        }
        let cells = (SCALES[scale] / SCALES[MIDDLE]).max(1);
        let before: u64 = (self.next + 1 - cells..self.next).map(|cell| self.at(cell)).sum();
        (before + u64::from(self.now)) as f64 / AVERAGE as f64 / cells as f64
    }

    /// Mean traffic from one pane to another.
    pub fn between(&self, from: i64, to: i64) -> f64 {
        if self.factors.is_empty() {
            return 1.0;
        }
        let middle = SCALES[MIDDLE];
        let first = from.div_euclid(middle).max(self.next - self.factors.len() as i64);
        let cells = first..=to.div_euclid(middle).max(first);
        let count = cells.clone().count();
        cells.map(|cell| self.at(cell)).sum::<u64>() as f64 / AVERAGE as f64 / count as f64
    }

    /// The relative variance of a cell's traffic, in parts of [`AVERAGE`].
    pub fn noise(&self, width: i64) -> u64 {
        u64::from(self.variance) * SCALES[MIDDLE] as u64 / width.max(SCALES[MIDDLE]) as u64
    }

    fn push(&mut self, cell: i64, factor: u32) {
        if !self.factors.is_empty() {
            let missing = (cell - self.next).clamp(0, CELLS_KEPT as i64) as usize;
            self.factors.extend(std::iter::repeat_n(AVERAGE as u32, missing));
        }
        self.factors.push_back(factor);
        let surplus = self.factors.len().saturating_sub(CELLS_KEPT);
        self.factors.drain(..surplus);
        self.next = cell + 1;
    }

    /// The least and the most of the past, if there is enough of it.
    fn range(&self) -> Option<(f64, f64)> {
        let known = RANGE_CELLS_LATE.into_iter().filter_map(|late| self.factors.len().checked_sub(late));
        let cells = known.into_iter().find(|&cells| cells >= RANGE_CELLS_MIN)?;
        let past = self.factors.iter().take(cells).map(|&factor| f64::from(factor) / AVERAGE as f64);
        Some(past.fold((f64::INFINITY, 0.0), |(least, most), factor| (least.min(factor), most.max(factor))))
    }
}

impl Detector {
    /// Before a pane with lines is counted: closes the cell that is over, and
    /// looks at the last five minutes.
    pub(super) fn look_at_traffic(&mut self, pane: i64) {
        let (Some(last), width) = (self.clock.last(), SCALES[MIDDLE]) else { return };
        let cell = last.div_euclid(width);
        if pane.div_euclid(width) > cell {
            let live = self.clock.live_between(cell * width, (cell + 1) * width, pane);
            let lines = |series: &Series| series.cells[MIDDLE].learned_in(cell);
            let factor = if live >= LIVE_PANES_MIN {
                self.factor(live, lines, weighted_median)
            } else {
                self.clock.traffic.at(cell - 1) as u32
            };
            self.clock.traffic.push(cell, factor);
            self.find_frequent();
        }
        let look = pane.div_euclid(LOOK_PANES);
        if look > self.clock.traffic.looked {
            self.slide_frequent(MIDDLE, pane - 1);
            let live = self.clock.live_between(pane - width, pane, pane);
            let lines = |series: &Series| series.recent.counts()[MIDDLE] as f64;
            if live >= LIVE_PANES_MIN {
                self.clock.traffic.now = self.factor(live, lines, weighted_median);
            }
            self.clock.traffic.looked = look;
        }
    }

    /// What the frequent messages have against their average, in 65536ths.
    fn factor(&self, live: i64, lines: impl Fn(&Series) -> f64, middle: fn(&mut [(f64, f64)]) -> f64) -> u32 {
        let mut ratios = Vec::new();
        for frequent in &self.clock.traffic.frequent {
            if let Some(series) = self.series[frequent.template.0 as usize].as_ref() {
                ratios.push((lines(series) / (frequent.rate * live as f64), frequent.weight));
            }
        }
        let known = ratios.len() >= FREQUENT_MIN;
        let factor = if known { middle(&mut ratios).clamp(FACTORS[0], FACTORS[1]) } else { 1.0 };
        (factor * AVERAGE as f64) as u32
    }

    /// Moves one of the windows of the frequent messages on to a pane.
    fn slide_frequent(&mut self, scale: usize, pane: i64) {
        for frequent in &self.clock.traffic.frequent {
            if let Some(series) = self.series[frequent.template.0 as usize].as_mut() {
                series.window(scale, pane);
            }
        }
    }

    fn find_frequent(&mut self) {
        let frame = self.frame(0.0, 0);
        let mut frequent = Vec::new();
        if frame.scales[MIDDLE].panes >= KNOWN_PANES_MIN {
            for (index, series) in self.series.iter().enumerate() {
                let Some(series) = series else { continue };
                // Of all time: what came once and much is not frequent.
                let scale = &frame.scales[MIDDLE];
                let rate = series.rate_ever(&frame);
                let lines = rate * scale.width as f64;
                if lines >= FREQUENT_LINES {
                    let dispersion = series.cells[MIDDLE].fit(scale).cell_dispersion();
                    let weight = 1.0 / (1.0 / lines + dispersion);
                    frequent.push(Frequent { template: TemplateIx(index as u32), rate, weight });
                }
            }
        }
        let weight: f64 = frequent.iter().map(|frequent| frequent.weight).sum();
        let known = frequent.len() >= FREQUENT_MIN;
        let variance = if known { (MEDIAN_VARIANCE / weight).min(1.0) } else { 0.0 };
        self.clock.traffic.variance = (variance * AVERAGE as f64) as u32;
        self.clock.traffic.frequent = frequent;
    }

    /// Traffic in the very windows that end with the frame's pane, all of it
    /// counted: what a crossing must stand out from. Where all messages rise at
    /// once the last look is a minute old, which is a minute too late.
    pub(super) fn traffic_now(&mut self, frame: &Frame) -> [f64; SCALE_COUNT] {
        (0..SCALE_COUNT).for_each(|scale| self.slide_frequent(scale, frame.pane));
        std::array::from_fn(|scale| {
            let shared = &frame.scales[scale];
            let lines = |series: &Series| series.recent.counts()[scale] as f64;
            let factor = self.factor(shared.window as i64, lines, middle_mean);
            f64::from(factor) / AVERAGE as f64 * shared.window * shared.traffic_unit
        })
    }

    /// The most traffic of the past, against its average.
    pub(super) fn busiest(&self, frame: &Frame) -> f64 {
        self.clock.traffic.range().map_or(1.0, |(_, most)| most * frame.scales[LONG].traffic_unit)
    }

    /// Whether the traffic has left its range, as of the last closed pane.
    pub fn volume(&mut self) -> Option<Volume> {
        let (pane, traffic) = (self.clock.last()?, &self.clock.traffic);
        let quiet = traffic.told.is_none_or(|told| pane - told >= VOLUME_PANES);
        let messages = traffic.frequent.len();
        let has_looked = traffic.looked == pane.div_euclid(LOOK_PANES);
        if !self.judging || !quiet || messages < FREQUENT_MIN || !has_looked {
            return None;
        }
        let (least, most) = traffic.range()?;
        let now = f64::from(traffic.now) / AVERAGE as f64;
        if now <= most * OUT_OF_RANGE && now * OUT_OF_RANGE >= least {
            return None;
        }
        self.clock.traffic.told = Some(pane);
        let unit = self.clock.scale_frame(LONG).traffic_unit;
        let end = pane.div_euclid(LOOK_PANES) * LOOK_PANES;
        Some(Volume {
            window: Window { start: Pane(end - SCALES[MIDDLE]), end: Pane(end) },
            factor: now * unit,
            usual: (least * unit, most * unit),
            messages,
        })
    }
}

/// The ratio with half the weight on either side.
fn weighted_median(ratios: &mut [(f64, f64)]) -> f64 {
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = ratios.iter().map(|&(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for &(ratio, weight) in ratios.iter() {
        sum += weight;
        if sum >= half {
            return ratio;
        }
    }
    1.0
}

/// The mean of the middle half by weight: for counts too small for a median.
fn middle_mean(ratios: &mut [(f64, f64)]) -> f64 {
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let all: f64 = ratios.iter().map(|&(_, weight)| weight).sum();
    let (from, to) = (all * TRIMMED, all * (1.0 - TRIMMED));
    let (mut seen, mut sum) = (0.0, 0.0);
    for &(ratio, weight) in ratios.iter() {
        let inside = f64::min(seen + weight, to) - f64::max(seen, from);
        sum += ratio * inside.max(0.0);
        seen += weight;
    }
    sum / (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_messages_moves_neither_middle_far() {
        let quiet: Vec<(f64, f64)> = (0..12).map(|n| (0.9 + 0.02 * f64::from(n), 1.0)).collect();
        let surging = (0..4).map(|n| (50.0 + f64::from(n), 1.0));
        let all: Vec<(f64, f64)> = quiet.iter().copied().chain(surging).collect();
        for middle in [weighted_median, middle_mean] {
            assert!((middle(&mut quiet.clone()) - 1.0).abs() < 0.03);
            assert!((middle(&mut all.clone()) - 1.0).abs() < 0.1);
        }
    }

    #[test]
    fn what_is_forgotten_was_average_and_what_is_to_come_is_as_before() {
        let mut traffic = Traffic::default();
        for cell in 0..700 {
            traffic.push(cell, 3 * AVERAGE as u32);
        }
        assert_eq!([50, 150, 699, 800].map(|cell| traffic.at(cell) / AVERAGE), [1, 3, 3, 3]);
        traffic.push(710, AVERAGE as u32 / 2);
        assert_eq!([699, 705, 710].map(|cell| traffic.at(cell)), [3 * AVERAGE, AVERAGE, AVERAGE / 2]);
        // The hour of cells 696 to 707: four were busy.
        assert_eq!(traffic.of_cell(58, 360), (4 * 3 + 8) * AVERAGE / 12);
        assert_eq!(traffic.of_cell(5 * 700, 6), 3 * AVERAGE);
    }
}

//! How often each message came, over the whole of a log of any length.
//!
//! Lines are counted in bins that are as fine as the log is short: when there are
//! too many of them, neighbours become one. Only who explains a message asks for it.

use crate::template::TemplateIx;
use crate::time::{PANE_SECONDS, Pane, Time};

// limits
/// Bins of a message.
const BINS_MAX: i64 = 360;
/// What a bin may last, in panes: each a multiple of the one before.
const BIN_PANES: [i64; 11] = [1, 3, 6, 30, 60, 180, 360, 1_080, 2_160, 4_320, 8_640];
/// What a bar may last, in panes.
const BAR_PANES: [i64; 22] = [
    1, 2, 3, 6, 12, 30, 60, 90, 120, 180, 360, 720, 1_080, 1_440, 2_160, 4_320, 8_640, 17_280, 60_480,
    259_200, 777_600, 3_153_600,
];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Which of [`BIN_PANES`] it is, and days a bin beyond the last of them.
    step: usize,
    days: i64,
    /// First and last pane.
    span: Option<(i64, i64)>,
    by_template: Vec<Vec<u32>>,
}

/// How often a message came: equal stretches, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// When the first begins.
    pub from: Time,
    /// How long each is, in seconds.
    pub seconds: i64,
    /// The lines of each.
    pub lines: Vec<u64>,
}

impl Timeline {
    fn width(&self) -> i64 {
        BIN_PANES[self.step] * self.days.max(1)
    }

    /// Adds the lines of a pane.
    pub fn add(&mut self, pane: Pane, counts: &[(TemplateIx, u32)]) {
        if counts.is_empty() {
            return;
        }
        let (first, last) = self.span.unwrap_or((pane.0, pane.0));
        self.span = Some((first, last.max(pane.0)));
        while pane.0.div_euclid(self.width()) - first.div_euclid(self.width()) >= BINS_MAX {
            self.widen(first);
        }
        let at = (pane.0.div_euclid(self.width()) - first.div_euclid(self.width())).max(0) as usize;
        for &(template, lines) in counts {
            let bins = self.bins_mut(template);
            if bins.len() <= at {
                bins.resize(at + 1, 0);
            }
            bins[at] = bins[at].saturating_add(lines);
        }
    }

    fn bins_mut(&mut self, template: TemplateIx) -> &mut Vec<u32> {
        let index = template.0 as usize;
        if index >= self.by_template.len() {
            self.by_template.resize_with(index + 1, Vec::new);
        }
        &mut self.by_template[index]
    }

    /// Makes bins longer, each by whole ones.
    fn widen(&mut self, first: i64) {
        let old = self.width();
        if self.step + 1 < BIN_PANES.len() {
            self.step += 1;
        } else {
            self.days = 2 * self.days.max(1);
        }
        let times = self.width() / old;
        let (from, to) = (first.div_euclid(old), first.div_euclid(self.width()));
        for bins in &mut self.by_template {
            let mut wide = Vec::new();
            for (at, lines) in bins.iter().enumerate() {
                let place = ((from + at as i64).div_euclid(times) - to) as usize;
                if wide.len() <= place {
                    wide.resize(place + 1, 0u32);
                }
                wide[place] = wide[place].saturating_add(*lines);
            }
            *bins = wide;
        }
    }

    /// Two messages turned out to be one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let bins = std::mem::take(self.bins_mut(gone));
        let mine = self.bins_mut(survivor);
        if mine.len() < bins.len() {
            mine.resize(bins.len(), 0);
        }
        mine.iter_mut().zip(bins).for_each(|(mine, lines)| *mine = mine.saturating_add(lines));
    }

    /// How often a message came, in at most `bars_max` stretches of the whole log.
    pub fn bars(&self, template: TemplateIx, bars_max: usize) -> Option<Bars> {
        let (first, last) = self.span?;
        let bins = self.by_template.get(template.0 as usize).map_or(&[][..], Vec::as_slice);
        let width = self.width();
        let count = |panes: i64| last.div_euclid(panes) - first.div_euclid(panes) + 1;
        let fits = |panes: &i64| panes % width == 0 && count(*panes) <= bars_max as i64;
        let panes =
            BAR_PANES.into_iter().find(fits).or_else(|| (1..=BINS_MAX).map(|n| n * width).find(fits))?;
        let mut lines = vec![0; count(panes) as usize];
        for (at, bin) in bins.iter().enumerate() {
            let pane = (first.div_euclid(width) + at as i64) * width;
            lines[(pane.div_euclid(panes) - first.div_euclid(panes)) as usize] += u64::from(*bin);
        }
        let from = Pane(first.div_euclid(panes) * panes).start();
        Some(Bars { from, seconds: panes * PANE_SECONDS, lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However long the log is, no line is lost, and there are as many bars as were asked for at most.
    #[test]
    fn bars_hold_every_line() {
        for panes in [1, 59, 60, 61, 359, 360, 361, 5_000, 100_000, 9_000_000] {
            let mut timeline = Timeline::default();
            let (step, mut lines) = ((panes / 5_000).max(1), 0);
            for pane in (0..panes).step_by(step as usize) {
                timeline.add(Pane(1_000_003 + pane), &[(TemplateIx((pane % 2) as u32), 3)]);
                lines += 3;
            }
            timeline.join(TemplateIx(0), TemplateIx(1));
            let bars = timeline.bars(TemplateIx(1), 60).expect("there are lines");
            assert!((1..=60).contains(&bars.lines.len()), "{panes}: {bars:?}");
            assert_eq!(bars.lines.iter().sum::<u64>(), lines, "{panes}");
            assert!(timeline.by_template.iter().all(|bins| bins.len() <= BINS_MAX as usize));
            assert_eq!(timeline.bars(TemplateIx(7), 60).map(|bars| bars.lines.iter().sum()), Some(0));
        }
    }
}

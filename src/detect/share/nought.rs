//! A value that its slot has hardly ever had before, and suddenly in many of its lines.
//!
//! What is usual of it is not known, but the lines without it are: in so many there was none. So
//! the tail is that of two samples, the lines of a window against all before.

use super::odds::tail_of_two;
use super::{Crossing, Known, ShareFrame, SlotSeries, ValueSeries};
use crate::detect::exposure::number;
use crate::detect::{SCALE_COUNT, tail};

// limits
/// Fewer lines may be one visitor's.
const COUNT_MIN: u64 = 5;
/// So is a smaller part of the lines.
const SHARE_MIN: f64 = 0.2;
/// So many lines without it must have been there.
const LINES_MIN: u64 = 50;
/// And so many minutes with lines: what is there for the first time has no past.
const CELLS_MIN: u32 = 12;
/// Lines that say the same come together, as if so much held them together.
const CORRELATION: f64 = 0.05;

impl ValueSeries {
    /// The most surprising of the windows.
    pub(super) fn crossing_from_nought(
        &self,
        known: &Known,
        slot: &SlotSeries,
        frame: &ShareFrame,
    ) -> Option<Crossing> {
        let cells = slot.cells[0].active();
        if cells < CELLS_MIN || frame.settling {
            return None;
        }
        // Each minute in which nothing of the kind came was an occasion.
        let evidence = tail::evidence(f64::from(cells), 0.0);
        let crossings = (0..SCALE_COUNT).filter_map(|scale| {
            let (count, lines) = (known.recent.counts()[scale], slot.recent.counts()[scale]);
            let before = (number(slot.cells[scale].all()) as u64).saturating_sub(lines);
            // Its own lines before are those of the hour that it is known.
            let count_before = self.first_lines(known).saturating_sub(count);
            if count < COUNT_MIN || (count as f64) < SHARE_MIN * lines as f64 || before < LINES_MIN {
                return None;
            }
            let tail = tail_of_two(count, lines, count_before.min(before), before, CORRELATION);
            let score = tail::evidence_discount(tail, evidence);
            let share = (count_before as f64 + 0.5) / (before as f64 + 1.0);
            (score >= frame.threshold).then_some(Crossing { scale, count, lines, share, tail, score })
        });
        crossings.max_by(|one, other| one.score.total_cmp(&other.score))
    }

    /// Lines of the hour since its first.
    fn first_lines(&self, known: &Known) -> u64 {
        known.recent.counts()[super::LONG]
    }

    /// Its lines in the last panes.
    pub(crate) fn lines_within(&self, panes: i64) -> u64 {
        let scale = super::SCALES.iter().position(|width| *width >= panes).unwrap_or(super::LONG);
        self.known.as_ref().map_or(u64::from(self.early), |known| known.recent.counts()[scale])
    }

    /// Whether it has an open alert that was told.
    pub(crate) fn speaks(&self) -> bool {
        self.open_alert().is_some_and(|alert| !alert.is_hushed)
    }

    /// Its open alert is told by another one.
    pub(crate) fn hush(&mut self) {
        if let Some(alert) = self.known.as_mut().and_then(|known| known.alert.as_mut()) {
            alert.is_hushed = true;
        }
    }
}

//! What an alert may tell of its template besides its numbers.

use super::alert::State;
use super::series::Series;
use super::surge::Detector;
use super::{PANE_SECONDS, TemplateIx, gone};
use crate::time::Pane;

impl Detector {
    /// Lines a second, as learned.
    pub fn rate(&self, template: TemplateIx) -> f64 {
        let frame = self.frame(0.0, 0);
        self.known(template).map_or(0.0, |series| series.rate(&frame) / PANE_SECONDS)
    }

    /// Lines its past makes one expect in so many panes.
    pub fn expected(&self, template: TemplateIx, panes: u32) -> f64 {
        self.rate(template) * PANE_SECONDS * f64::from(panes)
    }

    /// The usual time between two of its lines.
    pub fn usual_interval_seconds(&self, template: TemplateIx) -> Option<f64> {
        let frame = self.frame(0.0, 0);
        self.known(template).map(|series| gone::usual_interval_seconds(series, &frame))
    }

    /// Its longest normal silence in panes; outages do not count.
    pub fn longest_gap_panes(&self, template: TemplateIx) -> u64 {
        self.known(template).map_or(0, |series| series.silences.longest)
    }

    /// Panes without a line of it after which it may count as gone, as far as its silences tell.
    pub fn overdue_after(&self, template: TemplateIx) -> Option<u64> {
        let frame = self.frame(0.0, self.clock.ticks());
        gone::needed(self.known(template)?, &frame).map(|needed| needed.ticks)
    }

    /// The first pane with a line of it.
    pub fn first_seen(&self, template: TemplateIx) -> Option<Pane> {
        self.known(template).map(|series| Pane(series.first))
    }

    /// The last pane with a line of it.
    pub fn last_seen(&self, template: TemplateIx) -> Option<Pane> {
        self.known(template).map(|series| Pane(series.last))
    }

    /// All its lines.
    pub fn lines(&self, template: TemplateIx) -> u64 {
        self.known(template).map_or(0, |series| series.lines)
    }

    /// Its lines in `bars` stretches of `panes_per_bar` panes, the newest last
    /// and ending with the last closed pane. It remembers an hour.
    pub fn sparkline(&self, template: TemplateIx, bars: usize, panes_per_bar: u32) -> Vec<u64> {
        let mut lines = vec![0; bars];
        if let (Some(series), Some(now)) = (self.known(template), self.clock.last()) {
            let silent = now - series.last;
            for (ago, count) in series.recent.backwards(series.last) {
                let bar = (ago + silent) / i64::from(panes_per_bar.max(1));
                if let Some(at) = bars.checked_sub(1 + bar as usize) {
                    lines[at] += u64::from(count);
                }
            }
        }
        lines
    }

    /// A surge of it is open.
    pub fn is_open(&self, template: TemplateIx) -> bool {
        let alert = self.known(template).and_then(|series| series.alert.as_ref());
        alert.is_some_and(|alert| alert.state == State::Open)
    }

    /// It was told as gone and has not come back.
    pub fn is_gone(&self, template: TemplateIx) -> bool {
        self.known(template).is_some_and(|series| series.silences.is_gone)
    }

    /// Panes learned so far, outages excluded.
    pub fn age_panes(&self) -> u64 {
        self.clock.ticks()
    }

    /// Templates with a line in the last day.
    pub fn templates_active(&self) -> u64 {
        self.active.count()
    }

    fn known(&self, template: TemplateIx) -> Option<&Series> {
        self.series.get(template.0 as usize)?.as_ref()
    }
}

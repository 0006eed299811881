//! Everything learned as plain data, and the joining of two templates.
//!
//! Templates are saved under a key of the caller's, since dense indices mean
//! nothing outside the process. Windows, cells and timers are saved as they
//! are, so a loaded detector goes on as if nothing had happened. The timer
//! queues are not saved: each entry can be told from its series.

use super::alert::State;
use super::exposure::{Active, Clock};
use super::series::Series;
use super::surge::Detector;
use super::traffic::Frequent;
use super::{Settings, TemplateIx};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// A detector as plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    clock: Clock,
    /// By the caller's key, ascending.
    series: Vec<(u64, Series)>,
    /// Who tells the traffic: key, lines a pane, weight.
    frequent: Vec<(u64, f64, f64)>,
}

impl Detector {
    /// All that was learned, under the caller's keys; templates without a key
    /// are left out.
    pub fn save(&self, mut key_of: impl FnMut(TemplateIx) -> Option<u64>) -> Saved {
        let mut series: Vec<(u64, Series)> = Vec::new();
        for (index, slot) in self.series.iter().enumerate() {
            if let Some(kept) = slot
                && let Some(key) = key_of(TemplateIx(index as u32))
            {
                let mut kept = kept.clone();
                kept.recent.slide(kept.last, kept.last);
                series.push((key, kept));
            }
        }
        series.sort_by_key(|&(key, _)| key);
        let frequent = self.clock.traffic.frequent.iter();
        let frequent = frequent.filter_map(|f| Some((key_of(f.template)?, f.rate, f.weight))).collect();
        Saved { clock: self.clock.clone(), series, frequent }
    }

    /// Goes on where `saved` left off. Two keys may lead to one template: they
    /// have become one since.
    pub fn load(
        settings: Settings,
        saved: &Saved,
        mut index_of: impl FnMut(u64) -> Option<TemplateIx>,
    ) -> Self {
        let mut detector = Detector::new(settings);
        detector.clock = saved.clock.clone();
        detector.active = Active::new(detector.clock.ticks());
        for (key, series) in &saved.series {
            if let Some(template) = index_of(*key) {
                detector.add(template, series.clone());
            }
        }
        let frequent = saved.frequent.iter().copied();
        detector.clock.traffic.frequent = frequent
            .filter_map(|(key, rate, weight)| Some(Frequent { template: index_of(key)?, rate, weight }))
            .collect();
        detector
    }

    /// Two templates turned out to be one: `gone` is no more, `survivor` has
    /// both pasts.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        if gone == survivor {
            return;
        }
        if let Some(series) = self.series.get_mut(gone.0 as usize).and_then(Option::take) {
            self.active.remove(series.last_tick);
            self.add(survivor, series);
        }
    }

    /// Gives a template its past, or one more.
    fn add(&mut self, template: TemplateIx, mut series: Series) {
        let index = template.0 as usize;
        if index >= self.series.len() {
            self.series.resize_with(index + 1, || None);
        }
        if let Some(mut other) = self.series[index].take() {
            let frame = self.frame(0.0, 0);
            self.active.remove(other.last_tick);
            other.roll(&frame, &self.clock.traffic);
            series.roll(&frame, &self.clock.traffic);
            other.join(series);
            series = other;
        }
        self.active.add(series.last_tick);
        if let Some(tick) = series.timer {
            self.silences.push(Reverse((tick, template)));
        }
        if let Some(alert) = series.alert.as_ref().filter(|alert| alert.state != State::Closed) {
            self.alerts.push(Reverse((alert.calm_from(), template)));
        }
        self.series[index] = Some(series);
    }
}

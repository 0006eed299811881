//! All that is known of one message, for who asks.

use super::{Bars, Ledger};
use crate::detect::Message;
use crate::id::{ShapeId, TemplateId};
use crate::line::Level;
use crate::template::{TemplateIx, Variable};
use crate::time::{PANE_SECONDS, Time};

/// All that is known of one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its id.
    pub id: TemplateId,
    /// Its text with variables as `<*>`.
    pub template: String,
    /// Its level.
    pub level: Level,
    /// One of its lines, redacted.
    pub sample: Vec<u8>,
    /// Its lines, and when they came.
    pub message: Message,
    /// Lines a second, as learned.
    pub rate: f64,
    /// How many lines come together, where a line is rare and brings others along.
    pub batch: Option<f64>,
    /// The longest silence that counts as normal, in seconds.
    pub longest_silence: f64,
    /// The silence after which it is judged to be gone; none if that takes an hour or more.
    pub gone_after: Option<f64>,
    /// It has stopped and not come back.
    pub is_gone: bool,
    /// Its places that show one of few values, and what they have shown.
    pub values: Vec<Variable>,
    /// How often it came over the logs that were read.
    pub bars: Option<Bars>,
}

impl Ledger {
    /// Messages that surge, or have stopped, at this moment.
    pub fn troubles_open(&self) -> usize {
        let is_open =
            |template: &&TemplateIx| self.detector.is_open(**template) || self.detector.is_gone(**template);
        self.registry.templates().iter().filter(is_open).count()
    }

    /// The lines of the message that has a shape, those of open panes included, and the newest of them.
    pub fn lines_so_far(&self, shape: ShapeId) -> (u64, Time) {
        let Some(template) = self.known(shape).map(|shape| self.registry.template_of(shape)) else {
            let open = self.panes.values().flat_map(|pane| &pane.cells).filter(|cell| cell.shape == shape);
            return open.fold((0, Time(i64::MIN)), |(lines, newest), cell| {
                (lines + cell.count + cell.late, newest.max(cell.newest))
            });
        };
        let closed = self.messages.get(template).map_or((0, Time(i64::MIN)), |of| (of.lines, of.last_seen));
        let open = self.panes.values().flat_map(|pane| self.cells_of(template, pane));
        open.fold(closed, |(lines, newest), cell| (lines + cell.count + cell.late, newest.max(cell.newest)))
    }

    /// What is known of a message, with its rate over the logs read in at most so many bars.
    pub fn story(&self, template: TemplateIx, bars_max: usize) -> Option<Story> {
        let detector = &self.detector;
        Some(Story {
            id: self.registry.template_id(template),
            template: self.shown_text(&self.registry.template_text(template)),
            level: self.registry.level(template),
            sample: self.shown(self.registry.example(template)),
            message: *self.messages.get(template)?,
            rate: detector.rate(template),
            batch: detector.batch(template),
            longest_silence: detector.longest_gap_panes(template) as f64 * PANE_SECONDS as f64,
            gone_after: detector.gone_after_seconds(template),
            is_gone: detector.is_gone(template),
            values: self.few_values(template),
            bars: self.timeline.as_ref().and_then(|timeline| timeline.bars(template, bars_max)),
        })
    }
}

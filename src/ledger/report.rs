//! What was read and what became of it: the figures of the summary.

use super::Ledger;
use crate::count::LineCounts;
use crate::limits::LINE_BYTES_MAX;
use crate::template::LimitHit;
use crate::time::{Pane, Time};
use serde::{Deserialize, Serialize};

/// Figures of a run; lines read = counted + empty + continuation + filtered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Lines by what became of them.
    pub lines: LineCounts,
    /// Lines among the counted that came too late for their window.
    pub late: u64,
    /// Lines among those whose clock had jumped.
    pub skewed: u64,
    /// Sources of the run.
    pub sources: usize,
    /// Sources that showed no stamp.
    pub unstamped_sources: usize,
    /// Shapes that were met while too many others waited for a decision.
    pub shapes_dropped: u64,
    /// Their lines: counted, but in no window.
    pub unwatched: u64,
    /// New messages beyond what is told of one pane.
    pub fresh_untold: u64,
    /// Messages known at the end.
    pub templates: usize,
    /// First and last event time of the run.
    pub span: Option<(Time, Time)>,
    /// Bounds of the registry that were hit, as they were said.
    pub limits_hit: Vec<String>,
}

impl Ledger {
    /// Says each bound of the registry that was hit since the last pane.
    pub(super) fn say_limits(&mut self) {
        while let Some(hit) = self.registry.limit_hit(self.report.limits_hit.len(), &self.masks) {
            let said = limit_text(&hit, |text| self.shown_text(text));
            if !is_among(&self.limits_said, &said) {
                self.notices.push(said.clone());
            }
            self.report.limits_hit.push(said);
        }
        if self.said.slots.is_full() && !std::mem::replace(&mut self.floods_said.3, true) {
            let what = "too many values of too many messages; a new value of some of them is not told";
            self.notices.push(format!("limit reached: {what}"));
        }
        if self.live {
            self.say_floods();
        }
    }

    /// The bounds that this run and those before it have said, each once.
    pub(super) fn all_limits_said(&self) -> Vec<String> {
        let mut all = self.limits_said.clone();
        for said in &self.report.limits_hit {
            if !is_among(&all, said) {
                all.push(said.clone());
            }
        }
        all
    }

    /// Live, there is no summary to wait for.
    fn say_floods(&mut self) {
        if self.report.shapes_dropped > 0 && !std::mem::replace(&mut self.floods_said.0, true) {
            let what = "too many new kinds of message within seconds; some of their lines are in no window";
            self.notices.push(format!("limit reached: {what}"));
        }
        if self.report.fresh_untold > 0 && !std::mem::replace(&mut self.floods_said.1, true) {
            let what = "new messages come in floods, and not all are told one by one";
            self.notices.push(format!("limit reached: {what}"));
        }
        if self.report.lines.overlong > 0 && !std::mem::replace(&mut self.floods_said.2, true) {
            let what = format!("a line longer than {} KiB, read as far as that", LINE_BYTES_MAX >> 10);
            self.notices.push(format!("limit reached: {what}"));
        }
    }

    pub(super) fn end_report(&mut self) {
        let sources = self.sources.iter();
        self.report.unstamped_sources =
            sources.filter(|source| source.lines > 0 && !source.has_stamps).count();
        self.report.templates = self.registry.len();
        self.report.span = self.begun.map(|begun| (begun, self.closed.map_or(begun, Pane::end)));
        self.say_limits();
    }
}

/// A bound that was hit, for people: `shown` blanks the secrets of a text.
pub fn limit_text(hit: &LimitHit, shown: impl Fn(&str) -> String) -> String {
    let mut text = format!("limit reached: {}", hit.what);
    match &hit.explosion {
        explosion if explosion.place.is_empty() => {
            text += "\n  the lines have no words in common; --ignore can leave them out"
        }
        explosion => {
            text += &format!("\n  most differ at <HERE>: {}", shown(&explosion.place));
            text += &match &explosion.cure {
                Some(cure) => format!("\n  to make them one message: {cure}"),
                None => {
                    "\n  no mask can tell that word from others; --ignore can leave the lines out".to_owned()
                }
            };
        }
    }
    text
}

/// Whether a bound was said before. What the cure is may have changed; the bound is the first line.
fn is_among(all: &[String], said: &str) -> bool {
    all.iter().any(|before| before.lines().next() == said.lines().next())
}

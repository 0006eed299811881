//! Which messages come more often than they used to, and which have stopped.
//!
//! Counts of closed panes come in, findings go out. Per template and scale a
//! handful of integer sums are kept over aligned cells of the window's length;
//! from them follow a rate and a relative variance, and a count is judged by
//! the tail of a negative binomial with both. A cell joins the sums one cell
//! later, so a window never judges itself.
//!
//! * [`tail`](score): the probabilities; `exposure`: which panes count as time
//!   in which lines could have come; `traffic`: how busy the log as a whole is;
//!   `cells`, `recent`, `series`: what is kept of one template; `alert`: what an
//!   open alert may teach; `surge` and `gone`: the two tests; `save`: all of it
//!   as plain data.
//!
//! A template is touched only in panes in which it has a line, so a closed pane
//! costs what came in it, however many templates are known. Whatever happens
//! without a line (an alert that calms down, a silence that grows too long)
//! runs off two timer queues.
//!
//! Where it fails: a template with a rhythm of its own, which the log as a whole
//! does not share, is judged by its mean day and its worst window; a rise slower
//! than an hour is a new level, not a surge; where fewer than ten messages are
//! frequent, nobody can tell the traffic, and what all of them do each says.

mod alert;
mod cells;
mod exposure;
mod fresh;
mod gate;
mod gone;
mod info;
mod recent;
mod save;
mod series;
pub(crate) mod share;
pub(crate) mod slots;
mod surge;
mod tail;
#[cfg(test)]
mod tests;
mod traffic;

use crate::template::TemplateIx;
use crate::time::Pane;
use serde::{Deserialize, Serialize};

pub use fresh::{Message, Messages};
pub(crate) use gate::Gate;
pub(crate) use gone::Silences;
pub(crate) use info::Sums;
pub use save::Saved;
pub use share::{tail_of_share, tail_of_two};
pub use surge::Detector;
pub use tail::{LUMP_PRIOR, dispersion, evidence, evidence_discount, gone_z, lump, score, threshold};

// limits
/// The windows of the surge test, in panes: a minute, 5 and 20 minutes, an hour.
pub(crate) const SCALES: [i64; SCALE_COUNT] = [6, 30, 120, 360];
/// How many there are.
pub(crate) const SCALE_COUNT: usize = 4;
/// The scale of 5 minutes, from which rates are read.
pub(crate) const MIDDLE: usize = 1;
/// The scale of an hour.
pub(crate) const LONG: usize = 3;
/// What a pane lasts.
pub(crate) const PANE_SECONDS: f64 = 10.0;
/// Panes of an hour.
pub(crate) const HOUR: i64 = 360;
/// Panes of a UTC day.
pub(crate) const DAY: i64 = 8640;

/// What the user may turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// False surge and gone alerts a day one is ready to read, over all templates.
    pub false_alerts: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { false_alerts: 1.0 }
    }
}

/// Where in its life a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Seen for the first time.
    Open,
    /// The same again: much worse, or back within hours.
    Ongoing,
    /// Over.
    Resolved,
}

/// Some panes, the last one exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first pane.
    pub start: Pane,
    /// The pane after the last.
    pub end: Pane,
}

/// One statistic's opinion of one template.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// More lines than its past explains.
    Surge(Surge),
    /// No lines although they were due.
    Gone(Gone),
}

impl Finding {
    /// The template it speaks of.
    pub fn template(&self) -> TemplateIx {
        match self {
            Finding::Surge(surge) => surge.template,
            Finding::Gone(gone) => gone.template,
        }
    }

    /// Where in its life it is.
    pub fn phase(&self) -> Phase {
        match self {
            Finding::Surge(surge) => surge.phase,
            Finding::Gone(gone) => gone.phase,
        }
    }
}

/// The traffic of the whole log, as its frequent messages show it, has left the
/// range it kept to for days. Said once; the new level is part of the range soon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Volume {
    /// The window it was seen in.
    pub window: Window,
    /// Traffic there against the average learned.
    pub factor: f64,
    /// The least and the most of the days before.
    pub usual: (f64, f64),
    /// Messages it was told by.
    pub messages: usize,
}

/// More lines of a template than its past explains. A resolved one repeats the
/// last window that crossed the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surge {
    /// Which template.
    pub template: TemplateIx,
    /// Open, worse or back again, or over.
    pub phase: Phase,
    /// The window that crossed; its end is the end of the pane that did it.
    pub window: Window,
    /// Lines in the window.
    pub count: u64,
    /// Lines its past makes one expect there.
    pub expected: f64,
    /// Count over expected.
    pub factor: f64,
    /// What was compared with the threshold.
    pub score: f64,
    /// The score before it was discounted for thin evidence: -log10 of the tail.
    pub tail: f64,
    /// Best estimate of the first pane of the elevated run.
    pub started: Pane,
    /// Known, but silent far longer than ever before.
    pub returned: bool,
    /// When `returned`: the last pane with a line before the silence.
    pub last_seen_before: Option<Pane>,
    /// Rests on less than a day.
    pub provisional: bool,
    /// When resolved: not because it calmed down, but because it went on for so
    /// long that the new level is now learned as normal.
    pub now_normal: bool,
}

/// No lines of a template although they were due, or (resolved) lines again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gone {
    /// Which template.
    pub template: TemplateIx,
    /// Open, back to silence within hours, or over: it has lines again.
    pub phase: Phase,
    /// Lines its past makes one expect over the silence.
    pub expected: f64,
    /// Its usual interval between lines.
    pub usual_interval_seconds: f64,
    /// The last pane with a line before the silence.
    pub last_seen: Pane,
    /// What was compared with the threshold.
    pub score: f64,
    /// -log10 of the chance of such a silence.
    pub tail: f64,
    /// Rests on less than a day.
    pub provisional: bool,
}

//! What was read and what became of it: the figures of the summary.

use super::Ledger;
use crate::count::LineCounts;
use crate::time::{Pane, Time};

/// Figures of a run; lines read = counted + empty + continuation + filtered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Bounds of the registry that were hit.
    pub limits_hit: Vec<String>,
}

impl Ledger {
    pub(super) fn end_report(&mut self) {
        let sources = self.sources.iter();
        self.report.unstamped_sources =
            sources.filter(|source| source.lines > 0 && !source.has_stamps).count();
        self.report.templates = self.registry.len();
        self.report.span = self.begun.map(|begun| (begun, self.closed.map_or(begun, Pane::end)));
        self.report.limits_hit = self.registry.limits_hit();
    }
}

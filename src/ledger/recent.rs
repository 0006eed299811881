//! The lines of the last closed panes, as far as an alert may look back.
//!
//! A pane that has closed gives its cells whole, so keeping them costs no copy; the
//! oldest pane that is dropped becomes the room of a new one.

use super::pane::PaneCells;
use crate::limits::{RECENT_BYTES_MAX, RECENT_PANES_MAX};
use crate::time::Pane;
use std::collections::VecDeque;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Recent {
    panes: VecDeque<(Pane, usize, PaneCells)>,
    bytes: usize,
}

impl Recent {
    /// Keeps a pane; gives back the last that was dropped for it.
    pub fn push(&mut self, pane: Pane, cells: PaneCells) -> Option<PaneCells> {
        let mut dropped = None;
        if cells.cells.is_empty() {
            return Some(cells);
        }
        let bytes = cells.bytes();
        self.bytes += bytes;
        self.panes.push_back((pane, bytes, cells));
        let oldest = pane.0 - RECENT_PANES_MAX as i64;
        while self.bytes > RECENT_BYTES_MAX || self.panes.front().is_some_and(|first| first.0.0 <= oldest) {
            let Some((_, bytes, cells)) = self.panes.pop_front() else { break };
            self.bytes -= bytes;
            dropped = Some(cells);
        }
        dropped
    }

    /// The panes, the newest first.
    pub fn backwards(&self) -> impl Iterator<Item = (Pane, &PaneCells)> {
        self.panes.iter().rev().map(|(pane, _, cells)| (*pane, cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_remembered_and_no_more() {
        let mut recent = Recent::default();
        assert!(recent.push(Pane(0), PaneCells::default()).is_some(), "nothing to remember");
        assert_eq!(recent.backwards().count(), 0);
    }
}

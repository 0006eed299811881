//! The lines of the last closed panes, as far as an alert may look back.
//!
//! A pane that has closed gives its cells whole, so keeping them costs no copy; the
//! room of the oldest, which are forgotten, becomes that of new ones.

use super::pane::PaneCells;
use super::rooms::Rooms;
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
    /// Keeps a pane; gives back the room of those that are forgotten for it.
    pub fn push(&mut self, pane: Pane, mut cells: PaneCells, rooms: &mut Rooms) {
        if cells.cells.is_empty() {
            return rooms.give(cells);
        }
        cells.fit();
        let bytes = cells.bytes();
        self.bytes += bytes;
        self.panes.push_back((pane, bytes, cells));
        let oldest = pane.0 - RECENT_PANES_MAX as i64;
        while self.bytes > RECENT_BYTES_MAX || self.panes.front().is_some_and(|first| first.0.0 <= oldest) {
            let Some((_, bytes, cells)) = self.panes.pop_front() else { break };
            self.bytes -= bytes;
            rooms.give(cells);
        }
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
    fn a_pane_without_lines_is_not_remembered() {
        let mut recent = Recent::default();
        recent.push(Pane(0), PaneCells::default(), &mut Rooms::default());
        assert_eq!(recent.backwards().count(), 0);
    }
}

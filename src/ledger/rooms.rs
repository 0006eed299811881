//! The room of closed panes, for those that open: what a pane needs is asked for once.

use super::pane::PaneCells;

// limits
/// Rooms that are kept: so many panes may lie in one chunk of a log that says little.
const ROOMS_MAX: usize = 32;
/// A larger room is given back: floods are rare.
const CELLS_MAX: usize = 4096;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    /// Without an index.
    panes: Vec<PaneCells>,
    /// Only an index, since a pane that is remembered needs none.
    indexes: Vec<PaneCells>,
}

impl Rooms {
    /// Room for a pane.
    pub fn take(&mut self) -> PaneCells {
        let mut cells = self.panes.pop().unwrap_or_default();
        if let Some(mut index) = self.indexes.pop() {
            cells.swap_index(&mut index);
        }
        cells
    }

    /// A pane closes: it needs its index no more.
    pub fn give_index(&mut self, cells: &mut PaneCells) {
        let mut index = PaneCells::default();
        let small = cells.cells.len() <= CELLS_MAX;
        index.swap_index(cells);
        if small && self.indexes.len() < ROOMS_MAX {
            index.clear();
            self.indexes.push(index);
        }
    }

    /// A pane is forgotten.
    pub fn give(&mut self, mut cells: PaneCells) {
        if cells.cells.len() <= CELLS_MAX && self.panes.len() < ROOMS_MAX {
            cells.clear();
            self.panes.push(cells);
        }
    }
}

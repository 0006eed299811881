//! An open pane as it is saved and loaded: what its cells hold, not where it lies.

use super::values::SavedValue;
use super::{Cell, First, PaneCells, PaneValues};
use crate::count::Within;
use crate::id::ShapeId;
use crate::ledger::silence::Heard;
use crate::limits::{FIRST_LINE_BYTES_MAX, FIRST_LINES_MAX};
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// The counts of an open pane.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::ledger) struct SavedPane {
    cells: Vec<SavedCell>,
    heard: Vec<Heard>,
    values: Vec<SavedValue>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedCell {
    shape: ShapeId,
    count: u64,
    late: u64,
    time: Time,
    stamp: Time,
    newest: Time,
    source: usize,
    line_number: u64,
    within: Option<Within>,
    sample: Vec<u8>,
    /// Line number, source and bytes.
    firsts: Vec<(u64, u32, Vec<u8>)>,
    by_source: Vec<(usize, u64)>,
}

impl PaneCells {
    /// The pane with its lines as `shown` gives them.
    pub fn save(&self, shown: &dyn Fn(&[u8]) -> Vec<u8>) -> SavedPane {
        let saved = |cell: &Cell| SavedCell {
            shape: cell.shape,
            count: cell.count,
            late: cell.late,
            time: cell.time,
            stamp: cell.stamp,
            newest: cell.newest,
            source: cell.source,
            line_number: cell.line_number,
            within: cell.within,
            sample: shown(self.sample(cell)),
            firsts: self
                .firsts(cell)
                .map(|(first, bytes)| (first.line_number, first.source, shown(bytes)))
                .collect(),
            by_source: cell.by_source.clone(),
        };
        SavedPane {
            cells: self.cells.iter().map(saved).collect(),
            heard: self.heard.clone(),
            values: self.values.save(shown),
        }
    }

    /// The pane that was saved.
    pub fn load(saved: SavedPane) -> PaneCells {
        let values = PaneValues::load(saved.values);
        let mut pane = PaneCells { heard: saved.heard, values, ..PaneCells::default() };
        for cell in saved.cells {
            pane.load_cell(cell);
        }
        pane
    }

    fn load_cell(&mut self, saved: SavedCell) {
        self.index.insert(saved.shape, self.cells.len() as u32);
        let sample = self.keep(&saved.sample);
        let firsts = self.firsts.len() as u32;
        let mut firsts_bytes = 0;
        for (line_number, source, bytes) in saved.firsts.iter().take(FIRST_LINES_MAX) {
            let bytes = &bytes[..bytes.len().min(FIRST_LINE_BYTES_MAX)];
            let at = self.keep(bytes) as u32;
            self.firsts.push(First {
                line_number: *line_number,
                source: *source,
                at,
                len: bytes.len() as u16,
            });
            firsts_bytes += bytes.len() as u16;
        }
        let firsts_len = saved.firsts.len().min(FIRST_LINES_MAX) as u8;
        self.cells.push(Cell {
            shape: saved.shape,
            known: None,
            count: saved.count,
            late: saved.late,
            time: saved.time,
            stamp: saved.stamp,
            newest: saved.newest,
            source: saved.source,
            line_number: saved.line_number,
            within: saved.within,
            sample,
            room: saved.sample.len(),
            sample_len: saved.sample.len(),
            firsts,
            firsts_len,
            firsts_room: firsts_len,
            firsts_bytes,
            by_source: saved.by_source,
        });
    }

    /// Keeps bytes; where they lie.
    fn keep(&mut self, bytes: &[u8]) -> usize {
        let at = self.arena.len();
        self.arena.extend_from_slice(bytes);
        at
    }
}

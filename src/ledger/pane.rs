//! The counts of the panes that are still open.

use crate::id::ShapeId;
use crate::time::Time;

/// Lines of one shape in one open pane.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub shape: ShapeId,
    /// Lines in time.
    pub count: u64,
    /// Lines that came late or skewed: they count, but not in windows.
    pub late: u64,
    /// The least (stamp, bytes) of the lines, where it is and its text.
    pub time: Time,
    stamp: Time,
    pub newest: Time,
    pub source: usize,
    pub line_number: u64,
    sample: (usize, usize),
    /// Lines by source, where there are several sources.
    pub by_source: Vec<(usize, u64)>,
}

/// The counts of one open pane.
#[derive(Debug, Default)]
pub(super) struct PaneCells {
    index: hashbrown::HashMap<ShapeId, u32>,
    pub cells: Vec<Cell>,
    arena: Vec<u8>,
}

/// One entry on its way into a pane.
pub(super) struct Addition<'a> {
    pub shape: ShapeId,
    pub count: u64,
    pub late: bool,
    pub time: Time,
    /// What chooses the sample: the line's own stamp, even where its time is
    /// another, since that is what the worker has chosen by.
    pub stamp: Time,
    pub newest: Time,
    pub source: usize,
    pub line_number: u64,
    pub sample: &'a [u8],
}

impl PaneCells {
    /// Adds an entry; true if the shape is the first of its kind in the pane.
    pub fn add(&mut self, new: &Addition<'_>, many_sources: bool) -> bool {
        let mut first = false;
        let index = *self.index.entry(new.shape).or_insert_with(|| {
            first = true;
            self.cells.len() as u32
        });
        if first {
            self.cells.push(Cell {
                shape: new.shape,
                count: 0,
                late: 0,
                time: new.time,
                stamp: new.stamp,
                newest: new.newest,
                source: new.source,
                line_number: new.line_number,
                sample: (0, 0),
                by_source: Vec::new(),
            });
        }
        let old = &self.cells[index as usize];
        // The place takes part, so that of two equal lines in two sources the
        // same one is named whichever came first.
        let better = first
            || (new.stamp, new.sample, new.source, new.line_number)
                < (old.stamp, &self.arena[old.sample.0..][..old.sample.1], old.source, old.line_number);
        let cell = &mut self.cells[index as usize];
        if better {
            cell.sample = (self.arena.len(), new.sample.len());
            self.arena.extend_from_slice(new.sample);
            (cell.time, cell.stamp) = (new.time, new.stamp);
            (cell.source, cell.line_number) = (new.source, new.line_number);
        }
        cell.newest = cell.newest.max(new.newest);
        if new.late {
            cell.late += new.count;
        } else {
            cell.count += new.count;
        }
        if many_sources {
            match cell.by_source.iter_mut().find(|(source, _)| *source == new.source) {
                Some((_, lines)) => *lines += new.count,
                None => cell.by_source.push((new.source, new.count)),
            }
        }
        first
    }

    /// The sample line of a cell.
    pub fn sample(&self, cell: &Cell) -> &[u8] {
        &self.arena[cell.sample.0..][..cell.sample.1]
    }
}

//! The counts of the panes that are still open.

use super::silence::Heard;
use crate::count::Within;
use crate::id::ShapeId;
use crate::template::ShapeIx;
use crate::time::Time;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// Lines of one shape in one open pane.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub shape: ShapeId,
    /// The same in the registry, where it was known when its first line came.
    pub known: Option<ShapeIx>,
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
    /// What it stands behind in its record.
    pub within: Option<Within>,
    /// Where its text lies among the samples of the pane, in room for so many bytes.
    sample: usize,
    room: usize,
    sample_len: usize,
    /// Lines by source, where there are several sources.
    pub by_source: Vec<(usize, u64)>,
}

/// The counts of one open pane.
#[derive(Debug, Default)]
pub(super) struct PaneCells {
    index: HashMap<ShapeId, u32>,
    pub cells: Vec<Cell>,
    arena: Vec<u8>,
    /// Which sources had lines, wanted or not.
    pub heard: Vec<Heard>,
}

/// One entry on its way into a pane.
pub(super) struct Addition<'a> {
    pub shape: ShapeId,
    /// The same in the registry, where it was known when its lines came.
    pub known: Option<ShapeIx>,
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
    pub within: Option<Within>,
}

impl PaneCells {
    /// A source has lines here.
    pub fn hear(&mut self, source: usize, lines: u64, newest: Time) {
        // Entries of one segment come one after another.
        let known = match self.heard.last() {
            Some(last) if last.source == source => self.heard.last_mut(),
            _ => self.heard.iter_mut().find(|heard| heard.source == source),
        };
        match known {
            Some(heard) => {
                heard.lines += lines;
                heard.newest = heard.newest.max(newest);
            }
            None => self.heard.push(Heard { source, lines, newest }),
        }
    }

    /// Adds an entry.
    pub fn add(&mut self, new: &Addition<'_>, many_sources: bool) {
        let next = self.cells.len();
        match self.index.entry(new.shape) {
            Entry::Vacant(vacant) => {
                vacant.insert(next as u32);
                self.cells.push(Cell {
                    shape: new.shape,
                    known: new.known,
                    count: 0,
                    late: 0,
                    time: new.time,
                    stamp: new.stamp,
                    newest: new.newest,
                    source: new.source,
                    line_number: new.line_number,
                    within: new.within,
                    sample: self.arena.len(),
                    room: new.sample.len(),
                    sample_len: new.sample.len(),
                    by_source: Vec::new(),
                });
                self.arena.extend_from_slice(new.sample);
                self.cells[next].count(new, many_sources);
            }
            Entry::Occupied(known) => {
                let cell = &mut self.cells[*known.get() as usize];
                if cell.is_bettered(new, &self.arena) {
                    cell.show(new, &mut self.arena);
                }
                cell.count(new, many_sources);
            }
        }
    }

    /// Forgets all, and keeps the room for the next pane.
    pub fn clear(&mut self) {
        self.index.clear();
        self.cells.clear();
        self.arena.clear();
        self.heard.clear();
    }

    /// The sample line of a cell.
    pub fn sample(&self, cell: &Cell) -> &[u8] {
        cell.sample_in(&self.arena)
    }
}

impl Cell {
    fn sample_in<'a>(&self, arena: &'a [u8]) -> &'a [u8] {
        &arena[self.sample..][..self.sample_len]
    }

    /// Whether the new lines' sample is the one to show. The place takes part, so
    /// that of two equal lines in two sources the same one is named whichever came
    /// first. Most often the stamps decide, and no text is read.
    fn is_bettered(&self, new: &Addition<'_>, arena: &[u8]) -> bool {
        let by_text = || {
            let old = (self.sample_in(arena), self.source, self.line_number);
            (new.sample, new.source, new.line_number).cmp(&old)
        };
        new.stamp.cmp(&self.stamp).then_with(by_text).is_lt()
    }

    /// Shows the new lines' sample, in the room of the one before where it fits.
    fn show(&mut self, new: &Addition<'_>, arena: &mut Vec<u8>) {
        if new.sample.len() > self.room {
            (self.sample, self.room) = (arena.len(), new.sample.len());
            arena.extend_from_slice(new.sample);
        } else {
            arena[self.sample..][..new.sample.len()].copy_from_slice(new.sample);
        }
        self.sample_len = new.sample.len();
        (self.time, self.stamp) = (new.time, new.stamp);
        (self.source, self.line_number) = (new.source, new.line_number);
        self.within = new.within;
    }

    fn count(&mut self, new: &Addition<'_>, many_sources: bool) {
        self.newest = self.newest.max(new.newest);
        if new.late {
            self.late += new.count;
        } else {
            self.count += new.count;
        }
        if many_sources {
            match self.by_source.iter_mut().find(|(source, _)| *source == new.source) {
                Some((_, lines)) => *lines += new.count,
                None => self.by_source.push((new.source, new.count)),
            }
        }
    }
}

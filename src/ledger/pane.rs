//! The counts of the panes that are still open.

use super::silence::Heard;
use crate::count::{FirstLine, Within};
use crate::id::ShapeId;
use crate::limits::{FIRST_LINE_BYTES_MAX, FIRST_LINES_MAX};
use crate::template::ShapeIx;
use crate::time::Time;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

mod saved;
mod values;

pub(super) use saved::SavedPane;
use serde::{Deserialize, Serialize};
pub(super) use values::{Counted, PaneValues, ValueAddition, lines_of};

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
    /// Where its first lines in time lie among those of the pane, in the order of their
    /// numbers, in room for so many, and their bytes.
    firsts: u32,
    firsts_len: u8,
    firsts_room: u8,
    firsts_bytes: u16,
    /// Lines by source, where there are several sources.
    pub by_source: Vec<(usize, u64)>,
}

/// One of the first lines of a cell. The order is a total one that each source's lines keep
/// however they are cut into chunks, so the first few of all are the first few of the first
/// few of each part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct First {
    line_number: u64,
    source: u32,
    at: u32,
    len: u16,
}

/// The counts of one open pane.
#[derive(Debug, Default)]
pub(super) struct PaneCells {
    index: HashMap<ShapeId, u32>,
    pub cells: Vec<Cell>,
    firsts: Vec<First>,
    arena: Vec<u8>,
    /// Which sources had lines, wanted or not.
    pub heard: Vec<Heard>,
    /// The values of its lines.
    pub values: PaneValues,
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
    /// Its first lines where it has more than one, with the bytes of all samples of its
    /// chunk, where its sample lies in these, and the lines of the source before the chunk.
    pub firsts: &'a [FirstLine],
    pub samples: &'a [u8],
    pub sample_at: usize,
    pub lines_before: u64,
    pub within: Option<Within>,
}

impl Addition<'_> {
    fn number_of(&self, first: &FirstLine) -> u64 {
        self.lines_before + u64::from(first.line) + 1
    }

    /// Where the first of its lines lies among the samples of its chunk; the sample is the last.
    fn block_start(&self) -> usize {
        // One of the first two may be the sample.
        let firsts = self.firsts.iter().take(2).map(|first| first.place.0 as usize);
        firsts.fold(self.sample_at, usize::min)
    }
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
                self.cells.push(Cell::new(new));
                let cell = &mut self.cells[next];
                cell.count(new, many_sources);
                cell.begin(new, &mut self.firsts, &mut self.arena);
            }
            Entry::Occupied(known) => {
                let cell = &mut self.cells[*known.get() as usize];
                if cell.is_bettered(new, &self.arena) {
                    cell.show(new, &mut self.arena);
                }
                cell.count(new, many_sources);
                cell.add_firsts(new, &mut self.firsts, &mut self.arena);
            }
        }
    }

    /// The first lines of a cell with their order among all of the pane.
    pub fn firsts<'a>(&'a self, cell: &'a Cell) -> impl Iterator<Item = (First, &'a [u8])> {
        let listed = self.firsts[cell.firsts as usize..][..cell.firsts_len as usize].iter();
        listed.map(|first| (*first, &self.arena[first.at as usize..][..first.len as usize]))
    }

    /// What its lines take, whatever room was made for them.
    pub fn bytes(&self) -> usize {
        let of = |cell: &Cell| size_of::<Cell>() + cell.sample_len + cell.firsts_bytes as usize;
        self.cells.iter().map(of).sum()
    }

    /// Exchanges what only an open pane needs.
    pub fn swap_index(&mut self, other: &mut PaneCells) {
        std::mem::swap(&mut self.index, &mut other.index);
        std::mem::swap(&mut self.heard, &mut other.heard);
        std::mem::swap(&mut self.values, &mut other.values);
    }

    /// Gives back room that a busier pane has left.
    pub fn fit(&mut self) {
        fn fit<T>(list: &mut Vec<T>) {
            if list.capacity() / 2 > list.len() + 32 {
                list.shrink_to_fit();
            }
        }
        fit(&mut self.cells);
        fit(&mut self.firsts);
        fit(&mut self.arena);
    }

    /// Forgets all, and keeps the room for the next pane.
    pub fn clear(&mut self) {
        self.index.clear();
        self.cells.clear();
        self.firsts.clear();
        self.arena.clear();
        self.heard.clear();
        self.values.clear();
    }

    /// The sample line of a cell.
    pub fn sample(&self, cell: &Cell) -> &[u8] {
        cell.sample_in(&self.arena)
    }
}

impl Cell {
    /// A cell without lines.
    fn new(new: &Addition<'_>) -> Cell {
        Cell {
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
            sample: 0,
            // The first line may be the sample, and stays when another one is shown.
            room: 0,
            sample_len: new.sample.len(),
            firsts: 0,
            firsts_len: 0,
            firsts_room: 0,
            firsts_bytes: 0,
            by_source: Vec::new(),
        }
    }

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

    /// Keeps the sample and the first lines of its first entry, which lie side by side.
    fn begin(&mut self, new: &Addition<'_>, firsts: &mut Vec<First>, arena: &mut Vec<u8>) {
        let from = new.block_start();
        let base = arena.len();
        arena.extend_from_slice(&new.samples[from..new.sample_at + new.sample.len()]);
        self.sample = base + new.sample_at - from;
        self.firsts = firsts.len() as u32;
        if new.late {
            return;
        }
        let source = new.source as u32;
        let mut keep = |line_number: u64, at: usize, len: usize| {
            firsts.push(First { line_number, source, at: at as u32, len: len as u16 });
            self.firsts_bytes += len as u16;
            self.firsts_len += 1;
        };
        if new.firsts.is_empty() {
            keep(new.line_number, self.sample, new.sample.len().min(FIRST_LINE_BYTES_MAX));
        }
        for first in new.firsts {
            keep(new.number_of(first), base + first.place.0 as usize - from, first.place.1 as usize);
        }
        self.firsts_room = self.firsts_len;
    }

    /// Takes in the first lines of an entry, as far as they are among the first of all.
    fn add_firsts(&mut self, new: &Addition<'_>, firsts: &mut Vec<First>, arena: &mut Vec<u8>) {
        if new.late {
            return;
        }
        if self.firsts_len as usize == FIRST_LINES_MAX {
            // Most often all that come now are behind those.
            let last = &firsts[self.firsts as usize + FIRST_LINES_MAX - 1];
            let number = new.firsts.first().map_or(new.line_number, |first| new.number_of(first));
            if (last.line_number, last.source) < (number, new.source as u32) {
                return;
            }
        }
        if new.firsts.is_empty() {
            let sample = &new.sample[..new.sample.len().min(FIRST_LINE_BYTES_MAX)];
            self.add_first(new.line_number, new.source, sample, firsts, arena);
        }
        for first in new.firsts {
            let bytes = &new.samples[first.place.0 as usize..][..first.place.1 as usize];
            if !self.add_first(new.number_of(first), new.source, bytes, firsts, arena) {
                return;
            }
        }
    }

    /// False if there are enough before it.
    fn add_first(
        &mut self,
        line_number: u64,
        source: usize,
        bytes: &[u8],
        firsts: &mut Vec<First>,
        arena: &mut Vec<u8>,
    ) -> bool {
        let (source, len) = (source as u32, self.firsts_len as usize);
        let is_before = |first: &First| (first.line_number, first.source) < (line_number, source);
        let listed = &mut firsts[self.firsts as usize..][..len];
        // Most often it is behind the last.
        let at = match listed.last() {
            Some(last) if !is_before(last) => listed.partition_point(is_before),
            _ if len == FIRST_LINES_MAX => return false,
            _ => len,
        };
        let first = First { line_number, source, at: arena.len() as u32, len: bytes.len() as u16 };
        arena.extend_from_slice(bytes);
        self.firsts_bytes += first.len;
        if len == FIRST_LINES_MAX {
            // The last one's room is lost, which happens where sources are read side by side.
            self.firsts_bytes -= listed[len - 1].len;
            listed[at..].rotate_right(1);
            listed[at] = first;
            return true;
        }
        self.make_room(firsts);
        let listed = &mut firsts[self.firsts as usize..][..len + 1];
        listed[len] = first;
        if at < len {
            listed[at..].rotate_right(1);
        }
        self.firsts_len += 1;
        true
    }

    /// Room for one more first line: where there is none they all move, once.
    fn make_room(&mut self, firsts: &mut Vec<First>) {
        if self.firsts_len < self.firsts_room {
            return;
        }
        let (from, len) = (self.firsts as usize, self.firsts_len as usize);
        self.firsts = firsts.len() as u32;
        self.firsts_room = FIRST_LINES_MAX as u8;
        firsts.extend_from_within(from..from + len);
        firsts.resize(self.firsts as usize + FIRST_LINES_MAX, First::default());
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

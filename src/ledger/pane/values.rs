//! How often each value of a closed slot came in an open pane.
//!
//! Of most counts nobody ever sees a line: their value is known, and they are no more than usual.
//! So what a worker has written is only pointed at, in the chunk that it came in. Copied is what is
//! counted otherwise than it was written, and what comes when many have come.

use crate::count::ValueEntry;
use crate::detect::slots::hash_of;
use crate::id::{ShapeId, SlotId};
use crate::ledger::source::Held;
use crate::limits::PANE_VALUES_MAX;
use crate::template::ShapeIx;
use crate::time::Time;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

// limits
/// Entries of a pane that are kept as they came; of those beyond, equal ones are put together.
const APART_MAX: usize = 2_048;

/// Chunks that a pane may hold for the sake of their lines; what else is in them comes on top of the
/// bound below.
const CHUNKS_MAX: usize = 8;

/// What values and lines of a pane may take, with the room that lines have left for shorter ones;
/// further lines are not shown.
const ARENA_BYTES_MAX: usize = 32 << 20;

/// The values of one open pane.
#[derive(Debug, Default)]
pub(in crate::ledger) struct PaneValues {
    /// All, in the order in which they came.
    list: Vec<At>,
    /// What is pointed at, each with its source.
    chunks: Vec<(Arc<Held>, usize)>,
    /// What the values and lines there take.
    chunk_bytes: usize,
    /// By shape, slot and hash of the value, those that are put together.
    index: HashMap<(ShapeId, SlotId, u64), u32>,
    cells: Vec<ValueCell>,
    /// The bytes of values and samples of the cells.
    arena: Vec<u8>,
}

/// Where some lines of one shape with one value in one pane are told of; there may be several such.
#[derive(Clone, Copy, Debug)]
struct At {
    /// The chunk, or [`IN_CELL`].
    chunk: u16,
    late: bool,
    /// Its number among the values of the chunk's segment, or that of its cell.
    number: u32,
    /// The shape in the registry, where it was known when the lines came.
    known: Option<ShapeIx>,
}

/// Stands for a chunk: the lines are told of by a cell.
const IN_CELL: u16 = u16::MAX;

/// Lines of one shape with one value in one pane.
#[derive(Clone, Copy, Debug)]
struct ValueCell {
    shape: ShapeId,
    slot: SlotId,
    count: u64,
    late: u64,
    /// The least (stamp, bytes) of the lines, and where it is.
    time: Time,
    stamp: Time,
    source: usize,
    line_number: u64,
    /// Where the bytes lie; no value if the slot has shown too many.
    value: (u32, u32),
    sample: (u32, u32),
    /// What the sample may take where it lies.
    room: u32,
}

/// What is told of some lines.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Counted<'a> {
    pub shape: ShapeId,
    pub known: Option<ShapeIx>,
    pub slot: SlotId,
    /// None if the slot has shown too many.
    pub value: &'a [u8],
    pub count: u64,
    pub late: u64,
    pub time: Time,
}

/// One entry on its way into a pane.
pub(in crate::ledger) struct ValueAddition<'a> {
    pub shape: ShapeId,
    /// The same in the registry, where it is known.
    pub known: Option<ShapeIx>,
    pub slot: SlotId,
    pub value: &'a [u8],
    pub count: u64,
    pub late: bool,
    pub time: Time,
    pub stamp: Time,
    pub source: usize,
    pub line_number: u64,
    pub sample: &'a [u8],
}

/// A cell as it is saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::ledger) struct SavedValue {
    shape: ShapeId,
    slot: SlotId,
    value: Vec<u8>,
    count: u64,
    late: u64,
    time: Time,
    stamp: Time,
    source: usize,
    line_number: u64,
    sample: Vec<u8>,
}

impl PaneValues {
    /// Points at an entry of a chunk that counts as it was written; false if there is no room, and
    /// it is to be added.
    #[inline]
    pub fn point_at(
        &mut self,
        held: &Arc<Held>,
        source: usize,
        (number, entry): (usize, &ValueEntry),
        late: bool,
        known: Option<ShapeIx>,
    ) -> bool {
        let bytes = (entry.value.1 + entry.sample.1) as usize;
        if self.list.len() >= APART_MAX || self.bytes() + bytes >= ARENA_BYTES_MAX {
            return false;
        }
        if !self.chunks.last().is_some_and(|(last, _)| Arc::ptr_eq(last, held)) {
            if self.chunks.len() >= CHUNKS_MAX {
                return false;
            }
            self.chunks.push((Arc::clone(held), source));
        }
        self.chunk_bytes += bytes;
        let chunk = (self.chunks.len() - 1) as u16;
        self.list.push(At { chunk, late, number: number as u32, known });
        true
    }

    /// Adds an entry. In a pane with too many values the slots of further ones count as open.
    pub fn add(&mut self, new: &ValueAddition<'_>) {
        let mut value = new.value;
        if self.list.len() >= PANE_VALUES_MAX {
            value = b"";
        }
        // Most panes have few entries: to find the same value again would cost more than to keep it.
        if self.list.len() >= APART_MAX {
            let key = |value| (new.shape, new.slot, hash_of(value));
            let full = self.bytes() >= ARENA_BYTES_MAX;
            if let Some(at) = self.index.get(&key(new.value)) {
                return self.cells[*at as usize].take(new, &mut self.arena, full);
            }
            if let Some(at) = self.index.get(&key(value)) {
                return self.cells[*at as usize].take(new, &mut self.arena, full);
            }
            if self.list.len() >= 2 * PANE_VALUES_MAX {
                return;
            }
            self.index.insert(key(value), self.cells.len() as u32);
        }
        let value = keep(value, &mut self.arena);
        let sample = if self.bytes() < ARENA_BYTES_MAX { new.sample } else { &[] };
        let sample = keep(sample, &mut self.arena);
        let ValueAddition { shape, known, slot, time, stamp, source, line_number, .. } = *new;
        let room = sample.1;
        let mut cell = ValueCell {
            shape,
            slot,
            count: 0,
            late: 0,
            time,
            stamp,
            source,
            line_number,
            value,
            sample,
            room,
        };
        cell.count(new);
        self.list.push(At { chunk: IN_CELL, late: new.late, number: self.cells.len() as u32, known });
        self.cells.push(cell);
    }

    /// What values and lines take.
    fn bytes(&self) -> usize {
        self.arena.len() + self.chunk_bytes
    }

    /// What is told of all lines; the number of each tells where one of them is.
    pub fn counted(&self) -> impl Iterator<Item = Counted<'_>> + Clone {
        self.list.iter().map(|at| {
            if at.chunk == IN_CELL {
                let cell = &self.cells[at.number as usize];
                let ValueCell { shape, slot, count, late, time, .. } = *cell;
                let value = cut(&self.arena, cell.value);
                return Counted { shape, known: at.known, slot, value, count, late, time };
            }
            let held = &self.chunks[usize::from(at.chunk)].0;
            let entry = &held.segment.values[at.number as usize];
            let lines = lines_of(entry);
            let (count, late) = if at.late { (0, lines) } else { (lines, 0) };
            let (shape, slot, time) = (entry.shape, entry.slot, entry.time);
            Counted {
                shape,
                known: at.known,
                slot,
                value: cut(&held.samples, entry.value),
                count,
                late,
                time,
            }
        })
    }

    /// The shape of lines.
    pub fn shape(&self, number: usize) -> ShapeId {
        let at = &self.list[number];
        match self.chunks.get(usize::from(at.chunk)) {
            Some((held, _)) => held.segment.values[at.number as usize].shape,
            None => self.cells[at.number as usize].shape,
        }
    }

    /// One of some lines: its source, its number and its text.
    pub fn line(&self, number: usize) -> (usize, u64, &[u8]) {
        let at = &self.list[number];
        match self.chunks.get(usize::from(at.chunk)) {
            Some((held, source)) => {
                let entry = &held.segment.values[at.number as usize];
                (*source, held.line_number(entry.line), cut(&held.samples, entry.sample))
            }
            None => {
                let cell = &self.cells[at.number as usize];
                (cell.source, cell.line_number, cut(&self.arena, cell.sample))
            }
        }
    }

    /// As it is saved, with its lines as `shown` gives them.
    pub fn save(&self, shown: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<SavedValue> {
        let saved = |(number, counted): (usize, Counted<'_>)| {
            let Counted { shape, slot, value, count, late, time, .. } = counted;
            let (source, line_number, line) = self.line(number);
            let at = &self.list[number];
            let stamp = if at.chunk == IN_CELL { self.cells[at.number as usize].stamp } else { time };
            let (value, sample) = (value.to_vec(), shown(line));
            SavedValue { shape, slot, value, count, late, time, stamp, source, line_number, sample }
        };
        self.counted().enumerate().map(saved).collect()
    }

    /// What was saved.
    pub fn load(saved: Vec<SavedValue>) -> PaneValues {
        let mut values = PaneValues::default();
        for saved in saved {
            let addition = |late, count| ValueAddition {
                shape: saved.shape,
                known: None,
                slot: saved.slot,
                value: &saved.value,
                count,
                late,
                time: saved.time,
                stamp: saved.stamp,
                source: saved.source,
                line_number: saved.line_number,
                sample: &saved.sample,
            };
            for (late, lines) in [(false, saved.count), (true, saved.late)] {
                if lines > 0 {
                    values.add(&addition(late, lines));
                }
            }
        }
        values
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.list.clear();
        self.chunks.clear();
        self.chunk_bytes = 0;
        self.index.clear();
        self.cells.clear();
        self.arena.clear();
    }
}

impl ValueCell {
    fn count(&mut self, new: &ValueAddition<'_>) {
        if new.late {
            self.late += new.count;
        } else {
            self.count += new.count;
        }
    }

    /// Takes in an entry of the same value.
    fn take(&mut self, new: &ValueAddition<'_>, arena: &mut Vec<u8>, is_full: bool) {
        self.count(new);
        self.better(new, arena, is_full);
    }

    /// Shows the new lines' sample if it is the lesser one; see the cells of shapes.
    fn better(&mut self, new: &ValueAddition<'_>, arena: &mut Vec<u8>, is_full: bool) {
        let old = cut(arena, self.sample);
        let place = (new.stamp, new.sample, new.source, new.line_number);
        let fits = new.sample.len() <= self.room as usize || !is_full;
        if !fits || place >= (self.stamp, old, self.source, self.line_number) {
            return;
        }
        (self.time, self.stamp) = (new.time, new.stamp);
        (self.source, self.line_number) = (new.source, new.line_number);
        if new.sample.len() > self.room as usize {
            self.sample = keep(new.sample, arena);
            // What it leaves behind is never more than what it has.
            self.room = self.sample.1.next_power_of_two();
            arena.resize(self.sample.0 as usize + self.room as usize, 0);
        } else {
            self.sample.1 = new.sample.len() as u32;
            arena[self.sample.0 as usize..][..new.sample.len()].copy_from_slice(new.sample);
        }
    }
}

/// Of too many values no line is counted, but they are there.
pub(in crate::ledger) fn lines_of(entry: &ValueEntry) -> u64 {
    u64::from(entry.count.max(1))
}

/// Keeps bytes; where they lie.
fn keep(bytes: &[u8], arena: &mut Vec<u8>) -> (u32, u32) {
    let at = arena.len() as u32;
    arena.extend_from_slice(bytes);
    (at, bytes.len() as u32)
}

fn cut(arena: &[u8], (at, len): (u32, u32)) -> &[u8] {
    &arena[at as usize..][..len as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each left all its bytes behind.
    #[test]
    fn lines_that_get_longer_and_better_leave_no_more_behind_than_they_take() {
        let mut values = PaneValues::default();
        let text = vec![b'x'; 2_000];
        let mut add = |number: usize, length: usize| {
            values.add(&ValueAddition {
                shape: ShapeId(number as u64),
                known: None,
                slot: SlotId::candidate(1, 0),
                value: b"5",
                count: 1,
                late: false,
                time: Time(-(length as i64)),
                stamp: Time(-(length as i64)),
                source: 0,
                line_number: length as u64,
                sample: &text[..length],
            });
        };
        (0..APART_MAX).for_each(|number| add(number, 0));
        (1..text.len()).for_each(|length| add(APART_MAX, length));
        assert_eq!(values.cells.len(), APART_MAX + 1);
        assert_eq!(values.line(APART_MAX).2, &text[1..]);
        assert!(values.arena.len() <= APART_MAX + 1 + 4 * text.len(), "{}", values.arena.len());
    }
}

//! How often each value of a closed slot came in an open pane.

use crate::detect::slots::hash_of;
use crate::id::{ShapeId, SlotId};
use crate::limits::PANE_VALUES_MAX;
use crate::time::Time;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

// limits
/// Entries of a pane that are kept as they came; of those beyond, equal ones are put together.
const APART_MAX: usize = 2_048;

/// What values and lines of a pane may take, with the room that lines have left for shorter ones;
/// further lines are not shown.
const ARENA_BYTES_MAX: usize = 32 << 20;

/// The values of one open pane.
#[derive(Debug, Default)]
pub(in crate::ledger) struct PaneValues {
    /// By shape, slot and hash of the value, those that are put together.
    index: HashMap<(ShapeId, SlotId, u64), u32>,
    cells: Vec<ValueCell>,
    /// The bytes of values and samples.
    arena: Vec<u8>,
}

/// Lines of one shape with one value in one pane; there may be several such cells.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct ValueCell {
    pub shape: ShapeId,
    pub slot: SlotId,
    pub count: u64,
    pub late: u64,
    /// Of the value.
    pub hash: u64,
    /// The least (stamp, bytes) of the lines, and where it is.
    pub time: Time,
    stamp: Time,
    pub source: usize,
    pub line_number: u64,
    /// Where the bytes lie; no value if the slot has shown too many.
    value: (u32, u32),
    sample: (u32, u32),
    /// What the sample may take where it lies.
    room: u32,
}

/// One entry on its way into a pane.
pub(in crate::ledger) struct ValueAddition<'a> {
    pub shape: ShapeId,
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
    /// Adds an entry. In a pane with too many values the slots of further ones count as open.
    pub fn add(&mut self, new: &ValueAddition<'_>) {
        let mut value = new.value;
        if self.cells.len() >= PANE_VALUES_MAX {
            value = b"";
        }
        let hash = hash_of(value);
        // Most panes have few entries: to find the same value again would cost more than to keep it.
        if self.cells.len() >= APART_MAX {
            let key = |hash| (new.shape, new.slot, hash);
            if let Some(at) = self.index.get(&key(hash_of(new.value))) {
                return self.cells[*at as usize].take(new, &mut self.arena);
            }
            if let Some(at) = self.index.get(&key(hash)) {
                return self.cells[*at as usize].take(new, &mut self.arena);
            }
            if self.cells.len() >= 2 * PANE_VALUES_MAX {
                return;
            }
            self.index.insert(key(hash), self.cells.len() as u32);
        }
        let value = keep(value, &mut self.arena);
        let sample = if self.arena.len() < ARENA_BYTES_MAX { new.sample } else { &[] };
        let sample = keep(sample, &mut self.arena);
        let ValueAddition { shape, slot, time, stamp, source, line_number, .. } = *new;
        let room = sample.1;
        let mut cell = ValueCell {
            shape,
            slot,
            count: 0,
            late: 0,
            hash,
            time,
            stamp,
            source,
            line_number,
            value,
            sample,
            room,
        };
        cell.count(new);
        self.cells.push(cell);
    }

    /// The cells.
    pub fn cells(&self) -> &[ValueCell] {
        &self.cells
    }

    /// The value of a cell.
    pub fn value(&self, cell: &ValueCell) -> &[u8] {
        cut(&self.arena, cell.value)
    }

    /// Its sample line.
    pub fn sample(&self, cell: &ValueCell) -> &[u8] {
        cut(&self.arena, cell.sample)
    }

    /// As it is saved, with its lines as `shown` gives them.
    pub fn save(&self, shown: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<SavedValue> {
        let saved = |cell: &ValueCell| SavedValue {
            shape: cell.shape,
            slot: cell.slot,
            value: self.value(cell).to_vec(),
            count: cell.count,
            late: cell.late,
            time: cell.time,
            stamp: cell.stamp,
            source: cell.source,
            line_number: cell.line_number,
            sample: shown(self.sample(cell)),
        };
        self.cells.iter().map(saved).collect()
    }

    /// What was saved.
    pub fn load(saved: Vec<SavedValue>) -> PaneValues {
        let mut values = PaneValues::default();
        for saved in saved {
            let addition = |late, count| ValueAddition {
                shape: saved.shape,
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
    fn take(&mut self, new: &ValueAddition<'_>, arena: &mut Vec<u8>) {
        self.count(new);
        self.better(new, arena);
    }

    /// Shows the new lines' sample if it is the lesser one; see the cells of shapes.
    fn better(&mut self, new: &ValueAddition<'_>, arena: &mut Vec<u8>) {
        let old = cut(arena, self.sample);
        let place = (new.stamp, new.sample, new.source, new.line_number);
        let fits = new.sample.len() <= self.room as usize || arena.len() < ARENA_BYTES_MAX;
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
        assert_eq!(values.sample(&values.cells[APART_MAX]), &text[1..]);
        assert!(values.arena.len() <= APART_MAX + 1 + 4 * text.len(), "{}", values.arena.len());
    }
}

//! A worker's private memory of cheap keys.
//!
//! A flat table of (hash, slot), linear probing, at most half full. It only
//! saves work: when it has grown past its bound it is emptied between two
//! chunks, and nothing but speed is lost.

use crate::id::ShapeId;
use crate::limits::{CACHE_KEYS_MAX, FIRST_LINES_MAX, SAMPLE_BYTES_MAX};
use crate::time::{Pane, Time};

/// Lines of one cheap key in one pane, not yet written to the delta.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub pane: Pane,
    pub late: bool,
    pub count: u32,
    /// The least (stamp, bytes) of the run: stamp, line in the chunk, place in the chunk.
    pub time: Time,
    /// The greatest stamp of the run.
    pub newest: Time,
    pub line: u32,
    pub at: u32,
    pub len: u32,
}

impl Run {
    /// Takes in a line of the same pane: its number, place and length.
    #[inline]
    pub fn add(&mut self, time: Time, (line, at, len): (u32, u32, u32), bytes: &[u8]) {
        self.count += 1;
        self.newest = self.newest.max(time);
        // Compared as far as it will be kept: the ledger knows no more of it.
        let kept = |at: u32, len: u32| &bytes[at as usize..][..len.min(SAMPLE_BYTES_MAX as u32) as usize];
        if time < self.time || (time == self.time && kept(at, len) < kept(self.at, self.len)) {
            *self = Run { time, line, at, len, ..*self };
        }
    }
}

/// Where one line of a chunk lies in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot {
    /// Its number in the chunk.
    pub line: u32,
    pub at: u32,
    pub len: u32,
}

/// The first lines of a run, as many as it has.
pub(super) type Firsts = [Spot; FIRST_LINES_MAX];

/// What the worker knows of one cheap key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub shape: ShapeId,
    /// Level error or above, as a head of continuation lines.
    pub alarming: bool,
    /// What of the values of its lines is counted.
    pub plan: u32,
    /// Lines of the current segment, `count` 0 when there are none.
    pub run: Run,
}

impl Slot {
    /// A slot without lines.
    pub fn new(shape: ShapeId, alarming: bool, plan: u32) -> Slot {
        let run = Run {
            pane: Pane(0),
            late: false,
            count: 0,
            time: Time(0),
            newest: Time(0),
            line: 0,
            at: 0,
            len: 0,
        };
        Slot { shape, alarming, plan, run }
    }
}

const EMPTY: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Cache {
    table: Vec<(u64, u32)>,
    pub slots: Vec<Slot>,
    /// By slot: apart, since only the first lines of a run touch them.
    pub firsts: Vec<Firsts>,
}

impl Cache {
    pub fn new() -> Cache {
        Cache { table: vec![(0, EMPTY); 1 << 11], slots: Vec::new(), firsts: Vec::new() }
    }

    /// Empties the cache if it is past one of `parts` of its bound, or `anyway`, and says so. Only
    /// between two chunks.
    pub fn trim(&mut self, anyway: bool, parts: usize) -> bool {
        let full = anyway || self.slots.len() > CACHE_KEYS_MAX / parts;
        if full {
            *self = Cache::new();
        }
        full
    }

    /// Hot: the slot of a key.
    pub fn find(&self, key: u64) -> Option<u32> {
        let mask = self.table.len() - 1;
        let mut at = key as usize & mask;
        loop {
            let (found, slot) = self.table[at];
            if slot == EMPTY {
                return None;
            }
            if found == key {
                return Some(slot);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a key that `find` did not know.
    pub fn insert(&mut self, key: u64, slot: Slot) -> u32 {
        if (self.slots.len() + 1) * 2 > self.table.len() {
            self.grow();
        }
        let index = self.slots.len() as u32;
        self.slots.push(slot);
        self.firsts.push(Firsts::default());
        self.place(key, index);
        index
    }

    fn place(&mut self, key: u64, slot: u32) {
        let mask = self.table.len() - 1;
        let mut at = key as usize & mask;
        while self.table[at].1 != EMPTY {
            at = (at + 1) & mask;
        }
        self.table[at] = (key, slot);
    }

    fn grow(&mut self) {
        let doubled = vec![(0, EMPTY); self.table.len() * 2];
        for (key, slot) in std::mem::replace(&mut self.table, doubled) {
            if slot != EMPTY {
                self.place(key, slot);
            }
        }
    }
}

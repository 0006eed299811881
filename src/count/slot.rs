//! One place of a message's lines whose values are counted, in one chunk.
//!
//! Most slots show one value or two in a chunk, and many are met once, so what all of them show lies
//! in one list: a slot costs no allocation, and to forget thousands of them costs nothing.

use super::cache::Run;
use super::slots::{Sink, Spotted};
use crate::id::{ShapeId, SlotId};
use crate::limits::SLOT_VALUES_MAX;
use crate::line::remembered::padded;
use crate::shape::candidates::{INTEGER_DIGITS_MAX, LONG, VALUE_BYTES_MAX, is_long};
use crate::time::Pane;

/// No slot, or no value.
pub(super) const NONE: u32 = u32::MAX;

/// A value, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    bytes: [u8; VALUE_BYTES_MAX],
    len: u8,
}

impl Value {
    #[inline]
    pub(super) fn new(text: &[u8]) -> Value {
        Value::at(text, 0, text.len())
    }

    /// What stands at `start..end` of `text`.
    #[inline]
    pub(super) fn at(text: &[u8], start: usize, end: usize) -> Value {
        if is_long(&text[start..end]) {
            return Value::at(LONG, 0, LONG.len());
        }
        let mut bytes = [0; VALUE_BYTES_MAX];
        let parts = padded::<{ VALUE_BYTES_MAX / 8 }>(text, start, end - start).map(u64::to_le_bytes);
        bytes.copy_from_slice(parts.as_flattened());
        Value { bytes, len: (end - start) as u8 }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }
}

/// What slots have shown since they were written out, each slot's values a chain.
#[derive(Debug, Default)]
pub(super) struct Values {
    list: Vec<Shown>,
    free: Option<u32>,
}

#[derive(Debug)]
struct Shown {
    value: Value,
    run: Run,
    next: u32,
}

impl Values {
    fn add(&mut self, value: Value, run: Run) -> u32 {
        let shown = Shown { value, run, next: NONE };
        let Some(at) = self.free else {
            self.list.push(shown);
            return self.list.len() as u32 - 1;
        };
        let next = std::mem::replace(&mut self.list[at as usize], shown).next;
        self.free = Some(next).filter(|next| *next != NONE);
        at
    }

    fn free(&mut self, at: u32) {
        self.list[at as usize].next = self.free.unwrap_or(NONE);
        self.free = Some(at);
    }

    /// All slots were written out.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.free = None;
    }
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) id: SlotId,
    pub(super) is_open: bool,
    /// It is among those that are to be written out.
    is_touched: bool,
    /// The pane in which it has shown too many values.
    shut: Option<Pane>,
    /// The next slot of the same shape.
    pub(super) next: u32,
    /// Its values: the first, the last, how many, and the one that came last, which is most often the
    /// next one.
    first: u32,
    last: u32,
    len: u32,
    latest: u32,
}

impl Slot {
    pub(super) fn new(id: SlotId, is_open: bool) -> Slot {
        let (is_touched, shut, len) = (false, None, 0);
        Slot { id, is_open, is_touched, shut, next: NONE, first: NONE, last: NONE, len, latest: NONE }
    }

    /// Notes that there is something to write; whether that is news.
    #[inline]
    pub(super) fn touch(&mut self) -> bool {
        !std::mem::replace(&mut self.is_touched, true)
    }

    /// Writes all values, and begins anew. They are to be cleared when all slots were written.
    pub(super) fn flush(&mut self, shape: ShapeId, values: &Values, sink: &mut impl Sink) {
        let mut at = self.first;
        *self = Slot { next: self.next, ..Slot::new(self.id, self.is_open) };
        while at != NONE {
            let Shown { value, run, next } = &values.list[at as usize];
            sink.write(shape, self.id, value.text(), run);
            at = *next;
        }
    }

    /// Adds a line with this value.
    #[inline]
    pub(super) fn add(
        &mut self,
        shape: ShapeId,
        value: Value,
        spot: Spotted,
        bytes: &[u8],
        values: &mut Values,
        sink: &mut impl Sink,
    ) {
        if self.shut.is_some_and(|shut| spot.pane >= shut) {
            return;
        }
        let mut at = self.latest;
        if values.list.get(at as usize).is_none_or(|shown| shown.value != value) {
            at = self.first;
            while at != NONE && values.list[at as usize].value != value {
                at = values.list[at as usize].next;
            }
        }
        if at == NONE {
            return self.begin(shape, value, spot, values, sink);
        }
        self.latest = at;
        let run = &mut values.list[at as usize].run;
        if run.pane == spot.pane && run.late == spot.late {
            run.add(spot.time, (spot.line, spot.at, spot.len), bytes);
        } else {
            sink.write(shape, self.id, value.text(), run);
            *run = spot.run();
        }
    }

    #[cold]
    fn begin(
        &mut self,
        shape: ShapeId,
        value: Value,
        spot: Spotted,
        values: &mut Values,
        sink: &mut impl Sink,
    ) {
        if self.len as usize >= SLOT_VALUES_MAX {
            let own = |run: &Run| run.pane == spot.pane && run.late == spot.late;
            let mut all = std::mem::replace(&mut self.first, NONE);
            (self.last, self.len) = (NONE, 0);
            // Those of earlier panes make room.
            while all != NONE {
                let Shown { value, run, next } = &values.list[all as usize];
                let (at, keep) = (std::mem::replace(&mut all, *next), own(run));
                if keep {
                    self.append(at, values);
                } else {
                    sink.write(shape, self.id, value.text(), run);
                    values.free(at);
                }
            }
            if self.len as usize >= SLOT_VALUES_MAX {
                let mut all = std::mem::replace(&mut self.first, NONE);
                while all != NONE {
                    let next = values.list[all as usize].next;
                    values.free(std::mem::replace(&mut all, next));
                }
                (self.last, self.len, self.latest) = (NONE, 0, NONE);
                self.shut = Some(spot.pane);
                return sink.write(shape, self.id, b"", &Run { count: 0, ..spot.run() });
            }
        }
        self.latest = values.add(value, spot.run());
        self.append(self.latest, values);
    }

    /// Puts a value behind the others.
    fn append(&mut self, at: u32, values: &mut Values) {
        values.list[at as usize].next = NONE;
        match std::mem::replace(&mut self.last, at) {
            NONE => self.first = at,
            last => values.list[last as usize].next = at,
        }
        self.len += 1;
    }
}

const _: () = assert!(INTEGER_DIGITS_MAX < VALUE_BYTES_MAX && LONG.len() <= VALUE_BYTES_MAX);

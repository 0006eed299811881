//! Counting what the requests to each route were answered.
//!
//! An answer is a number of three digits from 100 to 599, wherever it comes from. Those below 400
//! are one value, since only what fails is judged by route, so a route costs a line of the delta
//! in most chunks. Its text travels behind the value: the ledger wants few of many, and is told
//! no more than once.

use super::cache::Run;
use super::slot::{Slot, Value, Values};
use super::slots::{Sink, Spotted};
use crate::id::{ShapeId, SlotId};
use crate::shape::route;
use hashbrown::HashMap;

/// Stands for all answers that are no failure.
pub(crate) const ANSWERED_WELL: &[u8] = b"ok";
/// Between a value and its route.
const SEPARATOR: u8 = 0;

/// The routes of all shapes.
#[derive(Debug, Default)]
pub(super) struct RouteCounter {
    list: Vec<OfRoute>,
    /// By shape, slot and hash of the route: the id of its slot has only half of that.
    index: HashMap<(ShapeId, SlotId, u64), u32>,
    touched: Vec<u32>,
    values: Values,
    route: Vec<u8>,
    written: Vec<u8>,
}

#[derive(Debug)]
struct OfRoute {
    shape: ShapeId,
    slot: Slot,
    text: Box<[u8]>,
}

/// Writes values with their route.
struct Routed<'a, S> {
    sink: &'a mut S,
    route: &'a [u8],
    written: &'a mut Vec<u8>,
}

impl<S: Sink> Sink for Routed<'_, S> {
    fn write(&mut self, shape: ShapeId, slot: SlotId, value: &[u8], run: &Run) {
        self.written.clear();
        self.written.extend_from_slice(value);
        self.written.push(SEPARATOR);
        self.written.extend_from_slice(self.route);
        // Nobody is shown a line of what was answered well.
        let len = if value == ANSWERED_WELL { 0 } else { run.len };
        self.sink.write(shape, slot, self.written, &Run { len, ..*run });
    }
}

/// The answer that a value is, made short.
pub(super) fn answer_in(value: &Value) -> Option<Value> {
    match value.text() {
        [b'1'..=b'3', b'0'..=b'9', b'0'..=b'9'] => Some(Value::new(ANSWERED_WELL)),
        [b'4' | b'5', b'0'..=b'9', b'0'..=b'9'] => Some(*value),
        _ => None,
    }
}

/// A value and the route that travels behind it.
pub(crate) fn split_route(value: &[u8]) -> (&[u8], &[u8]) {
    let at = memchr::memchr(SEPARATOR, value).unwrap_or(value.len());
    (&value[..at], value.get(at + 1..).unwrap_or_default())
}

impl RouteCounter {
    /// How many routes are remembered.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Where a slot's requests for a target are counted.
    pub fn of(&mut self, shape: ShapeId, slot: SlotId, target: &[u8]) -> u32 {
        let RouteCounter { list, index, route, .. } = self;
        route::write(target, route);
        *index.entry((shape, slot, ShapeId::of(route).0)).or_insert_with(|| {
            let slot = Slot::new(slot.of_route(route), false);
            list.push(OfRoute { shape, slot, text: route.as_slice().into() });
            list.len() as u32 - 1
        })
    }

    /// Adds a line with this answer.
    pub fn add(&mut self, route: u32, answer: Value, spot: Spotted, bytes: &[u8], sink: &mut impl Sink) {
        let OfRoute { shape, slot, text } = &mut self.list[route as usize];
        if slot.touch() {
            self.touched.push(route);
        }
        let mut sink = Routed { sink, route: text, written: &mut self.written };
        slot.add(*shape, answer, spot, bytes, &mut self.values, &mut sink);
    }

    /// Writes all that was counted, and begins anew.
    pub fn flush(&mut self, sink: &mut impl Sink) {
        for route in self.touched.drain(..) {
            let OfRoute { shape, slot, text } = &mut self.list[route as usize];
            slot.flush(*shape, &self.values, &mut Routed { sink, route: text, written: &mut self.written });
        }
        self.values.clear();
    }
}

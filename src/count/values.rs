//! What stood in the variables of a chunk's lines, for who asks for it.
//!
//! Judging needs no values, so nothing here is paid for unless they are wanted:
//! then about a microsecond a line.

use super::open::Opened;
use crate::id::ShapeId;
use crate::shape::values::{Reader, ShapeValues};
use hashbrown::HashMap;

/// Counts the values of a chunk's lines.
#[derive(Default)]
pub(super) struct ValueCounter {
    readers: HashMap<ShapeId, Reader>,
    counts: HashMap<ShapeId, ShapeValues>,
    message: Vec<u8>,
}

impl ValueCounter {
    /// Makes the values of a shape readable.
    pub fn learn(&mut self, shape: ShapeId, text: &[u8]) {
        self.readers.entry(shape).or_insert_with(|| Reader::new(text));
    }

    /// Forgets the shapes when the worker does: it will tell them again.
    pub fn forget_shapes(&mut self) {
        self.readers.clear();
    }

    /// Counts the values of a line.
    pub fn add(&mut self, shape: ShapeId, opened: &Opened<'_>) {
        let Some(reader) = self.readers.get(&shape) else { return };
        opened.write_message(&mut self.message);
        reader.count(&self.message, self.counts.entry(shape).or_default());
    }

    /// What was counted since the last time, by shape.
    pub fn take(&mut self) -> Vec<(ShapeId, ShapeValues)> {
        let mut counted: Vec<_> = self.counts.drain().collect();
        counted.sort_unstable_by_key(|(shape, _)| *shape);
        counted
    }
}

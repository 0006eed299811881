//! What a comparison of two logs asks of each.

use super::Ledger;
use crate::detect::slots::{FirstLine, Slots};
use crate::id::ShapeId;
use crate::template::ShapeIx;

impl Ledger {
    /// The values of each message.
    pub(crate) fn slots(&self) -> &Slots {
        &self.said.slots
    }

    /// Lines of a shape.
    pub(crate) fn lines_of(&self, shape: ShapeIx) -> u64 {
        self.said.words.lines_of(shape)
    }

    /// Learning only: the first line of a shape.
    pub(crate) fn first_line_of(&self, shape: ShapeIx) -> Option<FirstLine> {
        let id: ShapeId = self.registry.shape_id(shape);
        let (source, line_number, time) = *self.first_lines.get(&id)?;
        Some(FirstLine { time, source, line_number, text: self.registry.stored(shape).1.into() })
    }

    /// The name of a source.
    pub(crate) fn source_name(&self, source: usize) -> &str {
        &self.sources[source].name
    }
}

//! What a registry tells of single shapes and ids.

use super::registry::{Registry, ShapeIx};
use crate::id::TemplateId;
use crate::shape::Shape;

/// Hex digits that people are shown of an id, at least.
const SHORT_ID_DIGITS: usize = 8;

impl Registry {
    /// A shape as it was inserted, with its sample line.
    pub fn stored(&self, shape: ShapeIx) -> (Shape, &[u8]) {
        let record = &self.records[shape.0 as usize];
        (Shape::from_text(&record.text), &record.example)
    }

    /// The shortest prefix of an id that no other known message shares, at
    /// least eight digits.
    pub fn short_id(&self, id: TemplateId) -> String {
        let others = self.templates().into_iter().map(|template| self.template_id(template).0);
        let shared = others
            .filter(|other| *other != id.0)
            .map(|other| ((other ^ id.0).leading_zeros() / 4) as usize)
            .max()
            .unwrap_or(0);
        id.to_string()[..(shared + 1).clamp(SHORT_ID_DIGITS, 16)].to_owned()
    }
}

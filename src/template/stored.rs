//! What a registry tells of single shapes and ids.

use super::registry::{Registry, ShapeIx, TemplateIx};
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
        let others = (0..self.templates_end() as u32).map(|ix| self.template_id(TemplateIx(ix)).0);
        let shared =
            others.filter(|other| *other != id.0).map(|other| digits_shared(other, id.0)).max().unwrap_or(0);
        shortened(id, shared)
    }

    /// The short forms of many ids, sorted by id: neighbours share the most.
    pub fn short_ids(&self, sorted: &[TemplateId]) -> Vec<String> {
        let shared = |a: TemplateId, b: Option<&TemplateId>| b.map_or(0, |b| digits_shared(a.0, b.0));
        let place = |(at, &id): (usize, &TemplateId)| {
            let before = at.checked_sub(1).and_then(|at| sorted.get(at));
            shortened(id, shared(id, before).max(shared(id, sorted.get(at + 1))))
        };
        sorted.iter().enumerate().map(place).collect()
    }
}

/// Leading hex digits that two ids have in common.
fn digits_shared(a: u64, b: u64) -> usize {
    ((a ^ b).leading_zeros() / 4) as usize
}

fn shortened(id: TemplateId, shared: usize) -> String {
    id.to_string()[..(shared + 1).clamp(SHORT_ID_DIGITS, 16)].to_owned()
}

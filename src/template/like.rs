//! The messages most like a given one.
//!
//! First its own, if it is known; then those that share most of their constant
//! words with it, as a part of all the words of both. What it costs: a pass over
//! the templates.

use std::cmp::Reverse;

use super::holes::Cut;
use super::nearest::words_of;
use super::registry::{NONE, Registry, ShapeIx, TemplateIx};
use crate::shape::Shape;

// limits
/// Less than this part of the words in common is no likeness (1/n).
const SHARED_PART: usize = 4;

impl Registry {
    /// The template whose lines have this shape, even if no such line was seen.
    pub fn own_template(&self, shape: &Shape) -> Option<TemplateIx> {
        if let Some(known) = self.shape(shape.id()) {
            return Some(self.template_of(known));
        }
        let mut cut = Cut::default();
        cut.load(&shape.text);
        let key = cut.holes.iter().find_map(|hole| self.active.get(&hole.key))?;
        Some(self.template_of(ShapeIx(*key)))
    }

    /// The templates most like `shape`, its own first, at most `most` of them.
    pub fn like(&self, shape: &Shape, most: usize) -> Vec<TemplateIx> {
        let own = self.own_template(shape);
        let mut words: Vec<&[u8]> = words_of(&shape.text).collect();
        words.sort_unstable();
        let mut found: Vec<_> = (0..self.templates.len())
            .filter(|&index| self.templates[index].into == NONE)
            .map(|index| TemplateIx(index as u32))
            .filter(|&template| Some(template) != own)
            .filter_map(|template| {
                let root = self.root(template);
                let (count, shared) = words_of(&root.text).fold((0, 0), |(count, shared), word| {
                    (count + 1, shared + usize::from(words.binary_search(&word).is_ok()))
                });
                let shared = shared.min(words.len());
                let all = words.len() + count - shared;
                let alike = shared > 0 && shared * SHARED_PART >= all;
                // As a fraction of a million, so that there is an order.
                alike.then(|| (Reverse(shared * 1_000_000 / all), root.id, template))
            })
            .collect();
        found.sort_unstable_by_key(|(part, id, _)| (*part, *id));
        own.into_iter().chain(found.into_iter().map(|(_, _, template)| template)).take(most).collect()
    }
}

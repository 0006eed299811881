//! Shapes that are known before any line has shown them.
//!
//! They take part in the closure as any other shape, so what says the same joins
//! them. But nobody has seen them: they have no sample, they are not counted
//! among the messages, not offered as the nearest one, and not saved.

use super::registry::{NONE, Registry, ShapeIx, TemplateIx};
use crate::shape::Shape;

impl Registry {
    /// Stores a shape that no line has shown yet, if there is room: its message is known, but
    /// there is no sample of it, it is nobody's nearest, and it is not saved.
    pub fn foresee(&mut self, shape: &Shape) -> Option<ShapeIx> {
        let id = shape.id().0;
        if let Some(&ix) = self.by_id.get(&id) {
            return (*self.records[ix as usize].text == *shape.text).then_some(ShapeIx(ix));
        }
        let ix = self.add(shape, id);
        let is_stored = self.records[ix as usize].id == id;
        self.records[ix as usize].foreseen = is_stored;
        is_stored.then_some(ShapeIx(ix))
    }

    /// Whether a shape is stored only because it was foreseen.
    pub fn is_foreseen(&self, shape: ShapeIx) -> bool {
        let record = &self.records[shape.0 as usize];
        record.foreseen && !record.seen
    }

    /// Whether no line of a template was seen, only foreseen.
    pub(super) fn is_only_foreseen(&self, template: TemplateIx) -> bool {
        self.templates[self.resolve(template.0) as usize].exemplar == NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_foreseen_is_known_and_leaves_no_trace() {
        let shape = |text: &str| Shape::from_text(text.as_bytes());
        let mut registry = Registry::new();
        let ix = registry.foresee(&shape("retrying upstream eu-# now")).expect("there is room");
        assert_eq!((registry.is_foreseen(ix), registry.len()), (true, 0));
        assert!(!registry.is_new(&shape("retrying upstream eu-# now")));
        assert!(registry.is_new(&shape("retrying upstream soon now")));
        assert_eq!(registry.nearest(&shape("retrying upstream soon now")), None);
        assert!(registry.save().shapes.is_empty());
        let other = registry.insert(&shape("retrying upstream us-# now"), b"retrying upstream us-1 now");
        assert_eq!(registry.template_of(ix), registry.template_of(other), "it joins what says the same");
        assert_eq!((registry.len(), registry.save().shapes.len()), (1, 1));
        assert_eq!(registry.insert(&shape("retrying upstream eu-# now"), b"retrying upstream eu-7 now"), ix);
        assert!(!registry.is_foreseen(ix) && registry.save().shapes.len() == 2);
    }
}

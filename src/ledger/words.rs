//! What stood in the places of a template where the closure has masked words.
//!
//! Each shape of a template has a word of its own there, so its lines are those of the word.
//! Which places there are follows from the template's text: when that changes, what each place
//! has shown is put together anew from the lines of the shapes.

use crate::detect::slots::{SavedWords, Slot, Slots};
use crate::id::{ShapeId, SlotId, TemplateId};
use crate::template::{Registry, ShapeIx, TemplateIx};
use hashbrown::HashMap;

// limits
/// Shapes of a template that are looked at: with more, its places have too many words.
const SHAPES_MAX: usize = 1_024;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Words {
    by_template: HashMap<TemplateIx, OfTemplate>,
}

#[derive(Debug)]
struct OfTemplate {
    /// The template whose places `shapes` tells of.
    root: TemplateId,
    /// No place is closed any more.
    is_open: bool,
    shapes: HashMap<ShapeIx, OfShape>,
}

#[derive(Debug, Default)]
struct OfShape {
    lines: u64,
    words: Vec<(SlotId, Box<[u8]>)>,
}

impl Words {
    /// Takes in lines of a shape; false if nothing of it is to be counted.
    pub fn look(
        &mut self,
        registry: &Registry,
        slots: &mut Slots,
        (template, shape): (TemplateIx, ShapeIx),
        lines: u64,
    ) -> bool {
        if !registry.has_masked(template) {
            return false;
        }
        let root = registry.template_id(template);
        let known = self.by_template.entry(template).or_insert_with(|| OfTemplate {
            root,
            is_open: false,
            shapes: HashMap::new(),
        });
        if known.is_open {
            return false;
        }
        if known.root != root {
            known.root = root;
            known.begin_anew(registry, slots, template);
        }
        if !known.shapes.contains_key(&shape) {
            if known.shapes.len() >= SHAPES_MAX {
                known.open();
                slots.forget_words(template);
                return false;
            }
            known.shapes.insert(shape, OfShape { lines: 0, words: words_of(registry, shape) });
        }
        if let Some(shape) = known.shapes.get_mut(&shape) {
            shape.lines += lines;
        }
        true
    }

    /// The words of a shape that was looked at.
    pub fn of(&self, template: TemplateIx, shape: ShapeIx) -> &[(SlotId, Box<[u8]>)] {
        let known = self.by_template.get(&template).and_then(|known| known.shapes.get(&shape));
        known.map_or(&[], |shape| &shape.words)
    }

    /// A place of a template is open; it was perhaps the last.
    pub fn note_open(&mut self, template: TemplateIx, slots: &Slots) {
        if !slots.closed(template).any(|(slot, _)| slot.is_word())
            && let Some(known) = self.by_template.get_mut(&template)
        {
            known.open();
        }
    }

    /// Two templates have become one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let Some(gone) = self.by_template.remove(&gone) else { return };
        let Some(known) = self.by_template.get_mut(&survivor) else {
            self.by_template.insert(survivor, gone);
            return;
        };
        // Whichever it was, its places are others now.
        known.root = gone.root;
        for (ix, shape) in gone.shapes {
            known.shapes.entry(ix).or_default().lines += shape.lines;
        }
        if known.is_open || gone.is_open {
            known.open();
        }
    }

    /// As they are saved.
    pub fn save(&self, registry: &Registry) -> SavedWords {
        let shapes = |known: &OfTemplate| {
            let mut shapes: Vec<_> =
                known.shapes.iter().map(|(ix, shape)| (registry.shape_id(*ix), shape.lines)).collect();
            shapes.sort_unstable();
            shapes
        };
        let saved = self.by_template.values();
        let mut saved: SavedWords =
            saved.map(|known| (known.root, (!known.is_open).then(|| shapes(known)))).collect();
        saved.sort();
        saved
    }

    /// What was saved, for the registry of now.
    pub fn load(&mut self, saved: SavedWords, registry: &Registry) {
        for (root, shapes) in saved {
            let Some(template) = registry.shape(ShapeId(root.0)).map(|shape| registry.template_of(shape))
            else {
                continue;
            };
            let known = self.by_template.entry(template).or_insert_with(|| OfTemplate {
                root,
                is_open: false,
                shapes: HashMap::new(),
            });
            let Some(shapes) = shapes else {
                known.open();
                continue;
            };
            for (id, lines) in shapes {
                let Some(ix) = registry.shape(id) else { continue };
                let words = words_of(registry, ix);
                let shape = known.shapes.entry(ix).or_insert(OfShape { lines: 0, words });
                shape.lines += lines;
            }
        }
    }
}

impl OfTemplate {
    fn open(&mut self) {
        self.is_open = true;
        self.shapes = HashMap::new();
    }

    /// Puts together what each place has shown.
    fn begin_anew(&mut self, registry: &Registry, slots: &mut Slots, template: TemplateIx) {
        slots.forget_words(template);
        let mut shapes: Vec<(&ShapeIx, &mut OfShape)> = self.shapes.iter_mut().collect();
        // Any order gives the same sets; this one gives the same lists.
        shapes.sort_unstable_by_key(|(ix, _)| registry.shape_id(**ix));
        for (ix, shape) in shapes {
            shape.words = words_of(registry, *ix);
            for (slot, word) in &shape.words {
                slots.put(template, *slot, Slot::of(word, shape.lines));
            }
        }
    }
}

fn words_of(registry: &Registry, shape: ShapeIx) -> Vec<(SlotId, Box<[u8]>)> {
    let words = registry.masked_words(shape).into_iter();
    words.map(|(place, word)| (SlotId::word(place), word)).collect()
}

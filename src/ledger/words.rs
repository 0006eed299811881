//! What stood in the places of a template where the closure has masked words.
//!
//! Each shape of a template has a word of its own there, so its lines are those of the word.
//! Which places there are follows from the template's text: when that changes, what each place
//! has shown is put together anew from the lines of the shapes. So the very word that makes a
//! place one that is masked is judged by those that came before it.

use crate::detect::slots::{SavedWords, Slot, Slots, hash_of};
use crate::id::{ShapeId, SlotId, TemplateId};
use crate::shape::candidates::LONG;
use crate::template::{Registry, ShapeIx, TemplateIx};
use hashbrown::HashMap;

// limits
/// Shapes of a template that are looked at: with more, its places have too many words.
const SHAPES_MAX: usize = 1_024;
/// A longer text is no word of a few.
const WORD_BYTES_MAX: usize = 48;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// By shape: its lines, and what stands in the places of its template.
    lines: Vec<u64>,
    words: Vec<Option<Places>>,
    /// By template with masked words: the text whose places are known; none where none is closed.
    roots: HashMap<TemplateIx, Option<TemplateId>>,
}

/// The words of a shape by place, each with its hash.
type Places = Box<[(SlotId, Box<[u8]>, u64)]>;

impl Words {
    /// Looks at the shapes of a pane, each with its template, before their lines are counted: puts
    /// together what the places of templates have shown whose text is another one now.
    pub fn look(
        &mut self,
        registry: &Registry,
        slots: &mut Slots,
        shapes: impl Iterator<Item = (TemplateIx, ShapeIx)> + Clone,
    ) {
        let changed = |template: &TemplateIx| match self.roots.get(template) {
            None => true,
            Some(None) => false,
            Some(Some(root)) => *root != registry.template_id(*template),
        };
        let masked = shapes.clone().map(|(template, _)| template).filter(|at| registry.has_masked(*at));
        let mut changed: Vec<TemplateIx> = masked.filter(changed).collect();
        if !changed.is_empty() {
            // The first are the first to get room for their words.
            changed.sort_unstable_by_key(|template| registry.template_id(*template));
            changed.dedup();
            self.begin_anew(&changed, registry, slots);
        }
        for (template, shape) in shapes {
            let index = shape.0 as usize;
            if self.words.get(index).is_none_or(Option::is_none)
                && matches!(self.roots.get(&template), Some(Some(_)))
            {
                self.words.resize_with(self.words.len().max(index + 1), || None);
                self.words[index] = Some(words_of(registry, shape));
            }
        }
    }

    /// Puts together what each place of some templates has shown. One pass over all shapes.
    fn begin_anew(&mut self, templates: &[TemplateIx], registry: &Registry, slots: &mut Slots) {
        let mut shapes: HashMap<TemplateIx, Vec<ShapeIx>> =
            templates.iter().map(|template| (*template, Vec::new())).collect();
        for shape in registry.shapes_seen() {
            if let Some(of) = shapes.get_mut(&registry.template_of(shape)) {
                of.push(shape);
            }
        }
        for template in templates {
            slots.forget_words(*template);
            let mut of = shapes.remove(template).unwrap_or_default();
            // Any order gives the same sets; this one gives the same lists.
            of.sort_unstable_by_key(|shape| registry.shape_id(*shape));
            let is_open = of.len() > SHAPES_MAX;
            self.roots.insert(*template, (!is_open).then(|| registry.template_id(*template)));
            for shape in of {
                let index = shape.0 as usize;
                self.words.resize_with(self.words.len().max(index + 1), || None);
                let words = if is_open { None } else { Some(words_of(registry, shape)) };
                let lines = self.lines_of(shape);
                for (slot, word, _) in words.iter().flatten().filter(|_| lines > 0) {
                    slots.put(*template, *slot, Slot::of(word, lines));
                }
                self.words[index] = words;
            }
        }
    }

    /// Takes in lines of a shape.
    pub fn add(&mut self, shape: ShapeIx, lines: u64) {
        let index = shape.0 as usize;
        if index >= self.lines.len() {
            self.lines.resize(index + 1, 0);
        }
        self.lines[index] = self.lines[index].saturating_add(lines);
    }

    /// The words of a shape in the places of its template, if any is closed.
    pub fn of(&self, template: TemplateIx, shape: ShapeIx) -> &[(SlotId, Box<[u8]>, u64)] {
        match self.words.get(shape.0 as usize) {
            Some(Some(words)) if matches!(self.roots.get(&template), Some(Some(_))) => words,
            _ => &[],
        }
    }

    /// All lines of a shape.
    pub fn lines_of(&self, shape: ShapeIx) -> u64 {
        self.lines.get(shape.0 as usize).copied().unwrap_or(0)
    }

    /// A place of a template is open; it was perhaps the last.
    pub fn note_open(&mut self, template: TemplateIx, slots: &Slots) {
        if !slots.closed(template).any(|(slot, _)| slot.is_word()) {
            self.roots.insert(template, None);
        }
    }

    /// Two templates have become one, whose places are others.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let of = |template| self.roots.get(template).copied();
        let is_open = of(&gone) == Some(None) || of(&survivor) == Some(None);
        self.roots.remove(&gone);
        self.roots.remove(&survivor);
        if is_open {
            self.roots.insert(survivor, None);
        }
    }

    /// As they are saved.
    pub fn save(&self, registry: &Registry) -> SavedWords {
        let shapes = self.lines.iter().enumerate().filter(|(_, lines)| **lines > 0);
        let mut lines: Vec<(ShapeId, u64)> =
            shapes.map(|(shape, lines)| (registry.shape_id(ShapeIx(shape as u32)), *lines)).collect();
        lines.sort_unstable();
        let of = |(template, root): (&TemplateIx, &Option<TemplateId>)| {
            (registry.template_id(*template), root.is_none())
        };
        let mut roots: Vec<(TemplateId, bool)> = self.roots.iter().map(of).collect();
        roots.sort_unstable();
        SavedWords { lines, roots }
    }

    /// What was saved, for the registry of now.
    pub fn load(&mut self, saved: &SavedWords, registry: &Registry) {
        for &(id, lines) in &saved.lines {
            registry.shape(id).into_iter().for_each(|shape| self.add(shape, lines));
        }
        for &(root, is_open) in &saved.roots {
            let Some(shape) = registry.shape(ShapeId(root.0)) else { continue };
            let known = self.roots.entry(registry.template_of(shape)).or_insert(Some(root));
            if is_open {
                *known = None;
            }
        }
    }
}

fn words_of(registry: &Registry, shape: ShapeIx) -> Places {
    let words = registry.masked_words(shape).into_iter();
    let short = |word: Box<[u8]>| if word.len() > WORD_BYTES_MAX { Box::from(LONG) } else { word };
    let placed = words.map(|(place, word)| (SlotId::word(place), short(word)));
    placed.map(|(slot, word)| (slot, word.clone(), hash_of(&word))).collect()
}

//! What stood in the places of a template where the closure has masked words.
//!
//! Each shape of a template has a word of its own there, so its lines are those of the word.
//! Which places there are follows from the template's text: when that changes, what each place
//! has shown is put together anew from the lines of the shapes. So the very word that makes a
//! place one that is masked is judged by those that came before it.

use crate::detect::slots::{SavedWords, Slot, Slots};
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
    /// By template.
    roots: Vec<Root>,
}

/// What is known of the places of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Root {
    /// Nothing, or no words are masked.
    #[default]
    Unknown,
    /// None is closed.
    Open,
    /// What they are in this text of it.
    Of(TemplateId),
}

/// The words of a shape by place.
type Places = Box<[(SlotId, Box<[u8]>)]>;

impl Words {
    /// Looks at the shapes of a pane, each with its template, before their lines are counted: puts
    /// together what the places of templates have shown whose text is another one now.
    pub fn look(
        &mut self,
        registry: &Registry,
        slots: &mut Slots,
        shapes: impl Iterator<Item = (TemplateIx, ShapeIx)> + Clone,
    ) {
        let changed = |template: &TemplateIx| match self.root(*template) {
            Root::Unknown => true,
            Root::Open => false,
            Root::Of(root) => root != registry.template_id(*template),
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
            if matches!(self.root(template), Root::Of(_)) && self.words.get(index).is_none_or(Option::is_none)
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
            let root = if is_open { Root::Open } else { Root::Of(registry.template_id(*template)) };
            self.set_root(*template, root);
            for shape in of {
                let index = shape.0 as usize;
                self.words.resize_with(self.words.len().max(index + 1), || None);
                let words = if is_open { None } else { Some(words_of(registry, shape)) };
                let lines = self.lines_of(shape);
                for (slot, word) in words.iter().flatten().filter(|_| lines > 0) {
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
    pub fn of(&self, template: TemplateIx, shape: ShapeIx) -> &[(SlotId, Box<[u8]>)] {
        match self.root(template) {
            Root::Of(_) => self.words.get(shape.0 as usize).and_then(Option::as_deref).unwrap_or_default(),
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
            self.set_root(template, Root::Open);
        }
    }

    fn root(&self, template: TemplateIx) -> Root {
        self.roots.get(template.0 as usize).copied().unwrap_or_default()
    }

    fn set_root(&mut self, template: TemplateIx, root: Root) {
        let index = template.0 as usize;
        if index >= self.roots.len() && root != Root::Unknown {
            self.roots.resize(index + 1, Root::Unknown);
        }
        self.roots.get_mut(index).into_iter().for_each(|known| *known = root);
    }

    /// Two templates have become one, whose places are others.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let is_open = [gone, survivor].map(|template| self.root(template)).contains(&Root::Open);
        self.set_root(gone, Root::Unknown);
        self.set_root(survivor, if is_open { Root::Open } else { Root::Unknown });
    }

    /// As they are saved.
    pub fn save(&self, registry: &Registry) -> SavedWords {
        let shapes = self.lines.iter().enumerate().filter(|(_, lines)| **lines > 0);
        let mut lines: Vec<(ShapeId, u64)> =
            shapes.map(|(shape, lines)| (registry.shape_id(ShapeIx(shape as u32)), *lines)).collect();
        lines.sort_unstable();
        let known = self.roots.iter().enumerate().filter(|(_, root)| **root != Root::Unknown);
        let of = |(template, root): (usize, &Root)| {
            (registry.template_id(TemplateIx(template as u32)), *root == Root::Open)
        };
        let mut roots: Vec<(TemplateId, bool)> = known.map(of).collect();
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
            let template = registry.template_of(shape);
            if is_open {
                self.set_root(template, Root::Open);
            } else if self.root(template) == Root::Unknown {
                self.set_root(template, Root::Of(root));
            }
        }
    }
}

fn words_of(registry: &Registry, shape: ShapeIx) -> Places {
    let words = registry.masked_words(shape).into_iter();
    let short = |word: Box<[u8]>| if word.len() > WORD_BYTES_MAX { Box::from(LONG) } else { word };
    words.map(|(place, word)| (SlotId::word(place), short(word))).collect()
}

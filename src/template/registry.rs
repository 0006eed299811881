//! Every shape seen, and which template it belongs to.
//!
//! A shape says the same as another if a masked key that both have is *active*:
//! enough different words have stood in that place. Active keys are shapes
//! themselves, with masked keys of their own, and if two keys of one shape are
//! active the key with both places masked is active, too. Those rules only ever
//! add (and so does that of the instance columns), so the result is their least fixed point and does not depend on the
//! order of insertion: that is the whole trick. The template of a shape is its
//! normal form, reached by following active keys until none applies; every step
//! removes a word and any two steps can be joined, so it does not matter which
//! is followed first.
//!
//! Templates only ever join; an id once given always leads to one template.
//! What it costs: a few microseconds for a new shape. Where it fails: beyond the
//! bounds below, where what is new goes to one overflow template and order may
//! matter; [`Registry::limit_hit`] says so.

use hashbrown::HashMap;

use super::closure::Task;
use super::column::Columns;
use super::entry::Entries;
use super::holes::{Cut, short_hash};
use super::limits::Bound;
use super::nearest::WordSet;
use super::vocabulary::Vocabulary;
use crate::id::{ShapeId, TemplateId};
use crate::line::level::Level;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

// limits
/// Shapes stored under one active key; a place with more values than that is known well enough.
pub const KEY_SHAPES_MAX: u32 = 4_096;
/// Shapes that no active key covers.
pub const UNCOVERED_MAX: usize = 65_536;
/// All shape texts and samples together.
pub const TEXT_BYTES_MAX: usize = 96 << 20;
/// Masked keys waiting for their test.
pub const ENTRIES_MAX: usize = 500_000;
/// Masked keys that passed it.
pub const ACTIVE_MAX: usize = 16_384;
/// This part of each bound is kept for messages of error or alarm (1/16), so that
/// noise cannot crowd out a new failure.
const RESERVE_PART: usize = 16;
/// Of a sample line, so much is kept.
pub const EXAMPLE_BYTES_MAX: usize = 2 << 10;

/// The text of the one template for what no longer fits.
pub(super) const OVERFLOW: &[u8] = b"\x03overflow";

/// Index of a stored shape. Dense, never reused.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ShapeIx(pub u32);

/// Index of a template. Stable while the template lives; joins redirect it.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TemplateIx(pub u32);

/// Why an id was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    /// The text is no hex number of 1 to 16 digits.
    NotHex,
    /// No message has such an id.
    Unknown,
    /// Several templates begin like this; the least two.
    Ambiguous(TemplateId, TemplateId),
}

pub(super) const NONE: u32 = u32::MAX;

/// A stored shape or active key.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: u64,
    pub(super) text: Box<[u8]>,
    pub(super) example: Box<[u8]>,
    pub(super) level: Level,
    pub(super) alarm: bool,
    /// Seen in a line, not only made as a key.
    pub(super) seen: bool,
    /// Inserted before any line showed it.
    pub(super) foreseen: bool,
    pub(super) active: bool,
    /// Counts as uncovered until an active key covers it.
    pub(super) counted: bool,
    pub(super) template: u32,
    /// As an active key: how many stored shapes it covers.
    pub(super) covers: u32,
}

/// What is asked of a record in passing over all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline {
    /// Which words it has, roughly.
    pub(super) words: WordSet,
    /// An active key that covers this shape, or `NONE`: then it is a normal form.
    pub(super) next: u32,
}

#[derive(Debug)]
pub(super) struct Template {
    /// The template this one was joined into, or `NONE`.
    pub(super) into: u32,
    /// Some shape of it.
    pub(super) shape: u32,
    /// The shape of least id that has an example, or `NONE`.
    pub(super) exemplar: u32,
}

/// All shapes, active keys and templates.
#[derive(Debug, Default)]
pub struct Registry {
    pub(super) records: Vec<Record>,
    /// By record.
    pub(super) outlines: Vec<Outline>,
    pub(super) by_id: HashMap<u64, u32>,
    pub(super) active: HashMap<u64, u32>,
    pub(super) entries: Entries,
    pub(super) columns: Columns,
    /// Active keys that columns made so.
    pub(super) by_column: usize,
    pub(super) templates: Vec<Template>,
    pub(super) joins: Vec<(TemplateIx, TemplateIx)>,
    pub(super) tasks: Vec<Task>,
    /// Lent to whoever cuts a shape.
    pub(super) cut: RefCell<Option<Box<Cut>>>,
    pub(super) vocabulary: Vocabulary,
    pub(super) uncovered: usize,
    pub(super) text_bytes: usize,
    pub(super) collisions: u64,
    pub(super) hit: Vec<Bound>,
    /// What is loaded was admitted once, so it is not measured again.
    pub(super) loading: bool,
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// A stored shape by its id.
    pub fn shape(&self, id: ShapeId) -> Option<ShapeIx> {
        self.by_id.get(&id.0).map(|&ix| ShapeIx(ix))
    }

    /// Stores a shape with a sample line; may activate keys and join templates.
    /// Idempotent: a known shape is found again.
    pub fn insert(&mut self, shape: &Shape, example: &[u8]) -> ShapeIx {
        self.insert_with(shape, || example)
    }

    /// The same where a sample is dear: it is asked for if it is kept.
    pub fn insert_with<T: AsRef<[u8]>>(&mut self, shape: &Shape, example: impl FnOnce() -> T) -> ShapeIx {
        let id = shape.id().0;
        let ix = match self.by_id.get(&id) {
            Some(&ix) => ix,
            None => self.add(shape, id),
        };
        let record = &self.records[ix as usize];
        if record.id != id {
            // It went to another one.
        } else if *record.text != *shape.text {
            self.collisions += 1;
        } else if !record.seen {
            self.keep_example(ix, example().as_ref());
        }
        ShapeIx(ix)
    }

    /// Stores a new shape, or finds where it goes.
    pub(super) fn add(&mut self, shape: &Shape, id: u64) -> u32 {
        let mut cut = self.cut.take().unwrap_or_default();
        cut.begin(&shape.text);
        let ix = match self.refuge(shape, &mut cut) {
            Some(ix) => ix,
            None => {
                cut.fill();
                let ix = self.add_record(id, &shape.text, shape.level, shape.alarm);
                self.records[ix as usize].counted = true;
                self.uncovered += 1;
                self.close(&mut cut, ix);
                if self.records[ix as usize].template == NONE {
                    self.add_template(ix);
                }
                ix
            }
        };
        self.cut.replace(Some(cut));
        ix
    }

    /// Where a shape goes that a bound keeps from being stored.
    fn refuge(&mut self, shape: &Shape, cut: &mut Cut) -> Option<u32> {
        if self.loading {
            return None;
        }
        if !self.look_near(cut) {
            cut.fill();
        }
        let (covered, full) = self.covering(cut);
        debug_assert!({
            let mut cut = Cut::default();
            cut.load(&shape.text);
            (covered, full) == self.covering(&cut)
        });
        if let Some(key) = full {
            self.hit(Bound::Forms(key));
            return Some(key);
        }
        if !self.is_full(shape) {
            return None;
        }
        Some(covered.unwrap_or_else(|| self.overflow()))
    }

    /// The first active key of the shape in `cut`, and the first that stores no more shapes.
    fn covering(&self, cut: &Cut) -> (Option<u32>, Option<u32>) {
        let mut keys = cut.holes.iter().filter_map(|hole| self.active.get(&hole.key).copied());
        let is_full = |key: &u32| self.records[*key as usize].covers >= KEY_SHAPES_MAX;
        let covered = keys.clone().next();
        (covered, keys.find(is_full))
    }

    /// Whether one of the bounds keeps this shape out; severe ones may use the reserve.
    fn is_full(&mut self, shape: &Shape) -> bool {
        let bound = |max: usize| match shape.is_severe() {
            true => max,
            false => max - max / RESERVE_PART,
        };
        let full = [
            (Bound::Messages, self.uncovered >= bound(UNCOVERED_MAX)),
            (Bound::Bytes, self.text_bytes >= bound(TEXT_BYTES_MAX)),
            (Bound::Places, self.entries.len() >= bound(ENTRIES_MAX)),
            (Bound::Variables, self.active_by_words() >= bound(ACTIVE_MAX)),
        ];
        for (bound, _) in full.iter().filter(|(_, full)| *full) {
            self.hit(*bound);
        }
        full.iter().any(|(_, full)| *full)
    }

    /// The template of what no longer fits, made when first needed.
    pub(super) fn overflow(&mut self) -> u32 {
        let id = ShapeId::of(OVERFLOW).0;
        if let Some(&ix) = self.by_id.get(&id) {
            return ix;
        }
        let ix = self.add_record(id, OVERFLOW, Level::None, false);
        self.vocabulary.add(short_hash(OVERFLOW));
        self.add_template(ix);
        ix
    }

    /// Keeps a sample for a shape and lets its template choose again.
    pub(super) fn keep_example(&mut self, ix: u32, example: &[u8]) {
        let example = &example[..example.len().min(EXAMPLE_BYTES_MAX)];
        let record = &mut self.records[ix as usize];
        self.text_bytes -= record.example.len();
        self.text_bytes += example.len();
        record.example = example.into();
        record.seen = true;
        let template = record.template;
        let template = self.resolve(template);
        let before = self.templates[template as usize].exemplar;
        self.templates[template as usize].exemplar = self.better_exemplar(before, ix);
    }

    /// Of two shapes with examples, the one of least id: any order gives the same.
    pub(super) fn better_exemplar(&self, one: u32, other: u32) -> u32 {
        if one == NONE || other == NONE {
            return one.min(other);
        }
        let id = |ix: u32| self.records[ix as usize].id;
        if id(other) < id(one) { other } else { one }
    }

    pub(super) fn add_record(&mut self, id: u64, text: &[u8], level: Level, alarm: bool) -> u32 {
        let ix = self.records.len() as u32;
        self.text_bytes += text.len();
        self.records.push(Record {
            id,
            text: text.into(),
            example: Box::default(),
            level,
            alarm,
            seen: false,
            foreseen: false,
            active: false,
            counted: false,
            template: NONE,
            covers: 0,
        });
        self.outlines.push(Outline { words: WordSet::of(text), next: NONE });
        self.by_id.insert(id, ix);
        ix
    }

    pub(super) fn add_template(&mut self, shape: u32) -> u32 {
        let template = self.templates.len() as u32;
        self.templates.push(Template { into: NONE, shape, exemplar: NONE });
        self.records[shape as usize].template = template;
        template
    }

    /// The living template behind an index.
    pub(super) fn resolve(&self, mut template: u32) -> u32 {
        while self.templates[template as usize].into != NONE {
            template = self.templates[template as usize].into;
        }
        template
    }

    /// The normal form of a template.
    pub(super) fn root(&self, template: TemplateIx) -> &Record {
        &self.records[self.root_ix(self.resolve(template.0)) as usize]
    }

    /// The same by index, of one that lives.
    pub(super) fn root_ix(&self, template: u32) -> u32 {
        let mut ix = self.templates[template as usize].shape;
        while self.outlines[ix as usize].next != NONE {
            ix = self.outlines[ix as usize].next;
        }
        ix
    }

    /// The living template of a shape.
    pub fn template_of(&self, shape: ShapeIx) -> TemplateIx {
        TemplateIx(self.resolve(self.records[shape.0 as usize].template))
    }

    /// Joins since the last call, in their order, as (gone, survivor). A survivor
    /// may itself be gone by a later pair.
    pub fn take_joins(&mut self) -> Vec<(TemplateIx, TemplateIx)> {
        std::mem::take(&mut self.joins)
    }

    /// The id of a template: hash of its normal form.
    pub fn template_id(&self, template: TemplateIx) -> TemplateId {
        TemplateId(self.root(template).id)
    }

    /// The id of a stored shape.
    pub fn shape_id(&self, shape: ShapeIx) -> ShapeId {
        ShapeId(self.records[shape.0 as usize].id)
    }

    /// The text of a stored shape.
    pub fn shape_text(&self, shape: ShapeIx) -> &[u8] {
        &self.records[shape.0 as usize].text
    }

    /// The template that an id, or the beginning of one in hex, leads to. Ids of
    /// shapes and of keys that templates once had count as well.
    pub fn find_id(&self, prefix_hex: &str) -> Result<TemplateIx, FindError> {
        let digits = prefix_hex.len();
        if !(1..=16).contains(&digits) || !prefix_hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(FindError::NotHex);
        }
        let prefix = u64::from_str_radix(prefix_hex, 16).map_err(|_| FindError::NotHex)?;
        let shift = 64 - 4 * digits as u32;
        let mut found: Vec<TemplateId> = Vec::new();
        for (index, record) in self.records.iter().enumerate() {
            if record.id >> shift == prefix {
                found.push(self.template_id(self.template_of(ShapeIx(index as u32))));
            }
        }
        found.sort_unstable();
        found.dedup();
        match found[..] {
            [] => Err(FindError::Unknown),
            [id] => Ok(self.template_of(ShapeIx(self.by_id[&id.0]))),
            [one, other, ..] => Err(FindError::Ambiguous(one, other)),
        }
    }

    /// The level of a template; all its shapes have the same.
    pub fn level(&self, template: TemplateIx) -> Level {
        self.root(template).level
    }

    /// Whether a template has a word of alarm; all its shapes agree.
    pub fn alarm(&self, template: TemplateIx) -> bool {
        self.root(template).alarm
    }

    /// A sample line of a template; the choice does not depend on order.
    pub fn example(&self, template: TemplateIx) -> &[u8] {
        let template = self.resolve(template.0);
        match self.templates[template as usize].exemplar {
            NONE => &[],
            ix => &self.records[ix as usize].example,
        }
    }

    /// How many templates live, those apart that no line has shown yet.
    pub fn len(&self) -> usize {
        let overflow = self.overflow_template();
        let lives = |ix: &TemplateIx| {
            let template = &self.templates[ix.0 as usize];
            template.into == NONE && (template.exemplar != NONE || Some(*ix) == overflow)
        };
        (0..self.templates.len() as u32).map(TemplateIx).filter(lives).count()
    }

    /// Whether nothing was inserted yet.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// Indexes are below this: how long a table by [`TemplateIx`] must be.
    pub fn templates_end(&self) -> usize {
        self.templates.len()
    }

    /// Indexes are below this: how long a table by [`ShapeIx`] must be.
    pub fn shapes_end(&self) -> usize {
        self.records.len()
    }

    /// Shapes whose id met a different text: two messages that cannot be told apart.
    pub fn collisions(&self) -> u64 {
        self.collisions
    }

    /// The shapes seen in lines, by id.
    pub fn shapes(&self) -> Vec<ShapeIx> {
        let mut found: Vec<u32> =
            (0..self.records.len() as u32).filter(|&ix| self.records[ix as usize].seen).collect();
        found.sort_unstable_by_key(|&ix| self.records[ix as usize].id);
        found.into_iter().map(ShapeIx).collect()
    }

    /// The shapes seen in lines, as they came.
    pub fn shapes_seen(&self) -> impl Iterator<Item = ShapeIx> + '_ {
        let seen = self.records.iter().enumerate().filter(|(_, record)| record.seen);
        seen.map(|(index, _)| ShapeIx(index as u32))
    }

    /// The living templates, by id.
    pub fn templates(&self) -> Vec<TemplateIx> {
        let mut found: Vec<TemplateIx> = (0..self.templates.len() as u32)
            .filter(|&ix| self.templates[ix as usize].into == NONE)
            .map(TemplateIx)
            .collect();
        found.sort_unstable_by_key(|&ix| self.template_id(ix));
        found
    }

    /// The template of everything that did not fit, if there is one.
    pub fn overflow_template(&self) -> Option<TemplateIx> {
        self.shape(ShapeId::of(OVERFLOW)).map(|ix| self.template_of(ix))
    }
}

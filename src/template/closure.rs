//! The least fixed point of stage 2, one insertion at a time.
//!
//! Four rules, applied until none applies: a shape's words arrive at the
//! entries of its masked keys; an entry that passes its test makes its key
//! active, and an active key is a shape; a [column](super::column) that many
//! messages have shown two words in makes the key with that place masked active,
//! for each shape that has it; two active keys of one shape make the
//! key with both masked active. Each only adds, so any order of work ends in
//! the same state. The work is a list of tasks, not recursion, since one line
//! may set off a long chain.

use super::holes::Cut;
use super::limits::Bound;
use super::registry::{ACTIVE_MAX, NONE, Registry, TEXT_BYTES_MAX, TemplateIx};
use crate::id::ShapeId;
use crate::shape::Shape;

/// Work that is left.
#[derive(Copy, Clone, Debug)]
pub(super) enum Task {
    /// Bring the words of a new shape to its masked keys.
    Connect(u32),
    /// Join the active keys of a shape two by two.
    Join(u32),
    /// Mask the words of a shape that stand in active columns.
    Mask(u32),
}

/// What makes a key active.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Cause {
    /// What was seen in its hole, or two keys that were.
    Words,
    /// A column. Such a key stands for one message, so it counts as a message.
    Column,
}

impl Registry {
    /// Inserts the shape `first`, which `cut` holds, with all that follows from it.
    pub(super) fn close(&mut self, cut: &mut Cut, first: u32) {
        self.connect(cut, first);
        self.finish(cut);
    }

    fn finish(&mut self, cut: &mut Cut) {
        while let Some(task) = self.tasks.pop() {
            let (Task::Connect(ix) | Task::Join(ix) | Task::Mask(ix)) = task;
            cut.load(&self.records[ix as usize].text);
            match task {
                Task::Connect(_) => self.connect(cut, ix),
                Task::Join(_) => self.join(cut, ix),
                Task::Mask(_) => self.mask_columns(cut, ix),
            }
        }
    }

    fn connect(&mut self, cut: &mut Cut, ix: u32) {
        cut.words().iter().for_each(|hash| self.vocabulary.add(*hash));
        let mut keys = 0;
        for index in 0..cut.holes.len() {
            let hole = cut.holes[index];
            if let Some(&key) = self.active.get(&hole.key) {
                keys += usize::from(key != ix);
                self.link(ix, key);
                continue;
            }
            if self.entries.add(hole.key, &hole.arrival, ix) {
                cut.key_of(hole.places, hole.places);
                self.activate(hole.key, cut.masked(), ix, Cause::Words);
            }
        }
        for speaker in &cut.speakers {
            let members = self.columns.arrive(speaker, &cut.holes[speaker.hole as usize], ix);
            self.tasks.extend(members.into_iter().flatten().map(Task::Mask));
        }
        if self.columns.full {
            self.hit(Bound::Speakers);
        }
        self.mask_columns(cut, ix);
        // A key that became active just now has left a task of its own.
        if keys > 1 {
            self.join(cut, ix);
        }
    }

    fn mask_columns(&mut self, cut: &mut Cut, ix: u32) {
        for index in 0..cut.speakers.len() {
            let speaker = cut.speakers[index];
            if !self.columns.is_active(speaker.column) {
                continue;
            }
            for at in [Some(speaker.hole), speaker.echo].into_iter().flatten() {
                let hole = cut.holes[at as usize];
                if !self.active.contains_key(&hole.key) {
                    cut.key_of(hole.places, hole.places);
                    self.activate(hole.key, cut.masked(), ix, Cause::Column);
                }
            }
        }
    }

    /// Makes a column active that was active when it was saved.
    pub(super) fn activate_saved_column(&mut self, column: u64) {
        let members = self.columns.activate(column);
        self.tasks.extend(members.into_iter().map(Task::Mask));
        let mut cut = self.cut.take().unwrap_or_default();
        self.finish(&mut cut);
        self.cut.replace(Some(cut));
    }

    fn join(&mut self, cut: &mut Cut, ix: u32) {
        for one in 1..cut.holes.len() {
            let first = cut.holes[one];
            if !self.active.contains_key(&first.key) {
                continue;
            }
            for other in 0..one {
                let second = cut.holes[other];
                if !self.active.contains_key(&second.key) {
                    continue;
                }
                let (key, _) = cut.key_of(first.places, second.places);
                if !self.active.contains_key(&key) {
                    self.activate(key, cut.masked(), ix, Cause::Words);
                }
            }
        }
    }

    /// Makes a key active; `from` is a shape it came from, and has the same level and alarm.
    fn activate(&mut self, key: u64, text: &[u8], from: u32, cause: Cause) {
        if self.is_closed_to(cause) {
            return;
        }
        let ix = match self.by_id.get(&key) {
            Some(&ix) => ix,
            None => {
                let from = &self.records[from as usize];
                let (level, alarm) = (from.level, from.alarm);
                let ix = self.add_record(key, text, level, alarm);
                if cause == Cause::Column {
                    self.records[ix as usize].counted = true;
                    self.uncovered += 1;
                }
                self.tasks.push(Task::Connect(ix));
                ix
            }
        };
        self.by_column += usize::from(cause == Cause::Column);
        self.active.insert(key, ix);
        self.records[ix as usize].active = true;
        for member in self.entries.remove(key) {
            if member != ix {
                self.link(member, ix);
                self.tasks.push(Task::Join(member));
            }
        }
        if self.records[ix as usize].template == NONE {
            self.add_template(ix);
        }
    }

    /// Whether a bound keeps a key from becoming active.
    fn is_closed_to(&mut self, cause: Cause) -> bool {
        let (full, bound) = match cause {
            Cause::Words => (self.active_by_words() >= ACTIVE_MAX, Bound::Variables),
            Cause::Column => (self.text_bytes >= TEXT_BYTES_MAX, Bound::Bytes),
        };
        let closed = full && !self.loading;
        if closed {
            self.hit(bound);
        }
        closed
    }

    /// Active keys that are not just messages with their instance masked.
    pub(super) fn active_by_words(&self) -> usize {
        self.active.len() - self.by_column
    }

    /// Activates a key that was active when it was saved.
    pub(super) fn activate_saved(&mut self, text: &[u8]) {
        let id = ShapeId::of(text).0;
        if self.active.contains_key(&id) {
            return;
        }
        let ix = self.by_id.get(&id).copied().unwrap_or_else(|| {
            let shape = Shape::from_text(text);
            let ix = self.add_record(id, text, shape.level, shape.alarm);
            self.tasks.push(Task::Connect(ix));
            ix
        });
        self.activate(id, text, ix, Cause::Words);
        let mut cut = self.cut.take().unwrap_or_default();
        self.finish(&mut cut);
        self.cut.replace(Some(cut));
    }

    /// Notes that the active `key` covers the shape, whose template becomes its own.
    fn link(&mut self, shape: u32, key: u32) {
        if shape == key {
            return;
        }
        self.records[key as usize].covers += 1;
        let next = &mut self.outlines[shape as usize].next;
        if *next == NONE {
            *next = key;
            self.uncovered -= usize::from(self.records[shape as usize].counted);
        }
        let (mine, its) = (self.records[shape as usize].template, self.records[key as usize].template);
        match (mine, its) {
            (NONE, NONE) => {
                let template = self.add_template(key);
                self.records[shape as usize].template = template;
            }
            (NONE, its) => self.records[shape as usize].template = its,
            (mine, NONE) => self.records[key as usize].template = mine,
            (mine, its) => self.unite(mine, its),
        }
    }

    /// Joins two templates; the older index survives.
    fn unite(&mut self, one: u32, other: u32) {
        let (one, other) = (self.resolve(one), self.resolve(other));
        if one == other {
            return;
        }
        let (survivor, gone) = (one.min(other), one.max(other));
        let exemplar = self.better_exemplar(
            self.templates[survivor as usize].exemplar,
            self.templates[gone as usize].exemplar,
        );
        self.templates[survivor as usize].exemplar = exemplar;
        self.templates[gone as usize].into = survivor;
        self.joins.push((TemplateIx(gone), TemplateIx(survivor)));
    }
}

//! What stands in the places of known messages, and what has never stood there.
//!
//! Two kinds of places come together here when a pane closes: those that workers have read off
//! the lines, and those where the closure has masked words, which are read off the shapes.

use super::Ledger;
use super::pane::{PaneCells, ValueAddition};
use super::source::{Held, Place};
use crate::count::split_route;
use crate::detect::slots::{NewValue, SavedSlots, ShareFound, ValueCount};
use crate::id::{ShapeId, SlotId, TemplateId};
use crate::shape::VARIABLE;
use crate::template::{ShapeIx, TemplateIx};
use crate::time::Pane;

/// Where the lines of a count are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A cell of the pane's values.
    Value(usize),
    /// A cell of its shapes.
    Shape(usize),
}

/// What a pane's values have to say, and where the lines are.
pub(super) struct ValueNews {
    pub new: Vec<(Mark, NewValue)>,
    pub shares: Vec<(Option<Mark>, ShareFound)>,
}

// limits
/// Names of fields that are remembered.
const FIELD_NAMES_MAX: usize = 4_096;

impl Ledger {
    /// What is known of values.
    pub(super) fn save_slots(&self) -> SavedSlots {
        let mut names: Vec<_> = self.field_names.iter().map(|(slot, name)| (*slot, name.clone())).collect();
        names.sort_unstable();
        SavedSlots {
            slots: self.slots.save(|template| self.registry.template_id(template)),
            words: self.words.save(&self.registry),
            names,
            found: self.slots.found,
            news: self.slots.news.clone(),
            requests: self.slots.requests.clone(),
        }
    }

    /// What was saved, beside what is known already.
    pub(super) fn load_slots(&mut self, saved: SavedSlots) {
        let template = |id: TemplateId| Some(self.registry.template_of(self.registry.shape(ShapeId(id.0))?));
        self.slots.load(saved.slots, template);
        self.slots.found += saved.found;
        self.slots.news.extend(saved.news);
        self.slots.join_requests_saved(saved.requests);
        self.words.load(saved.words, &self.registry);
        self.keep_names(saved.names);
    }

    /// Remembers the names of fields.
    pub(super) fn keep_names(&mut self, names: Vec<(SlotId, Box<[u8]>)>) {
        for (slot, name) in names {
            if self.field_names.len() < FIELD_NAMES_MAX {
                self.field_names.entry(slot).or_insert(name);
            }
        }
    }

    /// Puts the values of a segment into their panes, where its other lines are.
    pub(super) fn add_values(&mut self, source: usize, held: &Held, place: Place) {
        let open_from = self.closed.map_or(i64::MIN, |closed| closed.0 + 1);
        let apart = self.sources[source].is_apart();
        let mut last = (ShapeId(0), false);
        for entry in &held.segment.values {
            let (pane, late, time, newest) = place.of((entry.pane, entry.late, entry.time, entry.newest));
            // Of too many values no line is counted, but they are there.
            let lines = entry.count.max(1);
            let Some((time, _, count)) = self.part_of(source, (time, newest), lines) else { continue };
            if last.0 != entry.shape {
                last = (entry.shape, self.is_expected(entry.shape));
            }
            if !last.1 {
                continue;
            }
            let cut = |(from, len): (u32, u32)| &held.samples[from as usize..][..len as usize];
            let addition = ValueAddition {
                shape: entry.shape,
                slot: entry.slot,
                value: cut(entry.value),
                count,
                late: late || apart || pane < open_from,
                time,
                stamp: if matches!(place, Place::Skewed(_)) { entry.time } else { time },
                source,
                line_number: held.lines_before + u64::from(entry.line) + 1,
                sample: cut(entry.sample),
            };
            let pane = Pane(pane.max(open_from));
            self.panes.entry(pane).or_insert_with(|| self.spare.take()).values.add(&addition);
        }
    }

    /// Counts the values of a pane, whose shares are judged if `is_judged`; those that were never
    /// seen, the earliest first, and those with another share than usual.
    pub(super) fn count_values(&mut self, pane: Pane, cells: &PaneCells, is_judged: bool) -> ValueNews {
        let (marks, shapes) = self.look_at_values(cells);
        let mut counts = Vec::with_capacity(marks.len());
        for (number, (mark, template)) in marks.iter().enumerate() {
            match *mark {
                Mark::Value(at) => {
                    let cell = &cells.values.cells()[at];
                    let value = cells.values.value(cell);
                    let (value, route) =
                        if cell.slot.has_route() { split_route(value) } else { (value, &[][..]) };
                    counts.push(ValueCount {
                        template: *template,
                        slot: cell.slot,
                        hash: cell.hash,
                        value,
                        route,
                        count: cell.count,
                        late: cell.late,
                        time: cell.time,
                        mark: number,
                        line: self
                            .learn_only
                            .then(|| (cell.source, cell.line_number, cells.values.sample(cell))),
                    });
                }
                Mark::Shape(at) => {
                    let cell = &cells.cells[at];
                    let words = self.words.of(*template, shapes[number]);
                    counts.extend(words.iter().map(|(slot, value, hash)| {
                        ValueCount {
                            template: *template,
                            slot: *slot,
                            value,
                            hash: *hash,
                            route: &[],
                            count: cell.count,
                            late: cell.late,
                            time: cell.time,
                            mark: number,
                            // The others are those of their shapes.
                            line: (self.learn_only && **value == [VARIABLE])
                                .then(|| (cell.source, cell.line_number, cells.sample(cell))),
                        }
                    }));
                }
            }
        }
        let order = |a: usize, b: usize| {
            let line = |number: usize| line_of(marks[number].0, cells);
            let place = |number: usize| (line(number).2, line(number).0, line(number).1);
            place(a).cmp(&place(b)).then_with(|| marks[a].0.cmp(&marks[b].0))
        };
        let mut open: Vec<(TemplateIx, SlotId, usize)> = Vec::new();
        let frame = self.detector.share_frame(pane, self.slots.values(), is_judged && !self.learning());
        let mut news = self
            .slots
            .close_pane(&frame, &counts, order, |count| open.push((count.template, count.slot, count.mark)));
        drop(counts);
        for (template, slot, number) in open {
            match marks[number].0 {
                Mark::Value(at) => self.tell_open(cells.values.cells()[at].shape, slot),
                Mark::Shape(_) => self.words.note_open(template, &self.slots),
            }
        }
        news.new.sort_by(|a, b| (a.time, a.template, a.slot).cmp(&(b.time, b.template, b.slot)));
        let mark = |number: usize| marks[number].0;
        ValueNews {
            new: news.new.into_iter().map(|new| (mark(new.mark), new)).collect(),
            shares: news.shares.into_iter().map(|share| (share.mark.map(mark), share)).collect(),
        }
    }

    /// Where the lines are whose values count, each with its template and, of those that the
    /// closure has masked words in, its shape.
    fn look_at_values(&mut self, cells: &PaneCells) -> (Vec<(Mark, TemplateIx)>, Vec<ShapeIx>) {
        let overflow = self.registry.overflow_template();
        let (mut marks, mut shapes, mut known) =
            (Vec::new(), Vec::new(), Vec::with_capacity(cells.cells.len()));
        for (at, cell) in cells.cells.iter().enumerate() {
            let Some(shape) = self.known_cell(cell) else { continue };
            let template = self.registry.template_of(shape);
            if Some(template) != overflow {
                known.push((template, shape, at));
            }
        }
        let looked = known.iter().map(|(template, shape, _)| (*template, *shape));
        self.words.look(&self.registry, &mut self.slots, looked);
        for (template, shape, at) in known {
            self.words.add(shape, cells.cells[at].count + cells.cells[at].late);
            if !self.words.of(template, shape).is_empty() {
                marks.push((Mark::Shape(at), template));
                shapes.push(shape);
            }
        }
        let mut last = (ShapeId(0), None);
        for (at, cell) in cells.values.cells().iter().enumerate() {
            // The values of one shape mostly come one after another.
            if last.0 != cell.shape {
                last = (cell.shape, self.known(cell.shape).map(|shape| self.registry.template_of(shape)));
            }
            if let Some(template) = last.1.filter(|template| Some(*template) != overflow) {
                marks.push((Mark::Value(at), template));
            }
        }
        (marks, shapes)
    }

    /// Tells the workers that a slot is not worth counting any more.
    fn tell_open(&mut self, shape: ShapeId, slot: SlotId) {
        if self.told_open.insert((shape, slot)) {
            self.open_slots.add(shape, slot);
        }
    }
}

/// The source, the number and the text of the line that a mark stands for.
pub(super) fn line_of(mark: Mark, cells: &PaneCells) -> (usize, u64, &[u8]) {
    match mark {
        Mark::Value(at) => {
            let cell = &cells.values.cells()[at];
            (cell.source, cell.line_number, cells.values.sample(cell))
        }
        Mark::Shape(at) => {
            let cell = &cells.cells[at];
            (cell.source, cell.line_number, cells.sample(cell))
        }
    }
}

//! What stands in the places of known messages, and what has never stood there.
//!
//! Two kinds of places come together here when a pane closes: those that workers have read off
//! the lines, and those where the closure has masked words, which are read off the shapes.

use super::Ledger;
use super::meaning::Awaited;
use super::pane::{PaneCells, ValueAddition};
use super::source::{Held, Place};
use super::words::Words;
use crate::alert::Alert;
use crate::count::split_route;
use crate::detect::slots::{NewValue, SavedSlots, ShareFound, Slots, ValueCount};
use crate::id::{ShapeId, SlotId, TemplateId};
use crate::redact::redact;
use crate::shape::VARIABLE;
use crate::template::{ShapeIx, TemplateIx};
use crate::time::Pane;
use hashbrown::{HashMap, HashSet};

/// What is known of the places of messages, and what of it waits to be told.
#[derive(Default)]
pub(super) struct Said {
    /// The values of each message's slots, and the words that the closure has masked.
    pub slots: Slots,
    pub words: Words,
    /// New names that wait for their minute to end.
    pub names: Vec<Alert>,
    /// New values that other messages have, in their first minute.
    pub awaited: Vec<Awaited>,
    /// Names of the slots that are fields.
    pub field_names: HashMap<SlotId, Box<[u8]>>,
    /// Which slots the workers were told are open, and those to be told.
    pub told_open: HashSet<(ShapeId, SlotId)>,
    pub opened: Vec<(ShapeId, SlotId)>,
}

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
/// A shorter value is no secret by itself.
const SECRET_BYTES_MIN: usize = 12;
/// Names of fields that are remembered.
const FIELD_NAMES_MAX: usize = 4_096;
/// Slots that the workers are told are open; any more are counted in vain.
const TOLD_OPEN_MAX: usize = 1 << 18;

impl Ledger {
    /// What is known of values.
    pub(super) fn save_slots(&self) -> SavedSlots {
        let mut names: Vec<_> =
            self.said.field_names.iter().map(|(slot, name)| (*slot, name.clone())).collect();
        names.sort_unstable();
        SavedSlots {
            slots: self.said.slots.save(|template| self.registry.template_id(template)),
            words: self.said.words.save(&self.registry),
            names,
            found: self.said.slots.found,
            news: self.said.slots.news.clone(),
            requests: self.said.slots.requests.clone(),
        }
    }

    /// What was saved, beside what is known already.
    pub(super) fn load_slots(&mut self, saved: SavedSlots) {
        let template = |id: TemplateId| Some(self.registry.template_of(self.registry.shape(ShapeId(id.0))?));
        self.said.slots.load(saved.slots, template);
        self.said.slots.found = self.said.slots.found.saturating_add(saved.found);
        self.said.slots.news.extend(saved.news);
        self.said.slots.join_requests_saved(saved.requests);
        self.said.words.load(saved.words, &self.registry);
        self.keep_names(saved.names);
    }

    /// Remembers the names of fields.
    pub(super) fn keep_names(&mut self, names: Vec<(SlotId, Box<[u8]>)>) {
        for (slot, name) in names {
            if self.said.field_names.len() < FIELD_NAMES_MAX {
                self.said.field_names.entry(slot).or_insert(name);
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
                value: if entry.slot.has_route() {
                    cut(entry.value)
                } else {
                    self.countable(cut(entry.value))
                },
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

    /// A value as it is counted: what looks like a secret is kept nowhere, and its slot is open.
    fn countable<'a>(&self, value: &'a [u8]) -> &'a [u8] {
        let is_secret = value.len() >= SECRET_BYTES_MIN && !self.no_redact && *redact(value) != *value;
        if is_secret { &[] } else { value }
    }

    /// Counts the values of a pane, whose shares are judged if `is_judged`; those that were never
    /// seen, the earliest first, and those with another share than usual.
    pub(super) fn count_values(&mut self, pane: Pane, cells: &PaneCells, is_judged: bool) -> ValueNews {
        let (marks, shapes) = self.look_at_values(cells);
        let counts = counts_of(&self.said.words, cells, &marks, &shapes, self.learn_only);
        let order = |a: usize, b: usize| {
            let line = |number: usize| line_of(marks[number].0, cells);
            let place = |number: usize| (line(number).2, line(number).0, line(number).1);
            place(a).cmp(&place(b)).then_with(|| marks[a].0.cmp(&marks[b].0))
        };
        let mut open: Vec<(TemplateIx, SlotId, usize)> = Vec::new();
        let frame = self.detector.share_frame(pane, self.said.slots.values(), is_judged && !self.learning());
        let mut news = self
            .said
            .slots
            .close_pane(&frame, &counts, order, |count| open.push((count.template, count.slot, count.mark)));
        drop(counts);
        for (template, slot, number) in open {
            match marks[number].0 {
                Mark::Value(at) => self.tell_open(cells.values.cells()[at].shape, slot),
                Mark::Shape(_) => self.said.words.note_open(template, &self.said.slots),
            }
        }
        news.new.sort_by_key(|new| (new.time, new.template, new.slot));
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
        self.said.words.look(&self.registry, &mut self.said.slots, looked);
        for (template, shape, at) in known {
            self.said.words.add(shape, cells.cells[at].count + cells.cells[at].late);
            if !self.said.words.of(template, shape).is_empty() {
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
        let is_known = self.said.told_open.contains(&(shape, slot));
        if !is_known && self.said.told_open.len() < TOLD_OPEN_MAX {
            self.said.told_open.insert((shape, slot));
            self.said.opened.push((shape, slot));
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

/// What the pane has of each value, as the marks list it. `keeps_lines`: with a line of each.
fn counts_of<'a>(
    said: &'a Words,
    cells: &'a PaneCells,
    marks: &[(Mark, TemplateIx)],
    shapes: &[ShapeIx],
    keeps_lines: bool,
) -> Vec<ValueCount<'a>> {
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
                    line: keeps_lines.then(|| (cell.source, cell.line_number, cells.values.sample(cell))),
                });
            }
            Mark::Shape(at) => {
                let cell = &cells.cells[at];
                let words = said.of(*template, shapes[number]);
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
                        line: (keeps_lines && **value == [VARIABLE])
                            .then(|| (cell.source, cell.line_number, cells.sample(cell))),
                    }
                }));
            }
        }
    }
    counts
}

//! What stands in the places of known messages, and what has never stood there.
//!
//! Two kinds of places come together here when a pane closes: those that workers have read off
//! the lines, and those where the closure has masked words, which are read off the shapes.

use super::Ledger;
use super::close::Named;
use super::meaning::Awaited;
use super::pane::{Counted, PaneCells, ValueAddition, lines_of};
use super::source::{Held, Place};
use super::words::Words;
use crate::alert::Alert;
use crate::count::split_route;
use crate::detect::slots::{NewValue, SavedSlots, ShareFound, Slots, ValueCount};
use crate::id::{ShapeId, SlotId, TemplateId};
use crate::redact::redact;
use crate::shape::VARIABLE;
use crate::shape::candidates::VALUE_BYTES_MAX;
use crate::template::{ShapeIx, TemplateIx};
use crate::time::Pane;
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

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
    /// Values that were found to be no secrets.
    harmless: HashSet<Box<[u8]>>,
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
/// Values that are known to be none.
const HARMLESS_MAX: usize = 1_024;
/// Names of fields that are remembered.
const FIELD_NAMES_MAX: usize = 4_096;
/// Slots that the workers are told are open; any more are counted in vain.
const TOLD_OPEN_MAX: usize = 1 << 18;

/// Set in the number of a [`Mark::Shape`].
const IS_SHAPE: usize = 1 << 31;

impl Mark {
    /// As a number, in the order of the marks.
    fn number(self) -> usize {
        match self {
            Mark::Value(at) => at,
            Mark::Shape(at) => IS_SHAPE | at,
        }
    }

    fn of(number: usize) -> Mark {
        if number & IS_SHAPE == 0 { Mark::Value(number) } else { Mark::Shape(number ^ IS_SHAPE) }
    }
}

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
    pub(super) fn load_slots(&mut self, saved: &SavedSlots) {
        let template = |id: TemplateId| Some(self.registry.template_of(self.registry.shape(ShapeId(id.0))?));
        self.said.slots.load(&saved.slots, template);
        self.said.slots.found = self.said.slots.found.saturating_add(saved.found);
        self.said.slots.news.extend(&saved.news);
        self.said.slots.join_requests_saved(saved.requests.clone());
        self.said.words.load(&saved.words, &self.registry);
        self.keep_names(saved.names.clone());
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
    pub(super) fn add_values(&mut self, source: usize, held: &Arc<Held>, place: Place) {
        let open_from = self.closed.map_or(i64::MIN, |closed| closed.0 + 1);
        let apart = self.sources[source].is_apart();
        let in_vain = held.slots_open < self.said.told_open.len();
        let as_written = matches!(place, Place::Own(_)) && self.only.is_none();
        let mut last = (ShapeId(0), None, false);
        // So that whether an entry counts can be asked while its pane is at hand.
        let mut panes = std::mem::take(&mut self.panes);
        for (number, entry) in held.segment.values.iter().enumerate() {
            let (pane, late, time, newest) = place.of((entry.pane, entry.late, entry.time, entry.newest));
            let Some((time, _, count)) = self.part_of(source, (time, newest), lines_of(entry) as u32) else {
                continue;
            };
            if last.0 != entry.shape {
                let known = self.known(entry.shape);
                last = (entry.shape, known, known.is_some() || self.pending.contains_key(&entry.shape));
            }
            // Of what a worker has counted in vain nothing may depend, not even how full a pane is.
            let id = if entry.slot.has_route() { entry.slot.of_all_routes() } else { entry.slot };
            if !last.2 || in_vain && self.said.told_open.contains(&(entry.shape, id)) {
                continue;
            }
            let cut = |(from, len): (u32, u32)| &held.samples[from as usize..][..len as usize];
            let value = cut(entry.value);
            let countable = entry.slot.has_route() || self.is_countable(value);
            let late = late || apart || pane < open_from;
            let values =
                &mut panes.entry(Pane(pane.max(open_from))).or_insert_with(|| self.spare.take()).values;
            let as_written = as_written && countable;
            if as_written && values.point_at(held, source, (number, entry), late, last.1) {
                continue;
            }
            values.add(&ValueAddition {
                shape: entry.shape,
                known: last.1,
                slot: entry.slot,
                value: if countable { value } else { &[] },
                count,
                late,
                time,
                stamp: if matches!(place, Place::Skewed(_)) { entry.time } else { time },
                source,
                line_number: held.line_number(entry.line),
                sample: cut(entry.sample),
            });
        }
        self.panes = panes;
    }

    /// Whether a value may be counted: what looks like a secret is kept nowhere, and its slot is open.
    fn is_countable(&mut self, value: &[u8]) -> bool {
        if value.len() < SECRET_BYTES_MIN || self.no_redact || self.said.harmless.contains(value) {
            return true;
        }
        let is_harmless = *redact(value) == *value;
        if is_harmless && value.len() <= VALUE_BYTES_MAX {
            if self.said.harmless.len() >= HARMLESS_MAX {
                self.said.harmless.clear();
            }
            self.said.harmless.insert(value.into());
        }
        is_harmless
    }

    /// Counts the values of a pane, whose shares are judged if `is_judged`; those that were never
    /// seen, the earliest first, and those with another share than usual.
    pub(super) fn count_values(
        &mut self,
        pane: Pane,
        cells: &PaneCells,
        named: &[Named],
        is_judged: bool,
    ) -> ValueNews {
        let shapes = self.look_at_shapes(cells, named);
        let frame = self.detector.share_frame(pane, self.said.slots.values(), is_judged && !self.learning());
        // The counts look at all else.
        let mut slots = std::mem::take(&mut self.said.slots);
        let overflow = self.registry.overflow_template();
        let template_of = |shape, known: Option<ShapeIx>| {
            let template = self.registry.template_of(known.or_else(|| self.known(shape))?);
            (Some(template) != overflow).then_some(template)
        };
        let counts = counts_of(&self.said.words, cells, &shapes, &template_of);
        // Of the words of a place only the one that stands for all others has a line: the others
        // are those of their shapes.
        let keeps_line = |count: &ValueCount<'_>| {
            !matches!(Mark::of(count.mark), Mark::Shape(_)) || *count.value == [VARIABLE]
        };
        let learn_only = self.learn_only;
        let line = |count: &ValueCount<'_>| {
            (learn_only && keeps_line(count)).then(|| line_of(Mark::of(count.mark), cells))
        };
        let order = |a: usize, b: usize| {
            let line = |number: usize| line_of(Mark::of(number), cells);
            let place = |number: usize| (line(number).2, line(number).0, line(number).1);
            place(a).cmp(&place(b)).then_with(|| a.cmp(&b))
        };
        let mut open: Vec<(TemplateIx, SlotId, Mark)> = Vec::new();
        let mut news = slots.close_pane(&frame, counts, order, line, |count| {
            open.push((count.template, count.slot, Mark::of(count.mark)));
        });
        self.said.slots = slots;
        for (template, slot, mark) in open {
            match mark {
                Mark::Value(at) => self.tell_open(cells.values.shape(at), slot),
                Mark::Shape(_) => self.said.words.note_open(template, &self.said.slots),
            }
        }
        news.new.sort_by_key(|new| (new.time, new.template, new.slot));
        ValueNews {
            new: news.new.into_iter().map(|new| (Mark::of(new.mark), new)).collect(),
            shares: news.shares.into_iter().map(|share| (share.mark.map(Mark::of), share)).collect(),
        }
    }

    /// Takes note of the lines of shapes; those that the closure has masked words in.
    fn look_at_shapes<'s>(&mut self, cells: &PaneCells, named: &'s [Named]) -> Vec<&'s Named> {
        let overflow = self.registry.overflow_template();
        let watched = || named.iter().filter(|cell| Some(cell.template) != overflow);
        let Said { words, slots, .. } = &mut self.said;
        words.look(&self.registry, slots, watched().map(|cell| (cell.template, cell.shape)));
        let mut shapes = Vec::new();
        for named in watched() {
            let cell = &cells.cells[named.at as usize];
            words.add(named.shape, cell.count + cell.late);
            if !words.of(named.template, named.shape).is_empty() {
                shapes.push(named);
            }
        }
        shapes
    }

    /// Tells the workers that a slot is not worth counting any more. Not of shapes that a full
    /// registry did not store: there is no end of them, and few come again.
    fn tell_open(&mut self, shape: ShapeId, slot: SlotId) {
        let is_known = self.said.told_open.contains(&(shape, slot));
        let has_room = self.said.told_open.len() < TOLD_OPEN_MAX;
        if !is_known && has_room && self.registry.shape(shape).is_some() {
            self.said.told_open.insert((shape, slot));
            self.said.opened.push((shape, slot));
        }
    }
}

/// The source, the number and the text of the line that a mark stands for.
pub(super) fn line_of(mark: Mark, cells: &PaneCells) -> (usize, u64, &[u8]) {
    match mark {
        Mark::Value(at) => cells.values.line(at),
        Mark::Shape(at) => {
            let cell = &cells.cells[at];
            (cell.source, cell.line_number, cells.sample(cell))
        }
    }
}

/// What the pane has of each value: of the words of these shapes, and of what workers have counted
/// of templates.
fn counts_of<'a>(
    said: &'a Words,
    cells: &'a PaneCells,
    shapes: &'a [&Named],
    template_of: &'a impl Fn(ShapeId, Option<ShapeIx>) -> Option<TemplateIx>,
) -> impl Iterator<Item = ValueCount<'a>> + Clone {
    let words = shapes.iter().flat_map(|&&Named { at, shape, template }| {
        let cell = &cells.cells[at as usize];
        let of = move |(slot, value): &'a (SlotId, Box<[u8]>)| ValueCount {
            template,
            slot: *slot,
            value,
            route: &[],
            count: cell.count,
            late: cell.late,
            time: cell.time,
            mark: Mark::Shape(at as usize).number(),
        };
        said.of(template, shape).iter().map(of)
    });
    let mut last = (ShapeId(0), None);
    let values = cells.values.counted().enumerate().filter_map(move |(number, counted)| {
        let Counted { shape, known, slot, value, count, late, time } = counted;
        // The values of one shape mostly come one after another.
        if last.0 != shape {
            last = (shape, template_of(shape, known));
        }
        let (value, route) = if slot.has_route() { split_route(value) } else { (value, &[][..]) };
        let mark = Mark::Value(number).number();
        Some(ValueCount { template: last.1?, slot, value, route, count, late, time, mark })
    });
    words.chain(values)
}

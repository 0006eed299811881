//! Counting values: which of the few values of a place came how often.
//!
//! The shape of a line forgets its values, so lines of shapes that have *closed* slots, places
//! with few values, are looked at a second time: the words of the [`Candidates`] are read off the
//! line and counted as the line is, in runs of one pane. Everything is written out at the end of
//! a chunk, so nothing of one chunk changes what another gives.
//!
//! The ledger alone decides that a slot is open, since it sees all lines in the order of their
//! panes; the workers are told, and one that learns of it late has only counted in
//! vain. What a worker sees by itself is a slot with too many values in one pane of
//! one chunk: it says so and counts no further.

use super::cache::Run;
use super::open::Opened;
use super::routes::{RouteCounter, answer_in};
use super::slot::{NONE, Slot, Value, Values};
use crate::id::{ShapeId, SlotId};
use crate::redact::names_secret;
use crate::shape::candidates::{ANSWERS_MAX, CANDIDATES_MAX, Candidate, Candidates, says_code};
use crate::shape::cheap::Runs;
use crate::time::{Pane, Time};
use hashbrown::{HashMap, HashSet};

/// No plan: the lines of a key have no candidates.
pub(super) const NO_PLAN: u32 = u32::MAX;

// limits
/// Slots of all shapes; a worker with more forgets them between two chunks.
const SLOTS_ALL_MAX: usize = 1 << 16;
/// Of so many slots of a shape one is found by looking at each.
const SEARCHED_MAX: usize = 32;

/// One candidate of a key, made short: of a word that is the same in all lines, its number among
/// those of the key, in `back`.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    run: u16,
    back: u8,
    ahead: u8,
}

const IS_WORD: u16 = u16::MAX;

/// What of the lines of one cheap key is counted.
#[derive(Clone, Copy, Debug)]
struct Plan {
    table: u32,
    /// The slot of the first place in its table.
    first: u32,
    /// Which places are not known to be open.
    closed: u8,
    /// Which are the same word in all lines.
    words: u8,
    /// The first of these words in the list of all.
    first_word: u32,
    places: [Place; CANDIDATES_MAX],
    /// Which places may hold what a request was answered, and of these the slots of its route.
    answers: u8,
    routes: [u32; ANSWERS_MAX],
}

/// The slots of one shape, a chain.
#[derive(Debug)]
struct Table {
    shape: ShapeId,
    /// The chunk in which the ledger was told of it last.
    told: u32,
    first: u32,
    last: u32,
    len: u32,
}

/// The slots of all shapes. They lie in one list, since most shapes of a flood have one or two, and
/// show one value.
#[derive(Default)]
struct Tables {
    list: Vec<Table>,
    by_shape: HashMap<ShapeId, u32>,
    /// The table that was asked for last: it often is the next one.
    latest: u32,
    slots: Vec<Slot>,
    /// By table: where each slot is, once there are many.
    index: HashMap<(u32, SlotId), u32>,
    values: Values,
}

impl Tables {
    /// The table of a shape.
    fn of(&mut self, shape: ShapeId) -> u32 {
        if self.list.get(self.latest as usize).is_none_or(|latest| latest.shape != shape) {
            self.latest = *self.by_shape.entry(shape).or_insert_with(|| {
                self.list.push(Table { shape, told: 0, first: NONE, last: NONE, len: 0 });
                self.list.len() as u32 - 1
            });
        }
        self.latest
    }

    /// The places of a table's slots, in order.
    fn chain(&self, table: u32) -> impl Iterator<Item = u32> + '_ {
        let known = |at: u32| Some(at).filter(|at| *at != NONE);
        std::iter::successors(known(self.list[table as usize].first), move |at| {
            known(self.slots[*at as usize].next)
        })
    }

    fn find(&self, table: u32, id: SlotId) -> Option<u32> {
        if self.list[table as usize].len as usize > SEARCHED_MAX {
            return self.index.get(&(table, id)).copied();
        }
        self.chain(table).find(|at| self.slots[*at as usize].id == id)
    }

    /// Adds a slot that is not there; its place, behind all others.
    fn push(&mut self, table: u32, slot: Slot) -> u32 {
        let at = self.slots.len() as u32;
        let id = slot.id;
        self.slots.push(slot);
        let known = &mut self.list[table as usize];
        known.len += 1;
        let (len, before) = (known.len as usize, std::mem::replace(&mut known.last, at));
        match before {
            NONE => known.first = at,
            before => self.slots[before as usize].next = at,
        }
        if len > SEARCHED_MAX + 1 {
            self.index.insert((table, id), at);
        } else if len > SEARCHED_MAX {
            let all: Vec<u32> = self.chain(table).collect();
            self.index.extend(all.into_iter().map(|at| ((table, self.slots[at as usize].id), at)));
        }
        at
    }

    fn clear(&mut self) {
        self.list.clear();
        self.by_shape.clear();
        self.slots.clear();
        self.index.clear();
    }
}

/// What is counted of the values of a chunk's lines. See the module.
pub(super) struct SlotCounter {
    plans: Vec<Plan>,
    words: Vec<Value>,
    tables: Tables,
    /// Slots with something to write, with their tables.
    touched: Vec<(u32, u32)>,
    routes: RouteCounter,
    open: HashSet<(ShapeId, SlotId)>,
    /// The number of the chunk, from 1.
    chunk: u32,
    /// Names of fields that have not been told yet.
    pub names: Vec<(SlotId, Box<[u8]>)>,
}

/// Takes what was counted: the shape, the slot, the value and its lines; the slot of too many
/// values comes with a run without lines.
pub(super) trait Sink {
    fn write(&mut self, shape: ShapeId, slot: SlotId, value: &[u8], run: &Run);
}

/// One line on its way into the counts.
#[derive(Clone, Copy)]
pub(super) struct Spotted {
    pub time: Time,
    pub pane: Pane,
    pub late: bool,
    pub line: u32,
    pub at: u32,
    pub len: u32,
}

impl SlotCounter {
    pub fn new() -> SlotCounter {
        SlotCounter {
            plans: Vec::new(),
            words: Vec::new(),
            tables: Tables::default(),
            touched: Vec::new(),
            routes: RouteCounter::default(),
            open: HashSet::new(),
            chunk: 0,
            names: Vec::new(),
        }
    }

    /// Whether there are so many slots that one of `parts` workers had better begin anew.
    pub fn is_full(&self, parts: usize) -> bool {
        self.tables.slots.len() + self.routes.len() > SLOTS_ALL_MAX / parts
    }

    /// Forgets all but what the ledger has told.
    pub fn clear(&mut self) {
        self.plans.clear();
        self.words.clear();
        self.tables.clear();
        self.touched.clear();
        self.routes = RouteCounter::default();
        self.names.clear();
    }

    /// How many slots the ledger has told to be open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// The ledger has opened a slot.
    pub fn open(&mut self, shape: ShapeId, id: SlotId) {
        self.open.insert((shape, id));
        let table = self.tables.by_shape.get(&shape);
        if let Some(at) = table.and_then(|table| self.tables.find(*table, id)) {
            self.tables.slots[at as usize].is_open = true;
        }
    }

    /// A chunk begins.
    pub fn begin(&mut self) {
        self.chunk = self.chunk.wrapping_add(1);
    }

    /// The ledger is to be told of the shape of a new cheap key; whether it is not yet in this chunk.
    pub fn tell(&mut self, shape: ShapeId) -> bool {
        let table = self.tables.of(shape);
        std::mem::replace(&mut self.tables.list[table as usize].told, self.chunk) != self.chunk
    }

    /// What is to be counted of the lines of a new cheap key.
    pub fn plan(&mut self, shape: ShapeId, key: &[u8], candidates: &Candidates) -> u32 {
        let count = candidates.count;
        if count == 0 {
            return NO_PLAN;
        }
        let table = self.tables.of(shape);
        let first = self.slots_of(table, count);
        let places = [Place::default(); CANDIDATES_MAX];
        let answers = candidates.answers;
        let routes = [0; ANSWERS_MAX];
        let first_word = self.words.len() as u32;
        let mut plan = Plan { table, first, closed: 0, words: 0, first_word, places, answers, routes };
        for (index, candidate) in candidates.iter().enumerate() {
            plan.places[index] = match candidate {
                Candidate::Run { run, back, ahead } => Place { run, back, ahead },
                Candidate::Word { start, end } => {
                    self.words.push(Value::new(&key[start as usize..end as usize]));
                    plan.words |= 1 << index;
                    Place { run: IS_WORD, back: plan.words.count_ones() as u8 - 1, ahead: 0 }
                }
            };
            plan.closed |= u8::from(!self.tables.slots[first as usize + index].is_open) << index;
        }
        if let Some(asked) = candidates.asked {
            let answers = (0..CANDIDATES_MAX).filter(|index| answers >> index & 1 == 1);
            let target = &key[asked.target.0..asked.target.1];
            for (route, index) in plan.routes.iter_mut().zip(answers) {
                *route = self.routes.of(shape, SlotId::candidate(count, index), target);
            }
        }
        self.plans.push(plan);
        self.plans.len() as u32 - 1
    }

    /// The first of the slots of so many candidates, which lie side by side: they are made together.
    fn slots_of(&mut self, table: u32, count: usize) -> u32 {
        let first = self.tables.find(table, SlotId::candidate(count, 0));
        first.unwrap_or_else(|| {
            let first = self.tables.slots.len() as u32;
            for index in 0..count.min(CANDIDATES_MAX) {
                self.add_slot(table, SlotId::candidate(count, index));
            }
            first
        })
    }

    fn add_slot(&mut self, table: u32, id: SlotId) -> u32 {
        let is_open = self.open.contains(&(self.tables.list[table as usize].shape, id));
        self.tables.push(table, Slot::new(id, is_open))
    }

    /// The place of a slot of a table, which is likely `guess`.
    fn slot(&mut self, table: u32, id: SlotId, guess: u32) -> u32 {
        if self.tables.slots.get(guess as usize).is_some_and(|slot| slot.id == id) {
            return guess;
        }
        self.tables.find(table, id).unwrap_or_else(|| self.add_slot(table, id))
    }

    /// Hot: counts the values of a line, if it has closed slots.
    #[inline]
    pub fn add(
        &mut self,
        shape: ShapeId,
        plan: u32,
        (opened, runs): (&mut Opened<'_>, &Runs),
        spot: Spotted,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) {
        if plan != NO_PLAN && self.plans[plan as usize].closed != 0 {
            self.add_closed(plan, (opened.message(), runs), spot, bytes, sink);
        }
        if opened.has_fields() {
            self.add_fields(shape, opened, spot, bytes, sink);
        }
    }

    #[inline(never)]
    fn add_closed(
        &mut self,
        plan: u32,
        (message, runs): (&[u8], &Runs),
        spot: Spotted,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) {
        let SlotCounter { plans, words, tables, touched, routes, .. } = self;
        let plan = &mut plans[plan as usize];
        let Tables { list, slots, values, .. } = tables;
        let shape = list[plan.table as usize].shape;
        let mut left = plan.closed;
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            let slot = &mut slots[plan.first as usize + index];
            if slot.is_open {
                plan.closed &= !(1 << index);
                continue;
            }
            let Place { run, back, ahead } = plan.places[index];
            let value = if run == IS_WORD {
                words[plan.first_word as usize + usize::from(back)]
            } else {
                let Some((start, end)) = runs.get(message, run.into()) else { return };
                let from = start.saturating_sub(back.into());
                Value::at(message, from, (end + usize::from(ahead)).min(message.len()))
            };
            if slot.touch() {
                touched.push((plan.table, plan.first + index as u32));
            }
            slot.add(shape, value, spot, bytes, values, sink);
            if plan.answers >> index & 1 == 1
                && let Some(answer) = answer_in(&value)
            {
                let number = (plan.answers & ((1 << index) - 1)).count_ones() as usize;
                routes.add(plan.routes[number], answer, spot, bytes, sink);
            }
        }
    }

    /// Counts the values of the fields beside the text.
    #[inline(never)]
    fn add_fields(
        &mut self,
        shape: ShapeId,
        opened: &mut Opened<'_>,
        spot: Spotted,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) {
        let at = self.tables.of(shape);
        // The fields of a message mostly come in the same order.
        let is_field = |at: &u32| self.tables.slots[*at as usize].id.is_field();
        let mut guess = self.tables.chain(at).find(is_field).unwrap_or(NONE);
        let mut answered = None;
        for field in opened.fields() {
            let known = self.tables.slots.len();
            let place = self.slot(at, SlotId::field(field.name), guess);
            if place as usize == known {
                self.meet_field(place, field.name);
            }
            let Tables { slots, values, .. } = &mut self.tables;
            let slot = &mut slots[place as usize];
            guess = slot.next;
            let (value, is_open) = (Value::new(field.value), slot.is_open);
            // The same field whether it is known by now that it is open or not.
            if answered.is_none() && says_code(field.name) {
                answered = answer_in(&value).map(|answer| (SlotId::field(field.name), answer, is_open));
            }
            if is_open {
                continue;
            }
            if slot.touch() {
                self.touched.push((at, place));
            }
            slot.add(shape, value, spot, bytes, values, sink);
        }
        if let Some((slot, answer, false)) = answered
            && let Some(target) = opened.target()
        {
            let route = self.routes.of(shape, slot, target);
            self.routes.add(route, answer, spot, bytes, sink);
        }
    }

    /// A slot is that of a field which was not met yet. What is a secret is not counted, and so not saved.
    #[cold]
    fn meet_field(&mut self, place: u32, name: &[u8]) {
        if names_secret(name) {
            self.tables.slots[place as usize].is_open = true;
        } else {
            self.names.push((SlotId::field(name), name.into()));
        }
    }

    /// Writes all that was counted, and begins anew.
    pub fn flush(&mut self, sink: &mut impl Sink) {
        let Tables { list, slots, values, .. } = &mut self.tables;
        for (table, slot) in self.touched.drain(..) {
            slots[slot as usize].flush(list[table as usize].shape, values, sink);
        }
        values.clear();
        self.routes.flush(sink);
    }
}

impl Spotted {
    pub(super) fn run(self) -> Run {
        let Spotted { time, pane, late, line, at, len } = self;
        Run { pane, late, count: 1, time, newest: time, line, at, len }
    }
}

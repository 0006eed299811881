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
use crate::id::{ShapeId, SlotId};
use crate::limits::SLOT_VALUES_MAX;
use crate::redact::names_secret;
use crate::shape::candidates::{ANSWERS_MAX, INTEGER_DIGITS_MAX, is_long, says_code};
use crate::shape::candidates::{CANDIDATES_MAX, Candidate, Candidates, LONG, VALUE_BYTES_MAX};
use crate::shape::cheap::Runs;
use crate::shape::padded;
use crate::time::{Pane, Time};
use hashbrown::{HashMap, HashSet};

/// No plan: the lines of a key have no candidates.
pub(super) const NO_PLAN: u32 = u32::MAX;

// limits
/// Slots of all shapes; a worker with more forgets them between two chunks.
const SLOTS_ALL_MAX: usize = 1 << 16;
/// Of so many slots of a shape one is found by looking at each.
const SEARCHED_MAX: usize = 32;

/// A value, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    bytes: [u8; VALUE_BYTES_MAX],
    len: u8,
}

impl Value {
    #[inline]
    pub(super) fn new(text: &[u8]) -> Value {
        Value::at(text, 0, text.len())
    }

    /// What stands at `start..end` of `text`.
    #[inline]
    fn at(text: &[u8], start: usize, end: usize) -> Value {
        if is_long(&text[start..end]) {
            return Value::at(LONG, 0, LONG.len());
        }
        let mut bytes = [0; VALUE_BYTES_MAX];
        let parts = padded(text, start, end - start).map(u64::to_le_bytes);
        bytes.copy_from_slice(parts.as_flattened());
        Value { bytes, len: (end - start) as u8 }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }
}

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

/// The slots of one shape.
#[derive(Debug)]
struct Table {
    shape: ShapeId,
    slots: Vec<Slot>,
    /// Where each is, once there are many.
    index: HashMap<SlotId, u32>,
}

impl Table {
    fn find(&self, id: SlotId) -> Option<usize> {
        if self.slots.len() > SEARCHED_MAX {
            return self.index.get(&id).map(|at| *at as usize);
        }
        self.slots.iter().position(|slot| slot.id == id)
    }

    /// Adds a slot that is not there; its place.
    fn push(&mut self, slot: Slot) -> usize {
        let Table { slots, index, .. } = self;
        slots.push(slot);
        let from = if slots.len() > SEARCHED_MAX { index.len() } else { slots.len() };
        index.extend((from..).zip(&slots[from..]).map(|(at, slot)| (slot.id, at as u32)));
        slots.len() - 1
    }
}

#[derive(Debug)]
pub(super) struct Slot {
    id: SlotId,
    is_open: bool,
    /// It is among those that are to be written out.
    is_touched: bool,
    /// The pane in which it has shown too many values.
    shut: Option<Pane>,
    /// The last value is most often the next one.
    last: usize,
    values: Vec<(Value, Run)>,
}

/// What is counted of the values of a chunk's lines. See the module.
pub(super) struct SlotCounter {
    plans: Vec<Plan>,
    words: Vec<Value>,
    tables: Vec<Table>,
    by_shape: HashMap<ShapeId, u32>,
    slots: usize,
    /// Slots with something to write, with their tables.
    touched: Vec<(u32, u32)>,
    routes: RouteCounter,
    open: HashSet<(ShapeId, SlotId)>,
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
            tables: Vec::new(),
            by_shape: HashMap::new(),
            slots: 0,
            touched: Vec::new(),
            routes: RouteCounter::default(),
            open: HashSet::new(),
            names: Vec::new(),
        }
    }

    /// Whether there are so many slots that one of `parts` workers had better begin anew.
    pub fn is_full(&self, parts: usize) -> bool {
        self.slots + self.routes.len() > SLOTS_ALL_MAX / parts
    }

    /// Forgets all but what the ledger has told.
    pub fn clear(&mut self) {
        let open = std::mem::take(&mut self.open);
        *self = SlotCounter { open, ..SlotCounter::new() };
    }

    /// How many slots the ledger has told to be open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// The ledger has opened a slot.
    pub fn open(&mut self, shape: ShapeId, id: SlotId) {
        self.open.insert((shape, id));
        let Some(table) = self.by_shape.get(&shape).map(|table| &mut self.tables[*table as usize]) else {
            return;
        };
        if let Some(at) = table.find(id) {
            table.slots[at].is_open = true;
        }
    }

    /// What is to be counted of the lines of a new cheap key.
    pub fn plan(&mut self, shape: ShapeId, key: &[u8], candidates: &Candidates) -> u32 {
        let count = candidates.count;
        if count == 0 {
            return NO_PLAN;
        }
        let table = self.table(shape);
        let slots = &mut self.tables[table as usize].slots;
        if slots.capacity() == 0 {
            slots.reserve_exact(count.min(CANDIDATES_MAX));
        }
        let places = [Place::default(); CANDIDATES_MAX];
        let answers = candidates.answers;
        let routes = [0; ANSWERS_MAX];
        let first_word = self.words.len() as u32;
        let mut plan = Plan { table, first: 0, closed: 0, words: 0, first_word, places, answers, routes };
        for (index, candidate) in candidates.iter().enumerate() {
            plan.places[index] = match candidate {
                Candidate::Run { run, back, ahead } => Place { run, back, ahead },
                Candidate::Word { start, end } => {
                    self.words.push(Value::new(&key[start as usize..end as usize]));
                    plan.words |= 1 << index;
                    Place { run: IS_WORD, back: plan.words.count_ones() as u8 - 1, ahead: 0 }
                }
            };
            let slot = self.slot(table, SlotId::candidate(count, index), 0);
            if index == 0 {
                plan.first = slot as u32;
            }
            plan.closed |= u8::from(!self.tables[table as usize].slots[slot].is_open) << index;
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

    fn table(&mut self, shape: ShapeId) -> u32 {
        *self.by_shape.entry(shape).or_insert_with(|| {
            self.tables.push(Table { shape, slots: Vec::new(), index: HashMap::new() });
            self.tables.len() as u32 - 1
        })
    }

    /// The index of a slot in its table, which is likely `guess`.
    fn slot(&mut self, table: u32, id: SlotId, guess: usize) -> usize {
        let table = &mut self.tables[table as usize];
        if table.slots.get(guess).is_some_and(|slot| slot.id == id) {
            return guess;
        }
        table.find(id).unwrap_or_else(|| {
            self.slots += 1;
            table.push(Slot::new(id, self.open.contains(&(table.shape, id))))
        })
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
        let table = &mut tables[plan.table as usize];
        let mut left = plan.closed;
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            let slot = &mut table.slots[plan.first as usize + index];
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
            slot.add(table.shape, value, spot, bytes, sink);
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
        let at = self.table(shape);
        // The fields of a message mostly come in the same order.
        let mut guess = self.tables[at as usize].slots.iter().take_while(|slot| !slot.id.is_field()).count();
        let mut answered = None;
        for field in opened.fields() {
            let known = self.tables[at as usize].slots.len();
            let place = self.slot(at, SlotId::field(field.name), guess);
            guess = place + 1;
            if place == known {
                self.meet_field(at, place, field.name);
            }
            let table = &mut self.tables[at as usize];
            let (value, is_open) = (Value::new(field.value), table.slots[place].is_open);
            // The same field whether it is known by now that it is open or not.
            if answered.is_none() && says_code(field.name) {
                answered = answer_in(&value).map(|answer| (SlotId::field(field.name), answer, is_open));
            }
            if is_open {
                continue;
            }
            if table.slots[place].touch() {
                self.touched.push((at, place as u32));
            }
            table.slots[place].add(shape, value, spot, bytes, sink);
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
    fn meet_field(&mut self, table: u32, place: usize, name: &[u8]) {
        if names_secret(name) {
            self.tables[table as usize].slots[place].is_open = true;
        } else {
            self.names.push((SlotId::field(name), name.into()));
        }
    }

    /// Writes all that was counted, and begins anew.
    pub fn flush(&mut self, sink: &mut impl Sink) {
        for (table, slot) in self.touched.drain(..) {
            let table = &mut self.tables[table as usize];
            table.slots[slot as usize].flush(table.shape, sink);
        }
        self.routes.flush(sink);
    }
}

impl Slot {
    pub(super) fn new(id: SlotId, is_open: bool) -> Slot {
        Slot { id, is_open, is_touched: false, shut: None, last: 0, values: Vec::new() }
    }

    /// Notes that there is something to write; whether that is news.
    #[inline]
    pub(super) fn touch(&mut self) -> bool {
        !std::mem::replace(&mut self.is_touched, true)
    }

    /// Writes all values, and begins anew.
    pub(super) fn flush(&mut self, shape: ShapeId, sink: &mut impl Sink) {
        (self.shut, self.is_touched) = (None, false);
        for (value, run) in self.values.drain(..) {
            sink.write(shape, self.id, value.text(), &run);
        }
    }

    /// Adds a line with this value.
    #[inline]
    pub(super) fn add(
        &mut self,
        shape: ShapeId,
        value: Value,
        spot: Spotted,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) {
        if self.shut.is_some_and(|shut| spot.pane >= shut) {
            return;
        }
        let known = match self.values.get(self.last) {
            Some((last, _)) if *last == value => Some(self.last),
            _ => self.values.iter().position(|(known, _)| *known == value),
        };
        let Some(at) = known else {
            return self.begin(shape, value, spot, sink);
        };
        self.last = at;
        let run = &mut self.values[at].1;
        if run.pane == spot.pane && run.late == spot.late {
            run.add(spot.time, (spot.line, spot.at, spot.len), bytes);
        } else {
            sink.write(shape, self.id, value.text(), run);
            *run = spot.run();
        }
    }

    #[cold]
    fn begin(&mut self, shape: ShapeId, value: Value, spot: Spotted, sink: &mut impl Sink) {
        if self.values.len() >= SLOT_VALUES_MAX {
            let own = |run: &Run| run.pane == spot.pane && run.late == spot.late;
            let id = self.id;
            if self.values.iter().all(|(_, run)| own(run)) {
                self.values.clear();
                self.shut = Some(spot.pane);
                return sink.write(shape, id, b"", &Run { count: 0, ..spot.run() });
            }
            // Those of earlier panes make room.
            self.values.retain(|(value, run)| {
                let keep = own(run);
                if !keep {
                    sink.write(shape, id, value.text(), run);
                }
                keep
            });
        }
        // Most slots of a flood have one value, and a list would begin with room for four.
        if self.values.is_empty() {
            self.values.reserve_exact(1);
        }
        self.last = self.values.len();
        self.values.push((value, spot.run()));
    }
}

impl Spotted {
    fn run(self) -> Run {
        let Spotted { time, pane, late, line, at, len } = self;
        Run { pane, late, count: 1, time, newest: time, line, at, len }
    }
}

const _: () = assert!(INTEGER_DIGITS_MAX < VALUE_BYTES_MAX && LONG.len() <= VALUE_BYTES_MAX);

//! The worker: one chunk in, one delta out.
//!
//! Per line: cut the stamp, hash the cheap key, one probe, one counter. A miss
//! runs the canonical rules. Counts are kept per slot as a run of lines of one
//! pane, and written out when the pane changes or the chunk ends, so a line
//! costs no map access beyond the probe and no allocation. Lines whose message has places
//! with few values are looked at a second time.

use super::cache::{Cache, Run, Slot, Spot};
use super::delta::FILTERED;
use super::open::{Opened, Opener};
use super::record::{Record, Records, add_after, add_before};
use super::slots::{NO_PLAN, Sink, SlotCounter, Spotted};
use super::values::ValueCounter;
use super::walk::{Room, Walk};
use super::{Carry, Delta, NewShape};
use crate::id::{ShapeId, SlotId};
use crate::limits::{
    FIRST_LINES_MAX, HEAD_LINES_MAX, LATE_PANES, SEGMENT_BACK_SECONDS, TRIAL_STEP_SECONDS,
    UNSTAMPED_LINES_PER_PANE,
};
use crate::line::Level;
use crate::line::record::Role;
use crate::line::split::is_blank;
use crate::shape::candidates::Candidates;
use crate::shape::cheap::{Runs, Seed};
use crate::shape::{Scratch, Shape};
use crate::time::{Pane, Time};

// limits
/// More workers than so many remember as much each as so many would: a chunk alone has thousands of keys.
const PARTS_MAX: usize = 8;

/// Sets the cheap keys of lines that are left out apart.
const DROPPED: u64 = 0x5bd1_e995_9e37_79b9;

/// One chunk and what is known of the lines before it.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Index of the source in the run.
    pub source: usize,
    /// Number of the chunk within its source.
    pub index: u64,
    /// Whole lines.
    pub bytes: &'a [u8],
    /// The state at the chunk's start.
    pub carry: Carry,
    /// Lines of this chunk that were cut at the length limit.
    pub overlong: u64,
    /// Lines arrive as they are written: a source without stamps is placed by
    /// the ledger's clock, not by its line numbers.
    pub live: bool,
}

/// Everything a thread needs to turn chunks into deltas.
pub struct Worker {
    opener: Opener,
    counter: Counter,
    /// The state behind the last chunk.
    carry: Carry,
}

/// Where counted values go.
struct Written<'a> {
    walk: &'a mut Walk,
    bytes: &'a [u8],
}

impl Sink for Written<'_> {
    fn write(&mut self, shape: ShapeId, slot: SlotId, value: &[u8], run: &Run) {
        self.walk.write_value(shape, slot, value, run, self.bytes);
    }
}

/// What a worker remembers of the shapes it has met.
struct Counter {
    seed: Seed,
    cache: Cache,
    scratch: Scratch,
    shape: Shape,
    key: Vec<u8>,
    /// The runs with digits of the line's message.
    runs: Runs,
    touched: Vec<u32>,
    records: Records,
    /// How large the lists of the last chunk's delta became.
    room: Room,
    /// Counts what stands in variables, where that is wanted.
    values: Option<Box<ValueCounter>>,
    slots: SlotCounter,
    /// Into how many parts the room for what is remembered is divided.
    parts: usize,
}

impl Worker {
    /// A worker whose lines are opened by `opener`. `seed` guards its cache
    /// against crafted lines; it never changes a result.
    pub fn new(opener: Opener, seed: u64) -> Worker {
        let counter = Counter {
            seed: Seed::new(seed),
            cache: Cache::new(),
            scratch: Scratch::default(),
            shape: Shape::default(),
            key: Vec::new(),
            runs: Runs::default(),
            touched: Vec::new(),
            records: Records::default(),
            room: Room::default(),
            values: None,
            slots: SlotCounter::new(),
            parts: 1,
        };
        Worker { opener, counter, carry: Carry::start(Time(i64::MAX)) }
    }

    /// The state behind the chunk that was tallied last, as a [`Scout`](super::Scout) finds it.
    pub fn carry(&self) -> Carry {
        self.carry
    }

    /// These slots are not worth counting any more.
    pub fn open_slots(&mut self, slots: &[(ShapeId, SlotId)]) {
        slots.iter().for_each(|&(shape, slot)| self.counter.slots.open(shape, slot));
    }

    /// The same worker, which also counts what stands in variables if `wanted`.
    #[must_use]
    pub fn with_values(mut self, wanted: bool) -> Worker {
        self.counter.values = wanted.then(Box::default);
        self
    }

    /// The same worker, as one of several who remember together what one would alone.
    #[must_use]
    pub fn among(mut self, workers: usize) -> Worker {
        self.counter.parts = workers.clamp(1, PARTS_MAX);
        self
    }

    /// Tallies one chunk.
    pub fn tally(&mut self, job: &Job<'_>) -> Delta {
        let Worker { opener, counter, carry } = self;
        if counter.cache.trim(counter.slots.is_full(counter.parts), counter.parts) {
            counter.slots.clear();
            counter.values.iter_mut().for_each(|values| values.forget_shapes());
        }
        counter.slots.begin();
        counter.records.begin(job.index == 0);
        opener.look(job.bytes);
        let mut walk = Walk::new(job, counter.room);
        let mut newlines = memchr::memchr_iter(b'\n', job.bytes);
        let mut start = 0;
        // The one call of what is hot, so that all of it lies in this loop.
        while start < job.bytes.len() {
            let end = newlines.next().unwrap_or(job.bytes.len());
            if start == end {
                // Gigabytes of nothing but newlines fit into a small archive.
                walk.add_empty();
                start += 1;
                continue;
            }
            let opened = opener.open(job.bytes, start, end, walk.carry.anchor());
            counter.add_line(job.bytes, (start, end), opened, &mut walk);
            start = end + 1;
        }
        counter.flush(job.bytes, &mut walk);
        walk.end_records(job.bytes, &counter.records);
        counter.keep_edges(job.bytes, &mut walk.delta);
        walk.delta.slots_open = counter.slots.open_count();
        walk.delta.names = std::mem::take(&mut counter.slots.names);
        walk.delta.values = counter.values.as_mut().map(|values| values.take()).unwrap_or_default();
        walk.delta.lines.read = u64::from(walk.line);
        walk.delta.lines.overlong = job.overlong;
        counter.room = walk.room_needed();
        *carry = walk.carry_behind();
        walk.delta
    }
}

impl Counter {
    /// Hot: one line without its newline. `place` is where it lies in `bytes`.
    #[inline]
    fn add_line(&mut self, bytes: &[u8], place: (usize, usize), opened: Option<Opened<'_>>, walk: &mut Walk) {
        let number = walk.line;
        walk.line += 1;
        let before = walk.carry.part.take();
        let Some(mut opened) = opened else {
            walk.delta.lines.empty += 1;
            // One of colours only, say, lies in its record wherever the chunk ends.
            if !is_blank(&bytes[place.0..place.1]) {
                self.records.add_line(place.1 as u32);
            }
            return;
        };
        walk.carry.part = opened.part;
        let Some(reading) = &opened.reading else {
            return self.add_unstamped(bytes, place, &mut opened, walk);
        };
        let time = reading.time;
        if opened.goes_on_with(before) {
            return self.add_part(bytes, place, time, walk);
        }
        if opened.is_dropped() {
            return self.drop_stamped(bytes, place, &mut opened, time, walk);
        }
        walk.delta.lines.counted += 1;
        let slot = self.slot_of(&mut opened, walk);
        if let Some(values) = &mut self.values {
            values.add(self.cache.slots[slot as usize].shape, &opened);
        }
        let Slot { shape, alarming, .. } = self.cache.slots[slot as usize];
        walk.carry.record = Record::after_head(alarming, shape);
        // Before the step, which may write out what the record before has.
        self.records.add_head(place.0 as u32);
        let (time, pane, late) = self.step_to(time, bytes, walk);
        self.count_values(slot, &mut opened, place, (time, pane, late, number), bytes, walk);
        self.count(slot, bytes, place, (time, pane, late, number), walk);
    }

    /// Hot: counts the values of a line whose message may have few of them in a place.
    #[inline(always)]
    fn count_values(
        &mut self,
        slot: u32,
        opened: &mut Opened<'_>,
        place: (usize, usize),
        (time, pane, late, line): (Time, Pane, bool, u32),
        bytes: &[u8],
        walk: &mut Walk,
    ) {
        let Slot { shape, plan, .. } = self.cache.slots[slot as usize];
        if plan == NO_PLAN && !opened.has_fields() {
            return;
        }
        let (at, len) = (place.0 as u32, (place.1 - place.0) as u32);
        let spot = Spotted { time, pane, late, line, at, len };
        self.slots.add(shape, plan, (opened, &self.runs), spot, bytes, &mut Written { walk, bytes });
    }

    /// A further part of a line that a container's runtime cut: it moves the time
    /// and is no message.
    #[cold]
    fn add_part(&mut self, bytes: &[u8], place: (usize, usize), time: Time, walk: &mut Walk) {
        walk.delta.lines.continuation += 1;
        self.records.add_line(place.1 as u32);
        walk.carry.record = Record::after_part();
        self.step_to(time, bytes, walk);
    }

    /// A line without a stamp: of the record before it, or a message.
    #[inline(never)]
    fn add_unstamped(
        &mut self,
        bytes: &[u8],
        place: (usize, usize),
        opened: &mut Opened<'_>,
        walk: &mut Walk,
    ) {
        let number = walk.line - 1;
        let role = walk.carry.record.step(opened);
        if role == Role::Continuation {
            // Left out or not: what an alert shows of a record is all that lies in it,
            // and a chunk may end anywhere.
            self.records.add_line(place.1 as u32);
            if walk.carry.record.is_left_out() {
                walk.delta.lines.filtered += 1;
            } else {
                walk.delta.lines.continuation += 1;
            }
            return;
        }
        if opened.is_dropped() {
            walk.carry.record.leave_out(role);
            match role {
                Role::Message => self.records.add_head(place.0 as u32),
                _ => self.records.add_line(place.1 as u32),
            }
            let at = self.place_unstamped(number, bytes, walk);
            return self.count_filtered(bytes, at, walk);
        }
        walk.delta.lines.counted += 1;
        walk.delta.lines.unstamped += 1;
        let slot = self.slot_of(opened, walk);
        if let Some(values) = &mut self.values {
            values.add(self.cache.slots[slot as usize].shape, opened);
        }
        match walk.carry.record.join(role, self.cache.slots[slot as usize].shape) {
            Some(within) => {
                self.records.add_line(place.1 as u32);
                self.records.add_within(number, within);
            }
            None => self.records.add_head(place.0 as u32),
        }
        let (time, pane, late) = self.place_unstamped(number, bytes, walk);
        self.count_values(slot, opened, place, (time, pane, late, number), bytes, walk);
        self.count(slot, bytes, place, (time, pane, late, number), walk);
    }

    /// A line that is left out moves the clock and begins a record all the same.
    #[inline(never)]
    fn drop_stamped(
        &mut self,
        bytes: &[u8],
        place: (usize, usize),
        opened: &mut Opened<'_>,
        time: Time,
        walk: &mut Walk,
    ) {
        walk.carry.record = Record::after_head(self.is_alarming(opened), FILTERED);
        walk.carry.record.leave_out(Role::Message);
        self.records.add_head(place.0 as u32);
        let at = self.step_to(time, bytes, walk);
        self.count_filtered(bytes, at, walk);
    }

    /// Counts a line that is left out as [`FILTERED`], so that its pane is one with lines.
    #[inline(never)]
    fn count_filtered(&mut self, bytes: &[u8], (time, pane, late): (Time, Pane, bool), walk: &mut Walk) {
        let number = walk.line - 1;
        walk.delta.lines.filtered += 1;
        let slot = self.cache.find(DROPPED);
        let slot = slot.unwrap_or_else(|| self.cache.insert(DROPPED, Slot::new(FILTERED, false, NO_PLAN)));
        self.count(slot, bytes, (0, 0), (time, pane, late, number), walk);
    }

    /// Whether a line that is left out is of level error or above.
    fn is_alarming(&mut self, opened: &mut Opened<'_>) -> bool {
        // A key of its own, since the ledger is not told of the shape.
        let key = opened.hash(&self.seed, &mut self.runs) ^ DROPPED;
        let slot = self.cache.find(key).unwrap_or_else(|| self.remember(key, opened));
        self.cache.slots[slot as usize].alarming
    }

    /// The slot of the line's cheap key; a miss runs the canonical rules.
    fn slot_of(&mut self, opened: &mut Opened<'_>, walk: &mut Walk) -> u32 {
        let key = opened.hash(&self.seed, &mut self.runs);
        if let Some(slot) = self.cache.find(key) {
            return slot;
        }
        let slot = self.remember(key, opened);
        let (shape, id) = (&self.shape, self.cache.slots[slot as usize].shape);
        if let Some(values) = &mut self.values {
            values.learn(id, &shape.text);
        }
        // Most new keys of a flood are of a few shapes.
        if self.slots.tell(id) {
            let text = shape.text.as_slice().into();
            walk.delta.shapes.push(NewShape { id, text, level: shape.level, alarm: shape.alarm });
        }
        slot
    }

    /// A new slot for the line's shape, which is left in `shape`.
    fn remember(&mut self, key: u64, opened: &mut Opened<'_>) -> u32 {
        let cut = opened.shape(&mut self.key, &mut self.scratch, &mut self.shape);
        let (id, alarming) = (self.shape.id(), self.shape.level >= Level::Error);
        let candidates = Candidates::of(&self.key, cut, &mut self.scratch);
        let plan = self.slots.plan(id, &self.key, &candidates);
        self.cache.insert(key, Slot::new(id, alarming, plan))
    }

    /// Moves the walk to a stamped line: a great step starts a new segment.
    #[inline(always)]
    fn step_to(&mut self, time: Time, bytes: &[u8], walk: &mut Walk) -> (Time, Pane, bool) {
        let pane = time.pane();
        let step = walk.previous.map_or(0, |previous| time.0.saturating_sub(previous.0));
        let small = -SEGMENT_BACK_SECONDS * 1_000_000..=TRIAL_STEP_SECONDS * 1_000_000;
        if walk.previous.is_none() || !small.contains(&step) {
            self.flush(bytes, walk);
            walk.open_segment(time, false);
        }
        walk.previous = Some(time);
        walk.carry.last = Some(time);
        let segment = walk.delta.segments.last_mut().expect("a segment was opened above or before");
        segment.stamped += 1;
        segment.high = segment.high.max(time);
        if pane.0 < walk.high.0 - LATE_PANES {
            return (time, walk.high, true);
        }
        walk.high = walk.high.max(pane);
        (time, pane, false)
    }

    /// Time and pane of a line without a stamp: the last stamp, or a block of
    /// lines where the source has shown none yet.
    fn place_unstamped(&mut self, number: u32, bytes: &[u8], walk: &mut Walk) -> (Time, Pane, bool) {
        if let Some(previous) = walk.previous {
            let pane = previous.pane();
            let late = pane.0 < walk.high.0 - LATE_PANES;
            return (previous, if late { walk.high } else { pane }, late);
        }
        let block = (walk.carry.head_lines + u64::from(number)) / UNSTAMPED_LINES_PER_PANE;
        let head = walk.live || block < HEAD_LINES_MAX / UNSTAMPED_LINES_PER_PANE;
        let time = Pane(block as i64).start();
        if walk.delta.segments.last().is_none_or(|segment| segment.head != head) {
            self.flush(bytes, walk);
            walk.open_segment(time, head);
        }
        let segment = walk.delta.segments.last_mut().expect("opened above or before");
        segment.high = time;
        walk.high = time.pane();
        (time, time.pane(), false)
    }

    /// Hot: adds a line to the run of its slot.
    #[inline(always)]
    fn count(
        &mut self,
        slot: u32,
        bytes: &[u8],
        place: (usize, usize),
        (time, pane, late, line): (Time, Pane, bool, u32),
        walk: &mut Walk,
    ) {
        let (at, len) = (place.0 as u32, (place.1 - place.0) as u32);
        let run = &mut self.cache.slots[slot as usize].run;
        if run.count != 0 && run.pane == pane && run.late == late {
            if run.count < FIRST_LINES_MAX as u32 {
                let firsts = &mut self.cache.firsts[slot as usize];
                if run.count == 1 {
                    firsts[0] = Spot { line: run.line, at: run.at, len: run.len };
                }
                firsts[run.count as usize] = Spot { line, at, len };
            }
            run.add(time, (line, at, len), bytes);
            return;
        }
        if run.count == 0 {
            self.touched.push(slot);
        } else {
            let firsts = &self.cache.firsts[slot as usize];
            walk.write(self.cache.slots[slot as usize], firsts, bytes, &self.records);
        }
        self.cache.slots[slot as usize].run = Run { pane, late, count: 1, time, newest: time, line, at, len };
    }

    /// Writes all open runs to the current segment.
    fn flush(&mut self, bytes: &[u8], walk: &mut Walk) {
        for slot in self.touched.drain(..) {
            let firsts = &self.cache.firsts[slot as usize];
            let slot = &mut self.cache.slots[slot as usize];
            walk.write(*slot, firsts, bytes, &self.records);
            slot.run.count = 0;
        }
        self.slots.flush(&mut Written { walk, bytes });
    }

    /// What the records at the chunk's edges give to those of its neighbours.
    fn keep_edges(&self, bytes: &[u8], delta: &mut Delta) {
        let (lead, all_lead) = self.records.lead();
        add_after(&mut delta.lead, &bytes[lead.0 as usize..lead.1 as usize]);
        delta.all_lead = all_lead;
        let (head, begun) = self.records.tail();
        add_before(&mut delta.tail, &bytes[head as usize..], begun);
    }
}

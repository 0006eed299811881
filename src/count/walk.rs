//! The walk over one chunk: what is carried from line to line, and the delta that it writes.

use super::cache::{Firsts, Run, Slot, Spot};
use super::record::{Around, Records, add_after, add_before};
use super::{Carry, Delta, Entry, FirstLine, Job, Segment, ValueEntry};
use crate::id::{ShapeId, SlotId};
use crate::limits::{FIRST_LINE_BYTES_MAX, SAMPLE_BYTES_MAX};
use crate::time::{Pane, Time};

// limits
/// Values that a short chunk is given room for.
const VALUES_PER_LINE: usize = 4;

/// How much a chunk's delta holds: the next one is asked for at once, since lists that grow
/// are copied, and most chunks are like the one before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    entries: usize,
    firsts: usize,
    values: usize,
    samples: usize,
}

/// Where the walk over one chunk stands.
pub(super) struct Walk {
    pub carry: Carry,
    pub delta: Delta,
    pub live: bool,
    /// Stamp of the line before, or of the chunk before; none at the source's head.
    pub previous: Option<Time>,
    /// Newest pane of the current segment.
    pub high: Pane,
    pub line: u32,
    /// What the first segment will likely hold.
    room: Room,
    /// A buffer for what surrounds a sample.
    kept: Vec<u8>,
}

impl Walk {
    pub fn new(job: &Job<'_>, room: Room) -> Walk {
        // A short chunk, as of a live log, is not like the one before.
        let lines_max = job.bytes.len() / 32;
        let room = Room {
            entries: room.entries.min(lines_max),
            firsts: room.firsts.min(lines_max),
            values: room.values.min(VALUES_PER_LINE * lines_max),
            // A line is a sample of its message and of its values.
            samples: room.samples.min(2 * job.bytes.len()),
        };
        let samples = Vec::with_capacity(room.samples);
        let delta = Delta { source: job.source, index: job.index, samples, ..Delta::default() };
        let mut walk = Walk {
            carry: job.carry,
            delta,
            live: job.live,
            previous: job.carry.last,
            high: Pane(i64::MIN / 2),
            line: 0,
            room,
            kept: Vec::new(),
        };
        if let Some(last) = job.carry.last {
            walk.open_segment(last, false);
            walk.delta.segments[0].continued = true;
        }
        walk
    }

    /// A line without a byte.
    #[inline]
    pub fn add_empty(&mut self) {
        self.line += 1;
        self.carry.part = None;
        self.delta.lines.empty += 1;
    }

    pub fn open_segment(&mut self, first: Time, head: bool) {
        self.high = first.pane();
        // Of several segments any may be the long one: only the first is given room.
        let room = std::mem::take(&mut self.room);
        self.delta.segments.push(Segment {
            head,
            continued: false,
            stamped: 0,
            first,
            high: first,
            entries: Vec::with_capacity(room.entries),
            firsts: Vec::with_capacity(room.firsts),
            values: Vec::with_capacity(room.values),
        });
    }

    /// The state behind all lines.
    pub fn carry_behind(&self) -> Carry {
        let lines = if self.carry.last.is_none() { u64::from(self.line) } else { 0 };
        Carry { head_lines: self.carry.head_lines + lines, ..self.carry }
    }

    /// What the delta has come to hold, and an eighth more.
    pub fn room_needed(&self) -> Room {
        let more = |len: usize| len + len / 8;
        let segments = self.delta.segments.iter();
        Room {
            entries: more(segments.clone().map(|segment| segment.entries.len()).max().unwrap_or(0)),
            firsts: more(segments.clone().map(|segment| segment.firsts.len()).max().unwrap_or(0)),
            values: more(segments.map(|segment| segment.values.len()).max().unwrap_or(0)),
            samples: more(self.delta.samples.len()),
        }
    }

    /// Appends one run as an entry of the current segment.
    pub fn write(&mut self, slot: Slot, firsts: &Firsts, bytes: &[u8], records: &Records) {
        let run = slot.run;
        let segment = self.delta.segments.last_mut().expect("a line opened a segment before it was counted");
        let samples = &mut self.delta.samples;
        let firsts = match run.count {
            0 | 1 => (0, 0),
            _ if run.late => (0, 0), // They are in no window.
            lines => {
                let firsts = &firsts[..firsts.len().min(lines as usize)];
                write_firsts(firsts, &run, bytes, &mut segment.firsts, samples)
            }
        };
        let from = samples.len();
        let len = run.len.min(SAMPLE_BYTES_MAX as u32);
        samples.extend_from_slice(&bytes[run.at as usize..][..len as usize]);
        let around = records.around(run.at, run.at + run.len);
        let (before_len, after_len) = self.write_around(&around, bytes);
        let segment = self.delta.segments.last_mut().expect("it was opened before");
        segment.entries.push(Entry {
            shape: slot.shape,
            pane: run.pane,
            late: run.late,
            count: run.count,
            time: run.time,
            newest: run.newest,
            line: run.line,
            sample: (from as u32, len),
            firsts,
            around: (before_len, after_len),
            open_front: around.open_front,
            open_back: around.open_back,
            within: records.within(run.line),
        });
    }
}

impl Walk {
    /// Appends the lines of one value as an entry of the current segment.
    pub fn write_value(&mut self, shape: ShapeId, slot: SlotId, value: &[u8], run: &Run, bytes: &[u8]) {
        let segment = self.delta.segments.last_mut().expect("a line opened a segment before it was counted");
        let samples = &mut self.delta.samples;
        let value_at = samples.len() as u32;
        samples.extend_from_slice(value);
        let sample = match segment.values.last() {
            // The values of one line come one after another.
            Some(last) if last.line == run.line && (last.sample.1 > 0) == (run.len > 0) => last.sample,
            _ => {
                let from = samples.len() as u32;
                let len = run.len.min(SAMPLE_BYTES_MAX as u32);
                samples.extend_from_slice(&bytes[run.at as usize..][..len as usize]);
                (from, len)
            }
        };
        segment.values.push(ValueEntry {
            shape,
            slot,
            pane: run.pane,
            late: run.late,
            count: run.count,
            time: run.time,
            newest: run.newest,
            line: run.line,
            value: (value_at, value.len() as u32),
            sample,
        });
    }

    /// Writes what surrounds a sample, behind it: how many bytes stand before and after it.
    fn write_around(&mut self, around: &Around, bytes: &[u8]) -> (u32, u32) {
        let range = |(from, to): (u32, u32)| &bytes[from as usize..to as usize];
        let (mut before_len, mut after_len) = (0, 0);
        if around.before.0 < around.before.1 {
            self.kept.clear();
            add_before(&mut self.kept, range(around.before), !around.open_front);
            before_len = self.kept.len() as u32;
            self.delta.samples.extend_from_slice(&self.kept);
        }
        if around.after.0 < around.after.1 {
            self.kept.clear();
            add_after(&mut self.kept, range(around.after));
            after_len = self.kept.len() as u32;
            self.delta.samples.extend_from_slice(&self.kept);
        }
        (before_len, after_len)
    }

    /// What was written at a step of the clock within its record learns how that went on: a part of
    /// a line that was cut has a stamp of its own.
    pub fn end_records(&mut self, bytes: &[u8], records: &Records) {
        for segment in 0..self.delta.segments.len().saturating_sub(1) {
            for index in 0..self.delta.segments[segment].entries.len() {
                let entry = self.delta.segments[segment].entries[index];
                if !entry.open_back {
                    continue;
                }
                let line = entry.line.checked_sub(1);
                let at = line.map_or(Some(0), |line| {
                    memchr::memchr_iter(b'\n', bytes).nth(line as usize).map(|newline| newline + 1)
                });
                let Some(at) = at else { continue };
                let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
                let around = records.around(at as u32, end as u32);
                // Behind all others, since what surrounds a sample lies right behind it.
                let (from, len) = (self.delta.samples.len() as u32, entry.sample.1);
                let old = entry.sample.0 as usize;
                self.delta.samples.extend_from_within(old..old + len as usize);
                let lens = self.write_around(&around, bytes);
                let entry = &mut self.delta.segments[segment].entries[index];
                (entry.sample, entry.around, entry.open_back) = ((from, len), lens, around.open_back);
            }
        }
    }
}

/// Writes the first lines of a run, right before its sample, which is written behind them and
/// may be one of them; which they are among those of the segment.
fn write_firsts(
    firsts: &[Spot],
    run: &Run,
    bytes: &[u8],
    listed: &mut Vec<FirstLine>,
    samples: &mut Vec<u8>,
) -> (u32, u32) {
    let begin = listed.len();
    let mut sample = None;
    for (at, spot) in firsts.iter().enumerate() {
        let len = spot.len.min(FIRST_LINE_BYTES_MAX as u32);
        listed.push(FirstLine { line: spot.line, place: (samples.len() as u32, len) });
        if spot.at == run.at {
            sample = Some(begin + at);
        } else {
            samples.extend_from_slice(&bytes[spot.at as usize..][..len as usize]);
        }
    }
    if let Some(sample) = sample {
        listed[sample].place.0 = samples.len() as u32;
    }
    (begin as u32, firsts.len() as u32)
}

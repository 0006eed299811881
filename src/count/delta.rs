//! What one chunk adds: the only thing that travels from a worker to the ledger.

use super::record::Within;
use crate::id::{ShapeId, SlotId};
use crate::line::Level;
use crate::shape::values::ShapeValues;
use crate::time::{Pane, Time};
use serde::{Deserialize, Serialize};

/// The tally of one chunk.
#[derive(Debug, Default, Clone)]
pub struct Delta {
    /// Index of the source in the run.
    pub source: usize,
    /// Number of the chunk within its source: 0, 1, 2, …
    pub index: u64,
    /// How the lines of the chunk were counted.
    pub lines: LineCounts,
    /// Stretches of the chunk without a great step of the clock; mostly one.
    pub segments: Vec<Segment>,
    /// Shapes that this worker had not in its cache.
    pub shapes: Vec<NewShape>,
    /// The bytes of all samples, one behind the other, each with what surrounds it.
    pub samples: Vec<u8>,
    /// Lines at the chunk's start that belong to the record before it, as far as an alert shows them.
    pub lead: Vec<u8>,
    /// No other record begins in the chunk.
    pub all_lead: bool,
    /// The last record so far, as far as an alert about its next line shows it.
    pub tail: Vec<u8>,
    /// Names of fields whose values were counted, told once by each worker that meets them.
    pub names: Vec<(SlotId, Box<[u8]>)>,
    /// Of how many open slots the worker knew: it may have counted the values of further ones.
    pub slots_open: usize,
    /// What stood in the variables of each shape, where that is wanted.
    pub values: Vec<(ShapeId, ShapeValues)>,
}

/// Stands for the shapes of all lines that a filter has left out.
pub(crate) const FILTERED: ShapeId = ShapeId(1);

/// Physical lines by what became of them; they add up to `read`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCounts {
    /// Physical lines seen.
    pub read: u64,
    /// Lines counted as messages.
    pub counted: u64,
    /// Lines without anything to see.
    pub empty: u64,
    /// Lines that belong to the record before them.
    pub continuation: u64,
    /// Lines that a filter has left out, and what belongs to them.
    pub filtered: u64,
    /// Lines among `counted` that were cut at the length limit.
    pub overlong: u64,
    /// Lines among `counted` without a stamp of their own.
    pub unstamped: u64,
}

impl LineCounts {
    /// Adds the counts of another stretch.
    pub fn add(&mut self, other: &LineCounts) {
        self.read += other.read;
        self.counted += other.counted;
        self.empty += other.empty;
        self.continuation += other.continuation;
        self.filtered += other.filtered;
        self.overlong += other.overlong;
        self.unstamped += other.unstamped;
    }
}

/// Lines in a row whose stamps make no great step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Segment {
    /// The lines stand before the first stamp of their source; `Entry::time`
    /// means nothing and `Entry::pane` counts blocks of lines.
    pub head: bool,
    /// It goes on with the segment at the end of the chunk before.
    pub continued: bool,
    /// Lines with a stamp of their own.
    pub stamped: u64,
    /// Stamp of the first line.
    pub first: Time,
    /// The largest stamp.
    pub high: Time,
    /// The counts.
    pub entries: Vec<Entry>,
    /// The first lines of the entries that have more than one.
    pub firsts: Vec<FirstLine>,
    /// How often each value of a closed slot came.
    pub values: Vec<ValueEntry>,
}

/// Lines of one shape with one value in a slot, in one pane.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ValueEntry {
    /// The shape.
    pub shape: ShapeId,
    /// The slot.
    pub slot: SlotId,
    /// The pane of the lines, see [`Entry::pane`].
    pub pane: Pane,
    /// See [`Entry::late`].
    pub late: bool,
    /// Number of lines; 0 if the slot has shown too many values in the pane to count them.
    pub count: u32,
    /// Stamp of the sample, the least of these lines.
    pub time: Time,
    /// The greatest stamp of these lines.
    pub newest: Time,
    /// The sample's line within the chunk, from 0.
    pub line: u32,
    /// Where the value's bytes lie in `Delta::samples`.
    pub value: (u32, u32),
    /// Where the sample's do.
    pub sample: (u32, u32),
}

/// One of the first lines of an entry.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FirstLine {
    /// Its number within the chunk, from 0.
    pub line: u32,
    /// Where its bytes lie in `Delta::samples`.
    pub place: (u32, u32),
}

/// Lines of one shape in one pane.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Entry {
    /// The shape.
    pub shape: ShapeId,
    /// The pane of the lines; of late lines the newest pane before them.
    pub pane: Pane,
    /// The lines came behind a newer pane of this very chunk.
    pub late: bool,
    /// Number of lines.
    pub count: u32,
    /// Stamp of the sample, the least of these lines.
    pub time: Time,
    /// The greatest stamp of these lines.
    pub newest: Time,
    /// The sample's line within the chunk, from 0.
    pub line: u32,
    /// Where the sample's bytes lie in `Delta::samples`.
    pub sample: (u32, u32),
    /// Which of `Segment::firsts` are its first lines, in order; none where the sample is the only one.
    pub firsts: (u32, u32),
    /// How many bytes behind the sample tell of the lines before it, and behind these of the
    /// lines after it.
    pub around: (u32, u32),
    /// The sample's record goes back beyond the chunk.
    pub open_front: bool,
    /// It may go on in the next chunk.
    pub open_back: bool,
    /// What the sample stands behind, if it is a part of a record.
    pub within: Option<Within>,
}

/// The text of a shape, told once by each worker that meets it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewShape {
    /// Hash of `text`.
    pub id: ShapeId,
    /// The token text.
    pub text: Box<[u8]>,
    /// Its level.
    pub level: Level,
    /// It holds a word of alarm.
    pub alarm: bool,
}

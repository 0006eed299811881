//! What a chunk must know of the lines before it.
//!
//! The reader of a source computes the carry of the next chunk from the chunk
//! it has just read, mostly from its last line alone: it walks backward to the
//! last stamped line. Only stamps without a year need more, since a wrap of the
//! year may lie anywhere; then it walks back to the last stamp that has a year.

use crate::line::Level;
use crate::line::record::RecordState;
use crate::line::split::{Cleaner, is_blank};
use crate::line::stamp::{Anchor, Clock, Reading};
use crate::shape::{Scratch, Shape, canonical_with_host, cheap};
use crate::time::Time;
use memchr::memrchr;

/// The state of a source between two chunks.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Carry {
    /// The last stamp of the source.
    pub last: Option<Time>,
    /// The record that the last line belongs to.
    pub record: RecordState,
    /// Lines so far, as long as there was no stamp.
    pub head_lines: u64,
    /// A stamp without a year and without a stamp before it is not after this.
    pub latest: Time,
}

impl Carry {
    /// The state before the first line.
    pub fn start(latest: Time) -> Carry {
        Carry { last: None, record: RecordState::default(), head_lines: 0, latest }
    }

    /// What the year of a stamp without one is taken from.
    pub fn anchor(&self) -> Anchor {
        Anchor { last: self.last, latest: self.latest }
    }
}

/// Computes the carry of the chunk that follows.
pub struct Scout {
    clock: Clock,
    cleaner: Cleaner,
    scratch: Scratch,
    shape: Shape,
    key: Vec<u8>,
}

impl Scout {
    /// A scout that reads stamps as the workers do.
    pub fn new(clock: Clock) -> Scout {
        Scout {
            clock,
            cleaner: Cleaner::default(),
            scratch: Scratch::default(),
            shape: Shape::default(),
            key: Vec::new(),
        }
    }

    /// The first stamp in `bytes`, for ordering files and sources.
    pub fn first_stamp(&mut self, bytes: &[u8], latest: Time) -> Option<Time> {
        let anchor = Anchor { last: None, latest };
        self.cleaner.look(bytes);
        bytes
            .split(|byte| *byte == b'\n')
            .find_map(|line| self.clock.read(self.cleaner.clean(line), anchor))
            .map(|reading| reading.time)
    }

    /// The state behind `bytes`, whole lines that follow `carry`.
    pub fn carry_after(&mut self, carry: &Carry, bytes: &[u8]) -> Carry {
        let mut cleaner = std::mem::take(&mut self.cleaner);
        cleaner.look(bytes);
        let after = self.behind(carry, bytes, &mut cleaner);
        self.cleaner = cleaner;
        after
    }

    fn behind(&mut self, carry: &Carry, bytes: &[u8], cleaner: &mut Cleaner) -> Carry {
        let mut end = trimmed_end(bytes);
        let mut unstamped = 0u32;
        let mut last_stamped: Option<usize> = None;
        // Backward to the last stamped line, or on to one with a year.
        let resume = loop {
            let start = memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
            let line = cleaner.clean(&bytes[start..end]);
            if !is_blank(line) {
                match self.clock.read(line, carry.anchor()) {
                    Some(reading) => {
                        last_stamped.get_or_insert(start);
                        if !reading.yearless {
                            break start;
                        }
                    }
                    None if last_stamped.is_none() => unstamped += 1,
                    None => {}
                }
            }
            if start == 0 {
                break 0;
            }
            end = start - 1;
        };
        let Some(last_stamped) = last_stamped else {
            let lines = memchr::memchr_iter(b'\n', bytes).count() as u64
                + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
            let record =
                RecordState { unstamped: carry.record.unstamped.saturating_add(unstamped), ..carry.record };
            let (head_lines, record) = match carry.last {
                Some(_) => (carry.head_lines, record),
                None => (carry.head_lines + lines, carry.record),
            };
            return Carry { head_lines, record, ..*carry };
        };
        let last = self.resolve(carry, &bytes[resume..], cleaner);
        let line_end =
            memchr::memchr(b'\n', &bytes[last_stamped..]).map_or(bytes.len(), |at| last_stamped + at);
        let alarming = self.is_alarming(cleaner.clean(&bytes[last_stamped..line_end]), carry.anchor());
        Carry { last, record: RecordState { head_alarming: alarming, unstamped }, ..*carry }
    }

    /// The last stamp of `bytes`, each read with the one before as its anchor.
    fn resolve(&mut self, carry: &Carry, bytes: &[u8], cleaner: &mut Cleaner) -> Option<Time> {
        let mut anchor = carry.anchor();
        for line in bytes.split(|byte| *byte == b'\n') {
            if let Some(reading) = self.clock.read(cleaner.clean(line), anchor) {
                anchor.last = Some(reading.time);
            }
        }
        anchor.last
    }

    fn is_alarming(&mut self, line: &[u8], anchor: Anchor) -> bool {
        let Some(Reading { start, end, host_follows, .. }) = self.clock.read(line, anchor) else {
            return false;
        };
        self.key.clear();
        cheap::write(&line[..start], &mut self.key);
        let host = host_follows.then_some(self.key.len());
        cheap::write(&line[end..], &mut self.key);
        canonical_with_host(&self.key, host, &mut self.scratch, &mut self.shape);
        self.shape.level >= Level::Error
    }
}

/// The end of the last line's text: without its newline.
fn trimmed_end(bytes: &[u8]) -> usize {
    bytes.len() - usize::from(bytes.ends_with(b"\n"))
}

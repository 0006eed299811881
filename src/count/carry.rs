//! What a chunk must know of the lines before it.
//!
//! The reader of a source computes the carry of the next chunk from the chunk
//! it has just read, mostly from its last line alone: it walks backward to the
//! last stamped line. Only stamps without a year need more, since a wrap of the
//! year may lie anywhere; then it walks back to the last stamp that has a year.

use super::open::Opener;
use crate::line::Level;
use crate::line::record::RecordState;
use crate::line::stamp::Anchor;
use crate::shape::{Scratch, Shape};
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
    opener: Opener,
    scratch: Scratch,
    shape: Shape,
    key: Vec<u8>,
}

impl Scout {
    /// A scout that opens lines as the workers do.
    pub fn new(opener: Opener) -> Scout {
        Scout { opener, scratch: Scratch::default(), shape: Shape::default(), key: Vec::new() }
    }

    /// The first stamp in `bytes`, for ordering files and sources.
    pub fn first_stamp(&mut self, bytes: &[u8], latest: Time) -> Option<Time> {
        let anchor = Anchor { last: None, latest };
        self.opener.look(bytes);
        let mut start = 0;
        while start < bytes.len() {
            let end = line_end(bytes, start);
            let opened = self.opener.open(bytes, start, end, anchor);
            if let Some(reading) = opened.and_then(|opened| opened.reading) {
                return Some(reading.time);
            }
            start = end + 1;
        }
        None
    }

    /// The state behind `bytes`, whole lines that follow `carry`.
    pub fn carry_after(&mut self, carry: &Carry, bytes: &[u8]) -> Carry {
        self.opener.look(bytes);
        let mut end = trimmed_end(bytes);
        let mut unstamped = 0u32;
        let mut last_stamped: Option<usize> = None;
        // Backward to the last stamped line, or on to one with a year.
        let resume = loop {
            let start = memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
            if let Some(opened) = self.opener.open(bytes, start, end, carry.anchor()) {
                match opened.reading {
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
        let last = self.resolve(carry, bytes, resume);
        let head = self.after_head(carry, bytes, last_stamped);
        Carry { last, record: RecordState { unstamped, ..head }, ..*carry }
    }

    /// The last stamp of `bytes` from `start` on, each read with the one before as its anchor.
    fn resolve(&mut self, carry: &Carry, bytes: &[u8], mut start: usize) -> Option<Time> {
        let mut anchor = carry.anchor();
        while start < bytes.len() {
            let end = line_end(bytes, start);
            let opened = self.opener.open(bytes, start, end, anchor);
            if let Some(reading) = opened.and_then(|opened| opened.reading) {
                anchor.last = Some(reading.time);
            }
            start = end + 1;
        }
        anchor.last
    }

    /// The record that the stamped line at `start` begins.
    fn after_head(&mut self, carry: &Carry, bytes: &[u8], start: usize) -> RecordState {
        let end = line_end(bytes, start);
        let Some(mut opened) = self.opener.open(bytes, start, end, carry.anchor()) else {
            return RecordState::default();
        };
        opened.shape(&mut self.key, &mut self.scratch, &mut self.shape);
        let alarming = self.shape.level >= Level::Error;
        if opened.is_dropped() {
            RecordState::after_dropped(alarming)
        } else {
            RecordState::after_head(alarming)
        }
    }
}

/// The end of the line that starts at `start`.
fn line_end(bytes: &[u8], start: usize) -> usize {
    memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at)
}

/// The end of the last line's text: without its newline.
fn trimmed_end(bytes: &[u8]) -> usize {
    bytes.len() - usize::from(bytes.ends_with(b"\n"))
}

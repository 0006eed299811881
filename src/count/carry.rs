//! What a chunk must know of the lines before it.
//!
//! The reader of a source computes the carry of the next chunk from the chunk
//! it has just read, mostly from its last line alone: it walks backward to the
//! last stamped line. Only stamps without a year need more, since a wrap of the
//! year may lie anywhere; then it walks back to the last stamp that has a year.

use super::open::{Opened, Opener};
use super::record::Record;
use crate::id::ShapeId;
use crate::line::Level;
use crate::line::record::{Role, is_plain};
use crate::line::stamp::Anchor;
use crate::line::structured::Part;
use crate::shape::{Scratch, Shape};
use crate::time::Time;
use memchr::memrchr;
use serde::{Deserialize, Serialize};

/// The state of a source between two chunks.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carry {
    /// The last stamp of the source.
    pub last: Option<Time>,
    /// The record that the last line belongs to.
    pub record: Record,
    /// The last line, if a container's runtime may have cut it.
    pub part: Option<Part>,
    /// Lines so far, as long as there was no stamp.
    pub head_lines: u64,
    /// A stamp without a year and without a stamp before it is not after this.
    pub latest: Time,
}

impl Carry {
    /// The state before the first line.
    pub fn start(latest: Time) -> Carry {
        Carry { last: None, record: Record::default(), part: None, head_lines: 0, latest }
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
        let mut start = 0;
        while start < bytes.len() {
            let end = line_end(bytes, start);
            let opened = open(&mut self.opener, bytes, start, end, anchor);
            if let Some(reading) = opened.and_then(|opened| opened.reading) {
                return Some(reading.time);
            }
            start = end + 1;
        }
        None
    }

    /// The newest stamp in `bytes`, whole lines.
    pub fn newest_stamp(&mut self, bytes: &[u8], latest: Time) -> Option<Time> {
        let mut newest = None;
        self.resolve(&Carry::start(latest), bytes, 0, |time| newest = newest.max(Some(time)));
        newest
    }

    /// The state behind `bytes`, whole lines that follow `carry`.
    pub fn carry_after(&mut self, carry: &Carry, bytes: &[u8]) -> Carry {
        let mut end = trimmed_end(bytes);
        let part = self.last_part(carry, bytes);
        let mut last_stamped: Option<usize> = None;
        let mut plain = Plain::default();
        // Backward to the last stamped line, or on to one with a year.
        let resume = loop {
            let start = memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
            if let Some(opened) = open(&mut self.opener, bytes, start, end, carry.anchor()) {
                match opened.reading {
                    Some(reading) => {
                        last_stamped.get_or_insert(start);
                        if !reading.yearless {
                            break start;
                        }
                    }
                    None if carry.last.is_none() => plain.see(opened.line(), start),
                    None => {}
                }
            }
            if start == 0 {
                break 0;
            }
            end = start - 1;
            // Gigabytes of nothing but newlines fit into a small archive.
            while end > 0 && bytes[end - 1] == b'\n' {
                end -= 1;
            }
        };
        let Some(last_stamped) = last_stamped else {
            let lines = memchr::memchr_iter(b'\n', bytes).count() as u64
                + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
            let head_lines = carry.head_lines + if carry.last.is_some() { 0 } else { lines };
            let (from, before) = plain.begin.map_or((0, carry.record), |from| (from, Record::default()));
            let record = self.record_after(carry, before, bytes, from);
            return Carry { head_lines, record, part, ..*carry };
        };
        let last = self.resolve(carry, bytes, resume, |_| ());
        let end = line_end(bytes, last_stamped);
        let head = match self.is_further_part(carry, bytes, last_stamped) {
            true => Record::after_part(),
            false => self.head_at(carry, bytes, last_stamped),
        };
        let record = self.record_after(carry, head, bytes, (end + 1).min(bytes.len()));
        Carry { last, record, part, ..*carry }
    }

    /// What the last line of `bytes` is a part of, if a container's runtime may have cut it.
    fn last_part(&mut self, carry: &Carry, bytes: &[u8]) -> Option<Part> {
        if bytes.is_empty() {
            return carry.part;
        }
        let end = trimmed_end(bytes);
        let start = memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
        open(&mut self.opener, bytes, start, end, carry.anchor())?.part
    }

    /// Whether the line at `start` only goes on with the line before.
    fn is_further_part(&mut self, carry: &Carry, bytes: &[u8], start: usize) -> bool {
        let end = line_end(bytes, start);
        let opened = open(&mut self.opener, bytes, start, end, carry.anchor());
        if opened.is_none_or(|opened| opened.part.is_none()) {
            return false;
        }
        let before = self.last_part(carry, &bytes[..start]);
        let opened = open(&mut self.opener, bytes, start, end, carry.anchor());
        opened.is_some_and(|opened| opened.goes_on_with(before))
    }

    /// The last stamp of `bytes` from `start` on, each read with the one before as its anchor, and shown.
    fn resolve(
        &mut self,
        carry: &Carry,
        bytes: &[u8],
        mut start: usize,
        mut show: impl FnMut(Time),
    ) -> Option<Time> {
        let mut anchor = carry.anchor();
        while start < bytes.len() {
            let end = line_end(bytes, start);
            let opened = open(&mut self.opener, bytes, start, end, anchor);
            if let Some(reading) = opened.and_then(|opened| opened.reading) {
                show(reading.time);
                anchor.last = Some(reading.time);
            }
            start = end + 1;
        }
        anchor.last
    }

    /// The record that the stamped line at `start` opens.
    fn head_at(&mut self, carry: &Carry, bytes: &[u8], start: usize) -> Record {
        let (shape, left_out) = self.shape_at(carry, bytes, start);
        let mut record = Record::after_head(self.shape.level >= Level::Error, shape);
        if left_out {
            record.leave_out(Role::Message);
        }
        record
    }

    /// The record behind the lines from `start` on, none of which has a stamp.
    fn record_after(&mut self, carry: &Carry, mut record: Record, bytes: &[u8], mut start: usize) -> Record {
        // The last message that heads a record, and the last within one: only these have a say,
        // and whether the very last one was left out.
        let (mut head, mut named) = (None, None);
        let mut left_out = record.is_left_out();
        while start < bytes.len() {
            if bytes[start] == b'\n' {
                start += 1;
                continue;
            }
            let end = line_end(bytes, start);
            if let Some(opened) = open(&mut self.opener, bytes, start, end, carry.anchor()) {
                let role = record.step(&opened);
                if matches!(role, Role::Message | Role::Named) {
                    left_out = opened.is_dropped();
                }
                match role {
                    Role::Message if left_out => {
                        (head, named) = (None, None);
                        record.leave_out(role);
                    }
                    Role::Message => (head, named) = (Some(start), None),
                    Role::Named if !left_out => named = Some(start),
                    _ => {}
                }
            }
            start = end + 1;
        }
        for (role, start) in [(Role::Message, head), (Role::Named, named)] {
            if let Some(start) = start {
                let (shape, _) = self.shape_at(carry, bytes, start);
                record.join(role, shape);
            }
        }
        if left_out {
            record.leave_out(Role::Named);
        }
        record
    }

    /// The shape of the line at `start`, and whether a filter leaves it out.
    fn shape_at(&mut self, carry: &Carry, bytes: &[u8], start: usize) -> (ShapeId, bool) {
        let end = line_end(bytes, start);
        let Some(mut opened) = open(&mut self.opener, bytes, start, end, carry.anchor()) else {
            return (Shape::default().id(), false);
        };
        opened.shape(&mut self.key, &mut self.scratch, &mut self.shape);
        (self.shape.id(), opened.is_dropped())
    }
}

/// Looks backward for the last two lines in a row that are plain messages.
#[derive(Default)]
struct Plain {
    /// Where the line behind the one looked at begins, if it is plain.
    behind: Option<usize>,
    /// Where the second of the two begins.
    begin: Option<usize>,
}

impl Plain {
    fn see(&mut self, line: &[u8], start: usize) {
        if self.begin.is_none() {
            let plain = is_plain(line);
            self.begin = self.behind.filter(|_| plain);
            self.behind = plain.then_some(start);
        }
    }
}

/// Opens one line. Only a few of a chunk are, so each is looked over by itself.
fn open<'a>(
    opener: &'a mut Opener,
    bytes: &'a [u8],
    start: usize,
    end: usize,
    anchor: Anchor,
) -> Option<Opened<'a>> {
    opener.look(&bytes[start..end]);
    opener.open(bytes, start, end, anchor)
}

/// The end of the line that starts at `start`.
fn line_end(bytes: &[u8], start: usize) -> usize {
    memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at)
}

/// The end of the last line's text: without its newline.
fn trimmed_end(bytes: &[u8]) -> usize {
    bytes.len() - usize::from(bytes.ends_with(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::count::{Job, Worker};
    use std::path::Path;

    /// What the reader finds from a chunk's end is what the worker knows once it has walked it.
    #[test]
    fn a_scout_finds_the_state_that_the_worker_ends_in() {
        let config = Config::new(Time::from_seconds(1_800_000_000));
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/loglike");
        let logs = std::fs::read_dir(samples).expect("the samples are there");
        let mut compared = 0;
        for log in logs {
            let text = std::fs::read(log.expect("a file").path()).expect("it can be read");
            let (mut worker, mut scout) = (Worker::new(config.opener(), 7), Scout::new(config.opener()));
            let mut carry = Carry::start(config.latest);
            let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
            for (index, lines) in lines.chunks(7).enumerate() {
                let (bytes, index) = (lines.concat(), index as u64);
                worker.tally(&Job { source: 0, index, bytes: &bytes, carry, overlong: 0, live: false });
                let scouted = scout.carry_after(&carry, &bytes);
                assert_eq!(scouted, worker.carry(), "{}", String::from_utf8_lossy(&bytes));
                carry = scouted;
                compared += 1;
            }
        }
        assert!(compared > 100, "{compared}");
    }
}

//! The records of a chunk: which lines stand together, and what an alert shows
//! of the lines around its sample.
//!
//! A record may begin in one chunk and end in a later one. So a chunk keeps of
//! its records only what can be put together from parts: of the lines before a
//! sample the head and the last few, of those behind it the first few of each
//! stretch of frames, so that the causes are among them. [`add_before`] and
//! [`add_after`] give the same for a text and for its pieces one after another,
//! which lets the ledger join the parts of two chunks.

use super::open::Opened;
use crate::id::ShapeId;
use crate::limits::{CONTEXT_LINE_BYTES_MAX, CONTEXT_LINES_MAX};
use crate::line::record::{RecordState, Role, begins_stretch, is_ordinary, role_of};
use crate::line::split::is_blank;
use crate::shape::alarm;
use memchr::memchr_iter;
use serde::{Deserialize, Serialize};

/// Lines before a sample that are shown beside the head: a trace whose frames come first.
const BEFORE_LINES_MAX: usize = 8;
/// Frames in a row that are shown; what is beyond gives way to the next cause.
const STRETCH_LINES_MAX: usize = 6;

/// The messages that a message stands behind in one record.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    /// The record's head.
    pub head: ShapeId,
    /// The message right before.
    pub before: ShapeId,
}

/// The record that the last line belongs to.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    state: RecordState,
    within: Option<Within>,
    /// The last message was left out, and what continues it is with it.
    left_out: bool,
}

impl Record {
    /// Hot: the record that a stamped line opens.
    #[inline]
    pub(super) fn after_head(alarming: bool, shape: ShapeId) -> Record {
        let within = Some(Within { head: shape, before: shape });
        Record { state: RecordState::after_head(alarming), within, left_out: false }
    }

    /// The record behind a further part of a line that was cut.
    pub(super) fn after_part() -> Record {
        Record { state: RecordState::after_head(false), ..Record::default() }
    }

    /// The role of the next line, which has no stamp; the record goes on behind it.
    #[inline]
    pub(super) fn step(&mut self, opened: &Opened<'_>) -> Role {
        if is_ordinary(opened.line(), self.state) {
            return Role::Message;
        }
        self.step_with_care(opened)
    }

    fn step_with_care(&mut self, opened: &Opened<'_>) -> Role {
        let line = opened.line();
        let role = match role_of(line, self.state) {
            _ if opened.whole => Role::Message,
            Role::Detail if alarm::any(line) => Role::Named,
            Role::Detail => Role::Continuation,
            role => role,
        };
        self.state = self.state.after_unstamped(line, role);
        role
    }

    /// What the message just stepped over stands behind; from now on it is a part itself.
    pub(super) fn join(&mut self, role: Role, shape: ShapeId) -> Option<Within> {
        self.left_out = false;
        match (role, self.within) {
            (Role::Named, Some(within)) => {
                self.within = Some(Within { before: shape, ..within });
                Some(within)
            }
            (Role::Named, None) => None,
            _ => {
                self.within = Some(Within { head: shape, before: shape });
                None
            }
        }
    }

    /// The message just stepped over is left out by a filter.
    pub(super) fn leave_out(&mut self, role: Role) {
        self.left_out = true;
        if role == Role::Message {
            self.within = None;
        }
    }

    /// Whether the last message was left out.
    pub(super) fn is_left_out(&self) -> bool {
        self.left_out
    }
}

/// Lines of one record that stand in one chunk.
#[derive(Copy, Clone, Debug)]
struct Span {
    from: u32,
    to: u32,
    /// The record begins in this chunk.
    begun: bool,
}

/// The records of the chunk at hand, as far as they have more than one line.
#[derive(Debug, Default)]
pub(super) struct Records {
    spans: Vec<Span>,
    /// By line.
    within: Vec<(u32, Within)>,
    /// Where the last head begins.
    head: u32,
    /// There was one.
    begun: bool,
}

/// What surrounds a sample, as ranges of the chunk's bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    pub before: (u32, u32),
    pub after: (u32, u32),
    /// The record goes back beyond the chunk.
    pub open_front: bool,
    /// It may go on in the next chunk.
    pub open_back: bool,
}

impl Records {
    /// Forgets the chunk before. The first chunk of a source begins a record.
    pub fn begin(&mut self, first: bool) {
        self.spans.clear();
        self.within.clear();
        (self.head, self.begun) = (0, first);
    }

    /// Hot: a record begins.
    #[inline]
    pub fn add_head(&mut self, at: u32) {
        (self.head, self.begun) = (at, true);
    }

    /// A further line of the record ends here.
    pub fn add_line(&mut self, end: u32) {
        match self.spans.last_mut() {
            Some(span) if span.from == self.head && span.begun == self.begun => span.to = end,
            _ => self.spans.push(Span { from: self.head, to: end, begun: self.begun }),
        }
    }

    /// A message within the record, by its line.
    pub fn add_within(&mut self, line: u32, within: Within) {
        self.within.push((line, within));
    }

    /// What the message of a line stands behind.
    pub fn within(&self, line: u32) -> Option<Within> {
        let at = self.within.binary_search_by_key(&line, |part| part.0).ok()?;
        Some(self.within[at].1)
    }

    /// What surrounds the line at `at..end`.
    pub fn around(&self, at: u32, end: u32) -> Around {
        let last = !self.begun || at >= self.head;
        let index = self.spans.partition_point(|span| span.from <= at);
        let Some(span) = index.checked_sub(1).map(|index| self.spans[index]).filter(|span| at < span.to)
        else {
            return Around { open_back: last, ..Around::default() };
        };
        Around {
            before: (span.from, at),
            after: (end.min(span.to), span.to),
            open_front: !span.begun,
            open_back: last,
        }
    }

    /// The lines at the chunk's start that belong to the record before it, and whether no other
    /// record begins behind them.
    pub fn lead(&self) -> ((u32, u32), bool) {
        let span = self.spans.first().filter(|span| !span.begun);
        (span.map_or((0, 0), |span| (span.from, span.to)), !self.begun)
    }

    /// Where the last record begins, and whether that is in this chunk.
    pub fn tail(&self) -> (u32, bool) {
        (self.head, self.begun)
    }
}

/// Appends what is to be kept of lines that stand before a sample. `with_head`: the first of all
/// lines, in `kept` or else in `lines`, is the record's head.
pub fn add_before(kept: &mut Vec<u8>, lines: &[u8], with_head: bool) {
    for line in visible_lines(lines) {
        push_line(kept, line);
        let count = memchr_iter(b'\n', kept).count();
        if count > BEFORE_LINES_MAX + usize::from(with_head) {
            let mut ends = memchr_iter(b'\n', kept).map(|end| end + 1);
            let from = if with_head { ends.next().unwrap_or(0) } else { 0 };
            let to = ends.next().unwrap_or(from);
            kept.drain(from..to);
        }
    }
}

/// Appends what is to be kept of lines that stand behind a sample.
pub fn add_after(kept: &mut Vec<u8>, lines: &[u8]) {
    let mut count = 0;
    let mut stretch = 0;
    for line in visible_lines(kept) {
        count += 1;
        stretch = if begins_stretch(line) { 0 } else { stretch + 1 };
    }
    for line in visible_lines(lines) {
        if count == CONTEXT_LINES_MAX {
            return;
        }
        let names = begins_stretch(line);
        if !names && stretch == STRETCH_LINES_MAX {
            continue;
        }
        push_line(kept, line);
        count += 1;
        stretch = if names { 0 } else { stretch + 1 };
    }
}

fn visible_lines(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines.split(|byte| *byte == b'\n').filter(|line| !is_blank(line))
}

fn push_line(kept: &mut Vec<u8>, line: &[u8]) {
    kept.extend_from_slice(&line[..line.len().min(CONTEXT_LINE_BYTES_MAX)]);
    kept.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parts one after another give what the whole gives, wherever it is cut.
    #[test]
    fn the_parts_of_a_record_join_to_the_same_as_the_whole() {
        let frames = |n: usize| (0..n).map(|n| format!("\tat shop.Cart.f{n}(Cart.java:{n})\n")).collect();
        let long = format!("{}\n\n", "x".repeat(400));
        let parts: [String; 8] = [
            "head\n".into(),
            frames(9),
            "Caused by: a.B: c\n".into(),
            frames(4),
            long,
            "main.main()\n".into(),
            "Suppressed: d.E: f\n".into(),
            frames(30),
        ];
        let text = parts.concat();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        add_before(&mut before, text.as_bytes(), true);
        add_after(&mut after, text.as_bytes());
        assert!(before.starts_with(b"head\n") && memchr_iter(b'\n', &before).count() == 9);
        assert!(memchr_iter(b'\n', &after).count() == CONTEXT_LINES_MAX);
        assert!(memchr::memmem::find(&after, b"Caused by").is_some());
        for cut in 0..=lines.len() {
            let (front, back) = (lines[..cut].concat(), lines[cut..].concat());
            let (mut joined, mut behind) = (Vec::new(), Vec::new());
            for part in [&front, &back] {
                add_before(&mut joined, part.as_bytes(), true);
                let mut own = Vec::new();
                add_after(&mut own, part.as_bytes());
                add_after(&mut behind, &own);
            }
            assert_eq!(joined, before, "cut at {cut}");
            assert_eq!(behind, after, "cut at {cut}");
        }
    }
}

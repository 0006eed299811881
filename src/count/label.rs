//! The shape of every single line, in order: what `templates --assign` shows.
//!
//! The same rules as the tally, one answer a line instead of a count.

use super::Carry;
use super::open::{Opened, Opener};
use crate::limits::SAMPLE_BYTES_MAX;
use crate::line::Level;
use crate::line::record::{RecordState, Role, role_of};
use crate::shape::{Scratch, Shape, canonical_with_host};
use hashbrown::HashMap;

/// What a physical line is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// Nothing to see.
    Empty,
    /// A message. A continuation has its head's.
    Message {
        /// Index into [`Labeller::shapes`].
        shape: u32,
        /// The line begins with a stamp, which is no part of the shape.
        stamped: bool,
    },
}

/// Labels the lines of one source after another.
pub struct Labeller {
    opener: Opener,
    book: Book,
}

/// The shapes met so far.
struct Book {
    scratch: Scratch,
    key: Vec<u8>,
    known: HashMap<(Vec<u8>, Option<usize>), u32>,
    shapes: Vec<Shape>,
    examples: Vec<Vec<u8>>,
    /// The shape of the last stamped line.
    head: Option<u32>,
}

impl Labeller {
    /// A labeller that opens lines by `opener`.
    pub fn new(opener: Opener) -> Labeller {
        let book = Book {
            scratch: Scratch::default(),
            key: Vec::new(),
            known: HashMap::new(),
            shapes: Vec::new(),
            examples: Vec::new(),
            head: None,
        };
        Labeller { opener, book }
    }

    /// The shapes met so far, each with its first line.
    pub fn shapes(&self) -> impl Iterator<Item = (&Shape, &[u8])> {
        self.book.shapes.iter().zip(self.book.examples.iter().map(Vec::as_slice))
    }

    /// Labels whole lines, and moves `carry` behind them.
    pub fn label(&mut self, carry: &mut Carry, bytes: &[u8], labels: &mut Vec<Label>) {
        self.opener.look(bytes);
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut start = 0;
        for line in text.split(|byte| *byte == b'\n') {
            let end = start + line.len();
            let opened = self.opener.open(bytes, start, end, carry.anchor());
            labels.push(opened.map_or(Label::Empty, |opened| self.book.label(carry, &opened)));
            start = end + 1;
        }
    }
}

impl Book {
    fn label(&mut self, carry: &mut Carry, opened: &Opened<'_>) -> Label {
        if opened.reading.is_none() && carry.last.is_some() {
            let role = role_of(opened.line(), carry.record);
            carry.record = carry.record.after_unstamped();
            if let (Role::Continuation, Some(head)) = (role, self.head) {
                return Label::Message { shape: head, stamped: false };
            }
        }
        let index = self.shape_index(opened);
        let Some(reading) = &opened.reading else {
            return Label::Message { shape: index, stamped: false };
        };
        let alarming = self.shapes[index as usize].level >= Level::Error;
        carry.record = RecordState::after_head(alarming);
        carry.last = Some(reading.time);
        self.head = Some(index);
        Label::Message { shape: index, stamped: reading.start == 0 }
    }

    fn shape_index(&mut self, opened: &Opened<'_>) -> u32 {
        let mut key = std::mem::take(&mut self.key);
        let host = opened.write_key(&mut key);
        let known = (key, host);
        let index = match self.known.get(&known) {
            Some(&index) => index,
            None => {
                let mut shape = Shape::default();
                canonical_with_host(&known.0, host, &mut self.scratch, &mut shape);
                let line = opened.line();
                let index = self.shapes.len() as u32;
                self.shapes.push(shape);
                self.examples.push(line[..line.len().min(SAMPLE_BYTES_MAX)].to_vec());
                self.known.insert((known.0.clone(), host), index);
                index
            }
        };
        self.key = known.0;
        index
    }
}

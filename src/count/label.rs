//! The shape of every single line, in order: what `templates --assign` shows.
//!
//! The same rules as the tally, one answer a line instead of a count.

use super::Carry;
use crate::limits::SAMPLE_BYTES_MAX;
use crate::line::Level;
use crate::line::record::{RecordState, Role, role_of};
use crate::line::split::{Cleaner, is_blank};
use crate::line::stamp::Clock;
use crate::shape::{Scratch, Shape, canonical_with_host, cheap};
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
    clock: Clock,
    cleaner: Cleaner,
    scratch: Scratch,
    key: Vec<u8>,
    known: HashMap<(Vec<u8>, Option<usize>), u32>,
    shapes: Vec<Shape>,
    examples: Vec<Vec<u8>>,
    head: Option<u32>,
}

impl Labeller {
    /// A labeller that reads stamps by `clock`.
    pub fn new(clock: Clock) -> Labeller {
        Labeller {
            clock,
            cleaner: Cleaner::default(),
            scratch: Scratch::default(),
            key: Vec::new(),
            known: HashMap::new(),
            shapes: Vec::new(),
            examples: Vec::new(),
            head: None,
        }
    }

    /// The shapes met so far, each with its first line.
    pub fn shapes(&self) -> impl Iterator<Item = (&Shape, &[u8])> {
        self.shapes.iter().zip(self.examples.iter().map(Vec::as_slice))
    }

    /// Labels whole lines, and moves `carry` behind them.
    pub fn label(&mut self, carry: &mut Carry, bytes: &[u8], labels: &mut Vec<Label>) {
        let mut cleaner = std::mem::take(&mut self.cleaner);
        cleaner.look(bytes);
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        for line in text.split(|byte| *byte == b'\n') {
            labels.push(self.label_line(carry, cleaner.clean(line)));
        }
        self.cleaner = cleaner;
    }

    fn label_line(&mut self, carry: &mut Carry, line: &[u8]) -> Label {
        if is_blank(line) {
            return Label::Empty;
        }
        let reading = self.clock.read(line, carry.anchor());
        if reading.is_none() && carry.last.is_some() {
            let role = role_of(line, carry.record);
            carry.record = carry.record.after_unstamped();
            if let (Role::Continuation, Some(head)) = (role, self.head) {
                return Label::Message { shape: head, stamped: false };
            }
        }
        let (start, end, host) = reading.as_ref().map_or((0, 0, false), |r| (r.start, r.end, r.host_follows));
        self.key.clear();
        cheap::write(&line[..start], &mut self.key);
        let host = host.then_some(self.key.len());
        cheap::write(&line[end..], &mut self.key);
        let index = self.shape_index(host, line);
        let stamped = reading.is_some() && start == 0;
        if let Some(reading) = reading {
            let alarming = self.shapes[index as usize].level >= Level::Error;
            carry.record = RecordState::after_head(alarming);
            carry.last = Some(reading.time);
            self.head = Some(index);
        }
        Label::Message { shape: index, stamped }
    }

    fn shape_index(&mut self, host: Option<usize>, line: &[u8]) -> u32 {
        let known = (std::mem::take(&mut self.key), host);
        let index = match self.known.get(&known) {
            Some(&index) => index,
            None => {
                let mut shape = Shape::default();
                canonical_with_host(&known.0, host, &mut self.scratch, &mut shape);
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

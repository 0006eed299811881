//! The shape of every single line, in order: what `templates --assign` shows.
//!
//! The same rules as the tally, one answer a line instead of a count.

use super::open::{Opened, Opener};
use super::{Carry, Record};
use crate::limits::SAMPLE_BYTES_MAX;
use crate::line::Level;
use crate::line::record::Role;
use crate::line::structured::Part;
use crate::shape::cheap::runs_with_digits;
use crate::shape::{Scratch, Shape, canonical_with_host};
use hashbrown::HashMap;

/// What a physical line is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// Nothing to see, or left out.
    Empty,
    /// A message, as an index into [`Labeller::forms`]. A continuation has its head's.
    Message(u32),
}

/// Lines that differ in their digits only.
#[derive(Clone, Debug)]
pub struct Form {
    /// Their shape.
    pub shape: Shape,
    /// The first of them, without its stamp.
    pub line: Vec<u8>,
    /// Where in `line` the stamp was cut out, if there was one.
    pub stamp: Option<usize>,
    /// How many there are.
    pub lines: u64,
    /// The runs with digits in `line`, and whether other lines have others there.
    pub runs: Vec<Digits>,
}

/// A run of letters and digits.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Its first byte.
    pub start: usize,
    /// Just past its last.
    pub end: usize,
    /// Whether not all lines agree.
    pub varies: bool,
}

/// Labels the lines of one source after another.
pub struct Labeller {
    opener: Opener,
    book: Book,
}

/// What tells one form from another: the cheap key, and where in it a host follows.
type FormKey = (Vec<u8>, Option<usize>, Option<usize>);

/// The forms met so far.
#[derive(Default)]
struct Book {
    scratch: Scratch,
    key: Vec<u8>,
    text: Vec<u8>,
    known: HashMap<FormKey, u32>,
    forms: Vec<Form>,
    /// The form of the last record's head.
    head: Option<u32>,
}

impl Labeller {
    /// A labeller that opens lines by `opener`.
    pub fn new(opener: Opener) -> Labeller {
        Labeller { opener, book: Book::default() }
    }

    /// The forms met so far.
    pub fn forms(&self) -> &[Form] {
        &self.book.forms
    }

    /// Labels whole lines, and moves `carry` behind them.
    pub fn label(&mut self, carry: &mut Carry, bytes: &[u8], labels: &mut Vec<Label>) {
        self.opener.look(bytes);
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut start = 0;
        for line in text.split(|byte| *byte == b'\n') {
            let end = start + line.len();
            let opened = self.opener.open(bytes, start, end, carry.anchor());
            let before = carry.part.take();
            carry.part = opened.as_ref().and_then(|opened| opened.part);
            labels
                .push(opened.map_or(Label::Empty, |mut opened| self.book.label(carry, before, &mut opened)));
            start = end + 1;
        }
    }
}

impl Book {
    fn label(&mut self, carry: &mut Carry, before: Option<Part>, opened: &mut Opened<'_>) -> Label {
        let Some(time) = opened.reading.as_ref().map(|reading| reading.time) else {
            return self.label_unstamped(carry, opened);
        };
        if opened.goes_on_with(before) {
            let head = self.head.filter(|_| !carry.record.is_left_out());
            carry.last = Some(time);
            carry.record = Record::after_part();
            return head.map_or(Label::Empty, Label::Message);
        }
        carry.last = Some(time);
        if opened.is_dropped() {
            let mut shape = Shape::default();
            opened.shape(&mut self.key, &mut self.scratch, &mut shape);
            carry.record = Record::after_head(shape.level >= Level::Error, shape.id());
            carry.record.leave_out(Role::Message);
            return Label::Empty;
        }
        let index = self.form_of(opened);
        let shape = &self.forms[index as usize].shape;
        carry.record = Record::after_head(shape.level >= Level::Error, shape.id());
        self.head = Some(index);
        Label::Message(index)
    }

    fn label_unstamped(&mut self, carry: &mut Carry, opened: &mut Opened<'_>) -> Label {
        let role = carry.record.step(opened);
        if role == Role::Continuation {
            let head = self.head.filter(|_| !carry.record.is_left_out());
            return head.map_or(Label::Empty, Label::Message);
        }
        if opened.is_dropped() {
            carry.record.leave_out(role);
            return Label::Empty;
        }
        let index = self.form_of(opened);
        let within = carry.record.join(role, self.forms[index as usize].shape.id());
        if within.is_none() && carry.last.is_none() {
            self.head = Some(index);
        }
        Label::Message(index)
    }

    fn form_of(&mut self, opened: &mut Opened<'_>) -> u32 {
        let mut key = std::mem::take(&mut self.key);
        let host = opened.write_key(&mut key);
        let stamp = opened.write_text(&mut self.text);
        self.text.truncate(SAMPLE_BYTES_MAX);
        let known = (key, host, stamp);
        let index = match self.known.get(&known) {
            Some(&index) => {
                self.forms[index as usize].add(&self.text);
                index
            }
            None => {
                let mut shape = Shape::default();
                canonical_with_host(&known.0, host, &mut self.scratch, &mut shape);
                let index = self.forms.len() as u32;
                self.forms.push(Form::new(shape, &self.text, stamp));
                self.known.insert((known.0.clone(), host, stamp), index);
                index
            }
        };
        self.key = known.0;
        index
    }
}

impl Form {
    fn new(shape: Shape, line: &[u8], stamp: Option<usize>) -> Form {
        let runs = runs_with_digits(line).map(|(start, end)| Digits { start, end, varies: false });
        Form { shape, line: line.to_vec(), stamp, lines: 1, runs: runs.collect() }
    }

    /// Counts a further line of this form.
    fn add(&mut self, line: &[u8]) {
        self.lines += 1;
        if *line == *self.line {
            return;
        }
        for (run, (start, end)) in self.runs.iter_mut().zip(runs_with_digits(line)) {
            run.varies = run.varies || line[start..end] != self.line[run.start..run.end];
        }
    }
}

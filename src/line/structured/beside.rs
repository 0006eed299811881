//! What the fields of a structured line say beside its text.
//!
//! The text of a line holds its message only: fields come and go, and a message
//! with one more is the same message. But `"status":500` may be the news of the
//! line. So the walk over a line notes where its other fields stand, which costs
//! nothing more than that, and they are read when somebody asks.
//!
//! The reading is the second look at a line, so here names are judged, objects are
//! gone into and escapes are resolved. It writes into buffers of its own, and no
//! line ever takes more than a few fields.

use super::fields::{Kind, NAMES_MAX, Noted, Span, Value};
use super::json::{self, Taker};
use super::names::Within;
use super::telling::{is_target, is_telling_name, is_telling_number, is_telling_word, may_hold_target};
use crate::line::remembered::Remembered;
use std::ops::Range;

// limits
/// Fields read of one line.
const FIELDS_MAX: usize = 16;
/// Objects that are gone into lie at most this deep.
const DEPTH_MAX: usize = 2;
/// A name with the names of the objects around it; longer ones are data.
const NAME_BYTES_MAX: usize = 96;
/// Names of up to eight times as many bytes are remembered.
const NAME_PARTS: usize = 4;
/// Of a longer target nobody could list the routes.
const TARGET_BYTES_MAX: usize = 4 * 1024;
/// Longer values, escapes included, say nothing.
const RAW_BYTES_MAX: usize = 160;

/// A field that may be news.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Field<'a> {
    /// With the names of the objects it is in: `http.status`.
    pub name: &'a [u8],
    /// A word or a whole number.
    pub value: &'a [u8],
}

/// Where a field's name and value stand in the buffer.
#[derive(Clone, Debug)]
struct Found {
    name: Range<usize>,
    value: Range<usize>,
}

/// What was noted of a line, and the buffers to read it.
#[derive(Clone, Default, Debug)]
pub(super) struct Reader {
    pub noted: Vec<Noted>,
    /// Values that begin here stand in the text.
    pub in_text: [Option<usize>; 3],
    /// The line lost its end, and so may have its last value.
    pub was_cut: bool,
    found: Vec<Found>,
    bytes: Vec<u8>,
    /// Where in `bytes` stands what a request asked for.
    target: Option<Range<usize>>,
    /// The names of the objects around the next field, with a dot behind each.
    path: Vec<u8>,
    depth: usize,
    /// What the names of the lines before say: most lines have the same ones.
    names: Remembered<Says, NAME_PARTS>,
}

/// What the name of a field says of its value.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
struct Says {
    /// It may be news.
    telling: bool,
    /// It may be what a request asked for.
    target: bool,
}

impl Says {
    fn of(name: &[u8]) -> Says {
        Says { telling: is_telling_name(name), target: may_hold_target(name) }
    }
}

/// The fields of a line beside its text, read when asked for.
#[derive(Debug)]
pub struct Beside<'a> {
    /// What the fields stand in.
    pub(super) text: &'a [u8],
    pub(super) reader: &'a mut Reader,
}

impl Beside<'_> {
    /// The fields that may be news, at most sixteen, in the order of the line. No name comes twice.
    pub fn read(&mut self) -> impl ExactSizeIterator<Item = Field<'_>> {
        self.reader.read(self.text);
        let Reader { found, bytes, .. } = &*self.reader;
        found
            .iter()
            .map(|field| Field { name: &bytes[field.name.clone()], value: &bytes[field.value.clone()] })
    }

    /// What the request asked for that the line tells of, as its last reading found it.
    pub fn target(&self) -> Option<&[u8]> {
        Some(&self.reader.bytes[self.reader.target.clone()?])
    }
}

impl Reader {
    /// One with as much space as there is in the place where fields are noted.
    pub fn new() -> Reader {
        Reader { noted: Vec::with_capacity(NAMES_MAX), ..Reader::default() }
    }

    fn read(&mut self, text: &[u8]) {
        self.found.clear();
        self.bytes.clear();
        self.path.clear();
        self.target = None;
        self.depth = 0;
        // Where the names stand for the message they were put into another order.
        let mut noted = std::mem::take(&mut self.noted);
        noted.sort_unstable_by_key(|noted| noted.key.start);
        for Noted { key, value, .. } in &noted {
            self.take(text, Within::Top, *key, *value);
        }
        self.noted = noted;
    }

    /// Goes into the object at `start` whose name ends the path.
    fn read_object(&mut self, text: &[u8], start: usize) {
        self.depth += 1;
        self.path.push(b'.');
        // One that is broken or cut has said something until then.
        let _ = json::walk(text, start, self);
        self.depth -= 1;
    }

    /// Keeps a field if its value, which is written behind `value_start`, may be news.
    fn keep(&mut self, value: Range<usize>, telling: bool) {
        let name = value.end..value.end + self.path.len();
        if !telling || self.is_known() {
            return self.bytes.truncate(value.start);
        }
        self.bytes.extend_from_slice(&self.path);
        self.found.push(Found { name, value });
    }

    /// Whether a field of this path was read before.
    fn is_known(&self) -> bool {
        self.found.iter().any(|field| self.bytes[field.name.clone()] == self.path[..])
    }

    /// Whether the value may be read: it is whole, short, and not in the text.
    fn may_be_read(&self, text: &[u8], span: Span) -> bool {
        let was_cut = self.was_cut && span.end >= text.len();
        !was_cut && span.end - span.start <= RAW_BYTES_MAX && !self.in_text.contains(&Some(span.start))
    }

    /// Keeps what a request asked for.
    fn take_target(&mut self, text: &[u8], value: Value) {
        let Value::Text(span) = value else { return };
        if self.target.is_some() || span.end - span.start > TARGET_BYTES_MAX || self.was_cut {
            return;
        }
        let start = self.bytes.len();
        span.write(text, &mut self.bytes);
        if is_target(&self.bytes[start..]) {
            self.target = Some(start..self.bytes.len());
        } else {
            self.bytes.truncate(start);
        }
    }

    fn take_value(&mut self, text: &[u8], value: Value) {
        let start = self.bytes.len();
        match value {
            Value::Text(span) if self.may_be_read(text, span) => {
                span.write(text, &mut self.bytes);
                self.keep(start..self.bytes.len(), is_telling_word(&self.bytes[start..]));
            }
            Value::Number(span) | Value::Word(span) if self.may_be_read(text, span) => {
                span.write(text, &mut self.bytes);
                let value = &self.bytes[start..];
                let telling = is_telling_number(value) || matches!(value, b"true" | b"false");
                self.keep(start..self.bytes.len(), telling);
            }
            Value::Object(at) if self.depth < DEPTH_MAX => self.read_object(text, at),
            _ => {}
        }
    }
}

impl Taker for Reader {
    fn take(&mut self, text: &[u8], _: Within, key: Span, value: Value) {
        let before = self.path.len();
        let mut says = self.names.get(text, key.start, key.end, Says::of);
        if says.target {
            self.take_target(text, value);
        }
        if self.found.len() == FIELDS_MAX || before + (key.end - key.start) > NAME_BYTES_MAX {
            return;
        }
        match key.kind {
            Kind::Escaped => {
                json::unescape(key.of(text), &mut self.path);
                says.telling = is_telling_name(&self.path[before..]);
            }
            _ if says.telling => self.path.extend_from_slice(key.of(text)),
            _ => {}
        }
        if says.telling {
            self.take_value(text, value);
        }
        self.path.truncate(before);
    }

    /// All are stepped over, and gone into once they are known to be whole.
    fn enter(&mut self, _: &[u8], _: Within, _: Span, _: usize) -> Option<Within> {
        None
    }
}

#[cfg(test)]
mod tests;

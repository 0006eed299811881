//! What the fields of one structured line say, as places in its text.

use super::json::{self, Taker};
use super::names::{Meaning, Scale, Within, meaning};
use super::values::{Moment, level_of, moment_of};
use crate::line::Level;
use crate::line::remembered::Remembered;

// limits
/// An end is told in a few words.
const OUTCOME_BYTES_MAX: usize = 64;
/// Names of up to eight times as many bytes are remembered.
const NAME_PARTS: usize = 3;
/// Names kept of a line without a message; more are data.
pub(super) const NAMES_MAX: usize = 64;

/// How a value is written.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Kind {
    /// As it is.
    #[default]
    Plain,
    /// With backslashes.
    Escaped,
    /// As an array of numbers, one a byte.
    Bytes,
}

/// A place in the text.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

impl Span {
    pub fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start..self.end]
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Appends the value itself.
    pub fn write(self, text: &[u8], out: &mut Vec<u8>) {
        let raw = self.of(text);
        match self.kind {
            Kind::Plain => out.extend_from_slice(raw),
            Kind::Escaped => json::unescape(raw, out),
            Kind::Bytes => write_bytes(raw, out),
        }
    }
}

/// `{Message}`, the template of all that has none.
fn is_hole(message: &[u8]) -> bool {
    let name = message.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    name.is_some_and(|name| name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_@$:".contains(byte)))
}

/// Appends the bytes that `[72, 105]` lists.
fn write_bytes(raw: &[u8], out: &mut Vec<u8>) {
    let numbers = raw.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    out.extend(
        numbers.map(|digits| {
            digits.iter().fold(0u8, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit - b'0'))
        }),
    );
}

/// A field's value.
#[derive(Copy, Clone, Debug)]
pub(super) enum Value {
    Text(Span),
    Number(Span),
    /// `true`, `false` and what else stands without quotes.
    Word(Span),
    Null,
    Array(Span),
    /// The place of its brace.
    Object(usize),
}

/// A field that may say something beside the text.
#[derive(Copy, Clone, Debug)]
pub(super) struct Noted {
    pub key: Span,
    pub value: Value,
    /// Its name means nothing by itself, so it is one of the names that stand for a message.
    named: bool,
}

/// Names of fields that say how something ended, the most telling first.
const OUTCOMES: [&[u8]; 7] = [b"reason", b"cause", b"result", b"outcome", b"status", b"state", b"conclusion"];

/// Which of the places in the text is that of the outcome.
pub(super) const OUTCOME_PLACE: usize = 0;

/// How much of an error's text is its class.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Wording {
    /// All of it.
    Class,
    /// What stands before the first colon, and the cause at the end.
    Text,
    /// The word before the first colon, if there is one.
    Stack,
}

/// The best of some values.
#[derive(Copy, Clone, Debug)]
struct Best<T>(u8, Option<T>);

impl<T> Best<T> {
    const NONE: Best<T> = Best(0, None);

    fn offer(&mut self, rank: u8, value: T) {
        if rank > self.0 {
            *self = Best(rank, Some(value));
        }
    }
}

/// The message of a line.
#[derive(Copy, Clone, Debug)]
pub(super) struct Message {
    pub span: Span,
    /// A program's line as it was read, not a logger's field.
    pub raw: bool,
}

/// All that counts of a line's fields. Filled again and again.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    time: Best<(Span, Moment)>,
    level: Best<Level>,
    logger: Best<Span>,
    name: Option<Span>,
    marked: bool,
    message: Best<Message>,
    event: Best<Span>,
    caller: Option<Span>,
    error: Best<(Span, Wording)>,
    /// How it ended, if badly: `"reason":"OOMKilled"`.
    outcome: Best<Span>,
    /// Whether a word of alarm is in a text.
    alarms: fn(&[u8]) -> bool,
    /// The stack trace, if it has a field of its own.
    trace: Best<Span>,
    /// Which stream the runtime of a container names.
    pub stream: Option<Span>,
    /// The level is the journal's, which knows the program's own only if it tells.
    pub relayed: bool,
    /// A format in which the usual level is left out.
    compact: bool,
    noted: Vec<Noted>,
    /// How many of them are names.
    names: usize,
    /// What names mean at the top of a line: most lines have the same ones.
    known: Remembered<Known, NAME_PARTS>,
}

/// What a name means where it stands.
#[derive(Copy, Clone, Debug, Default)]
struct Known {
    meaning: Option<(Meaning, Option<Within>)>,
    /// Of those that say how something ended; nought for all others.
    outcome: u8,
}

impl Known {
    fn within(within: Within, name: &[u8]) -> Known {
        let outcome = OUTCOMES.iter().rev().position(|outcome| name.eq_ignore_ascii_case(outcome));
        Known { meaning: meaning(within, name), outcome: outcome.map_or(0, |rank| rank as u8 + 1) }
    }
}

impl Default for Fields {
    fn default() -> Fields {
        Fields::NONE
    }
}

impl Fields {
    const NONE: Fields = Fields {
        time: Best::NONE,
        level: Best::NONE,
        logger: Best::NONE,
        name: None,
        marked: false,
        message: Best::NONE,
        event: Best::NONE,
        caller: None,
        error: Best::NONE,
        outcome: Best::NONE,
        alarms: |_| false,
        trace: Best::NONE,
        stream: None,
        relayed: false,
        compact: false,
        noted: Vec::new(),
        names: 0,
        known: Remembered::NONE,
    };

    /// Forgets the line before.
    pub fn clear(&mut self) {
        let mut noted = std::mem::take(&mut self.noted);
        noted.clear();
        let known = std::mem::take(&mut self.known);
        *self = Fields { noted, known, alarms: self.alarms, ..Fields::NONE };
    }

    /// Fields in which these words are of alarm.
    pub fn with_alarms(alarms: fn(&[u8]) -> bool) -> Fields {
        Fields { alarms, noted: Vec::with_capacity(NAMES_MAX), ..Fields::NONE }
    }

    pub fn time(&self) -> Option<(Span, Moment)> {
        self.time.1
    }

    pub fn level(&self) -> Option<Level> {
        self.level.1.or(self.compact.then_some(Level::Info))
    }

    /// The logger, or else the program.
    pub fn logger(&self) -> Option<Span> {
        const NAME_RANK: u8 = 10;
        match self.name {
            Some(name) if self.marked && self.logger.0 < NAME_RANK => Some(name),
            _ => self.logger.1,
        }
    }

    pub fn message(&self) -> Option<Message> {
        self.message.1
    }

    pub fn error(&self) -> Option<(Span, Wording)> {
        self.error.1
    }

    pub fn trace(&self) -> Option<Span> {
        self.trace.1
    }

    /// Whether there is anything to tell messages apart by.
    pub fn say_something(&self) -> bool {
        self.message.1.is_some() || self.event.1.is_some() || self.error.1.is_some() || self.names > 0
    }

    /// Whether a line of keys and values is a log's.
    pub fn are_a_record(&self) -> bool {
        self.message.1.is_some() || (self.time.1.is_some() && self.level.1.is_some())
    }

    /// What a name means where it stands.
    #[inline]
    fn known(&mut self, text: &[u8], within: Within, key: Span) -> Known {
        match within {
            Within::Top | Within::Fields => {
                self.known.get(text, key.start, key.end, |name| Known::within(Within::Top, name))
            }
            _ => Known::within(within, key.of(text)),
        }
    }

    /// Takes note of one field.
    pub fn take_field(&mut self, text: &[u8], within: Within, key: Span, value: Value) {
        let known = self.known(text, within, key);
        let Some((says, _)) = known.meaning else {
            self.note_outcome(text, known.outcome, value);
            return self.note_name(text, within, key, value);
        };
        if says.may_be_beside(key.of(text)) {
            self.note_beside(within, key, value);
        }
        // What stands deeper says less than its own kind at the top.
        let rank = |rank: u8| if within == Within::Fields { rank } else { 2 * rank };
        match (says, value) {
            (_, Value::Null) => {}
            (Meaning::Time(own), Value::Text(span) | Value::Number(span)) => {
                self.compact |= key.of(text) == b"@t";
                self.marked |= key.of(text) == b"asctime";
                if rank(own) > self.time.0
                    && let Some(moment) = moment_of(span.of(text))
                {
                    self.time.offer(rank(own), (span, moment));
                }
            }
            (Meaning::Level(own, scale), Value::Text(span) | Value::Number(span)) => {
                let quoted = matches!(value, Value::Text(_));
                self.marked |= key.of(text) == b"levelname";
                let capitals = key.of(text).iter().all(u8::is_ascii_uppercase);
                if let Some(level) = level_of(span.of(text), scale, quoted, capitals) {
                    self.relayed |= scale == Scale::Syslog;
                    self.level.offer(rank(own), level);
                }
            }
            (Meaning::Logger(own), Value::Text(span)) if !span.is_empty() => {
                self.logger.offer(rank(own), span);
            }
            (Meaning::Name, Value::Text(span)) if !span.is_empty() => self.name = Some(span),
            (Meaning::Mark, _) => {
                self.marked = true;
                self.note_name(text, within, key, value);
            }
            (Meaning::Message(own), _) => self.take_message(text, rank(own), key, value),
            (Meaning::Raw(own), Value::Text(span)) if !span.is_empty() => {
                self.message.offer(rank(own), Message { span, raw: true });
            }
            (Meaning::Event(own), Value::Text(span)) if !span.is_empty() => {
                self.event.offer(rank(own), span);
            }
            (Meaning::Caller, Value::Text(span)) if !span.is_empty() => self.caller = Some(span),
            (Meaning::Stream, Value::Text(span)) => self.stream = Some(span),
            (Meaning::Class(own), Value::Text(span)) if span.of(text).iter().any(u8::is_ascii_alphabetic) => {
                // The mother of all classes says less than what is beside it.
                const PLAIN: u8 = 1;
                let own = if matches!(span.of(text), b"Error" | b"Exception") { PLAIN } else { own };
                self.error.offer(rank(own), (span, Wording::Class));
            }
            (Meaning::ErrorText(own), Value::Text(span)) if !span.is_empty() => {
                self.error.offer(rank(own), (span, Wording::Text));
            }
            (Meaning::Stack(own), Value::Text(span)) if !span.is_empty() => {
                // A trace of the mother of all classes is known by its words only.
                const PLAIN: u8 = 2;
                let plain =
                    [&b"Error: "[..], b"Exception: "].iter().any(|name| span.of(text).starts_with(name));
                self.trace.offer(rank(own), span);
                let (own, wording) = if plain { (PLAIN, Wording::Text) } else { (own, Wording::Stack) };
                self.error.offer(rank(own), (span, wording));
            }
            _ => {}
        }
    }

    fn take_message(&mut self, text: &[u8], rank: u8, key: Span, value: Value) {
        let raw = key.of(text) == b"MESSAGE";
        let span = match value {
            Value::Text(span) | Value::Number(span) | Value::Word(span) => span,
            Value::Array(span) => {
                let bytes = text.get(span.start + 1).is_some_and(u8::is_ascii_digit);
                Span { kind: if bytes { Kind::Bytes } else { Kind::Plain }, ..span }
            }
            Value::Null | Value::Object(_) => return,
        };
        if !span.is_empty() && !is_hole(span.of(text)) {
            self.message.offer(rank, Message { span, raw });
        }
    }

    /// Notes a field that says how it ended, if it ended badly: a good end is optional.
    fn note_outcome(&mut self, text: &[u8], rank: u8, value: Value) {
        let Value::Text(span) = value else { return };
        if rank > 0 && span.end - span.start <= OUTCOME_BYTES_MAX && (self.alarms)(span.of(text)) {
            self.outcome.offer(rank, span);
        }
    }

    /// How it ended, if badly.
    pub fn outcome(&self) -> Option<Span> {
        self.outcome.1
    }

    /// Notes the name of a field that says nothing by itself.
    fn note_name(&mut self, text: &[u8], within: Within, key: Span, value: Value) {
        let counts = matches!(within, Within::Top | Within::Fields) && !matches!(value, Value::Null);
        // Those with an underscore in front are the journal's own.
        if counts && self.names < NAMES_MAX && !key.of(text).starts_with(b"_") {
            self.names += 1;
            self.noted.push(Noted { key, value, named: true });
        }
    }

    /// Notes a field that may say what the text does not.
    fn note_beside(&mut self, within: Within, key: Span, value: Value) {
        if matches!(within, Within::Top | Within::Fields) && self.noted.len() < NAMES_MAX {
            self.noted.push(Noted { key, value, named: false });
        }
    }

    /// Where what may stand in the text begins: how it ended, the error, and the message or else
    /// the kind of event.
    pub fn places_in_text(&self) -> [Option<usize>; 3] {
        let message = self.message.1.map(|message| message.span);
        let spans = [self.outcome.1, self.error.1.map(|error| error.0), message.or(self.event.1)];
        spans.map(|span| span.map(|span| span.start))
    }

    /// Gives away what was noted; the next layer uses the space of `others`.
    pub fn swap_noted(&mut self, others: &mut Vec<Noted>) {
        std::mem::swap(&mut self.noted, others);
    }

    /// Appends what stands for the message where there is none: the kind of event,
    /// the place in the code, and the names of the fields in a fixed order.
    pub fn write_names(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for span in self.event.1.iter().chain(&self.caller) {
            span.write(text, out);
            out.push(b' ');
        }
        if self.names == 0 {
            return;
        }
        self.noted.sort_unstable_by(|a, b| a.key.of(text).cmp(b.key.of(text)));
        let (mut before, mut joint) = (None, &b"{"[..]);
        for name in self.noted.iter().filter(|noted| noted.named).map(|noted| noted.key.of(text)) {
            if before.replace(name) != Some(name) {
                out.extend_from_slice(joint);
                out.extend_from_slice(name);
                joint = b" ";
            }
        }
        out.push(b'}');
    }
}

impl Taker for Fields {
    fn take(&mut self, text: &[u8], within: Within, key: Span, value: Value) {
        self.take_field(text, within, key, value);
    }

    fn enter(&mut self, text: &[u8], within: Within, key: Span, start: usize) -> Option<Within> {
        let inside = self.known(text, within, key).meaning?.1;
        // What these hold is not all for the text.
        if matches!(inside, Some(Within::Error | Within::Log)) {
            self.note_beside(within, key, Value::Object(start));
        }
        inside
    }
}

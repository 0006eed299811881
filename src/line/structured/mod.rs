//! Structured lines: JSON, logfmt, and what containers and relays put around a line.
//!
//! The trick: a structured line is rewritten into the text line that a plain
//! logger would have written, `STAMP LEVEL logger: message: error class`, in a
//! buffer that is used again and again. Everything behind this room then reads
//! one kind of line, and a program that changes its format keeps its messages.
//! Fields that are optional, such as ids and durations, are simply left out; what
//! they say is there for those who ask (see [`Beside`]).
//!
//! Lines may be wrapped several times (a runtime's JSON around a program's JSON),
//! so layer by layer is taken off. The outermost stamp counts, for it is on every
//! line; the innermost level and logger, for they are the program's own.
//!
//! What it costs: a plain text line one or two bytes looked at, a structured one
//! a single walk over its bytes, and no allocation once the buffers are warm.
//!
//! Where it fails: a line that is neither JSON nor pairs as a whole stays text, so
//! an object behind a sentence is taken apart only if it has a message.

mod beside;
mod class;
mod fields;
mod inner;
mod json;
mod logfmt;
mod names;
mod prefix;
mod syslog;
mod telling;
mod values;

pub use beside::{Beside, Field};

use super::level::Level;
use super::split::Cleaner;
use super::stamp;
use crate::limits::LINE_BYTES_MAX;
use beside::Reader;
use fields::{Fields, OUTCOME_PLACE, Wording};
use json::Stop;
use memchr::{memchr, memchr_iter, memrchr};
use serde::{Deserialize, Serialize};

// limits
/// Layers of wrapping that are taken off.
const LAYERS_MAX: usize = 4;
/// An object begins within so many bytes of its line, or it is part of the text.
const LEAD_BYTES_MAX: usize = 256;
/// Runtimes cut a line into parts of this size; a shorter line without a newline
/// has only lost it on its way.
const PART_BYTES_MIN: usize = 16_000;

/// Which lines are taken for structured ones.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// Whatever a line looks like.
    #[default]
    Auto,
    /// None: all is text.
    Text,
    /// JSON only.
    Json,
    /// Pairs of keys and values only.
    Logfmt,
}

// limits
/// A cut line is put together from so many further parts at most; a runtime cuts at 16 KiB.
pub const PARTS_JOINED_MAX: usize = 8;
/// And from parts that lie within so many bytes.
pub const JOINED_BYTES_MAX: usize = LINE_BYTES_MAX;

/// Hot: whether this raw line is a part that a container's runtime cut (`STAMP stdout P text`),
/// so that the next line of the same stream goes on with it; the stream, if so.
#[inline]
pub fn cut_stream(line: &[u8]) -> Option<bool> {
    runtime_of(line).filter(|runtime| !runtime.is_whole).map(|runtime| runtime.is_error)
}

#[inline]
fn runtime_of(line: &[u8]) -> Option<prefix::Runtime<'_>> {
    let may = line.first().is_some_and(u8::is_ascii_digit) && line.get(10) == Some(&b'T');
    if may { prefix::runtime(line) } else { None }
}

/// Appends to `joined` what the lines of `chunk` from `at` on add to a part of this stream that
/// starts at `start`.
pub fn join_parts(chunk: &[u8], start: usize, mut at: usize, is_error: bool, joined: &mut Vec<u8>) {
    for _ in 0..PARTS_JOINED_MAX {
        let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) else { return };
        let end = at + memchr(b'\n', rest).unwrap_or(rest.len());
        if end - start > JOINED_BYTES_MAX {
            return;
        }
        let line = &chunk[at..end];
        let Some(part) = runtime_of(line).filter(|part| part.is_error == is_error) else { return };
        joined.extend_from_slice(part.rest.strip_suffix(b"\r").unwrap_or(part.rest));
        if part.is_whole {
            return;
        }
        at = end + 1;
    }
}

/// Where the parts begin that whole `lines` end with and that wait for another one; the end of
/// `lines` if there are none, or so many that what joins them is here already.
pub fn waiting_from(lines: &[u8]) -> usize {
    let (mut from, mut stream) = (lines.len(), None);
    for _ in 0..=PARTS_JOINED_MAX {
        let Some(end) = from.checked_sub(1) else { return from };
        let start = memrchr(b'\n', &lines[..end]).map_or(0, |newline| newline + 1);
        if lines.len() - start > JOINED_BYTES_MAX {
            return lines.len();
        }
        let cut = cut_stream(&lines[start..end]);
        if cut.is_none() || stream.is_some_and(|stream| cut != Some(stream)) {
            return from;
        }
        (from, stream) = (start, cut);
    }
    lines.len()
}

/// A piece of a line that a runtime had to cut.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// From the error stream.
    pub is_error: bool,
    /// The rest follows with the next line.
    pub goes_on: bool,
}

/// What a line turned out to be.
#[derive(Debug)]
pub enum Seen<'a> {
    /// Plain text, as it stands.
    Text,
    /// A wrapping around nothing.
    Blank,
    /// A structured line, as text.
    Line(Unwrapped<'a>),
}

/// A structured line as the text line it stands for.
#[derive(Debug)]
pub struct Unwrapped<'a> {
    /// The text.
    pub text: &'a [u8],
    /// It is a record of its own, whatever it looks like.
    pub whole: bool,
    /// It came through a runtime that cuts lines.
    pub part: Option<Part>,
    /// What the fields of its innermost layer say beside the text; none of a layer without fields.
    pub beside: Option<Beside<'a>>,
}

/// What the layers of a line have said so far.
#[derive(Clone, Default, Debug)]
struct Said {
    /// The outermost stamp.
    time: Vec<u8>,
    /// Text in front that stays.
    lead: Vec<u8>,
    level: Option<Level>,
    /// The level is not the program's own.
    level_relayed: bool,
    logger: Vec<u8>,
    error: Vec<u8>,
    /// What is left is a program's line, not a logger's message.
    raw: bool,
    whole: bool,
    part: Option<Part>,
}

impl Said {
    fn clear(&mut self) {
        for text in [&mut self.time, &mut self.lead, &mut self.logger, &mut self.error] {
            text.clear();
        }
        (self.level, self.level_relayed) = (None, false);
        (self.raw, self.whole, self.part) = (false, false, None);
    }

    /// Takes note of a level that a program's own replaces.
    fn relay_level(&mut self, level: Option<Level>) {
        (self.level, self.level_relayed) = (level, true);
    }
}

/// Turns structured lines into text lines. Each thread has its own.
#[derive(Clone, Default, Debug)]
pub struct Unwrapper {
    format: Format,
    fields: Fields,
    said: Said,
    /// The text of the innermost layer so far.
    content: Vec<u8>,
    /// That of the next one.
    spare: Vec<u8>,
    cleaner: Cleaner,
    out: Vec<u8>,
    /// What the innermost layer so far says beside its text.
    reader: Reader,
}

impl Unwrapper {
    /// An unwrapper for lines of this format; `alarms` tells whether a word of alarm is in a text.
    pub fn new(format: Format, alarms: fn(&[u8]) -> bool) -> Unwrapper {
        let (fields, reader) = (Fields::with_alarms(alarms), Reader::new());
        Unwrapper { format, fields, reader, ..Unwrapper::default() }
    }

    /// Hot: whether a line, which is not empty, may be structured at all.
    #[inline]
    pub fn concerns(&self, line: &[u8]) -> bool {
        let front = match line[0] {
            b'{' | b'<' | b'a'..=b'z' => true,
            b'0'..=b'9' => line.get(10) == Some(&b'T'),
            b'A'..=b'Z' => line.get(3) == Some(&b' ') && prefix::has_pair_behind_tag(line),
            b'[' => line.get(1) == Some(&b'p'),
            _ => false,
        };
        (front || line[line.len() - 1] == b'}') && self.format != Format::Text
    }

    /// The text line that `line`, which is not empty, stands for. Never inlined:
    /// the way of plain lines must stay short.
    #[inline(never)]
    pub fn unwrap<'a>(&'a mut self, line: &'a [u8]) -> Seen<'a> {
        self.said.clear();
        self.reader.was_cut = false;
        let rest = self.behind_prefixes(line);
        let (mut content, mut spare) = (std::mem::take(&mut self.content), std::mem::take(&mut self.spare));
        let mut layers = 0;
        while layers < LAYERS_MAX {
            let text = if layers == 0 { rest } else { &content };
            if !self.take_layer(text, layers == 0, &mut spare) {
                break;
            }
            std::mem::swap(&mut content, &mut spare);
            layers += 1;
        }
        let found = layers > 0 || rest.len() < line.len();
        if found {
            self.write(if layers == 0 { rest } else { &content });
        }
        if layers % 2 == 1 {
            // Back to where they were, so that the next line finds them as warm.
            std::mem::swap(&mut content, &mut spare);
        }
        (self.content, self.spare) = (content, spare);
        if !found {
            return Seen::Text;
        }
        let Unwrapper { content, spare, reader, said, out, .. } = self;
        if out.trim_ascii().is_empty() {
            return Seen::Blank;
        }
        // What the innermost layer was taken from: the line, and then one buffer after the other.
        let inner = match layers {
            1 => rest,
            _ if layers % 2 == 0 => spare,
            _ => content,
        };
        let beside = (layers > 0).then_some(Beside { text: inner, reader });
        Seen::Line(Unwrapped { text: out, whole: said.whole, part: said.part, beside })
    }

    /// Takes off what stands in front of a line: names of pods, then a runtime's
    /// or a relay's head.
    fn behind_prefixes<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        let line = match line[0] {
            b'[' | b'a'..=b'z' => prefix::behind_name(line).unwrap_or(line),
            _ => line,
        };
        match line.first() {
            Some(b'<') => syslog::unwrap(line, &mut self.said).unwrap_or_else(|| {
                self.said.clear();
                line
            }),
            Some(b'0'..=b'9') if line.get(10) == Some(&b'T') => self.behind_runtime(line),
            Some(b'A'..=b'Z') => self.behind_tag(line),
            _ => line,
        }
    }

    /// `Mar  2 08:00:00 host dockerd[7]: level=info msg="x"`: the head stays in front.
    fn behind_tag<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        match prefix::behind_tag(line) {
            Some((head, rest)) if logfmt::begins_with_pair(rest) && self.is_record(rest) => {
                self.said.lead.extend_from_slice(head);
                rest
            }
            _ => line,
        }
    }

    fn behind_runtime<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        if let Some(runtime) = prefix::runtime(line) {
            self.said.time.extend_from_slice(runtime.stamp);
            self.said.raw = true;
            self.said.part = Some(Part { is_error: runtime.is_error, goes_on: !runtime.is_whole });
            return runtime.rest;
        }
        match prefix::behind_stamp(line) {
            Some((stamp, rest)) if logfmt::begins_with_pair(rest) && self.is_record(rest) => {
                self.said.time.extend_from_slice(stamp);
                rest
            }
            _ => self.behind_tag(line),
        }
    }

    /// Whether a text is a record of keys and values.
    fn is_record(&mut self, text: &[u8]) -> bool {
        self.fields.clear();
        logfmt::walk(text, &mut self.fields);
        self.fields.are_a_record()
    }

    /// Takes one layer off `text` and writes what is inside to `out`; false, and `out` as it was,
    /// if there is no layer.
    fn take_layer(&mut self, text: &[u8], outermost: bool, out: &mut Vec<u8>) -> bool {
        let json = matches!(self.format, Format::Auto | Format::Json);
        // An indented object in a log is a part of the record before it.
        let trimmed = if outermost { text } else { text.trim_ascii_start() };
        match trimmed.first() {
            Some(b'{') if json => self.take_json(text, text.len() - trimmed.len(), out),
            _ if self.format != Format::Json && logfmt::begins_with_pair(text) && self.is_record(text) => {
                self.take_fields(text, out);
                true
            }
            _ if json && outermost && text.ends_with(b"}") => self.take_tail(text, out),
            _ => false,
        }
    }

    /// An object that is the whole text, from the brace at `start` on.
    fn take_json(&mut self, text: &[u8], start: usize, out: &mut Vec<u8>) -> bool {
        self.fields.clear();
        let was_cut = self.was_cut(text);
        match json::walk(text, start, &mut self.fields) {
            Ok(end) if !text[end..].trim_ascii().is_empty() => return false,
            Err(Stop::Broken) => return false,
            Err(Stop::Cut) if !was_cut => return false,
            _ => {}
        }
        if !self.fields.say_something() {
            return false;
        }
        self.take_fields(text, out);
        true
    }

    /// An object behind some text, if it has a message, or if the text is the
    /// message as tabs show: `STAMP<tab>LEVEL<tab>message<tab>{"error":"x"}`.
    fn take_tail(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let front = &text[..text.len().min(LEAD_BYTES_MAX)];
        let Some(start) = memchr(b'{', front).filter(|at| text[at + 1..].starts_with(b"\"")) else {
            return false;
        };
        let lead = &text[..start];
        let separate = |byte: &u8| byte.is_ascii_whitespace() || b":|]>-".contains(byte);
        if !lead.last().is_some_and(separate) || lead.contains(&b'"') {
            return false;
        }
        self.fields.clear();
        if lead.trim_ascii().is_empty() || json::walk(text, start, &mut self.fields) != Ok(text.len()) {
            return false;
        }
        if self.fields.message().is_some() {
            self.said.lead.extend_from_slice(lead);
            self.take_fields(text, out);
            // Whether it belongs to the record before it is for the text in front to say.
            self.said.whole = false;
            return true;
        }
        let in_columns = lead.ends_with(b"\t") && memchr_iter(b'\t', lead).count() > 2;
        if in_columns {
            self.take_error(text, out);
            self.take_rest(text);
            out.clear();
            out.extend_from_slice(lead.trim_ascii_end());
        }
        in_columns
    }

    /// Takes note of what the fields say, and writes the message.
    fn take_fields(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let said = &mut self.said;
        said.whole = true;
        if let (Some((span, moment)), true) = (self.fields.time(), said.time.is_empty()) {
            values::write_moment(span.of(text), moment, &mut said.time);
        }
        if let Some(level) = self.fields.level() {
            (said.level, said.level_relayed) = (Some(level), self.fields.relayed);
        }
        if let Some(logger) = self.fields.logger() {
            said.logger.clear();
            logger.write(text, &mut said.logger);
        }
        self.take_error(text, out);
        out.clear();
        let Some(message) = self.fields.message() else {
            self.fields.write_names(text, out);
            return self.take_rest(text);
        };
        self.take_rest(text);
        self.said.raw = message.raw;
        message.span.write(text, out);
        if message.raw
            && let Some(stream) = self.fields.stream
        {
            let goes_on = message.span.end - message.span.start >= PART_BYTES_MIN && !out.ends_with(b"\n");
            self.said.part = Some(Part { is_error: stream.of(text) == b"stderr", goes_on });
        }
    }

    /// Takes note of the class of an error; `buffer` is overwritten.
    fn take_error(&mut self, text: &[u8], buffer: &mut Vec<u8>) {
        if let Some((span, wording)) = self.fields.error() {
            self.said.error.clear();
            class::write_class(text, span, wording, buffer, &mut self.said.error);
            if !self.said.error.is_empty() {
                let trace = self.fields.trace().unwrap_or(span);
                class::write_last_cause(trace.of(text), &mut self.said.error);
            }
        }
        self.reader.in_text = self.fields.places_in_text();
        match self.fields.outcome() {
            Some(outcome) if self.said.error.is_empty() => outcome.write(text, &mut self.said.error),
            _ => self.reader.in_text[OUTCOME_PLACE] = None,
        }
    }

    /// Keeps what the fields may say beside the text.
    fn take_rest(&mut self, text: &[u8]) {
        self.fields.swap_noted(&mut self.reader.noted);
        self.reader.was_cut |= self.was_cut(text);
    }

    /// Whether the text of a layer may have lost its end.
    fn was_cut(&self, text: &[u8]) -> bool {
        self.said.part.is_some_and(|part| part.goes_on) || text.len() >= LINE_BYTES_MAX
    }

    /// Writes the text line. `content` is what the innermost layer says.
    fn write(&mut self, content: &[u8]) {
        let Unwrapper { said, out, cleaner, .. } = self;
        out.clear();
        let (first, rest) = inner::first_line(content);
        cleaner.look(first);
        let first = cleaner.clean(first);
        if said.raw && first.trim_ascii().is_empty() && said.error.is_empty() {
            return;
        }
        if said.raw && inner::is_continuation(first) {
            said.whole = false;
            out.extend_from_slice(first);
            return;
        }
        note_exception(rest, &mut said.error);
        let lead_is_stamped = !said.lead.is_empty() && stamp::find(&said.lead).is_some();
        if !said.time.is_empty() && !lead_is_stamped {
            out.extend_from_slice(&said.time);
            out.push(b' ');
        }
        out.extend_from_slice(&said.lead);
        let own_level = said.level_relayed && inner::has_level(first);
        if let (Some(level), false) = (said.level, own_level) {
            out.extend_from_slice(level.name().as_bytes());
            out.push(b' ');
        }
        if !said.logger.is_empty() {
            out.extend_from_slice(&said.logger);
            out.extend_from_slice(b": ");
        }
        if lead_is_stamped || !said.time.is_empty() {
            inner::write_unstamped(first, said.raw, out);
        } else {
            out.extend_from_slice(first);
        }
        if !said.error.is_empty() {
            let blank = out.last().is_none_or(u8::is_ascii_whitespace);
            out.extend_from_slice(if blank || first.is_empty() { b"" } else { b": " });
            out.extend_from_slice(&said.error);
        }
    }
}

/// Of a message of several lines, notes the exception that a later one names.
fn note_exception(rest: &[u8], error: &mut Vec<u8>) {
    if !error.is_empty() || rest.is_empty() {
        return;
    }
    for line in rest.split(|byte| *byte == b'\n') {
        let word = &line[..line.iter().position(|byte| *byte == b':').unwrap_or(line.len())];
        if class::is_exception(word.trim_ascii_end()) {
            return class::write_parts(line, Wording::Stack, error);
        }
    }
}

#[cfg(test)]
mod tests;

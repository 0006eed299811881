//! Walking a JSON object without building it.
//!
//! The walk hands each field to a [`Taker`] as a place in the text, goes into the
//! few objects that it asks for and steps over all others. Nothing is
//! copied and nothing is allocated. It is stricter than needed to tell JSON from
//! text and laxer than the standard: numbers and words are not checked, bytes
//! need not be UTF-8, and what is stepped over only has to close its brackets.

use super::fields::{Kind, Span, Value};
use super::names::Within;
use memchr::memchr2;

/// Objects that are gone into lie at most this deep; deeper ones are stepped over.
const DEPTH_MAX: usize = 5;
/// Strings are mostly short: so many bytes are looked at one by one.
const SHORT_BYTES: usize = 16;

/// Why a walk ended before the object did.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// This is no JSON.
    Broken,
    /// It was JSON up to the end of the text.
    Cut,
}

/// Who a walk hands the fields to.
pub(super) trait Taker {
    /// Takes note of one field.
    fn take(&mut self, text: &[u8], within: Within, key: Span, value: Value);

    /// What the object that begins at `start` in a field holds; none to step over it.
    fn enter(&mut self, text: &[u8], within: Within, key: Span, start: usize) -> Option<Within>;
}

struct Walker<'t, 'f, T> {
    text: &'t [u8],
    at: usize,
    fields: &'f mut T,
}

/// Walks the object that begins with the brace at `start`; where it ends.
pub(super) fn walk<T: Taker>(text: &[u8], start: usize, fields: &mut T) -> Result<usize, Stop> {
    let mut walker = Walker { text, at: start, fields };
    walker.object(Within::Top, 0)?;
    Ok(walker.at)
}

impl<T: Taker> Walker<'_, '_, T> {
    fn byte(&self) -> Result<u8, Stop> {
        self.text.get(self.at).copied().ok_or(Stop::Cut)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Stop> {
        if self.byte()? != wanted {
            return Err(Stop::Broken);
        }
        self.at += 1;
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while self.text.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// From the opening brace to behind the closing one.
    fn object(&mut self, within: Within, depth: usize) -> Result<(), Stop> {
        self.expect(b'{')?;
        self.skip_blanks();
        if self.byte()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.skip_blanks();
            self.expect(b'"')?;
            let (key, closed) = self.string();
            if !closed {
                return Err(Stop::Cut);
            }
            self.skip_blanks();
            self.expect(b':')?;
            self.skip_blanks();
            self.value(within, key, depth)?;
            self.skip_blanks();
            match self.byte()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Stop::Broken),
            }
        }
    }

    fn value(&mut self, within: Within, key: Span, depth: usize) -> Result<(), Stop> {
        let start = self.at;
        let value = match self.byte()? {
            b'"' => {
                self.at += 1;
                let (span, closed) = self.string();
                self.fields.take(self.text, within, key, Value::Text(span));
                return if closed { Ok(()) } else { Err(Stop::Cut) };
            }
            b'{' => match self.fields.enter(self.text, within, key, start) {
                Some(inner) if depth < DEPTH_MAX => return self.object(inner, depth + 1),
                _ => {
                    self.skip_container()?;
                    Value::Object(start)
                }
            },
            b'[' => {
                self.skip_container()?;
                Value::Array(Span { start, end: self.at, kind: Kind::Plain })
            }
            b'-' | b'0'..=b'9' => Value::Number(self.scalar()),
            b'a'..=b'z' | b'A'..=b'Z' => {
                let span = self.scalar();
                if &self.text[span.start..span.end] == b"null" { Value::Null } else { Value::Word(span) }
            }
            _ => return Err(Stop::Broken),
        };
        self.fields.take(self.text, within, key, value);
        Ok(())
    }

    /// A string whose opening quote lies behind; false if the text ended first.
    #[inline]
    fn string(&mut self) -> (Span, bool) {
        let start = self.at;
        let mut kind = Kind::Plain;
        loop {
            let rest = &self.text[self.at..];
            let short = &rest[..rest.len().min(SHORT_BYTES)];
            let near = short.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            let far = || memchr2(b'"', b'\\', &rest[short.len()..]).map(|at| short.len() + at);
            match near.or_else(far) {
                Some(at) if rest[at] == b'"' => {
                    let end = self.at + at;
                    self.at = end + 1;
                    return (Span { start, end, kind }, true);
                }
                Some(at) if at + 1 < rest.len() => {
                    kind = Kind::Escaped;
                    self.at += at + 2;
                }
                _ => {
                    self.at = self.text.len();
                    return (Span { start, end: self.at, kind }, false);
                }
            }
        }
    }

    /// A number or a bare word.
    fn scalar(&mut self) -> Span {
        let start = self.at;
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
        self.at += self.text[start..].iter().take_while(|byte| goes_on(byte)).count();
        Span { start, end: self.at, kind: Kind::Plain }
    }

    /// Steps over an object or an array, however deep it is.
    fn skip_container(&mut self) -> Result<(), Stop> {
        let mut open = 0usize;
        loop {
            let byte = self.byte()?;
            self.at += 1;
            match byte {
                b'"' if !self.string().1 => return Err(Stop::Cut),
                b'{' | b'[' => open += 1,
                b'}' | b']' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }
}

/// Appends the text that an escaped string stands for. What is no escape stays as it is.
pub(super) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &raw[at..]) {
        out.extend_from_slice(&raw[at..at + found]);
        at += found;
        let plain = match raw.get(at + 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(&byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'u') => {
                at += unescape_unicode(&raw[at..], out);
                continue;
            }
            _ => {
                out.push(b'\\');
                at += 1;
                continue;
            }
        };
        out.push(plain);
        at += 2;
    }
    out.extend_from_slice(&raw[at..]);
}

/// Appends the sign that `\uXXXX`, or two of them, at the front of `raw` stands
/// for; how many bytes it took.
fn unescape_unicode(raw: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(unit) = code_unit(raw) else {
        out.push(b'\\');
        return 1;
    };
    let (code, taken) = match (unit, code_unit(&raw[6..])) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            (0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 12)
        }
        _ => (unit, 6),
    };
    let sign = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
    taken
}

/// The value of `\uXXXX` at the front of `raw`.
fn code_unit(raw: &[u8]) -> Option<u32> {
    let digits = raw.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |sum, &digit| Some(sum * 16 + char::from(digit).to_digit(16)?))
}

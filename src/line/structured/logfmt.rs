//! Lines of `key=value` pairs.

use super::fields::{Fields, Kind, Span, Value};
use super::names::Within;

/// Whether a text begins with a pair; most text does not.
#[inline]
pub(super) fn begins_with_pair(text: &[u8]) -> bool {
    let end = text.iter().take_while(|byte| is_key_byte(**byte)).count();
    end > 0 && text.get(end) == Some(&b'=') && text.get(end + 1).is_some_and(|byte| *byte != b'=')
}

#[inline]
fn is_key_byte(byte: u8) -> bool {
    IS_KEY[byte as usize]
}

const IS_KEY: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let sign = matches!(byte as u8, b'_' | b'.' | b'-' | b'@' | b'/');
        table[byte] = sign || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// Hands each pair to `fields`. Words without a key belong to the message if they
/// stand behind it unquoted, and else say nothing.
pub(super) fn walk(text: &[u8], fields: &mut Fields) {
    let mut at = 0;
    while at < text.len() {
        at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let key_end = at + text[at..].iter().take_while(|byte| is_key_byte(**byte)).count();
        if key_end == at || text.get(key_end) != Some(&b'=') {
            at = word_end(text, at.max(key_end));
            continue;
        }
        let key = Span { start: at, end: key_end, kind: Kind::Plain };
        let (value, end) = value_at(text, key_end + 1, is_message(key.of(text)));
        fields.take_field(text, Within::Top, key, value);
        at = end;
    }
}

/// The value that begins at `start`, and where it ends.
fn value_at(text: &[u8], start: usize, is_message: bool) -> (Value, usize) {
    if text.get(start) == Some(&b'"') {
        let (span, end) = quoted(text, start + 1);
        return (Value::Text(span), end);
    }
    let mut end = word_end(text, start);
    while is_message && let Some(next) = plain_word(text, end) {
        end = next;
    }
    let span = Span { start, end, kind: Kind::Plain };
    let value = match span.of(text) {
        b"null" | b"nil" | b"<nil>" | b"" => Value::Null,
        _ => Value::Text(span),
    };
    (value, end)
}

fn is_message(key: &[u8]) -> bool {
    key.eq_ignore_ascii_case(b"msg") || key.eq_ignore_ascii_case(b"message")
}

/// Where the next word ends, if it is no pair.
fn plain_word(text: &[u8], at: usize) -> Option<usize> {
    let start = at + text[at..].iter().take_while(|byte| **byte == b' ').count();
    let end = word_end(text, start);
    (end > start && !text[start..end].contains(&b'=')).then_some(end)
}

fn word_end(text: &[u8], at: usize) -> usize {
    let at = at.min(text.len());
    at + text[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count()
}

/// A string whose opening quote lies behind, closed or cut; where it ends.
fn quoted(text: &[u8], start: usize) -> (Span, usize) {
    let mut at = start;
    let mut kind = Kind::Plain;
    while at < text.len() {
        match text[at] {
            b'"' => return (Span { start, end: at, kind }, at + 1),
            b'\\' => {
                kind = Kind::Escaped;
                at += 2;
            }
            _ => at += 1,
        }
    }
    (Span { start, end: text.len(), kind }, text.len())
}

//! What class an error is of, from however a logger writes it.
//!
//! The class belongs to the message: a new one under a known message is news.
//! What stands beside it (a name, an address, a trace) is not, for it would make
//! every line a message of its own. Programs that wrap errors, `open store: dial
//! tcp 10.0.0.1:80: connection refused`, say the cause last, so a last part of
//! plain words counts as well.

use super::fields::{Kind, Span, Wording};
use super::json;
use memchr::{memchr, memmem};

// limits
/// Words of a part that count; a class is short.
const WORDS_MAX: usize = 6;
/// Bytes of an error that are looked at from either end.
const BYTES_MAX: usize = 512;

const TRACEBACK: &[u8] = b"Traceback (most recent call last)";

/// Appends the class of the error at `span`; `buffer` is overwritten.
pub(super) fn write_class(
    text: &[u8],
    span: Span,
    wording: Wording,
    buffer: &mut Vec<u8>,
    out: &mut Vec<u8>,
) {
    let raw = span.of(text);
    let raw = if raw.starts_with(TRACEBACK) { last_line(raw) } else { raw };
    let raw = &raw[..raw.len().min(BYTES_MAX)];
    buffer.clear();
    match span.kind {
        Kind::Escaped => json::unescape(raw, buffer),
        _ => buffer.extend_from_slice(raw),
    }
    write_parts(first_line(buffer), wording, out);
}

/// Appends what counts of a line that names an error.
pub(super) fn write_parts(line: &[u8], wording: Wording, out: &mut Vec<u8>) {
    let line = line.trim_ascii();
    if wording == Wording::Class {
        return write_words(line, out);
    }
    let colon = memmem::find(line, b": ").or_else(|| line.ends_with(b":").then(|| line.len() - 1));
    let first = &line[..colon.unwrap_or(line.len())];
    if wording == Wording::Stack {
        if names_class(first) && (colon.is_some() || is_exception(first)) {
            write_words(first, out);
        }
        return;
    }
    write_words(first, out);
    let Some(colon) = colon else { return };
    let last = &line[memmem::rfind(line, b": ").map_or(colon, |at| at + 1)..];
    if is_cause(last.trim_ascii()) {
        out.extend_from_slice(b": ");
        write_words(last.trim_ascii(), out);
    }
}

/// A single word, without the signs of code.
fn names_class(first: &[u8]) -> bool {
    !first.is_empty() && first.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._$:-".contains(byte))
}

/// Whether a word is the name of an exception by its ending.
pub(super) fn is_exception(word: &[u8]) -> bool {
    word.ends_with(b"Exception") || word.ends_with(b"Error")
}

/// Plain words say why; a name or a number says which.
fn is_cause(last: &[u8]) -> bool {
    if matches!(last, b"EOF" | b"timeout") {
        return true;
    }
    let words = last.split(|byte| *byte == b' ').count();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || b" /'-,".contains(byte);
    (2..=WORDS_MAX).contains(&words) && last.iter().all(plain)
}

fn write_words(part: &[u8], out: &mut Vec<u8>) {
    let words = part.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    for (index, word) in words.take(WORDS_MAX).enumerate() {
        out.extend_from_slice(if index > 0 { b" " } else { b"" });
        out.extend_from_slice(word);
    }
}

fn first_line(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    &text[..memchr(b'\n', text).unwrap_or(text.len())]
}

/// The last line of an escaped or plain text that is not indented: where Python
/// says what happened.
fn last_line(raw: &[u8]) -> &[u8] {
    let mut raw = raw;
    loop {
        let (at, width) = match (memmem::rfind(raw, b"\\n"), memchr::memrchr(b'\n', raw)) {
            (Some(escaped), plain) if plain.is_none_or(|plain| plain < escaped) => (escaped, 2),
            (_, Some(plain)) => (plain, 1),
            _ => return raw,
        };
        let line = &raw[at + width..];
        if !line.is_empty() && !matches!(line[0], b' ' | b'\t' | b'\\') {
            return line;
        }
        raw = &raw[..at];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_what_comes_back_with_the_same_fault() {
        for (error, wording, expected) in [
            ("java.io.IOException: disk full\\n\\tat a.B(C.java:1)", Wording::Stack, "java.io.IOException"),
            ("IllegalStateException\\n\\tat a.B", Wording::Stack, "IllegalStateException"),
            ("main.run\\n\\t/src/main.go:12", Wording::Stack, ""),
            (
                "Traceback (most recent call last):\\n  File \\\"a\\\", line 1\\nValueError: bad\\n",
                Wording::Stack,
                "ValueError",
            ),
            ("TypeError", Wording::Class, "TypeError"),
            ("connection refused", Wording::Text, "connection refused"),
            (
                "dial tcp 10.0.0.1:5432: connect: connection refused",
                Wording::Text,
                "dial tcp 10.0.0.1:5432: connection refused",
            ),
            ("user not found: anna", Wording::Text, "user not found"),
            ("one two three four five six seven", Wording::Text, "one two three four five six"),
            ("read body: EOF", Wording::Text, "read body: EOF"),
            ("", Wording::Text, ""),
        ] {
            let (mut buffer, mut out) = (Vec::new(), Vec::new());
            let span = Span { start: 0, end: error.len(), kind: Kind::Escaped };
            write_class(error.as_bytes(), span, wording, &mut buffer, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{error}");
        }
    }
}

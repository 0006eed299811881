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
/// A single one is too likely a name.
const CAUSE_WORDS_MIN: usize = 2;
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

/// Appends the class that a trace names last: what wraps it often says less.
pub(super) fn write_last_cause(trace: &[u8], out: &mut Vec<u8>) {
    const CAUSE: &[u8] = b"Caused by: ";
    let Some(at) = memmem::rfind(trace, CAUSE) else { return };
    let rest = &trace[at + CAUSE.len()..];
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(byte)).count();
    if rest.get(length).is_none_or(|byte| b":\\\n ".contains(byte)) && length > 0 {
        out.extend_from_slice(b": ");
        out.extend_from_slice(&rest[..length]);
    }
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
    let behind = &line[colon + 1..];
    if let Some(code) = status_code(behind.trim_ascii_start()) {
        out.extend_from_slice(b": ");
        write_words(code, out);
    }
    let last = &line[memmem::rfind(line, b": ").map_or(colon, |at| at + 1)..];
    let cause = cause(last.trim_ascii());
    if !cause.is_empty() {
        out.extend_from_slice(b": ");
        write_words(cause, out);
    }
}

/// `code = NotFound`, as remote calls put it before words that may say anything.
fn status_code(text: &[u8]) -> Option<&[u8]> {
    let name = text.strip_prefix(b"code = ")?;
    let length = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (length > 0).then(|| &text[..text.len() - name.len() + length])
}

/// A single word, without the signs of code.
fn names_class(first: &[u8]) -> bool {
    !first.is_empty() && first.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._$:-".contains(byte))
}

/// Whether a word is the name of an exception by its ending.
pub(super) fn is_exception(word: &[u8]) -> bool {
    word.ends_with(b"Exception") || word.ends_with(b"Error")
}

/// The plain words that a last part begins with say why; a name or a number among
/// them, and what follows it, says which.
fn cause(last: &[u8]) -> &[u8] {
    let last = without_signs(last);
    if matches!(last, b"EOF" | b"timeout") {
        return last;
    }
    let (mut end, mut words) = (0, 0);
    for word in last.split(|byte| *byte == b' ') {
        if words == WORDS_MAX || !is_plain(word, words == 0) {
            break;
        }
        end += word.len() + usize::from(words > 0);
        words += 1;
    }
    if words >= CAUSE_WORDS_MIN {
        without_signs(&last[..end])
    } else if is_telling(last) {
        last
    } else {
        b""
    }
}

/// A single word that hardly is a name: `killed`, `LEADER_NOT_AVAILABLE`.
fn is_telling(word: &[u8]) -> bool {
    let small = |byte: &u8| byte.is_ascii_lowercase();
    let code = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    word.ends_with(b"ed") && word.iter().all(small) || word.contains(&b'_') && word.iter().all(code)
}

/// Small letters, and a capital where a sentence begins.
fn is_plain(word: &[u8], first: bool) -> bool {
    let small = match word {
        [b'A'..=b'Z', rest @ ..] if first => rest,
        _ => word,
    };
    let plain = |byte: &u8| byte.is_ascii_lowercase() || b"/'-,".contains(byte);
    !word.is_empty() && without_signs(small).iter().all(plain)
}

/// A text without the signs that close it.
fn without_signs(text: &[u8]) -> &[u8] {
    let open = |byte: &u8| !byte.is_ascii_whitespace() && !b"\"'.,;)".contains(byte);
    &text[..text.iter().rposition(open).map_or(0, |at| at + 1)]
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
    let mut line_end = raw.len();
    for at in (0..raw.len()).rev() {
        let from = match raw[at] {
            b'\n' => at,
            b'n' if at > 0 && raw[at - 1] == b'\\' => at - 1,
            _ => continue,
        };
        let line = &raw[at + 1..line_end.max(at + 1)];
        if !line.is_empty() && !matches!(line[0], b' ' | b'\t' | b'\\') {
            return line;
        }
        line_end = from;
    }
    raw
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
            (
                "FATAL: too many connections for role \"anna\"",
                Wording::Text,
                "FATAL: too many connections for role",
            ),
            ("Error 1040: Too many connections", Wording::Text, "Error 1040: Too many connections"),
            ("signal: killed", Wording::Text, "signal: killed"),
            ("kafka: LEADER_NOT_AVAILABLE", Wording::Text, "kafka: LEADER_NOT_AVAILABLE"),
            ("pq: John Smith", Wording::Text, "pq"),
            (
                "x509: certificate has expired or is not yet valid",
                Wording::Text,
                "x509: certificate has expired or is not",
            ),
            ("rpc error: code = NotFound desc = no user anna", Wording::Text, "rpc error: code = NotFound"),
            (
                "rpc error: code = Unavailable desc = \"dial tcp 10.0.0.1:80: connection refused\"",
                Wording::Text,
                "rpc error: code = Unavailable: connection refused",
            ),
            ("", Wording::Text, ""),
        ] {
            let (mut buffer, mut out) = (Vec::new(), Vec::new());
            let span = Span { start: 0, end: error.len(), kind: Kind::Escaped };
            write_class(error.as_bytes(), span, wording, &mut buffer, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{error}");
        }
    }
}

//! The parts of a line that one HTTP client chose: `"GET /a?b=c HTTP/1.1" 200 - "…" "…"`.
//!
//! Every web server writes the request line in quotes, and most write behind it
//! the status, the size and then fields in quotes that hold what the client says
//! of itself. Those are values from end to end, whatever words are in them: a
//! browser nobody had yet, or a search for `error`, is no new message. Only what
//! follows the request line in exactly this way counts, since a quotation
//! elsewhere may say what went wrong. What it costs: a search for a quotation mark
//! in a line that has none.

use memchr::memchr_iter;

use super::bytes::{BLANK, MARK, is};

// limits
/// The target, the size, and fields in quotes: servers write two to five.
const VALUES_MAX: usize = 10;
/// `GET` is the shortest method, `BASELINE-CONTROL` the longest.
const METHOD_BYTES: std::ops::RangeInclusive<usize> = 3..=16;

/// Places of a cheap key that are values as a whole, in their order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Values {
    places: [(usize, usize); VALUES_MAX],
    len: usize,
    next: usize,
}

impl Values {
    /// The values of `key`, whose first request line this is; none in most lines.
    pub(super) fn of(key: &[u8], line: Option<Line>) -> Values {
        let mut values = Values::default();
        if let Some(Line { target: (from, to), end }) = line {
            values.push(from, to);
            values.add_fields(key, end);
        }
        values
    }

    /// Where the size stands in a line of an access log, right behind the status.
    pub(super) fn size_of(key: &[u8], line: Option<Line>) -> Option<usize> {
        let status_end = blanks(key, line?.end).and_then(|at| number(key, at))?;
        blanks(key, status_end).filter(|&at| number(key, at).is_some())
    }

    /// Where the value that starts at `at` ends, if one does.
    #[inline]
    pub(crate) fn end_at(&mut self, at: usize) -> Option<usize> {
        let &(from, to) = self.places[..self.len].get(self.next)?;
        (from == at).then(|| {
            self.next += 1;
            to
        })
    }

    fn push(&mut self, from: usize, to: usize) {
        if self.len < VALUES_MAX && from < to {
            self.places[self.len] = (from, to);
            self.len += 1;
        }
    }

    /// Adds the size and the fields in quotes of an access log; `at`: behind the request line.
    fn add_fields(&mut self, key: &[u8], at: usize) {
        let Some(status_end) = blanks(key, at).and_then(|at| number(key, at)) else { return };
        let Some(size) = blanks(key, status_end) else { return };
        let absent = key.get(size) == Some(&b'-') && key.get(size + 1).is_none_or(|b| is(*b, BLANK));
        let mut at = if absent {
            self.push(size, size + 1);
            size + 1
        } else if let Some(end) = number(key, size) {
            end
        } else {
            return;
        };
        while let Some(quote) = blanks(key, at).filter(|&at| key.get(at) == Some(&b'"'))
            && let Some(end) = quote_end(key, quote + 1)
        {
            self.push(quote + 1, end);
            at = end + 1;
        }
    }
}

/// A request line in quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The target's place.
    pub target: (usize, usize),
    /// Where the line ends, quotation mark included.
    pub end: usize,
}

/// The first request line of `key`.
pub(super) fn first_line(key: &[u8]) -> Option<Line> {
    memchr_iter(b'"', key).find_map(|quote| request_line(key, quote + 1))
}

/// If a request line starts at `start`: that line.
fn request_line(key: &[u8], start: usize) -> Option<Line> {
    let rest = &key[start..];
    let method = rest.iter().position(|b| !b.is_ascii_uppercase() && *b != b'-')?;
    if !METHOD_BYTES.contains(&method) || rest[method] != b' ' {
        return None;
    }
    let target = method + 1;
    let length = rest[target..].iter().position(|b| is(*b, BLANK) || *b == b'"')?;
    let protocol = rest[target + length..].strip_prefix(b" HTTP/")?;
    let version = protocol.iter().position(|b| !is(*b, MARK) && *b != b'.')?;
    let quote = protocol[version..].strip_prefix(b"\\").unwrap_or(&protocol[version..]);
    let (target, end) = ((start + target, start + target + length), key.len() - quote.len() + 1);
    (version > 0 && quote.first() == Some(&b'"')).then_some(Line { target, end })
}

/// Behind one or more blanks.
fn blanks(key: &[u8], at: usize) -> Option<usize> {
    let count = key[at..].iter().take_while(|b| is(**b, BLANK)).count();
    (count > 0).then_some(at + count)
}

/// Behind a number.
fn number(key: &[u8], at: usize) -> Option<usize> {
    (key.get(at) == Some(&1)).then_some(at + 1)
}

/// The quotation mark that ends a field; one behind a backslash is part of it.
fn quote_end(key: &[u8], from: usize) -> Option<usize> {
    memchr_iter(b'"', &key[from..]).map(|at| from + at).find(|&at| at == from || key[at - 1] != b'\\')
}

#[cfg(test)]
mod tests {
    use super::super::cheap;
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        let mut key = Vec::new();
        cheap::write(line.as_bytes(), &mut key);
        let values = Values::of(&key, first_line(&key));
        let found: Vec<String> = values.places[..values.len]
            .iter()
            .map(|&(from, to)| String::from_utf8_lossy(&key[from..to]).replace('\u{1}', "9"))
            .collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn what_a_client_chose_is_value_from_end_to_end() {
        check(
            r#"- - "GET /a?b=c,d HTTP/1.1" 200 123 "-" "curl/8.1 (x y)" tail"#,
            &["/a?b=c,d", "-", "curl/9.9 (x y)"],
        );
        check(r#"- - "HEAD / HTTP/2" 304 - "" "a \" b""#, &["/", "-", r#"a \" b"#]);
        check(r#"request: "PROPFIND * HTTP/1.0", host: "h""#, &["*"]);
        check(r#"{"m":"\"GET /x HTTP/1.1\" 200"}"#, &["/x"]);
    }

    #[test]
    fn other_quotations_are_left_alone() {
        check(r#""GET /x HTTP/1.1" error "disk is gone""#, &["/x"]);
        check(r#""GET /x HTTP/1.1" 200 12 error "disk is gone""#, &["/x"]);
        check(r#""GET /x HTTP/1.1" 200 -x "y""#, &["/x"]);
        check(r#""GET /x HTTP/1.1" 200 error="disk is gone""#, &["/x"]);
        check(r#""GET /x" "get /x HTTP/1.1" "GET /x y HTTP/1.1" "GET  HTTP/" "X"#, &[]);
        check("GET /x HTTP/1.1", &[]);
        check("\"", &[]);
        check(r#""GET /x HTTP/1.1"#, &[]);
    }
}

//! Which route a request asks for: `/api/v*/users/*`.
//!
//! A route is the path of the target with what differs from request to request as `*`: parts that
//! hold digits, that are long, escaped, or several words put together as titles are; and what lets
//! its holder in, as the link in a mail does ([`private`]). It is read off the cheap key or off a
//! field, and is the same for both: no digit's value matters.
//!
//! Nothing here knows a format. A target stands in a request line in quotes, or behind a method.
//! What is answered stands right behind that, or somewhere else among the numbers of the line.
//!
//! Where it fails: a part that differs and looks like a word (`/users/anna`) is a route of its own.

mod private;

use super::bytes::{BLANK, MARK, is};
use super::request::Line;
use memchr::{memchr, memchr_iter};
use private::{Announced, is_made_up};

// limits
/// Parts of a path that are kept.
const PARTS_MAX: usize = 4;
/// A longer route is cut.
pub(crate) const ROUTE_BYTES_MAX: usize = 64;
/// Longer parts are made up.
const PART_BYTES_MAX: usize = 24;
/// As many words in a part are a title.
const TITLE_WORDS_MIN: usize = 4;
/// Letters of an ending: `css`, `woff`.
const ENDING_BYTES_MAX: usize = 5;

const METHODS: [&[u8]; 9] =
    [b"GET", b"POST", b"PUT", b"HEAD", b"PATCH", b"DELETE", b"OPTIONS", b"CONNECT", b"TRACE"];

/// What stands for the rest of a route that is cut.
const REST: &[u8] = "…".as_bytes();

/// Where a line says what was asked for, and perhaps what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The target's place in the cheap key.
    pub target: (usize, usize),
    /// A number that stands here, right behind the request, is the answer.
    pub answer: usize,
}

impl Asked {
    /// The first request in a cheap key; in quotes it is this `line`.
    pub(super) fn of(key: &[u8], line: Option<Line>) -> Option<Asked> {
        if let Some(Line { target, end }) = line {
            return Some(Asked { target, answer: skip_blanks(key, end) });
        }
        let from = memchr_iter(b'/', key).find(|&slash| is_behind_method(&key[..slash]))?;
        let to = key[from..].iter().position(|b| is(*b, BLANK) || *b == b'"').map_or(key.len(), |n| from + n);
        let end = if key.get(to) == Some(&b'"') { to + 1 } else { to };
        Some(Asked { target: (from, to), answer: skip_blanks(key, end) })
    }
}

fn skip_blanks(key: &[u8], at: usize) -> usize {
    at + key[at..].iter().take_while(|b| is(**b, BLANK)).count()
}

/// `GET `, `POST "`.
fn is_behind_method(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    if !before.ends_with(b" ") {
        return false;
    }
    let before = before.trim_ascii_end();
    let from = before.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    METHODS.contains(&&before[from..])
}

/// The target of a whole request line: `GET /x HTTP/1.1`.
fn behind_method(line: &[u8]) -> &[u8] {
    let Some(at) = memchr(b' ', line).filter(|&at| METHODS.contains(&&line[..at])) else { return line };
    let target = &line[at + 1..];
    &target[..memchr(b' ', target).unwrap_or(target.len())]
}

/// What follows the host of an address.
fn behind_host(target: &[u8]) -> Option<&[u8]> {
    let rest = target.strip_prefix(b"http")?;
    let rest = rest.strip_prefix(b"s").unwrap_or(rest).strip_prefix(b"://")?;
    Some(rest.iter().position(|b| *b == b'/').map_or(&[][..], |at| &rest[at..]))
}

/// Writes the route of a target to `route`, which is emptied first.
pub(crate) fn write(target: &[u8], route: &mut Vec<u8>) {
    route.clear();
    let target = behind_method(target);
    let path = behind_host(target).unwrap_or(target);
    let end = path.iter().position(|b| b"?#;".contains(b)).unwrap_or(path.len());
    let mut parts = path[..end].split(|b| *b == b'/').filter(|part| !part.is_empty()).peekable();
    let (mut kept, mut announced) = (0, Announced::default());
    while let Some(part) = parts.next() {
        let start = route.len();
        if kept < PARTS_MAX {
            route.push(b'/');
            write_part(part, announced, parts.peek().is_none(), route);
            announced = announced.then(part);
            kept += 1;
        }
        if route.len() == start || route.len() > ROUTE_BYTES_MAX - REST.len() - 1 {
            route.truncate(start);
            route.push(b'/');
            return route.extend_from_slice(REST);
        }
    }
    if route.is_empty() {
        route.push(b'/');
    }
}

fn write_part(part: &[u8], announced: Announced, is_last: bool, route: &mut Vec<u8>) {
    let is_digit = |b: u8| b.is_ascii_digit() || is(b, MARK);
    if let [b'v' | b'V', rest @ ..] = part
        && !rest.is_empty()
        && rest.iter().all(|b| is_digit(*b))
    {
        return route.extend_from_slice(b"v*");
    }
    if announced.hides(part) {
        return route.push(b'*');
    }
    let odd = |b: &u8| is_digit(*b) || !(b.is_ascii_alphanumeric() || b"-_.~+!:".contains(b));
    let words = part.split(|b| b"-_+".contains(b)).filter(|word| !word.is_empty()).count();
    if part.len() <= PART_BYTES_MAX && words < TITLE_WORDS_MIN && !part.iter().any(odd) && !is_made_up(part) {
        return route.extend_from_slice(part);
    }
    route.push(b'*');
    let dot = part.iter().rposition(|b| *b == b'.').filter(|_| is_last);
    if let Some(ending) = dot.map(|dot| &part[dot..])
        && (2..=ENDING_BYTES_MAX + 1).contains(&ending.len())
        && ending[1..].iter().all(u8::is_ascii_alphabetic)
    {
        route.extend_from_slice(ending);
    }
}

#[cfg(test)]
mod tests {
    use super::super::cheap;
    use super::super::request::first_line;
    use super::*;

    fn route(target: &[u8]) -> String {
        let mut route = Vec::new();
        write(target, &mut route);
        assert!(route.len() <= ROUTE_BYTES_MAX);
        String::from_utf8(route).unwrap()
    }

    #[test]
    fn a_route_is_the_path_without_what_differs() {
        for (target, expected) in [
            ("/", "/"),
            ("", "/"),
            ("*", "/*"),
            ("/checkout", "/checkout"),
            ("/cart/?a=b/c#d", "/cart"),
            ("/api/v1/users/4711", "/api/v*/users/*"),
            ("/API/V2/events;x=1", "/API/v*/events"),
            ("//a//b", "/a/b"),
            ("/img/oak-lamp-77_200x200.webp", "/img/*.webp"),
            ("/static/js/main.3f9a1c2e.js", "/static/js/*.js"),
            ("/orders/550e8400-e29b-41d4-a716-446655440000/items", "/orders/*/items"),
            ("/blog/how-we-moved-it", "/blog/*"),
            ("/hipstershop.CartService/AddItem", "/hipstershop.CartService/AddItem"),
            ("/api/getUserProfile", "/api/getUserProfile"),
            ("/authors/anna", "/authors/anna"),
            ("/dl/aGVsbGXbJsZA", "/dl/*"),
            ("/reset/hunter", "/reset/*"),
            ("/password-reset/Mg/QxRt-vb", "/password-reset/*/*"),
            ("/users/confirmEmail/x.yz", "/users/confirmEmail/*"),
            ("/account/reset/password/horse", "/account/reset/password/*"),
            ("/auth/reset-password", "/auth/reset-password"),
            ("/auth/github/callback", "/auth/github/callback"),
            ("/oauth2/token", "/*/token"),
            ("/oauth2/QxRtVb", "/*/*"),
            ("/api/token/refresh", "/api/token/refresh"),
            ("/auth/callback/AbCdEf", "/auth/callback/*"),
            ("/invite/accept/sesam", "/invite/accept/*"),
            ("/a/b/c/d/e", "/a/b/c/d/…"),
            ("/q/%C3%BC/x", "/q/*/x"),
            ("/q/\u{fc}", "/q/*"),
            ("/u/anna@example.com", "/u/*.com"),
            ("/abcdefghijklmnopqrstuvwxyz/x", "/*/x"),
            ("https://shop.example.com:443/cart?x=1", "/cart"),
            ("http://shop.example.com", "/"),
            ("GET /cart/77 HTTP/1.1", "/cart/*"),
            (
                "/aaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbb/cccccccccccccccccccccc",
                "/aaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbb/…",
            ),
        ] {
            assert_eq!(route(target.as_bytes()), expected, "{target}");
            let mut key = Vec::new();
            cheap::write(target.as_bytes(), &mut key);
            assert_eq!(route(&key), expected, "the key of {target}");
        }
    }

    fn asked(line: &str) -> Option<(String, bool)> {
        let mut key = Vec::new();
        cheap::write(line.as_bytes(), &mut key);
        let Asked { target: (from, to), answer } = Asked::of(&key, first_line(&key))?;
        Some((route(&key[from..to]), key.get(answer) == Some(&1)))
    }

    #[test]
    fn a_request_is_found_in_lines_of_all_kinds() {
        for (line, expected, is_behind) in [
            (r#"1.2.3.4 - - "GET /a?b HTTP/1.1" 200 12 "-" "curl""#, "/a", true),
            (r#"be/web1 0/0/0/3/3 200 123 - - ---- 1/1/0/0/0 0/0 "POST /a/77 HTTP/2.0""#, "/a/*", false),
            (r#"200 200 1 2 "GET https://h:443/a HTTP/2.0" "curl""#, "/a", false),
            (r#"| 200 | 1.2ms | 10.0.0.1 | GET      "/a""#, "/a", false),
            (r#"| 200 | 1.2ms | 10.0.0.1 | GET "/a""#, "/a", false),
            ("handled GET /a/b 503 in 3ms", "/a/b", true),
            ("PUT /a", "/a", false),
        ] {
            let found = asked(line);
            assert_eq!(found, Some((expected.to_owned(), is_behind)), "{line}");
        }
        for line in ["reading /etc/passwd", "BUDGET /x", "GET", "/", "GET x/y", "and/or"] {
            assert_eq!(asked(line), None, "{line}");
        }
    }
}

//! Secrets never leave: what is shown or saved of a line has them blanked, and what
//! is shown is text that instructs no terminal.
//!
//! The patterns are generic: keys and their values, bearer tokens, JSON web
//! tokens, links that let their holder in, e-mail addresses and card-like numbers. They run on samples only,
//! a few thousand in a long run, never on the hot path.

use regex::bytes::{Captures, Regex, RegexBuilder};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

/// What stands for a secret.
pub(crate) const BLANK: &[u8] = b"[redacted]";

/// Parts of a path whose next part lets its holder in, as the link in a mail does; `s` at the end
/// left away.
pub(crate) const LINK_WORDS: [&str; 27] = [
    "activate",
    "activation",
    "apikey",
    "confirm",
    "confirmation",
    "hook",
    "invitation",
    "invite",
    "key",
    "magic",
    "magiclink",
    "otp",
    "passwd",
    "password",
    "recover",
    "recovery",
    "reset",
    "secret",
    "session",
    "share",
    "shared",
    "token",
    "unsubscribe",
    "validate",
    "verification",
    "verify",
    "webhook",
];

static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x)
        (?P<keep>\b[a-z0-9_-]*(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization|credential)s?\\*["']?\s*[=:]\s*\\*["']?(?:bearer\s+|basic\s+)?)[^\s"'&,;\[\]{}()]+
        | (?P<bearer>\bbearer\s+)[a-z0-9._~+/=-]{12,}
        | (?P<url>\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@
        | (?P<link>/(?:[a-z]+[-_])?(?:LINK_WORDS)s?(?:[-_][a-z]+)?/)[a-z0-9._~+=-]{16,}
        | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
        | \beyJ[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}\.[a-z0-9_-]*
        | [a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}
        | \b\d{4}(?:[\x20-]?\d{4}){3}\b"#;
    RegexBuilder::new(&pattern.replace("LINK_WORDS", &LINK_WORDS.join("|")))
        .case_insensitive(true)
        .unicode(false)
        .build()
        .expect("the pattern is constant and a test compiles it")
});

/// `line` without its secrets.
pub fn redact(line: &[u8]) -> Cow<'_, [u8]> {
    SECRETS.replace_all(line, |found: &Captures<'_>| {
        let whole = &found[0];
        if whole.first().is_some_and(u8::is_ascii_digit)
            && whole.iter().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-'))
        {
            return if is_card(whole) { BLANK.to_vec() } else { whole.to_vec() };
        }
        let kept = ["keep", "bearer", "url", "link"].iter().find_map(|name| found.name(name));
        [kept.map_or(&b""[..], |kept| kept.as_bytes()), BLANK].concat()
    })
}

/// Whether the value of a field of this name is a secret.
pub(crate) fn names_secret(name: &[u8]) -> bool {
    SECRETS.is_match(&[name, b"=0"].concat())
}

/// `bytes` as text: invalid UTF-8 replaced, control characters spelled out.
pub fn visible(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            // Bidirectional overrides reorder what a reader sees.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                // Writing to a String cannot fail.
                let _ = if (c as u32) < 0x100 {
                    write!(out, "\\x{:02X}", c as u32)
                } else {
                    write!(out, "\\u{{{:x}}}", c as u32)
                };
            }
            c => out.push(c),
        }
    }
    out
}

/// Luhn's check digit, so that an order number is not taken for a card.
fn is_card(digits: &[u8]) -> bool {
    let mut sum = 0u32;
    let numbers = digits.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'));
    for (place, digit) in numbers.rev().enumerate() {
        let doubled = digit * 2;
        sum += if place % 2 == 0 {
            digit
        } else if doubled > 9 {
            doubled - 9
        } else {
            doubled
        };
    }
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blanked_and_the_rest_is_kept() {
        for (line, expected) in [
            ("login password=hunter2 ok", "login password=[redacted] ok"),
            (r#"{"api_key": "abc123", "n": 1}"#, r#"{"api_key": "[redacted]", "n": 1}"#),
            ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer [redacted]"),
            ("sent bearer abcdef0123456789", "sent bearer [redacted]"),
            ("jwt eyJhbGciOiJI.eyJzdWIiOiIx.abc-_d end", "jwt [redacted] end"),
            (r#"{"log":"{\"password\":\"hunter2\"}"}"#, r#"{"log":"{\"password\":\"[redacted]"}"}"#),
            ("mail to anna.b@example.com failed", "mail to [redacted] failed"),
            ("card 4111 1111 1111 1111 refused", "card [redacted] refused"),
            ("card 4111-1111-1111-1111 refused", "card [redacted] refused"),
            ("order 4111111111111112 refused", "order 4111111111111112 refused"),
            ("081109 203615 1484 INFO done", "081109 203615 1484 INFO done"),
            ("postgres://admin:s3cretPw@db/prod gone", "postgres://admin:[redacted]db/prod gone"),
            ("PGPASSWORD=abc psql", "PGPASSWORD=[redacted] psql"),
            ("key AKIAIOSFODNN7EXAMPLE", "key [redacted]"),
            ("Failed password for root from 192.0.2.1", "Failed password for root from 192.0.2.1"),
            ("token count 12", "token count 12"),
            ("GET /password-reset/otUgrlbUAbjQxRtV HTTP/1.1", "GET /password-reset/[redacted] HTTP/1.1"),
            ("GET /reset_password/otUgrlbUAbjQxRtV", "GET /reset_password/[redacted]"),
            ("GET /magic-links/otUgrlbUAbjQxRtV", "GET /magic-links/[redacted]"),
            ("GET /shared/reports HTTP/1.1", "GET /shared/reports HTTP/1.1"),
            ("GET /api/token/refresh HTTP/1.1", "GET /api/token/refresh HTTP/1.1"),
        ] {
            assert_eq!(String::from_utf8_lossy(&redact(line.as_bytes())), expected);
        }
    }
}

//! Which words are secrets: the value behind a telling key.
//!
//! What is a value is not in the text of a shape, and so in no saved file. The
//! samples are redacted apart, by patterns; this rule knows the same keys, for a
//! password may look like any word. A word of alarm stays: `token: expired` says
//! something. Where it fails: a secret whose key is not on the list.

use super::alarm;
use super::bytes::{BLANK, MARK, is};

// limits
/// What stands behind "bearer" is a token from here on, and a word below.
const BEARER_BYTES_MIN: usize = 12;

/// The last part of a key, without an `s` at its end.
const KEYS: [&[u8]; 16] = [
    b"password",
    b"passwd",
    b"pwd",
    b"secret",
    b"token",
    b"apikey",
    b"api_key",
    b"api-key",
    b"accesskey",
    b"access_key",
    b"access-key",
    b"authorization",
    b"credential",
    b"privatekey",
    b"private_key",
    b"private-key",
];

/// The last letters of the keys, as bits.
const KEY_ENDS: u32 = {
    let mut ends = 0;
    let mut at = 0;
    while at < KEYS.len() {
        ends |= 1 << (KEYS[at][KEYS[at].len() - 1] & 31);
        at += 1;
    }
    ends
};

/// What a word says of the one behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    Nothing,
    /// It is the key of a secret.
    Secret,
    /// A token may follow.
    Bearer,
}

pub(super) fn announced(before: &[u8]) -> Announced {
    if before.eq_ignore_ascii_case(b"bearer") {
        Announced::Bearer
    } else if is_telling(before) {
        Announced::Secret
    } else {
        Announced::Nothing
    }
}

/// Where the secret ends that starts at `start`, if it is one; `gap` are the separators in front
/// of it, behind a word that has `announced` something.
pub(super) fn value_end(key: &[u8], start: usize, gap: &[u8], announced: Announced) -> Option<usize> {
    let keyed = announced == Announced::Secret
        && gap.iter().any(|b| matches!(b, b'=' | b':'))
        && gap.iter().all(|&b| matches!(b, b'=' | b':' | b'"' | b'\'') || is(b, BLANK));
    let bearer = announced == Announced::Bearer && gap.iter().all(|&b| is(b, BLANK));
    if !keyed && !bearer {
        return None;
    }
    let ends = |b: &u8| is(*b, BLANK) || b"\"'&,;[]{}()".contains(b);
    let length = key[start..].iter().position(ends).unwrap_or(key.len() - start);
    let value = &key[start..start + length];
    let is_scheme = value.eq_ignore_ascii_case(b"bearer") || value.eq_ignore_ascii_case(b"basic");
    // A run of digits is one byte here, whatever its length.
    let is_short = value.len() < BEARER_BYTES_MIN && !value.iter().any(|&b| is(b, MARK));
    let is_word = alarm::any(value) || is_scheme || (bearer && is_short);
    (!is_word).then_some(start + length)
}

/// Whether a word is the key of a secret, such as `db_password` or `X-Auth-Token`.
pub(super) fn is_telling(word: &[u8]) -> bool {
    let word = match word {
        [front @ .., b's' | b'S'] => front,
        _ => word,
    };
    let Some(last) = word.last() else { return false };
    if KEY_ENDS >> (last & 31) & 1 == 0 {
        return false;
    }
    KEYS.iter().any(|key| {
        let Some(front) = word.len().checked_sub(key.len()) else { return false };
        if key.last() != Some(&(last | 0x20)) {
            return false;
        }
        let (front, end) = word.split_at(front);
        end.eq_ignore_ascii_case(key) && front.last().is_none_or(|byte| !byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, secret: &str) {
        let start = line.find('~').expect("~ stands before the word");
        let gap_start = line[..start].rfind(|c: char| c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        let before = line[..gap_start].rfind([' ', '{', '"']).map_or(0, |at| at + 1);
        let key = line.replace('~', "");
        let (gap, before) = (&line[gap_start..start], &line[before..gap_start]);
        let found = value_end(key.as_bytes(), start, gap.as_bytes(), announced(before.as_bytes()));
        assert_eq!(
            found.map(|end| &key[start..end]),
            Some(secret).filter(|secret| !secret.is_empty()),
            "{line}"
        );
    }

    #[test]
    fn the_value_of_a_telling_key_is_a_secret_and_nothing_else() {
        check("login password=~horse ok", "horse");
        check("login DB_PASSWORD = ~corr!h|rse:x", "corr!h|rse:x");
        check("{\"api_key\": \"~sesam\", 1}", "sesam");
        check("X-Auth-Tokens: ~abc", "abc");
        check("Authorization: ~Bearer abcdefghijklmn", "");
        check("Bearer ~abcdefghijklmn", "abcdefghijklmn");
        check("the bearer ~of news", "");
        check("token: ~expired", "");
        check("secretary=~anna", "");
        check("Failed password ~for root", "");
        check("user=~anna", "");
    }
}

//! Names with a part made up for each deployment: `web-7d9f8b6c5-x2x9k`.
//!
//! Machines that name things put random letters and digits behind a person's
//! word, and leave the vowels out so that no word comes about by chance. So a
//! name whose last two parts have no vowels, and are more than a small number or
//! an abbreviation, is the same name with other random parts: `web-#-#`. The
//! person's word stays, since a failure of `db` is no failure of `web`. As for
//! every rule, a run of digits is one place here, whatever its length. Where it
//! fails: a single random part (`proxy-x2x9k`) is left to stage 2, since too many
//! real names end like that.

use memchr::memrchr;

// limits
/// So many letters without a vowel are no word.
const LETTERS_RANDOM_MIN: usize = 8;
/// So many together with digits are no abbreviation with a number.
const LETTERS_WITH_DIGITS_MIN: usize = 3;
/// More letters than this are no random part.
const LETTERS_MAX: usize = 10;
/// The last part has five places; without digits it has to fill them.
const LETTERS_LAST: usize = 5;

/// A random part, as far as it can be told.
#[derive(Clone, Copy)]
struct Part {
    letters: usize,
    /// Runs of digits.
    digits: usize,
    /// A hex number of six or more digits.
    hex: bool,
}

/// Whether a word is a generated name, or a path with one in it (`pod/web-…/web`).
pub(crate) fn is_in(word: &[u8]) -> bool {
    memrchr(b'-', word).is_some() && names(word).any(|name| stem_len(name).is_some())
}

/// The parts of a path that starts with a letter; of any other word the word itself.
pub(crate) fn names(word: &[u8]) -> impl Iterator<Item = &[u8]> {
    let path = word.first().is_some_and(u8::is_ascii_alphabetic);
    word.split(move |&byte| path && byte == b'/')
}

/// How long the word of a generated name is: what stands before its last two
/// parts, if these are random.
pub(crate) fn stem_len(word: &[u8]) -> Option<usize> {
    let last_at = memrchr(b'-', word)?;
    let first_at = memrchr(b'-', &word[..last_at])?;
    let stem = &word[..first_at];
    let named = stem.len() >= 2 && stem[..2].iter().all(u8::is_ascii_alphabetic);
    let (first, last) = (part(&word[first_at + 1..last_at])?, part(&word[last_at + 1..])?);
    (named && are_random(first, last)).then_some(first_at)
}

/// Whether two parts without vowels are random: one must be beyond doubt.
fn are_random(first: Part, last: Part) -> bool {
    if last.hex || last.letters > LETTERS_LAST {
        return false;
    }
    let mixed = |part: Part| part.digits >= 2 || part.digits == 1 && part.letters >= LETTERS_WITH_DIGITS_MIN;
    let sure = first.hex || mixed(first) || first.digits == 0 && first.letters >= LETTERS_RANDOM_MIN;
    let fits = last.digits > 0 || last.letters == LETTERS_LAST;
    sure && fits || mixed(last) && first.digits > 0
}

/// A part of small letters without vowels, and digits.
fn part(text: &[u8]) -> Option<Part> {
    let mut part = Part { letters: 0, digits: 0, hex: text == [2] };
    for &byte in text {
        match byte {
            1..=3 => part.digits += 1,
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => return None,
            b'a'..=b'z' => part.letters += 1,
            _ => return None,
        }
    }
    (!text.is_empty() && part.letters <= LETTERS_MAX).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::super::cheap;
    use super::*;

    fn stem(line: &str) -> Option<String> {
        let mut key = Vec::new();
        cheap::write(line.as_bytes(), &mut key);
        stem_len(&key).map(|len| String::from_utf8_lossy(&key[..len]).into_owned())
    }

    #[test]
    fn the_word_of_a_generated_name_is_what_stands_before_two_random_parts() {
        let names = [
            "web-7d9f8b6c5-x2x9k",
            "web-7d9f8b6c5-24567",
            "web-7d9f8b6c5-bcdfg",
            "web-bcdfghjkl-x2x9k",
            "web-bcdfghjkl-24567",
            "web-xk8zv5wq6-bcdfg",
            "web-5xw7kz-hjkl7",
            "web-28391040-x2x9k",
        ];
        for name in names {
            assert_eq!(stem(name).as_deref(), Some("web"), "{name}");
        }
        assert_eq!(stem("shop-front-7d9f8b6c5-x2x9k").as_deref(), Some("shop-front"));
        assert!(is_in(b"pod/web-bcdfghjk-bcdfg/web"));
        assert!(!is_in(b"/var/web-bcdfghjk-bcdfg/web"), "a value as a whole");
    }

    #[test]
    fn names_that_people_give_stay() {
        let names = [
            "read-write",
            "x-request-id",
            "foo-https",
            "tcp-rst-drop",
            "a-b-c",
            "us-east-1",
            "jdbc-mysql-x",
            "app-v2-https",
            "lib-x86-64",
            "http-nio-8080-exec-7",
            "pool-3-thread-12",
            "order-2024-11",
            "mp3-h264-x265",
            "aes-128-cbc",
            "ip-10-0-3-17",
            "kube-proxy-x2x9k",
            "my-tcp-http",
            "550e8400-e29b-41d4-8716-446655440000",
            "web--x2x9k",
            "-7d9f8b6c5-x2x9k",
            "WEB-7D9F8B6C5-X2X9K",
            "node-k8s-1",
        ];
        for name in names {
            assert_eq!(stem(name), None, "{name}");
        }
    }
}

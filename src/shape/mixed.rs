//! Words of nothing but letters and runs of digits: `x9k2`, `3f`, `kJ8hQx`.
//!
//! Most words that nobody has met before are such, so they are judged by what all of their places
//! are at once, a bit for each. What is said of them is what [`mask`](super::mask) and
//! [`candidates`](super::candidates) say of any word, with the rules left out that ask for other signs.

use super::bytes::{CLASS, HEX, LETTER, MARK, UPPER};
use super::candidates::VALUE_BYTES_MAX;
use super::mask::{ALTERNATIONS_MIN, LETTERS_MAX, RANDOM_PLACES_MIN};

/// The mark of a run of hex digits.
const HEX_RUN: u8 = 2;

/// Bits by place of a word's bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixed {
    letters: u32,
    marks: u32,
    capitals: u32,
    hex: u32,
    len: u32,
    has_hex_run: bool,
    /// It begins like `0x`.
    is_prefixed: bool,
}

impl Mixed {
    /// The places of a word; none if it has no digits, has other signs, or is long.
    pub fn of(word: &[u8]) -> Option<Mixed> {
        if word.len() > VALUE_BYTES_MAX {
            return None;
        }
        let mut mixed = Mixed {
            len: word.len() as u32,
            has_hex_run: word.contains(&HEX_RUN),
            is_prefixed: word.starts_with(&[3, b'x']),
            ..Mixed::default()
        };
        for (at, &byte) in word.iter().enumerate() {
            let class = CLASS[byte as usize];
            if class & (LETTER | MARK) == 0 || byte >= 0x80 {
                return None;
            }
            let bit = |of: u8| u32::from(class & of != 0) << at;
            mixed.letters |= bit(LETTER);
            mixed.marks |= bit(MARK);
            mixed.capitals |= bit(UPPER);
            mixed.hex |= bit(HEX);
        }
        (mixed.marks != 0).then_some(mixed)
    }

    /// Whether it is a value wherever it stands.
    pub fn is_value(self) -> bool {
        let strange = (self.letters & !self.hex).count_ones();
        let letters = self.letters.count_ones() as usize;
        // Places where a letter and a digit meet.
        let between = (1_u32 << (self.len - 1)) - 1;
        let turns = (self.marks ^ self.marks >> 1) & between;
        let alternations = turns.count_ones() as usize;
        let is_number = strange == 0 || strange == 1 && self.is_prefixed;
        if is_number || letters <= LETTERS_MAX || alternations + 1 >= ALTERNATIONS_MIN {
            return true;
        }
        // A capital before small letters is one hump, not a change.
        let humps = self.letters & !self.capitals & self.capitals >> 1 & between;
        let changes = alternations + humps.count_ones() as usize;
        let places = self.len as usize;
        places >= RANDOM_PLACES_MIN && changes * 5 >= places * 2
    }

    /// Whether it may be a code: not if it is a number and its unit.
    pub fn is_code(self) -> bool {
        let digits = self.marks.trailing_ones();
        let is_measure = digits > 0 && self.marks >> digits == 0 && matches!(self.letters >> digits, 1..=7);
        !self.has_hex_run && !is_measure
    }
}

/// What shifts a word's places by its length keeps a bit.
const _: () = assert!(VALUE_BYTES_MAX < u32::BITS as usize);

#[cfg(test)]
mod tests {
    use super::super::bytes::Classes;
    use super::super::{candidates, mask};
    use super::*;

    #[test]
    fn a_word_of_letters_and_digits_is_what_any_word_would_be() {
        let signs = [1, 1, 2, 3, 3, b'x', b'a', b'f', b'g', b'z', b'A', b'G'];
        let (mut seed, mut judged) = (1_u64, 0);
        for round in 0..60_000 {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as usize
            };
            let word: Vec<u8> =
                (0..1 + round % VALUE_BYTES_MAX).map(|_| signs[next() % signs.len()]).collect();
            let Some(mixed) = Mixed::of(&word) else { continue };
            judged += 1;
            let is_value = mask::is_variable(&word, Classes::of(&word), false);
            assert_eq!(
                (mixed.is_value(), mixed.is_code()),
                (is_value, candidates::is_code(&word)),
                "{word:?}"
            );
            assert!(!candidates::is_name(&word));
        }
        assert!(judged > 40_000, "{judged}");
        for word in [&b"abc"[..], b"a-\x01", b"\x01.\x01", "\u{e9}\u{1}".as_bytes(), b"", &[1; 25]] {
            assert!(Mixed::of(word).is_none(), "{word:?}");
        }
    }
}

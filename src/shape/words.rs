//! What a word of a cheap key is by itself, whatever stands around it.
//!
//! A line whose key is new differs from lines before it in a word or two; most of its words were
//! judged before. So verdicts are remembered in a small table, by the bytes of the word itself:
//! it can never change an answer. A word pushes out whichever had its place, so random words cost
//! no memory, and a judgement now and then.

use super::bytes::{Classes, JOINT, MARK};
use super::candidates::{self, Hint};
use super::mixed::Mixed;
use super::secret::Announced;
use super::tokens::{Kind, full_kind_of, kind_of_constant};
use super::{alarm, generated, header, is_unit, mask, secret};
use crate::line::level;
use crate::line::remembered::Remembered;

// limits
/// Words of up to eight times as many bytes are remembered.
const WORD_PARTS: usize = 3;

/// What a word is, as a set of properties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict(u32);

const SPELLS_LEVEL: u32 = 1;
const IS_DATE: u32 = 1 << 1;
const IS_GENERATED: u32 = 1 << 2;
const IS_NAMED: u32 = 1 << 3;
const IS_VALUE: u32 = 1 << 4;
const IS_VALUE_BEFORE_PORT: u32 = 1 << 5;
const IS_VALUE_BEHIND_EQUALS: u32 = 1 << 6;
const HAS_DIGITS: u32 = 1 << 7;
const IS_ALARM: u32 = 1 << 8;
const IS_IDENTIFIER: u32 = 1 << 9;
const IS_UNIT: u32 = 1 << 10;
const IS_KEY: u32 = 1 << 11;
const IS_BEARER: u32 = 1 << 12;
const IS_NAME: u32 = 1 << 13;
const IS_CODE: u32 = 1 << 14;

impl Verdict {
    fn of(word: &[u8]) -> Verdict {
        let classes = Classes::of(word);
        if classes.any_is(MARK)
            && !classes.any_is(JOINT)
            && let Some(mixed) = Mixed::of(word)
        {
            return Verdict::of_mixed(mixed, secret::announced(word));
        }
        Verdict::of_any(word, classes)
    }

    fn of_any(word: &[u8], classes: Classes) -> Verdict {
        let letters = classes.all_letters();
        let spells_level = letters && level::spelled(word).is_some();
        let is_generated = classes.any_is(JOINT) && generated::is_in(word);
        let is_value = mask::is_variable(word, classes, false);
        let behind_equals = !is_value && mask::is_variable_behind_equals(word, classes);
        let before_port = !is_value && classes.any_is(JOINT) && mask::is_variable(word, classes, true);
        let digits = !letters && word.iter().any(|&b| b < 4 || b == b'#');
        // A value is not asked whether it is a word of alarm; nor is a word without a value whether
        // that is one of few.
        let stays = spells_level || !is_value && !is_generated && !digits;
        let counts = is_value || behind_equals || before_port || digits;
        let is_name = counts && candidates::is_name(word);
        let announced = secret::announced(word);
        let bits = [
            (spells_level, SPELLS_LEVEL),
            (letters && header::is_date_name(word), IS_DATE),
            (is_generated, IS_GENERATED),
            (classes.any_is(MARK | JOINT), IS_NAMED),
            (is_value, IS_VALUE),
            (before_port, IS_VALUE_BEFORE_PORT),
            (behind_equals, IS_VALUE_BEHIND_EQUALS),
            (digits, HAS_DIGITS),
            (stays && alarm::in_word(word), IS_ALARM),
            (classes.any_is(JOINT), IS_IDENTIFIER),
            (letters && is_unit(word), IS_UNIT),
            (announced == Announced::Secret, IS_KEY),
            (announced == Announced::Bearer, IS_BEARER),
            (is_name, IS_NAME),
            (counts && !is_name && candidates::is_code(word), IS_CODE),
        ];
        Verdict(bits.iter().filter(|(is, _)| *is).fold(0, |all, (_, bit)| all | bit))
    }

    /// The same of a word that has nothing but letters and digits.
    fn of_mixed(mixed: Mixed, announced: Announced) -> Verdict {
        let value = if mixed.is_value() { IS_VALUE } else { IS_VALUE_BEHIND_EQUALS };
        let code = if mixed.is_code() { IS_CODE } else { 0 };
        let announced = match announced {
            Announced::Nothing => 0,
            Announced::Secret => IS_KEY,
            Announced::Bearer => IS_BEARER,
        };
        Verdict(value | code | announced | IS_NAMED | HAS_DIGITS)
    }

    #[inline]
    fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }
    /// Spells a level, wherever it stands.
    #[inline]
    pub fn spells_level(self) -> bool {
        self.has(SPELLS_LEVEL)
    }
    /// A weekday or a month.
    #[inline]
    pub fn is_date(self) -> bool {
        self.has(IS_DATE)
    }
    /// Holds a generated name.
    #[inline]
    pub fn is_generated(self) -> bool {
        self.has(IS_GENERATED)
    }
    /// May be the name of a host.
    #[inline]
    pub fn is_named(self) -> bool {
        self.has(IS_NAMED)
    }
    /// A value wherever it stands.
    #[inline]
    pub fn is_value(self) -> bool {
        self.has(IS_VALUE)
    }
    /// A value right behind `=`, and no value elsewhere.
    #[inline]
    pub fn is_value_behind_equals(self) -> bool {
        self.has(IS_VALUE_BEHIND_EQUALS)
    }
    /// A value before a colon and a number, and no value elsewhere.
    #[inline]
    pub fn is_value_before_port(self) -> bool {
        self.has(IS_VALUE_BEFORE_PORT)
    }
    /// Holds a run of digits.
    #[inline]
    pub fn has_digits(self) -> bool {
        self.has(HAS_DIGITS)
    }
    /// A word of alarm, if it stays in the shape.
    #[inline]
    pub fn is_alarm(self) -> bool {
        self.has(IS_ALARM)
    }
    /// A unit of measure.
    #[inline]
    pub fn is_unit(self) -> bool {
        self.has(IS_UNIT)
    }
    /// What may follow.
    pub fn announced(self) -> Announced {
        match self.0 & (IS_KEY | IS_BEARER) {
            0 => Announced::Nothing,
            IS_BEARER => Announced::Bearer,
            _ => Announced::Secret,
        }
    }
    /// May be one of few values, as a word.
    #[inline]
    pub fn is_name(self) -> bool {
        self.has(IS_NAME)
    }
    /// May be one of few values, with digits.
    #[inline]
    pub fn is_code(self) -> bool {
        self.has(IS_CODE)
    }
    /// What it is as a word of the shape, if it stays.
    pub fn kind(self) -> Kind {
        kind_of_constant(self)
    }
    /// Holds one of the signs that names are put together with.
    #[inline]
    pub fn is_identifier(self) -> bool {
        self.has(IS_IDENTIFIER)
    }
}

/// What was judged before.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    words: Remembered<Verdict, WORD_PARTS>,
    hints: Remembered<Hint, WORD_PARTS>,
}

impl Words {
    /// What the word at `start..end` of `text` is.
    #[inline]
    pub fn verdict(&mut self, text: &[u8], start: usize, end: usize) -> Verdict {
        self.words.get(text, start, end, Verdict::of)
    }

    /// What the word at `start..end` of `text` says of a value behind it.
    pub fn hint(&mut self, text: &[u8], start: usize, end: usize) -> Hint {
        self.hints.get(text, start, end, Hint::of)
    }
}

/// What the words of the texts of shapes are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds(Remembered<Kind, WORD_PARTS>);

impl Kinds {
    /// What the word at `start..end` of `text` is.
    #[inline]
    pub(super) fn of(&mut self, text: &[u8], start: usize, end: usize) -> Kind {
        self.0.get(text, start, end, full_kind_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_letters_and_digits_is_what_any_word_would_be() {
        let signs = b"\x01\x01\x02\x03\x03xafgzAG-";
        let mut seed = 1_u64;
        for round in 0..60_000 {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as usize
            };
            let mut word: Vec<u8> = (0..1 + round % 26).map(|_| signs[next() % signs.len()]).collect();
            if round % 7 == 0 {
                word.extend_from_slice(b"token");
            }
            assert_eq!(Verdict::of(&word), Verdict::of_any(&word, Classes::of(&word)), "{word:?}");
        }
    }

    #[test]
    fn a_word_that_is_remembered_is_what_it_was() {
        let mut words = Words::default();
        let letter = |number: usize| b'a' + (number % 26) as u8;
        for round in 0..20_000 {
            let number = round * 7 % 3_000;
            let mut text = b"in \x01 ".to_vec();
            text.extend([letter(number), letter(number / 26), b'\x03', letter(number / 676)]);
            text.resize(5 + 1 + number % 4, b'e');
            text.extend(&b" and so on, and so forth, on and on"[..round % 30]);
            let end = 5 + 1 + number % 4;
            assert_eq!(words.verdict(&text, 5, end), Verdict::of(&text[5..end]));
            assert_eq!(words.hint(&text, 5, end), Hint::of(&text[5..end]));
        }
    }
}

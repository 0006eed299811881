//! Words of a line that are values by themselves: ids of letters and digits, drawn by chance.
//!
//! The slow rules see in `q7Xk2pB9aZ` a value wherever it stands. So such words need not differ
//! in the cheap key: each is spelled as one that stands for all of its kind, and a log full of
//! ids that nobody has seen before is as quick as any. What it costs: a look at each word of
//! letters and digits that stands alone. Where it fails: ids without a digit, and those joined to
//! other words.

use crate::shape::candidates::{VALUE_BYTES_MAX, is_measure};
use crate::shape::{mask, secret};

// limits
/// Shorter words announce no secret.
const ANNOUNCING_MIN: usize = 3;

/// A longer first word is no host.
const FRONT_BYTES_MAX: usize = 256;

/// What stands for a word that begins with a letter or a digit, and may be a code or is too long.
const KEYS: [&[u8]; 4] = [
    b"x\x03",
    b"\x03x\x03",
    b"x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x",
    b"\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03x\x03",
];

/// The first of the marks by which hashes know these words.
const FIRST_MARK: u8 = 4;

/// A kind of words of which one says no more than another.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Opaque(u8);

impl Opaque {
    /// The kind of the run of letters and digits at `start..end`, if it is a word and a value: no hex
    /// number, no number with its unit, no word that may announce a secret.
    #[inline]
    pub fn of(text: &[u8], start: usize, end: usize) -> Option<Opaque> {
        let opens = start > 0 && matches!(text[start - 1], b' ' | b'=' | b'"' | b'\'' | b'(' | b'[');
        let closes = matches!(text.get(end), None | Some(b' ' | b',' | b';' | b'"' | b'\'' | b')' | b']'));
        if opens && closes { Opaque::of_word(text, &text[start..end]) } else { None }
    }

    #[inline(never)]
    fn of_word(text: &[u8], word: &[u8]) -> Option<Opaque> {
        let length = mask::variable_run(word)?;
        let behind = word.iter().rposition(u8::is_ascii_digit).map_or(0, |at| at + 1);
        if is_measure(word) || word.len() - behind >= ANNOUNCING_MIN && secret::is_telling(&word[behind..]) {
            return None;
        }
        if echoes_front(text, word) {
            return None;
        }
        let is_long = length > VALUE_BYTES_MAX;
        Some(Opaque(u8::from(word[0].is_ascii_digit()) | u8::from(is_long) << 1))
    }

    /// What the cheap key has in its place.
    pub fn key(self) -> &'static [u8] {
        KEYS[usize::from(self.0)]
    }

    /// What its hash takes in.
    pub fn mark(self) -> u8 {
        FIRST_MARK + self.0
    }
}

/// Whether a word is the first of its text, or a part of that around `/` and `@`, but for what its
/// digits are: that may be the host, of which the rules know echoes further on.
fn echoes_front(text: &[u8], word: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let near = &text[..text.len().min(FRONT_BYTES_MAX)];
    let end = near.iter().position(u8::is_ascii_whitespace).unwrap_or(near.len());
    near[..end].split(|byte| matches!(byte, b'/' | b'@')).any(|part| is_same_but_for_digits(part, word))
}

fn is_same_but_for_digits(one: &[u8], other: &[u8]) -> bool {
    without_digits(one).eq(without_digits(other))
}

/// The bytes of a text, each run of digits as one nought.
fn without_digits(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let digit = |at: usize| text[at].is_ascii_digit();
    let begins = move |at: &usize| !(digit(*at) && *at > 0 && digit(*at - 1));
    (0..text.len()).filter(begins).map(move |at| if digit(at) { b'0' } else { text[at] })
}

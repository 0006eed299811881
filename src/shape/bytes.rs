//! The classes of bytes that both kinds of text are cut by.

/// Space, tab and their kin.
pub(crate) const BLANK: u8 = 1;
/// The separators that end a word.
pub(crate) const SEPARATOR: u8 = 2;
/// The digit marks of a cheap key.
pub(crate) const MARK: u8 = 4;
/// A letter: ASCII, or the first byte of a longer character.
pub(crate) const LETTER: u8 = 8;
/// `a-f`, `A-F`.
pub(crate) const HEX: u8 = 16;
/// A capital.
pub(crate) const UPPER: u8 = 32;
/// What identifiers are put together with: `# _ . - / @ $`.
pub(crate) const JOINT: u8 = 64;
/// A byte that makes a run of bytes a word: letters, marks, bytes of longer characters.
pub(crate) const WORDY: u8 = 128;

pub(crate) const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => BLANK,
            b'=' | b':' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' => {
                SEPARATOR
            }
            1..=3 => MARK | WORDY,
            b'a'..=b'f' => LETTER | HEX | WORDY,
            b'A'..=b'F' => LETTER | HEX | UPPER | WORDY,
            b'g'..=b'z' => LETTER | WORDY,
            b'G'..=b'Z' => LETTER | UPPER | WORDY,
            0xc0.. => LETTER | WORDY,
            0x80.. => WORDY,
            b'#' | b'_' | b'.' | b'-' | b'/' | b'@' | b'$' => JOINT,
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// Whether `byte` is of one of `classes`.
#[inline]
pub(crate) fn is(byte: u8, classes: u8) -> bool {
    CLASS[byte as usize] & classes != 0
}

/// The classes of a word's bytes: those that any of them has, and those that all have.
///
/// In the lower half the classes that some byte has, in the upper half those that
/// some byte lacks: a byte is taken in by a single `or`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Classes(u16);

static BOTH: [u16; 256] = both();

const fn both() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = CLASS[byte] as u16 | (!CLASS[byte] as u16) << 8;
        byte += 1;
    }
    table
}

impl Classes {
    pub fn of(word: &[u8]) -> Classes {
        Classes(word.iter().fold(0, |classes, &byte| classes | BOTH[byte as usize]))
    }

    /// Whether one of the bytes is of one of `classes`.
    #[inline]
    pub fn any_is(self, classes: u8) -> bool {
        self.0 & u16::from(classes) != 0
    }

    /// Whether all bytes are letters, so that no other sign is among them.
    #[inline]
    pub fn all_letters(self) -> bool {
        self.0 & u16::from(LETTER) << 8 == 0
    }
}

/// Where the word that starts at `from` ends: the first blank or separator.
#[inline]
pub(crate) fn word_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && !is(text[at], BLANK | SEPARATOR) {
        at += 1;
    }
    at
}

/// `word` without its trailing dots: those belong to the gap behind it.
#[inline]
pub(crate) fn without_dots(text: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && text[end - 1] == b'.' {
        end -= 1;
    }
    end
}

/// Whether these bytes are a word and not just punctuation.
#[inline]
pub(crate) fn is_wordy(bytes: &[u8]) -> bool {
    bytes.iter().any(|&b| is(b, WORDY))
}

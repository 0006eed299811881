//! The words of a shape's text, as both stages see them.
//!
//! Reading a text back gives exactly the words it was written from: gaps keep
//! their blanks wherever leaving them out would glue a sign to a word.

use super::bytes::{BLANK, CLASS, JOINT, SEPARATOR, WORDY, is, is_wordy, without_dots, word_end};
use super::words::{Kinds, Verdict};
use super::{LEVEL_MARK, TAIL_MARK, VARIABLE, alarm, is_unit};
use crate::line::level::{self, Level};

// limits
/// With more words than this inside double quotes the quotation counts as one word.
const QUOTED_WORDS_MAX: usize = 5;

/// What a word of a shape is, as a set of properties.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Kind(u8);

const IS_VARIABLE: u8 = 1;
const HAS_DIGITS: u8 = 2;
const IS_IDENTIFIER: u8 = 4;
const IS_LEVEL: u8 = 8;
const IS_ALARM: u8 = 16;
const GIVES_LEVEL: u8 = 32;
const IS_QUOTATION: u8 = 64;
const IS_UNIT: u8 = 128;

impl Kind {
    pub(crate) const VARIABLE: Kind = Kind(IS_VARIABLE);

    /// The mark of a value.
    pub fn is_variable(self) -> bool {
        self.0 & IS_VARIABLE != 0
    }
    /// Holds `#`.
    pub fn has_digits(self) -> bool {
        self.0 & HAS_DIGITS != 0
    }
    /// Holds one of `# _ . - / @ $`, so it rather names a thing than says something.
    pub fn is_identifier(self) -> bool {
        self.0 & IS_IDENTIFIER != 0
    }
    /// Spells a level, wherever it stands.
    pub fn is_level(self) -> bool {
        self.0 & IS_LEVEL != 0
    }
    /// Gives its line the level.
    pub fn gives_level(self) -> bool {
        self.0 & GIVES_LEVEL != 0
    }
    /// A word of alarm.
    pub fn is_alarm(self) -> bool {
        self.0 & IS_ALARM != 0
    }
    /// A word that stage 2 may mask.
    pub fn is_maskable(self) -> bool {
        self.0 & (IS_VARIABLE | IS_LEVEL | IS_ALARM) == 0
    }
    /// Says what a number counts, and nothing else.
    pub(crate) fn is_unit(self) -> bool {
        self.0 & IS_UNIT != 0
    }
    pub(crate) fn with_alarm(self) -> Kind {
        Kind(self.0 | IS_ALARM)
    }
}

/// One word of a shape's text with what stands before it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Token<'a> {
    /// The separators before the word, or one blank.
    pub gap: &'a [u8],
    /// The word without the level's mark.
    pub word: &'a [u8],
    /// What it is.
    pub kind: Kind,
}

impl Token<'_> {
    /// Whether nothing but blanks separates it from the word before.
    pub fn follows_blank(&self) -> bool {
        self.gap == b" "
    }
}

/// A word and the gap behind it, as places in a text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where the gap behind the word ends: the start of the next word.
    pub(crate) gap_end: u32,
    pub(crate) kind: Kind,
}

impl Piece {
    #[inline]
    pub(crate) fn word<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start as usize..self.end as usize]
    }
    #[inline]
    pub(crate) fn gap<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.end as usize..self.gap_end as usize]
    }
}

/// The gap before word `index`.
pub(crate) fn gap_before<'a>(text: &'a [u8], pieces: &[Piece], index: usize) -> &'a [u8] {
    match index.checked_sub(1) {
        None => &text[..pieces[index].start as usize],
        Some(before) => pieces[before].gap(text),
    }
}

/// Whether a key's value stands behind this gap: `=`, `="`, `='`.
pub(crate) fn after_equals(gap: &[u8]) -> bool {
    matches!(gap, [.., b'='] | [.., b'=', b'"' | b'\''])
}

/// What a word of a shape's text is, words of alarm apart.
pub(crate) fn kind_of(word: &[u8]) -> Kind {
    match word {
        [VARIABLE] => return Kind::VARIABLE,
        [LEVEL_MARK, ..] => return Kind(IS_LEVEL | GIVES_LEVEL),
        [TAIL_MARK, b'!', ..] => return Kind(IS_ALARM),
        _ => {}
    }
    let mut kind = 0;
    for &byte in word {
        if CLASS[byte as usize] & JOINT != 0 {
            kind |= IS_IDENTIFIER;
            if byte == b'#' {
                kind |= HAS_DIGITS;
            }
        }
    }
    if kind == 0 && level::spelled(word).is_some() {
        kind = IS_LEVEL;
    } else if kind == 0 && is_unit(word) {
        kind = IS_UNIT;
    }
    Kind(kind)
}

/// What a word of a cheap key is that stays in the shape.
pub(crate) fn kind_of_constant(verdict: Verdict) -> Kind {
    if verdict.has_digits() {
        Kind(IS_IDENTIFIER | HAS_DIGITS)
    } else if verdict.is_identifier() {
        Kind(IS_IDENTIFIER)
    } else if verdict.spells_level() {
        Kind(IS_LEVEL)
    } else if verdict.is_unit() {
        Kind(IS_UNIT)
    } else {
        Kind(0)
    }
}

/// The level that a word marked as one gives its line.
pub(crate) fn level_of(word: &[u8]) -> Level {
    match word {
        [letter] => level::letter(*letter),
        _ => level::spelled(word),
    }
    .unwrap_or(Level::None)
}

/// What a word of a shape's text is, words of alarm included.
pub(super) fn full_kind_of(word: &[u8]) -> Kind {
    let kind = kind_of(word);
    if !kind.is_variable() && !kind.has_digits() && alarm::in_word(word) {
        return kind.with_alarm();
    }
    kind
}

/// Cuts a shape's text into `pieces`; words of alarm are marked.
pub(crate) fn parse(text: &[u8], pieces: &mut Vec<Piece>) {
    cut(text, pieces, |start, end| full_kind_of(&text[start..end]));
}

/// As [`parse`], by `kinds`, which remembers the words of the texts before.
pub(crate) fn parse_known(text: &[u8], kinds: &mut Kinds, pieces: &mut Vec<Piece>) {
    cut(text, pieces, |start, end| kinds.of(text, start, end));
}

#[inline]
fn cut(text: &[u8], pieces: &mut Vec<Piece>, mut kind_of: impl FnMut(usize, usize) -> Kind) {
    pieces.clear();
    let mut at = 0;
    while at < text.len() {
        if is(text[at], BLANK | SEPARATOR) {
            at += 1;
            continue;
        }
        let stop = word_end(text, at);
        if is(text[at], WORDY) || is_wordy(&text[at..stop]) {
            let end = without_dots(text, at, stop);
            if let Some(last) = pieces.last_mut() {
                last.gap_end = at as u32;
            }
            let kind = if text[at..end] == [VARIABLE] { Kind::VARIABLE } else { kind_of(at, end) };
            pieces.push(Piece { start: at as u32, end: end as u32, gap_end: text.len() as u32, kind });
        }
        at = stop;
    }
}

/// Turns each quotation of more than five words into one word.
///
/// A quotation with a level or a word of alarm in it stays apart, since stage 2
/// must not mask those.
pub(crate) fn group_quotes(text: &[u8], pieces: &mut Vec<Piece>) {
    if !text.contains(&b'"') {
        return;
    }
    let mut kept = 0;
    let mut opened = None;
    for index in 0..pieces.len() {
        let gap_start = match kept {
            0 => 0,
            _ => pieces[kept - 1].end as usize,
        };
        let piece = pieces[index];
        for _ in text[gap_start..piece.start as usize].iter().filter(|&&b| b == b'"') {
            opened = match opened {
                None => Some(kept),
                Some(first) => {
                    kept = group(pieces, first, kept);
                    None
                }
            };
        }
        pieces[kept] = piece;
        kept += 1;
    }
    if let Some(first) = opened
        && text[pieces[kept - 1].end as usize..].contains(&b'"')
    {
        kept = group(pieces, first, kept);
    }
    pieces.truncate(kept);
}

/// Joins `pieces[first..end]` into one when they are many; the new end.
fn group(pieces: &mut [Piece], first: usize, end: usize) -> usize {
    let inside = &pieces[first..end];
    let keeps = |p: &Piece| p.kind.is_level() || p.kind.is_alarm();
    if inside.len() <= QUOTED_WORDS_MAX || inside.iter().any(keeps) {
        return end;
    }
    pieces[first] = Piece {
        start: pieces[first].start,
        end: pieces[end - 1].end,
        gap_end: pieces[end - 1].gap_end,
        kind: Kind(IS_QUOTATION),
    };
    first + 1
}

/// The words of a shape's text with their properties, in order.
pub fn tokens(text: &[u8]) -> impl Iterator<Item = Token<'_>> {
    let mut pieces = Vec::new();
    parse(text, &mut pieces);
    let mut gap_start = 0;
    pieces.into_iter().map(move |piece| {
        let gap = &text[gap_start..piece.start as usize];
        gap_start = piece.end as usize;
        let word = piece.word(text);
        Token { gap, word: word.strip_prefix(&[LEVEL_MARK]).unwrap_or(word), kind: piece.kind }
    })
}

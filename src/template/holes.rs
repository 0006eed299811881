//! The masked keys of a shape.
//!
//! A hole is a place where a shape has a word and its relatives may have other
//! words: the masked key is the shape with that word as a variable, collapsed.
//! A word that stands in several places has a hole of its own in each and one
//! for all together. A variable is a hole, too, whose key is the shape itself.
//!
//! In a line of several `key=value` pairs the values are one hole together and
//! the word that arrives there is all of them. Else every subset of the values
//! would become a key of its own once they vary: 2^n of them, for n pairs. How
//! many pairs there are does not change by masking, so neither does the choice.
//! What it costs: for each word one pass over the shape's pieces and one hash.

use xxhash_rust::xxh3::xxh3_64;

use super::column::Speaker;
use super::entry::{Arrival, WordKind};
use crate::shape::collapse::{Stack, collapse, collapse_one};
use crate::shape::{Kind, Kinds, Piece, after_equals, gap_before, group_quotes, parse_known};

// limits
/// With so few constant words left a masked key says little, so more is asked of it.
const CONSTANTS_SCARCE_MAX: usize = 2;

/// From so many `key=value` pairs on their values are masked together.
const PAIRS_TOGETHER_MIN: usize = 3;

/// Stands for a word in the text that a column is known by. A log that holds such
/// bytes takes two columns for one at worst.
const COLUMN_MARK: u8 = 0;

/// Which words of a shape are masked together.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Places {
    /// The word at this index.
    One(u16),
    /// Every maskable word with this hash.
    Same(u32),
    /// Every maskable value of a `key=value` pair.
    Values,
}

/// One masked key of a shape.
#[derive(Copy, Clone, Debug)]
pub(super) struct Hole {
    /// Hash of the masked key's text: its id as a shape.
    pub(super) key: u64,
    pub(super) places: Places,
    /// Which word arrives there, and in what context.
    pub(super) arrival: Arrival,
    pub(super) constants: u16,
}

/// A shape cut into pieces with all its holes. Reused, so that it does not allocate.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pub(super) text: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
    hashes: Vec<u32>,
    /// Those of all words, where a quotation of several is one piece; else none.
    words: Vec<u32>,
    /// Hash of the text.
    own: u64,
    /// Which holes there are.
    extent: Extent,
    /// Whether the word is one of many values; these have one hole together.
    grouped: Vec<bool>,
    /// The words that are no variables.
    constants: usize,
    /// Whether the text is as short as can be, as every shape but a made-up one.
    is_collapsed: bool,
    /// Which words the key at hand masks; all false between calls.
    flags: Vec<bool>,
    pub(super) holes: Vec<Hole>,
    /// The words before the level that a hole masks.
    pub(super) speakers: Vec<Speaker>,
    stack: Stack,
    masked: Vec<u8>,
    kinds: Kinds,
}

/// Which holes a [`Cut`] has.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
enum Extent {
    /// None.
    #[default]
    Begun,
    /// Those whose key may be known.
    Near,
    /// All.
    Whole,
}

impl Cut {
    /// Cuts the shape with this text, and finds all its holes.
    pub(super) fn load(&mut self, text: &[u8]) {
        self.begin(text);
        self.fill();
    }

    /// Cuts the shape with this text. Who asks whether a shape is new often inserts it next, and
    /// what was cut is not cut again.
    pub(super) fn begin(&mut self, text: &[u8]) {
        if self.text == text {
            return;
        }
        self.text.clear();
        self.text.extend_from_slice(text);
        parse_known(text, &mut self.kinds, &mut self.pieces);
        self.hashes.clear();
        self.hashes.extend(self.pieces.iter().map(|piece| short_hash(piece.word(text))));
        self.words.clear();
        group_quotes(text, &mut self.pieces);
        if self.hashes.len() > self.pieces.len() {
            std::mem::swap(&mut self.hashes, &mut self.words);
            self.hashes.extend(self.pieces.iter().map(|piece| short_hash(piece.word(text))));
        }
        self.flags.clear();
        self.flags.resize(self.pieces.len(), false);
        self.constants = self.pieces.iter().filter(|piece| !piece.kind.is_variable()).count();
        self.group_values();
        self.own = xxh3_64(text);
        self.extent = Extent::Begun;
    }

    /// Finds all holes of the shape.
    pub(super) fn fill(&mut self) {
        if self.extent == Extent::Whole {
            return;
        }
        self.extent = Extent::Whole;
        self.masked.clear();
        collapse(&self.text, &self.pieces, |_| false, &mut self.stack, &mut self.masked);
        self.is_collapsed = self.masked == self.text;
        self.holes.clear();
        for index in 0..self.pieces.len() {
            if !self.grouped[index] {
                self.add(index);
            }
        }
        if let Some(first) = self.grouped.iter().position(|&grouped| grouped) {
            self.add_values(first);
        }
        self.add_speakers();
    }

    /// Finds the holes that hold all words which are not known; false if no word is unknown, or
    /// what else is to be looked at may not be told so simply.
    pub(super) fn fill_near(&mut self, is_known: impl Fn(u32) -> bool) -> bool {
        if self.extent != Extent::Begun {
            return self.extent == Extent::Near;
        }
        // A word of a unit is no more once the word before it is masked.
        let stays = |kind: Kind| !kind.is_variable() && !kind.is_unit();
        let mut strange =
            (0..self.pieces.len()).filter(|&at| stays(self.pieces[at].kind) && !is_known(self.hashes[at]));
        let Some(first) = strange.next() else { return false };
        if !self.words.is_empty() || self.has_speakers() {
            return false;
        }
        let (hash, grouped) = (self.hashes[first], self.grouped[first]);
        let together = |at: usize| self.grouped[at] == grouped && (grouped || self.hashes[at] == hash);
        let are_together = strange.all(together);
        self.extent = Extent::Near;
        // A key that was made of part of the holes may be one of a text that is longer than need be.
        self.is_collapsed = false;
        self.holes.clear();
        self.speakers.clear();
        if are_together && grouped {
            self.add_values(self.grouped.iter().position(|&grouped| grouped).unwrap_or(first));
        } else if are_together {
            self.add(first);
        }
        true
    }

    /// Whether a word stands before the level that a hole may mask.
    fn has_speakers(&self) -> bool {
        let level = self.pieces.iter().position(|piece| piece.kind.gives_level());
        self.pieces[..level.unwrap_or(0)].iter().any(|piece| piece.kind.is_maskable())
    }

    /// Hashes of all words.
    pub(super) fn words(&self) -> &[u32] {
        if self.words.is_empty() { &self.hashes } else { &self.words }
    }

    /// Notes the words before the level with the columns they stand in.
    fn add_speakers(&mut self) {
        self.speakers.clear();
        let gives_level = |piece: &Piece| piece.kind.gives_level();
        let Some(level) = self.pieces.iter().position(gives_level).filter(|&at| at > 0) else { return };
        let body = self.pieces.get(level + 1).map_or(&[][..], |piece| piece.word(&self.text));
        let message = xxh3_64(self.pieces[level].word(&self.text))
            ^ xxh3_64(body).rotate_left(1)
            ^ (self.pieces.len() - level) as u64;
        for (at, hole) in self.holes.iter().enumerate() {
            let Places::One(index) = hole.places else { continue };
            let (index, piece) = (index as usize, self.pieces[index as usize]);
            if index >= level || !piece.kind.is_maskable() {
                continue;
            }
            self.masked.clear();
            self.masked.extend_from_slice(&self.text[..piece.start as usize]);
            for piece in &self.pieces[index..level] {
                self.masked.push(COLUMN_MARK);
                self.masked.extend_from_slice(piece.gap(&self.text));
            }
            let echo = self.holes.iter().position(|hole| hole.places == Places::Same(self.hashes[index]));
            self.speakers.push(Speaker {
                hole: at as u16,
                echo: echo.filter(|_| piece.kind.is_identifier()).map(|at| at as u16),
                column: xxh3_64(&self.masked),
                message,
            });
        }
    }

    fn group_values(&mut self) {
        self.grouped.clear();
        for index in 0..self.pieces.len() {
            let gap = gap_before(&self.text, &self.pieces, index);
            self.grouped.push(after_equals(gap));
        }
        let pairs = self.grouped.iter().filter(|&&grouped| grouped).count();
        if pairs < PAIRS_TOGETHER_MIN {
            self.grouped.fill(false);
        }
    }

    fn add(&mut self, index: usize) {
        let kind = self.pieces[index].kind;
        if kind.is_variable() {
            self.push(index, Places::One(index as u16), self.own, self.constants);
        } else if kind.is_maskable() {
            let places = Places::One(index as u16);
            let (key, constants) = self.key_of(places, places);
            self.push(index, places, key, constants);
            // Nearly all words stand in one place.
            if !self.hashes[index + 1..].contains(&self.hashes[index]) {
                return;
            }
            let places = Places::Same(self.hashes[index]);
            let first = !(0..index).any(|other| self.holds(places, other));
            if first && (index + 1..self.pieces.len()).any(|other| self.holds(places, other)) {
                let (key, constants) = self.key_of(places, places);
                self.push(index, places, key, constants);
            }
        }
    }

    /// The one hole of all values; the word in it is their sequence.
    fn add_values(&mut self, first: usize) {
        let mut word = 0;
        let mut kind = WordKind::Variable;
        for index in 0..self.pieces.len() {
            if self.grouped[index] {
                word = mix(word, self.hashes[index]);
                kind = kind.max(word_kind(self.pieces[index].kind));
            }
        }
        let masks = (0..self.pieces.len()).any(|index| self.holds(Places::Values, index));
        let (key, constants) = match masks {
            true => self.key_of(Places::Values, Places::Values),
            false => (self.own, self.constants),
        };
        self.push(first, Places::Values, key, constants);
        if let Some(hole) = self.holes.last_mut() {
            hole.arrival.word = word;
            hole.arrival.kind = kind;
            hole.arrival.sequence = true;
        }
    }

    /// Whether masking `places` masks the word at `index`.
    fn holds(&self, places: Places, index: usize) -> bool {
        let maskable = self.pieces[index].kind.is_maskable();
        match places {
            Places::One(at) => at as usize == index,
            Places::Same(hash) => self.hashes[index] == hash && !self.grouped[index] && maskable,
            Places::Values => self.grouped[index] && maskable,
        }
    }

    fn push(&mut self, index: usize, places: Places, key: u64, constants: usize) {
        let gap = gap_before(&self.text, &self.pieces, index);
        let before = index.checked_sub(1).map_or(0, |i| self.hashes[i]);
        let piece = &self.pieces[index];
        let announced = gap == b" " && index > 0 && announces_name(self.pieces[index - 1].word(&self.text));
        let mut kind = word_kind(piece.kind);
        let mut word = self.hashes[index];
        if matches!(kind, WordKind::Plain | WordKind::Identifier) && self.number_follows(index) {
            kind = WordKind::Numbered;
            word = mix(word, NUMBERED);
        }
        self.holes.push(Hole {
            key,
            places,
            arrival: Arrival {
                context: mix(short_hash(gap), before),
                word,
                kind,
                after_equals: after_equals(gap),
                name: announced && !is_verb(piece.word(&self.text)),
                sequence: false,
                scarce: constants <= CONSTANTS_SCARCE_MAX,
            },
            constants: constants as u16,
        });
    }

    /// Whether a variable in brackets stands right behind the word.
    fn number_follows(&self, index: usize) -> bool {
        let behind = |index: usize| self.pieces[index].gap(&self.text);
        let next = self.pieces.get(index + 1);
        behind(index) == b"("
            && next.is_some_and(|next| next.kind.is_variable())
            && behind(index + 1).starts_with(b")")
    }

    /// Hash of the text with both sets of places masked, and the constant words left.
    pub(super) fn key_of(&mut self, one: Places, other: Places) -> (u64, usize) {
        self.masked.clear();
        if let Places::One(at) = one
            && one == other
            && self.is_collapsed
        {
            let gone = collapse_one(&self.text, &self.pieces, at as usize, &mut self.masked);
            return (xxh3_64(&self.masked), self.constants - gone);
        }
        self.set_flags(one, true);
        self.set_flags(other, true);
        let constants =
            collapse(&self.text, &self.pieces, |index| self.flags[index], &mut self.stack, &mut self.masked);
        self.set_flags(one, false);
        self.set_flags(other, false);
        (xxh3_64(&self.masked), constants)
    }

    fn set_flags(&mut self, places: Places, flag: bool) {
        if let Places::One(at) = places {
            self.flags[at as usize] = flag;
            return;
        }
        for index in 0..self.pieces.len() {
            if self.holds(places, index) {
                self.flags[index] = flag;
            }
        }
    }

    /// The text that [`Cut::key_of`] hashed last.
    pub(super) fn masked(&self) -> &[u8] {
        &self.masked
    }

    /// The words in a hole, as people read them.
    pub(super) fn word(&self, places: Places) -> Vec<u8> {
        let mut words = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            let here = match places {
                Places::One(at) => at as usize == index,
                Places::Values => self.grouped[index],
                same => words.is_empty() && self.holds(same, index),
            };
            if here {
                if !words.is_empty() {
                    words.push(b' ');
                }
                words.extend_from_slice(piece.word(&self.text));
            }
        }
        words
    }
}

/// Tells a word with a number in brackets from the word alone.
const NUMBERED: u32 = 1;

/// Nouns that a name follows, and hardly a state: `node ready` and `node gone` are two messages.
const NAMED_THINGS: [&[u8]; 3] = [b"user", b"username", b"login"];

fn announces_name(word: &[u8]) -> bool {
    NAMED_THINGS.contains(&word)
}

/// Whether a word tells what happened rather than to whom: `user created`.
fn is_verb(word: &[u8]) -> bool {
    word.ends_with(b"ed") || word.ends_with(b"ing")
}

fn word_kind(kind: Kind) -> WordKind {
    if kind.is_variable() {
        WordKind::Variable
    } else if kind.has_digits() {
        WordKind::Digits
    } else if kind.is_identifier() {
        WordKind::Identifier
    } else {
        WordKind::Plain
    }
}

fn mix(one: u32, other: u32) -> u32 {
    (one.rotate_left(5) ^ other).wrapping_mul(0x9e37_79b1)
}

/// Two words with the same short hash count as one: a test may pass a word later,
/// never sooner.
pub(super) fn short_hash(word: &[u8]) -> u32 {
    xxh3_64(word) as u32
}

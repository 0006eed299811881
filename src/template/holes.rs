//! The masked keys of a shape.
//!
//! A hole is a place where a shape has a word and its relatives may have other
//! words: the masked key is the shape with that word as a variable, collapsed.
//! A word that stands in several places has a hole of its own in each and one
//! for all together. A variable is a hole, too, whose key is the shape itself.
//! What it costs: for each word one pass over the shape's pieces and one hash.

use xxhash_rust::xxh3::xxh3_64;

use super::entry::{Arrival, WordKind};
use crate::shape::VARIABLE;
use crate::shape::collapse::{Stack, collapse};
use crate::shape::{Piece, gap_before, group_quotes, parse};

// limits
/// With so few constant words left a masked key says little, so more is asked of it.
const CONSTANTS_SCARCE_MAX: usize = 2;

/// Which words of a shape are masked together.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Places {
    /// The word at this index.
    One(u16),
    /// Every maskable word with this hash.
    Same(u32),
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
    pub(super) holes: Vec<Hole>,
    stack: Stack,
    masked: Vec<u8>,
}

impl Cut {
    /// Cuts the shape with this text.
    pub(super) fn load(&mut self, text: &[u8]) {
        self.text.clear();
        self.text.extend_from_slice(text);
        parse(text, &mut self.pieces);
        group_quotes(text, &mut self.pieces);
        self.hashes.clear();
        self.hashes
            .extend(self.pieces.iter().map(|piece| short_hash(piece.word(text))));
        self.holes.clear();
        let own = xxh3_64(text);
        for index in 0..self.pieces.len() {
            self.add(index, own);
        }
    }

    fn add(&mut self, index: usize, own: u64) {
        let kind = self.pieces[index].kind;
        if kind.is_variable() {
            let constants = self
                .pieces
                .iter()
                .filter(|piece| !piece.kind.is_variable())
                .count();
            self.push(index, Places::One(index as u16), own, constants);
        } else if kind.is_maskable() {
            let places = Places::One(index as u16);
            let (key, constants) = self.key_of(places, places);
            self.push(index, places, key, constants);
            let hash = self.hashes[index];
            let is_same = |&other: &usize| {
                self.hashes[other] == hash && self.pieces[other].kind.is_maskable()
            };
            let first = !(0..index).any(|other| is_same(&other));
            if first && (index + 1..self.pieces.len()).any(|other| is_same(&other)) {
                let places = Places::Same(hash);
                let (key, constants) = self.key_of(places, places);
                self.push(index, places, key, constants);
            }
        }
    }

    fn push(&mut self, index: usize, places: Places, key: u64, constants: usize) {
        let gap = gap_before(&self.text, &self.pieces, index);
        let before = index.checked_sub(1).map_or(0, |i| self.hashes[i]);
        let kind = self.pieces[index].kind;
        let kind = if kind.is_variable() {
            WordKind::Variable
        } else if kind.has_digits() {
            WordKind::Digits
        } else if kind.is_identifier() {
            WordKind::Identifier
        } else {
            WordKind::Plain
        };
        self.holes.push(Hole {
            key,
            places,
            arrival: Arrival {
                context: short_hash(gap) ^ before.rotate_left(7),
                word: self.hashes[index],
                kind,
                after_equals: after_equals(gap),
                scarce: constants <= CONSTANTS_SCARCE_MAX,
            },
            constants: constants as u16,
        });
    }

    /// Hash of the text with both sets of places masked, and the constant words left.
    pub(super) fn key_of(&mut self, one: Places, other: Places) -> (u64, usize) {
        self.masked.clear();
        let (hashes, pieces) = (&self.hashes, &self.pieces);
        let holds = |places: Places, index: usize| match places {
            Places::One(at) => at as usize == index,
            Places::Same(hash) => hashes[index] == hash && pieces[index].kind.is_maskable(),
        };
        let constants = collapse(
            &self.text,
            &self.pieces,
            |index| holds(one, index) || holds(other, index),
            &mut self.stack,
            &mut self.masked,
        );
        (xxh3_64(&self.masked), constants)
    }

    /// The text that [`Cut::key_of`] hashed last.
    pub(super) fn masked(&self) -> &[u8] {
        &self.masked
    }

    /// The word in a hole, as people read it.
    pub(super) fn word(&self, places: Places) -> &[u8] {
        let index = match places {
            Places::One(at) => Some(at as usize),
            Places::Same(hash) => self.hashes.iter().position(|&h| h == hash),
        };
        index.map_or(&[], |index| self.pieces[index].word(&self.text))
    }
}

/// Whether a key's value stands behind this gap: `=`, `="`, `='`.
fn after_equals(gap: &[u8]) -> bool {
    matches!(gap, [.., b'='] | [.., b'=', b'"' | b'\''])
}

/// Two words with the same short hash count as one: a test may pass a word later,
/// never sooner. The variable has a hash of its own kind.
fn short_hash(word: &[u8]) -> u32 {
    debug_assert!(VARIABLE == 1);
    xxh3_64(word) as u32
}

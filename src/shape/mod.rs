//! Stage 1: from a cheap key to the shape of a line.
//!
//! A shape is what is left of a line when everything that looks like a value is
//! replaced by one mark. It is a pure function of the cheap key, so equal cheap
//! keys have equal shapes and a worker runs these rules on a cache miss only.
//!
//! The text of a shape, which is what its id hashes:
//! * `0x01` is a variable and always a whole word,
//! * `#` in a word stands for a run of digits (or for a raw `#`),
//! * `0x02` stands before the word that gives the line its level, so that the
//!   level is a property of the text and survives every later masking,
//! * `0x03` and 16 hex digits stand for all that follows the 256th word (`0x03!`
//!   if a word of alarm is in there),
//! * separators are kept, blanks beside separators are not; words that only
//!   blanks separate have one blank between them.
//!
//! Where it fails: a value that looks like an ordinary word stays a word. That
//! is on purpose: stage 2 masks it once enough others have stood in its place.

pub mod alarm;
pub(crate) mod bytes;
pub(crate) mod candidates;
mod canonical;
pub mod cheap;
pub(crate) mod collapse;
mod generated;
mod header;
mod mask;
mod mixed;
mod request;
pub(crate) mod route;
mod secret;
mod tokens;
pub mod values;
mod words;

pub use canonical::{Scratch, canonical, canonical_with_host};
pub(crate) use collapse::is_unit;
pub(crate) use mask::{is_constant_value, long_value_end as value_end};
pub use tokens::{Kind, Token, tokens};
pub(crate) use tokens::{Piece, after_equals, gap_before, group_quotes, parse_known};
pub(crate) use words::Kinds;

use crate::id::ShapeId;
use crate::line::level::Level;

/// The byte that stands for a variable in the text of a shape.
pub const VARIABLE: u8 = 1;
/// The byte before the word that gives the line its level.
pub const LEVEL_MARK: u8 = 2;
/// The byte before the hash of a line's words beyond the bound.
pub const TAIL_MARK: u8 = 3;

// limits
/// Words a shape keeps; the rest of the line is one word, its hash. A line that
/// long is data, and masked keys cost the square of the words.
pub const WORDS_MAX: usize = 256;

/// What a line says, without its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The text, see the module's description.
    pub text: Vec<u8>,
    /// The level of the line.
    pub level: Level,
    /// Whether a word of alarm is in it.
    pub alarm: bool,
}

impl Shape {
    /// The same on every machine and for ever.
    pub fn id(&self) -> ShapeId {
        ShapeId::of(&self.text)
    }

    /// Whether a new message of this kind must never be crowded out or merged away.
    pub fn is_severe(&self) -> bool {
        self.alarm || self.level.is_severe()
    }

    /// The shape with this text, its level and alarm read off the text.
    pub fn from_text(text: &[u8]) -> Shape {
        let mut shape = Shape { text: text.to_vec(), level: Level::None, alarm: alarm::any(text) };
        if let Some(token) = tokens(text).find(|token| token.kind.gives_level()) {
            shape.level = tokens::level_of(token.word);
        }
        shape
    }
}

#[cfg(test)]
mod tests;

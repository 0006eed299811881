//! Instance columns: a place before the level where a name stands that says who
//! speaks, not what is said.
//!
//! `web-blue INFO started` and `web-green INFO started` are one message of two
//! instances. A single message cannot tell: the word might as well name a part
//! of a program. But where many different messages have each been seen under two
//! words in the same place before their level, that place holds the speaker, and
//! the next speaker's name makes nothing new: each message with the column has
//! that place masked, at once and for ever.
//!
//! The evidence is a set that only grows, of what every shape and every active
//! key shows; so the rule is one more of those whose least fixed point the
//! [closure](super::closure) reaches, in any order. A column is known by the
//! text left of the place and the gaps right of it up to the level. The left is
//! read as it stands, so a line with two new names is understood from left to
//! right. What it costs: a hash and a probe for each word before a level, on a new
//! shape only. Where it fails: a name that has stood alone so far tells nothing.

use hashbrown::HashMap;

use super::holes::Hole;

// limits
/// So many messages must have shown two words in the place.
const MESSAGES_MIN: usize = 8;
/// Words before a level that wait for their column to be decided.
pub const WAITING_MAX: usize = 262_144;

/// One word before the level, as evidence.
#[derive(Copy, Clone, Debug)]
pub(super) struct Speaker {
    /// Which hole masks it.
    pub(super) hole: u16,
    /// The hole that masks the same word further on as well, if it looks like a name.
    pub(super) echo: Option<u16>,
    /// Hash of what identifies the column.
    pub(super) column: u64,
    /// Roughly which message it is: messages that differ here are different, so
    /// one message with many values is not taken for many.
    pub(super) message: u64,
}

/// What is known of one place before the level.
#[derive(Debug, Default)]
struct Column {
    active: bool,
    /// Messages that have shown two words; at most [`MESSAGES_MIN`].
    messages: Vec<u64>,
    /// The shapes to mask when the column becomes active; none from then on.
    members: Vec<u32>,
}

/// All columns of a registry.
#[derive(Debug, Default)]
pub(super) struct Columns {
    by_id: HashMap<u64, Column>,
    /// By column and masked key: the word seen first.
    first_words: HashMap<u64, u32>,
    /// Members of all columns.
    pub(super) waiting: usize,
    /// Something was not counted.
    pub(super) full: bool,
}

impl Columns {
    /// Whether the place of this column is masked in every shape.
    pub(super) fn is_active(&self, column: u64) -> bool {
        self.by_id.get(&column).is_some_and(|column| column.active)
    }

    /// Takes in the word of shape `ix`; the shapes to mask if the column is
    /// active from now on.
    pub(super) fn arrive(&mut self, speaker: &Speaker, hole: &Hole, ix: u32) -> Option<Vec<u32>> {
        if self.is_active(speaker.column) {
            return None;
        }
        if self.waiting >= WAITING_MAX {
            self.full = true;
            return None;
        }
        self.waiting += 1;
        let column = self.by_id.entry(speaker.column).or_default();
        column.members.push(ix);
        let first = *self.first_words.entry(pair(speaker, hole)).or_insert(hole.arrival.word);
        if first == hole.arrival.word || column.messages.contains(&speaker.message) {
            return None;
        }
        column.messages.push(speaker.message);
        (column.messages.len() >= MESSAGES_MIN).then(|| self.activate(speaker.column))
    }

    /// Whether the column becomes active with this word.
    pub(super) fn would_activate(&self, speaker: &Speaker, hole: &Hole) -> bool {
        let Some(column) = self.by_id.get(&speaker.column) else { return false };
        let second_word = || {
            let first = self.first_words.get(&pair(speaker, hole));
            first.is_some_and(|first| *first != hole.arrival.word)
        };
        !column.active
            && self.waiting < WAITING_MAX
            && column.messages.len() + 1 >= MESSAGES_MIN
            && !column.messages.contains(&speaker.message)
            && second_word()
    }

    /// Makes a column active; the shapes that have it.
    pub(super) fn activate(&mut self, column: u64) -> Vec<u32> {
        let column = self.by_id.entry(column).or_default();
        column.active = true;
        column.messages = Vec::new();
        self.waiting -= column.members.len();
        std::mem::take(&mut column.members)
    }

    /// The active columns, sorted.
    pub(super) fn active(&self) -> Vec<u64> {
        let mut active: Vec<u64> =
            self.by_id.iter().filter(|(_, column)| column.active).map(|(id, _)| *id).collect();
        active.sort_unstable();
        active
    }
}

/// A masked key in a column.
fn pair(speaker: &Speaker, hole: &Hole) -> u64 {
    (speaker.column.rotate_left(17) ^ hole.key).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

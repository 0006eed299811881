//! The known message most like a new one, to say what is different.
//!
//! First choice: a shape with one masked key in common, so that a single word
//! differs. Else the template that shares most words with it. Both choices fall
//! to the least id where several are equal, so they do not depend on order.
//! What it costs: a pass over the templates, at most [`CANDIDATES_MAX`] of them,
//! of which a few are read; called for what is shown only.

use super::holes::{Cut, Places};
use super::registry::{NONE, Registry, ShapeIx, TemplateIx};
use crate::id::ShapeId;
use crate::shape::{Shape, bytes};
use std::cmp::Reverse;
use xxhash_rust::xxh3::xxh3_64;

// limits
/// Templates compared word by word: all there can be, short of a flood of joins.
const CANDIDATES_MAX: usize = 1 << 17;
/// Differences of more words are none that a person would read.
const WORDS_DIFFERING_MAX: usize = 4;
/// Less than this part of the words in common is no likeness (1/n).
const SHARED_PART: usize = 3;

/// Signs of a word.
const SIGNS: usize = 3;

/// The known message most like a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Its template.
    pub template: TemplateIx,
    /// The words that differ, here and there, if they are few.
    pub differs: Option<(String, String)>,
    /// Words that both have.
    pub shared: usize,
    /// Constant words left when the differing place is masked; 0 without one.
    pub constants: usize,
}

/// Which words a text has, roughly: three signs for each, and how many there are. What no sign rules
/// out is compared word by word, and that is a few in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WordSet {
    /// Two words with one sign in common hardly have the others, too.
    signs: [u64; SIGNS],
    count: u32,
}

impl WordSet {
    pub(super) fn of(text: &[u8]) -> WordSet {
        let mut set = WordSet::default();
        for word in words_of(text) {
            set.count += 1;
            set.signs.iter_mut().zip(signs_of(word)).for_each(|(signs, sign)| *signs |= sign);
        }
        set
    }

    /// Whether the word may be among these.
    fn may_hold(self, word: &[u8]) -> bool {
        self.signs.iter().zip(signs_of(word)).all(|(signs, sign)| signs & sign != 0)
    }

    fn count(self) -> usize {
        self.count as usize
    }

    /// So many words of `other` may be among these, at most: a sign that only it has is a word.
    fn shared_most(self, other: WordSet) -> usize {
        let foreign = |(own, other): (&u64, &u64)| (other & !own).count_ones() as usize;
        other.count() - self.signs.iter().zip(&other.signs).map(foreign).fold(0, usize::max)
    }
}

/// The signs of a word.
fn signs_of(word: &[u8]) -> [u64; SIGNS] {
    let hash = xxh3_64(word);
    std::array::from_fn(|at| 1 << (hash >> (6 * at) & 63))
}

impl Registry {
    /// The known template most like `shape`, if one has enough in common with it.
    pub fn nearest(&self, shape: &Shape) -> Option<Nearest> {
        let mut cut = Cut::default();
        cut.load(&shape.text);
        while let Some(masked) = self.instance_masked(&mut cut) {
            cut.load(&masked);
        }
        let own = ShapeId::of(&cut.text).0;
        self.one_word_away(&cut, own).or_else(|| self.most_shared(&cut.text, own))
    }

    fn one_word_away(&self, cut: &Cut, own: u64) -> Option<Nearest> {
        let mut best: Option<(u64, u32, usize)> = None;
        for (index, hole) in cut.holes.iter().enumerate() {
            let mut offer = |ix: u32| {
                let id = self.records[ix as usize].id;
                let is_seen = || !self.is_only_foreseen(self.template_of(ShapeIx(ix)));
                if id != own && best.is_none_or(|(least, ..)| id < least) && is_seen() {
                    best = Some((id, ix, index));
                }
            };
            if let Some(&ix) = self.by_id.get(&hole.key) {
                offer(ix);
            }
            self.entries.members(hole.key).for_each(offer);
        }
        let (id, ix, index) = best?;
        let hole = cut.holes[index];
        let record = &self.records[ix as usize];
        let there = if id == hole.key && !is_variable(&cut.word(hole.places)) {
            "<*>".to_string()
        } else {
            self.word_in_hole(&record.text, hole.key)
        };
        Some(Nearest {
            template: self.template_of(ShapeIx(ix)),
            differs: Some((shown(&cut.word(hole.places)), there)),
            shared: hole.constants as usize,
            constants: hole.constants as usize,
        })
    }

    /// The word that a shape has where it differs from its masked key.
    fn word_in_hole(&self, text: &[u8], key: u64) -> String {
        let mut cut = Cut::default();
        cut.load(text);
        let hole = cut.holes.iter().find(|hole| hole.key == key);
        let places = hole.map_or(Places::One(0), |hole| hole.places);
        shown(&cut.word(places))
    }

    fn most_shared(&self, text: &[u8], own: u64) -> Option<Nearest> {
        let mut words: Vec<&[u8]> = words_of(text).collect();
        words.sort_unstable();
        let set = WordSet::of(text);
        let mut best: Option<(usize, usize, u64, TemplateIx)> = None;
        for index in 0..self.templates.len().min(CANDIDATES_MAX) {
            let template = TemplateIx(index as u32);
            if self.templates[index].into != NONE {
                continue;
            }
            // Nearly all are ruled out by what lies side by side.
            let root = self.root_ix(index as u32);
            let theirs = self.outlines[root as usize].words;
            let most = set.shared_most(theirs).min(words.len());
            let least = (words.len() + theirs.count()).saturating_sub(2 * most);
            let is_unlike = most == 0 || most * SHARED_PART < words.len().max(theirs.count());
            let may_be = |&(shared, different, ..): &(usize, usize, u64, TemplateIx)| {
                (shared, Reverse(different)) <= (most, Reverse(least))
            };
            if is_unlike || !best.as_ref().is_none_or(may_be) {
                continue;
            }
            let root = &self.records[root as usize];
            let is_beaten = best.as_ref().is_some_and(|&(shared, different, id, _)| {
                (shared, different) == (most, least) && id <= root.id
            });
            if is_beaten || root.id == own || self.is_only_foreseen(template) {
                continue;
            }
            let (mut count, mut shared) = (0, 0);
            for word in words_of(&root.text) {
                count += 1;
                shared += usize::from(set.may_hold(word) && words.binary_search(&word).is_ok());
            }
            let shared = shared.min(words.len());
            if shared == 0 || shared * SHARED_PART < words.len().max(count) {
                continue;
            }
            let different = words.len() + count - 2 * shared;
            let better = |&(most, least, id, _): &(usize, usize, u64, TemplateIx)| {
                (shared, least, id) > (most, different, root.id)
            };
            if best.as_ref().is_none_or(better) {
                best = Some((shared, different, root.id, template));
            }
        }
        let (shared, _, _, template) = best?;
        let differs = differing(text, &self.root(template).text);
        Some(Nearest { template, differs, shared, constants: 0 })
    }
}

/// The constant words that only one of two texts has, here and there; none if they are many.
fn differing(here: &[u8], there: &[u8]) -> Option<(String, String)> {
    let only = |text: &[u8], other: &[u8]| {
        let mut left: Vec<&[u8]> = words_of(other).collect();
        let mut words = Vec::new();
        for word in words_of(text) {
            match left.iter().position(|known| *known == word) {
                Some(at) => _ = left.swap_remove(at),
                None => words.push(shown(without_mark(word))),
            }
        }
        words
    };
    let (here, there) = (only(here, there), only(there, here));
    let few = here.len().max(there.len()) <= WORDS_DIFFERING_MAX && here.len() + there.len() > 0;
    few.then(|| (here.join(" "), there.join(" ")))
}

/// A word without the sign that makes it a level.
fn without_mark(word: &[u8]) -> &[u8] {
    match word {
        [mark, rest @ ..] if *mark < b' ' && !rest.is_empty() => rest,
        _ => word,
    }
}

fn is_variable(word: &[u8]) -> bool {
    word == [crate::shape::VARIABLE]
}

fn shown(word: &[u8]) -> String {
    if is_variable(word) {
        return "<*>".to_string();
    }
    String::from_utf8_lossy(word).replace(['#', '\u{1}'], "<*>")
}

/// The constant words of a shape.
pub(super) fn words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&b| bytes::is(b, bytes::BLANK | bytes::SEPARATOR))
        .filter(|word| !word.is_empty() && !is_variable(word))
}

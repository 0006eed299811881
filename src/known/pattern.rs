//! Lines with a `<*>` in them, as templates are printed, or an `…` where they were cut.
//!
//! A `<*>` stands for one value, or several in a row; never for a level or a word
//! of alarm, so what has failed is not taken for what has not. All other words
//! must agree; the signs between them need not.

use crate::shape::{Shape, alarm, tokens};

const WILDCARD: &str = "<*>";
/// What is printed for a secret.
const SECRET: &str = "[redacted]";
/// What stands at the end of a line that was cut.
pub(crate) const CUT: char = '…';
/// A number: whatever a value looked like, here it is one.
const STAND_IN: &str = "7";

/// Which shapes a line with wildcards stands for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Pattern {
    /// Words; none for what varies.
    words: Vec<Option<Box<[u8]>>>,
    /// More may follow.
    is_open: bool,
    shape: Shape,
}

impl Pattern {
    /// A line with numbers for its wildcards and without what was cut, and whether it was
    /// cut; a first wildcard may stand for the time stamp, so there is one without it as
    /// well. Empty if the line stands for itself.
    pub fn stand_ins(line: &str) -> Vec<(String, bool)> {
        let line = line.trim();
        let (whole, is_open) = match line.strip_suffix(CUT) {
            // The cut went through a word.
            Some(front) => (front.rsplit_once(' ').map_or("", |(front, _)| front), true),
            None => (line, false),
        };
        if !is_open && !whole.contains(WILDCARD) {
            return Vec::new();
        }
        let behind_stamp = whole.strip_prefix(WILDCARD).filter(|rest| !rest.trim().is_empty());
        let stand_in = |text: &str| (text.replace(WILDCARD, STAND_IN).replace(SECRET, STAND_IN), is_open);
        [Some(whole), behind_stamp].into_iter().flatten().map(stand_in).collect()
    }

    /// The pattern of a stand-in's shape.
    pub fn new(shape: Shape, is_open: bool) -> Pattern {
        let word = |kind: crate::shape::Kind, word: &[u8]| (!kind.is_variable()).then(|| word.into());
        let words = tokens(&shape.text).map(|token| word(token.kind, token.word)).collect();
        Pattern { words, is_open, shape }
    }

    /// Whether lines of this shape are meant.
    pub fn fits(&self, shape: &Shape) -> bool {
        if (shape.level, shape.alarm) != (self.shape.level, self.shape.alarm) {
            return false;
        }
        let longest = self.words.iter().flatten().max_by_key(|word| word.len());
        if longest.is_some_and(|word| memchr::memmem::find(&shape.text, word).is_none()) {
            return false;
        }
        let found: Vec<_> = tokens(&shape.text).collect();
        // How many words of the shape the words so far may stand for.
        let mut ends = vec![false; found.len() + 1];
        ends[0] = true;
        for wanted in &self.words {
            let mut next = vec![false; found.len() + 1];
            for at in (0..found.len()).filter(|at| ends[*at]) {
                let token = &found[at];
                match wanted {
                    Some(word) => next[at + 1] |= **word == *token.word,
                    None if token.kind.gives_level() || alarm::any(token.word) => {}
                    None => {
                        next[at + 1] = true;
                        let more = found[at + 1..]
                            .iter()
                            .take_while(|token| token.kind.is_variable() || token.kind.has_digits());
                        (0..more.count()).for_each(|more| next[at + 2 + more] = true);
                    }
                }
            }
            ends = next;
        }
        if self.is_open { ends.contains(&true) } else { ends[found.len()] }
    }
}

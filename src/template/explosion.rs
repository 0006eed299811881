//! Which word of which message makes too many of it.
//!
//! When a bound of the registry is hit, most of what came last is the same
//! message over and over with other words somewhere. Of the last few hundred
//! shapes those that are built alike, with the same signs between their words,
//! are laid on top of each other: a place where hardly any word comes twice is
//! what explodes. What it costs: a millisecond, once for each bound that is hit.
//! Where it fails: lines that have nothing in common explode nowhere.

use hashbrown::HashMap;
use memchr::memmem::Finder;

use super::cure;
use super::display::along_sample;
use super::holes::Cut;
use super::layout::places_in;
use super::registry::Registry;
use crate::line::filter::Filter;
use crate::shape::{Token, VARIABLE, tokens};

// limits
/// Shapes that are laid on top of each other.
const LAID_MAX: usize = 512;
/// Shapes that are looked at to find so many of one key.
const LOOKED_MAX: usize = 20_000;
/// Different words that make a place explode, at least.
const WORDS_MIN: usize = 8;
/// And this part of the shapes (1/n).
const WORDS_PART: usize = 32;
/// Places that a cure names.
const PLACES_MAX: usize = 4;

/// Of a long message, what is shown before and behind the word that explodes.
const BEFORE_CHARS: usize = 48;
/// See [`BEFORE_CHARS`].
const BEHIND_CHARS: usize = 36;

/// What marks the word that explodes.
const HERE: &str = "<HERE>";

/// A message that has too many forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explosion {
    /// The message with `<HERE>` for the word that explodes most; empty if there is none.
    pub place: String,
    /// The flags that would cure it, quoted for a shell, if some would.
    pub cure: Option<String>,
}

/// Shapes that are built alike, laid on top of each other.
pub(super) struct Pile<'a> {
    pub(super) shapes: Vec<Laid<'a>>,
    /// The places that explode, from left to right.
    pub(super) places: Vec<usize>,
    /// The place that explodes most.
    worst: usize,
    /// How many different words stand in each place.
    words: Vec<usize>,
}

/// One shape of a pile.
pub(super) struct Laid<'a> {
    pub(super) example: &'a [u8],
    tokens: Vec<Token<'a>>,
    /// Where each word stands in the example.
    spans: Vec<Option<(usize, usize)>>,
}

impl Registry {
    /// What explodes in the shapes that came last, which have these masks; of those
    /// under the active `key`, if one is given.
    pub(super) fn explosion(&self, key: Option<u32>, masks: &Filter) -> Explosion {
        let Some(pile) = Pile::highest(self.last_shapes(key)) else { return Explosion::default() };
        Explosion { place: pile.marked(), cure: cure::of(&pile, &self.other_examples(&pile), masks) }
    }

    /// The texts and examples of the shapes that came last. Those under a key, and
    /// those built like it: two words that nobody knows keep a shape from under it.
    fn last_shapes(&self, key: Option<u32>) -> Vec<(&[u8], &[u8])> {
        let mut cut = Cut::default();
        let key = key.map(|ix| &self.records[ix as usize]);
        let likeness: Option<Vec<Token<'_>>> = key.map(|key| tokens(&key.text).collect());
        // A masked key has no word that its shape has not, and to cut shapes takes long.
        let constants = likeness.iter().flatten().filter(|token| !token.kind.is_variable());
        let longest = constants.map(|token| token.word).max_by_key(|word| word.len()).unwrap_or(b"");
        let longest = Finder::new(longest);
        let mut belongs = |text: &[u8]| {
            let (Some(key), Some(likeness)) = (key, &likeness) else { return true };
            if longest.find(text).is_none() {
                return false;
            }
            if fits(likeness, &tokens(text).collect::<Vec<_>>()) {
                return true;
            }
            cut.load(text);
            cut.holes.iter().any(|hole| hole.key == key.id)
        };
        let newest = self.records.iter().rev().filter(|record| record.seen);
        newest
            .take(LOOKED_MAX)
            .filter(|record| belongs(&record.text))
            .take(LAID_MAX)
            .map(|record| (&*record.text, &*record.example))
            .collect()
    }

    /// Examples of messages that are built otherwise: what a cure must leave alone.
    fn other_examples(&self, pile: &Pile<'_>) -> Vec<&[u8]> {
        let own = pile.shapes.first().map(|laid| signature(&laid.tokens));
        let others =
            self.records.iter().filter(|record| record.seen && Some(signature_of(&record.text)) != own);
        others.take(LAID_MAX).map(|record| &*record.example).collect()
    }
}

impl<'a> Pile<'a> {
    /// The highest pile of shapes that are built alike, if something explodes in it.
    fn highest(shapes: Vec<(&'a [u8], &'a [u8])>) -> Option<Pile<'a>> {
        let mut piles: HashMap<Vec<u8>, Vec<Laid<'a>>> = HashMap::new();
        for (text, example) in shapes {
            let tokens: Vec<Token<'a>> = tokens(text).collect();
            let spans = places_in(example, &tokens);
            piles.entry(signature(&tokens)).or_default().push(Laid { example, tokens, spans });
        }
        let (_, shapes) = piles
            .into_iter()
            .max_by(|one, other| one.1.len().cmp(&other.1.len()).then_with(|| other.0.cmp(&one.0)))?;
        let (shapes, words) = of_one_message(shapes);
        let least = words_least(&shapes);
        let mut places: Vec<usize> = (0..words.len()).filter(|&place| words[place] >= least).collect();
        places.sort_by_key(|&place| (std::cmp::Reverse(words[place]), place));
        places.truncate(PLACES_MAX);
        let worst = *places.first()?;
        places.sort_unstable();
        Some(Pile { shapes, places, worst, words })
    }

    /// The message, with the word that explodes marked.
    fn marked(&self) -> String {
        let first = &self.shapes[0];
        let mut text = Vec::new();
        for (place, token) in first.tokens.iter().enumerate() {
            text.extend_from_slice(token.gap);
            if place == self.worst {
                text.extend_from_slice(HERE.as_bytes());
            } else if self.words[place] > 1 {
                text.push(VARIABLE);
            } else {
                text.extend_from_slice(token.word);
            }
        }
        // The mark stands in the sample, too, so that the signs around it are found.
        let sample = match first.spans[self.worst] {
            Some((start, end)) => [&first.example[..start], HERE.as_bytes(), &first.example[end..]].concat(),
            None => first.example.to_vec(),
        };
        around_here(&along_sample(&text, &sample))
    }

    /// Whether one word stands at `place` in all shapes.
    pub(super) fn is_constant(&self, place: usize) -> bool {
        self.words.get(place) == Some(&1) && !self.shapes[0].tokens[place].kind.is_variable()
    }

    /// The words at `place` as they stand in the examples.
    pub(super) fn values(&self, place: usize) -> Vec<&'a [u8]> {
        let value = |laid: &Laid<'a>| laid.spans[place].map(|(start, end)| &laid.example[start..end]);
        self.shapes.iter().filter_map(value).collect()
    }

    /// What stands from the word at `from` up to the one at `place`, if that is
    /// the same in nearly all examples.
    pub(super) fn lead(&self, from: usize, place: usize) -> Option<&'a [u8]> {
        (from..place).all(|at| self.is_constant(at)).then_some(())?;
        self.usual(|laid| Some(&laid.example[laid.spans[from]?.0..laid.spans[place]?.0]))
    }

    /// What stands from the end of the word at `place` on, to the end of the next.
    pub(super) fn trail(&self, place: usize) -> Option<&'a [u8]> {
        self.is_constant(place + 1).then_some(())?;
        self.usual(|laid| Some(&laid.example[laid.spans[place]?.1..laid.spans[place + 1]?.1]))
    }

    /// What nearly all shapes agree on.
    fn usual(&self, text: impl Fn(&Laid<'a>) -> Option<&'a [u8]>) -> Option<&'a [u8]> {
        let found: Vec<&[u8]> = self.shapes.iter().filter_map(text).collect();
        let first = *found.first()?;
        let same = found.iter().filter(|other| **other == first).count();
        (same * 10 >= found.len() * 9).then_some(first)
    }

    /// The word before `place`, as people wrote it.
    pub(super) fn word_before(&self, place: usize) -> Option<&'a [u8]> {
        let before = place.checked_sub(1).filter(|&before| self.is_constant(before))?;
        Some(self.shapes[0].tokens[before].word)
    }
}

/// Different words that make a place explode.
fn words_least(shapes: &[Laid<'_>]) -> usize {
    WORDS_MIN.max(shapes.len() / WORDS_PART)
}

/// Takes different messages apart that have the same signs between their words,
/// and returns the one with most shapes: where words are few but more than one,
/// those with the commonest of them. With it, how many words each place has.
fn of_one_message(mut shapes: Vec<Laid<'_>>) -> (Vec<Laid<'_>>, Vec<usize>) {
    loop {
        let counts: Vec<HashMap<&[u8], usize>> =
            (0..shapes[0].tokens.len()).map(|place| words_at(&shapes, place)).collect();
        let least = words_least(&shapes);
        let mixed = counts.iter().position(|words| (2..least).contains(&words.len()));
        let Some(place) = mixed else { return (shapes, counts.iter().map(HashMap::len).collect()) };
        let commonest = counts[place].iter().max_by_key(|(word, count)| (**count, **word));
        let Some((&word, _)) = commonest else { return (shapes, Vec::new()) };
        shapes.retain(|laid| laid.tokens[place].word == word);
    }
}

fn words_at<'a>(shapes: &[Laid<'a>], place: usize) -> HashMap<&'a [u8], usize> {
    let mut counts = HashMap::new();
    for laid in shapes {
        *counts.entry(laid.tokens[place].word).or_default() += 1;
    }
    counts
}

/// Whether a shape is built as `key` is and has its constant words.
fn fits(key: &[Token<'_>], shape: &[Token<'_>]) -> bool {
    let same = |(key, shape): (&Token<'_>, &Token<'_>)| {
        key.gap == shape.gap && (key.kind.is_variable() || key.word == shape.word)
    };
    key.len() == shape.len() && key.iter().zip(shape).all(same)
}

/// The part of a message around the word that explodes.
fn around_here(text: &str) -> String {
    let Some((before, behind)) = text.split_once(HERE) else { return text.to_owned() };
    let skipped = before.chars().count().saturating_sub(BEFORE_CHARS);
    let start: String = before.chars().skip(skipped).collect();
    let end: String = behind.chars().take(BEHIND_CHARS).collect();
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!("{}{start}{HERE}{end}{}", dots(skipped > 0), dots(end.len() < behind.len()))
}

/// The signs between the words of a shape, and its level.
fn signature(tokens: &[Token<'_>]) -> Vec<u8> {
    let mut signs = Vec::new();
    for token in tokens {
        signs.extend_from_slice(token.gap);
        signs.push(VARIABLE);
        if token.kind.gives_level() {
            signs.extend_from_slice(token.word);
        }
    }
    signs
}

fn signature_of(text: &[u8]) -> Vec<u8> {
    signature(&tokens(text).collect::<Vec<_>>())
}

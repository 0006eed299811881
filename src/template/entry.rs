//! What has been seen in the hole of a masked key, until it is decided.
//!
//! An entry is a list of the distinct words that arrived; the test counts their
//! kinds. Once they pass it the key is active for ever and the entry is freed,
//! so an entry never holds more than eleven words of a context. The test is
//! monotone: it asks for minima of counts that only grow.
//!
//! There are half a million entries where a log invents its words, and nearly all
//! hold one word of one shape. So the entries lie side by side in one list, the
//! few further words in another, and the table by key holds nothing but numbers.

use hashbrown::hash_table::Entry as Place;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

// limits
/// Values right after `=` that make a variable.
const EQUALS_MIN: u8 = 2;
/// Sequences of such values.
const SEQUENCES_MIN: u8 = 3;
/// Values that are variables or hold digits.
const NUMBERS_MIN: u8 = 2;
/// Values that look like names.
const IDENTIFIERS_MIN: u8 = 3;
/// Values behind a noun that announces a name.
const NAMES_MIN: u8 = 3;
/// Values of any kind.
const ANY_MIN: u8 = 8;
/// The same where a variable has stood: what stands in such a place is a value.
const ANY_BESIDE_VARIABLE_MIN: u8 = 5;
/// What is asked in addition when hardly any constant word is left.
const SCARCE_RAISE: u8 = 4;
/// The same right after `=`.
const SCARCE_EQUALS_RAISE: u8 = 1;

/// What a word in a hole is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum WordKind {
    Variable,
    Digits,
    /// Directly followed by a number in brackets: `LOCAL(0)`.
    Numbered,
    Identifier,
    Plain,
}

/// A word that arrives in a hole.
#[derive(Copy, Clone, Debug)]
pub(super) struct Arrival {
    /// Hash of what stands before the hole. Words of different contexts do not mix.
    pub(super) context: u32,
    pub(super) word: u32,
    pub(super) kind: WordKind,
    pub(super) after_equals: bool,
    /// Whether the word before announces a name and this may be one.
    pub(super) name: bool,
    /// Whether the word is the sequence of all values of a line.
    pub(super) sequence: bool,
    /// Whether the masked key has few constant words left.
    pub(super) scarce: bool,
}

/// The distinct words seen in one context, by kind.
#[derive(Copy, Clone, Debug, Default)]
struct Counts {
    /// Variables and words with digits.
    numbers: u8,
    /// Words with a number in brackets.
    numbered: u8,
    /// All those and names.
    identifiers: u8,
    /// Names that were announced.
    names: u8,
    /// All.
    any: u8,
    /// All but the variable.
    real: u8,
}

impl Counts {
    fn with(mut self, kind: WordKind, name: bool) -> Counts {
        self.any += 1;
        self.names += u8::from(name);
        self.numbered += u8::from(kind == WordKind::Numbered);
        self.real += u8::from(kind != WordKind::Variable);
        self.numbers += u8::from(matches!(kind, WordKind::Variable | WordKind::Digits));
        self.identifiers += u8::from(kind != WordKind::Plain);
        self
    }

    /// Monotone: each count only grows, and the rest follows from the context.
    fn pass(self, arrival: &Arrival) -> bool {
        let variable = self.any > self.real;
        let raise = if arrival.scarce { SCARCE_RAISE } else { 0 };
        let equals = match arrival.sequence {
            true => SEQUENCES_MIN,
            false => EQUALS_MIN,
        } + if arrival.scarce { SCARCE_EQUALS_RAISE } else { 0 };
        self.real >= 1
            && (arrival.after_equals && self.any >= equals
                || self.numbers >= NUMBERS_MIN + raise
                || variable && self.numbers + self.numbered >= NUMBERS_MIN + raise
                || self.identifiers >= IDENTIFIERS_MIN + raise
                || self.names >= NAMES_MIN + raise
                || variable && self.any >= ANY_BESIDE_VARIABLE_MIN + raise
                || self.any >= ANY_MIN + raise)
    }
}

/// Stands for no further word.
const END: u32 = u32::MAX;

/// A word that has arrived, or one more shape with a word that had.
#[derive(Copy, Clone, Debug)]
struct Seen {
    context: u32,
    word: u32,
    member: u32,
    next: u32,
    kind: WordKind,
    name: bool,
    /// Not only the shape is new but the word.
    is_word: bool,
    /// Not only the word is new but the shape.
    is_member: bool,
}

impl Seen {
    fn new(arrival: &Arrival, member: u32) -> Seen {
        let Arrival { context, word, kind, name, .. } = *arrival;
        Seen { context, word, member, next: END, kind, name, is_word: true, is_member: true }
    }
}

/// What was seen first of one masked key; in halves, so that it takes no room for alignment.
#[derive(Copy, Clone, Debug)]
struct Entry {
    key: [u32; 2],
    seen: Seen,
}

fn halves(key: u64) -> [u32; 2] {
    [key as u32, (key >> 32) as u32]
}

/// All masked keys that wait for their test.
#[derive(Debug, Default)]
pub(super) struct Entries {
    by_key: HashTable<u32>,
    list: Vec<Entry>,
    further: Vec<Seen>,
    /// Numbers of entries, and the first of a chain of further words, that are free.
    free: Vec<u32>,
    free_further: Option<u32>,
    hasher: DefaultHashBuilder,
}

impl Entries {
    /// How many keys wait.
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether a key waits.
    pub(super) fn contains(&self, key: u64) -> bool {
        self.find(key).is_some()
    }

    fn find(&self, key: u64) -> Option<&Entry> {
        let known =
            self.by_key.find(self.hasher.hash_one(key), |at| self.list[*at as usize].key == halves(key));
        known.map(|at| &self.list[*at as usize])
    }

    /// Takes a word of a shape in; whether the key is to be active now.
    pub(super) fn add(&mut self, key: u64, arrival: &Arrival, member: u32) -> bool {
        let Entries { by_key, list, free, hasher, .. } = self;
        let is_it = |at: &u32| list[*at as usize].key == halves(key);
        let rehash = |at: &u32| {
            let [low, high] = list[*at as usize].key;
            hasher.hash_one(u64::from(high) << 32 | u64::from(low))
        };
        let at = match by_key.entry(hasher.hash_one(key), is_it, rehash) {
            Place::Occupied(known) => *known.get() as usize,
            Place::Vacant(vacant) => {
                let entry = Entry { key: halves(key), seen: Seen::new(arrival, member) };
                match free.pop() {
                    Some(at) => {
                        vacant.insert(at);
                        list[at as usize] = entry;
                    }
                    None => {
                        vacant.insert(list.len() as u32);
                        list.push(entry);
                    }
                }
                return false;
            }
        };
        self.add_further(at, arrival, member)
    }

    fn add_further(&mut self, at: usize, arrival: &Arrival, member: u32) -> bool {
        let first = &self.list[at].seen;
        let is_member = self.chain(first).all(|seen| seen.member != member);
        let (counts, is_word) = self.after(first, arrival);
        if !is_member && !is_word {
            return false;
        }
        let seen = Seen { is_word, is_member, ..Seen::new(arrival, member) };
        let number = match self.free_further {
            Some(number) => {
                let free = &mut self.further[number as usize];
                self.free_further = Some(free.next).filter(|next| *next != END);
                *free = seen;
                number
            }
            None => {
                self.further.push(seen);
                self.further.len() as u32 - 1
            }
        };
        // Behind the last, so that they stay in their order.
        let mut last = self.list[at].seen.next;
        if last == END {
            self.list[at].seen.next = number;
        } else {
            while self.further[last as usize].next != END {
                last = self.further[last as usize].next;
            }
            self.further[last as usize].next = number;
        }
        is_word && counts.pass(arrival)
    }

    /// Whether a key would be active with this word.
    pub(super) fn would_pass(&self, key: u64, arrival: &Arrival) -> bool {
        self.find(key).is_some_and(|entry| {
            let (counts, is_word) = self.after(&entry.seen, arrival);
            is_word && counts.pass(arrival)
        })
    }

    /// The shapes that have a masked key.
    pub(super) fn members(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let seen = self.find(key).into_iter().flat_map(|entry| self.chain(&entry.seen));
        seen.filter(|seen| seen.is_member).map(|seen| seen.member)
    }

    /// Forgets a key that waits no more; the shapes that have it.
    pub(super) fn remove(&mut self, key: u64) -> Vec<u32> {
        let members = self.members(key).collect();
        let is_it = |at: &u32| self.list[*at as usize].key == halves(key);
        if let Ok(known) = self.by_key.find_entry(self.hasher.hash_one(key), is_it) {
            let (at, _) = known.remove();
            self.free.push(at);
            let first = self.list[at as usize].seen.next;
            let mut last = first;
            while last != END && self.further[last as usize].next != END {
                last = self.further[last as usize].next;
            }
            if last != END {
                self.further[last as usize].next = self.free_further.unwrap_or(END);
                self.free_further = Some(first);
            }
        }
        members
    }

    /// What was seen of a key, the first word first.
    fn chain<'a>(&'a self, first: &'a Seen) -> impl Iterator<Item = &'a Seen> {
        std::iter::successors(Some(first), |seen| self.further.get(seen.next as usize))
    }

    /// The counts with the word in, and whether that word is a new one.
    fn after(&self, first: &Seen, arrival: &Arrival) -> (Counts, bool) {
        let mut counts = Counts::default();
        for seen in self.chain(first).filter(|seen| seen.is_word && seen.context == arrival.context) {
            if seen.word == arrival.word {
                return (counts, false);
            }
            counts = counts.with(seen.kind, seen.name);
        }
        (counts.with(arrival.kind, arrival.name), true)
    }

    #[cfg(test)]
    /// The words seen in the best filled context of each key.
    pub(super) fn words_seen(&self) -> impl Iterator<Item = usize> + '_ {
        let used = self.by_key.iter().map(|at| &self.list[*at as usize].seen);
        used.map(|first| {
            let words: Vec<&Seen> = self.chain(first).filter(|seen| seen.is_word).collect();
            let of = |context| words.iter().filter(|seen| seen.context == context).count();
            words.iter().map(|seen| of(seen.context)).max().unwrap_or(0)
        })
    }
}

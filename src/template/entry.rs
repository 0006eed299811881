//! What has been seen in the hole of a masked key, until it is decided.
//!
//! An entry holds the distinct words that arrived and counts their kinds. Once
//! the counts pass the test the key is active for ever and the entry is freed,
//! so an entry never holds more than eleven words. The test is monotone: it asks
//! for minima of counts that only grow. Most entries hold one word of one shape,
//! so that case lies inline.

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
    fn with(mut self, arrival: &Arrival) -> Counts {
        let kind = arrival.kind;
        self.any += 1;
        self.names += u8::from(arrival.name);
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

/// What was seen of one masked key.
#[derive(Debug)]
pub(super) struct Entry {
    context: u32,
    word: u32,
    counts: Counts,
    member: u32,
    more: Option<Box<More>>,
}

#[derive(Debug, Default)]
struct More {
    /// Further words of the first context.
    words: Vec<u32>,
    /// Further contexts.
    contexts: Vec<(u32, Counts, Vec<u32>)>,
    /// Further shapes.
    members: Vec<u32>,
}

impl Entry {
    /// An entry for the first shape that has this key.
    pub(super) fn new(arrival: &Arrival, member: u32) -> Entry {
        Entry {
            context: arrival.context,
            word: arrival.word,
            counts: Counts::default().with(arrival),
            member,
            more: None,
        }
    }

    /// Takes a word in; whether the key is to be active now.
    pub(super) fn add(&mut self, arrival: &Arrival, member: u32) -> bool {
        if self.members().all(|known| known != member) {
            self.more.get_or_insert_default().members.push(member);
        }
        let (counts, fresh) = self.after(arrival);
        if !fresh {
            return false;
        }
        if arrival.context == self.context {
            self.counts = counts;
            self.more.get_or_insert_default().words.push(arrival.word);
        } else {
            let contexts = &mut self.more.get_or_insert_default().contexts;
            match contexts.iter_mut().find(|c| c.0 == arrival.context) {
                Some(context) => {
                    context.1 = counts;
                    context.2.push(arrival.word);
                }
                None => contexts.push((arrival.context, counts, vec![arrival.word])),
            }
        }
        counts.pass(arrival)
    }

    /// Whether the key would be active with this word.
    pub(super) fn would_pass(&self, arrival: &Arrival) -> bool {
        let (counts, fresh) = self.after(arrival);
        fresh && counts.pass(arrival)
    }

    /// The counts with the word in, and whether that word is a new one.
    fn after(&self, arrival: &Arrival) -> (Counts, bool) {
        let more = self.more.as_deref();
        let (counts, known) = if arrival.context == self.context {
            let listed = more.is_some_and(|more| more.words.contains(&arrival.word));
            (self.counts, listed || self.word == arrival.word)
        } else {
            let found = more.and_then(|more| more.contexts.iter().find(|c| c.0 == arrival.context));
            found.map_or((Counts::default(), false), |context| (context.1, context.2.contains(&arrival.word)))
        };
        if known { (counts, false) } else { (counts.with(arrival), true) }
    }

    /// The shapes that have this masked key.
    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        let further = self.more.as_deref().map_or(&[][..], |more| &more.members);
        std::iter::once(self.member).chain(further.iter().copied())
    }

    #[cfg(test)]
    /// The words seen in the best filled context.
    pub(super) fn words_seen(&self) -> usize {
        let further = self.more.as_deref().into_iter().flat_map(|m| &m.contexts);
        further.map(|context| context.1.any).chain([self.counts.any]).max().unwrap_or(0) as usize
    }
}

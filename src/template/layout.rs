//! A line laid out along its template: which of its words are constant and which
//! are values.
//!
//! A shape forgets the blanks beside separators and takes neighbouring values for
//! one, so people are better served by the words of a real line: the constant
//! words of the template are looked up in it in order, and whatever stands
//! between two of them is cut into values by the same rules as the shape was.
//! Where the line does not fit, the template's own signs stand.

use crate::shape::values::find_word;
use crate::shape::{Token, bytes, cheap, is_unit, tokens, value_end};

// limits
/// With more values than this in a row they are shown as one.
const VALUES_SHOWN_MAX: usize = 12;

/// A piece of the layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Signs and blanks between words.
    Gap(&'a [u8]),
    /// A word of the template, and where it stands in the line.
    Constant { word: &'a [u8], place: Option<(usize, usize)> },
    /// A value.
    Value(Value),
}

/// One word of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// Where it stands in the line; unknown where the line does not fit.
    pub place: Option<(usize, usize)>,
    /// It says what the number before it counts.
    pub unit: bool,
    /// Which variable of the template: the words since the last constant one count as one.
    pub token: usize,
    /// Which word of it, and of how many.
    pub nth: usize,
    pub of: usize,
}

/// Lays `line` out along the template with the shape `text`. `line` is without its
/// stamp; if it may hold one, `has_stamp` keeps its front from being cut into values.
pub(crate) fn lay_out<'a>(text: &'a [u8], line: &'a [u8], has_stamp: bool) -> Vec<Part<'a>> {
    let tokens: Vec<Token<'_>> = tokens(text).collect();
    let places = places_in(line, &tokens);
    let mut spare = Spare::default();
    let mut parts = Vec::with_capacity(2 * tokens.len() + 2);
    let mut index = 0;
    // Just past the last constant word, if that was found.
    let mut behind = (!has_stamp).then_some(0);
    while index <= tokens.len() {
        let first = index;
        while tokens.get(index).is_some_and(|token| token.kind.is_variable()) {
            index += 1;
        }
        let ahead = match places.get(index) {
            Some(place) => place.map(|place| place.0),
            None => Some(line.len()),
        };
        let end = trailing_gap(text, &tokens);
        let region = behind.zip(ahead).filter(|(from, to)| from <= to);
        let leading = first == 0 && index == 0;
        match region {
            Some(region) if index > first && has_word(&line[region.0..region.1]) => {
                values(line, region, first, &mut spare, &mut parts);
            }
            Some((from, to)) if index == first && !leading && !has_word(&line[from..to]) => {
                parts.push(Part::Gap(&line[from..to]));
            }
            _ => {
                for (token, word) in tokens.iter().enumerate().take(index).skip(first) {
                    parts.push(Part::Gap(word.gap));
                    parts.push(Part::Value(Value { place: None, unit: false, token, nth: 0, of: 0 }));
                }
                let gap = tokens.get(index).map_or(end, |token| token.gap);
                parts.push(Part::Gap(gap));
            }
        }
        if let Some(token) = tokens.get(index) {
            parts.push(Part::Constant { word: token.word, place: places[index] });
            behind = places[index].map(|place| place.1);
        }
        index += 1;
    }
    parts
}

/// The signs behind the last word.
fn trailing_gap<'a>(text: &'a [u8], tokens: &[Token<'_>]) -> &'a [u8] {
    let marked = |token: &Token<'_>| usize::from(token.kind.gives_level());
    let length = |token: &Token<'_>| token.gap.len() + marked(token) + token.word.len();
    &text[tokens.iter().map(length).sum::<usize>()..]
}

fn has_word(bytes: &[u8]) -> bool {
    bytes.iter().any(|&byte| is_word_byte(byte))
}

/// Buffers of [`values`].
#[derive(Default)]
struct Spare {
    key: Vec<u8>,
    places: Vec<usize>,
    words: Vec<(usize, usize)>,
}

/// Cuts `line[from..to]`, where a variable stands, into its words.
fn values<'a>(
    line: &'a [u8],
    (from, to): (usize, usize),
    token: usize,
    spare: &mut Spare,
    parts: &mut Vec<Part<'a>>,
) {
    let Spare { key, places, words } = spare;
    key.clear();
    places.clear();
    words.clear();
    cheap::write_with_places(&line[from..to], key, places);
    places.push(to - from);
    let mut at = 0;
    while at < key.len() {
        if bytes::is(key[at], bytes::BLANK | bytes::SEPARATOR) {
            at += 1;
            continue;
        }
        let stop = bytes::word_end(key, at);
        if !bytes::is_wordy(&key[at..stop]) {
            at = stop;
            continue;
        }
        let end = value_end(key, at, stop).unwrap_or_else(|| bytes::without_dots(key, at, stop));
        // A sign glued to what stands before belongs to the gap: `]-x`.
        let closed = at > 0 && matches!(key[at - 1], b']' | b')' | b'}');
        let signs = if closed { leading_signs(&key[at..end]) } else { 0 };
        words.push((from + places[at + signs], from + places[end]));
        at = end;
    }
    if words.len() > VALUES_SHOWN_MAX {
        let whole = (words[0].0, words[words.len() - 1].1);
        words.clear();
        words.push(whole);
    }
    let mut gap = from;
    for (nth, &(start, end)) in words.iter().enumerate() {
        parts.push(Part::Gap(&line[gap..start]));
        let unit = nth > 0 && is_unit(&line[start..end]);
        parts.push(Part::Value(Value { place: Some((start, end)), unit, token, nth, of: words.len() }));
        gap = end;
    }
    parts.push(Part::Gap(&line[gap..to]));
}

fn leading_signs(word: &[u8]) -> usize {
    word.iter().take_while(|&&b| !bytes::is(b, bytes::WORDY) && b != b'/').count()
}

/// Where each constant word stands in the line, looked up from left to right.
pub(super) fn places_in(line: &[u8], tokens: &[Token<'_>]) -> Vec<Option<(usize, usize)>> {
    let mut from = 0;
    let mut found = |token: &Token<'_>| {
        if token.kind.is_variable() {
            return None;
        }
        let place = find_word(line, from, token.word)?;
        from = place.1;
        Some(place)
    };
    tokens.iter().map(&mut found).collect()
}

/// How much of `text` a `#` stands for: a run of digits, or of hex digits with one
/// among them where no letter of the word follows.
pub(super) fn digits_len(text: &[u8], next: Option<&u8>) -> Option<usize> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let run = text.iter().take_while(|&&b| is_word_byte(b)).count();
    if run > digits && !next.is_some_and(|&b| is_word_byte(b)) {
        let hex = text[..run].iter().all(u8::is_ascii_hexdigit) && text[..run].iter().any(u8::is_ascii_digit);
        return hex.then_some(run);
    }
    (digits > 0).then_some(digits)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

//! A template as people read it: `<*>` for what varies.
//!
//! A shape forgets the blanks beside separators, so the sample line is asked for
//! them: each constant word is looked up in it in order, and the signs around it
//! are shown as they stand there. Where the sample does not fit, the shape's own
//! gaps do.

use super::registry::{Registry, TemplateIx};
use crate::shape::{Token, tokens};

/// What stands for a variable.
const WILDCARD: &str = "<*>";

impl Registry {
    /// The words of a template with `<*>` for its variables, one line.
    pub fn template_text(&self, template: TemplateIx) -> String {
        let text = &self.root(template).text;
        with_gaps_of(text, self.example(template))
    }
}

/// The text of a shape alone.
pub(crate) fn plain(text: &[u8]) -> String {
    with_gaps_of(text, &[])
}

pub(crate) fn with_gaps_of(text: &[u8], example: &[u8]) -> String {
    let tokens: Vec<Token<'_>> = tokens(text).collect();
    let places = places_in(example, &tokens);
    let mut shown = Vec::with_capacity(text.len() * 2);
    for (index, token) in tokens.iter().enumerate() {
        let behind = index
            .checked_sub(1)
            .and_then(|before| places[before])
            .and_then(|place| gap_behind(example, place.1, token.gap));
        let gap = places[index]
            .and_then(|place| gap_ahead(example, place.0, token.gap))
            .or(behind)
            .filter(|_| index > 0);
        push_gap(&mut shown, gap.unwrap_or(token.gap));
        push_word(&mut shown, token);
    }
    let marked = |token: &Token<'_>| usize::from(token.kind.gives_level());
    let length = |token: &Token<'_>| token.gap.len() + marked(token) + token.word.len();
    let end: usize = tokens.iter().map(length).sum();
    let last = places.last().copied().flatten();
    let gap = last.and_then(|place| gap_behind(example, place.1, &text[end..]));
    push_gap(&mut shown, gap.unwrap_or(&text[end..]));
    while shown.last() == Some(&b' ') {
        shown.pop();
    }
    String::from_utf8_lossy(&shown).into_owned()
}

/// Where each constant word stands in the sample, looked up from left to right.
fn places_in(example: &[u8], tokens: &[Token<'_>]) -> Vec<Option<(usize, usize)>> {
    let mut from = 0;
    let mut found = |token: &Token<'_>| {
        if token.kind.is_variable() {
            return None;
        }
        let place = (from..example.len()).find_map(|at| {
            let fresh = at == 0 || !is_word_byte(example[at - 1]);
            let end = fresh.then(|| match_at(example, at, token.word)).flatten()?;
            Some((at, end))
        })?;
        from = place.1;
        Some(place)
    };
    tokens.iter().map(&mut found).collect()
}

/// Where `word` ends in the sample if it stands at `at`; `#` fits a run of letters
/// and digits with a digit in it.
fn match_at(example: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let mut end = at;
    for &byte in word {
        if byte == b'#' && example.get(end) != Some(&b'#') {
            let digits = example[end..].iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            end += digits;
        } else if example.get(end) == Some(&byte) {
            end += 1;
        } else {
            return None;
        }
    }
    let stops = example.get(end).is_none_or(|&b| !is_word_byte(b));
    stops.then_some(end)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// What stands in the sample from `from` on if its signs are those of `gap`.
fn gap_behind<'a>(example: &'a [u8], from: usize, gap: &[u8]) -> Option<&'a [u8]> {
    let mut at = from;
    for sign in gap.iter().filter(|b| !b.is_ascii_whitespace()) {
        at += blanks(example[at..].iter());
        if example.get(at) != Some(sign) {
            return None;
        }
        at += 1;
    }
    at += blanks(example[at..].iter());
    (at > from).then(|| &example[from..at])
}

/// What stands in the sample before `end` if its signs are those of `gap`.
fn gap_ahead<'a>(example: &'a [u8], end: usize, gap: &[u8]) -> Option<&'a [u8]> {
    let mut at = end;
    for sign in gap.iter().rev().filter(|b| !b.is_ascii_whitespace()) {
        at -= blanks(example[..at].iter().rev());
        if at == 0 || example[at - 1] != *sign {
            return None;
        }
        at -= 1;
    }
    at -= blanks(example[..at].iter().rev());
    (at < end).then(|| &example[at..end])
}

fn blanks<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.take_while(|b| b.is_ascii_whitespace()).count()
}

fn push_gap(shown: &mut Vec<u8>, gap: &[u8]) {
    for &byte in gap {
        if !byte.is_ascii_whitespace() {
            shown.push(byte);
        } else if shown.last() != Some(&b' ') {
            shown.push(b' ');
        }
    }
}

fn push_word(shown: &mut Vec<u8>, token: &Token<'_>) {
    if token.kind.is_variable() {
        shown.extend_from_slice(WILDCARD.as_bytes());
        return;
    }
    for &byte in token.word {
        match byte {
            b'#' => shown.extend_from_slice(WILDCARD.as_bytes()),
            0..0x20 | 0x7f => shown.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            _ => shown.push(byte),
        }
    }
}

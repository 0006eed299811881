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
        let ahead = places[index].map(|place| gap_ending_at(example, place.0));
        let behind = index
            .checked_sub(1)
            .and_then(|before| places[before])
            .map(|place| gap_starting_at(example, place.1));
        let fits = |gap: &&[u8]| same_gap(gap, token.gap);
        let leading = index == 0;
        match ahead.filter(fits).or(behind.filter(fits)) {
            Some(gap) if !leading => push_gap(&mut shown, gap),
            _ => shown.extend_from_slice(token.gap),
        }
        push_word(&mut shown, token);
    }
    let marked = |token: &Token<'_>| usize::from(token.kind.gives_level());
    let length = |token: &Token<'_>| token.gap.len() + marked(token) + token.word.len();
    let end: usize = tokens.iter().map(length).sum();
    shown.extend_from_slice(&text[end..]);
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
            let digits = example[end..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
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

fn is_gap_byte(byte: u8) -> bool {
    !is_word_byte(byte)
}

fn gap_ending_at(example: &[u8], end: usize) -> &[u8] {
    let start = example[..end]
        .iter()
        .rposition(|&b| !is_gap_byte(b))
        .map_or(0, |at| at + 1);
    &example[start..end]
}

fn gap_starting_at(example: &[u8], start: usize) -> &[u8] {
    let end = example[start..]
        .iter()
        .position(|&b| !is_gap_byte(b))
        .map_or(example.len(), |at| start + at);
    &example[start..end]
}

/// Whether two gaps differ in blanks only.
fn same_gap(one: &[u8], other: &[u8]) -> bool {
    let signs = |gap: &[u8]| {
        gap.iter()
            .copied()
            .filter(|b| !b.is_ascii_whitespace())
            .collect::<Vec<u8>>()
    };
    signs(one) == signs(other)
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

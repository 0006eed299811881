//! A template as people read it: `<*>` for what varies.

use super::layout::{Part, Value, digits_len, lay_out};
use super::registry::{OVERFLOW, Registry, TemplateIx};
use crate::line::structured::{Format, Seen, Unwrapper};
use crate::shape::{Token, alarm, is_constant_value};

// limits
/// A name has at most so many digits.
const NAME_DIGITS_MAX: usize = 2;

/// What stands for a variable.
const WILDCARD: &str = "<*>";

impl Registry {
    /// The words of a template with `<*>` for its variables, one line.
    pub fn template_text(&self, template: TemplateIx) -> String {
        let text = &self.root(template).text;
        if **text == *OVERFLOW {
            return "(messages that were too many to be told apart)".to_owned();
        }
        along_sample(text, self.example(template))
    }
}

/// A shape's text with the signs of a sample line, which may hold a stamp. Of a
/// structured line those count of the text that it stands for.
pub(crate) fn along_sample(text: &[u8], sample: &[u8]) -> String {
    let mut unwrapper = Unwrapper::new(Format::Auto, alarm::any);
    if !sample.is_empty()
        && unwrapper.concerns(sample)
        && let Seen::Line(inner) = unwrapper.unwrap(sample)
    {
        return render(&lay_out(text, inner.text, true), inner.text, None, |_| false);
    }
    render(&lay_out(text, sample, true), sample, None, |_| false)
}

/// Writes a layout of `line`. Words with digits that `steady` knows never to vary are
/// shown as they are; `stamp` is where a stamp was cut from the line.
pub(super) fn render(
    parts: &[Part<'_>],
    line: &[u8],
    mut stamp: Option<usize>,
    steady: impl Fn((usize, usize)) -> bool,
) -> String {
    let mut shown = Vec::with_capacity(line.len() + 8);
    // The end of the text up to the last wildcard, if only blanks, commas and dots follow it.
    let mut wildcard_end: Option<usize> = None;
    for part in parts {
        let place = match part {
            Part::Gap(_) => None,
            Part::Constant { place, .. } | Part::Value(Value { place, .. }) => *place,
        };
        if stamp.zip(place).is_some_and(|(cut, place)| place.0 >= cut) {
            stamp = None;
            insert_stamp(&mut shown);
        }
        match part {
            Part::Gap(gap) => {
                push_gap(&mut shown, gap);
                if !gap.iter().all(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'.')) {
                    wildcard_end = None;
                }
            }
            Part::Constant { word, place } => {
                wildcard_end = None;
                push_constant(&mut shown, word, place.map(|place| &line[place.0..place.1]), |from, to| {
                    place.is_some_and(|place| steady((place.0 + from, place.0 + to)))
                });
            }
            Part::Value(value) => {
                let plain =
                    |&(start, end): &(usize, usize)| value.unit || is_name(&line[start..end], &line[..start]);
                let kept = value.place.filter(|place| plain(place) && steady(*place));
                if let Some((start, end)) = kept {
                    push_visible(&mut shown, &line[start..end]);
                    wildcard_end = None;
                } else {
                    match wildcard_end {
                        Some(end) if shown.len() > end => shown.truncate(end),
                        _ => shown.extend_from_slice(WILDCARD.as_bytes()),
                    }
                    wildcard_end = Some(shown.len());
                }
            }
        }
    }
    while shown.last() == Some(&b' ') {
        shown.pop();
    }
    if stamp.is_some() {
        insert_stamp(&mut shown);
    }
    String::from_utf8_lossy(&shown).trim_end().to_owned()
}

/// Whether a word may be a name: `eth0`, `SOCKS5`, and right behind `=` one without digits.
fn is_name(word: &[u8], before: &[u8]) -> bool {
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let groups = word.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()).count();
    word.first().is_some_and(|&b| b.is_ascii_alphabetic())
        && word.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_')
        && digits <= NAME_DIGITS_MAX
        && (digits > 0 || before.ends_with(b"="))
        && groups <= 3
        && !is_constant_value(word)
}

/// Puts a wildcard for the stamp in front of the signs that lead to the next word.
fn insert_stamp(shown: &mut Vec<u8>) {
    let word = |&b: &u8| b.is_ascii_alphanumeric() || b >= 0x80 || b == b'>';
    let at = shown.iter().rposition(word).map_or(0, |last| last + 1);
    let rest = shown.split_off(at);
    if at > 0 {
        shown.push(b' ');
    }
    shown.extend_from_slice(WILDCARD.as_bytes());
    shown.push(b' ');
    shown.extend_from_slice(rest.trim_ascii_start());
}

/// Writes a word of the template; runs of digits that never vary as they stand in `seen`.
fn push_constant(
    shown: &mut Vec<u8>,
    word: &[u8],
    seen: Option<&[u8]>,
    steady: impl Fn(usize, usize) -> bool,
) {
    let mut at = 0;
    for (index, &byte) in word.iter().enumerate() {
        let Some(seen) = seen else {
            push_byte(shown, byte);
            continue;
        };
        if byte == b'#' && seen.get(at) != Some(&b'#') {
            let digits = digits_len(&seen[at..], word.get(index + 1)).unwrap_or(0);
            if digits <= NAME_DIGITS_MAX && steady(at, at + digits) {
                shown.extend_from_slice(&seen[at..at + digits]);
            } else {
                shown.extend_from_slice(WILDCARD.as_bytes());
            }
            at += digits;
        } else {
            push_visible(shown, &[byte]);
            at += 1;
        }
    }
}

fn push_byte(shown: &mut Vec<u8>, byte: u8) {
    match byte {
        b'#' => shown.extend_from_slice(WILDCARD.as_bytes()),
        _ => push_visible(shown, &[byte]),
    }
}

fn push_visible(shown: &mut Vec<u8>, word: &[u8]) {
    for &byte in word {
        match byte {
            0..0x20 | 0x7f => shown.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            _ => shown.push(byte),
        }
    }
}

fn push_gap(shown: &mut Vec<u8>, gap: &[u8]) {
    for &byte in gap {
        if !byte.is_ascii_whitespace() {
            shown.push(byte);
        } else if shown.last() != Some(&b' ') && !shown.is_empty() {
            shown.push(b' ');
        }
    }
}

/// A word of a template as people read it.
pub(super) fn shown_word(token: &Token<'_>) -> String {
    let mut shown = Vec::new();
    if token.kind.is_variable() {
        shown.extend_from_slice(WILDCARD.as_bytes());
    } else {
        token.word.iter().for_each(|&byte| push_byte(&mut shown, byte));
    }
    String::from_utf8_lossy(&shown).into_owned()
}

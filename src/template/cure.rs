//! A mask for what explodes, made from the values that were seen.
//!
//! The words around a value are the best description of it, so a mask is what
//! stands before it and a group for the value: its signs and its length. A value
//! that begins with a sign of its own (`sess_…`) needs no more than that. Nothing
//! is suggested that was not tried: on the lines that explode it must leave a
//! few messages, and in other messages it must match nothing. Where it fails:
//! words between other words that vary, too, cannot be told from ordinary ones.

use hashbrown::HashSet;

use super::explosion::Pile;
use crate::id::ShapeId;
use crate::line::filter::{Filter, literal};
use crate::line::stamp;
use crate::shape::{Scratch, Shape, alarm, canonical, cheap};

// limits
/// Values that say what values look like, at least.
const VALUES_MIN: usize = 8;
/// Words of one length that are so long are counted, not just taken.
const COUNTED_MIN: usize = 5;
/// A word before the value that is shorter needs another one before it.
const LEAD_BYTES_MIN: usize = 3;
/// Messages that may be left of the lines that explode (1/n, and one).
const LEFT_PART: usize = 64;

/// The flags that would cure the explosion beside the masks there are, if some would.
pub(super) fn of(pile: &Pile<'_>, others: &[&[u8]], there: &Filter) -> Option<String> {
    let mut masks: Vec<(String, String)> = Vec::new();
    for &place in &pile.places {
        let Some(pattern) = pattern(pile, place, others) else { continue };
        if masks.iter().all(|(_, known)| *known != pattern) {
            masks.push((name(pile, place, &masks), pattern));
        }
    }
    let cures = !masks.is_empty() && left(pile, &masks, there)? <= pile.shapes.len() / LEFT_PART + 1;
    let flag = |(name, pattern): &(String, String)| format!("--mask {name}={}", quoted(pattern));
    cures.then(|| masks.iter().map(flag).collect::<Vec<_>>().join(" "))
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What people may call the value: the word before it, if that is a name.
fn name(pile: &Pile<'_>, place: usize, taken: &[(String, String)]) -> String {
    let before = pile.word_before(place).and_then(|word| std::str::from_utf8(word).ok());
    let fits = |word: &&str| word.len() >= 2 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    let name = before.filter(fits).unwrap_or("id").to_lowercase();
    match taken.iter().filter(|(known, _)| known.starts_with(&name)).count() {
        0 => name,
        more => format!("{name}{}", more + 1),
    }
}

/// A regular expression for the value at `place`: the shortest that leaves other
/// messages alone.
fn pattern(pile: &Pile<'_>, place: usize, others: &[&[u8]]) -> Option<String> {
    let values = pile.values(place);
    if values.len() < VALUES_MIN {
        return None;
    }
    let prefix = common_prefix(&values);
    let rest: Vec<&[u8]> = values.iter().map(|value| &value[prefix.len()..]).collect();
    let value = value_pattern(&rest)?;
    let prefix = text(prefix)?;
    let around = |lead: &str, trail: &str| {
        let lead = format!("{lead}{prefix}");
        let edge = if lead.is_empty() || lead.starts_with(is_word) { r"\b" } else { "" };
        format!("{edge}{}({value}){}", literal(&lead), literal(trail))
    };
    let lead = |words: usize| {
        let from = place.checked_sub(words)?;
        Some(around(text(pile.lead(from, place)?)?, ""))
    };
    let trail = || Some(around("", text(pile.trail(place)?)?));
    let short = pile.word_before(place).is_none_or(|word| word.len() < LEAD_BYTES_MIN);
    let own = (!prefix.is_empty()).then(|| around("", ""));
    let one = if short { None } else { lead(1) };
    let alone = format!(r"\b({value})");
    let choices = [own, one, lead(2), lead(3), lead(1), trail(), Some(alone)];
    choices.into_iter().flatten().find(|pattern| leaves_alone(pattern, others))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What all values begin with, up to a sign that ends a part of a name: `sess_`.
fn common_prefix<'a>(values: &[&'a [u8]]) -> &'a [u8] {
    let first = values[0];
    let shared = |value: &&[u8]| first.iter().zip(*value).take_while(|(a, b)| a == b).count();
    let shared = values.iter().map(shared).min().unwrap_or(0);
    let end = first[..shared].iter().rposition(|byte| !byte.is_ascii_alphanumeric());
    end.filter(|&end| end > 0).map_or(&first[..0], |end| &first[..=end])
}

/// The signs of the values and their number.
fn value_pattern(values: &[&[u8]]) -> Option<String> {
    let bytes = || values.iter().flat_map(|value| value.iter().copied());
    if values.iter().any(|value| value.is_empty()) || !bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(r"\S+".to_owned());
    }
    let letters = |upper: bool, hex_only: bool| {
        bytes().any(|b| b.is_ascii_alphabetic() && b.is_ascii_uppercase() == upper)
            && (!hex_only || bytes().all(|b| !b.is_ascii_alphabetic() || b.is_ascii_hexdigit()))
    };
    let class_of = |upper: bool, all: &str, hex: &str| match (letters(upper, false), letters(upper, true)) {
        (false, _) => String::new(),
        (true, false) => all.to_owned(),
        (true, true) => hex.to_owned(),
    };
    // Digits are harmless: a rule of its own takes them for values.
    let mut class = class_of(true, "A-Z", "A-F") + &class_of(false, "a-z", "a-f") + "0-9";
    let mut signs: Vec<u8> = bytes().filter(|byte| !byte.is_ascii_alphanumeric()).collect();
    signs.sort_unstable();
    signs.dedup();
    for sign in signs {
        class += &literal(char::from(sign).encode_utf8(&mut [0; 4]));
    }
    let (least, most) = (values.iter().map(|v| v.len()).min()?, values.iter().map(|v| v.len()).max()?);
    let is_word_end = values.iter().all(|value| value.last().is_some_and(|b| b.is_ascii_alphanumeric()));
    Some(match least == most && least >= COUNTED_MIN {
        true if is_word_end => format!(r"[{class}]{{{least}}}\b"),
        true => format!("[{class}]{{{least}}}"),
        false => format!("[{class}]+"),
    })
}

/// Whether a mask changes no word of alarm and none of the other messages.
fn leaves_alone(pattern: &str, others: &[&[u8]]) -> bool {
    let Ok(mut filter) = Filter::default().with_mask("tried", pattern) else { return false };
    if alarm::stems().any(|stem| filter.mask(stem.as_bytes()).is_some()) {
        return false;
    }
    let mut shaper = Shaper::default();
    others.iter().all(|line| {
        let text = message(line);
        // What is a value already may be masked: the message stays the same.
        filter.mask(text).is_none_or(|masked| shaper.shape_of(masked) == shaper.shape_of(text))
    })
}

/// How many messages the lines that explode are with the masks.
fn left(pile: &Pile<'_>, masks: &[(String, String)], there: &Filter) -> Option<usize> {
    let mut filter = there.clone();
    for (name, pattern) in masks {
        filter = filter.with_mask(name, pattern).ok()?;
    }
    let mut shaper = Shaper::default();
    let mut found = HashSet::new();
    for laid in &pile.shapes {
        let text = message(laid.example);
        found.insert(shaper.shape_of(filter.mask(text).unwrap_or(text)));
    }
    Some(found.len())
}

#[derive(Default)]
struct Shaper {
    key: Vec<u8>,
    scratch: Scratch,
    shape: Shape,
}

impl Shaper {
    fn shape_of(&mut self, text: &[u8]) -> ShapeId {
        self.key.clear();
        cheap::write(text, &mut self.key);
        canonical(&self.key, false, &mut self.scratch, &mut self.shape);
        self.shape.id()
    }
}

/// What stands behind the stamp.
fn message(line: &[u8]) -> &[u8] {
    stamp::find(line).map_or(line, |stamp| &line[stamp.end..])
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_say_what_they_look_like() {
        let check = |values: &[&str], expected: &str| {
            let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
            assert_eq!(value_pattern(&values).as_deref(), Some(expected), "{values:?}");
        };
        check(&["kJhQxZbN", "abcdefgh"], r"[A-Za-z0-9]{8}\b");
        check(&["anna", "bob"], "[a-z0-9]+");
        check(&["deadbeef", "cafecafe"], r"[a-f0-9]{8}\b");
        check(&["AB-x.y", "-q"], r"[A-Za-z0-9\-\.]+");
        check(&["grün", "x"], r"\S+");
        assert_eq!(common_prefix(&[b"sess_ab", b"sess_ac"]), b"sess_");
        assert_eq!(common_prefix(&[b"abc", b"abd"]), b"");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn no_word_of_alarm_is_masked() {
        assert!(!leaves_alone(r"\b([a-z0-9]{9}\b)", &[]));
        assert!(!leaves_alone("(session)", &[b"2026-03-02T12:00:00Z a session ends"]));
        assert!(leaves_alone(r"session ([a-z]+)", &[b"2026-03-02T12:00:00Z a session"]));
    }
}

//! Runs of variables become one variable.
//!
//! `1, 2, 3` and `1, 2` say the same, so do `12 ms` and `12 s`, `5 (4)` and `5`.
//! The rules:
//! * variable, gap of `, : ; - | . + /` and blanks only, variable → variable
//! * variable, blank, word of a unit → variable
//! * variable, `(`, variable, `)` → variable; variable, `()` → variable
//!
//! Stage 2 masks words and collapses again, and its answers must not depend on
//! which word it masks first. That holds because every rule removes something,
//! still applies when any of its words has become a variable, and only needs
//! what it removes: so the end is the same in whatever order rules and masks come.
//! One pass with a stack reaches it.

use super::VARIABLE;
use super::bytes::{BLANK, SEPARATOR, is};
use super::tokens::Piece;

/// Reused between calls, so that a warm call does not allocate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stack(Vec<Item>);

#[derive(Clone, Copy, Debug)]
struct Item {
    gap_start: u32,
    gap_end: u32,
    variable: bool,
}

/// Writes `text` with the words that `masked` names as variables, collapsed.
/// Gives the number of words left that are no variables.
#[inline]
pub(crate) fn collapse(
    text: &[u8],
    pieces: &[Piece],
    masked: impl Fn(usize) -> bool,
    stack: &mut Stack,
    out: &mut Vec<u8>,
) -> usize {
    let items = &mut stack.0;
    items.clear();
    for (index, piece) in pieces.iter().enumerate() {
        let variable = piece.kind.is_variable() || masked(index);
        let item = Item { gap_start: piece.end, gap_end: piece.gap_end, variable };
        match items.last_mut() {
            Some(top) if top.variable && swallows(text, *top, piece, variable) => {
                top.gap_start = item.gap_start;
                top.gap_end = item.gap_end;
                reduce(text, items);
            }
            _ => {
                items.push(item);
                if variable {
                    reduce(text, items);
                }
            }
        }
    }
    write(text, pieces, items, out)
}

/// The same where `text` is collapsed already and one word is masked: what is far from it stays
/// as it is. Gives the number of words that are no more, variables apart.
pub(crate) fn collapse_one(text: &[u8], pieces: &[Piece], at: usize, out: &mut Vec<u8>) -> usize {
    let item = |piece: &Piece| Item {
        gap_start: piece.end,
        gap_end: piece.gap_end,
        variable: piece.kind.is_variable(),
    };
    // The variable and the words that are part of it by now.
    let mut whole = Item { variable: true, ..item(&pieces[at]) };
    let (mut first, mut end) = (at, at + 1);
    if let Some(before) = at.checked_sub(1).map(|before| item(&pieces[before]))
        && before.variable
        && swallows(text, before, &pieces[at], true)
    {
        first -= 1;
    }
    loop {
        while let Some(merged) = reduced(text, whole, first.checked_sub(1).map(|at| item(&pieces[at]))) {
            first -= usize::from(merged.1);
            whole = merged.0;
        }
        let Some(next) = pieces.get(end) else { break };
        let own = item(next);
        if swallows(text, whole, next, own.variable) {
            (whole.gap_start, whole.gap_end) = (own.gap_start, own.gap_end);
        } else if own.variable
            && let Some((merged, true)) = reduced(text, own, Some(whole))
        {
            whole = merged;
        } else {
            // What follows has a neighbour that it always had.
            break;
        }
        end += 1;
    }
    out.extend_from_slice(&text[..pieces[first].start as usize]);
    out.push(VARIABLE);
    if whole.gap_start == whole.gap_end && end < pieces.len() {
        out.push(b' ');
    }
    out.extend_from_slice(&text[whole.gap_start as usize..]);
    pieces[first..end].iter().filter(|piece| !piece.kind.is_variable()).count()
}

/// Whether the variable `top` takes the next word in.
fn swallows(text: &[u8], top: Item, next: &Piece, variable: bool) -> bool {
    let gap = &text[top.gap_start as usize..top.gap_end as usize];
    if variable {
        gap.iter().all(|b| matches!(b, b',' | b':' | b';' | b'-' | b'|' | b'.' | b'+' | b'/' | b' '))
    } else {
        next.kind.is_unit() && matches!(gap, b" " | b"")
    }
}

/// Applies the rules of the brackets to the last variable until none applies.
fn reduce(text: &[u8], items: &mut Vec<Item>) {
    while let [.., top] = items[..] {
        let before = items.len().checked_sub(2).map(|at| items[at]);
        let Some((merged, with_before)) = reduced(text, top, before) else { return };
        if with_before {
            items.pop();
        }
        if let Some(last) = items.last_mut() {
            *last = merged;
        }
    }
}

/// What becomes of a variable by the first rule of the brackets that applies, and whether it is
/// one with the item before it.
fn reduced(text: &[u8], top: Item, before: Option<Item>) -> Option<(Item, bool)> {
    let gap = &text[top.gap_start as usize..top.gap_end as usize];
    if gap.starts_with(b"()") && stands_off(&gap[2..]) {
        return Some((Item { gap_start: top.gap_start + 2, ..top }, false));
    }
    let encloses =
        |before: Item| before.variable && &text[before.gap_start as usize..before.gap_end as usize] == b"(";
    let closes = gap.starts_with(b")") && stands_off(&gap[1..]) && before.is_some_and(encloses);
    closes.then(|| (Item { gap_start: top.gap_start + 1, ..top }, true))
}

/// Whether a gap with this rest may follow a word: a sign other than a separator
/// or a dot would become part of the word.
fn stands_off(rest: &[u8]) -> bool {
    let behind_dots = rest.iter().find(|&&b| b != b'.');
    behind_dots.is_none_or(|&b| is(b, BLANK | SEPARATOR))
}

/// Writes the items; a gap always reaches to the word of the next item, so what stands side by side in `text` is copied in one go.
fn write(text: &[u8], pieces: &[Piece], items: &[Item], out: &mut Vec<u8>) -> usize {
    let Some(first) = pieces.first() else {
        out.extend_from_slice(text);
        return 0;
    };
    let mut constants = 0;
    let mut copied = 0;
    let mut reached = first.start as usize;
    for (index, item) in items.iter().enumerate() {
        if item.variable {
            out.extend_from_slice(&text[copied..reached]);
            out.push(VARIABLE);
            copied = item.gap_start as usize;
        } else {
            constants += 1;
        }
        reached = item.gap_end as usize;
        if item.gap_start == item.gap_end && index + 1 < items.len() {
            out.extend_from_slice(&text[copied..reached]);
            out.push(b' ');
            copied = reached;
        }
    }
    out.extend_from_slice(&text[copied..reached]);
    constants
}

/// Units of measure, in lower case.
const UNITS: &[&[u8]] = &[
    b"kb",
    b"mb",
    b"gb",
    b"tb",
    b"pb",
    b"kib",
    b"mib",
    b"gib",
    b"tib",
    b"byte",
    b"bytes",
    b"kbytes",
    b"mbytes",
    b"bit",
    b"bits",
    b"bps",
    b"kbps",
    b"mbps",
    b"gbps",
    b"ns",
    b"us",
    b"ms",
    b"nsec",
    b"usec",
    b"msec",
    b"sec",
    b"nsecs",
    b"usecs",
    b"msecs",
    b"secs",
    b"second",
    b"seconds",
    b"millis",
    b"millisecond",
    b"milliseconds",
    b"microsecond",
    b"microseconds",
    b"nanosecond",
    b"nanoseconds",
    b"min",
    b"mins",
    b"minute",
    b"minutes",
    b"hr",
    b"hrs",
    b"hour",
    b"hours",
    b"day",
    b"days",
    b"week",
    b"weeks",
    b"hz",
    b"khz",
    b"mhz",
    b"ghz",
    b"percent",
    b"am",
    b"pm",
    b"utc",
    b"gmt",
    b"est",
    b"edt",
    b"cst",
    b"cdt",
    b"pst",
    b"pdt",
    b"cet",
    b"cest",
];

/// By first letter: the lengths of the units, as bits.
static UNIT_LENGTHS: [u16; 32] = {
    let mut lengths = [0; 32];
    let mut at = 0;
    while at < UNITS.len() {
        lengths[UNITS[at][0] as usize & 31] |= 1 << UNITS[at].len();
        at += 1;
    }
    lengths
};

/// Words that say what a number counts, and nothing else.
pub(crate) fn is_unit(word: &[u8]) -> bool {
    if let [letter] = word {
        return matches!(letter, b's' | b'm' | b'h' | b'd' | b'B' | b'%');
    }
    let Some(first) = word.first() else { return false };
    if word.len() > 12 || UNIT_LENGTHS[*first as usize & 31] >> word.len() & 1 == 0 {
        return false;
    }
    let mut lower = [0; 12];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    UNITS.contains(&&lower[..word.len()])
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{group_quotes, parse};
    use super::*;

    #[test]
    fn one_word_is_masked_as_all_would_be_looked_at() {
        let words =
            ["x", "\u{1}", "ms", "at", "(", ")", "()", " ", " ", ":", ", ", "=", "\"", ".", "[", "] "];
        let (mut stack, mut seed, mut compared) = (Stack::default(), 1_u64, 0);
        for _ in 0..20_000 {
            let mut text = Vec::new();
            for _ in 0..14 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.extend_from_slice(words[(seed >> 33) as usize % words.len()].as_bytes());
            }
            let (mut pieces, mut whole) = (Vec::new(), Vec::new());
            parse(&text, &mut pieces);
            group_quotes(&text, &mut pieces);
            let constants = collapse(&text, &pieces, |_| false, &mut stack, &mut whole);
            if whole != text {
                continue;
            }
            for at in (0..pieces.len()).filter(|at| !pieces[*at].kind.is_variable()) {
                let (mut all, mut one) = (Vec::new(), Vec::new());
                let left = collapse(&text, &pieces, |index| index == at, &mut stack, &mut all);
                let gone = collapse_one(&text, &pieces, at, &mut one);
                assert_eq!((&one, constants - gone), (&all, left), "{:?}", String::from_utf8_lossy(&text));
                compared += 1;
            }
        }
        assert!(compared > 5_000, "{compared}");
    }
}

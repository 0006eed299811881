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
    loop {
        let Some(&top) = items.last() else { return };
        let gap = &text[top.gap_start as usize..top.gap_end as usize];
        let count = items.len();
        if gap.starts_with(b"()") && stands_off(&gap[2..]) {
            items[count - 1].gap_start += 2;
        } else if gap.starts_with(b")") && stands_off(&gap[1..]) && count > 1 && {
            let before = items[count - 2];
            before.variable && &text[before.gap_start as usize..before.gap_end as usize] == b"("
        } {
            items.pop();
            let outer = &mut items[count - 2];
            outer.gap_start = top.gap_start + 1;
            outer.gap_end = top.gap_end;
        } else {
            return;
        }
    }
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

//! Words of alarm: what a message says when something has gone wrong.
//!
//! Stage 2 never masks such a word, and a new message that holds one is always
//! shown. The list is part of what makes an id, so a change of it is a new
//! version of the tokenizer. It holds ordinary English words for failure and no
//! product's own. A word counts where it begins a piece of a word: at the front,
//! behind `_ - . $` and such, and at humps (`NullPointerException`), in any
//! case. Such places are looked at only, and a table of the first three letters
//! tells nearly all of them apart. A word that holds digits never is one: it is a
//! name.

use super::bytes::{BLANK, Classes, SEPARATOR, UPPER, is};
use super::tokens::Piece;
use super::{LEVEL_MARK, TAIL_MARK};

/// Stems: any ending makes them a word of alarm (`fail`, `failed`, `failure`).
const STEMS: &[&str] = &[
    "abnormal",
    "abort",
    "assert",
    "attack",
    "backoff",
    "backtrace",
    "breach",
    "broken",
    "catastroph",
    "collision",
    "compromis",
    "conflict",
    "corrupt",
    "crash",
    "critical",
    "damage",
    "deadlock",
    "defect",
    "degrad",
    "denied",
    "deny",
    "denial",
    "disconnect",
    "emergenc",
    "errno",
    "error",
    "evict",
    "exceed",
    "exception",
    "exhaust",
    "expired",
    "fail",
    "fatal",
    "faulted",
    "faulty",
    "forbid",
    "forbidden",
    "hijack",
    "illegal",
    "inaccessib",
    "inconsisten",
    "incorrect",
    "insufficient",
    "interrupted",
    "intrusion",
    "invalid",
    "kill",
    "leak",
    "malfunction",
    "malform",
    "malicious",
    "mismatch",
    "misconfigur",
    "outage",
    "overflow",
    "overheat",
    "overload",
    "overrun",
    "panic",
    "refus",
    "reject",
    "reset",
    "segfault",
    "segv",
    "severe",
    "sigabrt",
    "sigbus",
    "sigkill",
    "sigsegv",
    "starv",
    "suspicious",
    "threw",
    "throttl",
    "timeout",
    "timedout",
    "traceback",
    "truncat",
    "unable",
    "unauthenticat",
    "unauthor",
    "unavailab",
    "uncaught",
    "underflow",
    "underrun",
    "unexpected",
    "unhandled",
    "unhealthy",
    "unreachab",
    "unreadab",
    "unrecoverab",
    "unresolv",
    "unresponsive",
    "unsafe",
    "unsuccessful",
    "unstable",
    "violat",
    "vulnerab",
];

/// Whole pieces only: as a stem they would begin harmless words, too.
const WHOLE: &[&str] = &[
    "alert",
    "bad",
    "blocked",
    "bug",
    "cannot",
    "crit",
    "dead",
    "died",
    "dies",
    "down",
    "dropped",
    "dying",
    "emerg",
    "err",
    "errs",
    "fault",
    "faults",
    "hang",
    "hangs",
    "hung",
    "loss",
    "lost",
    "missing",
    "notfound",
    "offline",
    "oom",
    "oomkill",
    "oomkilled",
    "oops",
    "problem",
    "problems",
    "stale",
    "stall",
    "stalled",
    "stuck",
    "timed",
    "undefined",
    "wrong",
];

/// By the first two letters of the words: a set of their third letters.
static THIRDS: [u32; 26 * 26] = thirds();

const fn thirds() -> [u32; 26 * 26] {
    let mut table = [0; 26 * 26];
    let lists = [STEMS, WHOLE];
    let mut at = 0;
    while at < STEMS.len() + WHOLE.len() {
        let word = if at < STEMS.len() { lists[0][at] } else { lists[1][at - STEMS.len()] };
        let [a, b, c, ..] = word.as_bytes() else { panic!("a word of alarm has three letters or more") };
        table[(*a - b'a') as usize * 26 + (*b - b'a') as usize] |= 1 << (*c - b'a');
        at += 1;
    }
    table
}

/// Whether a word of alarm may start `text`, by its first three letters.
#[inline]
fn may_start(text: &[u8]) -> bool {
    let &[a, b, c, ..] = text else { return false };
    let number = |letter: u8| usize::from((letter | 0x20).wrapping_sub(b'a'));
    let (a, b, c) = (number(a), number(b), number(c));
    a < 26 && b < 26 && c < 26 && THIRDS[a * 26 + b] >> c & 1 != 0
}

/// Whether a word of alarm stands at `at`, where a piece begins.
#[inline]
fn stands_at(text: &[u8], at: usize) -> bool {
    may_start(&text[at..]) && is_listed(text, at)
}

fn is_listed(text: &[u8], at: usize) -> bool {
    let third = text[at + 2].to_ascii_lowercase();
    let starts = |word: &&&str| {
        let word = word.as_bytes();
        let front = text[at..].get(..word.len());
        word[2] == third && front.is_some_and(|front| front.eq_ignore_ascii_case(word))
    };
    let letter = usize::from(text[at].to_ascii_lowercase() - b'a');
    under(STEMS, &STEM_LETTERS, letter).iter().any(|word| starts(&word))
        || under(WHOLE, &WHOLE_LETTERS, letter)
            .iter()
            .filter(starts)
            .any(|word| ends_piece(text, at + word.len()))
}

/// The words of a list that begin with a letter.
fn under<'a>(list: &'a [&'a str], letters: &[u8; 27], letter: usize) -> &'a [&'a str] {
    &list[usize::from(letters[letter])..usize::from(letters[letter + 1])]
}

static STEM_LETTERS: [u8; 27] = letters(STEMS);
static WHOLE_LETTERS: [u8; 27] = letters(WHOLE);

/// By letter: how many words of the list begin with an earlier one.
const fn letters(list: &[&str]) -> [u8; 27] {
    let mut starts = [0; 27];
    let mut at = 0;
    while at < list.len() {
        let letter = (list[at].as_bytes()[0] - b'a') as usize;
        assert!(at == 0 || list[at - 1].as_bytes()[0] <= list[at].as_bytes()[0], "sorted by letter");
        let mut later = letter + 1;
        while later < starts.len() {
            starts[later] = at as u8 + 1;
            later += 1;
        }
        at += 1;
    }
    starts
}

/// Calls `found` with the place of each word of alarm, in order, until it says `false`.
fn each(text: &[u8], mut found: impl FnMut(usize) -> bool) {
    let mut in_letters = false;
    for (at, &byte) in text.iter().enumerate() {
        let after_letter = std::mem::replace(&mut in_letters, byte.is_ascii_alphabetic());
        let may_begin = in_letters && (!after_letter || byte.is_ascii_uppercase());
        if may_begin && stands_at(text, at) && begins_piece(text, at) && !holds_digits(text, at) && !found(at)
        {
            return;
        }
    }
}

/// Whether a word of alarm is in this one word, which holds no digits.
#[inline]
pub(super) fn in_word(word: &[u8], classes: Classes) -> bool {
    // Letters alone without a hump are one piece.
    if classes.all_letters() && !classes.any_is(UPPER) {
        return stands_at(word, 0);
    }
    let mut seen = false;
    each(word, |_| {
        seen = true;
        false
    });
    seen
}

/// Whether a word of alarm is anywhere in the text of a shape.
pub fn any(text: &[u8]) -> bool {
    let mut seen = tail_alarm(text);
    if !seen {
        each(text, |_| {
            seen = true;
            false
        });
    }
    seen
}

/// Marks the words of alarm among the pieces of `text`.
pub(crate) fn mark(text: &[u8], pieces: &mut [Piece]) {
    let mut index = 0;
    each(text, |start| {
        while index < pieces.len() && (pieces[index].end as usize) <= start {
            index += 1;
        }
        if let Some(piece) = pieces.get_mut(index)
            && piece.start as usize <= start
        {
            piece.kind = piece.kind.with_alarm();
        }
        index < pieces.len()
    });
}

fn tail_alarm(text: &[u8]) -> bool {
    let tail = text.len().saturating_sub(18);
    text[tail..].starts_with(&[TAIL_MARK, b'!'])
}

/// At a word's front, behind a sign, or at a hump.
fn begins_piece(text: &[u8], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|i| text.get(i)) else {
        return true;
    };
    if !before.is_ascii_alphabetic() {
        return before < 0x80;
    }
    let hump = text[at].is_ascii_uppercase();
    let next_is_lower = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    hump && (before.is_ascii_lowercase() || next_is_lower)
}

fn ends_piece(text: &[u8], end: usize) -> bool {
    let Some(&next) = text.get(end) else {
        return true;
    };
    if !next.is_ascii_alphabetic() {
        return next < 0x80;
    }
    next.is_ascii_uppercase() && text[end - 1].is_ascii_lowercase()
}

/// Whether the word around `at` holds a run of digits.
fn holds_digits(text: &[u8], at: usize) -> bool {
    let in_word = |&&byte: &&u8| !is(byte, BLANK | SEPARATOR) && byte != LEVEL_MARK;
    let digit = |&byte: &u8| byte == b'#';
    text[..at].iter().rev().take_while(in_word).any(digit) || text[at..].iter().take_while(in_word).any(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        assert_eq!(any(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn failure_is_heard_in_any_case_and_form() {
        for text in [
            "it failed",
            "FAILURE",
            "NullPointerException",
            "IOException: x",
            "connection_refused",
            "getFailCount",
            "java.net.TimeoutException",
            "oom",
            "OOMKilled",
            "a-lost-b",
            "ERR",
            "x.err.y",
            "timed out",
            "is dead",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn harmless_words_are_left_alone() {
        for text in [
            "default",
            "derror",
            "terror",
            "glossy",
            "room",
            "boom",
            "lostfound",
            "skill",
            "errand",
            "badge",
            "error#",
            "fail-#",
            "deadline",
            "hangar",
            "standup",
            "downloads",
            "started ok",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn letters_of_other_scripts_belong_to_the_word() {
        check("\u{e9}error", false);
        check("oom\u{e9}", false);
    }
}

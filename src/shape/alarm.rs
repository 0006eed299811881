//! Words of alarm: what a message says when something has gone wrong.
//!
//! Stage 2 never masks such a word, and a new message that holds one is always
//! shown. The list is part of what makes an id, so a change of it is a new
//! version of the tokenizer. It holds ordinary English words for failure and no
//! product's own. A word counts where it begins a piece of a word: at the front,
//! behind `_ - . $` and such, and at humps (`NullPointerException`). One pass of
//! aho-corasick finds them all, any case; words no piece of which begins with the
//! letters of one are not even searched. A word that holds digits never is one: it
//! is a name.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, Input, MatchKind};

use super::bytes::{BLANK, SEPARATOR, is};
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
    "smash",
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
    "bad",
    "blocked",
    "cannot",
    "crit",
    "dead",
    "died",
    "dies",
    "dropped",
    "dying",
    "emerg",
    "err",
    "errs",
    "fault",
    "faults",
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
    "stale",
    "stall",
    "stalled",
    "stuck",
    "timed",
    "undefined",
    "wrong",
];

/// Whole words only: inside a compound they name things (`TouchDown`, `alertmanager-main`).
const ALONE: &[&str] = &["alert", "alerts", "bug", "down", "hang", "hangs", "problem", "problems"];

struct Words {
    search: AhoCorasick,
}

/// The beginnings of all words of alarm.
pub(crate) fn stems() -> impl Iterator<Item = &'static str> {
    STEMS.iter().chain(WHOLE).copied()
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let search = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(STEMS.iter().chain(WHOLE).chain(ALONE))
        .expect("a few hundred short words fit an automaton");
    Words { search }
});

/// Bits by three letters, any case: those that a word of alarm begins with.
static BEGINNINGS: [u64; BEGINNING_BITS / 64] = {
    let mut bits = [0; BEGINNING_BITS / 64];
    let mut list = 0;
    while list < 3 {
        let words = [STEMS, WHOLE, ALONE][list];
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_bytes();
            let hash = beginning(word[0], word[1], word[2]);
            bits[hash / 64] |= 1 << (hash % 64);
            at += 1;
        }
        list += 1;
    }
    bits
};
const BEGINNING_BITS: usize = 1 << 15;

const fn beginning(one: u8, two: u8, three: u8) -> usize {
    // Of an ASCII letter the low five bits are the same in any case.
    (one as usize & 31) << 10 | (two as usize & 31) << 5 | three as usize & 31
}

/// Whether a word of alarm may be in a word; if not, there is none. Most words are done with here.
fn may_be_in(word: &[u8]) -> bool {
    let begins = |letters: &[u8]| {
        let hash = beginning(letters[0], letters[1], letters[2]);
        BEGINNINGS[hash / 64] >> (hash % 64) & 1 == 1
    };
    let mut before = b' ';
    word.windows(3).any(|letters| {
        let may_begin = !before.is_ascii_alphabetic() || letters[0].is_ascii_uppercase();
        before = letters[0];
        may_begin && begins(letters)
    })
}

/// Calls `found` with the place of each word of alarm until it says `false`.
fn each(text: &[u8], mut found: impl FnMut(usize) -> bool) {
    let mut digits = Digits::default();
    for hit in WORDS.search.find_overlapping_iter(Input::new(text)) {
        let (start, end) = (hit.start(), hit.end());
        let index = hit.pattern().as_usize();
        let fits = if index < STEMS.len() {
            begins_piece(text, start)
        } else if index < STEMS.len() + WHOLE.len() {
            begins_piece(text, start) && ends_piece(text, end)
        } else {
            stands_alone(text, start, end)
        };
        if fits && !digits.around(text, start) && !found(start) {
            return;
        }
    }
}

/// Whether a word of alarm is in this one word, which holds no digits.
pub(super) fn in_word(word: &[u8]) -> bool {
    let mut seen = false;
    if may_be_in(word) {
        each(word, |_| {
            seen = true;
            false
        });
    }
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

/// Whether a word is nothing else; the mark of a level and dots at its end aside.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let ends = |&byte: &u8| is(byte, BLANK | SEPARATOR) || matches!(byte, LEVEL_MARK | b'!' | b'?');
    let behind = text[end..].iter().find(|&&b| b != b'.');
    text[..start].last().is_none_or(ends) && behind.is_none_or(ends)
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

/// A word and whether it holds a run of digits: words of alarm that stand in one ask once.
#[derive(Default)]
struct Digits {
    from: usize,
    to: usize,
    held: bool,
}

impl Digits {
    /// Whether the word around `at` holds a run of digits.
    fn around(&mut self, text: &[u8], at: usize) -> bool {
        if !(self.from..self.to).contains(&at) {
            let outside = |&byte: &u8| is(byte, BLANK | SEPARATOR) || byte == LEVEL_MARK;
            self.from = text[..at].iter().rposition(outside).map_or(0, |sign| sign + 1);
            self.to = text[at..].iter().position(outside).map_or(text.len(), |length| at + length);
            self.held = text[self.from..self.to].contains(&b'#');
        }
        self.held
    }
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
            "node is down",
            "ALERT: disk",
            "a problem.",
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
            "onTouchDown",
            "com.example.SecurityAlert.daily",
            "alertmanager-main",
            "down.sh",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn no_word_of_alarm_is_passed_over_by_its_beginning() {
        for word in STEMS.iter().chain(WHOLE).chain(ALONE) {
            let hump = format!("a{}{}", word[..1].to_uppercase(), &word[1..]);
            for text in [word.to_string(), word.to_uppercase(), format!("x-{word}"), hump] {
                assert!(may_be_in(text.as_bytes()), "{text}");
            }
            assert!(in_word(word.as_bytes()), "{word}");
        }
        assert!(!may_be_in(b"session") && !may_be_in(b"terror"));
    }

    #[test]
    fn letters_of_other_scripts_belong_to_the_word() {
        check("\u{e9}error", false);
        check("oom\u{e9}", false);
    }
}

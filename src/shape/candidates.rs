//! Which words of a line may carry one of few values: a status, an exit code, a state.
//!
//! Masking makes `status 500` and `status 200` one message, and so it should be; but the value
//! may be the news. So some words are looked at a second time. Which ones is a function of the
//! cheap key alone, as the shape is: all lines of one key have the same candidates in the same
//! places, and only what stands there is read off each line.
//!
//! A candidate is an integer, or a word with one run of letters and digits (`ORA-600`,
//! `9/KILL`), or a word that is a value by its meaning (`true`, `root`). Never: numbers with a
//! unit, decimals, hex, addresses, paths, dates and times, and what names a process, a thread,
//! a port or a size: those are different after every restart, and say nothing.

use super::bytes::{BLANK, LETTER, MARK, UPPER, is, word_end};
use super::cheap::write_with_places;
use super::request::Values;
use super::route::Asked;
use super::words::Words;
use super::{Scratch, header};
use memchr::memchr;

// limits
/// Candidates of a line that are looked at.
pub(crate) const CANDIDATES_MAX: usize = 8;
/// More candidates than a slot's id tells apart count as so many.
const COUNT_MAX: usize = 0xff;
/// A longer value counts as [`LONG`].
pub(crate) const VALUE_BYTES_MAX: usize = 24;
/// A longer integer counts as [`LONG`], unless it has a sign.
pub(crate) const INTEGER_DIGITS_MAX: usize = 5;
/// What all values stand for that are longer than one of few is.
pub(crate) const LONG: &[u8] = b"long";
/// Numbers of a line that may be what was answered.
pub(crate) const ANSWERS_MAX: usize = 2;
/// With more words than this inside double quotes a quotation is one value.
const QUOTED_WORDS_MAX: usize = 5;
/// No unit is longer, nor a month.
const UNIT_BYTES_MAX: usize = 12;
/// Words before a value that are looked at to tell what it is.
const HINT_BYTES_MAX: usize = 24;

const NUMBER: u8 = 1;

/// A word of a cheap key that is a value or holds digits, and may be one of few.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub start: u32,
    pub end: u32,
    /// By [`is_name`], else by [`is_code`].
    pub is_name: bool,
}

/// A word of a line that may carry one of few values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// Around a run of letters and digits that holds a digit.
    Run {
        /// Which of these runs behind the stamp.
        run: u16,
        /// Bytes of the word before the run.
        back: u8,
        /// And behind it.
        ahead: u8,
    },
    /// The same word in all lines of the key.
    Word {
        /// Its place in the key.
        start: u32,
        /// Its end.
        end: u32,
    },
}

/// The candidates of one cheap key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Candidates {
    list: [Option<Candidate>; CANDIDATES_MAX],
    /// Where they stand in the key.
    spans: [(u32, u32); CANDIDATES_MAX],
    /// Where the text behind the stamp begins in the key.
    cut: usize,
    /// How many the line has; those beyond the bound are not listed.
    pub count: usize,
    /// What was asked for, in a line that tells of a request.
    pub asked: Option<Asked>,
    /// Which of the listed may be what was answered: the number right behind the request, or the
    /// first ones of a line that has none there.
    pub answers: u8,
}

impl Candidates {
    /// The candidates of a cheap key. `cut`: where the text behind the stamp begins in it.
    /// `scratch`: with what the shape's rules found in the key.
    pub(crate) fn of(key: &[u8], cut: usize, scratch: &mut Scratch) -> Candidates {
        let Scratch { values, words, runs, request, is_quoted, .. } = scratch;
        let mut found = Candidates { cut, asked: Asked::of(key, *request), ..Candidates::default() };
        let mut is_certain = false;
        let size = Values::size_of(key, *request);
        let mut run = 0;
        let seen = if *is_quoted { 0 } else { key.len() };
        let mut quotes = Quotes { seen, hidden_to: 0 };
        for &Found { start, end, is_name } in &*values {
            let (start, end) = (start as usize, end as usize);
            if start < cut || start == cut && cut > 0 && is_alnum(key[cut - 1]) || quotes.hide(key, start) {
                continue;
            }
            let word = &key[start..end];
            if Some(start) == size || !is_told(key, start, end, words) {
                continue;
            }
            let candidate = if is_name {
                Some(Candidate::Word { start: start as u32, end: end as u32 })
            } else {
                run += runs[run..].iter().take_while(|&&at| (at as usize) < start).count();
                around(word, run as u16)
            };
            if let Some(candidate) = candidate {
                if let Some(place) = found.list.get_mut(found.count) {
                    *place = Some(candidate);
                    found.spans[found.count] = (start as u32, end as u32);
                    if word == [NUMBER] && !is_certain {
                        is_certain = found.asked.is_some_and(|asked| asked.answer == start);
                        found.add_answer(is_certain);
                    }
                }
                found.count = (found.count + 1).min(COUNT_MAX);
            }
        }
        found
    }

    /// The number that is next may be an answer.
    fn add_answer(&mut self, is_certain: bool) {
        if self.asked.is_none() {
            return;
        }
        if is_certain {
            self.answers = 1 << self.count;
        } else if (self.answers.count_ones() as usize) < ANSWERS_MAX {
            self.answers |= 1 << self.count;
        }
    }

    /// Those that are looked at, from left to right.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Candidate> + '_ {
        self.list.iter().map_while(|candidate| *candidate)
    }

    /// Where they stand in a line of the key, of which `text` is what stands behind the stamp.
    pub(crate) fn places(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let (mut key, mut places) = (Vec::new(), Vec::new());
        write_with_places(text, &mut key, &mut places);
        let place = |at: u32| places.get(at as usize - self.cut).copied().unwrap_or(text.len());
        let listed = &self.spans[..self.count.min(CANDIDATES_MAX)];
        listed.iter().map(|&(start, end)| (place(start), place(end))).collect()
    }
}

/// Whether a value is longer than one of few is.
pub(crate) fn is_long(value: &[u8]) -> bool {
    value.len() > VALUE_BYTES_MAX || value.len() > INTEGER_DIGITS_MAX && value.iter().all(u8::is_ascii_digit)
}

/// Quotations so long that they are one value, from left to right.
struct Quotes {
    /// Up to here quotation marks were looked at.
    seen: usize,
    /// The last long one ends here.
    hidden_to: usize,
}

impl Quotes {
    /// Whether `at` lies in a long one.
    fn hide(&mut self, key: &[u8], at: usize) -> bool {
        while self.seen < at {
            let Some(quote) = memchr(b'"', &key[self.seen..at]).map(|offset| self.seen + offset) else {
                break;
            };
            let end = memchr(b'"', &key[quote + 1..]).map_or(key.len(), |length| quote + 1 + length);
            let words = key[quote + 1..end].split(|&b| is(b, BLANK)).filter(|word| !word.is_empty()).count();
            if words > QUOTED_WORDS_MAX {
                self.hidden_to = end;
            }
            self.seen = (end + 1).min(key.len());
        }
        at < self.hidden_to
    }
}

/// Whether a word without digits that is a value may be one of few: `true`, `root`, a user's name.
pub(super) fn is_name(word: &[u8]) -> bool {
    let fits = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_');
    word.len() <= VALUE_BYTES_MAX && word.iter().all(fits) && word.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a word is an integer, or letters and digits that may be a code.
pub(super) fn is_code(word: &[u8]) -> bool {
    let digits = match word {
        [b'-' | b'+', rest @ ..] => rest,
        _ => word,
    };
    if digits == [NUMBER] {
        return true;
    }
    let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, 1 | 3 | b'-' | b'_' | b'/' | b'#');
    word.len() <= VALUE_BYTES_MAX
        && word.iter().all(fits)
        && !word.starts_with(b"/")
        && word.iter().filter(|&&b| b == b'/').count() <= 1
        && runs(word) == 1
        && !is_measure(word)
}

/// A number and its unit: `15ms`, `4KB`, `3rd`, in a line or its cheap key.
pub(super) fn is_measure(word: &[u8]) -> bool {
    let is_number = |b: u8| is(b, MARK) || b.is_ascii_digit() || matches!(b, b'-' | b'+');
    let digits = word.iter().take_while(|&&b| is_number(b)).count();
    let letters = word.len() - digits;
    digits > 0 && (1..=3).contains(&letters) && word[digits..].iter().all(u8::is_ascii_alphabetic)
}

/// Runs of letters and digits that hold a digit.
fn runs(word: &[u8]) -> usize {
    let is_run = |run: &&[u8]| run.iter().any(|&b| is(b, MARK));
    word.split(|&b| !is_alnum(b)).filter(is_run).count()
}

/// Of a cheap key, which has no digits.
#[inline]
fn is_alnum(byte: u8) -> bool {
    byte < 0x80 && is(byte, LETTER | MARK)
}

/// The candidate around the one run of a word, the `run`-th of its line.
fn around(word: &[u8], run: u16) -> Option<Candidate> {
    let mark = word.iter().position(|&b| is(b, MARK))?;
    let back = word[..mark].iter().rposition(|&b| !is_alnum(b)).map_or(0, |at| at + 1);
    let ahead =
        word[mark..].iter().position(|&b| !is_alnum(b)).map_or(0, |length| word.len() - mark - length);
    Some(Candidate::Run { run, back: u8::try_from(back).ok()?, ahead: u8::try_from(ahead).ok()? })
}

/// Whether what stands around a value says nothing against it.
fn is_told(key: &[u8], start: usize, end: usize, words: &mut Words) -> bool {
    let before = &key[..start];
    let after = &key[end..];
    // A time, an address with its port, a place in a file.
    if let [head @ .., b':'] = before
        && head.last().is_some_and(|&b| is(b, MARK))
    {
        return false;
    }
    if matches!(after, [b':', next, ..] if is(*next, MARK)) {
        return false;
    }
    if matches!(after.first(), Some(b'%')) {
        return false;
    }
    let blanks = after.iter().take_while(|&&b| is(b, BLANK)).count();
    let next_end = word_end(key, end + blanks);
    if (1..=UNIT_BYTES_MAX).contains(&(next_end - end - blanks)) {
        let next = words.verdict(key, end + blanks, next_end);
        if blanks > 0 && next.is_unit() || next.is_date() {
            return false;
        }
    }
    let (from, to) = hint(before);
    let hint = words.hint(key, from, to);
    if hint.is_date {
        return false;
    }
    // `sshd[7]`: a program and its process.
    let tagged = before.ends_with(b"[") && before.len() > 1 && is_alnum(before[before.len() - 2]);
    if tagged && after.starts_with(b"]") && key[start..end] == [NUMBER] {
        return hint.says_code;
    }
    !hint.is_passing
}

/// What the word before a value says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hint {
    is_date: bool,
    says_code: bool,
    is_passing: bool,
}

impl Hint {
    pub(super) fn of(name: &[u8]) -> Hint {
        let says_code = says_code(name);
        Hint { is_date: header::is_date_name(name), says_code, is_passing: !says_code && is_passing(name) }
    }
}

/// The place of the word before a value.
fn hint(before: &[u8]) -> (usize, usize) {
    let end = before.iter().rposition(|&b| is_alnum(b)).map_or(0, |at| at + 1);
    if before.len() - end > 3 {
        return (0, 0);
    }
    let from =
        before[..end].iter().rposition(|&b| !is_alnum(b) && b != b'_' && b != b'-').map_or(0, |at| at + 1);
    (from.max(end.saturating_sub(HINT_BYTES_MAX)), end)
}

/// Whether a name's last part is one of `names`, in any case: `exitCode`, `exit_code`, `CODE`.
fn ends_in(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|last| {
        let Some(at) = name.len().checked_sub(last.len()) else { return false };
        let begins =
            at == 0 || !name[at - 1].is_ascii_alphabetic() || is(name[at], UPPER) && !is(name[at - 1], UPPER);
        begins && name[at..].eq_ignore_ascii_case(last.as_bytes())
    })
}

/// Whether a name, the word before a value, says that it is a code.
pub(crate) fn says_code(name: &[u8]) -> bool {
    const CODES: &[&str] = &[
        "sqlstate", "state", "code", "errno", "err", "error", "status", "exit", "exited", "reason", "signal",
        "rc", "ret", "retval", "result", "returned", "http", "response", "severity", "level", "phase",
        "health", "event", "protocol", "cipher", "eventid", "event_id",
    ];
    ends_in(name, CODES)
}

/// Names of what is another one after every restart, or simply how much of something there is; a
/// name that says that it is a code is none of them.
fn is_passing(name: &[u8]) -> bool {
    const PASSING: &[&str] = &[
        "pid",
        "ppid",
        "tid",
        "tgid",
        "port",
        "ports",
        "size",
        "len",
        "length",
        "bytes",
        "line",
        "offset",
        "seq",
        "sequence",
        "epoch",
        "time",
        "duration",
        "took",
        "elapsed",
        "latency",
        "timestamp",
        "id",
        "ids",
        "fd",
        "thread",
        "age",
        "ttl",
        "took",
        "count",
        "total",
        "index",
        "idx",
        "pos",
        "position",
        "column",
        "col",
    ];
    ends_in(name, PASSING)
}

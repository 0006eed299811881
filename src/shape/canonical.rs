//! The journey from a cheap key to the text of a shape.
//!
//! Words are cut off one by one, judged and written down with canonical gaps;
//! then runs of variables are collapsed. What it costs: about a microsecond a
//! line, paid only when a worker's cache misses. Nothing is allocated once the
//! buffers are warm.

use std::cmp::Ordering;

use memchr::memchr;
use xxhash_rust::xxh3::xxh3_64;

use super::bytes::{BLANK, SEPARATOR, WORDY, is, is_wordy, without_dots, word_end};
use super::candidates::Found;
use super::collapse::{Stack, collapse};
use super::secret::Announced;
use super::tokens::{Kind, Piece, after_equals, kind_of};
use super::words::{Verdict, Words};
use super::{
    LEVEL_MARK, Shape, TAIL_MARK, VARIABLE, WORDS_MAX, alarm, cheap, generated, header, mask, request, secret,
};
use crate::line::level::{self, Level, Place};

/// A letter stands for a level after at most so many variables.
const LETTER_VARIABLES_MAX: usize = 2;

/// Buffers of [`canonical`], one set a worker.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    text: Vec<u8>,
    pieces: Vec<Piece>,
    stack: Stack,
    /// The words that were values or held digits and may be candidates, in order; values that are
    /// no single word, such as requests and secrets, are left out.
    pub(super) values: Vec<Found>,
    /// Where in the cheap key the runs with digits begin behind the stamp.
    pub(super) runs: Vec<u32>,
    /// Whether the cheap key has double quotes, and the first request line in it.
    pub(super) is_quoted: bool,
    pub(super) request: Option<request::Line>,
    pub(super) words: Words,
}

impl Scratch {
    /// Appends the cheap key of `text`, which stands behind the stamp, and notes its runs.
    pub(crate) fn write_key_behind(&mut self, text: &[u8], key: &mut Vec<u8>) {
        self.runs.clear();
        cheap::write_with_runs(text, key, &mut self.runs);
    }
}

/// Where in the cheap key the work stands.
struct Cut<'a> {
    key: &'a [u8],
    /// The host that a syslog stamp is followed by; empty if there is none worth knowing.
    host: &'a [u8],
    /// Start of the gap before the next word.
    gap_start: usize,
    /// The word before, or a value that is more than a word.
    before: &'a [u8],
    /// What the word before announces.
    announced: Announced,
    level: Level,
    /// A word of alarm was among the words.
    alarm: bool,
}

/// Writes the shape of a line, given its cheap key, to `out`.
///
/// `host_follows` says that the first word is the host of a syslog line.
pub fn canonical(cheap: &[u8], host_follows: bool, scratch: &mut Scratch, out: &mut Shape) {
    canonical_with_host(cheap, host_follows.then_some(0), scratch, out);
}

/// As [`canonical`], for a stamp that words stood before: the host is the first
/// word at or behind `host_at`, a place in the cheap key.
pub fn canonical_with_host(cheap: &[u8], host_at: Option<usize>, scratch: &mut Scratch, out: &mut Shape) {
    scratch.text.clear();
    scratch.pieces.clear();
    scratch.values.clear();
    let mut cut = Cut {
        key: cheap,
        host: &[],
        gap_start: 0,
        before: &[],
        announced: Announced::Nothing,
        level: Level::None,
        alarm: false,
    };
    let mut at = 0;
    if let Some(level) = level::klog(cheap) {
        cut.level = level;
        push_word(scratch, &[LEVEL_MARK, cheap[0]]);
        scratch.text.push(b' ');
        push_word(scratch, &[VARIABLE]);
        cut.gap_start = 2;
        at = 2;
    }
    let mut host_at = host_at.unwrap_or(usize::MAX);
    scratch.is_quoted = memchr(b'"', cheap).is_some();
    scratch.request = scratch.is_quoted.then(|| request::first_line(cheap)).flatten();
    let mut values = request::Values::of(cheap, scratch.request);
    while at < cheap.len() {
        if let Some(end) = values.end_at(at) {
            at = take_value(&mut cut, at, end, scratch);
        } else if is(cheap[at], BLANK | SEPARATOR) {
            at += 1;
        } else if at >= host_at && is_wordy(&cheap[at..blank_from(cheap, at)]) {
            at = skip_host(&mut cut, at);
            host_at = usize::MAX;
        } else if scratch.pieces.len() < WORDS_MAX {
            at = take_word(&mut cut, at, scratch);
        } else {
            take_tail(&mut cut, at, scratch);
            at = cheap.len();
        }
    }
    let last = scratch.pieces.is_empty();
    push_gap(&cheap[cut.gap_start..], last, true, &mut scratch.text);
    close_gaps(scratch);
    out.text.clear();
    let Scratch { text, pieces, stack, .. } = scratch;
    collapse(text, pieces, |_| false, stack, &mut out.text);
    out.level = cut.level;
    out.alarm = cut.alarm;
}

/// Cuts the host at `start` off. A program's tag (`su:`, `sshd[7]:`) where a host
/// is missing stays.
fn skip_host(cut: &mut Cut<'_>, start: usize) -> usize {
    let end = blank_from(cut.key, start);
    let host = &cut.key[start..end];
    if host.ends_with(b":") || host.contains(&b'[') {
        return start;
    }
    cut.gap_start = end;
    cut.host = host;
    end
}

/// The first blank from `from` on.
fn blank_from(key: &[u8], from: usize) -> usize {
    let blank = key[from..].iter().position(|&b| is(b, BLANK));
    blank.map_or(key.len(), |length| from + length)
}

/// Whether `word` is the line's host or a part of it around `/` and `@`.
fn is_host(host: &[u8], word: &[u8]) -> bool {
    let telling = |name: &[u8]| name.iter().any(|b| matches!(b, 1..=3 | b'-' | b'.'));
    let joint = |b: &u8| matches!(b, b'/' | b'@');
    match word.len().cmp(&host.len()) {
        Ordering::Less => telling(word) && host.split(joint).any(|part| part == word),
        Ordering::Equal => host == word && telling(word),
        Ordering::Greater => false,
    }
}

/// Writes what lies between `start` and `end` as one value; where the next word may start.
fn take_value(cut: &mut Cut<'_>, start: usize, end: usize, scratch: &mut Scratch) -> usize {
    push_gap(&cut.key[cut.gap_start..start], scratch.pieces.is_empty(), false, &mut scratch.text);
    push_value(cut, start, end, scratch)
}

/// Writes a value that is more than a word, its gap is written; where the next word may start.
fn push_value(cut: &mut Cut<'_>, start: usize, end: usize, scratch: &mut Scratch) -> usize {
    push_variable(scratch);
    cut.gap_start = end;
    cut.before = &cut.key[start..end];
    cut.announced = secret::announced(cut.before);
    end
}

/// Judges the word at `start` and writes it; where the next one may start.
fn take_word(cut: &mut Cut<'_>, start: usize, scratch: &mut Scratch) -> usize {
    let key = cut.key;
    let stop = word_end(key, start);
    if !is(key[start], WORDY) && !is_wordy(&key[start..stop]) {
        return stop;
    }
    let gap = &key[cut.gap_start..start];
    if gap == b" " && !scratch.pieces.is_empty() {
        // Most words are behind a blank, and what else a gap may say is not asked.
        scratch.text.push(b' ');
    } else if let Some(end) = take_gap(cut, start, stop, scratch) {
        return push_value(cut, start, end, scratch);
    }
    let is_announced = cut.announced != Announced::Nothing;
    let value = is_announced.then(|| secret::value_end(key, start, gap, cut.announced)).flatten();
    if let Some(end) = value.or_else(|| mask::long_value_end(key, start, stop)) {
        return push_value(cut, start, end, scratch);
    }
    let end = without_dots(key, start, stop);
    let verdict = scratch.words.verdict(key, start, end);
    write_word(cut, (start, end), verdict, scratch);
    (cut.gap_start, cut.before, cut.announced) = (end, &key[start..end], verdict.announced());
    end
}

/// Writes the gap before the word between `start` and `stop`; where the name of a thread ends, if
/// one begins there.
fn take_gap(cut: &Cut<'_>, start: usize, stop: usize, scratch: &mut Scratch) -> Option<usize> {
    let gap = &cut.key[cut.gap_start..start];
    if is_empty_value(gap) && cut.key.get(stop) == Some(&b'=') {
        scratch.text.extend_from_slice(b"= ");
    } else {
        push_gap(gap, scratch.pieces.is_empty(), false, &mut scratch.text);
    }
    let opens = |piece: &Piece| piece.kind.is_variable() || piece.kind.gives_level();
    if !gap.ends_with(b"[") || !scratch.pieces.iter().all(opens) {
        return None;
    }
    header::thread_end(cut.key, start)
}

/// Writes the word between `start` and `end`, as what it is in its place.
fn write_word(cut: &mut Cut<'_>, (start, end): (usize, usize), verdict: Verdict, scratch: &mut Scratch) {
    let (word, after, gap) = (&cut.key[start..end], &cut.key[end..], &cut.key[cut.gap_start..start]);
    let level = match cut.level {
        Level::None if verdict.spells_level() || word.len() == 1 => {
            let place = Place { index: scratch.pieces.len(), gap, before: cut.before, after };
            level_at(word, place, &scratch.pieces)
        }
        _ => None,
    };
    if let Some(level) = level {
        cut.level = level;
        cut.alarm = cut.alarm || verdict.is_alarm();
        push_level(scratch, word);
    } else if verdict.is_generated() && !after_equals(gap) {
        push_generated(scratch, word);
    } else if verdict.is_generated()
        || verdict.is_named() && is_host(cut.host, word)
        || verdict.is_date() && header::is_date_word(word, cut.before, after)
    {
        push_variable(scratch);
    } else if verdict.is_value()
        || verdict.is_value_behind_equals() && after_equals(gap)
        || verdict.is_value_before_port() && after.starts_with(b":\x01")
    {
        push_found(scratch, (start, end), verdict);
        push_variable(scratch);
    } else {
        cut.alarm = cut.alarm || verdict.is_alarm();
        let at = scratch.text.len();
        if verdict.has_digits() {
            push_found(scratch, (start, end), verdict);
            push_runs(word, &mut scratch.text);
        } else {
            scratch.text.extend_from_slice(word);
        }
        push_kind(scratch, at, verdict.kind());
    }
}

/// Notes a word with a value, if it may be one of few.
fn push_found(scratch: &mut Scratch, (start, end): (usize, usize), verdict: Verdict) {
    if verdict.is_name() || verdict.is_code() {
        let (start, end, is_name) = (start as u32, end as u32, verdict.is_name());
        scratch.values.push(Found { start, end, is_name });
    }
}

/// Whether a key without a value may stand before this gap: `user= host=a`. Then
/// its blank stays, or the next key would be the value.
fn is_empty_value(gap: &[u8]) -> bool {
    matches!(gap, [b'=', blanks @ ..] if !blanks.is_empty() && blanks.iter().all(|&b| is(b, BLANK)))
}

fn level_at(word: &[u8], place: Place<'_>, pieces: &[Piece]) -> Option<Level> {
    if let [letter] = word {
        let variables =
            pieces.len() <= LETTER_VARIABLES_MAX && pieces.iter().all(|piece| piece.kind.is_variable());
        return level::letter(*letter).filter(|_| variables && level::tag_follows(place.after));
    }
    level::at_place(word, place)
}

/// The words past the bound, as one: their hash.
fn take_tail(cut: &mut Cut<'_>, start: usize, scratch: &mut Scratch) {
    push_gap(&cut.key[cut.gap_start..start], false, false, &mut scratch.text);
    let tail = &cut.key[start..];
    let at = scratch.text.len();
    scratch.text.push(TAIL_MARK);
    if alarm::any(tail) {
        scratch.text.push(b'!');
    }
    let hash = xxh3_64(tail);
    for nibble in (0..16).rev() {
        let digit = (hash >> (nibble * 4)) as usize & 15;
        scratch.text.push(b"0123456789abcdef"[digit]);
    }
    cut.alarm = cut.alarm || alarm::any(&scratch.text[at..]);
    push_piece(scratch, at);
    cut.gap_start = cut.key.len();
}

fn push_variable(scratch: &mut Scratch) {
    let at = scratch.text.len();
    scratch.text.push(VARIABLE);
    push_kind(scratch, at, Kind::VARIABLE);
}

fn push_word(scratch: &mut Scratch, word: &[u8]) {
    let at = scratch.text.len();
    scratch.text.extend_from_slice(word);
    push_piece(scratch, at);
}

/// Writes a word that holds a generated name: of each the word a person gave it,
/// and `#` for its random parts.
fn push_generated(scratch: &mut Scratch, word: &[u8]) {
    let at = scratch.text.len();
    for name in generated::names(word) {
        let stem = generated::stem_len(name);
        push_runs(&name[..stem.unwrap_or(name.len())], &mut scratch.text);
        if stem.is_some() {
            scratch.text.extend_from_slice(b"-#-#");
        }
        scratch.text.push(b'/');
    }
    scratch.text.pop();
    push_piece(scratch, at);
}

fn push_level(scratch: &mut Scratch, word: &[u8]) {
    let at = scratch.text.len();
    scratch.text.push(LEVEL_MARK);
    scratch.text.extend_from_slice(word);
    push_piece(scratch, at);
}

/// Writes a word that stays and holds digits, each run of digits as `#`; a mixed
/// run that is all hex is one `#` as well, since the cheap key sees some of those
/// as numbers.
fn push_runs(word: &[u8], text: &mut Vec<u8>) {
    let mut rest = word;
    while let Some(&byte) = rest.first() {
        let run = rest.iter().position(|b| !b.is_ascii_alphabetic() && *b > 3).unwrap_or(rest.len());
        if run == 0 {
            text.push(byte);
            rest = &rest[1..];
            continue;
        }
        push_run(&rest[..run], text);
        rest = &rest[run..];
    }
}

fn push_run(run: &[u8], text: &mut Vec<u8>) {
    let marked = run.iter().any(|&b| b < 4);
    if marked && run.iter().all(|&b| b < 4 || b.is_ascii_hexdigit()) {
        text.push(b'#');
        return;
    }
    text.extend(run.iter().map(|&b| if b < 4 { b'#' } else { b }));
}

fn push_piece(scratch: &mut Scratch, start: usize) {
    let kind = kind_of(&scratch.text[start..]);
    push_kind(scratch, start, kind);
}

fn push_kind(scratch: &mut Scratch, start: usize, kind: Kind) {
    let end = scratch.text.len() as u32;
    scratch.pieces.push(Piece { start: start as u32, end, gap_end: end, kind });
}

/// The gap behind a word ends where the next word starts.
fn close_gaps(scratch: &mut Scratch) {
    let mut next = scratch.text.len() as u32;
    for piece in scratch.pieces.iter_mut().rev() {
        piece.gap_end = next;
        next = piece.start;
    }
}

/// Writes a gap: separators without blanks; if other signs are in it, runs of
/// blanks become one, else a sign would be glued to a word; blanks alone become one.
fn push_gap(gap: &[u8], leading: bool, trailing: bool, text: &mut Vec<u8>) {
    if gap == b" " && !leading && !trailing {
        text.push(b' ');
        return;
    }
    if let [sign] | [sign, b' '] = gap
        && is(*sign, SEPARATOR)
    {
        text.push(*sign);
        return;
    }
    let start = text.len();
    if gap.iter().all(|&b| is(b, BLANK | SEPARATOR)) {
        text.extend(gap.iter().filter(|&&b| !is(b, BLANK)));
        if text.len() == start && !leading && !trailing {
            text.push(b' ');
        }
        return;
    }
    let mut blank = leading;
    for &byte in gap {
        if !is(byte, BLANK) {
            text.push(byte);
            blank = false;
        } else if !blank {
            text.push(b' ');
            blank = true;
        }
    }
    if trailing && text.ends_with(b" ") {
        text.pop();
    }
}

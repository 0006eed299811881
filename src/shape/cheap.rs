//! The cheap key: the hot identity of a line.
//!
//! Two lines that differ only inside runs of digits, or in words that are values
//! by themselves, have one cheap key, and the canonical shape is a pure function
//! of it; so a worker hashes the key, probes its private cache, and runs the slow
//! rules on a miss only.
//!
//! The trick: the key is never written on the hot path. [`hash`] walks from
//! run to run over bitmaps of digits and letters, 64 bytes at a time, mixes
//! the text between two digit-bearing runs as it stands, and one mark for a run. [`write()`]
//! spells the same key out for the canonical rules. Where it is slow: lines
//! made of many short digit-bearing runs. Property tests hold that equal keys
//! have equal hashes and the other way round.

mod opaque;
mod runs;

use crate::line::remembered::KEEP;
use memchr::memchr3;
use opaque::Opaque;
pub use runs::Runs;
use wide::i8x16;

/// A run of digits only.
pub const NUMBER: u8 = 0x01;
/// Six or more hex digits, a digit and a letter among them, or any after `0x`.
pub const HEX: u8 = 0x02;
/// A run of digits inside a word with letters.
pub const MARK: u8 = 0x03;
/// What a raw byte 0x01..=0x03 of the input becomes.
const REPLACED: u8 = 0x04;

/// The shortest run that counts as hex.
const HEX_RUN_MIN: usize = 6;

const ALNUM: u8 = 1;
const DIGIT: u8 = 2;
const HEX_DIGIT: u8 = 4;

const CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphanumeric() {
            table[byte] |= ALNUM;
        }
        if b.is_ascii_digit() {
            table[byte] |= DIGIT;
        }
        if b.is_ascii_hexdigit() {
            table[byte] |= HEX_DIGIT;
        }
        byte += 1;
    }
    table
};

fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// What an alphanumeric run with a digit in it turns into.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Run {
    Number,
    Hex,
    Opaque(Opaque),
    Mixed,
}

/// `0x` and at least one hex digit, whatever its length.
fn is_prefixed_hex(run: &[u8]) -> bool {
    run.len() > 2 && has_hex_prefix(run) && run[2..].iter().all(u8::is_ascii_hexdigit)
}

const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
const ZEROS: u64 = 0x3030_3030_3030_3030;
/// Added to a byte below 128 it sets the high bit unless the byte is under 10.
const UNDER_TEN: u64 = 0x7676_7676_7676_7676;

/// High bit of each byte of `word` that is an ASCII digit.
fn digits_in(word: u64) -> u64 {
    let shifted = word ^ ZEROS;
    !((shifted & LOW_BITS).wrapping_add(UNDER_TEN) | shifted) & HIGH_BITS
}

fn load(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes were cut"))
}

/// The place of the first digit at or after `from`.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at + 8 <= bytes.len() {
        let found = digits_in(load(bytes, at));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    bytes[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset)
}

/// The alphanumeric run around the digit at `digit`: start, end and kind.
/// Bytes before `floor` belong to an earlier run.
fn run_around(bytes: &[u8], floor: usize, digit: usize) -> (usize, usize, Run) {
    let mut start = digit;
    while start > floor && class(bytes[start - 1]) & ALNUM != 0 {
        start -= 1;
    }
    let mut end = digit;
    let mut all = DIGIT | HEX_DIGIT;
    while end < bytes.len() {
        let kind = class(bytes[end]);
        if kind & ALNUM == 0 {
            break;
        }
        all &= kind;
        end += 1;
    }
    for &byte in &bytes[start..digit] {
        all &= class(byte);
    }
    let run = if all & DIGIT != 0 {
        Run::Number
    } else if all & HEX_DIGIT != 0 && end - start >= HEX_RUN_MIN || is_prefixed_hex(&bytes[start..end]) {
        Run::Hex
    } else {
        Opaque::of(bytes, start, end).map_or(Run::Mixed, Run::Opaque)
    };
    (start, end, run)
}

/// What a worker mixes into its keys, so that nobody can craft two messages
/// that share one. It never changes a result.
#[derive(Copy, Clone, Debug)]
pub struct Seed {
    start: u64,
    low: u64,
    high: u64,
    step: u64,
}

const ODD_A: u64 = 0x9e37_79b9_7f4a_7c15;
const ODD_B: u64 = 0xd6e8_feb8_6659_fd93;

impl Seed {
    /// Spreads one random number.
    pub fn new(random: u64) -> Seed {
        let low = fold(random ^ ODD_A, ODD_B);
        let high = fold(low ^ ODD_B, ODD_A);
        Seed { start: random, low, high, step: fold(high ^ ODD_A, ODD_B) | 1 }
    }

    /// The hash of nothing; `variant` tells keys apart that are spelled alike.
    pub fn start(&self, variant: u64) -> u64 {
        self.start ^ variant.wrapping_mul(ODD_A)
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// Keeps the first `n` bytes of a pair.
const KEEP_PAIR: [(u64, u64); PAIR] = {
    let mut table = [(0, 0); PAIR];
    let mut n = 0;
    while n < PAIR {
        table[n] = if n <= 8 { (KEEP[n], 0) } else { (u64::MAX, KEEP[n - 8]) };
        n += 1;
    }
    table
};

/// Up to eight bytes from `at` as a number, the rest zero.
fn word(bytes: &[u8], at: usize, length: usize) -> u64 {
    let text = bytes.get(at..at + length).unwrap_or_default();
    text.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The bytes of a stretch that are mixed at once.
const PAIR: usize = 16;

/// Makes a single byte that is zero count.
const SINGLE: u64 = 1 << 8;

/// A key on its way into its hash.
///
/// The stretches of text between two runs are mixed each by itself and are the terms of a
/// polynomial, so that none waits for the one before. A single byte between numbers, as in an
/// address, a time or a fraction, waits for the next stretch: such runs are half of all.
#[derive(Copy, Clone)]
struct Mixer<'a> {
    seed: &'a Seed,
    bytes: &'a [u8],
    hash: u64,
    /// The single bytes since the last stretch.
    single: u64,
    /// Text from here on has not been mixed yet.
    text: usize,
}

impl Mixer<'_> {
    /// Takes in the run at `start..end`, which becomes `mark`, and the text before it.
    #[inline(always)]
    fn add_run(&mut self, start: usize, end: usize, mark: u8) {
        if mark == NUMBER && start - self.text == 1 {
            let single = self.single ^ u64::from(self.bytes[self.text]) ^ SINGLE;
            self.single = single.wrapping_mul(self.seed.step);
        } else {
            self.add_text(start, mark);
        }
        self.text = end;
    }

    /// Takes in the runs of digits of a word with letters, which are bits from `base` on.
    #[inline(always)]
    fn add_marks(&mut self, base: usize, digits: u64) {
        let mut rest = digits;
        while rest != 0 {
            let start = rest.trailing_zeros();
            let end = start + (rest >> start).trailing_ones();
            self.add_run(base + start as usize, base + end as usize, MARK);
            rest &= u64::MAX.checked_shl(end).unwrap_or(0);
        }
    }

    /// Mixes the text up to `to`, what follows it, `mark`, and the single bytes before it.
    #[inline(always)]
    fn add_text(&mut self, to: usize, mark: u8) {
        let Mixer { seed, bytes, .. } = *self;
        let mut at = self.text;
        let mut text = seed.low ^ self.single;
        while to - at >= PAIR {
            text = fold(text ^ load(bytes, at), seed.high ^ load(bytes, at + 8));
            at += PAIR;
        }
        let left = to - at;
        let (low, high) = match bytes.get(at..).and_then(|rest| rest.first_chunk::<PAIR>()) {
            // Without a branch on the length, which nobody could predict.
            Some(pair) => (load(pair, 0) & KEEP_PAIR[left].0, load(pair, 8) & KEEP_PAIR[left].1),
            None => (word(bytes, at, left.min(8)), word(bytes, at + 8, left.saturating_sub(8))),
        };
        // The last byte of a pair is free: the length takes part in it, so a stretch cannot be
        // mistaken for a shorter one with zeros behind.
        let ending = (left as u64 | u64::from(mark) << 4) << 56;
        let mixed = fold(text ^ low, seed.high ^ (high | ending));
        self.hash = self.hash.wrapping_mul(seed.step).wrapping_add(mixed);
        self.single = 0;
    }
}

/// Bytes that are classed at once.
const WINDOW: usize = 64;
const LANES: usize = 16;

/// One bit for each byte of a window.
#[derive(Copy, Clone)]
struct Classes {
    digits: u64,
    letters: u64,
}

/// Which of the bytes lie between `first` and `last`: moved so that the signed comparison, the only
/// one at hand, needs to look at one end only.
#[inline(always)]
fn between(bytes: i8x16, first: u8, last: u8) -> u64 {
    let moved = bytes + i8x16::splat(i8::MIN.wrapping_sub(first as i8));
    let bits = moved.simd_lt(i8x16::splat(i8::MIN.wrapping_add((last - first + 1) as i8)));
    u64::from(bits.to_bitmask() as u16)
}

/// What `look` sees in the lanes of `bytes[base..]`, with their place in the window; noughts stand for
/// what lies behind `end`, if so few bytes do.
#[inline(always)]
fn for_lanes(bytes: &[u8], base: usize, end: usize, mut look: impl FnMut(usize, i8x16)) {
    let mut padded;
    let window: &[u8; WINDOW] = match bytes.get(base..).and_then(|rest| rest.first_chunk()) {
        Some(window) => window,
        None => {
            padded = [0u8; WINDOW];
            padded[..end - base].copy_from_slice(&bytes[base..end]);
            &padded
        }
    };
    for (at, lanes) in window.as_chunks::<LANES>().0.iter().enumerate() {
        look(at * LANES, i8x16::new(lanes.map(|byte| byte as i8)));
    }
}

/// The classes of `bytes[base..end]`, of a window at most.
#[inline(always)]
fn classes(bytes: &[u8], base: usize, end: usize) -> Classes {
    let (mut digits, mut letters) = (0u64, 0u64);
    for_lanes(bytes, base, end, |at, lanes| {
        digits |= between(lanes, b'0', b'9') << at;
        letters |= between(lanes | i8x16::splat(0x20), b'a', b'z') << at;
    });
    let inside = match end - base {
        left @ 0..WINDOW => !(u64::MAX << left),
        _ => u64::MAX,
    };
    Classes { digits: digits & inside, letters: letters & inside }
}

/// Hot: the seeded hash of the cheap key of `bytes[from..to]`, chained onto
/// `hash`. Bytes behind `to` may be loaded, but never take part.
///
/// Call it for the part before the stamp and the part behind it in turn. `runs` then has the runs of
/// letters and digits in it that hold a digit, as places behind `from`.
pub fn hash(seed: &Seed, hash: u64, bytes: &[u8], from: usize, to: usize, runs: &mut Runs) -> u64 {
    let mut mixer = Mixer { seed, bytes, hash, single: 0, text: from };
    runs.begin(from);
    // No run of letters and digits reaches over the start of a window.
    let mut base = from;
    while base < to {
        let Classes { digits, letters } = classes(bytes, base, to);
        let outside = !(digits | letters);
        // The run at the window's end begins the next one.
        let cut = if base + WINDOW < to { outside.leading_zeros() } else { 0 };
        if cut as usize == WINDOW {
            (mixer, base) = with_long(mixer, (from, base, to), runs);
            continue;
        }
        let digits = digits & u64::MAX >> cut;
        if letters & (digits << 1 | digits >> 1) == 0 {
            // All runs are plain numbers, as in most windows.
            let mut starts = digits & !(digits << 1);
            let mut ends = !digits & digits << 1;
            while starts != 0 {
                let (start, end) = (starts.trailing_zeros() as usize, ends.trailing_zeros() as usize);
                mixer.add_run(base + start, base + end, NUMBER);
                runs.push(base + start, base + end);
                starts &= starts - 1;
                ends &= ends.wrapping_sub(1);
            }
        } else {
            mixer = with_runs(mixer, (from, base, to), Classes { digits, letters }, runs);
        }
        base += WINDOW - cut as usize;
    }
    mixer.add_text(to, 0);
    mixer.hash
}

/// Takes in the runs of the window at `base`, of the text between `from` and `to`, whose digits touch
/// letters.
#[inline(always)]
fn with_runs<'a>(
    mut mixer: Mixer<'a>,
    (from, base, to): (usize, usize, usize),
    classes: Classes,
    runs: &mut Runs,
) -> Mixer<'a> {
    let Classes { digits, letters } = classes;
    let alnum = digits | letters;
    let mut hex_letters = 0;
    for_lanes(mixer.bytes, base, to.min(base + WINDOW), |at, lanes| {
        hex_letters |= between(lanes | i8x16::splat(0x20), b'a', b'f') << at;
    });
    let mut rest = digits;
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        // The carry runs through to the end of the run.
        let run = alnum & !alnum.wrapping_add(bit);
        rest &= !run;
        let end = base + (u64::BITS - run.leading_zeros()) as usize;
        // Most runs are plain numbers: no letter before or within.
        if letters & (run | bit >> 1) == 0 {
            let start = base + bit.trailing_zeros() as usize;
            mixer.add_run(start, end, NUMBER);
            runs.push(start, end);
            continue;
        }
        let start = base + (u64::BITS - (!alnum & (bit - 1)).leading_zeros()) as usize;
        runs.push(start, end);
        if is_hex(&mixer.bytes[start..end], letters & !hex_letters & run_of(base, start, end)) {
            mixer.add_run(start, end, HEX);
        } else if let Some(opaque) = Opaque::of(&mixer.bytes[from..to], start - from, end - from) {
            mixer.add_run(start, end, opaque.mark());
        } else {
            mixer.add_marks(base, run & digits);
        }
    }
    mixer
}

/// The bits of `start..end` in the window at `base`.
#[inline]
fn run_of(base: usize, start: usize, end: usize) -> u64 {
    (u64::MAX >> (WINDOW - (end - start))) << (start - base)
}

/// Whether a run of digits and letters is a hex number, prefixed or long; of `others`, its letters that
/// no hex number has, the `x` of the prefix is one.
#[inline]
fn is_hex(run: &[u8], others: u64) -> bool {
    if has_hex_prefix(run) {
        return run.len() > 2 && others.count_ones() == 1;
    }
    run.len() >= HEX_RUN_MIN && others == 0
}

/// `0x`, as most programs print an address or an id.
fn has_hex_prefix(run: &[u8]) -> bool {
    matches!(run, [b'0', b'x' | b'X', ..])
}

/// Takes in a run that is longer than a window; the end of the run.
#[cold]
fn with_long<'a>(
    mut mixer: Mixer<'a>,
    (from, start, to): (usize, usize, usize),
    runs: &mut Runs,
) -> (Mixer<'a>, usize) {
    let bytes = &mixer.bytes[..to];
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let Some(digit) = bytes[start..start + length].iter().position(u8::is_ascii_digit) else {
        return (mixer, start + length);
    };
    let (start, end, run) = run_around(&bytes[from..], start - from, start + digit - from);
    let (start, end) = (from + start, from + end);
    runs.push(start, end);
    let mark = match run {
        Run::Number => Some(NUMBER),
        Run::Hex => Some(HEX),
        Run::Opaque(opaque) => Some(opaque.mark()),
        Run::Mixed => None,
    };
    if let Some(mark) = mark {
        mixer.add_run(start, end, mark);
        return (mixer, end);
    }
    let mut at = start + bytes[start..end].iter().position(u8::is_ascii_digit).unwrap_or(0);
    while at < end {
        let digits = bytes[at..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            mixer.add_run(at, at + digits, MARK);
        }
        at += digits.max(1);
    }
    (mixer, end)
}

/// Appends the cheap key of `text` to `key`.
pub fn write(text: &[u8], key: &mut Vec<u8>) {
    write_telling(text, key, |_| {});
}

/// As [`write`], and where in the key each run with digits begins.
pub(crate) fn write_with_runs(text: &[u8], key: &mut Vec<u8>, runs: &mut Vec<u32>) {
    write_telling(text, key, |at| runs.push(at as u32));
}

/// As [`write`]; tells where in the key a run with digits begins.
#[inline]
fn write_telling(text: &[u8], key: &mut Vec<u8>, mut begins: impl FnMut(usize)) {
    // Hardly a line has bytes that would be taken for marks: the others are copied as they are.
    let is_clean = memchr3(NUMBER, HEX, MARK, text).is_none();
    let mut done = 0;
    while let Some(digit) = next_digit(text, done) {
        let (start, end, run) = plain_number(text, digit).unwrap_or_else(|| run_around(text, done, digit));
        if is_clean {
            key.extend_from_slice(&text[done..start]);
        } else {
            write_text(&text[done..start], key);
        }
        begins(key.len());
        match run {
            Run::Number => key.push(NUMBER),
            Run::Hex => key.push(HEX),
            Run::Opaque(opaque) => key.extend_from_slice(opaque.key()),
            Run::Mixed => write_marks(&text[start..end], key),
        }
        done = end;
    }
    if is_clean {
        key.extend_from_slice(&text[done..]);
    } else {
        write_text(&text[done..], key);
    }
}

/// The run that begins with the digit at `digit`, if it is of digits only, as nearly all are.
#[inline]
fn plain_number(text: &[u8], digit: usize) -> Option<(usize, usize, Run)> {
    let mut end = digit + 1;
    while end < text.len() && text[end].is_ascii_digit() {
        end += 1;
    }
    let is_apart = |at: usize| text.get(at).is_none_or(|&byte| class(byte) & ALNUM == 0);
    (is_apart(end) && is_apart(digit.wrapping_sub(1))).then_some((digit, end, Run::Number))
}

/// As [`write`], and for each byte of the key where it comes from in `text`.
pub(crate) fn write_with_places(text: &[u8], key: &mut Vec<u8>, places: &mut Vec<usize>) {
    let mut done = 0;
    while let Some(digit) = next_digit(text, done) {
        let (start, end, run) = run_around(text, done, digit);
        places.extend(done..start);
        let begins =
            |&at: &usize| !text[at].is_ascii_digit() || at == start || !text[at - 1].is_ascii_digit();
        match run {
            Run::Number | Run::Hex => places.push(start),
            // None is longer than what it stands for.
            Run::Opaque(opaque) => places.extend((start..end).take(opaque.key().len())),
            Run::Mixed => places.extend((start..end).filter(begins)),
        }
        done = end;
    }
    places.extend(done..text.len());
    write(text, key);
}

/// The runs of letters and digits in `text` that hold a digit, as places.
pub fn runs_with_digits(text: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut done = 0;
    std::iter::from_fn(move || {
        let (start, end, _) = run_around(text, done, next_digit(text, done)?);
        done = end;
        Some((start, end))
    })
}

fn write_text(text: &[u8], key: &mut Vec<u8>) {
    key.extend(text.iter().map(|&byte| if (NUMBER..=MARK).contains(&byte) { REPLACED } else { byte }));
}

fn write_marks(run: &[u8], key: &mut Vec<u8>) {
    let mut in_digits = false;
    for &byte in run {
        let digit = byte.is_ascii_digit();
        if !digit {
            key.push(byte);
        } else if !in_digits {
            key.push(MARK);
        }
        in_digits = digit;
    }
}

#[cfg(test)]
mod tests;

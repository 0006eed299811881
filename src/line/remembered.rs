//! Judgements of short texts that come again and again: the names of fields, say.
//!
//! A judgement is a function of the text alone and remembered by its very bytes, so what is remembered
//! saves work and never changes an answer. A text has one place, from which another may push it, so
//! texts that never come again cost no memory.

// limits
/// Places of a table that has just begun; most are used for a line or two.
const PLACES_MIN: usize = 1 << 6;
/// Places of a table: it should stay in the processor's cache.
const PLACES_MAX: usize = 1 << 10;

/// What was judged before, of texts of up to `8 * PARTS` bytes; longer ones are judged each time.
#[derive(Clone, Debug)]
pub(crate) struct Remembered<T, const PARTS: usize> {
    places: Vec<Place<T, PARTS>>,
    /// How many texts were judged since the table has this size.
    judged: usize,
}

#[derive(Clone, Copy, Debug)]
struct Place<T, const PARTS: usize> {
    /// The text, with noughts behind.
    text: [u64; PARTS],
    /// Its length, nought in a place that is free.
    len: u32,
    is: T,
}

impl<T, const PARTS: usize> Default for Remembered<T, PARTS> {
    fn default() -> Self {
        Remembered::NONE
    }
}

impl<T, const PARTS: usize> Remembered<T, PARTS> {
    /// Nothing was judged before.
    pub const NONE: Self = Remembered { places: Vec::new(), judged: 0 };
}

impl<T: Copy + Default, const PARTS: usize> Remembered<T, PARTS> {
    /// What `judge` says of `text[start..end]`.
    #[inline]
    pub fn get(&mut self, text: &[u8], start: usize, end: usize, judge: impl Fn(&[u8]) -> T) -> T {
        let len = end - start;
        if len == 0 || len > 8 * PARTS {
            return judge(&text[start..end]);
        }
        let key = padded(text, start, len);
        match self.places.get(place(&key) & self.places.len().wrapping_sub(1)) {
            Some(known) if known.len == len as u32 && is_same(&known.text, &key) => known.is,
            _ => self.learn(key, &text[start..end], judge),
        }
    }

    #[inline(never)]
    fn learn(&mut self, key: [u64; PARTS], text: &[u8], judge: impl Fn(&[u8]) -> T) -> T {
        let is = judge(text);
        if self.judged >= self.places.len() && self.places.len() < PLACES_MAX {
            let places = if self.places.is_empty() { PLACES_MIN } else { PLACES_MAX };
            let free = Place { text: [0; PARTS], len: 0, is: T::default() };
            (self.places, self.judged) = (vec![free; places], 0);
        }
        self.judged += 1;
        let at = place(&key) & (self.places.len() - 1);
        self.places[at] = Place { text: key, len: text.len() as u32, is };
        is
    }
}

/// Number by number: as a whole they would be read back from where they were just written.
#[inline]
fn is_same<const PARTS: usize>(one: &[u64; PARTS], other: &[u64; PARTS]) -> bool {
    one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

/// Keeps the first `n` bytes of a number.
pub(crate) const KEEP: [u64; 9] = {
    let mut table = [0; 9];
    let mut n = 1;
    while n <= 8 {
        table[n] = u64::MAX >> (64 - 8 * n);
        n += 1;
    }
    table
};

/// The `len` bytes of `text` from `start` on, of which there is room for `8 * PARTS`, as little-endian
/// numbers with noughts behind.
#[inline]
pub(crate) fn padded<const PARTS: usize>(text: &[u8], start: usize, len: usize) -> [u64; PARTS] {
    let mut near_end = [[0; 8]; PARTS];
    let rest = &text[start..];
    let bytes: &[[u8; 8]] = match rest.as_chunks().0.get(..PARTS) {
        Some(bytes) => bytes,
        None => {
            near_end.as_flattened_mut()[..len].copy_from_slice(&rest[..len]);
            &near_end
        }
    };
    std::array::from_fn(|at| u64::from_le_bytes(bytes[at]) & KEEP[len.saturating_sub(8 * at).min(8)])
}

#[inline]
fn place(key: &[u64]) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = key.iter().rev().fold(0, |mixed: u64, part| mixed.rotate_left(23) ^ part);
    (mixed.wrapping_mul(ODD) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_remembered_is_what_it_was() {
        let judge = |text: &[u8]| {
            text.iter().fold(text.len() as u64, |sum, &byte| sum.wrapping_mul(31) + u64::from(byte))
        };
        let mut remembered = Remembered::<u64, 4>::default();
        for round in 0..30_000usize {
            let text: Vec<u8> = (0..60).map(|at| ((round * 7 % 3_000) >> (at % 12)) as u8 & 3).collect();
            let (start, end) = (round % 9, round % 9 + round % 40);
            assert_eq!(remembered.get(&text, start, end, judge), judge(&text[start..end]));
        }
    }
}

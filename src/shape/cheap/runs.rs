//! Where the hash of a cheap key has met runs with digits.

use super::runs_with_digits;

// limits
/// Runs of a line that are noted; hardly a line has more. A power of two.
const RUNS_MAX: usize = 64;

/// The runs of letters and digits in a text that hold a digit, from left to right.
#[derive(Clone, Debug)]
pub struct Runs {
    list: [(u32, u32); RUNS_MAX],
    len: usize,
    /// Where the text begins.
    base: usize,
}

impl Default for Runs {
    fn default() -> Runs {
        Runs { list: [(0, 0); RUNS_MAX], len: 0, base: 0 }
    }
}

impl Runs {
    /// Forgets all, for a text that begins at `base`.
    #[inline]
    pub(super) fn begin(&mut self, base: usize) {
        (self.len, self.base) = (0, base);
    }

    #[inline(always)]
    pub(super) fn push(&mut self, start: usize, end: usize) {
        // Without a branch: of a text with too many none is believed.
        self.list[self.len % RUNS_MAX] = (start as u32, end as u32);
        self.len += 1;
    }

    /// The start and the end in `text`, which was hashed last, of its run of this number.
    #[inline]
    pub fn get(&self, text: &[u8], number: usize) -> Option<(usize, usize)> {
        if self.len > RUNS_MAX {
            return runs_with_digits(text).nth(number);
        }
        let (start, end) = *self.list[..self.len].get(number)?;
        Some((start as usize - self.base, end as usize - self.base))
    }
}

//! Which words the stored shapes have, roughly.
//!
//! A masked key has no word that its shape has not, and what is active or waits for its test are
//! masked keys of stored shapes. So of a shape with a word that no stored one has, only those masked
//! keys can be known that are without it: one of ten, where a flood of new words is read. A bit a
//! word: two words with one bit are taken for one, and then all keys are looked at. Where it fails:
//! nowhere, but with some hundred thousand words it says less and less.

use super::holes::Cut;
use super::registry::Registry;

// limits
/// Bits of the table, as a power of two: a quarter of a mebibyte.
const BITS_LOG: u32 = 21;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    bits: Vec<u64>,
}

impl Vocabulary {
    /// A stored shape has the word with this hash.
    pub(super) fn add(&mut self, hash: u32) {
        if self.bits.is_empty() {
            self.bits = vec![0; 1 << (BITS_LOG - 6)];
        }
        let bit = bit_of(hash);
        self.bits[bit >> 6] |= 1 << (bit & 63);
    }

    /// Whether a stored shape may have the word with this hash.
    fn may_hold(&self, hash: u32) -> bool {
        let bit = bit_of(hash);
        self.bits.get(bit >> 6).is_some_and(|bits| bits >> (bit & 63) & 1 == 1)
    }
}

fn bit_of(hash: u32) -> usize {
    (hash >> (u32::BITS - BITS_LOG)) as usize
}

impl Registry {
    /// Leaves in `cut`, which has begun, those holes whose key may be known, and says so; false if
    /// all of them have to be looked at.
    pub(super) fn look_near(&self, cut: &mut Cut) -> bool {
        cut.fill_near(|hash| self.vocabulary.may_hold(hash))
    }
}

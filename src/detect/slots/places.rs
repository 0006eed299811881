//! Where each of many values of a slot is: a table of their numbers by hash, half empty.
//!
//! It is brought up to date when it is asked for. As values only come to a list, behind the others,
//! or all go, their number tells which are new.

use super::slot::Value;
use crate::limits::SLOT_VALUES_MAX;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The numbers, or [`NONE`]; behind them how many there are.
    table: Box<[u8]>,
}

const NONE: u8 = u8::MAX;

// limits
/// Bytes that a place is found by.
const MIXED_BYTES_MAX: usize = 12;

impl Places {
    /// So few values are found by looking at each.
    pub const FEW: usize = 4;

    /// Where a value is.
    pub fn find(&mut self, text: &[u8], values: &[Value]) -> Option<usize> {
        if self.known() != values.len() {
            self.learn(values);
        }
        let mask = self.table.len() - 2;
        let mut at = mixed(text) & mask;
        loop {
            let known = self.table[at];
            if known == NONE {
                return None;
            }
            if values[usize::from(known)].text.is(text) {
                return Some(known.into());
            }
            at = (at + 1) & mask;
        }
    }

    /// How many values it was made of.
    fn known(&self) -> usize {
        self.table.last().copied().unwrap_or(0).into()
    }

    /// Takes in those that have come.
    #[cold]
    fn learn(&mut self, values: &[Value]) {
        let mut known = self.known();
        if known > values.len() || self.table.len() <= 2 * values.len() {
            self.table = vec![NONE; (2 * values.len()).next_power_of_two() + 1].into();
            known = 0;
        }
        let (own, size) = (values.len() as u8, self.table.len() - 1);
        for (number, value) in values.iter().enumerate().skip(known) {
            let mut at = mixed(&value.text) & (size - 1);
            while self.table[at] != NONE {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = number as u8;
        }
        self.table[size] = own;
    }
}

/// A hash of a few bytes. Of longer values the last ones tell, and where they do not, it only
/// takes longer.
fn mixed(text: &[u8]) -> usize {
    let bytes = text[text.len().saturating_sub(MIXED_BYTES_MAX)..].iter();
    let hash =
        bytes.fold(0_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x9e37_79b1).rotate_left(15));
    (hash ^ hash >> 16) as usize
}

/// They follow from the values.
impl PartialEq for Places {
    fn eq(&self, _: &Places) -> bool {
        true
    }
}

const _: () = assert!(SLOT_VALUES_MAX < NONE as usize);

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that grows, and one that begins anew, whatever its values end in.
    #[test]
    fn each_value_is_found_where_it_is_and_no_other_is() {
        let mut places = Places::default();
        let text = |number: usize| {
            format!("{number}{}", if number.is_multiple_of(3) { "-the-same-ending" } else { "" })
        };
        for first in [0, 500] {
            let mut values: Vec<Value> = Vec::new();
            for number in first..first + SLOT_VALUES_MAX {
                assert!(values.is_empty() || places.find(text(number).as_bytes(), &values).is_none());
                values.push(Value::new(text(number).as_bytes()));
                let found =
                    |at: usize, places: &mut Places| places.find(text(first + at).as_bytes(), &values);
                assert!((0..values.len()).all(|at| found(at, &mut places) == Some(at)));
            }
        }
    }
}

//! The two identities of a message, and that of a place in it.
//!
//! A [`ShapeId`] is the hash of a line with its variables masked; a
//! [`TemplateId`] is the hash of the normal form that all shapes of one message
//! share. Both are XXH3-64 with seed 0 over the token text, so an id printed
//! today means the same message on every host and in every later build.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize,
        )]
        pub struct $name(pub u64);

        impl $name {
            /// The id of a token text.
            pub fn of(text: &[u8]) -> Self {
                Self(xxhash_rust::xxh3::xxh3_64(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }
    };
}

hash_id! {
    /// A line with its variables masked; printed as 16 hex digits.
    ShapeId
}

hash_id! {
    /// All shapes that say the same; printed as 16 hex digits.
    TemplateId
}

/// Which of the places of a message holds a value: a *slot*. It means the same in every line of
/// the message, in every build.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SlotId(u64);

const WORD: u64 = 1 << 30;
const FIELD: u64 = 1 << 31;
const ROUTE_BITS: u32 = 32;

impl SlotId {
    /// The candidate of this index in a line that has so many.
    pub fn candidate(count: usize, index: usize) -> SlotId {
        SlotId((count as u64 & 0xff) << 8 | index as u64 & 0xff)
    }

    /// The place of a template where words were masked, by its number from the left.
    pub fn word(place: usize) -> SlotId {
        SlotId(WORD | place as u64 & (WORD - 1))
    }

    /// A field of this name beside the text of a structured line.
    pub fn field(name: &[u8]) -> SlotId {
        SlotId(FIELD | xxhash_rust::xxh3::xxh3_64(name) & (FIELD - 1))
    }

    /// How many candidates a line of such a slot has, and which of them it is.
    pub fn candidate_place(self) -> Option<(usize, usize)> {
        let is_candidate = self.0 & (FIELD | WORD) == 0;
        is_candidate.then_some(((self.0 >> 8 & 0xff) as usize, (self.0 & 0xff) as usize))
    }

    /// The same slot, of requests to this route alone.
    #[must_use]
    pub fn of_route(self, route: &[u8]) -> SlotId {
        // Nought is for all of them.
        let hash = (xxhash_rust::xxh3::xxh3_64(route) >> ROUTE_BITS).max(1);
        SlotId(self.0 & u64::from(u32::MAX) | hash << ROUTE_BITS)
    }

    /// Whether it is the place of a word that was masked.
    pub fn is_word(self) -> bool {
        self.0 & (FIELD | WORD) == WORD
    }

    /// The number of such a place.
    pub fn place(self) -> Option<usize> {
        self.is_word().then_some((self.0 & (WORD - 1)) as usize)
    }

    /// Whether it is a field.
    pub fn is_field(self) -> bool {
        self.0 & FIELD != 0
    }

    /// The slot of the requests to all routes.
    #[must_use]
    pub fn of_all_routes(self) -> SlotId {
        SlotId(self.0 & u64::from(u32::MAX))
    }

    /// Whether only the requests to one route count.
    pub fn has_route(self) -> bool {
        self.0 >> ROUTE_BITS != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_prints_as_sixteen_hex_digits() {
        assert_eq!(ShapeId(0xab).to_string(), "00000000000000ab");
        assert_eq!(format!("{:x}", TemplateId(0xab)), "00000000000000ab");
        assert_eq!(TemplateId::of(b"").to_string(), "2d06800538d394c2");
    }
}

//! The two identities of a message.
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

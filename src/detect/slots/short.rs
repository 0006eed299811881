//! The text of a value: a few bytes, which lie beside its counts and not somewhere else, since most
//! lines of a slot are counted by comparing it with their value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::Deref;

// limits
/// A longer text lies apart. With its length and its kind it then is as large as a list.
const INLINE_BYTES_MAX: usize = 22;

/// Bytes, few of them mostly.
#[derive(Clone)]
pub(crate) enum Text {
    /// So many of these.
    Short(u8, [u8; INLINE_BYTES_MAX]),
    Long(Box<[u8]>),
}

impl Text {
    /// Whether these are its bytes. The last one mostly tells: values are numbers, or have an ending.
    #[inline]
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.len() == bytes.len() && self.last() == bytes.last() && **self == *bytes
    }

    /// The same bytes apart.
    pub fn to_box(&self) -> Box<[u8]> {
        Box::from(&**self)
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Text {
        let mut short = [0; INLINE_BYTES_MAX];
        match short.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                Text::Short(bytes.len() as u8, short)
            }
            None => Text::Long(bytes.into()),
        }
    }
}

impl Deref for Text {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Text::Short(len, bytes) => &bytes[..usize::from(*len)],
            Text::Long(bytes) => bytes,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// As a list of bytes.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text, D::Error> {
        let bytes = Box::<[u8]>::deserialize(from)?;
        Ok(Text::from(&*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_its_bytes_wherever_they_lie_and_is_saved_as_them() {
        for len in [0, 1, INLINE_BYTES_MAX, INLINE_BYTES_MAX + 1, 60] {
            let bytes: Vec<u8> = (0..len as u8).collect();
            let text = Text::from(&bytes[..]);
            assert_eq!(*text, bytes[..]);
            let saved = postcard::to_stdvec(&text).unwrap();
            assert_eq!(saved, postcard::to_stdvec(&bytes.into_boxed_slice()).unwrap());
            assert_eq!(postcard::from_bytes::<Text>(&saved).unwrap(), text);
        }
        assert_eq!(size_of::<Text>(), size_of::<Vec<u8>>());
    }
}

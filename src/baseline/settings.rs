//! What shapes the messages of a log besides its lines: the masks.
//!
//! Two runs whose masks differ see different messages in the same lines, so a
//! baseline is of use only with the masks it was learned with. It keeps their
//! text, to be able to say which. Names are for people and decide nothing.

use xxhash_rust::xxh3::Xxh3;

/// The masks of a run, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `NAME=RE`.
    masks: Vec<String>,
}

impl Settings {
    /// Settings with these masks, each a name and a regular expression.
    pub fn with_masks<'a>(masks: impl IntoIterator<Item = (&'a str, &'a str)>) -> Settings {
        Settings { masks: masks.into_iter().map(|(name, pattern)| format!("{name}={pattern}")).collect() }
    }

    /// The masks, each as `NAME=RE`.
    pub fn masks(&self) -> &[String] {
        &self.masks
    }

    /// Whether there are no masks.
    pub fn is_default(&self) -> bool {
        self.masks.is_empty()
    }

    /// The flags that give these settings, quoted for a shell.
    pub fn flags(&self) -> String {
        let flag = |mask: &String| {
            let (name, pattern) = mask.split_once('=').unwrap_or((mask, ""));
            format!("--mask {name}='{}'", pattern.replace('\'', r"'\''"))
        };
        self.masks.iter().map(flag).collect::<Vec<_>>().join(" ")
    }

    /// Whether both make the same messages: names decide nothing.
    pub fn is_like(&self, other: &Settings) -> bool {
        self.hash() == other.hash()
    }

    /// The same for the same patterns; 0 where there are none.
    pub(super) fn hash(&self) -> u64 {
        if self.masks.is_empty() {
            return 0;
        }
        let mut hasher = Xxh3::new();
        for mask in &self.masks {
            let pattern = mask.split_once('=').map_or(&mask[..], |(_, pattern)| pattern);
            hasher.update(&(pattern.len() as u64).to_le_bytes());
            hasher.update(pattern.as_bytes());
        }
        hasher.digest().max(1)
    }

    /// The masks as a file keeps them.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = (self.masks.len() as u32).to_le_bytes().to_vec();
        for mask in &self.masks {
            bytes.extend_from_slice(&(mask.len() as u32).to_le_bytes());
            bytes.extend_from_slice(mask.as_bytes());
        }
        bytes
    }

    /// Reads what [`Settings::to_bytes`] wrote, and how long it was.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<(Settings, usize)> {
        let number = |at: usize| {
            let four = bytes.get(at..at + 4)?;
            Some(u32::from_le_bytes(four.try_into().expect("four bytes were cut")) as usize)
        };
        let mut masks = Vec::new();
        let mut at = 4;
        for _ in 0..number(0)? {
            let length = number(at)?;
            masks.push(String::from_utf8(bytes.get(at + 4..at + 4 + length)?.to_vec()).ok()?);
            at += 4 + length;
        }
        Some((Settings { masks }, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_nothing_and_order_does() {
        let hash = |masks: &[(&str, &str)]| Settings::with_masks(masks.iter().copied()).hash();
        assert_eq!(hash(&[]), 0);
        assert_eq!(hash(&[("a", "x")]), hash(&[("b", "x")]));
        assert_ne!(hash(&[("a", "x"), ("b", "y")]), hash(&[("a", "y"), ("b", "x")]));
        assert_ne!(hash(&[("a", "xy")]), hash(&[("a", "x"), ("a", "y")]));
    }

    #[test]
    fn what_was_written_is_read() {
        let settings = Settings::with_masks([("a", "x='\\d'"), ("b", "")]);
        let bytes = [settings.to_bytes(), vec![7]].concat();
        assert_eq!(Settings::from_bytes(&bytes), Some((settings.clone(), bytes.len() - 1)));
        assert_eq!(Settings::from_bytes(&bytes[..9]), None);
        assert_eq!(settings.flags(), r"--mask a='x='\''\d'\''' --mask b=''");
    }
}

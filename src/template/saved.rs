//! A registry as it is saved and loaded.
//!
//! Only shapes, active keys and active columns are saved: everything else, half
//! filled columns too, follows from them. They are sorted by their text's id, so saving what was loaded gives the same
//! bytes, and loading two saved registries into one gives what their logs
//! together would have given.

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

use super::registry::{EXAMPLE_BYTES_MAX, NONE, Registry};
use crate::id::ShapeId;
use crate::line::level::Level;
use crate::shape::Shape;

/// All that a registry is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The shapes seen in lines, by id.
    pub shapes: Vec<SavedShape>,
    /// The texts of the active keys, by id.
    pub active: Vec<Vec<u8>>,
    /// The active instance columns, sorted.
    pub columns: Vec<u64>,
    /// Whether something did not fit.
    pub overflowed: bool,
}

/// A shape with a sample of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedShape {
    /// Its text.
    #[serde(deserialize_with = "bytes")]
    pub text: Vec<u8>,
    /// Its level.
    pub level: Level,
    /// Whether it holds a word of alarm.
    pub alarm: bool,
    /// A line of this shape.
    #[serde(deserialize_with = "bytes")]
    pub example: Vec<u8>,
}

/// Bytes in one go: a list of them is laid out the same, and would be read byte by byte.
fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("bytes")
        }

        fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }

    from.deserialize_bytes(Bytes)
}

impl Registry {
    /// What [`Registry::load`] needs to go on from here.
    pub fn save(&self) -> Saved {
        let shapes = self.shapes().into_iter().map(|ix| {
            let record = &self.records[ix.0 as usize];
            SavedShape {
                text: record.text.to_vec(),
                level: record.level,
                alarm: record.alarm,
                example: record.example.to_vec(),
            }
        });
        let mut active: Vec<(u64, u32)> = self.active.iter().map(|(&id, &ix)| (id, ix)).collect();
        active.sort_unstable();
        Saved {
            shapes: shapes.collect(),
            active: active.into_iter().map(|(_, ix)| self.records[ix as usize].text.to_vec()).collect(),
            columns: self.columns.active(),
            overflowed: self.overflow_template().is_some(),
        }
    }

    /// The registry that was saved.
    pub fn load(saved: &Saved) -> Registry {
        let mut registry = Registry::new();
        registry.absorb(saved);
        registry
    }

    /// Takes in what another registry has learned.
    pub fn absorb(&mut self, saved: &Saved) {
        self.loading = true;
        for &column in &saved.columns {
            self.activate_saved_column(column);
        }
        for shape in &saved.shapes {
            let known = Shape { text: shape.text.clone(), level: shape.level, alarm: shape.alarm };
            let before = self.example_of(known.id());
            let ix = self.insert(&known, &shape.example).0;
            let example = &shape.example[..shape.example.len().min(EXAMPLE_BYTES_MAX)];
            if before.is_some_and(|before| *example < *before) {
                self.keep_example(ix, example);
            }
        }
        for text in &saved.active {
            self.activate_saved(text);
        }
        if saved.overflowed {
            self.overflow();
        }
        self.loading = false;
        debug_assert!(self.records.iter().all(|record| record.template != NONE));
    }

    /// The example kept for a shape that was seen.
    fn example_of(&self, id: ShapeId) -> Option<Box<[u8]>> {
        let ix = *self.by_id.get(&id.0)?;
        let record = &self.records[ix as usize];
        record.seen.then(|| record.example.clone())
    }
}

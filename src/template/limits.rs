//! Which bounds were hit, in the order in which they were.
//!
//! A bound is noted when it first keeps a shape out, so whoever asks after every
//! pane can say each of them once, at the time, with what explodes just then.

use super::column::WAITING_MAX;
use super::explosion::Explosion;
use super::registry::{ACTIVE_MAX, ENTRIES_MAX, KEY_SHAPES_MAX, Registry, TEXT_BYTES_MAX, UNCOVERED_MAX};
use crate::alert::grouped;
use crate::line::filter::Filter;
use crate::template::{ShapeIx, TemplateIx};

// limits
/// Messages with too many forms that are told apart.
const FORMS_MAX: usize = 16;

/// A bound of the registry.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// Shapes that no active key covers.
    Messages,
    /// Texts and samples.
    Bytes,
    /// Masked keys that wait.
    Places,
    /// Active keys.
    Variables,
    /// Words before a level.
    Speakers,
    /// Shapes under this active key.
    Forms(u32),
}

/// A bound that was hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitHit {
    /// Which, and what follows from it.
    pub what: String,
    /// What has hit it.
    pub explosion: Explosion,
}

impl Registry {
    /// Notes that a bound was hit.
    pub(super) fn hit(&mut self, bound: Bound) {
        if self.hit.contains(&bound) {
            return;
        }
        if let Bound::Forms(key) = bound {
            let template = self.template_of_key(key);
            let mut known = self.hit.iter().filter_map(|bound| match bound {
                Bound::Forms(key) => Some(self.template_of_key(*key)),
                _ => None,
            });
            if known.clone().count() >= FORMS_MAX || known.any(|known| known == template) {
                return;
            }
        }
        self.hit.push(bound);
    }

    fn template_of_key(&self, key: u32) -> TemplateIx {
        self.template_of(ShapeIx(key))
    }

    /// How many bounds were hit so far.
    pub fn limits_hit(&self) -> usize {
        self.hit.len()
    }

    /// The bound that was hit as the `index`th, and what explodes there now, beyond
    /// what `masks` mask.
    pub fn limit_hit(&self, index: usize, masks: &Filter) -> Option<LimitHit> {
        let bound = *self.hit.get(index)?;
        let crowded = "so new ones count as one message; errors and words of alarm keep some room";
        let (what, key) = match bound {
            Bound::Messages => {
                (format!("more than {} different messages, {crowded}", grouped(UNCOVERED_MAX as u64)), None)
            }
            Bound::Bytes => (format!("more than {} MiB of messages, {crowded}", TEXT_BYTES_MAX >> 20), None),
            Bound::Places => (
                format!(
                    "more than {} places where messages may differ, {crowded}",
                    grouped(ENTRIES_MAX as u64)
                ),
                None,
            ),
            Bound::Variables => {
                (format!("more than {} variable places, {crowded}", grouped(ACTIVE_MAX as u64)), None)
            }
            Bound::Speakers => (
                format!(
                    "more than {} names before a level; which of them are alike is not told any more",
                    grouped(WAITING_MAX as u64)
                ),
                None,
            ),
            Bound::Forms(key) => (
                format!(
                    "more than {} forms of one message; more are counted and not kept",
                    grouped(u64::from(KEY_SHAPES_MAX))
                ),
                Some(key),
            ),
        };
        Some(LimitHit { what, explosion: self.explosion(key, masks) })
    }
}

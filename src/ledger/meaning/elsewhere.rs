//! Whether another message says the same in a place that the same words announce.
//!
//! A code that is new to thousands of messages at once is asked for by each of them, so what a
//! pane's questions have in common is found once: who says what, and what announces it there.

use super::Found;
use super::place::Key;
use crate::detect::slots::Sayings;
use crate::id::SlotId;
use crate::ledger::Ledger;
use crate::template::TemplateIx;
use hashbrown::HashMap;

/// What the questions of a pane have found out. It ends with the pane.
#[derive(Default)]
pub(super) struct Elsewhere {
    sayings: Option<Sayings>,
    by_value: HashMap<(SlotId, Box<[u8]>), Announced>,
}

/// The messages that have a value in a place, by what announces it there.
struct Announced {
    by_key: HashMap<Key, Vec<TemplateIx>>,
    /// Those that were not asked yet.
    left: Vec<TemplateIx>,
}

impl Ledger {
    /// See the module.
    pub(super) fn is_said_elsewhere(&self, found: &Found, elsewhere: &mut Elsewhere) -> bool {
        let Found { new, key, .. } = found;
        if new.slot.is_word() {
            return false;
        }
        let slots = &self.said.slots;
        let sayings = elsewhere.sayings.get_or_insert_with(|| slots.sayings());
        let announced = elsewhere.by_value.entry((new.slot, new.value.clone())).or_insert_with(|| {
            let left = sayings.of(new.slot, &new.value).collect();
            Announced { by_key: HashMap::new(), left }
        });
        let known = announced.by_key.get(key).into_iter().flatten();
        if known.copied().any(|other| slots.says_as_well(other, new)) {
            return true;
        }
        while let Some(other) = announced.left.pop() {
            let other_key = self.example_key(other, new.slot);
            let is_same = other_key == *key;
            announced.by_key.entry(other_key).or_default().push(other);
            if is_same && slots.says_as_well(other, new) {
                return true;
            }
        }
        false
    }
}

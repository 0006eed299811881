//! Which messages have which value in which place, to ask whether others say the same.

use super::{NewValue, Slots, hash_of};
use crate::id::SlotId;
use crate::template::TemplateIx;

/// The values of all messages but those of words that the closure has masked, which mean nothing
/// elsewhere: place, hash of the value, message. In order, so that thousands of questions cost a
/// search each.
#[derive(Debug)]
pub(crate) struct Sayings(Vec<(SlotId, u64, TemplateIx)>);

impl Sayings {
    /// The messages that have a value in a place, in no order that means anything.
    pub fn of(&self, slot: SlotId, value: &[u8]) -> impl Iterator<Item = TemplateIx> {
        let wanted = (slot, hash_of(value));
        let from = self.0.partition_point(|(slot, hash, _)| (*slot, *hash) < wanted);
        let own = self.0[from..].iter().take_while(move |(slot, hash, _)| (*slot, *hash) == wanted);
        own.map(|(_, _, template)| *template)
    }
}

impl Slots {
    /// See [`Sayings`].
    pub fn sayings(&self) -> Sayings {
        let mut all = Vec::with_capacity(self.values());
        for (template, slots) in (0..).map(TemplateIx).zip(&self.by_template) {
            for (id, slot) in slots.iter().filter(|(id, _)| !id.is_word()) {
                all.extend(slot.values.iter().map(|value| (*id, value.hash, template)));
            }
        }
        all.sort_unstable();
        Sayings(all)
    }

    /// Other messages that say it all the same; see [`Slots::says_as_well`].
    pub fn said_elsewhere<'a>(&'a self, new: &'a NewValue) -> impl Iterator<Item = TemplateIx> + 'a {
        let others = (0..self.by_template.len() as u32).map(TemplateIx);
        others.filter(|other| !new.slot.is_word() && self.says_as_well(*other, new))
    }

    /// Whether another message has a new value in the same place, and all else that its own says
    /// there: the status of a `PUT` may be new to it and old to a `GET`.
    pub fn says_as_well(&self, other: TemplateIx, new: &NewValue) -> bool {
        let Some(slot) = self.get(other, new.slot).filter(|_| other != new.template) else { return false };
        let says = |value: &[u8]| slot.values.iter().any(|known| *known.text == *value);
        says(&new.value) && new.usual.iter().all(|(value, _)| says(value))
    }
}

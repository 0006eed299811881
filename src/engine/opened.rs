//! How workers learn which slots the ledger has opened.

use crate::count::Worker;
use crate::id::{ShapeId, SlotId};
use std::sync::{PoisonError, RwLock};

/// The slots that the ledger has opened, in the order in which it did.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    list: RwLock<Vec<(ShapeId, SlotId)>>,
}

impl Opened {
    /// The ledger has opened these.
    pub fn add(&self, slots: &[(ShapeId, SlotId)]) {
        if !slots.is_empty() {
            // A list that is only appended to is whole whatever happened to who held it.
            self.list.write().unwrap_or_else(PoisonError::into_inner).extend_from_slice(slots);
        }
    }

    /// Tells a worker of those behind the first `seen`, and moves `seen`.
    pub fn tell(&self, worker: &mut Worker, seen: &mut usize) {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        worker.open_slots(&list[*seen..]);
        *seen = list.len();
    }
}

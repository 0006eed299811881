//! What the table of slots holds.

use super::*;
use std::time::{Duration, Instant};

fn waiting(text: &[u8]) -> Slot {
    let mut slot = Slot::of(text, 7);
    slot.pend(0, 3);
    slot.is_waiting = true;
    slot
}

/// Each of them looked through all before it.
#[test]
fn many_slots_that_wait_are_soon_loaded() {
    const TEMPLATES: u32 = 1_000;
    let mut slots = Slots::default();
    let begun = Instant::now();
    for _ in 0..2 {
        for template in (0..TEMPLATES).map(TemplateIx) {
            (0..64).for_each(|index| slots.put(template, SlotId::candidate(64, index), waiting(b"a")));
        }
    }
    let took = begun.elapsed();
    assert_eq!((slots.waiting.len(), slots.values()), (64_000, 64_000));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

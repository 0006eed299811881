//! When the shares of a slot's values are judged: at the end of each minute, or as soon as lines
//! that wait for it look odd.

use super::{ShareFound, ShareFrame, Slot, Slots, ValueCount, place_near};
use crate::id::SlotId;
use crate::template::TemplateIx;
use std::cmp::{Ordering, Reverse};
use std::hint::black_box;

// limits
/// Panes of the minute after which shares are judged, if nothing is odd before.
pub(super) const MINUTE: i64 = 6;
/// Slots that are looked at before they are judged: what lies far away comes sooner if all of it
/// is asked for at once than one after the other.
const AT_ONCE: usize = 8;

impl Slots {
    /// Judges the shares that look odd; at the end of a minute all of it.
    pub(super) fn judge_shares<'a>(
        &mut self,
        counts: impl Iterator<Item = ValueCount<'a>> + Clone,
        frame: &ShareFrame,
        first: impl Fn(&&ValueCount<'_>, &&ValueCount<'_>) -> Ordering,
        shares: &mut Vec<ShareFound>,
    ) {
        let ends = (frame.pane + 1).rem_euclid(MINUTE) == 0;
        let due = self.due(ends);
        let (Slots { by_template, timers, .. }, known) = (self, shares.len());
        let mut near = 0;
        for group in due.chunks(AT_ONCE) {
            let mut slots = |look: fn(&Slot) -> u64| {
                let known = |place: &(TemplateIx, SlotId)| {
                    let at = place_near(by_template, *place, &mut near)?;
                    Some(look(&by_template[place.0.0 as usize][at].1))
                };
                black_box(group.iter().filter_map(known).fold(0, |all, one| all ^ one));
            };
            slots(Slot::look);
            slots(Slot::look_at_shares);
            for &(template, id) in group {
                let Some(at) = place_near(by_template, (template, id), &mut near) else { continue };
                let slot = &mut by_template[template.0 as usize][at].1;
                slot.is_waiting = false;
                // It may have been opened since, or judged.
                if slot.pending == 0 {
                    continue;
                }
                let frame = ShareFrame { from_nought: id.has_route(), ..*frame };
                for (value, share) in slot.judge(&frame) {
                    let own = |count: &ValueCount<'_>| {
                        (count.template, count.slot) == (template, id)
                            && *count.value == *value
                            && *count.route == *slot.route
                    };
                    let own = counts.clone().filter(own);
                    let mark = own.min_by(|a, b| first(&a, &b)).map(|count| count.mark);
                    let calm = slot.values.iter().find(|known| *known.text == *value);
                    if let Some(due) = calm.and_then(|known| known.series.calm_from()) {
                        timers.push(Reverse((due, template, id, value.clone())));
                    }
                    let route = slot.route.clone();
                    shares.push(ShareFound { template, slot: id, route, value, share, mark });
                }
            }
        }
        // Each slot's are in the order of its values.
        shares[known..].sort_by_key(|found| (found.template, found.slot));
    }

    /// Which of the slots with lines that wait are to be judged, in any order: those that look odd, or
    /// `all`. They wait no more.
    fn due(&mut self, all: bool) -> Vec<(TemplateIx, SlotId)> {
        let Slots { by_template, waiting, touched, .. } = self;
        let (mut due, mut near) = (Vec::new(), 0);
        // What has not changed is no odder than it was.
        for (template, id) in touched.drain(..) {
            let Some(at) = place_near(by_template, (template, id), &mut near) else { continue };
            let slot = &mut by_template[template.0 as usize][at].1;
            slot.is_touched = false;
            slot.is_waiting = slot.pending > 0;
            if slot.is_waiting && !all && slot.is_odd() {
                slot.is_waiting = false;
                due.push((template, id));
            }
        }
        if all {
            return std::mem::take(waiting);
        }
        if !due.is_empty() {
            due.sort_unstable();
            waiting.retain(|place| due.binary_search(place).is_err());
        }
        due
    }
}

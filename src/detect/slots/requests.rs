//! What all requests of a log are answered, whatever message tells of them.
//!
//! Servers write a request with its method, its host and how it was cached, so one access log is a
//! dozen messages; a failure of one answer in fifty is few lines in each, and plain in all together.

use super::judge::MINUTE;
use super::routes::{is_answer_of, is_closed, lines_of};
use super::{ShareFound, Slot, Slots, Timer, ValueCount};
use crate::count::ANSWERED_WELL;
use crate::detect::Phase;
use crate::detect::share::ShareFrame;
use crate::id::SlotId;
use crate::limits::VALUES_ALL_MAX;
use crate::template::TemplateIx;
use crate::time::Pane;
use serde::{Deserialize, Serialize};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Stands for all messages of requests.
pub(super) const REQUESTS: TemplateIx = TemplateIx(u32::MAX);
/// How they are named.
const NAME: &[u8] = b"all requests";

/// The failures among the answers of all requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Requests {
    pub(super) slot: Slot,
    /// Failures in the pane that closes.
    #[serde(skip)]
    has_failed: bool,
    /// Of each failure the message that had it, or was told of it, last.
    #[serde(skip)]
    pub told: Vec<(Box<[u8]>, TemplateIx)>,
}

impl Requests {
    fn told_of(&self, value: &[u8]) -> Option<TemplateIx> {
        self.told.iter().find(|(told, _)| **told == *value).map(|(_, template)| *template)
    }
}

impl Slots {
    /// Counts the answers of a message's routes, of each request once.
    pub(super) fn count_requests(&mut self, routes: &[&[&ValueCount<'_>]], pane: Pane) {
        let Some(first) = routes.iter().map(|route| route[0].slot.of_all_routes()).min() else { return };
        let known = self.requests.slot.values.len();
        for route in routes.iter().filter(|route| is_answer_of(route, first)) {
            self.requests.slot.count_failures(route, self.values >= VALUES_ALL_MAX, pane);
            self.requests.has_failed |= lines_of(route) > 0 && self.requests.slot.is_failing();
        }
        self.values += self.requests.slot.values.len() - known;
    }

    /// Judges them when something is odd, or at the end of a minute; only with a failure at hand.
    pub(super) fn judge_requests(
        &mut self,
        counts: &[ValueCount<'_>],
        frame: &ShareFrame,
        earliest: impl Fn(&&ValueCount<'_>, &&ValueCount<'_>) -> Ordering,
        shares: &mut Vec<ShareFound>,
    ) {
        let ends = (frame.pane + 1).rem_euclid(MINUTE) == 0;
        let Slots { by_template, requests, timers, .. } = self;
        let has_failed = std::mem::take(&mut requests.has_failed);
        // What a worker counts of a slot that is open, since it was not told yet, is none.
        let counts_here = |count: &&ValueCount<'_>| {
            let slots = by_template.get(count.template.0 as usize);
            count.slot.has_route() && slots.is_some_and(|slots| is_closed(slots, count.slot.of_all_routes()))
        };
        let failures =
            || counts.iter().filter(counts_here).filter(|count| !matches!(count.value, ANSWERED_WELL | b""));
        let first =
            |value: &[u8]| failures().filter(|count| *count.value == *value).min_by(|a, b| earliest(a, b));
        let Requests { slot, told, .. } = requests;
        // One that is told of stays until it is over.
        for value in slot.values.iter().filter(|value| has_failed && value.series.calm_from().is_none()) {
            first(&value.text).into_iter().for_each(|count| tell_of(told, &value.text, count.template));
        }
        if requests.slot.pending == 0 || !(ends || has_failed && requests.slot.is_odd()) {
            return;
        }
        for (value, share) in requests.slot.judge(frame) {
            let count = first(&value);
            if let Some(count) = count {
                tell_of(&mut requests.told, &value, count.template);
            }
            let Some(template) = requests.told_of(&value) else { continue };
            let slot = count.map_or(SlotId::candidate(1, 0), |count| count.slot).of_route(NAME);
            push_timer(timers, &requests.slot, slot, &value);
            let mark = count.map(|count| count.mark);
            shares.push(ShareFound { template, slot, route: NAME.into(), value, share, mark });
        }
    }

    /// The message and the route that a share was told of.
    pub(super) fn told_of(
        &self,
        template: TemplateIx,
        slot: SlotId,
        value: &[u8],
    ) -> Option<(TemplateIx, Box<[u8]>)> {
        if template == REQUESTS {
            return Some((self.requests.told_of(value)?, NAME.into()));
        }
        Some((template, self.route(template, slot)))
    }

    /// Takes in what was saved.
    pub fn join_requests_saved(&mut self, saved: Requests) {
        let known = self.requests.slot.values.len();
        if known == 0 {
            self.requests.slot = saved.slot;
        } else {
            self.requests.slot.join(saved.slot);
        }
        self.values = self.values - known + self.requests.slot.values.len();
        let slot = SlotId::candidate(1, 0).of_route(NAME);
        for value in &self.requests.slot.values {
            push_timer(&mut self.timers, &self.requests.slot, slot, &value.text);
        }
    }

    /// Two templates have become one.
    pub(super) fn join_requests(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        for (_, told) in self.requests.told.iter_mut().filter(|(_, told)| *told == gone) {
            *told = survivor;
        }
    }

    /// Whether a finding is about all requests.
    pub(super) fn is_of_requests(found: &ShareFound) -> bool {
        *found.route == *NAME && found.slot.has_route()
    }

    /// Whether what opens now of all requests was told of a message, or the other way round.
    pub(super) fn is_told_of_requests(&self, one: &ShareFound, found: &[ShareFound]) -> bool {
        let says =
            |slot: &Slot| slot.values.iter().any(|value| *value.text == *one.value && value.series.speaks());
        if !Slots::is_of_requests(one) {
            // A route is told beside all requests: it is where to look. What opens together is told
            // of the message.
            let opens = |other: &ShareFound| {
                Slots::is_of_requests(other) && other.value == one.value && other.share.phase == Phase::Open
            };
            return !one.slot.has_route() && says(&self.requests.slot) && !found.iter().any(opens);
        }
        let of_message = |other: &&ShareFound| {
            !other.slot.has_route() && other.value == one.value && other.share.phase == Phase::Open
        };
        let messages = self.by_template.iter().flatten();
        found.iter().any(|other| of_message(&other))
            || messages.filter(|(id, _)| !id.has_route()).any(|(_, slot)| says(slot))
    }
}

/// A failure is one of the message from here on.
fn tell_of(told: &mut Vec<(Box<[u8]>, TemplateIx)>, value: &[u8], template: TemplateIx) {
    match told.iter_mut().find(|(told, _)| **told == *value) {
        Some((_, told)) => *told = template,
        None => told.push((value.into(), template)),
    }
}

/// When it may be calm again.
fn push_timer(timers: &mut BinaryHeap<Timer>, slot: &Slot, id: SlotId, value: &[u8]) {
    let known = slot.values.iter().find(|known| *known.text == *value);
    if let Some(due) = known.and_then(|known| known.series.calm_from()) {
        timers.push(Reverse((due, REQUESTS, id, value.into())));
    }
}

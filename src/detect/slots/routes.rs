//! What the requests to each route are answered: a route that fails is one part in a hundred of
//! the traffic, and its failures are nothing in the share of all.
//!
//! Only routes that have been answered well count, so a scan for what is not there makes none. A
//! message has room for the first of them, the busiest of a pane first. Which answers are judged
//! is a matter of their first digit: of those below 400 only the number is known.
//!
//! Of one trouble one is told: the share of all requests, or the route that most of them went to.

use super::requests::REQUESTS;
use super::{KINDS_MAX, OfTemplate, ShareFound, Slot, Slots, Value, ValueCount, ValueSeries};
use crate::count::ANSWERED_WELL;
use crate::detect::Phase;
use crate::id::SlotId;
use crate::limits::{ROUTES_MAX, SLOTS_MAX, VALUES_ALL_MAX};
use crate::template::TemplateIx;
use crate::time::Pane;
use std::cmp::Reverse;

// limits
/// With this part of all lines of a value a route explains it.
const EXPLAINED_MIN: f64 = 0.8;

/// The counts of one route in a pane.
type OfRoute<'c, 'a> = &'c [&'c ValueCount<'a>];

impl Slots {
    /// Counts the answers of a template's routes in a pane. `counts` are those of its slots of
    /// routes alone, by slot and route. Of two routes whose slots have one id the first is judged.
    pub(super) fn close_routes(&mut self, counts: &[&ValueCount<'_>], pane: Pane) {
        let Some(template) = counts.first().map(|count| count.template) else { return };
        let Some(slots) = self.by_template.get_mut(template.0 as usize) else { return };
        self.values -= drop_open(slots);
        let mut routes: Vec<OfRoute<'_, '_>> =
            counts.chunk_by(|a, b| (a.slot, a.route) == (b.slot, b.route)).collect();
        routes.retain(|route| is_closed(slots, route[0].slot.of_all_routes()));
        let of_requests = routes.clone();
        let mut new: Vec<OfRoute<'_, '_>> =
            routes.iter().copied().filter(|route| is_new(slots, route)).collect();
        new.sort_by_key(|route| (Reverse(lines_of(route)), route[0].route, route[0].slot));
        for route in new {
            if let Err(at) = slots.binary_search_by_key(&route[0].slot, |(id, _)| *id)
                && has_room(slots, route[0].slot)
            {
                slots.insert(at, (route[0].slot, Slot { route: route[0].route.into(), ..Slot::default() }));
            }
        }
        for counts in routes {
            let Ok(at) = slots.binary_search_by_key(&counts[0].slot, |(id, _)| *id) else { continue };
            let slot = &mut slots[at].1;
            if !counts[0].route.is_empty() && *slot.route != *counts[0].route {
                continue;
            }
            let known = slot.values.len();
            slot.count_failures(counts, self.values >= VALUES_ALL_MAX, pane);
            self.values += slot.values.len() - known;
            slot.wait((template, counts[0].slot), &mut self.waiting, &mut self.touched);
        }
        self.count_requests(&of_requests, pane);
    }

    /// The route of a slot; empty if it is that of all.
    pub(super) fn route(&self, template: TemplateIx, slot: SlotId) -> Box<[u8]> {
        let slots = self.by_template.get(template.0 as usize).map_or(&[][..], |slots| slots);
        let at = slots.binary_search_by_key(&slot, |(id, _)| *id);
        at.map(|at| slots[at].1.route.clone()).unwrap_or_default()
    }

    /// Leaves of what slots have found in a pane what is to be told.
    pub(super) fn tell_once(&mut self, mut found: Vec<ShareFound>) -> Vec<ShareFound> {
        let told: Vec<bool> = found.iter().map(|one| self.is_to_be_told(one, &found)).collect();
        for (one, told) in found.iter_mut().zip(&told) {
            let template = if Slots::is_of_requests(one) { REQUESTS } else { one.template };
            if !told && let Some(series) = self.series(template, one.slot, &one.value) {
                series.hush();
            }
            if !one.slot.has_route()
                && let Some(slots) = self.by_template.get(one.template.0 as usize)
                && let Some((slot, _)) = most(slots, one)
            {
                one.route = slot.route.clone();
            }
        }
        found.into_iter().zip(told).filter(|(_, told)| *told).map(|(one, _)| one).collect()
    }

    fn is_to_be_told(&self, one: &ShareFound, found: &[ShareFound]) -> bool {
        if one.share.phase != Phase::Open {
            return true;
        }
        let is_told = self.is_told_of_requests(one, found);
        if is_told || Slots::is_of_requests(one) {
            return !is_told;
        }
        let Some(slots) = self.by_template.get(one.template.0 as usize) else { return true };
        if !one.slot.has_route() {
            return !most(slots, one).is_some_and(|(_, series)| series.speaks());
        }
        let all = one.slot.of_all_routes();
        let same = |other: &&ShareFound| {
            (other.template, other.slot) == (one.template, all) && other.value == one.value
        };
        if let Some(whole) = found.iter().find(same) {
            return most(slots, whole).is_some_and(|(slot, _)| slot.route == one.route);
        }
        // What is more everywhere was told.
        let known = slots.binary_search_by_key(&all, |(id, _)| *id).ok();
        let value = known.and_then(|at| slots[at].1.values.iter().find(|value| *value.text == *one.value));
        value.is_none_or(|value| !value.series.speaks())
    }
}

/// The route that has most of a value's lines, if one has.
fn most<'s>(slots: &'s OfTemplate, whole: &ShareFound) -> Option<(&'s Slot, &'s ValueSeries)> {
    let width = whole.share.window.end.0 - whole.share.window.start.0;
    let own = slots.iter().filter(|(id, _)| id.has_route() && id.of_all_routes() == whole.slot);
    let of_value = own.filter_map(|(_, slot)| {
        let value = slot.values.iter().find(|value| *value.text == *whole.value)?;
        Some((slot, &value.series))
    });
    let (slot, series) = of_value.max_by_key(|(_, series)| series.lines_within(width))?;
    let explains = series.lines_within(width) as f64 >= EXPLAINED_MIN * whole.share.count as f64;
    explains.then_some((slot, series))
}

pub(super) fn is_closed(slots: &OfTemplate, id: SlotId) -> bool {
    slots.binary_search_by_key(&id, |(id, _)| *id).is_ok_and(|at| !slots[at].1.is_open)
}

/// Whether a message may have one more slot.
pub(super) fn has_room(slots: &OfTemplate, id: SlotId) -> bool {
    let routes = slots.len() - slots.partition_point(|(id, _)| !id.has_route());
    if id.has_route() { routes < ROUTES_MAX } else { slots.len() - routes < SLOTS_MAX }
}

/// Whether a route's answers are those in the place `all`.
pub(super) fn is_answer_of(route: &[&ValueCount<'_>], all: SlotId) -> bool {
    route[0].slot.of_all_routes() == all
}

/// Whether a route is known by now that was not.
fn is_new(slots: &OfTemplate, route: &OfRoute<'_, '_>) -> bool {
    let is_known = slots.binary_search_by_key(&route[0].slot, |(id, _)| *id).is_ok();
    !is_known && route.iter().any(|count| count.value == ANSWERED_WELL)
}

pub(super) fn lines_of(route: &[&ValueCount<'_>]) -> u64 {
    route.iter().map(|count| count.count + count.late).sum()
}

/// Drops the routes of slots that are open; how many values they had.
fn drop_open(slots: &mut OfTemplate) -> usize {
    let open: Vec<SlotId> =
        slots.iter().filter(|(id, slot)| slot.is_open && !id.has_route()).map(|(id, _)| *id).collect();
    let mut dropped = 0;
    slots.retain(|(id, slot)| {
        let keep = !id.has_route() || open.binary_search(&id.of_all_routes()).is_err();
        dropped += if keep { 0 } else { slot.values.len() };
        keep
    });
    dropped
}

impl Slot {
    /// Of two routes whose slots have one id the busier is kept.
    pub(super) fn displaces(&self, other: &Slot) -> bool {
        let rank = |slot: &Slot| (Reverse(slot.lines), slot.route.clone());
        self.route != other.route && rank(self) < rank(other)
    }

    /// Counts the lines of a route.
    pub(super) fn count_failures(&mut self, counts: &[&ValueCount<'_>], is_full: bool, pane: Pane) {
        self.lines = self.lines.saturating_add(lines_of(counts));
        let lines: u64 = counts.iter().map(|count| count.count).sum();
        self.pending = self.pending.saturating_add(lines as u32);
        for count in counts.iter().filter(|count| !matches!(count.value, ANSWERED_WELL | b"")) {
            let at = self.values.iter().position(|known| *known.text == *count.value);
            let at = match at {
                Some(at) => at,
                None if is_full || self.values.len() >= KINDS_MAX => continue,
                None => {
                    self.values.push(Value { first_seen: pane, ..Value::new(count.value) });
                    self.values.len() - 1
                }
            };
            let value = &mut self.values[at];
            value.lines = value.lines.saturating_add(count.count + count.late);
            value.pending = value.pending.saturating_add(count.count as u32);
        }
    }
}

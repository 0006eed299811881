//! The values of each message: which are usual in its slots.
//!
//! A slot starts *closed*: its values are counted one by one. With too many different ones it is
//! *open* for ever, and says nothing any more. Only the sets of values decide that, so two
//! tables join by union, and what was learned apart is what would have been learned together.
//!
//! A closed slot that has settled, with enough lines and no value seen only once, judges what it
//! has never shown. Values come in the order of their first lines, a pane at a time.

mod elsewhere;
mod judge;
mod places;
mod requests;
mod routes;
mod short;
mod slot;
#[cfg(test)]
mod tests;

use super::HOUR;
use super::share::{ShareFinding, ShareFrame, ValueSeries};
use crate::id::{ShapeId, SlotId, TemplateId};
use crate::limits::{SLOT_VALUES_MAX, SLOTS_CLOSED_MAX, VALUES_ALL_MAX};
use crate::template::TemplateIx;
use crate::time::{Pane, Time};
use requests::{REQUESTS, Requests};
use routes::has_room;
use serde::{Deserialize, Serialize};
use slot::{Counted, KINDS_MAX};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::hint::black_box;

pub(crate) use elsewhere::Sayings;
pub(crate) use slot::{SETTLED_LINES, Slot, Value, hash_of, is_shown, names_thing};

const DAY_MICROS: f64 = 86_400e6;

// limits
/// News of an hour that are remembered one by one.
const NEWS_MAX: usize = 1_000;
/// So many are nothing in a young log: what it says at all is still being found out.
const YOUNG_NEWS: u64 = 3;
/// Counts that are looked at before they are counted.
const AT_ONCE: usize = 32;
/// With so many values in all slots the lines of further ones are not kept.
const LINES_KEPT_MAX: usize = 4_096;

/// Lines of one value in a slot of a template, in one pane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueCount<'a> {
    pub template: TemplateIx,
    pub slot: SlotId,
    /// Empty if the slot has shown too many values in the pane.
    pub value: &'a [u8],
    /// The route, if the slot is that of one.
    pub route: &'a [u8],
    /// Lines in time, and lines that were late.
    pub count: u64,
    pub late: u64,
    /// Stamp of the first of them.
    pub time: Time,
    /// The caller's mark.
    pub mark: usize,
}

/// The source, the number and the text of a line.
pub(crate) type LineAt<'a> = (usize, u64, &'a [u8]);

/// The first line with a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FirstLine {
    pub time: Time,
    pub source: usize,
    pub line_number: u64,
    pub text: Box<[u8]>,
}

/// A value whose share of its slot's lines surges.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShareFound {
    pub template: TemplateIx,
    pub slot: SlotId,
    /// The route of its requests; where those to all routes count, the one of nearly all.
    pub route: Box<[u8]>,
    pub value: Box<[u8]>,
    pub share: ShareFinding,
    /// The caller's mark of its first lines in the pane; none if it has none.
    pub mark: Option<usize>,
}

/// What a pane's values have to say.
#[derive(Clone, Debug, Default)]
pub(crate) struct PaneNews {
    /// Values that were never seen.
    pub new: Vec<NewValue>,
    /// Values with another share than usual.
    pub shares: Vec<ShareFound>,
}

/// When a share may be calm again: pane, template, slot, value.
type Timer = Reverse<(i64, TemplateIx, SlotId, Box<[u8]>)>;

/// The slots of one template, by id.
type OfTemplate = Vec<(SlotId, Slot)>;

/// The slots of all templates, as they are saved.
pub(crate) type Saved = Vec<(TemplateId, OfTemplate)>;

/// What is known of the words that the closure has masked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedWords {
    /// The lines of each shape.
    pub lines: Vec<(ShapeId, u64)>,
    /// The templates whose places are known, and whether none of these is closed.
    pub roots: Vec<(TemplateId, bool)>,
}

/// What is known of the values of all messages, as it is saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedSlots {
    pub slots: Saved,
    pub words: SavedWords,
    /// Names of the slots that are fields.
    pub names: Vec<(SlotId, Box<[u8]>)>,
    /// See [`Slots::found`].
    pub found: u64,
    /// See [`Slots::news`].
    pub news: Vec<Pane>,
    pub requests: Requests,
}

/// A value that its slot has never shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewValue {
    pub template: TemplateIx,
    pub slot: SlotId,
    pub value: Box<[u8]>,
    pub count: u64,
    /// Lines of the slot before it.
    pub lines: u64,
    /// Its commonest values with their lines.
    pub usual: Vec<(Box<[u8]>, u64)>,
    /// How many there are.
    pub kinds: usize,
    /// Stamp of its first line.
    pub time: Time,
    /// The caller's mark.
    pub mark: usize,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    /// By template.
    by_template: Vec<OfTemplate>,
    values: usize,
    /// A bound was hit.
    is_full: bool,
    timers: BinaryHeap<Timer>,
    /// What all requests are answered.
    pub requests: Requests,
    /// Slots with lines that wait for the end of their minute.
    waiting: Vec<(TemplateIx, SlotId)>,
    /// Those of them that have changed since it was looked last whether they are odd.
    touched: Vec<(TemplateIx, SlotId)>,
    /// News so far that were, or would have been, worth an alert.
    pub found: u64,
    /// The panes of those of the last hour, which are not among them yet.
    pub news: Vec<Pane>,
}

impl Slots {
    /// Counts the values of a closed pane, and gives what they have to say. `counts` may be in any
    /// order, and is gone through again for what is found; of two with equal stamps `order` says by their marks which is the first. `opened` is
    /// told which counts were in vain, since their slot is open, and `line` gives the first line of
    /// a count where that is to be kept.
    pub fn close_pane<'a>(
        &mut self,
        frame: &ShareFrame,
        counts: impl Iterator<Item = ValueCount<'a>> + Clone,
        order: impl Fn(usize, usize) -> Ordering,
        line: impl Fn(&ValueCount<'a>) -> Option<LineAt<'a>>,
        mut opened: impl FnMut(&ValueCount<'_>),
    ) -> PaneNews {
        let mut news = PaneNews { shares: self.calm_down(frame.pane), ..PaneNews::default() };
        let (mut unknown, mut crowded, mut routes, mut near) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let mut left = counts.clone();
        let mut group = Vec::with_capacity(AT_ONCE);
        loop {
            group.clear();
            group.extend(left.by_ref().take(AT_ONCE));
            if group.is_empty() {
                break;
            }
            self.look_at(&group);
            for count in &group {
                if count.slot.has_route() {
                    routes.push(*count);
                } else if self.count(count, &mut near, &mut crowded, &mut opened) {
                    unknown.push(*count);
                }
            }
        }
        let first = |a: &&ValueCount<'_>, b: &&ValueCount<'_>| {
            let place = |count: &ValueCount<'_>| (count.template, count.slot, count.time);
            place(a).cmp(&place(b)).then_with(|| order(a.mark, b.mark))
        };
        for count in together(unknown.iter().collect(), first) {
            crowded.push(count.template);
            self.meet(&count, frame, &line, &mut news, &mut opened);
        }
        self.keep_few_of_all(crowded);
        // They go by what became of the slots of all requests.
        let mut sorted: Vec<&ValueCount<'_>> = routes.iter().collect();
        sorted.sort_unstable_by(|a, b| {
            let place = |count: &ValueCount<'_>| (count.template, count.slot);
            place(a).cmp(&place(b)).then(a.route.cmp(b.route)).then_with(|| first(a, b))
        });
        for counts in sorted.chunk_by(|a, b| a.template == b.template) {
            self.close_routes(counts, Pane(frame.pane));
        }
        self.judge_shares(counts, frame, first, &mut news.shares);
        // Which number a template has differs from run to run.
        let earliest = |a: &&ValueCount<'_>, b: &&ValueCount<'_>| {
            (a.time, a.slot).cmp(&(b.time, b.slot)).then_with(|| order(a.mark, b.mark))
        };
        self.judge_requests(&routes, frame, earliest, &mut news.shares);
        news.shares = self.tell_once(news.shares);
        news
    }

    /// Counts lines of a value that is known; whether it is not. `crowded` is told of a message with
    /// one more slot that is clear.
    #[inline]
    fn count(
        &mut self,
        count: &ValueCount<'_>,
        near: &mut usize,
        crowded: &mut Vec<TemplateIx>,
        opened: &mut impl FnMut(&ValueCount<'_>),
    ) -> bool {
        let place = (count.template, count.slot);
        let slot = match place_near(&self.by_template, place, near) {
            Some(at) => Some(&mut self.by_template[place.0.0 as usize][at].1),
            None => slot_of(&mut self.by_template, place.0, place.1),
        };
        let Some(slot) = slot else {
            self.is_full = true;
            opened(count);
            return false;
        };
        let was_settled = slot.lines >= SETTLED_LINES;
        match slot.count(count) {
            Counted::Open => opened(count),
            Counted::Unknown => return true,
            Counted::Long => {
                self.values -= slot.open();
                opened(count);
            }
            Counted::Known => {
                if !was_settled && slot.lines >= SETTLED_LINES {
                    crowded.push(count.template);
                }
                slot.wait(place, &mut self.waiting, &mut self.touched);
            }
        }
        false
    }

    /// Has at hand what some counts are of: what lies far away comes sooner if all of it is asked
    /// for at once than one after the other.
    fn look_at(&self, group: &[ValueCount<'_>]) {
        let mut near = 0;
        let look = |count: &ValueCount<'_>| {
            let at = place_near(&self.by_template, (count.template, count.slot), &mut near)?;
            Some(self.by_template[count.template.0 as usize][at].1.look())
        };
        black_box(group.iter().filter_map(look).fold(0, |all, one| all ^ one));
    }

    /// As [`Slots::keep_few`] for each of these.
    fn keep_few_of_all(&mut self, mut templates: Vec<TemplateIx>) {
        templates.sort_unstable();
        templates.dedup();
        templates.into_iter().for_each(|template| self.keep_few(template));
    }

    /// A value that its slot did not have when the pane began.
    fn meet<'a>(
        &mut self,
        count: &ValueCount<'a>,
        frame: &ShareFrame,
        line: impl Fn(&ValueCount<'a>) -> Option<LineAt<'a>>,
        news: &mut PaneNews,
        opened: &mut impl FnMut(&ValueCount<'_>),
    ) {
        let Some(slot) = slot_of(&mut self.by_template, count.template, count.slot) else { return };
        match slot.count(count) {
            Counted::Open => opened(count),
            Counted::Long => {
                self.values -= slot.open();
                opened(count);
            }
            Counted::Known => {}
            Counted::Unknown => {
                let full = self.values >= VALUES_ALL_MAX;
                self.is_full |= full;
                if full || count.value.is_empty() || slot.values.len() >= SLOT_VALUES_MAX {
                    self.values -= slot.open();
                    return opened(count);
                }
                if slot.is_settled() {
                    news.new.push(slot.news(count));
                }
                let lines = count.count + count.late;
                slot.lines = slot.lines.saturating_add(lines);
                let has_room = self.values < LINES_KEPT_MAX;
                let line = has_room.then(|| line(count)).flatten().map(|line| count.first(line));
                slot.add(Value { lines, first_seen: Pane(frame.pane), line, ..Value::new(count.value) });
                self.values += 1;
                if slot.has_shares && count.count > 0 {
                    slot.pend(slot.values.len() - 1, count.count);
                }
                // With more lines, and perhaps without shares, what waits may be odd now.
                slot.wait((count.template, count.slot), &mut self.waiting, &mut self.touched);
            }
        }
    }

    /// The shares that have calmed down by a pane.
    fn calm_down(&mut self, pane: i64) -> Vec<ShareFound> {
        let mut calm = Vec::new();
        while let Some(Reverse((due, ..))) = self.timers.peek()
            && *due <= pane
            && let Some(Reverse((_, template, slot, value))) = self.timers.pop()
        {
            let Some((told, route)) = self.told_of(template, slot, &value) else { continue };
            let Some(series) = self.series(template, slot, &value) else { continue };
            match series.calm_from() {
                Some(later) if later > pane => self.timers.push(Reverse((later, template, slot, value))),
                _ => {
                    let share = series.resolve_if_calm(pane);
                    let found = |share| ShareFound { template: told, slot, route, value, share, mark: None };
                    calm.extend(share.map(found));
                }
            }
        }
        calm
    }

    fn series(&mut self, template: TemplateIx, slot: SlotId, value: &[u8]) -> Option<&mut ValueSeries> {
        if template == REQUESTS {
            let value = self.requests.slot.values.iter_mut().find(|known| *known.text == *value)?;
            return Some(&mut value.series);
        }
        let slots = self.by_template.get_mut(template.0 as usize)?;
        let at = slots.binary_search_by_key(&slot, |(id, _)| *id).ok()?;
        let value = slots[at].1.values.iter_mut().find(|known| *known.text == *value)?;
        Some(&mut value.series)
    }

    /// Opens what a template has beyond the slots that are judged, once that is clear.
    fn keep_few(&mut self, template: TemplateIx) {
        let Some(slots) = self.by_template.get_mut(template.0 as usize) else { return };
        if slots.len() <= SLOTS_CLOSED_MAX {
            return;
        }
        let mut kept = [0; 3];
        for (id, slot) in slots
            .iter_mut()
            .filter(|(id, slot)| !slot.is_open && slot.lines >= SETTLED_LINES && !id.has_route())
        {
            let kept = &mut kept[if id.is_field() { 2 } else { usize::from(id.is_word()) }];
            *kept += 1;
            if *kept > SLOTS_CLOSED_MAX {
                self.values -= slot.open();
            }
        }
    }

    /// All slots of a template, open ones too.
    pub fn of(&self, template: TemplateIx) -> impl Iterator<Item = (SlotId, &Slot)> {
        self.by_template.get(template.0 as usize).into_iter().flatten().map(|(id, slot)| (*id, slot))
    }

    /// A closed slot of a template.
    pub fn get(&self, template: TemplateIx, slot: SlotId) -> Option<&Slot> {
        let slots = self.by_template.get(template.0 as usize)?;
        let at = slots.binary_search_by_key(&slot, |(id, _)| *id).ok()?;
        Some(&slots[at].1).filter(|slot| !slot.is_open)
    }

    /// Whether, as often as settled slots have shown what they never had in all the time until an
    /// hour ago, it is not to be expected more than `a_day` times.
    pub fn are_news_rare(&mut self, pane: Pane, a_day: f64, age_micros: i64) -> bool {
        let old = self.news.iter().take_while(|known| known.0 < pane.0 - HOUR).count();
        self.found += old as u64;
        self.news.drain(..old);
        self.found <= YOUNG_NEWS || self.found as f64 <= age_micros as f64 / DAY_MICROS * a_day
    }

    /// A settled slot has shown what it never had.
    pub fn note_news(&mut self, pane: Pane) {
        if self.news.len() < NEWS_MAX {
            self.news.push(pane);
        }
    }

    /// The closed slots of a template that are judged.
    pub fn closed(&self, template: TemplateIx) -> impl Iterator<Item = (SlotId, &Slot)> {
        let slots = self.by_template.get(template.0 as usize).into_iter().flatten();
        slots.filter(|(id, slot)| !slot.is_open && !id.has_route()).map(|(id, slot)| (*id, slot))
    }

    /// Whether a bound on all values was hit.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// Values of all closed slots.
    pub fn values(&self) -> usize {
        self.values
    }

    /// Two templates have become one; of places in their texts nothing stays true.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        if gone == survivor {
            return;
        }
        self.join_requests(gone, survivor);
        self.forget_words(survivor);
        self.forget_words(gone);
        let Some(slots) = self.by_template.get_mut(gone.0 as usize).map(std::mem::take) else { return };
        for (id, slot) in slots {
            self.values -= slot.values.len();
            self.put(survivor, id, slot);
        }
    }

    /// Forgets what stood in places of a template's text.
    pub fn forget_words(&mut self, template: TemplateIx) {
        let Some(slots) = self.by_template.get_mut(template.0 as usize) else { return };
        slots.retain(|(id, slot)| {
            let keep = !id.is_word();
            self.values -= if keep { 0 } else { slot.values.len() };
            keep
        });
    }

    /// Puts a slot in its place, or joins it with the one there.
    pub fn put(&mut self, template: TemplateIx, id: SlotId, slot: Slot) {
        let Some(known) = slot_of(&mut self.by_template, template, id) else { return };
        self.values -= known.values.len();
        let was_waiting = known.is_waiting;
        if *known == Slot::default() || slot.displaces(known) {
            *known = slot;
        } else if known.displaces(&slot) {
            // That of another route whose slot has the same id.
        } else {
            known.join(slot);
        }
        if self.values + known.values.len() > VALUES_ALL_MAX {
            self.is_full = true;
            known.open();
        }
        self.values += known.values.len();
        for value in &known.values {
            let due = value.series.calm_from();
            self.timers.extend(due.map(|due| Reverse((due, template, id, value.text.to_box()))));
        }
        // What has joined may be odder than either was.
        (known.is_waiting, known.is_touched) = (was_waiting, false);
        known.wait((template, id), &mut self.waiting, &mut self.touched);
    }

    /// All slots by the ids of their templates.
    pub fn save(&self, id_of: impl Fn(TemplateIx) -> TemplateId) -> Saved {
        let known = self.by_template.iter().enumerate().filter(|(_, slots)| !slots.is_empty());
        let mut saved: Saved =
            known.map(|(template, slots)| (id_of(TemplateIx(template as u32)), slots.clone())).collect();
        saved.sort_by_key(|(id, _)| *id);
        saved
    }

    /// The slots that were saved; two ids may lead to one template now.
    pub fn load(&mut self, saved: &Saved, index_of: impl Fn(TemplateId) -> Option<TemplateIx>) {
        for (id, slots) in saved {
            let Some(template) = index_of(*id) else { continue };
            slots.iter().for_each(|(id, slot)| self.put(template, *id, slot.clone()));
        }
    }
}

/// Where a slot lies among those of its template. One is most often asked for after itself or
/// after its neighbour.
fn place_near(
    by_template: &[OfTemplate],
    (template, id): (TemplateIx, SlotId),
    near: &mut usize,
) -> Option<usize> {
    let slots = by_template.get(template.0 as usize)?;
    let is_at = |at: &usize| slots.get(*at).is_some_and(|(known, _)| *known == id);
    *near = match [*near, *near + 1].into_iter().find(is_at) {
        Some(at) => at,
        None => slots.binary_search_by_key(&id, |(id, _)| *id).ok()?,
    };
    Some(*near)
}

/// A slot, made if there is room for it.
fn slot_of(by_template: &mut Vec<OfTemplate>, template: TemplateIx, id: SlotId) -> Option<&mut Slot> {
    let index = template.0 as usize;
    if index >= by_template.len() {
        by_template.resize_with(index + 1, Vec::new);
    }
    let slots = &mut by_template[index];
    match slots.binary_search_by_key(&id, |(id, _)| *id) {
        Ok(at) => Some(&mut slots[at].1),
        Err(_) if !has_room(slots, id) => None,
        Err(at) => {
            // Most messages have one or two, and a list would begin with room for four.
            if slots.len() < 2 {
                slots.reserve_exact(1);
            }
            slots.insert(at, (id, Slot::default()));
            Some(&mut slots[at].1)
        }
    }
}

/// The counts of each value put together, in the order of their first lines: how many cells a pane
/// has depends on how the log was cut.
fn together<'a>(
    mut counts: Vec<&ValueCount<'a>>,
    first: impl Fn(&&ValueCount<'a>, &&ValueCount<'a>) -> Ordering,
) -> Vec<ValueCount<'a>> {
    counts.sort_unstable_by(|a, b| (a.template, a.slot, a.value).cmp(&(b.template, b.slot, b.value)));
    let same = |a: &&ValueCount<'a>, b: &&ValueCount<'a>| {
        (a.template, a.slot, a.value) == (b.template, b.slot, b.value)
    };
    let mut of_values = Vec::new();
    for counts in counts.chunk_by(same) {
        let Some(least) = counts.iter().copied().min_by(|a, b| first(a, b)) else { continue };
        let sum = |of: fn(&ValueCount<'a>) -> u64| counts.iter().map(|count| of(count)).sum();
        of_values.push(ValueCount {
            count: sum(|count| count.count),
            late: sum(|count| count.late),
            ..*least
        });
    }
    of_values.sort_unstable_by(|a, b| first(&a, &b));
    of_values
}

impl ValueCount<'_> {
    fn first(&self, (source, line_number, text): (usize, u64, &[u8])) -> Box<FirstLine> {
        Box::new(FirstLine { time: self.time, source, line_number, text: text.into() })
    }
}

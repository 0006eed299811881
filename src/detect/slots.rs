//! The values of each message: which are usual in its slots.
//!
//! A slot starts *closed*: its values are counted one by one. With too many different ones it is
//! *open* for ever, and says nothing any more. Only the sets of values decide that, so two
//! tables join by union, and what was learned apart is what would have been learned together.
//!
//! A closed slot that has settled, with enough lines and no value seen only once, judges what it
//! has never shown. Values come in the order of their first lines, a pane at a time.

use crate::id::{ShapeId, SlotId, TemplateId};
use crate::limits::{SLOT_VALUES_MAX, SLOTS_CLOSED_MAX, SLOTS_MAX, VALUES_ALL_MAX};
use crate::shape::candidates::LONG;
use crate::template::TemplateIx;
use crate::time::{Pane, Time};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

// limits
/// A slot is settled with so many lines.
const SETTLED_LINES: u64 = 50;

/// Lines of one value in a slot of a template, in one pane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueCount<'a> {
    pub template: TemplateIx,
    pub slot: SlotId,
    /// Empty if the slot has shown too many values in the pane.
    pub value: &'a [u8],
    /// Lines in time, and lines that were late.
    pub count: u64,
    pub late: u64,
    /// Stamp of the first of them.
    pub time: Time,
    /// The caller's mark.
    pub mark: usize,
}

/// A value of a closed slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Value {
    pub text: Box<[u8]>,
    pub lines: u64,
    pub first_seen: Pane,
}

/// What is known of one slot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slot {
    is_open: bool,
    pub lines: u64,
    pub values: Vec<Value>,
}

/// The slots of one template, by id.
type OfTemplate = Vec<(SlotId, Slot)>;

/// The slots of all templates, as they are saved.
pub(crate) type Saved = Vec<(TemplateId, OfTemplate)>;

/// The lines of each shape by template, where the closure has masked words; none where no place of
/// these is closed.
pub(crate) type SavedWords = Vec<(TemplateId, Option<Vec<(ShapeId, u64)>>)>;

/// What is known of the values of all messages, as it is saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedSlots {
    pub slots: Saved,
    pub words: SavedWords,
    /// Names of the slots that are fields.
    pub names: Vec<(SlotId, Box<[u8]>)>,
    /// See [`Slots::found`].
    pub found: u64,
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
    by_template: HashMap<TemplateIx, OfTemplate>,
    values: usize,
    /// A bound was hit.
    is_full: bool,
    /// News so far that were, or would have been, worth an alert.
    pub found: u64,
}

impl Slots {
    /// Counts the values of a closed pane, and gives those that are news. `counts` are sorted by
    /// template and slot, those of a slot in the order of their first lines. `opened` is told
    /// which counts were in vain, since their slot is open.
    pub fn close_pane(
        &mut self,
        pane: Pane,
        counts: &[ValueCount<'_>],
        mut opened: impl FnMut(&ValueCount<'_>),
    ) -> Vec<NewValue> {
        let mut news = Vec::new();
        for counts in counts.chunk_by(|a, b| (a.template, a.slot) == (b.template, b.slot)) {
            let Some(slot) = slot_of(&mut self.by_template, counts[0].template, counts[0].slot) else {
                counts.iter().for_each(&mut opened);
                continue;
            };
            for count in counts {
                if slot.is_open {
                    opened(count);
                    continue;
                }
                let lines = count.count + count.late;
                if let Some(known) = slot.values.iter_mut().find(|known| *known.text == *count.value) {
                    known.lines += lines;
                    slot.lines += lines;
                    continue;
                }
                let full = self.values >= VALUES_ALL_MAX;
                self.is_full |= full;
                if full || count.value.is_empty() || slot.values.len() >= SLOT_VALUES_MAX {
                    self.values -= slot.open();
                    opened(count);
                    continue;
                }
                if slot.is_settled() {
                    news.push(slot.news(count));
                }
                slot.lines += lines;
                slot.values.push(Value { text: count.value.into(), lines, first_seen: pane });
                self.values += 1;
            }
        }
        for counts in counts.chunk_by(|a, b| a.template == b.template) {
            self.keep_few(counts[0].template);
        }
        news
    }

    /// Opens what a template has beyond the slots that are judged, once that is clear.
    fn keep_few(&mut self, template: TemplateIx) {
        let Some(slots) = self.by_template.get_mut(&template) else { return };
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

    /// The closed slots of a template that are judged.
    pub fn closed(&self, template: TemplateIx) -> impl Iterator<Item = (SlotId, &Slot)> {
        let slots = self.by_template.get(&template).into_iter().flatten();
        slots.filter(|(_, slot)| !slot.is_open).map(|(id, slot)| (*id, slot))
    }

    /// Whether a slot is closed, or not known yet.
    pub fn is_closed(&self, template: TemplateIx, slot: SlotId) -> bool {
        let slots = self.by_template.get(&template).map_or(&[][..], |slots| slots);
        slots.binary_search_by_key(&slot, |(id, _)| *id).is_ok_and(|at| !slots[at].1.is_open)
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
        self.forget_words(survivor);
        self.forget_words(gone);
        let Some(slots) = self.by_template.remove(&gone) else { return };
        for (id, slot) in slots {
            self.values -= slot.values.len();
            self.put(survivor, id, slot);
        }
    }

    /// Forgets what stood in places of a template's text.
    pub fn forget_words(&mut self, template: TemplateIx) {
        let Some(slots) = self.by_template.get_mut(&template) else { return };
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
        known.join(slot);
        self.values += known.values.len();
    }

    /// All slots by the ids of their templates.
    pub fn save(&self, id_of: impl Fn(TemplateIx) -> TemplateId) -> Saved {
        let mut saved: Saved =
            self.by_template.iter().map(|(template, slots)| (id_of(*template), slots.clone())).collect();
        saved.sort_by_key(|(id, _)| *id);
        saved
    }

    /// The slots that were saved; two ids may lead to one template now.
    pub fn load(&mut self, saved: Saved, index_of: impl Fn(TemplateId) -> Option<TemplateIx>) {
        for (id, slots) in saved {
            let Some(template) = index_of(id) else { continue };
            slots.into_iter().for_each(|(id, slot)| self.put(template, id, slot));
        }
    }
}

/// A slot, made if there is room for it.
fn slot_of(
    by_template: &mut HashMap<TemplateIx, OfTemplate>,
    template: TemplateIx,
    id: SlotId,
) -> Option<&mut Slot> {
    let slots = by_template.entry(template).or_default();
    match slots.binary_search_by_key(&id, |(id, _)| *id) {
        Ok(at) => Some(&mut slots[at].1),
        Err(_) if slots.len() >= SLOTS_MAX => None,
        Err(at) => {
            slots.insert(at, (id, Slot::default()));
            Some(&mut slots[at].1)
        }
    }
}

impl Slot {
    /// A slot that has shown one value.
    pub fn of(value: &[u8], lines: u64) -> Slot {
        let first_seen = Pane(i64::MAX);
        Slot { is_open: false, lines, values: vec![Value { text: value.into(), lines, first_seen }] }
    }

    /// Forgets its values: there are too many. How many were known.
    fn open(&mut self) -> usize {
        self.is_open = true;
        std::mem::take(&mut self.values).len()
    }

    /// Whether what it has never shown is news.
    fn is_settled(&self) -> bool {
        self.lines >= SETTLED_LINES && self.values.iter().all(|value| value.lines > 1 && *value.text != *LONG)
    }

    /// Its values, the commonest first.
    pub fn usual(&self) -> Vec<(Box<[u8]>, u64)> {
        let mut usual: Vec<_> = self.values.iter().map(|value| (value.text.clone(), value.lines)).collect();
        usual.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        usual
    }

    fn news(&self, count: &ValueCount<'_>) -> NewValue {
        NewValue {
            template: count.template,
            slot: count.slot,
            value: count.value.into(),
            count: count.count + count.late,
            lines: self.lines,
            usual: self.usual(),
            kinds: self.values.len(),
            time: count.time,
            mark: count.mark,
        }
    }

    fn join(&mut self, other: Slot) {
        self.lines += other.lines;
        if self.is_open || other.is_open {
            self.open();
            return;
        }
        for value in other.values {
            if let Some(known) = self.values.iter_mut().find(|known| known.text == value.text) {
                known.lines += value.lines;
                known.first_seen = known.first_seen.min(value.first_seen);
            } else if self.values.len() < SLOT_VALUES_MAX {
                self.values.push(value);
            } else {
                self.open();
                return;
            }
        }
    }
}

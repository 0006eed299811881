//! One slot of a message, and the values it has shown.

use super::places::Places;
use super::short::Text;
use super::{FirstLine, NewValue, ValueCount};
use crate::detect::share::{Lumps, ShareFinding, ShareFrame, SlotSeries, ValueSeries};
use crate::id::SlotId;
use crate::limits::SLOT_VALUES_MAX;
use crate::shape::VARIABLE;
use crate::shape::candidates::LONG;
use crate::template::TemplateIx;
use crate::time::Pane;
use serde::{Deserialize, Deserializer, Serialize};
use std::hint::black_box;

// limits
/// A slot is settled with so many lines.
pub(crate) const SETTLED_LINES: u64 = 50;
/// Of values that are all as frequent one is missing still with a chance of e to the minus this.
const COUPONS_SURE: f64 = 6.0;
/// With more kinds a slot holds amounts.
pub(super) const KINDS_MAX: usize = 32;
/// A longer number rather names a thing, or counts, than says something.
const CODE_BYTES_MAX: usize = 4;

/// A value of a closed slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Value {
    pub text: Text,
    pub lines: u64,
    pub first_seen: Pane,
    /// How its share changes.
    pub(super) series: ValueSeries,
    /// Lines that its share was not judged with yet.
    pub(super) pending: u32,
    /// Of the text.
    pub(super) hash: u64,
    /// Where it is wanted.
    #[serde(skip)]
    pub line: Option<Box<FirstLine>>,
}

/// What is known of one slot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(super) is_open: bool,
    pub lines: u64,
    #[serde(deserialize_with = "few_values")]
    pub values: Vec<Value>,
    /// Apart, for only what judges the slot asks for it.
    pub(super) series: Box<SlotSeries>,
    /// The shares of its values are worth looking at.
    pub(super) has_shares: bool,
    /// Lines that they were not judged with yet.
    pub(super) pending: u32,
    /// It is among those whose lines wait for the end of their minute.
    pub(super) is_waiting: bool,
    /// It is among those that have changed since it was looked last whether they are odd.
    #[serde(skip)]
    pub(super) is_touched: bool,
    /// Where its values are, if there are many.
    #[serde(skip)]
    pub(super) places: Places,
    /// Which requests count, if not all. Of those of a route only failures are among the values.
    pub route: Box<[u8]>,
}

/// What became of some lines of a value.
pub(super) enum Counted {
    /// Nothing: the slot is open.
    Open,
    /// They are counted.
    Known,
    /// They are, but are the second with a value longer than one of few is: the slot never settles.
    Long,
    /// Nothing: the slot has not shown the value yet.
    Unknown,
}

impl Value {
    pub(super) fn new(text: &[u8]) -> Value {
        Value {
            text: text.into(),
            lines: 0,
            first_seen: Pane(i64::MAX),
            series: ValueSeries::default(),
            pending: 0,
            hash: hash_of(text),
            line: None,
        }
    }
}

impl Slot {
    /// Counts lines of a value that is known.
    pub(super) fn count(&mut self, count: &ValueCount<'_>) -> Counted {
        if self.is_open {
            return Counted::Open;
        }
        let Some(at) = self.find(count.value) else { return Counted::Unknown };
        let known = &mut self.values[at];
        known.lines = known.lines.saturating_add(count.count + count.late);
        self.lines = self.lines.saturating_add(count.count + count.late);
        if self.has_shares {
            known.pending = known.pending.saturating_add(count.count as u32);
            self.pending = self.pending.saturating_add(count.count as u32);
        } else if known.lines > 1 && *known.text == *LONG {
            return Counted::Long;
        }
        Counted::Known
    }

    /// Where a value is.
    #[inline]
    fn find(&mut self, text: &[u8]) -> Option<usize> {
        if self.values.len() <= Places::FEW {
            return self.values.iter().position(|known| known.text.is(text));
        }
        self.places.find(text, &self.values)
    }

    /// Lines of a value wait to be judged.
    pub(super) fn pend(&mut self, value: usize, lines: u64) {
        let known = &mut self.values[value];
        known.pending = known.pending.saturating_add(lines as u32);
        self.pending = self.pending.saturating_add(lines as u32);
    }

    /// Lines of its values may wait, which it then is known to.
    pub(super) fn wait(
        &mut self,
        place: (TemplateIx, SlotId),
        waiting: &mut Vec<(TemplateIx, SlotId)>,
        touched: &mut Vec<(TemplateIx, SlotId)>,
    ) {
        if self.pending == 0 {
            return;
        }
        if !std::mem::replace(&mut self.is_waiting, true) {
            waiting.push(place);
        }
        if !std::mem::replace(&mut self.is_touched, true) {
            touched.push(place);
        }
    }

    /// Looks at its values, for nothing but to have them at hand.
    #[inline]
    pub(super) fn look(&self) -> u64 {
        self.values.iter().take(4).fold(0, |all, value| all ^ value.lines)
    }

    /// Looks at what is known of the shares of its values.
    pub(super) fn look_at_shares(&self) -> u64 {
        let waiting = || self.values.iter().filter(|value| value.pending > 0);
        let known = waiting().fold(self.series.look(), |all, value| all ^ value.series.look());
        black_box(known);
        waiting().fold(0, |all, value| all ^ value.series.look_behind())
    }

    /// Whether lines with one of its values wait to be judged.
    pub(super) fn is_failing(&self) -> bool {
        self.values.iter().any(|value| value.pending > 0)
    }

    /// Whether one of its values has more of the lines that wait than chance would often give it.
    pub(super) fn is_odd(&self) -> bool {
        let share = |value: &Value| value.lines as f64 / self.lines.max(1) as f64;
        // A line alone is never odd.
        let mut several = self.values.iter().filter(|value| value.pending > 1);
        several.any(|value| is_odd_share(value.pending, self.pending, share(value)))
    }

    /// Judges the shares of its values over the lines that wait, and learns them.
    pub(super) fn judge(&mut self, frame: &ShareFrame) -> Vec<(Box<[u8]>, ShareFinding)> {
        let waiting = self.values.iter_mut().filter(|value| value.pending > 0);
        let mut series: Vec<(&mut ValueSeries, u32)> =
            waiting.map(|value| (&mut value.series, value.pending)).collect();
        let found = self.series.close_pane(std::mem::take(&mut self.pending), &mut series, frame);
        let named = found.into_iter().map(|(at, share)| {
            let value = self.values.iter().filter(|value| value.pending > 0).nth(at);
            (value.map_or_else(Box::default, |value| value.text.to_box()), share)
        });
        let named = named.collect();
        self.values.iter_mut().for_each(|value| value.pending = 0);
        named
    }

    /// A slot that has shown one value.
    pub fn of(value: &[u8], lines: u64) -> Slot {
        let first_seen = Pane(i64::MAX);
        let value = Value { lines, first_seen, ..Value::new(value) };
        Slot { lines, values: vec![value], ..Slot::default() }
    }

    /// The same with the first line of its values.
    #[must_use]
    pub fn with_line(mut self, line: Option<Box<FirstLine>>) -> Slot {
        self.values.iter_mut().for_each(|value| value.line.clone_from(&line));
        self
    }

    /// How the lines of one of its values come together.
    pub fn lumps(&self, value: &Value) -> Lumps {
        value.series.lumps(&self.series)
    }

    /// Forgets its values: there are too many. How many were known.
    pub(super) fn open(&mut self) -> usize {
        self.is_open = true;
        *self.series = Default::default();
        (self.pending, self.has_shares, self.is_waiting) = (0, false, false);
        std::mem::take(&mut self.values).len()
    }

    /// Whether what it has never shown is news: it has had lines enough, and none came once only.
    pub(super) fn is_settled(&self) -> bool {
        self.lines >= SETTLED_LINES
            && is_shown(self.values.len(), self.lines)
            && self.values.iter().all(|value| value.lines > 1 && *value.text != *LONG)
    }

    /// A value joins those that are known.
    pub(super) fn add(&mut self, value: Value) {
        // Most slots of a flood have one value, and a list would begin with room for four.
        if self.values.is_empty() {
            self.values.reserve_exact(1);
        }
        self.values.push(value);
        let kinds = self.values.len();
        self.has_shares = (2..=KINDS_MAX).contains(&kinds)
            && self.values.iter().all(|value| may_say_something(&value.text));
    }

    /// Its values, the commonest first.
    pub fn usual(&self) -> Vec<(Box<[u8]>, u64)> {
        let mut usual: Vec<_> = self.values.iter().map(|value| (value.text.to_box(), value.lines)).collect();
        usual.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        usual
    }

    pub(super) fn news(&self, count: &ValueCount<'_>) -> NewValue {
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

    pub(super) fn join(&mut self, other: Slot) {
        self.lines = self.lines.saturating_add(other.lines);
        if self.route.is_empty() {
            self.route = other.route;
        }
        if self.is_open || other.is_open {
            self.open();
            return;
        }
        self.series.join(*other.series);
        self.pending = self.pending.saturating_add(other.pending);
        for value in other.values {
            if let Some(known) = self.values.iter_mut().find(|known| known.text == value.text) {
                known.lines = known.lines.saturating_add(value.lines);
                known.first_seen = known.first_seen.min(value.first_seen);
                known.series.join(value.series);
                known.pending = known.pending.saturating_add(value.pending);
                known.line = earlier(known.line.take(), value.line);
            } else if self.values.len() < SLOT_VALUES_MAX {
                self.add(value);
            } else {
                self.open();
                return;
            }
        }
    }
}

/// What a slot may have had when it was saved; a file that says otherwise was made up.
fn few_values<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    let values = Vec::<Value>::deserialize(from)?;
    if values.len() > SLOT_VALUES_MAX || values.iter().any(|value| value.hash != hash_of(&value.text)) {
        return Err(serde::de::Error::custom("values that no slot has"));
    }
    Ok(values)
}

/// Whether so many of some lines are more than its share, and more than chance would often have.
pub(super) fn is_odd_share(count: u32, lines: u32, share: f64) -> bool {
    let expected = share * f64::from(lines);
    f64::from(count) > expected + 2.0 * expected.sqrt() + 1.0
}

/// Whether the share of a value may be worth telling: codes and states, not names and amounts.
pub(super) fn may_say_something(value: &[u8]) -> bool {
    let is_number = value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+'));
    if is_number { value.len() <= CODE_BYTES_MAX } else { value != LONG && !names_thing(value) }
}

/// Whether a word rather names a thing than says something: `web-7`, `com.example.App`.
pub(crate) fn names_thing(value: &[u8]) -> bool {
    let is_joined =
        |b: &u8| matches!(b, b'.' | b'@' | b'$' | b'/' | b'#' | b'<' | &VARIABLE) || b.is_ascii_digit();
    // One small letter alone, as in `TLSv1.2`, makes no name.
    let spelled = value.windows(2).any(|pair| pair.iter().all(u8::is_ascii_lowercase));
    spelled && value.iter().any(is_joined)
}

/// Whether so many lines would have shown so many values if all were as frequent: the bound of the
/// coupon collector.
pub(crate) fn is_shown(kinds: usize, lines: u64) -> bool {
    let kinds = kinds as f64;
    lines as f64 >= kinds * (kinds.max(1.0).ln() + COUPONS_SURE)
}

/// What values are told apart by.
pub(crate) fn hash_of(value: &[u8]) -> u64 {
    crate::id::ShapeId::of(value).0
}

/// Of two first lines the first.
pub(super) fn earlier(one: Option<Box<FirstLine>>, other: Option<Box<FirstLine>>) -> Option<Box<FirstLine>> {
    let order = |line: &FirstLine| (line.time, line.text.clone());
    match (one, other) {
        (Some(one), Some(other)) if order(&other) < order(&one) => Some(other),
        (one, other) => one.or(other),
    }
}

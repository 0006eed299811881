//! A message of both logs that says something else after: a value that it never had before, or
//! one that far more of its lines have.
//!
//! A place is settled, or nothing it never showed is news; and the more lines the log after has,
//! the more of them must have a value for it to be one that was missing before, and not just too
//! rare. What a value is decides what it is worth: names must have been missing anyway, and what
//! only counts or numbers things is no news of a log.
//!
//! A share is judged like a rate, given the lines of the place: lumps, lines with the value that
//! come along with others, as the windows of both sides show them, and how shares differ between
//! any two runs are what it varies by beyond chance. A value that was never seen has a share, too.

use super::Comparison;
use super::places::{both, places_of};
use super::rates::{Frame, Rate};
use super::sides::Pair;
use super::tell::Teller;
use crate::alert::Alert;
use crate::detect::slots::{FirstLine, NewValue, SETTLED_LINES, Slot, Slots, Value, is_shown};
use crate::detect::{evidence, evidence_discount, tail_of_two};
use crate::id::SlotId;
use crate::ledger::{Worth, worth_of};
use crate::line::Level;
use crate::shape::VARIABLE;
use crate::shape::candidates::LONG;
use crate::time::Time;
use std::cmp::Reverse;

// limits
/// A log after with up to so many times the lines of before shows all that settled before.
const LIKE_BEFORE: f64 = 2.0;
/// In a longer one a value must have come so often in each further stretch like before.
const MISSING_LINES: f64 = 3.5;
/// Lines before of a place that settles later.
const BEFORE_LINES_MIN: u64 = SETTLED_LINES / 2;
/// New values to expect, from which on none is a surprise.
const EXPECTED_NEW_MAX: f64 = 1.0;
/// A share is told that is so many times the one before, of so many lines.
const FACTOR_MIN: f64 = 2.0;
const LINES_MIN: u64 = 3;
/// How shares differ between two runs of one system: relative variance.
const SPREAD: f64 = 0.05;
/// Values told one by one; the rest are notes.
const TOLD_MAX: usize = 5;

/// A value of a message of both logs.
pub(super) struct Found {
    /// The place of its message among all.
    pub at: usize,
    pub slot: SlotId,
    /// The value with what was usual before.
    pub value: NewValue,
    /// Its lines before.
    pub before: u64,
    /// Lines of the slot after.
    pub of: u64,
    /// How its share changed; none if it is new in a settled place.
    pub rate: Option<Rate>,
    pub line: Option<FirstLine>,
    /// What announces it.
    pub key: String,
    pub worth: Worth,
}

/// All that is found, shares as candidates: what of them is told is decided among all tests.
#[derive(Default)]
pub(super) struct Findings {
    pub new: Vec<Found>,
    pub shares: Vec<Found>,
    pub tests: u32,
}

impl Found {
    /// What is compared, of a share.
    pub fn score(&self) -> f64 {
        self.rate.map_or(0.0, |rate| rate.score)
    }

    fn rank(&self) -> impl Ord + use<> {
        // Nothing of it is better told by one route alone.
        let score = (self.score() * 1e6) as u64;
        (Reverse(self.worth), self.rate.is_some(), self.slot.has_route(), Reverse(score), self.slot)
    }
}

/// Looks at all values of the messages of both logs; at shares only where they are judged.
pub(super) fn look(pair: &Pair<'_>, frame: &Frame, with_shares: bool) -> Findings {
    let sides = [pair.before, pair.after].map(|ledger| places_of(ledger, &pair.union));
    let overflow = pair.union.overflow_template();
    let mut findings = Findings::default();
    let known = pair.messages.iter().enumerate().filter(|(_, message)| {
        message.before.is_some() && message.after.is_some() && Some(message.template) != overflow
    });
    for (at, message) in known {
        for (id, before, after) in both(&sides, message.template) {
            if before.lines < BEFORE_LINES_MIN {
                continue;
            }
            for value in &after.values {
                look_at(pair, frame, &sides[0], (at, id), (before, after, value), with_shares, &mut findings);
            }
        }
    }
    findings
}

fn look_at(
    pair: &Pair<'_>,
    frame: &Frame,
    said: &Slots,
    (at, slot): (usize, SlotId),
    (before, after, value): (&Slot, &Slot, &Value),
    with_shares: bool,
    findings: &mut Findings,
) {
    let known = before.values.iter().find(|known| known.text == value.text);
    let found = |rate| found(pair, (at, slot), (before, after, value), known, rate);
    let stretches = after.lines as f64 / before.lines as f64;
    if known.is_none() && is_settled(before, after) && was_missing(value.lines, stretches) {
        let new = found(None);
        let is_told = match new.worth {
            Worth::Alert => true,
            // One of many names is soon missing.
            Worth::Name => {
                let names = before.values.len() as f64;
                value.lines as f64 >= (MISSING_LINES + names.ln()) * stretches
            }
            Worth::Note => true,
            Worth::Nothing => false,
        };
        if !is_told || !is_said_before(pair, &new, said) {
            findings.new.extend(is_told.then_some(new));
            return;
        }
    }
    if !with_shares
        || before.lines < SETTLED_LINES
        || value.lines + known.map_or(0, |known| known.lines) < LINES_MIN
    {
        return;
    }
    findings.tests += 1;
    let rate = rate_of((before, known), (after, value), frame);
    findings.shares.extend(rate.map(|rate| found(Some(rate))));
}

/// Whether the log before says it all the same: of other requests, or in a message like this one.
fn is_said_before(pair: &Pair<'_>, Found { value: new, key, .. }: &Found, before: &Slots) -> bool {
    let whole = before.get(new.template, new.slot.of_all_routes()).filter(|_| new.slot.has_route());
    let is_known = |slot: &Slot| slot.values.iter().any(|known| *known.text == *new.value);
    whole.is_some_and(is_known)
        || before.said_elsewhere(new).any(|other| {
            let side = pair.messages.iter().find(|message| message.template == other);
            let own = side.and_then(|message| message.before.as_ref()).map(|side| side.template);
            own.is_some_and(|own| pair.before.example_key(own, new.slot).told() == key)
        })
}

/// Whether what no line before had is news: there are lines enough, and no value of before has come
/// only once. Those after are as good as those before.
fn is_settled(before: &Slot, after: &Slot) -> bool {
    let again = |known: &Value| {
        after.values.iter().find(|value| value.text == known.text).map_or(0, |value| value.lines)
    };
    let known: Option<u64> = before
        .values
        .iter()
        .map(|known| Some(known.lines + again(known)).filter(|lines| *lines > 1 && *known.text != *LONG))
        .sum();
    known.is_some_and(|lines| lines >= SETTLED_LINES && is_shown(before.values.len(), lines))
}

/// Whether a value that no line before had was not just too rare.
fn was_missing(count: u64, stretches: f64) -> bool {
    count as f64 >= 1.0 + MISSING_LINES * (stretches - LIKE_BEFORE).max(0.0)
}

/// How a share that has risen would be judged.
fn rate_of(
    (before, known): (&Slot, Option<&Value>),
    (after, value): (&Slot, &Value),
    frame: &Frame,
) -> Option<Rate> {
    let (x, y) = (known.map_or(0, |known| known.lines), value.lines);
    let (before_lines, after_lines) = (before.lines as f64, after.lines as f64);
    let share = (x as f64 + 0.5) / (before_lines + 1.0);
    let expected = share * after_lines;
    if y < LINES_MIN || (y as f64) < FACTOR_MIN * expected {
        return None;
    }
    let here = after.lumps(value);
    let there = known.map(|known| before.lumps(known));
    let windows = here.windows + there.map_or(0, |there| there.windows);
    let lump =
        there.map_or(here.lump, |there| (here.lump * y as f64 + there.lump * x as f64) / (x + y) as f64);
    let lumpy = lump * (1.0 / after_lines + 1.0 / before_lines);
    let correlation = ((lumpy + SPREAD * share) / (1.0 - share)).min(1.0);
    let tail = tail_of_two(y, after.lines, x, before.lines, correlation);
    let days = frame.days_before();
    let score = evidence_discount(tail, evidence(f64::from(windows), days));
    Some(Rate { expected, score, tail })
}

fn found(
    pair: &Pair<'_>,
    (at, slot): (usize, SlotId),
    (before, after, value): (&Slot, &Slot, &Value),
    known: Option<&Value>,
    rate: Option<Rate>,
) -> Found {
    let line = value.line.as_deref().cloned();
    let text = line.as_ref().map_or(&[][..], |line| &line.text);
    let in_place = || {
        let values = pair.union.values_in(pair.messages[at].template, text, false);
        let (_, value) = values.get(slot.place()?)?;
        Some(Box::<[u8]>::from(*value))
    };
    let said = if *value.text == [VARIABLE] { in_place() } else { None };
    let said = said.unwrap_or_else(|| value.text.to_box());
    let own = pair.messages[at].after.as_ref().map_or(pair.messages[at].template, |side| side.template);
    let announced = pair.after.key_of(own, slot, text, &said);
    let value = NewValue {
        template: pair.messages[at].template,
        slot,
        value: said,
        count: value.lines,
        lines: before.lines,
        usual: before.usual(),
        kinds: before.values.len(),
        time: line.as_ref().map_or(Time(i64::MIN), |line| line.time),
        mark: 0,
    };
    let worth = worth_of(&value, &announced.words);
    let key = announced.told().to_owned();
    let before = known.map_or(0, |known| known.lines);
    Found { at, slot, value, before, of: after.lines, rate, line, key, worth }
}

/// Tells what is found: what is worth most first, of each line and of each value of a message once.
pub(super) fn add(teller: &Teller<'_>, findings: Findings, comparison: &mut Comparison) {
    let pair = teller.pair;
    let mut found = findings.new;
    found.extend(findings.shares);
    found.sort_by_key(|found| (found.rank(), found.at));
    let (mut told, mut names): (Vec<Found>, Vec<Found>) = (Vec::new(), Vec::new());
    for found in found {
        let place = |found: &Found| found.line.as_ref().map(|line| (line.source, line.line_number));
        let is_known = |other: &&Found| {
            other.at == found.at && other.value.value == found.value.value
                || place(other).is_some() && place(other) == place(&found)
        };
        if told.iter().chain(&names).any(|other| is_known(&other)) {
            continue;
        }
        let message = &pair.messages[found.at];
        let value = &found.value.value;
        let is_decided = match found.rate {
            Some(_) => pair.is_muted(message),
            None => pair.is_value_decided(message, value),
        };
        if is_decided {
            comparison.muted += u64::from(pair.is_muted(message));
            continue;
        }
        if found.worth == Worth::Name { names.push(found) } else { told.push(found) }
    }
    add_told(teller, told, comparison);
    add_names(teller, names, comparison);
}

fn add_told(teller: &Teller<'_>, told: Vec<Found>, comparison: &mut Comparison) {
    let expected = expected_new(teller.pair);
    let (mut new, mut shares) = (0, 0);
    for found in told {
        let alert = teller.value(&found);
        let (count, is_rare) = match found.rate {
            Some(_) => (&mut shares, true),
            None => (&mut new, expected < EXPECTED_NEW_MAX),
        };
        let is_alert = found.worth == Worth::Alert && is_rare;
        *count += usize::from(is_alert);
        if is_alert && (*count <= TOLD_MAX || alert.class >= Level::Error) {
            comparison.alerts.push(alert);
        } else {
            comparison.notes.push(Alert { note: true, ..alert });
        }
    }
}

/// One name in several messages is one note.
fn add_names(teller: &Teller<'_>, mut names: Vec<Found>, comparison: &mut Comparison) {
    names.sort_by(|a, b| a.value.value.cmp(&b.value.value).then(a.at.cmp(&b.at)));
    for group in names.chunk_by(|a, b| a.value.value == b.value.value) {
        let mut alert = teller.value(&group[0]);
        if group.len() > 1 {
            let Some(told) = &alert.value else { continue };
            let what = if group[0].before == 0 { "new name" } else { "name" };
            alert.reason = format!("{what} {} in {} known messages", told.value, group.len());
            alert.summary.clone_from(&alert.reason);
        }
        comparison.notes.push(Alert { note: true, ..alert });
    }
}

/// New values to expect after: as many as came before, where each doubling of the lines brings as
/// many again.
fn expected_new(pair: &Pair<'_>) -> f64 {
    let (before, after) = pair.lines();
    let (before, after) = (before as f64, after as f64);
    let found = (pair.before.slots().found + pair.before.slots().news.len() as u64) as f64;
    let doublings = |from: f64, to: f64| (to / from).ln().max(0.0);
    found * doublings(before, before + after) / doublings(SETTLED_LINES as f64, before).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_news_where_the_log_before_was_long_and_none_where_it_was_short() {
        assert!(was_missing(1, 0.05) && was_missing(1, 1.0) && was_missing(1, 2.0));
        // Of one line in a thousand there are twenty, of one in 250 there are eighty.
        assert!(!was_missing(20, 20.0) && was_missing(80, 20.0));
    }

    #[test]
    fn what_came_once_before_settles_when_it_comes_again() {
        let slot = |values: &[(&[u8], u64)]| {
            let slots = values.iter().map(|(text, lines)| Slot::of(text, *lines));
            let mut all = crate::detect::slots::Slots::default();
            let (template, id) = (crate::template::TemplateIx(0), SlotId::candidate(1, 0));
            slots.for_each(|slot| all.put(template, id, slot));
            all.get(template, id).cloned().unwrap_or_default()
        };
        let before = slot(&[(b"0", 60), (b"1", 1)]);
        assert!(!is_settled(&before, &slot(&[(b"0", 40), (b"137", 1)])));
        assert!(is_settled(&before, &slot(&[(b"0", 40), (b"1", 3), (b"137", 1)])));
        assert!(!is_settled(&slot(&[(b"0", 30)]), &slot(&[(b"0", 10)])), "too few lines");
    }
}

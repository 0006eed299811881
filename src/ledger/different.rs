//! What is different about a surge: values that most of its lines have and usual
//! lines of the same message have not.
//!
//! Compared are the first lines of each pane of the surge with those that stand
//! for what is usual and with those right before it, value by value of the same
//! place: Fisher's exact test, with so little doubt asked for that a person need
//! not be told of it. A value that many of either have (a process id and a date
//! are the same right before) is no difference.

use super::Ledger;
use super::close::Named;
use super::fields::pairs;
use super::pane::{First, PaneCells};
use super::typical::{Line, Text};
use crate::alert::Difference;
use crate::baseline::{Feature, SavedTypical};
use crate::detect::Surge;
use crate::limits::{FEATURES_MAX, FIRST_LINE_BYTES_MAX, FIRST_LINES_MAX};
use crate::line::split::Cleaner;
use crate::line::stamp;
use crate::line::structured::{Format, Seen, Unwrapper};
use crate::shape::alarm;
use crate::template::TemplateIx;
use crate::time::Pane;
use hashbrown::HashMap;
use std::borrow::Cow;

// limits
/// Lines of a surge that are looked at, and as many before it.
const LINES_MAX: usize = 32;
/// With fewer lines, on either side, nothing is said.
const LINES_MIN: u32 = 8;
/// Usual lines, or lines right before the surge, that may speak against a value.
const CONTROL_LINES_MIN: u32 = 4;
/// So great a part of the lines has a value that is told of, in percent.
const SHARE_MIN: u32 = 60;
/// And at most so great a part of either of these.
const SHARE_CONTROL_MAX: u32 = 30;
/// −log10 of the probability that chance has done it.
const SCORE_MIN: f64 = 4.0;
/// Values that are told of.
const TOLD_MAX: usize = 2;
/// A longer value is compared by its beginning.
const VALUE_BYTES_MAX: usize = 60;

/// What stands before a value, and the value.
type Value<'a> = (String, &'a [u8]);

fn feature(key: &str, value: &[u8]) -> Feature {
    // Of a value so little is kept that no secret can be told from it.
    let hash = xxhash_rust::xxh3::xxh3_64;
    (hash(key.as_bytes()) as u32, hash(value) as u16)
}

impl Ledger {
    /// Keeps the first line of each message of a pane that wants it, to stand for what is usual.
    pub(super) fn keep_typical(&mut self, pane: Pane, cells: &PaneCells, named: &[Named]) {
        let wanting = self.typical.wanting(pane);
        let mut wanted: Vec<(TemplateIx, First, &[u8])> = Vec::new();
        for &Named { at, template, .. } in named.iter().filter(|cell| wanting(cell.template)) {
            let Some((order, line)) = cells.firsts(&cells.cells[at as usize]).next() else { continue };
            let at = template.0 as usize;
            if at >= self.wanted_at.len() {
                self.wanted_at.resize(at + 1, 0);
            }
            // A message of several shapes has several lines: the first counts.
            match wanted.get_mut(self.wanted_at[at] as usize) {
                Some(known) if known.0 == template => {
                    if order < known.1 {
                        *known = (template, order, line);
                    }
                }
                _ => {
                    self.wanted_at[at] = wanted.len() as u32;
                    wanted.push((template, order, line));
                }
            }
        }
        drop(wanting);
        for (template, _, line) in wanted {
            if !self.detector.is_open(template) {
                self.typical.add_line(template, pane, line);
            }
        }
    }

    /// What a baseline keeps of the lines that stand for what is usual.
    pub(super) fn typical_to_save(&self) -> Vec<SavedTypical> {
        // Of fewer lines nothing could be said.
        let told = |template: &TemplateIx| self.typical.lines(*template).len() >= LINES_MIN as usize;
        let kept = self.registry.templates().into_iter().filter(told);
        let saved = |template| {
            let lines = self.typical.lines(template).iter();
            let saved = lines.map(|line| (line.pane, self.features(template, line).into_owned()));
            let mut saved: Vec<_> = saved.collect();
            saved.sort_unstable();
            (self.registry.template_id(template), saved)
        };
        kept.map(saved).collect()
    }

    pub(super) fn features<'a>(&self, template: TemplateIx, line: &'a Line) -> Cow<'a, [Feature]> {
        match &line.text {
            Text::Values(features) => Cow::Borrowed(features),
            Text::Whole(line) => with_values(self, template, line, |values| {
                values.iter().map(|(key, value)| feature(key, value)).collect()
            }),
        }
    }

    /// What is different about the lines of a surge that has just been seen.
    pub(super) fn difference_of(&self, surge: &Surge, pane: Pane, cells: &PaneCells) -> Vec<Difference> {
        let usual: Vec<Cow<'_, [Feature]>> = self
            .typical
            .lines(surge.template)
            .iter()
            .filter(|line| line.pane < surge.started)
            .map(|line| self.features(surge.template, line))
            .collect();
        let (mut here, mut before) = (Tally::default(), Tally::default());
        let panes = std::iter::once((pane, cells)).chain(self.recent.backwards());
        for (pane, cells) in panes {
            let side = if pane >= surge.started { &mut here } else { &mut before };
            if side.lines >= LINES_MAX {
                if pane < surge.started {
                    break;
                }
                continue;
            }
            for line in self.first_lines(surge.template, cells).into_iter().take(LINES_MAX - side.lines) {
                with_values(self, surge.template, line, |values| side.add(values));
            }
        }
        told(&here, &before, &usual, |text| self.shown_text(text))
    }

    /// The first lines of a message in a pane.
    fn first_lines<'a>(&'a self, template: TemplateIx, cells: &'a PaneCells) -> Vec<&'a [u8]> {
        let mut lines: Vec<_> = self.cells_of(template, cells).flat_map(|cell| cells.firsts(cell)).collect();
        lines.sort_unstable();
        lines.into_iter().take(FIRST_LINES_MAX).map(|(_, line)| line).collect()
    }
}

/// The values of a line: its pairs, and what stands in the variables of its message.
fn with_values<T>(
    ledger: &Ledger,
    template: TemplateIx,
    line: &[u8],
    then: impl FnOnce(&[Value<'_>]) -> T,
) -> T {
    let mut cleaner = Cleaner::default();
    cleaner.look(line);
    let line = cleaner.clean(line);
    let cut = line.len() >= FIRST_LINE_BYTES_MAX;
    let mut unwrapper = Unwrapper::new(Format::Auto, alarm::any);
    let inner = match unwrapper.concerns(line).then(|| unwrapper.unwrap(line)) {
        Some(Seen::Line(inner)) => inner.text.to_vec(),
        _ => without_stamp(line),
    };
    let own = |key: &[u8]| format!("{}=", String::from_utf8_lossy(key));
    let mut values: Vec<Value<'_>> =
        pairs(line, FEATURES_MAX).into_iter().map(|(key, value)| (own(key), value)).collect();
    for (place, (key, value)) in ledger.registry.values_in(template, &inner, cut).into_iter().enumerate() {
        // Of a place without a name before it only its number is known, in blanks.
        let key = if key.trim().is_empty() { " ".repeat(place + 1) } else { key };
        let paired =
            key.trim_end_matches('"').ends_with('=') || values.iter().any(|(_, known)| *known == value);
        if !paired && !value.is_empty() {
            values.push((key, value));
        }
    }
    values.truncate(FEATURES_MAX);
    for (_, value) in &mut values {
        *value = &value[..value.len().min(VALUE_BYTES_MAX)];
    }
    // The same name twice: the first counts.
    let mut seen = Vec::with_capacity(values.len());
    values.retain(|(key, _)| {
        let fresh = !seen.contains(key);
        seen.push(key.clone());
        fresh
    });
    then(&values)
}

/// The part of a line behind its stamp, which would otherwise be the value of a place.
fn without_stamp(line: &[u8]) -> Vec<u8> {
    match stamp::find(line) {
        Some(found) if found.end < line.len() => [&line[..found.start], &line[found.end..]].concat(),
        _ => line.to_vec(),
    }
}

/// The values of some lines.
#[derive(Default)]
struct Tally {
    lines: usize,
    by_key: HashMap<String, Place>,
}

/// The values of one place.
#[derive(Default)]
struct Place {
    lines: u32,
    values: HashMap<Vec<u8>, u32>,
}

impl Tally {
    fn add(&mut self, values: &[Value<'_>]) {
        self.lines += 1;
        for (key, value) in values {
            let place = self.by_key.entry_ref(key.as_str()).or_default();
            place.lines += 1;
            *place.values.entry_ref(*value).or_default() += 1;
        }
    }
}

/// The values that stand out, the clearest first.
fn told(
    here: &Tally,
    before: &Tally,
    usual: &[Cow<'_, [Feature]>],
    shown: impl Fn(&str) -> String,
) -> Vec<Difference> {
    let mut found: Vec<(f64, Difference)> = Vec::new();
    for (key, place) in &here.by_key {
        let Some((value, &lines)) = place.values.iter().max_by_key(|(value, lines)| (**lines, *value)) else {
            continue;
        };
        let wanted = feature(key, value);
        let known = usual.iter().flat_map(|line| line.iter()).filter(|feature| feature.0 == wanted.0);
        let (with, of) =
            known.fold((0, 0), |(with, of), found| (with + u32::from(found.1 == wanted.1), of + 1));
        let lately = before
            .by_key
            .get(key)
            .map_or((0, 0), |place| (place.values.get(value).copied().unwrap_or(0), place.lines));
        let control = (with + lately.0, of + lately.1);
        let score = score((lines, place.lines), control);
        if !stands_out((lines, place.lines), (with, of), lately) {
            continue;
        }
        let whole = format!("{}{}", key.trim_start(), String::from_utf8_lossy(value));
        let whole = shown(&whole);
        let (key, value) = match whole.strip_prefix(key.trim_start()) {
            Some(value) => (key.trim_start().to_owned(), value.to_owned()),
            None => (String::new(), whole),
        };
        found.push((score, Difference { key, value, here: (lines, place.lines), usually: control }));
    }
    found.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then_with(|| (&a.1.key, &a.1.value).cmp(&(&b.1.key, &b.1.value)))
    });
    found.into_iter().take(TOLD_MAX).map(|(_, difference)| difference).collect()
}

/// Whether a value that so many of the lines here have is news, each as (with it, of all).
fn stands_out(here: (u32, u32), usual: (u32, u32), before: (u32, u32)) -> bool {
    let control = (usual.0 + before.0, usual.1 + before.1);
    let rare = |(with, of): (u32, u32)| of < CONTROL_LINES_MIN || with * 100 <= SHARE_CONTROL_MAX * of;
    here.1 >= LINES_MIN
        && control.1 >= LINES_MIN
        && here.0 * 100 >= SHARE_MIN * here.1
        && rare(usual)
        && rare(before)
        && score(here, control) >= SCORE_MIN
}

/// −log10 of the chance that at least so many of the lines with a value fall among those
/// here, were all lines alike (Fisher's exact test, one side).
fn score(here: (u32, u32), usual: (u32, u32)) -> f64 {
    let (lines, with) = (here.1 + usual.1, here.0 + usual.0);
    let all = ln_choose(lines, with);
    let most = with.min(here.1);
    let chance: f64 = (here.0..=most)
        .filter(|k| with - k <= usual.1)
        .map(|k| (ln_choose(here.1, k) + ln_choose(usual.1, with - k) - all).exp())
        .sum();
    -chance.clamp(1e-300, 1.0).log10()
}

fn ln_choose(n: u32, k: u32) -> f64 {
    (1..=k.min(n - k)).map(|i| (f64::from(n - i + 1) / f64::from(i)).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fishers_test_agrees_with_the_textbook() {
        assert!((score((3, 4), (1, 4)) - -(17.0f64 / 70.0).log10()).abs() < 1e-9, "the lady tasting tea");
        assert!((score((8, 8), (0, 8)) - 12_870f64.log10()).abs() < 1e-9);
        assert_eq!(score((0, 8), (0, 8)), 0.0);
    }

    #[test]
    fn only_what_is_clear_is_told() {
        for (here, usual, before, expected) in [
            ((29, 32), (1, 16), (0, 0), true),
            ((29, 32), (1, 16), (2, 30), true),
            ((29, 32), (1, 16), (29, 32), false), // It was so before.
            ((32, 32), (16, 16), (0, 0), false),  // As ever.
            ((32, 32), (5, 16), (0, 0), false),
            ((13, 16), (3, 16), (0, 0), false), // Not clear yet.
            ((13, 16), (3, 16), (4, 32), true),
            ((20, 20), (0, 0), (1, 32), true),  // Nothing learned.
            ((18, 32), (0, 16), (0, 0), false), // Not most of them.
            ((7, 7), (0, 16), (0, 0), false),   // Too few.
            ((8, 8), (0, 7), (0, 0), false),
            ((8, 8), (0, 8), (0, 3), true),
            ((5, 8), (0, 16), (0, 0), false),
        ] {
            assert_eq!(stands_out(here, usual, before), expected, "{here:?} {usual:?} {before:?}");
        }
    }

    #[test]
    fn a_value_is_told_with_its_name() {
        let mut here = Tally::default();
        for n in 0..20 {
            let id = format!("{n}");
            let path: &[u8] = if n == 3 { b"/cart" } else { b"/checkout" };
            here.add(&[("path=".into(), path), ("id=".into(), id.as_bytes()), ("  ".into(), b"same")]);
        }
        let usual: Vec<Vec<Feature>> = (0..16)
            .map(|n| vec![feature("path=", if n == 0 { b"/checkout" } else { b"/" }), feature("  ", b"same")])
            .collect();
        let usual: Vec<Cow<'_, [Feature]>> = usual.into_iter().map(Cow::Owned).collect();
        let told = told(&here, &Tally::default(), &usual, str::to_owned);
        let sentences: Vec<String> = told.iter().map(Difference::sentence).collect();
        assert_eq!(sentences, ["path=/checkout in 19 of 20, usually 1 in 16"]);
    }
}

//! Two logs, each known whole: what is only in the one, and only in the other.
//!
//! Both sides are counted alone; then all their shapes are put into one
//! registry, whose closure does not depend on their order, so a message has one
//! identity on both sides. New messages of level error or with a word of alarm
//! always alert; others only where so many new ones were not to be expected.

use crate::alert::{Alert, Context, Kind, Learned, NearestMessage, Phase, Spread, grouped};
use crate::id::{ShapeId, TemplateId};
use crate::ledger::Ledger;
use crate::line::Level;
use crate::shape::Shape;
use crate::template::{Registry, ShapeIx, TemplateIx};
use crate::time::{Pane, Time};
use hashbrown::HashMap;

/// New messages to expect by the Good–Turing estimate, below which a mild one alerts.
const EXPECTED_NEW_MAX: f64 = 0.05;
/// Lines before that make a message frequent enough to estimate the ratio.
const FREQUENT_LINES_MIN: u64 = 10;
/// −log10 of the probability that a message stays away by chance, per message.
const GONE_SCORE_MIN: f64 = 2.0;
/// Dispersion taken for granted where nothing was measured: a Poisson log
/// would be too bold an assumption, half its mean is seen in real ones.
const DISPERSION: f64 = 0.5;

/// How two logs differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Lines after for each line before, over the frequent messages.
    pub ratio: f64,
    /// Lines counted on both sides.
    pub lines: (u64, u64),
    /// Messages on both sides.
    pub templates: (usize, usize),
    /// What is new and what is gone, the worst first.
    pub alerts: Vec<Alert>,
}

/// One message on both sides.
#[derive(Default, Clone, Copy)]
struct Sides {
    before: u64,
    after: u64,
    in_before: Option<Own>,
    in_after: Option<Own>,
}

/// A message within one side: its template there, and the least of its shapes.
#[derive(Clone, Copy)]
struct Own {
    template: TemplateIx,
    shape: ShapeIx,
}

/// Compares two finished ledgers that only learned.
pub fn compare(before: &Ledger, after: &Ledger) -> Comparison {
    let union = union_of(before.registry(), after.registry());
    let sides = sides(&union, before, after);
    let lines = (total(before), total(after));
    let ratio = robust_ratio(&sides, lines);
    if lines.0 == 0 || lines.1 == 0 {
        return Comparison { ratio, lines, templates: (0, 0), alerts: Vec::new() };
    }
    let singles = sides.values().filter(|side| side.before == 1).count() as f64;
    let expected_new = singles * lines.1 as f64 / lines.0.max(1) as f64;
    let mut alerts: Vec<Alert> = Vec::new();
    let templates = sides.len().max(1) as f64;
    let mut listed: Vec<(TemplateIx, Sides)> = sides.into_iter().collect();
    listed.sort_by_key(|(template, _)| union.template_id(*template));
    for (template, side) in &listed {
        match (side.in_before, side.in_after) {
            (None, Some(own)) => alerts.push(new_alert(&union, *template, after, own, before, expected_new)),
            (Some(own), None) => {
                let expected = side.before as f64 * ratio;
                let score = (1.0 + DISPERSION * expected).ln() / (DISPERSION * std::f64::consts::LN_10);
                if score >= GONE_SCORE_MIN + templates.log10() {
                    alerts.push(gone_alert(&union, *template, before, own, after, (expected, score)));
                }
            }
            _ => {}
        }
    }
    alerts.sort_by(|a, b| {
        (a.note, b.level, a.kind, a.time, a.id).cmp(&(b.note, a.level, b.kind, b.time, b.id))
    });
    let count = |pick: fn(&Sides) -> bool| listed.iter().filter(|(_, side)| pick(side)).count();
    let templates = (count(|side| side.in_before.is_some()), count(|side| side.in_after.is_some()));
    Comparison { ratio, lines, templates, alerts }
}

fn total(ledger: &Ledger) -> u64 {
    ledger.learned_so_far().lines
}

/// One registry of both sides' shapes.
fn union_of(before: &Registry, after: &Registry) -> Registry {
    let mut shapes: Vec<(ShapeId, Shape, &[u8])> = Vec::new();
    for registry in [before, after] {
        shapes.extend(registry.shapes().into_iter().map(|ix| {
            let (shape, example) = registry.stored(ix);
            (shape.id(), shape, example)
        }));
    }
    shapes.sort_by(|a, b| (a.0, a.2).cmp(&(b.0, b.2)));
    let mut union = Registry::new();
    for (_, shape, example) in &shapes {
        union.insert(shape, example);
    }
    union
}

fn sides(union: &Registry, before: &Ledger, after: &Ledger) -> HashMap<TemplateIx, Sides> {
    let mut sides: HashMap<TemplateIx, Sides> = HashMap::new();
    for (is_after, ledger) in [(false, before), (true, after)] {
        let registry = ledger.registry();
        // Shapes come by id, so the first of a template is its least.
        let mut seen: HashMap<TemplateIx, (TemplateIx, ShapeIx)> = HashMap::new();
        for shape in registry.shapes() {
            let Some(in_union) = union.shape(registry.shape_id(shape)) else { continue };
            seen.entry(registry.template_of(shape)).or_insert_with(|| (union.template_of(in_union), shape));
        }
        for (template, (in_union, shape)) in seen {
            let own = Own { template, shape };
            let lines = ledger.messages().get(template).map_or(0, |message| message.lines);
            let side = sides.entry(in_union).or_default();
            let (count, owner) = if is_after {
                (&mut side.after, &mut side.in_after)
            } else {
                (&mut side.before, &mut side.in_before)
            };
            *count += lines;
            let id = |own: Own| registry.shape_id(own.shape);
            if owner.is_none_or(|old| id(own) < id(old)) {
                *owner = Some(own);
            }
        }
    }
    sides
}

/// Median over frequent messages of after ÷ before; of all lines if there are none.
fn robust_ratio(sides: &HashMap<TemplateIx, Sides>, lines: (u64, u64)) -> f64 {
    let mut ratios: Vec<f64> = sides
        .values()
        .filter(|side| side.before >= FREQUENT_LINES_MIN && side.after > 0)
        .map(|side| side.after as f64 / side.before as f64)
        .collect();
    ratios.sort_by(f64::total_cmp);
    match ratios.get(ratios.len() / 2) {
        Some(median) => *median,
        None => lines.1 as f64 / lines.0.max(1) as f64,
    }
}

fn class(ledger: &Ledger, template: TemplateIx) -> Level {
    let level = ledger.registry().level(template);
    if ledger.registry().alarm(template) { level.max(Level::Error) } else { level }
}

fn new_alert(
    union: &Registry,
    template: TemplateIx,
    after: &Ledger,
    own: Own,
    before: &Ledger,
    expected: f64,
) -> Alert {
    let base = base_alert(union, template, after, own, before);
    let urgent = class(after, own.template) >= Level::Error;
    let (shape, _) = after.registry().stored(own.shape);
    let nearest = before.registry().nearest(&shape).map(|nearest| NearestMessage {
        id: before.registry().template_id(nearest.template),
        template: after.shown_text(&before.registry().template_text(nearest.template)),
        differs: nearest.differs.iter().map(|(a, b)| (after.shown_text(a), after.shown_text(b))).collect(),
    });
    Alert {
        note: !urgent && expected >= EXPECTED_NEW_MAX,
        nearest,
        expected,
        score: -expected.max(1e-9).log10(),
        tail: -expected.max(1e-9).log10(),
        reason: format!("not in {} lines before", grouped(total(before))),
        summary: format!("new: not in {} lines before", total(before)),
        ..base
    }
}

fn gone_alert(
    union: &Registry,
    template: TemplateIx,
    before: &Ledger,
    own: Own,
    after: &Ledger,
    (expected, score): (f64, f64),
) -> Alert {
    let base = base_alert(union, template, before, own, before);
    let span = after.learned_so_far();
    Alert {
        kind: Kind::Gone,
        time: span.to,
        started: base.last_seen,
        window: (span.from, span.to),
        expected,
        score,
        tail: score,
        count: 0,
        reason: format!("{} before, none after", grouped(base.count)),
        summary: format!("gone: {} before, about {expected:.0} expected after, none came", base.count),
        ..base
    }
}

fn base_alert(union: &Registry, template: TemplateIx, ledger: &Ledger, own: Own, before: &Ledger) -> Alert {
    let registry = ledger.registry();
    let shape = registry.shape_id(own.shape);
    let message = ledger.messages().get(own.template);
    let first_seen = message.map_or(Time(0), |message| message.first_seen);
    let last_seen = message.map_or(Time(0), |message| message.last_seen);
    let (source, line_number) = ledger.first_line(shape);
    let id = union.template_id(template);
    Alert {
        kind: Kind::New,
        phase: Phase::Open,
        note: false,
        provisional: false,
        id,
        shape,
        incident: 0,
        time: first_seen,
        started: first_seen,
        level: registry.level(own.template),
        class: class(ledger, own.template),
        template: ledger.shown_text(&union.template_text(template)),
        sample: registry.example(own.template).to_vec(),
        sources: Spread { seen: 1, of: ledger.source_count(), top: source.clone() },
        source,
        line_number,
        window: (first_seen, last_seen),
        count: message.map_or(0, |message| message.lines),
        expected: 0.0,
        factor: None,
        score: 0.0,
        tail: 0.0,
        first_seen,
        last_seen,
        baseline: learned(before),
        nearest: None,
        usual_interval: None,
        history: Vec::new(),
        context: Context::default(),
        reason: String::new(),
        summary: String::new(),
        fingerprint: fingerprint(id, first_seen.pane()),
    }
}

fn learned(before: &Ledger) -> Learned {
    before.learned_so_far()
}

fn fingerprint(id: TemplateId, pane: Pane) -> u64 {
    let bytes = [id.0.to_le_bytes(), pane.0.to_le_bytes()].concat();
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

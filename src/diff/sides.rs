//! What both logs say of each message, under one identity.

use crate::detect::{LONG, MIDDLE, Sums};
use crate::id::{ShapeId, TemplateId};
use crate::ledger::Ledger;
use crate::line::Level;
use crate::shape::Shape;
use crate::template::{Registry, ShapeIx, TemplateIx};
use crate::time::Time;
use hashbrown::HashMap;

/// A message within one log: its template there, the least of its shapes, and
/// what is known of its lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub template: TemplateIx,
    pub shape: ShapeIx,
    shape_id: ShapeId,
    pub lines: u64,
    pub class: Level,
    pub first_seen: Time,
    pub last_seen: Time,
    /// By windows of 5 minutes and of an hour.
    pub sums: [Sums; 2],
    pub longest_gap: u64,
}

/// One message of both logs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub template: TemplateIx,
    pub id: TemplateId,
    pub before: Option<Side>,
    pub after: Option<Side>,
}

impl Message {
    /// Its lines on both sides.
    pub fn lines(&self) -> (u64, u64) {
        let lines = |side: Option<Side>| side.map_or(0, |side| side.lines);
        (lines(self.before), lines(self.after))
    }
}

/// Both logs, message by message, in the order of their ids.
pub(super) struct Pair<'a> {
    pub before: &'a Ledger,
    pub after: &'a Ledger,
    pub union: Registry,
    pub messages: Vec<Message>,
}

impl<'a> Pair<'a> {
    pub fn new(before: &'a Ledger, after: &'a Ledger) -> Pair<'a> {
        let union = union_of(before.registry(), after.registry());
        let mut found: HashMap<TemplateIx, Message> = HashMap::new();
        for (is_after, ledger) in [(false, before), (true, after)] {
            for (template, side) in sides_of(ledger, &union) {
                let id = union.template_id(template);
                let message =
                    found.entry(template).or_insert(Message { template, id, before: None, after: None });
                let own = if is_after { &mut message.after } else { &mut message.before };
                *own = Some(own.map_or(side, |old| old.join(side)));
            }
        }
        let mut messages: Vec<Message> = found.into_values().collect();
        messages.sort_by_key(|message| message.id);
        Pair { before, after, union, messages }
    }

    /// Whether people have decided that a message is known.
    pub fn is_accepted(&self, message: &Message) -> bool {
        self.any_side(message, |ledger, side| ledger.is_accepted(side.template))
    }

    /// Whether people have decided that nothing of a message is told.
    pub fn is_muted(&self, message: &Message) -> bool {
        self.any_side(message, |ledger, side| ledger.is_muted(side.template, Time(i64::MIN)))
    }

    /// Whether people have decided about a value of a message, or about all it says.
    pub fn is_value_decided(&self, message: &Message, value: &[u8]) -> bool {
        self.any_side(message, |ledger, side| ledger.decides_value(side.template, value, Time(i64::MIN)))
    }

    fn any_side(&self, message: &Message, holds: impl Fn(&Ledger, &Side) -> bool) -> bool {
        let side = |ledger, side: &Option<Side>| side.as_ref().is_some_and(|side| holds(ledger, side));
        side(self.before, &message.before) || side(self.after, &message.after)
    }

    /// Lines counted on both sides.
    pub fn lines(&self) -> (u64, u64) {
        (self.before.learned_so_far().lines, self.after.learned_so_far().lines)
    }
}

impl Side {
    /// Two messages of one log are one where both logs are known.
    fn join(self, other: Side) -> Side {
        let (main, rest) = if self.shape_id <= other.shape_id { (self, other) } else { (other, self) };
        Side {
            lines: main.lines + rest.lines,
            class: main.class.max(rest.class),
            first_seen: main.first_seen.min(rest.first_seen),
            last_seen: main.last_seen.max(rest.last_seen),
            sums: [joined(main.sums[0], rest.sums[0]), joined(main.sums[1], rest.sums[1])],
            longest_gap: main.longest_gap.min(rest.longest_gap),
            ..main
        }
    }
}

/// The roots of the sums of squares add, so the sum is never too small.
fn joined(a: Sums, b: Sums) -> Sums {
    let lines = a.lines + b.lines;
    let root = (a.pairs + a.lines).sqrt() + (b.pairs + b.lines).sqrt();
    Sums {
        lines,
        pairs: root * root - lines,
        active: a.active.max(b.active),
        most: a.most + b.most,
        panes: a.panes.max(b.panes),
        squares: a.squares.max(b.squares),
    }
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

/// The messages of one log, each with its template in the union.
fn sides_of(ledger: &Ledger, union: &Registry) -> Vec<(TemplateIx, Side)> {
    let registry = ledger.registry();
    let mut least: HashMap<TemplateIx, (ShapeId, ShapeIx)> = HashMap::new();
    for shape in registry.shapes() {
        let id = registry.shape_id(shape);
        let known = least.entry(registry.template_of(shape)).or_insert((id, shape));
        *known = (*known).min((id, shape));
    }
    let mut sides: Vec<(TemplateIx, Side)> = Vec::new();
    for (template, (shape_id, shape)) in least {
        let Some(in_union) = union.shape(shape_id) else { continue };
        let Some(message) = ledger.messages().get(template) else { continue };
        let detector = ledger.detector();
        let side = Side {
            template,
            shape,
            shape_id,
            lines: message.lines,
            class: class(registry, template),
            first_seen: message.first_seen,
            last_seen: message.last_seen,
            sums: [detector.sums(template, MIDDLE), detector.sums(template, LONG)],
            longest_gap: detector.longest_gap_panes(template),
        };
        sides.push((union.template_of(in_union), side));
    }
    sides.sort_by_key(|(_, side)| side.shape_id);
    sides
}

/// The level a message is judged at: a word of alarm counts as an error.
fn class(registry: &Registry, template: TemplateIx) -> Level {
    let level = registry.level(template);
    if registry.alarm(template) { level.max(Level::Error) } else { level }
}

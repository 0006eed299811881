//! From a difference to an alert.

use super::rates::{Change, Rate};
use super::sides::{Message, Pair, Side};
use super::values::Found;
use crate::alert::{Alert, Context, Kind, NearestMessage, Phase, Spread, Told, grouped};
use crate::id::TemplateId;
use crate::ledger::{Ledger, share_sentence};
use crate::template::TemplateIx;
use crate::time::Pane;

/// Lines of its group that an alert shows.
const GROUP_LINES_MAX: usize = 6;

/// Knows the logs that are told of.
pub(super) struct Teller<'a> {
    pub pair: &'a Pair<'a>,
    pub lines: (u64, u64),
}

impl Teller<'_> {
    /// The message before that is most like a new one.
    pub fn nearest(&self, side: &Side) -> Option<(TemplateIx, NearestMessage)> {
        let (before, after) = (self.pair.before.registry(), self.pair.after);
        let (shape, _) = after.registry().stored(side.shape);
        let nearest = before.nearest(&shape)?;
        let told = NearestMessage {
            id: before.template_id(nearest.template),
            template: after.shown_text(&before.template_text(nearest.template)),
            differs: nearest
                .differs
                .iter()
                .map(|(a, b)| (after.shown_text(a), after.shown_text(b)))
                .collect(),
        };
        Some((nearest.template, told))
    }

    pub fn new_message(
        &self,
        message: &Message,
        side: &Side,
        expected: f64,
        nearest: Option<NearestMessage>,
    ) -> Alert {
        let score = -expected.max(1e-9).log10();
        let reason = format!("not in {} lines before", grouped(self.lines.0));
        Alert {
            nearest,
            expected,
            score,
            tail: score,
            summary: format!("new: {reason}"),
            reason,
            ..self.base(self.pair.after, message, side)
        }
    }

    /// A new message that stands for an old one.
    pub fn reworded(&self, alert: Alert, before: u64) -> Alert {
        let reason = format!("reworded: another text {} times before", grouped(before));
        Alert { note: true, summary: reason.clone(), reason, ..alert }
    }

    /// An alert and the new lines around it.
    pub fn with_group(&self, alert: &Alert, front: &[Alert], behind: &[Alert]) -> Alert {
        let mut alert = alert.clone();
        let others = front.len() + behind.len();
        if others > 0 {
            let s = if others == 1 { "" } else { "s" };
            alert.reason += &format!(", with {others} more new message{s} around it");
            alert.summary = format!("new: {}", alert.reason);
            let samples =
                |alerts: &[Alert]| alerts.iter().map(|other| other.sample.clone()).collect::<Vec<_>>();
            let from = front.len().saturating_sub(GROUP_LINES_MAX);
            alert.context =
                Context { before: samples(&front[from..]), after: samples(behind), ..Context::default() };
        }
        alert
    }

    pub fn changed(&self, message: &Message, change: &Change) -> Alert {
        let rate = change.rate();
        let (before, after) = message.lines();
        let (ledger, side) = match (message.after, message.before) {
            (Some(side), _) => (self.pair.after, side),
            (None, Some(side)) => (self.pair.before, side),
            (None, None) => unreachable!("a message is of one log at least"),
        };
        let span = self.pair.after.learned_so_far();
        let base = self.base(ledger, message, &side);
        let expected = rounded(rate.expected);
        let factor = after as f64 / rate.expected;
        let (kind, note, reason) = match change {
            Change::More(_) => {
                let reason = format!(
                    "{} lines, about {expected} expected ({}), {} before",
                    grouped(after),
                    times(factor),
                    grouped(before)
                );
                (Kind::Surge, false, reason)
            }
            Change::Less(_) => {
                let reason = format!(
                    "only {} lines, about {expected} expected ({}), {} before",
                    grouped(after),
                    times(factor),
                    grouped(before)
                );
                (Kind::Gone, true, reason)
            }
            Change::Stopped(_) => {
                let reason = format!(
                    "{} lines in the start-up, then none; about {expected} expected, {} before",
                    grouped(after),
                    grouped(before)
                );
                (Kind::Gone, false, reason)
            }
            Change::Gone(rate) if rate.score <= 0.0 => {
                (Kind::Gone, true, format!("{} before, none after", grouped(before)))
            }
            Change::Gone(_) => {
                let reason = format!("{} before, about {expected} expected, none came", grouped(before));
                (Kind::Gone, false, reason)
            }
        };
        Alert {
            kind,
            note,
            time: if after > 0 { base.time } else { span.to },
            window: (span.from, span.to),
            count: after,
            expected: rate.expected,
            factor: (kind == Kind::Surge).then_some(factor),
            score: rate.score,
            tail: rate.tail,
            summary: format!("{}: {reason}", kind.word()),
            fingerprint: fingerprint(message.id, kind, span.from.pane()),
            reason,
            ..base
        }
    }

    /// A value that a message of both logs never had, or had far less often.
    pub fn value(&self, found: &Found) -> Alert {
        let message = &self.pair.messages[found.at];
        let Some(side) = message.after else { unreachable!("its lines after have the value") };
        let after = self.pair.after;
        let base = self.base(after, message, &side);
        let (key, value) = after.shown_pair(&found.key, &found.value.value);
        let said = format!("{key}{value}");
        let (count, lines) = (found.value.count, found.value.lines);
        let usual = found.before as f64 / lines as f64;
        let (reason, of) = match found.rate {
            Some(_) => (share_sentence(&said, count, found.of, usual), found.of),
            None => {
                let usually = after.shown_values(&key, &found.value);
                (format!("{said}, never in {} lines before ({usually})", grouped(lines)), lines)
            }
        };
        let rate = found.rate.unwrap_or(Rate { expected: 0.0, score: 0.0, tail: 0.0 });
        let line = found.line.as_ref();
        let source = line.map_or(base.source.clone(), |line| after.source_name(line.source).to_owned());
        let time = line.map_or(base.time, |line| line.time);
        let span = after.learned_so_far();
        let what = if found.rate.is_some() { "value" } else { "new value" };
        Alert {
            kind: Kind::Value,
            time,
            started: time,
            sample: line.map_or(base.sample.clone(), |line| after.shown(&line.text)),
            line_number: line.map_or(base.line_number, |line| line.line_number),
            sources: Spread { top: source.clone(), ..base.sources.clone() },
            source,
            window: (span.from, span.to),
            count,
            expected: rate.expected,
            factor: (usual > 0.0).then(|| count as f64 / rate.expected),
            score: rate.score,
            tail: rate.tail,
            value: Some(Told { key, value, of, usual }),
            summary: format!("{what}: {reason}"),
            fingerprint: fingerprint(message.id, Kind::Value, span.from.pane())
                ^ xxhash_rust::xxh3::xxh3_64(&found.value.value),
            reason,
            ..base
        }
    }

    fn base(&self, ledger: &Ledger, message: &Message, side: &Side) -> Alert {
        let registry = ledger.registry();
        let shape = registry.shape_id(side.shape);
        let (source, line_number) = ledger.first_line(shape);
        Alert {
            kind: Kind::New,
            phase: Phase::Open,
            note: false,
            provisional: false,
            id: message.id,
            shape,
            incident: 0,
            time: side.first_seen,
            started: side.first_seen,
            level: registry.level(side.template),
            class: side.class,
            template: ledger.shown_text(&self.pair.union.template_text(message.template)),
            sample: registry.example(side.template).to_vec(),
            sources: Spread { seen: 1, of: ledger.source_count(), top: source.clone(), ..Spread::default() },
            source,
            line_number,
            window: (side.first_seen, side.last_seen),
            count: side.lines,
            expected: 0.0,
            factor: None,
            score: 0.0,
            tail: 0.0,
            first_seen: side.first_seen,
            last_seen: side.last_seen,
            baseline: self.pair.before.learned_so_far(),
            nearest: None,
            value: None,
            usual_interval: None,
            history: Vec::new(),
            context: Context::default(),
            reason: String::new(),
            summary: String::new(),
            fingerprint: fingerprint(message.id, Kind::New, side.first_seen.pane()),
        }
    }
}

/// `13x`, `0.2x`.
fn times(factor: f64) -> String {
    match factor {
        _ if factor >= 9.95 => format!("{factor:.0}x"),
        _ if factor >= 0.095 => format!("{factor:.1}x"),
        _ => format!("{factor:.2}x"),
    }
}

fn rounded(expected: f64) -> String {
    if expected >= 9.5 { grouped(expected.round() as u64) } else { format!("{expected:.1}") }
}

/// The same for the same difference, however often it is told.
fn fingerprint(id: TemplateId, kind: Kind, pane: Pane) -> u64 {
    let bytes = [&id.0.to_le_bytes()[..], &[kind as u8], &pane.0.to_le_bytes()].concat();
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

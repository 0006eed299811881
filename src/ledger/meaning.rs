//! An old message that suddenly says something else: from a value that was never seen to an alert.
//!
//! A number or a code is told at once. A name that nobody had yet, of a machine or a user, mostly
//! comes in many messages: it waits until its minute ends, and is one note if others have it too.

use super::Ledger;
use super::compose::fingerprint;
use super::pane::PaneCells;
use super::slots::Mark;
use crate::alert::{Alert, Kind, Told, grouped};
use crate::detect::slots::NewValue;
use crate::id::SlotId;
use crate::line::Level;
use crate::shape::VARIABLE;
use crate::shape::candidates::LONG;
use crate::shape::values::find_word;
use crate::time::{PANE_SECONDS, Pane};

// limits
/// Values that are listed in a reason.
const LISTED_MAX: usize = 4;
/// What is shown of each of them.
const LISTED_CHARS: usize = 24;
/// Words before a value that announce it.
const KEY_WORDS: usize = 2;
/// Panes of the minute that names wait for.
const MINUTE_PANES: i64 = 60 / PANE_SECONDS;

impl Ledger {
    /// The alerts of a pane's new values, and of names whose minute has ended.
    pub(super) fn alerts_of_values(
        &mut self,
        pane: Pane,
        news: Vec<(NewValue, Mark)>,
        cells: &PaneCells,
    ) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for (new, mark) in news {
            if self.learning() || !self.told_span.holds(new.time) || self.is_decided(&new, pane) {
                continue;
            }
            let alert = self.value_alert(pane, &new, mark, cells);
            if is_name(&new.value) && alert.class < Level::Warn {
                self.names.push(alert);
            } else {
                alerts.push(alert);
            }
        }
        if (pane.0 + 1).rem_euclid(MINUTE_PANES) == 0 {
            alerts.extend(self.release_names());
        }
        alerts.iter_mut().for_each(|alert| self.gate.join_incident(alert));
        alerts
    }

    /// The names of a minute: one that came in several messages is one note.
    pub(super) fn release_names(&mut self) -> Vec<Alert> {
        let name_of = |alert: &Alert| alert.value.as_ref().map(|told| told.value.clone()).unwrap_or_default();
        let mut names = std::mem::take(&mut self.names);
        names.sort_by(|a, b| (name_of(a), a.time, a.id).cmp(&(name_of(b), b.time, b.id)));
        let groups = names.chunk_by(|a, b| name_of(a) == name_of(b));
        let mut told: Vec<Alert> = groups
            .map(|group| {
                let mut alert = group[0].clone();
                let mut ids: Vec<_> = group.iter().map(|alert| alert.id).collect();
                ids.sort_unstable();
                ids.dedup();
                if ids.len() > 1 {
                    alert.note = true;
                    alert.reason = format!("new name {} in {} known messages", name_of(&alert), ids.len());
                    alert.summary = alert.reason.clone();
                }
                alert
            })
            .collect();
        told.sort_by_key(|alert| (alert.time, alert.id));
        told
    }

    /// Whether people have decided about the very line, or about all its message says.
    fn is_decided(&self, new: &NewValue, pane: Pane) -> bool {
        !self.decisions.is_empty() && self.decides_value(new.template, &new.value, pane.end())
    }

    fn value_alert(&self, pane: Pane, new: &NewValue, mark: Mark, cells: &PaneCells) -> Alert {
        let (shape, time, source, line_number, sample) = match mark {
            Mark::Value(at) => {
                let cell = &cells.values.cells()[at];
                (cell.shape, cell.time, cell.source, cell.line_number, cells.values.sample(cell))
            }
            Mark::Shape(at) => {
                let cell = &cells.cells[at];
                (cell.shape, cell.time, cell.source, cell.line_number, cells.sample(cell))
            }
        };
        let base = self.known_alert(pane, new.template, cells, pane);
        let value = shown_value(&new.value);
        let key = self.key_of(new.slot, sample, &new.value);
        let reason = format!("{key}{value}, never in {} lines ({})", grouped(new.lines), listed(new));
        Alert {
            kind: Kind::Value,
            shape,
            time,
            started: time,
            sample: self.shown(sample),
            source: self.sources[source].name.clone(),
            line_number,
            sources: self.spread(&[], Some(source)),
            count: new.count,
            context: self.context_of(source, line_number),
            value: Some(Told { key, value: value.clone(), of: new.lines, usual: 0.0 }),
            history: Vec::new(),
            summary: format!("new value: {reason}"),
            fingerprint: fingerprint(shape, Kind::Value, pane) ^ xxhash_rust::xxh3::xxh3_64(&new.value),
            reason,
            ..base
        }
    }

    /// What announces a value in a line.
    fn key_of(&self, slot: SlotId, line: &[u8], value: &[u8]) -> String {
        if let Some(name) = self.field_names.get(&slot) {
            return format!("{}=", String::from_utf8_lossy(name));
        }
        let Some((start, _)) = find_word(line, 0, value) else { return String::new() };
        let before = &line[..start];
        let from = before.iter().rposition(|b| !(b.is_ascii_alphabetic() || b" =:_-.\"'".contains(b)));
        let key = String::from_utf8_lossy(&before[from.map_or(0, |at| at + 1)..]).into_owned();
        let words: Vec<&str> = key.split_inclusive(' ').collect();
        let key = words[words.len().saturating_sub(KEY_WORDS)..].concat();
        if key.bytes().any(|b| b.is_ascii_alphabetic()) { key } else { String::new() }
    }
}

/// Whether a value rather names a thing than says something.
fn is_name(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase) && value.iter().any(|b| b"_.-@$#0123456789".contains(b))
}

fn shown_value(value: &[u8]) -> String {
    if value == LONG {
        return "a longer value".to_owned();
    }
    let text = String::from_utf8_lossy(value).replace(char::from(VARIABLE), "<*>");
    match text.char_indices().nth(LISTED_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The usual values, the commonest first.
fn listed(new: &NewValue) -> String {
    let listed = new.usual.iter().take(LISTED_MAX).map(|(value, _)| shown_value(value));
    let mut listed: Vec<String> = listed.collect();
    if new.usual.len() > LISTED_MAX {
        listed.push("…".to_owned());
    }
    listed.join(", ")
}

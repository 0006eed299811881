//! An old message that suddenly says something else: from a value that was never seen to an alert.
//!
//! What a value is decides what it is worth. A code or a state that a settled place has never
//! shown is an alert; a name, of a machine or a user, is a note, and one for all messages of a
//! minute that have it; a number that may count or number things is nothing. What other messages
//! say in the same place is no more than a note, and where places often show what they never
//! had, all is.

mod announce;
mod elsewhere;
mod place;

use super::Ledger;
use super::compose::fingerprint;
use super::pane::PaneCells;
use super::slots::{Mark, ValueNews, line_of};
use crate::alert::{Alert, Kind, Phase, Told, grouped, percent};
use crate::detect;
use crate::detect::slots::{NewValue, ShareFound, is_shown, names_thing};
use crate::id::SlotId;
use crate::limits::STILL_LINES_MIN;
use crate::redact::visible;
use crate::shape::VARIABLE;
use crate::shape::candidates::{LONG, says_code};
use crate::shape::is_constant_value;
use crate::time::{PANE_SECONDS, Pane};
use elsewhere::Elsewhere;
use place::Key;
use serde::{Deserialize, Serialize};

// limits
/// Values that are listed in a reason.
const LISTED_MAX: usize = 4;
/// What is shown of each of them.
const LISTED_CHARS: usize = 24;
/// Panes of the minute that names wait for.
const MINUTE_PANES: i64 = 60 / PANE_SECONDS;
/// A number with more digits rather names a thing than says something.
const CODE_DIGITS_MAX: usize = 3;
/// With so many words a place holds names, unless it has shown no other for long.
const NAMES_MIN: usize = 6;
/// Lines after which it is settled all the same: one in ten thousand would have shown.
const NAMES_LINES: u64 = 5_000;
const MINUTE_MICROS: i64 = 60_000_000;
/// Values whose first minute is watched.
const AWAITED_MAX: usize = 256;
/// Names are shown all if so many times as many would be.
const NAMES_SURE: usize = 2;

/// What a new value is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worth {
    /// It counts or numbers things.
    Nothing,
    /// It names a thing.
    Name,
    /// It says something, but not much: that a request was turned away, or sent elsewhere.
    Note,
    /// A code or a state.
    Alert,
}

/// A value that other messages have, and how it is told if it comes often.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Awaited {
    alert: Alert,
    slot: SlotId,
    value: Box<[u8]>,
}

/// A value that was never seen, on its way to the reader.
struct Found {
    new: NewValue,
    mark: Mark,
    /// What announces it.
    key: Key,
    worth: Worth,
}

impl Ledger {
    /// The alerts of a pane's new values, and of names whose minute has ended.
    pub(super) fn alerts_of_values(&mut self, pane: Pane, news: ValueNews, cells: &PaneCells) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for (mark, share) in news.shares {
            let is_muted = !self.decisions.is_empty() && self.is_muted(share.template, pane.end());
            if !is_muted && self.told_span.holds(pane.start()) {
                alerts.push(self.share_alert(pane, &share, mark, cells));
            }
        }
        let mut elsewhere = Elsewhere::default();
        for found in self.worth_telling(news.new, cells) {
            let is_news = found.worth == Worth::Alert && !self.is_said_elsewhere(&found, &mut elsewhere);
            let is_rare = self.said.slots.are_news_rare(pane, self.gate.false_alerts(), self.age_micros());
            if is_news {
                self.said.slots.note_news(pane);
            }
            if self.learning() || !self.told_span.holds(found.new.time) || self.is_decided(&found.new, pane) {
                continue;
            }
            let alert = self.value_alert(pane, &found, cells);
            match found.worth {
                Worth::Nothing => {}
                Worth::Name => self.said.names.push(Alert { note: true, ..alert }),
                Worth::Alert if is_news && is_rare => alerts.push(self.gate.value(alert)),
                Worth::Note => alerts.push(Alert { note: true, ..alert }),
                Worth::Alert => {
                    let alert = Alert { note: true, ..alert };
                    self.await_more(&found, &alert);
                    alerts.push(alert);
                }
            }
        }
        alerts.extend(self.come_often(pane));
        if (pane.0 + 1).rem_euclid(MINUTE_PANES) == 0 {
            alerts.extend(self.release_names());
        }
        // Which number a template has differs from run to run.
        let value_of = |alert: &Alert| alert.value.as_ref().map(|told| told.value.clone());
        alerts.sort_by_key(|alert| (alert.time, alert.id, value_of(alert)));
        alerts.iter_mut().for_each(|alert| self.gate.join_incident(alert));
        alerts
    }

    /// Watches the first minute of a value that other messages have: if it comes often here, that is
    /// news all the same.
    fn await_more(&mut self, found: &Found, alert: &Alert) {
        if self.said.awaited.len() < AWAITED_MAX {
            let value = found.new.value.clone();
            self.said.awaited.push(Awaited { alert: alert.clone(), slot: found.new.slot, value });
        }
    }

    /// The values whose first minute is over and that came often in it.
    fn come_often(&mut self, pane: Pane) -> Vec<Alert> {
        let is_over = |awaited: &Awaited| pane.end().0 >= awaited.alert.time.0.saturating_add(MINUTE_MICROS);
        let (over, awaited) = std::mem::take(&mut self.said.awaited).into_iter().partition(is_over);
        self.said.awaited = awaited;
        let over: Vec<Awaited> = over;
        let mut often = Vec::new();
        for Awaited { alert, slot, value } in over {
            let shape = self.known(alert.shape);
            let slot = shape.and_then(|shape| self.said.slots.get(self.registry.template_of(shape), slot));
            let known = slot.and_then(|slot| slot.values.iter().find(|known| *known.text == *value));
            let Some(lines) = known.map(|known| known.lines).filter(|lines| *lines >= STILL_LINES_MIN) else {
                continue;
            };
            let reason = format!("{} lines in its first minute: {}", grouped(lines), alert.reason);
            let summary = format!("new value: {reason}");
            let window = (alert.started, pane.end());
            let alert =
                Alert { time: pane.end(), window, count: lines, note: false, reason, summary, ..alert };
            often.push(self.gate.value(alert));
        }
        often
    }

    /// Of each line the value that is worth most.
    fn worth_telling(&self, news: Vec<(Mark, NewValue)>, cells: &PaneCells) -> Vec<Found> {
        let mut told: Vec<Found> = Vec::new();
        for (mark, mut new) in news {
            let line = line_of(mark, cells);
            if *new.value == [VARIABLE]
                && let Some(value) = self.value_at(new.template, new.slot, line.2)
            {
                new.value = value;
            }
            let key = self.key_of(new.template, new.slot, line.2, &new.value);
            let worth = worth_of(&new, &key.words);
            let found = Found { new, mark, key, worth };
            let same = |known: &&mut Found| {
                let at = line_of(known.mark, cells);
                (at.0, at.1) == (line.0, line.1)
            };
            match told.iter_mut().find(same) {
                Some(known) if known.worth < worth => *known = found,
                Some(_) => {}
                None => told.push(found),
            }
        }
        told
    }

    /// The names of a minute: one that came in several messages is one note.
    pub(super) fn release_names(&mut self) -> Vec<Alert> {
        let name_of = |alert: &Alert| alert.value.as_ref().map(|told| told.value.clone()).unwrap_or_default();
        let mut names = std::mem::take(&mut self.said.names);
        names.sort_by_key(|alert| (name_of(alert), alert.time, alert.id));
        let groups = names.chunk_by(|a, b| name_of(a) == name_of(b));
        let mut told: Vec<Alert> = groups
            .map(|group| {
                let mut alert = group[0].clone();
                let mut ids: Vec<_> = group.iter().map(|alert| alert.id).collect();
                ids.sort_unstable();
                ids.dedup();
                if ids.len() > 1 {
                    alert.reason = format!("new name {} in {} known messages", name_of(&alert), ids.len());
                    alert.summary.clone_from(&alert.reason);
                }
                alert
            })
            .collect();
        told.sort_by_key(|alert| (alert.time, alert.id));
        told
    }

    /// What announces a value, and the value, as they may be shown: whether it is a secret shows
    /// in what stands before it.
    pub(crate) fn shown_pair(&self, key: &str, value: &[u8]) -> (String, String) {
        let pair = self.shown_text(&format!("{key}{}", shown_value(value)));
        match pair.strip_prefix(key) {
            Some(value) => (key.to_owned(), value.to_owned()),
            None => (String::new(), pair),
        }
    }

    /// The usual values, the commonest first.
    pub(crate) fn shown_values(&self, key: &str, new: &NewValue) -> String {
        let shown = new.usual.iter().take(LISTED_MAX).map(|(value, _)| self.shown_pair(key, value).1);
        let mut shown: Vec<String> = shown.collect();
        if new.usual.len() > LISTED_MAX {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }

    /// Whether people have decided about the value, or about all its message says.
    fn is_decided(&self, new: &NewValue, pane: Pane) -> bool {
        !self.decisions.is_empty() && self.decides_value(new.template, &new.value, pane.end())
    }

    fn value_alert(&self, pane: Pane, found: &Found, cells: &PaneCells) -> Alert {
        let Found { new, mark, key, .. } = found;
        let (source, line_number, sample) = line_of(*mark, cells);
        let shape = match *mark {
            Mark::Value(at) => cells.values.shape(at),
            Mark::Shape(at) => cells.cells[at].shape,
        };
        let base = self.known_alert(pane, new.template, cells, pane);
        let (key, value) = self.shown_pair(key.told(), &new.value);
        let usual = self.shown_values(&key, new);
        let reason = format!("{key}{value}, never in {} lines ({usual})", grouped(new.lines));
        Alert {
            kind: Kind::Value,
            shape,
            time: new.time,
            started: new.time,
            sample: self.shown(sample),
            source: self.sources[source].name.clone(),
            line_number,
            sources: self.spread(&[], Some(source)),
            count: new.count,
            context: self.context_of(source, line_number),
            value: Some(Told { key, value, of: new.lines, usual: 0.0 }),
            history: Vec::new(),
            summary: format!("new value: {reason}"),
            fingerprint: fingerprint(shape, Kind::Value, pane) ^ xxhash_rust::xxh3::xxh3_64(&new.value),
            reason,
            ..base
        }
    }

    /// The alert of a value whose share surges.
    fn share_alert(&self, pane: Pane, found: &ShareFound, mark: Option<Mark>, cells: &PaneCells) -> Alert {
        let share = &found.share;
        let base = self.known_alert(pane, found.template, cells, share.started);
        let line = mark.map(|mark| line_of(mark, cells));
        let (sample, source, line_number) = match line {
            Some((source, number, sample)) => (self.shown(sample), self.sources[source].name.clone(), number),
            None => (base.sample.clone(), base.source.clone(), base.line_number),
        };
        let slot = found.slot.of_all_routes();
        let key = match line {
            Some((_, _, line)) => self.key_of(found.template, slot, line, &found.value),
            None => self.usual_key(found.template, slot),
        };
        let (mut key, value) = self.shown_pair(key.told(), &found.value);
        if found.slot.has_route() {
            key = format!("{}: {key}", self.shown_text(&String::from_utf8_lossy(&found.route)));
        }
        let reason = if share.now_normal {
            format!(
                "{key}{value}: {} of lines for so long that it counts as usual from now on",
                percent(share.share)
            )
        } else {
            let told = share_sentence(&format!("{key}{value}"), share.count, share.lines, share.usual_share);
            let is_told = found.slot.has_route() || found.route.is_empty();
            let route = self.shown_text(&String::from_utf8_lossy(&found.route));
            if is_told { told } else { format!("{told}, nearly all of {route}") }
        };
        Alert {
            kind: Kind::Value,
            phase: match share.phase {
                detect::Phase::Open => Phase::Open,
                detect::Phase::Ongoing => Phase::Ongoing,
                detect::Phase::Resolved => Phase::Resolved,
            },
            note: share.now_normal,
            provisional: share.provisional,
            sample,
            source,
            line_number,
            started: share.started.start(),
            window: (share.window.start.start(), share.window.end.start()),
            count: share.count,
            expected: share.expected,
            factor: Some(share.factor).filter(|factor| factor.is_finite()),
            score: share.score,
            tail: share.tail,
            value: Some(Told { key, value, of: share.lines, usual: share.usual_share }),
            history: Vec::new(),
            summary: format!("value: {reason}"),
            fingerprint: fingerprint(base.shape, Kind::Value, share.started)
                ^ xxhash_rust::xxh3::xxh3_64(&found.value)
                ^ xxhash_rust::xxh3::xxh3_64_with_seed(&found.route, 1),
            reason,
            ..base
        }
    }
}

pub(crate) fn worth_of(new: &NewValue, key: &str) -> Worth {
    let name = key.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let is_code = says_code(name.as_bytes());
    let value = &*new.value;
    // What words announce was not asked for by a client.
    if let Some(is_failure) = answer(new).filter(|_| !is_code || new.slot.is_field()) {
        return if is_failure { Worth::Alert } else { Worth::Note };
    }
    if is_number(value) || value == LONG {
        return if is_code || is_one_of_few(new) { Worth::Alert } else { Worth::Nothing };
    }
    if is_constant_value(value) {
        return Worth::Alert;
    }
    let many = new.kinds >= NAMES_MIN && new.lines < NAMES_LINES;
    match many || names_thing(value) && !is_code {
        false => Worth::Alert,
        true if is_shown(NAMES_SURE * new.kinds, new.lines) => Worth::Name,
        // One of many is soon missing.
        true => Worth::Nothing,
    }
}

/// Of a place that looks like the answers of a web server, with one that all went well among them:
/// whether the new one says that the server failed.
fn answer(new: &NewValue) -> Option<bool> {
    let status = |text: &[u8]| match text {
        [class @ b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => Some(*class),
        _ => None,
    };
    let known: Option<Vec<u8>> = new.usual.iter().map(|(text, _)| status(text)).collect();
    let (class, known) = (status(&new.value)?, known?);
    known.contains(&b'2').then_some(class == b'5')
}

fn is_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").or_else(|| value.strip_prefix(b"+")).unwrap_or(value);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// Whether the numbers of a place are rather codes than that they count or number things: several,
/// none of them long, and not one after another.
fn is_one_of_few(new: &NewValue) -> bool {
    let number = |text: &[u8]| {
        let short = text.len() <= CODE_DIGITS_MAX;
        short.then(|| std::str::from_utf8(text).ok()?.parse::<i64>().ok()).flatten()
    };
    let Some(value) = number(&new.value) else { return false };
    let known: Option<Vec<i64>> = new.usual.iter().map(|(text, _)| number(text)).collect();
    let Some(known) = known else { return false };
    let (Some(least), Some(most)) = (known.iter().min(), known.iter().max()) else { return false };
    let is_dense = 2 * known.len() as i64 > most - least;
    known.len() > 1 && !(is_dense && (least - 1..=most + 1).contains(&value))
}

/// `500: 412 of 9,870 lines (4.2 %, usually 0.02 %)`
pub(crate) fn share_sentence(value: &str, count: u64, of: u64, usual: f64) -> String {
    let share = percent(count as f64 / of.max(1) as f64);
    format!("{value}: {} of {} lines ({share}, usually {})", grouped(count), grouped(of), percent(usual))
}

pub(crate) fn shown_value(value: &[u8]) -> String {
    if value == LONG {
        return "a longer value".to_owned();
    }
    let parts: Vec<String> = value.split(|b| *b == VARIABLE).map(visible).collect();
    let text = parts.join("<*>");
    match text.char_indices().nth(LISTED_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

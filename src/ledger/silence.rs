//! Sources that fall silent altogether.
//!
//! The silence of one message is judged only while its log has lines; here the log itself is
//! listened to. Per source the intervals between panes with lines are kept. It is silent once
//! nothing has come for two minutes, for twice as long as ever before (five times while it is
//! known for less than a day), or for six of its intervals if it is a heartbeat; and a source
//! too young to tell knows from its messages, as learned before, how long is too long.
//!
//! Live the clock tells the time, in batch the stamps: a log that simply ends is not silent,
//! and of several one that ends while the others go on is, if it had lived for a day.
//!
//! Messages that lie in one source only and stop with it are not told one by one: what is
//! found of them waits until the source is told as silent, or has lines again.

use super::pane::PaneCells;
use super::{HOUR_PANES, Ledger};
use crate::alert::{Alert, Context, Kind, Phase, Spread};
use crate::detect::Silences;
use crate::id::{ShapeId, TemplateId};
use crate::line::Level;
use crate::template::TemplateIx;
use crate::time::{PANE_SECONDS, Pane, SECOND_MICROS, Time, format_duration};
use serde::{Deserialize, Serialize};

/// No source is silent sooner.
const PANES_MIN: i64 = 120 / PANE_SECONDS;
const DAY_PANES: i64 = 24 * HOUR_PANES;
/// Intervals a source must have shown, from a day on and before.
const INTERVALS_MIN: [u32; 2] = [20, 50];
/// A silence must be so many times the longest before, from a day on and before.
const LONGER: [u64; 2] = [2, 5];
/// Before a day, a source that was silent for more mean intervals has no rhythm.
const YOUNG_INTERVALS_MAX: u64 = 20;
/// Until so many days are known, one that was silent for an hour may have nights and weekends.
const DAYS_FOR_LONG_SILENCES: i64 = 8;
/// A message whose lines do not lie in one source.
const NOWHERE: u32 = u32::MAX;

/// What was heard of one source in one pane.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Heard {
    pub source: usize,
    pub lines: u64,
    pub newest: Time,
}

/// The rhythm of one source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pulse {
    first: i64,
    /// The last pane with lines, and the newest of them.
    last: i64,
    newest: Time,
    lines: u64,
    /// Panes lived, silences that were told left out.
    panes: u64,
    silences: Silences,
    /// The pane from which on its silence is worth a look.
    due: i64,
    /// Since when it has been told as silent.
    told: Option<Pane>,
    /// Messages that have stopped while it said nothing.
    held: Vec<Alert>,
}

/// The same as a file keeps it: homes by the id of the message.
pub(super) type SavedPulses = (Vec<Option<Pulse>>, Vec<(TemplateId, u32)>);

/// The rhythm of each source, and where each message is at home.
#[derive(Debug, Default)]
pub(super) struct Pulses {
    by_source: Vec<Option<Pulse>>,
    /// By template: the source of all its lines, from 1; 0 before its first.
    homes: Vec<u32>,
}

impl Pulses {
    /// Each source's rhythm, and where each message is at home, for a later run.
    pub fn save(&self, id_of: impl Fn(TemplateIx) -> TemplateId) -> SavedPulses {
        let homes = self.homes.iter().enumerate().filter(|(_, home)| **home != 0);
        let mut homes: Vec<_> = homes.map(|(at, home)| (id_of(TemplateIx(at as u32)), *home)).collect();
        homes.sort_unstable();
        (self.by_source.clone(), homes)
    }

    /// What was saved.
    pub fn load(
        (by_source, saved): SavedPulses,
        index_of: impl Fn(TemplateId) -> Option<TemplateIx>,
    ) -> Pulses {
        let mut homes = Vec::new();
        for (id, home) in saved {
            let Some(at) = index_of(id).map(|template| template.0 as usize) else { continue };
            if at >= homes.len() {
                homes.resize(at + 1, 0);
            }
            homes[at] = home;
        }
        Pulses { by_source, homes }
    }

    /// Two templates have become one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let (from, to) = (gone.0 as usize, survivor.0 as usize);
        let Some(home) = self.homes.get_mut(from).map(std::mem::take).filter(|home| *home != 0) else {
            return;
        };
        if to >= self.homes.len() {
            self.homes.resize(to + 1, 0);
        }
        self.homes[to] = if self.homes[to] == 0 || self.homes[to] == home { home } else { NOWHERE };
    }
}

impl Pulse {
    fn new(heard: &Heard, pane: Pane) -> Pulse {
        Pulse {
            first: pane.0,
            last: pane.0,
            newest: heard.newest,
            lines: heard.lines,
            panes: 1,
            silences: Silences::default(),
            due: pane.0 + PANES_MIN,
            told: None,
            held: Vec::new(),
        }
    }

    fn hear(&mut self, heard: &Heard, pane: Pane) {
        let ticks = (pane.0 - self.last).unsigned_abs();
        self.silences.is_gone = self.told.is_some();
        self.silences.learn(ticks, self.last, pane.0);
        self.silences.is_gone = false;
        self.panes += if self.told.is_some() { 1 } else { ticks };
        self.lines += heard.lines;
        (self.last, self.newest) = (pane.0, self.newest.max(heard.newest));
        self.due = pane.0 + PANES_MIN;
        self.told = None;
    }

    /// The silence that is too long, as far as the source's own past tells.
    fn needed(&self) -> Option<u64> {
        let lived = self.last - self.first;
        let young = usize::from(lived < DAY_PANES);
        let (longest, intervals) = (self.silences.longest, self.silences.intervals());
        let is_erratic = young == 1 && longest * u64::from(intervals) > YOUNG_INTERVALS_MAX * self.panes;
        if intervals < INTERVALS_MIN[young] || is_erratic {
            return None;
        }
        let longer = LONGER[young] * longest;
        Some(match self.silences.heartbeat_ticks() {
            Some(beats) if young == 1 => beats.max(longer),
            Some(beats) => beats,
            None => longer,
        })
    }

    /// Whether its silences are too long to be judged yet.
    fn is_too_pausing(&self) -> bool {
        let lived = self.last - self.first;
        self.silences.longest >= HOUR_PANES.unsigned_abs() && lived < DAYS_FOR_LONG_SILENCES * DAY_PANES
    }

    fn seconds_between_lines(&self) -> f64 {
        self.panes as f64 * PANE_SECONDS as f64 / self.lines.max(1) as f64
    }
}

impl Ledger {
    /// Listens to the sources in a pane that closes: which have fallen silent, which speak again.
    pub(super) fn listen(&mut self, pane: Pane, cells: &PaneCells) -> Vec<Alert> {
        let mut found = Vec::new();
        if self.learn_only {
            return found;
        }
        self.pulses.by_source.resize_with(self.sources.len(), || None);
        for heard in &cells.heard {
            // A long silence may have been stepped over.
            found.extend(self.silence_before(heard.source, Pane(pane.0 - 1)));
            let back = self.pulse(heard.source).is_some_and(|pulse| pulse.told.is_some());
            if back {
                found.extend(self.source_alert(heard.source, pane, Phase::Resolved));
            }
            match &mut self.pulses.by_source[heard.source] {
                Some(pulse) => {
                    pulse.hear(heard, pane);
                    found.append(&mut pulse.held);
                }
                pulse => *pulse = Some(Pulse::new(heard, pane)),
            }
        }
        for source in 0..self.sources.len() {
            found.extend(self.silence_before(source, pane));
        }
        found
    }

    /// The alert of a source that has been silent for too long at the end of a pane.
    fn silence_before(&mut self, source: usize, pane: Pane) -> Vec<Alert> {
        let is_due = |pulse: &Pulse| pulse.told.is_none() && pane.0 >= pulse.due;
        if !self.pulse(source).is_some_and(is_due) {
            return Vec::new();
        }
        let needed = self.silence_needed(source, pane);
        let was_learned = self.learned.is_some_and(|learned| pane.end() <= learned.to);
        let judging = !self.learning() && !was_learned;
        let Some(pulse) = self.pulses.by_source[source].as_mut() else { return Vec::new() };
        pulse.due = needed.map_or(i64::MAX, |needed| pulse.last.saturating_add(needed));
        if pane.0 < pulse.due {
            return Vec::new();
        }
        if !judging {
            pulse.due = pane.0 + 1;
            return Vec::new();
        }
        pulse.told = Some(Pane(pulse.due));
        let mut found = std::mem::take(&mut pulse.held);
        found.iter_mut().for_each(|alert| alert.note = true);
        let due = Pane(pulse.due);
        found.extend(self.source_alert(source, due, Phase::Open));
        found
    }

    /// So many panes without a line are too many for a source; none if nobody can tell.
    fn silence_needed(&self, source: usize, pane: Pane) -> Option<i64> {
        let pulse = self.pulse(source)?;
        let (state, lived) = (&self.sources[source], pulse.last - pulse.first);
        let has_ended = !self.live && state.high.is_none_or(|high| high.pane() <= pane);
        if state.is_apart() || (has_ended && lived < DAY_PANES) || pulse.is_too_pausing() {
            return None;
        }
        let taught = if self.sources.len() == 1 { self.overdue_message(pulse) } else { None };
        let needed = pulse.needed().into_iter().chain(taught.map(|(ticks, _)| ticks)).min()?;
        let needed = needed.max(LONGER[0] * pulse.silences.longest);
        Some(i64::try_from(needed).unwrap_or(i64::MAX).max(PANES_MIN))
    }

    /// The message that is missed first, after how many panes, among those that were not
    /// overdue when the source stopped.
    fn overdue_message(&self, pulse: &Pulse) -> Option<(u64, TemplateIx)> {
        let is_alive = |ticks: u64, template| {
            let seen = self.detector.last_seen(template).map_or(i64::MIN, |seen| seen.0);
            seen >= pulse.first && (pulse.last - seen).unsigned_abs() < ticks
        };
        let templates = self.registry.templates().into_iter();
        templates
            .filter_map(|template| Some((self.detector.overdue_after(template)?, template)))
            .filter(|&(ticks, template)| is_alive(ticks, template))
            .min_by_key(|&(ticks, template)| (ticks, self.registry.template_id(template)))
    }

    /// Where the lines of a template have come from.
    pub(super) fn note_home(&mut self, template: TemplateIx, source: usize) {
        let homes = &mut self.pulses.homes;
        let at = template.0 as usize;
        if at >= homes.len() {
            homes.resize(at + 1, 0);
        }
        let here = source as u32 + 1;
        homes[at] = if homes[at] == 0 || homes[at] == here { here } else { NOWHERE };
    }

    /// Keeps back what has stopped with its source; the rest is told.
    pub(super) fn hold_with_source(
        &mut self,
        template: TemplateIx,
        alert: Alert,
        pane: Pane,
    ) -> Option<Alert> {
        let home = self.pulses.homes.get(template.0 as usize).copied().unwrap_or(0);
        if alert.kind != Kind::Gone || home == 0 || home == NOWHERE {
            return Some(alert);
        }
        let source = home as usize - 1;
        if alert.phase == Phase::Resolved {
            return self.let_go(source, alert);
        }
        let is_regular = self.silence_needed(source, pane).is_some();
        let Some(pulse) = self.pulses.by_source.get_mut(source).and_then(Option::as_mut) else {
            return Some(alert);
        };
        if pulse.last >= pane.0 || !is_regular {
            return Some(alert);
        }
        if pulse.told.is_some() {
            return Some(Alert { note: true, ..alert });
        }
        pulse.held.push(alert);
        None
    }

    /// A message is back: what was held of it was never told.
    fn let_go(&mut self, source: usize, alert: Alert) -> Option<Alert> {
        let Some(pulse) = self.pulses.by_source.get_mut(source).and_then(Option::as_mut) else {
            return Some(alert);
        };
        let before = pulse.held.len();
        pulse.held.retain(|held| held.id != alert.id);
        (pulse.held.len() == before).then_some(alert)
    }

    fn pulse(&self, source: usize) -> Option<&Pulse> {
        self.pulses.by_source.get(source)?.as_ref()
    }

    /// An alert about a source. Of several, its id is made of the source's name.
    fn source_alert(&self, source: usize, pane: Pane, phase: Phase) -> Option<Alert> {
        let pulse = self.pulse(source)?;
        let name = self.sources[source].name.clone();
        let called = if name == "-" { "standard input" } else { &name };
        // The only source of a run is the same whatever it is called.
        let (shape, text) = match self.sources.len() {
            1 => (ShapeId::of(b"source"), "no lines".to_owned()),
            _ => (ShapeId::of(&[b"source ", name.as_bytes()].concat()), format!("no lines from {called}")),
        };
        let own = pulse.silences.intervals() >= INTERVALS_MIN[0];
        let rate = self.overdue_message(pulse).map(|(_, template)| self.detector.rate(template));
        let between = match rate.filter(|rate| !own && *rate > 0.0) {
            Some(rate) => 1.0 / rate,
            None => pulse.seconds_between_lines(),
        };
        let silent = (pane.end().0 - pulse.newest.0).max(0) / SECOND_MICROS * SECOND_MICROS;
        let reason = match phase {
            Phase::Resolved => format!("{called} has lines again after {}", format_duration(silent)),
            _ => format!("nothing from {called} for {}, usually {}", format_duration(silent), usual(between)),
        };
        // Where all lines come from one source, its end is the end of all traffic.
        let is_all = self.sources.len() == 1 && self.detector.templates_active() > 1;
        let kind = if is_all { Kind::Volume } else { Kind::Gone };
        Some(Alert {
            kind,
            phase,
            note: false,
            provisional: self.detector.age_panes() < DAY_PANES.unsigned_abs(),
            id: TemplateId(shape.0),
            shape,
            incident: 0,
            time: pane.end(),
            started: pulse.newest,
            level: Level::None,
            class: Level::None,
            sample: text.clone().into_bytes(),
            template: text,
            source: name.clone(),
            line_number: 0,
            sources: Spread { seen: 1, of: self.sources.len(), top: name, ..Spread::default() },
            window: (pulse.newest, pane.end()),
            count: 0,
            expected: silent as f64 / SECOND_MICROS as f64 / between,
            factor: None,
            // Decided by the longest silence, not by a probability.
            score: 0.0,
            tail: 0.0,
            first_seen: Pane(pulse.first).start(),
            last_seen: pulse.newest,
            baseline: self.learned_so_far(),
            nearest: None,
            value: None,
            usual_interval: Some(between),
            history: Vec::new(),
            context: Context::default(),
            summary: format!("{}: {reason}", kind.word()),
            reason,
            fingerprint: shape.0 ^ pulse.newest.0.unsigned_abs(),
        })
    }
}

/// `a line every 15 s`, `20 lines a second`.
fn usual(seconds: f64) -> String {
    if seconds >= 0.95 {
        let step = if seconds < 9.5 { 100_000.0 } else { 1e6 };
        return format!("a line every {}", format_duration(((seconds * 1e6 / step).round() * step) as i64));
    }
    format!("{:.0} lines a second", 1.0 / seconds)
}

//! The last word on what is worth somebody's sleep: alert or note, and which
//! alerts belong together.
//!
//! A new message of level error or above, or with a word of alarm, is an alert
//! at once, up to a bound in ten minutes; what is beyond is a note. Milder ones
//! wait until their minute ends, so that the worst comes first, and are alerts
//! only where so new a message is rare at their level.

use super::fresh::surprise;
use crate::alert::{Alert, Kind, Phase};
use crate::limits::{INCIDENT_QUIET_SECONDS, NEW_ALERTS_MAX, NEW_ALERTS_SPAN_SECONDS, STILL_LINES_MIN};
use crate::line::Level;
use crate::template::TemplateIx;
use crate::time::{PANE_SECONDS, Pane, SECOND_MICROS, Time, format_duration};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Panes of the minute that mild new messages wait for.
const MINUTE_PANES: i64 = 60 / PANE_SECONDS;
const MINUTE_MICROS: i64 = 60_000_000;
/// New messages within a minute that may be one incident.
const BURST_MIN: usize = 5;
/// Alerts about mild new messages in a minute that is no burst.
const MILD_ALERTS_MAX: usize = 4;
/// −log10 of the probability below which that many in a minute are an incident.
const BURST_SCORE: f64 = 5.0;
/// Rates of new messages a day, per false alert asked for, below which a new
/// warning, and any other new message, is an alert.
const WARN_RATE: f64 = 3.0;
const MILD_RATE: f64 = 1.0;
/// The same for an error: above it the alert is provisional.
const ERROR_RATE: f64 = 24.0;

/// A new message on its way to the reader.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Candidate {
    alert: Alert,
    class: Level,
    rate: f64,
    template: Option<TemplateIx>,
    /// Panes with lines of it until its minute ends.
    panes: usize,
}

/// A new message whose first minute is watched.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Follow {
    alert: Alert,
    template: TemplateIx,
    lines: u64,
}

/// See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gate {
    false_alerts: f64,
    held: Vec<Candidate>,
    /// Surges of mild messages within a start: they wait as its new messages do.
    surges: Vec<Alert>,
    recent: VecDeque<Time>,
    recent_values: VecDeque<Time>,
    follows: Vec<Follow>,
    /// Time and fingerprint of the last alert and of its incident.
    incident: Option<(Time, u64)>,
    /// The newest message of the last burst.
    burst: Option<Time>,
    /// The rate of new warnings before it: its own must not make the next one common.
    warn_rate: f64,
}

impl Gate {
    /// A gate for one run.
    pub fn new(false_alerts: f64) -> Gate {
        Gate {
            false_alerts,
            held: Vec::new(),
            surges: Vec::new(),
            recent: VecDeque::new(),
            recent_values: VecDeque::new(),
            follows: Vec::new(),
            incident: None,
            burst: None,
            warn_rate: f64::INFINITY,
        }
    }

    /// The same gate with other names for its templates, and another bound; what has no other
    /// name is left out.
    pub fn renamed(
        mut self,
        false_alerts: f64,
        mut name_of: impl FnMut(TemplateIx) -> Option<TemplateIx>,
    ) -> Gate {
        self.false_alerts = false_alerts;
        self.follows
            .retain_mut(|follow| name_of(follow.template).map(|name| follow.template = name).is_some());
        for candidate in &mut self.held {
            candidate.template = candidate.template.and_then(&mut name_of);
        }
        self
    }

    /// Judges a new message that must not wait: level error, or a word of alarm.
    /// `when`: the time that the bound on such alerts runs on.
    pub fn urgent(&mut self, mut alert: Alert, rate: f64, learning: bool, when: Time) -> Alert {
        weigh(&mut alert, rate);
        alert.provisional |= learning || rate > ERROR_RATE * self.false_alerts;
        alert.note = !has_room(&mut self.recent, when);
        self.join_incident(&mut alert);
        alert
    }

    /// Judges a new value: as many in ten minutes are alerts as of new errors, which they do not
    /// crowd out.
    pub fn value(&mut self, mut alert: Alert) -> Alert {
        alert.note = !has_room(&mut self.recent_values, alert.time);
        alert
    }

    /// The false alerts a day that one is ready to read.
    pub fn false_alerts(&self) -> f64 {
        self.false_alerts
    }

    /// Keeps a milder new message until its minute ends.
    pub fn hold(&mut self, mut alert: Alert, class: Level, rate: f64, template: Option<TemplateIx>) {
        weigh(&mut alert, rate);
        self.held.push(Candidate { alert, class, rate, template, panes: 0 });
    }

    /// For ten minutes after a burst, keeps the surge of a message below a warning until its
    /// minute ends: after a deployment traffic moves, and what fails must be read first.
    pub fn hold_surge(&mut self, alert: Alert) -> Option<Alert> {
        let waits = alert.kind == Kind::Surge && alert.phase != Phase::Resolved && alert.class < Level::Warn;
        if !waits || !self.goes_on(alert.time) {
            return Some(alert);
        }
        self.surges.push(alert);
        None
    }

    /// Whether no ten minutes have passed since the last burst.
    fn goes_on(&self, time: Time) -> bool {
        let span = NEW_ALERTS_SPAN_SECONDS * 1_000_000;
        self.burst.is_some_and(|burst| time.0.saturating_sub(burst.0) <= span)
    }

    /// Watches the first minute of a new message that was an alert.
    pub fn follow(&mut self, alert: &Alert, template: TemplateIx) {
        if !alert.note {
            self.follows.push(Follow { alert: alert.clone(), template, lines: 0 });
        }
    }

    /// Two templates have become one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        for follow in &mut self.follows {
            if follow.template == gone {
                follow.template = survivor;
            }
        }
        // Of one message one is enough.
        let mut seen = Vec::new();
        self.follows.retain(|follow| {
            let first = !seen.contains(&follow.template);
            seen.push(follow.template);
            first
        });
        for candidate in &mut self.held {
            if candidate.template == Some(gone) {
                candidate.template = Some(survivor);
            }
        }
    }

    /// What is due when a pane has closed. `counts`: sorted by template.
    /// `rate_all`: new messages of any level to expect a day.
    pub fn close_pane(&mut self, pane: Pane, counts: &[(TemplateIx, u32)], rate_all: f64) -> Vec<Alert> {
        let mut out = self.still(pane, counts);
        for candidate in &mut self.held {
            let comes = |template| counts.binary_search_by_key(&template, |count| count.0).is_ok();
            candidate.panes += usize::from(candidate.template.is_some_and(comes));
        }
        if (pane.0 + 1).rem_euclid(MINUTE_PANES) == 0 {
            out.extend(self.release(rate_all));
        }
        out
    }

    /// The mild new messages of the minute, the worst first, and of those what keeps coming: what
    /// a program says once as it starts is seldom what ails it. Then the surges that waited.
    pub fn release(&mut self, rate_all: f64) -> Vec<Alert> {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by(|a, b| {
            let worse = (b.class, b.panes).cmp(&(a.class, a.panes));
            worse.then((a.alert.time, a.alert.shape).cmp(&(b.alert.time, b.alert.shape)))
        });
        let burst = held.len() >= BURST_MIN
            && poisson_score(held.len(), (rate_all / 1440.0).max(0.01)) >= BURST_SCORE;
        let many = held.len();
        // A flood is told once, as long as no ten minutes pass between its bursts; what
        // a program that has just changed says later for the first time is part of it.
        let newest = held.iter().map(|candidate| candidate.alert.time).max();
        let goes_on = newest.is_some_and(|newest| self.goes_on(newest));
        let warnings = held.iter().filter(|candidate| candidate.class >= Level::Warn);
        let least = warnings.map(|candidate| candidate.rate).fold(f64::INFINITY, f64::min);
        let warn_rate = if goes_on { least.min(self.warn_rate) } else { least };
        if burst {
            (self.burst, self.warn_rate) = (newest, warn_rate);
        }
        let mut due: Vec<Alert> = held
            .into_iter()
            .enumerate()
            .map(|(rank, Candidate { mut alert, class, rate, panes, .. })| {
                let is_warning = class >= Level::Warn;
                let rate = if is_warning && goes_on { rate.min(warn_rate) } else { rate };
                let bound = if is_warning { WARN_RATE } else { MILD_RATE };
                // After a burst only a warning is worth another alert, and not one said once in a start.
                let in_time = !goes_on || is_warning && (!burst || panes > 1);
                let alone = in_time && rate <= bound * self.false_alerts;
                // One alert stands for a burst; the other messages are its notes.
                alert.note =
                    if burst { rank > 0 || goes_on && !alone } else { !alone || rank >= MILD_ALERTS_MAX };
                if burst && rank == 0 {
                    alert.reason = format!("{many} new kinds of message within a minute, the worst of them");
                    alert.summary = format!("new: {}", alert.reason);
                }
                self.join_incident(&mut alert);
                alert
            })
            .collect();
        for mut alert in std::mem::take(&mut self.surges) {
            self.join_incident(&mut alert);
            due.push(alert);
        }
        due
    }

    /// Lets an alert join the incident that is going on, or start one.
    pub fn join_incident(&mut self, alert: &mut Alert) {
        let quiet = INCIDENT_QUIET_SECONDS * 1_000_000;
        let incident = match self.incident {
            Some((last, incident)) if alert.time.0.saturating_sub(last.0) <= quiet => incident,
            _ => alert.fingerprint,
        };
        alert.incident = incident;
        if !alert.note {
            let last = self.incident.map_or(alert.time, |(last, _)| last.max(alert.time));
            self.incident = Some((last, incident));
        }
    }

    fn still(&mut self, pane: Pane, counts: &[(TemplateIx, u32)]) -> Vec<Alert> {
        for follow in &mut self.follows {
            if let Ok(at) = counts.binary_search_by_key(&follow.template, |count| count.0) {
                follow.lines += u64::from(counts[at].1);
            }
        }
        let end = pane.end();
        let due = |follow: &Follow| end.0 >= follow.alert.time.0 + MINUTE_MICROS;
        let (ripe, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.follows).into_iter().partition(due);
        self.follows = rest;
        ripe.into_iter()
            .filter(|follow| follow.lines >= STILL_LINES_MIN)
            .map(|Follow { alert, lines, .. }| {
                let reason =
                    format!("{lines} lines in {}", format_duration(whole_seconds(end.0 - alert.started.0)));
                Alert {
                    phase: Phase::Ongoing,
                    time: end,
                    window: (alert.started, end),
                    count: lines,
                    summary: format!("still coming: {reason}"),
                    reason,
                    ..alert
                }
            })
            .collect()
    }
}

/// Whether one more alert fits the ten minutes around `when`; it counts if so.
fn has_room(recent: &mut VecDeque<Time>, when: Time) -> bool {
    let span = NEW_ALERTS_SPAN_SECONDS.unsigned_abs() * 1_000_000;
    // On both sides: a clock that was a day ahead must not hold back what
    // comes until then.
    recent.retain(|time| when.0.abs_diff(time.0) < span);
    let room = recent.len() < NEW_ALERTS_MAX;
    if room {
        recent.push_back(when);
    }
    room
}

fn whole_seconds(micros: i64) -> i64 {
    micros - micros.rem_euclid(SECOND_MICROS)
}

fn weigh(alert: &mut Alert, rate: f64) {
    debug_assert_eq!(alert.kind, Kind::New);
    alert.expected = rate;
    alert.score = surprise(rate);
    alert.tail = alert.score;
}

/// −log10 P(X ≥ k) of a Poisson variable, for small k.
fn poisson_score(k: usize, mean: f64) -> f64 {
    let mut term = 1.0;
    let mut below = 0.0;
    for i in 0..k {
        below += term;
        term *= mean / (i + 1) as f64;
    }
    // The terms from k on, summed apart: one minus the rest would cancel.
    let mut above = 0.0;
    let mut i = k;
    while term > above * 1e-12 {
        above += term;
        i += 1;
        term *= mean / i as f64;
    }
    -(above / (above + below)).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_poisson_tail_agrees_with_its_closed_form() {
        assert!((poisson_score(1, 0.01) - -(1.0 - (-0.01f64).exp()).log10()).abs() < 1e-9);
        assert!((poisson_score(2, 1.0) - -(1.0 - 2.0 * (-1.0f64).exp()).log10()).abs() < 1e-9);
    }
}

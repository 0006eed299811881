//! The past that is learned and not told, and what comes after the end that was asked for.
//!
//! Before `since` the detector judges as always, so that a surge which is going on then was not
//! learned as usual; nothing is told but what is still open when the telling begins.

use super::Ledger;
use crate::alert::{Alert, Kind, Phase, grouped};
use crate::config::Config;
use crate::line::Level;
use crate::time::{Pane, Time, Zone};
use serde::{Deserialize, Serialize};

/// Which alerts are told.
#[derive(Debug)]
pub(super) struct ToldSpan {
    since: Option<Time>,
    until: Option<Time>,
    zone: Zone,
    /// Told from the start, or the past is over.
    begun: bool,
    /// Alerts of the past that are not over yet.
    open: Vec<Alert>,
}

/// How far the telling has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SavedSpan {
    since: Option<Time>,
    begun: bool,
    open: Vec<Alert>,
}

impl ToldSpan {
    pub fn save(&self) -> SavedSpan {
        // Once it has begun, a clock that is set back must not silence it.
        let since = self.since.filter(|_| !self.begun);
        SavedSpan { since, begun: self.begun, open: self.open.clone() }
    }

    /// Goes on telling where an earlier run stopped, unless this one was told since when.
    pub fn load(&mut self, saved: SavedSpan) {
        self.since = self.since.or(saved.since);
        (self.begun, self.open) = (saved.begun, saved.open);
    }

    pub fn new(config: &Config) -> ToldSpan {
        ToldSpan {
            since: config.since,
            until: config.until,
            zone: config.zone.clone(),
            begun: config.since.is_none(),
            open: Vec::new(),
        }
    }

    /// Whether a line of this moment may be news.
    pub fn holds(&self, time: Time) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// The alert, if it is told now. One that a pane's end decided belongs to that pane.
    fn admit(&mut self, alert: Alert) -> Option<Alert> {
        let decided = if alert.kind == Kind::New { alert.time } else { Time(alert.time.0 - 1) };
        if self.holds(decided) {
            return Some(alert);
        }
        if !self.begun && alert.kind != Kind::New {
            self.open.retain(|open| (open.kind, open.id) != (alert.kind, alert.id));
            if alert.phase != Phase::Resolved && !alert.note {
                self.open.push(Alert { phase: Phase::Open, ..alert });
            }
        }
        None
    }
}

impl Ledger {
    /// Tells an alert, or keeps it to itself.
    pub(super) fn tell(&mut self, alert: Alert) {
        self.out.extend(self.told_span.admit(alert));
    }

    /// Whether what comes now is only learned, as it lies before `since`.
    pub fn is_in_past(&self) -> bool {
        !self.told_span.begun
    }

    /// Before the first pane that is told: what was learned is said, and what is open.
    pub(super) fn begin_to_tell(&mut self, pane: Pane) {
        let Some(since) = self.told_span.since.filter(|since| !self.told_span.begun && pane.end() > *since)
        else {
            return;
        };
        self.told_span.begun = true;
        if self.lines_closed > 0 && self.learned.is_none() && self.warmup.is_none() {
            let notice = self.past_in_words(since);
            self.notices.push(notice);
        }
        self.out.append(&mut std::mem::take(&mut self.told_span.open).into());
    }

    /// `learned 41 messages from 1.2 M lines of app.log, 2026-11-22 08:00 to 13:02; judging from 13:02 on`
    fn past_in_words(&self, since: Time) -> String {
        let learned = self.learned_so_far();
        let templates = self.registry.templates();
        let known = || templates.iter().filter(|template| self.messages.get(**template).is_some());
        let errors = known().filter(|template| self.class_of_template(**template) >= Level::Error).count();
        let (from, to) = (self.wall(learned.from), self.wall(learned.to.min(since)));
        let begins = self.wall(since);
        let source = match &self.sources[..] {
            [source] if source.name != "-" => format!(" of {}", source.name),
            _ => String::new(),
        };
        let mut text = format!(
            "learned {} from {} lines{source}, {from} to {}; judging from {} on",
            counted(known().count(), "message"),
            grouped(learned.lines),
            short_of(&to, &from),
            short_of(&begins, &from),
        );
        if errors > 0 {
            let s = if errors == 1 { "" } else { "s" };
            text += &format!("; {errors} kind{s} of error in it taken for normal");
        }
        text
    }

    /// Date and minute as clocks on the wall show them.
    fn wall(&self, time: Time) -> String {
        let text = Time::from_seconds(self.told_span.zone.to_wall(time.seconds())).to_string();
        text.get(..16).unwrap_or(&text).replace('T', " ")
    }
}

/// `1 message`, `41 messages`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Without its date where that is the one of `other`.
fn short_of<'a>(time: &'a str, other: &str) -> &'a str {
    match (time.split_once(' '), other.split_once(' ')) {
        (Some((day, clock)), Some((other, _))) if day == other => clock,
        _ => time,
    }
}

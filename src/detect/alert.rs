//! What a template may learn while it alerts, and what is remembered of it.
//!
//! A surge that is learned in full hides the same surge a day later. So while
//! an alert is open a pane teaches no more than the template's usual rate, and
//! the largest window does not move. Three ways lead back: the alert calms
//! down, it goes on for so long that it is the new normal, or a size comes back
//! for the second time after it was alerted.

use super::{DAY, HOUR, SCALE_COUNT, Surge, Window};
use crate::time::Pane;
use serde::{Deserialize, Serialize};

// limits
/// An alert is over half an hour after its last crossing.
const CALM_PANES: i64 = HOUR / 2;
/// An opening within six hours of the one before is the same trouble.
pub(crate) const SAME_TROUBLE_PANES: i64 = 6 * HOUR;
/// A size is known up to a quarter more.
const SAME_SIZE_PART: u64 = 4;
/// Below three days of exposure a new level is accepted sooner.
const YOUNG_DAYS: u64 = 3;

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// Nothing is open; only the memory is left.
    Closed,
    /// Crossed less than half an hour ago.
    Open,
    /// Still crossing, but learned in full: a new normal.
    Accepted,
}

/// A template's alert and the memory of those before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alert {
    pub state: State,
    /// The last opening and the last crossing.
    pub opened: i64,
    pub crossed: i64,
    /// The last crossing as it would be told.
    pub told: Told,
    /// The factor when it was last printed.
    pub printed_factor: f64,
    /// Largest windows of this trouble, and of the one that was alerted before.
    peak: [u64; SCALE_COUNT],
    past_peak: [u64; SCALE_COUNT],
    /// How often a known size has come back.
    repeats: u8,
    /// Quarters of panes learned with the guard up; a quiet pane takes one back.
    frozen_quarters: i64,
    counted_to: i64,
}

/// The part of a surge that outlives its pane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub width: i64,
    pub end: i64,
    pub count: u64,
    pub expected: f64,
    pub score: f64,
    pub tail: f64,
    pub started: i64,
    pub returned_from: Option<i64>,
    pub provisional: bool,
}

impl Told {
    /// Count over expected.
    pub fn factor(&self) -> f64 {
        self.count as f64 / self.expected
    }

    /// As the reader gets it.
    pub fn surge(&self, template: super::TemplateIx, phase: super::Phase, now_normal: bool) -> Surge {
        Surge {
            template,
            phase,
            window: Window { start: Pane(self.end - self.width), end: Pane(self.end) },
            count: self.count,
            expected: self.expected,
            factor: self.factor(),
            score: self.score,
            tail: self.tail,
            started: Pane(self.started),
            returned: self.returned_from.is_some(),
            last_seen_before: self.returned_from.map(Pane),
            provisional: self.provisional,
            now_normal,
        }
    }
}

impl Alert {
    /// The first alert of a template.
    pub fn new(pane: i64, told: Told) -> Self {
        Alert {
            state: State::Open,
            opened: pane,
            crossed: pane,
            printed_factor: told.factor(),
            told,
            peak: [0; SCALE_COUNT],
            past_peak: [0; SCALE_COUNT],
            repeats: 0,
            frozen_quarters: 0,
            counted_to: pane,
        }
    }

    /// Opens again. Says whether it is the same trouble as last time.
    pub fn reopen(&mut self, pane: i64, told: Told) -> bool {
        self.count_panes(pane);
        let same = pane - self.opened <= SAME_TROUBLE_PANES;
        if !same {
            let known = self.peak.iter().zip(&self.past_peak).all(|(&peak, &past)| is_known(peak, past));
            if known {
                self.repeats = self.repeats.saturating_add(1);
            } else {
                self.repeats = 0;
                self.past_peak = [0; SCALE_COUNT];
            }
            for (past, peak) in self.past_peak.iter_mut().zip(&mut self.peak) {
                *past = (*past).max(std::mem::take(peak));
            }
        }
        self.state = State::Open;
        self.opened = pane;
        self.crossed = pane;
        self.printed_factor = told.factor();
        self.told = told;
        same
    }

    /// The guard is up for a pane whose windows hold these counts.
    pub fn guards(&mut self, counts: [u64; SCALE_COUNT]) -> bool {
        if self.state != State::Open {
            return false;
        }
        for (peak, count) in self.peak.iter_mut().zip(counts) {
            *peak = (*peak).max(count);
        }
        // The size came back once already; this is the second time.
        !(self.repeats >= 1
            && counts.iter().zip(&self.past_peak).all(|(&count, &past)| is_known(count, past)))
    }

    /// The guard was up for so long that the new level is to be learned.
    pub fn is_worn_out(&mut self, pane: i64, first: i64, age: u64) -> bool {
        self.count_panes(pane);
        let panes_max = if age < YOUNG_DAYS * DAY as u64 {
            (pane - first).clamp(6 * HOUR, DAY)
        } else {
            YOUNG_DAYS as i64 * DAY
        };
        self.frozen_quarters >= 4 * panes_max
    }

    /// Nothing has crossed for half an hour.
    pub fn is_calm(&self, pane: i64) -> bool {
        pane >= self.calm_from()
    }

    /// The first pane in which it may be calm.
    pub fn calm_from(&self) -> i64 {
        self.crossed + CALM_PANES + 1
    }

    /// Crossed again. When the run began, and from where it returned, stays.
    pub fn cross(&mut self, pane: i64, told: Told) {
        self.crossed = pane;
        let (started, returned_from) = (self.told.started, self.told.returned_from);
        self.told = Told { started, returned_from, ..told };
    }

    /// Calm, or accepted.
    pub fn turn(&mut self, pane: i64, state: State) {
        self.count_panes(pane);
        self.state = state;
    }

    fn count_panes(&mut self, pane: i64) {
        let panes = pane - self.counted_to;
        if self.state == State::Open {
            self.frozen_quarters += 4 * panes;
        } else {
            self.frozen_quarters = (self.frozen_quarters - panes).max(0);
        }
        self.counted_to = pane;
    }
}

fn is_known(count: u64, past: u64) -> bool {
    count <= same_size(past)
}

/// The largest window that is of the same size as one of `count` lines.
pub(crate) fn same_size(count: u64) -> u64 {
    count.saturating_add(count / SAME_SIZE_PART)
}

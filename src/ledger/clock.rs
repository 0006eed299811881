//! A live log and the clock on the wall.

use super::Ledger;
use crate::limits::{LIVE_LAG_SECONDS, UNSTAMPED_WAIT_SECONDS};
use crate::time::Time;

impl Ledger {
    /// A source whose stamps keep up with the clock is moved by it from then on.
    pub(super) fn follow_clock(&mut self, source: usize) {
        let (Some(now), state) = (self.now, &mut self.sources[source]) else { return };
        if let Some(high) = state.high {
            let lag = now.0 - high.0;
            if state.has_stamps && lag.abs() < LIVE_LAG_SECONDS * 1_000_000 {
                state.note_lag(lag);
            }
        }
    }

    /// Live: what time it is. Closes panes of a source that follows the clock
    /// and places the lines of one that has no stamps.
    pub fn advance(&mut self, now: Time) {
        let before = self.now.replace(now);
        for source in 0..self.sources.len() {
            let mut placed = Vec::new();
            let state = &mut self.sources[source];
            state.end_trial_if_due(now, &mut placed);
            state.move_clock(now);
            self.add_placed(source, placed);
            let state = &mut self.sources[source];
            if state.holds() && !state.has_stamps && before.is_some() {
                let waited = now.0 - state.head_since.get_or_insert(now).0;
                if waited >= UNSTAMPED_WAIT_SECONDS * 1_000_000 {
                    let mut placed = Vec::new();
                    state.release_head(now, &mut placed);
                    state.note_lag(0);
                    state.move_clock(now);
                    self.add_placed(source, placed);
                }
            }
        }
        self.close_ready();
    }

    /// Live: all that was written has been read, the last of it at `written`. So far behind the
    /// clock lines come, however much later they were read.
    pub fn catch_up(&mut self, written: Time, now: Time) {
        for source in 0..self.sources.len() {
            let mut placed = Vec::new();
            self.sources[source].catch_up(written, now, &mut placed);
            self.add_placed(source, placed);
        }
        self.advance(now);
    }
}

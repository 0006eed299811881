//! One source as the ledger sees it: how far it is, and which of its lines are
//! late or on trial.

use super::records::{OpenRecord, lines_of};
use crate::count::{Delta, Segment};
use crate::limits::{
    LATE_PANES, LIVE_LAG_SECONDS, TRIAL_LINES, TRIAL_LINES_MAX, TRIAL_STEP_SECONDS, TRIAL_WAIT_SECONDS,
};
use crate::time::{Pane, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A source between its first and its last chunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SourceState {
    pub name: String,
    /// Where its lines stand, should no source have stamps: behind the baseline.
    after_learned: Pane,
    /// Where its lines stand among those of sources with stamps, should it have
    /// none itself; then they are in no window.
    unstamped_from: Option<Pane>,
    /// Its first stamp if it was looked up before reading: it holds the frontier
    /// until the first chunk is applied.
    pub first: Option<Time>,
    /// The newest believed stamp.
    pub high: Option<Time>,
    pub ended: bool,
    /// Number of its chunks, once known.
    pub ends_after: Option<u64>,
    /// The clock of a source that is written as we read; the least time otherwise.
    pub clock: Time,
    /// How far its stamps are behind the clock, once it is known to keep up.
    #[serde(skip)]
    lag: Option<i64>,
    /// Since when lines wait for a first stamp.
    #[serde(skip)]
    pub head_since: Option<Time>,
    /// Lines applied so far.
    pub lines: u64,
    /// Those of them that lie in files before the one being read.
    pub lines_before_file: u64,
    pub has_stamps: bool,
    next_index: u64,
    #[serde(skip)]
    waiting: BTreeMap<u64, Delta>,
    /// Segments before the first stamp.
    pub head: Vec<Held>,
    /// Segments beyond a great step of the clock, not yet believed.
    trial: Vec<Held>,
    /// Since when, by the wall clock.
    #[serde(skip)]
    trial_since: Option<Time>,
    /// Live: the wall clock.
    #[serde(skip)]
    now: Option<Time>,
    /// Its last record.
    pub record: OpenRecord,
}

/// A segment that waits for what its lines' time turns out to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Held {
    pub segment: Segment,
    #[serde(with = "shared_bytes")]
    pub samples: Arc<Vec<u8>>,
    /// Lines of the source before the chunk.
    pub lines_before: u64,
    /// Of how many open slots the worker knew.
    #[serde(skip)]
    pub slots_open: usize,
}

/// Where the lines of a segment belong.
#[derive(Copy, Clone, Debug)]
pub(super) enum Place {
    /// At their own stamps; late is what lies too far behind this stamp.
    Own(Option<Time>),
    /// All in one pane, outside the windows: the clock had jumped.
    Skewed(Pane),
    /// All in one pane: they stand before the first stamp.
    Head(Time),
}

impl Place {
    /// Where lines of a pane count, whether they are late, and the times of their first and last.
    pub fn of(self, (pane, late, time, newest): (Pane, bool, Time, Time)) -> (i64, bool, Time, Time) {
        match self {
            Place::Own(high) => {
                let high = high.map_or(i64::MIN / 2, |high| high.pane().0);
                let behind = late || pane.0 < high - LATE_PANES;
                (if behind { pane.0.max(high) } else { pane.0 }, behind, time, newest)
            }
            Place::Skewed(pane) => (pane.0, true, pane.start(), pane.start()),
            Place::Head(time) => (time.pane().0, false, time, time),
        }
    }
}

/// Shared bytes as a file keeps them.
mod shared_bytes {
    use super::Arc;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(bytes: &Arc<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        bytes.as_slice().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Vec<u8>>, D::Error> {
        Vec::deserialize(from).map(Arc::new)
    }
}

impl Held {
    /// The number in its source of a line of the chunk.
    pub fn line_number(&self, line: u32) -> u64 {
        self.lines_before + u64::from(line) + 1
    }

    /// The same without secrets, each blanked in its place.
    fn without_secrets(&self, blanked: &dyn Fn(&[u8]) -> Vec<u8>) -> Held {
        let mut samples = self.samples.to_vec();
        let segment = self.segment.clone();
        let mut blank = |from: usize, len: usize| {
            let Some(line) = samples.get_mut(from..from + len) else { return };
            let mut text = lines_of(line, blanked);
            text.resize(len, b' ');
            line.copy_from_slice(&text);
        };
        for entry in &segment.entries {
            let (from, len) = (entry.sample.0 as usize, entry.sample.1 as usize);
            blank(from, len);
            blank(from + len, (entry.around.0 + entry.around.1) as usize);
        }
        for first in &segment.firsts {
            blank(first.place.0 as usize, first.place.1 as usize);
        }
        Held { segment, samples: Arc::new(samples), ..*self }
    }

    /// Moves blocks of lines, which were counted from nought, to their place.
    fn move_by(&mut self, from: Pane) {
        let micros = from.start().0;
        let moved = |time: Time| Time(time.0.saturating_add(micros));
        let segment = &mut self.segment;
        (segment.first, segment.high) = (moved(segment.first), moved(segment.high));
        for entry in &mut segment.entries {
            entry.pane = Pane(entry.pane.0 + from.0);
            (entry.time, entry.newest) = (moved(entry.time), moved(entry.newest));
        }
    }
}

impl SourceState {
    /// `unstamped_from`: where the lines of a source without stamps are placed
    /// among those of the other sources.
    pub fn new(
        name: String,
        first: Option<Time>,
        unstamped_from: Option<Pane>,
        after_learned: Pane,
    ) -> SourceState {
        SourceState {
            unstamped_from,
            after_learned,
            lag: None,
            name,
            first,
            high: None,
            ended: false,
            ends_after: None,
            clock: Time(i64::MIN),
            head_since: None,
            lines: 0,
            lines_before_file: 0,
            has_stamps: false,
            next_index: 0,
            waiting: BTreeMap::new(),
            head: Vec::new(),
            trial: Vec::new(),
            trial_since: None,
            now: None,
            record: OpenRecord::default(),
        }
    }

    /// Takes a delta and returns those that are now in sequence.
    pub fn in_sequence(&mut self, delta: Delta) -> Vec<Delta> {
        self.waiting.insert(delta.index, delta);
        let mut ready = Vec::new();
        while let Some(delta) = self.waiting.remove(&self.next_index) {
            self.next_index += 1;
            ready.push(delta);
        }
        ready
    }

    /// What a later run needs to go on: no secrets, and nothing of this run's clock.
    pub fn to_save(&self, blanked: &dyn Fn(&[u8]) -> Vec<u8>) -> SourceState {
        let held = |held: &Vec<Held>| held.iter().map(|held| held.without_secrets(blanked)).collect();
        SourceState {
            head: held(&self.head),
            trial: held(&self.trial),
            record: self.record.to_save(blanked),
            ..self.clone()
        }
    }

    /// Lines applied so far of the file being read.
    pub fn lines_in_file(&self) -> u64 {
        self.lines - self.lines_before_file
    }

    /// Whether all its chunks have been applied.
    pub fn is_complete(&self) -> bool {
        !self.ended && self.ends_after == Some(self.next_index)
    }

    /// Takes note of how far behind the clock lines have come: the clock may
    /// move panes on only as far as lines can be expected to have come.
    pub fn note_lag(&mut self, lag: i64) {
        let lag = lag.max(0);
        // It grows at once and falls slowly.
        self.lag = Some(self.lag.map_or(lag, |old| lag.max(old - (old - lag) / 16)));
    }

    /// All that was written has been read, the last of it at that time.
    pub fn catch_up(&mut self, written: Time, now: Time, out: &mut Vec<(Held, Place)>) {
        if self.is_confirmed(written, now) {
            self.end_trial(true, out);
        }
        if !self.has_stamps {
            self.release_head(written, out);
        }
        let Some(high) = self.high else { return };
        let lag = written.0.saturating_sub(high.0);
        if lag.saturating_abs() < LIVE_LAG_SECONDS * 1_000_000 {
            self.lag = Some(lag.max(0));
        }
    }

    /// Whether its lines come as they are written.
    pub fn keeps_up(&self) -> bool {
        self.lag.is_some()
    }

    /// Moves the clock of a source that keeps up with it.
    pub fn move_clock(&mut self, now: Time) {
        if let Some(lag) = self.lag {
            self.clock = self.clock.max(Time(now.0.saturating_sub(lag)));
        }
    }

    /// The pane below which nothing of this source can come any more except
    /// late lines; none if it holds nothing back.
    pub fn frontier(&self) -> Option<Pane> {
        if self.ended {
            return None;
        }
        match (self.high, self.first) {
            (Some(high), _) => Some(Pane(high.max(self.clock).pane().0 - LATE_PANES)),
            (None, Some(first)) => Some(Pane(first.pane().0 - LATE_PANES)),
            (None, None) => Some(Pane(i64::MIN)),
        }
    }

    /// Decides where a segment belongs, and with it the segments that waited.
    pub fn place(&mut self, mut held: Held, out: &mut Vec<(Held, Place)>) {
        if held.segment.head {
            self.head.push(held);
            return;
        }
        let segment = &held.segment;
        self.has_stamps |= segment.stamped > 0;
        if !self.has_stamps {
            held.move_by(self.unstamped_from.unwrap_or(self.after_learned));
            self.release_unstamped(out);
        }
        let segment = &held.segment;
        if !self.is_on_trial(segment) {
            self.end_trial(false, out);
            self.release_head(segment.first, out);
            self.accept(held, out);
            return;
        }
        // Lines that hang on others wait for nothing, however they are cut.
        if held.segment.stamped > 0 || !held.segment.entries.is_empty() {
            self.trial.push(held);
        }
        let segments = || self.trial.iter().map(|held| &held.segment);
        let stamped: u64 = segments().map(|segment| segment.stamped).sum();
        let all = || segments().flat_map(|segment| &segment.entries).map(|entry| u64::from(entry.count));
        if stamped >= TRIAL_LINES || all().sum::<u64>() >= TRIAL_LINES_MAX {
            self.end_trial(true, out);
        }
    }

    /// Whether a segment begins with a great step of the clock, or goes on with one that does.
    fn is_on_trial(&self, segment: &Segment) -> bool {
        if segment.continued {
            return !self.trial.is_empty();
        }
        let Some(high) = self.high else { return false };
        let jumped = segment.first.0.saturating_sub(high.0) > TRIAL_STEP_SECONDS * 1_000_000;
        // A live line that says what the wall clock says needs no other to confirm it.
        let lag = |now: Time| now.0.saturating_sub(segment.first.0).saturating_abs();
        jumped && self.now.is_none_or(|now| lag(now) >= LIVE_LAG_SECONDS * 1_000_000)
    }

    /// Live: what time it is; believes a step that nothing has contradicted for a while.
    pub fn end_trial_if_due(&mut self, now: Time, out: &mut Vec<(Held, Place)>) {
        self.now = Some(now);
        if self.trial.is_empty() {
            self.trial_since = None;
            return;
        }
        let waited = now.0.saturating_sub(self.trial_since.get_or_insert(now).0);
        if waited >= TRIAL_WAIT_SECONDS * 1_000_000 {
            self.end_trial(true, out);
        }
    }

    /// Whether a step of the clock that is on trial needs no more lines: the file was written at
    /// the time they tell, or nothing has contradicted them since, and they are not ahead.
    fn is_confirmed(&self, written: Time, now: Time) -> bool {
        let Some(last) = self.trial.last() else { return false };
        let behind = |time: Time| time.0.saturating_sub(last.segment.high.0);
        let waited = now.0.saturating_sub(written.0) >= TRIAL_WAIT_SECONDS * 1_000_000;
        behind(written).saturating_abs() < LIVE_LAG_SECONDS * 1_000_000 || waited && behind(now) >= 0
    }

    /// Ends a trial: the step is believed, or its lines count as skewed.
    pub fn end_trial(&mut self, believed: bool, out: &mut Vec<(Held, Place)>) {
        self.trial_since = None;
        for held in std::mem::take(&mut self.trial) {
            if believed {
                self.accept(held, out);
            } else {
                let pane = self.high.expect("a trial starts from a believed stamp").pane();
                out.push((held, Place::Skewed(pane)));
            }
        }
    }

    /// Places the lines before the first stamp.
    pub fn release_head(&mut self, first: Time, out: &mut Vec<(Held, Place)>) {
        self.head_since = None;
        for held in std::mem::take(&mut self.head) {
            self.high = self.high.max(Some(first));
            out.push((held, Place::Head(first)));
        }
    }

    /// Places the first lines of a source that shows no stamps: by their number.
    pub fn release_unstamped(&mut self, out: &mut Vec<(Held, Place)>) {
        for mut held in std::mem::take(&mut self.head) {
            held.move_by(self.unstamped_from.unwrap_or(self.after_learned));
            self.accept(held, out);
        }
    }

    fn accept(&mut self, held: Held, out: &mut Vec<(Held, Place)>) {
        let before = self.high;
        if held.segment.stamped > 0 || !held.segment.entries.is_empty() {
            self.high = self.high.max(Some(held.segment.high));
        }
        out.push((held, Place::Own(before)));
    }

    /// Whether its lines have no time of their own among sources that have.
    pub fn is_apart(&self) -> bool {
        !self.has_stamps && self.unstamped_from.is_some()
    }

    /// Whether something waits for its time.
    pub fn holds(&self) -> bool {
        !self.head.is_empty() || !self.trial.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(first_seconds: i64, stamped: u64) -> Held {
        let first = Time::from_seconds(first_seconds);
        let segment = Segment {
            values: Vec::new(),
            head: false,
            continued: false,
            stamped,
            first,
            high: first,
            entries: Vec::new(),
            firsts: Vec::new(),
        };
        Held { segment, samples: Arc::default(), lines_before: 0, slots_open: 0 }
    }

    /// A great step is believed after twenty lines, however they are cut.
    #[test]
    fn a_step_of_the_clock_is_on_trial_until_enough_lines_confirm_it() {
        let mut source = SourceState::new("a".into(), None, None, Pane(0));
        let mut out = Vec::new();
        source.place(segment(1_000, 5), &mut out);
        source.place(segment(1_000_000, 12), &mut out);
        assert_eq!(out.len(), 1, "on trial");
        source.place(segment(1_000_000, 8), &mut out);
        assert_eq!(out.len(), 3, "believed");
        source.place(segment(9_000_000, 3), &mut out);
        source.place(segment(1_000_010, 1), &mut out);
        assert!(matches!(out[3].1, Place::Skewed(pane) if pane == Time::from_seconds(1_000_000).pane()));
        assert_eq!(source.high, Some(Time::from_seconds(1_000_010)));
    }
}

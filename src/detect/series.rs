//! What is kept of one template: its scales, its last hour, its silences.

use super::alert::Alert;
use super::cells::Cells;
use super::exposure::{Ageing, Frame, ScaleFrame, number};
use super::gone::Silences;
use super::recent::Recent;
use super::traffic::Traffic;
use super::{DAY, LONG, MIDDLE, SCALE_COUNT, tail};
use serde::{Deserialize, Serialize};

// limits
/// From so many cells of an hour on, they tell better than shorter ones what came on one occasion.
const LONG_CELLS_MIN: f64 = 3.0;

/// One template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    /// First and last pane with a line, and their ticks.
    pub first: i64,
    pub last: i64,
    pub first_tick: u64,
    pub last_tick: u64,
    /// All lines ever, whatever was learned of them.
    pub lines: u64,
    pub cells: [Cells; SCALE_COUNT],
    pub recent: Recent,
    pub silences: Silences,
    pub alert: Option<Box<Alert>>,
    /// The tick at which its silence is judged next; none while it is gone.
    pub timer: Option<u64>,
}

impl Series {
    pub fn new(pane: i64, tick: u64) -> Self {
        Series {
            first: pane,
            last: pane,
            first_tick: tick,
            last_tick: tick,
            lines: 0,
            cells: Default::default(),
            recent: Recent::default(),
            silences: Silences::default(),
            alert: None,
            timer: None,
        }
    }

    /// The frame's pane has lines. They are in the windows now, but not learned.
    pub fn count(&mut self, lines: u32, frame: &Frame) {
        self.recent.push_after(self.last, frame.pane, lines);
        self.lines = self.lines.saturating_add(u64::from(lines));
        self.last = frame.pane;
        self.last_tick = frame.tick;
    }

    /// Looks at what the next pane changes, for nothing but to have it at hand.
    #[inline]
    pub fn look(&self) -> u64 {
        let cells = self.cells.iter().fold(0, |all, cells| all ^ cells.lines);
        cells ^ self.first_tick ^ self.lines ^ self.silences.look() ^ self.recent.at_most(LONG)
    }

    /// Lines in the window of a scale that ends with a pane, none of them later.
    pub fn window(&mut self, scale: usize, pane: i64) -> u64 {
        self.recent.count(scale, self.last, pane)
    }

    /// Lets closed cells join the sums.
    pub fn roll(&mut self, frame: &Frame, traffic: &Traffic) {
        for (scale, cells) in self.cells.iter_mut().enumerate() {
            if cells.is_behind(frame.scales[scale].cell) {
                let shared = frame.scales[scale].since(self.first_tick, frame.tick);
                cells.roll(&shared, traffic);
            }
        }
    }

    /// Days have gone by. The frame tells which cells are closed.
    pub fn age(&mut self, frame: &Frame, ageing: Ageing, traffic: &Traffic) {
        self.roll(frame, traffic);
        self.recent.slide(self.last, frame.pane);
        for cells in &mut self.cells {
            cells.age(ageing.days, ageing.weeks);
        }
    }

    /// The frame of a scale, of the time since its first line only.
    pub fn scale(&self, scale: usize, frame: &Frame) -> ScaleFrame {
        frame.scales[scale].since(self.first_tick, frame.tick)
    }

    /// Lines a pane, as learned.
    pub fn rate(&self, frame: &Frame) -> f64 {
        let panes = frame.scales[MIDDLE].panes_since(self.first_tick, frame.tick);
        if panes > 0.0 { number(self.cells[MIDDLE].lines) / panes } else { 0.0 }
    }

    /// The same over all time, not only since the first line: a session just seen
    /// does not make the next one due.
    pub fn rate_ever(&self, frame: &Frame) -> f64 {
        number(self.cells[MIDDLE].lines) / frame.scales[MIDDLE].panes.max(1.0)
    }

    /// It came late, and not a day ago: nobody knows what is normal for it.
    pub fn is_newcomer(&self, frame: &Frame) -> bool {
        frame.pane - self.first < DAY && self.first_tick > frame.tick / 2
    }

    /// What a score of it rests on.
    pub fn evidence(&self, frame: &Frame) -> f64 {
        let days_known = (frame.pane - self.first) as f64 / DAY as f64;
        tail::evidence(self.occasions(frame), days_known)
    }

    /// How many independent occasions what is known rests on: a session of
    /// hundreds of lines is one.
    pub fn occasions(&self, frame: &Frame) -> f64 {
        let of = |scale: usize| {
            let cells = &self.cells[scale];
            // Of all time, not only since its first line: else one session looks steady.
            number(cells.lines) / (1.0 + cells.fit(&frame.scales[scale]).lump)
        };
        let long = &frame.scales[LONG];
        if long.panes >= LONG_CELLS_MIN * long.width as f64 { of(MIDDLE).min(of(LONG)) } else { of(MIDDLE) }
    }

    /// Another name of the same template, rolled to the same cells, joins.
    pub fn join(&mut self, other: Series) {
        self.first = self.first.min(other.first);
        self.first_tick = self.first_tick.min(other.first_tick);
        let pane = self.last.max(other.last);
        self.recent.slide(self.last, pane);
        let mut theirs = other.recent;
        theirs.slide(other.last, pane);
        self.recent.join(&theirs, pane);
        self.last = pane;
        self.last_tick = self.last_tick.max(other.last_tick);
        self.lines = self.lines.saturating_add(other.lines);
        for (mine, theirs) in self.cells.iter_mut().zip(other.cells) {
            mine.join(theirs);
        }
        self.silences.join(other.silences);
        if self.alert.is_none() {
            self.alert = other.alert;
        }
        self.timer = self.timer.or(other.timer);
    }
}

//! What one scale of one template has taught: sums over aligned cells, and the
//! window that would have surprised most.
//!
//! Sums are integers with 8 fractional bits: under an open alert a pane may
//! teach less than a line.

use super::exposure::{ONE, ScaleFrame, aged, number};
use super::tail;
use super::traffic::{AVERAGE, Traffic};
use serde::{Deserialize, Serialize};

// limits
/// How closely counts are taken to follow the traffic before they have shown it,
/// and how many lines' worth of showing that weighs.
const COUPLING_PRIOR: f64 = 0.7;
const COUPLING_WEIGHT: f64 = 5.0;
/// So many standard errors of what was shown weigh as much again.
const COUPLING_ERRORS: f64 = 8.0;

/// A tail is known to so many digits, of it or after its point.
const TAIL_ERROR: f64 = 1e-6;

/// The sums of one scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cells {
    cell: i64,
    current: Cell,
    previous: Cell,
    /// S: lines.
    pub lines: u64,
    /// A: the sum of x(x-1) over cells.
    pub pairs: u64,
    /// The sum over cells of lines times traffic.
    with_traffic: u64,
    /// Cells with at least a line.
    pub active: u32,
    /// The most surprising window of this week, and of the one before.
    records: [Record; 2],
    /// How surprising the window on record in the open cell is, until a cell joins the sums.
    #[serde(skip)]
    known_tail: KnownTail,
}

/// What was worked out, and would be again; to as many digits as there is room for.
#[derive(Clone, Copy, Debug)]
struct KnownTail(f32);

impl KnownTail {
    const NONE: KnownTail = KnownTail(f32::NAN);

    /// Whether another tail is larger, if that is plain.
    fn is_below(self, tail: f64) -> Option<bool> {
        let known = f64::from(self.0);
        let is_plain = (tail - known).abs() > TAIL_ERROR * (1.0 + known);
        is_plain.then_some(tail > known)
    }
}

impl Default for KnownTail {
    fn default() -> KnownTail {
        KnownTail::NONE
    }
}

impl PartialEq for KnownTail {
    fn eq(&self, _: &KnownTail) -> bool {
        true
    }
}

/// A cell that has not joined the sums yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    learned: u32,
    record: Record,
}

/// A window that was nothing out of the ordinary, however surprising.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Record {
    count: u32,
    /// Its panes weighted by traffic.
    traffic: f32,
}

/// What the sums say of a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    /// Lines to expect.
    pub expected: f64,
    /// Lines that one line brings along.
    pub lump: f64,
    /// What a cell of average size expects.
    cell_mean: f64,
    /// The relative variance of not knowing the rate itself.
    unsure: f64,
}

impl Fit {
    /// The relative variance of the window's count around what is expected.
    pub fn dispersion(&self) -> f64 {
        tail::dispersion(self.lump, self.cell_mean, self.expected)
    }

    /// The same for a cell of average size.
    pub fn cell_dispersion(&self) -> f64 {
        tail::dispersion(self.lump, self.cell_mean, self.cell_mean)
    }

    /// No [`Fit::tail`] of a count above what is expected is greater; for a third of the price.
    pub fn tail_at_most(&self, count: u64) -> f64 {
        tail::score_at_most(count, self.expected, self.dispersion() + self.unsure)
    }

    /// −log10 of the probability of so many lines or more.
    pub fn tail(&self, count: u64) -> f64 {
        tail::score(count, self.expected, self.dispersion() + self.unsure)
    }
}

impl Cells {
    /// Lets closed cells join the sums, if it is behind the frame's cell.
    pub fn roll(&mut self, scale: &ScaleFrame, traffic: &Traffic) {
        self.known_tail = KnownTail::NONE;
        if scale.is_frozen {
            self.previous = if scale.cell - self.cell > 1 { Cell::default() } else { self.current };
            (self.current, self.cell) = (Cell::default(), scale.cell);
            return;
        }
        let of = |cell: i64| traffic.of_cell(cell, scale.width) * scale.width as u64;
        self.learn(self.previous, of(self.cell - 1), scale);
        if scale.cell - self.cell > 1 {
            self.learn(self.current, of(self.cell), scale);
            self.current = Cell::default();
        }
        self.previous = self.current;
        self.current = Cell::default();
        self.cell = scale.cell;
    }

    /// Whether a cell has closed since it was rolled last.
    pub fn is_behind(&self, cell: i64) -> bool {
        self.cell != cell
    }

    /// A cell that held so many panes' worth of traffic.
    fn learn(&mut self, cell: Cell, traffic: u64, scale: &ScaleFrame) {
        let lines = u64::from(cell.learned);
        let times = |factor: u64, unit: u64| {
            u64::try_from(u128::from(lines) * u128::from(factor) / u128::from(unit)).unwrap_or(u64::MAX)
        };
        self.lines = self.lines.saturating_add(lines);
        self.pairs = self.pairs.saturating_add(times(lines.saturating_sub(ONE), ONE));
        self.with_traffic = self.with_traffic.saturating_add(times(traffic, AVERAGE));
        if lines >= ONE {
            self.active = self.active.saturating_add(ONE as u32);
        }
        self.records[0] = self.worse((self.records[0], KnownTail::NONE), cell.record, scale).0;
    }

    /// A day has gone by, and perhaps weeks.
    pub fn age(&mut self, days: u64, weeks: u64) {
        self.known_tail = KnownTail::NONE;
        for _ in 0..days {
            self.lines = aged(self.lines);
            self.pairs = aged(self.pairs);
            self.with_traffic = aged(self.with_traffic);
            self.active = aged(self.active.into()) as u32;
        }
        for _ in 0..weeks.min(2) {
            self.records = [Record::default(), self.records[0]];
        }
    }

    /// Lines learned in a cell, if no later one has begun.
    pub fn learned_in(&self, cell: i64) -> f64 {
        if self.cell == cell { number(self.current.learned.into()) } else { 0.0 }
    }

    /// The current pane teaches so much of a line count.
    pub fn add(&mut self, learned: u64) {
        self.current.learned = self.current.learned.saturating_add(saturated(learned));
    }

    /// The current pane's window is nothing out of the ordinary.
    pub fn add_window(&mut self, count: u64, scale: &ScaleFrame) {
        let window = Record { count: saturated(count), traffic: scale.traffic as f32 };
        let old = (self.current.record, self.known_tail);
        (self.current.record, self.known_tail) = self.worse(old, window, scale);
    }

    /// What a pane of `cell` taught turns out to belong to an alert.
    pub fn unlearn(&mut self, cell: i64, excess: u64) {
        match self.cell - cell {
            0 => self.current.learned = self.current.learned.saturating_sub(saturated(excess)),
            1 => self.previous.learned = self.previous.learned.saturating_sub(saturated(excess)),
            _ => {}
        }
    }

    /// So do the windows of the cells that have not joined yet.
    pub fn forget_windows(&mut self) {
        self.known_tail = KnownTail::NONE;
        self.current.record = Record::default();
        self.previous.record = Record::default();
    }

    /// The most lines of a window on record.
    pub fn most(&self) -> u64 {
        self.records.iter().map(|record| record.count.into()).max().unwrap_or(0)
    }

    /// Whether a count is within a factor of the least that the frame's window may be
    /// expected to hold, with so many panes learned.
    pub fn is_ordinary(&self, count: u64, factor: f64, scale: &ScaleFrame, panes: f64) -> bool {
        count as f64 * panes.max(1.0) <= factor * number(self.lines) * scale.window.min(scale.traffic)
    }

    /// Whether a window cannot be worse than the worst of its cell so far.
    pub fn is_no_record(&self, count: u64, scale: &ScaleFrame) -> bool {
        self.current.record.dominates(&Record { count: saturated(count), traffic: scale.traffic as f32 })
    }

    /// What a window like the frame's expects, and how its counts vary.
    ///
    /// A count follows the traffic in part: λ·((1−c)·panes + c·traffic), with
    /// the coupling c by least squares, drawn to its prior while little is
    /// known. What the expectation explains of Σx(x−1) is no lump.
    pub fn fit(&self, scale: &ScaleFrame) -> Fit {
        let (lines, pairs) = (number(self.lines), self.pairs as f64 / ONE as f64);
        let panes = scale.panes.max(1.0);
        let rate = lines / panes;
        let cell_mean = rate * (scale.squares / panes);
        let flat = lines * scale.squares / panes;
        let followed = self.with_traffic as f64 / ONE as f64 * scale.traffic_unit;
        // Σ of the squares of traffic − panes: what there was to follow.
        let spread = scale.traffic_squares - 2.0 * scale.traffic_cross + scale.squares;
        let mut coupling = 0.0;
        if spread > 0.0 && rate > 0.0 {
            let lumpy = 1.0 + tail::lump(pairs, lines, flat * rate, tail::LUMP_PRIOR);
            let seen = followed - flat - rate * (scale.traffic_cross - scale.squares);
            // Errors of the traffic itself are nothing to follow.
            let weight = rate * (spread - scale.traffic_noise).max(0.0) / lumpy;
            let prior = COUPLING_WEIGHT + COUPLING_ERRORS * (rate * spread / lumpy).sqrt();
            coupling = ((seen / lumpy + prior * COUPLING_PRIOR) / (weight + prior)).clamp(0.0, 1.0);
        }
        if scale.is_unheard_of {
            coupling = 1.0;
        }
        let apart = 1.0 - coupling;
        // With expectations m: Σ m·x, and Σ m².
        let products = rate * (apart * flat + coupling * followed);
        let squares = rate
            * rate
            * (apart * apart * scale.squares
                + 2.0 * apart * coupling * scale.traffic_cross
                + coupling * coupling * scale.traffic_squares);
        Fit {
            expected: rate * (apart * scale.window + coupling * scale.traffic),
            lump: tail::lump(pairs, lines, 2.0 * products - squares, tail::LUMP_PRIOR),
            cell_mean,
            unsure: 1.0 / (lines + 0.5),
        }
    }

    /// How surprising the windows on record would be today.
    pub fn record_tail(&self, scale: &ScaleFrame) -> f64 {
        self.records.iter().map(|record| self.tail_of(record, scale)).fold(0.0, f64::max)
    }

    fn tail_of(&self, record: &Record, scale: &ScaleFrame) -> f64 {
        if record.count == 0 {
            return 0.0;
        }
        let then = ScaleFrame { window: scale.width as f64, traffic: record.traffic.into(), ..scale.clone() };
        let fit = self.fit(&then);
        if fit.expected > 0.0 { fit.tail(record.count.into()) } else { record.count.into() }
    }

    /// The more surprising of two windows, and how surprising it is, as far as that is known.
    fn worse(
        &self,
        (old, old_tail): (Record, KnownTail),
        new: Record,
        scale: &ScaleFrame,
    ) -> (Record, KnownTail) {
        if old.count == 0 || new.count == 0 {
            return if new.count > old.count { (new, KnownTail::NONE) } else { (old, old_tail) };
        }
        if old.dominates(&new) {
            return (old, old_tail);
        }
        if new.dominates(&old) {
            return (new, KnownTail::NONE);
        }
        let new_tail = self.tail_of(&new, scale);
        if let Some(is_worse) = old_tail.is_below(new_tail) {
            return if is_worse { (new, KnownTail(new_tail as f32)) } else { (old, old_tail) };
        }
        let tail = self.tail_of(&old, scale);
        if new_tail > tail { (new, KnownTail(new_tail as f32)) } else { (old, KnownTail(tail as f32)) }
    }

    /// Another name of the same template, rolled to the same cell, joins.
    pub fn join(&mut self, other: Cells) {
        self.known_tail = KnownTail::NONE;
        let squares = |cells: &Cells| (cells.pairs as f64 + cells.lines as f64).max(0.0);
        let root = squares(self).sqrt() + squares(&other).sqrt();
        self.lines = self.lines.saturating_add(other.lines);
        self.pairs = ((root * root).ceil() as u64).saturating_sub(self.lines);
        self.with_traffic = self.with_traffic.saturating_add(other.with_traffic);
        // Cells in which both had lines count once, so never too many.
        self.active = self.active.max(other.active);
        for (mine, theirs) in self.records.iter_mut().zip(other.records) {
            mine.join(theirs);
        }
        debug_assert_eq!(self.cell, other.cell, "both are rolled to the same cell");
        for (mine, theirs) in [(&mut self.current, other.current), (&mut self.previous, other.previous)] {
            mine.learned = mine.learned.saturating_add(theirs.learned);
            mine.record.join(theirs.record);
        }
    }
}

fn saturated(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Record {
    /// At least as many lines, and as many for the traffic: no less surprising,
    /// whatever the sums say.
    fn dominates(&self, other: &Record) -> bool {
        let (count, others) = (self.count as f32, other.count as f32);
        self.count > 0 && others <= count && others * self.traffic <= count * other.traffic
    }

    /// Both at once, in the quieter one's time: never too little.
    fn join(&mut self, other: Record) {
        if self.count == 0 || other.count > 0 && other.traffic < self.traffic {
            self.traffic = other.traffic;
        }
        self.count = self.count.saturating_add(other.count);
    }
}

//! What one scale has taught: sums over aligned cells, of a slot and of a value,
//! and what follows from both of a window.
//!
//! Sums are integers with 8 fractional bits: under an open alert a pane may teach
//! less than a line.

use super::odds::tail_of_share;
use crate::detect::DAY;
use crate::detect::exposure::{ONE, aged, number};
use serde::{Deserialize, Serialize};

// limits
/// Further lines that a line of a value is taken to bring along before any were
/// seen, and the weight of that in lines.
const LUMP_PRIOR: f64 = 0.3;
const LUMP_PRIOR_WEIGHT: f64 = 3.0;
/// No share is steadier than this, relative variance of a window.
const DISPERSION_MIN: f64 = 0.01;
/// After so many days nothing is left of a counter worth the ageing.
const AGEING_DAYS_MAX: u64 = 900;
/// The largest share that is told from one.
const SHARE_MAX: f64 = 1.0 - 1e-9;

/// One scale of a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SlotCells {
    /// N and Σn(n−1) over the cells that have joined.
    lines: u64,
    pairs: u64,
    /// How many of them had lines.
    active: u64,
    current: u64,
    previous: u64,
}

/// One scale of a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct ValueCells {
    /// K and Σk(k−1) over the cells that have joined.
    lines: u64,
    pairs: u64,
    current: Cell,
    previous: Cell,
    /// The most surprising window of this week, and of the one before.
    records: [Record; 2],
}

/// A cell that has not joined the sums yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    learned: u64,
    record: Record,
}

/// A window that was nothing out of the ordinary, however surprising. Which of two
/// is worse is told by count²/lines, which needs no usual share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Record {
    count: u32,
    lines: u32,
}

/// What the sums say of a value's windows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    /// The usual share.
    share: f64,
    /// Lines that one line of the value brings along.
    lump: f64,
    /// Other lines of the slot in the cell of an average line.
    others: f64,
    /// The correlation that stands for not knowing the share itself.
    unsure: f64,
    /// Lines of the value in an average cell.
    pub usual_count: f64,
    /// How many times the value came, a lump counting once.
    pub occasions: f64,
}

impl Fit {
    /// Lines that one line of the value brings along.
    pub fn lump(&self) -> f64 {
        self.lump
    }

    /// `-log10` of the probability of so many lines of the value or more.
    pub fn tail(&self, count: u64, lines: u64) -> f64 {
        let lines_or_one = lines.max(1) as f64;
        // Where others stay away a share rises although nothing happens: as many
        // lines as usual are nothing out of the ordinary either.
        let share = self.share.max(self.usual_count / lines_or_one).min(SHARE_MAX);
        // A lump is no smaller in a window with fewer lines, and no larger in one with more.
        let others = self.others.min(lines_or_one - 1.0).max(1.0);
        let correlation = (self.lump / ((1.0 - share) * others)).max(DISPERSION_MIN * share) + self.unsure;
        tail_of_share(count, lines, share, correlation.min(1.0))
    }
}

/// The cells that join the sums when so many have closed, at least one: each one cell after its own.
fn joining<T: Default>(closed: i64, current: &mut T, previous: &mut T) -> [Option<T>; 2] {
    let (newer, older) = (std::mem::take(current), std::mem::take(previous));
    if closed == 1 {
        *previous = newer;
        return [Some(older), None];
    }
    [Some(older), Some(newer)]
}

impl SlotCells {
    /// So many cells have closed since the last line.
    pub fn roll(&mut self, closed: i64, is_learning: bool) {
        if closed == 0 {
            return;
        }
        let joining = joining(closed, &mut self.current, &mut self.previous);
        if is_learning {
            joining.into_iter().flatten().for_each(|cell| self.learn(cell));
        }
    }

    fn learn(&mut self, lines: u64) {
        self.lines = self.lines.saturating_add(lines);
        self.pairs = self.pairs.saturating_add(pairs_of(lines));
        if lines >= ONE {
            self.active = self.active.saturating_add(ONE);
        }
    }

    pub fn age(&mut self, days: u64) {
        if days == 0 {
            return;
        }
        for sum in [&mut self.lines, &mut self.pairs, &mut self.active] {
            *sum = aged_by(*sum, days);
        }
    }

    pub fn add(&mut self, lines: u64) {
        self.current = self.current.saturating_add(lines);
    }

    /// How many cells with lines have joined.
    pub fn active(&self) -> u32 {
        number(self.active) as u32
    }

    /// All lines ever, aged.
    pub fn all(&self) -> u64 {
        self.lines.saturating_add(self.previous).saturating_add(self.current)
    }

    pub fn join(&mut self, other: &SlotCells) {
        (self.lines, self.pairs) = joined((self.lines, self.pairs), (other.lines, other.pairs));
        self.active = self.active.max(other.active);
        self.current = self.current.saturating_add(other.current);
        self.previous = self.previous.saturating_add(other.previous);
    }
}

impl ValueCells {
    /// Looks at them.
    #[inline]
    pub fn look(&self) -> u64 {
        self.lines
    }

    /// So many cells have closed since the last line.
    pub fn roll(&mut self, closed: i64, is_learning: bool) {
        if closed == 0 {
            return;
        }
        let joining = joining(closed, &mut self.current, &mut self.previous);
        if is_learning {
            joining.into_iter().flatten().for_each(|cell| self.learn(cell));
        }
    }

    fn learn(&mut self, cell: Cell) {
        self.lines = self.lines.saturating_add(cell.learned);
        self.pairs = self.pairs.saturating_add(pairs_of(cell.learned));
        self.records[0] = self.records[0].or_worse(cell.record);
    }

    /// Days have gone by, and perhaps weeks.
    pub fn age(&mut self, days: u64, weeks: u64) {
        for sum in [&mut self.lines, &mut self.pairs] {
            *sum = aged_by(*sum, days);
        }
        for _ in 0..weeks.min(2) {
            self.records = [Record::default(), self.records[0]];
        }
    }

    pub fn add(&mut self, learned: u64) {
        self.current.learned = self.current.learned.saturating_add(learned);
    }

    /// The current pane's window is nothing out of the ordinary.
    pub fn add_window(&mut self, count: u64, lines: u64) {
        self.current.record =
            self.current.record.or_worse(Record { count: saturated(count), lines: saturated(lines) });
    }

    /// What has not joined belongs to an alert: of that the usual part is learned.
    pub fn unlearn(&mut self, slot: &SlotCells, lines_before: u64) {
        let share = self.share(slot, lines_before);
        for (cell, lines) in [(&mut self.current, slot.current), (&mut self.previous, slot.previous)] {
            cell.learned = cell.learned.min((share * lines as f64) as u64);
            cell.record = Record::default();
        }
    }

    /// Lines of the cells that have joined.
    pub fn lines(&self) -> f64 {
        number(self.lines)
    }

    /// The usual share: half a line of the value, and of the others, is assumed.
    pub fn share(&self, slot: &SlotCells, lines_before: u64) -> f64 {
        let lines = number(slot.lines.saturating_sub(lines_before).max(self.lines));
        ((number(self.lines) + 0.5) / (lines + 1.0)).min(SHARE_MAX)
    }

    /// What is usual. Of all pairs of lines of a cell the part p² has the value
    /// twice if nothing holds them together; what goes beyond are lumps.
    pub fn fit(&self, slot: &SlotCells, lines_before: u64) -> Fit {
        let (count, all) = (number(self.lines), number(slot.lines));
        let lines = number(slot.lines.saturating_sub(lines_before).max(self.lines));
        let part = if all > 0.0 { (lines / all).min(1.0) } else { 1.0 };
        let share = if lines > 0.0 { count / lines } else { 0.0 };
        let pairs = self.pairs as f64 / ONE as f64;
        let slot_pairs = slot.pairs as f64 / ONE as f64;
        let assumed = LUMP_PRIOR_WEIGHT * LUMP_PRIOR;
        let weight = count + LUMP_PRIOR_WEIGHT;
        let lump = (pairs + assumed - share * share * slot_pairs * part).max(assumed) / weight;
        Fit {
            share: self.share(slot, lines_before),
            lump,
            others: if all > 0.0 { slot_pairs / all } else { 0.0 },
            unsure: 1.0 / (lines + 2.0),
            usual_count: count / (number(slot.active) * part).max(1.0),
            occasions: count / (1.0 + lump),
        }
    }

    /// How surprising the windows on record would be today.
    pub fn record_tail(&self, fit: &Fit) -> f64 {
        let tail = |record: &Record| fit.tail(record.count.into(), record.lines.into());
        self.records.iter().map(tail).fold(0.0, f64::max)
    }

    pub fn join(&mut self, other: &ValueCells) {
        (self.lines, self.pairs) = joined((self.lines, self.pairs), (other.lines, other.pairs));
        for (mine, theirs) in self.records.iter_mut().zip(other.records) {
            mine.join(theirs);
        }
        for (mine, theirs) in [(&mut self.current, other.current), (&mut self.previous, other.previous)] {
            mine.learned = mine.learned.saturating_add(theirs.learned);
            mine.record.join(theirs.record);
        }
    }
}

impl Record {
    fn or_worse(self, other: Record) -> Record {
        let worth = |record: Record| f64::from(record.count).powi(2) / f64::from(record.lines.max(1));
        if worth(other) > worth(self) { other } else { self }
    }

    /// Both at once.
    fn join(&mut self, other: Record) {
        self.count = self.count.saturating_add(other.count);
        self.lines = self.lines.saturating_add(other.lines);
    }
}

/// UTC days that begin between two panes.
pub(super) fn days_between(last: i64, pane: i64) -> u64 {
    boundaries(last, pane, DAY)
}

/// And weeks.
pub(super) fn weeks_between(last: i64, pane: i64) -> u64 {
    boundaries(last, pane, 7 * DAY)
}

fn boundaries(last: i64, pane: i64, width: i64) -> u64 {
    u64::try_from(pane.div_euclid(width).saturating_sub(last.div_euclid(width))).unwrap_or(0)
}

/// A counter after so many days.
pub(super) fn aged_by(counter: u64, days: u64) -> u64 {
    (0..days.min(AGEING_DAYS_MAX)).fold(counter, |counter, _| aged(counter))
}

/// Lines and pairs of cells that were counted apart. Whether their lines met in
/// the same cells is not known: the pairs are never too few.
fn joined(one: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    let root = |(lines, pairs): (u64, u64)| (lines as f64 + pairs as f64).sqrt();
    let lines = one.0.saturating_add(other.0);
    let squares = (root(one) + root(other)).powi(2).ceil() as u64;
    (lines, squares.saturating_sub(lines))
}

/// x(x−1) of a counter.
fn pairs_of(lines: u64) -> u64 {
    let pairs = u128::from(lines) * u128::from(lines.saturating_sub(ONE)) / u128::from(ONE);
    u64::try_from(pairs).unwrap_or(u64::MAX)
}

fn saturated(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

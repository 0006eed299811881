//! What is kept of one template: sums, its last hour, its silences.
//!
//! The last hour is a list of panes with lines, so a rare template costs next
//! to nothing and a steady one 360 entries. Both window sums are carried along,
//! so a pane costs the entries that enter and leave.
//!
//! Sums are integers with 16 fractional bits: under an open alert a pane may
//! teach less than a line.

use super::alert::Alert;
use super::exposure::{Frame, ONE, ScaleFrame, aged, aged_wide, number};
use super::gone::Silences;
use super::{SCALES, tail};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// One template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    /// First and last pane with a line, and the tick of the last.
    pub first: i64,
    pub last: i64,
    pub last_tick: u64,
    /// All lines ever, whatever was learned of them.
    pub lines: u64,
    pub cells: [Cells; 2],
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
        self.recent.slide(self.last, frame.pane);
        self.recent.push(frame.pane, lines);
        self.lines = self.lines.saturating_add(u64::from(lines));
        self.last = frame.pane;
        self.last_tick = frame.tick;
    }

    /// Lets closed cells join the sums.
    pub fn roll(&mut self, frame: &Frame) {
        for (cells, scale) in self.cells.iter_mut().zip(&frame.scales) {
            cells.roll(scale.cell);
        }
    }

    /// A day has gone by. The frame tells which cells are closed.
    pub fn age(&mut self, frame: &Frame, days: u64) {
        self.roll(frame);
        self.recent.slide(self.last, frame.pane);
        for cells in &mut self.cells {
            for _ in 0..days {
                cells.age();
            }
        }
    }

    /// Lines a pane, as learned.
    pub fn rate(&self, frame: &Frame) -> f64 {
        let panes = frame.scales[0].panes;
        if panes > 0.0 { number(self.cells[0].lines) / panes } else { 0.0 }
    }

    /// Another name of the same template, rolled to the same cells, joins.
    pub fn join(&mut self, other: Series) {
        self.first = self.first.min(other.first);
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

/// The sums of one scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cells {
    cell: i64,
    current: Cell,
    previous: Cell,
    /// S: lines.
    pub lines: u64,
    /// A: the sum of x(x-1) over cells.
    pub pairs: u128,
    /// Cells with at least a line.
    pub active: u64,
    /// M: the largest sliding window.
    pub most: u64,
}

/// A cell that has not joined the sums yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    learned: u64,
    most: u64,
}

impl Cells {
    fn roll(&mut self, cell: i64) {
        match cell - self.cell {
            0 => return,
            1 => self.learn(self.previous),
            _ => {
                self.learn(self.previous);
                self.learn(self.current);
                self.current = Cell::default();
            }
        }
        self.previous = self.current;
        self.current = Cell::default();
        self.cell = cell;
    }

    fn learn(&mut self, cell: Cell) {
        let one = u128::from(ONE);
        let lines = u128::from(cell.learned);
        self.lines = self.lines.saturating_add(cell.learned);
        self.pairs = self.pairs.saturating_add(lines * lines.saturating_sub(one) / one);
        if cell.learned >= ONE {
            self.active += ONE;
        }
        self.most = self.most.max(cell.most);
    }

    fn age(&mut self) {
        self.lines = aged(self.lines);
        self.pairs = aged_wide(self.pairs);
        self.active = aged(self.active);
    }

    /// The current pane teaches so much of a line count.
    pub fn add(&mut self, learned: u64) {
        self.current.learned = self.current.learned.saturating_add(learned);
    }

    /// The current pane's window is nothing out of the ordinary.
    pub fn add_window(&mut self, count: u64) {
        self.current.most = self.current.most.max(count);
    }

    /// What a pane of `cell` taught turns out to belong to an alert.
    pub fn unlearn(&mut self, cell: i64, excess: u64) {
        match self.cell - cell {
            0 => self.current.learned = self.current.learned.saturating_sub(excess),
            1 => self.previous.learned = self.previous.learned.saturating_sub(excess),
            _ => {}
        }
    }

    /// So do the largest windows of the cells that have not joined yet.
    pub fn forget_windows(&mut self) {
        self.current.most = 0;
        self.previous.most = 0;
    }

    /// What a window of this many live panes expects.
    pub fn expected(&self, scale: &ScaleFrame) -> f64 {
        if scale.panes > 0.0 { number(self.lines) / scale.panes * scale.window } else { 0.0 }
    }

    /// The relative variance of a window that expects `mean` lines; for the
    /// window of average size without one.
    pub fn dispersion(&self, scale: &ScaleFrame, mean: Option<f64>) -> f64 {
        let lines = number(self.lines);
        let panes = scale.panes.max(1.0);
        let cell_mean = lines / panes * (scale.squares / panes);
        let lump = tail::lump(self.pairs as f64 / ONE as f64, lines, cell_mean, tail::LUMP_PRIOR);
        tail::dispersion(lump, cell_mean, mean.unwrap_or(cell_mean))
    }

    fn join(&mut self, other: Cells) {
        let squares = |cells: &Cells| (cells.pairs as f64 + cells.lines as f64).max(0.0);
        let root = squares(self).sqrt() + squares(&other).sqrt();
        self.lines = self.lines.saturating_add(other.lines);
        self.pairs = (root * root).ceil() as u128;
        self.pairs = self.pairs.saturating_sub(u128::from(self.lines));
        // Cells in which both had lines count once, so never too many.
        self.active = self.active.max(other.active);
        self.most = self.most.saturating_add(other.most);
        debug_assert_eq!(self.cell, other.cell, "both are rolled to the same cell");
        for (mine, theirs) in [(&mut self.current, other.current), (&mut self.previous, other.previous)] {
            mine.learned = mine.learned.saturating_add(theirs.learned);
            mine.most = mine.most.saturating_add(theirs.most);
        }
    }
}

/// The last hour of panes with lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recent {
    /// Lower half of the pane number, and its lines. Ages below an hour are
    /// exact in wrapping arithmetic; anything older is cleared by whole numbers.
    panes: VecDeque<(u32, u32)>,
    /// Entries in front of the short window.
    outside_short: u32,
    sums: [u64; 2],
}

impl Recent {
    /// Lines in the windows that end with the newest pane slid to.
    pub fn counts(&self) -> [u64; 2] {
        self.sums
    }

    /// Moves both windows from the last pane with a line to a later one.
    pub fn slide(&mut self, last: i64, pane: i64) {
        if pane - last >= SCALES[1] {
            *self = Recent::default();
            return;
        }
        let age = |at: u32| (pane as u32).wrapping_sub(at);
        while let Some(&(at, lines)) = self.panes.get(self.outside_short as usize) {
            if i64::from(age(at)) < SCALES[0] {
                break;
            }
            self.sums[0] -= u64::from(lines);
            self.outside_short += 1;
        }
        while let Some(&(at, lines)) = self.panes.front() {
            if i64::from(age(at)) < SCALES[1] {
                break;
            }
            self.sums[1] -= u64::from(lines);
            self.outside_short -= 1;
            self.panes.pop_front();
        }
    }

    /// A pane newer than all others.
    pub fn push(&mut self, pane: i64, lines: u32) {
        self.panes.push_back((pane as u32, lines));
        for sum in &mut self.sums {
            *sum += u64::from(lines);
        }
    }

    /// Panes with lines, newest first: how many panes before `pane`, and the lines.
    pub fn backwards(&self, pane: i64) -> impl Iterator<Item = (i64, u32)> {
        self.panes.iter().rev().map(move |&(at, lines)| (i64::from((pane as u32).wrapping_sub(at)), lines))
    }

    /// Adds another list that was slid to the same pane.
    fn join(&mut self, other: &Recent, pane: i64) {
        let mut all: Vec<(i64, u32)> = self.backwards(pane).chain(other.backwards(pane)).collect();
        all.sort_by_key(|&(age, _)| std::cmp::Reverse(age));
        let mut joined = Recent::default();
        for (age, lines) in all {
            let at = (pane - age) as u32;
            match joined.panes.back_mut() {
                Some(newest) if newest.0 == at => newest.1 = newest.1.saturating_add(lines),
                _ => joined.panes.push_back((at, lines)),
            }
        }
        for &(at, lines) in &joined.panes {
            let age = (pane as u32).wrapping_sub(at);
            joined.sums[1] += u64::from(lines);
            if i64::from(age) < SCALES[0] {
                joined.sums[0] += u64::from(lines);
            } else {
                joined.outside_short += 1;
            }
        }
        *self = joined;
    }
}

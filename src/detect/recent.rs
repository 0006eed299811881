//! The last hour of one template: panes with lines, and the sums of the windows.
//!
//! A rare template costs next to nothing, a steady one 360 entries. The sums are
//! carried along, so a pane costs the entries that enter and leave.

use super::{LONG, SCALE_COUNT, SCALES};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The last hour of panes with lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recent {
    /// Lower half of the pane number, and its lines. Ages below an hour are
    /// exact in wrapping arithmetic; anything older is cleared by whole numbers.
    panes: VecDeque<(u32, u32)>,
    /// Entries in front of each window.
    outside: [u32; SCALE_COUNT],
    sums: [u64; SCALE_COUNT],
}

impl Recent {
    /// Lines in the windows that end with the newest pane slid to.
    pub fn counts(&self) -> [u64; SCALE_COUNT] {
        self.sums
    }

    /// Moves the windows from the last pane with a line to a later one.
    pub fn slide(&mut self, last: i64, pane: i64) {
        if pane.saturating_sub(last) >= SCALES[LONG] {
            self.panes.clear();
            (self.outside, self.sums) = Default::default();
            return;
        }
        let age = |at: u32| i64::from((pane as u32).wrapping_sub(at));
        for ((outside, sum), width) in self.outside.iter_mut().zip(&mut self.sums).zip(SCALES) {
            while let Some(&(at, lines)) = self.panes.get(*outside as usize) {
                if age(at) < width {
                    break;
                }
                *sum = sum.saturating_sub(u64::from(lines));
                *outside += 1;
            }
        }
        // The longest window holds all there is.
        let gone = std::mem::take(&mut self.outside[LONG]);
        if gone == 0 {
            return;
        }
        self.panes.drain(..self.panes.len().min(gone as usize));
        self.outside.iter_mut().take(LONG).for_each(|outside| *outside = outside.saturating_sub(gone));
    }

    /// A pane newer than all others.
    pub fn push(&mut self, pane: i64, lines: u32) {
        self.panes.push_back((pane as u32, lines));
        for sum in &mut self.sums {
            *sum = sum.saturating_add(u64::from(lines));
        }
    }

    /// Panes with lines, newest first: how many panes before `pane`, and the lines.
    pub fn backwards(&self, pane: i64) -> impl Iterator<Item = (i64, u32)> {
        self.panes.iter().rev().map(move |&(at, lines)| (i64::from((pane as u32).wrapping_sub(at)), lines))
    }

    /// Adds another list that was slid to the same pane.
    pub fn join(&mut self, other: &Recent, pane: i64) {
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
            let age = i64::from((pane as u32).wrapping_sub(at));
            for (scale, width) in SCALES.into_iter().enumerate() {
                if age < width {
                    joined.sums[scale] += u64::from(lines);
                } else {
                    joined.outside[scale] += 1;
                }
            }
        }
        *self = joined;
    }
}

//! The last hour of one template: panes with lines, and the sums of the windows.
//!
//! A rare template costs next to nothing, a steady one 360 entries. The sums are
//! carried along, so a pane costs the entries that enter and leave. What leaves a
//! long window lies far behind what enters it, and most panes are ordinary even
//! with it: so it may stay in the sum until the exact one is asked for.

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

    /// A window that ends with the newest pane has no more lines than these.
    pub fn at_most(&self, scale: usize) -> u64 {
        self.sums[scale]
    }

    /// Lines in one window when it has moved from the last pane with a line to a later one.
    pub fn count(&mut self, scale: usize, last: i64, pane: i64) -> u64 {
        if pane.saturating_sub(last) >= SCALES[LONG] {
            self.clear();
        }
        self.slide_window(scale, pane);
        self.forget();
        self.sums[scale]
    }

    /// A pane newer than all others, behind one that was `last` with lines. The windows are slid
    /// when their counts are asked for.
    pub fn push_after(&mut self, last: i64, pane: i64, lines: u32) {
        if pane.saturating_sub(last) >= SCALES[LONG] {
            self.clear();
        } else if self.panes.len() == self.panes.capacity() {
            self.slide_window(LONG, pane);
            self.forget();
        }
        self.push(pane, lines);
    }

    /// Moves the windows from the last pane with a line to a later one.
    pub fn slide(&mut self, last: i64, pane: i64) {
        if pane.saturating_sub(last) >= SCALES[LONG] {
            return self.clear();
        }
        (0..SCALE_COUNT).for_each(|scale| self.slide_window(scale, pane));
        self.forget();
    }

    fn slide_window(&mut self, scale: usize, pane: i64) {
        let (outside, sum) = (&mut self.outside[scale], &mut self.sums[scale]);
        while let Some(&(at, lines)) = self.panes.get(*outside as usize) {
            if i64::from((pane as u32).wrapping_sub(at)) < SCALES[scale] {
                break;
            }
            *sum = sum.saturating_sub(u64::from(lines));
            *outside += 1;
        }
    }

    /// Drops what the longest window has left behind, which the others then have, too.
    fn forget(&mut self) {
        let gone = std::mem::take(&mut self.outside[LONG]);
        if gone == 0 {
            return;
        }
        let left = self.panes.drain(..self.panes.len().min(gone as usize));
        for (at, (_, lines)) in left.enumerate() {
            for (outside, sum) in self.outside.iter().zip(&mut self.sums).take(LONG) {
                if *outside as usize <= at {
                    *sum = sum.saturating_sub(u64::from(lines));
                }
            }
        }
        self.outside.iter_mut().take(LONG).for_each(|outside| *outside = outside.saturating_sub(gone));
    }

    fn clear(&mut self) {
        self.panes.clear();
        (self.outside, self.sums) = Default::default();
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
        let aged = move |&(at, lines): &(u32, u32)| (i64::from((pane as u32).wrapping_sub(at)), lines);
        self.panes.iter().rev().map(aged).take_while(|&(age, _)| age < SCALES[LONG])
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows that are slid when they are asked for have the lines of those slid at once.
    #[test]
    fn windows_slid_late_hold_what_windows_slid_at_once_hold() {
        let (mut at_once, mut late, mut last) = (Recent::default(), Recent::default(), 1_000_000);
        let mut random = 1_u64;
        for step in 0..5_000_i64 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (gap, lines) = ((random >> 60) as i64 + 1, (random >> 40) as u32 & 0xff);
            let pane = last + if step % 1_700 == 1_699 { 357 + (random >> 33) as i64 % 7 } else { gap };
            at_once.slide(last, pane);
            at_once.push(pane, lines);
            late.push_after(last, pane, lines);
            last = pane;
            let exact = at_once.counts();
            assert!((0..SCALE_COUNT).all(|scale| late.at_most(scale) >= exact[scale]));
            let scale = (random >> 50) as usize % 9;
            if scale < SCALE_COUNT {
                assert_eq!(late.count(scale, pane, pane), exact[scale]);
            }
            assert!(late.backwards(pane).eq(at_once.backwards(pane)));
            if step % 97 == 0 {
                late.slide(last, last);
                assert_eq!(late, at_once);
            }
        }
    }
}

//! The last hour of one template: panes with lines, and the sums of the windows.
//!
//! A rare template costs next to nothing, a steady one 360 entries. The sums are
//! carried along, so a pane costs the entries that enter and leave. What leaves a
//! long window lies far behind what enters it, and most panes are ordinary even
//! with it: so it may stay in the sum until the exact one is asked for.
//!
//! What enters and what leaves four windows lies in five places, of some thousand
//! lists at once, and whether these are at hand is what a pane costs. So entries are
//! two bytes: the panes since the one before, and the lines if they are few.

use super::{LONG, SCALE_COUNT, SCALES};
use serde::{Deserialize, Serialize};

// limits
/// Bits of an entry that tell the lines; the others tell the panes since the entry before, which
/// are fewer than the longest window has.
const LINES_BITS: u32 = 7;
/// So many lines or more stand in the two pieces behind the entry.
const LINES_MANY: u32 = (1 << LINES_BITS) - 1;
/// Entries that all windows have left behind are dropped when they take so many pieces, or the room is full.
const FORGOTTEN_PIECES: u16 = 16;
/// More are in no file but one that was made up.
const SAVED_MAX: usize = 4 * SCALES[LONG] as usize;

/// The last hour of panes with lines.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub(crate) struct Recent {
    /// Entries of one piece, or of three.
    pieces: Vec<u16>,
    /// Pieces in front of each window.
    outside: [u16; SCALE_COUNT],
    /// Lower half of the number of the first pane in each window that is not empty, and of the
    /// newest. Ages below an hour are exact in wrapping arithmetic; anything older is cleared by
    /// whole numbers.
    first: [u32; SCALE_COUNT],
    newest: u32,
    sums: [u64; SCALE_COUNT],
}

/// The same as it is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Saved {
    /// Lower half of the pane number, and its lines.
    panes: Vec<(u32, u32)>,
    /// Entries in front of each window.
    outside: [u32; SCALE_COUNT],
    sums: [u64; SCALE_COUNT],
}

impl Recent {
    /// Lines in the windows that end with the newest pane slid to.
    pub fn counts(&self) -> [u64; SCALE_COUNT] {
        self.sums
    }

    /// Looks at what the next pane changes, for nothing but to have it at hand.
    #[inline]
    pub fn look(&self) -> u64 {
        let of = |scale: usize| u64::from(self.piece(self.outside[scale]).unwrap_or(0));
        of(0) ^ of(1) ^ of(2) ^ of(LONG) ^ u64::from(self.pieces.last().copied().unwrap_or(0))
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
        self.forget_some();
        self.sums[scale]
    }

    /// A pane newer than all others, behind one that was `last` with lines. The windows are slid
    /// when their counts are asked for.
    pub fn push_after(&mut self, last: i64, pane: i64, lines: u32) {
        if pane.saturating_sub(last) >= SCALES[LONG] {
            self.clear();
        } else if self.pieces.len() == self.pieces.capacity() {
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
        self.forget_some();
    }

    #[inline]
    fn slide_window(&mut self, scale: usize, pane: i64) {
        let (mut at, mut first, mut sum) = (self.outside[scale], self.first[scale], self.sums[scale]);
        let is_left = |first: u32| i64::from((pane as u32).wrapping_sub(first)) >= SCALES[scale];
        while is_left(first)
            && let Some(piece) = self.piece(at)
        {
            sum = sum.saturating_sub(u64::from(self.lines(at, piece)));
            at = after(at, piece);
            first = first.wrapping_add(self.piece(at).map_or(0, gap));
        }
        (self.outside[scale], self.first[scale], self.sums[scale]) = (at, first, sum);
    }

    #[inline]
    fn piece(&self, at: u16) -> Option<u16> {
        self.pieces.get(usize::from(at)).copied()
    }

    /// The lines of an entry.
    #[inline]
    fn lines(&self, at: u16, piece: u16) -> u32 {
        let lines = u32::from(piece) & LINES_MANY;
        if lines < LINES_MANY {
            return lines;
        }
        let of = |at: u16| u32::from(self.piece(at).unwrap_or(0));
        of(at + 1) << 16 | of(at + 2)
    }

    /// As [`Recent::forget`], if it is worth it.
    fn forget_some(&mut self) {
        if self.outside[LONG] >= FORGOTTEN_PIECES || self.pieces.len() == self.pieces.capacity() {
            self.forget();
        }
    }

    /// Drops what the longest window has left behind, which the others then have, too.
    fn forget(&mut self) {
        let gone = self.outside[LONG];
        for scale in 0..LONG {
            while self.outside[scale] < gone {
                let at = self.outside[scale];
                let Some(piece) = self.piece(at) else { break };
                self.sums[scale] = self.sums[scale].saturating_sub(u64::from(self.lines(at, piece)));
                (self.outside[scale], self.first[scale]) = (after(at, piece), self.first[LONG]);
            }
        }
        self.pieces.drain(..self.pieces.len().min(gone.into()));
        self.outside.iter_mut().for_each(|outside| *outside = outside.saturating_sub(gone));
    }

    fn clear(&mut self) {
        self.pieces.clear();
        (self.outside, self.sums) = Default::default();
    }

    /// A pane newer than all others.
    pub fn push(&mut self, pane: i64, lines: u32) {
        let (pane, end) = (pane as u32, self.pieces.len() as u16);
        let gap = if end == 0 { 0 } else { pane.wrapping_sub(self.newest) };
        for ((first, outside), sum) in self.first.iter_mut().zip(self.outside).zip(&mut self.sums) {
            // The window was empty.
            if outside == end {
                *first = pane;
            }
            *sum = sum.saturating_add(u64::from(lines));
        }
        let entry = |lines: u32| (gap << LINES_BITS | lines) as u16;
        if lines < LINES_MANY {
            self.pieces.push(entry(lines));
        } else {
            self.pieces.extend([entry(LINES_MANY), (lines >> 16) as u16, lines as u16]);
        }
        self.newest = pane;
    }

    /// All entries, oldest first: the first piece of each, lower half of the pane, and the lines.
    fn entries(&self) -> impl Iterator<Item = (u16, u32, u32)> {
        let (mut at, mut pane) = (0, None);
        // The panes of the entries behind the oldest are told by gaps from there on.
        let gaps = |from: u16| std::iter::successors(Some(from), |at| Some(after(*at, self.piece(*at)?)));
        let sum: u32 = gaps(0).skip(1).filter_map(|at| self.piece(at)).map(gap).sum();
        let oldest = self.newest.wrapping_sub(sum);
        std::iter::from_fn(move || {
            let piece = self.piece(at)?;
            let own = pane.map_or(oldest, |pane: u32| pane.wrapping_add(gap(piece)));
            let entry = (at, own, self.lines(at, piece));
            (at, pane) = (after(at, piece), Some(own));
            Some(entry)
        })
    }

    /// Panes with lines, newest first: how many panes before `pane`, and the lines.
    pub fn backwards(&self, pane: i64) -> impl Iterator<Item = (i64, u32)> {
        let aged = move |(_, at, lines)| (i64::from((pane as u32).wrapping_sub(at)), lines);
        let entries: Vec<(i64, u32)> = self.entries().map(aged).collect();
        entries.into_iter().rev().take_while(|&(age, _)| age < SCALES[LONG])
    }

    /// Adds another list that was slid to the same pane.
    pub fn join(&mut self, other: &Recent, pane: i64) {
        let mut all: Vec<(i64, u32)> = self.backwards(pane).chain(other.backwards(pane)).collect();
        all.sort_by_key(|&(age, _)| std::cmp::Reverse(age));
        *self = Recent::default();
        for entries in all.chunk_by(|one, other| one.0 == other.0) {
            let lines = entries.iter().fold(0_u32, |sum, (_, lines)| sum.saturating_add(*lines));
            self.push(pane - entries[0].0, lines);
        }
        (0..SCALE_COUNT).for_each(|scale| self.slide_window(scale, pane));
    }
}

/// The panes between an entry and the one before it.
fn gap(piece: u16) -> u32 {
    u32::from(piece) >> LINES_BITS
}

/// Where the entry behind one begins.
fn after(at: u16, piece: u16) -> u16 {
    at + if u32::from(piece) & LINES_MANY == LINES_MANY { 3 } else { 1 }
}

impl PartialEq for Recent {
    fn eq(&self, other: &Recent) -> bool {
        Saved::from(self.clone()) == Saved::from(other.clone())
    }
}

impl From<Recent> for Saved {
    fn from(mut recent: Recent) -> Saved {
        recent.forget();
        let at: Vec<u16> = recent.entries().map(|(at, ..)| at).collect();
        let outside = recent.outside.map(|outside| at.partition_point(|at| *at < outside) as u32);
        let panes = recent.entries().map(|(_, pane, lines)| (pane, lines)).collect();
        Saved { panes, outside, sums: recent.sums }
    }
}

/// A file that was made up may say anything.
impl From<Saved> for Recent {
    fn from(saved: Saved) -> Recent {
        let panes = saved.panes.len().min(SAVED_MAX);
        let mut recent = Recent { pieces: Vec::with_capacity(panes), ..Recent::default() };
        let mut firsts = [None; SCALE_COUNT];
        for (number, &(pane, lines)) in saved.panes[..panes].iter().enumerate() {
            if i64::from(pane.wrapping_sub(recent.newest)) >= SCALES[LONG] {
                recent.clear();
                firsts = Default::default();
            }
            let at = (recent.pieces.len() as u16, pane);
            for (first, outside) in firsts.iter_mut().zip(saved.outside) {
                if outside as usize == number {
                    *first = Some(at);
                }
            }
            recent.push(pane.into(), lines);
        }
        for (scale, first) in firsts.into_iter().enumerate() {
            let end = (recent.pieces.len() as u16, 0);
            (recent.outside[scale], recent.first[scale]) = first.unwrap_or(end);
        }
        recent.sums = saved.sums;
        recent
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

//! Lines that stand for what is usual of each message: sixteen of all, chosen by
//! nothing but their pane.
//!
//! Each pane has a random rank; a message keeps the panes of least rank in which
//! it has lines, and of each the first line. So the choice depends on no order,
//! and most panes cost a message one compare. Saved are not the lines but hashes
//! of their values: they are compared and never shown.

use crate::baseline::{Feature, TypicalLines};
use crate::limits::{TYPICAL_BYTES_ALL_MAX, TYPICAL_LINES_MAX};
use crate::template::TemplateIx;
use crate::time::Pane;

/// A line that stands for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub pane: Pane,
    pub text: Text,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Text {
    /// The line: its values are looked up when they are asked for, which is rare.
    Whole(Box<[u8]>),
    /// What a baseline has kept of its values.
    Values(Box<[Feature]>),
}

impl Text {
    fn bytes(&self) -> usize {
        match self {
            Text::Whole(line) => line.len(),
            Text::Values(features) => size_of_val(&**features),
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Typical {
    by_template: Vec<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    /// A pane of this rank or above is of no use.
    below: u64,
    lines: Vec<Line>,
}

/// A random number that is the pane's own.
fn rank(pane: Pane) -> u64 {
    let mut mixed = (pane.0 as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Typical {
    /// Which messages want a line of this pane.
    pub fn wanting(&self, pane: Pane) -> impl Fn(TemplateIx) -> bool + '_ {
        let rank = rank(pane);
        move |template| match self.by_template.get(template.0 as usize) {
            Some(kept) => rank < kept.below,
            None => true,
        }
    }

    /// Takes a line of a message in.
    pub fn add(&mut self, template: TemplateIx, line: Line) {
        let at = template.0 as usize;
        if self.bytes + line.text.bytes() > TYPICAL_BYTES_ALL_MAX {
            return;
        }
        if at >= self.by_template.len() {
            self.by_template.resize_with(at + 1, || Kept { below: u64::MAX, lines: Vec::new() });
        }
        self.bytes += line.text.bytes();
        let kept = &mut self.by_template[at];
        let own = rank(line.pane);
        let place = kept.lines.partition_point(|old| (rank(old.pane), &old.text) < (own, &line.text));
        kept.lines.insert(place, line);
        if kept.lines.len() > TYPICAL_LINES_MAX {
            self.bytes -= kept.lines.pop().map_or(0, |line| line.text.bytes());
        }
        if let (TYPICAL_LINES_MAX, Some(last)) = (kept.lines.len(), kept.lines.last()) {
            kept.below = rank(last.pane);
        }
    }

    /// Two messages turned out to be one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let Some(kept) = self.by_template.get_mut(gone.0 as usize) else { return };
        let lines = std::mem::take(&mut kept.lines);
        self.bytes -= lines.iter().map(|line| line.text.bytes()).sum::<usize>();
        lines.into_iter().for_each(|line| self.add(survivor, line));
    }

    /// What a baseline kept.
    pub fn load(&mut self, saved: TypicalLines) {
        for (template, lines) in saved {
            for (pane, features) in lines {
                self.add(template, Line { pane, text: Text::Values(features.into()) });
            }
        }
    }

    /// The lines of a message.
    pub fn lines(&self, template: TemplateIx) -> &[Line] {
        self.by_template.get(template.0 as usize).map_or(&[], |kept| &kept.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines kept are the same in whatever order and under however many names they came.
    #[test]
    fn the_choice_depends_on_no_order() {
        let line = |pane: i64| Line { pane: Pane(pane), text: Text::Whole(Box::new([1, pane as u8])) };
        let (one, other) = (TemplateIx(0), TemplateIx(3));
        let (mut forward, mut backward, mut apart) =
            (Typical::default(), Typical::default(), Typical::default());
        for pane in 0..200 {
            if forward.wanting(Pane(pane))(one) {
                forward.add(one, line(pane));
            }
            backward.add(one, line(199 - pane));
            apart.add(if pane % 3 == 0 { one } else { other }, line(pane));
        }
        apart.join(other, one);
        assert_eq!(forward.lines(one).len(), TYPICAL_LINES_MAX);
        assert_eq!(forward.lines(one), backward.lines(one));
        assert_eq!(forward.lines(one), apart.lines(one));
        assert_eq!(apart.bytes, 2 * TYPICAL_LINES_MAX);
    }
}

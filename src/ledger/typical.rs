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
    rank: u64,
    pub text: Text,
}

impl Line {
    fn new(pane: Pane, text: Text) -> Line {
        Line { pane, rank: rank(pane), text }
    }
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Text {
    /// The line: its values are looked up when they are asked for, which is rare.
    Whole(Vec<u8>),
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
    /// In no order.
    lines: Vec<Line>,
}

impl Kept {
    /// The line of greatest rank, which is the first to make room, and the greatest rank but one.
    fn last(&self) -> Option<(usize, u64)> {
        let (mut last, mut below) = ((0, self.lines.first()?.rank), 0);
        for (at, line) in self.lines.iter().enumerate().skip(1) {
            let own = line.rank;
            // Several are of one pane only where two messages turned out to be one.
            if own > last.1 || own == last.1 && line.text > self.lines[last.0].text {
                (last, below) = ((at, own), last.1);
            } else {
                below = below.max(own);
            }
        }
        Some((last.0, below))
    }
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

    /// Takes a line of a message in that wants it.
    pub fn add_line(&mut self, template: TemplateIx, pane: Pane, bytes: &[u8]) {
        let full = |kept: &&mut Kept| kept.lines.len() == TYPICAL_LINES_MAX;
        let Some(kept) = self.by_template.get_mut(template.0 as usize).filter(full) else {
            return self.add(template, Line::new(pane, Text::Whole(bytes.into())));
        };
        if self.bytes + bytes.len() > TYPICAL_BYTES_ALL_MAX {
            return;
        }
        let Some((at, below)) = kept.last() else { return };
        // The line of greatest rank leaves its room to the new one.
        let line = &mut kept.lines[at];
        self.bytes += bytes.len();
        self.bytes -= line.text.bytes();
        (line.pane, line.rank) = (pane, rank(pane));
        match &mut line.text {
            Text::Whole(old) => {
                old.clear();
                old.extend_from_slice(bytes);
            }
            text => *text = Text::Whole(bytes.into()),
        }
        kept.below = below.max(line.rank);
    }

    fn add(&mut self, template: TemplateIx, line: Line) {
        let at = template.0 as usize;
        if self.bytes + line.text.bytes() > TYPICAL_BYTES_ALL_MAX {
            return;
        }
        if at >= self.by_template.len() {
            self.by_template.resize_with(at + 1, || Kept { below: u64::MAX, lines: Vec::new() });
        }
        self.bytes += line.text.bytes();
        let kept = &mut self.by_template[at];
        kept.lines.push(line);
        if kept.lines.len() < TYPICAL_LINES_MAX {
            return;
        }
        let Some((at, below)) = kept.last() else { return };
        kept.below = if kept.lines.len() == TYPICAL_LINES_MAX {
            kept.lines[at].rank
        } else {
            self.bytes -= kept.lines.swap_remove(at).text.bytes();
            below
        };
    }

    /// Two messages turned out to be one.
    pub fn join(&mut self, gone: TemplateIx, survivor: TemplateIx) {
        let Some(kept) = self.by_template.get_mut(gone.0 as usize) else { return };
        let lines = std::mem::take(&mut kept.lines);
        self.bytes -= lines.iter().map(|line| line.text.bytes()).sum::<usize>();
        lines.into_iter().for_each(|line| self.add(survivor, line));
    }

    /// Each message's lines, as far as there are any.
    pub fn all(&self) -> impl Iterator<Item = (TemplateIx, &[Line])> {
        let kept = self.by_template.iter().enumerate().filter(|(_, kept)| !kept.lines.is_empty());
        kept.map(|(at, kept)| (TemplateIx(at as u32), &kept.lines[..]))
    }

    /// What a baseline kept.
    pub fn load(&mut self, saved: TypicalLines) {
        for (template, lines) in saved {
            for (pane, features) in lines {
                self.add(template, Line::new(pane, Text::Values(features.into())));
            }
        }
    }

    /// The lines of a message, in no order.
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
        let line = |pane: i64| Line::new(Pane(pane), Text::Whole(vec![1, pane as u8]));
        let (one, other) = (TemplateIx(0), TemplateIx(3));
        let (mut forward, mut backward, mut apart) =
            (Typical::default(), Typical::default(), Typical::default());
        for pane in 0..200 {
            if forward.wanting(Pane(pane))(one) {
                forward.add_line(one, Pane(pane), &[1, pane as u8]);
            }
            backward.add(one, line(199 - pane));
            apart.add(if pane % 3 == 0 { one } else { other }, line(pane));
        }
        apart.join(other, one);
        let sorted = |typical: &Typical| {
            let mut lines = typical.lines(one).to_vec();
            lines.sort_by_key(|line| line.pane);
            lines
        };
        assert_eq!(sorted(&forward).len(), TYPICAL_LINES_MAX);
        assert_eq!(sorted(&forward), sorted(&backward));
        assert_eq!(sorted(&forward), sorted(&apart));
        for typical in [forward, apart] {
            assert_eq!(typical.bytes, 2 * TYPICAL_LINES_MAX);
        }
    }
}

//! Which value of a message comes more often than its share.
//!
//! A slot is a place of a message where values are counted: the status of an
//! access log. A value is judged by its part of the slot's lines in a window,
//! given how many lines the window has, so three times the traffic with the same
//! shares is silence, and a share that goes from 0.02 % to 2 % is not. Windows,
//! cells, records and the guard are those of the surge of a message
//! (`surge`, `cells`, `alert`) with less of each: lines stand for time, so there is no
//! traffic to follow, no outage, no exposure.
//!
//! Per scale the slot keeps its lines N and their pairs, a value its lines K and
//! their pairs, over aligned cells of a window's length that join one cell later,
//! so that no window judges itself. From them follow a usual share and the lumps:
//! how many further lines with the value one such line brings along.
//!
//! Only what has lines in a pane is touched, and a tail is computed only if the
//! least that chance alone would say of it reaches the threshold. A value of one
//! or two lines is 40 bytes; what is kept of the others is boxed.
//!
//! Where it fails: the lumps are those of all the past, so a value that comes in
//! rare bursts of very different size is judged by its average one and by the
//! worst on record; and what several values do at once each says.

mod nought;
mod odds;
mod sums;
#[cfg(test)]
mod tests;

use super::exposure::ONE;
use super::recent::Recent;
use super::{DAY, HOUR, LONG, MIDDLE, Phase, SCALE_COUNT, SCALES, Window, tail};
use crate::time::Pane;
use serde::{Deserialize, Serialize};
use sums::{SlotCells, ValueCells};

pub use odds::{tail_of_share, tail_of_two};

// limits
/// Fewer lines are no surge.
const COUNT_MIN: u64 = 3;
/// Nor is a share this close to the usual one.
const FACTOR_MIN: f64 = 1.25;
/// A scale is judged once so many cells with lines of the slot are learned: 5
/// minutes after an hour. With six, a young log has half as many false alerts again.
const CELLS_MIN: u32 = 10;
/// From so many cells of an hour on, they tell better than shorter ones what came on one occasion.
const LONG_CELLS_MIN: u32 = 3;
/// A value must be known for half an hour and with so many lines, or for an hour
/// with one: that it is there at all is told elsewhere.
const KNOWN_PANES_MIN: i64 = HOUR / 2;
const KNOWN_LINES_MIN: f64 = 5.0;
const KNOWN_SURELY_PANES: i64 = HOUR;
/// A score rests on twice as much as that of a message that came on as many
/// occasions: the slot's other lines tell how often the value did not come.
const OCCASION_WORTH: f64 = 2.0;
/// A window must be so much less likely than the least likely one on record.
const RECORD_FACTOR: f64 = 1.5;
/// While settling, what expects fewer lines than this surges from nought.
const FROM_NOUGHT: f64 = 1.0;
/// An alert is over half an hour after its last crossing.
const CALM_PANES: i64 = HOUR / 2;
/// An opening within six hours of the one before is the same trouble, and after
/// six hours of it the new share is the usual one.
const SAME_TROUBLE_PANES: i64 = 6 * HOUR;
/// An open alert speaks again when it is so many times worse.
const WORSE: f64 = 10.0;
/// So many lines of a value are kept by their panes alone.
const EARLY_LINES: u32 = 2;

/// What a slot's pane is judged with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShareFrame {
    /// The pane that closes.
    pub pane: i64,
    /// What a score is compared with; see [`tail::threshold`].
    pub threshold: f64,
    /// Without judging everything is learned and nothing found.
    pub judging: bool,
    /// Without learning what is usual stays as it is.
    pub learning: bool,
    /// Days of exposure the log is known.
    pub age: f64,
    /// Shortly after an outage.
    pub settling: bool,
    /// Whether values are judged that were hardly ever there before.
    pub from_nought: bool,
}

/// A value whose share is beyond what its past explains. A resolved one repeats
/// the last window that crossed the threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ShareFinding {
    /// Open, worse or back again, or over.
    pub phase: Phase,
    /// The window that crossed; its end is the end of the pane that did it.
    pub window: Window,
    /// Lines of the value in the window.
    pub count: u64,
    /// Lines of the slot in the window.
    pub lines: u64,
    /// The part of the slot's lines that usually have the value.
    pub usual_share: f64,
    /// The part of the window's lines.
    pub share: f64,
    /// Lines of the value that the usual share makes one expect in the window.
    pub expected: f64,
    /// Count over expected.
    pub factor: f64,
    /// What was compared with the threshold.
    pub score: f64,
    /// The score before it was discounted for thin evidence.
    pub tail: f64,
    /// Best estimate of the first pane of the raised share.
    pub started: Pane,
    /// Rests on less than a day.
    pub provisional: bool,
    /// When resolved: it went on for so long that it is learned as normal now.
    pub now_normal: bool,
}

/// The lines of a slot, whatever their value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SlotSeries {
    last: i64,
    cells: [SlotCells; SCALE_COUNT],
    recent: Recent,
}

/// The lines of one value of a slot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ValueSeries {
    /// First and last pane with a line.
    first: i64,
    last: i64,
    /// The slot's lines before: they say nothing of its share.
    lines_before: u64,
    /// Lines, while there are no more than two: they came in the first and the last pane.
    early: u32,
    known: Option<Box<Known>>,
}

/// What is kept of a value with more than a line or two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Known {
    cells: [ValueCells; SCALE_COUNT],
    recent: Recent,
    alert: Option<Box<Alert>>,
}

/// A value's alert, open or the last one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Alert {
    state: State,
    /// The last opening and the last crossing.
    opened: i64,
    crossed: i64,
    /// The factor when it was last printed.
    printed_factor: f64,
    /// The last crossing as it would be told.
    told: ShareFinding,
    /// Another alert tells of it.
    is_hushed: bool,
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// Nothing is open; only the memory is left.
    Closed,
    /// Crossed less than half an hour ago.
    Open,
    /// Still crossing, but learned in full: a new normal.
    Accepted,
}

/// A window beyond what its value's past explains.
#[derive(Clone, Copy, Debug)]
struct Crossing {
    scale: usize,
    count: u64,
    lines: u64,
    share: f64,
    tail: f64,
    score: f64,
}

/// How the lines of a value come together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lumps {
    /// Further lines that one line brings along in a window: of 5 minutes or of an hour, whichever
    /// are more.
    pub lump: f64,
    /// Windows of 5 minutes with lines of its slot.
    pub windows: u32,
}

/// How many cells of each scale have closed from one pane to another.
fn cells_closed(last: i64, pane: i64) -> [i64; SCALE_COUNT] {
    // One by one: the compiler knows the widths then, and divides by none.
    let cells = |pane: i64| {
        [
            pane.div_euclid(SCALES[0]),
            pane.div_euclid(SCALES[1]),
            pane.div_euclid(SCALES[2]),
            pane.div_euclid(SCALES[3]),
        ]
    };
    let (before, now) = (cells(last), cells(pane));
    std::array::from_fn(|scale| now[scale].saturating_sub(before[scale]))
}

impl SlotSeries {
    /// Looks at what the next pane changes, for nothing but to have it at hand.
    #[inline]
    pub fn look(&self) -> u64 {
        self.cells.iter().fold(0, |all, cells| all ^ cells.all()) ^ self.recent.look()
    }

    /// Judges and learns a pane with lines of the slot. `values` are all that have
    /// lines in it; what is found names them by their place there. Panes come in
    /// increasing order.
    pub fn close_pane(
        &mut self,
        lines: u32,
        values: &mut [(&mut ValueSeries, u32)],
        frame: &ShareFrame,
    ) -> Vec<(usize, ShareFinding)> {
        self.roll(frame.pane, frame.learning);
        let before = self.cells[0].all();
        self.recent.push(frame.pane, lines);
        self.cells.iter_mut().for_each(|cells| cells.add(u64::from(lines) * ONE));
        let mut findings = Vec::new();
        for (place, (value, count)) in values.iter_mut().enumerate().filter(|(_, (_, count))| *count > 0) {
            value.count(*count, before, frame);
            let crossing = if frame.judging { value.crossing(self, frame) } else { None };
            let finding = crossing.and_then(|crossing| value.follow(&crossing, self, frame));
            findings.extend(finding.map(|finding| (place, finding)));
            value.learn(*count, lines, self);
        }
        findings
    }

    /// Another slot turns out to be the same. Its values join those of this one
    /// if they are the same, or just move.
    pub fn join(&mut self, mut other: SlotSeries) {
        let pane = self.last.max(other.last);
        self.roll(pane, true);
        other.roll(pane, true);
        self.recent.join(&other.recent, pane);
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            mine.join(theirs);
        }
    }

    /// Slides to a pane: closed cells join the sums, days age them.
    fn roll(&mut self, pane: i64, is_learning: bool) {
        if self.last == 0 {
            // Its first pane: nothing can have aged.
            self.last = pane;
        }
        self.recent.slide(self.last, pane);
        let days = sums::days_between(self.last, pane);
        for (cells, closed) in self.cells.iter_mut().zip(cells_closed(self.last, pane)) {
            cells.roll(closed, is_learning);
            cells.age(days);
        }
        self.last = pane;
    }
}

impl ValueSeries {
    /// Looks at what the next pane changes, for nothing but to have it at hand.
    #[inline]
    pub fn look(&self) -> u64 {
        let Some(known) = &self.known else { return 0 };
        known.cells.iter().fold(0, |all, cells| all ^ cells.look()) ^ known.recent.at_most(LONG)
    }

    /// The same of what lies behind that.
    #[inline]
    pub fn look_behind(&self) -> u64 {
        self.known.as_ref().map_or(0, |known| known.recent.look())
    }

    /// The first pane in which its open alert may be calm; none if there is no such alert.
    pub fn calm_from(&self) -> Option<i64> {
        self.open_alert().map(|alert| alert.crossed.saturating_add(CALM_PANES + 1))
    }

    /// Closes its alert if it is calm by then, and says so unless its end was told.
    pub fn resolve_if_calm(&mut self, pane: i64) -> Option<ShareFinding> {
        if self.calm_from().is_none_or(|calm| pane < calm) {
            return None;
        }
        let alert = self.known.as_mut()?.alert.as_mut()?;
        let was_open = alert.state == State::Open && !alert.is_hushed;
        alert.state = State::Closed;
        was_open.then(|| ShareFinding { phase: Phase::Resolved, ..alert.told.clone() })
    }

    /// The same value of another slot that turns out to be the same as its own.
    pub fn join(&mut self, mut other: ValueSeries) {
        let pane = self.last.max(other.last);
        self.keep();
        other.keep();
        self.roll(pane, true);
        other.roll(pane, true);
        self.first = self.first.min(other.first);
        self.lines_before = self.lines_before.saturating_add(other.lines_before);
        let (Some(mine), Some(theirs)) = (self.known.as_mut(), other.known) else { return };
        mine.recent.join(&theirs.recent, pane);
        for (mine, theirs) in mine.cells.iter_mut().zip(&theirs.cells) {
            mine.join(theirs);
        }
        if mine.alert.is_none() {
            mine.alert = theirs.alert;
        }
    }

    /// How its lines come together, all that are known.
    pub fn lumps(&self, slot: &SlotSeries) -> Lumps {
        let mut value = self.clone();
        value.keep();
        value.roll(slot.last.max(value.last), true);
        let of = |scale: usize| {
            let (mut cells, mut slot_cells) = (value.known.as_ref()?.cells[scale].clone(), slot.cells[scale]);
            // Two cells ahead all that is open has joined.
            cells.roll(2, true);
            slot_cells.roll(2, true);
            Some((cells.fit(&slot_cells, value.lines_before).lump(), slot_cells.active()))
        };
        let (lump, windows) = of(MIDDLE).unwrap_or_default();
        let (long, _) = of(LONG).unwrap_or_default();
        Lumps { lump: lump.max(long), windows }
    }

    fn open_alert(&self) -> Option<&Alert> {
        self.known.as_ref()?.alert.as_deref().filter(|alert| alert.state != State::Closed)
    }

    /// The frame's pane has lines. They are in the windows now, but not learned.
    fn count(&mut self, lines: u32, slot_lines_before: u64, frame: &ShareFrame) {
        if self.known.is_none() && self.early == 0 {
            (self.first, self.last, self.lines_before) = (frame.pane, frame.pane, slot_lines_before);
        }
        if self.known.is_none() && lines <= EARLY_LINES.saturating_sub(self.early) {
            self.roll(frame.pane, frame.learning);
            self.early += lines;
            return;
        }
        self.keep();
        self.roll(frame.pane, frame.learning);
        if let Some(known) = &mut self.known {
            known.recent.push(frame.pane, lines);
        }
    }

    /// From here on more is kept of it than two panes.
    fn keep(&mut self) {
        if self.known.is_some() {
            return;
        }
        let last = self.last;
        self.known = Some(Box::default());
        self.last = self.first;
        for pane in [self.first, last].into_iter().take(std::mem::take(&mut self.early) as usize) {
            // Their days have aged what was before.
            let before = self.lines_before;
            self.roll(pane, true);
            self.lines_before = before;
            if let Some(known) = &mut self.known {
                known.push(pane);
            }
        }
    }

    fn roll(&mut self, pane: i64, is_learning: bool) {
        let days = sums::days_between(self.last, pane);
        self.lines_before = sums::aged_by(self.lines_before, days);
        if let Some(known) = &mut self.known {
            known.recent.slide(self.last, pane);
            let weeks = if days > 0 { sums::weeks_between(self.last, pane) } else { 0 };
            for (cells, closed) in known.cells.iter_mut().zip(cells_closed(self.last, pane)) {
                cells.roll(closed, is_learning);
                if days > 0 {
                    cells.age(days, weeks);
                }
            }
        }
        self.last = pane;
    }

    /// The most surprising of the windows that cross the threshold.
    fn crossing(&self, slot: &SlotSeries, frame: &ShareFrame) -> Option<Crossing> {
        let known = self.known.as_ref()?;
        if frame.from_nought && frame.pane.saturating_sub(self.first) < KNOWN_SURELY_PANES {
            return self.crossing_from_nought(known, slot, frame);
        }
        if frame.pane.saturating_sub(self.first) < KNOWN_PANES_MIN {
            return None;
        }
        let crossings = (0..SCALE_COUNT).filter_map(|scale| self.crossing_at(scale, known, slot, frame));
        crossings.max_by(|one, other| one.score.total_cmp(&other.score))
    }

    fn crossing_at(
        &self,
        scale: usize,
        known: &Known,
        slot: &SlotSeries,
        frame: &ShareFrame,
    ) -> Option<Crossing> {
        let (count, lines) = (known.recent.counts()[scale], slot.recent.counts()[scale]);
        let (cells, slot_cells) = (&known.cells[scale], &slot.cells[scale]);
        let is_known =
            frame.pane.saturating_sub(self.first) >= KNOWN_SURELY_PANES || cells.lines() >= KNOWN_LINES_MIN;
        if count < COUNT_MIN || slot_cells.active() < CELLS_MIN || cells.lines() < 1.0 || !is_known {
            return None;
        }
        let share = cells.share(slot_cells, self.lines_before);
        let expected = share * lines as f64;
        let from_nought = frame.settling && expected < FROM_NOUGHT;
        if count as f64 <= FACTOR_MIN * expected
            || from_nought
            || odds::tail_at_most(count, lines, share) < frame.threshold
        {
            return None;
        }
        let fit = cells.fit(slot_cells, self.lines_before);
        if count as f64 <= FACTOR_MIN * fit.usual_count {
            return None;
        }
        let tail = fit.tail(count, lines);
        if tail < frame.threshold || tail < RECORD_FACTOR * cells.record_tail(&fit) {
            return None;
        }
        let score = tail::evidence_discount(tail, self.evidence(known, slot, frame));
        (score >= frame.threshold).then_some(Crossing { scale, count, lines, share, tail, score })
    }

    /// What a score of it rests on.
    fn evidence(&self, known: &Known, slot: &SlotSeries, frame: &ShareFrame) -> f64 {
        let of = |scale: usize| known.cells[scale].fit(&slot.cells[scale], self.lines_before).occasions;
        let is_long = slot.cells[LONG].active() >= LONG_CELLS_MIN;
        let occasions = if is_long { of(MIDDLE).min(of(LONG)) } else { of(MIDDLE) };
        let days = (frame.pane.saturating_sub(self.first)) as f64 / DAY as f64;
        tail::evidence(OCCASION_WORTH * occasions, days.min(frame.age))
    }

    /// What a crossing means for its alert.
    fn follow(&mut self, crossing: &Crossing, slot: &SlotSeries, frame: &ShareFrame) -> Option<ShareFinding> {
        let known = self.known.as_mut()?;
        let mut told = known.told(crossing, slot, frame);
        let Some(alert) = known.alert.as_mut().filter(|alert| alert.state != State::Closed) else {
            return Some(known.open(told, self.lines_before, slot, frame.pane));
        };
        told.started = alert.told.started;
        (alert.crossed, alert.told) = (frame.pane, told);
        if alert.state == State::Accepted {
            return None;
        }
        if frame.pane.saturating_sub(alert.opened) >= SAME_TROUBLE_PANES {
            alert.state = State::Accepted;
            if alert.is_hushed {
                return None;
            }
            return Some(ShareFinding { phase: Phase::Resolved, now_normal: true, ..alert.told.clone() });
        }
        if alert.is_hushed || alert.told.factor < WORSE * alert.printed_factor {
            return None;
        }
        alert.printed_factor = alert.told.factor;
        Some(ShareFinding { phase: Phase::Ongoing, ..alert.told.clone() })
    }

    /// Of a pane with so many lines, `slot_lines` of them the slot's.
    fn learn(&mut self, lines: u32, slot_lines: u32, slot: &SlotSeries) {
        let Some(known) = &mut self.known else { return };
        let all = u64::from(lines) * ONE;
        if known.alert.as_ref().is_some_and(|alert| alert.state == State::Open) {
            let share = known.cells[MIDDLE].share(&slot.cells[MIDDLE], self.lines_before);
            let usual = (share * f64::from(slot_lines) * ONE as f64) as u64;
            known.cells.iter_mut().for_each(|cells| cells.add(all.min(usual)));
            return;
        }
        for (scale, cells) in known.cells.iter_mut().enumerate() {
            let (count, lines) = (known.recent.counts()[scale], slot.recent.counts()[scale]);
            cells.add(all);
            if count >= COUNT_MIN {
                cells.add_window(count, lines);
            }
        }
    }
}

impl Known {
    /// A line of a pane not older than the newest is counted and learned.
    fn push(&mut self, pane: i64) {
        self.recent.push(pane, 1);
        self.cells.iter_mut().for_each(|cells| cells.add(ONE));
    }

    /// Opens its alert. What has not joined the sums yet may belong to it.
    fn open(&mut self, told: ShareFinding, lines_before: u64, slot: &SlotSeries, pane: i64) -> ShareFinding {
        let is_same =
            self.alert.as_ref().is_some_and(|alert| pane.saturating_sub(alert.opened) <= SAME_TROUBLE_PANES);
        let phase = if is_same { Phase::Ongoing } else { Phase::Open };
        let finding = ShareFinding { phase, ..told.clone() };
        for (cells, slot_cells) in self.cells.iter_mut().zip(&slot.cells) {
            cells.unlearn(slot_cells, lines_before);
        }
        let printed_factor = told.factor;
        self.alert = Some(Box::new(Alert {
            state: State::Open,
            opened: pane,
            crossed: pane,
            printed_factor,
            told,
            is_hushed: false,
        }));
        finding
    }

    fn told(&self, crossing: &Crossing, slot: &SlotSeries, frame: &ShareFrame) -> ShareFinding {
        let end = frame.pane + 1;
        let expected = crossing.share * crossing.lines as f64;
        ShareFinding {
            phase: Phase::Open,
            window: Window { start: Pane(end - SCALES[crossing.scale]), end: Pane(end) },
            count: crossing.count,
            lines: crossing.lines,
            usual_share: crossing.share,
            share: crossing.count as f64 / crossing.lines as f64,
            expected,
            factor: crossing.count as f64 / expected,
            score: crossing.score,
            tail: crossing.tail,
            started: Pane(frame.pane - self.run_length(crossing, slot, frame.pane)),
            provisional: frame.age < 1.0,
            now_normal: false,
        }
    }

    /// How many panes ago the run began: since then the lines speak most clearly
    /// for the window's share against the usual one.
    fn run_length(&self, crossing: &Crossing, slot: &SlotSeries, pane: i64) -> i64 {
        let share = (crossing.count as f64 / crossing.lines as f64).min(1.0 - f64::EPSILON);
        let for_one = (share / crossing.share).ln();
        let against = ((1.0 - share) / (1.0 - crossing.share)).ln();
        let mut hits = self.recent.backwards(pane).peekable();
        let (mut likelier, mut best, mut start) = (0.0, f64::NEG_INFINITY, 0);
        for (ago, lines) in slot.recent.backwards(pane).take_while(|&(ago, _)| ago < SCALES[crossing.scale]) {
            let mut count = 0;
            while let Some((_, more)) = hits.next_if(|&(at, _)| at == ago) {
                count += more;
            }
            likelier += f64::from(count) * for_one + f64::from(lines.saturating_sub(count)) * against;
            if count > 0 && likelier > best {
                (best, start) = (likelier, ago);
            }
        }
        start
    }
}

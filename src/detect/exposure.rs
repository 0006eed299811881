//! Which panes count as time in which lines could have come.
//!
//! Every pane since the first counts, with or without lines, except those of an
//! outage: a silence of the whole source longer than 3 panes and longer than 20
//! mean intervals between its lines. A tick is a pane that counts, so silences
//! measured in ticks do not see outages, and a source that stops does not make
//! a thousand templates vanish.
//!
//! All templates share one exposure, of which one that came late takes the part
//! since its first line.
//!
//! Where it fails: a source whose lines all come in batches minutes apart has
//! a short mean interval, so its pauses look like outages. Rates are then per
//! pane with lines, which is still consistent.

use super::traffic::{AVERAGE, Traffic};
use super::{DAY, LONG, SCALE_COUNT, SCALES};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

// limits
/// Shorter silences are never an outage.
const OUTAGE_PANES_MIN: i64 = 3;
/// Nor are those of fewer mean intervals between two lines of the source.
const OUTAGE_INTERVALS: i128 = 20;
/// Two minutes after an outage no surge starts from nought.
const SETTLE_PANES: i64 = 12;
/// After so many days nothing is left of a counter worth the ageing.
const AGEING_DAYS_MAX: u64 = 500;
/// Fractional bits of counters that age.
pub(crate) const FRACTION_BITS: u32 = 8;
/// One line, or one pane, in such a counter.
pub(crate) const ONE: u64 = 1 << FRACTION_BITS;
/// 2^32 times the 14th root of a half: a day's ageing with a half-life of 14 days.
const AGEING: u128 = 4_087_499_558;

/// A counter a day later.
pub(crate) fn aged(counter: u64) -> u64 {
    aged_wide(u128::from(counter)) as u64
}

/// A wide counter a day later.
pub(crate) fn aged_wide(counter: u128) -> u128 {
    // The upper part first, so that nothing overflows.
    (counter >> 32) * AGEING + (((counter & 0xffff_ffff) * AGEING) >> 32)
}

/// A counter as a number.
pub(crate) fn number(counter: u64) -> f64 {
    counter as f64 / ONE as f64
}

/// What the tests of one pane share.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub pane: i64,
    pub tick: u64,
    /// Ticks of exposure before this pane.
    pub age: u64,
    pub threshold: f64,
    /// Surges from nought are not believed now.
    pub settling: bool,
    pub judging: bool,
    pub scales: [ScaleFrame; SCALE_COUNT],
}

/// What the tests of one pane and scale share.
#[derive(Clone, Debug)]
pub(crate) struct ScaleFrame {
    /// Panes of a cell, and of a window without an outage.
    pub width: i64,
    /// The aligned cell of the pane.
    pub cell: i64,
    /// Panes of the window in which lines could have come, at least half of it.
    pub window: f64,
    /// The same, each pane weighted by how busy the log was, against its average.
    pub traffic: f64,
    /// Learned panes, N, and those of the cells that have not joined yet.
    pub panes: f64,
    pub unjoined: f64,
    /// Sum of the squares of the learned cells' panes, Q.
    pub squares: f64,
    /// The same of the cells' traffic, and of the products of both.
    pub traffic_squares: f64,
    pub traffic_cross: f64,
    /// The part of the traffic's squares that is error of its estimate.
    pub traffic_noise: f64,
    /// What makes the learned cells' traffic average.
    pub traffic_unit: f64,
    /// The log is busier than it ever was: nobody has shown how to follow that,
    /// so all are taken to.
    pub is_unheard_of: bool,
    /// What is usual stays as it was learned: closed cells are dropped.
    pub is_frozen: bool,
}

impl ScaleFrame {
    /// Panes learned since a template's first line at tick `first`.
    pub fn panes_since(&self, first: u64, tick: u64) -> f64 {
        let joined = ((tick + 1).saturating_sub(first) as f64 - self.unjoined).max(0.0);
        joined.min(self.panes)
    }

    /// As a template sees it whose first line came at tick `first`.
    pub fn since(&self, first: u64, tick: u64) -> ScaleFrame {
        let joined = self.panes_since(first, tick);
        if joined >= self.panes {
            return self.clone();
        }
        let part = joined / self.panes;
        ScaleFrame {
            panes: joined,
            squares: self.squares * part,
            traffic_squares: self.traffic_squares * part,
            traffic_cross: self.traffic_cross * part,
            traffic_noise: self.traffic_noise * part,
            ..self.clone()
        }
    }
}

/// How often what is learned must lose weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ageing {
    /// UTC days gone by.
    pub days: u64,
    /// Weeks, each from a Thursday on.
    pub weeks: u64,
}

/// The source's clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clock {
    first: Option<i64>,
    last: i64,
    lines: u64,
    ticks: u64,
    settled: i64,
    /// Those an hour's window may still reach, last exclusive.
    outages: VecDeque<(i64, i64)>,
    /// What comes next need not follow at once.
    gap: bool,
    /// Time goes by, and nothing is learned.
    #[serde(skip)]
    pub is_frozen: bool,
    cells: [Exposure; SCALE_COUNT],
    pub traffic: Traffic,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Exposure {
    cell: i64,
    current: u64,
    previous: u64,
    panes: u64,
    squares: u128,
    traffic: u64,
    traffic_squares: u128,
    traffic_cross: u128,
    traffic_noise: u128,
}

impl Clock {
    /// Moves to a pane with lines. What went by since the last one comes back.
    pub fn advance(&mut self, pane: i64, lines: u64) -> Ageing {
        self.first.get_or_insert(pane);
        let mut ageing = Ageing::default();
        if self.ticks > 0 {
            let gone_by = |span: i64| (pane.div_euclid(span) - self.last.div_euclid(span)) as u64;
            ageing = Ageing { days: gone_by(DAY).min(AGEING_DAYS_MAX), weeks: gone_by(7 * DAY) };
            if self.is_outage_before(pane) {
                self.outages.push_back((self.last + 1, pane));
                self.settled = pane + SETTLE_PANES;
            } else {
                self.expose(self.last + 1, pane);
            }
        }
        self.gap = false;
        self.expose(pane, pane + 1);
        self.last = pane;
        self.lines = self.lines.saturating_add(lines);
        while self.outages.front().is_some_and(|outage| outage.1 <= pane - SCALES[LONG]) {
            self.outages.pop_front();
        }
        ageing
    }

    /// What comes next need not follow at once: the time until then is nobody's silence.
    pub fn expect_gap(&mut self) {
        self.gap = true;
    }

    /// The silence between the last pane with lines and this one is an outage.
    fn is_outage_before(&self, pane: i64) -> bool {
        let silence = pane - self.last - 1;
        let span = i128::from(self.last - self.first.unwrap_or(self.last) + 1);
        let long = i128::from(silence) * i128::from(self.lines) > OUTAGE_INTERVALS * span;
        silence > OUTAGE_PANES_MIN && long || self.gap && silence > 0
    }

    /// Panes from `from` up to, without, `to` that count, where `next` is the
    /// first pane with lines after the last one, and `to` not behind it.
    pub fn live_between(&self, from: i64, to: i64, next: i64) -> i64 {
        let seen = to.min(self.last + 1);
        let start = from.max(self.first.unwrap_or(self.last));
        let out: i64 =
            self.outages.iter().map(|&(begin, end)| (end.min(seen) - begin.max(start)).max(0)).sum();
        let silent = if self.is_outage_before(next) { 0 } else { to - seen.max(from) };
        (seen - start - out).max(0) + silent.max(0)
    }

    /// The sums a day later. Open cells do not age.
    pub fn age(&mut self) {
        for cells in &mut self.cells {
            cells.panes = aged(cells.panes);
            cells.squares = aged_wide(cells.squares);
            cells.traffic = aged(cells.traffic);
            cells.traffic_squares = aged_wide(cells.traffic_squares);
            cells.traffic_cross = aged_wide(cells.traffic_cross);
            cells.traffic_noise = aged_wide(cells.traffic_noise);
        }
    }

    /// The last pane with lines, if any.
    pub fn last(&self) -> Option<i64> {
        self.first.map(|_| self.last)
    }

    /// Panes that counted so far; the current one has this number.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Surges from nought are not believed now.
    pub fn settling(&self) -> bool {
        self.last < self.settled
    }

    pub fn scale_frame(&self, scale: usize) -> ScaleFrame {
        let (cells, width) = (&self.cells[scale], SCALES[scale]);
        let average = AVERAGE as f64;
        let traffic = cells.traffic as f64 / average;
        let unit = if traffic > 0.0 { number(cells.panes) / traffic } else { 1.0 };
        let window = self.exposed_in(width).max(width / 2) as f64;
        ScaleFrame {
            width,
            cell: cells.cell,
            window,
            traffic: window * self.traffic.in_window(scale) * unit,
            panes: number(cells.panes),
            unjoined: (cells.current + cells.previous) as f64,
            squares: cells.squares as f64 / ONE as f64,
            traffic_squares: cells.traffic_squares as f64 / average * unit * unit,
            traffic_cross: cells.traffic_cross as f64 / average * unit,
            traffic_noise: cells.traffic_noise as f64 / average * unit * unit,
            traffic_unit: unit,
            is_unheard_of: false,
            is_frozen: self.is_frozen,
        }
    }

    /// Panes that counted among the last `width`.
    fn exposed_in(&self, width: i64) -> i64 {
        let start = (self.last + 1 - width).max(self.first.unwrap_or(self.last));
        let out: i64 = self.outages.iter().map(|&(from, to)| (to - from.max(start)).max(0)).sum();
        self.last + 1 - start - out
    }

    /// The panes from `from` up to, without, `to` count.
    fn expose(&mut self, from: i64, to: i64) {
        self.ticks += (to - from) as u64;
        for (cells, width) in self.cells.iter_mut().zip(SCALES) {
            let mut at = from;
            while at < to {
                let cell = at.div_euclid(width);
                let end = to.min((cell + 1) * width);
                cells.roll(cell, width, &self.traffic, self.is_frozen);
                cells.current += (end - at) as u64;
                at = end;
            }
        }
    }
}

impl Exposure {
    fn roll(&mut self, cell: i64, width: i64, traffic: &Traffic, is_frozen: bool) {
        match cell - self.cell {
            0 => return,
            1 if is_frozen => {}
            _ if is_frozen => self.current = 0,
            1 => self.learn(self.previous, self.cell - 1, width, traffic),
            _ => {
                self.learn(self.previous, self.cell - 1, width, traffic);
                self.learn(self.current, self.cell, width, traffic);
                self.current = 0;
            }
        }
        self.previous = self.current;
        self.current = 0;
        self.cell = cell;
    }

    /// A cell of so many panes, and how busy it was.
    fn learn(&mut self, panes: u64, cell: i64, width: i64, busy: &Traffic) {
        let traffic = panes * busy.of_cell(cell, width);
        self.panes += panes * ONE;
        self.squares += u128::from(panes * panes * ONE);
        self.traffic += traffic;
        self.traffic_cross += u128::from(traffic * panes);
        let square = u128::from(traffic) * u128::from(traffic) / u128::from(AVERAGE);
        self.traffic_squares += square;
        self.traffic_noise += square * u128::from(busy.noise(width)) / u128::from(AVERAGE);
    }
}

/// How many templates had a line in the last day of ticks.
///
/// Ticks, not panes: after a weekend off the number of tests is not one, and a
/// baseline's last day counts on in the stream that follows it.
#[derive(Clone, Debug)]
pub(crate) struct Active {
    /// By tick modulo a day: templates whose last line came then.
    last_seen: Vec<u32>,
    tick: u64,
    count: u64,
}

impl Active {
    pub fn new(tick: u64) -> Self {
        Active { last_seen: vec![0; DAY as usize], tick, count: 0 }
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn advance(&mut self, tick: u64) {
        for at in self.tick + 1..=tick.min(self.tick + DAY as u64) {
            self.count -= u64::from(std::mem::take(&mut self.last_seen[slot(at)]));
        }
        self.tick = tick;
    }

    /// A template was last seen at `tick`, not after the current one.
    pub fn add(&mut self, tick: u64) {
        if self.holds(tick) {
            self.last_seen[slot(tick)] += 1;
            self.count += 1;
        }
    }

    /// It was not, after all.
    pub fn remove(&mut self, tick: u64) {
        if self.holds(tick) {
            self.last_seen[slot(tick)] -= 1;
            self.count -= 1;
        }
    }

    fn holds(&self, tick: u64) -> bool {
        tick + DAY as u64 > self.tick
    }
}

fn slot(tick: u64) -> usize {
    (tick % DAY as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::super::MIDDLE;
    use super::*;

    fn clock(panes: impl IntoIterator<Item = i64>, lines: u64) -> Clock {
        let mut clock = Clock::default();
        for pane in panes {
            clock.advance(pane, lines);
        }
        clock
    }

    #[test]
    fn a_silence_is_an_outage_when_it_is_long_for_this_source() {
        for (silence, lines, counted) in [(3, 100, 3), (4, 100, 0), (19, 1, 19), (20, 1, 20), (21, 1, 0)] {
            let mut clock = clock(0..100, lines);
            clock.advance(100 + silence, lines);
            assert_eq!(clock.ticks(), 101 + counted, "silence {silence}, lines {lines}");
            assert_eq!(clock.settling(), counted == 0);
        }
    }

    #[test]
    fn a_cell_is_learned_one_cell_later() {
        let learned = |panes| clock(0..panes, 1).scale_frame(MIDDLE).panes as i64;
        assert_eq!([30, 60, 61, 90, 91].map(learned), [0, 0, 30, 30, 60]);
    }

    #[test]
    fn outages_shrink_windows_but_not_below_half() {
        let mut clock = clock(0..400, 9);
        clock.advance(410, 9);
        assert_eq!(clock.scale_frame(LONG).window, 350.0);
        assert_eq!(clock.scale_frame(MIDDLE).window, 20.0);
        clock.advance(600, 9);
        assert_eq!(clock.scale_frame(MIDDLE).window, 15.0);
    }

    #[test]
    fn fourteen_days_halve_a_counter_whatever_its_size() {
        for size in [ONE as u128, 1 << 60, 1 << 100] {
            let left = (0..14).fold(size, |left, _| aged_wide(left));
            assert!(left.abs_diff(size / 2) <= 14 + (size >> 30), "{size} became {left}");
        }
    }

    #[test]
    fn a_template_is_active_for_a_day_of_ticks() {
        let mut active = Active::new(10);
        active.add(10);
        active.advance(10 + DAY as u64 - 1);
        assert_eq!(active.count(), 1);
        active.advance(10 + DAY as u64);
        assert_eq!(active.count(), 0);
        active.remove(10);
        assert_eq!(active.count(), 0);
    }
}

//! What an alert may tell of its template besides its numbers.

use super::alert::State;
use super::exposure::{Frame, ONE, number};
use super::series::Series;
use super::surge::Detector;
use super::{HOUR, MIDDLE, PANE_SECONDS, SCALES, Surge, TemplateIx, gone};
use crate::time::Pane;

// limits
/// Other messages tell the traffic with so many lines; a surge by so much more than they is its own;
/// and a message with so many times their lines is the traffic.
const OTHERS_MIN: f64 = 10.0;
const MORE_THAN_OTHERS: f64 = 2.0;
const NEARLY_ALL: f64 = 9.0;
/// Lines come in batches if they bring so many others along, in so many stretches of five
/// minutes at least, and where fewer than so many are to be expected in one: else it is the
/// time of day that one would see.
const BATCH_LUMP_MIN: f64 = 2.0;
const BATCH_CELLS_MIN: u64 = 10;
const BATCH_MEAN_MAX: f64 = 3.0;

/// What the aligned windows of one scale say of a template, the open ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sums {
    /// Lines.
    pub lines: f64,
    /// The sum of x(x-1) over the windows.
    pub pairs: f64,
    /// Windows with a line.
    pub active: f64,
    /// The most lines in any sliding window.
    pub most: u64,
    /// Panes in which lines could have come.
    pub panes: f64,
    /// The sum of the squares of the windows' panes.
    pub squares: f64,
}

impl Sums {
    /// What a window of average size expects.
    pub fn mean(&self) -> f64 {
        if self.panes > 0.0 { self.lines / self.panes * (self.squares / self.panes) } else { 0.0 }
    }

    /// Lines that come along with each line beyond what chance brings, times all
    /// lines; below nought for what comes more evenly than by chance.
    pub fn excess(&self) -> f64 {
        self.pairs - self.mean() * self.lines
    }
}

impl Detector {
    /// The sums of a template's windows of one scale.
    pub(crate) fn sums(&self, template: TemplateIx, scale: usize) -> Sums {
        let (Some(known), Some(last)) = (self.known(template), self.clock.last()) else {
            return Sums::default();
        };
        // Two cells ahead all that is open has joined.
        let mut frame = self.frame(0.0, 0);
        let width = SCALES[scale];
        let open = (last + 1 - frame.scales[scale].cell * width).clamp(0, width) as f64;
        for frame in &mut frame.scales {
            frame.cell += 2;
        }
        let mut series = known.clone();
        series.roll(&frame, &self.clock.traffic);
        let cells = &series.cells[scale];
        let before = (self.clock.ticks() as f64 - open).clamp(0.0, width as f64);
        Sums {
            lines: number(cells.lines),
            pairs: cells.pairs as f64 / ONE as f64,
            active: number(cells.active.into()),
            most: cells.most(),
            panes: frame.scales[scale].panes + open + before,
            squares: frame.scales[scale].squares + open * open + before * before,
        }
    }

    /// Lines a second, as learned.
    pub fn rate(&self, template: TemplateIx) -> f64 {
        let frame = self.frame(0.0, 0);
        self.known(template).map_or(0.0, |series| series.rate(&frame) / PANE_SECONDS)
    }

    /// Lines its past makes one expect in so many panes.
    pub fn expected(&self, template: TemplateIx, panes: u32) -> f64 {
        self.rate(template) * PANE_SECONDS * f64::from(panes)
    }

    /// The usual time between two of its lines.
    pub fn usual_interval_seconds(&self, template: TemplateIx) -> Option<f64> {
        let frame = self.frame(0.0, 0);
        self.known(template).map(|series| gone::usual_interval_seconds(series, &frame))
    }

    /// Its longest normal silence in panes; outages do not count.
    pub fn longest_gap_panes(&self, template: TemplateIx) -> u64 {
        self.known(template).map_or(0, |series| series.silences.longest)
    }

    /// Panes without a line of it after which it may count as gone, as far as its silences tell.
    pub fn overdue_after(&self, template: TemplateIx) -> Option<u64> {
        let frame = self.frame(0.0, self.clock.ticks());
        gone::needed(self.known(template)?, &frame).map(|needed| needed.ticks)
    }

    /// How many lines come together where a line is rare, if more than a few do.
    pub fn batch(&self, template: TemplateIx) -> Option<f64> {
        let (series, frame) = (self.known(template)?, self.frame(0.0, 0));
        let (cells, scale) = (&series.cells[MIDDLE], series.scale(MIDDLE, &frame));
        let mean = series.rate(&frame) * scale.width as f64;
        let lump = cells.fit(&scale).lump;
        (u64::from(cells.active) >= BATCH_CELLS_MIN * ONE && mean < BATCH_MEAN_MAX && lump >= BATCH_LUMP_MIN)
            .then_some(1.0 + lump)
    }

    /// The silence after which it is judged to be gone; none if that takes an hour or more.
    pub fn gone_after_seconds(&self, template: TemplateIx) -> Option<f64> {
        let series = self.known(template)?;
        let age = self.clock.ticks();
        let frame = Frame { tick: series.last_tick, ..self.frame(self.threshold(), age) };
        let ticks = gone::due(series, &frame).saturating_sub(series.last_tick);
        (ticks < HOUR as u64).then_some(ticks as f64 * PANE_SECONDS)
    }

    /// The first pane with a line of it.
    pub fn first_seen(&self, template: TemplateIx) -> Option<Pane> {
        self.known(template).map(|series| Pane(series.first))
    }

    /// The last pane with a line of it.
    pub fn last_seen(&self, template: TemplateIx) -> Option<Pane> {
        self.known(template).map(|series| Pane(series.last))
    }

    /// All its lines.
    pub fn lines(&self, template: TemplateIx) -> u64 {
        self.known(template).map_or(0, |series| series.lines)
    }

    /// Its lines in `bars` stretches of `panes_per_bar` panes, the newest last
    /// and ending with the last closed pane. It remembers an hour.
    pub fn sparkline(&self, template: TemplateIx, bars: usize, panes_per_bar: u32) -> Vec<u64> {
        let mut lines = vec![0; bars];
        if let (Some(series), Some(now)) = (self.known(template), self.clock.last()) {
            let silent = now - series.last;
            for (ago, count) in series.recent.backwards(series.last) {
                let bar = (ago + silent) / i64::from(panes_per_bar.max(1));
                if let Some(at) = bars.checked_sub(1 + bar as usize) {
                    lines[at] += u64::from(count);
                }
            }
        }
        lines
    }

    /// Whether a surge is no more than what the rest of the log does at the same time, where too few
    /// messages are frequent to tell the traffic: three times the visitors of a site whose log is
    /// nearly one message. A message that is nearly all of its log is its traffic.
    pub(crate) fn is_traffic(&self, surge: &Surge) -> bool {
        let (frame, Some(last)) = (self.frame(0.0, 0), self.clock.last()) else { return false };
        if self.clock.traffic.is_known() {
            return false;
        }
        let panes = surge.window.end.0 - surge.window.start.0;
        let (mut lines, mut expected) = (0.0, 0.0);
        for (index, series) in self.series.iter().enumerate() {
            let Some(series) = series.as_ref().filter(|_| index != surge.template.0 as usize) else {
                continue;
            };
            let silent = last - series.last;
            let recent = series.recent.backwards(series.last).take_while(|(ago, _)| ago + silent < panes);
            lines += recent.map(|(_, count)| f64::from(count)).sum::<f64>();
            expected += series.rate(&frame) * panes as f64;
        }
        if expected < OTHERS_MIN {
            return expected * NEARLY_ALL < surge.expected;
        }
        surge.factor <= MORE_THAN_OTHERS * lines / expected
    }

    /// A surge of it is open.
    pub fn is_open(&self, template: TemplateIx) -> bool {
        let alert = self.known(template).and_then(|series| series.alert.as_ref());
        alert.is_some_and(|alert| alert.state == State::Open)
    }

    /// It was told as gone and has not come back.
    pub fn is_gone(&self, template: TemplateIx) -> bool {
        self.known(template).is_some_and(|series| series.silences.is_gone)
    }

    /// Panes learned so far, outages excluded.
    pub fn age_panes(&self) -> u64 {
        self.clock.ticks()
    }

    /// Templates with a line in the last day.
    pub fn templates_active(&self) -> u64 {
        self.active.count()
    }

    fn known(&self, template: TemplateIx) -> Option<&Series> {
        self.series.get(template.0 as usize)?.as_ref()
    }
}

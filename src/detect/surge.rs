//! Which messages come more often than they used to, and the room's door.
//!
//! A pane with lines is judged before it is learned. Most counts are ruled out
//! by comparing them with the least that may be expected; what is left must be
//! improbable, much less probable than anything on record, and stand out from
//! what all other messages do at the same time.

use super::alert::{Alert, State, Told};
use super::exposure::{Active, Ageing, Clock, Frame, ONE};
use super::series::Series;
use super::share::ShareFrame;
use super::{DAY, Finding, HOUR, Phase, SCALE_COUNT, SCALES, Settings, TemplateIx, alert, gone, tail};
use crate::time::Pane;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

// limits
/// Fewer lines are no surge.
const COUNT_MIN: u64 = 3;
/// Nor is a window this close to its expectation.
const FACTOR_MIN: f64 = 1.25;
/// A scale is judged once so many of its cells are learned: a handful of hours
/// of one morning knows nothing of how hours differ, and an hour's window then
/// gives two thirds of a first day's false alerts for a tenth of what is found.
const CELLS_MIN: i64 = 12;
/// Traffic of this very minute counts where it is so much above the last look's.
const TRAFFIC_RISE: f64 = 1.25;
/// A window must be so much less likely than the least likely one on record.
const RECORD_FACTOR: f64 = 1.5;
/// No more is granted for windows that overlap.
const CLUMPING_MIN: f64 = 1e-3;
const CLUMP_GAIN_MAX: f64 = 3.0;
/// A template must be known so long before it can surge.
const KNOWN_PANES_MIN: i64 = HOUR;
/// While settling, what expects fewer lines than this surges from nought.
const FROM_NOUGHT: f64 = 1.0;
/// Templates that are looked at before they are counted.
const AT_ONCE: usize = 16;
/// An open alert speaks again when it is so many times worse.
const WORSE: f64 = 10.0;

/// Judges closed panes and learns from them.
#[derive(Debug)]
pub struct Detector {
    pub(super) settings: Settings,
    pub(super) judging: bool,
    pub(super) clock: Clock,
    pub(super) active: Active,
    pub(super) series: Vec<Option<Series>>,
    /// Ticks at which a template's silence may have become too long. An entry
    /// that is not the series' own timer is out of date.
    pub(super) silences: BinaryHeap<Reverse<(u64, TemplateIx)>>,
    /// Panes in which an alert may have calmed down; an entry for each not closed.
    pub(super) alerts: BinaryHeap<Reverse<(i64, TemplateIx)>>,
}

impl Detector {
    /// Knows nothing yet, and judges from the first pane on.
    pub fn new(settings: Settings) -> Self {
        Detector {
            settings,
            judging: true,
            clock: Clock::default(),
            active: Active::new(0),
            series: Vec::new(),
            silences: BinaryHeap::new(),
            alerts: BinaryHeap::new(),
        }
    }

    /// Without judging (warm-up, learning) everything is learned, nothing found.
    pub fn set_judging(&mut self, judging: bool) {
        self.judging = judging;
    }

    /// Without learning what is usual stays as it is; windows, silences and alerts go on.
    pub fn set_learning(&mut self, learning: bool) {
        self.clock.is_frozen = !learning;
    }

    /// The next pane need not follow at once: nobody was listening until then.
    pub fn expect_gap(&mut self) {
        self.clock.expect_gap();
    }

    /// Judges and learns a pane with lines. Panes come in increasing order; one
    /// that is not newer than the last is ignored. `counts` is sorted by
    /// template.
    pub fn close_pane(&mut self, pane: Pane, counts: &[(TemplateIx, u32)]) -> Vec<Finding> {
        let mut findings = self.skip_to(pane);
        let lines: u64 = counts.iter().map(|&(_, lines)| u64::from(lines)).sum();
        let stale = self.clock.last().is_some_and(|last| pane.0 <= last);
        debug_assert!(!stale, "panes close in order");
        debug_assert!(counts.is_sorted_by_key(|&(template, _)| template));
        if lines == 0 || stale {
            return findings;
        }
        let (threshold, age) = (self.threshold(), self.clock.ticks());
        self.look_at_traffic(pane.0);
        let ageing = self.clock.advance(pane.0, lines);
        self.active.advance(self.clock.ticks());
        if ageing != Ageing::default() && !self.clock.is_frozen {
            self.age(ageing);
        }
        let frame = self.frame(threshold, age);
        let mut crossed = Vec::new();
        for group in counts.chunks(AT_ONCE) {
            self.look_at(group);
            for &(template, lines) in group.iter().filter(|&&(_, lines)| lines > 0) {
                let series = self.count(template, lines, &frame, &mut findings);
                if frame.judging && crossing(series, &frame).is_some() {
                    crossed.push((template, lines));
                } else {
                    learn(series, lines, &frame);
                }
            }
        }
        if !crossed.is_empty() {
            self.judge_crossed(&crossed, &frame, &mut findings);
        }
        self.find_gone(&frame, &mut findings);
        findings
    }

    /// Has at hand what is known of some templates: what lies far away comes sooner if all of it is
    /// asked for at once than one after the other.
    fn look_at(&self, group: &[(TemplateIx, u32)]) {
        let known =
            || group.iter().filter_map(|(template, _)| self.series.get(template.0 as usize)?.as_ref());
        black_box(known().fold(0, |all, series| all ^ series.look()));
        black_box(known().fold(0, |all, series| all ^ series.recent.look()));
    }

    /// Moves to a pane, with lines or without: what was open may be calm by then.
    pub fn skip_to(&mut self, pane: Pane) -> Vec<Finding> {
        let mut findings = Vec::new();
        while let Some(&Reverse((due, template))) = self.alerts.peek() {
            if due > pane.0 {
                break;
            }
            self.alerts.pop();
            let series = self.series[template.0 as usize].as_mut();
            let Some(alert) = series.and_then(|series| series.alert.as_mut()) else {
                continue;
            };
            if !alert.is_calm(pane.0) {
                self.alerts.push(Reverse((alert.calm_from(), template)));
                continue;
            }
            if alert.state == State::Open {
                findings.push(Finding::Surge(alert.told.surge(template, Phase::Resolved, false)));
            }
            alert.turn(pane.0, State::Closed);
        }
        findings.sort_by_key(Finding::template);
        findings
    }

    /// What a score is compared with now.
    pub fn threshold(&self) -> f64 {
        let age_hours = self.clock.ticks().max(1) as f64 / HOUR as f64;
        tail::threshold(self.active.count(), self.settings.false_alerts, age_hours)
    }

    /// What shares are judged with in the pane that closes; as many of them as there are values.
    pub(crate) fn share_frame(&self, pane: Pane, values: usize, judging: bool) -> ShareFrame {
        let age_hours = self.clock.ticks().max(1) as f64 / HOUR as f64;
        let series = self.active.count() + values as u64;
        ShareFrame {
            pane: pane.0,
            threshold: tail::threshold(series, self.settings.false_alerts, age_hours),
            judging: judging && self.judging,
            learning: !self.clock.is_frozen,
            age: self.clock.ticks() as f64 / DAY as f64,
            settling: self.clock.settling(),
            from_nought: false,
        }
    }

    pub(super) fn frame(&self, threshold: f64, age: u64) -> Frame {
        Frame {
            pane: self.clock.last().unwrap_or(0),
            tick: self.clock.ticks(),
            age,
            threshold,
            settling: self.clock.settling(),
            judging: self.judging,
            scales: std::array::from_fn(|scale| self.clock.scale_frame(scale)),
        }
    }

    fn age(&mut self, ageing: Ageing) {
        let frame = self.frame(0.0, 0);
        for series in self.series.iter_mut().flatten() {
            series.age(&frame, ageing, &self.clock.traffic);
        }
        for _ in 0..ageing.days {
            self.clock.age();
        }
    }

    /// The frame's pane has lines of a template: it goes into its windows.
    fn count(
        &mut self,
        template: TemplateIx,
        lines: u32,
        frame: &Frame,
        findings: &mut Vec<Finding>,
    ) -> &mut Series {
        let index = template.0 as usize;
        if index >= self.series.len() {
            self.series.resize_with(index + 1, || None);
        }
        let slot = &mut self.series[index];
        let series = if let Some(series) = slot {
            series.roll(frame, &self.clock.traffic);
            findings.extend(gone::end_of_silence(template, series, frame, &self.clock.traffic));
            self.active.remove(series.last_tick);
            series
        } else {
            slot.insert(Series::new(frame.pane, frame.tick))
        };
        self.active.add(frame.tick);
        series.count(lines, frame);
        if series.timer.is_none() {
            let due = gone::due(series, frame);
            series.timer = Some(due);
            self.silences.push(Reverse((due, template)));
        }
        series
    }

    /// Templates with a window beyond what their past explains, once the whole
    /// pane is counted: is it beyond what all others do at the same time, too?
    fn judge_crossed(&mut self, crossed: &[(TemplateIx, u32)], frame: &Frame, findings: &mut Vec<Finding>) {
        let busiest = self.busiest(frame);
        let mut busier = frame.clone();
        for (scale, traffic) in busier.scales.iter_mut().zip(self.traffic_now(frame)) {
            if traffic > TRAFFIC_RISE * scale.traffic {
                scale.traffic = traffic;
            }
            scale.is_unheard_of = scale.traffic > TRAFFIC_RISE * busiest * scale.window;
        }
        for &(template, lines) in crossed {
            let Some(series) = self.series[template.0 as usize].as_mut() else { continue };
            if let Some(crossing) = crossing(series, &busier) {
                let was_closed = series.alert.as_ref().is_none_or(|alert| alert.state == State::Closed);
                findings.extend(follow(template, series, &crossing, frame));
                if was_closed && let Some(alert) = &series.alert {
                    self.alerts.push(Reverse((alert.calm_from(), template)));
                }
            }
            learn(series, lines, frame);
        }
    }

    fn find_gone(&mut self, frame: &Frame, findings: &mut Vec<Finding>) {
        let found = findings.len();
        while let Some(&Reverse((due, template))) = self.silences.peek() {
            if due > frame.tick {
                break;
            }
            self.silences.pop();
            let Some(series) = self.series[template.0 as usize].as_mut() else {
                continue;
            };
            if series.timer != Some(due) {
                continue;
            }
            series.roll(frame, &self.clock.traffic);
            let gone = gone::silence(template, series, frame, &self.clock.traffic);
            if gone.is_some() {
                series.timer = None;
                findings.extend(gone);
                continue;
            }
            let due = gone::due(series, frame);
            series.timer = Some(due);
            self.silences.push(Reverse((due, template)));
        }
        findings[found..].sort_by_key(Finding::template);
    }
}

/// A window beyond what its template's past explains.
#[derive(Clone, Copy, Debug)]
struct Crossing {
    scale: usize,
    count: u64,
    expected: f64,
    tail: f64,
    score: f64,
}

/// The most surprising of the windows that cross the threshold.
fn crossing(series: &mut Series, frame: &Frame) -> Option<Crossing> {
    if frame.pane - series.first < KNOWN_PANES_MIN {
        return None;
    }
    let crossings = (0..SCALE_COUNT).filter_map(|scale| crossing_at(scale, series, frame));
    crossings.max_by(|one, other| one.score.total_cmp(&other.score))
}

fn crossing_at(scale: usize, series: &mut Series, frame: &Frame) -> Option<Crossing> {
    let cells = &series.cells[scale];
    let at_most = series.recent.at_most(scale);
    if at_most < COUNT_MIN
        || cells.lines < ONE
        || frame.scales[scale].panes < (CELLS_MIN * SCALES[scale]) as f64
    {
        return None;
    }
    let panes = frame.scales[scale].panes_since(series.first_tick, frame.tick);
    let is_ordinary = |count| cells.is_ordinary(count, FACTOR_MIN, &frame.scales[scale], panes);
    if is_ordinary(at_most) {
        return None;
    }
    let count = series.recent.count(scale, series.last, frame.pane);
    if count < COUNT_MIN || is_ordinary(count) {
        return None;
    }
    let shared = series.scale(scale, frame);
    let fit = cells.fit(&shared);
    let from_nought = frame.settling && fit.expected < FROM_NOUGHT;
    if count as f64 <= FACTOR_MIN * fit.expected || fit.expected <= 0.0 || from_nought {
        return None;
    }
    if fit.tail_at_most(count) + CLUMP_GAIN_MAX < frame.threshold {
        return None;
    }
    let bare = fit.tail(count);
    if bare + CLUMP_GAIN_MAX < frame.threshold || bare < RECORD_FACTOR * cells.record_tail(&shared) {
        return None;
    }
    let tail = bare - clumping(count as f64 - fit.expected, fit.lump, scale).log10();
    let score = tail::evidence_discount(tail, series.evidence(frame));
    (score >= frame.threshold).then_some(Crossing { scale, count, expected: fit.expected, tail, score })
}

/// Of the panes in which a window could cross by chance, the part in which it
/// does so anew: neighbouring windows share most of their lines. After D. Aldous,
/// Probability Approximations via the Poisson Clumping Heuristic (1989): a count
/// of k over a mean of μ in w panes rises again once in w/(k−μ), lumps apart.
fn clumping(excess: f64, lump: f64, scale: usize) -> f64 {
    (excess / (1.0 + lump) / SCALES[scale] as f64).clamp(CLUMPING_MIN, 1.0)
}

/// What a crossing means for the template's alert.
fn follow(template: TemplateIx, series: &mut Series, crossing: &Crossing, frame: &Frame) -> Option<Finding> {
    let told = told(series, crossing, frame);
    let first = series.first;
    let Some(alert) = series.alert.as_mut().filter(|alert| alert.state != State::Closed) else {
        return Some(open(template, series, told, frame));
    };
    alert.cross(frame.pane, told);
    if alert.state == State::Accepted {
        return None;
    }
    if alert.is_worn_out(frame.pane, first, frame.age) {
        alert.turn(frame.pane, State::Accepted);
        return Some(Finding::Surge(alert.told.surge(template, Phase::Resolved, true)));
    }
    if alert.told.factor() < WORSE * alert.printed_factor {
        return None;
    }
    alert.printed_factor = alert.told.factor();
    Some(Finding::Surge(alert.told.surge(template, Phase::Ongoing, false)))
}

fn open(template: TemplateIx, series: &mut Series, told: Told, frame: &Frame) -> Finding {
    let mut phase = Phase::Open;
    let started = told.started;
    let mut alert = match series.alert.take() {
        Some(mut alert) => {
            if alert.reopen(frame.pane, told) {
                phase = Phase::Ongoing;
            }
            alert
        }
        None => Box::new(Alert::new(frame.pane, told)),
    };
    let finding = Finding::Surge(alert.told.surge(template, phase, false));
    series.recent.slide(frame.pane, frame.pane);
    if alert.guards(series.recent.counts()) && !series.is_newcomer(frame) {
        unlearn(series, started, frame);
    }
    series.alert = Some(alert);
    finding
}

fn told(series: &Series, crossing: &Crossing, frame: &Frame) -> Told {
    let width = SCALES[crossing.scale];
    let end = frame.pane + 1;
    let record = series.silences.record.filter(|&(ended, _)| ended >= end - width);
    Told {
        width,
        end,
        count: crossing.count,
        expected: crossing.expected,
        score: crossing.score,
        tail: crossing.tail,
        started: run_start(series, crossing, frame),
        returned_from: record.map(|(_, last)| last),
        provisional: frame.age < DAY as u64,
    }
}

/// The pane since which the lines speak most clearly for the surge's rate
/// against the usual one.
fn run_start(series: &Series, crossing: &Crossing, frame: &Frame) -> i64 {
    let factor = crossing.count as f64 / crossing.expected;
    let usual = crossing.expected / frame.scales[crossing.scale].window;
    let (mut lines, mut best, mut start) = (0.0, f64::NEG_INFINITY, frame.pane);
    for (ago, count) in series.recent.backwards(frame.pane) {
        if ago >= SCALES[crossing.scale] {
            break;
        }
        lines += f64::from(count);
        let likelier = lines * factor.ln() - usual * (factor - 1.0) * (ago + 1) as f64;
        if likelier > best {
            (best, start) = (likelier, frame.pane - ago);
        }
    }
    start
}

/// Takes the run that led to an alert back out of the cells not yet learned.
fn unlearn(series: &mut Series, started: i64, frame: &Frame) {
    let usual = usual(series, frame);
    for (ago, lines) in series.recent.backwards(frame.pane).skip(1) {
        let pane = frame.pane - ago;
        if pane < started {
            break;
        }
        let excess = (u64::from(lines) * ONE).saturating_sub(usual);
        for (cells, width) in series.cells.iter_mut().zip(SCALES) {
            cells.unlearn(pane.div_euclid(width), excess);
        }
    }
    series.cells.iter_mut().for_each(|cells| cells.forget_windows());
}

fn learn(series: &mut Series, lines: u32, frame: &Frame) {
    let all = u64::from(lines) * ONE;
    let is_newcomer = series.is_newcomer(frame);
    let Some(alert) = series.alert.as_mut().filter(|alert| alert.state != State::Closed) else {
        (0..SCALE_COUNT).for_each(|scale| learn_window(series, scale, all, frame));
        return;
    };
    series.recent.slide(frame.pane, frame.pane);
    let windows = series.recent.counts();
    if alert.guards(windows) && !is_newcomer {
        let usual = usual(series, frame);
        series.cells.iter_mut().for_each(|cells| cells.add(all.min(usual)));
        return;
    }
    // Told often enough: the next one may be a little larger.
    for (scale, window) in windows.map(alert::same_size).into_iter().enumerate() {
        series.cells[scale].add(all);
        keep_record(series, scale, window, frame);
    }
}

/// Learns a pane's lines and the window they end, at one scale.
fn learn_window(series: &mut Series, scale: usize, all: u64, frame: &Frame) {
    series.cells[scale].add(all);
    if !series.cells[scale].is_no_record(series.recent.at_most(scale), &frame.scales[scale]) {
        let window = series.window(scale, frame.pane);
        keep_record(series, scale, window, frame);
    }
}

/// Keeps a window in mind if it is the worst of its cell.
fn keep_record(series: &mut Series, scale: usize, window: u64, frame: &Frame) {
    if !series.cells[scale].is_no_record(window, &frame.scales[scale]) {
        let shared = series.scale(scale, frame);
        series.cells[scale].add_window(window, &shared);
    }
}

/// The lines a pane expects, as a counter.
fn usual(series: &Series, frame: &Frame) -> u64 {
    (series.rate(frame) * ONE as f64) as u64
}

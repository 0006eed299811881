//! The one serial room: deltas in sequence become closed panes, closed panes
//! become alerts.
//!
//! Counting commutes, so deltas of different sources may come in any order.
//! Deciding does not, so nothing is decided before a pane closes: then every
//! line that can still fall into it has come, whatever thread tallied it. The
//! one exception is a live log, where a new error must not wait: it is decided
//! when its line arrives, against all messages of earlier seconds. The batch
//! journey groups by the same second, so both decide alike.

mod clock;
mod close;
mod compared;
mod compose;
mod different;
mod fields;
mod known;
mod meaning;
mod pane;
mod past;
mod recent;
mod records;
mod report;
mod rooms;
mod silence;
mod slots;
mod snapshot;
mod source;
mod story;
mod timeline;
mod typical;
mod values;
mod volume;
mod warmup;
mod words;

pub(crate) use meaning::{Worth, share_sentence, worth_of};
pub use report::{Report, limit_text};
pub(crate) use snapshot::Saved;
pub use story::Story;
pub use timeline::Bars;

use crate::alert::{Alert, Learned};
use crate::baseline::{self, Baseline};
use crate::config::Config;
use crate::count::{Delta, FILTERED, NewShape};
use crate::detect::{Detector, Gate, Messages, Settings};
use crate::id::{ShapeId, SlotId};
use crate::limits::{LINE_BYTES_MAX, PENDING_BYTES_MAX, PENDING_RESERVE, PENDING_SHAPES_MAX};
use crate::line::Level;
use crate::line::filter::Filter;
use crate::shape::Shape;
use crate::template::{Registry, ShapeIx, TemplateIx, Variable};
use crate::time::{PANE_SECONDS, Pane, Time};
use hashbrown::HashMap;
use pane::{Addition, PaneCells};
use past::ToldSpan;
use records::{Contexts, Told};
use silence::Pulses;
use source::{Held, Place, SourceState};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use warmup::Warmup;

/// Panes without a line that are still closed one by one; a longer silence is
/// stepped over.
const SILENT_PANES_MAX: i64 = 6 * 60 * 24;

/// See the module.
pub struct Ledger {
    live: bool,
    learn_only: bool,
    /// Lines at other times do not count.
    only: Option<(Time, Time)>,
    no_redact: bool,
    no_learn: bool,
    /// What a person has masked already.
    masks: Filter,
    registry: Registry,
    messages: Messages,
    detector: Detector,
    gate: Gate,
    warmup: Option<Warmup>,
    /// What is told, and what is only learned.
    told_span: ToldSpan,
    /// How regularly each source has lines.
    pulses: Pulses,
    /// What a baseline brought.
    learned: Option<Learned>,
    sources: Vec<SourceState>,
    panes: BTreeMap<Pane, PaneCells>,
    /// The room of closed panes, for the next ones.
    spare: rooms::Rooms,
    /// The lines of the last closed panes.
    recent: recent::Recent,
    /// What is usual of each message.
    typical: typical::Typical,
    /// By message: its place in the list of a pane's lines that may become usual.
    wanted_at: Vec<u32>,
    /// Shapes seen in open panes and not yet inserted.
    pending: HashMap<ShapeId, Shape>,
    pending_bytes: usize,
    /// Shapes that a full registry did not store, and where their lines count.
    refuges: HashMap<ShapeId, ShapeIx>,
    /// The last pane that was closed.
    closed: Option<Pane>,
    /// Start of the first pane of this run.
    begun: Option<Time>,
    /// Panes closed, long silences left out: the age of the stream.
    panes_lived: i64,
    /// Looks for a nearest message that are left in this hour.
    nearest_left: usize,
    /// Lines in closed panes.
    lines_closed: u64,
    /// Live: urgent shapes of the current second, decided and not yet inserted.
    second: i64,
    decided: HashMap<ShapeId, Vec<u8>>,
    /// Of these, the new ones.
    told: Told,
    /// What surrounds lines that may be news.
    contexts: Contexts,
    /// New messages to expect a day by level, as of the last closed pane.
    rates: [f64; Level::COUNT],
    /// Alerts whose first minute will be watched once their template exists.
    to_follow: Vec<(Alert, ShapeId)>,
    now: Option<Time>,
    report: Report,
    /// Learning only: source, line and time where each shape was first seen.
    first_lines: HashMap<ShapeId, (usize, u64, Time)>,
    out: VecDeque<Alert>,
    notices: Vec<String>,
    /// How often each message came, where that is wanted.
    timeline: Option<timeline::Timeline>,
    /// What stood in variables, where that is wanted.
    values: values::Values,
    /// When it was told last that the whole log is busy, where that is told of a message.
    traffic_told: Option<Time>,
    /// What stands in the places of known messages.
    said: slots::Said,
    /// Which floods were said: live of new shapes, of new messages and of long lines; of values.
    floods_said: (bool, bool, bool, bool),
    /// Bounds that an earlier run has said.
    limits_said: Vec<String>,
    /// What people have decided.
    decisions: known::Decisions,
}

impl Ledger {
    /// A ledger for the sources named, each with its first stamp where known.
    pub fn new(config: &Config, baseline: Option<&Baseline>, sources: Vec<(String, Option<Time>)>) -> Ledger {
        // Lines without stamps begin where the others do, not in 1970.
        let firsts = sources.iter().filter_map(|(_, first)| *first);
        let unstamped_from = firsts.min().map(Time::pane);
        let after_learned = baseline.map_or(Pane(0), |baseline| Pane(baseline.learned().to.pane().0 + 1));
        let mut ledger = Ledger {
            live: config.live,
            learn_only: config.learn_only,
            only: config.only,
            no_redact: config.no_redact,
            no_learn: config.no_learn,
            masks: config.filter.clone(),
            registry: Registry::new(),
            messages: Messages::default(),
            detector: Detector::new(Settings { false_alerts: config.false_alerts }),
            gate: Gate::new(config.false_alerts),
            warmup: None,
            told_span: ToldSpan::new(config),
            pulses: Pulses::default(),
            learned: None,
            report: Report { sources: sources.len(), ..Report::default() },
            sources: sources
                .into_iter()
                .map(|(name, first)| SourceState::new(name, first, unstamped_from, after_learned))
                .collect(),
            panes: BTreeMap::new(),
            spare: rooms::Rooms::default(),
            recent: recent::Recent::default(),
            typical: typical::Typical::default(),
            wanted_at: Vec::new(),
            pending: HashMap::new(),
            pending_bytes: 0,
            refuges: HashMap::new(),
            closed: None,
            begun: None,
            panes_lived: 0,
            nearest_left: NEAREST_PER_HOUR,
            lines_closed: 0,
            second: i64::MIN,
            decided: HashMap::new(),
            told: Told::default(),
            contexts: Contexts::default(),
            rates: [0.0; Level::COUNT],
            to_follow: Vec::new(),
            now: None,
            first_lines: HashMap::new(),
            out: VecDeque::new(),
            notices: Vec::new(),
            timeline: config.timeline.then(timeline::Timeline::default),
            values: values::Values::default(),
            traffic_told: None,
            said: slots::Said::default(),
            floods_said: (false, false, false, false),
            limits_said: Vec::new(),
            decisions: known::Decisions::new(config),
        };
        match baseline {
            Some(baseline) => ledger.take_over(baseline, config.false_alerts),
            None if !config.learn_only => ledger.warmup = Some(Warmup::new(config.warmup)),
            None => {}
        }
        ledger.foresee_known();
        ledger.skip_empty_warmup();
        ledger.begin_to_judge();
        ledger.update_rates();
        ledger
    }

    fn take_over(&mut self, baseline: &Baseline, false_alerts: f64) {
        let restored = baseline.restore(Settings { false_alerts });
        self.registry = restored.registry;
        self.messages = restored.messages;
        self.detector = restored.detector;
        self.detector.expect_gap();
        self.typical.load(restored.typical);
        self.load_slots(&baseline.body.slots);
        self.learned = Some(baseline.learned());
    }

    /// Applies the tally of one chunk; alerts come out of [`Ledger::next_alert`].
    pub fn apply(&mut self, mut delta: Delta) {
        // A worker tells a shape once, and its next delta, of another source, may
        // be in sequence before this one.
        for shape in std::mem::take(&mut delta.shapes) {
            self.expect_shape(shape);
        }
        self.notices.extend(self.values.add(std::mem::take(&mut delta.values)));
        self.keep_names(std::mem::take(&mut delta.names));
        let source = delta.source;
        for delta in self.sources[source].in_sequence(delta) {
            self.apply_in_sequence(delta);
        }
        if self.sources[source].is_complete() {
            self.end_source(source);
        }
        self.close_ready();
    }

    fn apply_in_sequence(&mut self, delta: Delta) {
        let Delta { source, lines, segments, shapes, samples, lead, all_lead, tail, slots_open, .. } = delta;
        for shape in shapes {
            self.expect_shape(shape);
        }
        self.report.lines.add(&lines);
        let lines_before = self.sources[source].lines_in_file();
        self.sources[source].lines += lines.read;
        self.contexts.add_lead(source, &mut self.sources[source].record, &lead, all_lead);
        let mut placed = Vec::new();
        let samples = Arc::new(samples);
        for segment in segments {
            let held = Held { segment, samples: Arc::clone(&samples), lines_before, slots_open };
            self.note_contexts(source, &held);
            if self.live && !self.learn_only {
                self.decide_urgent_now(source, &held);
            }
            self.sources[source].place(held, &mut placed);
        }
        self.sources[source].record.add_tail(tail, all_lead);
        self.add_placed(source, placed);
        self.follow_clock(source);
    }

    /// Remembers what surrounds lines that may be news.
    fn note_contexts(&mut self, source: usize, held: &Held) {
        for entry in &held.segment.entries {
            if !self.learn_only && self.pending.contains_key(&entry.shape) {
                self.contexts.note(source, &mut self.sources[source].record, held, entry);
            }
        }
    }

    fn expect_shape(&mut self, shape: NewShape) {
        if self.is_expected(shape.id) {
            return;
        }
        let NewShape { id, text, level, alarm } = shape;
        let shape = Shape { text: text.into_vec(), level, alarm };
        let bytes = pending_bytes_of(&shape);
        // A flood must not crowd out a new failure.
        let reserve = if class_of(&shape) >= Level::Error { PENDING_RESERVE } else { 0 };
        let bytes_max = PENDING_BYTES_MAX + reserve * LINE_BYTES_MAX / 64;
        if self.pending.len() >= PENDING_SHAPES_MAX + reserve || self.pending_bytes + bytes > bytes_max {
            self.report.shapes_dropped += 1;
            return;
        }
        self.pending_bytes += bytes;
        self.pending.insert(id, shape);
    }

    /// Whether lines of a shape can be counted under it.
    fn is_expected(&self, shape: ShapeId) -> bool {
        self.known(shape).is_some() || self.pending.contains_key(&shape)
    }

    /// The shape that counts the lines of `shape`, once it has been inserted.
    fn known(&self, shape: ShapeId) -> Option<ShapeIx> {
        let stored = self.registry.shape(shape).filter(|ix| !self.is_still_foreseen(*ix));
        stored.or_else(|| self.refuges.get(&shape).copied())
    }

    fn add_placed(&mut self, source: usize, placed: Vec<(Held, Place)>) {
        for (held, place) in placed {
            let held = Arc::new(held);
            self.add_segment(source, &held, place);
            self.add_values(source, &held, place);
        }
    }

    /// Puts the entries of a segment into their panes.
    fn add_segment(&mut self, source: usize, held: &Held, place: Place) {
        let many = self.sources.len() > 1;
        let open_from = self.closed.map_or(i64::MIN, |closed| closed.0 + 1);
        let apart = self.sources[source].is_apart();
        for entry in &held.segment.entries {
            let own = (entry.pane, entry.late, entry.time, entry.newest);
            let (pane, late, time, newest) = place.of(own);
            if let Place::Skewed(_) = place {
                let counted = entry.shape != FILTERED;
                self.report.skewed += u64::from(entry.count) * u64::from(counted);
            }
            let Some((time, newest, count)) = self.part_of(source, (time, newest), entry.count) else {
                continue;
            };
            // Live, the clock may have closed the pane already.
            let late = late || pane < open_from;
            let pane = Pane(pane.max(open_from));
            if entry.shape == FILTERED {
                self.panes.entry(pane).or_default().hear(source, 0, newest);
                continue;
            }
            if late {
                self.report.late += count;
            }
            let (from, len) = (entry.sample.0 as usize, entry.sample.1 as usize);
            let known = self.known(entry.shape);
            let expected = known.is_some() || self.pending.contains_key(&entry.shape);
            let addition = Addition {
                shape: if expected { entry.shape } else { CROWD },
                known,
                count,
                late: late || apart,
                time,
                stamp: if matches!(place, Place::Skewed(_)) { entry.time } else { time },
                newest,
                source,
                line_number: held.line_number(entry.line),
                sample: &held.samples[from..from + len],
                firsts: &held.segment.firsts[entry.firsts.0 as usize..][..entry.firsts.1 as usize],
                samples: &held.samples,
                sample_at: from,
                lines_before: held.lines_before,
                within: entry.within,
            };
            let cells = self.panes.entry(pane).or_insert_with(|| self.spare.take());
            cells.hear(source, addition.count, newest);
            cells.add(&addition, many);
        }
    }

    /// What of some lines counts, where only a part of time does: their first and
    /// last time, and how many. Of lines on both sides of its end some stand on either.
    fn part_of(&self, source: usize, (time, newest): (Time, Time), count: u32) -> Option<(Time, Time, u64)> {
        let count = u64::from(count);
        let Some((from, to)) = self.only else { return Some((time, newest, count)) };
        if newest < from || time >= to || !self.sources[source].has_stamps {
            return None;
        }
        let whole = time >= from && newest < to;
        let part = if whole { count } else { count.div_ceil(2) };
        Some((time.max(from), newest.min(Time(to.0 - 1)), part))
    }

    /// The lines of a source that follow are those of another file, from its first.
    pub fn begin_file(&mut self, source: usize) {
        let state = &mut self.sources[source];
        state.lines_before_file = state.lines;
    }

    /// The source has no more than so many chunks; the last may still be on its way.
    pub fn end_source_after(&mut self, source: usize, chunks: u64) {
        self.sources[source].ends_after = Some(chunks);
        if self.sources[source].is_complete() {
            self.end_source(source);
        }
    }

    /// The source has no more lines.
    pub fn end_source(&mut self, source: usize) {
        let mut placed = Vec::new();
        let state = &mut self.sources[source];
        state.end_trial(true, &mut placed);
        if state.has_stamps || !self.live {
            state.release_unstamped(&mut placed);
        } else if let Some(now) = self.now {
            state.release_head(now, &mut placed);
        } else {
            state.release_unstamped(&mut placed);
        }
        state.ended = true;
        self.add_placed(source, placed);
        self.close_ready();
    }

    /// The end of the run: closes what is open and says what is held.
    pub fn finish(&mut self) {
        for source in 0..self.sources.len() {
            if !self.sources[source].ended {
                self.end_source(source);
            }
        }
        self.close_ready();
        self.release_held();
        self.say_unfinished_warmup();
        self.say_muted();
        self.end_report();
    }

    /// Closes every pane that the frontier has passed.
    fn close_ready(&mut self) {
        let frontier = self.sources.iter().filter_map(SourceState::frontier).min();
        loop {
            let open = self.panes.keys().next().copied();
            // A silent stretch is closed pane by pane as far as the frontier
            // reaches, so that what has stopped is noticed in time.
            let silent_to = frontier.filter(|pane| pane.0 > i64::MIN).map(|pane| match self.only {
                Some((_, to)) => pane.min(Pane(to.pane().0 - 1)),
                None => pane,
            });
            let Some(next) = self.next_pane(open, silent_to) else { return };
            if frontier.is_some_and(|frontier| next >= frontier) {
                return;
            }
            self.close(next);
        }
    }

    /// The pane to close next: the one behind the last, unless a long silence
    /// lies before the first open one.
    fn next_pane(&self, open: Option<Pane>, silent_to: Option<Pane>) -> Option<Pane> {
        let Some(closed) = self.closed else { return open };
        let following = Pane(closed.0 + 1);
        match open.or(silent_to) {
            Some(open) if open.0 - closed.0 > SILENT_PANES_MAX && self.panes.contains_key(&open) => {
                Some(open)
            }
            Some(open) if open >= following => Some(following),
            _ => None,
        }
    }

    /// The next alert that is due.
    pub fn next_alert(&mut self) -> Option<Alert> {
        self.out.pop_front()
    }

    /// Slots that are open since the last call: workers need not count them any more.
    pub fn take_opened(&mut self) -> Vec<(ShapeId, SlotId)> {
        std::mem::take(&mut self.said.opened)
    }

    /// What a person should be told once, beside the alerts.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// How the lines were counted so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The messages and their ids.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What is known of each message beyond its windows.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// The rates of each message, and how its lines come in lumps.
    pub(crate) fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Sources with lines none of which has a time.
    pub fn sources_without_time(&self) -> impl Iterator<Item = &str> {
        let without = self.sources.iter().filter(|source| source.lines > 0 && !source.has_stamps);
        without.map(|source| source.name.as_str())
    }

    /// The variables of each message with their values, where those were counted.
    pub fn variables(&self) -> HashMap<TemplateIx, Vec<Variable>> {
        self.registry.variables(&self.values.by_shape)
    }

    /// Learning only: the source and line number where a shape was first seen.
    pub fn first_line(&self, shape: ShapeId) -> (String, u64) {
        match self.first_lines.get(&shape) {
            Some((source, line, _)) => (self.sources[*source].name.clone(), *line),
            None => (String::new(), 0),
        }
    }

    /// How many sources there are.
    pub fn source_count(&self) -> usize {
        self.sources.len()
    }

    /// Everything learned, as a baseline.
    pub fn to_baseline(&self, settings: &baseline::Settings) -> Baseline {
        Baseline::new(
            &self.registry,
            &self.messages,
            &self.detector,
            self.typical_to_save(),
            self.save_slots(),
            self.learned_so_far(),
            settings.clone(),
        )
    }

    /// Lines and span learned up to the last closed pane.
    pub fn learned_so_far(&self) -> Learned {
        let begun = self.begun.unwrap_or(Time(0));
        let to = self.closed.map_or(begun, Pane::end);
        match self.learned {
            Some(learned) => Learned {
                lines: learned.lines + self.lines_closed,
                from: learned.from,
                to: learned.to.max(to),
            },
            None => Learned { lines: self.lines_closed, from: begun, to },
        }
    }

    /// Age of what was learned: the baseline's span and the stream's.
    fn age_micros(&self) -> i64 {
        let base = self.learned.map_or(0, |learned| learned.to.0 - learned.from.0);
        base + self.panes_lived * PANE_SECONDS * 1_000_000
    }

    fn update_rates(&mut self) {
        let age = self.age_micros();
        for (class, rate) in self.rates.iter_mut().enumerate() {
            *rate = self.messages.rate_per_day(Level::ALL[class], age);
        }
    }

    /// The detector judges and learns as the ledger does.
    fn begin_to_judge(&mut self) {
        let judging = !self.learning();
        self.detector.set_judging(judging);
        self.detector.set_learning(!(judging && self.no_learn));
    }

    fn learning(&self) -> bool {
        self.learn_only || self.warmup.is_some()
    }
}

/// Looks for the known message nearest to a new one, in an hour of event time:
/// each costs a pass over all messages, and in a flood nobody reads them.
const NEAREST_PER_HOUR: usize = 60;
const HOUR_PANES: i64 = 3_600 / PANE_SECONDS;

/// Stands for all shapes that came while too many waited for a decision.
const CROWD: ShapeId = ShapeId(0);

/// What a shape that waits takes, with its sample, roughly.
fn pending_bytes_of(shape: &Shape) -> usize {
    2 * shape.text.len() + 200
}

/// The level a shape is judged at: a word of alarm counts as an error.
fn class_of(shape: &Shape) -> Level {
    if shape.alarm { shape.level.max(Level::Error) } else { shape.level }
}

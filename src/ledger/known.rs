//! What people have decided about messages, applied.
//!
//! A decision names a line. It is read as the lines of the log are, and its shape
//! is put into the registry as one that nobody has seen: so its message is not
//! new, shapes that say the same join it, and the decision holds for whatever
//! template that shape belongs to at the moment. Nothing is counted for it, so
//! neither rates nor the expectation of new messages move.
//!
//! A line may have been pasted from our own output, where secrets are blanked,
//! control bytes spelled out and long lines cut. So a new message is also read
//! as it would be printed, and lines with `<*>` are compared word by word.
//!
//! What is muted is dropped before the gate sees it: it uses up no bound, opens
//! no incident and does not change the exit status. It is learned all the same.

use super::pane::PaneCells;
use super::{Ledger, compose::fingerprint};
use crate::alert::{Alert, Kind, Phase};
use crate::config::Config;
use crate::count::{Carry, Opener};
use crate::detect::{Finding, score};
use crate::id::ShapeId;
use crate::known::{CUT, Deed, Entry, Known, Pattern, muted_text};
use crate::limits::SAMPLE_BYTES_MAX;
use crate::line::Level;
use crate::line::split::Cleaner;
use crate::redact::{BLANK, redact, visible};
use crate::shape::values::find_word;
use crate::shape::{Scratch, Shape};
use crate::template::{Registry, ShapeIx, TemplateIx};
use crate::time::{Pane, Time, format_duration};
use hashbrown::HashMap;
use std::borrow::Cow;

// limits
/// A muted message alerts again at so many times its rate when it was muted.
const LOUDER_FACTOR: f64 = 10.0;
/// With fewer lines nothing is loud.
const LOUDER_LINES_MIN: u64 = 10;
/// The windows in which that is looked for, in panes: five minutes and an hour.
const LOUDER_PANES: [u32; 2] = [30, 360];
const PANES_PER_HOUR: f64 = 360.0;
/// The spread of counts that the score of such an alert supposes.
const LOUDER_SPREAD: f64 = 0.5;

/// What stands before a host.
const SYSLOG_STAMP: &[u8] = b"Jan  1 00:00:00 ";

/// One decision and what it stands for.
#[derive(Debug)]
struct Row {
    entry: Entry,
    shapes: Vec<ShapeIx>,
    /// A line of it has come, or was learned before.
    is_seen: bool,
    /// It was told all the same, so many times its rate when muted.
    told: Option<f64>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Decisions {
    rows: Vec<Row>,
    /// What the lines of the decisions read as.
    by_shape: HashMap<ShapeId, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
    files: String,
    reader: Reader,
    /// Alerts that were not told.
    muted: u64,
}

/// Reads a line as those of the log are read.
#[derive(Debug)]
struct Reader {
    opener: Opener,
    latest: Time,
}

/// What stands in a line.
pub(super) struct Read {
    /// Behind the stamp.
    pub text: Vec<u8>,
    /// The candidates of that, and where those that are looked at stand in it.
    pub count: usize,
    pub places: Vec<(usize, usize)>,
    /// The line without its stamp.
    pub message: Vec<u8>,
}

impl Reader {
    fn read(&self, line: &[u8]) -> Option<Read> {
        let mut opener = self.opener.clone();
        opener.look(line);
        let mut opened = opener.open(line, 0, line.len(), Carry::start(self.latest).anchor())?;
        let mut message = Vec::new();
        opened.write_message(&mut message);
        let (text, count, places) = opened.candidates();
        Some(Read { text, count, places, message })
    }

    fn shape_of(&self, line: &[u8]) -> Option<Shape> {
        // What a line is does not depend on those before it.
        let mut opener = self.opener.clone();
        opener.look(line);
        let anchor = Carry::start(self.latest).anchor();
        let mut shape = Shape::default();
        opener.open(line, 0, line.len(), anchor)?.shape(&mut Vec::new(), &mut Scratch::default(), &mut shape);
        Some(shape)
    }

    /// What a line of a decision reads as. Alerts show syslog's lines without their stamp, and it
    /// is the stamp that tells a host from a word: with a host in front there are two readings.
    fn shapes_of(&self, line: &str) -> Vec<Shape> {
        let Some(shape) = self.shape_of(line.as_bytes()) else { return Vec::new() };
        let with_host = || self.shape_of(&[SYSLOG_STAMP, line.trim_start().as_bytes()].concat());
        let other = if begins_with_host(line) { with_host() } else { None };
        let same_level = |other: &Shape| (other.level, other.alarm) == (shape.level, shape.alarm);
        let other = other.filter(|other| same_level(other) && other.text != shape.text);
        std::iter::once(shape).chain(other).collect()
    }

    /// What a line that may be shown reads as where it is printed, if that is another.
    fn shape_as_printed(&self, shown: &[u8]) -> Option<Shape> {
        let shown = &redact(shown);
        let odd = |byte: &u8| *byte < b' ' || *byte >= 0x7f;
        let changed = shown.len() >= SAMPLE_BYTES_MAX
            || shown.iter().any(odd)
            || memchr::memmem::find(shown, BLANK).is_some();
        if changed { self.shape_of(visible(shown).as_bytes()) } else { None }
    }
}

/// Whether a line may be `host program: message` or `host program[1]: message`.
fn begins_with_host(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_host =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let is_tag =
        |word: &str| word.ends_with(':') && word.starts_with(|first: char| first.is_ascii_alphabetic());
    words.next().is_some_and(is_host) && words.next().is_some_and(is_tag)
}

impl Decisions {
    pub fn new(config: &Config) -> Decisions {
        let mut decisions = Decisions {
            rows: Vec::new(),
            by_shape: HashMap::new(),
            patterns: Vec::new(),
            files: config.known.files_text(),
            reader: Reader { opener: config.opener(), latest: config.latest },
            muted: 0,
        };
        config.known.entries().iter().for_each(|entry| decisions.add(entry));
        decisions
    }

    fn add(&mut self, entry: &Entry) {
        let row = self.rows.len();
        for line in entry.line.lines() {
            for shape in self.reader.shapes_of(line) {
                self.by_shape.entry(shape.id()).or_default().push(row);
            }
            for (text, is_open) in Pattern::stand_ins(line) {
                for shape in self.reader.shapes_of(&text) {
                    self.patterns.push((Pattern::new(shape, is_open), row));
                }
            }
        }
        self.rows.push(Row { entry: entry.clone(), shapes: Vec::new(), is_seen: false, told: None });
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What stands in a line, read as those of the log are; none if it says nothing.
    pub fn read(&self, line: &[u8]) -> Option<Read> {
        self.reader.read(line)
    }

    /// Which decisions were told all the same, by a hash of their line, so many times their rate.
    pub fn save(&self) -> Vec<(u64, f64)> {
        let hash = |row: &Row| xxhash_rust::xxh3::xxh3_64(row.entry.line.as_bytes());
        self.rows.iter().filter_map(|row| Some((hash(row), row.told?))).collect()
    }

    /// What was saved.
    pub fn load(&mut self, saved: &[(u64, f64)]) {
        for row in &mut self.rows {
            let hash = xxhash_rust::xxh3::xxh3_64(row.entry.line.as_bytes());
            row.told = saved.iter().find(|(line, _)| *line == hash).map(|(_, told)| *told);
        }
    }

    /// The decisions about a shape, by itself or as `shown` of its line reads.
    fn about(&self, shape: &Shape, shown: &[u8]) -> Vec<usize> {
        let by_shape = |shape: &Shape| self.by_shape.get(&shape.id()).cloned().unwrap_or_default();
        let mut rows = by_shape(shape);
        if let Some(printed) = self.reader.shape_as_printed(shown) {
            rows.extend(by_shape(&printed));
        }
        let fitting = self.patterns.iter().filter(|(pattern, _)| pattern.fits(shape));
        rows.extend(fitting.map(|(_, row)| *row));
        rows
    }

    /// A shape is in the registry now.
    pub fn link(&mut self, ix: ShapeIx, shape: &Shape, shown: &[u8]) {
        for row in self.about(shape, shown) {
            let shapes = &mut self.rows[row].shapes;
            if !shapes.contains(&ix) {
                shapes.push(ix);
            }
        }
    }

    /// The decisions about a template, in their order.
    fn rows_of(&self, template: TemplateIx, registry: &Registry) -> impl Iterator<Item = &Row> {
        let of = move |shape: &ShapeIx| registry.template_of(*shape) == template;
        self.rows.iter().filter(move |row| row.shapes.iter().any(of))
    }
}

impl Row {
    /// Its message is muted at this moment.
    fn mutes(&self, time: Time) -> bool {
        self.entry.deed == Deed::Mute && !self.entry.is_expired(time)
    }

    fn templates(&self, registry: &Registry) -> Vec<TemplateIx> {
        let mut templates: Vec<_> = self.shapes.iter().map(|shape| registry.template_of(*shape)).collect();
        templates.sort_unstable();
        templates.dedup();
        templates
    }
}

impl Ledger {
    /// Makes the messages of all decisions known. Once, when the registry holds what was learned.
    pub(super) fn foresee_known(&mut self) {
        if self.decisions.is_empty() {
            return;
        }
        for ix in self.registry.shapes() {
            let (shape, example) = self.registry.stored(ix);
            self.decisions.link(ix, &shape, example);
        }
        let lines: Vec<String> = self.decisions.rows.iter().map(|row| row.entry.line.clone()).collect();
        for line in
            lines.iter().flat_map(|line| line.lines()).filter(|line| Pattern::stand_ins(line).is_empty())
        {
            for shape in self.decisions.reader.shapes_of(line) {
                if let Some(ix) = self.registry.foresee(&shape) {
                    self.decisions.link(ix, &shape, &[]);
                }
            }
        }
        self.apply_joins();
        self.note_seen(false);
    }

    /// Whether a shape is in the registry for a decision alone: its first line is still to be seen.
    pub(super) fn is_still_foreseen(&self, shape: ShapeIx) -> bool {
        !self.decisions.is_empty() && self.registry.is_foreseen(shape)
    }

    /// A shape was inserted: which decisions are about it?
    pub(super) fn link_known(&mut self, id: ShapeId, shape: &Shape, sample: &[u8]) {
        if !self.decisions.is_empty()
            && let Some(ix) = self.registry.shape(id)
        {
            let shown = self.shown(sample);
            self.decisions.link(ix, shape, &shown);
        }
    }

    /// Whether a shape is news to the registry and to people.
    pub(super) fn is_unknown(&self, shape: &Shape, sample: &[u8]) -> bool {
        self.registry.is_new(shape)
            && (self.decisions.is_empty() || self.decisions.about(shape, &self.shown(sample)).is_empty())
    }

    /// Whether a message is muted, or was accepted by a line with this value.
    pub(crate) fn decides_value(&self, template: TemplateIx, value: &[u8], time: Time) -> bool {
        self.decisions.rows_of(template, &self.registry).any(|row| {
            let has_value = find_word(row.entry.line.as_bytes(), 0, value).is_some();
            row.mutes(time) || has_value && !row.entry.is_expired(time)
        })
    }

    /// Whether people have decided about a message.
    pub fn is_accepted(&self, template: TemplateIx) -> bool {
        self.decisions.rows_of(template, &self.registry).next().is_some()
    }

    /// Whether nothing of a message is to be told at this moment.
    pub fn is_muted(&self, template: TemplateIx, time: Time) -> bool {
        self.decisions.rows_of(template, &self.registry).any(|row| row.mutes(time))
    }

    /// Leaves out what is muted, and counts it.
    pub(super) fn without_muted(&mut self, pane: Pane, findings: Vec<Finding>) -> Vec<Finding> {
        if self.decisions.is_empty() {
            return findings;
        }
        let is_told = self.told_span.holds(pane.start());
        let (muted, told): (Vec<_>, Vec<_>) = findings
            .into_iter()
            .partition(|finding| self.is_muted(finding.template(), pane.start()) && !self.is_unread(finding));
        let opens = |finding: &&Finding| finding.phase() == crate::detect::Phase::Open;
        self.decisions.muted += muted.iter().filter(opens).count() as u64 * u64::from(is_told);
        told
    }

    /// A pane was counted: the first lines of an error that is muted would have been an alert.
    pub(super) fn note_seen(&mut self, is_told: bool) {
        let is_told = is_told && !self.learn_only;
        let Ledger { decisions, registry, messages, .. } = self;
        let waits = |row: &&mut Row| row.entry.deed == Deed::Mute && !row.is_seen && !row.shapes.is_empty();
        for row in decisions.rows.iter_mut().filter(waits) {
            let templates = row.templates(registry);
            let seen = templates.iter().filter_map(|template| messages.get(*template));
            let Some(worst) = seen.map(|message| message.class).max() else { continue };
            row.is_seen = true;
            decisions.muted += u64::from(is_told && worst >= Level::Error);
        }
    }

    /// Alerts about muted messages that surge far beyond their level when muted.
    pub(super) fn louder_than_muted(&mut self, pane: Pane, cells: &PaneCells) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for at in 0..self.decisions.rows.len() {
            let row = &self.decisions.rows[at];
            if row.entry.per_hour.is_none() || !row.mutes(pane.start()) {
                continue;
            }
            let templates = row.templates(&self.registry);
            if !templates.iter().any(|template| self.detector.is_open(*template)) {
                self.decisions.rows[at].told = None;
                continue;
            }
            for template in templates {
                let told = self.decisions.rows[at].told;
                if let Some(alert) = self.louder_alert(at, template, pane, cells)
                    && told.is_none_or(|told| alert.factor.is_some_and(|now| now >= LOUDER_FACTOR * told))
                {
                    self.decisions.rows[at].told = alert.factor;
                    let phase = if told.is_some() { Phase::Ongoing } else { Phase::Open };
                    alerts.push(Alert { phase, ..alert });
                }
            }
        }
        alerts
    }

    /// The alert about a message that is far louder than one decision to mute it allows.
    fn louder_alert(&self, at: usize, template: TemplateIx, pane: Pane, cells: &PaneCells) -> Option<Alert> {
        let entry = &self.decisions.rows[at].entry;
        let (panes, count, factor) = self.loudness(template, entry.per_hour?)?;
        if !self.is_loudest(at, template, pane) {
            return None;
        }
        let until = entry.until.as_ref().map_or(String::new(), |until| format!(" until {}", until.text));
        let window = (Pane(pane.0 + 1 - i64::from(panes)).start(), pane.end());
        let span = format_duration(window.1.0 - window.0.0);
        let reason = format!("{count} in {span}; muted{until}, but {factor:.0}x its level then");
        let base = self.known_alert(pane, template, cells, pane);
        let expected = count as f64 / factor;
        let tail = score(count, expected, LOUDER_SPREAD);
        Some(Alert {
            kind: Kind::Surge,
            window,
            count,
            expected,
            factor: Some(factor),
            score: tail,
            tail,
            fingerprint: fingerprint(base.shape, Kind::Surge, pane),
            summary: format!("surge: {reason}"),
            reason,
            ..base
        })
    }

    /// Of several decisions to mute a message the one that allows most counts.
    fn is_loudest(&self, at: usize, template: TemplateIx, pane: Pane) -> bool {
        let rate = |row: &Row| row.entry.per_hour.unwrap_or(f64::INFINITY);
        let row = &self.decisions.rows[at];
        let others =
            self.decisions.rows_of(template, &self.registry).filter(|other| other.mutes(pane.start()));
        let most = others.max_by(|a, b| rate(a).total_cmp(&rate(b)));
        most.is_some_and(|most| std::ptr::eq(most, row))
    }

    /// A surge beyond what was muted: the panes it is seen in, its lines, and how many times the
    /// rate when muted that is.
    fn loudness(&self, template: TemplateIx, per_hour: f64) -> Option<(u32, u64, f64)> {
        if !self.detector.is_open(template) {
            return None;
        }
        LOUDER_PANES.into_iter().find_map(|panes| {
            let lines = self.detector.sparkline(template, 1, panes)[0];
            let expected = (per_hour * f64::from(panes) / PANES_PER_HOUR).max(1e-3);
            let factor = lines as f64 / expected;
            (lines >= LOUDER_LINES_MIN && factor >= LOUDER_FACTOR).then_some((panes, lines, factor))
        })
    }

    /// How many alerts were not told because they are muted.
    pub fn muted(&self) -> u64 {
        self.decisions.muted
    }

    /// `3 alerts muted by known.toml`
    pub(super) fn say_muted(&mut self) {
        if self.decisions.muted > 0 {
            self.notices.push(muted_text(self.decisions.muted, &self.decisions.files));
        }
    }

    /// The files of the decisions, as people name them.
    pub fn known_files(&self) -> &str {
        &self.decisions.files
    }

    /// Lines that each decision of the configuration matched, in their order.
    pub fn known_lines(&self) -> Vec<u64> {
        let lines = |template: &TemplateIx| self.messages.get(*template).map_or(0, |message| message.lines);
        let rows = self.decisions.rows.iter();
        rows.map(|row| row.templates(&self.registry).iter().map(lines).sum()).collect()
    }
}

impl Known {
    /// A line as it is printed and saved: no escapes, no secrets, bounded.
    pub fn printed(line: &[u8], config: &Config) -> String {
        let mut cleaner = Cleaner::default();
        cleaner.look(line);
        let line = cleaner.clean(line);
        let cut = &line[..line.len().min(SAMPLE_BYTES_MAX)];
        let mut printed = visible(&if config.no_redact { Cow::Borrowed(cut) } else { redact(cut) });
        if cut.len() < line.len() {
            printed.push(CUT);
        }
        printed
    }

    /// The one decision that a line is accepted.
    pub fn of_line(line: &str) -> Known {
        let entry = Entry {
            line: line.to_owned(),
            deed: Deed::Accept,
            until: None,
            reason: None,
            per_hour: None,
            place: Default::default(),
        };
        Known::new(vec![entry])
    }

    /// What the first line of a decision stands for, with `<*>` for its variables; none if it
    /// says nothing.
    pub fn template_of(line: &str, config: &Config) -> Option<String> {
        let reader = Reader { opener: config.opener(), latest: config.latest };
        let line = line.lines().find(|line| !line.trim().is_empty())?;
        if !Pattern::stand_ins(line).is_empty() {
            return Some(line.to_owned());
        }
        let shape = reader.shape_of(line.as_bytes())?;
        Some(crate::template::display(&shape.text, line.as_bytes())).filter(|text| !text.trim().is_empty())
    }
}

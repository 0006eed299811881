//! From a decision to an alert: every alert carries its reason and a line.

use super::pane::{Cell, PaneCells};
use super::{Ledger, class_of};
use crate::alert::{Alert, Context, Kind, NearestMessage, Phase, Spread, grouped};
use crate::detect::{self, Finding, Gone, Surge};
use crate::id::{ShapeId, TemplateId};
use crate::limits::SAMPLE_BYTES_MAX;
use crate::line::Level;
use crate::line::split::Cleaner;
use crate::redact::redact;
use crate::shape::Shape;
use crate::template::{TemplateIx, display};
use crate::time::{Pane, Time, format_duration};

/// Bars of the small chart beside a surge.
const HISTORY_MINUTES: usize = 12;
const PANES_PER_MINUTE: u32 = 6;
/// The sources of what is gone are those of its last five minutes.
const GONE_PANES: i64 = 30;

/// The first line of a message nobody knew.
pub(super) struct Sighting<'a> {
    pub shape: &'a Shape,
    pub time: Time,
    pub source: usize,
    pub line_number: u64,
    pub sample: &'a [u8],
    pub pane: Pane,
    /// All its lines of the pane, where the pane is known whole.
    pub cell: Option<&'a Cell>,
}

/// As [`Ledger::shown`], where a part of the ledger is being changed.
pub(super) fn shown(line: &[u8], no_redact: bool) -> Vec<u8> {
    let mut cleaner = Cleaner::default();
    cleaner.look(line);
    let line = cleaner.clean(line);
    let line = &line[..line.len().min(SAMPLE_BYTES_MAX)];
    if no_redact { line.to_vec() } else { redact(line).into_owned() }
}

impl Ledger {
    /// A line as it may be shown and saved: no escapes, no secrets, bounded.
    pub(crate) fn shown(&self, line: &[u8]) -> Vec<u8> {
        shown(line, self.no_redact)
    }

    /// A text as it may be shown: no secrets.
    pub fn shown_text(&self, text: &str) -> String {
        if self.no_redact {
            return text.to_owned();
        }
        String::from_utf8_lossy(&redact(text.as_bytes())).into_owned()
    }

    /// The alert of a new message; the gate weighs it.
    pub(super) fn new_alert(&self, new: &Sighting<'_>, with_nearest: bool) -> Alert {
        let id = new.shape.id();
        let learned = self.learned_so_far();
        let reason = match learned.lines {
            0 => "nothing was learned before it".to_owned(),
            lines => format!("first in {} ({} lines)", format_duration(self.age_micros()), grouped(lines)),
        };
        let nearest = with_nearest.then(|| self.registry.nearest(new.shape)).flatten();
        let nearest = nearest.map(|nearest| NearestMessage {
            id: self.registry.template_id(nearest.template),
            template: self.shown_text(&self.registry.template_text(nearest.template)),
            differs: nearest.differs.iter().map(|(a, b)| (self.shown_text(a), self.shown_text(b))).collect(),
        });
        let what = match (new.shape.level, class_of(new.shape)) {
            (Level::None, Level::Error) => "message with a word of alarm".to_owned(),
            (Level::None, _) => "message".to_owned(),
            (level, _) => format!("{} message", level.word()),
        };
        Alert {
            kind: Kind::New,
            phase: Phase::Open,
            note: false,
            provisional: self.learning(),
            id: TemplateId(id.0),
            shape: id,
            incident: 0,
            time: new.time,
            started: new.time,
            level: new.shape.level,
            class: class_of(new.shape),
            template: self.shown_text(&display(&new.shape.text, new.sample)),
            sample: self.shown(new.sample),
            source: self.sources[new.source].name.clone(),
            line_number: new.line_number,
            sources: self.spread(new.cell.map_or(&[], |cell| &cell.by_source), Some(new.source)),
            window: (new.pane.start(), new.pane.end()),
            count: 1,
            expected: 0.0,
            factor: None,
            score: 0.0,
            tail: 0.0,
            first_seen: new.time,
            last_seen: new.time,
            baseline: learned,
            nearest,
            value: None,
            usual_interval: None,
            history: Vec::new(),
            context: self.context_of(new.source, new.line_number),
            summary: format!("new {what}: {reason}"),
            reason,
            fingerprint: fingerprint(id, Kind::New, new.pane),
        }
    }

    /// On how many of the sources lines are; without any, of which source a single one is.
    pub(super) fn spread(&self, by_source: &[(usize, u64)], single: Option<usize>) -> Spread {
        let of = self.sources.len();
        let most = by_source.iter().max_by_key(|(source, lines)| (*lines, std::cmp::Reverse(*source)));
        let all: u64 = by_source.iter().map(|(_, lines)| lines).sum();
        let top = most.map(|(source, _)| *source).or(single);
        Spread {
            seen: by_source.len().max(usize::from(top.is_some())),
            of,
            top: top.map_or(String::new(), |source| self.sources[source].name.clone()),
            top_share: most.map_or(0.0, |(_, lines)| *lines as f64 / all.max(1) as f64),
        }
    }

    /// Lines by source of a message since `from`, as far as they are remembered.
    fn by_source(&self, template: TemplateIx, from: Pane, cells: &PaneCells) -> Vec<(usize, u64)> {
        let mut counted: Vec<(usize, u64)> = Vec::new();
        if self.sources.len() < 2 {
            return counted;
        }
        let panes = self.recent.backwards().take_while(|(pane, _)| *pane >= from).map(|(_, cells)| cells);
        for cells in std::iter::once(cells).chain(panes) {
            for (source, lines) in self.cells_of(template, cells).flat_map(|cell| &cell.by_source) {
                match counted.iter_mut().find(|(known, _)| known == source) {
                    Some((_, known)) => *known += lines,
                    None => counted.push((*source, *lines)),
                }
            }
        }
        counted
    }

    /// The alert of one of the detector's findings.
    pub(super) fn finding_alert(&self, pane: Pane, finding: &Finding, cells: &PaneCells) -> Alert {
        let from = match finding {
            Finding::Surge(surge) => surge.started,
            Finding::Gone(gone) => Pane(gone.last_seen.0 - GONE_PANES),
        };
        let base = self.known_alert(pane, finding.template(), cells, from);
        let phase = match finding.phase() {
            detect::Phase::Open => Phase::Open,
            detect::Phase::Ongoing => Phase::Ongoing,
            detect::Phase::Resolved => Phase::Resolved,
        };
        let mut alert = match finding {
            Finding::Surge(surge) => surge_alert(base, surge),
            Finding::Gone(gone) => gone_alert(base, gone),
        };
        if let (Finding::Surge(surge), true) = (finding, phase != Phase::Resolved) {
            alert.context.different = self.difference_of(surge, pane, cells);
            for difference in &alert.context.different {
                alert.summary += &format!("; {}", difference.sentence());
            }
        }
        Alert { phase, ..alert }
    }

    /// Lines a minute of the last minutes, the newest last.
    fn history(&self, template: TemplateIx) -> Vec<u32> {
        let lines = self.detector.sparkline(template, HISTORY_MINUTES, PANES_PER_MINUTE);
        lines.into_iter().map(|lines| u32::try_from(lines).unwrap_or(u32::MAX)).collect()
    }

    /// What any alert about a known message says.
    pub(super) fn known_alert(
        &self,
        pane: Pane,
        template: TemplateIx,
        cells: &PaneCells,
        from: Pane,
    ) -> Alert {
        let cell = self.cell_of(template, cells);
        let id = self.registry.template_id(template);
        let shape = cell.map_or(ShapeId(id.0), |cell| cell.shape);
        let sample = match cell {
            Some(cell) => self.shown(cells.sample(cell)),
            None => self.registry.example(template).to_vec(),
        };
        // Without a line in the pane only a run of one source knows where.
        let source = cell.map(|cell| cell.source).or((self.sources.len() == 1).then_some(0));
        let message = self.messages.get(template);
        Alert {
            kind: Kind::Surge,
            phase: Phase::Open,
            note: false,
            provisional: false,
            id,
            shape,
            incident: 0,
            time: pane.end(),
            started: pane.start(),
            level: self.registry.level(template),
            class: self.class_of_template(template),
            template: self.shown_text(&self.registry.template_text(template)),
            sample,
            source: source.map_or(String::new(), |source| self.sources[source].name.clone()),
            line_number: cell.map_or(0, |cell| cell.line_number),
            sources: self.spread(&self.by_source(template, from, cells), source),
            window: (pane.start(), pane.end()),
            count: 0,
            expected: 0.0,
            factor: None,
            score: 0.0,
            tail: 0.0,
            first_seen: message.map_or(pane.start(), |message| message.first_seen),
            last_seen: message.map_or(pane.start(), |message| message.last_seen),
            baseline: self.learned_so_far(),
            nearest: None,
            value: None,
            usual_interval: None,
            history: self.history(template),
            context: Context::default(),
            reason: String::new(),
            summary: String::new(),
            fingerprint: 0,
        }
    }
}

fn surge_alert(base: Alert, surge: &Surge) -> Alert {
    let window = (surge.window.start.start(), surge.window.end.start());
    let span = format_duration(window.1.0 - window.0.0);
    let reason = if surge.now_normal {
        format!("{} in {span} for so long that it counts as usual from now on", surge.count)
    } else if surge.returned {
        format!("{} in {span}, after a silence longer than ever before", surge.count)
    } else {
        usual(surge, &span)
    };
    Alert {
        provisional: surge.provisional,
        started: surge.started.start(),
        window,
        count: surge.count,
        expected: surge.expected,
        factor: Some(surge.factor).filter(|factor| factor.is_finite()),
        score: surge.score,
        tail: surge.tail,
        last_seen: surge.last_seen_before.map_or(base.last_seen, Pane::start),
        fingerprint: fingerprint(base.shape, Kind::Surge, surge.started),
        note: surge.now_normal,
        summary: format!("surge: {reason}"),
        reason,
        ..base
    }
}

fn gone_alert(base: Alert, gone: &Gone) -> Alert {
    let last = base.last_seen;
    let every = interval(gone.usual_interval_seconds);
    Alert {
        kind: Kind::Gone,
        provisional: gone.provisional,
        started: last,
        window: (last, base.time),
        count: 0,
        expected: gone.expected,
        score: gone.score,
        tail: gone.tail,
        usual_interval: Some(gone.usual_interval_seconds),
        fingerprint: fingerprint(base.shape, Kind::Gone, gone.last_seen),
        reason: format!("usually every {every}"),
        summary: format!("gone: usually every {every}, last at {last}"),
        ..base
    }
}

/// What came and what is usual, without a factor where nothing is usual.
fn usual(surge: &Surge, span: &str) -> String {
    if surge.expected < 0.05 {
        return format!("{} in {span}, usually hardly any", surge.count);
    }
    format!("{} in {span}, usually {} ({:.0}x)", surge.count, rounded(surge.expected), surge.factor)
}

/// An interval to the precision a person cares for.
fn interval(seconds: f64) -> String {
    let step = if seconds < 10.0 { 100_000.0 } else { 1e6 };
    format_duration(((seconds * 1e6 / step).round() * step) as i64)
}

fn rounded(expected: f64) -> String {
    if expected >= 9.95 { format!("{expected:.0}") } else { format!("{expected:.1}") }
}

/// The same for the same event, however often it is told.
pub(super) fn fingerprint(shape: ShapeId, kind: Kind, pane: Pane) -> u64 {
    let mut bytes = [0u8; 17];
    bytes[..8].copy_from_slice(&shape.0.to_le_bytes());
    bytes[8] = kind as u8;
    bytes[9..].copy_from_slice(&pane.0.to_le_bytes());
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

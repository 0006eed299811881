//! Closing a pane: what is new is decided, what is known is counted, and the
//! detector looks.

use super::compose::{Sighting, shown};
use super::pane::{Cell, PaneCells};
use super::records::{Told, record_order};
use super::source::{Held, SourceState};
use super::{HOUR_PANES, Ledger, NEAREST_PER_HOUR, SILENT_PANES_MAX, class_of, pending_bytes_of};
use crate::alert::Alert;
use crate::detect::Finding;
use crate::id::ShapeId;
use crate::limits::{FRESH_PER_PANE_MAX, REFUGES_MAX};
use crate::line::Level;
use crate::shape::Shape;
use crate::template::{ShapeIx, TemplateIx};
use crate::time::{Pane, Time};

// limits
/// That a log of few messages is busy as a whole is told once in so long.
const TRAFFIC_TOLD_MICROS: i64 = 6 * 3_600_000_000;

/// A cell of a closing pane whose shape is known.
pub(super) struct Named {
    /// Its place among the cells.
    pub at: u32,
    pub shape: ShapeIx,
    pub template: TemplateIx,
}

/// Whole seconds of a stamp: urgent shapes of one second are decided together,
/// each as if it came alone, so that their order within it does not matter.
fn second_of(time: Time) -> i64 {
    time.0.div_euclid(1_000_000)
}

impl Ledger {
    /// Closes one pane. Panes close in order.
    pub(super) fn close(&mut self, pane: Pane) {
        let mut cells = self.panes.remove(&pane).unwrap_or_default();
        cells.heard.sort_unstable_by_key(|heard| heard.source);
        self.begun.get_or_insert(pane.start());
        self.begin_to_tell(pane);
        let fresh = self.decide(pane, &cells);
        self.apply_joins();
        let named = self.named_in(&cells);
        let counts = self.count(pane, &cells, &named);
        let was_learned = self.was_learned(pane);
        let values = self.count_values(pane, &cells, &named, !was_learned);
        if let Some(timeline) = &mut self.timeline {
            timeline.add(pane, &counts);
        }
        self.emit_fresh(fresh, &counts);
        self.note_seen(self.told_span.holds(pane.start()));
        for (alert, shape) in std::mem::take(&mut self.to_follow) {
            if let Some(shape) = self.known(shape) {
                self.gate.follow(&alert, self.registry.template_of(shape));
            }
        }
        let rate_all = self.rates[Level::None as usize];
        let findings = if was_learned { Vec::new() } else { self.detector.close_pane(pane, &counts) };
        let findings = self.without_muted(pane, findings);
        let step = self.closed.map_or(1, |closed| pane.0 - closed.0);
        self.panes_lived += if step > SILENT_PANES_MAX { 1 } else { step };
        if self.closed.is_some_and(|closed| closed.0.div_euclid(HOUR_PANES) != pane.0.div_euclid(HOUR_PANES))
        {
            self.nearest_left = NEAREST_PER_HOUR;
        }
        self.closed = Some(pane);
        let mut due = self.gate.close_pane(pane, &counts, rate_all);
        due.extend(self.alerts_of(pane, findings, &cells));
        due.extend(self.alerts_of_values(pane, values, &cells));
        due.extend(self.alerts_of_sources(pane, &cells));
        due.extend(self.alerts_beyond_mutes(pane, &cells));
        due.extend(self.detector.volume().map(|volume| self.volume_alert(pane, &volume)));
        self.keep_typical(pane, &cells, &named);
        due.sort_by_key(|alert| (alert.kind, alert.note));
        due.into_iter().for_each(|alert| self.tell(alert));
        self.lines_closed += cells.cells.iter().map(|cell| cell.count + cell.late).sum::<u64>();
        self.keep_pane(pane, cells);
        let (pending, sources) = (&self.pending, &self.sources);
        let held = sources.iter().any(SourceState::holds);
        self.contexts.retain(|shape| held || pending.contains_key(&shape));
        self.update_rates();
        self.end_warmup_if_due();
        self.say_limits();
    }

    /// Keeps the lines of a closed pane, and the room of what is forgotten.
    fn keep_pane(&mut self, pane: Pane, mut cells: PaneCells) {
        self.spare.give_index(&mut cells);
        if self.learn_only {
            self.spare.give(cells);
        } else {
            self.recent.push(pane, cells, &mut self.spare);
        }
    }

    /// Whether the baseline reaches beyond a pane: its windows hold later lines
    /// already, so nothing before can surge or stop. Said once.
    fn was_learned(&mut self, pane: Pane) -> bool {
        let Some(learned) = self.learned else { return false };
        if pane.end() > learned.to {
            return false;
        }
        if pane.end() < learned.to && self.closed.is_none() {
            self.notices.push(format!(
                "this log begins before the end of the baseline ({}): until then only new messages are judged, \
                 no surges and no stops; to judge them, learn a baseline that ends where the log begins",
                learned.to
            ));
        }
        true
    }

    /// Says what is held back, at the end of the run.
    pub(super) fn release_held(&mut self) {
        let mut due = self.gate.release(self.rates[Level::None as usize]);
        let mut names = self.release_names();
        names.iter_mut().for_each(|alert| self.gate.join_incident(alert));
        due.extend(names);
        due.into_iter().for_each(|alert| self.tell(alert));
    }

    /// Inserts the shapes of a pane that are not known yet; returns the new
    /// messages among them, with their level of judgement.
    fn decide(&mut self, pane: Pane, cells: &PaneCells) -> Vec<(Alert, Level)> {
        self.insert_decided();
        let mut unknown: Vec<&Cell> =
            cells.cells.iter().filter(|cell| self.known_cell(cell).is_none()).collect();
        unknown.sort_by_key(|cell| (cell.time, cell.shape));
        let (urgent, mild): (Vec<&Cell>, Vec<&Cell>) = unknown.into_iter().partition(|cell| {
            self.pending.get(&cell.shape).is_some_and(|shape| class_of(shape) >= Level::Error)
        });
        let mut fresh = Vec::new();
        let mut told = Told::default();
        for group in urgent.chunk_by(|a, b| second_of(a.time) == second_of(b.time)) {
            told.clear();
            for cell in self.news_of(group, cells, &mut told) {
                self.judge(pane, cells, cell, &mut fresh);
            }
            for cell in group {
                self.insert_cell(cells, cell);
            }
        }
        for cell in mild {
            if self.is_news(cell, cells) {
                self.judge(pane, cells, cell, &mut fresh);
            }
            self.insert_cell(cells, cell);
        }
        fresh
    }

    /// The shape that counts the lines of a cell.
    pub(super) fn known_cell(&self, cell: &Cell) -> Option<ShapeIx> {
        cell.known.or_else(|| self.known(cell.shape))
    }

    /// The new messages of one second that are told, each by the first of its record.
    fn news_of<'a>(&self, group: &[&'a Cell], cells: &PaneCells, told: &mut Told) -> Vec<&'a Cell> {
        let mut new: Vec<&Cell> = group.iter().copied().filter(|cell| self.is_news(cell, cells)).collect();
        new.sort_by_key(|cell| record_order(cell.within, cell.line_number, cell.shape));
        new.retain(|cell| !told.covers(cell.shape, cell.time, cell.within));
        new.sort_by_key(|cell| (cell.time, cell.shape));
        new
    }

    /// Whether a shape that nobody has decided yet is a new message.
    fn is_news(&self, cell: &Cell, cells: &PaneCells) -> bool {
        self.pending.get(&cell.shape).is_some_and(|shape| self.is_unknown(shape, cells.sample(cell)))
    }

    /// Notes a new message.
    fn judge(&mut self, pane: Pane, cells: &PaneCells, cell: &Cell, fresh: &mut Vec<(Alert, Level)>) {
        let Some(shape) = self.pending.get(&cell.shape) else { return };
        let class = self.class_within(shape, cell);
        let wanted = !self.learn_only && (class >= Level::Error || self.warmup.is_none());
        if wanted && self.told_span.holds(cell.time) {
            if fresh.len() >= FRESH_PER_PANE_MAX {
                self.report.fresh_untold += 1;
                return;
            }
            let sighting = Sighting {
                shape,
                time: cell.time,
                source: cell.source,
                line_number: cell.line_number,
                sample: cells.sample(cell),
                pane,
                cell: Some(cell),
            };
            let look = !self.learning() && self.nearest_left > 0;
            let alert = Alert { class, ..self.new_alert(&sighting, look) };
            self.nearest_left -= usize::from(look);
            fresh.push((alert, class));
        }
    }

    /// The level a new shape is judged at. What names an exception under a head that is known is
    /// an error, whatever its words; under a new head the head tells of both.
    fn class_within(&self, shape: &Shape, cell: &Cell) -> Level {
        let class = class_of(shape);
        let head = cell.within.and_then(|within| self.known(within.head));
        let is_known = |head| {
            let head = self.registry.template_of(head);
            self.messages.get(head).is_some() || self.is_accepted(head)
        };
        if head.is_some_and(is_known) { class.max(Level::Error) } else { class }
    }

    fn insert_cell(&mut self, cells: &PaneCells, cell: &Cell) {
        self.insert(cell.shape, cells.sample(cell));
        if self.learn_only && self.registry.shape(cell.shape).is_some() {
            self.first_lines.insert(cell.shape, (cell.source, cell.line_number, cell.time));
        }
    }

    fn insert(&mut self, id: ShapeId, sample: &[u8]) {
        let Some(shape) = self.pending.remove(&id) else { return };
        self.pending_bytes -= pending_bytes_of(&shape);
        let no_redact = self.no_redact;
        // Most shapes of a flood find no room, and then nobody sees their sample.
        let counts_at = self.registry.insert_with(&shape, || shown(sample, no_redact));
        self.link_known(id, &shape, sample);
        if self.registry.shape(id).is_none() && self.refuges.len() < REFUGES_MAX {
            self.refuges.insert(id, counts_at);
        }
    }

    /// Live: decides urgent shapes of a chunk that nobody has decided yet.
    pub(super) fn decide_urgent_now(&mut self, source: usize, held: &Held) {
        let mut urgent: Vec<_> = held
            .segment
            .entries
            .iter()
            .filter(|entry| self.is_undecided_urgent(entry.shape))
            .map(|entry| {
                let time = if held.segment.head { self.now.unwrap_or(entry.time) } else { entry.time };
                (time, entry.shape, entry)
            })
            .collect();
        urgent.sort_by_key(|(time, shape, entry)| {
            (*time, record_order(entry.within, u64::from(entry.line), *shape))
        });
        for (time, id, entry) in urgent {
            if second_of(time) != self.second {
                self.insert_decided();
                self.told.clear();
                self.second = second_of(time);
            }
            if !self.is_undecided_urgent(id) {
                continue;
            }
            let (from, len) = (entry.sample.0 as usize, entry.sample.1 as usize);
            self.decided.insert(id, held.samples[from..from + len].to_vec());
            let Some(shape) = self.pending.get(&id) else { continue };
            let new = self.is_unknown(shape, &held.samples[from..from + len]);
            if !self.told_span.holds(time) {
                continue;
            }
            if !new || self.decided.len() > FRESH_PER_PANE_MAX || self.told.covers(id, time, entry.within) {
                continue;
            }
            let sighting = Sighting {
                shape,
                time,
                source,
                line_number: held.line_number(entry.line),
                sample: &held.samples[from..from + len],
                pane: time.pane(),
                cell: None,
            };
            let look = !self.learning() && self.nearest_left > 0;
            let alert = self.new_alert(&sighting, look);
            self.nearest_left -= usize::from(look);
            let class = class_of(shape);
            self.emit_urgent(Alert { count: 1, ..alert }, class);
        }
    }

    fn is_undecided_urgent(&self, shape: ShapeId) -> bool {
        !self.decided.contains_key(&shape)
            && self.pending.get(&shape).is_some_and(|shape| class_of(shape) >= Level::Error)
    }

    /// Live: inserts the shapes decided in the second that is over.
    fn insert_decided(&mut self) {
        let mut decided: Vec<(ShapeId, Vec<u8>)> = self.decided.drain().collect();
        decided.sort_unstable();
        for (id, sample) in decided {
            self.insert(id, &sample);
        }
    }

    pub(super) fn apply_joins(&mut self) {
        for (gone, survivor) in self.registry.take_joins() {
            self.messages.join(gone, survivor);
            self.detector.join(gone, survivor);
            self.gate.join(gone, survivor);
            self.pulses.join(gone, survivor);
            self.typical.join(gone, survivor);
            self.said.slots.join(gone, survivor);
            self.said.words.join(gone, survivor);
            if let Some(timeline) = &mut self.timeline {
                timeline.join(gone, survivor);
            }
        }
    }

    /// The messages that the cells of a pane are of, once its shapes are decided: what follows
    /// goes by them several times.
    fn named_in(&mut self, cells: &PaneCells) -> Vec<Named> {
        let mut named = Vec::with_capacity(cells.cells.len());
        for (at, cell) in cells.cells.iter().enumerate() {
            match self.known_cell(cell) {
                Some(shape) => {
                    let template = self.registry.template_of(shape);
                    named.push(Named { at: at as u32, shape, template });
                }
                None => self.report.unwatched += cell.count + cell.late,
            }
        }
        named
    }

    /// The lines of the pane by template, and all totals.
    fn count(&mut self, pane: Pane, cells: &PaneCells, named: &[Named]) -> Vec<(TemplateIx, u32)> {
        let mut counts = Vec::with_capacity(named.len());
        for &Named { at, template, .. } in named {
            let cell = &cells.cells[at as usize];
            let class = self.class_of_template(template);
            let times = (cell.time, cell.newest);
            self.messages.see(template, class, cell.count + cell.late, pane, times);
            for (source, _) in &cell.by_source {
                self.note_home(template, *source);
            }
            if cell.count > 0 {
                counts.push((template, u32::try_from(cell.count).unwrap_or(u32::MAX)));
            }
        }
        counts.sort_unstable_by_key(|count| count.0);
        counts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        counts
    }

    pub(super) fn class_of_template(&self, template: TemplateIx) -> Level {
        let level = self.registry.level(template);
        if self.registry.alarm(template) { level.max(Level::Error) } else { level }
    }

    /// Hands the new messages of a pane to the gate.
    fn emit_fresh(&mut self, fresh: Vec<(Alert, Level)>, counts: &[(TemplateIx, u32)]) {
        for (mut alert, class) in fresh {
            let shape = self.known(alert.shape);
            let template = shape.map(|shape| self.registry.template_of(shape));
            let at =
                template.and_then(|template| counts.binary_search_by_key(&template, |count| count.0).ok());
            alert.count = at.map_or(1, |at| u64::from(counts[at].1));
            if class >= Level::Error {
                self.emit_urgent(alert, class);
            } else {
                let rate = self.rates[class as usize];
                self.gate.hold(alert, class, rate, template);
            }
        }
    }

    fn emit_urgent(&mut self, alert: Alert, class: Level) {
        let rate = self.rates[class as usize];
        // Live, the bound runs on the clock: event time may stand still.
        let keeps_up = self.live && self.sources.iter().any(SourceState::keeps_up);
        let when = self.now.filter(|_| keeps_up).unwrap_or(alert.time);
        let alert = self.gate.urgent(alert, rate, self.learning(), when);
        self.to_follow.push((alert.clone(), alert.shape));
        self.tell(alert);
    }

    /// Whether a message stopped because a filter leaves its lines out.
    pub(super) fn is_unread(&self, finding: &Finding) -> bool {
        matches!(finding, Finding::Gone(gone) if self.masks.drops(self.registry.example(gone.template)))
    }

    /// The alerts of the detector's findings.
    fn alerts_of(&mut self, pane: Pane, findings: Vec<Finding>, cells: &PaneCells) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for finding in findings.iter().filter(|finding| !self.is_unread(finding)).collect::<Vec<_>>() {
            let mut alert = self.finding_alert(pane, finding, cells);
            // A site with more visitors is no trouble; more warnings are, however many they are.
            if let Finding::Surge(surge) = finding
                && alert.class < Level::Warn
                && self.detector.is_traffic(surge)
            {
                // One note tells it: each further message would say the same.
                if self.traffic_told.is_some_and(|told| alert.time.0 - told.0 < TRAFFIC_TOLD_MICROS) {
                    continue;
                }
                self.traffic_told = Some(alert.time);
                alert.note = true;
                alert.reason += ", as all of the log";
            }
            alerts.extend(self.hold_with_source(finding.template(), alert, pane));
        }
        // The best come first: where many messages surge, the others are told as a count.
        alerts.sort_by(|a, b| {
            let kind = a.kind.cmp(&b.kind);
            kind.then(b.score.total_cmp(&a.score)).then(a.id.cmp(&b.id))
        });
        let mut told: Vec<Alert> =
            alerts.into_iter().filter_map(|alert| self.gate.hold_surge(alert)).collect();
        told.iter_mut().for_each(|alert| self.gate.join_incident(alert));
        told
    }

    /// The alerts of sources that fell silent or are back.
    fn alerts_of_sources(&mut self, pane: Pane, cells: &PaneCells) -> Vec<Alert> {
        let mut alerts = self.listen(pane, cells);
        alerts.sort_by_key(|alert| alert.id);
        alerts.iter_mut().for_each(|alert| self.gate.join_incident(alert));
        alerts
    }

    /// The alerts of what is muted and has become far louder.
    fn alerts_beyond_mutes(&mut self, pane: Pane, cells: &PaneCells) -> Vec<Alert> {
        if self.decisions.is_empty() || self.learning() {
            return Vec::new();
        }
        let mut alerts = self.louder_than_muted(pane, cells);
        alerts.iter_mut().for_each(|alert| self.gate.join_incident(alert));
        alerts
    }

    /// The cells of a template in a pane.
    pub(super) fn cells_of<'a>(
        &'a self,
        template: TemplateIx,
        cells: &'a PaneCells,
    ) -> impl Iterator<Item = &'a Cell> {
        let of = move |cell: &&Cell| {
            self.known_cell(cell).is_some_and(|shape| self.registry.template_of(shape) == template)
        };
        cells.cells.iter().filter(of)
    }

    /// What the shape of a template's newest line in this pane was.
    pub(super) fn cell_of<'a>(&'a self, template: TemplateIx, cells: &'a PaneCells) -> Option<&'a Cell> {
        let order = |cell: &Cell| (cell.time, cells.sample(cell));
        self.cells_of(template, cells).min_by(|a, b| order(a).cmp(&order(b)))
    }
}

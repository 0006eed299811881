//! A ledger in the midst of its work as plain data, and back.
//!
//! A run that is cut into two by saving and loading says what one run would have said: open
//! panes, windows, timers, incidents and what waits for a decision are all in it. Left out are
//! the lines of the last minutes, which only tell what is different about a surge, and the
//! clock of the run. Lines are kept without their secrets.
//!
//! Dense indices mean nothing outside the process, so templates go by their ids and shapes by
//! theirs.

use super::meaning::Awaited;
use super::pane::{PaneCells, SavedPane};
use super::past::SavedSpan;
use super::records::{Contexts, Told};
use super::silence::{Pulses, SavedPulses};
use super::source::SourceState;
use super::warmup::Warmup;
use super::{Ledger, pending_bytes_of};
use crate::alert::{Alert, Learned};
use crate::baseline::{Baseline, SavedTypical};
use crate::config::Config;
use crate::count::NewShape;
use crate::detect::slots::SavedSlots;
use crate::detect::{self, Detector, Gate, Message, Messages};
use crate::id::{ShapeId, TemplateId};
use crate::ledger::Report;
use crate::shape::Shape;
use crate::template::{self, Registry, TemplateIx};
use crate::time::{Pane, Time};
use hashbrown::HashMap;
use serde::{Deserialize, Deserializer, Serialize};

/// All that a later run needs to go on. See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    registry: template::Saved,
    messages: Vec<(TemplateId, Message)>,
    detector: detect::Saved,
    typical: Vec<SavedTypical>,
    slots: SavedSlots,
    learned: Option<Learned>,
    report: Report,
    now: Now,
}

/// What is going on.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Now {
    #[serde(deserialize_with = "some_sources")]
    sources: Vec<SourceState>,
    pulses: SavedPulses,
    gate: Gate,
    /// Its templates, which it has the numbers of.
    gate_templates: Vec<TemplateId>,
    warmup: Option<Warmup>,
    told_span: SavedSpan,
    panes: Vec<(Pane, SavedPane)>,
    pending: Vec<NewShape>,
    refuges: Vec<(ShapeId, ShapeId)>,
    closed: Option<Pane>,
    begun: Option<Time>,
    panes_lived: i64,
    nearest_left: usize,
    lines_closed: u64,
    second: i64,
    decided: Vec<(ShapeId, Vec<u8>)>,
    told: Told,
    contexts: Contexts,
    to_follow: Vec<(Alert, ShapeId)>,
    limits_said: Vec<String>,
    floods_said: (bool, bool, bool, bool),
    louder: Vec<(u64, f64)>,
    names: Vec<Alert>,
    awaited: Vec<Awaited>,
    traffic_told: Option<Time>,
    /// The message that tells of each failure of all requests.
    requests: Vec<(Box<[u8]>, TemplateId)>,
}

impl Ledger {
    /// The ledger as it is, once all alerts and notices have been taken.
    pub(crate) fn save(&self) -> Saved {
        let id_of = |template| self.registry.template_id(template);
        let living = self.registry.templates();
        let told = |template: &TemplateIx| Some((id_of(*template), *self.messages.get(*template)?));
        let mut typical: Vec<SavedTypical> = Vec::new();
        for (template, lines) in self.typical.all() {
            let features = lines.iter().map(|line| (line.pane, self.features(template, line).into_owned()));
            let mut features: Vec<_> = features.collect();
            features.sort_unstable();
            typical.push((id_of(template), features));
        }
        typical.sort_by_key(|(id, _)| *id);
        Saved {
            messages: living.iter().filter_map(told).collect(),
            detector: self.detector.save(|template| Some(id_of(template).0)),
            registry: self.registry.save(),
            typical,
            slots: self.save_slots(),
            learned: self.learned,
            report: Report { limits_hit: Vec::new(), ..self.report.clone() },
            now: self.save_now(),
        }
    }

    fn save_now(&self) -> Now {
        let shown = |line: &[u8]| self.shown(line);
        let mut gate_templates = Vec::new();
        let gate = self.gate.clone().renamed(0.0, |template| {
            gate_templates.push(self.registry.template_id(template));
            Some(TemplateIx(gate_templates.len() as u32 - 1))
        });
        let mut pending: Vec<NewShape> = self
            .pending
            .iter()
            .map(|(id, shape)| NewShape {
                id: *id,
                text: shape.text.clone().into(),
                level: shape.level,
                alarm: shape.alarm,
            })
            .collect();
        pending.sort_unstable_by_key(|shape| shape.id);
        let refuges = self.refuges.iter().map(|(shape, ix)| (*shape, self.registry.shape_id(*ix)));
        let mut refuges: Vec<_> = refuges.collect();
        refuges.sort_unstable();
        let decided = self.decided.iter().map(|(shape, sample)| (*shape, shown(sample)));
        let mut decided: Vec<_> = decided.collect();
        decided.sort_unstable();
        let told_requests = self.said.slots.requests.told.iter();
        Now {
            sources: self.sources.iter().map(|source| source.to_save(&shown)).collect(),
            pulses: self.pulses.save(|template| self.registry.template_id(template)),
            gate,
            gate_templates,
            warmup: self.warmup.clone(),
            told_span: self.told_span.save(),
            panes: self.panes.iter().map(|(pane, cells)| (*pane, cells.save(&shown))).collect(),
            pending,
            refuges,
            closed: self.closed,
            begun: self.begun,
            panes_lived: self.panes_lived,
            nearest_left: self.nearest_left,
            lines_closed: self.lines_closed,
            second: self.second,
            decided,
            told: self.told.clone(),
            contexts: self.contexts.to_save(&shown),
            to_follow: self.to_follow.clone(),
            limits_said: self.all_limits_said(),
            floods_said: self.floods_said,
            louder: self.decisions.save(),
            names: self.said.names.clone(),
            awaited: self.said.awaited.clone(),
            traffic_told: self.traffic_told,
            requests: told_requests
                .map(|(value, template)| (value.clone(), self.registry.template_id(*template)))
                .collect(),
        }
    }

    /// The ledger that was saved, with the settings of this run.
    /// With another baseline than before, what is usual is taken from that; what was known stays known.
    pub(crate) fn load(config: &Config, mut saved: Saved, other: Option<&Baseline>) -> Ledger {
        let mut ledger = Ledger::new(config, None, Vec::new());
        let settings = detect::Settings { false_alerts: config.false_alerts };
        ledger.registry = Registry::load(&saved.registry);
        if let Some(baseline) = other {
            ledger.registry.absorb(&baseline.body.registry);
            ledger.registry.take_joins();
            saved.messages.extend_from_slice(&baseline.body.messages);
            saved.typical.extend_from_slice(&baseline.body.typical);
            saved.detector = baseline.body.detector.clone();
            saved.learned = Some(baseline.learned());
            (saved.now.warmup, saved.now.begun, saved.now.lines_closed) = (None, None, 0);
            saved.now.panes_lived = 0;
        }
        let index_of = {
            let registry = &ledger.registry;
            let of = |ix| (registry.template_id(ix), ix);
            let mut by_id: HashMap<TemplateId, TemplateIx> =
                registry.templates().into_iter().map(of).collect();
            // An id that one of two registries alone gave leads on.
            let listed = saved.messages.iter().map(|(id, _)| id);
            for id in listed.chain(saved.now.pulses.1.iter().map(|(id, _)| id)) {
                if let (false, Some(shape)) = (by_id.contains_key(id), registry.shape(ShapeId(id.0))) {
                    by_id.insert(*id, registry.template_of(shape));
                }
            }
            move |id: TemplateId| by_id.get(&id).copied()
        };
        ledger.messages = Messages::default();
        for (id, message) in saved.messages {
            index_of(id).into_iter().for_each(|template| ledger.messages.put(template, message));
        }
        ledger.detector = Detector::load(settings, &saved.detector, |id| index_of(TemplateId(id)));
        if other.is_some() {
            ledger.detector.expect_gap();
        }
        let own = |(id, lines)| Some((index_of(id)?, lines));
        ledger.typical.load(saved.typical.into_iter().filter_map(own).collect());
        ledger.load_slots(&saved.slots);
        if let Some(baseline) = other {
            ledger.load_slots(&baseline.body.slots);
        }
        ledger.learned = saved.learned;
        ledger.report = saved.report;
        ledger.load_now(config, saved.now, index_of);
        ledger.foresee_known();
        ledger.begin_to_judge();
        ledger.update_rates();
        ledger
    }

    fn load_now(&mut self, config: &Config, now: Now, index_of: impl Fn(TemplateId) -> Option<TemplateIx>) {
        self.sources = now.sources;
        self.pulses = Pulses::load(now.pulses, &index_of);
        let gate_templates = now.gate_templates;
        self.gate =
            now.gate.renamed(config.false_alerts, |number| index_of(*gate_templates.get(number.0 as usize)?));
        self.warmup = now.warmup;
        self.told_span.load(now.told_span);
        self.panes = now.panes.into_iter().map(|(pane, saved)| (pane, PaneCells::load(saved))).collect();
        for NewShape { id, text, level, alarm } in now.pending {
            let shape = Shape { text: text.into_vec(), level, alarm };
            self.pending_bytes += pending_bytes_of(&shape);
            self.pending.insert(id, shape);
        }
        let refuge = |(shape, at)| Some((shape, self.registry.shape(at)?));
        self.refuges = now.refuges.into_iter().filter_map(refuge).collect();
        (self.closed, self.begun) = (now.closed, now.begun);
        (self.panes_lived, self.nearest_left) = (now.panes_lived, now.nearest_left);
        self.lines_closed = now.lines_closed;
        self.second = now.second;
        self.decided = now.decided.into_iter().collect();
        (self.told, self.contexts) = (now.told, now.contexts);
        self.to_follow = now.to_follow;
        (self.limits_said, self.floods_said) = (now.limits_said, now.floods_said);
        self.decisions.load(&now.louder);
        (self.said.names, self.said.awaited) = (now.names, now.awaited);
        self.traffic_told = now.traffic_told;
        let told = now.requests.into_iter().filter_map(|(value, id)| Some((value, index_of(id)?)));
        self.said.slots.requests.told = told.collect();
    }
}

/// Lines come from somewhere; a file that says otherwise was made up.
fn some_sources<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SourceState>, D::Error> {
    let sources = Vec::<SourceState>::deserialize(from)?;
    if sources.is_empty() { Err(serde::de::Error::custom("no source")) } else { Ok(sources) }
}

/// Maps in the order of their keys, so that the same ledger is the same bytes.
pub(super) mod sorted_map {
    use hashbrown::HashMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::hash::Hash;

    pub fn serialize<K: Ord + Serialize, V: Serialize, S: Serializer>(
        map: &HashMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let mut pairs: Vec<(&K, &V)> = map.iter().collect();
        pairs.sort_unstable_by_key(|pair| pair.0);
        pairs.serialize(to)
    }

    pub fn deserialize<'de, K, V, D>(from: D) -> Result<HashMap<K, V>, D::Error>
    where
        K: Eq + Hash + Deserialize<'de>,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(from)?.into_iter().collect())
    }
}

/// Sets in their order.
pub(super) mod sorted_set {
    use hashbrown::HashSet;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::hash::Hash;

    pub fn serialize<K: Ord + Serialize, S: Serializer>(set: &HashSet<K>, to: S) -> Result<S::Ok, S::Error> {
        let mut keys: Vec<&K> = set.iter().collect();
        keys.sort_unstable();
        keys.serialize(to)
    }

    pub fn deserialize<'de, K, D>(from: D) -> Result<HashSet<K>, D::Error>
    where
        K: Eq + Hash + Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<K>::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_every_run_meets_is_kept_once() {
        let config = Config::new(Time::from_seconds(1_800_000_000));
        let mut ledger = Ledger::new(&config, None, vec![("app.log".to_owned(), None)]);
        for run in 0..3 {
            ledger.report.limits_hit.push(format!("limit reached: too long\n  cure of run {run}"));
            ledger = Ledger::load(&config, ledger.save(), None);
        }
        assert_eq!(ledger.save().now.limits_said.len(), 1);
    }
}

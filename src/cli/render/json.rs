//! One JSON object a line: `logsurge.alert/1`. Fields are only ever added.

use super::safe::visible;
use logsurge::alert::Difference;
use logsurge::{Alert, Kind, Time};
use serde::Serialize;

const SCHEMA: &str = "logsurge.alert/1";

#[derive(Serialize)]
struct JsonAlert<'a> {
    schema: &'static str,
    kind: &'static str,
    phase: &'static str,
    note: bool,
    provisional: bool,
    id: String,
    shape: String,
    incident: String,
    time: String,
    started: String,
    level: &'static str,
    template: String,
    sample: String,
    source: &'a str,
    line_number: u64,
    sources: JsonSpread<'a>,
    value: Option<&'a str>,
    value_key: Option<&'a str>,
    value_of: Option<u64>,
    value_usual: Option<f64>,
    window: JsonWindow,
    count: u64,
    expected: f64,
    factor: Option<f64>,
    score: f64,
    tail: f64,
    first_seen: String,
    last_seen: String,
    baseline: JsonLearned,
    nearest: Option<JsonNearest<'a>>,
    summary: &'a str,
    fingerprint: String,
    context: Vec<String>,
    different: Vec<JsonDifference>,
}

#[derive(Serialize)]
struct JsonDifference {
    key: String,
    value: String,
    here: JsonPart,
    usually: JsonPart,
}

/// So many lines of so many.
#[derive(Serialize)]
struct JsonPart {
    lines: u32,
    of: u32,
}

#[derive(Serialize)]
struct JsonSpread<'a> {
    seen: usize,
    of: usize,
    top: &'a str,
}

#[derive(Serialize)]
struct JsonWindow {
    start: String,
    end: String,
}

#[derive(Serialize)]
struct JsonLearned {
    lines: u64,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct JsonNearest<'a> {
    id: String,
    template: &'a str,
    differs: &'a [(String, String)],
}

/// The line for one alert, without its newline.
pub fn line(alert: &Alert) -> String {
    let json = JsonAlert {
        schema: SCHEMA,
        kind: alert.kind.word(),
        phase: alert.phase.word(),
        note: alert.note,
        provisional: alert.provisional,
        id: alert.id.to_string(),
        shape: alert.shape.to_string(),
        incident: hash(alert.incident),
        time: stamp(alert.time),
        started: stamp(alert.started),
        level: alert.level.word(),
        template: visible(alert.template.as_bytes()),
        sample: visible(&alert.sample),
        source: &alert.source,
        line_number: alert.line_number,
        sources: JsonSpread { seen: alert.sources.seen, of: alert.sources.of, top: &alert.sources.top },
        value: alert.value.as_ref().map(|told| told.value.as_str()),
        value_key: alert.value.as_ref().map(|told| told.key.as_str()),
        value_of: alert.value.as_ref().map(|told| told.of),
        value_usual: alert.value.as_ref().map(|told| rounded(told.usual)),
        window: JsonWindow { start: stamp(alert.window.0), end: stamp(alert.window.1) },
        count: alert.count,
        expected: rounded(alert.expected),
        factor: alert.factor.map(rounded),
        score: rounded(alert.score),
        tail: rounded(alert.tail),
        first_seen: stamp(alert.first_seen),
        last_seen: stamp(alert.last_seen),
        baseline: JsonLearned {
            lines: alert.baseline.lines,
            from: stamp(alert.baseline.from),
            to: stamp(alert.baseline.to),
        },
        nearest: alert.nearest.as_ref().map(|nearest| JsonNearest {
            id: nearest.id.to_string(),
            template: &nearest.template,
            differs: &nearest.differs,
        }),
        summary: &alert.summary,
        fingerprint: hash(alert.fingerprint),
        context: context(alert),
        different: alert.context.different.iter().map(difference).collect(),
    };
    debug_assert!(alert.kind != Kind::Surge || alert.expected >= 0.0);
    serde_json::to_string(&json).expect("strings and numbers always serialise")
}

/// The record as it stands in the log, the sample in its place; nothing where it stands alone.
fn context(alert: &Alert) -> Vec<String> {
    let around = &alert.context;
    if around.before.is_empty() && around.after.is_empty() {
        return Vec::new();
    }
    let sample = std::iter::once(&alert.sample);
    around.before.iter().chain(sample).chain(&around.after).map(|line| visible(line)).collect()
}

fn difference(found: &Difference) -> JsonDifference {
    let part = |(lines, of): (u32, u32)| JsonPart { lines, of };
    JsonDifference {
        key: visible(found.key.as_bytes()),
        value: visible(found.value.as_bytes()),
        here: part(found.here),
        usually: part(found.usually),
    }
}

fn stamp(time: Time) -> String {
    time.to_string()
}

fn hash(value: u64) -> String {
    format!("{value:016x}")
}

/// Six significant places: enough for a reader, and the same on every machine.
fn rounded(value: f64) -> f64 {
    if !value.is_finite() {
        return 0.0;
    }
    format!("{value:.5e}").parse().unwrap_or(value)
}

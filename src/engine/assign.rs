//! The message of every single line.

use crate::config::Config;
use crate::count::{Carry, Form, Label, Labeller};
use crate::error::{Error, ErrorKind};
use crate::id::TemplateId;
use crate::input::{Buffer, ChunkReader, Source};
use crate::ledger::limit_text;
use crate::redact::redact;
use crate::template::{Lines, Registry, ShapeIx, TemplateIx};
use crate::time::Time;
use std::collections::HashMap;

/// Labels every physical line of the sources, in order, and returns for each
/// label its message: id and text, as they are once all lines are known; and
/// what could not be read.
pub fn assign(
    config: &Config,
    sources: &[Source],
    labels: &mut Vec<Label>,
) -> (Vec<(TemplateId, String)>, Vec<Error>) {
    let mut labeller = Labeller::new(config.opener());
    let mut troubles = Vec::new();
    let mut buffer = Buffer::default();
    for source in sources {
        let mut reader = ChunkReader::open(source, config.chunk_bytes);
        let mut carry = Carry::start(config.latest);
        while let Some(chunk) = reader.next(std::mem::take(&mut buffer)) {
            if let Some(seconds) = reader.reference_time() {
                carry.latest = Time::from_seconds(seconds);
            }
            labeller.label(&mut carry, chunk.bytes(), labels);
            buffer = chunk.into_buffer();
        }
        troubles.extend(reader.warnings());
    }
    let forms = labeller.forms();
    let mut registry = Registry::new();
    let shapes: Vec<_> = forms.iter().map(|form| registry.insert(&form.shape, &form.line)).collect();
    for hit in (0..registry.limits_hit()).filter_map(|index| registry.limit_hit(index, &config.filter)) {
        let said = limit_text(&hit, |text| shown(config, text));
        troubles.push(Error::new(ErrorKind::Notice(said)));
    }
    (messages(config, &registry, forms, &shapes), troubles)
}

/// The message of each form.
fn messages(
    config: &Config,
    registry: &Registry,
    forms: &[Form],
    shapes: &[ShapeIx],
) -> Vec<(TemplateId, String)> {
    let varying: Vec<Vec<(usize, usize)>> = forms.iter().map(varying).collect();
    let mut lines: HashMap<(TemplateIx, bool), Vec<Lines<'_>>> = HashMap::new();
    let key = |form: &Form, shape| (registry.template_of(shape), form.stamp.is_some());
    for ((form, &shape), varying) in forms.iter().zip(shapes).zip(&varying) {
        let alike = Lines { line: &form.line, stamp: form.stamp, count: form.lines, varying };
        lines.entry(key(form, shape)).or_default().push(alike);
    }
    let texts: HashMap<(TemplateIx, bool), String> = lines
        .into_iter()
        .map(|(key, lines)| (key, shown(config, &registry.text_along(key.0, &lines))))
        .collect();
    let message = |(form, &shape): (&Form, &ShapeIx)| {
        let key = key(form, shape);
        (registry.template_id(key.0), texts[&key].clone())
    };
    forms.iter().zip(shapes).map(message).collect()
}

fn varying(form: &Form) -> Vec<(usize, usize)> {
    form.runs.iter().filter(|run| run.varies).map(|run| (run.start, run.end)).collect()
}

/// A text as it may be shown: no secrets.
fn shown(config: &Config, text: &str) -> String {
    if config.no_redact {
        return text.to_owned();
    }
    String::from_utf8_lossy(&redact(text.as_bytes())).into_owned()
}

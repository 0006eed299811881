//! The message of every single line.

use crate::config::Config;
use crate::count::{Carry, Label, Labeller};
use crate::error::Error;
use crate::id::TemplateId;
use crate::input::{Buffer, ChunkReader, Source};
use crate::redact::redact;
use crate::session::opener;
use crate::template::Registry;
use crate::time::Time;

/// Labels every physical line of the sources, in order, and returns for each
/// label its message: id and text, as they are once all lines are known; and
/// what could not be read.
pub fn assign(
    config: &Config,
    sources: &[Source],
    labels: &mut Vec<Label>,
) -> (Vec<(TemplateId, String)>, Vec<Error>) {
    let mut labeller = Labeller::new(opener(config));
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
    let mut registry = Registry::new();
    let known: Vec<_> = labeller.shapes().map(|(shape, example)| registry.insert(shape, example)).collect();
    let messages = known.into_iter().map(|shape| {
        let template = registry.template_of(shape);
        let text = registry.template_text(template);
        let shown = if config.no_redact {
            text
        } else {
            String::from_utf8_lossy(&redact(text.as_bytes())).into_owned()
        };
        (registry.template_id(template), shown)
    });
    (messages.collect(), troubles)
}

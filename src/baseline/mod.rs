//! What is normal, as one file.
//!
//! A baseline holds the messages of a log, when and how often they came, and
//! the statistics of their windows. It is written by `learn` and by nothing
//! else. An unusable file is an error with its cure, never an empty start.

pub(crate) mod sealed;
mod settings;
mod store;

pub use sealed::TOKENIZER_VERSION;
pub use settings::Settings;
pub use store::FORMAT_VERSION;

use crate::alert::Learned;
use crate::detect::slots::SavedSlots;
use crate::detect::{self, Detector, Message, Messages};
use crate::error::Error;
use crate::id::TemplateId;
use crate::template::{self, Registry, TemplateIx};
use crate::time::Pane;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A learned log. See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    pub(crate) settings: Settings,
    pub(crate) body: Body,
}

/// Hashes of a place in a line and of the value there; no value can be told from them.
pub(crate) type Feature = (u32, u16);

/// Lines of a message that stand for what is usual of it: their panes and values.
pub(crate) type SavedTypical = (TemplateId, Vec<(Pane, Vec<Feature>)>);

/// The same of templates.
pub(crate) type TypicalLines = Vec<(TemplateIx, Vec<(Pane, Vec<Feature>)>)>;

/// What the file holds behind its header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    learned: Learned,
    pub(crate) registry: template::Saved,
    pub(crate) messages: Vec<(TemplateId, Message)>,
    pub(crate) detector: detect::Saved,
    pub(crate) typical: Vec<SavedTypical>,
    pub(crate) slots: SavedSlots,
}

/// A baseline brought back to life.
pub(crate) struct Restored {
    pub registry: Registry,
    pub messages: Messages,
    pub detector: Detector,
    pub typical: TypicalLines,
}

/// One message of a baseline, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineMessage {
    /// Its id.
    pub id: TemplateId,
    /// Its text with variables as `<*>`.
    pub template: String,
    /// Its first line.
    pub example: Vec<u8>,
    /// Its lines, and when they came.
    pub message: Message,
}

impl Baseline {
    pub(crate) fn new(
        registry: &Registry,
        messages: &Messages,
        detector: &Detector,
        typical: Vec<SavedTypical>,
        slots: SavedSlots,
        learned: Learned,
        settings: Settings,
    ) -> Baseline {
        let mut listed: Vec<(TemplateId, Message)> = registry
            .templates()
            .into_iter()
            .filter_map(|template| Some((registry.template_id(template), *messages.get(template)?)))
            .collect();
        listed.sort_by_key(|(id, _)| *id);
        let detector = detector.save(|template| Some(registry.template_id(template).0));
        let registry = registry.save();
        Baseline { settings, body: Body { learned, registry, messages: listed, detector, typical, slots } }
    }

    /// Reads a baseline file whole.
    ///
    /// # Errors
    /// A file that is missing, damaged, newer than this program or learned with
    /// other settings; the message says what to do.
    pub fn load(path: &Path, settings: &Settings) -> Result<Baseline, Error> {
        store::load(path, Some(settings))
    }

    /// Reads a baseline file whole to look into it, whatever it was learned with.
    ///
    /// # Errors
    /// As [`Baseline::load`].
    pub fn open(path: &Path) -> Result<Baseline, Error> {
        store::load(path, None)
    }

    /// Writes the file whole, or leaves the old one as it was.
    ///
    /// # Errors
    /// Any failure of the file system, naming the path.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        store::save(self, path)
    }

    /// What shaped its messages.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Lines learned and their span.
    pub fn learned(&self) -> Learned {
        self.body.learned
    }

    /// The same for the same content.
    pub fn fingerprint(&self) -> u64 {
        let bytes = postcard::to_stdvec(&(&self.body.learned, &self.body.messages)).unwrap_or_default();
        xxhash_rust::xxh3::xxh3_64(&bytes).max(1)
    }

    /// Its messages by id.
    pub fn messages(&self) -> Vec<BaselineMessage> {
        let registry = Registry::load(&self.body.registry);
        let by_id = templates_by_id(&registry);
        let listed = self.body.messages.iter();
        listed
            .filter_map(|(id, message)| {
                let template = *by_id.get(id)?;
                Some(BaselineMessage {
                    id: *id,
                    template: registry.template_text(template),
                    example: registry.example(template).to_vec(),
                    message: *message,
                })
            })
            .collect()
    }

    pub(crate) fn restore(&self, settings: detect::Settings) -> Restored {
        let registry = Registry::load(&self.body.registry);
        let by_id = templates_by_id(&registry);
        let mut messages = Messages::default();
        for (id, message) in &self.body.messages {
            if let Some(template) = by_id.get(id) {
                messages.put(*template, *message);
            }
        }
        let detector =
            Detector::load(settings, &self.body.detector, |id| by_id.get(&TemplateId(id)).copied());
        let own = |(id, lines): &SavedTypical| Some((*by_id.get(id)?, lines.clone()));
        let typical = self.body.typical.iter().filter_map(own).collect();
        Restored { registry, messages, detector, typical }
    }
}

fn templates_by_id(registry: &Registry) -> HashMap<TemplateId, TemplateIx> {
    registry.templates().into_iter().map(|template| (registry.template_id(template), template)).collect()
}

//! Records in the ledger: what surrounds the first line of a new message, and
//! which new messages are told with another one of their record.
//!
//! A record may lie in several chunks. What an alert shows of it is put together
//! here, where the chunks of a source come in sequence, and only for shapes that
//! nobody knows yet.

use super::Ledger;
use super::source::Held;
use crate::alert::Context;
use crate::count::{Entry, Within, add_after, add_before};
use crate::id::ShapeId;
use crate::limits::PENDING_RESERVE;
use crate::line::split::is_blank;
use crate::time::Time;
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

/// The last record of a source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct OpenRecord {
    /// Its head and its last lines.
    tail: Vec<u8>,
    /// Line numbers of its messages that are being remembered.
    waiting: Vec<u64>,
}

/// What surrounds one line.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Surroundings {
    shape: ShapeId,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// The surroundings of lines that may turn out to be news, by source and line number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Contexts {
    #[serde(with = "super::snapshot::sorted_map")]
    by_line: HashMap<(usize, u64), Surroundings>,
}

impl Contexts {
    /// The chunk's first lines belong to the record before it.
    pub fn add_lead(&mut self, source: usize, record: &mut OpenRecord, lead: &[u8], all_lead: bool) {
        for line in &record.waiting {
            if let Some(known) = self.by_line.get_mut(&(source, *line)) {
                add_after(&mut known.after, lead);
            }
        }
        if !all_lead {
            record.waiting.clear();
        }
    }

    /// Remembers what surrounds the sample of an entry.
    pub fn note(&mut self, source: usize, record: &mut OpenRecord, held: &Held, entry: &Entry) {
        if self.by_line.len() >= 4 * PENDING_RESERVE {
            return;
        }
        let (before_len, after_len) = (entry.around.0 as usize, entry.around.1 as usize);
        let from = (entry.sample.0 + entry.sample.1) as usize;
        let (own, rest) = held.samples[from..from + before_len + after_len].split_at(before_len);
        let mut before = if entry.open_front { record.tail.clone() } else { Vec::new() };
        if entry.open_front {
            add_before(&mut before, own, true);
        } else {
            before.extend_from_slice(own);
        }
        let number = held.line_number(entry.line);
        if entry.open_back {
            record.waiting.push(number);
        }
        if !before.is_empty() || !rest.is_empty() || entry.open_back {
            let surroundings = Surroundings { shape: entry.shape, before, after: rest.to_vec() };
            self.by_line.insert((source, number), surroundings);
        }
    }

    /// The same without secrets.
    pub fn to_save(&self, blanked: &dyn Fn(&[u8]) -> Vec<u8>) -> Contexts {
        let own = |(at, known): (&(usize, u64), &Surroundings)| {
            let (before, after) = (lines_of(&known.before, blanked), lines_of(&known.after, blanked));
            (*at, Surroundings { shape: known.shape, before, after })
        };
        Contexts { by_line: self.by_line.iter().map(own).collect() }
    }

    /// Forgets the lines of shapes that are not wanted any more.
    pub fn retain(&mut self, is_wanted: impl Fn(ShapeId) -> bool) {
        self.by_line.retain(|_, known| is_wanted(known.shape));
    }
}

/// A text line by line without secrets.
pub(super) fn lines_of(text: &[u8], blanked: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    text.split(|byte| *byte == b'\n').map(blanked).collect::<Vec<_>>().join(&b'\n')
}

impl OpenRecord {
    /// The same without secrets.
    pub fn to_save(&self, blanked: &dyn Fn(&[u8]) -> Vec<u8>) -> OpenRecord {
        OpenRecord { tail: lines_of(&self.tail, blanked), waiting: self.waiting.clone() }
    }

    /// The chunk ends with a record, or goes on with the one before.
    pub fn add_tail(&mut self, tail: Vec<u8>, all_lead: bool) {
        if all_lead {
            add_before(&mut self.tail, &tail, true);
        } else {
            self.tail = tail;
        }
    }
}

impl Ledger {
    /// The lines of its record around a line, as they may be shown.
    pub(super) fn context_of(&self, source: usize, line_number: u64) -> Context {
        let Some(known) = self.contexts.by_line.get(&(source, line_number)) else {
            return Context::default();
        };
        let shown = |text: &[u8]| -> Vec<Vec<u8>> {
            let lines = text.split(|byte| *byte == b'\n').map(|line| self.shown(line));
            lines.filter(|line| !is_blank(line)).collect()
        };
        Context { before: shown(&known.before), after: shown(&known.after), ..Context::default() }
    }
}

/// New messages of one second that stand in one record are told once: by the first of them.
///
/// Two records of one moment may have the same head, and then say different things. In one
/// record a single message stands right behind another, so a second one there is of
/// another record, and is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Told {
    #[serde(with = "super::snapshot::sorted_set")]
    at: HashSet<(ShapeId, Time)>,
    /// Where a message was already told with another.
    #[serde(with = "super::snapshot::sorted_set")]
    taken: HashSet<(ShapeId, ShapeId, Time)>,
}

impl Told {
    /// Whether a new message is told with another one; from now on it counts as told.
    pub fn covers(&mut self, shape: ShapeId, time: Time, within: Option<Within>) -> bool {
        let covered = within.is_some_and(|Within { head, before }| {
            let told = |known: ShapeId| known != shape && self.at.contains(&(known, time));
            (told(head) || told(before)) && self.taken.insert((head, before, time))
        });
        self.at.insert((shape, time));
        covered
    }

    pub fn clear(&mut self) {
        self.at.clear();
        self.taken.clear();
    }
}

/// The order in which new messages of one second are looked at: heads before what stands
/// behind them, and in line order.
pub(super) fn record_order(within: Option<Within>, line: u64, shape: ShapeId) -> (bool, u64, ShapeId) {
    (within.is_some(), line, shape)
}

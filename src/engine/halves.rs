//! One log read once and learned by two ledgers: what came before a moment, and
//! what came from it on.

use super::opened::Opened;
use super::{Engine, Message};
use crate::config::Config;
use crate::error::Error;
use crate::id::{ShapeId, SlotId};
use crate::input::Source;
use crate::ledger::Ledger;
use crate::time::Time;
use std::collections::HashSet;
use std::sync::Arc;

/// Two finished ledgers that only learned.
pub struct Halves {
    /// What came before the moment.
    pub before: Ledger,
    /// What came from it on.
    pub after: Ledger,
    /// What could not be read.
    pub troubles: Vec<Error>,
    /// What a person should be told once.
    pub notices: Vec<String>,
}

impl Engine {
    /// Learns what the sources say from `from` up to `at`, and apart from it what
    /// they say from `at` on.
    pub fn halves(&self, sources: &[Source], from: Time, at: Time) -> Halves {
        let firsts = self.first_stamps(sources);
        let ledger = |only| {
            let config = Config { learn_only: true, only: Some(only), ..self.config.clone() };
            Ledger::new(&config, None, super::named(sources, &firsts))
        };
        let mut halves = Halves {
            before: ledger((from, at)),
            after: ledger((at, Time(i64::MAX))),
            troubles: Vec::new(),
            notices: Vec::new(),
        };
        let opened: Arc<Opened> = Arc::default();
        let mut open_in_one = HashSet::new();
        let mut work = self.work(sources, &firsts, &opened);
        while let Some(message) = work.next() {
            match message {
                Message::Delta(delta) => {
                    halves.before.apply((*delta).clone());
                    halves.after.apply(*delta);
                    opened.add(&halves.take_opened(&mut open_in_one));
                }
                Message::End { source, chunks } => {
                    halves.before.end_source_after(source, chunks);
                    halves.after.end_source_after(source, chunks);
                }
                Message::Trouble(troubles) => halves.troubles.extend(troubles),
            }
        }
        halves.before.finish();
        halves.after.finish();
        halves.take_opened(&mut open_in_one);
        halves.notices = halves.before.take_notices();
        for notice in halves.after.take_notices() {
            if !halves.notices.contains(&notice) {
                halves.notices.push(notice);
            }
        }
        halves
    }
}

impl Halves {
    /// Slots that are open in both since the last call: each ledger tells of a slot once, and
    /// what is open in one half may be closed in the other.
    fn take_opened(&mut self, open_in_one: &mut HashSet<(ShapeId, SlotId)>) -> Vec<(ShapeId, SlotId)> {
        let told = self.before.take_opened().into_iter().chain(self.after.take_opened());
        told.filter(|slot| !open_in_one.insert(*slot)).collect()
    }
}

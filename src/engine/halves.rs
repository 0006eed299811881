//! One log read once and learned by two ledgers: what came before a moment, and
//! what came from it on.

use super::{Engine, Message};
use crate::config::Config;
use crate::error::Error;
use crate::input::Source;
use crate::ledger::Ledger;
use crate::time::Time;
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
        // What is open in one half may be closed in the other.
        let mut work = self.work(sources, &firsts, &Arc::default());
        while let Some(message) = work.next() {
            match message {
                Message::Delta(delta) => {
                    halves.before.apply((*delta).clone());
                    halves.after.apply(*delta);
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
        halves.notices = halves.before.take_notices();
        for notice in halves.after.take_notices() {
            if !halves.notices.contains(&notice) {
                halves.notices.push(notice);
            }
        }
        halves
    }
}

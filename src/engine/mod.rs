//! Threads, and nowhere else.
//!
//! One scheme for one file and for many: sources wait in a heap by (how far
//! they are, rank). A free thread takes the least, reads or decodes one chunk,
//! puts the source back at once, and then tallies the chunk. So one plain file
//! uses all threads, one gzip decodes ahead of the tallying, many files advance
//! together in event time, and no thread waits on a file that is ahead. Deltas
//! wait in a bounded list for the ledger, on the caller's own thread, which applies
//! them in sequence per source and reads and tallies too while there are none; a
//! full list stops the others. With one thread there is no list: the caller reads,
//! tallies and applies.

mod assign;
mod feeder;
mod halves;
pub mod live;
mod opened;
mod pipes;
pub mod resume;
mod span;
mod threads;

pub use assign::assign;
pub use halves::Halves;
pub use pipes::without_dead_pipes;
pub use span::{Past, past_of, span};

use crate::alert::Alert;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::count::{Carry, Delta, Scout};
use crate::error::Error;
use crate::input::Source;
use crate::ledger::{Ledger, Report};
use crate::shape::{Scratch, Shape};
use crate::time::Time;
use feeder::{Feeder, Source as Feed, Step};
use opened::Opened;
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;
use threads::Crew;

/// A reader of the first stamp in the first bytes of a file, for ordering the
/// files of a rotation family.
pub fn first_stamp(config: &Config) -> impl Fn(&Path, &[u8]) -> Option<i64> {
    let (opener, latest) = (config.opener(), config.latest);
    move |_path, head| Scout::new(opener.clone()).first_stamp(head, latest).map(|time| time.0)
}

/// The shape of one line, as a run with this configuration sees it; none if it
/// says nothing.
pub fn shape_of(config: &Config, line: &[u8]) -> Option<Shape> {
    let mut opener = config.opener();
    opener.look(line);
    let anchor = Carry::start(config.latest).anchor();
    let mut opened = opener.open(line, 0, line.len(), anchor)?;
    let mut shape = Shape::default();
    opened.shape(&mut Vec::new(), &mut Scratch::default(), &mut shape);
    Some(shape)
}

/// What travels from a worker to the ledger.
#[derive(Debug)]
pub(crate) enum Message {
    /// The tally of one chunk.
    Delta(Box<Delta>),
    /// A source has no more than so many chunks.
    End { source: usize, chunks: u64 },
    /// Something could not be read.
    Trouble(Vec<Error>),
}

/// Batch: reads sources to their end and judges them by event time.
pub struct Engine {
    config: Config,
}

impl Engine {
    /// An engine with these settings.
    pub fn new(config: Config) -> Engine {
        Engine { config }
    }

    /// Starts reading. Alerts come out of the iterator as panes close.
    pub fn run(&self, sources: &[Source], baseline: Option<&Baseline>) -> Run {
        let firsts = self.first_stamps(sources);
        let ledger = Ledger::new(&self.config, baseline, named(sources, &firsts));
        let opened = Arc::default();
        let work = self.work(sources, &firsts, &opened);
        Run { ledger, opened, work, troubles: Vec::new(), finished: false }
    }

    fn work(&self, sources: &[Source], firsts: &[Option<Time>], open: &Arc<Opened>) -> Work {
        let feeds: Vec<Feed> = sources
            .iter()
            .zip(firsts)
            .enumerate()
            .map(|(index, (source, first))| Feed::new(index, source.clone(), *first, self.config.latest))
            .collect();
        if self.config.threads > 1 {
            Work::Crew(Box::new(Crew::start(&self.config, open, feeds)))
        } else {
            Work::Alone(Box::new(Feeder::new(&self.config, open, feeds)))
        }
    }

    /// The first stamp of each source; one source needs none.
    fn first_stamps(&self, sources: &[Source]) -> Vec<Option<Time>> {
        if sources.len() < 2 {
            return vec![None; sources.len()];
        }
        sources.par_iter().map(|source| span::first_stamp_of(&self.config, source)).collect()
    }
}

/// The sources with their names and first stamps, as a ledger wants them.
fn named(sources: &[Source], firsts: &[Option<Time>]) -> Vec<(String, Option<Time>)> {
    sources.iter().zip(firsts).map(|(source, first)| (source.name.clone(), *first)).collect()
}

enum Work {
    Alone(Box<Feeder>),
    Crew(Box<Crew>),
}

impl Work {
    /// Reads on a little; none at the end.
    fn next(&mut self) -> Option<Message> {
        match self {
            Work::Alone(feeder) => match feeder.step() {
                Step::Did(message) => Some(message),
                Step::Done => None,
            },
            Work::Crew(crew) => crew.receive(),
        }
    }
}

/// A run that is going on: an iterator of alerts, and afterwards the figures.
pub struct Run {
    ledger: Ledger,
    /// Where the workers learn which slots are open.
    opened: Arc<Opened>,
    work: Work,
    troubles: Vec<Error>,
    finished: bool,
}

impl Run {
    /// What could not be read, so far.
    pub fn take_troubles(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.troubles)
    }

    /// What a person should be told once, beside the alerts.
    pub fn take_notices(&mut self) -> Vec<String> {
        self.ledger.take_notices()
    }

    /// How the lines were counted so far.
    pub fn report(&self) -> &Report {
        self.ledger.report()
    }

    /// The ledger, for what it has learned.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Reads on a little; false at the end.
    fn step(&mut self) -> bool {
        match self.work.next() {
            Some(Message::Delta(delta)) => {
                self.ledger.apply(*delta);
                self.opened.add(&self.ledger.take_opened());
            }
            Some(Message::End { source, chunks }) => self.ledger.end_source_after(source, chunks),
            Some(Message::Trouble(troubles)) => self.troubles.extend(troubles),
            None => return false,
        }
        true
    }
}

impl Iterator for Run {
    type Item = Alert;

    fn next(&mut self) -> Option<Alert> {
        loop {
            if let Some(alert) = self.ledger.next_alert() {
                return Some(alert);
            }
            if self.finished {
                return None;
            }
            if !self.step() {
                self.ledger.finish();
                self.finished = true;
            }
        }
    }
}

//! The heap of sources, and the work of one thread on it.

use super::Message;
use super::opened::Opened;
use crate::config::Config;
use crate::count::{Carry, Job, Scout, Worker};
use crate::input::{self, Buffer, Chunk, ChunkReader};
use crate::session::random_seed;
use crate::time::Time;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

/// A source that waits for a thread to read its next chunk.
pub(crate) struct Source {
    index: usize,
    source: input::Source,
    reader: Option<ChunkReader>,
    carry: Carry,
    chunks: u64,
    /// How far it is: its last stamp, before reading its first.
    reached: Time,
}

impl Source {
    pub fn new(index: usize, source: input::Source, first: Option<Time>, latest: Time) -> Source {
        Source {
            index,
            source,
            reader: None,
            carry: Carry::start(latest),
            chunks: 0,
            reached: first.unwrap_or(Time(i64::MIN)),
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Source {}

impl PartialOrd for Source {
    fn partial_cmp(&self, other: &Source) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Source {
    fn cmp(&self, other: &Source) -> Ordering {
        (self.reached, self.index).cmp(&(other.reached, other.index))
    }
}

/// Sources by how far they are.
pub(crate) type Waiting = BinaryHeap<Reverse<Source>>;

/// A chunk together with all that its tally needs.
pub(crate) struct Portion {
    source: usize,
    carry: Carry,
    index: u64,
    chunk: Chunk,
}

/// What reading a source's next chunk gave.
pub(crate) enum Portioned {
    Chunk(Portion),
    End { chunks: u64 },
}

/// The private tools of one thread.
pub(crate) struct Hand {
    worker: Worker,
    /// The slots that are open, and how many of them the worker knows.
    opened: Arc<Opened>,
    seen: usize,
    scout: Scout,
    buffer: Buffer,
    chunk_bytes: usize,
}

impl Hand {
    /// `open`: where the worker learns which slots are open.
    pub fn new(config: &Config, open: &Arc<Opened>) -> Hand {
        Hand {
            worker: Worker::new(config.opener(), random_seed())
                .with_values(config.values)
                .among(config.threads),
            opened: Arc::clone(open),
            seen: 0,
            scout: Scout::new(config.opener()),
            buffer: Buffer::default(),
            chunk_bytes: config.chunk_bytes,
        }
    }

    /// Reads one chunk of `source`, whose carry must be moved behind it before the next one is read.
    pub fn read(&mut self, source: &mut Source) -> (Portioned, Vec<crate::Error>) {
        let reader = source.reader.get_or_insert_with(|| ChunkReader::open(&source.source, self.chunk_bytes));
        let chunk = reader.next(std::mem::take(&mut self.buffer));
        let troubles = reader.warnings();
        let Some(chunk) = chunk else {
            return (Portioned::End { chunks: source.chunks }, troubles);
        };
        if let Some(seconds) = reader.reference_time() {
            source.carry.latest = Time::from_seconds(seconds);
        }
        let index = source.chunks;
        source.chunks += 1;
        (Portioned::Chunk(Portion { source: source.index, carry: source.carry, index, chunk }), troubles)
    }

    /// Moves the carry of `source` behind the chunk read from it, which is not tallied yet.
    pub fn scout(&mut self, source: &mut Source, portion: &Portion) {
        source.move_to(self.scout.carry_after(&portion.carry, portion.chunk.bytes()));
    }

    /// Tallies a chunk and takes its buffer back.
    pub fn tally(&mut self, portion: Portion) -> Message {
        let Portion { source, carry, index, chunk } = portion;
        let overlong = chunk.overlong;
        self.opened.tell(&mut self.worker, &mut self.seen);
        let delta =
            self.worker.tally(&Job { source, index, bytes: chunk.bytes(), carry, overlong, live: false });
        self.buffer = chunk.into_buffer();
        Message::Delta(Box::new(delta))
    }
}

impl Source {
    /// The source's index in the run.
    pub fn index(&self) -> usize {
        self.index
    }

    fn move_to(&mut self, carry: Carry) {
        self.carry = carry;
        self.reached = carry.last.unwrap_or(self.reached);
    }
}

/// One step of the journey without threads.
pub(crate) enum Step {
    Did(Message),
    Done,
}

/// The whole heap in one hand.
pub(crate) struct Feeder {
    hand: Hand,
    waiting: Waiting,
    ready: Option<Message>,
}

impl Feeder {
    pub fn new(config: &Config, open: &Arc<Opened>, sources: Vec<Source>) -> Feeder {
        let waiting = sources.into_iter().map(Reverse).collect();
        Feeder { hand: Hand::new(config, open), waiting, ready: None }
    }

    pub fn step(&mut self) -> Step {
        if let Some(message) = self.ready.take() {
            return Step::Did(message);
        }
        let Some(Reverse(mut source)) = self.waiting.pop() else { return Step::Done };
        let (portioned, troubles) = self.hand.read(&mut source);
        let message = match portioned {
            Portioned::Chunk(portion) => {
                let message = self.hand.tally(portion);
                source.move_to(self.hand.worker.carry());
                self.waiting.push(Reverse(source));
                message
            }
            Portioned::End { chunks } => Message::End { source: source.index(), chunks },
        };
        if troubles.is_empty() {
            return Step::Did(message);
        }
        self.ready = Some(message);
        Step::Did(Message::Trouble(troubles))
    }
}

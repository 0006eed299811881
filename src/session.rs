//! The whole journey without threads and without input or output: bytes are
//! pushed in, alerts are pulled out.
//!
//! It is what a live log needs, what an embedder wants, and the oracle that the
//! threaded journey is tested against.

use crate::alert::Alert;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::count::{Carry, Job, Worker};
use crate::input::Buffer;
use crate::input::chunk::Cutter;
use crate::ledger::{self, Ledger, Report};
use crate::limits::LIVE_PIECE_LINES;
use crate::line::structured::cut_stream;
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// One log, pushed in piece by piece.
///
/// ```
/// use logsurge::{Config, Session, Time};
/// let mut config = Config::new(Time::from_seconds(1_800_000_000));
/// config.warmup = Some(0);
/// let mut session = Session::new(&config, None, "app.log");
/// session.feed(b"2026-03-02T14:02:31Z ERROR charge failed for order 8812\n");
/// session.finish();
/// let alert = session.next_alert().expect("a new error is an alert");
/// assert_eq!(alert.kind.word(), "new");
/// ```
pub struct Session {
    worker: Worker,
    ledger: Ledger,
    carry: Carry,
    chunks: u64,
    live: bool,
    cutter: Cutter,
    buffer: Buffer,
}

/// A session between two lines, as a file keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedSession {
    ledger: ledger::Saved,
    carry: Carry,
    chunks: u64,
}

impl Session {
    /// A session for one source.
    pub fn new(config: &Config, baseline: Option<&Baseline>, name: &str) -> Session {
        let ledger = Ledger::new(config, baseline, vec![(name.to_owned(), None)]);
        let worker = Worker::new(config.opener(), random_seed()).with_values(config.values);
        Session {
            worker,
            ledger,
            carry: Carry::start(config.latest),
            chunks: 0,
            live: config.live,
            cutter: Cutter::new(config.chunk_bytes),
            buffer: Buffer::default(),
        }
    }

    /// Goes on where an earlier session, saved, left off: with the line that follows.
    pub fn load(config: &Config, saved: SavedSession) -> Session {
        Session::load_onto(config, saved, None)
    }

    /// The same with another baseline than before, if there is one: what is usual is taken from
    /// it, and what was known stays known.
    pub fn load_onto(config: &Config, saved: SavedSession, baseline: Option<&Baseline>) -> Session {
        let mut session = Session::new(config, None, "");
        session.ledger = Ledger::load(config, saved.ledger, baseline);
        (session.carry, session.chunks) = (saved.carry, saved.chunks);
        session
    }

    /// What a later session needs to go on with the line that follows the last whole one. Take
    /// all alerts and notices before.
    pub fn save(&self) -> SavedSession {
        SavedSession { ledger: self.ledger.save(), carry: self.carry, chunks: self.chunks }
    }

    /// Takes any piece of the log; an unfinished last line waits for its rest.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let mut draft = self.cutter.begin(std::mem::take(&mut self.buffer));
            let cut = loop {
                let room = self.cutter.room(&mut draft);
                let count = room.len().min(bytes.len());
                let (piece, rest) = bytes.split_at(count);
                room[..count].copy_from_slice(piece);
                bytes = rest;
                let cut = self.cutter.add(&mut draft, count);
                if cut.is_some() || bytes.is_empty() {
                    break cut;
                }
            };
            let Some(cut) = cut else {
                self.buffer = self.cutter.put_back(draft);
                return;
            };
            let chunk = self.cutter.chunk(draft, cut, 0);
            self.feed_lines(chunk.bytes(), chunk.overlong);
            self.buffer = chunk.into_buffer();
        }
    }

    /// Takes whole lines, `overlong` of which were cut by whoever read them.
    ///
    /// Live, they are taken a few at a time: an error is decided when it arrives,
    /// and what a backlog said minutes earlier must have been learned by then.
    pub fn feed_lines(&mut self, mut lines: &[u8], mut overlong: u64) {
        // What is only learned needs no such care.
        while self.live
            && !self.ledger.is_in_past()
            && let Some(end) = live_piece_end(lines)
        {
            self.feed_piece(&lines[..end], std::mem::take(&mut overlong));
            lines = &lines[end..];
        }
        self.feed_piece(lines, overlong);
    }

    fn feed_piece(&mut self, lines: &[u8], overlong: u64) {
        let job =
            Job { source: 0, index: self.chunks, bytes: lines, carry: self.carry, overlong, live: self.live };
        self.chunks += 1;
        let delta = self.worker.tally(&job);
        self.carry = self.worker.carry();
        self.ledger.apply(delta);
        self.worker.open_slots(&self.ledger.take_opened());
    }

    /// The lines that follow are those of another file, from its first.
    pub fn begin_file(&mut self) {
        self.ledger.begin_file(0);
    }

    /// Live: what time it is; may close panes.
    pub fn advance(&mut self, now: Time) {
        self.ledger.advance(now);
    }

    /// Live: all that was written has been read, the last of it at `written`, and now it is so
    /// late; may close panes.
    pub fn catch_up(&mut self, written: Time, now: Time) {
        self.ledger.catch_up(written, now);
    }

    /// The log has ended, or nobody will read on.
    pub fn finish(&mut self) {
        let mut draft = self.cutter.begin(std::mem::take(&mut self.buffer));
        if let Some(cut) = self.cutter.finish(&mut draft) {
            let chunk = self.cutter.chunk(draft, cut, 0);
            self.feed_lines(chunk.bytes(), chunk.overlong);
        }
        self.ledger.finish();
    }

    /// The next alert that is due.
    pub fn next_alert(&mut self) -> Option<Alert> {
        self.ledger.next_alert()
    }

    /// What a person should be told once, beside the alerts.
    pub fn take_notices(&mut self) -> Vec<String> {
        self.ledger.take_notices()
    }

    /// How the lines were counted.
    pub fn report(&self) -> &Report {
        self.ledger.report()
    }

    /// The ledger, for what it has learned.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

/// Where the first few of these whole lines end, if more follow; parts of one line stay together.
fn live_piece_end(lines: &[u8]) -> Option<usize> {
    let (mut start, mut count) = (0, 0);
    for newline in memchr::memchr_iter(b'\n', lines) {
        let end = newline + 1;
        // Empty lines teach nothing.
        count += usize::from(newline > start);
        if newline > start && count >= LIVE_PIECE_LINES && cut_stream(&lines[start..newline]).is_none() {
            return (end < lines.len()).then_some(end);
        }
        start = end;
    }
    None
}

/// A seed for caches, so that nobody can craft lines that collide.
pub(crate) fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0u64)
}

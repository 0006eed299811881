//! The whole journey without threads and without input or output: bytes are
//! pushed in, alerts are pulled out.
//!
//! It is what a live log needs, what an embedder wants, and the oracle that the
//! threaded journey is tested against.

use crate::alert::Alert;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::count::{Carry, Job, Opener, Scout, Worker};
use crate::input::chunk::cut_overlong_lines;
use crate::ledger::{Ledger, Report};
use crate::limits::{LINE_BYTES_MAX, LIVE_PIECE_LINES};
use crate::line::stamp::Clock;
use crate::time::Time;
use memchr::{memchr, memrchr};

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
    scout: Scout,
    ledger: Ledger,
    carry: Carry,
    chunks: u64,
    live: bool,
    /// A line whose end has not come yet; bounded by cutting it.
    partial: Vec<u8>,
    /// The rest of a cut line is being dropped.
    dropping: bool,
}

impl Session {
    /// A session for one source.
    pub fn new(config: &Config, baseline: Option<&Baseline>, name: &str) -> Session {
        Session {
            worker: Worker::new(opener(config), random_seed()).with_values(config.values),
            scout: Scout::new(opener(config)),
            ledger: Ledger::new(config, baseline, vec![(name.to_owned(), None)]),
            carry: Carry::start(config.latest),
            chunks: 0,
            live: config.live,
            partial: Vec::new(),
            dropping: false,
        }
    }

    /// Takes any piece of the log; an unfinished last line waits for its rest.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        if self.dropping {
            let Some(newline) = memchr(b'\n', bytes) else { return };
            bytes = &bytes[newline + 1..];
            self.dropping = false;
        }
        if !self.partial.is_empty() {
            let Some(newline) = memchr(b'\n', bytes) else { return self.keep(bytes) };
            let mut line = std::mem::take(&mut self.partial);
            line.extend_from_slice(&bytes[..=newline]);
            self.feed_whole(&line);
            bytes = &bytes[newline + 1..];
        }
        let whole = memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
        if whole > 0 {
            self.feed_whole(&bytes[..whole]);
        }
        self.keep(&bytes[whole..]);
    }

    /// Takes whole lines of any length and cuts those that are too long.
    fn feed_whole(&mut self, lines: &[u8]) {
        let fits = |line: &[u8]| line.len() <= LINE_BYTES_MAX;
        if fits(lines) || lines.split(|byte| *byte == b'\n').all(fits) {
            return self.feed_lines(lines, 0);
        }
        let mut lines = lines.to_vec();
        let (end, overlong) = cut_overlong_lines(&mut lines);
        self.feed_lines(&lines[..end], overlong);
    }

    /// Keeps an unfinished line, or counts it cut once it is too long.
    fn keep(&mut self, rest: &[u8]) {
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LINE_BYTES_MAX {
            let mut line = std::mem::take(&mut self.partial);
            line.truncate(LINE_BYTES_MAX);
            self.feed_lines(&line, 1);
            self.dropping = true;
        }
    }

    /// Takes whole lines, `overlong` of which were cut by whoever read them.
    ///
    /// Live, they are taken a few at a time: an error is decided when it arrives,
    /// and what a backlog said minutes earlier must have been learned by then.
    pub fn feed_lines(&mut self, mut lines: &[u8], mut overlong: u64) {
        while self.live
            && let Some(newline) = memchr::memchr_iter(b'\n', lines).nth(LIVE_PIECE_LINES - 1)
            && newline + 1 < lines.len()
        {
            self.feed_piece(&lines[..=newline], std::mem::take(&mut overlong));
            lines = &lines[newline + 1..];
        }
        self.feed_piece(lines, overlong);
    }

    fn feed_piece(&mut self, lines: &[u8], overlong: u64) {
        let job =
            Job { source: 0, index: self.chunks, bytes: lines, carry: self.carry, overlong, live: self.live };
        self.chunks += 1;
        let delta = self.worker.tally(&job);
        self.carry = self.scout.carry_after(&self.carry, lines);
        self.ledger.apply(delta);
    }

    /// Live: what time it is; may close panes.
    pub fn advance(&mut self, now: Time) {
        self.ledger.advance(now);
    }

    /// The log has ended, or nobody will read on.
    pub fn finish(&mut self) {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.feed_lines(&line, 0);
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

/// The opener of lines that a configuration asks for.
pub(crate) fn opener(config: &Config) -> Opener {
    let clock = Clock::new(config.zone.clone(), config.year).with_format(config.time_format.clone());
    Opener::new(clock).with_format(config.format).with_filter(config.filter.clone())
}

/// A seed for caches, so that nobody can craft lines that collide.
pub(crate) fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0u64)
}

//! A log read from where an earlier run stopped to where it ends now: for a run from a timer.

use super::span::Past;
use crate::error::Error;
use crate::input::{Buffer, Chunk, Cursor, Follower, Polled};
use crate::time::Time;
use std::path::Path;

/// Where the reading of a log begins.
#[derive(Debug, Clone)]
pub enum Start {
    /// Where an earlier run stopped.
    Cursor(Box<Cursor>),
    /// With what a log that was never read has to teach.
    Past(Past),
}

impl Start {
    pub(super) fn follow(&self, log: &Path, chunk_bytes: usize) -> Result<Follower, Error> {
        match self {
            Start::Past(past) => Follower::after(log, &past.files, past.offset, chunk_bytes),
            Start::Cursor(cursor) => Ok(Follower::resume(log, cursor, chunk_bytes)),
        }
    }
}

/// What reading on has brought.
#[derive(Debug)]
pub enum Step {
    /// Whole lines.
    Chunk(Chunk),
    /// The lines that follow are those of another file, from its first.
    NewFile,
    /// Something could not be read, or is worth saying; the rest goes on.
    Trouble(Error),
    /// Nothing more for now.
    End,
}

/// Reads what was written to a log since an earlier run.
pub struct Resuming {
    follower: Follower,
    /// The trouble met last, which comes again while it lasts.
    met: Option<String>,
    /// To say about the file just begun.
    notice: Option<Error>,
}

impl Resuming {
    /// Begins to read a log.
    ///
    /// # Errors
    /// If a log that was never read is there but cannot be read.
    pub fn start(log: &Path, start: &Start, chunk_bytes: usize) -> Result<Resuming, Error> {
        Ok(Resuming { follower: start.follow(log, chunk_bytes)?, met: None, notice: None })
    }

    /// Tells what time it is, which tells a compressed file that is still being written from one
    /// that broke off.
    pub fn tell_time(&mut self, now: Time) {
        self.follower.tell_time(now.seconds());
    }

    /// Reads on. The buffer is that of an earlier chunk, or a new one.
    pub fn next(&mut self, buffer: Buffer) -> Step {
        if let Some(notice) = self.notice.take() {
            return Step::Trouble(notice);
        }
        let step = match self.follower.poll(buffer) {
            Ok(Polled::Data(chunk)) => Step::Chunk(chunk),
            Ok(Polled::Idle(_)) => Step::End,
            Ok(Polled::Rotated(_)) => Step::NewFile,
            Ok(Polled::Truncated(_, notice)) => {
                self.notice = Some(notice);
                Step::NewFile
            }
            Err(trouble) => {
                let text = trouble.to_string();
                if self.met.as_ref() == Some(&text) {
                    return Step::End;
                }
                self.met = Some(text);
                return Step::Trouble(trouble);
            }
        };
        self.met = None;
        step
    }

    /// When the file being read was written.
    pub fn written(&self) -> Option<Time> {
        self.follower.reference_time().map(Time::from_seconds)
    }

    /// Where the next run goes on: all that was given out is before it, all else behind.
    pub fn cursor(&self) -> Cursor {
        self.follower.cursor()
    }
}

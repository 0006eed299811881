//! Interim.
#![allow(missing_docs)]
use super::span::Past;
use crate::error::Error;
use crate::input::{Buffer, Chunk, Cursor, Follower, Polled};
use crate::time::Time;
use std::path::Path;
/// Where reading begins.
pub enum Start {
    /// Where an earlier run stopped.
    Cursor(Box<Cursor>),
    /// With what the log itself has to teach.
    Past(Past),
}
pub enum Step {
    Chunk(Chunk),
    NewFile,
    Trouble(Error),
    End,
}
pub struct Resuming {
    follower: Follower,
}
impl Resuming {
    pub fn start(log: &Path, start: &Start, chunk_bytes: usize) -> Result<Resuming, Error> {
        let offset = match start {
            Start::Cursor(c) => c.offset,
            Start::Past(p) => p.offset,
        };
        Ok(Resuming { follower: Follower::open_at(log, offset, chunk_bytes)? })
    }
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Step {
        match self.follower.poll(Buffer::default()) {
            Ok(Polled::Data(chunk)) => Step::Chunk(chunk),
            Ok(Polled::Idle(_)) => Step::End,
            Ok(Polled::Rotated(_)) => Step::NewFile,
            Ok(Polled::Truncated(_, err)) => Step::Trouble(err),
            Err(err) => Step::Trouble(err),
        }
    }
    pub fn written(&self) -> Option<Time> {
        self.follower.reference_time().map(Time::from_seconds)
    }
    pub fn cursor(&self) -> Cursor {
        Cursor { offset: self.follower.line_offset().unwrap_or(0) }
    }
}

//! Live input: a pipe that stays open, or files that grow.

use crate::error::Error;
use crate::input::{Buffer, Chunk, ChunkReader, Follower, Polled};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// Chunks that a reader may be ahead: back-pressure reaches the pipe.
const CHUNKS_AHEAD: usize = 4;

/// What happened on a live input.
pub enum Event {
    /// Lines of the input with this index.
    Chunk(usize, Chunk),
    /// The input has ended.
    End,
    /// Something could not be read.
    Trouble(Error),
    /// Nothing came within the time asked for.
    Idle,
}

/// A pipe, read by a thread of its own so that time can pass while it is silent.
pub struct Pipe {
    events: Receiver<Event>,
}

impl Pipe {
    /// Starts to read.
    pub fn start(name: &str, read: Box<dyn Read + Send>, chunk_bytes: usize) -> Pipe {
        let mut reader = ChunkReader::from_read(name, read, chunk_bytes);
        let (sender, events) = bounded(CHUNKS_AHEAD);
        // Detached: it sits in a read that nothing can interrupt, and it ends
        // with the program or with the pipe.
        std::thread::spawn(move || {
            loop {
                let chunk = reader.next(Buffer::default());
                for trouble in reader.warnings() {
                    if sender.send(Event::Trouble(trouble)).is_err() {
                        return;
                    }
                }
                let Some(chunk) = chunk else { return };
                if sender.send(Event::Chunk(0, chunk)).is_err() {
                    return;
                }
            }
        });
        Pipe { events }
    }

    /// The next event, or idle after `patience`.
    pub fn next(&mut self, patience: Duration) -> Event {
        match self.events.recv_timeout(patience) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => Event::Idle,
            Err(RecvTimeoutError::Disconnected) => Event::End,
        }
    }
}

/// Files followed by name.
pub struct Follow {
    followers: Vec<Follower>,
    /// The follower to ask next, and how many in a row had nothing.
    turn: usize,
    idle: usize,
    buffer: Buffer,
}

impl Follow {
    /// Follows these files from their first byte.
    ///
    /// # Errors
    /// A path that cannot be followed; one that does not exist yet is waited for.
    pub fn start(paths: &[PathBuf], chunk_bytes: usize) -> Result<Follow, Error> {
        let followers: Result<Vec<Follower>, Error> =
            paths.iter().map(|path| Follower::open(path, true, chunk_bytes)).collect();
        Ok(Follow { followers: followers?, turn: 0, idle: 0, buffer: Buffer::default() })
    }

    /// The next event; sleeps for `patience` once no file has anything new.
    pub fn next(&mut self, patience: Duration) -> Event {
        loop {
            if self.idle >= self.followers.len() {
                self.idle = 0;
                std::thread::sleep(patience);
                return Event::Idle;
            }
            let index = self.turn;
            self.turn = (self.turn + 1) % self.followers.len();
            match self.followers[index].poll(std::mem::take(&mut self.buffer)) {
                Ok(Polled::Data(chunk)) => {
                    self.idle = 0;
                    return Event::Chunk(index, chunk);
                }
                Ok(Polled::Idle(buffer)) => {
                    self.buffer = buffer;
                    self.idle += 1;
                }
                Ok(Polled::Rotated(buffer)) => {
                    self.buffer = buffer;
                    self.idle = 0;
                }
                Ok(Polled::Truncated(buffer, notice)) => {
                    self.buffer = buffer;
                    self.idle = 0;
                    return Event::Trouble(notice);
                }
                Err(trouble) => {
                    self.idle += 1;
                    return Event::Trouble(trouble);
                }
            }
        }
    }

    /// The unfinished last lines, when nobody will read on.
    pub fn finish(&mut self) -> Vec<(usize, Chunk)> {
        let followers = self.followers.iter_mut().enumerate();
        followers.filter_map(|(index, follower)| Some((index, follower.finish(Buffer::default())?))).collect()
    }
}

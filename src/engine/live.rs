//! Live input: a pipe that stays open, or files that grow.

use super::span::Past;
use crate::error::Error;
use crate::input::{Buffer, Chunk, ChunkReader, Follower, Polled, Source};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// Chunks that a reader may be ahead: back-pressure reaches the pipe.
const CHUNKS_AHEAD: usize = 4;

/// What happened on a live input.
pub enum Event {
    /// Lines of the input with this index.
    Chunk(usize, Chunk),
    /// The lines of this input that follow are those of another file, from its first.
    NewFile(usize),
    /// The input has ended.
    End,
    /// The file of this input was cut short: it is read from its start.
    Truncated(usize, Error),
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

/// A file followed by name, and the files to read before it.
struct Followed {
    past: Option<ChunkReader>,
    troubles: VecDeque<Error>,
    follower: Follower,
}

/// Files followed by name.
pub struct Follow {
    followed: Vec<Followed>,
    /// The follower to ask next, and how many in a row had nothing.
    turn: usize,
    idle: usize,
    buffer: Buffer,
}

impl Follow {
    /// Follows these files, each from where its past begins.
    ///
    /// # Errors
    /// A path that cannot be followed; one that does not exist yet is waited for.
    pub fn start(paths: &[(PathBuf, super::resume::Start)], chunk_bytes: usize) -> Result<Follow, Error> {
        let followed = |(path, start): &(PathBuf, super::resume::Start)| -> Result<Followed, Error> {
            let cursor_past;
            let past = match start {
                super::resume::Start::Past(past) => past,
                super::resume::Start::Cursor(c) => {
                    cursor_past = Past { offset: c.offset, ..Past::default() };
                    &cursor_past
                }
            };
            let source = Source { name: path.to_string_lossy().into_owned(), files: past.files.clone() };
            Ok(Followed {
                past: (!past.files.is_empty()).then(|| ChunkReader::open(&source, chunk_bytes)),
                troubles: VecDeque::new(),
                follower: Follower::open_at(path, past.offset, chunk_bytes)?,
            })
        };
        let followed = paths.iter().map(followed).collect::<Result<Vec<Followed>, Error>>()?;
        Ok(Follow { followed, turn: 0, idle: 0, buffer: Buffer::default() })
    }

    /// The next event; sleeps for `patience` once no file has anything new.
    pub fn next(&mut self, patience: Duration) -> Event {
        loop {
            if self.idle >= self.followed.len() {
                self.idle = 0;
                std::thread::sleep(patience);
                return Event::Idle;
            }
            let index = self.turn;
            self.turn = (self.turn + 1) % self.followed.len();
            if let Some(event) = self.next_of_past(index) {
                self.idle = 0;
                return event;
            }
            match self.followed[index].follower.poll(std::mem::take(&mut self.buffer)) {
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
                    return Event::NewFile(index);
                }
                Ok(Polled::Truncated(buffer, notice)) => {
                    self.buffer = buffer;
                    self.idle = 0;
                    return Event::Truncated(index, notice);
                }
                Err(trouble) => {
                    self.idle += 1;
                    return Event::Trouble(trouble);
                }
            }
        }
    }

    /// What the files before a followed one still have to give; none once they are read.
    fn next_of_past(&mut self, index: usize) -> Option<Event> {
        let Followed { past, troubles, .. } = &mut self.followed[index];
        if let Some(trouble) = troubles.pop_front() {
            return Some(Event::Trouble(trouble));
        }
        let reader = past.as_mut()?;
        let chunk = reader.next(std::mem::take(&mut self.buffer));
        troubles.extend(reader.warnings());
        if chunk.is_none() {
            *past = None;
        }
        Some(chunk.map_or(Event::NewFile(index), |chunk| Event::Chunk(index, chunk)))
    }

    /// Interim.
    pub fn cursor(&self, index: usize) -> crate::input::Cursor {
        crate::input::Cursor { offset: self.followed[index].follower.line_offset().unwrap_or(0) }
    }

    /// The unfinished last lines, when nobody will read on.
    pub fn finish(&mut self) -> Vec<(usize, Chunk)> {
        let read = self.followed.iter_mut().enumerate().filter(|(_, followed)| followed.past.is_none());
        read.filter_map(|(index, followed)| Some((index, followed.follower.finish(Buffer::default())?)))
            .collect()
    }
}

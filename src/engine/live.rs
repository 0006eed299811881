//! Live input: a pipe that stays open, or files that grow.

use super::resume::Start;
use crate::error::Error;
use crate::input::{Buffer, Chunk, ChunkReader, Cursor, Follower, Polled};
use crate::time::Time;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// Chunks that a reader may be ahead: back-pressure reaches the pipe.
const CHUNKS_AHEAD: usize = 4;
/// A writer that has written no more than this since the last read is slower than we are: it is
/// left alone for a while, since many small reads cost more than what they bring. A pipe holds
/// four times as much, so nobody waits for room in it meanwhile.
const NAP_BYTES_MAX: usize = 16 * 1024;
/// How long; nobody sees that an alert comes so much later.
const NAP: Duration = Duration::from_millis(10);

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
    /// Where buffers go back to the reader.
    spent: Sender<Buffer>,
}

impl Pipe {
    /// Starts to read.
    pub fn start(name: &str, read: Box<dyn Read + Send>, chunk_bytes: usize) -> Pipe {
        let mut reader = ChunkReader::from_read(name, read, chunk_bytes);
        let (sender, events) = bounded(CHUNKS_AHEAD);
        let (spent, buffers) = bounded::<Buffer>(CHUNKS_AHEAD);
        // Detached: it sits in a read that nothing can interrupt, and it ends
        // with the program or with the pipe.
        std::thread::spawn(move || {
            loop {
                let chunk = reader.next(buffers.try_recv().unwrap_or_default());
                for trouble in reader.warnings() {
                    if sender.send(Event::Trouble(trouble)).is_err() {
                        return;
                    }
                }
                let Some(chunk) = chunk else { return };
                let slow = chunk.bytes().len() <= NAP_BYTES_MAX;
                if sender.send(Event::Chunk(0, chunk)).is_err() {
                    return;
                }
                if slow {
                    std::thread::sleep(NAP);
                }
            }
        });
        Pipe { events, spent }
    }

    /// The next event, or idle after `patience`.
    pub fn next(&mut self, patience: Duration) -> Event {
        match self.events.recv_timeout(patience) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => Event::Idle,
            Err(RecvTimeoutError::Disconnected) => Event::End,
        }
    }

    /// Lends the memory of a chunk that is done with to the reader again.
    pub fn give_back(&mut self, chunk: Chunk) {
        // Where the reader has enough of it already, or has ended, it is not needed.
        let _ = self.spent.try_send(chunk.into_buffer());
    }
}

/// Files followed by name.
pub struct Follow {
    followed: Vec<Follower>,
    /// The follower to ask next, and how many in a row had nothing.
    turn: usize,
    idle: usize,
    buffer: Buffer,
}

impl Follow {
    /// Follows these files, each from where it begins.
    ///
    /// # Errors
    /// A path that cannot be followed; one that does not exist yet is waited for.
    pub fn start(paths: &[(PathBuf, Start)], chunk_bytes: usize) -> Result<Follow, Error> {
        let follower = |(path, start): &(PathBuf, Start)| start.follow(path, chunk_bytes);
        let followed = paths.iter().map(follower).collect::<Result<Vec<Follower>, Error>>()?;
        Ok(Follow { followed, turn: 0, idle: 0, buffer: Buffer::default() })
    }

    /// Tells what time it is, which tells a compressed file that is still being written from one
    /// that broke off.
    pub fn tell_time(&mut self, now: Time) {
        self.followed.iter_mut().for_each(|follower| follower.tell_time(now.seconds()));
    }

    /// Where another run goes on with the file of this index: all events so far are before it.
    pub fn cursor(&self, index: usize) -> Cursor {
        self.followed[index].cursor()
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
            match self.followed[index].poll(std::mem::take(&mut self.buffer)) {
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

    /// Lends the memory of a chunk that is done with to the next read.
    pub fn give_back(&mut self, chunk: Chunk) {
        self.buffer = chunk.into_buffer();
    }

    /// The unfinished last lines, when nobody will read on.
    pub fn finish(&mut self) -> Vec<(usize, Chunk)> {
        let followed = self.followed.iter_mut().enumerate();
        followed.filter_map(|(index, follower)| Some((index, follower.finish(Buffer::default())?))).collect()
    }
}

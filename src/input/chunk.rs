//! Bytes come in, chunks go out.
//!
//! A chunk always ends on a line boundary, so every later room may cut lines without
//! looking at its neighbour. That lets workers take chunks in any order.
//!
//! Buffers are lent, not made: a worker hands its buffer back and the reader fills it
//! again. A buffer is zeroed once in its life, because on a live pipe, where a read
//! brings one line, zeroing it each time would cost far more than the line.
//!
//! A chunk goes out as soon as one read brought a whole line; a read never waits to fill
//! it. The unfinished line behind it is copied to the front of the next buffer, which
//! costs its own length once a chunk.
//!
//! A line longer than [`LINE_BYTES_MAX`] is cut there and its rest dropped up to the
//! newline, wherever the reads fell, so memory stays bounded and the lines that come out
//! are the same for any size of read, chunk and buffer.
//!
//! Lines that a container's runtime had to cut wait for their last part, as an unfinished line
//! does, so that whoever opens the first part finds the others behind it.

use super::decompress::Decoder;
use super::source::Source;
use crate::error::Error;
use crate::line::structured::{JOINED_BYTES_MAX, waiting_from};
use memchr::{memchr, memrchr};
use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;

pub use crate::limits::{CHUNK_BYTES, LINE_BYTES_MAX};

/// Memory for a chunk, lent to a reader and handed back with [`Chunk::into_buffer`].
///
/// A new one is empty; the reader gives it its size the first time, and zeroes it only then.
#[derive(Debug, Default)]
pub struct Buffer(Vec<u8>);

/// Whole lines of one file of a source; only the last line of a file may lack its newline.
#[derive(Debug)]
pub struct Chunk {
    bytes: Vec<u8>,
    /// Bytes from here on are leavings of earlier reads.
    end: usize,
    /// 0, 1, 2 … within the source.
    pub index: u64,
    /// Which of the source's files the lines are from, in reading order.
    pub file: usize,
    /// Lines of this chunk that were cut at [`LINE_BYTES_MAX`].
    pub overlong: u64,
}

impl Chunk {
    /// The lines; never empty.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    /// Gives the memory back for another chunk.
    pub fn into_buffer(self) -> Buffer {
        Buffer(self.bytes)
    }
}

/// Reads a source's files one after another as chunks.
///
/// Files are opened only when they are reached. Trouble with one of them becomes a
/// [warning](ChunkReader::warnings) and the next file is read; it never ends the run.
pub struct ChunkReader {
    waiting: VecDeque<PathBuf>,
    current: Option<Decoder>,
    /// Files begun so far; the index of the current one is one less.
    files_begun: usize,
    cutter: Cutter,
    warnings: Vec<Error>,
    bytes_read: u64,
    /// Bytes on disk of the files already closed.
    raw_bytes_closed: u64,
    /// That of the latest file, kept when it has been closed.
    reference_time: Option<i64>,
}

impl ChunkReader {
    /// A reader for all files of `source` in their order. Nothing is opened yet.
    pub fn open(source: &Source, chunk_bytes: usize) -> ChunkReader {
        ChunkReader {
            waiting: source.files.iter().cloned().collect(),
            current: None,
            files_begun: 0,
            cutter: Cutter::new(chunk_bytes),
            warnings: Vec::new(),
            bytes_read: 0,
            raw_bytes_closed: 0,
            reference_time: None,
        }
    }

    /// A reader for a stream; `name` is what messages call it.
    ///
    /// ```
    /// use logsurge::input::chunk::{Buffer, CHUNK_BYTES, ChunkReader};
    ///
    /// let log = std::io::Cursor::new("one\ntwo\nthree");
    /// let mut reader = ChunkReader::from_read("-", Box::new(log), CHUNK_BYTES);
    /// let chunk = reader.next(Buffer::default()).unwrap();
    /// assert_eq!(chunk.bytes(), b"one\ntwo\n");
    /// let chunk = reader.next(chunk.into_buffer()).unwrap();
    /// assert_eq!(chunk.bytes(), b"three");
    /// assert!(reader.next(chunk.into_buffer()).is_none());
    /// ```
    pub fn from_read(
        name: impl Into<PathBuf>,
        read: Box<dyn Read + Send>,
        chunk_bytes: usize,
    ) -> ChunkReader {
        let nothing = Source { name: String::new(), files: Vec::new() };
        ChunkReader {
            current: Some(Decoder::from_read(name, read)),
            files_begun: 1,
            ..ChunkReader::open(&nothing, chunk_bytes)
        }
    }

    /// The next whole lines; none at the end of the last file. Waits only while no line is
    /// complete.
    pub fn next(&mut self, buffer: Buffer) -> Option<Chunk> {
        let mut draft = self.cutter.begin(buffer);
        loop {
            let Some(decoder) = self.current.as_mut() else {
                self.open_next()?;
                continue;
            };
            let answer = decoder.read(self.cutter.room(&mut draft));
            self.reference_time = decoder.reference_time();
            let cut = match answer {
                Ok(0) => {
                    self.close();
                    self.cutter.finish(&mut draft)
                }
                Ok(count) => {
                    self.bytes_read += count as u64;
                    self.cutter.add(&mut draft, count)
                }
                Err(warning) => {
                    // The decoder is at its end now, and says so when it is asked again.
                    self.warnings.push(warning);
                    None
                }
            };
            if let Some(cut) = cut {
                return Some(self.cutter.chunk(draft, cut, self.files_begun - 1));
            }
        }
    }

    /// Opens the next file, if one is left; one that cannot be opened becomes a warning.
    fn open_next(&mut self) -> Option<()> {
        let path = self.waiting.pop_front()?;
        self.files_begun += 1;
        match Decoder::open(&path) {
            Ok(decoder) => self.current = Some(decoder),
            Err(warning) => self.warnings.push(warning),
        }
        Some(())
    }

    fn close(&mut self) {
        if let Some(decoder) = self.current.take() {
            self.raw_bytes_closed += decoder.raw_bytes_read();
        }
    }

    /// What went wrong since the last call: files damaged or not readable, bytes ignored.
    pub fn warnings(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.warnings)
    }

    /// When the file of the latest chunk was written, seconds since 1970 (its gzip header,
    /// else its modification time): where a stamp without a year takes its year from.
    pub fn reference_time(&self) -> Option<i64> {
        self.reference_time
    }

    /// Plain bytes read so far, those dropped from overlong lines included.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Bytes of the files themselves used so far, to be compared with their sizes.
    pub fn raw_bytes_read(&self) -> u64 {
        let current = self.current.as_ref().map_or(0, Decoder::raw_bytes_read);
        self.raw_bytes_closed + current
    }
}

/// Cuts a byte stream behind its newlines and holds the unfinished line.
pub(crate) struct Cutter {
    /// Parts that wait, and the unfinished line, while no buffer is lent; at most
    /// `JOINED_BYTES_MAX` and `LINE_BYTES_MAX`.
    carry: Vec<u8>,
    /// How much of `carry` are parts that wait.
    held: usize,
    /// The unfinished line is full already: its further bytes are dropped.
    dropping: bool,
    index_next: u64,
    chunk_bytes: usize,
}

/// A buffer being filled: the unfinished line is `bytes[..filled]`, room for a read behind it.
pub(crate) struct Draft {
    bytes: Vec<u8>,
    /// Where the unfinished line ends; it has at most `LINE_BYTES_MAX`, and no newline.
    filled: usize,
    /// Where it begins: behind the parts that wait.
    held: usize,
}

/// Where a draft ends as a chunk.
pub(crate) struct Cut {
    end: usize,
    overlong: u64,
    /// Bytes read behind the last line of the chunk, as they lay in the file.
    pub(crate) rest: usize,
}

impl Cutter {
    pub(crate) fn new(chunk_bytes: usize) -> Cutter {
        Cutter { carry: Vec::new(), held: 0, dropping: false, index_next: 0, chunk_bytes: chunk_bytes.max(1) }
    }

    /// Drops the unfinished line, to be read again.
    pub(crate) fn forget(&mut self) {
        self.carry.clear();
        (self.held, self.dropping) = (0, false);
    }

    /// Takes a buffer and puts the unfinished line in front.
    pub(crate) fn begin(&mut self, buffer: Buffer) -> Draft {
        let mut bytes = buffer.0;
        let size = self.chunk_bytes + LINE_BYTES_MAX + JOINED_BYTES_MAX;
        if bytes.len() < size {
            bytes.resize(size, 0);
        }
        let filled = self.carry.len();
        bytes[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        Draft { bytes, filled, held: std::mem::take(&mut self.held) }
    }

    /// Where the next read goes.
    pub(crate) fn room<'a>(&self, draft: &'a mut Draft) -> &'a mut [u8] {
        &mut draft.bytes[draft.filled..draft.filled + self.chunk_bytes]
    }

    /// Takes note of `count` bytes read into the room; a cut if a line is complete now.
    pub(crate) fn add(&mut self, draft: &mut Draft, count: usize) -> Option<Cut> {
        let Draft { bytes, filled, held } = draft;
        let mut end = *filled + count;
        let mut overlong = 0;
        if self.dropping {
            let newline = *filled + memchr(b'\n', &bytes[*filled..end])?;
            bytes.copy_within(newline..end, *filled);
            end -= newline - *filled;
            self.dropping = false;
            overlong = 1;
        }
        let Some(newline) = memrchr(b'\n', &bytes[*filled..end]) else {
            self.dropping = end - *held > LINE_BYTES_MAX;
            *filled = end.min(*held + LINE_BYTES_MAX);
            return None;
        };
        let line_end = *filled + newline + 1;
        self.dropping = end - line_end > LINE_BYTES_MAX;
        let kept = end.min(line_end + LINE_BYTES_MAX);
        let chunk_end = waiting_from(&bytes[..line_end]);
        if chunk_end == 0 {
            (*held, *filled) = (line_end, kept);
            return None;
        }
        self.held = line_end - chunk_end;
        self.carry.extend_from_slice(&bytes[chunk_end..kept]);
        let rest = end - chunk_end;
        let (end, cut) = cut_overlong_lines(&mut bytes[..chunk_end]);
        overlong += cut;
        Some(Cut { end, overlong, rest })
    }

    /// The file is finished, and with it the unfinished line, if there is one.
    pub(crate) fn finish(&mut self, draft: &mut Draft) -> Option<Cut> {
        let overlong = u64::from(std::mem::take(&mut self.dropping));
        (draft.filled > 0).then_some(Cut { end: draft.filled, overlong, rest: 0 })
    }

    /// Makes the chunk that a cut allows.
    pub(crate) fn chunk(&mut self, draft: Draft, cut: Cut, file: usize) -> Chunk {
        let index = self.index_next;
        self.index_next += 1;
        Chunk { bytes: draft.bytes, end: cut.end, index, file, overlong: cut.overlong }
    }

    /// Gives the buffer back without a chunk; the unfinished line stays here.
    pub(crate) fn put_back(&mut self, draft: Draft) -> Buffer {
        self.carry.extend_from_slice(&draft.bytes[..draft.filled]);
        self.held = draft.held;
        Buffer(draft.bytes)
    }
}

/// Shortens lines past the limit in place; the new end and how many there were.
///
/// Looks backwards for a newline within reach of a line's start and goes on behind it: all
/// lines up to there are short enough, so a chunk of short lines costs a few looks.
pub(crate) fn cut_overlong_lines(bytes: &mut [u8]) -> (usize, u64) {
    let (mut from, mut to, mut overlong) = (0, 0, 0);
    while from < bytes.len() {
        let reach = (from + LINE_BYTES_MAX + 1).min(bytes.len());
        let (kept, next) = match memrchr(b'\n', &bytes[from..reach]) {
            Some(newline) => (from + newline + 1, from + newline + 1),
            None => {
                overlong += 1;
                let behind = memchr(b'\n', &bytes[reach..]).map_or(bytes.len(), |at| reach + at);
                // The newline moves up to the place where the line was cut.
                bytes[reach - 1] = b'\n';
                (reach, (behind + 1).min(bytes.len()))
            }
        };
        if from != to {
            bytes.copy_within(from..kept, to);
        }
        to += kept - from;
        from = next;
    }
    (to, overlong)
}

#[cfg(test)]
mod tests;

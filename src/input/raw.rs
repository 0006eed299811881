//! The bytes of a file as they lie there, still compressed if they are.
//!
//! Decoders need to look a few bytes ahead (is this another member?) and to give back
//! what they did not use, so there is one buffer here; once a file has turned out to be
//! plain, the buffer is dropped and reads go straight into the caller's memory.
//!
//! `waits` is the one thing the readers above need to know: a read on a pipe may take
//! for ever, so they hand out what they have before they ask for more; a regular file
//! answers at once, so they fill their buffer.

use std::io::{self, Read};

// limits
/// Bytes asked for at once for a decoder: enough that a read costs nothing beside inflating.
const RAW_BUFFER_BYTES: usize = 64 * 1024;

/// A byte stream with a window to look ahead in.
pub(crate) struct Raw {
    inner: Box<dyn Read + Send>,
    /// Allocated at the first fill; `start..end` are the bytes not yet handed out.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes handed out so far: the position in the file as the reader above sees it.
    position: u64,
    waits: bool,
}

impl Raw {
    pub(crate) fn new(inner: Box<dyn Read + Send>, waits: bool) -> Raw {
        Raw { inner, bytes: Vec::new(), start: 0, end: 0, position: 0, waits }
    }

    /// The same stream, known to answer every read at once.
    pub(crate) fn answering_at_once(mut self) -> Raw {
        self.waits = false;
        self
    }

    /// Whether a read may wait for somebody to write.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// Bytes handed out so far.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// What can be had without reading.
    pub(crate) fn available(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Hands out the first `count` available bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
        self.position += count as u64;
    }

    /// Makes room for so many bytes to be available at once.
    pub(crate) fn reserve(&mut self, count: usize) {
        if self.bytes.len() < count {
            self.bytes.resize(count.max(RAW_BUFFER_BYTES), 0);
        }
    }

    /// Reads once, adding to what is available; false at the end of the file.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if self.bytes.is_empty() {
            self.bytes.resize(RAW_BUFFER_BYTES, 0);
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        debug_assert!(self.end < self.bytes.len());
        let count = read_once(&mut *self.inner, &mut self.bytes[self.end..])?;
        self.end += count;
        Ok(count > 0)
    }

    /// The next `count` bytes without handing them out; fewer only at the end of the file.
    pub(crate) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.start < count && self.fill()? {}
        let shown = count.min(self.end - self.start);
        Ok(&self.bytes[self.start..self.start + shown])
    }

    /// The next byte; none at the end of the file.
    pub(crate) fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek(1)?.first().copied();
        self.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// Plain reading: what was looked at first, then straight from the file.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let shown = into.len().min(self.end - self.start);
        into[..shown].copy_from_slice(&self.bytes[self.start..self.start + shown]);
        self.consume(shown);
        if self.start == self.end {
            (self.bytes, self.start, self.end) = (Vec::new(), 0, 0);
        }
        if shown == into.len() || (shown > 0 && self.waits) {
            return Ok(shown);
        }
        match read_once(&mut *self.inner, &mut into[shown..]) {
            Ok(count) => {
                self.position += count as u64;
                Ok(shown + count)
            }
            // The bytes in hand come first; a lasting trouble shows again at the next read.
            Err(_) if shown > 0 => Ok(shown),
            Err(err) => Err(err),
        }
    }
}

/// One read, taken up again when a signal interrupted it.
pub(crate) fn read_once<R: Read + ?Sized>(reader: &mut R, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(into) {
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            answer => return answer,
        }
    }
}

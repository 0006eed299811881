//! What a line says, and when: the one way that the tally, the labels and the
//! carry all see a line.

use crate::line::split::{Cleaner, Text, is_blank};
use crate::line::stamp::{Anchor, Clock, Reading};
use crate::shape::{Scratch, Shape, canonical_with_host, cheap};

/// Opens the lines of a chunk, one after another. Each thread has its own.
#[derive(Clone, Debug)]
pub struct Opener {
    clock: Clock,
    cleaner: Cleaner,
}

/// A line that says something.
#[derive(Debug)]
pub struct Opened<'a> {
    text: Text<'a>,
    /// Its stamp, if it has one.
    pub reading: Option<Reading>,
}

impl Opener {
    /// An opener that reads stamps by `clock`.
    pub fn new(clock: Clock) -> Opener {
        Opener { clock, cleaner: Cleaner::default() }
    }

    /// Looks a chunk over before its lines are opened.
    pub fn look(&mut self, chunk: &[u8]) {
        self.cleaner.look(chunk);
    }

    /// Hot: opens the line `chunk[start..end]`; `None` if there is nothing to see.
    #[inline]
    pub fn open<'a>(
        &'a mut self,
        chunk: &'a [u8],
        start: usize,
        end: usize,
        anchor: Anchor,
    ) -> Option<Opened<'a>> {
        let text = self.cleaner.clean_at(chunk, start, end);
        let line = text.line();
        if is_blank(line) {
            return None;
        }
        Some(Opened { text, reading: self.clock.read(line, anchor) })
    }
}

impl<'a> Opened<'a> {
    /// The line as a person would see it.
    pub fn line(&self) -> &'a [u8] {
        self.text.line()
    }

    /// What counts for the message, in front of the stamp and behind it.
    #[inline]
    fn parts(&self) -> (&'a [u8], &'a [u8]) {
        let line = self.line();
        match &self.reading {
            Some(reading) => (&line[..reading.start], &line[reading.end..]),
            None => (&line[..0], line),
        }
    }

    fn host_follows(&self) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.host_follows)
    }

    /// Hot: the seeded hash of the cheap key and of what else decides the shape.
    #[inline]
    pub fn hash(&self, seed: &cheap::Seed) -> u64 {
        let (before, behind) = self.parts();
        let Text { around, start, end } = self.text;
        let mut key = seed.start(u64::from(self.host_follows()));
        if !before.is_empty() {
            key = cheap::hash(seed, key, around, start, start + before.len());
        }
        cheap::hash(seed, key, around, end - behind.len(), end)
    }

    /// Writes the cheap key to `key`, which is emptied first; the place in it from
    /// which on the next word is the line's host, if one is.
    pub fn write_key(&self, key: &mut Vec<u8>) -> Option<usize> {
        let (before, behind) = self.parts();
        key.clear();
        cheap::write(before, key);
        let host = self.host_follows().then_some(key.len());
        cheap::write(behind, key);
        host
    }

    /// Writes the line without its stamp to `text`, which is emptied first; the place of the cut.
    pub fn write_text(&self, text: &mut Vec<u8>) -> Option<usize> {
        let (before, behind) = self.parts();
        text.clear();
        text.extend_from_slice(before);
        text.extend_from_slice(behind);
        self.reading.as_ref().map(|_| before.len())
    }

    /// Writes the shape of the line to `shape`; `key` is a buffer.
    pub fn shape(&self, key: &mut Vec<u8>, scratch: &mut Scratch, shape: &mut Shape) {
        let host = self.write_key(key);
        canonical_with_host(key, host, scratch, shape);
    }
}

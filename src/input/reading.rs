//! One file being read, which knows at any moment where it stands and whether what it has read
//! is still there.
//!
//! A log may be cut short and grow again between two looks, even past the place where reading
//! stopped; its size tells nothing then. So the first kilobyte and the last one before the place
//! are kept and compared whenever more is read: two small reads a chunk.

use super::checkpoint::{Mark, PRINT_BYTES, Print, UNKNOWN};
use super::chunk::LINE_BYTES_MAX;
use super::decompress::{Decoder, modified};
use super::identity::{Identity, identity_of};
use super::raw::read_once;
use crate::error::{Error, ErrorKind, Spot};
use memchr::memchr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

// limits
/// Bytes decoded at once where they are only passed over.
const SKIP_BYTES: usize = 64 * 1024;

/// A file being read.
pub(super) struct Reading {
    path: PathBuf,
    file: File,
    /// None for plain bytes, which are read from `file` itself.
    decoder: Option<Box<Decoder>>,
    pub(super) identity: Identity,
    /// The file when last looked at.
    seen: Look,
    written: Option<i64>,
    /// Plain bytes taken so far.
    offset: u64,
    /// Where the unfinished line begins: a reader that resumes here loses nothing.
    pub(super) line_offset: u64,
    /// The first bytes of the file, as many as were there.
    head: Vec<u8>,
    /// The last bytes before `line_offset`, as they lie in the file.
    tail: Vec<u8>,
    /// Decoded bytes not yet taken.
    ahead: Vec<u8>,
    /// What is wrong behind the bytes ahead.
    fault: Option<Error>,
    /// A decoder gives no more.
    ended: bool,
}

/// What tells at a glance whether a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
}

impl Look {
    pub(super) fn of(metadata: &Metadata) -> Look {
        Look { size: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl Reading {
    /// Opens a file at its start; none if it is missing.
    ///
    /// # Errors
    /// If it is there but cannot be opened, or is no regular file.
    pub(super) fn open(path: &Path) -> Result<Option<Reading>, Error> {
        let at = |err| Error::io(path, err);
        let metadata = match fs::metadata(path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            answer => answer.map_err(at)?,
        };
        if !metadata.is_file() {
            let why = match metadata.is_dir() {
                true => "a directory, cannot be followed; name the files in it",
                // Opening a pipe would wait for its writer.
                false => "not a regular file, cannot be followed; for a pipe: cat FILE | logsurge watch -",
            };
            return Err(Error::new(ErrorKind::Unsupported(why.into())).in_file(path));
        }
        let file = match File::open(path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            answer => answer.map_err(at)?,
        };
        // The name may have moved on since the first look; the handle is what is read.
        let metadata = file.metadata().map_err(at)?;
        let mut decoder = Decoder::of_file(path, file.try_clone().map_err(at)?)?;
        let mut reading = Reading {
            decoder: decoder.is_packed().then(|| Box::new(decoder)),
            identity: identity_of(path, &metadata),
            seen: Look::of(&metadata),
            written: modified(&metadata),
            path: path.to_path_buf(),
            file,
            offset: 0,
            line_offset: 0,
            head: Vec::new(),
            tail: Vec::new(),
            ahead: Vec::new(),
            fault: None,
            ended: false,
        };
        reading.take_head().map_err(at)?;
        Ok(Some(reading))
    }

    fn take_head(&mut self) -> io::Result<()> {
        if self.decoder.is_none() {
            self.head = bytes_at(&mut self.file, 0, PRINT_BYTES)?;
            return Ok(());
        }
        let mut head = vec![0; PRINT_BYTES];
        let mut filled = 0;
        while filled < head.len() {
            match self.decode(&mut head[filled..]) {
                0 => break,
                count => filled += count,
            }
        }
        head.truncate(filled);
        self.ahead.clone_from(&head);
        self.head = head;
        Ok(())
    }

    /// Decodes on; a fault is kept for when its place is reached, and ends the file.
    fn decode(&mut self, into: &mut [u8]) -> usize {
        let Some(decoder) = &mut self.decoder else { return 0 };
        if self.ended {
            return 0;
        }
        let answer = decoder.read(into);
        self.written = decoder.reference_time().or(self.written);
        let count = answer.unwrap_or_else(|fault| {
            self.fault = Some(fault);
            0
        });
        self.ended = count == 0;
        count
    }

    /// The name it was opened by.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn is_packed(&self) -> bool {
        self.decoder.is_some()
    }

    /// Whether no byte can come any more: a compressed file is written once.
    pub(super) fn has_ended(&self) -> bool {
        self.ended && self.ahead.is_empty() && self.fault.is_none()
    }

    /// Whether it looks as it did when all of it had been read.
    pub(super) fn is_as_seen(&self, look: Look) -> bool {
        look == self.seen && (self.is_packed() || look.size == self.offset)
    }

    /// Whether it has changed since it was opened or read.
    pub(super) fn differs_from(&self, look: Look) -> bool {
        look != self.seen
    }

    pub(super) fn size(&self) -> u64 {
        self.seen.size
    }

    pub(super) fn reference_time(&self) -> Option<i64> {
        self.written
    }

    /// Looks at the file, so that it is known later what was there before a read.
    pub(super) fn look(&mut self) -> Result<(), Error> {
        let metadata = self.file.metadata().map_err(|err| Error::io(&self.path, err))?;
        self.seen = Look::of(&metadata);
        if !self.is_packed() {
            self.written = modified(&metadata);
        }
        Ok(())
    }

    /// The next plain bytes; 0 if there are none now.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        let count = match self.is_packed() {
            false => {
                let at = self.offset;
                let sought = self.file.seek(SeekFrom::Start(at));
                let answer = sought.and_then(|_| read_once(&mut self.file, into));
                answer.map_err(|err| Error::from(err).at_spot(&self.path, Spot::Byte(at)))?
            }
            true if !self.ahead.is_empty() => {
                let count = into.len().min(self.ahead.len());
                into[..count].copy_from_slice(&self.ahead[..count]);
                self.ahead.drain(..count);
                count
            }
            true => {
                let count = self.decode(into);
                if let Some(fault) = self.fault.take() {
                    return Err(fault);
                }
                count
            }
        };
        self.offset += count as u64;
        Ok(count)
    }

    /// Takes note that all lines before a place `rest` bytes back have been given out, the last of
    /// them as `lines`; `is_cut` if some of them are not as they lie in the file.
    pub(super) fn gave(&mut self, lines: &[u8], rest: usize, is_cut: bool) {
        self.line_offset = self.offset - rest as u64;
        let shown = &lines[lines.len().saturating_sub(PRINT_BYTES)..];
        if is_cut {
            // Only the first line shown can be one that was cut, as it is longer than that.
            self.tail.clear();
            self.tail.extend_from_slice(&shown[from_which_whole(lines, shown.len())..]);
            return;
        }
        self.tail.extend_from_slice(shown);
        let surplus = self.tail.len().saturating_sub(PRINT_BYTES);
        self.tail.drain(..surplus);
    }

    /// Goes on at a place behind the start; false if the file ends before it.
    pub(super) fn move_to(&mut self, place: u64) -> io::Result<bool> {
        if self.is_packed() {
            return Ok(self.pass_over(place));
        }
        let reached = place.min(self.seen.size);
        let from = reached.saturating_sub(PRINT_BYTES as u64);
        self.tail = bytes_at(&mut self.file, from, (reached - from) as usize)?;
        self.offset = from + self.tail.len() as u64;
        self.line_offset = self.offset;
        Ok(self.offset == place)
    }

    fn pass_over(&mut self, place: u64) -> bool {
        let mut scratch = vec![0; SKIP_BYTES];
        while self.offset < place {
            let room = (scratch.len() as u64).min(place - self.offset) as usize;
            let count = match self.ahead.len() {
                0 => self.decode(&mut scratch[..room]),
                held => {
                    let count = held.min(room);
                    scratch[..count].copy_from_slice(&self.ahead[..count]);
                    self.ahead.drain(..count);
                    count
                }
            };
            if count == 0 {
                // What is ignored behind the data is no end before it.
                if self.fault.take_if(|fault| fault.is_notice()).is_some() {
                    continue;
                }
                return false;
            }
            self.offset += count as u64;
            self.gave(&scratch[..count], 0, false);
        }
        true
    }

    /// Goes to the place of a mark; false if this is not its file, or ends before it.
    pub(super) fn move_to_mark(&mut self, mark: &Mark) -> io::Result<bool> {
        Ok(mark.offset != UNKNOWN && self.move_to(mark.offset)? && mark.tail.fits_end(&self.tail))
    }

    /// Whether the file begins as the one of the mark did.
    pub(super) fn begins_like(&self, mark: &Mark) -> bool {
        mark.head.bytes > 0 && mark.head.fits_start(&self.head)
    }

    /// Whether something is wrong with the bytes that come next.
    pub(super) fn has_fault(&self) -> bool {
        self.fault.is_some()
    }

    /// Whether nothing follows the place it stands at.
    pub(super) fn is_at_end(&mut self) -> bool {
        match self.is_packed() {
            false => self.seen.size == self.offset,
            true => self.ahead.is_empty() && self.decode(&mut [0]) == 0,
        }
    }

    /// Whether what has been read is still there. A file may be cut short and written anew.
    pub(super) fn is_intact(&mut self) -> Result<bool, Error> {
        if self.is_packed() {
            return Ok(true);
        }
        let at = |err| Error::io(&self.path, err);
        let head = bytes_at(&mut self.file, 0, PRINT_BYTES).map_err(at)?;
        if !head.starts_with(&self.head) {
            return Ok(false);
        }
        self.head = head;
        let from = self.line_offset - self.tail.len() as u64;
        let tail = bytes_at(&mut self.file, from, self.tail.len()).map_err(at)?;
        if tail != self.tail {
            return Ok(false);
        }
        // Behind the last whole line only the length can tell.
        let size = self.file.metadata().map_err(at)?.len();
        Ok(size >= self.offset)
    }

    /// Whether it is compressed and breaks off or is damaged somewhere. Decodes all of it.
    pub(super) fn breaks_off(&self) -> bool {
        let Ok(mut decoder) = Decoder::open(&self.path) else { return true };
        let mut scratch = vec![0; SKIP_BYTES];
        loop {
            match decoder.read(&mut scratch) {
                Ok(0) => return false,
                Err(fault) if !fault.is_notice() => return true,
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// Where it stands.
    pub(super) fn mark(&self) -> Mark {
        let (device, inode) = self.identity.numbers();
        Mark {
            device,
            inode,
            size: self.seen.size,
            written: self.written,
            packed: self.is_packed(),
            unread: if self.is_packed() { 0 } else { self.seen.size.saturating_sub(self.line_offset) },
            offset: self.line_offset,
            head: Print::of(&self.head),
            tail: Print::of(&self.tail),
        }
    }

    /// The mark of a file that is left out as if it had been read. A compressed one is not
    /// decoded for that.
    pub(super) fn left_out(mut self) -> Mark {
        let size = self.seen.size;
        let known = !self.is_packed() && self.move_to(size).unwrap_or(false);
        let mark = self.mark();
        Mark { offset: if known { mark.offset } else { UNKNOWN }, ..mark }
    }
}

/// From where on the last `shown` bytes of `lines` are as they lie in the file: the first of
/// their lines may have been cut, and then only its newline is.
fn from_which_whole(lines: &[u8], shown: usize) -> usize {
    let begin = lines.len() - shown;
    let line = memchr::memrchr(b'\n', &lines[..begin]).map_or(0, |newline| newline + 1);
    match memchr(b'\n', &lines[begin..]) {
        Some(newline) if begin + newline - line >= LINE_BYTES_MAX => newline,
        None if lines.len() - line >= LINE_BYTES_MAX => shown,
        _ => 0,
    }
}

/// Up to `count` bytes from a place of a file.
fn bytes_at(file: &mut File, from: u64, count: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(count);
    file.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

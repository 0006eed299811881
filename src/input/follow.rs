//! Follows a file by its name while it grows, is rotated, truncated or missing.
//!
//! It polls: `stat` works on every file system and in every container, and one call a
//! second costs nothing. The poll never sleeps; when to ask again is the caller's choice.
//!
//! Only whole lines go out. An unfinished line is held until its newline comes or its file
//! is known to be finished. After a rename the old file is read on until the new one holds
//! bytes, because a writer goes on with the old file until it is told to reopen; then it is
//! read to its end once more, and left.
//!
//! Where it fails: a file truncated and grown past the old offset between two polls looks
//! like one that grew, and a file rotated away twice between two polls is not seen. Both
//! are for a resuming reader with fingerprints, not for a poll.

use super::chunk::{Buffer, Chunk, Cutter, LINE_BYTES_MAX};
use super::identity::{Identity, identity_of};
use super::raw::read_once;
use crate::error::{Error, ErrorKind, Spot};
use memchr::memrchr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What a poll found. Every answer brings the lent buffer back.
#[derive(Debug)]
pub enum Polled {
    /// Whole lines; there may be more.
    Data(Chunk),
    /// Nothing for now: no whole line, or no file.
    Idle(Buffer),
    /// The old file is finished, the name stands for another one, read from its start.
    Rotated(Buffer),
    /// The file became shorter and is read from its start; the notice says so, once.
    Truncated(Buffer, Error),
}

/// Reads what is appended to the file of a name.
pub struct Follower {
    path: PathBuf,
    open: Option<Open>,
    cutter: Cutter,
    /// Where the first file is begun; later ones are read from their start.
    start: Start,
    /// An event to tell after the last line of the file before it.
    pending: Option<Pending>,
    files_begun: usize,
}

/// A file being read.
struct Open {
    file: File,
    identity: Identity,
    offset: u64,
    /// Where the unfinished line begins: a reader that resumes here loses nothing.
    line_offset: u64,
}

#[derive(Clone, Copy)]
enum Start {
    At(u64),
    LastLine,
}

enum Pending {
    Rotated,
    Truncated(Error),
}

impl Follower {
    /// Follows the file called `path` from its start, or else from its end; a last line that
    /// has not ended yet is still to come. A file that is missing is waited for, and read
    /// from its start when it comes.
    ///
    /// # Errors
    /// If the file is there but cannot be opened, or is no regular file.
    pub fn open(path: &Path, from_start: bool, chunk_bytes: usize) -> Result<Follower, Error> {
        let start = if from_start { Start::At(0) } else { Start::LastLine };
        Follower::begin(path, start, chunk_bytes)
    }

    /// Follows the file called `path` from a byte where a line begins, such as an earlier
    /// [`line_offset`](Follower::line_offset). Behind the end of the file counts as truncated.
    ///
    /// # Errors
    /// As for [`open`](Follower::open).
    pub fn open_at(path: &Path, offset: u64, chunk_bytes: usize) -> Result<Follower, Error> {
        Follower::begin(path, Start::At(offset), chunk_bytes)
    }

    fn begin(path: &Path, start: Start, chunk_bytes: usize) -> Result<Follower, Error> {
        let mut follower = Follower {
            path: path.to_path_buf(),
            open: None,
            cutter: Cutter::new(chunk_bytes),
            start,
            pending: None,
            files_begun: 0,
        };
        follower.try_open()?;
        follower.start = Start::At(0);
        Ok(follower)
    }

    /// Looks once and reads at most until a line is complete.
    ///
    /// # Errors
    /// If the file cannot be opened or read. The next poll tries again; a held line stays.
    pub fn poll(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        if let Some(pending) = self.pending.take() {
            return Ok(match pending {
                Pending::Rotated => Polled::Rotated(buffer),
                Pending::Truncated(notice) => Polled::Truncated(buffer, notice),
            });
        }
        if self.open.is_none() && !self.try_open()? {
            return Ok(Polled::Idle(buffer));
        }
        if let Some(notice) = self.truncated()? {
            self.pending = Some(Pending::Truncated(notice));
            return self.end_of_file(buffer);
        }
        let buffer = match self.read(buffer)? {
            Polled::Idle(buffer) => buffer,
            data => return Ok(data),
        };
        let Some(next) = self.replacement()? else {
            return Ok(Polled::Idle(buffer));
        };
        // Whatever was written to the old file before the new one was seen is there by now.
        let buffer = match self.read(buffer)? {
            Polled::Idle(buffer) => buffer,
            data => return Ok(data),
        };
        let event = self.end_of_file(buffer);
        self.install(next, 0);
        event
    }

    /// The held line, if the caller knows that its file is finished. Poll until idle first.
    pub fn finish(&mut self, buffer: Buffer) -> Option<Chunk> {
        self.last_line(buffer).ok()
    }

    /// The file's byte where the first line not yet given out begins; none without a file.
    pub fn line_offset(&self) -> Option<u64> {
        self.open.as_ref().map(|open| open.line_offset)
    }

    /// When the file was last written, seconds since 1970: where a stamp without a year
    /// takes its year from.
    pub fn reference_time(&self) -> Option<i64> {
        let metadata = self.open.as_ref()?.file.metadata().ok()?;
        super::decompress::modified(&metadata)
    }

    /// Gives out the held line if there is one, else the pending event at once.
    fn end_of_file(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        if self.pending.is_none() {
            self.pending = Some(Pending::Rotated);
        }
        match self.last_line(buffer) {
            Ok(chunk) => Ok(Polled::Data(chunk)),
            Err(buffer) => self.poll(buffer),
        }
    }

    fn last_line(&mut self, buffer: Buffer) -> Result<Chunk, Buffer> {
        let mut draft = self.cutter.begin(buffer);
        let Some(cut) = self.cutter.finish(&mut draft) else {
            return Err(self.cutter.put_back(draft));
        };
        if let Some(open) = &mut self.open {
            open.line_offset = open.offset;
        }
        Ok(self.cutter.chunk(draft, cut, self.file_index()))
    }

    /// Index of the file being read, counted from the first one followed.
    fn file_index(&self) -> usize {
        self.files_begun.saturating_sub(1)
    }

    /// Reads until a line is complete or nothing is left.
    fn read(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        let file_index = self.file_index();
        let Some(open) = &mut self.open else {
            return Ok(Polled::Idle(buffer));
        };
        let mut draft = self.cutter.begin(buffer);
        loop {
            match read_once(&mut open.file, self.cutter.room(&mut draft)) {
                Ok(0) => return Ok(Polled::Idle(self.cutter.put_back(draft))),
                Ok(count) => {
                    open.offset += count as u64;
                    if let Some(cut) = self.cutter.add(&mut draft, count) {
                        open.line_offset = open.offset - cut.rest as u64;
                        return Ok(Polled::Data(self.cutter.chunk(draft, cut, file_index)));
                    }
                }
                Err(err) => {
                    self.cutter.put_back(draft);
                    let spot = Spot::Byte(open.offset);
                    return Err(Error::from(err).at_spot(&self.path, spot));
                }
            }
        }
    }

    /// Sets the reading back to the start if the file has become shorter than what was read.
    fn truncated(&mut self) -> Result<Option<Error>, Error> {
        let at = |err| Error::io(&self.path, err);
        let Some(open) = &mut self.open else {
            return Ok(None);
        };
        let size = open.file.metadata().map_err(at)?.len();
        if size >= open.offset {
            return Ok(None);
        }
        let what = format!("truncated from {} to {size} bytes, reading it from its start", open.offset);
        open.file.rewind().map_err(at)?;
        open.offset = 0;
        open.line_offset = 0;
        Ok(Some(Error::new(ErrorKind::Notice(what)).in_file(&self.path)))
    }

    /// The file that took over the name, once it holds bytes; opened, so that it cannot go away.
    fn replacement(&self) -> Result<Option<(File, Identity)>, Error> {
        let is_other = |identity: &Identity| self.open.as_ref().is_none_or(|open| open.identity != *identity);
        // The usual answer is the same file, and costs no more than this look.
        if let Ok(metadata) = fs::metadata(&self.path)
            && !is_other(&identity_of(&self.path, &metadata))
        {
            return Ok(None);
        }
        let Some((file, identity, size)) = self.open_by_name()? else {
            return Ok(None);
        };
        Ok((size > 0 && is_other(&identity)).then_some((file, identity)))
    }

    /// Opens what the name stands for, if it is there.
    fn try_open(&mut self) -> Result<bool, Error> {
        let Some((mut file, identity, size)) = self.open_by_name()? else {
            return Ok(false);
        };
        let at = |err| Error::io(&self.path, err);
        let offset = match self.start {
            Start::At(offset) => offset,
            Start::LastLine => last_line_start(&mut file, size).map_err(at)?,
        };
        file.seek(SeekFrom::Start(offset)).map_err(at)?;
        self.install((file, identity), offset);
        Ok(true)
    }

    fn install(&mut self, (file, identity): (File, Identity), offset: u64) {
        self.files_begun += 1;
        self.open = Some(Open { file, identity, offset, line_offset: offset });
    }

    /// Opens the file of the name and tells its identity and size; none if it is missing.
    fn open_by_name(&self) -> Result<Option<(File, Identity, u64)>, Error> {
        let at = |err| Error::io(&self.path, err);
        let metadata = match fs::metadata(&self.path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            answer => answer.map_err(at)?,
        };
        if metadata.is_dir() {
            let why = "a directory, cannot be followed; name the files in it";
            return Err(Error::new(ErrorKind::Unsupported(why.into())).in_file(&self.path));
        }
        if !metadata.is_file() {
            // Opening a pipe would wait for its writer, and a directory has no lines.
            let why = "not a regular file, cannot be followed; for a pipe: cat FILE | logsurge watch -";
            return Err(Error::new(ErrorKind::Unsupported(why.into())).in_file(&self.path));
        }
        let file = match File::open(&self.path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            answer => answer.map_err(at)?,
        };
        // The name may have moved on since the first look; the handle is what is read.
        let metadata = file.metadata().map_err(at)?;
        let identity = identity_of(&self.path, &metadata);
        Ok(Some((file, identity, metadata.len())))
    }
}

/// Where the last line begins that has no newline yet; the end of the file if all have one.
/// In a line longer than the limit it is a place inside, which cuts a line that is cut anyway.
fn last_line_start(file: &mut File, size: u64) -> io::Result<u64> {
    let from = size.saturating_sub(LINE_BYTES_MAX as u64);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(size - from).read_to_end(&mut tail)?;
    Ok(from + memrchr(b'\n', &tail).map_or(0, |newline| newline as u64 + 1))
}

#[cfg(test)]
mod tests;

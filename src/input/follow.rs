//! Follows a log by its name while it grows, is rotated, truncated or missing, and goes on where
//! an earlier run stopped.
//!
//! It polls: `stat` works on every file system and in every container, and one call a
//! second costs nothing. The poll never sleeps; when to ask again is the caller's choice. A run
//! from a timer polls until nothing comes, and a run that stays goes on polling: what is read,
//! and in which order, is the same.
//!
//! Only whole lines go out. An unfinished line is held until its newline comes or its file
//! is known to be finished. After a rename the old file is read on until a younger one holds
//! bytes, because a writer goes on with the old file until it is told to reopen; then it is
//! read to its end once more, and left for the next in the row, be that the file of the name or
//! one that was rotated away since the last look.
//!
//! Where it fails: what a writer adds between the copy and the truncation of copytruncate is
//! lost to everyone, and so is what is added to a file already left.

mod choose;

use super::checkpoint::{BEHIND_MAX, Cursor, Mark};
use super::chunk::{Buffer, Chunk, Cutter, LINE_BYTES_MAX};
use super::identity::{Identity, identity_of};
use super::reading::{Look, Reading};
use super::siblings::{Listed, list};
use crate::error::Error;
use memchr::memrchr;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a poll found. Every answer brings the lent buffer back.
#[derive(Debug)]
pub enum Polled {
    /// Whole lines; there may be more.
    Data(Chunk),
    /// Nothing for now: no whole line, or no file.
    Idle(Buffer),
    /// The old file is finished, what follows is from another one, from its first line.
    Rotated(Buffer),
    /// The file was cut short and is read from its start; the notice says so, once.
    Truncated(Buffer, Error),
}

/// Reads what is appended to the log of a name.
pub struct Follower {
    path: PathBuf,
    reading: Option<Reading>,
    /// Where an earlier run stopped, until its file is found.
    sought: Option<Mark>,
    /// Files that are done with, oldest first; at most [`BEHIND_MAX`].
    behind: VecDeque<Mark>,
    /// Files to read first, as they were when that was decided.
    queue: VecDeque<(PathBuf, Identity)>,
    cutter: Cutter,
    /// To tell after the last line of the file before.
    pending: VecDeque<Pending>,
    files_begun: usize,
    /// The last read found nothing, so a look tells whether another is worth it.
    at_end: bool,
    /// Seconds since 1970, if the caller has told.
    now: Option<i64>,
    /// What the files beside the log were like when they were last listed.
    listed: Option<Surroundings>,
    polls_unlisted: u32,
    /// A compressed file that is still being written, as it was when that was seen.
    unfinished: Option<Listed>,
    /// Files that could not be opened, said once.
    refused: Vec<Identity>,
}

/// What must change before another listing is worth its cost.
type Surroundings = (Option<(Identity, bool)>, Option<SystemTime>);

#[derive(Debug)]
enum Pending {
    Rotated,
    Truncated(Error),
    Told(Error),
}

impl Follower {
    /// Follows the log called `path` from its file's start, or else from its end; a last line that
    /// has not ended yet is still to come. A file that is missing is waited for, and read
    /// from its start when it comes. Files already rotated away are left out.
    ///
    /// # Errors
    /// If the file is there but cannot be opened, or is no regular file.
    pub fn open(path: &Path, from_start: bool, chunk_bytes: usize) -> Result<Follower, Error> {
        let offset = if from_start { 0 } else { last_line_start(path)? };
        Follower::open_at(path, offset, chunk_bytes)
    }

    /// Follows the log called `path` from a byte of its file where a line begins.
    ///
    /// # Errors
    /// As for [`open`](Follower::open).
    pub fn open_at(path: &Path, offset: u64, chunk_bytes: usize) -> Result<Follower, Error> {
        Follower::after(path, &[], offset, chunk_bytes)
    }

    /// Reads `files` first, which were rotated away, then follows the log called `path`, from a
    /// byte of its file.
    ///
    /// # Errors
    /// As for [`open`](Follower::open).
    pub fn after(path: &Path, files: &[PathBuf], offset: u64, chunk_bytes: usize) -> Result<Follower, Error> {
        let mut follower = Follower::idle(path, chunk_bytes);
        let own = Reading::open(path)?;
        for listed in list(path).unwrap_or_default() {
            if files.contains(&listed.path) || listed.path == path {
                continue;
            }
            if let Ok(Some(reading)) = Reading::open(&listed.path) {
                follower.leave_behind(reading.left_out());
            }
        }
        for file in files {
            let metadata = fs::metadata(file).map_err(|err| Error::io(file, err))?;
            follower.queue.push_back((file.clone(), identity_of(file, &metadata)));
        }
        if let Some(mut reading) = own
            && files.is_empty()
        {
            let at = |err| Error::io(path, err);
            if !reading.move_to(offset).map_err(at)? {
                let notice = choose::cut_short(offset, reading.size(), path);
                follower.pending.push_back(Pending::Truncated(notice));
                reading.move_to(0).map_err(at)?;
            }
            follower.install(reading);
        }
        Ok(follower)
    }

    /// Goes on exactly where the cursor stands, whatever has befallen the files since. The log is
    /// looked for by the first poll.
    pub fn resume(path: &Path, cursor: &Cursor, chunk_bytes: usize) -> Follower {
        let surplus = cursor.behind.len().saturating_sub(BEHIND_MAX);
        Follower {
            sought: cursor.current,
            behind: cursor.behind[surplus..].iter().copied().collect(),
            pending: cursor.begins.then_some(Pending::Rotated).into_iter().collect(),
            ..Follower::idle(path, chunk_bytes)
        }
    }

    fn idle(path: &Path, chunk_bytes: usize) -> Follower {
        Follower {
            path: path.to_path_buf(),
            reading: None,
            sought: None,
            behind: VecDeque::new(),
            queue: VecDeque::new(),
            cutter: Cutter::new(chunk_bytes),
            pending: VecDeque::new(),
            files_begun: 0,
            at_end: false,
            now: None,
            listed: None,
            polls_unlisted: 0,
            unfinished: None,
            refused: Vec::new(),
        }
    }

    /// Tells what time it is, in seconds since 1970: a compressed file that breaks off is waited
    /// for while it is young. Who never tells has it read as far as it goes.
    pub fn tell_time(&mut self, seconds: i64) {
        self.now = Some(seconds);
    }

    /// Looks once and reads at most until a line is complete.
    ///
    /// # Errors
    /// If a file cannot be opened or read. The next poll tries again; a held line stays. What
    /// [is a notice](Error::is_notice) is only worth telling.
    pub fn poll(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        match self.pending.pop_front() {
            Some(Pending::Rotated) => return Ok(Polled::Rotated(buffer)),
            Some(Pending::Truncated(notice)) => return Ok(Polled::Truncated(buffer, notice)),
            Some(Pending::Told(trouble)) => return Err(trouble),
            None => {}
        }
        if self.reading.is_none() {
            self.begin()?;
            return match self.reading.is_some() || !self.pending.is_empty() {
                true => self.poll(buffer),
                false => Ok(Polled::Idle(buffer)),
            };
        }
        if self.at_end && self.is_quiet()? {
            return Ok(Polled::Idle(buffer));
        }
        if self.reading.is_none() {
            return self.poll(buffer);
        }
        if self.at_end && !self.is_intact()? {
            return self.after_change(buffer);
        }
        let buffer = match self.read(buffer)? {
            Polled::Idle(buffer) => buffer,
            data => return Ok(data),
        };
        if !self.is_intact()? {
            return self.after_change(buffer);
        }
        let Some(next) = self.successor()? else {
            return if self.pending.is_empty() { self.rest(buffer) } else { self.poll(buffer) };
        };
        // Whatever was written to the old file before the new one was seen is there by now.
        let buffer = match self.read(buffer)? {
            Polled::Idle(buffer) => buffer,
            data => return Ok(data),
        };
        let last = self.last_line(buffer);
        self.leave();
        self.pending.push_back(Pending::Rotated);
        self.install(next);
        match last {
            Ok(chunk) => Ok(Polled::Data(chunk)),
            Err(buffer) => self.poll(buffer),
        }
    }

    /// The held line, if the caller knows that its file is finished. Poll until idle first.
    pub fn finish(&mut self, buffer: Buffer) -> Option<Chunk> {
        self.last_line(buffer).ok()
    }

    /// Where another run goes on: all that was given out is before it, all else behind.
    pub fn cursor(&self) -> Cursor {
        let current = self.reading.as_ref().map(Reading::mark).or(self.sought);
        let begins = self.pending.iter().any(|pending| !matches!(pending, Pending::Told(_)));
        Cursor { current, begins, behind: self.behind.iter().copied().collect() }
    }

    /// The file's byte where the first line not yet given out begins; none without a file.
    pub fn line_offset(&self) -> Option<u64> {
        self.reading.as_ref().map(|reading| reading.line_offset)
    }

    /// When the file was last written, seconds since 1970: where a stamp without a year
    /// takes its year from.
    pub fn reference_time(&self) -> Option<i64> {
        self.reading.as_ref()?.reference_time()
    }

    /// Nothing more for now. A compressed file was written once, so its last line is whole.
    fn rest(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        let ended = self.reading.as_ref().is_some_and(Reading::has_ended);
        let answer = if ended { self.last_line(buffer) } else { Err(buffer) };
        Ok(answer.map_or_else(Polled::Idle, Polled::Data))
    }

    fn last_line(&mut self, buffer: Buffer) -> Result<Chunk, Buffer> {
        let mut draft = self.cutter.begin(buffer);
        let Some(cut) = self.cutter.finish(&mut draft) else {
            return Err(self.cutter.put_back(draft));
        };
        let chunk = self.cutter.chunk(draft, cut, self.file_index());
        if let Some(reading) = &mut self.reading {
            reading.gave(chunk.bytes(), 0, chunk.overlong > 0);
        }
        Ok(chunk)
    }

    /// Index of the file being read, counted from the first one followed.
    fn file_index(&self) -> usize {
        self.files_begun.saturating_sub(1)
    }

    /// Reads until a line is complete or nothing is left.
    fn read(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        let file_index = self.file_index();
        let Some(reading) = &mut self.reading else {
            return Ok(Polled::Idle(buffer));
        };
        reading.look()?;
        let mut draft = self.cutter.begin(buffer);
        loop {
            let count = match reading.read(self.cutter.room(&mut draft)) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(Polled::Idle(self.cutter.put_back(draft)));
                }
                Ok(count) => count,
                Err(err) => {
                    self.cutter.put_back(draft);
                    return Err(err);
                }
            };
            if let Some(cut) = self.cutter.add(&mut draft, count) {
                let rest = cut.rest;
                let chunk = self.cutter.chunk(draft, cut, file_index);
                // Only what is still there has been read from the file we think of.
                if !reading.is_intact()? {
                    self.cutter.forget();
                    self.at_end = true;
                    return Ok(Polled::Idle(chunk.into_buffer()));
                }
                reading.gave(chunk.bytes(), rest, chunk.overlong > 0);
                self.at_end = false;
                return Ok(Polled::Data(chunk));
            }
        }
    }

    /// Whether the name stands for the file being read, and that has not changed: one look.
    fn is_quiet(&mut self) -> Result<bool, Error> {
        let Some(reading) = &self.reading else { return Ok(false) };
        let Ok(metadata) = fs::metadata(&self.path) else { return Ok(false) };
        if identity_of(&self.path, &metadata) != reading.identity {
            return Ok(false);
        }
        let look = Look::of(&metadata);
        if reading.is_packed() && reading.differs_from(look) {
            // Something was appended to an archive: it is decoded anew up to where we were.
            self.sought = Some(reading.mark());
            self.reading = None;
            self.cutter.forget();
            self.listed = None;
            return Ok(false);
        }
        Ok(reading.is_as_seen(look))
    }

    fn is_intact(&mut self) -> Result<bool, Error> {
        self.reading.as_mut().map_or(Ok(true), Reading::is_intact)
    }

    /// The file being read was cut short and written anew: what it held may have been copied.
    fn after_change(&mut self, buffer: Buffer) -> Result<Polled, Error> {
        let Some(reading) = self.reading.take() else { return Ok(Polled::Idle(buffer)) };
        let mark = reading.mark();
        self.sought = Some(mark);
        self.at_end = false;
        let plan = self.plan(true)?;
        if let Some(found) = plan.found {
            self.cutter.forget();
            self.sought = None;
            self.reading = Some(found);
            return self.poll(buffer);
        }
        let last = self.last_line(buffer);
        self.begin_anew(mark, plan.unread)?;
        match last {
            Ok(chunk) => Ok(Polled::Data(chunk)),
            Err(buffer) => self.poll(buffer),
        }
    }

    /// Counts the file being read as done with.
    fn leave(&mut self) {
        if let Some(reading) = self.reading.take() {
            self.leave_behind(reading.mark());
        }
    }

    fn leave_behind(&mut self, mark: Mark) {
        if self.behind.len() == BEHIND_MAX {
            self.behind.pop_front();
        }
        self.behind.push_back(mark);
    }

    fn install(&mut self, reading: Reading) {
        self.files_begun += 1;
        self.at_end = false;
        self.listed = None;
        self.reading = Some(reading);
    }
}

/// Where the last line begins that has no newline yet; the end of the file if all have one.
/// In a line longer than the limit it is a place inside, which cuts a line that is cut anyway.
fn last_line_start(path: &Path) -> Result<u64, Error> {
    let at = |err| Error::io(path, err);
    // Opened as it will be, so that what cannot be followed is refused.
    if Reading::open(path)?.is_none() {
        return Ok(0);
    }
    let mut file = File::open(path).map_err(at)?;
    let size = file.metadata().map_err(at)?.len();
    let from = size.saturating_sub(LINE_BYTES_MAX as u64);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from)).map_err(at)?;
    file.take(size - from).read_to_end(&mut tail).map_err(at)?;
    Ok(from + memrchr(b'\n', &tail).map_or(0, |newline| newline as u64 + 1))
}

#[cfg(test)]
mod tests;

//! Which file of a log is read next.

use super::super::checkpoint::Mark;
use super::super::decompress::modified;
use super::super::identity::{Identity, identity_of};
use super::super::reading::{Look, Reading};
use super::super::resume::{Known, Plan, Unread, is_behind, plan};
use super::super::siblings::{Listed, directory_of, list};
use super::{Follower, Pending};
use crate::error::{Error, ErrorKind};
use std::fs;
use std::io;
use std::path::Path;

// limits
/// A compressed file that breaks off and was written so recently is still being written.
const STILL_WRITTEN_SECONDS: i64 = 600;
/// Polls after which a directory is listed though it looks unchanged: its time is coarse.
const POLLS_UNLISTED_MAX: u32 = 20;

impl Follower {
    pub(super) fn plan(&mut self, cut_short: bool) -> Result<Plan, Error> {
        let at = |err| Error::io(directory_of(&self.path), err);
        let family = match list(&self.path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => Vec::new(),
            answer => answer.map_err(at)?,
        };
        let behind = self.behind.make_contiguous();
        Ok(plan(family, &mut Known { sought: self.sought, behind, cut_short }))
    }

    /// Opens what is to be read first; nothing where there is nothing yet.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        while let Some((path, identity)) = self.queue.pop_front() {
            match Reading::open(&path)? {
                Some(reading) if reading.identity == identity => {
                    self.install(reading);
                    return Ok(());
                }
                // A rotation came between, so what is known of the files has to tell.
                _ => self.queue.clear(),
            }
        }
        if !self.is_worth_listing(None) {
            return Ok(());
        }
        if let Some(mark) = self.sought
            && let Some(mut reading) = self.own_file()?
        {
            let same_file = reading.identity.numbers() == (mark.device, mark.inode);
            if same_file && mark.is_strong() && reading.begins_like(&mark) {
                let moved = reading.move_to_mark(&mark).map_err(|err| Error::io(&self.path, err))?;
                if moved {
                    self.sought = None;
                    self.install(reading);
                    return Ok(());
                }
            }
        }
        let cut_short = self.is_cut_short()?;
        let plan = self.plan(cut_short)?;
        if let Some(found) = plan.found {
            if self.is_still_written(&found) {
                return Ok(());
            }
            self.sought = None;
            self.install(found);
            return Ok(());
        }
        match self.sought {
            Some(mark) => self.begin_anew(mark, plan.unread),
            None => {
                if let Some(next) = self.first_of(plan.unread)? {
                    self.install(next);
                }
                Ok(())
            }
        }
    }

    /// The file of the name.
    fn own_file(&self) -> Result<Option<Reading>, Error> {
        Reading::open(&self.path)
    }

    /// Whether the file sought lies where it lay, and is not what it was.
    fn is_cut_short(&self) -> Result<bool, Error> {
        let (Some(mark), Some(own)) = (&self.sought, self.own_file()?) else { return Ok(false) };
        let same_file = own.identity.numbers() == (mark.device, mark.inode);
        Ok(same_file
            && !mark.packed
            && mark.head.bytes > 0
            && !(own.size() >= mark.offset && own.begins_like(mark)))
    }

    /// Goes on with the next file, as the one that was read is nowhere any more.
    pub(super) fn begin_anew(&mut self, mark: Mark, unread: Unread) -> Result<(), Error> {
        let own = self.own_file()?;
        let next = match (self.first_of(unread)?, own) {
            (Some(next), _) => next,
            // Cut short to nothing: that is said now, and its lines are awaited.
            (None, Some(own)) if is_of(&own, &mark) && mark.head.bytes > 0 => own,
            (None, _) => return Ok(()),
        };
        self.sought = None;
        if mark.head.bytes == 0 {
            // Nothing was read of it. If this is the same file, nobody need know that we looked.
            if !is_of(&next, &mark) {
                self.pending.push_back(Pending::Rotated);
            }
            self.install(next);
            return Ok(());
        }
        self.leave_behind(mark);
        let begun = match fs::metadata(&self.path) {
            Ok(metadata) if identity_of(&self.path, &metadata).numbers() == (mark.device, mark.inode) => {
                Pending::Truncated(cut_short(mark.offset, metadata.len(), &self.path))
            }
            _ => {
                self.pending.push_back(Pending::Told(gone(&mark, &self.path)));
                Pending::Rotated
            }
        };
        self.pending.push_back(begun);
        self.install(next);
        Ok(())
    }

    /// The first of these files that can be read, opened. None if it is still being written.
    fn first_of(&mut self, unread: Unread) -> Result<Option<Reading>, Error> {
        let Unread { family, from } = unread;
        for listed in &family[from..] {
            if listed.look.size == 0 || self.refused.contains(&listed.identity) {
                continue;
            }
            match Reading::open(&listed.path) {
                Ok(Some(reading)) if reading.identity == listed.identity => {
                    // Names may be out of order.
                    if is_behind(&reading, self.behind.make_contiguous(), &family) {
                        continue;
                    }
                    return Ok((!self.is_still_written(&reading)).then_some(reading));
                }
                // Rotated just now: the next poll sees where to.
                Ok(_) => {
                    self.listed = None;
                    return Ok(None);
                }
                Err(trouble) if listed.path != self.path => {
                    self.refused.push(listed.identity.clone());
                    self.listed = None;
                    return Err(trouble);
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(None)
    }

    /// Whether a compressed file breaks off and is young. It and what follows it is left for
    /// later, which is said once.
    fn is_still_written(&mut self, reading: &Reading) -> bool {
        let (Some(now), true) = (self.now, reading.is_packed()) else { return false };
        let Ok(metadata) = fs::metadata(reading.path()) else { return false };
        let young =
            modified(&metadata).is_some_and(|modified| modified > now.saturating_sub(STILL_WRITTEN_SECONDS));
        let listed = Listed {
            path: reading.path().to_path_buf(),
            identity: reading.identity.clone(),
            look: Look::of(&metadata),
        };
        if !young {
            return false;
        }
        if self.unfinished.as_ref() == Some(&listed) {
            return true;
        }
        if !reading.breaks_off() {
            self.unfinished = None;
            return false;
        }
        if self.unfinished.as_ref().is_none_or(|before| before.path != listed.path) {
            let why = "still being written, so it and what follows it are read the next time";
            let notice = Error::new(ErrorKind::Notice(why.into())).in_file(reading.path());
            self.pending.push_back(Pending::Told(notice));
        }
        self.unfinished = Some(listed);
        true
    }

    /// The file to read after the one being read, once there is one with bytes; opened, so that
    /// it cannot go away.
    pub(super) fn successor(&mut self) -> Result<Option<Reading>, Error> {
        let Some(reading) = &self.reading else { return Ok(None) };
        let (identity, mark) = (reading.identity.clone(), reading.mark());
        if !self.is_worth_listing(Some(&identity)) {
            return Ok(None);
        }
        let at = |err| Error::io(directory_of(&self.path), err);
        let family = match list(&self.path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => Vec::new(),
            answer => answer.map_err(at)?,
        };
        let unread = match family.iter().position(|listed| listed.identity == identity) {
            Some(index) => Unread { family, from: index + 1 },
            None => {
                let behind = self.behind.make_contiguous();
                plan(family, &mut Known { sought: Some(mark), behind, cut_short: false }).unread
            }
        };
        self.first_of(unread)
    }

    /// Whether anything beside the log may have changed since the last listing. The name that
    /// stands for the file being read says that nothing has.
    fn is_worth_listing(&mut self, reading: Option<&Identity>) -> bool {
        let own = fs::metadata(&self.path).ok();
        let own = own.map(|metadata| (identity_of(&self.path, &metadata), metadata.len() > 0));
        if own.as_ref().is_some_and(|(identity, _)| Some(identity) == reading) {
            return false;
        }
        let directory = fs::metadata(directory_of(&self.path)).and_then(|metadata| metadata.modified());
        let now = Some((own, directory.ok()));
        let is_due = self.polls_unlisted >= POLLS_UNLISTED_MAX;
        if now == self.listed && !is_due {
            self.polls_unlisted += 1;
            return false;
        }
        (self.listed, self.polls_unlisted) = (now, 0);
        true
    }
}

fn is_of(reading: &Reading, mark: &Mark) -> bool {
    reading.identity.numbers() == (mark.device, mark.inode)
}

pub(super) fn cut_short(offset: u64, size: u64, path: &Path) -> Error {
    let what = match size < offset {
        true => format!("truncated from {offset} to {size} bytes, reading it from its start"),
        false => "truncated and written anew, reading it from its start".into(),
    };
    Error::new(ErrorKind::Notice(what)).in_file(path)
}

/// The file that was being read is nowhere. Whether that cost lines is known only where some
/// were seen and not read.
fn gone(mark: &Mark, path: &Path) -> Error {
    let Mark { offset, unread, .. } = *mark;
    let kind = match unread {
        0 => ErrorKind::Notice(format!(
            "the file read so far, to byte {offset}, is gone; lines it got after that are lost, keep rotated \
             files until they were read. Going on with the one that took its place"
        )),
        _ => ErrorKind::Damaged(format!(
            "the file read so far, to byte {offset}, is gone, and at least {unread} bytes of it were never \
             read; keep rotated files until they were read. Going on with the one that took its place"
        )),
    };
    Error::new(kind).in_file(path)
}

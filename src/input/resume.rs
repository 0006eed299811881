//! Finds the file an earlier run stopped in, whatever its name is now, and what has come after.
//!
//! The files of a log lie in a row, oldest first, and what has been read is always a beginning
//! of that row. So it is enough to find one file that is known: the one being read, which is gone
//! on with, or else one that is done with. All younger ones are unread. They are looked at from
//! the youngest down to the first that is done with, which is seldom far, and a file's first
//! kilobyte seldom leaves a doubt that would need more of it decoded.
//!
//! What cannot be told apart: files with the same bytes up to the place where reading stopped. A
//! log that repeats one line without a stamp is found by its inode then, and if it is cut short
//! and grows past that place unseen, nothing shows it. And where a log whose files all begin with
//! the same kilobyte has its file deleted, and the inode goes to the next one, a rotated sibling
//! that is shorter is taken for a copy of the deleted one.

use super::checkpoint::{Mark, PRINT_BYTES, UNKNOWN};
use super::reading::Reading;
use super::siblings::Listed;

/// What is left of a log to read.
pub(super) struct Plan {
    /// The file that was being read, where it was left; none if it is nowhere.
    pub(super) found: Option<Reading>,
    pub(super) unread: Unread,
}

/// The files from a place of the row on, oldest first.
pub(super) struct Unread {
    pub(super) family: Vec<Listed>,
    pub(super) from: usize,
}

/// What is known of what was read.
pub(super) struct Known<'a> {
    /// The file that was being read.
    pub(super) sought: Option<Mark>,
    pub(super) behind: &'a mut [Mark],
    /// It was cut short where it lay. A copy of it may have been taken while it still grew, and
    /// then ends before the place reached.
    pub(super) cut_short: bool,
}

/// Looks for the known files in `family`, which is in order.
pub(super) fn plan(family: Vec<Listed>, known: &mut Known<'_>) -> Plan {
    let (mut found, mut is_exact) = (None, false);
    let mut done = None;
    for (index, listed) in family.iter().enumerate().rev() {
        // Its trouble is met again by who reads it.
        let Ok(Some(reading)) = Reading::open(&listed.path) else { continue };
        if reading.identity != listed.identity {
            continue;
        }
        if is_behind(&reading, known.behind, &family) {
            done = done.or(Some(index + 1));
            // Beyond it nothing is sought, unless the order may be wrong and the bytes are sure.
            if found.is_some() || !known.sought.is_some_and(|mark| mark.is_strong()) {
                break;
            }
            continue;
        }
        let Some(mark) = &known.sought else { continue };
        // Of several that fit the oldest is taken, whatever their inodes say: all between it and
        // the last one done with are unread, and a banner with a used inode must not hide them.
        match gone_on(reading, mark, known.cut_short) {
            Some((reading, true)) => (found, is_exact) = (Some((index, reading)), true),
            Some((reading, false)) if !is_exact => found = Some((index, reading)),
            _ => {}
        }
    }
    let from = found.as_ref().map_or(done.unwrap_or(0), |(index, _)| index + 1);
    Plan { found: found.map(|(_, reading)| reading), unread: Unread { family, from } }
}

/// The file at the place of the mark, if it is the mark's, and whether it reaches that far.
fn gone_on(mut reading: Reading, mark: &Mark, cut_short: bool) -> Option<(Reading, bool)> {
    if !reading.begins_like(mark) {
        return None;
    }
    if reading.move_to_mark(mark).ok()? {
        return Some((reading, true));
    }
    let is_full = mark.head.bytes as usize == PRINT_BYTES;
    let ends_before = reading.line_offset < mark.offset;
    let is_copy = cut_short && reading.identity.numbers() != (mark.device, mark.inode);
    // A damaged archive that breaks off before the place has nothing left to give either.
    (is_full && ends_before && (is_copy || reading.has_fault())).then_some((reading, false))
}

/// Whether a file is done with. Decodes a compressed one only if its beginning is known, and
/// remembers what it looks like for the next time. A mark whose own file is in the family stands
/// for no other, though two logs without stamps may hold the same lines.
pub(super) fn is_behind(reading: &Reading, behind: &mut [Mark], family: &[Listed]) -> bool {
    let now = reading.mark();
    for mark in behind.iter_mut().rev().filter(|mark| reading.begins_like(mark)) {
        let is_own =
            |numbers: (u64, u64), size: u64| numbers == (mark.device, mark.inode) && size == mark.size;
        if is_own((now.device, now.inode), now.size) && mark.written == now.written {
            return true;
        }
        let is_there = family.iter().any(|listed| is_own(listed.identity.numbers(), listed.look.size));
        if mark.offset == UNKNOWN || is_there && !is_own((now.device, now.inode), now.size) {
            continue;
        }
        let Ok(Some(mut again)) = Reading::open(reading.path()) else { continue };
        if again.move_to_mark(mark).unwrap_or(false) && again.is_at_end() {
            let Mark { device, inode, size, written, .. } = now;
            *mark = Mark { device, inode, size, written, ..*mark };
            return true;
        }
    }
    false
}

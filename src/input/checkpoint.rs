//! Where a reader stands, so that another run can go on there whatever befell the files.
//!
//! An inode says which file it was, but is used again once its file is gone, and a compressed
//! or copied file has another one. So a place in a file is also known by its bytes: a print of
//! its first kilobyte, and one of the last kilobyte before the place. Two files that begin with
//! the same banner differ in the second; a file that was cut short and has grown again differs
//! in both. Prints are of plain bytes, so compressing changes nothing.
//!
//! Files that are done with are remembered too, the last few. Where the file that was being read
//! cannot be found, they tell which of the files beside it have been read already.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

// limits
/// Bytes of a print: enough for a few stamped lines, one read for a disk.
pub(super) const PRINT_BYTES: usize = 1024;
/// Files done with that are remembered: the youngest that is still there tells all older ones.
pub(super) const BEHIND_MAX: usize = 64;

/// Where a log is read on: everything before has been given out, nothing after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The file being read; none if none has been there yet.
    pub(super) current: Option<Mark>,
    /// It was begun, and nobody has been told yet that its lines are those of another file.
    pub(super) begins: bool,
    /// Files of the log that are done with, oldest first.
    pub(super) behind: Vec<Mark>,
}

impl Cursor {
    /// The byte of the file being read where the first line not yet given out begins; in a
    /// compressed file, of what it holds.
    pub fn offset(&self) -> Option<u64> {
        self.current.as_ref().map(|mark| mark.offset)
    }

    /// When the file being read was written, seconds since 1970: where a stamp without a year
    /// takes its year from.
    pub fn reference_time(&self) -> Option<i64> {
        self.current.as_ref()?.written
    }
}

/// A place in a file, and how to know the file again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) device: u64,
    pub(super) inode: u64,
    /// Bytes on the disk, when last looked at.
    pub(super) size: u64,
    /// Seconds since 1970, when last looked at.
    pub(super) written: Option<i64>,
    /// A compressed file is never cut short.
    pub(super) packed: bool,
    /// Bytes that were seen behind the place; none are counted in a compressed file.
    pub(super) unread: u64,
    /// Plain bytes before the place; of a file that was left out unread, [`UNKNOWN`] if not known.
    pub(super) offset: u64,
    pub(super) head: Print,
    pub(super) tail: Print,
}

/// The length of a compressed file nobody has decoded.
pub(super) const UNKNOWN: u64 = u64::MAX;

impl Mark {
    /// Whether the prints could hardly be those of another file: they do not overlap.
    pub(super) fn is_strong(&self) -> bool {
        self.offset >= 2 * PRINT_BYTES as u64 && self.tail.bytes as usize == PRINT_BYTES
    }
}

/// A hash of a few bytes, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Print {
    hash: u64,
    pub(super) bytes: u32,
}

impl Print {
    /// Of at most [`PRINT_BYTES`].
    pub(super) fn of(bytes: &[u8]) -> Print {
        Print { hash: xxh3_64(bytes), bytes: bytes.len() as u32 }
    }

    /// Whether it is that of the beginning of `bytes`.
    pub(super) fn fits_start(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.bytes as usize).is_some_and(|start| xxh3_64(start) == self.hash)
    }

    /// Whether it is that of the end of `bytes`.
    pub(super) fn fits_end(&self, bytes: &[u8]) -> bool {
        let from = bytes.len().checked_sub(self.bytes as usize);
        from.is_some_and(|from| xxh3_64(&bytes[from..]) == self.hash)
    }
}

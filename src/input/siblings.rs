//! The files of a log as they lie on the disk now, oldest first.
//!
//! Rotation renames one file after another while we look: a listing in the middle of it may miss
//! a file or see it twice. So it is taken again until two in a row agree.
//!
//! The order is that of the names. Where names of two kinds stand side by side, because somebody
//! changed how the log is rotated, the times of writing merge them; and they tell whether numbers
//! count upward, as some loggers have it.

use super::decompress::Decoder;
use super::identity::{Identity, identity_of};
use super::reading::Look;
use super::source::family::{Naming, Sibling, relatives};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

// limits
/// Listings taken at most; a rotation is over long before.
const LISTINGS_MAX: usize = 10;
/// Bytes compared to tell the compressed copy of a file that is there too.
const COPY_BYTES: usize = 4 * 1024;

/// Pairs of numbered files that must be out of order, and all of them, before numbers are taken
/// to count upward: who compresses a file may leave it the time of that.
const PAIRS_MIN: usize = 2;

/// A file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    pub(super) identity: Identity,
    pub(super) look: Look,
}

/// The files of the log called `path`, oldest first, itself last if it is there.
///
/// # Errors
/// If the directory cannot be read.
pub(super) fn list(path: &Path) -> io::Result<Vec<Listed>> {
    let mut files = listed(path)?;
    for _ in 1..LISTINGS_MAX {
        let again = listed(path)?;
        let same = |a: &Listed, b: &Listed| a.path == b.path && a.identity == b.identity;
        if again.len() == files.len() && again.iter().zip(&files).all(|(a, b)| same(a, b)) {
            break;
        }
        files = again;
    }
    Ok(files)
}

/// The directory of a path.
pub(super) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn listed(path: &Path) -> io::Result<Vec<Listed>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory_of(path))? {
        found.push(entry?.path());
    }
    let mut siblings = Vec::new();
    for sibling in relatives(path, found.into_iter()).files {
        let Ok(metadata) = fs::metadata(&sibling.path) else { continue };
        if metadata.is_file() {
            let identity = identity_of(&sibling.path, &metadata);
            let listed = Listed { path: sibling.path.clone(), identity, look: Look::of(&metadata) };
            siblings.push((sibling, listed));
        }
    }
    let own = siblings.iter().find(|(_, listed)| listed.path == path).map(|(_, own)| own.identity.clone());
    // The name may be a link to one of its siblings.
    siblings.retain(|(_, listed)| listed.path == path || Some(&listed.identity) != own.as_ref());
    Ok(in_time(path, without_copies(siblings)))
}

/// Rotation was caught between compressing and deleting: the plain file is whole, and its
/// compressed copy may not be.
fn without_copies(siblings: Vec<(Sibling, Listed)>) -> Vec<(Sibling, Listed)> {
    let is_copy = |sibling: &Sibling| {
        let plain = siblings.iter().find(|(other, _)| sibling.unpacked.as_ref() == Some(&other.path));
        plain.is_some_and(|(plain, _)| head_of(&plain.path).starts_with(&head_of(&sibling.path)))
    };
    let copies: Vec<bool> = siblings.iter().map(|(sibling, _)| is_copy(sibling)).collect();
    siblings.into_iter().zip(copies).filter(|(_, is_copy)| !is_copy).map(|(file, _)| file).collect()
}

fn head_of(path: &Path) -> Vec<u8> {
    let (mut head, mut filled) = (vec![0; COPY_BYTES], 0);
    let Ok(mut decoder) = Decoder::open(path) else { return Vec::new() };
    while let Ok(count @ 1..) = decoder.read(&mut head[filled..]) {
        filled += count;
    }
    head.truncate(filled);
    head
}

fn in_time(path: &Path, siblings: Vec<(Sibling, Listed)>) -> Vec<Listed> {
    let (mut dated, mut numbered, mut own) = (Vec::new(), Vec::new(), Vec::new());
    let mut padded = false;
    for (sibling, listed) in siblings {
        match sibling.naming() {
            _ if listed.path == path => own.push(listed),
            Naming::Dated => dated.push(listed),
            Naming::Numbered { padded: zeros } => {
                padded |= zeros;
                numbered.push(listed);
            }
            Naming::Base => own.insert(0, listed),
        }
    }
    let backward = numbered.windows(2).filter(|two| two[0].look.modified > two[1].look.modified).count();
    if !padded && backward >= PAIRS_MIN && backward + 1 == numbered.len() {
        numbered.reverse();
    }
    let mut files = Vec::new();
    let (mut dated, mut numbered) = (dated.into_iter().peekable(), numbered.into_iter().peekable());
    while let (Some(by_date), Some(by_number)) = (dated.peek(), numbered.peek()) {
        let older = if by_date.look.modified <= by_number.look.modified { &mut dated } else { &mut numbered };
        files.extend(older.next());
    }
    files.extend(dated.chain(numbered).chain(own));
    files
}

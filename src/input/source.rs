//! Which logs there are, and which files belong to each.
//!
//! Paths become a list that depends on the set of files alone, never on the order or the
//! number of times they were given: everything is sorted by bytes, and a file that can be
//! reached by several names counts once. In a directory only what looks like a log is
//! taken; what is left out is said with its reason. A file named by a person is not judged.
//!
//! The files of one rotation family are one source, ordered by their first stamps. Joining
//! two unrelated files would be worse than leaving a family apart, as the overlap of the
//! second would count as late; so the rules in `family` ask for evidence.
//!
//! Costs one open and one small read per file, and up to 64 KiB per file of a family. Pipes
//! and devices are never opened here, because what is read from them is gone.

pub(super) mod family;

use super::decompress::Decoder;
use super::identity::{Identity, identity_of};
use crate::error::{Error, ErrorKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

// limits
/// Decompressed bytes looked at for the first stamp: a banner may stand before it.
const STAMP_HEAD_BYTES: usize = 64 * 1024;
/// Decompressed bytes looked at for a NUL: binary formats show one early.
const BINARY_HEAD_BYTES: usize = 8 * 1024;

/// One log: a file with its rotated siblings, or the standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as given or found, lossy; of a family, its base file's, which need not
    /// exist; `-` for the standard input.
    pub name: String,
    /// The files in reading order, oldest first.
    pub files: Vec<PathBuf>,
}

/// What a list of paths stands for.
#[derive(Debug, Default)]
pub struct Listing {
    /// Sorted by the bytes of the name.
    pub sources: Vec<Source>,
    /// What was left out, sorted, each with the reason.
    pub skipped: Vec<(PathBuf, String)>,
    /// What could not be read; the rest goes on.
    pub failed: Vec<Error>,
}

/// Finds the sources that `paths` name: files, directories (all below them), `-`.
///
/// `first_stamp` gives the time of the first stamp in the first decompressed bytes (at most
/// 64 KiB) of a file, in any unit that orders; it is asked only where a family must be ordered.
pub fn list(paths: &[PathBuf], first_stamp: &dyn Fn(&Path, &[u8]) -> Option<i64>) -> Listing {
    let mut walk = Walk::default();
    for path in paths.iter().collect::<BTreeSet<_>>() {
        walk.visit_named(path);
    }
    let Walk { found, mut listing, stdin, .. } = walk;
    let files = admitted(each_once(found, &mut listing), &mut listing);
    let (regular, special): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.regular);
    let named: BTreeSet<PathBuf> =
        regular.iter().filter(|file| file.named).map(|file| file.path.clone()).collect();
    let names = special.into_iter().map(|file| file.path).collect::<Vec<_>>();
    listing.sources = names.into_iter().map(lone).collect();
    for kin in family::families(regular.into_iter().map(|file| file.path).collect()) {
        let source = ordered(kin, &named, first_stamp, &mut listing.skipped);
        listing.sources.push(source);
    }
    if stdin {
        listing.sources.push(lone(PathBuf::from("-")));
    }
    listing.sources.sort_by(|a, b| (&a.name, &a.files).cmp(&(&b.name, &b.files)));
    listing.skipped.sort();
    listing.skipped.dedup();
    listing
}

/// A file with those of its rotated siblings that lie beside it, in reading order. The file
/// itself is missing in the list where it does not exist.
pub fn family_of(path: &Path, first_stamp: &dyn Fn(&Path, &[u8]) -> Option<i64>) -> Source {
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let kin = family::relatives(path, fs::read_dir(beside).into_iter().flatten().flatten().map(|e| e.path()));
    let files = kin.files.iter().map(|file| file.path.clone()).filter(|file| is_readable(file, path));
    let files: BTreeSet<PathBuf> = files.collect();
    let kin = family::Kin {
        files: kin.files.into_iter().filter(|file| files.contains(&file.path)).collect(),
        ..kin
    };
    ordered(kin, &BTreeSet::from([path.to_path_buf()]), first_stamp, &mut Vec::new())
}

/// Whether a sibling is a log that can be read, and not the file itself by another name.
fn is_readable(file: &Path, of: &Path) -> bool {
    let identity = |path: &Path| Some(identity_of(path, &fs::metadata(path).ok()?));
    let is_text = || head_of(file, BINARY_HEAD_BYTES).is_ok_and(|head| !is_binary(&head));
    file.is_file() && (file == of || (identity(file) != identity(of) && is_text()))
}

fn lone(path: PathBuf) -> Source {
    Source { name: path.to_string_lossy().into_owned(), files: vec![path] }
}

/// A file on the way to becoming part of a source.
struct Found {
    path: PathBuf,
    identity: Identity,
    /// Named by a person, not found in a directory.
    named: bool,
    link: bool,
    regular: bool,
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    listing: Listing,
    visited: BTreeSet<Identity>,
    stdin: bool,
}

impl Walk {
    fn visit_named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            self.stdin = true;
            return;
        }
        match fs::metadata(path) {
            Err(err) => self.listing.failed.push(Error::io(path, err)),
            Ok(metadata) if metadata.is_dir() => self.walk(path, &metadata),
            Ok(metadata) if is_socket(&metadata) => {
                let why = "a socket, which cannot be read as a file; pipe what comes from it: … | logsurge";
                self.listing.failed.push(Error::new(ErrorKind::Unsupported(why.into())).in_file(path));
            }
            Ok(metadata) => self.take(path, &metadata, true),
        }
    }

    /// Everything below a directory. The depth is on the heap, not on the stack.
    fn walk(&mut self, top: &Path, metadata: &Metadata) {
        let mut waiting = vec![(top.to_path_buf(), identity_of(top, metadata))];
        while let Some((directory, identity)) = waiting.pop() {
            if !self.visited.insert(identity) {
                continue;
            }
            let mut entries = self.entries(&directory);
            entries.sort();
            for path in entries {
                if let Some(identity) = self.visit_found(&path) {
                    waiting.push((path, identity));
                }
            }
        }
    }

    fn entries(&mut self, directory: &Path) -> Vec<PathBuf> {
        let mut entries = Vec::new();
        match fs::read_dir(directory) {
            Err(err) => self.listing.failed.push(Error::io(directory, err)),
            Ok(answers) => {
                for answer in answers {
                    match answer {
                        Ok(entry) => entries.push(entry.path()),
                        Err(err) => self.listing.failed.push(Error::io(directory, err)),
                    }
                }
            }
        }
        entries
    }

    /// Takes or leaves what lies in a directory; a directory to be walked gives its identity.
    fn visit_found(&mut self, path: &Path) -> Option<Identity> {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden {
            return self.skip(path, "hidden");
        }
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        match fs::metadata(path) {
            Err(_) if is_link => self.skip(path, "a link to nothing"),
            Err(err) => {
                self.listing.failed.push(Error::io(path, err));
                None
            }
            Ok(metadata) if metadata.is_dir() && is_link => {
                self.skip(path, "a link to a directory; name it to read it")
            }
            Ok(metadata) if metadata.is_dir() => Some(identity_of(path, &metadata)),
            Ok(metadata) if metadata.is_file() => {
                self.take(path, &metadata, false);
                None
            }
            Ok(_) => self.skip(path, "not a regular file"),
        }
    }

    fn take(&mut self, path: &Path, metadata: &Metadata, named: bool) {
        self.found.push(Found {
            path: path.to_path_buf(),
            identity: identity_of(path, metadata),
            named,
            link: fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()),
            regular: metadata.is_file(),
        });
    }

    fn skip(&mut self, path: &Path, reason: &str) -> Option<Identity> {
        self.listing.skipped.push((path.to_path_buf(), reason.into()));
        None
    }
}

#[cfg(unix)]
fn is_socket(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_socket(_: &Metadata) -> bool {
    false
}

/// Of several names of one file, keeps the one a person gave, then the one that is no link,
/// then the first by bytes.
fn each_once(mut found: Vec<Found>, listing: &mut Listing) -> Vec<Found> {
    found.sort_by(|a, b| (!a.named, a.link, &a.path).cmp(&(!b.named, b.link, &b.path)));
    let mut kept: Vec<Found> = Vec::new();
    let mut names: BTreeMap<Identity, PathBuf> = BTreeMap::new();
    for file in found {
        match names.get(&file.identity) {
            None => {
                names.insert(file.identity.clone(), file.path.clone());
                kept.push(file);
            }
            Some(name) if *name == file.path => {}
            Some(name) => {
                let reason = format!("the same file as {}", name.display());
                listing.skipped.push((file.path, reason));
            }
        }
    }
    kept
}

/// Those files that can be opened and, if they were only found, look like text.
fn admitted(files: Vec<Found>, listing: &mut Listing) -> Vec<Found> {
    let mut kept = Vec::new();
    for file in files {
        if !file.regular {
            kept.push(file);
            continue;
        }
        match head_of(&file.path, BINARY_HEAD_BYTES) {
            Ok(head) if file.named || !is_binary(&head) => kept.push(file),
            Ok(_) => listing.skipped.push((file.path, "binary; name it to read it".into())),
            Err(error) if !file.named && matches!(error.kind(), ErrorKind::Unsupported(_)) => {
                listing.skipped.push((file.path, error.kind().to_string()));
            }
            Err(error) => listing.failed.push(error),
        }
    }
    kept
}

/// The first decompressed bytes of a file. Damage is not told here: whoever reads the
/// file meets it again, with all that comes before it.
fn head_of(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut decoder = Decoder::open(path)?;
    let mut head = vec![0; bytes_max];
    let mut filled = 0;
    while filled < head.len() {
        match decoder.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if filled == 0 && matches!(error.kind(), ErrorKind::Unsupported(_)) => {
                return Err(error);
            }
            Err(_) => break,
        }
    }
    head.truncate(filled);
    Ok(head)
}

fn is_binary(head: &[u8]) -> bool {
    let utf_16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    !utf_16 && memchr::memchr(0, head).is_some()
}

/// A family with its files in the order of their first stamps.
///
/// A file without a stamp stays behind the one that comes before it by name, so that the
/// order is total and a family without stamps is in the order of its names.
fn ordered(
    kin: family::Kin,
    named: &BTreeSet<PathBuf>,
    first_stamp: &dyn Fn(&Path, &[u8]) -> Option<i64>,
    skipped: &mut Vec<(PathBuf, String)>,
) -> Source {
    let name = kin.name;
    if kin.files.len() < 2 {
        let files = kin.files.into_iter().map(|file| file.path).collect();
        return Source { name, files };
    }
    let mut files: Vec<(Option<i64>, PathBuf)> = Vec::new();
    let heads: Vec<Vec<u8>> =
        kin.files.iter().map(|file| head_of(&file.path, STAMP_HEAD_BYTES).unwrap_or_default()).collect();
    for (file, head) in kin.files.iter().zip(&heads) {
        let original = kin.files.iter().zip(&heads).find(|(other, longer)| {
            !named.contains(&file.path)
                && file.unpacked.as_ref() == Some(&other.path)
                && is_copy(head, longer)
        });
        if let Some((original, _)) = original {
            let reason = format!("the compressed copy of {}", original.path.display());
            skipped.push((file.path.clone(), reason));
        } else {
            files.push((first_stamp(&file.path, head), file.path.clone()));
        }
    }
    let mut latest = files.iter().find_map(|(stamp, _)| *stamp);
    for (stamp, _) in &mut files {
        latest = stamp.or(latest);
        *stamp = latest;
    }
    files.sort_by_key(|(stamp, _)| *stamp);
    let files = files.into_iter().map(|(_, path)| path).collect();
    Source { name, files }
}

/// Whether a compressed file holds what lies beside it: rotation was caught between
/// compressing and deleting, and reading both would count every line twice.
fn is_copy(compressed: &[u8], plain: &[u8]) -> bool {
    !compressed.is_empty() && plain.starts_with(compressed)
}

#[cfg(test)]
mod tests;

//! Files that are written whole or not at all.
//!
//! The bytes go to a temporary file in the same directory, which is synced and
//! renamed, and the directory is synced: whatever happens meanwhile, the path
//! leads to the old file or to the new one, never to a broken one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes all of `bytes` under `path`, or leaves what was there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = directory_of(path);
    let mut builder = tempfile::Builder::new();
    // As any file that a program writes: what the umask leaves of it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".logsurge-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|err| err.error)?;
    File::open(directory)?.sync_all()
}

/// The same for a file that is its owner's alone, and of which the caller holds the lock: the
/// temporary file has always the same name, so that nothing piles up where runs are killed.
pub(crate) fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = Path::new(&temporary);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(err) = written.and_then(|()| fs::rename(temporary, path)) {
        // What is left of it takes room that is short already.
        let _ = fs::remove_file(temporary);
        return Err(err);
    }
    File::open(directory_of(path))?.sync_all()
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

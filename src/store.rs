//! Files that are written whole or not at all.
//!
//! The bytes go to a temporary file in the same directory, which is synced and
//! renamed, and the directory is synced: whatever happens meanwhile, the path
//! leads to the old file or to the new one, never to a broken one.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Writes all of `bytes` under `path`, or leaves what was there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
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

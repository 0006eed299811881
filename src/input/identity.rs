//! When two names mean one file.
//!
//! On Unix a file is its device and inode, whatever it is called. An inode is used
//! again once its file is gone, so an identity is worth comparing only while a handle
//! on the file is held, or within one listing. Elsewhere the resolved path stands in:
//! enough to count a file once, but a rename cannot be noticed by it.

use std::fs::Metadata;
use std::path::Path;
#[cfg(not(unix))]
use std::path::PathBuf;

/// What makes a file itself, apart from its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    #[cfg(not(unix))]
    resolved: PathBuf,
}

impl Identity {
    /// Two numbers to write down: device and inode.
    #[cfg(unix)]
    pub(crate) fn numbers(&self) -> (u64, u64) {
        self.device_and_inode
    }

    /// Two numbers to write down: nothing, and a hash of the path.
    #[cfg(not(unix))]
    pub(crate) fn numbers(&self) -> (u64, u64) {
        let path = self.resolved.as_os_str().as_encoded_bytes();
        (0, xxhash_rust::xxh3::xxh3_64(path))
    }
}

/// The identity of the file that `metadata` describes.
#[cfg(unix)]
pub(crate) fn identity_of(_path: &Path, metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity { device_and_inode: (metadata.dev(), metadata.ino()) }
}

/// The identity of the file at `path`.
#[cfg(not(unix))]
pub(crate) fn identity_of(path: &Path, _metadata: &Metadata) -> Identity {
    Identity { resolved: path.canonicalize().unwrap_or_else(|_| path.to_path_buf()) }
}

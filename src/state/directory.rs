//! Where states lie: a directory with one file, and one lock, for each log.

use super::State;
use crate::baseline::Settings;
use crate::error::{Error, ErrorKind};
use crate::store::rewrite;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

const ENDING: &str = "state";
/// Characters of the log's own name in that of its file.
const NAME_CHARS_MAX: usize = 60;
/// Bytes read of what a holder wrote into its lock.
const HOLDER_BYTES_MAX: u64 = 200;

/// A directory of states.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

/// Held by the one run that may write a log's state; let go when dropped, or when its process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// A state on its way to its file.
#[derive(Debug)]
pub struct Prepared {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Prepared {
    /// Writes it whole, or leaves the old one as it was. The caller holds the lock.
    ///
    /// # Errors
    /// Any failure of the file system, naming the path.
    pub fn write(&self) -> Result<(), Error> {
        rewrite(&self.path, &self.bytes).map_err(|err| {
            let why = match err.kind() {
                io::ErrorKind::StorageFull => "; free some space",
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                    "; name a directory that can be written: --state DIR"
                }
                io::ErrorKind::FileTooLarge => "; raise the limit of file sizes (ulimit -f)",
                _ => "",
            };
            let told = "the next run reads these lines again and tells the same alerts";
            Error::new(ErrorKind::State(format!("not saved: {err}{why}; {told}"))).in_file(&self.path)
        })
    }

    /// How much is written.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is; it never is.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Directory {
    /// The directory of this path, made if it is missing.
    ///
    /// # Errors
    /// If it is not there and cannot be made.
    pub fn open(path: &Path) -> Result<Directory, Error> {
        if !path.is_dir() {
            make(path).map_err(|err| {
                let why = format!("the directory cannot be made ({err}); name another one: --state DIR");
                Error::new(ErrorKind::State(why)).in_file(path)
            })?;
        }
        Ok(Directory { path: path.to_path_buf() })
    }

    /// The directory of this path, to look into what is there.
    pub fn to_read(path: &Path) -> Directory {
        Directory { path: path.to_path_buf() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a log: its name for people, and a hash of its absolute path.
    pub fn file_of(&self, log: &Path) -> PathBuf {
        let name = log.file_name().unwrap_or_default().to_string_lossy();
        let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let name: String = name.chars().take(NAME_CHARS_MAX).map(safe).collect();
        let hash = xxhash_rust::xxh3::xxh3_64(log.as_os_str().as_encoded_bytes());
        self.path.join(format!("{}-{hash:016x}.{ENDING}", name.trim_start_matches('.')))
    }

    /// Takes the lock of a log. `holder` is what another run is told of this one.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] if another run has it; else any failure of the file system.
    pub fn lock(&self, log: &Path, holder: &str) -> Result<Lock, Error> {
        let path = self.file_of(log).with_extension("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(|err| Error::io(&path, err))?;
        match file.try_lock() {
            Ok(()) => {
                // Who holds it is a courtesy: a full disk must not keep anybody from reading a log.
                let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
                Ok(Lock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut other = Vec::new();
                let read = file.rewind().and_then(|()| file.take(HOLDER_BYTES_MAX).read_to_end(&mut other));
                let other =
                    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&other).into_owned());
                Err(Error::new(ErrorKind::Locked(other)).in_file(log))
            }
            Err(TryLockError::Error(err)) => Err(Error::io(&path, err)),
        }
    }

    /// What is remembered of a log; none if it is new here.
    ///
    /// # Errors
    /// A file that cannot be read or used; the message says what to do.
    pub fn load(&self, log: &Path, wanted: &Settings) -> Result<Option<State>, Error> {
        let path = self.file_of(log);
        match fs::read(&path) {
            Ok(bytes) => decode(&path, &bytes, Some(wanted)).map(Some),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(err) => Err(Error::io(&path, err)),
        }
    }

    /// Makes the bytes of a state, so that nothing but the writing is left to fail.
    ///
    /// # Errors
    /// None in practice: what is in memory can be encoded.
    pub fn prepare(&self, state: &State, log: &Path) -> Result<Prepared, Error> {
        let path = self.file_of(log);
        let bytes = state.to_bytes().map_err(|why| Error::new(ErrorKind::State(why)).in_file(&path))?;
        Ok(Prepared { path, bytes })
    }

    /// All states, by file name, whatever they were made with.
    ///
    /// # Errors
    /// If the directory is there and cannot be read; a state that cannot be is an error of its own.
    pub fn all(&self) -> Result<Vec<Result<State, Error>>, Error> {
        let at = |err| Error::io(&self.path, err);
        let mut paths = Vec::new();
        let entries = match fs::read_dir(&self.path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            answer => answer.map_err(at)?,
        };
        for entry in entries {
            let path = entry.map_err(at)?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                paths.push(path);
            }
        }
        paths.sort();
        let read = |path: &PathBuf| {
            fs::read(path).map_err(|err| Error::io(path, err)).and_then(|bytes| decode(path, &bytes, None))
        };
        Ok(paths.iter().map(read).collect())
    }
}

fn decode(path: &Path, bytes: &[u8], wanted: Option<&Settings>) -> Result<State, Error> {
    State::from_bytes(bytes, wanted).map_err(|why| Error::new(ErrorKind::State(why)).in_file(path))
}

/// Logs may hold what is nobody else's business.
fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

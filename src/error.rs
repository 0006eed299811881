//! What can go wrong around the data, said so that a person can act on it.
//!
//! Three kinds of trouble have three treatments. Bad data (odd bytes, no stamp,
//! an overlong line) is counted and never becomes an [`Error`]. Bad surroundings
//! (a missing file, a damaged archive, an old baseline) become an [`Error`] that
//! says what, where, and what to do. Our own mistakes are assertions.
//!
//! The messages carry no program name and no "error:": whoever owns the screen
//! puts that in front. Paths come from directories that others may write to, so
//! control characters in them are made visible instead of reaching a terminal.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Trouble with the surroundings, and the place where it showed.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    at: Option<Place>,
}

/// What went wrong; the text of a variant says why and, where there is one, the cure.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused.
    Io(io::Error),
    /// A baseline that cannot be used.
    Baseline(String),
    /// A state file that cannot be used.
    State(String),
    /// Another run has the state of this log; what it said of itself.
    Locked(String),
    /// Arguments or settings that make no sense.
    Usage(String),
    /// An archive that broke off or changed; what came before the place was delivered.
    Damaged(String),
    /// Something well formed that this program does not read.
    Unsupported(String),
    /// Worth saying, but nothing was lost: it does not change the exit status.
    Notice(String),
}

/// The spot a person would look at to see the trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named or found.
    pub path: PathBuf,
    /// Where in the file, if known.
    pub spot: Option<Spot>,
}

/// A position inside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A line, counted from 1.
    Line(u64),
    /// A byte, counted from 0; in an archive, a byte of the archive itself.
    Byte(u64),
}

impl Error {
    /// Trouble without a place.
    pub fn new(kind: ErrorKind) -> Error {
        Error { kind, at: None }
    }

    /// Arguments or settings that make no sense.
    pub fn usage(why: impl Into<String>) -> Error {
        Error::new(ErrorKind::Usage(why.into()))
    }

    /// A refusal of the operating system about `path`.
    pub fn io(path: impl Into<PathBuf>, err: io::Error) -> Error {
        Error::new(ErrorKind::Io(err)).in_file(path)
    }

    /// The same trouble, placed in a file.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Error {
        self.at = Some(Place { path: path.into(), spot: None });
        self
    }

    /// The same trouble, placed at a spot of a file.
    #[must_use]
    pub fn at_spot(mut self, path: impl Into<PathBuf>, spot: Spot) -> Error {
        self.at = Some(Place { path: path.into(), spot: Some(spot) });
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Where, if it has a place.
    pub fn place(&self) -> Option<&Place> {
        self.at.as_ref()
    }

    /// The file, if it has one.
    pub fn path(&self) -> Option<&Path> {
        self.at.as_ref().map(|place| place.path.as_path())
    }

    /// Whether the reader of our output has gone, which is a quiet end and no failure.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&self.kind, ErrorKind::Io(err) if err.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Whether this is only worth saying: nothing was lost, the exit status stays.
    pub fn is_notice(&self) -> bool {
        matches!(self.kind, ErrorKind::Notice(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.at {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.kind)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Io(err) => write!(f, "{err}{}", cure_for(err)),
            ErrorKind::Baseline(why) => write!(f, "baseline not usable: {why}"),
            ErrorKind::State(why) => write!(f, "state not usable: {why}"),
            ErrorKind::Locked(holder) => {
                let holder = if holder.is_empty() { "another run" } else { holder };
                write!(f, "in use by {holder}; wait for it to end, or give this run a --state DIR of its own")
            }
            ErrorKind::Damaged(why) => write!(f, "damaged: {why}"),
            ErrorKind::Usage(why) | ErrorKind::Unsupported(why) | ErrorKind::Notice(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_visible(f, &self.path.to_string_lossy())?;
        match self.spot {
            Some(Spot::Line(line)) => write!(f, ":{line}"),
            Some(Spot::Byte(byte)) => write!(f, ": byte {byte}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Io(err) => Some(err),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(err: io::Error) -> Error {
        Error::new(ErrorKind::Io(err))
    }
}

/// What a person can do about the refusals that come up most.
fn cure_for(err: &io::Error) -> &'static str {
    match err.kind() {
        io::ErrorKind::NotFound => "; check the spelling and the directory",
        io::ErrorKind::PermissionDenied => "; run as a user who may read it, such as a member of its group",
        io::ErrorKind::StorageFull => "; free some space and run again",
        _ => "",
    }
}

/// Writes text with its control characters escaped, so that a name cannot steer a terminal.
fn write_visible(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        if character.is_control() {
            write!(f, "{}", character.escape_default())?;
        } else {
            write!(f, "{character}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, said: &str) {
        assert_eq!(error.to_string(), said);
    }

    #[test]
    fn a_message_says_where_then_what_then_the_cure() {
        check(
            Error::io("a.log", io::ErrorKind::NotFound.into()),
            "a.log: entity not found; check the spelling and the directory",
        );
        check(
            Error::new(ErrorKind::Baseline("written by format 3".into())).in_file("old.base"),
            "old.base: baseline not usable: written by format 3",
        );
        check(
            Error::new(ErrorKind::Damaged("cut off".into())).at_spot("a.gz", Spot::Byte(17)),
            "a.gz: byte 17: damaged: cut off",
        );
        check(Error::usage("no such zone").at_spot("c.toml", Spot::Line(3)), "c.toml:3: no such zone");
        check(Error::usage("name a file"), "name a file");
    }

    #[test]
    fn a_name_with_an_escape_sequence_cannot_steer_the_terminal() {
        check(Error::usage("odd").in_file("\x1b[2Ja\n"), "\\u{1b}[2Ja\\n: odd");
    }

    #[test]
    fn only_a_broken_pipe_is_a_broken_pipe() {
        let broken = Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(broken.is_broken_pipe());
        assert!(!Error::usage("x").is_broken_pipe());
        assert!(!Error::io("a", io::ErrorKind::NotFound.into()).is_broken_pipe());
    }

    #[test]
    fn a_notice_is_told_from_a_failure() {
        assert!(Error::new(ErrorKind::Notice("odd".into())).is_notice());
        assert!(!Error::usage("odd").is_notice());
    }
}

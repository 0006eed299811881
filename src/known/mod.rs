//! What people have decided: messages that are accepted or muted.
//!
//! A decision names a message by one of its lines, not by an id: a line can be
//! read by people, pasted from a log or from an alert, and outlives every change
//! of the rules that make ids. The files are TOML, for people and for version
//! control; they are written by appending, so what stands in them stays.
//!
//! What a line stands for is decided where lines are read: in the ledger. This
//! room knows the files alone.

mod date;
mod pattern;
mod read;
mod write;

pub(crate) use pattern::{CUT, Pattern};
pub use write::{Written, add};

use crate::error::Error;
use crate::time::{Time, Zone};
use std::fmt;
use std::path::{Path, PathBuf};

/// What is to become of a message.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Deed {
    /// It is not new any more; a surge of it still alerts.
    Accept,
    /// Nothing of it is told, unless it comes far more often than when it was muted.
    Mute,
}

impl Deed {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Deed::Accept => "accept",
            Deed::Mute => "mute",
        }
    }
}

/// When a decision ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Until {
    /// From this moment on it is not applied.
    pub end: Time,
    /// As it was written.
    pub text: String,
}

impl Until {
    /// Reads `2026-12-31`, which is the end of that day in the zone, or a date and a time.
    pub fn parse(text: &str, zone: &Zone) -> Option<Until> {
        date::end_of(text, zone).map(|end| Until { end, text: text.to_owned() })
    }
}

/// One decision.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// A line of the message, or several, each of which stands for its own.
    pub line: String,
    /// What is to become of it.
    pub deed: Deed,
    /// When that ends; none: never.
    pub until: Option<Until>,
    /// Why.
    pub reason: Option<String>,
    /// Lines an hour when it was muted.
    pub per_hour: Option<f64>,
    /// The file it stands in, and the line there.
    pub place: (PathBuf, u64),
}

impl Entry {
    /// Whether its time is over.
    pub fn is_expired(&self, now: Time) -> bool {
        self.until.as_ref().is_some_and(|until| now >= until.end)
    }

    /// The same for the same decision, wherever it stands.
    pub fn fingerprint(&self) -> u64 {
        let until = self.until.as_ref().map_or("", |until| &until.text);
        xxhash_rust::xxh3::xxh3_64(&[self.line.as_str(), self.deed.word(), until].join("\0").into_bytes())
    }

    /// Where it stands, as `known.toml:12`.
    pub fn place_text(&self) -> String {
        format!("{}:{}", self.place.0.display(), self.place.1)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.deed.word(), self.line.lines().next().unwrap_or_default())
    }
}

/// `3 alerts muted by known.toml`
pub fn muted_text(count: u64, files: &str) -> String {
    format!("{} alert{} muted by {files}", crate::alert::grouped(count), if count == 1 { "" } else { "s" })
}

/// All decisions of some files, in their order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Known {
    entries: Vec<Entry>,
}

impl Known {
    /// Reads files, and of directories all files that end in `.toml`, sorted by name.
    ///
    /// # Errors
    /// What cannot be read or understood, with file, line and cure.
    pub fn load(paths: &[PathBuf], zone: &Zone) -> Result<Known, Error> {
        let mut known = Known::default();
        for file in read::files_of(paths)? {
            known.entries.extend(read::file(&file, zone)?);
        }
        Ok(known)
    }

    /// These decisions.
    pub fn new(entries: Vec<Entry>) -> Known {
        Known { entries }
    }

    /// Understands the text of one file, named in errors as `path`.
    ///
    /// # Errors
    /// As [`Known::load`].
    pub fn parse(bytes: &[u8], path: &Path, zone: &Zone) -> Result<Known, Error> {
        Ok(Known { entries: read::entries(bytes, path, zone)? })
    }

    /// The decisions.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Those whose time is over.
    pub fn expired(&self, now: Time) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.is_expired(now))
    }

    /// Those that are to be applied.
    #[must_use]
    pub fn in_force(&self, now: Time) -> Known {
        let entries = self.entries.iter().filter(|entry| !entry.is_expired(now));
        Known { entries: entries.cloned().collect() }
    }

    /// The files of these decisions, as people name them: `known.toml`, `3 files`.
    pub fn files_text(&self) -> String {
        let mut files: Vec<&Path> = self.entries.iter().map(|entry| entry.place.0.as_path()).collect();
        files.sort_unstable();
        files.dedup();
        match files[..] {
            [file] => file.display().to_string(),
            _ => format!("{} files", files.len()),
        }
    }
}

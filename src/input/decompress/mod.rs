//! Plain bytes of a file, whatever its compression.
//!
//! The format is told by the first bytes, never by the name, and only when the first
//! byte is asked for, so that opening a pipe does not wait. Members and frames are
//! walked one by one with the raw decoders instead of the ready-made readers, for two
//! reasons. Those fail on zero padding or garbage after the last member, which `gzip -dc`
//! reads; and on a corrupt member they lose what they decoded within the failing read,
//! so that the lines counted would depend on the size of the reads. Here the bytes
//! delivered before a fault depend on the file alone.
//!
//! A fault ends the file: everything decoded before it is delivered, then the error.
//! A flipped bit may show only at the end of its member, so lines already delivered may
//! be damaged; nobody tries to find the next member behind a fault.

mod gzip;
#[cfg(test)]
mod tests;
mod zstd;

use super::raw::Raw;
use crate::error::{Error, ErrorKind, Spot};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

// limits
/// The longest signature looked for, that of bzip2.
const SIGNATURE_BYTES_MAX: usize = 10;

/// A file read as plain bytes.
pub struct Decoder {
    path: PathBuf,
    raw: Raw,
    state: State,
    /// Modification time of the file, seconds since 1970; none for a stream.
    modified: Option<i64>,
    /// The time in the latest gzip header that has one.
    header_time: Option<i64>,
    /// A fault met while there were still bytes to deliver.
    pending: Option<Stop>,
}

enum State {
    Unknown,
    Plain,
    Gzip(Box<gzip::Gzip>),
    Zstd(Box<zstd::Zstd>),
    Ended,
}

/// Why a decoder has no more bytes.
enum Stop {
    /// The proper end.
    End,
    /// The end of the data, with something behind it that was ignored.
    Trailing { position: u64, what: String },
    /// The archive breaks off or was changed, here.
    Damaged(String),
    /// The archive was changed somewhere behind this byte.
    DamagedAt { position: u64, why: String },
    /// A format that is known and not read.
    Unsupported(String),
    /// The operating system refused.
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(err: io::Error) -> Stop {
        Stop::Io(err)
    }
}

impl Decoder {
    /// Opens a file; `-` is the standard input.
    ///
    /// # Errors
    /// If the file cannot be opened. What is wrong inside shows when it is read.
    pub fn open(path: &Path) -> Result<Decoder, Error> {
        if path.as_os_str() == "-" {
            return Ok(Decoder::from_read(path, Box::new(io::stdin())));
        }
        let file = File::open(path).map_err(|err| Error::io(path, err))?;
        Decoder::of_file(path, file)
    }

    /// Reads a file that is open, from its start.
    pub(super) fn of_file(path: &Path, file: File) -> Result<Decoder, Error> {
        let metadata = file.metadata().map_err(|err| Error::io(path, err))?;
        let mut decoder = Decoder::from_read(path, Box::new(file));
        if metadata.is_file() {
            decoder.raw = decoder.raw.answering_at_once();
            decoder.modified = modified(&metadata);
        }
        Ok(decoder)
    }

    /// Reads a stream; `name` is what messages call it. Bytes are handed out as they come.
    pub fn from_read(name: impl Into<PathBuf>, read: Box<dyn Read + Send>) -> Decoder {
        Decoder {
            path: name.into(),
            raw: Raw::new(read, true),
            state: State::Unknown,
            modified: None,
            header_time: None,
            pending: None,
        }
    }

    /// Reads plain bytes; 0 is the end, and stays it. Waits only while it has nothing to give.
    ///
    /// # Errors
    /// At a fault, after everything before it has been delivered; then the end. An error
    /// that [is a notice](Error::is_notice) tells of something ignored behind the data.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        if into.is_empty() {
            return Ok(0);
        }
        if let Some(stop) = self.pending.take() {
            return self.end(stop);
        }
        if matches!(self.state, State::Unknown) {
            match recognise(&mut self.raw) {
                Ok(state) => self.state = state,
                Err(stop) => return self.end(stop),
            }
        }
        match self.step(into) {
            (0, Some(stop)) => self.end(stop),
            (count, stop) => {
                self.pending = stop;
                Ok(count)
            }
        }
    }

    fn step(&mut self, into: &mut [u8]) -> (usize, Option<Stop>) {
        match &mut self.state {
            State::Plain => match self.raw.read(into) {
                Ok(0) => (0, Some(Stop::End)),
                Ok(count) => (count, None),
                Err(err) => (0, Some(Stop::Io(err))),
            },
            State::Gzip(gzip) => {
                let answer = gzip.read(&mut self.raw, into);
                self.header_time = gzip.header_time().or(self.header_time);
                answer
            }
            State::Zstd(zstd) => zstd.read(&mut self.raw, into),
            State::Unknown | State::Ended => (0, Some(Stop::End)),
        }
    }

    fn end(&mut self, stop: Stop) -> Result<usize, Error> {
        self.state = State::Ended;
        let here = Spot::Byte(self.raw.position());
        let (kind, spot) = match stop {
            Stop::End => return Ok(0),
            Stop::Trailing { position, what } => (ErrorKind::Notice(what), Spot::Byte(position)),
            Stop::Damaged(why) => (ErrorKind::Damaged(why), here),
            Stop::DamagedAt { position, why } => (ErrorKind::Damaged(why), Spot::Byte(position)),
            Stop::Io(err) => (ErrorKind::Io(err), here),
            Stop::Unsupported(format) => {
                let why = not_supported(&format, &self.path);
                return Err(Error::new(ErrorKind::Unsupported(why)).in_file(&self.path));
            }
        };
        Err(Error::new(kind).at_spot(&self.path, spot))
    }

    /// Whether what is read is not what lies in the file. May look at its first bytes.
    pub fn is_packed(&mut self) -> bool {
        if matches!(self.state, State::Unknown) && self.pending.is_none() {
            match recognise(&mut self.raw) {
                Ok(state) => self.state = state,
                Err(stop) => self.pending = Some(stop),
            }
        }
        !matches!(self.state, State::Plain)
    }

    /// When the file was written, seconds since 1970: the time in its gzip header, else its
    /// modification time. A stamp without a year takes its year from it. The header counts
    /// once the first byte has been read; a zero in it means none.
    pub fn reference_time(&self) -> Option<i64> {
        self.header_time.or(self.modified)
    }

    /// Bytes of the file itself used so far, for telling how far a reader has come.
    pub fn raw_bytes_read(&self) -> u64 {
        self.raw.position()
    }
}

/// Tells the format by the first bytes. Reads no further than it must: no signature holds
/// a newline, so a first line that is complete is never kept waiting.
fn recognise(raw: &mut Raw) -> Result<State, Stop> {
    const XZ: &[u8] = b"\xfd7zXZ\0";
    let mut asked = 1;
    loop {
        let head = raw.peek(asked)?;
        if head.starts_with(&gzip::MAGIC) || head == [gzip::MAGIC[0]] && head.len() < asked {
            return Ok(State::Gzip(Box::new(gzip::Gzip::new())));
        }
        if zstd::is_magic(head) || head.len() < asked && zstd::is_cut_magic(head) {
            return Ok(State::Zstd(Box::new(zstd::Zstd::new()?)));
        }
        if head.starts_with(XZ) {
            return Err(Stop::Unsupported("xz".into()));
        }
        if is_bzip2(head) && head.len() == SIGNATURE_BYTES_MAX {
            return Err(Stop::Unsupported("bzip2".into()));
        }
        let open = head == [gzip::MAGIC[0]]
            || zstd::may_become_magic(head)
            || XZ.starts_with(head)
            || is_bzip2(head);
        if !open || head.len() < asked {
            return Ok(State::Plain);
        }
        asked += 1;
    }
}

/// Whether a head of up to ten bytes fits bzip2: `BZh`, the level, then 48 bits of pi.
/// The first four alone could begin a line of text.
fn is_bzip2(head: &[u8]) -> bool {
    const PATTERN: &[u8; SIGNATURE_BYTES_MAX] = b"BZh01AY&SY";
    head.iter().zip(PATTERN).enumerate().all(|(at, (&byte, &want))| match at {
        3 => (b'1'..=b'9').contains(&byte),
        _ => byte == want,
    })
}

fn not_supported(format: &str, path: &Path) -> String {
    let tool = if format == "xz" { "xz" } else { "bzip2" };
    let file = match path.to_str() {
        Some("-") | None => "FILE",
        Some(path) => path,
    };
    let file: String = file.chars().flat_map(visible).collect();
    format!("compressed with {format}, not supported: pipe it: {tool} -dc {file} | logsurge scan -")
}

fn visible(character: char) -> Vec<char> {
    match character {
        _ if character.is_control() => character.escape_default().collect(),
        _ => vec![character],
    }
}

/// The modification time, seconds since 1970.
pub(super) fn modified(metadata: &Metadata) -> Option<i64> {
    metadata.modified().ok().map(seconds_since_1970)
}

fn seconds_since_1970(time: SystemTime) -> i64 {
    let seconds = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => seconds(after),
        Err(before) => -seconds(before.duration()),
    }
}

/// What stands behind the last member: padding and garbage are ignored, as `gzip -dc` does.
fn trailing(raw: &mut Raw) -> Result<Stop, Stop> {
    let position = raw.position();
    let first = raw.peek(1)?.first().copied();
    let mut next = first;
    while next == Some(0) {
        raw.consume(1);
        next = raw.peek(1)?.first().copied();
    }
    let what = match (first, next) {
        (None, _) => return Ok(Stop::End),
        (Some(_), None) => "zero padding after the last member, ignored",
        (Some(_), Some(_)) => "trailing garbage after the last member, ignored",
    };
    Ok(Stop::Trailing { position, what: what.into() })
}

//! Looks at a log before it is read: when it begins and ends, and how much of its past is worth
//! learning from.

use crate::config::Config;
use crate::count::Scout;
use crate::input::source::family_of;
use crate::input::{Decoder, Source};
use crate::time::{SECOND_MICROS, Time};
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes that are looked at for a first or a last stamp.
const PEEK_BYTES: usize = 64 * 1024;
/// So many at the end of a log, where the last of them tell no time.
const TAIL_BYTES_MAX: usize = 8 << 20;
/// A log's own past reaches so far back behind what is judged.
const PAST_MICROS: i64 = 24 * 3_600 * SECOND_MICROS;
/// Of the past so much is judged.
const JUDGED_MICROS: i64 = 3_600 * SECOND_MICROS;
/// A shorter log has no past to speak of.
const SPAN_MIN_MICROS: i64 = 2 * 3_600 * SECOND_MICROS;
/// More than this of it is not read.
const PAST_BYTES_MAX: u64 = 4 << 30;
/// What a byte of a compressed log stands for, roughly.
const PACKED_BYTES: u64 = 10;
/// The place to begin in a file is looked for no closer than this.
const NEAR_BYTES: u64 = 1 << 20;
const MINUTE_MICROS: i64 = 60 * SECOND_MICROS;

/// The first stamp of a source, looked for in its first bytes.
pub(super) fn first_stamp_of(config: &Config, source: &Source) -> Option<Time> {
    first_in_file(config, source.files.first()?).0
}

/// When sources begin and end, as their first and last bytes tell; none if no line there tells a
/// time. A compressed file has to be decoded whole for that; the standard input cannot be looked at.
pub fn span(config: &Config, sources: &[Source]) -> Option<(Time, Time)> {
    let span_of = |source: &Source| {
        let last = source.files.iter().rev().find_map(|file| last_in_file(config, file));
        (first_stamp_of(config, source), last)
    };
    let spans: Vec<(Option<Time>, Option<Time>)> = sources.par_iter().map(span_of).collect();
    let first = spans.iter().filter_map(|span| span.0).min()?;
    Some((first, spans.iter().filter_map(|span| span.1).max()?))
}

/// What a followed file has to teach before it is followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Files to read first, oldest first.
    pub files: Vec<PathBuf>,
    /// Where to begin in the followed file itself.
    pub offset: u64,
    /// First and last stamp of what is read.
    pub span: Option<(Time, Time)>,
    /// When the first file to read was written: where a stamp without a year takes it from.
    pub written: Option<Time>,
}

impl Past {
    /// From when on to judge, if there is enough before it to learn from: the last hour.
    pub fn since(&self) -> Option<Time> {
        let (first, last) = self.span?;
        let since = last.0 - JUDGED_MICROS;
        (last.0 - first.0 >= SPAN_MIN_MICROS).then_some(Time(since - since.rem_euclid(MINUTE_MICROS)))
    }
}

/// The past of a file: itself and its rotated siblings, newest first, until a day or too many
/// bytes are together.
pub fn past_of(config: &Config, path: &Path) -> Past {
    let family = family_of(path, &super::first_stamp(config));
    let own = family.files.iter().position(|file| file == path);
    let older = &family.files[..own.unwrap_or(family.files.len())];
    let newest = own.map(|_| path).into_iter().chain(older.iter().rev().map(PathBuf::as_path));
    // A stamp far ahead of the clock would put off the judging for ever.
    let latest = Time(config.latest.0.saturating_add(PAST_MICROS));
    let last = newest.into_iter().find_map(|file| last_in_file(config, file));
    let Some(last) = last.filter(|last| *last <= latest) else {
        return Past::default();
    };
    let reach = Time(last.0 - JUDGED_MICROS - PAST_MICROS);
    let mut past = Past::default();
    let (first, mut bytes) = own.map_or((None, 0), |_| past.begin_in(config, path, reach));
    let mut begins = first;
    for file in older.iter().rev() {
        if begins.is_some_and(|begins| begins <= reach) {
            break;
        }
        bytes += read_bytes(file);
        if bytes > PAST_BYTES_MAX {
            break;
        }
        let (first, written) = first_in_file(config, file);
        past.files.insert(0, file.clone());
        past.written = written;
        begins = first.or(begins);
    }
    past.span = begins.map(|begins| (begins, last));
    past
}

impl Past {
    /// Chooses where to begin in the followed file: its first stamp from there, and its bytes.
    fn begin_in(&mut self, config: &Config, path: &Path, reach: Time) -> (Option<Time>, u64) {
        let (mut first, written) = first_in_file(config, path);
        self.written = written;
        let size = read_bytes(path);
        if first.is_some_and(|first| first < reach) || size > PAST_BYTES_MAX {
            self.offset = offset_near(config, path, size, reach).unwrap_or(0);
            // Whatever lies before it was left out, so no older file may be put before it.
            first = first.map(|first| first.max(reach)).or(Some(reach));
            if size > PAST_BYTES_MAX {
                first = stamp_at(config, path, self.offset).ok().flatten().map(|(_, stamp)| stamp);
            }
        }
        (first, size - self.offset)
    }
}

/// Where to begin in a plain file to read what is not before `reach`, and not too much.
fn offset_near(config: &Config, path: &Path, size: u64, reach: Time) -> io::Result<u64> {
    let (mut low, mut high) = (0, size);
    if size > PAST_BYTES_MAX
        && let Some((line, _)) = stamp_at(config, path, size - PAST_BYTES_MAX)?
    {
        low = line;
    }
    while high - low > NEAR_BYTES {
        let middle = low + (high - low) / 2;
        match stamp_at(config, path, middle)? {
            Some((line, stamp)) if stamp < reach => low = line.min(high),
            Some(_) => high = middle,
            None => break,
        }
    }
    Ok(low)
}

/// The first line behind a byte of a file, and the first stamp from there.
fn stamp_at(config: &Config, path: &Path, offset: u64) -> io::Result<Option<(u64, Time)>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(PEEK_BYTES as u64).read_to_end(&mut bytes)?;
    let Some(newline) = memchr::memchr(b'\n', &bytes) else { return Ok(None) };
    let from = newline + 1;
    let stamp = Scout::new(config.opener()).first_stamp(&bytes[from..], config.latest);
    Ok(stamp.map(|stamp| (offset + from as u64, stamp)))
}

fn read_bytes(path: &Path) -> u64 {
    let size = path.metadata().map_or(0, |metadata| metadata.len());
    if is_packed(path) { size.saturating_mul(PACKED_BYTES) } else { size }
}

/// Whether a file can be looked at before it is read. `-` is the standard input.
fn is_file(path: &Path) -> bool {
    path != Path::new("-") && path.is_file()
}

fn is_packed(path: &Path) -> bool {
    Decoder::open(path).is_ok_and(|mut decoder| decoder.is_packed())
}

/// The first stamp of a file, and when it was written. What is read of a pipe would be gone.
fn first_in_file(config: &Config, path: &Path) -> (Option<Time>, Option<Time>) {
    if !is_file(path) {
        return (None, None);
    }
    let Ok(mut decoder) = Decoder::open(path) else { return (None, None) };
    let mut head = vec![0; PEEK_BYTES];
    let mut end = 0;
    while end < head.len() {
        match decoder.read(&mut head[end..]) {
            Ok(0) | Err(_) => break,
            Ok(read) => end += read,
        }
    }
    let written = decoder.reference_time().map(Time::from_seconds);
    let latest = written.unwrap_or(config.latest);
    (Scout::new(config.opener()).first_stamp(&head[..end], latest), written)
}

/// The newest stamp in the last bytes of a file: of the last line's, which may be late, nothing
/// hangs. Where they tell no time (a long stack trace), more of them are read.
fn last_in_file(config: &Config, path: &Path) -> Option<Time> {
    if !is_file(path) {
        return None;
    }
    for bytes in [PEEK_BYTES, TAIL_BYTES_MAX] {
        let mut decoder = Decoder::open(path).ok()?;
        let (tail, whole) = if decoder.is_packed() {
            decoded_tail(&mut decoder, bytes)
        } else {
            tail_of(path, bytes).ok()?
        };
        // The first line of a tail is cut.
        let from = if whole { Some(0) } else { memchr::memchr(b'\n', &tail).map(|newline| newline + 1) };
        let latest = decoder.reference_time().map_or(config.latest, Time::from_seconds);
        let last = Scout::new(config.opener()).newest_stamp(&tail[from.unwrap_or(tail.len())..], latest);
        if last.is_some() || whole {
            return last;
        }
    }
    None
}

/// The last bytes of a file, and whether they are all of it.
fn tail_of(path: &Path, bytes: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let from = size.saturating_sub(bytes as u64);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(size - from).read_to_end(&mut tail)?;
    Ok((tail, from == 0))
}

fn decoded_tail(decoder: &mut Decoder, bytes: usize) -> (Vec<u8>, bool) {
    let (mut tail, mut piece, mut whole) = (Vec::new(), vec![0; bytes], true);
    while let Ok(count @ 1..) = decoder.read(&mut piece) {
        tail.extend_from_slice(&piece[..count]);
        // Seldom, since all that stays is moved.
        if tail.len() > 2 * bytes {
            tail.drain(..tail.len() - bytes);
            whole = false;
        }
    }
    (tail, whole)
}

//! The bytes of a baseline file.
//!
//! `LSRG`, format version, flags, tokenizer version, settings hash; where a flag
//! says so, the masks it was learned with; then a zstd frame of postcard; then XXH3-64 of everything before it. Little endian.
//! It is written [whole](crate::store).

use super::{Baseline, Body, Settings};
use crate::error::{Error, ErrorKind};
use crate::store::write_whole;
use std::fs;
use std::io::Read;
use std::path::Path;

const MAGIC: &[u8; 4] = b"LSRG";
/// Version of the file's layout.
pub const FORMAT_VERSION: u16 = 3;
/// Version of the rules that make shapes out of lines.
pub const TOKENIZER_VERSION: u32 = 2;
/// The flag of a file that was learned with masks: their text is in it.
const HAS_MASKS: u16 = 1;

const HEADER_BYTES: usize = 4 + 2 + 2 + 4 + 8;
const CHECKSUM_BYTES: usize = 8;
const ZSTD_LEVEL: i32 = 3;
/// A frame that unpacks to more is not one of ours: the registry's own bounds
/// keep a baseline below it.
const BODY_BYTES_MAX: u64 = 1 << 30;

const LEARN_AGAIN: &str = "learn it again with: logsurge learn -o FILE LOGS";

fn unusable(path: &Path, why: String) -> Error {
    Error::new(ErrorKind::Baseline(why)).in_file(path)
}

pub(super) fn save(baseline: &Baseline, path: &Path) -> Result<(), Error> {
    let bytes = encode(baseline).map_err(|why| unusable(path, why))?;
    write_whole(path, &bytes).map_err(|err| Error::io(path, err))
}

fn encode(baseline: &Baseline) -> Result<Vec<u8>, String> {
    let body = postcard::to_stdvec(&baseline.body).map_err(|err| err.to_string())?;
    let packed = zstd::encode_all(&body[..], ZSTD_LEVEL).map_err(|err| err.to_string())?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + packed.len() + CHECKSUM_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    let has_masks = !baseline.settings.is_default();
    bytes.extend_from_slice(&(if has_masks { HAS_MASKS } else { 0 }).to_le_bytes());
    bytes.extend_from_slice(&TOKENIZER_VERSION.to_le_bytes());
    bytes.extend_from_slice(&baseline.settings.hash().to_le_bytes());
    if has_masks {
        bytes.extend_from_slice(&baseline.settings.to_bytes());
    }
    bytes.extend_from_slice(&packed);
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    Ok(bytes)
}

/// Reads the file at `path`; `wanted` is what it must have been learned with.
pub(super) fn load(path: &Path, wanted: Option<&Settings>) -> Result<Baseline, Error> {
    let bytes = fs::read(path).map_err(|err| Error::io(path, err))?;
    decode(path, &bytes, wanted).map_err(|why| unusable(path, why))
}

fn decode(path: &Path, bytes: &[u8], wanted: Option<&Settings>) -> Result<Baseline, String> {
    if !bytes.starts_with(MAGIC) {
        return Err(format!("this is no baseline file; {LEARN_AGAIN}"));
    }
    if bytes.len() < HEADER_BYTES + CHECKSUM_BYTES {
        return Err(format!("the file is cut short; {LEARN_AGAIN}"));
    }
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM_BYTES);
    let version = u16::from_le_bytes([bytes[4], bytes[5]]);
    if version > FORMAT_VERSION {
        return Err(format!(
            "written by format {version}, this program reads {FORMAT_VERSION}; use a newer logsurge, or {LEARN_AGAIN}"
        ));
    }
    if xxhash_rust::xxh3::xxh3_64(content).to_le_bytes() != checksum {
        return Err(format!("the file is damaged (its checksum differs); {LEARN_AGAIN}"));
    }
    let tokenizer = u32::from_le_bytes(content[8..12].try_into().expect("four bytes were cut"));
    if tokenizer != TOKENIZER_VERSION {
        return Err(format!(
            "learned with tokenizer {tokenizer}, this program has {TOKENIZER_VERSION}; {LEARN_AGAIN}"
        ));
    }
    let (settings, masks_bytes) = settings_of(content)?;
    if let Some(wanted) = wanted
        && wanted.hash() != settings.hash()
    {
        return Err(other_masks(path, &settings, wanted));
    }
    let body =
        unpack(&content[HEADER_BYTES + masks_bytes..]).map_err(|why| format!("{why}; {LEARN_AGAIN}"))?;
    Ok(Baseline { settings, body })
}

/// What the file was learned with, and how many bytes of it say so.
fn settings_of(content: &[u8]) -> Result<(Settings, usize), String> {
    let flags = u16::from_le_bytes([content[6], content[7]]);
    let hash = u64::from_le_bytes(content[12..20].try_into().expect("eight bytes were cut"));
    let read = match flags & HAS_MASKS {
        0 => Some((Settings::default(), 0)),
        _ => Settings::from_bytes(&content[HEADER_BYTES..]),
    };
    let whole = read.filter(|(settings, _)| settings.hash() == hash);
    whole.ok_or_else(|| format!("learned with settings this program does not know; {LEARN_AGAIN}"))
}

/// What differs, and the two ways out.
fn other_masks(path: &Path, learned: &Settings, wanted: &Settings) -> String {
    let again = format!("logsurge learn {} -o {} LOGS", wanted.flags(), path.display()).replace("  ", " ");
    match learned.is_default() {
        true => format!("learned without --mask; leave it away, or learn with it: {again}"),
        false => format!(
            "learned with other masks; run again with {}, or learn it again: {again}",
            learned.flags()
        ),
    }
}

fn unpack(packed: &[u8]) -> Result<Body, String> {
    let mut body = Vec::new();
    zstd::Decoder::new(packed)
        .and_then(|decoder| decoder.take(BODY_BYTES_MAX).read_to_end(&mut body))
        .map_err(|err| format!("the file is damaged ({err})"))?;
    postcard::from_bytes(&body).map_err(|err| format!("the file is damaged ({err})"))
}

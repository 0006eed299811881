//! The bytes of a file that must not be taken for another, nor for whole when it is not.
//!
//! Four letters, format version, flags, tokenizer version, settings hash; where a flag says
//! so, the masks it was made with; then a zstd frame of postcard; then XXH3-64 of everything
//! before it. Little endian.

use super::Settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Read;

/// Version of the rules that make shapes out of lines.
pub const TOKENIZER_VERSION: u32 = 2;
/// The flag of a file that was made with masks: their text is in it.
const HAS_MASKS: u16 = 1;

const HEADER_BYTES: usize = 4 + 2 + 2 + 4 + 8;
const CHECKSUM_BYTES: usize = 8;
const ZSTD_LEVEL: i32 = 3;
/// A frame that unpacks to more is not one of ours: the registry's own bounds
/// keep what we write below it.
const BODY_BYTES_MAX: u64 = 1 << 30;

/// A sort of file.
pub(crate) struct Sort {
    /// Its first letters.
    pub magic: &'static [u8; 4],
    /// The layout this program writes.
    pub format: u16,
    /// The oldest layout it reads.
    pub oldest: u16,
    /// What people call it.
    pub noun: &'static str,
    /// What to do about one that cannot be used.
    pub cure: &'static str,
}

/// The bytes of a file with this content.
pub(crate) fn seal(sort: &Sort, settings: &Settings, content: &impl Serialize) -> Result<Vec<u8>, String> {
    let body = postcard::to_stdvec(content).map_err(|err| err.to_string())?;
    let packed = zstd::encode_all(&body[..], ZSTD_LEVEL).map_err(|err| err.to_string())?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + packed.len() + CHECKSUM_BYTES);
    bytes.extend_from_slice(sort.magic);
    bytes.extend_from_slice(&sort.format.to_le_bytes());
    let has_masks = !settings.is_default();
    bytes.extend_from_slice(&(if has_masks { HAS_MASKS } else { 0 }).to_le_bytes());
    bytes.extend_from_slice(&TOKENIZER_VERSION.to_le_bytes());
    bytes.extend_from_slice(&settings.hash().to_le_bytes());
    if has_masks {
        bytes.extend_from_slice(&settings.to_bytes());
    }
    bytes.extend_from_slice(&packed);
    let checksum = xxhash_rust::xxh3::xxh3_64(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    Ok(bytes)
}

/// A file that is whole, with what it was made with.
pub(crate) struct Sealed<'a> {
    pub settings: Settings,
    packed: &'a [u8],
}

/// Looks at the frame of a file, before what is in it is believed; the error says why it is
/// of no use and what to do.
pub(crate) fn check<'a>(sort: &Sort, bytes: &'a [u8]) -> Result<Sealed<'a>, String> {
    let (noun, cure) = (sort.noun, sort.cure);
    if !bytes.starts_with(sort.magic) {
        return Err(format!("this is no {noun} file; {cure}"));
    }
    if bytes.len() < HEADER_BYTES + CHECKSUM_BYTES {
        return Err(format!("the file is cut short; {cure}"));
    }
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM_BYTES);
    let version = u16::from_le_bytes([bytes[4], bytes[5]]);
    if version > sort.format {
        let own = sort.format;
        return Err(format!(
            "written by format {version}, this program reads {own}; use a newer logsurge, or {cure}"
        ));
    }
    if xxhash_rust::xxh3::xxh3_64(content).to_le_bytes() != checksum {
        return Err(format!("the file is damaged (its checksum differs); {cure}"));
    }
    if version < sort.oldest {
        let own = sort.format;
        return Err(format!("written by format {version}, this program reads {own}; {cure}"));
    }
    let tokenizer = u32::from_le_bytes(content[8..12].try_into().expect("four bytes were cut"));
    if tokenizer != TOKENIZER_VERSION {
        return Err(format!(
            "learned with tokenizer {tokenizer}, this program has {TOKENIZER_VERSION}; {cure}"
        ));
    }
    let (settings, masks_bytes) = settings_of(content)
        .ok_or_else(|| format!("learned with settings this program does not know; {cure}"))?;
    Ok(Sealed { settings, packed: &content[HEADER_BYTES + masks_bytes..] })
}

/// What the file was made with, and how many bytes of it say so.
fn settings_of(content: &[u8]) -> Option<(Settings, usize)> {
    let flags = u16::from_le_bytes([content[6], content[7]]);
    let hash = u64::from_le_bytes(content[12..20].try_into().expect("eight bytes were cut"));
    let read = match flags & HAS_MASKS {
        0 => Some((Settings::default(), 0)),
        _ => Settings::from_bytes(&content[HEADER_BYTES..]),
    };
    read.filter(|(settings, _)| settings.hash() == hash)
}

impl Sealed<'_> {
    /// The content.
    pub fn open<T: DeserializeOwned>(&self, sort: &Sort) -> Result<T, String> {
        let damaged = |err: &dyn std::fmt::Display| format!("the file is damaged ({err}); {}", sort.cure);
        let mut body = Vec::new();
        zstd::Decoder::new(self.packed)
            .and_then(|decoder| decoder.take(BODY_BYTES_MAX).read_to_end(&mut body))
            .map_err(|err| damaged(&err))?;
        postcard::from_bytes(&body).map_err(|err| damaged(&err))
    }
}

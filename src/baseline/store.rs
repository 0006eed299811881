//! A baseline file: [sealed](super::sealed), and written [whole](crate::store).

use super::sealed::{Sort, check, seal};
use super::{Baseline, Settings};
use crate::error::{Error, ErrorKind};
use crate::store::write_whole;
use std::fs;
use std::path::Path;

/// Version of the file's layout.
pub const FORMAT_VERSION: u16 = 4;

const SORT: Sort = Sort {
    magic: b"LSRG",
    format: FORMAT_VERSION,
    oldest: 3,
    noun: "baseline",
    cure: "learn it again with: logsurge learn -o FILE LOGS",
};

fn unusable(path: &Path, why: String) -> Error {
    Error::new(ErrorKind::Baseline(why)).in_file(path)
}

pub(super) fn save(baseline: &Baseline, path: &Path) -> Result<(), Error> {
    let bytes = seal(&SORT, &baseline.settings, &baseline.body).map_err(|why| unusable(path, why))?;
    write_whole(path, &bytes).map_err(|err| Error::io(path, err))
}

/// Reads the file at `path`; `wanted` is what it must have been learned with.
pub(super) fn load(path: &Path, wanted: Option<&Settings>) -> Result<Baseline, Error> {
    let bytes = fs::read(path).map_err(|err| Error::io(path, err))?;
    decode(path, &bytes, wanted).map_err(|why| unusable(path, why))
}

fn decode(path: &Path, bytes: &[u8], wanted: Option<&Settings>) -> Result<Baseline, String> {
    let sealed = check(&SORT, bytes)?;
    if let Some(wanted) = wanted
        && !wanted.is_like(&sealed.settings)
    {
        return Err(other_masks(path, &sealed.settings, wanted));
    }
    let body = sealed.open(&SORT)?;
    Ok(Baseline { settings: sealed.settings, body })
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

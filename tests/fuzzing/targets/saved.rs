//! Saved files of any bytes: an error with its cure, or of use.

use super::super::{Seen, seeds};
use super::hash;
use crate::ways::{add_up, config};
use logsurge::baseline::Settings;
use logsurge::{Baseline, Config, Session};
use std::fs;
use std::sync::LazyLock;
use tempfile::TempDir;

/// Bytes of a baseline file before what is packed, where it has no masks; and behind it.
const HEADER_BYTES: usize = 20;
const CHECKSUM_BYTES: usize = 8;

static HOME: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a directory for the cases"));
static LINES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let log = seeds::long_log();
    log[log.len() - 6_000..].to_vec()
});

fn learned(text: &[u8], settings: &Settings) -> Vec<u8> {
    let mut session = Session::new(&Config { learn_only: true, ..config() }, None, "app");
    session.feed(text);
    session.finish();
    let path = HOME.path().join(format!("seed-{:x}", hash(text)));
    session.ledger().to_baseline(settings).save(&path).expect("the case may write");
    fs::read(path).expect("it was written")
}

pub fn files() -> Vec<Vec<u8>> {
    let masks = Settings::with_masks([("order", r"ORD-\w+"), ("b", "x")]);
    let long = seeds::long_log();
    let few = [learned(b"2026-03-02T14:02:31Z INFO a\n", &masks), learned(b"", &Settings::default())];
    few.into_iter().chain([learned(&long[..long.len() / 16], &Settings::default())]).collect()
}

/// The files without their checksum.
pub fn unsealed() -> Vec<Vec<u8>> {
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() - CHECKSUM_BYTES);
        bytes
    };
    files().into_iter().map(cut).collect()
}

/// What is packed in the files without masks.
pub fn bodies() -> Vec<Vec<u8>> {
    let unpacked = |bytes: Vec<u8>| zstd::decode_all(&bytes[HEADER_BYTES..]).expect("it is our own");
    unsealed().into_iter().skip(1).map(unpacked).collect()
}

/// Bytes as they are.
pub fn file(bytes: &[u8], seen: &mut Seen) {
    use_of(bytes, seen);
}

/// Bytes behind which their checksum is put, so that what reads them is reached.
pub fn seal(bytes: &[u8], seen: &mut Seen) {
    use_of(&[bytes, &xxhash_rust::xxh3::xxh3_64(bytes).to_le_bytes()].concat(), seen);
}

/// Bytes that are packed into a file whose head and checksum are right.
pub fn body(bytes: &[u8], seen: &mut Seen) {
    static HEAD: LazyLock<Vec<u8>> =
        LazyLock::new(|| learned(b"", &Settings::default())[..HEADER_BYTES].to_vec());
    let packed = zstd::encode_all(bytes, 1).expect("memory takes all");
    seal(&[&HEAD[..], &packed].concat(), seen);
}

/// A file that is taken must be of use: to look into, to judge with and to save again.
fn use_of(bytes: &[u8], seen: &mut Seen) {
    let path = HOME.path().join(format!("{:?}", std::thread::current().id()).replace(['(', ')'], "-"));
    fs::write(&path, bytes).expect("the case may write");
    let strict = Baseline::load(&path, &Settings::default());
    let baseline = match Baseline::open(&path) {
        Ok(baseline) => baseline,
        Err(error) => {
            let said = error.kind().to_string();
            assert!(said.contains("learn"), "no cure: {said}");
            assert!(strict.is_err(), "refused only to who looks into it");
            let class: String = said.chars().filter(|letter| !letter.is_ascii_digit()).collect();
            return seen.see(&[1, hash(class.as_bytes()), bytes.len() as u64 / 64]);
        }
    };
    seen.see(&[2, baseline.messages().len() as u64]);
    let mut session = Session::new(&config(), Some(&baseline), "app");
    session.feed(&LINES);
    session.finish();
    while session.next_alert().is_some() {}
    add_up(session.report());
    let again = session.ledger().to_baseline(&Settings::default());
    // Compared as bytes, since a number made of any bits need not equal itself.
    again.save(&path).expect("the case may write");
    let saved = fs::read(&path).expect("it was written");
    Baseline::open(&path).expect("what was saved is read").save(&path).expect("the case may write");
    assert!(saved == fs::read(&path).expect("it was written"), "what was saved is read as something else");
    seen.see(&[3, hash(&bytes[..bytes.len().min(64)]) % 256]);
}

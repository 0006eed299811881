//! Lines that differ only inside their runs of digits are one message.
//!
//! Over the project's own samples, and over any logs below the directory that
//! LOGSURGE_DATA names: runs of digits are replaced by others of random value
//! and length; where the cheap key is still the same, so are its hash and the
//! shape, and a worker with a warm cache counts the line under that very shape.

mod invented;

use invented::Dice;
use logsurge::Time;
use logsurge::count::{Carry, Job, Opener, Worker};
use logsurge::line::split::Cleaner;
use logsurge::line::stamp::{Anchor, Clock};
use logsurge::line::structured::Format;
use logsurge::shape::{Scratch, Shape, canonical_with_host, cheap};
use logsurge::time::Zone;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

const LATEST: Time = Time(1_800_000_000_000_000);
const VARIANTS: usize = 4;
/// Lines looked at of each file.
const LINES_MAX: usize = 2_000;

/// `line` with other digits in the same places.
fn other_digits(line: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = Vec::new();
    let mut in_digits = false;
    for (at, &byte) in line.iter().enumerate() {
        let digit = byte.is_ascii_digit();
        // The zero of `0x` is a prefix and no value.
        if line[at..].starts_with(b"0x") && !in_digits {
            out.push(byte);
        } else if digit && !in_digits {
            for _ in 0..1 + dice.roll(12) {
                out.push(b'0' + dice.roll(10) as u8);
            }
        } else if !digit {
            out.push(byte);
        }
        in_digits = digit;
    }
    out
}

/// A cheap key with the place of its host, if it has one, and of its stamp.
type Key = (Vec<u8>, Option<usize>, usize);

struct Rules {
    seed: cheap::Seed,
    scratch: Scratch,
    hashes: HashMap<Key, (u64, Shape)>,
    keys: HashMap<u64, Key>,
}

impl Rules {
    fn new() -> Rules {
        let seed = cheap::Seed::new(7);
        Rules { seed, scratch: Scratch::default(), hashes: HashMap::new(), keys: HashMap::new() }
    }

    /// The hash of a text, which what lies around it has no part in.
    fn hash(&self, hash: u64, text: &[u8]) -> u64 {
        let mut runs = cheap::Runs::default();
        let alone = cheap::hash(&self.seed, hash, text, 0, text.len(), &mut runs);
        let around = [b"a1f ", text, b"9e8 \n7f"].concat();
        assert_eq!(
            alone,
            cheap::hash(&self.seed, hash, &around, 4, 4 + text.len(), &mut runs),
            "{}",
            String::from_utf8_lossy(text)
        );
        alone
    }

    /// Checks the hash of a text cut in two by its stamp; returns its shape.
    fn check(&mut self, [before, behind]: [&[u8]; 2], host: bool) -> Shape {
        let line = || String::from_utf8_lossy(behind);
        let mut hash = self.seed.start(u64::from(host));
        if !before.is_empty() {
            hash = self.hash(hash, before);
        }
        hash = self.hash(hash, behind);
        let mut key = key(before);
        let cut = key.len();
        let host = host.then_some(cut);
        cheap::write(behind, &mut key);
        let mut shape = Shape::default();
        canonical_with_host(&key, host, &mut self.scratch, &mut shape);
        let mut fresh = Shape::default();
        canonical_with_host(&key, host, &mut Scratch::default(), &mut fresh);
        assert_eq!(shape, fresh, "used buffers change a shape");
        let key = (key, host, cut);
        let known = self.keys.entry(hash).or_insert_with(|| key.clone());
        assert_eq!(*known, key, "two keys have one hash: {}", line());
        let (known_hash, known) = self.hashes.entry(key).or_insert_with(|| (hash, shape.clone()));
        assert_eq!(*known, shape, "one key has two shapes: {}", line());
        assert_eq!(*known_hash, hash, "one key has two hashes: {}", line());
        shape
    }
}

/// How many variants had the key of their line.
fn check_file(path: &Path) -> (usize, usize) {
    let text = fs::read(path).unwrap();
    let mut rules = Rules::new();
    let mut clock = Clock::new(Zone::utc(), Some(2026));
    // The rules see text; what structured lines are turned into is none of theirs.
    let mut worker = Worker::new(Opener::new(clock.clone()).with_format(Format::Text), 7);
    let mut cleaner = Cleaner::default();
    let mut dice = Dice::new(text.len() as u64);
    let (mut same, mut all) = (0, 0);
    cleaner.look(&text);
    let anchor = Anchor { last: None, latest: LATEST };
    for line in text.split(|byte| *byte == b'\n').take(LINES_MAX) {
        let line = cleaner.clean(line).to_vec();
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let reading = clock.read(&line, anchor);
        let (start, end, host) =
            reading.map_or((0, 0, false), |reading| (reading.start, reading.end, reading.host_follows));
        let parts = [&line[..start], &line[end..]];
        let shape = rules.check(parts, host);
        let tallied = tallied(&mut worker, &line).unwrap_or(shape.id());
        assert_eq!(tallied, shape.id(), "{}", String::from_utf8_lossy(&line));
        for _ in 0..VARIANTS {
            let behind = other_digits(parts[1], &mut dice);
            let other = rules.check([parts[0], &behind], host);
            all += 1;
            same += usize::from(key(parts[1]) == key(&behind));
            assert!(key(parts[1]) != key(&behind) || other == shape);
        }
    }
    (same, all)
}

fn key(text: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    cheap::write(text, &mut key);
    key
}

/// The shape that a worker counts a line under, alone in its chunk; a frame has none.
fn tallied(worker: &mut Worker, line: &[u8]) -> Option<logsurge::id::ShapeId> {
    let carry = Carry::start(LATEST);
    let delta = worker.tally(&Job { source: 0, index: 0, bytes: line, carry, overlong: 0, live: false });
    let entries: Vec<_> = delta.segments.iter().flat_map(|segment| &segment.entries).collect();
    assert_eq!(entries.len() as u64 + delta.lines.continuation, 1, "{}", String::from_utf8_lossy(line));
    entries.first().map(|entry| entry.shape)
}

/// Plain logs below a directory.
fn logs(directory: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            logs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "log") {
            found.push(path);
        }
    }
}

fn check_all(directory: &Path) {
    let mut found = Vec::new();
    logs(directory, &mut found);
    assert!(!found.is_empty(), "no logs below {}", directory.display());
    for path in found {
        let (same, all) = check_file(&path);
        // A word of letters a to f may become hex by a longer run; most keys stay.
        assert!(same * 10 >= all * 7, "{}: {same} of {all} variants kept their key", path.display());
    }
}

#[test]
fn equal_cheap_keys_have_equal_shapes_in_our_samples() {
    check_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"));
}

#[test]
fn equal_cheap_keys_have_equal_shapes_in_real_logs() {
    let named = std::env::var_os("LOGSURGE_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    match named.unwrap_or(beside) {
        directory if directory.is_dir() => check_all(&directory),
        _ => println!("skipped: LOGSURGE_DATA names no directory"),
    }
}

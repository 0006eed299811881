//! Archives of any bytes, read in any steps.

use super::super::{Seen, seeds};
use super::hash;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use logsurge::input::Decoder;
use std::io::{self, Read, Write};

/// Decoded bytes looked at: a few thousand bytes of archive may hold megabytes.
const DECODED_BYTES_MAX: usize = 1 << 20;

fn texts() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = seeds::logs().into_iter().take(6).collect();
    texts.push(Vec::new());
    texts.push(vec![0; 300_000]);
    texts.push(b"\n".repeat(3_000));
    texts
}

fn gzip(text: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub fn gzips() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = texts().iter().map(|text| gzip(text, 6)).collect();
    all.push(gzip(b"stored as it is\n", 0));
    all.push([gzip(b"one\n", 6), gzip(b"two\n", 6), gzip(b"", 6), gzip(b"three", 6)].concat());
    all.push([gzip(b"padded\n", 6), vec![0; 512]].concat());
    all.push([gzip(b"garbage behind\n", 6), b"garbage".to_vec()].concat());
    let builder =
        GzBuilder::new().filename("a.log").comment("of a day").extra(vec![1, 2, 3]).mtime(1_772_460_151);
    let mut encoder = builder.write(Vec::new(), Compression::fast());
    encoder.write_all(b"with a long header\n").unwrap();
    all.push(encoder.finish().unwrap());
    all
}

pub fn zstds() -> Vec<Vec<u8>> {
    let packed = |text: &Vec<u8>, level: i32| {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), level).unwrap();
        encoder.include_checksum(level > 1).unwrap();
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let mut all: Vec<Vec<u8>> = texts().iter().map(|text| packed(text, 3)).collect();
    let small = packed(&b"one\n".to_vec(), 1);
    let skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd".to_vec();
    all.push([small.clone(), skipped.clone(), small.clone()].concat());
    all.push([skipped, small.clone(), vec![0; 64]].concat());
    all.push([small, b"garbage".to_vec()].concat());
    all
}

/// Brings at most `step` bytes a read, and is interrupted before each.
struct Drip {
    bytes: Vec<u8>,
    at: usize,
    step: usize,
    interrupted: bool,
}

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.step.min(into.len()).min(self.bytes.len() - self.at);
        into[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// All that is delivered and said, as far as we look; and whether that was all.
fn drained(bytes: &[u8], step: usize, size: usize) -> (Vec<u8>, Vec<String>) {
    let drip = Drip { bytes: bytes.to_vec(), at: 0, step, interrupted: false };
    let mut decoder = Decoder::from_read("a", Box::new(drip));
    let (mut text, mut said, mut into) = (Vec::new(), Vec::new(), vec![0; size]);
    loop {
        match decoder.read(&mut into) {
            Ok(0) => {
                assert_eq!(decoder.read(&mut into).expect("the end stays"), 0, "the end stays");
                return (text, said);
            }
            Ok(count) => text.extend_from_slice(&into[..count]),
            Err(error) => said.push(error.to_string()),
        }
        if text.len() >= DECODED_BYTES_MAX {
            text.truncate(DECODED_BYTES_MAX);
            return (text, Vec::new());
        }
        assert!(said.len() < 2, "one fault ends a file");
    }
}

/// The bytes delivered and the fault said depend on the file alone.
pub fn decode(bytes: &[u8], seen: &mut Seen) {
    let (text, said) = drained(bytes, 1 << 20, 1 << 16);
    // A byte at a time would be slow where much is packed into little.
    let small = if text.len() > 1 << 16 { 4_096 } else { 7 };
    for (step, size) in [(1, 1 << 16), (3, 64.max(small)), (64, small), (4_096, 4_096)] {
        let (other_text, other_said) = drained(bytes, step, size);
        assert_eq!(text.len(), other_text.len(), "reads of {step} into {size}");
        assert!(text == other_text, "reads of {step} into {size} give other bytes");
        assert_eq!(said, other_said, "reads of {step} into {size}");
    }
    // The place in a message is a number of its own; what is said is not.
    let told: String = said.concat().chars().filter(|letter| !letter.is_ascii_digit()).collect();
    seen.see(&[1, hash(told.as_bytes()), (text.len() as u64).checked_ilog2().unwrap_or(0).into()]);
    seen.see(&[2, bytes.len() as u64 / 16, text.len() as u64 / 16]);
}

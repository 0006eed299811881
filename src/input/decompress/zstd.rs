//! Zstandard, frame after frame.
//!
//! A call that fails does not say what it wrote. So the decoder never gets input while it
//! may still hold output, and never more than belongs to the block at hand: a corrupt block
//! then costs itself, never a good block decoded in the same call.
//! A window beyond the library's default of 128 MiB is refused, so memory stays bounded.

use super::super::raw::Raw;
use super::{Stop, trailing};
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

// limits
/// What the decoder asks for at the start of a frame: the magic and one byte of header.
const FRAME_HEAD_BYTES: usize = 5;

/// What the decoder adds to its wish within a block, to have the next header at once.
const BLOCK_HEADER_BYTES: usize = 3;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Frames to be skipped; the low half of the first byte is free. Parallel writers begin with one.
const MAGIC_SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// A longer part is a frame to be skipped, which gives nothing.
const BLOCK_BYTES_MAX: usize = 128 * 1024;

const CUT_OFF: &str = "the file ends inside a zstd frame; lines up to there were read";

/// Where in a file of frames the decoder stands.
pub(super) struct Zstd {
    decoder: Decoder<'static>,
    /// Bytes the decoder asked for; 0 between frames.
    wanted: usize,
    /// The last call filled its room, so there may be more to come out.
    holds_output: bool,
    /// The file has no more.
    at_end: bool,
    /// The header or block at hand, from its first byte of the file to its end. A fault is said
    /// to be where that begins: where within it the decoder notices depends on the reads.
    part: (u64, u64),
}

/// Whether `head` begins with the signature of a frame.
pub(super) fn is_magic(head: &[u8]) -> bool {
    head.len() >= MAGIC.len() && may_become_magic(&head[..MAGIC.len()])
}

/// Whether `head`, shorter than a signature, may turn out to be one.
pub(super) fn may_become_magic(head: &[u8]) -> bool {
    let skippable = |at: usize, byte: u8| match at {
        0 => byte & 0xf0 == MAGIC_SKIPPABLE[0],
        _ => byte == MAGIC_SKIPPABLE[at],
    };
    head.len() <= MAGIC.len()
        && (MAGIC.starts_with(head) || head.iter().enumerate().all(|(at, &b)| skippable(at, b)))
}

/// Whether a whole file of these bytes is the stump of an archive: text never holds them.
pub(super) fn is_cut_magic(head: &[u8]) -> bool {
    head.len() >= 2 && head.len() < MAGIC.len() && MAGIC.starts_with(head)
}

impl Zstd {
    pub(super) fn new() -> Result<Zstd, Stop> {
        Ok(Zstd { decoder: Decoder::new()?, wanted: 0, holds_output: false, at_end: false, part: (0, 0) })
    }

    /// Decodes into `into` until it is full, the data ends, or more would have to be waited for.
    pub(super) fn read(&mut self, raw: &mut Raw, into: &mut [u8]) -> (usize, Option<Stop>) {
        let mut filled = 0;
        while filled < into.len() {
            let wait = filled > 0 && raw.waits();
            if self.wanted == 0 {
                if wait {
                    break;
                }
                if let Err(stop) = self.next_frame(raw) {
                    return (filled, Some(stop));
                }
            }
            match self.block(raw, &mut into[filled..]) {
                Err(why) => {
                    let position = self.part.0;
                    return (filled, Some(Stop::DamagedAt { position, why }));
                }
                Ok((0, 0)) if wait => break,
                Ok((0, 0)) => match raw.fill() {
                    Ok(true) => {}
                    Ok(false) if !self.at_end => self.at_end = true,
                    Ok(false) => return (filled, Some(Stop::Damaged(CUT_OFF.into()))),
                    Err(err) => return (filled, Some(Stop::Io(err))),
                },
                Ok((_, written)) => filled += written,
            }
        }
        (filled, None)
    }

    fn next_frame(&mut self, raw: &mut Raw) -> Result<(), Stop> {
        let head = raw.peek(MAGIC.len())?;
        if is_magic(head) {
            self.wanted = FRAME_HEAD_BYTES;
            return Ok(());
        }
        if head.len() < MAGIC.len() && !head.is_empty() && MAGIC.starts_with(head) {
            let left = head.len();
            raw.consume(left);
            return Err(Stop::Damaged(CUT_OFF.into()));
        }
        Err(trailing(raw)?)
    }

    /// One call of the decoder, or two if it held no output: bytes used and written. None of
    /// either: it wants more input.
    fn block(&mut self, raw: &mut Raw, into: &mut [u8]) -> Result<(usize, usize), String> {
        if self.holds_output {
            let written = self.run(&[], into)?.1;
            self.holds_output = written == into.len();
            if written > 0 {
                return Ok((0, written));
            }
        }
        let wanted = match self.wanted {
            wanted if wanted > BLOCK_HEADER_BYTES => wanted - BLOCK_HEADER_BYTES,
            wanted => wanted,
        };
        let offered = wanted.min(raw.available().len());
        // A block is decoded in one piece: of a damaged one parts would give more than the whole.
        let is_block = wanted <= BLOCK_BYTES_MAX;
        if offered == 0 || offered < wanted && is_block && !self.at_end {
            raw.reserve(wanted.min(BLOCK_BYTES_MAX));
            return Ok((0, 0));
        }
        if raw.position() >= self.part.1 {
            self.part = (raw.position(), raw.position() + wanted as u64);
        }
        let (used, written) = self.run(&raw.available()[..offered], into)?;
        raw.consume(used);
        self.holds_output = written == into.len();
        if used == 0 && written == 0 {
            return Err("the decoder makes no progress".into());
        }
        Ok((used, written))
    }

    fn run(&mut self, input: &[u8], into: &mut [u8]) -> Result<(usize, usize), String> {
        let mut input = InBuffer::around(input);
        let mut output = OutBuffer::around(into);
        match self.decoder.run(&mut input, &mut output) {
            Ok(wanted) => self.wanted = wanted,
            Err(err) => return Err(format!("{err}; lines up to there were read")),
        }
        Ok((input.pos(), output.pos()))
    }
}

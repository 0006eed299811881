//! Gzip (RFC 1952), member after member.
//!
//! The header is read by hand, so that its time is known and a name of any length costs
//! no memory; the body goes through the raw inflater, which says how many bytes it wrote
//! even in the call that fails. That is what makes the bytes before a fault independent
//! of the size of the reads.

use super::super::raw::Raw;
use super::{Stop, trailing};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// The first bytes of every member.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

const DEFLATE: u8 = 8;
const FLAG_HEADER_CHECKSUM: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;
const FLAGS_RESERVED: u8 = 0b1110_0000;
const TRAILER_BYTES: usize = 8;

const CUT_OFF: &str = "the file ends inside a gzip member; lines up to there were read";

/// Where in a file of members the decoder stands.
pub(super) struct Gzip {
    inflate: Decompress,
    checksum: Crc,
    stage: Stage,
    header_time: Option<i64>,
}

#[derive(Clone, Copy)]
enum Stage {
    Header,
    Body,
    Trailer,
    Between,
}

impl Gzip {
    pub(super) fn new() -> Gzip {
        Gzip {
            inflate: Decompress::new(false),
            checksum: Crc::new(),
            stage: Stage::Header,
            header_time: None,
        }
    }

    /// The time in the latest header that has one.
    pub(super) fn header_time(&self) -> Option<i64> {
        self.header_time
    }

    /// Decodes into `into` until it is full, the data ends, or more would have to be waited for.
    pub(super) fn read(&mut self, raw: &mut Raw, into: &mut [u8]) -> (usize, Option<Stop>) {
        let mut filled = 0;
        while filled < into.len() {
            if let Stage::Body = self.stage {
                match self.body(raw, &mut into[filled..], filled > 0) {
                    (0, Ok(true)) => return (filled, None),
                    (count, Ok(_)) => filled += count,
                    (count, Err(stop)) => return (filled + count, Some(stop)),
                }
            } else if filled > 0 && raw.waits() {
                return (filled, None);
            } else if let Err(stop) = self.frame(raw) {
                return (filled, Some(stop));
            }
        }
        (filled, None)
    }

    /// One step outside the compressed data.
    fn frame(&mut self, raw: &mut Raw) -> Result<(), Stop> {
        self.stage = match self.stage {
            Stage::Header => {
                self.header_time = header(raw)?.or(self.header_time);
                self.inflate.reset(false);
                self.checksum.reset();
                Stage::Body
            }
            Stage::Trailer => {
                self.trailer(raw)?;
                Stage::Between
            }
            Stage::Between | Stage::Body => match raw.peek(MAGIC.len())? {
                head if head == MAGIC => Stage::Header,
                [first] if *first == MAGIC[0] => {
                    raw.consume(1);
                    return Err(Stop::Damaged(CUT_OFF.into()));
                }
                _ => return Err(trailing(raw)?),
            },
        };
        Ok(())
    }

    /// One call of the inflater: bytes written, and whether it must wait for more input.
    fn body(&mut self, raw: &mut Raw, into: &mut [u8], given: bool) -> (usize, Result<bool, Stop>) {
        let (read_before, written_before) = (self.inflate.total_in(), self.inflate.total_out());
        let starved = raw.available().is_empty();
        let answer = self.inflate.decompress(raw.available(), into, FlushDecompress::None);
        // Both counts are at most the length of a slice just passed in.
        let used = (self.inflate.total_in() - read_before) as usize;
        let written = (self.inflate.total_out() - written_before) as usize;
        raw.consume(used);
        self.checksum.update(&into[..written]);
        let stop = match answer {
            Ok(Status::StreamEnd) => {
                self.stage = Stage::Trailer;
                return (written, Ok(false));
            }
            Ok(_) if used > 0 || written > 0 => return (written, Ok(false)),
            // The inflater may hold output back when its room ran out, so only an idle call
            // without input means that it wants more.
            Ok(_) if starved && given && raw.waits() => return (0, Ok(true)),
            Ok(_) if starved => match raw.fill() {
                Ok(true) => return (0, Ok(false)),
                Ok(false) => Stop::Damaged(CUT_OFF.into()),
                Err(err) => Stop::Io(err),
            },
            Ok(_) | Err(_) => Stop::Damaged(
                "corrupt compressed data; lines up to there were read, the last of them may be wrong".into(),
            ),
        };
        (written, Err(stop))
    }

    fn trailer(&mut self, raw: &mut Raw) -> Result<(), Stop> {
        let trailer = raw.peek(TRAILER_BYTES)?;
        let Ok(bytes) = <[u8; TRAILER_BYTES]>::try_from(trailer) else {
            let left = trailer.len();
            raw.consume(left);
            return Err(Stop::Damaged(CUT_OFF.into()));
        };
        let trailer = u64::from_le_bytes(bytes);
        let wanted = u64::from(self.checksum.sum()) | u64::from(self.checksum.amount()) << 32;
        raw.consume(TRAILER_BYTES);
        if trailer == wanted {
            return Ok(());
        }
        Err(Stop::Damaged(
            "checksum mismatch at the end of a gzip member; its lines were read, but may be wrong".into(),
        ))
    }
}

/// Reads a member's header: the time it gives, if any.
fn header(raw: &mut Raw) -> Result<Option<i64>, Stop> {
    let mut fixed = [0_u8; 10];
    for byte in &mut fixed {
        *byte = next(raw)?;
    }
    let [_, _, method, flags, t0, t1, t2, t3, ..] = fixed;
    if method != DEFLATE || flags & FLAGS_RESERVED != 0 {
        return Err(Stop::Damaged("not a valid gzip header".into()));
    }
    if flags & FLAG_EXTRA != 0 {
        let length = u16::from_le_bytes([next(raw)?, next(raw)?]);
        for _ in 0..length {
            next(raw)?;
        }
    }
    for flag in [FLAG_NAME, FLAG_COMMENT] {
        while flags & flag != 0 && next(raw)? != 0 {}
    }
    if flags & FLAG_HEADER_CHECKSUM != 0 {
        next(raw)?;
        next(raw)?;
    }
    let time = u32::from_le_bytes([t0, t1, t2, t3]);
    Ok((time != 0).then_some(i64::from(time)))
}

fn next(raw: &mut Raw) -> Result<u8, Stop> {
    raw.byte()?.ok_or_else(|| Stop::Damaged(CUT_OFF.into()))
}

//! The memory for a stamp in brackets behind an address: `10.1.2.3 - - [02/Mar/2026:08:53:20 +0000]`.
//!
//! Access logs put the client first, so no two of their lines begin alike, but a thousand in a row
//! hold the same stamp. It is remembered from bracket to bracket, and found again by its bytes.
//! What stands before it must not have been a stamp itself; that is asked in a way that needs few
//! looks and errs towards "perhaps", whereupon the line is read afresh:
//!
//! - no layout reads over a bracket, so a stamp that starts before ours also ends before it;
//! - it would have a time of day with two colons three bytes apart, or begin with a run of at
//!   least four digits, as a year, a compact date and a plain number do;
//! - and with a bracket on both sides nothing further behind has a say in where ours ends.

use super::eight;
use super::header::PREFIX_BYTES_MAX;
use super::tail::Piece;

// limits

/// A stamp with its brackets that is longer is not remembered.
const BYTES_MAX: usize = 32;
/// A window of eight bytes at every fifth shows each run of four digits whole.
const STRIDE: usize = 5;

/// The last stamp in brackets.
#[derive(Copy, Clone, Debug)]
pub(super) struct Bracketed {
    /// From bracket to bracket; behind it zeros, which `mask` leaves out.
    bytes: [u64; BYTES_MAX / 8],
    mask: [u64; BYTES_MAX / 8],
    /// What it says, as if it stood at the line's front.
    piece: Piece,
}

impl Bracketed {
    /// What to remember of a line whose first stamp is this one, if that is a stamp of this kind.
    pub(super) fn of(line: &[u8], piece: &Piece) -> Option<Bracketed> {
        let text = line.get(piece.start..piece.end)?;
        let closed = text.first() == Some(&b'[') && text.last() == Some(&b']') && text.len() <= BYTES_MAX;
        if !closed || opening(line) != Some(piece.start) || may_hold_stamp(line, piece.start) {
            return None;
        }
        let mut padded = [0; BYTES_MAX];
        padded[..text.len()].copy_from_slice(text);
        let piece = Piece { start: 0, end: text.len(), ..*piece };
        let mask = std::array::from_fn(|at| eight::front(text.len().saturating_sub(8 * at)));
        Some(Bracketed { bytes: words(&padded), mask, piece })
    }

    /// The first stamp of a line, if it is the remembered one.
    #[inline]
    pub(super) fn find(&self, line: &[u8]) -> Option<Piece> {
        let start = opening(line)?;
        let view = words(line.get(start..)?.first_chunk()?);
        let differs = (0..view.len()).fold(0, |any, at| any | ((view[at] ^ self.bytes[at]) & self.mask[at]));
        if differs != 0 || may_hold_stamp(line, start) {
            return None;
        }
        Some(Piece { start, end: start + self.piece.end, ..self.piece })
    }
}

#[inline]
fn words(bytes: &[u8; BYTES_MAX]) -> [u64; BYTES_MAX / 8] {
    std::array::from_fn(|at| bytes[8 * at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
}

/// The first opening bracket, where a stamp behind it is one of the header. At the line's front
/// more layouts count.
#[inline]
fn opening(line: &[u8]) -> Option<usize> {
    let within = &line[..line.len().min(PREFIX_BYTES_MAX - 1)];
    memchr::memchr(b'[', within).filter(|&at| at > 0)
}

/// Whether a stamp might start before `end`, with eleven bytes and more behind it.
#[inline]
fn may_hold_stamp(line: &[u8], end: usize) -> bool {
    for at in (0..end).step_by(STRIDE) {
        let (Some(bytes), Some(third)) = (eight::load(line, at), eight::load(line, at + 3)) else {
            return true;
        };
        let within = eight::front(end - at);
        let digits = eight::digits(bytes) & within;
        let pairs = digits & (digits >> 8);
        if pairs & (pairs >> 16) != 0 || eight::both(bytes, third, b':') & within != 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::header::{First, first};
    use super::super::tail::piece_of;
    use super::super::{find, finish_piece};
    use super::*;

    /// Words that stand before a stamp, or look as one.
    const BEFORE: &[&str] = &[
        "10.1.2.3",
        "199.127.26.231",
        "::1",
        "fe80::1:2",
        "2001:db8::7",
        "-",
        "alice",
        "host:443",
        "1.22.33",
        "a-1.22.33",
        "12:34:56",
        "8:00:00",
        "20240514",
        "2024",
        "[",
        "]",
        "10/Oct/2000:13:55:36",
        "Dec 10 06:55:46",
        "2005-06-03-15.42.50",
        "1700000000",
        "1700000000.123",
        "I0102 03:04:05.000000",
        "17/06/09 20:10:40",
        "<34>1",
        "www.example.com",
        "x",
        "081109 203615",
        "03-17",
        "Mar",
        "Sun,",
        "0:28:0",
        "20171223-22:15:29:606",
        "64.6.11",
        "02/Mar/2026",
        "T",
        "Z",
        "é",
        "\t",
    ];
    const STAMPS: &[&str] = &[
        "[02/Mar/2026:08:53:20 +0000]",
        "[02/Mar/2026:08:53:20 -0730]",
        "[2026-03-02T08:53:20Z]",
        "[2026-03-02 08:53:20]",
        "[Mon Mar  2 08:53:20 2026]",
        "[Mar  2 08:53:20]",
        "[2026-03-02 08:53:20.123]",
        "[02/Mar/2026:08:53:20 +0000",
        "[03-17 16:13:38.811]",
        "[1700000000]",
        "[02/Mar/2026:8:53:20 PM]",
        "[2026-03-02T08:53:20.123456789+02:00]",
        "[10.30 16:49:06]",
        "[08:53:20]",
    ];
    const BEHIND: &[&str] =
        &["", " \"GET / HTTP/1.1\" 200 7519 and more of it", "1", " 2024-05-14 08:00:00 further", "]"];

    /// What is remembered says of every other line what a fresh look says, or nothing.
    #[test]
    fn what_is_found_again_is_what_a_fresh_look_finds() {
        let mut state = 7u64;
        let mut below = |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % limit
        };
        let mut found = 0;
        for _ in 0..300_000 {
            let stamp = STAMPS[below(STAMPS.len())];
            let mut line = || {
                let mut text = String::new();
                for _ in 0..below(5) {
                    text.push_str(BEFORE[below(BEFORE.len())]);
                    text.push_str([" ", " ", "", " - - "][below(4)]);
                }
                text + stamp + BEHIND[below(BEHIND.len())]
            };
            let (seen, next) = (line(), line());
            let Some(First::Dated(head)) = first(seen.as_bytes(), &mut None) else {
                continue;
            };
            let Some(memory) = Bracketed::of(seen.as_bytes(), &piece_of(seen.as_bytes(), &head)) else {
                continue;
            };
            if let Some(piece) = memory.find(next.as_bytes()) {
                found += 1;
                let afresh = find(next.as_bytes()).unwrap_or_else(|| panic!("{next} has none"));
                assert_eq!(finish_piece(next.as_bytes(), piece), afresh, "{seen} then {next}");
            }
        }
        assert!(found > 2_000, "{found}");
    }
}

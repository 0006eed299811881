//! Eight bytes looked at at once.
//!
//! A line's header is short, and where lines of different logs follow each other every loop over
//! its bytes ends somewhere else: the wrong guess costs more than the bytes. So questions such as
//! "where does this word end" are put to eight bytes together. The answers are masks: the top bit
//! of each byte that is meant, and no other bit. The first byte of the line is the lowest.

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;
/// The mask that means the first byte only.
pub(super) const TOP: u64 = 1 << 7;

/// The eight bytes at this place, if the line has as many.
#[inline]
pub(super) fn load(line: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*line.get(at..)?.first_chunk()?))
}

/// The bytes in `least..=most`, which are both ASCII.
#[inline]
fn within(bytes: u64, least: u8, most: u8) -> u64 {
    // Seven bits a byte, so that no sum carries into the next one.
    let low = bytes & !TOPS;
    let reached = low + ONES * u64::from(0x80 - least);
    let passed = low + ONES * u64::from(0x7f - most);
    reached & !passed & !bytes & TOPS
}

#[inline]
pub(super) fn digits(bytes: u64) -> u64 {
    within(bytes, b'0', b'9')
}

#[inline]
pub(super) fn capitals(bytes: u64) -> u64 {
    within(bytes, b'A', b'Z')
}

#[inline]
pub(super) fn letters(bytes: u64) -> u64 {
    within(bytes | (ONES * 0x20), b'a', b'z')
}

/// The bytes that are this one.
#[inline]
pub(super) fn equal(bytes: u64, mark: u8) -> u64 {
    let differs = bytes ^ (ONES * u64::from(mark));
    !(((differs & !TOPS) + !TOPS) | differs) & TOPS
}

/// The bytes that are this one in both.
#[inline]
pub(super) fn both(left: u64, right: u64, mark: u8) -> u64 {
    let wanted = ONES * u64::from(mark);
    equal((left ^ wanted) | (right ^ wanted), 0)
}

/// Blanks and tabs.
#[inline]
pub(super) fn blanks(bytes: u64) -> u64 {
    equal(bytes, b' ') | equal(bytes, b'\t')
}

/// The bytes that a mask does not mean.
#[inline]
pub(super) fn others(mask: u64) -> u64 {
    mask ^ TOPS
}

/// The first byte that a mask means, or 8.
#[inline]
pub(super) fn first(mask: u64) -> usize {
    mask.trailing_zeros() as usize / 8
}

/// How many bytes a mask means.
#[inline]
pub(super) fn count(mask: u64) -> u64 {
    (mask >> 7).wrapping_mul(ONES) >> 56
}

/// How many bytes stand behind the last one that a mask means, or 8.
#[inline]
pub(super) fn last(mask: u64) -> usize {
    mask.leading_zeros() as usize / 8
}

/// All bits of the first `count` bytes.
#[inline]
pub(super) fn front(count: usize) -> u64 {
    if count < 8 { (1 << (8 * count)) - 1 } else { u64::MAX }
}

/// The number that eight digits spell. Only their low halves count, so a zero byte is a zero.
#[inline]
pub(super) fn number(bytes: u64) -> u32 {
    let ones = bytes & (ONES * 0x0f);
    // Pairs, then fours, then all, each sum in the upper part of its group.
    let pairs = (ones.wrapping_mul(10) + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000) + (fours >> 32)) as u32
}

/// Hour, minute and second of `08:00:00`, unchecked but for the form.
#[inline]
pub(super) fn clock_digits(bytes: u64) -> Option<(u32, u32, u32)> {
    let values = bytes ^ u64::from_le_bytes(*b"00:00:00");
    // What must be added so that the top bit shows a value above nine, and above zero at a colon.
    const OVER: u64 = u64::from_le_bytes([0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f, 0x76, 0x76]);
    // A byte that carries into the next has its own top bit set already, or gets it.
    if (values | values.wrapping_add(OVER)) & TOPS != 0 {
        return None;
    }
    let pairs = values * 10 + (values >> 8);
    let part = |at: u32| (pairs >> (8 * at)) as u32 & 0xff;
    Some((part(0), part(3), part(6)))
}

/// The place of the first blank at or behind `at`, or the line's end.
#[inline]
pub(super) fn word_end(line: &[u8], mut at: usize) -> usize {
    while let Some(bytes) = load(line, at) {
        let found = blanks(bytes);
        if found != 0 {
            return at + first(found);
        }
        at += 8;
    }
    let rest = line.get(at..).unwrap_or_default();
    at + rest.iter().position(|&byte| byte == b' ' || byte == b'\t').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eight bytes of every kind, the same on each run.
    fn samples() -> impl Iterator<Item = [u8; 8]> {
        const KINDS: &[u8] = b"0919/:;@AZ[`az{ \t\x00\x7f\x80\xb0\xe1\xff=.,-";
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        (0..200_000).map(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            std::array::from_fn(|at| KINDS[(state >> (8 * at)) as usize % KINDS.len()])
        })
    }

    fn check(mask: u64, bytes: [u8; 8], is_meant: impl Fn(u8) -> bool) {
        let wanted = bytes.map(|byte| if is_meant(byte) { 0x80 } else { 0 });
        assert_eq!(mask.to_le_bytes(), wanted, "{bytes:?}");
    }

    #[test]
    fn eight_bytes_at_once_are_seen_as_one_by_one() {
        for bytes in samples() {
            let all = u64::from_le_bytes(bytes);
            check(digits(all), bytes, |byte| byte.is_ascii_digit());
            check(capitals(all), bytes, |byte| byte.is_ascii_uppercase());
            check(letters(all), bytes, |byte| byte.is_ascii_alphabetic());
            check(blanks(all), bytes, |byte| byte == b' ' || byte == b'\t');
            check(equal(all, b'='), bytes, |byte| byte == b'=');
            check(others(digits(all)), bytes, |byte| !byte.is_ascii_digit());
            let meant = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
            assert_eq!(count(digits(all)), meant as u64);
            let place = bytes.iter().position(u8::is_ascii_digit);
            assert_eq!(first(digits(all)), place.unwrap_or(8));
            let behind = bytes.iter().rev().position(u8::is_ascii_digit);
            assert_eq!(last(digits(all)), behind.unwrap_or(8));
            let end = bytes.iter().position(|&byte| byte == b' ' || byte == b'\t');
            assert_eq!(word_end(&bytes, 0), end.unwrap_or(8));
        }
    }

    #[test]
    fn numbers_and_times_are_read_whole() {
        for value in (0..100_000_000).step_by(9_973) {
            let text = format!("{value:08}");
            assert_eq!(load(text.as_bytes(), 0).map(number), Some(value));
        }
        let time = |text: &str| load(text.as_bytes(), 0).and_then(clock_digits);
        assert_eq!(time("08:59:60"), Some((8, 59, 60)));
        for text in ["8:00:00 ", "08-00-00", "08:00:0:", "08:00 00", "0a:00:00", "08:00:0\u{e9}"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}

//! Reading the fields of a stamp from left to right.
//!
//! A cursor never looks further than the byte it stands on, so when a layout does not fit, the
//! place where the cursor stopped bounds what the answer depended on. The clock's memory rests on
//! that: see [`Head::reach`](super::layouts::Head::reach).

use super::eight;

/// A place in a line, moving to the right.
#[derive(Copy, Clone)]
pub(super) struct Cursor<'a> {
    line: &'a [u8],
    /// The next byte to read. After a failed read: the byte that did not fit.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a [u8], at: usize) -> Cursor<'a> {
        Cursor { line, at }
    }

    /// The byte under the cursor.
    #[inline]
    pub(super) fn byte(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    /// Steps over one byte if it is this one.
    #[inline]
    pub(super) fn eat(&mut self, wanted: u8) -> Option<()> {
        (self.byte()? == wanted).then(|| self.at += 1)
    }

    /// Steps over one byte if it is one of these, and tells which.
    #[inline]
    pub(super) fn eat_any(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = self.byte()?;
        // `contains` would call a search made for long texts.
        wanted.iter().fold(false, |any, &mark| any | (mark == byte)).then(|| {
            self.at += 1;
            byte
        })
    }

    /// One or two blanks: fields padded with a blank are common, wider gaps are not stamps.
    #[inline]
    pub(super) fn blanks(&mut self) -> Option<()> {
        self.eat(b' ')?;
        let _ = self.eat(b' ');
        Some(())
    }

    /// The value of the digit under the cursor, which steps over it.
    #[inline]
    fn digit(&mut self) -> Option<u32> {
        let value = self.byte()?.wrapping_sub(b'0');
        (value < 10).then(|| {
            self.at += 1;
            u32::from(value)
        })
    }

    /// A number of exactly this many digits; more digits may follow.
    #[inline]
    pub(super) fn fixed(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value * 10 + self.digit()?;
        }
        Some(value)
    }

    /// A number of one or two digits.
    #[inline]
    pub(super) fn short(&mut self) -> Option<u32> {
        let first = self.digit()?;
        Some(self.digit().map_or(first, |second| first * 10 + second))
    }

    /// Hour, minute and second of `08:00:00`, if that stands here: the usual case at one glance.
    #[inline]
    pub(super) fn clock_digits(&mut self) -> Option<(u32, u32, u32)> {
        let found = eight::clock_digits(eight::load(self.line, self.at)?)?;
        self.at += 8;
        Some(found)
    }

    /// `Dec 10 06:55:46` or `Jul  1 09:00:55` with no digit behind it, at one glance.
    #[inline]
    pub(super) fn month_day_clock(&mut self) -> Option<(u32, u32, (u32, u32, u32))> {
        let date: [u8; 8] = eight::load(self.line, self.at)?.to_le_bytes();
        let [m1, m2, m3, b' ', tens, ones @ b'0'..=b'9', b' ', _] = date else {
            return None;
        };
        let tens = match tens {
            b' ' => 0,
            b'0'..=b'9' => tens - b'0',
            _ => return None,
        };
        let month = month_named(&[m1, m2, m3])?;
        let clock = eight::clock_digits(eight::load(self.line, self.at + 7)?)?;
        if self.line.get(self.at + 15).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        self.at += 15;
        Some((month, u32::from(tens * 10 + ones - b'0'), clock))
    }

    /// Nothing but the end of the line or something that is not a digit may come next.
    #[inline]
    pub(super) fn number_ends(&self) -> Option<()> {
        (!self.byte().is_some_and(|byte| byte.is_ascii_digit())).then_some(())
    }

    /// An English month's first three letters or its whole name, as a number from 1.
    pub(super) fn month(&mut self) -> Option<u32> {
        let month = month_named(self.three()?)?;
        self.rest_of(MONTH_ENDS[month as usize - 1])?;
        Some(month)
    }

    /// An English weekday's first three letters or its whole name.
    pub(super) fn weekday(&mut self) -> Option<()> {
        let end: &[u8] = match self.three()? {
            b"Mon" | b"Fri" | b"Sun" => b"day",
            b"Tue" => b"sday",
            b"Wed" => b"nesday",
            b"Thu" => b"rsday",
            b"Sat" => b"urday",
            _ => return None,
        };
        self.rest_of(end)
    }

    /// The rest of a name, or no letter at all.
    #[inline]
    fn rest_of(&mut self, end: &[u8]) -> Option<()> {
        if !self.byte().is_some_and(|byte| byte.is_ascii_lowercase()) {
            return Some(());
        }
        end.iter().try_for_each(|&letter| self.eat(letter))
    }

    /// Three bytes. The cursor moves even if they turn out to be wrong, for they have been seen.
    fn three(&mut self) -> Option<&'a [u8; 3]> {
        let letters = self.line.get(self.at..)?.first_chunk();
        self.at += 3;
        letters
    }
}

/// What follows the first three letters in the months' names.
const MONTH_ENDS: [&[u8]; 12] =
    [b"uary", b"ruary", b"ch", b"il", b"", b"e", b"y", b"ust", b"tember", b"ober", b"ember", b"ember"];

fn month_named(letters: &[u8; 3]) -> Option<u32> {
    let month = match letters {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    Some(month)
}

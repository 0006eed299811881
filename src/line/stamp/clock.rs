//! Reading the time of line after line.
//!
//! Most lines begin with the very bytes of the line before, up to the second. So a clock keeps
//! the heads of the stamps it has read last, each under the line's first eight bytes, and where
//! the bytes up to the second are the same it reads on from there. A head is only kept if
//! nothing behind those bytes had a say in finding it; so what is remembered saves work and never
//! changes an answer, which the tests check line by line.
//!
//! Where only the second is another, of the same minute, the head moves on by the difference.
//!
//! A hit costs twenty to fifty nanoseconds. Logs read in turn mostly keep their slots, for lines
//! of different logs differ in their first eight bytes. A second memory keeps whole headers of a
//! number, a machine's name and a date, as clusters write them, under the bytes around both.
//! A third one is for the stamp in brackets behind a client's address. None helps where the second
//! stands behind anything else that changes from line to line, nor where a plain number alone is
//! the time: that a line has no date is known only when all of its front has been searched.

use super::bracketed::Bracketed;
use super::eight;
use super::epoch::epoch_at;
use super::header::{Agreed, First, first};
use super::layouts::{Day, Head, Tail};
use super::tail::{Piece, goes_on, piece_of};
use super::{Format, Stamp, Wall, find, finish, finish_dated, finish_pair, finish_piece};
use crate::time::{DAY_SECONDS, SECOND_MICROS, Time, Zone, civil_from_days, days_from_civil, is_leap_year};

// limits

/// Heads remembered, a power of two; enough for the logs one worker sees in turn.
const SLOTS: usize = 64;
/// Bytes of a line that are compared; a stamp that ends further in is read afresh each time.
const PREFIX_BYTES: usize = 56;
/// Bytes that choose the slot.
const KEY_BYTES: usize = 8;
/// Headers of a number and a date remembered, a power of two, and their bytes.
const FAR_SLOTS: usize = 64;
const FAR_PREFIX_BYTES: usize = 64;
/// How far behind a date's end what follows decides whether it belongs to the date.
const GOES_ON_BYTES: usize = 3;
/// Offsets remembered, for one second each: a zone costs more than a stamp.
const OFFSETS: usize = 16;
/// Bytes of a prefix that are compared at once.
const WIDE_WORDS: usize = 4;
const WIDE_BYTES: usize = 8 * WIDE_WORDS;
/// A stamp without a year that lies further back than this is the next year's.
const BACK_SECONDS_MAX: i64 = 180 * DAY_SECONDS;
/// A stamp without a year that lies further ahead than this is the last year's, come late.
const AHEAD_SECONDS_MAX: i64 = 330 * DAY_SECONDS;
/// A clock may be ahead of the one that dates the file, and zones are not always told.
const GRACE_SECONDS: i64 = DAY_SECONDS;
/// A year is remembered except for its edges, where zones could tell another.
const YEAR_EDGE_SECONDS: i64 = 3 * DAY_SECONDS;

/// What a line without a year is placed by.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// The last stamp of the same source in line order, with its year.
    pub last: Option<Time>,
    /// Where there is none: the year is the latest whose stamp is not after this.
    pub latest: Time,
}

/// The time of a line, and what to cut from it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The first byte to cut.
    pub start: usize,
    /// Just past the last byte to cut.
    pub end: usize,
    /// The word behind the cut is the name of a host.
    pub host_follows: bool,
    /// The moment.
    pub time: Time,
    /// The year is not from the line.
    pub yearless: bool,
}

impl Reading {
    #[inline]
    fn of(stamp: &Stamp, time: Time) -> Reading {
        let yearless = matches!(stamp.wall, Wall::Yearless { .. });
        Reading { start: stamp.start, end: stamp.end, host_follows: stamp.host_follows, time, yearless }
    }
}

/// Reads stamps in one zone. Each worker has its own.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: Zone,
    /// The year to begin with, if the user says so.
    year: Option<i16>,
    /// A layout that the user has named; it goes before all others.
    format: Option<Format>,
    slots: Box<[Slot; SLOTS]>,
    /// Lines with a number and a date, each under the bytes around both.
    far: Box<[Option<FarSlot>; FAR_SLOTS]>,
    /// The last stamp in brackets, for lines that begin with a client's address.
    bracketed: Option<Bracketed>,
    /// The last number and date of one line that agreed.
    agreed: Agreed,
    /// A second of the wall clock and the same second of UTC.
    offsets: [(i64, i64); OFFSETS],
    /// A stretch of UTC seconds that lies wholly in one year of the wall clock.
    span: YearSpan,
}

#[derive(Copy, Clone, Debug)]
struct YearSpan {
    from: i64,
    to: i64,
    year: i64,
    /// Days from 1970 to its first of January.
    start: i64,
    /// 1 if it has a 29 February, else 0.
    leap_day: i64,
}

/// A remembered head and the bytes that led to it.
#[derive(Copy, Clone, Debug)]
struct Slot {
    prefix: [u8; PREFIX_BYTES],
    /// All bits of the bytes of `prefix` in use, as far as they are compared at once.
    mask: [u64; WIDE_WORDS],
    /// Bytes of `prefix` in use; more than any line has for an empty slot.
    length: usize,
    head: Head,
    /// The moment of a second without a year, in microseconds, if the last stamp lies in
    /// `from..to`.
    moment: i64,
    from: i64,
    to: i64,
}

impl Slot {
    const EMPTY: Slot = Slot {
        prefix: [0; PREFIX_BYTES],
        mask: [0; WIDE_WORDS],
        length: usize::MAX,
        moment: 0,
        from: 0,
        to: 0,
        head: Head {
            start: 0,
            second_end: 0,
            reach: 0,
            day: Day::Dated(0),
            second_of_day: 0,
            tail: Tail::Full,
        },
    };

    /// Whether a line begins as the remembered one did.
    #[inline]
    fn fits(&self, line: &[u8]) -> bool {
        self.begins(line) && !line.get(self.head.second_end).is_some_and(u8::is_ascii_digit)
    }

    /// Moves on to another second of the same minute, if the line begins with one and is the same
    /// otherwise, as far as it decides.
    fn move_on(&mut self, line: &[u8]) -> bool {
        let end = self.head.second_end;
        let (Some(known), Some(begun)) = (self.prefix.get_mut(..self.length), line.get(..self.length)) else {
            return false;
        };
        let Some(at) = end.checked_sub(2).filter(|_| end <= known.len()) else { return false };
        if begun[..at] != known[..at] || begun[end..] != known[end..] {
            return false;
        }
        let (Some(old), Some(new)) = (second_in(&known[at..end]), second_in(&begun[at..end])) else {
            return false;
        };
        if line.get(end).is_some_and(u8::is_ascii_digit) {
            return false;
        }
        known[at..end].copy_from_slice(&begun[at..end]);
        self.head.second_of_day = self.head.second_of_day + new - old;
        (self.from, self.to) = (0, 0);
        true
    }

    /// Whether the bytes in use are the line's. Prefixes differ in length from log to log, so the
    /// usual one is not compared byte by byte, but whole and without a question.
    #[inline]
    fn begins(&self, line: &[u8]) -> bool {
        let view: Option<&[u8; WIDE_BYTES]> = line.first_chunk();
        let (Some(view), true) = (view, self.length <= WIDE_BYTES) else {
            let prefix = self.prefix.get(..self.length);
            return prefix.is_some_and(|prefix| line.starts_with(prefix));
        };
        let mut differs = 0;
        for (at, mask) in self.mask.iter().enumerate() {
            let part =
                |bytes: &[u8]| bytes[8 * at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            differs |= (part(view) ^ part(&self.prefix)) & mask;
        }
        differs == 0
    }
}

/// A second that is written with two digits; a leap second is read afresh.
fn second_in(digits: &[u8]) -> Option<u32> {
    match digits {
        [tens @ b'0'..=b'5', ones @ b'0'..=b'9'] => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    }
}

/// A remembered number with the date behind it, both read to their ends, and the bytes that led
/// to them.
#[derive(Copy, Clone, Debug)]
struct FarSlot {
    prefix: [u8; FAR_PREFIX_BYTES],
    length: usize,
    number: Piece,
    date: Piece,
}

impl FarSlot {
    /// Moves on to another second of the same minute, if number and date both do and the line is the
    /// same otherwise, as far as it decides.
    fn move_on(&mut self, line: &[u8]) -> bool {
        let (Some(known), Some(begun)) = (self.prefix.get_mut(..self.length), line.get(..self.length)) else {
            return false;
        };
        let (number, end, at) = (self.number, self.date.end, self.date.end - 2);
        let is_alike = |from: usize, to: usize| known[from..to] == begun[from..to];
        if number.end > at
            || !is_alike(0, number.start)
            || !is_alike(number.end, at)
            || !is_alike(end, known.len())
        {
            return false;
        }
        let (Some(old), Some(new)) = (second_in(&known[at..end]), second_in(&begun[at..end])) else {
            return false;
        };
        let Some(epoch) = epoch_at(line, number.start) else { return false };
        let Wall::Instant(time) = number.wall else { return false };
        let moved = Time(time.0 + (i64::from(new) - i64::from(old)) * SECOND_MICROS);
        if epoch.end != number.end || epoch.time != moved {
            return false;
        }
        known.copy_from_slice(begun);
        self.number.wall = Wall::Instant(moved);
        true
    }
}

impl Clock {
    /// A clock that remembers nothing yet. `year` is for stamps without a year before the first
    /// that has a neighbour.
    pub fn new(zone: Zone, year: Option<i16>) -> Clock {
        // No second stands in a slot that is not its own, so these slots are empty.
        let offsets = std::array::from_fn(|at| (at as i64 + 1, 0));
        let span = YearSpan { from: 0, to: 0, year: i64::MIN, start: 0, leap_day: 0 };
        Clock {
            zone,
            year,
            format: None,
            slots: Box::new([Slot::EMPTY; SLOTS]),
            far: Box::new([None; FAR_SLOTS]),
            bracketed: None,
            agreed: None,
            offsets,
            span,
        }
    }

    /// The same clock, for lines whose stamps may have the user's format.
    pub fn with_format(self, format: Option<Format>) -> Clock {
        Clock { format, ..self }
    }

    /// The time of a line, or `None` if it has no stamp. Hot.
    // Returned through memory, a reading would be read in other portions than it was written.
    #[inline(always)]
    pub fn read(&mut self, line: &[u8], anchor: Anchor) -> Option<Reading> {
        let Some(key) = line.first_chunk::<KEY_BYTES>().filter(|_| self.format.is_none()) else {
            let named = self.format.as_ref().and_then(|format| format.find(line));
            return named.or_else(|| find(line)).map(|stamp| self.reading(stamp, anchor));
        };
        let at = slot_of(*key);
        let place = usize::from(!self.slots[at].fits(line));
        let is_known = place == 0 || self.slots[at + 1].fits(line);
        let slot = &self.slots[at + place];
        let stamp = if is_known { finish_dated(line, &slot.head) } else { self.stamp_afresh(line, at)? };
        if is_known && let Wall::Yearless { month, day, second_of_day, micros } = stamp.wall {
            let slot = &self.slots[at + place];
            let last = anchor.last.map_or(slot.to, |last| last.0);
            if (slot.from..slot.to).contains(&last) {
                let time = Time(slot.moment.saturating_add(i64::from(micros)));
                return Some(Reading::of(&stamp, time));
            }
            self.place(at + place, (month, day, second_of_day), anchor);
        }
        Some(self.reading(stamp, anchor))
    }

    /// Remembers the moment of a slot's second, and the last stamps for which it is that: those
    /// of the same year that are neither too far ahead nor too far back. Of a leap day the year
    /// depends on more.
    #[inline(never)]
    fn place(&mut self, at: usize, (month, day, second_of_day): (u8, u8, u32), anchor: Anchor) {
        let Some(last) = anchor.last.filter(|_| (month, day) != (2, 29)) else {
            return;
        };
        let year = self.wall_year(last.seconds());
        let moment = self.utc_of(self.wall_seconds(year, month, day, second_of_day));
        let from = self.span.from.max(moment - AHEAD_SECONDS_MAX);
        let to = self.span.to.min(moment + BACK_SECONDS_MAX);
        let micros = |seconds: i64| seconds.saturating_mul(SECOND_MICROS);
        let slot = &mut self.slots[at];
        (slot.moment, slot.from, slot.to) = (micros(moment), micros(from), micros(to));
    }

    #[inline]
    fn reading(&mut self, stamp: Stamp, anchor: Anchor) -> Reading {
        Reading::of(&stamp, self.resolve(stamp.wall, anchor))
    }

    /// As [`find`] for a line that no slot fits, which is then remembered in this one.
    #[inline(never)]
    fn stamp_afresh(&mut self, line: &[u8], at: usize) -> Option<Stamp> {
        if let Some(slot) =
            self.slots[at..at + 2].iter_mut().find_map(|slot| slot.move_on(line).then_some(slot))
        {
            return Some(finish_dated(line, &slot.head));
        }
        if let Some(piece) = self.bracketed.as_ref().and_then(|bracketed| bracketed.find(line)) {
            return Some(finish_piece(line, piece));
        }
        let far_at = far_slot_of(line);
        if let Some(far) = &mut self.far[far_at]
            && (line.starts_with(&far.prefix[..far.length]) || far.move_on(line))
        {
            return Some(finish_pair(line, &far.number, &far.date));
        }
        let found = first(line, &mut self.agreed)?;
        match &found {
            First::Dated(head) => {
                let piece = piece_of(line, head);
                match Bracketed::of(line, &piece) {
                    Some(bracketed) => self.bracketed = Some(bracketed),
                    None => self.remember(line, at, head),
                }
                return Some(finish_piece(line, piece));
            }
            First::Number(number, Some((head, date))) => {
                self.remember_pair(line, far_at, number, head, date);
            }
            First::Number(_, None) => {}
        }
        Some(finish(line, &found))
    }

    /// Keeps a head for the lines to come, if the bytes before its end alone decide.
    fn remember(&mut self, line: &[u8], at: usize, head: &Head) {
        let length = head.reach.max(KEY_BYTES);
        if length > PREFIX_BYTES || line.len() < length {
            return;
        }
        self.slots[at + 1] = self.slots[at];
        let slot = &mut self.slots[at];
        for (at, mask) in slot.mask.iter_mut().enumerate() {
            *mask = eight::front(length.saturating_sub(8 * at));
        }
        slot.prefix[..length].copy_from_slice(&line[..length]);
        (slot.length, slot.head) = (length, *head);
        (slot.from, slot.to) = (0, 0);
    }

    /// Keeps a number and the date behind it, if the bytes before the date's end and the next
    /// word's first two alone decide.
    fn remember_pair(&mut self, line: &[u8], at: usize, number: &Piece, head: &Head, date: &Piece) {
        let plain =
            date.end == head.second_end && line.get(date.end) == Some(&b' ') && !goes_on(line, date.end);
        let length = head.reach.max(date.end + GOES_ON_BYTES);
        if !plain || length > FAR_PREFIX_BYTES || line.len() < length {
            return;
        }
        let mut prefix = [0; FAR_PREFIX_BYTES];
        prefix[..length].copy_from_slice(&line[..length]);
        self.far[at] = Some(FarSlot { prefix, length, number: *number, date: *date });
    }

    /// The moment of a time as written.
    #[inline]
    pub fn resolve(&mut self, wall: Wall, anchor: Anchor) -> Time {
        let (seconds, micros) = match wall {
            Wall::Instant(time) => return time,
            Wall::Local { seconds, micros } => (seconds, micros),
            Wall::Yearless { month, day, second_of_day, micros } => {
                let year = self.year_of(month, day, second_of_day, anchor);
                (self.wall_seconds(year, month, day, second_of_day), micros)
            }
        };
        let utc = self.utc_of(seconds);
        Time(utc.saturating_mul(SECOND_MICROS).saturating_add(i64::from(micros)))
    }

    /// The year of a stamp that has none.
    fn year_of(&mut self, month: u8, day: u8, second_of_day: u32, anchor: Anchor) -> i64 {
        let is_leap_day = (month, day) == (2, 29);
        if let Some(last) = anchor.last {
            let last = last.seconds();
            let year = self.wall_year(last);
            let ahead = self.utc_of(self.wall_seconds(year, month, day, second_of_day)).saturating_sub(last);
            let year = match ahead {
                ..=-1 if -ahead > BACK_SECONDS_MAX => year + 1,
                1.. if ahead > AHEAD_SECONDS_MAX => year - 1,
                _ => year,
            };
            return if is_leap_day { nearest_leap_year(year) } else { year };
        }
        if let Some(year) = self.year.map(i64::from) {
            return if is_leap_day { nearest_leap_year(year) } else { year };
        }
        let latest = anchor.latest.seconds().saturating_add(GRACE_SECONDS);
        let mut year = self.wall_year(latest);
        while is_leap_day && !is_leap_year(year) {
            year -= 1;
        }
        if self.utc_of(self.wall_seconds(year, month, day, second_of_day)) > latest {
            year -= 1;
        }
        while is_leap_day && !is_leap_year(year) {
            year -= 1;
        }
        year
    }

    /// The year that the wall clock shows.
    fn wall_year(&mut self, utc_seconds: i64) -> i64 {
        if (self.span.from..self.span.to).contains(&utc_seconds) {
            return self.span.year;
        }
        let wall = self.zone.to_wall(utc_seconds);
        let (year, ..) = civil_from_days(wall.div_euclid(DAY_SECONDS));
        let start = days_from_civil(year, 1, 1);
        let end = days_from_civil(year + 1, 1, 1) * DAY_SECONDS;
        self.span = YearSpan {
            from: start * DAY_SECONDS + YEAR_EDGE_SECONDS,
            to: end - YEAR_EDGE_SECONDS,
            year,
            start,
            leap_day: i64::from(is_leap_year(year)),
        };
        year
    }

    /// Seconds of the wall clock since 1970.
    #[inline]
    fn wall_seconds(&self, year: i64, month: u8, day: u8, second_of_day: u32) -> i64 {
        let days = if year == self.span.year {
            let leap_day = self.span.leap_day & i64::from(month > 2);
            self.span.start + DAYS_BEFORE[usize::from(month & 15)] + leap_day + i64::from(day) - 1
        } else {
            days_from_civil(year, i64::from(month), i64::from(day))
        };
        days * DAY_SECONDS + i64::from(second_of_day)
    }

    /// Universal time of a second of the wall clock.
    #[inline]
    fn utc_of(&mut self, wall_seconds: i64) -> i64 {
        if self.zone.is_utc() {
            return wall_seconds;
        }
        let slot = &mut self.offsets[wall_seconds.rem_euclid(OFFSETS as i64) as usize];
        if slot.0 != wall_seconds {
            *slot = (wall_seconds, self.zone.to_utc(wall_seconds));
        }
        slot.1
    }
}

/// The slot for a line that may begin with a number, a machine's name and a date.
#[inline]
fn far_slot_of(line: &[u8]) -> usize {
    let part = |at: usize| eight::load(line, at).unwrap_or(0);
    // Without the last digits of the number, which are others every second.
    let mixed = (part(2).wrapping_mul(SPREAD) ^ part(24)).wrapping_mul(SPREAD);
    (mixed >> (64 - FAR_SLOTS.ilog2())) as usize
}

/// 2⁶⁴ divided by the golden ratio: it carries every bit of a key into the top ones.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The slot for a line by its first bytes, the younger of a pair; the one behind it is older.
#[inline]
fn slot_of(key: [u8; KEY_BYTES]) -> usize {
    let mixed = u64::from_le_bytes(key).wrapping_mul(SPREAD);
    (mixed >> (65 - SLOTS.ilog2())) as usize * 2
}

/// Days of a common year before the first of a month.
const DAYS_BEFORE: [i64; 16] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 0, 0, 0];

/// Of two equally near, the earlier.
fn nearest_leap_year(year: i64) -> i64 {
    let mut distance = 0;
    loop {
        for near in [year - distance, year + distance] {
            if is_leap_year(near) {
                return near;
            }
        }
        distance += 1;
    }
}

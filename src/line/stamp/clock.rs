//! Reading the time of line after line.
//!
//! Most lines begin with the very bytes of the line before, up to the second. So a clock keeps
//! the heads of the stamps it has read last, each under the line's first eight bytes, and where
//! the bytes up to the second are the same it reads on from there. A head is only kept if
//! nothing behind those bytes had a say in finding it; so what is remembered saves work and never
//! changes an answer, which the tests check line by line.
//!
//! A hit costs thirty to fifty nanoseconds. Logs read in turn mostly keep their slots, for lines
//! of different logs differ in their first eight bytes. The memory does not help where the second
//! stands behind something that changes from line to line, such as a client's address, nor where
//! a plain number is the time.

use super::header::{First, first};
use super::layouts::{Day, Head, Tail};
use super::{Stamp, Wall, find, finish};
use crate::time::{DAY_SECONDS, SECOND_MICROS, Time, Zone, civil_from_days, days_from_civil, is_leap_year};

// limits

/// Heads remembered, a power of two; enough for the logs one worker sees in turn.
const SLOTS: usize = 64;
/// Bytes of a line that are compared; a stamp that ends further in is read afresh each time.
const PREFIX_BYTES: usize = 56;
/// Bytes that choose the slot.
const KEY_BYTES: usize = 8;
/// Offsets remembered, for one second each: a zone costs more than a stamp.
const OFFSETS: usize = 16;
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

/// Reads stamps in one zone. Each worker has its own.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: Zone,
    /// The year to begin with, if the user says so.
    year: Option<i16>,
    slots: Box<[Slot; SLOTS]>,
    /// Which of a pair of slots is overwritten next.
    turn: usize,
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
}

/// A remembered head and the bytes that led to it.
#[derive(Copy, Clone, Debug)]
struct Slot {
    prefix: [u8; PREFIX_BYTES],
    /// Bytes of `prefix` in use; 0 is an empty slot.
    length: usize,
    head: Head,
}

impl Slot {
    const EMPTY: Slot = Slot {
        prefix: [0; PREFIX_BYTES],
        length: 0,
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
        self.length != 0
            && line.get(..self.length).is_some_and(|prefix| prefix == &self.prefix[..self.length])
            && !line.get(self.head.second_end).is_some_and(u8::is_ascii_digit)
    }
}

impl Clock {
    /// A clock that remembers nothing yet. `year` is for stamps without a year before the first
    /// that has a neighbour.
    pub fn new(zone: Zone, year: Option<i16>) -> Clock {
        // No second stands in a slot that is not its own, so these slots are empty.
        let offsets = std::array::from_fn(|at| (at as i64 + 1, 0));
        let span = YearSpan { from: 0, to: 0, year: 0 };
        Clock { zone, year, slots: Box::new([Slot::EMPTY; SLOTS]), turn: 0, offsets, span }
    }

    /// The time of a line, or `None` if it has no stamp. Hot.
    #[inline]
    pub fn read(&mut self, line: &[u8], anchor: Anchor) -> Option<Reading> {
        let stamp = self.stamp(line)?;
        let time = self.resolve(stamp.wall, anchor);
        let yearless = matches!(stamp.wall, Wall::Yearless { .. });
        Some(Reading { start: stamp.start, end: stamp.end, host_follows: stamp.host_follows, time, yearless })
    }

    /// As [`find`], with the help of what is remembered.
    #[inline]
    fn stamp(&mut self, line: &[u8]) -> Option<Stamp> {
        let Some(key) = line.first_chunk::<KEY_BYTES>() else {
            return find(line);
        };
        let at = slot_of(*key);
        for slot in [&self.slots[at], &self.slots[at ^ 1]] {
            if slot.fits(line) {
                return Some(finish(line, First::Dated(slot.head)));
            }
        }
        let found = first(line)?;
        if let First::Dated(head) = found {
            self.remember(line, at, &head);
        }
        Some(finish(line, found))
    }

    /// Keeps a head for the lines to come, if the bytes before its end alone decide.
    fn remember(&mut self, line: &[u8], at: usize, head: &Head) {
        let length = head.reach.max(KEY_BYTES);
        if length > PREFIX_BYTES || line.len() < length {
            return;
        }
        self.turn ^= 1;
        let slot = &mut self.slots[at ^ self.turn];
        slot.prefix[..length].copy_from_slice(&line[..length]);
        (slot.length, slot.head) = (length, *head);
    }

    /// The moment of a time as written.
    #[inline]
    pub fn resolve(&mut self, wall: Wall, anchor: Anchor) -> Time {
        let (seconds, micros) = match wall {
            Wall::Instant(time) => return time,
            Wall::Local { seconds, micros } => (seconds, micros),
            Wall::Yearless { month, day, second_of_day, micros } => {
                let year = self.year_of(month, day, second_of_day, anchor);
                (wall_seconds(year, month, day, second_of_day), micros)
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
            let ahead = self.utc_of(wall_seconds(year, month, day, second_of_day)).saturating_sub(last);
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
        if self.utc_of(wall_seconds(year, month, day, second_of_day)) > latest {
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
        let start = days_from_civil(year, 1, 1) * DAY_SECONDS;
        let end = days_from_civil(year + 1, 1, 1) * DAY_SECONDS;
        self.span = YearSpan { from: start + YEAR_EDGE_SECONDS, to: end - YEAR_EDGE_SECONDS, year };
        year
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

/// The slot for a line by its first bytes; its neighbour is the other of the pair.
#[inline]
fn slot_of(key: [u8; KEY_BYTES]) -> usize {
    /// 2⁶⁴ divided by the golden ratio: it carries every bit of the key into the top ones.
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mixed = u64::from_le_bytes(key).wrapping_mul(SPREAD);
    (mixed >> (64 - SLOTS.ilog2())) as usize
}

/// Seconds of the wall clock since 1970.
#[inline]
fn wall_seconds(year: i64, month: u8, day: u8, second_of_day: u32) -> i64 {
    days_from_civil(year, i64::from(month), i64::from(day)) * DAY_SECONDS + i64::from(second_of_day)
}

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

//! A system of many kinds of message that come in the ways of real ones: by
//! chance, in sessions, in batches, like a clock; the same for the same seed.
#![allow(dead_code)] // Each test file uses what it needs.

use crate::invented::stamp;
use crate::random::Random;

const HOUR: i64 = 3_600_000;

/// How the lines of a message come.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// By chance, so many an hour.
    Chance(f64),
    /// So many sessions an hour, of so many lines on average, some seconds apart.
    Sessions(f64, f64),
    /// Every so many hours so many lines at once.
    Batches(f64, u64),
    /// Every so many seconds.
    Clock(f64),
}

/// One kind of message.
#[derive(Clone, Debug)]
pub struct Kind {
    pub way: Way,
    pub text: String,
}

/// A system: what it says, and how the day moves its rates.
#[derive(Clone, Debug)]
pub struct System {
    pub kinds: Vec<Kind>,
    /// Of its rate at noon, at midnight: 1 for a system without days.
    pub night: f64,
}

/// A stretch of its life.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub seed: u64,
    /// In hours behind the start of all times.
    pub from: f64,
    pub hours: f64,
    /// The part of the traffic that comes here.
    pub part: f64,
    /// One of its messages comes so many times as often.
    pub louder: Option<(usize, f64)>,
}

/// A line and when it was written, in milliseconds.
pub type Line = (i64, String);

impl System {
    /// About `lines_an_hour` lines, most of them of few kinds.
    pub fn new(seed: u64, kinds: usize, lines_an_hour: f64, night: f64) -> System {
        let mut random = Random(seed);
        let shares: f64 = (1..=kinds).map(|rank| 1.0 / rank as f64).sum();
        let kinds = (1..=kinds).map(|rank| {
            let rate = lines_an_hour / shares / rank as f64;
            let way = match random.below(10) {
                0..5 => Way::Chance(rate),
                5..8 => {
                    let lines = 2.0 + random.below(20) as f64;
                    Way::Sessions(rate / lines, lines)
                }
                8 => {
                    let every = 1.0 + random.below(8) as f64;
                    Way::Batches(every, (rate * every).max(1.0) as u64)
                }
                _ => Way::Clock(3600.0 / rate),
            };
            let level = ["INFO", "INFO", "DEBUG", "WARN"][random.below(4) as usize];
            let words: Vec<String> = (0..4).map(|_| random.name()).collect();
            Kind { way, text: format!("{level} {}: {} {} of {}", words[0], words[1], words[2], words[3]) }
        });
        System { kinds: kinds.collect(), night }
    }

    /// What it writes.
    pub fn lines(&self, stretch: Stretch) -> Vec<Line> {
        let mut random = Random(stretch.seed ^ 0x5eed_0000);
        let mut lines = Vec::new();
        for (index, kind) in self.kinds.iter().enumerate() {
            let louder = stretch.louder.filter(|louder| louder.0 == index).map_or(1.0, |louder| louder.1);
            for at in self.times(kind.way, stretch, louder, &mut random) {
                lines.push((at, format!("{} {}", kind.text, random.below(10_000))));
            }
        }
        lines.sort();
        lines
    }

    fn times(&self, way: Way, stretch: Stretch, louder: f64, random: &mut Random) -> Vec<i64> {
        let end = stretch.from + stretch.hours;
        let mut times = Vec::new();
        match way {
            Way::Chance(rate) => {
                let rate = rate * stretch.part * louder;
                self.moments(rate, stretch.from, end, random, &mut |at, _| times.push(millis(at)));
            }
            Way::Sessions(rate, lines) => {
                let rate = rate * stretch.part * louder;
                self.moments(rate, stretch.from, end, random, &mut |at, random| {
                    let mut at = at;
                    while at < end {
                        times.push(millis(at));
                        at += exponential(random) * 8.0 / 3600.0;
                        if chance(random) < 1.0 / lines {
                            break;
                        }
                    }
                });
            }
            Way::Batches(every, lines) => {
                let first = (stretch.from / every).ceil() as i64;
                for round in (first..).take_while(|&round| round as f64 * every < end) {
                    // A batch is the work of one host.
                    let here = chance(random) < stretch.part;
                    let size = if here { (lines as f64 * louder) as i64 } else { 0 };
                    times.extend((0..size).map(|line| millis(round as f64 * every) + line * 40));
                }
            }
            Way::Clock(seconds) => {
                let every = seconds / 3600.0 / stretch.part / louder;
                let mut at = stretch.from + chance(random) * every;
                while at < end {
                    times.push(millis(at));
                    at += every;
                }
            }
        }
        times
    }

    /// Moments by chance, fewer of them at night.
    fn moments(
        &self,
        rate: f64,
        from: f64,
        end: f64,
        random: &mut Random,
        see: &mut dyn FnMut(f64, &mut Random),
    ) {
        let mut at = from;
        loop {
            at += exponential(random) / rate;
            if at >= end {
                return;
            }
            let day = (1.0 + (at * std::f64::consts::TAU / 24.0).sin()) / 2.0;
            if chance(random) < self.night + (1.0 - self.night) * day {
                see(at, random);
            }
        }
    }
}

fn millis(hours: f64) -> i64 {
    (hours * HOUR as f64) as i64
}

fn chance(random: &mut Random) -> f64 {
    random.below(1 << 53) as f64 / (1u64 << 53) as f64
}

fn exponential(random: &mut Random) -> f64 {
    -(1.0 - chance(random)).ln()
}

/// The lines as a log.
pub fn written(lines: &[Line]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, text) in lines {
        out.extend_from_slice(stamp(*at, 0).as_bytes());
        out.push(b' ');
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }
    out
}

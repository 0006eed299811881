//! Small logs of real services in which one message has carried the same few
//! values for a long time, and then carries another.
//!
//! A probe is a service with several messages; everything that varies freely in
//! life varies here too. Text in `<…>` is filled anew for each line: see `Writer::filled`.
#![allow(dead_code)] // Each test file uses what it needs.

pub mod cluster;
pub mod database;
pub mod jobs;
pub mod system;
pub mod web;

use crate::random::Random;
use logsurge::Time;
use std::collections::BTreeMap;

/// 2026-03-02 08:00:00 UTC, a Monday.
pub const START: i64 = 1_772_438_400_000;
const MINUTE: i64 = 60_000;

/// A service, what it usually says, and the value that it has never said.
pub struct Probe {
    pub name: &'static str,
    /// What stands before every message.
    pub head: &'static str,
    /// The other messages and how often they come.
    pub others: &'static [(u64, &'static str)],
    /// The message with the value, `<value>` in it, and how often it comes.
    pub message: (u64, &'static str),
    /// The values it has always carried, and how often.
    pub usual: &'static [(u64, &'static str)],
    /// The value that it has never carried.
    pub change: &'static str,
    /// Lines that carry it.
    pub times: usize,
    /// What the service says when it ends and starts again; none: it runs on.
    pub restart: &'static [&'static str],
}

/// A log, and those of its lines that carry what was never seen.
#[derive(Default)]
pub struct Log {
    pub text: String,
    pub changed: Vec<String>,
    /// How often each text came with each value; most come with none.
    pub counts: BTreeMap<(&'static str, &'static str), usize>,
}

/// What is normal, and what follows it.
pub struct Pair {
    pub before: Log,
    pub after: Log,
}

impl Probe {
    /// The same for the same seed; the log after carries the change or does not.
    pub fn pair(&self, seed: u64, changed: bool) -> Pair {
        let mut writer = Writer::new(seed);
        let before = self.stretch(&mut writer, false, true);
        // A deployment, a night, or nothing but the next line.
        writer.now += [0, 3 * MINUTE, 90 * MINUTE][writer.random.below(3) as usize];
        let after = self.stretch(&mut writer, changed, false);
        Pair { before, after }
    }

    /// Half an hour to an hour, which begins with the start of the service where it restarts.
    /// So does the log before in its middle: a start alone is nothing new.
    fn stretch(&self, writer: &mut Writer, changed: bool, again: bool) -> Log {
        let lines = 420 + writer.random.below(180);
        let length = (35 + writer.random.below(25) as i64) * MINUTE;
        let end = writer.now + length;
        let mut change_at: Vec<i64> = Vec::new();
        if changed {
            let first = end - length * (25 + writer.random.below(40) as i64) / 100;
            change_at.extend((0..self.times as i64).map(|turn| first + turn * (20_000 + 7_003 * turn)));
        }
        let again_at = end - length / 2;
        let mut log = Log::default();
        self.start(writer, &mut log);
        let mut restarted = !again;
        while writer.now < end {
            let gap = length as f64 / lines as f64 * writer.exponential();
            writer.now += 1 + gap as i64;
            if !restarted && writer.now > again_at {
                restarted = true;
                self.start(writer, &mut log);
            }
            if change_at.first().is_some_and(|at| *at <= writer.now) {
                change_at.remove(0);
                let line = self.line(writer, self.message.1, self.change);
                log.changed.push(line.clone());
                log.add(&line);
                continue;
            }
            let (text, value) = self.usual_message(writer);
            let line = self.line(writer, text, value);
            *log.counts.entry((text, value)).or_default() += 1;
            log.add(&line);
        }
        log
    }

    fn start(&self, writer: &mut Writer, log: &mut Log) {
        if self.restart.is_empty() {
            return;
        }
        writer.pid = 600 + writer.random.below(31_000);
        for text in self.restart {
            writer.now += 40 + writer.random.below(900) as i64;
            let line = self.line(writer, text, "");
            log.add(&line);
        }
    }

    /// One of the messages, each as often as it usually comes.
    fn usual_message(&self, writer: &mut Writer) -> (&'static str, &'static str) {
        let all: u64 = self.others.iter().map(|(weight, _)| weight).sum::<u64>() + self.message.0;
        let place = writer.random.below(all);
        if place < self.message.0 {
            return (self.message.1, writer.weighted(self.usual));
        }
        (writer.weighted(self.others), "")
    }

    fn line(&self, writer: &mut Writer, text: &str, value: &str) -> String {
        let head = writer.filled(self.head, value);
        head + &writer.filled(text, value)
    }
}

impl Log {
    fn add(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

struct Writer {
    random: Random,
    /// Milliseconds since 1970.
    now: i64,
    /// Of the service, until it starts again.
    pid: u64,
    /// A number that grows, as sequence numbers and processes of children do.
    next: u64,
}

impl Writer {
    fn new(seed: u64) -> Writer {
        let mut random = Random(seed);
        let (pid, next) = (random.below(32_000) + 300, random.below(90_000) + 1_000);
        let now = START + random.below(86_400_000 / 2) as i64;
        Writer { random, now, pid, next }
    }

    fn exponential(&mut self) -> f64 {
        let chance = self.random.below(1 << 53) as f64 / (1u64 << 53) as f64;
        -(1.0 - chance).ln()
    }

    fn weighted(&mut self, of: &[(u64, &'static str)]) -> &'static str {
        let mut place = self.random.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, text) in of {
            if place < *weight {
                return text;
            }
            place -= weight;
        }
        ""
    }

    /// The text with what stands in `<…>` filled: `<a|b>` is one of these, `<n:1-9>` a number,
    /// `<hex:8>` as many digits, `<word>` invented; the rest are the names below.
    fn filled(&mut self, text: &str, value: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            let close = open + rest[open..].find('>').expect("what is opened is closed");
            out.push_str(&rest[..open]);
            out.push_str(&self.hole(&rest[open + 1..close], value));
            rest = &rest[close + 1..];
        }
        out + rest
    }

    fn hole(&mut self, name: &str, value: &str) -> String {
        let random = &mut self.random;
        if name.contains('|') {
            let choices: Vec<&str> = name.split('|').collect();
            return random.pick(&choices).to_owned();
        }
        match name.split_once(':') {
            Some(("n", range)) => {
                let (low, high) = range.split_once('-').expect("a range");
                let (low, high): (u64, u64) = (low.parse().expect("low"), high.parse().expect("high"));
                return (low + random.below(high - low + 1)).to_string();
            }
            Some(("hex", digits)) => return random.hex(digits.parse().expect("digits")),
            Some(("base", digits)) => {
                let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
                return random.of(alphabet, digits.parse().expect("digits"));
            }
            _ => {}
        }
        match name {
            "value" => self.filled(value, ""),
            "n" => random.below(100_000).to_string(),
            "ip" => format!(
                "{}.{}.{}.{}",
                1 + random.below(223),
                random.below(256),
                random.below(256),
                1 + random.below(254)
            ),
            "lan" => format!("10.4.{}.{}", random.below(4), 1 + random.below(60)),
            "port" => (1_024 + random.below(64_000)).to_string(),
            "pid" => self.pid.to_string(),
            "next" => {
                self.next += 1 + random.below(4);
                self.next.to_string()
            }
            "word" => random.name(),
            "pod" => format!("{}-{}", random.hex(10), random.of("bcdfghjklmnpqrstvwxz2456789", 5)),
            "uuid" => {
                format!(
                    "{}-{}-4{}-a{}-{}",
                    random.hex(8),
                    random.hex(4),
                    random.hex(3),
                    random.hex(3),
                    random.hex(12)
                )
            }
            stamp => written(self.now, stamp),
        }
    }
}

/// The time as services write it.
pub fn written(millis: i64, layout: &str) -> String {
    let time = Time::from_seconds(millis.div_euclid(1_000)).to_string();
    let fraction = millis.rem_euclid(1_000);
    let (day, clock) = (&time[..10], &time[11..19]);
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = names[day[5..7].parse::<usize>().expect("a month") - 1];
    match layout {
        "iso" => format!("{day}T{clock}.{fraction:03}Z"),
        "nano" => format!("{day}T{clock}.{fraction:03}{:06}Z", millis.wrapping_mul(7_919) % 1_000_000),
        "plain" => format!("{day} {clock}"),
        "comma" => format!("{day} {clock},{fraction:03}"),
        "dot" => format!("{day} {clock}.{fraction:03}"),
        "syslog" => format!("{month} {:>2} {clock}", day[8..10].trim_start_matches('0')),
        "klog" => format!("{}{} {clock}.{fraction:03}{:03}", &day[5..7], &day[8..10], millis % 997),
        "nginx" => format!("{} {clock}", day.replace('-', "/")),
        "clf" => format!("{}/{month}/{}:{clock} +0000", &day[8..10], &day[..4]),
        "haproxy" => format!("{}/{month}/{}:{clock}.{fraction:03}", &day[8..10], &day[..4]),
        "epoch" => (millis / 1_000).to_string(),
        "epochms" => millis.to_string(),
        other => panic!("nothing is named <{other}>"),
    }
}

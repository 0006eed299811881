//! What happens to a healthy service: each event is told once at most, and never as an error.

mod random;
mod service;

use logsurge::{Alert, Baseline, Kind};
use random::Random;
use service::{
    COMPONENTS, DAY, FEATURES, HOUR, Log, MINUTE, MONDAY, asked, config, filled, is_calm, judged, learned,
    listed, normal, watched,
};
use std::sync::LazyLock;

/// Lines a second.
const RATE: f64 = 3.0;
const BEGIN: i64 = MONDAY + DAY;
/// When it happens, off any round minute.
const EVENT: i64 = BEGIN + 47 * MINUTE + 21;

static NORMAL: LazyLock<Baseline> = LazyLock::new(|| normal(RATE));

/// A day with nothing special but a start at six in the evening.
static RESTARTED: LazyLock<Baseline> = LazyLock::new(|| {
    let mut log = Log::new();
    log.usual(1, MONDAY, DAY, RATE, |_| 1.0);
    restart(&mut log, MONDAY + 18 * HOUR, 45, 30, 12.0);
    learned(&log.text())
});

fn judge(log: Log) -> Vec<Alert> {
    judged(&NORMAL, &log.text(), &config())
}

/// Two hours as usual.
fn two_hours(seed: u64) -> Log {
    let mut log = Log::new();
    log.usual(seed, BEGIN, 2 * HOUR, RATE, |_| 1.0);
    log
}

const STARTS: [&str; 5] = ["loaded", "starting", "initialised", "registered", "opening"];

/// One line of a start, each another message.
fn start_line(index: usize) -> String {
    let (what, verb) = (COMPONENTS[index % COMPONENTS.len()], STARTS[index % STARTS.len()]);
    let level = if index % 9 == 4 { "WARN " } else { "INFO " };
    match index % 4 {
        0 => format!("{level} boot    {verb} {what}"),
        1 => format!("{level} boot    {what} {verb} in {} ms", 3 + index * 7),
        2 => format!("{level} main    {verb} the {what}, {} entries", 10 + index),
        _ => format!("{level} main    now {verb}: {what}"),
    }
}

/// Silence, then the lines of a start.
fn restart(log: &mut Log, at: i64, silence: i64, lines: usize, seconds: f64) {
    let up = at + silence;
    log.retain(|second, _| !(at..up).contains(&second));
    for line in 0..lines {
        log.say(up as f64 + seconds * line as f64 / lines as f64, start_line(line));
    }
}

#[test]
fn a_restart_never_seen() {
    for (seed, (silence, lines, seconds)) in
        (2..).zip([(30, 10, 5.0), (45, 20, 8.0), (60, 30, 20.0), (40, 40, 12.0), (33, 40, 20.0)])
    {
        let mut log = two_hours(seed);
        restart(&mut log, EVENT + seed as i64 * 7, silence, lines, seconds);
        is_calm(&judge(log));
    }
}

#[test]
fn a_restart_like_the_one_before() {
    for (seed, seconds) in (2..).zip([5.0, 12.0, 20.0]) {
        let mut log = two_hours(seed);
        restart(&mut log, EVENT + seed as i64 * 7, 45, 30, seconds);
        is_calm(&judged(&RESTARTED, &log.text(), &config()));
    }
}

/// So many hours after a deployment.
fn deployment(seed: u64, hours: i64) -> Log {
    let mut log = Log::new();
    log.usual(seed, BEGIN, hours * HOUR, RATE, |_| 1.0);
    let mut random = Random(seed);
    for (place, (per_minute, text)) in FEATURES.iter().take(10).enumerate() {
        // Some are seen at once, some when a user first comes by.
        let from = EVENT as f64 + 11.0 * place as f64;
        let left = (BEGIN + hours * HOUR) as f64 - from;
        log.repeat(&mut random, from, left, (*per_minute as f64 * left / 60.0) as u64, text);
    }
    log
}

#[test]
fn a_deployment_with_ten_new_messages() {
    for seed in 2..5 {
        let mut log = deployment(seed, 2);
        log.retain(|second, _| second < EVENT + 55 * MINUTE);
        is_calm(&judge(log));
    }
}

#[test]
fn ten_new_messages_that_stay() {
    for seed in 2..5 {
        is_calm(&judge(deployment(seed, 9)));
    }
}

/// Eight messages, 300 lines in three minutes.
fn nightly_job(log: &mut Log, random: &mut Random, at: i64) {
    log.say(at as f64, "INFO  nightly run begins");
    log.repeat(random, at as f64 + 1.0, 178.0, 120, "INFO  nightly table part <n> copied");
    log.repeat(random, at as f64 + 2.0, 177.0, 100, "INFO  nightly <n> rows checked");
    log.repeat(random, at as f64 + 20.0, 150.0, 60, "INFO  nightly old file <n> removed");
    log.repeat(random, at as f64 + 30.0, 140.0, 12, "INFO  nightly checkpoint <n> of the archive reached");
    log.repeat(random, at as f64 + 40.0, 130.0, 5, "INFO  nightly statistics of schema <n> renewed");
    log.say(at as f64 + 174.0, "INFO  nightly report sent to the owners");
    log.say(at as f64 + 179.0, "INFO  nightly run ends after <n> s".replace("<n>", "179"));
}

#[test]
fn a_nightly_job_first_seen() {
    for seed in 2..4 {
        let mut log = Log::new();
        log.usual(seed, BEGIN, 4 * HOUR, RATE, |_| 1.0);
        nightly_job(&mut log, &mut Random(seed), BEGIN + 2 * HOUR);
        is_calm(&judge(log));
    }
}

#[test]
fn a_nightly_job_in_its_second_night() {
    let mut log = Log::new();
    log.usual(3, BEGIN, 28 * HOUR, RATE, |_| 1.0);
    nightly_job(&mut log, &mut Random(3), BEGIN + 2 * HOUR);
    nightly_job(&mut log, &mut Random(4), BEGIN + 26 * HOUR);
    is_calm(&judge(log));
}

/// Busy at three in the afternoon, quiet at three in the morning.
fn rhythm(at: i64) -> f64 {
    let hour = at.rem_euclid(DAY) as f64 / HOUR as f64;
    0.55 + 0.45 * ((hour - 15.0) * std::f64::consts::TAU / 24.0).cos()
}

#[test]
fn a_first_weekend() {
    let mut week = Log::new();
    week.usual(1, MONDAY, 5 * DAY, 1.0, rhythm);
    let normal = learned(&week.text());
    let mut saturday = Log::new();
    saturday.usual(2, MONDAY + 5 * DAY, DAY, 1.0, |at| 0.2 * rhythm(at));
    is_calm(&judged(&normal, &saturday.text(), &config()));
}

const FOLDERS: [&str; 20] = [
    "admin",
    "backup",
    "old",
    "test",
    "wp-content",
    "phpmyadmin",
    "cgi-bin",
    "api/v2",
    "config",
    "vendor",
    "shop",
    "portal",
    "console",
    "manager",
    "solr",
    "jenkins",
    "owa",
    "remote",
    "hudson",
    "actuator",
];
const FILES: [&str; 20] = [
    "setup.php",
    ".env",
    "config.json",
    "index.jsp",
    "login.aspx",
    "shell.php",
    "dump.sql",
    "info.php",
    "web.config",
    "id_rsa",
    "credentials",
    ".git/HEAD",
    "status",
    "heapdump",
    "env",
    "users.xml",
    "backup.zip",
    "upload.asp",
    "eval.pl",
    "xmlrpc.php",
];

#[test]
fn a_bot_that_scans_a_web_server() {
    let mut past = Log::access();
    past.usual(1, MONDAY, DAY, RATE, |_| 1.0);
    let normal = learned(&past.text());
    let mut log = Log::access();
    log.usual(2, BEGIN, 2 * HOUR, RATE, |_| 1.0);
    let mut random = Random(3);
    for index in 0..400 {
        let path = format!("/{}/{}", FOLDERS[index / 20], FILES[index % 20]);
        log.say(EVENT as f64 + 0.3 * index as f64, asked(&mut random, &path, "404"));
    }
    is_calm(&judged(&normal, &log.text(), &config()));
}

#[test]
fn a_bot_that_scans_what_logs_its_requests_itself() {
    let mut log = two_hours(2);
    let mut random = Random(3);
    for index in 0..400 {
        let text = format!("INFO  http    GET /{}/{} 404 in <n> ms", FOLDERS[index / 20], FILES[index % 20]);
        log.say(EVENT as f64 + 0.3 * index as f64, filled(&mut random, &text));
    }
    is_calm(&judge(log));
}

#[test]
fn debug_switched_on_for_five_minutes() {
    for seed in 2..4 {
        let mut log = two_hours(seed);
        let mut random = Random(seed);
        for (index, what) in COMPONENTS[..30].iter().enumerate() {
            let text = match index % 3 {
                0 => format!("DEBUG trace   entering {what} with <n> arguments"),
                1 => format!("DEBUG trace   {what}: state is <n>"),
                _ => format!("DEBUG trace   leaving {what} after <n> us"),
            };
            log.repeat(&mut random, EVENT as f64 + index as f64 * 0.4, 290.0, 100 + 90 * index as u64, &text);
        }
        is_calm(&judge(log));
    }
}

#[test]
fn a_reboot() {
    for seed in 2..4 {
        let mut log = two_hours(seed);
        log.retain(|second, _| !(EVENT..EVENT + 25 * MINUTE).contains(&second));
        let up = (EVENT + 25 * MINUTE) as f64;
        for index in 0..60 {
            let what = COMPONENTS[index % 40];
            let text = match index % 5 {
                0 => format!("kernel: pci 0000:00:{index:02x}.0: {what} [8086:{}] type 00", 2_000 + index),
                1 => format!("kernel: {what} driver version {index}.1 registered"),
                2 => format!(
                    "kernel: [mem 0x{:08x}-0x{:08x}] reserved by {what}",
                    index * 4_096,
                    index * 8_192
                ),
                3 => format!("systemd[1]: Started {what}."),
                _ => format!("systemd[1]: Reached target {what}."),
            };
            log.say(up + index as f64 * 0.2, text);
        }
        is_calm(&judge(log));
    }
}

/// The text and its last lines.
fn tail(text: &str, lines: usize) -> &str {
    let from = text.trim_end().rmatch_indices('\n').nth(lines - 1).map_or(0, |(at, _)| at + 1);
    &text[from..]
}

/// An hour, its last thousand lines again, and half an hour more. One message is new, and is told once.
fn replayed(rate: f64, hours: i64) -> (String, String, String) {
    let mut log = Log::new();
    log.usual(5, BEGIN, hours * HOUR, rate, |_| 1.0);
    log.repeat(
        &mut Random(1),
        (BEGIN + hours * HOUR - 120) as f64,
        60.0,
        4,
        "WARN  lease   node <n> took over",
    );
    log.say((BEGIN + hours * HOUR - 90) as f64, "ERROR lease   lost to another node");
    let first = log.text();
    let again = tail(&first, 1_000).to_owned();
    let mut rest = Log::new();
    rest.usual(6, BEGIN + hours * HOUR + 3, HOUR / 2, rate, |_| 1.0);
    (first, again, rest.text())
}

/// All that is told but for the two messages that were new before the lines came again.
fn besides_lease(alerts: &[Alert]) -> Vec<Alert> {
    let (lease, rest): (Vec<Alert>, Vec<Alert>) =
        alerts.iter().cloned().partition(|alert| alert.template.contains("lease"));
    let new = lease.iter().filter(|alert| alert.kind == Kind::New).count();
    assert_eq!(new, 2, "each is told once:\n{}", listed(alerts));
    rest
}

#[test]
fn lines_that_come_again_are_nothing_new_in_a_scan() {
    // The thousand lines reach back minutes, or most of a day.
    for (rate, hours) in [(RATE, 1), (0.015, 22)] {
        let (first, again, rest) = replayed(rate, hours);
        let normal = if hours == 1 { &*NORMAL } else { &normal(rate) };
        let alerts = judged(normal, &(first + &again + &rest), &config());
        let told = besides_lease(&alerts);
        assert!(told.is_empty(), "{}", listed(&told));
    }
}

#[test]
fn lines_that_come_again_are_nothing_new_while_watching() {
    for (rate, hours) in [(RATE, 1), (0.015, 22)] {
        let (first, again, rest) = replayed(rate, hours);
        let normal = if hours == 1 { &*NORMAL } else { &normal(rate) };
        let now = BEGIN + hours * HOUR;
        // What was written comes in minute by minute, the repeat at once.
        let mut pieces = by_minute(&first);
        pieces.push((now + 2, &again));
        pieces.extend(by_minute(&rest));
        let told = besides_lease(&watched(normal, &pieces));
        assert!(told.is_empty(), "{}", listed(&told));
    }
}

/// Pieces of a log with the time at which each was written.
fn by_minute(text: &str) -> Vec<(i64, &str)> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    let minute = |line: &str| line.get(..16).map(str::to_owned);
    let second = |line: &str| -> i64 {
        let part = |range: std::ops::Range<usize>| line[range].parse::<i64>().expect("a stamp");
        let day = part(8..10) - 2;
        MONDAY + day * DAY + part(11..13) * HOUR + part(14..16) * MINUTE + part(17..19)
    };
    let mut last = "";
    for line in text.split_inclusive('\n') {
        if !last.is_empty() && minute(line) != minute(last) {
            pieces.push((second(last), &text[from..at]));
            from = at;
        }
        at += line.len();
        last = line;
    }
    pieces.push((second(last), &text[from..]));
    pieces
}

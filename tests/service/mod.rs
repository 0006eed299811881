//! A service at work, and what befalls it: a day is learned, then what follows is judged.
//!
//! Each kind of message comes at random at its own rate, so that counts of a window are those
//! of independent events; a scheduler ticks every 15 s. The same for the same seed.
#![allow(dead_code)] // Each test file uses what it needs.

use crate::random::Random;
use logsurge::{Alert, Baseline, Config, Level, Phase, Session, Time};

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;
/// 2026-03-02 00:00:00 UTC, a Monday.
pub const MONDAY: i64 = 1_772_409_600;

/// Share of the traffic and text of each kind; `<n>` and `<ip>` vary from line to line.
pub const KINDS: [(u64, &str); 17] = [
    (200, "INFO  http    GET /cart/<n> 200 in <n> ms"),
    (140, "DEBUG cache   hit for key item-<n>"),
    (100, "INFO  auth    session <n> opened from <ip>"),
    (95, "INFO  auth    session <n> closed"),
    (60, "INFO  orders  order <n> confirmed in <n> ms"),
    (60, "INFO  pay     charge accepted for order <n>"),
    (40, "DEBUG pool    connection <n> given back"),
    (25, "INFO  stock   item <n> reserved"),
    (12, "WARN  orders  retrying upstream eu-3 (attempt <n>)"),
    (8, "INFO  mail    receipt for order <n> sent"),
    (4, "WARN  db      slow query, <n> ms, <ip>:5432"),
    (4, "INFO  http    GET /favicon.ico 404 in <n> ms"),
    (3, "INFO  gc      pause of <n> ms"),
    (2, "INFO  search  index merged, <n> segments"),
    (1, "ERROR http    broken pipe while writing to <ip>"),
    (1, "INFO  config  feature flags read again"),
    (1, "WARN  disk    usage at <n> percent"),
];

/// What a start may name: parts of a service.
pub const COMPONENTS: [&str; 40] = [
    "settings",
    "routes",
    "cache",
    "metrics",
    "templates",
    "sessions",
    "database pool",
    "mail transport",
    "scheduler",
    "plugins",
    "translations",
    "audit trail",
    "feature flags",
    "search index",
    "rate limits",
    "token store",
    "upload area",
    "event bus",
    "payment gateway",
    "stock feed",
    "price list",
    "themes",
    "health endpoint",
    "admin console",
    "web sockets",
    "static files",
    "consumer group",
    "tracing",
    "certificate store",
    "time zones",
    "address book",
    "export queue",
    "coupon rules",
    "tax tables",
    "image resizer",
    "geo lookup",
    "robots file",
    "sitemap",
    "newsletter",
    "loyalty points",
];
/// What a new version says besides, and how often a minute.
pub const FEATURES: [(u64, &str); 12] = [
    (40, "INFO  wishes  list <n> shown"),
    (30, "INFO  wishes  item <n> put on list <n>"),
    (20, "INFO  coupons code applied to cart <n>"),
    (20, "INFO  coupons <n> rules evaluated in <n> ms"),
    (12, "INFO  ranking model asked for <n> items"),
    (12, "INFO  ranking answer taken from memory"),
    (8, "INFO  consent banner shown to <ip>"),
    (6, "INFO  consent choice stored for visitor <n>"),
    (3, "INFO  export  page <n> written for partner"),
    (2, "INFO  export  feed finished with <n> rows"),
    (5, "INFO  loyalty <n> points granted"),
    (4, "INFO  loyalty level of customer <n> is known"),
];
pub const TICK: &str = "INFO  cron    scheduler tick ok";

/// Lines with their time in microseconds.
#[derive(Default)]
pub struct Log {
    lines: Vec<(i64, String)>,
    access: bool,
}

impl Log {
    pub fn new() -> Log {
        Log::default()
    }

    /// One as a web server writes it.
    pub fn access() -> Log {
        Log { access: true, ..Log::default() }
    }

    pub fn say(&mut self, at: f64, text: impl Into<String>) {
        self.lines.push(((at * 1e6) as i64, text.into()));
    }

    /// So many lines, evenly, `text` filled anew for each.
    pub fn repeat(&mut self, random: &mut Random, from: f64, seconds: f64, lines: u64, text: &str) {
        for line in 0..lines {
            let at = from + seconds * (line as f64 + 0.5) / lines as f64;
            self.say(at, filled(random, text));
        }
    }

    /// What the service always says: `rate` lines a second, times `share` (at most 1) of the moment.
    pub fn usual(&mut self, seed: u64, from: i64, seconds: i64, rate: f64, share: impl Fn(i64) -> f64) {
        let mut random = Random(seed);
        let total: u64 = KINDS.iter().map(|kind| kind.0).sum();
        let mut at = from as f64;
        loop {
            at -= chance(&mut random).ln() / rate;
            if at >= (from + seconds) as f64 {
                break;
            }
            if chance(&mut random) > share(at as i64) {
                continue;
            }
            let mut place = random.below(total);
            let kind = KINDS.iter().find(|kind| {
                let here = place < kind.0;
                place = place.wrapping_sub(kind.0);
                here
            });
            let text = kind.expect("the place is below the total").1;
            let text = if self.access { request(&mut random) } else { filled(&mut random, text) };
            self.say(at, text);
        }
        if !self.access {
            (from..from + seconds).step_by(15).for_each(|at| self.say(at as f64 + 0.2, TICK));
        }
    }

    pub fn merge(&mut self, other: Log) {
        self.lines.extend(other.lines);
    }

    pub fn retain(&mut self, keep: impl Fn(i64, &str) -> bool) {
        self.lines.retain(|(at, text)| keep(at.div_euclid(1_000_000), text));
    }

    pub fn text(mut self) -> String {
        self.lines.sort_by_key(|line| line.0);
        let mut out = String::with_capacity(self.lines.len() * 80);
        for (at, text) in &self.lines {
            let stamp = Time(at - at.rem_euclid(1_000)).to_string();
            if self.access {
                let day = (at / 1_000_000 - MONDAY) / DAY + 2;
                let stamp = format!("{day:02}/Mar/2026:{} +0000", &stamp[11..19]);
                out += &text.replacen("<stamp>", &stamp, 1);
            } else {
                out += &stamp;
                out.push(' ');
                out += text;
            }
            out.push('\n');
        }
        out
    }
}

fn chance(random: &mut Random) -> f64 {
    (random.below(1 << 53) as f64 + 0.5) / (1u64 << 53) as f64
}

/// Fills what varies.
pub fn filled(random: &mut Random, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let (what, after) = after.split_once('>').expect("what varies is in angles");
        out += before;
        out += &match what {
            "n" => random.below(9_000).to_string(),
            _ => format!("10.0.{}.{}", random.below(8), 1 + random.below(250)),
        };
        rest = after;
    }
    out + rest
}

const PATHS: [&str; 9] = [
    "/",
    "/cart/<n>",
    "/cart/<n>",
    "/item/<n>",
    "/api/orders/<n>",
    "/search?q=<n>",
    "/static/app.js",
    "/login",
    "/about",
];

fn request(random: &mut Random) -> String {
    let path = random.pick(&PATHS);
    let path = filled(random, path);
    let status = random.pick(&["200", "200", "200", "200", "304", "302", "404"]);
    asked(random, &path, status)
}

/// A line of an access log, its stamp still to be filled.
pub fn asked(random: &mut Random, path: &str, status: &str) -> String {
    let (client, bytes) = (filled(random, "<ip>"), random.below(9_000));
    format!("{client} - - [<stamp>] \"GET {path} HTTP/1.1\" {status} {bytes} \"-\" \"Mozilla/5.0\"")
}

/// What is normal, after a Monday with nothing special.
pub fn normal(rate: f64) -> Baseline {
    let mut log = Log::new();
    log.usual(1, MONDAY, DAY, rate, |_| 1.0);
    learned(&log.text())
}

/// What is normal, after this log.
pub fn learned(log: &str) -> Baseline {
    let config = Config { learn_only: true, ..config() };
    let mut session = Session::new(&config, None, "app.log");
    session.feed(log.as_bytes());
    session.finish();
    session.ledger().to_baseline(&logsurge::baseline::Settings::default())
}

pub fn config() -> Config {
    Config::new(Time::from_seconds(MONDAY + 30 * DAY))
}

/// All that is said of a log, notes included.
pub fn judged(baseline: &Baseline, log: &str, config: &Config) -> Vec<Alert> {
    let mut session = Session::new(config, Some(baseline), "app.log");
    session.feed(log.as_bytes());
    session.finish();
    std::iter::from_fn(|| session.next_alert()).collect()
}

/// The same for a log that is watched while it is written: time goes by as its stamps say.
pub fn watched(baseline: &Baseline, pieces: &[(i64, &str)]) -> Vec<Alert> {
    let config = Config { live: true, ..config() };
    let mut session = Session::new(&config, Some(baseline), "app.log");
    for (now, piece) in pieces {
        session.advance(Time::from_seconds(*now));
        session.feed(piece.as_bytes());
        session.advance(Time::from_seconds(*now));
    }
    session.finish();
    std::iter::from_fn(|| session.next_alert()).collect()
}

/// Alerts that open and are no notes.
pub fn opened(alerts: &[Alert]) -> Vec<&Alert> {
    alerts.iter().filter(|alert| alert.is_alarm()).collect()
}

/// For the message of an assertion.
pub fn listed(alerts: &[Alert]) -> String {
    let line = |alert: &Alert| {
        let note = if alert.note { "note" } else { "ALERT" };
        let sample = String::from_utf8_lossy(&alert.sample).into_owned();
        format!(
            "{} {note} {} {} {:x} score {:.1} expected {:.2}: {} | {sample}\n",
            alert.time,
            alert.kind.word(),
            alert.phase.word(),
            alert.incident,
            alert.score,
            alert.expected,
            alert.reason
        )
    };
    alerts.iter().map(line).collect()
}

/// A healthy event is told once, if at all, and is no error.
#[track_caller]
pub fn is_calm(alerts: &[Alert]) {
    let open = opened(alerts);
    let mut incidents: Vec<u64> = open.iter().map(|alert| alert.incident).collect();
    incidents.sort_unstable();
    incidents.dedup();
    assert!(incidents.len() <= 1, "{} incidents:\n{}", incidents.len(), listed(alerts));
    let error = alerts.iter().any(|a| !a.note && a.class >= Level::Error && a.phase != Phase::Resolved);
    assert!(!error, "an alert at error:\n{}", listed(alerts));
}

//! The access log of a shop, in the formats of those who write such logs.
//!
//! Which answer a request gets is drawn first, so that the shares of the answers
//! are exactly known; then a route that gives such answers.
#![allow(dead_code)] // Each test file uses what it needs.

mod layout;
mod routes;

use crate::random::Random;
pub use layout::Format;
use routes::{ROUTES, Route, Serves};

/// 2026-03-02 08:00:00 UTC, a Monday.
pub const START: i64 = 1_772_438_400;
pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;

/// The route that can break, and its part of the requests.
pub const CHECKOUT: &str = "/api/v1/checkout";

/// What is answered, by chance; the rest is 200.
pub type Shares = &'static [(f64, u16)];

pub const HEALTHY: Shares =
    &[(0.04, 304), (0.025, 404), (0.004, 301), (0.0005, 302), (0.0003, 403), (0.0002, 500)];
/// One request in fifty fails.
pub const FAILING: Shares =
    &[(0.04, 304), (0.025, 404), (0.004, 301), (0.0005, 302), (0.0003, 403), (0.02, 500)];

/// One request and its answer.
pub struct Request {
    pub millis: i64,
    pub client: String,
    pub user: String,
    pub method: &'static str,
    pub path: String,
    pub status: u16,
    pub bytes: u64,
    /// Milliseconds until the answer.
    pub taken: u64,
    pub referer: String,
    pub agent: String,
}

/// A site while it is visited.
pub struct Traffic {
    random: Random,
    format: Format,
    /// Requests a second in the mean.
    pub rate: f64,
    pub shares: Shares,
    /// Whether the checkout answers with nothing but 500.
    pub broken_checkout: bool,
    /// Requests a second of someone who looks for what is not there.
    pub scanner: f64,
    /// Whether there are less visitors at night.
    pub days: bool,
    /// How the visitors of this minute differ from the mean.
    mood: f64,
    regulars: Vec<String>,
}

impl Traffic {
    pub fn new(format: Format, seed: u64) -> Traffic {
        let mut random = Random(seed);
        let regulars = (0..1_500).map(|_| address(&mut random)).collect();
        Traffic {
            random,
            format,
            rate: 20.0,
            shares: HEALTHY,
            broken_checkout: false,
            scanner: 0.0,
            days: false,
            mood: 1.0,
            regulars,
        }
    }

    /// Adds the lines of one second.
    pub fn second(&mut self, second: i64, out: &mut String) {
        if second % 30 == 0 {
            let step = 0.94 + 0.12 * self.chance();
            self.mood = (self.mood * step).clamp(0.8, 1.25);
        }
        let hour = (second % DAY) as f64 / HOUR as f64;
        let day =
            if self.days { 1.0 + 0.7 * ((hour - 9.0) / 24.0 * std::f64::consts::TAU).sin() } else { 1.0 };
        let visits = self.poisson(self.rate * self.mood * day);
        let scans = self.poisson(self.scanner);
        // In the order of their answers, as servers log.
        let mut moments: Vec<(i64, bool)> =
            (0..visits + scans).map(|at| (self.random.below(1_000) as i64, at >= visits)).collect();
        moments.sort_unstable();
        for (millis, scan) in moments {
            let request = self.request(second * 1_000 + millis, scan);
            self.format.write(&mut self.random, &request, out);
        }
        if second % 10 == 3 {
            let probe = self.probe(second * 1_000 + 120);
            self.format.write(&mut self.random, &probe, out);
        }
    }

    /// The lines from one second to another.
    pub fn between(&mut self, from: i64, to: i64) -> String {
        let mut out = String::new();
        (from..to).for_each(|second| self.second(second, &mut out));
        out
    }

    fn request(&mut self, millis: i64, scan: bool) -> Request {
        let mut status = if scan { 404 } else { self.status() };
        let route = self.route(status);
        let (mut path, mut method) = (routes::filled(route.path, &mut self.random), route.method);
        if scan || status == 404 && self.random.below(5) < 3 {
            (path, method) = (routes::unknown(&mut self.random), "GET");
        }
        if self.broken_checkout && path == CHECKOUT && method == "POST" {
            status = 500;
        }
        let bytes = match status {
            301 | 302 => 162,
            304 => 0,
            404 => 548 + self.random.below(9),
            500 => 170 + self.random.below(40),
            _ => route.bytes + self.random.below(route.bytes),
        };
        let taken = (route.taken as f64 * -(1.0 - self.chance()).ln()) as u64 + 1;
        let client = match self.random.below(3) {
            _ if scan => format!("203.0.113.{}", 7 + self.random.below(2)),
            0 => address(&mut self.random),
            _ => self.regulars[self.random.below(1_500) as usize].clone(),
        };
        let user =
            if !scan && self.random.below(12) == 0 { routes::user(&mut self.random) } else { "-".to_owned() };
        let agent = if scan { "Mozilla/5.0 zgrab/0.x".to_owned() } else { routes::agent(&mut self.random) };
        let referer = if scan { "-".to_owned() } else { routes::referer(&mut self.random) };
        Request { millis, client, user, method, path, status, bytes, taken, referer, agent }
    }

    /// The balancer asks whether we are well.
    fn probe(&mut self, millis: i64) -> Request {
        let (client, user) = ("10.4.0.2".to_owned(), "-".to_owned());
        let (path, referer, agent) = ("/healthz".to_owned(), "-".to_owned(), "kube-probe/1.27".to_owned());
        let taken = 1 + self.random.below(3);
        Request { millis, client, user, method: "GET", path, status: 200, bytes: 2, taken, referer, agent }
    }

    fn status(&mut self) -> u16 {
        let mut place = self.chance();
        for (share, status) in self.shares {
            if place < *share {
                return *status;
            }
            place -= share;
        }
        200
    }

    /// One that gives such answers.
    fn route(&mut self, status: u16) -> &'static Route {
        let gives = |route: &&Route| match status {
            304 => route.serves == Serves::File,
            301 | 302 => route.serves == Serves::Page,
            403 | 500 => route.serves != Serves::File,
            404 => route.path.contains('<'),
            _ => true,
        };
        let all: u64 = ROUTES.iter().filter(gives).map(|route| route.weight).sum();
        let mut place = self.random.below(all);
        for route in ROUTES.iter().filter(gives) {
            if place < route.weight {
                return route;
            }
            place -= route.weight;
        }
        &ROUTES[0]
    }

    fn chance(&mut self) -> f64 {
        self.random.below(1 << 53) as f64 / (1u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> usize {
        let (mut count, mut left) = (0, self.chance());
        let end = (-mean).exp();
        while left > end {
            count += 1;
            left *= self.chance();
        }
        count
    }
}

fn address(random: &mut Random) -> String {
    if random.below(12) == 0 {
        return format!("2001:db8:{}::{}", random.hex(4), random.hex(3));
    }
    let mut part = |end| 1 + random.below(end);
    format!("{}.{}.{}.{}", part(222), part(254), part(254), part(253))
}

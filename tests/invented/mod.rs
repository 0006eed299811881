//! Invented logs for tests: the same for the same recipe, on every machine.
//!
//! A web shop at work, some hours of it. What can go wrong with a log is
//! switched on by the recipe, so that a test says what it is about.
#![allow(dead_code)] // Each test file uses what it needs.

use logsurge::time::{civil_from_days, days_from_civil};

/// 2026-03-02 08:00:00 UTC, a Monday.
pub const START_SECONDS: i64 = 1_772_438_400;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A small generator of pseudo-random numbers; its quality is of no concern here.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }
}

/// What a log is like.
#[derive(Copy, Clone, Default)]
pub struct Recipe {
    pub seed: u64,
    /// When it begins, milliseconds after the start.
    pub begins: i64,
    pub hours: i64,
    /// A surge, new errors with traces, nine names at once, a heartbeat that stops.
    pub incident: bool,
    /// Lines 15 s and 5 min late.
    pub late: bool,
    /// Lines without stamps, empty ones among them, and stack traces.
    pub unstamped: bool,
    /// Stamps in several layouts.
    pub mixed: bool,
    /// Two lines beyond the length limit.
    pub long: bool,
    /// Syslog's stamps, which name no year.
    pub yearless: bool,
}

const NAMES: [&str; 14] = [
    "anna", "bert", "carla", "dario", "elif", "fritz", "gina", "hugo", "ines", "jonas", "karla", "luca",
    "mia", "nils",
];

/// Writes the log of a recipe.
pub fn log(recipe: Recipe) -> Vec<u8> {
    let mut writer = Writer { recipe, dice: Dice::new(recipe.seed + 1), out: Vec::new() };
    let end = recipe.begins + recipe.hours * HOUR;
    let mut now = recipe.begins;
    let mut beat = recipe.begins;
    let mut told = 0;
    while now < end {
        now += 300 + writer.dice.roll(7_400) as i64;
        while beat <= now {
            if !(recipe.incident && beat > recipe.begins + 160 * MINUTE) {
                writer.line(beat, "INFO  worker  scheduler tick ok");
            }
            beat += 15_000;
        }
        writer.usual(now);
        if recipe.incident {
            writer.incident(now, now - recipe.begins, &mut told);
        }
    }
    writer.out
}

struct Writer {
    recipe: Recipe,
    dice: Dice,
    out: Vec<u8>,
}

impl Writer {
    fn line(&mut self, at: i64, message: &str) {
        let mut at = at;
        if self.recipe.late && self.dice.one_in(40) {
            at -= if self.dice.one_in(2) { 15_000 } else { 5 * MINUTE };
        }
        let stamp = self.stamp(at);
        self.raw(&format!("{stamp} {message}"));
        if self.recipe.unstamped && self.dice.one_in(60) {
            let odd =
                ["-- mark --", "", "  indented detail of the line above", "worker banner, no time", "   "];
            let chosen = self.dice.roll(odd.len() as u64) as usize;
            self.raw(odd[chosen]);
        }
    }

    fn raw(&mut self, line: &str) {
        self.out.extend_from_slice(line.as_bytes());
        self.out.push(b'\n');
    }

    fn stamp(&mut self, at: i64) -> String {
        let layout = if self.recipe.yearless {
            4
        } else if self.recipe.mixed && self.dice.one_in(3) {
            1 + self.dice.roll(3)
        } else {
            0
        };
        stamp(at, layout)
    }

    fn usual(&mut self, now: i64) {
        let number = 1_000 + self.dice.roll(9_000);
        let name = NAMES[self.dice.roll(6) as usize];
        let text = match self.dice.roll(40) {
            0..12 => format!("INFO  http    GET /cart/{number} in {} ms", number % 90),
            12..20 => format!("INFO  orders  order {number} confirmed in {} ms", number % 70),
            20..30 => format!("INFO  auth    session opened for user {name}"),
            30..36 => format!("DEBUG cache   hit for key item-{number}"),
            36 => format!("WARN  db      slow query, {number} ms, 10.0.{}.{}:5432", number % 7, number % 250),
            37 => "WARN  orders  retrying upstream eu-3 (attempt 2)".to_owned(),
            38 => "INFO  mail    receipt sent".to_owned(),
            _ => format!("INFO  stock   item {number} reserved"),
        };
        self.line(now, &text);
        if self.dice.one_in(30) {
            // The very same line again, with the same stamp.
            self.line(now, &text);
        }
        if self.recipe.long && self.out.len() > 90_000 && self.dice.one_in(300) {
            let words = "value=".repeat(3) + &"far too long a line ".repeat(3_600);
            self.recipe.long = self.dice.one_in(2);
            self.line(now, &format!("INFO  dump    {words}"));
        }
    }

    fn incident(&mut self, now: i64, age: i64, told: &mut u32) {
        if *told == 0 && age > 100 * MINUTE {
            *told = 1;
            self.nine_at_once(now);
        }
        if *told == 1 && age > 130 * MINUTE {
            *told = 2;
            self.line(now, "INFO  config  feature express-checkout enabled");
            self.line(now, "FATAL storage volume vol-7 lost");
        }
        let burning = (140 * MINUTE..155 * MINUTE).contains(&age);
        if burning {
            for step in 0..1 + self.dice.roll(4) as i64 {
                self.line(now + step * 40, "WARN  orders  retrying upstream eu-3 (attempt 2)");
            }
        }
        if burning && self.dice.one_in(3) {
            let order = 1_000 + self.dice.roll(9_000);
            self.line(
                now + 200,
                &format!("ERROR orders  charge failed for order {order}: gateway eu-3 returned 504"),
            );
            if self.recipe.unstamped {
                self.trace();
            }
        }
    }

    /// Nine values of one position within a second, all in one chunk.
    fn nine_at_once(&mut self, now: i64) {
        for (place, name) in NAMES[5..].iter().enumerate() {
            self.line(
                now + 100 * place as i64,
                &format!("INFO  auth    password changed by {name} from console"),
            );
            self.line(now + 100 * place as i64 + 7, &format!("ERROR audit   export to {name} refused"));
        }
    }

    fn trace(&mut self) {
        self.raw("com.example.shop.GatewayException: upstream returned 504");
        for frame in 0..3 + self.dice.roll(9) {
            self.raw(&format!("\tat com.example.shop.Gateway.call(Gateway.java:{})", 40 + frame));
        }
        self.raw("Caused by: java.net.SocketTimeoutException: read timed out");
        self.raw("\t... 17 more");
    }
}

/// A stamp, `at` milliseconds behind the start, in one of five layouts.
pub fn stamp(at: i64, layout: u64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let (seconds, millis) = (START_SECONDS + at.div_euclid(1000), at.rem_euclid(1000));
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    debug_assert_eq!(days_from_civil(year, month, day), days);
    let (name, weekday) = (MONTHS[month as usize - 1], DAYS[days.rem_euclid(7) as usize]);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    match layout {
        0 => format!("{year}-{month:02}-{day:02}T{clock}.{millis:03}Z"),
        1 => format!("{year}-{month:02}-{day:02} {clock},{millis:03}"),
        2 => format!("[{weekday} {name} {day:02} {clock} {year}]"),
        3 => format!("{seconds}.{millis:03}"),
        _ => format!("{name} {day:>2} {clock} web-01 shop[{}]:", 700 + at % 3),
    }
}

/// `text` with every line's end where a newline is, as separate lines.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

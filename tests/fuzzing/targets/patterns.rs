//! What people write on a command line: regular expressions, formats of time, moments.

use super::super::{Seen, seeds};
use super::hash;
use logsurge::Time;
use logsurge::line::filter::Filter;
use logsurge::line::stamp::{Anchor, Clock, Format};
use logsurge::time::{Zone, format_duration, parse_duration};

/// The program's own reading of moments, which is not in the library.
#[path = "../../../src/cli/when.rs"]
#[allow(dead_code)] // Not all of it is used here.
mod when;

const LATEST: Time = Time(1_800_000_000_000_000);
const YEAR_1_SECONDS: i64 = -62_135_596_800;
const YEAR_10000_SECONDS: i64 = 253_402_300_800;

/// The first line is the pattern, the others are what it is tried on.
fn parts(input: &[u8]) -> (String, Vec<&[u8]>) {
    let mut lines = input.split(|&byte| byte == b'\n');
    let pattern = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    (pattern, lines.collect())
}

fn each_with_lines(patterns: &[&str]) -> Vec<Vec<u8>> {
    let lines = seeds::lines();
    let mut inputs = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        let mut input = pattern.as_bytes().to_vec();
        for line in lines.iter().skip(index % 7).step_by(7) {
            input.push(b'\n');
            input.extend_from_slice(line);
        }
        inputs.push(input);
    }
    inputs
}

pub fn formats() -> Vec<Vec<u8>> {
    each_with_lines(&[
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%d %H:%M:%S,%f",
        "%d/%m/%Y %H:%M:%S%.f",
        "%b %e %T",
        "%s",
        "%s%.f",
        "[%a %b %d %H:%M:%S %Y]",
        "%y%m%d %H%M%S",
        "%m-%d %H:%M:%S%.3f",
        "%I:%M %p %d %B %Y %Z",
        "%F %T %:z %% x",
    ])
}

/// A format that is read is of use on any line, and its errors point into it.
pub fn format(input: &[u8], seen: &mut Seen) {
    let (pattern, lines) = parts(input);
    let format = match Format::parse(&pattern) {
        Ok(format) => format,
        Err(wrong) => {
            assert!(wrong.at <= pattern.len());
            seen.see(&[1, hash(wrong.to_string().as_bytes())]);
            return;
        }
    };
    let fresh = || Clock::new(Zone::utc(), None).with_format(Some(format.clone()));
    let (mut warm, anchor) = (fresh(), Anchor { last: None, latest: LATEST });
    for line in lines.into_iter().chain([&b""[..]]) {
        let reading = warm.read(line, anchor);
        assert_eq!(reading, fresh().read(line, anchor), "what was remembered shows");
        if let Some(reading) = reading {
            assert!(reading.start <= reading.end && reading.end <= line.len());
            assert!(!reading.time.to_string().is_empty());
            seen.see(&[2, u64::from(reading.yearless), reading.end as u64]);
        }
    }
}

pub fn filters() -> Vec<Vec<u8>> {
    each_with_lines(&[
        "ERROR|FATAL",
        r"order=(\w+)",
        r"(?i)fail(ed|ure)?\b",
        r"(\d+)|([a-f]+)",
        "^$",
        "",
        r"(a*)*",
        r"[^ ]+@[^ ]+",
        r"(?:x{1,50}){1,50}",
        r"\p{Greek}|\xff",
        "$",
    ])
}

/// Any pattern is refused or of use, on any line.
pub fn filter(input: &[u8], seen: &mut Seen) {
    let (pattern, lines) = parts(input);
    let patterns = [pattern.clone()];
    let filter = Filter::default().with_grep(&patterns).and_then(|filter| filter.with_ignore(&patterns));
    let masked = Filter::default().with_mask("x", &pattern).and_then(|filter| filter.with_mask("y", "a+"));
    seen.see(&[3, u64::from(filter.is_ok()), hash(&input[..input.len().min(12)]) % 512]);
    if let Ok(filter) = filter {
        assert!(lines.iter().all(|line| filter.drops(line)), "what is wanted is also unwanted");
    }
    if let Ok(mut masked) = masked {
        for line in lines {
            let text = masked.mask(line).map(<[u8]>::to_vec);
            let again = masked.mask(line).map(<[u8]>::to_vec);
            assert_eq!(text, again, "a second look differs");
            seen.see(&[4, u64::from(text.is_some())]);
        }
    }
}

pub fn moments() -> Vec<Vec<u8>> {
    let texts = [
        "2026-03-02T14:02:31Z",
        "2026-03-02T14:02:31.123456+02:00",
        "0000-01-01T00:00:00-23:59",
        "9999-12-31T23:59:60Z",
        "2026-03-02 14:00",
        "2026-03-02T14:00:05",
        "14:00",
        "-2h",
        "-99999999w",
        "yesterday 14:00",
        "today",
        "1h30m",
        "90s",
        "36500d",
        "5m",
        "1w",
        "1.5h",
        "Europe/Zurich",
        "UTC",
        "+02:00",
        "../../etc/passwd",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Times, durations and zones are read or refused; what is written is read again as the same.
pub fn moment(input: &[u8], seen: &mut Seen) {
    let text = String::from_utf8_lossy(input);
    if let Some(time) = Time::parse_rfc3339(&text) {
        let can_be_written = (YEAR_1_SECONDS..YEAR_10000_SECONDS).contains(&time.seconds());
        if can_be_written {
            assert_eq!(Time::parse_rfc3339(&time.to_string()), Some(time));
        }
        seen.see(&[5, hash(input) % 64]);
    }
    if let Ok(when) = when::When::parse(&text) {
        let zone = Zone::named("Europe/Zurich").expect("a zone");
        for last in [Time(i64::MIN / 4), Time(0), LATEST, Time(i64::MAX / 4)] {
            assert!(!when.resolve(Time(0), last, &zone).to_string().is_empty());
        }
        seen.see(&[8, u64::from(when.is_absolute()), input.len() as u64]);
    }
    if let Some(micros) = parse_duration(&text) {
        assert!(!format_duration(micros).is_empty());
        seen.see(&[6, input.len() as u64]);
    }
    if let Ok(zone) = Zone::named(&text) {
        for seconds in [i64::MIN / 4, YEAR_1_SECONDS, 0, 1_772_460_151, YEAR_10000_SECONDS - 1, i64::MAX / 4]
        {
            let _ = (zone.to_utc(seconds), zone.to_wall(seconds));
        }
        seen.see(&[7, input.len() as u64]);
    }
}

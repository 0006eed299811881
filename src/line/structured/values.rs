//! Times and levels as fields spell them.

use super::names::Scale;
use crate::line::level::{self, Level};
use crate::line::stamp;
use crate::time::{DAY_SECONDS, SECOND_MICROS, Time, civil_from_days};

// limits
/// The years 2001 to 2100 in seconds: a number outside is no time.
const EPOCH_SECONDS_MIN: i64 = 978_307_200;
const EPOCH_SECONDS_MAX: i64 = 4_133_980_799;

/// A value that is a time.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Moment {
    /// A date and a time of day as all write them: so many bytes of the value.
    Iso(usize),
    /// Another layout that the reader of stamps knows.
    Other,
    /// A number, in whatever unit.
    Epoch(Time),
}

/// The time that a value says.
pub(super) fn moment_of(value: &[u8]) -> Option<Moment> {
    if let Some(length) = iso_length(value) {
        return Some(Moment::Iso(length));
    }
    if value.iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte)) {
        return epoch_of(value).map(Moment::Epoch);
    }
    let stamp = stamp::find(value)?;
    (stamp.start == 0 && stamp.end == value.len()).then_some(Moment::Other)
}

/// How much of a value is a date and a time of day: `[Europe/Zurich]` is not.
fn iso_length(value: &[u8]) -> Option<usize> {
    let &[b'1' | b'2', b'0' | b'9', y3, y4, b'-', m1, m2, b'-', d1, d2, joint, h1, h2, b':', ..] = value
    else {
        return None;
    };
    let digits = [y3, y4, m1, m2, d1, d2, h1, h2].iter().all(u8::is_ascii_digit);
    if !digits || !matches!(joint, b'T' | b't' | b' ') {
        return None;
    }
    let clock =
        value[11..].iter().take_while(|&&byte| byte.is_ascii_digit() || b":.,".contains(&byte)).count();
    let end = 11 + clock;
    let zone = match &value[end..] {
        [b'Z' | b'z', ..] => 1,
        [b' ', b'U' | b'G', b'T' | b'M', b'C' | b'T', ..] => 4,
        [b'+' | b'-', rest @ ..] => 1 + offset_length(rest),
        [b' ', b'+' | b'-', rest @ ..] => 2 + offset_length(rest),
        _ => 0,
    };
    Some(end + zone)
}

fn offset_length(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b':').count()
}

/// Seconds since 1970, with a fraction or not, or milli-, micro- or nanoseconds.
fn epoch_of(value: &[u8]) -> Option<Time> {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 19 || !(1..=19).contains(&digits) {
        return None;
    }
    if value[digits..].iter().any(|byte| matches!(byte, b'e' | b'E')) {
        let seconds: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
        let whole = (EPOCH_SECONDS_MIN as f64..=EPOCH_SECONDS_MAX as f64).contains(&seconds);
        return whole.then_some(Time((seconds * SECOND_MICROS as f64) as i64));
    }
    let number = value[..digits]
        .iter()
        .try_fold(0i64, |sum, digit| sum.checked_mul(10)?.checked_add(i64::from(digit - b'0')))?;
    let divisor = [1, 1_000, 1_000_000, 1_000_000_000]
        .into_iter()
        .find(|divisor| (EPOCH_SECONDS_MIN..=EPOCH_SECONDS_MAX).contains(&(number / divisor)))?;
    if divisor > SECOND_MICROS {
        return Some(Time(number / (divisor / SECOND_MICROS)));
    }
    let unit = SECOND_MICROS / divisor;
    let fraction = value[digits..].strip_prefix(b".").unwrap_or_default();
    let mut micros = 0;
    let mut place = unit;
    for digit in fraction.iter().take_while(|byte| byte.is_ascii_digit()) {
        place /= 10;
        micros += i64::from(digit - b'0') * place;
    }
    Some(Time(number * unit + micros))
}

/// Writes the time as the front of a line, whatever its layout was.
pub(super) fn write_moment(value: &[u8], moment: Moment, out: &mut Vec<u8>) {
    match moment {
        Moment::Iso(length) => out.extend_from_slice(&value[..length]),
        // In brackets, behind which no reader looks for a host.
        Moment::Other if value.starts_with(b"[") => out.extend_from_slice(value),
        Moment::Other => {
            out.push(b'[');
            out.extend_from_slice(value);
            out.push(b']');
        }
        Moment::Epoch(time) => write_time(time, out),
    }
}

/// `2024-05-14T08:00:00.125000Z`.
fn write_time(time: Time, out: &mut Vec<u8>) {
    let seconds = time.seconds();
    let (year, month, day) = civil_from_days(seconds.div_euclid(DAY_SECONDS));
    let of_day = seconds.rem_euclid(DAY_SECONDS);
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let parts = [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, of_day / 3600),
        (14, 2, of_day / 60 % 60),
        (17, 2, of_day % 60),
        (20, 6, time.0.rem_euclid(SECOND_MICROS)),
    ];
    for (at, width, mut number) in parts {
        for digit in text[at..at + width].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }
    out.extend_from_slice(&text);
}

/// The level that a value says. `capitals` tells how the field's name is written.
pub(super) fn level_of(value: &[u8], scale: Scale, quoted: bool, capitals: bool) -> Option<Level> {
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        let number = value.iter().take(7).fold(0u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        return number_level(number, scale).filter(|_| scale != Scale::Syslog || capitals);
    }
    if !quoted {
        return None;
    }
    if scale == Scale::Letter {
        let letter = matches!(value.len(), 1 | 2).then(|| value[0])?;
        return level::letter(letter);
    }
    word_level(value)
}

/// The level of a word, in any case; `INFO+2` is info.
fn word_level(value: &[u8]) -> Option<Level> {
    let value = value.trim_ascii();
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &value[..letters];
    if let [letter] = word {
        return match letter.to_ascii_uppercase() {
            b'T' => Some(Level::Trace),
            b'C' => Some(Level::Fatal),
            letter => level::letter(letter),
        };
    }
    let other = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    level::spelled(word).or_else(|| {
        Some(match word.len() {
            3 if other(&["inf"]) => Level::Info,
            3 if other(&["wrn"]) => Level::Warn,
            3 if other(&["ftl"]) => Level::Fatal,
            3 if other(&["vrb", "trc"]) => Level::Trace,
            4 | 6 if other(&["fine", "config"]) => Level::Debug,
            5 | 6 if other(&["finer", "finest"]) => Level::Trace,
            6 if other(&["dpanic"]) => Level::Fatal,
            _ => return None,
        })
    })
}

fn number_level(number: u32, scale: Scale) -> Option<Level> {
    let steps: [u32; 5] = match (scale, number) {
        (Scale::Letter, _) => return None,
        // Syslog counts downward.
        (Scale::Syslog | Scale::Common, 0..=7) => {
            return Some(match number {
                0..=2 => Level::Fatal,
                3 => Level::Error,
                4 => Level::Warn,
                5 | 6 => Level::Info,
                _ => Level::Debug,
            });
        }
        (Scale::Syslog, _) => return None,
        (Scale::Telemetry, _) => [5, 9, 13, 17, 21],
        (Scale::Python, _) => [10, 20, 30, 40, 50],
        // bunyan and pino, monolog, logback.
        (Scale::Common, 8..=99) => [20, 30, 40, 50, 60],
        (Scale::Common, 100..=999) => [100, 200, 300, 400, 500],
        (Scale::Common, _) => [10_000, 20_000, 30_000, 40_000, 50_000],
    };
    Some(Level::ALL[1 + steps.iter().filter(|step| **step <= number).count()])
}

/// The level of a syslog priority.
pub(super) fn priority_level(priority: u32) -> Option<Level> {
    number_level(priority & 7, Scale::Syslog)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> Option<String> {
        let moment = moment_of(value.as_bytes())?;
        let mut out = Vec::new();
        write_moment(value.as_bytes(), moment, &mut out);
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_time_in_any_unit_and_layout_is_written_once() {
        for (value, expected) in [
            ("2024-05-14T08:00:00.125Z", Some("2024-05-14T08:00:00.125Z")),
            ("2024-05-14T08:00:00+02:00[Europe/Zurich]", Some("2024-05-14T08:00:00+02:00")),
            ("2024-05-14 08:00:00.1 +0000 UTC", Some("2024-05-14 08:00:00.1 +0000")),
            ("2024-05-14 08:00:00,125", Some("2024-05-14 08:00:00,125")),
            ("2024-05-14 08:00:00 UTC", Some("2024-05-14 08:00:00 UTC")),
            ("14/May/2024:08:00:00 +0000", Some("[14/May/2024:08:00:00 +0000]")),
            ("May 14 08:00:00", Some("[May 14 08:00:00]")),
            ("1715673600", Some("2024-05-14T08:00:00.000000Z")),
            ("1715673600.125", Some("2024-05-14T08:00:00.125000Z")),
            ("1715673600125", Some("2024-05-14T08:00:00.125000Z")),
            ("1715673600125250", Some("2024-05-14T08:00:00.125250Z")),
            ("1715673600125250999", Some("2024-05-14T08:00:00.125250Z")),
            ("1.7156736e9", Some("2024-05-14T08:00:00.000000Z")),
            ("1715673600125.5", Some("2024-05-14T08:00:00.125500Z")),
            ("0001-01-01T00:00:00Z", None),
            ("12", None),
            ("99999999999999999999", None),
            ("-1715673600", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(written(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_level_is_a_word_or_a_number_of_many_scales() {
        use Level::{Debug, Error, Fatal, Info, Trace, Warn};
        for (value, scale, expected) in [
            ("info", Scale::Common, Some(Info)),
            ("Information", Scale::Common, Some(Info)),
            ("WRN", Scale::Common, Some(Warn)),
            ("E", Scale::Common, Some(Error)),
            ("ERROR+4", Scale::Common, Some(Error)),
            ("10", Scale::Common, Some(Trace)),
            ("30", Scale::Common, Some(Info)),
            ("60", Scale::Common, Some(Fatal)),
            ("400", Scale::Common, Some(Error)),
            ("40000", Scale::Common, Some(Error)),
            ("3", Scale::Common, Some(Error)),
            ("4", Scale::Syslog, Some(Warn)),
            ("9", Scale::Syslog, None),
            ("40", Scale::Python, Some(Error)),
            ("9", Scale::Telemetry, Some(Info)),
            ("D", Scale::Letter, Some(Debug)),
            ("D2", Scale::Letter, Some(Debug)),
            ("high", Scale::Common, None),
            ("DEFAULT", Scale::Common, None),
            ("", Scale::Common, None),
        ] {
            assert_eq!(level_of(value.as_bytes(), scale, true, true), expected, "{value} {scale:?}");
        }
        assert_eq!(level_of(b"1", Scale::Syslog, false, false), None, "an app's own priority");
    }
}

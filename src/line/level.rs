//! How grave a line says it is.
//!
//! A level is a word of a fixed list that stands where a logger would put it:
//! in capitals, in brackets, before a colon, behind `level=`, or at the very
//! front. The same word in running prose (`no error found`) is no level, since
//! a wrong ERROR alerts and a wrong INFO hides. What it costs: one table lookup
//! for each of the first twelve words. Where it fails: a logger that writes its
//! level in lower case, unbracketed, in the middle of the header.

use serde::{Deserialize, Serialize};

// limits
/// A header longer than this is not a header.
pub const LEVEL_WORDS_MAX: usize = 12;
/// A code of three capitals stands further in front: behind it, it may mean anything.
const CODE_INDEX_MAX: usize = 3;
/// The longest spelling, `emergency`; also bounds the copy made for lower case.
const SPELLING_BYTES_MAX: usize = 11;
/// A tag such as `WindowManager:` ends within so many words after a letter level.
const TAG_WORDS_MAX: usize = 3;

/// How grave a line is; ordered, `None` lowest.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[repr(u8)]
pub enum Level {
    /// The line says nothing about it.
    #[default]
    None,
    /// Finer than debug: `trace`, `verbose`.
    Trace,
    /// `debug`.
    Debug,
    /// `info`, `notice`.
    Info,
    /// `warn`, `warning`.
    Warn,
    /// `error`, `err`, `severe`.
    Error,
    /// `fatal`, `critical`, `alert`, `emerg`, `panic`.
    Fatal,
}

impl Level {
    /// How many levels there are, none included.
    pub const COUNT: usize = 7;

    /// All levels, the lowest first: `ALL[level as usize] == level`.
    pub const ALL: [Level; Level::COUNT] =
        [Level::None, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        ["none", "trace", "debug", "info", "warn", "error", "fatal"][self as usize]
    }

    /// The five-letter name shown to people, empty for `None`.
    pub fn name(self) -> &'static str {
        match self {
            Level::None => "",
            Level::Trace => "TRACE",
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
            Level::Fatal => "FATAL",
        }
    }

    /// Whether a new message of this level is always worth an alert.
    pub fn is_severe(self) -> bool {
        self >= Level::Error
    }
}

/// The level a word spells, in any case, wherever it stands.
pub fn spelled(word: &[u8]) -> Option<Level> {
    if !(3..=SPELLING_BYTES_MAX).contains(&word.len()) {
        return None;
    }
    let first = word[0] | 0x20;
    if !matches!(first, b't' | b'd' | b'i' | b'n' | b'w' | b'e' | b's' | b'c' | b'f' | b'a' | b'p' | b'v') {
        return None;
    }
    if let Some(level) = code(word) {
        return Some(level);
    }
    let mut lower = [0; SPELLING_BYTES_MAX];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    Some(match &lower[..word.len()] {
        b"trace" | b"verbose" => Level::Trace,
        b"debug" | b"dbg" => Level::Debug,
        b"info" | b"information" | b"notice" => Level::Info,
        b"warn" | b"warning" => Level::Warn,
        b"error" | b"err" | b"severe" => Level::Error,
        b"fatal" | b"critical" | b"crit" | b"alert" | b"emerg" | b"emergency" | b"panic" => Level::Fatal,
        _ => return None,
    })
}

/// The codes of three capitals that some loggers write; in small letters they are other words.
fn code(word: &[u8]) -> Option<Level> {
    Some(match word {
        b"TRC" => Level::Trace,
        b"INF" => Level::Info,
        b"WRN" => Level::Warn,
        b"FTL" => Level::Fatal,
        _ => return None,
    })
}

/// Where a word stands in its line, as far as the level asks.
#[derive(Copy, Clone, Debug)]
pub struct Place<'a> {
    /// How many words stand before it.
    pub index: usize,
    /// What lies between the word before and this one, blanks included.
    pub gap: &'a [u8],
    /// The word before, empty at the front.
    pub before: &'a [u8],
    /// The rest of the line.
    pub after: &'a [u8],
}

/// The level that `word` gives its line when it stands at `place`.
pub fn at_place(word: &[u8], place: Place<'_>) -> Option<Level> {
    if place.index >= LEVEL_WORDS_MAX {
        return None;
    }
    let level = spelled(word)?;
    if code(word).is_some() && place.index > CODE_INDEX_MAX {
        return None;
    }
    header_like(word, place).then_some(level)
}

fn header_like(word: &[u8], place: Place<'_>) -> bool {
    let next = place.after.first().copied().unwrap_or(b' ');
    let last = place.gap.last().copied().unwrap_or(b' ');
    let upper = word.iter().all(u8::is_ascii_uppercase);
    let colon = next == b':' && place.after.get(1) != Some(&b':');
    let enclosed = matches!((last, next), (b'[', b']') | (b'|', b'|') | (b'\t', b'\t'));
    let keyed = place.gap.iter().any(|b| matches!(b, b'=' | b':')) && is_level_key(place.before);
    let at_front = place.index == 0 && matches!(next, b' ' | b'\t') && opens_a_line(word);
    upper || colon || enclosed || keyed || at_front
}

fn is_level_key(word: &[u8]) -> bool {
    ["level", "lvl", "severity", "loglevel", "log_level", "levelname", "log.level"]
        .iter()
        .any(|key| word.eq_ignore_ascii_case(key.as_bytes()))
}

/// `alert` or `notice` may open an ordinary sentence, these hardly do.
fn opens_a_line(word: &[u8]) -> bool {
    ["trace", "debug", "info", "warn", "warning", "error", "err", "fatal"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
}

/// The level of a single letter, as Android and klog write it.
pub fn letter(letter: u8) -> Option<Level> {
    Some(match letter {
        b'V' => Level::Trace,
        b'D' => Level::Debug,
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    })
}

/// Whether `after`, the rest of the line behind a lone letter, begins like a tag:
/// a colon closes one of the next few words.
pub fn tag_follows(after: &[u8]) -> bool {
    let Some((b' ' | b'\t', rest)) = after.split_first() else {
        return false;
    };
    let mut words = 0;
    let mut in_word = false;
    for &byte in rest {
        match byte {
            b':' => return in_word,
            b' ' | b'\t' => in_word = false,
            _ if !in_word => {
                in_word = true;
                words += 1;
                if words > TAG_WORDS_MAX {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

/// The letter of a klog head, `E` + digits + ` file.go:` + digits + `]`, in a cheap key.
pub fn klog(key: &[u8]) -> Option<Level> {
    let (&first, rest) = key.split_first()?;
    let level = letter(first)?;
    let rest = match rest {
        [1 | 3, rest @ ..] => rest,
        _ => return None,
    };
    let start = rest.iter().position(|&b| b != b' ')?;
    let word = &rest[start..];
    let end = word.iter().position(|&b| b == b' ' || b == b':')?;
    (start > 0 && word[end..].starts_with(b":\x01]")).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, word: &str, expected: Option<Level>) {
        let at = line.find(word).unwrap();
        let head = &line[..at];
        let gap_start = head.rfind(|c: char| c.is_alphanumeric()).map_or(0, |i| i + 1);
        let before = &head[..gap_start];
        let before_start = before.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |i| i + 1);
        let place = Place {
            index: head.split(' ').filter(|w| !w.is_empty()).count(),
            gap: &head.as_bytes()[gap_start..],
            before: &before.as_bytes()[before_start..],
            after: &line.as_bytes()[at + word.len()..],
        };
        assert_eq!(at_place(word.as_bytes(), place), expected, "{line}");
    }

    #[test]
    fn a_level_stands_where_a_logger_puts_it() {
        check("[error] client denied", "error", Some(Level::Error));
        check("main INFO started", "INFO", Some(Level::Info));
        check("app: Warning: disk is full", "Warning", Some(Level::Warn));
        check("level=error msg=x", "error", Some(Level::Error));
        check("info server started", "info", Some(Level::Info));
        check("a|warn|b", "warn", Some(Level::Warn));
        check("- FATAL x", "FATAL", Some(Level::Fatal));
        check("[08:00 FTL] x", "FTL", Some(Level::Fatal));
        check("INF x", "INF", Some(Level::Info));
    }

    #[test]
    fn the_same_word_in_prose_is_no_level() {
        check("there was no error in it", "error", None);
        check("alert the owner", "alert", None);
        check("in error::Kind now", "error", None);
        check("ftl: block 7 erased", "ftl", None);
        check("the loss was then INF", "INF", None);
        check("a b c d e f g h i j k l ERROR", "ERROR", None);
    }

    #[test]
    fn a_letter_needs_its_tag() {
        assert!(tag_follows(b" WindowManager: x"));
        assert!(tag_follows(b" My App: x"));
        assert!(!tag_follows(b" am here and write a colon: x"));
        assert!(!tag_follows(b" am here"));
        assert!(!tag_follows(b"m"));
    }

    #[test]
    fn klog_heads_are_letter_digits_file_line() {
        assert_eq!(klog(b"E\x03 main.go:\x01] x"), Some(Level::Error));
        assert_eq!(klog(b"I\x01    main.cc:\x01] x"), Some(Level::Info));
        assert_eq!(klog(b"E\x03 not found"), None);
        assert_eq!(klog(b"E"), None);
    }
}

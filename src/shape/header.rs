//! Parts of a line that say when or on which thread, and never what.
//!
//! A date inside a message is as much a value as a number. A thread's name
//! stands in brackets beside the level, in front of the logger, as the usual
//! layouts of log libraries write it; a bracket without a logger behind it may
//! hold the part of a program that speaks, so it stays.

use super::alarm;
use super::bytes::{BLANK, MARK, SEPARATOR, is, word_end};
use crate::line::level;

// limits
/// A thread's name is no longer than this.
const THREAD_BYTES_MAX: usize = 128;
/// A word this short may be the code of a level.
const CODE_BYTES_MAX: usize = 3;
/// A logger is named by at least so many parts.
const LOGGER_DOTS_MIN: usize = 2;

/// Whether `word` is a weekday or a month of a date; `before` is the word in
/// front of it and `after` what follows.
pub(super) fn is_date_word(word: &[u8], before: &[u8], after: &[u8]) -> bool {
    if !(3..=9).contains(&word.len()) || !word[0].is_ascii_uppercase() {
        return false;
    }
    let weekday = is_name_of(word, &WEEKDAYS);
    if !weekday && !is_name_of(word, &MONTHS) {
        return false;
    }
    let blanks = after.iter().take_while(|&&b| is(b, BLANK) || matches!(b, b',' | b'.')).count();
    let next = &after[blanks..word_end(after, blanks)];
    let number_follows = blanks > 0 && next.first().is_some_and(|&b| is(b, MARK));
    number_follows || before == [1] || weekday && blanks > 0 && is_name_of(next, &MONTHS)
}

/// Whether `word` names a month or a weekday.
pub(super) fn is_date_name(word: &[u8]) -> bool {
    // Hardly a word is compared with all names.
    (3..=9).contains(&word.len())
        && word[0].is_ascii_uppercase()
        && (is_name_of(word, &WEEKDAYS) || is_name_of(word, &MONTHS))
}

/// Whether `word` is one of the names, or its first three letters.
fn is_name_of(word: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|name| *name == word || name[..3] == *word)
}

const WEEKDAYS: [&[u8]; 7] =
    [b"Monday", b"Tuesday", b"Wednesday", b"Thursday", b"Friday", b"Saturday", b"Sunday"];
const MONTHS: [&[u8]; 12] = [
    b"January",
    b"February",
    b"March",
    b"April",
    b"May",
    b"June",
    b"July",
    b"August",
    b"September",
    b"October",
    b"November",
    b"December",
];

/// Where the name of a thread ends that starts at `start`, right behind a `[`, if
/// a logger follows the bracket, with or without a level between.
pub(super) fn thread_end(key: &[u8], start: usize) -> Option<usize> {
    let end = closing(key, start)?;
    let mut rest = behind(key, end + 1);
    let word = &key[rest..word_end(key, rest)];
    if level::spelled(word).is_some() {
        rest = behind(key, rest + word.len());
    }
    let logger = &key[rest..word_end(key, rest)];
    // In this order: most brackets have no logger behind them.
    (is_logger(logger) && !speaks(&key[start..end])).then_some(end)
}

/// Whether a level, in whatever short form (`FTL`, `e`), or a word of alarm is in
/// it: then it is no mere name.
fn speaks(name: &[u8]) -> bool {
    let trimmed = name.trim_ascii();
    let short = trimmed.len() <= CODE_BYTES_MAX && trimmed.iter().all(u8::is_ascii_alphabetic);
    let capitals = trimmed.iter().all(u8::is_ascii_uppercase);
    let mut words = name.split(|byte| !byte.is_ascii_alphabetic());
    short || capitals || words.any(|word| level::spelled(word).is_some()) || alarm::any(name)
}

/// The bracket that closes the one before `start`.
fn closing(key: &[u8], start: usize) -> Option<usize> {
    let mut open = 0;
    for (length, &byte) in key[start..].iter().take(THREAD_BYTES_MAX).enumerate() {
        match byte {
            b'[' => open += 1,
            b']' if open == 0 => return Some(start + length),
            b']' => open -= 1,
            _ => {}
        }
    }
    None
}

/// The next byte that is neither blank nor a separator between fields.
fn behind(key: &[u8], from: usize) -> usize {
    let passes = |&&b: &&u8| is(b, BLANK | SEPARATOR) || b == b'-';
    from + key[from..].iter().take_while(passes).count()
}

/// `org.example.Shop`, `o.e.s.Shop`.
fn is_logger(word: &[u8]) -> bool {
    let word = word.strip_suffix(b".").unwrap_or(word);
    word.iter().filter(|&&b| b == b'.').count() >= LOGGER_DOTS_MIN
        && word.split(|&b| b == b'.').all(|part| {
            part.first().is_some_and(u8::is_ascii_alphabetic)
                && part.iter().all(|&b| b.is_ascii_alphanumeric() || is(b, MARK) || matches!(b, b'_' | b'$'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekday_or_month_beside_a_date_is_part_of_it() {
        for (word, before, after, expected) in [
            ("Fri", "at", " Jun \x01 \x01:\x01:\x01 \x01", true),
            ("Jun", "Fri", " \x01 \x01:\x01:\x01 \x01", true),
            ("Sunday", "on", ", \x01 May", true),
            ("May", "\x01", " \x01", true),
            ("May", "You", " not", false),
            ("Sun", "the", " Microsystems", false),
            ("Sat", "", "", false),
            ("Junk", "", " \x01", false),
        ] {
            assert_eq!(
                is_date_word(word.as_bytes(), before.as_bytes(), after.as_bytes()),
                expected,
                "{word}"
            );
        }
    }

    #[test]
    fn a_thread_stands_in_front_of_a_logger() {
        let end = |key: &str| thread_end(key.as_bytes(), 1);
        assert_eq!(end("[main] org.example.Shop: x"), Some(5));
        assert_eq!(end("[IPC handler \x01 on \x01] INFO  o.e.shop.Cart - x"), Some(19));
        assert_eq!(end("[a[b]c] - a.b.C x"), Some(6));
        for key in [
            "[payments] declined",
            "[error] [client \x01] x",
            "[main] Shop: x",
            "[main",
            "[main]",
            "[a] \x01.\x01.\x01",
            "[ERROR] org.example.Shop: x",
            "[FATAL][main] org.example.Shop: x",
            "[FTL] org.example.Shop: x",
            "[e] org.example.Shop: x",
            "[main/WARN] org.example.Shop: x",
            "[disk failed] org.example.Shop: x",
        ] {
            assert_eq!(end(key), None, "{key}");
        }
    }
}

//! The words that announce a value, as a person would say them: `exited with code 137`.
//!
//! They are read backward from where the value stands. A name before a `=` says all; a noun that
//! goes with anything (`code`), and a word that only links (`with`), need the word before them.
//! Where it fails: a line that says what a value is behind it, or far from it.

use crate::line::level::spelled;

// limits
/// Words that announce a value.
const WORDS_MAX: usize = 3;
/// Longer words say what only machines know.
const WORD_BYTES_MAX: usize = 24;
/// A level in front of a number of so many digits is what the number is of.
const ERROR_DIGITS_MIN: usize = 4;
/// Signs and blanks between a value and its name.
const GAP_BYTES_MAX: usize = 3;

/// Words that say nothing without the one before them.
const LINKS: &[&[u8]] = &[
    b"with", b"by", b"to", b"of", b"for", b"from", b"in", b"is", b"was", b"at", b"as", b"on", b"a", b"an",
    b"the",
];
/// Nouns that go with anything: whose they are is told by the word before.
const NOUNS: &[&[u8]] =
    &[b"code", b"status", b"state", b"number", b"error", b"reason", b"signal", b"level", b"result", b"value"];

/// What announces the value that stands at `start`, what separates them included: `exited with
/// code `, `status=`; nothing if no word does.
pub(super) fn announcing(line: &[u8], start: usize) -> String {
    let before = &line[..start.min(line.len())];
    let Some(end) = before.iter().rposition(|&b| is_name_byte(b)).map(|at| at + 1) else {
        return String::new();
    };
    let gap = &before[end..];
    if gap.is_empty() || gap.len() > GAP_BYTES_MAX || !gap.iter().all(|b| b" =:\"'(#[".contains(b)) {
        return String::new();
    }
    let Some(from) = word_start(before, end) else { return String::new() };
    let is_named = gap.contains(&b'=');
    let word = &before[from..end];
    let digits = line[start.min(line.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    // `ERROR 1205`: what programs number are their errors.
    let numbers = word.eq_ignore_ascii_case(b"error") && digits >= ERROR_DIGITS_MIN;
    if spelled(word).is_some() && !is_named && !numbers {
        return String::new();
    }
    let words = if is_named { &before[from..end] } else { phrase(before, from, end) };
    String::from_utf8_lossy(words).into_owned() + separator(gap)
}

/// Whether a value at `start` stands right behind a request in quotes: it is the answer's status.
pub(super) fn answers_request(line: &[u8], start: usize) -> bool {
    let before = &line[..start.min(line.len())];
    let Some(inner) = before.trim_ascii_end().strip_suffix(b"\"").filter(|_| before.ends_with(b" ")) else {
        return false;
    };
    let Some((request, version)) = inner.iter().rposition(|&b| b == b' ').map(|at| inner.split_at(at)) else {
        return false;
    };
    let opens = request.iter().rposition(|&b| b == b'"').map_or(request, |at| &request[at + 1..]);
    version.starts_with(b" HTTP/") && opens.first().is_some_and(u8::is_ascii_uppercase)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')
}

/// Where the word that ends at `end` begins; none if it is no plain word.
fn word_start(before: &[u8], end: usize) -> Option<usize> {
    let from = before[..end].iter().rposition(|&b| !is_name_byte(b)).map_or(0, |at| at + 1);
    let is_cut = from > 0 && (before[from - 1].is_ascii_digit() || before[from - 1] >= 0x80);
    let says = before[from..end].iter().any(u8::is_ascii_alphabetic);
    (!is_cut && says && end - from <= WORD_BYTES_MAX).then_some(from)
}

/// The last word with those before it that it needs.
fn phrase(before: &[u8], mut from: usize, mut end: usize) -> &[u8] {
    let whole_end = end;
    // Up to here the words make sense by themselves.
    let mut best = from;
    for _ in 1..WORDS_MAX {
        let word = before[from..end].to_ascii_lowercase();
        let is_link = LINKS.contains(&&word[..]);
        if !is_link && !NOUNS.contains(&&word[..]) {
            break;
        }
        let Some(gap) = from.checked_sub(1).filter(|&at| before[at] == b' ') else { break };
        let Some(start) = word_start(before, gap) else { break };
        let next = &before[start..gap];
        let is_shouted = next.iter().all(u8::is_ascii_uppercase);
        if is_shouted || spelled(next).is_some() {
            break;
        }
        (from, end) = (start, gap);
        if !LINKS.contains(&&next.to_ascii_lowercase()[..]) {
            best = from;
        }
    }
    &before[best..whole_end]
}

fn separator(gap: &[u8]) -> &'static str {
    match gap {
        gap if gap.contains(&b'=') => "=",
        gap if gap.contains(&b':') => ": ",
        gap if gap.contains(&b'#') => " #",
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let start = line.find('|').expect("a mark where the value stands");
        assert_eq!(announcing(line.replace('|', "").as_bytes(), start), expected, "{line}");
    }

    #[test]
    fn the_words_before_a_value_say_what_it_is() {
        check("container app-7 exited with code |137", "exited with code ");
        check("exit code: |137", "exit code: ");
        check("Main process exited, code=exited, status=|9/KILL", "status=");
        check("err=\"|EPIPE\"", "err=");
        check("upstream eu-3 returned |502", "returned ");
        check("login by |root", "login by ");
        check("failed with result '|exit-code'", "failed with result ");
        check("{\"exitCode\":|3}", "exitCode: ");
        check("INFO status |5", "status ");
        check("ERROR: |ORA-00600", "");
        check("[7] |5", "");
        check("|5", "");
        check("eu3x |5", "");
        check("by |root", "by ");
        check("ERROR: code |5", "code ");
        check("done, |5", "");
    }

    #[test]
    fn the_number_behind_a_request_is_its_status() {
        let check = |line: &str| answers_request(line.as_bytes(), line.find('|').unwrap_or_default());
        assert!(check("- - \"GET /a b HTTP/1.1\" |200 7"));
        assert!(check("\"GET / HTTP/2.0\" |200 7"));
        assert!(!check("\"GET / HTTP/1.1\" 200 |7"));
        assert!(!check("\"get\" |7") && !check("\" |7") && !check("|7") && !check("\"GET /\" |7"));
    }
}

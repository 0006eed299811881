//! What other programs put in front of a container's line.
//!
//! `kubectl logs --prefix`, stern and docker compose name the pod or container, a
//! runtime adds stamp and stream. A pod's name changes with every deployment and
//! is no part of any message. Pods are known by how their names are made: a
//! replica's hash and five signs of an alphabet without vowels, those five alone,
//! or an ordinal. Ordinary text must never lose a word, so behind a mere name
//! something has to follow that looks like a line of a log.

use super::logfmt::begins_with_pair;
use crate::line::level;
use crate::line::stamp;
use memchr::memchr;

/// Names are at most this long.
const NAME_BYTES_MAX: usize = 253;

/// How sure a word is a pod's name.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Pod {
    Replica,
    Likely,
}

/// The line behind the name of its pod or container, if it has one.
pub(super) fn behind_name(line: &[u8]) -> Option<&[u8]> {
    if line[0] == b'[' {
        return behind_bracket(line);
    }
    let (first, rest) = name(line)?;
    behind_bar(first, rest).or_else(|| behind_pod(first, rest))
}

/// `[pod/web-7d9f8b6c5-x2x9k/app] rest`.
fn behind_bracket(line: &[u8]) -> Option<&[u8]> {
    let names = line.strip_prefix(b"[pod/")?;
    let end = names.iter().take(2 * NAME_BYTES_MAX).position(|byte| !is_name_byte(*byte) && *byte != b'/')?;
    names[end..].strip_prefix(b"] ")
}

/// `web-1  | rest`.
fn behind_bar<'a>(service: &[u8], rest: &'a [u8]) -> Option<&'a [u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b"|")?;
    let rest = rest.strip_prefix(b" ").or_else(|| rest.is_empty().then_some(rest))?;
    let digits = service.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let numbered = digits > 0 && matches!(service[..service.len() - digits].last(), Some(b'-' | b'_'));
    (numbered || is_like_a_line(rest)).then_some(rest)
}

/// `web-7d9f8b6c5-x2x9k app rest`, or with a namespace in front.
fn behind_pod<'a>(first: &[u8], rest: &'a [u8]) -> Option<&'a [u8]> {
    let (second, behind) = name(rest)?;
    if let Some(pod) = pod(first) {
        let rest = behind.strip_prefix(b" ")?;
        return is_taken(pod, first, second, rest).then_some(rest);
    }
    let pod = pod(second)?;
    let (third, behind) = name(behind)?;
    let rest = behind.strip_prefix(b" ")?;
    is_taken(pod, second, third, rest).then_some(rest)
}

/// Whether a pod, a container and a line stand here. A container that is named
/// as its pod's workload may have any line.
fn is_taken(pod: Pod, name: &[u8], container: &[u8], rest: &[u8]) -> bool {
    let named_so = || name.split(|byte| *byte == b'-').any(|part| part == container);
    (pod == Pod::Replica && named_so()) || is_like_a_line(rest)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
}

/// A name and what stands behind it, blanks before the name skipped.
fn name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let end = text.iter().take(NAME_BYTES_MAX).take_while(|byte| is_name_byte(**byte)).count();
    let begins = text.first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (begins && text.get(end) == Some(&b' ')).then(|| text.split_at(end))
}

/// Whether a word is made as the names of pods are.
fn pod(word: &[u8]) -> Option<Pod> {
    let mut parts = word.rsplitn(3, |byte| *byte == b'-');
    let last = parts.next()?;
    let before = parts.next()?;
    let digit = |part: &[u8]| part.iter().any(u8::is_ascii_digit);
    if last.len() == 5 && last.iter().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(byte)) {
        let hash = (6..=10).contains(&before.len())
            && before.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if hash && parts.next().is_some_and(|base| !base.is_empty()) && (digit(before) || digit(last)) {
            return Some(Pod::Replica);
        }
        return Some(Pod::Likely);
    }
    let ordinal = (1..=3).contains(&last.len()) && last.iter().all(u8::is_ascii_digit);
    ordinal.then_some(Pod::Likely)
}

/// Whether a text begins as lines of logs do.
fn is_like_a_line(text: &[u8]) -> bool {
    let Some(&first) = text.first() else { return false };
    if first == b'{' || begins_with_pair(text) {
        return true;
    }
    let word = text.strip_prefix(b"[").unwrap_or(text);
    let letters = word.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if level::spelled(&word[..letters]).is_some() {
        return true;
    }
    stamp::find(text).is_some_and(|stamp| stamp.start <= 1)
}

/// What a container's runtime writes in front: the stamp, the stream, whether
/// the line is whole, and the line.
pub(super) struct Runtime<'a> {
    pub stamp: &'a [u8],
    pub is_error: bool,
    pub is_whole: bool,
    pub rest: &'a [u8],
}

/// `2016-10-06T00:17:09.669794202Z stdout F rest`; the line is known to have a
/// `T` where a stamp has it.
pub(super) fn runtime(line: &[u8]) -> Option<Runtime<'_>> {
    let (stamp, rest) = behind_stamp(line)?;
    let rest = rest.strip_prefix(b"std")?;
    let (is_error, rest) = match rest {
        [b'o', b'u', b't', b' ', rest @ ..] => (false, rest),
        [b'e', b'r', b'r', b' ', rest @ ..] => (true, rest),
        _ => return None,
    };
    let is_whole = match rest.first()? {
        b'F' => true,
        b'P' => false,
        _ => return None,
    };
    // More tags may follow behind colons.
    let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
    let tagged = end == 1 || rest.get(1) == Some(&b':');
    tagged.then(|| Runtime { stamp, is_error, is_whole, rest: rest.get(end + 1..).unwrap_or_default() })
}

/// A stamp of RFC 3339 at the front, and what stands behind its blank.
pub(super) fn behind_stamp(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const SHORTEST: usize = 19;
    const LONGEST: usize = 36;
    let front = line.get(SHORTEST..line.len().min(LONGEST))?;
    let end = SHORTEST + front.iter().position(|byte| *byte == b' ')?;
    Some((&line[..end], &line[end + 1..]))
}

/// The shortest stamp of a syslog line, in which colons are no tag's.
const STAMP_BYTES_MIN: usize = 16;

/// The head of a syslog line up to its tag, and what stands behind it.
pub(super) fn behind_tag(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut from = STAMP_BYTES_MIN;
    // Seconds, a fraction and a zone have colons too, but no blank behind them.
    for _ in 0..4 {
        let colon = from + memchr(b':', line.get(from..)?)?;
        if line.get(colon + 1) == Some(&b' ') {
            return Some(line.split_at(colon + 2));
        }
        from = colon + 1;
    }
    None
}

/// A quick look whether a pair may stand behind the tag of a syslog line.
#[inline(never)]
pub(super) fn has_pair_behind_tag(line: &[u8]) -> bool {
    const KEY_BYTES_MAX: usize = 8;
    let rest = behind_tag(line).map_or(&line[..0], |(_, rest)| rest);
    let front: Option<&[u8; KEY_BYTES_MAX]> = rest.first_chunk();
    // All at once: the compiler compares eight bytes in one go.
    front.is_some_and(|front| front.iter().fold(false, |any, byte| any | (*byte == b'=')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_pod_goes_and_no_word_of_a_text() {
        for (line, expected) in [
            ("[pod/web-7d9f8b6c5-x2x9k/app] ready", Some("ready")),
            ("web-7d9f8b6c5-x2x9k app INFO ready", Some("INFO ready")),
            ("web-7d9f8b6c5-x2x9k web ready", Some("ready")),
            ("web-7d9f8b6c5-x2x9k app {\"msg\":1}", Some("{\"msg\":1}")),
            ("shop web-7d9f8b6c5-x2x9k app 2024-05-14 08:00:00 up", Some("2024-05-14 08:00:00 up")),
            ("db-0 postgres 2024-05-14 08:00:00 up", Some("2024-05-14 08:00:00 up")),
            ("agent-x2x9k main level=info msg=up", Some("level=info msg=up")),
            ("web-1  | ready", Some("ready")),
            ("shop_web_1  | ready", Some("ready")),
            ("db  | 2024-05-14 08:00:00 up", Some("2024-05-14 08:00:00 up")),
            ("web-7d9f8b6c5-x2x9k failed to start", None),
            ("web-7d9f8b6c5-x2x9k evicted from node", None),
            ("node-1 kernel panic", None),
            ("disk-0 error on write", None),
            ("id  | name", None),
            ("retrying upstream eu-3 (attempt 2)", None),
            ("[pod evicted] x", None),
            ("a", None),
        ] {
            let rest = behind_name(line.as_bytes()).map(|rest| String::from_utf8_lossy(rest).into_owned());
            assert_eq!(rest.as_deref(), expected, "{line}");
        }
    }
}

//! Which fields may be news: their names and values tell, not what is in the text.
//!
//! A field beside the message is worth a look if it says what happened (`status`,
//! `reason`, `exit_code`), and of no use if it says which one, where, when or how
//! much: such values differ from line to line, or with every machine. Nobody has a
//! list of the names that programs think of, so unknown ones count, and names are
//! known by the words they are made of, however they are joined.
//!
//! Where it fails: a name of one word that nobody has listed. Such a field costs
//! its reader a few values, until it has seen too many.

use super::names::{Within, meaning};

// limits
/// Longer names are data.
const NAME_BYTES_MAX: usize = 48;
/// Longer values say which one.
const VALUE_BYTES_MAX: usize = 24;
/// As many letters and digits are a hash, if all are hexadecimal.
const HASH_BYTES_MIN: usize = 6;
/// Numbers of so many digits count something or are a time.
const EPOCH_DIGITS_MIN: usize = 10;
/// Longer words are in no list.
const WORD_BYTES_MAX: usize = 16;

/// Words that say which one, where, when or how much, in order. Without the `s` of many.
#[rustfmt::skip]
const USELESS: &[&[u8]] = &[
    b"addr", b"address", b"age", b"agent", b"amount", b"arg", b"at", b"auth", b"authorization", b"average", b"avg",
    b"az", b"build", b"byte", b"bytes", b"caller", b"capacity", b"checksum", b"cluster", b"commit",
    b"container", b"cookie", b"correlation", b"count", b"counter", b"cpu", b"credential", b"cursor", b"date",
    b"datetime", b"day", b"delay", b"depth", b"digest", b"dir", b"directory", b"docker", b"duration",
    b"elapsed", b"email", b"end", b"env", b"environment", b"epoch", b"etag", b"expiry", b"file", b"filename",
    b"func", b"function", b"goroutine", b"guid", b"hash", b"header", b"heap", b"host", b"hostname", b"hour",
    b"id", b"idx", b"image", b"index", b"instance", b"interval", b"ip", b"ipv4", b"ipv6", b"iteration",
    b"k8s", b"kb", b"kib", b"kubernetes", b"lag", b"latency", b"latitude", b"len", b"length", b"level",
    b"line", b"lineno", b"logger", b"longitude", b"lvl", b"mac", b"machine", b"max", b"mb", b"md5", b"mean",
    b"median", b"mem", b"memory", b"message", b"mib", b"micro", b"microsecond", b"milli", b"millisecond",
    b"min", b"minute", b"ms", b"msec", b"msg", b"name", b"namespace", b"nano", b"nanosecond", b"node",
    b"nonce", b"ns", b"nsec", b"num", b"offset", b"overhead", b"p50", b"p90", b"p95", b"p99", b"param", b"parent",
    b"passwd", b"password", b"path", b"pct", b"percent", b"percentage", b"pid", b"pod", b"port", b"position",
    b"ppid", b"price", b"process", b"progress", b"qty", b"quantity", b"query", b"rate", b"ratio", b"referer", b"referrer", b"region",
    b"release", b"replica", b"revision", b"row", b"rss", b"rtt", b"sec", b"second", b"secret", b"seq",
    b"sequence", b"serial", b"session", b"sha", b"sha1", b"sha256", b"sig", b"signature", b"size", b"span",
    b"stack", b"stacktrace", b"stamp", b"start", b"sum", b"tag", b"thread", b"tid", b"time", b"timestamp",
    b"token", b"took", b"total", b"trace", b"traceback", b"traceparent", b"transaction", b"ts", b"ttl", b"ua",
    b"uid", b"uptime", b"uri", b"url", b"us", b"usage", b"usec", b"used", b"useragent", b"utilization",
    b"uuid", b"version", b"wait", b"year", b"zone",
];

/// What names written in one word begin with.
#[rustfmt::skip]
const USELESS_FRONTS: &[&[u8]] = &[
    b"duration", b"elapsed", b"latency", b"timestamp",
];

/// And what they end with: `requesttime`, `bodybytes`, `traceid`.
#[rustfmt::skip]
const USELESS_ENDS: &[&[u8]] = &[
    b"addr", b"address", b"bytes", b"clientip", b"count", b"duration", b"guid", b"hash", b"host", b"id",
    b"latency", b"name", b"path", b"remoteip", b"size", b"stamp", b"time", b"token", b"useragent", b"version",
];

/// Words that only happen to end like that.
#[rustfmt::skip]
const USEFUL: &[&[u8]] = &[
    b"account", b"android", b"covid", b"discount", b"fluid", b"grid", b"hybrid", b"invalid", b"paid",
    b"prepaid", b"raid", b"rapid", b"resize", b"solid", b"unpaid", b"valid", b"void",
];

/// Whether the value of a field of this name may be news.
pub(super) fn is_telling_name(name: &[u8]) -> bool {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name[0] == b'_' {
        return false;
    }
    match meaning(Within::Top, name) {
        Some((says, _)) => says.may_be_beside(name),
        None => is_said_in_words(name) && words(name).all(is_useful),
    }
}

/// Whether a reader could show a name as it stands.
fn is_said_in_words(name: &[u8]) -> bool {
    let said = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:@$/ ".contains(byte);
    name.iter().all(said) && name.iter().any(u8::is_ascii_alphabetic)
}

/// The words that a name is made of: `http.statusCode` has three.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let start = rest.iter().position(u8::is_ascii_alphanumeric)?;
        rest = &rest[start..];
        let end = (1..rest.len()).find(|at| ends_at(rest, *at)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some(word)
    })
}

/// Whether a word of `name` ends in front of the byte at `at`: `requestID`, `HTTPStatus`.
fn ends_at(name: &[u8], at: usize) -> bool {
    let (before, byte) = (name[at - 1], name[at]);
    let small_follows = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    // The `s` of many: `requestIDs`.
    let many =
        name.get(at + 1) == Some(&b's') && name.get(at + 2).is_none_or(|byte| !byte.is_ascii_lowercase());
    let capital_begins = !before.is_ascii_uppercase() || small_follows && !many;
    !byte.is_ascii_alphanumeric() || byte.is_ascii_uppercase() && capital_begins
}

fn is_useful(word: &[u8]) -> bool {
    let mut small = [0; WORD_BYTES_MAX];
    let Some(small) = small.get_mut(..word.len()) else { return true };
    small.copy_from_slice(word);
    small.make_ascii_lowercase();
    let small: &[u8] = small;
    let listed = |word: &[u8]| USELESS.binary_search(&word).is_ok();
    let one = small.strip_suffix(b"s").filter(|one| !one.ends_with(b"s"));
    if listed(small) || one.is_some_and(listed) {
        return false;
    }
    let ends = |end: &&[u8]| small.ends_with(end) || one.is_some_and(|one| one.ends_with(end));
    let useless =
        USELESS_ENDS.iter().any(ends) || USELESS_FRONTS.iter().any(|front| small.starts_with(front));
    !useless || USEFUL.binary_search(&small).is_ok()
}

/// Whether a string may be news: one word, and not one that says which one, when or how much.
pub(super) fn is_telling_word(value: &[u8]) -> bool {
    let said = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./:".contains(byte);
    if value.is_empty() || value.len() > VALUE_BYTES_MAX || !value.iter().all(said) {
        return false;
    }
    if !value.iter().any(u8::is_ascii_alphabetic) {
        return is_telling_number(value);
    }
    !(is_hash(value) || begins_with_date(value) || is_amount(value))
}

/// Whether a number may be news: a whole one that is no moment.
pub(super) fn is_telling_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let whole = !digits.is_empty() && value.len() <= VALUE_BYTES_MAX && digits.iter().all(u8::is_ascii_digit);
    whole && (digits.len() < EPOCH_DIGITS_MIN || super::values::moment_of(digits).is_none())
}

/// Whether a field of this name may hold what a request asked for: `uri`, `RequestPath`, `http.url`.
pub(super) fn may_hold_target(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 7] = [b"uri", b"url", b"path", b"request", b"target", b"route", b"endpoint"];
    // Most names end in none of these letters.
    matches!(name.last(), Some(b'i' | b'I' | b'l' | b'L' | b'h' | b'H' | b't' | b'T' | b'e' | b'E'))
        && ENDS.iter().any(|end| {
            let at = name.len().checked_sub(end.len());
            at.is_some_and(|at| name[at..].eq_ignore_ascii_case(end))
        })
}

/// Whether a value may be what a request asked for: `/x`, `GET /x HTTP/1.1`, `https://host/x`.
pub(super) fn is_target(value: &[u8]) -> bool {
    let method = value.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let begins = |target: &[u8]| {
        target.starts_with(b"/") || target.starts_with(b"http://") || target.starts_with(b"https://")
    };
    begins(value) || method >= 3 && value.get(method) == Some(&b' ') && begins(&value[method + 1..])
}

fn is_hash(value: &[u8]) -> bool {
    let hex = value.len() >= HASH_BYTES_MIN && value.iter().all(u8::is_ascii_hexdigit);
    hex && value.iter().any(u8::is_ascii_digit)
}

/// `2024-05-14T08:00:00Z`.
fn begins_with_date(value: &[u8]) -> bool {
    let Some([y1, y2, y3, y4, b'-' | b'/', m1, m2, b'-' | b'/', ..]) = value.get(..) else { return false };
    [y1, y2, y3, y4, m1, m2].iter().all(|byte| byte.is_ascii_digit())
}

/// A number with its unit, or several: `1m3.5s`, `16MiB`.
fn is_amount(value: &[u8]) -> bool {
    let mut rest = value.strip_prefix(b"-").unwrap_or(value);
    while !rest.is_empty() {
        let number = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let unit = rest[number..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (front, behind) = rest.split_at(number + unit);
        if number == 0 || !is_unit(&front[number..]) {
            return false;
        }
        rest = behind;
    }
    true
}

fn is_unit(word: &[u8]) -> bool {
    const TIMES: [&[u8]; 12] =
        [b"s", b"ms", b"us", b"ns", b"m", b"h", b"d", b"sec", b"secs", b"min", b"mins", b"hours"];
    let is = |unit: &[u8]| word.eq_ignore_ascii_case(unit);
    let size = match word {
        [b'k' | b'K' | b'm' | b'M' | b'g' | b'G' | b't' | b'T', rest @ ..] => rest,
        _ => word,
    };
    TIMES.into_iter().any(is) || matches!(size, [] | b"b" | b"B" | b"i" | b"ib" | b"iB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(USELESS.is_sorted() && USEFUL.is_sorted());
    }

    #[test]
    fn a_name_says_what_happened_or_which_one_and_how_much() {
        let telling = "status code statusCode status_code http.status exit_code errno state reason phase result health \
            type method retry ok success severity_text2 user valid isPaid HTTPStatus kind event action cause outcome \
            support export runtimes2 cacheStatus x-cache queue protocol request.method res.statusCode timeout timedOut \
            sqlstate SQLState signal EXIT_STATUS UNIT_RESULT transport attempt disk plan locale currency description zip";
        for name in telling.split_whitespace() {
            assert!(is_telling_name(name.as_bytes()), "{name}");
        }
        let useless = "id ids requestId request_id requestID requestIDs traceid trace-id span.id uuid hash token time \
            date duration durationMs latency_p99 bytes bodyBytes body_bytes_sent size port pid thread line seq offset \
            version ip client_ip clientip addr remote_addr RemoteAddr host hostname user-agent userAgent useragent url \
            path request_path uri pod pod_name node level msg message logger component stack caller @timestamp \
            responseTime request_time timeMillis took_ms elapsed user.name count totalRows file _PID SYSLOG_PID k8s.x \
            password api_token session 12 ... ünïcode referer headers upstream_response_time time-taken";
        for name in useless.split_whitespace() {
            assert!(!is_telling_name(name.as_bytes()), "{name}");
        }
        assert!(!is_telling_name(b"") && !is_telling_name(&[b'a'; 200]));
    }

    #[test]
    fn a_field_may_hold_what_was_asked_for() {
        for name in ["uri", "RequestPath", "http.url", "request_uri", "path"] {
            assert!(may_hold_target(name.as_bytes()), "{name}");
        }
        assert!(!may_hold_target(b"referer") && !may_hold_target(b"status") && !may_hold_target(b""));
        for value in ["/a", "GET /a HTTP/1.1", "https://h/a", "POST https://h"] {
            assert!(is_target(value.as_bytes()), "{value}");
        }
        for value in ["", "a/b", "GET", "GET ", "ftp://h/a", "Get /a"] {
            assert!(!is_target(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn a_value_is_a_word_or_a_whole_number() {
        let telling = "500 -1 0 OOMKilled ORA-00600 9/KILL GET HTTP/1.1 eu.west-1 a:b true 40P01 0xc0000005 5xx failed \
            decade 1234567 cache.hit";
        for value in telling.split_whitespace() {
            assert!(is_telling_word(value.as_bytes()), "{value}");
        }
        let useless = "1.5 10.0.0.1 10.0.0.1:80 - / 12:30 2024-05-14 2024-05-14T08:00:00Z 3ms 1m3.5s -2s 16MiB 5kB a64f992 \
            9f8e7d6c5b 1715673600 1715673600125 a,b a=b (x) ünï abcdefghijklmnopqrstuvwxyz";
        for value in useless.split_whitespace() {
            assert!(!is_telling_word(value.as_bytes()), "{value}");
        }
        assert!(!is_telling_word(b"") && !is_telling_word(b"two words"));
        assert!(is_telling_number(b"500") && is_telling_number(b"-1"));
        for value in ["1.5", "1e3", "-", "", "1234567890123456789012345"] {
            assert!(!is_telling_number(value.as_bytes()), "{value}");
        }
    }
}

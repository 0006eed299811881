//! Which words of a cheap key are values.
//!
//! Every rule counts a run of digits as one place, whatever its length: else a
//! counter that gains a digit would be a new message. No rule knows any product.
//! What it costs: one pass over a word that holds a digit, one glance at most of
//! the others. Where it fails: names without digits or joints (`guest`) stay
//! words; a word of up to three letters with a digit (`ip4`) is always a value.

use memchr::memrchr;

use super::bytes::{CLASS, Classes, HEX, JOINT, LETTER, MARK, UPPER, is, without_dots, word_end};

// limits
/// With more letters than this a word with digits says something.
pub(super) const LETTERS_MAX: usize = 3;
/// So many changes between letters and digits inside one run are no name.
pub(super) const ALTERNATIONS_MIN: usize = 5;
/// Hex without any digit is only believed from here on: no usual word is that long.
const HEX_LETTERS_MIN: usize = 8;
/// A random token has at least so many places.
pub(super) const RANDOM_PLACES_MIN: usize = 8;
/// A UUID has five groups, a MAC address six.
const HEX_GROUPS_MIN: usize = 5;

/// What one look at a word finds.
#[derive(Default)]
struct Facts {
    /// Letters outside of hex numbers.
    letters: usize,
    /// Letters of any kind.
    letters_all: usize,
    places: usize,
    changes: usize,
    alternations: usize,
    hex_groups: usize,
    groups: usize,
    only_hex_letters: bool,
    only_alphanumeric: bool,
}

/// Whether `word` of a cheap key, which is no value by itself, is one right behind `=`.
pub(super) fn is_variable_behind_equals(word: &[u8], classes: Classes) -> bool {
    let named = |&b: &u8| matches!(b, b'.' | b'/' | b'@' | b'$');
    classes.any_is(MARK) || classes.any_is(JOINT) && word.iter().any(named)
}

/// Whether `word` of a cheap key is a value, whatever stands before it; `port_follows` if a colon
/// and a number are right behind.
pub(super) fn is_variable(word: &[u8], classes: Classes, port_follows: bool) -> bool {
    if word == [1] {
        return true;
    }
    let marked = classes.any_is(MARK);
    let joint = classes.any_is(JOINT);
    if !marked && !may_be_random(word, classes) {
        return match joint {
            false => is_constant_value(word),
            true => is_named_value(word, port_follows),
        };
    }
    let facts = facts(word);
    marked && facts.say_little() || joint && is_named_value(word, port_follows) || facts.say_random()
}

/// Of a run of letters and digits, as it stands in a line, the length of its cheap key, if this is a
/// value whatever stands around it.
pub(super) fn variable_run(run: &[u8]) -> Option<usize> {
    let mut facts = Facts { only_hex_letters: true, only_alphanumeric: true, ..Facts::default() };
    let mut counted = Run::default();
    let mut in_digits = false;
    for &byte in run {
        let is_digit = byte.is_ascii_digit();
        if !(is_digit && in_digits) {
            counted.add(if is_digit { MARK } else { CLASS[byte as usize] }, &mut facts);
        }
        in_digits = is_digit;
    }
    let first_letter = run.iter().position(|byte| !byte.is_ascii_digit());
    let begins_as_hex = first_letter.is_some_and(|at| at > 0 && run[at] == b'x');
    facts.add(counted, begins_as_hex);
    (facts.say_little() || facts.say_random()).then_some(facts.places)
}

/// Whether a word without digits is worth a closer look: such a word changes its
/// class no more often than it has capitals.
fn may_be_random(word: &[u8], classes: Classes) -> bool {
    if word.len() < RANDOM_PLACES_MIN {
        return false;
    }
    let count = |class: u8| word.iter().filter(|&&byte| is(byte, class)).count();
    let only_hex = || word.iter().all(|&byte| is(byte, HEX) || !is(byte, LETTER));
    if !classes.any_is(UPPER) {
        return only_hex() && count(LETTER) >= RANDOM_PLACES_MIN;
    }
    let letters = count(LETTER);
    letters >= RANDOM_PLACES_MIN && (count(UPPER) * 5 >= letters * 2 || only_hex())
}

/// A path or an address.
fn is_named_value(word: &[u8], port_follows: bool) -> bool {
    is_path(word) || is_file(word) || is_address(word, port_follows)
}

fn facts(word: &[u8]) -> Facts {
    let mut facts = Facts { only_hex_letters: true, only_alphanumeric: true, ..Facts::default() };
    let mut run = Run::default();
    let mut start = 0;
    for (at, &byte) in word.iter().enumerate() {
        let class = CLASS[byte as usize];
        if class & (LETTER | MARK) != 0 {
            facts.only_alphanumeric &= byte < 0x80;
            run.add(class, &mut facts);
        } else if byte >= 0x80 {
            facts.only_alphanumeric = false;
            run.strange += 1;
        } else {
            facts.only_alphanumeric &= matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-');
            if start < at {
                facts.add(run, word[start..].starts_with(&[3, b'x']));
            }
            run = Run::default();
            start = at + 1;
        }
    }
    if start < word.len() {
        facts.add(run, word[start..].starts_with(&[3, b'x']));
    }
    facts
}

/// One run of letters and digits, while it is read.
#[derive(Clone, Copy, Default)]
struct Run {
    letters: usize,
    marks: usize,
    /// Bytes that no hex number has.
    strange: usize,
    alternations: usize,
    /// Of the place before: 0 none, 1 digits, 2 a capital, 3 a small letter.
    before: u8,
}

impl Run {
    /// Takes in a letter or a mark.
    #[inline]
    fn add(&mut self, class: u8, facts: &mut Facts) {
        let place = if class & MARK != 0 {
            self.marks += 1;
            1
        } else {
            self.letters += 1;
            self.strange += usize::from(class & HEX == 0);
            if class & UPPER != 0 { 2 } else { 3 }
        };
        facts.places += 1;
        if self.before != 0 && place != self.before {
            self.alternations += usize::from(place == 1 || self.before == 1);
            // A capital before small letters is one hump, not a change.
            facts.changes += usize::from((self.before, place) != (2, 3));
        }
        self.before = place;
    }
}

impl Facts {
    /// Takes in one run of letters and digits, of which the first may be `0x`.
    fn add(&mut self, run: Run, begins_as_hex: bool) {
        let hex = run.strange == 0;
        // Of `0x` and hex digits, `x` alone is no hex digit.
        let prefixed = run.strange == 1 && begins_as_hex;
        let hexadecimal = hex && run.marks > 0 || prefixed;
        self.groups += 1;
        self.hex_groups += usize::from(hex);
        self.letters_all += run.letters;
        self.only_hex_letters &= hex;
        if !hexadecimal {
            self.letters += run.letters;
        }
        self.alternations = self.alternations.max(run.alternations + 1);
    }

    /// Whether a word with digits has too few letters, or too many changes between both, for a name.
    fn say_little(&self) -> bool {
        let is_id = self.groups == self.hex_groups && self.groups >= HEX_GROUPS_MIN;
        self.letters <= LETTERS_MAX || self.alternations >= ALTERNATIONS_MIN || is_id
    }

    /// Whether a word is drawn by chance, or a long number.
    fn say_random(&self) -> bool {
        let changes = self.places >= RANDOM_PLACES_MIN && self.changes * 5 >= self.places * 2;
        self.only_alphanumeric && changes || self.only_hex_letters && self.letters_all >= HEX_LETTERS_MIN
    }
}

/// Words that are values by their meaning.
pub(crate) fn is_constant_value(word: &[u8]) -> bool {
    matches!(
        word,
        b"true"
            | b"false"
            | b"True"
            | b"False"
            | b"TRUE"
            | b"FALSE"
            | b"null"
            | b"Null"
            | b"NULL"
            | b"nil"
            | b"None"
            | b"root"
            | b"admin"
    )
}

/// `/etc/hosts`, `~/x`, `./x`, `../x`, `\Windows\x`.
fn is_path(word: &[u8]) -> bool {
    let named = || word.iter().any(|&b| is(b, LETTER | MARK));
    match word {
        [b'/' | b'\\', rest @ ..] => !rest.is_empty() && named(),
        [b'~', b'/', ..] | [b'.', b'/', ..] | [b'.', b'.', b'/', ..] => named(),
        _ => false,
    }
}

/// The name of a file of data or of a program, as far as its ending tells. Files
/// of source code are not among them: a log names those to say where it speaks.
fn is_file(word: &[u8]) -> bool {
    let Some(dot) = memrchr(b'.', word) else { return false };
    let (stem, ending) = (&word[..dot], &word[dot + 1..]);
    let package = [&b"java."[..], b"javax.", b"com.", b"org.", b"net.", b"io."];
    stem.iter().any(|&b| is(b, LETTER | MARK))
        && !package.iter().any(|front| word.starts_with(front))
        && FILE_ENDINGS.contains(&ending)
}

const FILE_ENDINGS: [&[u8]; 42] = [
    b"avro", b"bak", b"bat", b"bin", b"cer", b"cfg", b"cnf", b"conf", b"crt", b"csv", b"dat", b"dll", b"doc",
    b"docx", b"exe", b"gif", b"gz", b"htm", b"html", b"ini", b"iso", b"jar", b"jpeg", b"jpg", b"json",
    b"log", b"msi", b"parquet", b"pdf", b"pem", b"pid", b"png", b"svg", b"tar", b"tgz", b"tmp", b"toml",
    b"txt", b"xml", b"yaml", b"yml", b"zip",
];

/// A host name or an e-mail address.
fn is_address(word: &[u8], port_follows: bool) -> bool {
    match word.iter().position(|&b| b == b'@') {
        Some(0) => false,
        Some(at) => is_host(&word[at + 1..], true),
        None => is_host(word, port_follows),
    }
}

/// Dotted labels of which the last is a plausible top-level domain.
///
/// A country needs a third label or other `evidence`: `a.no` may be anything.
fn is_host(word: &[u8], evidence: bool) -> bool {
    let Some(dot) = memrchr(b'.', word) else { return false };
    let (front, last) = (&word[..dot], &word[dot + 1..]);
    let country_labels_min = if evidence { 2 } else { 3 };
    let labels_min = if is_generic(last) {
        2
    } else if is_country(last) {
        country_labels_min
    } else {
        return false;
    };
    let mut labels = 1;
    for label in front.split(|&b| b == b'.') {
        let fits = |&b: &u8| is(b, LETTER | MARK) || b == b'-' || b == b'_';
        if label.is_empty() || !label.iter().all(fits) {
            return false;
        }
        if labels == 1 && matches!(label, b"com" | b"org" | b"net" | b"io") {
            return false;
        }
        labels += 1;
    }
    labels >= labels_min
}

/// A top-level domain that is no country.
fn is_generic(label: &[u8]) -> bool {
    matches!(
        label,
        b"com"
            | b"org"
            | b"net"
            | b"edu"
            | b"gov"
            | b"mil"
            | b"int"
            | b"arpa"
            | b"biz"
            | b"mobi"
            | b"asia"
            | b"xyz"
            | b"local"
            | b"localdomain"
            | b"internal"
            | b"lan"
            | b"corp"
    )
}

/// Two small letters that some country owns and no common file ending is.
fn is_country(label: &[u8]) -> bool {
    let [first, second] = label else { return false };
    let (first, second) = (*first, *second);
    if !first.is_ascii_lowercase() || !second.is_ascii_lowercase() {
        return false;
    }
    let seconds: &[u8] = match first {
        b'a' => b"cdefgilmoqrstuwxz",
        b'b' => b"abdefghijmnorstwyz",
        b'c' => b"acdfghiklmnoruvwxyz",
        b'd' => b"ejkmoz",
        b'e' => b"cegrstu",
        b'f' => b"ijkmor",
        b'g' => b"abdefghilmnpqrstuwy",
        b'h' => b"kmnrtu",
        b'i' => b"delmnoqrst",
        b'j' => b"emop",
        b'k' => b"eghimnprwyz",
        b'l' => b"abcikrstuvy",
        b'm' => b"acdeghklmnopqrstuvwxyz",
        b'n' => b"acefgilopruz",
        b'o' => b"m",
        b'p' => b"aefghklmnrstwy",
        b'q' => b"a",
        b'r' => b"eosuw",
        b's' => b"abcdeghiklmnorstvxyz",
        b't' => b"cdfghjklmnortvwz",
        b'u' => b"agksyz",
        b'v' => b"aceginu",
        b'w' => b"fs",
        b'y' => b"et",
        _ => b"amw",
    };
    seconds.contains(&second)
        && !matches!(
            label,
            b"py"
                | b"rs"
                | b"sh"
                | b"so"
                | b"pl"
                | b"pm"
                | b"md"
                | b"cc"
                | b"am"
                | b"id"
                | b"is"
                | b"in"
                | b"to"
                | b"at"
        )
}

/// Where a value that holds separators ends, if one starts at `from`: a URL, an
/// IPv6 or MAC address, a path with a drive. `stop` is the first blank or
/// separator from there on.
#[inline]
pub(crate) fn long_value_end(key: &[u8], from: usize, stop: usize) -> Option<usize> {
    if key.get(stop) != Some(&b':') {
        return None;
    }
    before_colon_end(key, from, stop)
}

fn before_colon_end(key: &[u8], from: usize, stop: usize) -> Option<usize> {
    let word = &key[from..stop];
    let behind = &key[stop + 1..];
    let scheme = |&b: &u8| b.is_ascii_alphabetic() || matches!(b, b'+' | b'-' | b'.' | 1..=3);
    if behind.starts_with(b"//") && word.len() >= 2 && word.iter().all(scheme) {
        return Some(loose_end(key, stop));
    }
    if behind.starts_with(b"\\") && word.len() == 1 && word[0].is_ascii_alphabetic() {
        return Some(loose_end(key, stop));
    }
    hex_groups_end(key, from)
}

/// The end of what a URL or a path may hold; a closing sign at its end is not part of it.
fn loose_end(key: &[u8], from: usize) -> usize {
    let mut end = from;
    while end < key.len() && !matches!(key[end], b' ' | b'\t' | b'"' | b'\'' | b'|' | b')' | b']' | b'}') {
        end += 1;
    }
    while end > from + 1 && matches!(key[end - 1], b',' | b';' | b':' | b'.') {
        end -= 1;
    }
    end
}

/// The end of an address of hex groups and colons: six groups of up to two
/// letters, or eight groups, or fewer with a `::`; at least one with a digit.
fn hex_groups_end(key: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let (mut groups, mut marks, mut gaps) = (0, 0, 0);
    loop {
        let start = at;
        let mut letters = 0;
        while at < key.len() && is(key[at], HEX | MARK) {
            marks += usize::from(is(key[at], MARK));
            letters += usize::from(is(key[at], HEX));
            at += 1;
        }
        if at < key.len() && is(key[at], LETTER) || letters > 4 {
            return None;
        }
        if at > start {
            groups += 1;
        } else if groups > 0 {
            gaps += 1;
        }
        if key.get(at) != Some(&b':') || gaps > 1 {
            break;
        }
        at += 1;
    }
    if groups < 2 {
        return None;
    }
    if key.get(at - 1) == Some(&b':') && !key[..at].ends_with(b"::") {
        at -= 1;
        gaps -= 1;
    }
    let whole = groups == 6 || groups == 8 || gaps == 1 && groups >= 2;
    let end = without_dots(key, at, word_end(key, at));
    (whole && (marks > 0 || groups == 6)).then_some(end.max(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&[u8]], after_equals: bool, expected: bool) {
        for word in words {
            let classes = Classes::of(word);
            let is =
                is_variable(word, classes, false) || after_equals && is_variable_behind_equals(word, classes);
            assert_eq!(is, expected, "{:?}", String::from_utf8_lossy(word));
        }
    }

    #[test]
    fn values_are_variables() {
        check(
            &[
                b"\x01",
                b"-\x01",
                b"\x01.\x01",
                b"\x03x\x03f",
                b"\x03xdeadbeef",
                b"\x02",
                b"blk_-\x01",
                b"\x03ms",
                b"\x01.\x01.\x01.\x01",
                b"\x02-\x03b-a\x03-\x01-\x02",
                b"x\x03y\x03z",
                b"/etc/hosts",
                b"~/x",
                b"root",
                b"null",
                b"a@b.com",
                b"www.example.com",
                b"proxy.cse.uni.edu.hk",
                b"kJhQxZbNmWpL",
                b"dead\x03",
                b"deadbeef",
                b"**\x01",
            ],
            false,
            true,
        );
        check(&[b"a.b", b"a/b", b"me@x", b"long\x03"], true, true);
    }

    #[test]
    fn words_are_words() {
        check(
            &[
                b"jk\x03_init",
                b"HTTP/\x01.\x01",
                b"workerEnv.init",
                b"com.example.net",
                b"org.apache.com",
                b"main.rs",
                b"node-\x01",
                b"TaskMgrImpl",
                b"isOkToDoItNow",
                b"getTopPadding",
                b"read/write",
                b"guest",
                b"NSURLSession",
                b"user@host",
                b"...x",
            ],
            false,
            false,
        );
        check(&[b"guest", b"ok_then"], true, false);
    }

    #[test]
    fn addresses_and_urls_are_one_value() {
        let ends = |key: &[u8]| {
            let stop = super::super::bytes::word_end(key, 0);
            long_value_end(key, 0, stop)
        };
        assert_eq!(ends(b"http://a.b:\x01/c?d=e, x"), Some(18));
        assert_eq!(ends(b"\x01:\x01:\x03:\x03:ba:\x03 via"), Some(12));
        assert_eq!(ends(b"fe\x03::\x01 x"), Some(6));
        assert_eq!(ends(b"C:\\a\\b x"), Some(6));
        assert_eq!(ends(b"aa:bb:cc:dd:ee:ff x"), Some(17));
        assert_eq!(ends(b"abc: x"), None);
        assert_eq!(ends(b"\x01:\x01:\x01 x"), None);
        assert_eq!(ends(b"a:"), None);
        assert_eq!(ends(b"fade:bad::cafe x"), None);
    }
}

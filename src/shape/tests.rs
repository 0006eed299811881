//! Behaviours of stage 1.

use super::collapse::{Stack, collapse};
use super::tokens::parse;
use super::*;

fn of(cheap: &[u8], host_follows: bool) -> Shape {
    let mut shape = Shape::default();
    canonical(cheap, host_follows, &mut Scratch::default(), &mut shape);
    shape
}

/// `cheap` and `expected` write 9 for a run of digits, `~` for the level's mark.
fn check(cheap: &str, expected: &str) {
    check_with(cheap, expected, false);
}

fn check_with(cheap: &str, expected: &str, host_follows: bool) {
    let cheap = cheap.replace('9', "\u{1}");
    let shape = of(cheap.as_bytes(), host_follows);
    let shown = String::from_utf8_lossy(&shape.text).replace('\u{1}', "<*>").replace('\u{2}', "~");
    assert_eq!(shown, expected, "{cheap}");
}

#[test]
fn words_stay_and_values_go() {
    check("Received block blk_-9 of size 9 from /9.9.9.9", "Received block <*> of size <*> from <*>");
    check("src: /9.9.9.9:9 dest: /9.9.9.9:9", "src:<*> dest:<*>");
    check("workerEnv.init() ok /etc/x/workers9.properties", "workerEnv.init()ok <*>");
    check("open http://a.b/c?d=(e) now", "open <*>)now");
    check("key=guest user=a.b id=x9", "key=guest user=<*> id=<*>");
    check("HTTP/9.9 jk\u{3}_init", "HTTP/#.# jk#_init");
    check("is it true, is it null", "is it <*>,is it <*>");
}

#[test]
fn a_generated_name_keeps_its_word() {
    check("pod web-\u{2}-x\u{3}x\u{3}k is up", "pod web-#-# is up");
    check("pod web-bcdfghjkl-bcdfg is up", "pod web-#-# is up");
    check("pod web\u{3}-\u{2}-9: is up", "pod web#-#-#:is up");
    check("[pod/web-bcdfghjkl-bcdfg/web] hi", "[pod/web-#-#/web]hi");
    check("pod=web-bcdfghjkl-bcdfg up", "pod=<*> up");
    check("tcp-rst-drop error-bcdfghjkl-bcdfg", "tcp-rst-drop error-#-#");
    assert!(!of(b"error-bcdfghjkl-bcdfg", false).alarm);
}

#[test]
fn runs_of_values_become_one() {
    check("a 9, 9 - 9 | 9 b", "a <*> b");
    check("sent 9 bytes (9 KB) fine", "sent <*> fine");
    check("took 9 ms", "took <*>");
    check("ms 9", "ms <*>");
    check("f(9) () g()", "f(<*>)()g()");
    check("9 () g", "<*> g");
    check("9 (9 (9)) g", "<*> g");
    check("(9 9", "(<*>");
    check("9=9", "<*>=<*>");
}

#[test]
fn blanks_beside_separators_do_not_count() {
    check("  a  b\tc ", "a b c");
    check("a : b ( c )", "a:b(c)");
    check("size=   9", "size=<*>");
    check("a - b", "a - b");
    check("stopped. Then  .. more", "stopped. Then .. more");
    check("[ - x", "[ - x");
    check("a ...", "a ...");
    check("", "");
    check(" - ", "-");
    check("= =", "==");
}

#[test]
fn the_host_of_a_syslog_line_is_dropped_and_its_echoes_are_values() {
    check_with("webhost-a sshd[9]: webhost-a is up", "sshd[<*>]:<*> is up", true);
    check_with("su: session opened", "su:session opened", true);
    check_with("kernel[9]: x", "kernel[<*>]:x", true);
    check_with("- web.a/web.a init: web.a up", "init:<*> up", true);
    check_with("plain init: plain up", "init:plain up", true);
    let mut shape = Shape::default();
    let key = b"LABEL web.a init: web.a up";
    canonical_with_host(key, Some(6), &mut Scratch::default(), &mut shape);
    assert_eq!(shape.text, b"LABEL init:\x01 up");
}

#[test]
fn the_level_is_marked_in_the_text() {
    check("[error] it broke", "[~error]it broke");
    check("9 9 D Tag: said", "<*> ~D Tag:said");
    check("9 9 Data: said", "<*> Data:said");
    check("INFO INFO x", "~INFO INFO x");
    check("I found it: there", "~I found it:there");
    check("E\u{3} main.go:9] x", "~E <*> main.go:<*>]x");
    let levels = [
        ("level=warn x", Level::Warn),
        ("9 E Tag: x", Level::Error),
        ("app FATAL: x", Level::Fatal),
        ("no error in sight", Level::None),
    ];
    for (key, level) in levels {
        let shape = of(key.replace('9', "\u{1}").as_bytes(), false);
        assert_eq!(shape.level, level, "{key}");
        assert_eq!(Shape::from_text(&shape.text), shape);
    }
}

#[test]
fn more_than_256_words_end_in_a_hash_that_keeps_its_alarm() {
    let line = |last: &str| format!("{}{last}", "word ".repeat(300));
    let calm = of(line("end").as_bytes(), false);
    let other = of(line("stop").as_bytes(), false);
    let alarming = of(line("failed").as_bytes(), false);
    assert_ne!(calm.text, other.text);
    assert_eq!(tokens(&calm.text).count(), WORDS_MAX + 1);
    assert!(!calm.alarm && alarming.alarm);
    assert!(Shape::from_text(&alarming.text).alarm);
}

#[test]
fn a_long_quotation_is_one_word_for_stage_two() {
    let count = |text: &[u8]| {
        let mut pieces = Vec::new();
        parse(text, &mut pieces);
        group_quotes(text, &mut pieces);
        pieces.len()
    };
    assert_eq!(count(b"ran \"select a from b where c\" twice"), 3);
    assert_eq!(count(b"ran \"select a from b\" twice"), 6);
    assert_eq!(count(b"ran \"select a from b where it failed\" twice"), 9);
    assert_eq!(count(b"\"a b c d e f\" \"a b c d e f\""), 2);
    assert_eq!(count(b"ran \"a b c d e f g"), 8);
}

/// What random cheap keys are made of.
const PIECES: &[&str] = &[
    "\u{1}",
    "\u{1}",
    "\u{2}",
    "\u{3}x\u{3}f",
    "ab\u{3}",
    "word",
    "node\u{3}",
    "a.b",
    "ms",
    ".",
    "...",
    "-",
    "*",
    " ",
    " ",
    " ",
    "\t",
    ":",
    "::",
    "=",
    ",",
    "(",
    ")",
    "()",
    "[",
    "]",
    "\"",
    "'",
    "|",
    "/",
    "/x",
    "http://",
    "@",
    "<",
    ">",
    "#",
    "error",
    "diskFull_OOM",
    "getFailCount",
    "down",
    "INFO",
    "E",
    "ba:",
    "\u{e9}",
    "\u{4}",
    "fe",
    "C:\\",
    "\u{0}",
];

/// Whatever the bytes, reading a shape back and collapsing it again changes nothing.
#[test]
fn any_bytes_give_a_shape_that_reads_back_as_itself() {
    let mut state: u64 = 1;
    let mut next = |end: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % end
    };
    let (mut scratch, mut shape) = (Scratch::default(), Shape::default());
    let (mut pieces, mut stack, mut again) = (Vec::new(), Stack::default(), Vec::new());
    let (mut kinds, mut known) = (Kinds::default(), Vec::new());
    for round in 0..40_000 {
        let mut key = Vec::new();
        for _ in 0..next(14) {
            match next(20) {
                0 => key.push(next(256) as u8),
                _ => key.extend_from_slice(PIECES[next(PIECES.len())].as_bytes()),
            }
        }
        key.retain(|b| !b.is_ascii_digit());
        canonical(&key, round % 3 == 0, &mut scratch, &mut shape);
        parse(&shape.text, &mut pieces);
        parse_known(&shape.text, &mut kinds, &mut known);
        assert_eq!(known, pieces, "{key:?}");
        again.clear();
        collapse(&shape.text, &pieces, |_| false, &mut stack, &mut again);
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(shown(&again), shown(&shape.text), "{key:?}");
        for piece in &pieces {
            let word = piece.word(&shape.text);
            assert!(!word.contains(&VARIABLE) || word.len() == 1, "{key:?}");
        }
        assert_eq!(Shape::from_text(&shape.text), shape, "{key:?}");
        assert_eq!(pieces.iter().any(|piece| piece.kind.is_alarm()), shape.alarm, "{key:?}");
        // Words that were met before are judged as they are by themselves.
        assert_eq!(of(&key, round % 3 == 0), shape, "{key:?}");
    }
}

/// A word that is spelled like all of its kind is the value and the candidate that it was.
#[test]
fn opaque_words_are_what_they_were() {
    let mut state = 5u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let alphabets = [&b"a1"[..], b"abcdef01", b"aBcDeX019", b"x0f1", b"qjvzkQJVZK23456789", b"pwd12"];
    let mut scratch = Scratch::default();
    let mut judged = |key: &[u8]| {
        let mut shape = Shape::default();
        scratch.runs = (0..).zip(key).filter(|(_, byte)| **byte < 4).map(|(at, _)| at).take(1).collect();
        canonical(key, false, &mut scratch, &mut shape);
        let candidates = candidates::Candidates::of(key, 0, &mut scratch);
        (shape, candidates.count, candidates.iter().collect::<Vec<_>>())
    };
    let mut kinds = std::collections::HashSet::new();
    for round in 0..40_000 {
        let alphabet = alphabets[round % alphabets.len()];
        let word: Vec<u8> = (0..1 + random(40)).map(|_| alphabet[random(alphabet.len())]).collect();
        let behind = [&b", now"[..], b" = on", b") done", b""][random(4)];
        let (mut near, mut far) = (b"met ".to_vec(), b"met ".to_vec());
        cheap::write(&[b"met ", &word[..], behind].concat(), &mut near);
        // By itself a word is spelled as it is.
        cheap::write(&word, &mut far);
        far.extend_from_slice(behind);
        near.drain(..4);
        if near != far {
            kinds.insert(near[4..].to_vec());
            assert_eq!(judged(&near), judged(&far), "{}", String::from_utf8_lossy(&word));
        }
    }
    assert_eq!(kinds.len(), 4 * 4, "of letters or digits, short or long, and what stands behind");
}

/// A host that is named again is no value of its line, however its name is spelled.
#[test]
fn an_echo_of_the_host_is_no_opaque_word() {
    for (text, echo) in [
        ("web1 app: moved to web1 now", "web\u{3}"),
        ("sn37/sn37 app: moved to sn4, now", "sn\u{3}"),
        (" dn228 app: moved to (dn1)", "dn\u{3}"),
        ("web1 app: moved to db1 now", "x\u{3}"),
    ] {
        let mut key = Vec::new();
        cheap::write(text.as_bytes(), &mut key);
        let behind = String::from_utf8(key).unwrap();
        let word = behind.split("moved to ").nth(1).unwrap().trim_start_matches('(');
        assert!(word.starts_with(echo), "{text}: {behind:?}");
    }
}

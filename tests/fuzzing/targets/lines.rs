//! What is done with a single line: its stamp, its layers, its shape, its secrets.

use super::super::Seen;
use super::hash;
use logsurge::Time;
use logsurge::count::{Carry, Job, Opener, Worker};
use logsurge::line::record::{
    RecordState, Role, begins_stretch, is_ordinary, is_plain, looks_continued, role_of,
};
use logsurge::line::split::Cleaner;
use logsurge::line::stamp::{Anchor, Clock, Wall, find};
use logsurge::line::structured::{Format, Seen as Layer, Unwrapper, cut_stream, join_parts, waiting_from};
use logsurge::shape::values::Reader;
use logsurge::shape::{Scratch, Shape, alarm, canonical_with_host, cheap, tokens};
use logsurge::time::Zone;

const LATEST: Time = Time(1_800_000_000_000_000);

fn split(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
}

/// A clock that remembers says what a fresh one says, and what it cuts lies in the line.
pub fn stamp(text: &[u8], seen: &mut Seen) {
    let mut warm = Clock::new(Zone::utc(), None);
    let mut abroad = Clock::new(Zone::named("Europe/Zurich").expect("a zone"), Some(2024));
    let anchor = Anchor { last: None, latest: LATEST };
    for line in split(text) {
        let found = find(line);
        let reading = warm.read(line, anchor);
        assert_eq!(
            found.map(|found| (found.start, found.end, found.host_follows)),
            reading.map(|reading| (reading.start, reading.end, reading.host_follows))
        );
        assert_eq!(reading, warm.read(line, anchor), "a second look differs");
        assert_eq!(reading, Clock::new(Zone::utc(), None).read(line, anchor), "what was remembered shows");
        let Some((found, reading)) = found.zip(reading) else { continue };
        assert!(found.start <= found.end && found.end <= line.len());
        // Around the years that can be written, every zone must still be able to count.
        let anchors = [Time(i64::MIN / 4), Time(0), reading.time, LATEST, Time(i64::MAX / 4)];
        for last in anchors {
            let anchor = Anchor { last: Some(last), latest: LATEST };
            let there = abroad.read(line, anchor).expect("the same stamp is there");
            assert_eq!((there.start, there.end), (found.start, found.end));
            assert!(!there.time.to_string().is_empty());
            let _ = there.time.pane().start();
        }
        let kind = match found.wall {
            Wall::Instant(_) => 0,
            Wall::Local { .. } => 1,
            Wall::Yearless { .. } => 2,
        };
        seen.see(&[1, kind, found.start.min(40) as u64, (found.end - found.start).min(64) as u64]);
        seen.see(&[2, class_of(&line[found.start..found.end])]);
    }
}

/// A hash of a text in which all digits, and all letters, are alike.
fn class_of(text: &[u8]) -> u64 {
    let class = text.iter().map(|byte| match byte {
        b'0'..=b'9' => b'0',
        b'a'..=b'z' | b'A'..=b'Z' => b'a',
        0x80.. => 0x80,
        byte => *byte,
    });
    hash(&class.take(48).collect::<Vec<u8>>())
}

/// The shape follows from the cheap key alone, and from a shape's text what the shape is.
pub fn shape(text: &[u8], seen: &mut Seen) {
    let seed = cheap::Seed::new(7);
    let mut scratch = Scratch::default();
    let mut worker =
        Worker::new(Opener::new(Clock::new(Zone::utc(), Some(2026))).with_format(Format::Text), 7);
    for line in split(text) {
        let mut shape = Shape::default();
        let mut key = Vec::new();
        cheap::write(line, &mut key);
        canonical_with_host(&key, None, &mut scratch, &mut shape);
        let mut fresh = Shape::default();
        canonical_with_host(&key, None, &mut Scratch::default(), &mut fresh);
        assert_eq!(shape, fresh, "used buffers change a shape");
        let around = [b"a1f ", line, b"9e8 \n7f"].concat();
        let mut runs = cheap::Runs::default();
        let alone = cheap::hash(&seed, 1, line, 0, line.len(), &mut runs);
        assert_eq!(
            alone,
            cheap::hash(&seed, 1, &around, 4, 4 + line.len(), &mut runs),
            "what lies around a line counts"
        );
        let other = other_digits(line);
        let mut other_key = Vec::new();
        cheap::write(&other, &mut other_key);
        if other_key == key {
            let other_alone = cheap::hash(&seed, 1, &other, 0, other.len(), &mut runs);
            assert_eq!(alone, other_alone, "one key, two hashes");
        }
        let mut hosted = Shape::default();
        canonical_with_host(&key, Some(0), &mut scratch, &mut hosted);
        check_shape(&shape, line, seen);
        check_shape(&hosted, line, seen);
        let carry = Carry::start(LATEST);
        let job = Job { source: 0, index: 0, bytes: line, carry, overlong: 0, live: false };
        let delta = worker.tally(&job);
        assert_eq!(delta.lines.read, 1.min(line.len() as u64));
    }
}

fn check_shape(shape: &Shape, line: &[u8], seen: &mut Seen) {
    let read = Shape::from_text(&shape.text);
    assert_eq!((read.level, read.alarm), (shape.level, shape.alarm), "{}", shape.text.escape_ascii());
    let mut kinds = vec![3, shape.level as u64, u64::from(shape.alarm)];
    for token in tokens(&shape.text).take(12) {
        kinds.push(
            u64::from(token.kind.is_variable())
                + 2 * u64::from(token.kind.has_digits())
                + 4 * u64::from(token.kind.is_alarm())
                + 8 * u64::from(token.kind.is_identifier()),
        );
        kinds.push(u64::from(token.follows_blank()));
    }
    for end in 3..kinds.len().min(9) {
        seen.see(&kinds[..end]);
    }
    let reader = Reader::new(&shape.text);
    for cut in [false, true] {
        seen.see(&[4, reader.values(line, cut).map_or(99, |values| values.len().min(8) as u64)]);
    }
}

/// The line with other digits in the same places.
fn other_digits(line: &[u8]) -> Vec<u8> {
    let other = |byte: &u8| if byte.is_ascii_digit() { b'0' + (byte - b'0' + 7) % 10 } else { *byte };
    line.iter().map(other).collect()
}

/// A used unwrapper says what a fresh one says, for every format; cut lines are put together
/// within bounds.
pub fn structured(text: &[u8], seen: &mut Seen) {
    for format in [Format::Auto, Format::Json, Format::Logfmt] {
        let mut used = Unwrapper::new(format, alarm::any);
        for line in split(text).filter(|line| !line.is_empty()) {
            let concerned = used.concerns(line);
            let (kind, said) = unwrapped(&mut used, line);
            let again = unwrapped(&mut Unwrapper::new(format, alarm::any), line);
            assert_eq!((kind, &said), (again.0, &again.1), "what was remembered shows");
            seen.see(&[5, kind, u64::from(concerned), class_of(&said[..said.len().min(24)])]);
        }
    }
    let waiting = waiting_from(text);
    assert!(waiting <= text.len() && (waiting == 0 || waiting == text.len() || text[waiting - 1] == b'\n'));
    let mut start = 0;
    for line in split(text) {
        if let Some(is_error) = cut_stream(line) {
            let mut joined = Vec::new();
            join_parts(text, start, start + line.len() + 1, is_error, &mut joined);
            assert!(joined.len() <= text.len());
        }
        start += line.len() + 1;
    }
}

fn unwrapped(unwrapper: &mut Unwrapper, line: &[u8]) -> (u64, Vec<u8>) {
    match unwrapper.unwrap(line) {
        Layer::Text => (0, Vec::new()),
        Layer::Blank => (1, Vec::new()),
        Layer::Line(inner) => {
            assert!(!inner.text.contains(&b'\n'), "a line has become two");
            (2 + u64::from(inner.whole) + 2 * u64::from(inner.part.is_some()), inner.text.to_vec())
        }
    }
}

/// The looks that save work agree with the rules they stand for.
pub fn record(text: &[u8], seen: &mut Seen) {
    let starts = [RecordState::default(), RecordState::after_head(false), RecordState::after_head(true)];
    for mut state in starts {
        let mut cleaner = Cleaner::default();
        cleaner.look(text);
        for line in split(text) {
            let line = cleaner.clean(line);
            let role = role_of(line, state);
            if is_ordinary(line, state) {
                assert_eq!(role, Role::Message, "{}", line.escape_ascii());
                assert_eq!(state.after_unstamped(line, role), state, "{}", line.escape_ascii());
            }
            let looks = [looks_continued(line), is_plain(line), begins_stretch(line)].map(u64::from);
            seen.see(&[6, role as u64, looks[0], looks[1], looks[2]]);
            let settled = match role {
                Role::Detail if alarm::any(line) => Role::Named,
                Role::Detail => Role::Continuation,
                role => role,
            };
            state = state.after_unstamped(line, settled);
        }
    }
}

/// What is blanked stays blanked.
pub fn redact(text: &[u8], seen: &mut Seen) {
    let once = logsurge::redact(text).into_owned();
    let blanks = once.windows(10).filter(|part| part == b"[redacted]").count();
    seen.see(&[7, blanks.min(9) as u64, class_of(&once)]);
    for secret in [&b"AKIAIOSFODNN7EXAMPLE"[..], b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh"] {
        let line = [text, b" ", secret, b" "].concat();
        let shown = logsurge::redact(&line).into_owned();
        assert!(!shown.windows(secret.len()).any(|part| part == secret), "a secret is shown");
    }
}

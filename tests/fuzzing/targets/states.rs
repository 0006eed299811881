//! What a host remembers and what people have decided, as files of any bytes.

use super::super::{Seen, seeds};
use super::hash;
use crate::ways::{add_up, config};
use logsurge::baseline::Settings;
use logsurge::state::State;
use logsurge::time::Zone;
use logsurge::{Config, Known, Session, Time};
use std::path::Path;
use std::sync::LazyLock;

/// Bytes of a file before what is packed, where it has no masks; and behind it.
const HEADER_BYTES: usize = 20;
const CHECKSUM_BYTES: usize = 8;

fn state(text: &[u8], live: bool, settings: Settings) -> Vec<u8> {
    let mut session = Session::new(&Config { live, warmup: Some(0), ..config() }, None, "app");
    session.feed(text);
    let told = std::iter::from_fn(|| session.next_alert()).collect();
    let state = State {
        settings,
        log: "/app.log".into(),
        begun: Time(0),
        saved: Time(1),
        runs: 2,
        cursor: Default::default(),
        session: session.save(),
        told,
        said: vec![3],
        baseline: 0,
    };
    state.to_bytes().expect("our own state can be saved")
}

pub fn files() -> Vec<Vec<u8>> {
    let long = seeds::long_log();
    let masks = Settings::with_masks([("order", r"ORD-\w+"), ("b", "x")]);
    vec![
        state(b"2026-03-02T14:02:31Z ERROR a b\n", true, masks),
        state(b"no stamp\n  at x\n", true, Settings::default()),
        state(&long[..long.len() / 16], false, Settings::default()),
    ]
}

/// The files without their checksum.
pub fn unsealed() -> Vec<Vec<u8>> {
    files().into_iter().map(|bytes| bytes[..bytes.len() - CHECKSUM_BYTES].to_vec()).collect()
}

/// What is packed in the files without masks, and in that of a log whose values are known.
pub fn bodies() -> Vec<Vec<u8>> {
    let mut values = String::new();
    for minute in 0..90 {
        let (time, code) = (Time::from_seconds(1_772_460_000 + minute * 60), minute % 3);
        values += &format!("{time} INFO worker done code={code} state=idle\n");
        let status = if minute % 20 == 7 { 503 } else { 200 };
        values += &format!("{time} \"GET /cart/{minute} HTTP/1.1\" {status} 12\n");
    }
    let sealed = unsealed().into_iter().skip(1);
    let values = state(values.as_bytes(), true, Settings::default());
    let packed = sealed.chain([values[..values.len() - CHECKSUM_BYTES].to_vec()]);
    packed.map(|bytes| zstd::decode_all(&bytes[HEADER_BYTES..]).expect("it is our own")).collect()
}

/// Bytes that are packed into a file whose head and checksum are right.
pub fn body(bytes: &[u8], seen: &mut Seen) {
    static HEAD: LazyLock<Vec<u8>> =
        LazyLock::new(|| state(b"", true, Settings::default())[..HEADER_BYTES].to_vec());
    let packed = zstd::encode_all(bytes, 1).expect("memory takes all");
    let sealed = [&HEAD[..], &packed].concat();
    let checksum = xxhash_rust::xxh3::xxh3_64(&sealed).to_le_bytes();
    // Counts that were made up need not add up.
    use_of(&[&sealed[..], &checksum].concat(), seen, false);
}

/// Bytes as they are.
pub fn file(bytes: &[u8], seen: &mut Seen) {
    use_of(bytes, seen, true);
}

fn use_of(bytes: &[u8], seen: &mut Seen, adds_up: bool) {
    match State::from_bytes(bytes, None) {
        Err(said) => {
            assert!(said.contains("remove the file"), "no cure: {said}");
            let class: String = said.chars().filter(|letter| !letter.is_ascii_digit()).collect();
            seen.see(&[1, hash(class.as_bytes()), bytes.len() as u64 / 64]);
        }
        Ok(state) => {
            seen.see(&[2, state.told.len() as u64]);
            let mut session = Session::load(&config(), state.session);
            session.feed(b"2026-03-02T15:00:00Z ERROR c d\n2026-03-02T15:01:00Z INFO e f\n");
            session.finish();
            while session.next_alert().is_some() {}
            if adds_up {
                add_up(session.report());
            }
        }
    }
}

/// Bytes behind which their checksum is put, so that what reads them is reached.
pub fn seal(bytes: &[u8], seen: &mut Seen) {
    file(&[bytes, &xxhash_rust::xxh3::xxh3_64(bytes).to_le_bytes()].concat(), seen);
}

pub fn decisions() -> Vec<Vec<u8>> {
    [
        "[[known]]\nline = \"WARN retrying upstream eu-3 (attempt 2)\"\ndo = \"accept\"\nuntil = 2026-12-31\nreason = \"INC-1\"\n",
        "# why\n[[known]]\nline = '''a\nb <*> c'''\ndo = \"mute\"\nper-hour = 12.5\nuntil = \"2026-12-31 14:00\"\n[[known]]\nline=\"x\"\ndo='accept'\n",
        "known = [{line = \"a=1 \\u0007\", do = \"mute\", until = 2026-12-31T10:00:00Z}]\n",
        "",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

/// Decisions that are understood can be applied; others are an error that names the place.
pub fn known(bytes: &[u8], seen: &mut Seen) {
    match Known::parse(bytes, Path::new("known.toml"), &Zone::utc()) {
        Err(error) => {
            let said = error.to_string();
            assert!(said.starts_with("known.toml"), "no place: {said}");
            seen.see(&[1, hash(said.split(':').next_back().unwrap_or_default().as_bytes())]);
        }
        Ok(known) => {
            seen.see(&[2, known.entries().len() as u64]);
            let now = Time::from_seconds(1_790_000_000);
            let config = Config { known: known.in_force(now), warmup: Some(0), ..config() };
            let mut session = Session::new(&config, None, "app");
            session.feed(b"2026-03-02T15:00:00Z WARN retrying upstream eu-3 (attempt 7)\nx\na=1 b c\n");
            session.finish();
            while session.next_alert().is_some() {}
            add_up(session.report());
        }
    }
}

//! Input made to break its reader: memory and time stay bounded, and all lines are counted.
//!
//! `cargo test` sends small ones. The large ones, with the time and the memory that each took:
//!
//! ```text
//! cargo test --release --test bombs -- --ignored --nocapture
//! ```
//!
//! `LOGSURGE_BOMB=garbage` sends only those with that in their name, `LOGSURGE_BOMB_SIZE=50`
//! smaller ones.
#![cfg(target_os = "linux")]

mod program;
mod random;

use flate2::Compression;
use flate2::write::GzEncoder;
use program::{Place, peak_mib, told};
use random::Random;
use std::fs;
use std::io::{self, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// What no run may take beyond, whatever it is sent.
const MEMORY_MIB_MAX: u64 = 1_024;
const PIECE_BYTES: usize = 1 << 20;

type Send = dyn Fn(&mut dyn Write) -> io::Result<()> + std::marker::Send;

/// Something sent to the program's standard input.
struct Bomb {
    name: &'static str,
    /// Lines that the program must have read at the end.
    lines: u64,
    send: Box<Send>,
}

fn bomb(
    name: &'static str,
    lines: u64,
    send: impl Fn(&mut dyn Write) -> io::Result<()> + std::marker::Send + 'static,
) -> Bomb {
    Bomb { name, lines, send: Box::new(send) }
}

/// So many bytes of one kind, packed as members or frames of a piece each.
fn packed(byte: u8, zstd: bool, pieces: u64) -> impl Fn(&mut dyn Write) -> io::Result<()> {
    move |pipe| {
        let text = vec![byte; PIECE_BYTES];
        let member = if zstd {
            ::zstd::encode_all(&text[..], 19)?
        } else {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&text)?;
            encoder.finish()?
        };
        (0..pieces).try_for_each(|_| pipe.write_all(&member))
    }
}

/// So many lines of words that never come again, a line a millisecond.
fn garbage(pipe: &mut dyn Write, lines: u64) -> io::Result<()> {
    let mut random = Random(5);
    let mut text = String::new();
    for n in 0..lines {
        let time = logsurge::Time(1_772_460_000_000_000 + n as i64 * 1_000);
        text += &format!("{time} {} {} {}\n", random.name(), random.name(), random.name());
        if text.len() > PIECE_BYTES || n + 1 == lines {
            pipe.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    Ok(())
}

fn repeated(line: Vec<u8>, times: u64) -> impl Fn(&mut dyn Write) -> io::Result<()> {
    move |pipe| (0..times).try_for_each(|_| pipe.write_all(&line))
}

/// One of each, `size` times as large as the smallest.
fn bombs(size: u64) -> Vec<Bomb> {
    let deep = |open: &str, times: usize| (open.repeat(times) + "\n").into_bytes();
    let nested = deep("{\"a\":", 100_000);
    let lists = deep("{\"msg\":[[", 50_000);
    let (signs, quotes) = (deep("=", 65_535), deep("a=\"", 21_800));
    // Each differs from the others by a word, so that no cache helps.
    let columns = move |pipe: &mut dyn Write| {
        let mut random = Random(6);
        (0..size).try_for_each(|_| {
            let words: Vec<String> = (0..9_000).map(|_| random.name()).collect();
            pipe.write_all((words.join(" ") + "\n").as_bytes())
        })
    };
    vec![
        bomb("distinct garbage lines", 10_000 * size, move |pipe| garbage(pipe, 10_000 * size)),
        bomb("a line without an end", 1, repeated(vec![b'x'; PIECE_BYTES], size)),
        bomb("zeros in gzip", 1, packed(0, false, 10 * size)),
        bomb("zeros in zstd", 1, packed(0, true, 10 * size)),
        bomb("newlines in gzip", 10 * size * PIECE_BYTES as u64, packed(b'\n', false, 10 * size)),
        bomb("newlines in zstd", 10 * size * PIECE_BYTES as u64, packed(b'\n', true, 10 * size)),
        bomb("objects 100,000 deep", size, repeated(nested, size)),
        bomb("lists 50,000 deep", size, repeated(lists, size)),
        bomb("64 KiB of =", size, repeated(signs, size)),
        bomb("64 KiB of a=\"", size, repeated(quotes, size)),
        bomb("64 KiB of words", size, columns),
    ]
}

/// Sends a bomb and says what came of it.
fn send(bomb: Bomb, args: &[&str]) -> String {
    let place = Place::new();
    let begun = Instant::now();
    let out = |name: &str| Stdio::from(fs::File::create(place.path(name)).unwrap());
    let mut command = place.command(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(out("out"))
        .stderr(out("err"))
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("it is piped");
    let (name, lines) = (bomb.name, bomb.lines);
    let writer = std::thread::spawn(move || (bomb.send)(&mut pipe));
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_mib(&child).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = begun.elapsed();
    writer.join().unwrap().expect("the program reads to the end");
    let mut output = child.wait_with_output().unwrap();
    output.stdout = fs::read(place.path("out")).unwrap();
    output.stderr = fs::read(place.path("err")).unwrap();
    let ran = told(output);
    let summary = ran.err.lines().find(|line| line.starts_with("logsurge: read ")).unwrap_or_default();
    let told = format!(
        "{name}, {}: status {}, {:.1} s, {peak} MiB, {} lines out\n    {summary}",
        args[0],
        ran.status,
        took.as_secs_f64(),
        ran.out.lines().count()
    );
    assert!((0..=2).contains(&ran.status), "{told}\n{}", ran.err);
    assert!(peak < MEMORY_MIB_MAX, "{told}");
    assert!(ran.out.lines().count() < 2_000, "a flood of alerts: {told}");
    if !summary.is_empty() {
        let read = logsurge::alert::grouped(lines);
        assert!(summary.contains(&format!("read {read} line")), "{lines} lines were sent: {told}");
    }
    told
}

const COMMANDS: [&[&str]; 3] = [&["scan", "-"], &["learn", "-o", "base", "-"], &["watch", "-"]];

#[test]
fn small_bombs() {
    for args in COMMANDS {
        for bomb in bombs(2) {
            send(bomb, args);
        }
    }
}

/// Ten million lines of garbage, a line of a gibibyte, ten gibibytes packed.
#[test]
#[ignore = "takes many minutes"]
fn large_bombs() {
    let size = std::env::var("LOGSURGE_BOMB_SIZE").map_or(1_000, |text| text.parse().unwrap());
    let wanted = std::env::var("LOGSURGE_BOMB").unwrap_or_default();
    for args in COMMANDS {
        for bomb in bombs(size).into_iter().filter(|bomb| bomb.name.contains(&wanted)) {
            eprintln!("{}", send(bomb, args));
        }
    }
}

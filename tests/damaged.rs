//! Files that are damaged, vanish, are no files or may not be read: each is said with its name
//! and place and with what to do, all others are read, and the status is 2.
#![cfg(unix)]

mod program;

use flate2::Compression;
use flate2::write::GzEncoder;
use logsurge::engine::{Engine, first_stamp, without_dead_pipes};
use logsurge::input::Decoder;
use logsurge::input::source::list;
use logsurge::{Config, Time};
use program::{Place, Ran};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Lines of the file beside, which is in order.
const BESIDE: u64 = 300;

/// A log of so many lines, a line a second, all different enough that an archive has some size.
fn log(from: u64, lines: u64) -> Vec<u8> {
    let line = |n: u64| {
        let time = Time::from_seconds(1_772_460_000 + n as i64);
        format!("{time} INFO  orders  order {} of {} took {} ms\n", n * 7_919 % 10_007, n % 97, n * 31 % 977)
    };
    (from..from + lines).map(line).collect::<String>().into_bytes()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = ::zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A number in front of a word of the summary.
fn figure(summary: &str, word: &str) -> u64 {
    let words: Vec<&str> = summary.split([' ', '(']).collect();
    let at = words.iter().position(|found| found.trim_end_matches([',', ')']) == word);
    at.map_or(0, |at| words[at - 1].replace(',', "").parse().expect("a number stands before its word"))
}

/// The summary's own figures add up to the lines that can be had.
#[track_caller]
fn adds_up(ran: &Ran, lines: u64, what: &str) {
    let summary =
        ran.err.lines().find(|line| line.starts_with("logsurge: read ")).expect("there is a summary");
    assert_eq!(figure(summary, "lines"), lines, "{what}: {}", ran.err);
    let parts = ["counted", "empty", "continuation", "filtered"].map(|word| figure(summary, word));
    assert_eq!(parts.iter().sum::<u64>(), lines, "{what}: {}", ran.err);
}

/// What can be had of an archive, as text tools count lines.
fn lines_of(path: &Path) -> u64 {
    let (mut decoder, mut text, mut piece) = (Decoder::open(path).unwrap(), Vec::new(), [0; 4_096]);
    while let Ok(count @ 1..) = decoder.read(&mut piece) {
        text.extend_from_slice(&piece[..count]);
    }
    text.split_inclusive(|&byte| byte == b'\n').count() as u64
}

/// The program with an archive and a file in order beside it.
fn check(name: &str, archive: &[u8], said: &str, status: i32) {
    let place = Place::new();
    place.write("a.packed", archive).write("b.log", log(0, BESIDE));
    let lines = lines_of(&place.path("a.packed")) + BESIDE;
    let scan = ["scan", "--exit-zero", "a.packed", "b.log"];
    let learn = ["learn", "-o", "base", "a.packed", "b.log"];
    for args in [&scan[..], &learn[..]] {
        let ran = place.run(args).status(status).says(said);
        adds_up(&ran, lines, name);
        if !said.is_empty() {
            let place = ran.err.lines().find(|line| line.contains(said)).unwrap_or_default();
            assert!(place.contains("a.packed: byte "), "{name}: {}", ran.err);
            assert_eq!(place.contains("--keep-going"), status == 2, "{name}: {}", ran.err);
        }
        let kept = place.run(&[args, &["--keep-going"]].concat()).status(0).says(said);
        adds_up(&kept, lines, name);
        let alone = place.run(&[args, &["-j", "1", "--chunk-bytes", "100"]].concat()).status(status);
        adds_up(&alone, lines, name);
    }
    place.run(&["templates", "a.packed", "b.log"]).status(status).says(said);
    let rows = place.run(&["templates", "--assign", "a.packed", "b.log"]).status(status).says(said);
    assert_eq!(rows.out.lines().count() as u64, lines, "{name}: a row for each line");
    place.run(&["diff", "--exit-zero", "b.log", "a.packed", "b.log", "-q"]).status(2);
    place
        .run(&["diff", "--exit-zero", "--before", "b.log", "--after", "a.packed", "--after", "b.log"])
        .status(status)
        .says(said);
}

fn flipped(archive: &[u8], at: usize) -> Vec<u8> {
    let mut archive = archive.to_vec();
    archive[at] ^= 0x10;
    archive
}

#[test]
fn damaged_gzip_is_read_up_to_the_damage() {
    let text = log(BESIDE, 2_000);
    let good = gzip(&text);
    let end = good.len();
    check("whole", &good, "", 0);
    check("empty", b"", "", 0);
    check("cut in the header", &good[..5], "damaged", 2);
    check("cut in the body", &good[..end / 2], "damaged", 2);
    check("cut in the trailer", &good[..end - 3], "damaged", 2);
    check("a bit of the header", &flipped(&good, 3), "damaged", 2);
    check("a bit of the body", &flipped(&good, end / 2), "damaged", 2);
    check("a bit of the checksum", &flipped(&good, end - 6), "checksum mismatch", 2);
    check("zeros behind", &[&good[..], &[0; 1_000]].concat(), "ignored", 0);
    check("garbage behind", &[&good[..], b"garbage"].concat(), "ignored", 0);
    let members = [gzip(&log(BESIDE, 500)), good.clone(), gzip(&log(9_000, 500))].concat();
    check("members", &members, "", 0);
    let middle = members.len() / 2;
    check("a bit of the second member", &flipped(&members, middle), "damaged", 2);
}

#[test]
fn damaged_zstd_is_read_up_to_the_damage() {
    let text = log(BESIDE, 2_000);
    let good = zstd(&text);
    let end = good.len();
    check("whole", &good, "", 0);
    check("cut in the header", &good[..3], "damaged", 2);
    check("cut in the body", &good[..end / 2], "damaged", 2);
    check("cut in the checksum", &good[..end - 2], "damaged", 2);
    check("a bit of the body", &flipped(&good, end / 2), "damaged", 2);
    check("a bit of the checksum", &flipped(&good, end - 2), "damaged", 2);
    check("zeros behind", &[&good[..], &[0; 1_000]].concat(), "ignored", 0);
    check("garbage behind", &[&good[..], b"garbage"].concat(), "ignored", 0);
    let frames = [zstd(&log(BESIDE, 500)), good.clone(), zstd(&log(9_000, 500))].concat();
    check("a bit of the second frame", &flipped(&frames, frames.len() / 2), "damaged", 2);
}

/// Everything that can lie in a directory at once: the one log is read, the rest is said.
#[test]
fn a_directory_with_everything_in_it_gives_its_log() {
    let place = Place::new();
    let inside = |name: &str| place.path("d").join(name);
    fs::create_dir(place.path("d")).unwrap();
    fs::write(inside("app.log"), log(0, BESIDE)).unwrap();
    symlink("nowhere", inside("dangling")).unwrap();
    symlink("loop-b", inside("loop-a")).unwrap();
    symlink("loop-a", inside("loop-b")).unwrap();
    symlink("..", inside("up")).unwrap();
    assert!(Command::new("mkfifo").arg(inside("pipe")).status().unwrap().success());
    let _socket = UnixListener::bind(inside("socket")).unwrap();
    fs::write(inside("binary"), b"\x7fELF\0\0\0").unwrap();
    let ran = place.run(&["scan", "--exit-zero", "d"]).status(0).says("skipped").says("and 6 more");
    adds_up(&ran, BESIDE, "a directory");
}

#[test]
fn what_is_named_and_is_no_file_is_said_and_the_rest_goes_on() {
    let place = Place::new();
    place.write("b.log", log(0, BESIDE));
    symlink("nowhere", place.path("dangling")).unwrap();
    symlink("loop", place.path("loop")).unwrap();
    let _socket = UnixListener::bind(place.path("socket")).unwrap();
    fs::create_dir(place.path("empty")).unwrap();
    for (name, said) in [
        ("dangling", "check the spelling"),
        ("loop", "symbolic links"),
        ("socket", "a socket"),
        ("missing", "check the spelling"),
    ] {
        let ran = place.run(&["scan", "--exit-zero", name, "b.log"]).status(2).says(said).says(name);
        adds_up(&ran, BESIDE, name);
        place.run(&["scan", "--exit-zero", "--keep-going", name, "b.log"]).status(2);
        place.run(&["templates", name, "b.log"]).status(2).says(said);
        place.run(&["learn", "-o", "base", name, "b.log"]).status(2).says(said);
    }
    adds_up(&place.run(&["scan", "--exit-zero", "/dev/null", "b.log"]).status(0), BESIDE, "the null device");
    place.run(&["scan", "empty"]).status(2).says("no log files there");
    for (name, said) in [("empty", "a directory"), ("socket", "not a regular file")] {
        place.run(&["watch", name]).status(2).says(said);
    }
}

/// A pipe that is named is read once, whole, whatever is read beside it: its first lines were
/// looked at for a stamp, and gone.
#[test]
fn pipes_beside_files_lose_no_line() {
    let place = Place::new();
    place.write("b.log", log(0, BESIDE));
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    let path = place.path("pipe");
    let writer = std::thread::spawn(move || fs::write(path, log(10, 5_000)).unwrap());
    adds_up(&place.run(&["scan", "--exit-zero", "pipe", "b.log"]).status(0), 5_000 + BESIDE, "a named pipe");
    writer.join().unwrap();
    let ran = place.pipe(&["scan", "--exit-zero", "-", "b.log"], &log(10, 5_000)).status(0);
    adds_up(&ran, 5_000 + BESIDE, "the standard input");
    let ran = place.pipe(&["learn", "-o", "base", "-", "b.log"], &log(10, 5_000)).status(0);
    adds_up(&ran, 5_000 + BESIDE, "the standard input");
}

#[test]
fn a_pipe_without_a_writer_does_not_hold_a_run() {
    let place = Place::new();
    place.write("b.log", log(0, BESIDE));
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    let ran = place.run(&["scan", "--exit-zero", "pipe", "b.log"]).status(2);
    let ran = ran.says("pipe: nobody has opened this pipe for writing").says("start its writer first");
    adds_up(&ran, BESIDE, "a pipe");
    let config = Config::new(Time::from_seconds(1_800_000_000));
    let mut sources = list(&[place.path("pipe"), place.path("b.log")], &first_stamp(&config)).sources;
    let dead = without_dead_pipes(&mut sources, Duration::from_millis(20));
    assert_eq!((dead.len(), sources.len()), (1, 1), "{dead:?} {sources:?}");
}

#[test]
fn a_file_that_vanishes_after_it_was_listed_is_said_and_the_rest_goes_on() {
    let place = Place::new();
    place.write("a.log", log(0, 10)).write("b.log", log(0, BESIDE)).write("c.log", log(0, 10));
    for threads in [1, 3] {
        let config = Config { threads, ..Config::new(Time::from_seconds(1_800_000_000)) };
        let paths = ["a.log", "b.log", "c.log"].map(|name| place.path(name));
        let listing = list(&paths, &first_stamp(&config));
        fs::remove_file(&paths[0]).unwrap();
        // And one that became something else.
        fs::remove_file(&paths[2]).unwrap();
        fs::create_dir(&paths[2]).unwrap();
        let mut run = Engine::new(config).run(&listing.sources, None);
        while run.next().is_some() {}
        let troubles: Vec<String> = run.take_troubles().iter().map(ToString::to_string).collect();
        assert_eq!(troubles.len(), 2, "{troubles:?}");
        assert!(troubles.iter().any(|said| said.contains("a.log: No such file")), "{troubles:?}");
        assert_eq!(run.report().lines.read, BESIDE);
        fs::remove_dir(&paths[2]).unwrap();
        place.write("a.log", log(0, 10)).write("c.log", log(0, 10));
    }
}

#[test]
fn a_file_that_may_not_be_read_is_said_and_the_rest_goes_on() {
    let place = Place::new();
    place.write("a.log", log(0, 10)).write("b.log", log(0, BESIDE));
    fs::set_permissions(place.path("a.log"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(place.path("a.log")).is_ok() {
        eprintln!("left out: whoever runs this test may read everything");
        return;
    }
    let ran = place.run(&["scan", "--exit-zero", "a.log", "b.log"]).status(2).says("a member of its group");
    adds_up(&ran, BESIDE, "no permission");
}

/// What a file holds when the reader comes to its end is read, whoever still writes it.
#[test]
fn a_file_that_grows_while_it_is_read_ends() {
    let place = Place::new();
    place.write("grows.log", log(0, 20_000));
    let path = place.path("grows.log");
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    let mut child = place.command(&["scan", "--exit-zero", "-q", "grows.log"]).spawn().unwrap();
    let mut from = 20_000;
    while child.try_wait().unwrap().is_none() {
        file.write_all(&log(from, 10)).unwrap();
        from += 10;
        std::thread::sleep(Duration::from_millis(2));
    }
    program::told(child.wait_with_output().unwrap()).status(0);
    // An archive that its writer has not finished is one that breaks off.
    let whole = gzip(&log(0, 2_000));
    place.write("grows.gz", &whole[..whole.len() - 100]);
    place.run(&["scan", "--exit-zero", "grows.gz"]).status(2).says("grows.gz: byte ").says("ends inside");
    place.write("grows.gz", whole);
    place.run(&["scan", "--exit-zero", "grows.gz"]).status(0);
}

#[test]
fn names_of_files_cannot_steer_a_terminal() {
    for name in [&b"a\nb.log"[..], b"a\x1b[2Jb.log", b"\xff\xfe.log", b"-x.log", b"a b.log"] {
        let place = Place::new();
        fs::create_dir(place.path("d")).unwrap();
        let path = place.path("d").join(OsStr::from_bytes(name));
        let text = [&log(0, BESIDE)[..], b"2026-03-02T16:00:00Z FATAL the disk is on fire\n"].concat();
        fs::write(&path, text).unwrap();
        fs::write(place.path("d").join(OsStr::from_bytes(&[b"bin", name].concat())), b"\0").unwrap();
        for form in ["--text", "--short", "--json"] {
            let ran = place.run(&["scan", "--warmup", "0", form, "d"]).status(1).says("skipped");
            adds_up(&ran, BESIDE + 1, "an odd name");
            let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!ran.out.contains(odd) && !ran.err.contains(odd), "{}{}", ran.out, ran.err);
            assert_eq!(ran.err.lines().count(), 2, "a name makes one line two:\n{}", ran.err);
            assert!(form != "--short" || ran.out.lines().count() == 2, "{}", ran.out);
        }
        let damaged = place.path("d").join(OsStr::from_bytes(&[name, b".gz"].concat()));
        fs::write(damaged, &gzip(&log(0, 10))[..20]).unwrap();
        let ran = place.run(&["templates", "d"]).status(2).says("damaged");
        assert!(!ran.err.contains('\x1b'), "{}", ran.err);
    }
}

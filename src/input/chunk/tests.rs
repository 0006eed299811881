use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Brings `step` bytes a read.
struct Drip(io::Cursor<Vec<u8>>, usize);

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
    }
}

fn drip(text: &[u8], step: usize) -> Box<dyn Read + Send> {
    Box::new(Drip(io::Cursor::new(text.to_vec()), step))
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Lines as delivered, each with its newline if it has one, and how many were cut.
fn lines_of(reader: &mut ChunkReader) -> (Vec<Vec<u8>>, u64) {
    let (mut lines, mut overlong, mut buffer, mut index) = (Vec::new(), 0, Buffer::default(), 0);
    while let Some(chunk) = reader.next(buffer) {
        assert!(!chunk.bytes().is_empty());
        assert_eq!(chunk.index, index);
        index += 1;
        overlong += chunk.overlong;
        lines.extend(chunk.bytes().split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec));
        buffer = chunk.into_buffer();
    }
    (lines, overlong)
}

/// What must come out, said without any buffer.
fn expected(text: &[u8]) -> (Vec<Vec<u8>>, u64) {
    let mut overlong = 0;
    let cut = |line: &[u8]| {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        overlong += u64::from(content.len() > LINE_BYTES_MAX);
        let kept = &content[..content.len().min(LINE_BYTES_MAX)];
        [kept, &line[content.len()..]].concat()
    };
    let lines = text.split_inclusive(|&byte| byte == b'\n').map(cut).collect();
    (lines, overlong)
}

fn check(text: &[u8], step: usize, chunk_bytes: usize) {
    let mut reader = ChunkReader::from_read("a", drip(text, step), chunk_bytes);
    let (lines, overlong) = lines_of(&mut reader);
    let (wanted, wanted_overlong) = expected(text);
    assert!(lines == wanted, "read {step}, chunk {chunk_bytes}");
    assert_eq!(overlong, wanted_overlong, "read {step}, chunk {chunk_bytes}");
    assert_eq!(reader.bytes_read(), text.len() as u64);
    assert!(reader.warnings().is_empty());
}

/// A small generator with a fixed seed, so that each run sees the same texts.
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn the_lines_do_not_depend_on_how_the_reads_fall() {
    let mut seed = 7;
    for _ in 0..20 {
        let mut text = Vec::new();
        for _ in 0..random(&mut seed) % 30 {
            text.extend(std::iter::repeat_n(b'x', random(&mut seed) % 40));
            text.extend_from_slice([&b"\n"[..], b"\r\n", b"\n\n", b"\0\xff\n"][random(&mut seed) % 4]);
        }
        text.extend(std::iter::repeat_n(b'y', random(&mut seed) % 3));
        for step in 1..=64 {
            check(&text, step, 1 + random(&mut seed) % 100);
        }
    }
}

#[test]
fn lines_around_the_limit_are_cut_alike_wherever_the_reads_fall() {
    let line = |length: usize, end: &[u8]| [vec![b'x'; length].as_slice(), end].concat();
    let limit = LINE_BYTES_MAX;
    for length in [limit - 1, limit, limit + 1, limit + 2, 2 * limit, 3 * limit + 5] {
        for end in [&b"\n"[..], b""] {
            let text =
                [&b"one\n"[..], &line(length, b"\n"), b"two\n\n", &line(length, b"\n"), &line(length, end)]
                    .concat();
            for (step, chunk_bytes) in
                [(1000, 4096), (4096, 4096), (65_536, 65_536), (100_000, CHUNK_BYTES), (1 << 20, 1 << 20)]
            {
                check(&text, step, chunk_bytes);
            }
        }
    }
}

#[test]
fn a_line_without_end_runs_in_bounded_memory() {
    let endless = io::repeat(b'x').take(100 << 20).chain(&b"\nnext\n"[..]);
    let mut reader = ChunkReader::from_read("-", Box::new(endless), CHUNK_BYTES);
    let chunk = reader.next(Buffer::default()).unwrap();
    assert_eq!(chunk.bytes.len(), CHUNK_BYTES + LINE_BYTES_MAX + JOINED_BYTES_MAX);
    assert_eq!(chunk.overlong, 1);
    assert!(reader.cutter.carry.capacity() <= CHUNK_BYTES);
    let mut rest = chunk.bytes()[LINE_BYTES_MAX..].to_vec();
    if let Some(chunk) = reader.next(chunk.into_buffer()) {
        rest.extend_from_slice(chunk.bytes());
    }
    assert_eq!(rest, b"\nnext\n");
    assert_eq!(reader.bytes_read(), (100 << 20) + 6);
}

#[test]
fn a_read_that_brought_a_line_sends_it_at_once() {
    let mut reader = ChunkReader::from_read("-", drip(b"one\ntwo\nth", 4), CHUNK_BYTES);
    for line in [&b"one\n"[..], b"two\n", b"th"] {
        assert_eq!(reader.next(Buffer::default()).unwrap().bytes(), line);
    }
}

#[test]
fn a_buffer_that_comes_back_is_used_again_as_it_is() {
    let mut reader = ChunkReader::from_read("-", drip(b"one\ntwo\n", 4), 64);
    let chunk = reader.next(Buffer::default()).unwrap();
    let place = chunk.bytes.as_ptr();
    let chunk = reader.next(chunk.into_buffer()).unwrap();
    assert_eq!(chunk.bytes.as_ptr(), place);
}

fn source_in(directory: &Path, files: &[(&str, &[u8])]) -> Source {
    for (name, bytes) in files {
        fs::write(directory.join(name), bytes).unwrap();
    }
    Source { name: "a".into(), files: files.iter().map(|(name, _)| directory.join(name)).collect() }
}

#[test]
fn files_follow_one_another_and_a_last_line_without_newline_is_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let archive = [gzip(b"three\nfo"), gzip(b"ur")].concat();
    let source =
        source_in(directory.path(), &[("a", b"one\ntwo"), ("empty", b""), ("b", &archive), ("c", b"five\n")]);
    let mut reader = ChunkReader::open(&source, CHUNK_BYTES);
    let (mut seen, mut buffer) = (Vec::new(), Buffer::default());
    while let Some(chunk) = reader.next(buffer) {
        seen.push((chunk.file, String::from_utf8(chunk.bytes().to_vec()).unwrap()));
        assert!(reader.reference_time().is_some());
        buffer = chunk.into_buffer();
    }
    let wanted = [(0, "one\n"), (0, "two"), (2, "three\n"), (2, "four"), (3, "five\n")];
    assert_eq!(seen, wanted.map(|(file, text)| (file, text.to_string())));
    assert_eq!(reader.bytes_read(), 22);
    assert_eq!(reader.raw_bytes_read(), 12 + archive.len() as u64);
    assert!(reader.warnings().is_empty());
}

#[test]
fn a_plain_file_and_its_archive_are_read_in_full_chunks() {
    let directory = tempfile::tempdir().unwrap();
    let text = b"0123456789abcde\n".repeat(3 * CHUNK_BYTES / 16);
    for bytes in [text.clone(), gzip(&text)] {
        let source = source_in(directory.path(), &[("a", &bytes)]);
        let mut reader = ChunkReader::open(&source, CHUNK_BYTES);
        for _ in 0..3 {
            assert_eq!(reader.next(Buffer::default()).unwrap().bytes().len(), CHUNK_BYTES);
        }
        assert!(reader.next(Buffer::default()).is_none());
    }
}

#[test]
fn a_damaged_gzip_member_names_the_file_and_keeps_what_came_before() {
    let directory = tempfile::tempdir().unwrap();
    let archive = gzip(b"one\ntwo\n");
    let cut = &archive[..archive.len() - 3];
    let source = source_in(directory.path(), &[("a.gz", cut), ("b", b"three\n")]);
    let mut reader = ChunkReader::open(&source, CHUNK_BYTES);
    let (lines, _) = lines_of(&mut reader);
    assert_eq!(lines.concat(), b"one\ntwo\nthree\n");
    let warnings = reader.warnings();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].path(), Some(source.files[0].as_path()));
    assert!(reader.warnings().is_empty(), "warnings are drained");
}

#[test]
fn a_file_that_has_gone_is_a_warning_and_the_next_one_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let mut source = source_in(directory.path(), &[("b", b"two\n")]);
    source.files.insert(0, directory.path().join("gone"));
    source.files.push(directory.path().to_path_buf());
    let mut reader = ChunkReader::open(&source, CHUNK_BYTES);
    assert_eq!(lines_of(&mut reader).0.concat(), b"two\n");
    let said: Vec<_> = reader.warnings().iter().map(|error| error.path().unwrap().to_path_buf()).collect();
    assert_eq!(said, [source.files[0].clone(), source.files[2].clone()]);
    assert!(reader.next(Buffer::default()).is_none());
}

#[test]
fn an_archive_of_several_members_cut_anywhere_gives_whole_lines_of_a_prefix() {
    let text: Vec<u8> =
        (0..40).flat_map(|line| format!("line {}\n", line * 7919 % 101).into_bytes()).collect();
    let (one, two) = text.split_at(text.len() / 2 + 2);
    let archive = [gzip(one), gzip(b""), gzip(two)].concat();
    for length in 1..=archive.len() {
        let mut answers = [1, 7, 64, 4096].map(|step| {
            let mut reader = ChunkReader::from_read("a.gz", drip(&archive[..length], step), 50);
            lines_of(&mut reader).0
        });
        let lines = std::mem::take(&mut answers[0]);
        assert!(text.starts_with(&lines.concat()), "cut at {length}");
        assert!(answers[1..].iter().all(|other| *other == lines), "cut at {length}");
        let whole = lines.len().saturating_sub(1);
        assert!(lines[..whole].iter().all(|line| line.ends_with(b"\n")));
    }
}

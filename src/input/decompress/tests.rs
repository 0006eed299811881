use super::*;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use std::io::Write;

/// Brings at most `step` bytes a read, and is interrupted before each.
struct Drip(Vec<u8>, usize, usize, bool);

impl Drip {
    fn boxed(bytes: &[u8], step: usize) -> Box<dyn Read + Send> {
        Box::new(Drip(bytes.to_vec(), 0, step, false))
    }
}

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.3 = !self.3;
        if self.3 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.2.min(into.len()).min(self.0.len() - self.1);
        into[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
        self.1 += count;
        Ok(count)
    }
}

fn log(lines: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for line in 0..lines {
        writeln!(text, "10:00:{:02} request {} took {} ms", line % 60, line * 7919 % 10_007, line * 31 % 977)
            .unwrap();
    }
    text
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

/// Everything a decoder delivers, and what it complained of.
fn drain(decoder: &mut Decoder, size: usize) -> (Vec<u8>, Vec<Error>) {
    let (mut text, mut errors, mut into) = (Vec::new(), Vec::new(), vec![0; size]);
    loop {
        match decoder.read(&mut into) {
            Ok(0) => return (text, errors),
            Ok(count) => text.extend_from_slice(&into[..count]),
            Err(error) => errors.push(error),
        }
    }
}

fn decoded(bytes: &[u8], step: usize, size: usize) -> (Vec<u8>, Vec<Error>) {
    drain(&mut Decoder::from_read("a", Drip::boxed(bytes, step)), size)
}

/// The same bytes, read from a file, which is allowed to fill the reader's memory.
fn decoded_from_file(bytes: &[u8]) -> (Vec<u8>, Vec<Error>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    std::fs::write(&path, bytes).unwrap();
    drain(&mut Decoder::open(&path).unwrap(), 128 * 1024)
}

/// The bytes and the kinds of trouble, demanded alike of small reads, large reads and a file.
fn check(bytes: &[u8], text: &[u8], trouble: &str) {
    let sizes = [(1, 1), (3, 64), (64, 7), (4096, 4096), (1 << 20, 1 << 20)];
    let mut answers: Vec<_> = sizes.iter().map(|&(step, size)| decoded(bytes, step, size)).collect();
    answers.push(decoded_from_file(bytes));
    for (delivered, errors) in answers {
        assert_eq!(delivered.len(), text.len());
        assert!(delivered == text);
        let said: Vec<String> = errors.iter().map(|error| error.kind().to_string()).collect();
        assert_eq!(said.len(), usize::from(!trouble.is_empty()), "{said:?}");
        assert!(said.concat().contains(trouble), "{said:?}");
    }
}

#[test]
fn plain_text_and_archives_give_the_same_bytes() {
    let text = log(3000);
    for bytes in [text.clone(), gzip(&text), zstd(&text)] {
        check(&bytes, &text, "");
    }
    for bytes in [b"".to_vec(), gzip(b""), zstd(b"")] {
        check(&bytes, b"", "");
    }
}

#[test]
fn text_that_begins_like_an_archive_is_text() {
    for text in ["B", "BZ\n", "BZh9", "BZh91AY&S!", "(", "P*M", "\u{1f}x", "\u{fd}7zX", "\n"] {
        check(text.as_bytes(), text.as_bytes(), "");
    }
}

#[test]
fn members_and_frames_follow_one_another() {
    let (one, two) = (log(700), log(300));
    let text = [one.as_slice(), &two, b"end"].concat();
    check(&[gzip(&one), gzip(b""), gzip(&two), gzip(b"end")].concat(), &text, "");
    let skipped = b"\x53\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    check(&[skipped.clone(), zstd(&one), zstd(&two), skipped, zstd(b"end")].concat(), &text, "");
}

#[test]
fn what_stands_behind_the_last_member_is_ignored_with_a_notice() {
    let text = log(50);
    for archive in [gzip(&text), zstd(&text)] {
        for (behind, said) in [
            (&[0; 1000][..], "zero padding"),
            (b"\0\0more\n", "trailing garbage"),
            (b"x", "trailing garbage"),
        ] {
            let bytes = [&archive[..], behind].concat();
            check(&bytes, &text, said);
            let (_, errors) = decoded(&bytes, 100, 100);
            assert!(errors[0].is_notice());
            assert_eq!(errors[0].place().unwrap().spot, Some(Spot::Byte(archive.len() as u64)));
        }
    }
}

#[test]
fn an_archive_cut_anywhere_delivers_a_prefix_and_says_where_it_broke_off() {
    let (one, two) = (log(12), log(9));
    let text = [one.as_slice(), &two].concat();
    let whole = [(gzip(&one), gzip(&two)), (zstd(&one), zstd(&two))];
    for (first, second) in whole {
        let archive = [&first[..], &second].concat();
        // One byte of a zstd file is a parenthesis, which is text.
        let start = if archive[0] == b'(' { 2 } else { 1 };
        for length in start..archive.len() {
            let (delivered, errors) = decoded(&archive[..length], 5, 33);
            assert!(text.starts_with(&delivered), "cut at {length}");
            assert_eq!(delivered, decoded_from_file(&archive[..length]).0, "cut at {length}");
            if length == first.len() {
                assert!(errors.is_empty() && delivered == one);
                continue;
            }
            assert_eq!(errors.len(), 1, "cut at {length}");
            assert!(matches!(errors[0].kind(), ErrorKind::Damaged(_)), "{}", errors[0]);
            let place = errors[0].place().unwrap();
            assert_eq!(place.spot, Some(Spot::Byte(length as u64)), "{}", errors[0]);
            assert_eq!(place.path, Path::new("a"));
        }
    }
}

#[test]
fn a_member_without_its_trailer_still_delivers_all_its_bytes() {
    let text = log(500);
    let archive = gzip(&text);
    for missing in 1..=8 {
        check(&archive[..archive.len() - missing], &text, "ends inside a gzip member");
    }
}

#[test]
fn a_wrong_checksum_or_length_keeps_the_bytes() {
    let text = log(500);
    for from_end in [1, 5, 8] {
        let mut archive = gzip(&text);
        let at = archive.len() - from_end;
        archive[at] ^= 1;
        check(&archive, &text, "checksum mismatch");
    }
    let mut archive = zstd(&text);
    *archive.last_mut().unwrap() ^= 1;
    check(&archive, &text, "checksum");
}

/// The ready-made readers lose what they decoded within the failing read, so that the lines
/// counted depended on the size of the reads.
#[test]
fn a_flipped_bit_never_panics_and_costs_the_same_at_any_read_size() {
    let text = log(4000);
    for archive in [gzip(&text), zstd(&text)] {
        for at in (0..archive.len()).step_by(211) {
            let mut bytes = archive.clone();
            bytes[at] ^= 1 << (at % 8);
            let (delivered, errors) = decoded(&bytes, 1 << 20, 1 << 20);
            for (step, size) in [(7, 100), (100_000, 900)] {
                assert!(decoded(&bytes, step, size).0 == delivered, "flipped at {at}");
            }
            assert!(decoded_from_file(&bytes).0 == delivered, "flipped at {at}");
            assert!(errors.len() < 2);
        }
    }
}

#[test]
fn nothing_is_read_behind_a_damaged_member() {
    let text = log(20);
    let mut first = gzip(&text);
    let at = first.len() - 6;
    first[at] ^= 1;
    check(&[first, gzip(&text)].concat(), &text, "checksum mismatch");
}

#[test]
fn a_header_with_every_field_is_passed_over_and_its_time_is_told() {
    let build = |time: u32| {
        let mut encoder = GzBuilder::new()
            .mtime(time)
            .extra(vec![7; 300])
            .filename("x".repeat(100_000))
            .comment("why")
            .write(Vec::new(), Compression::default());
        encoder.write_all(b"a\n").unwrap();
        encoder.finish().unwrap()
    };
    let archive = [build(1_714_521_600), build(0)].concat();
    check(&archive, b"a\na\n", "");
    let directory = tempfile::tempdir().unwrap();
    for (bytes, header) in [(archive, Some(1_714_521_600)), (build(0), None), (b"a\n".to_vec(), None)] {
        let path = directory.path().join("a.log");
        std::fs::write(&path, bytes).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(86_400)).unwrap();
        let mut decoder = Decoder::open(&path).unwrap();
        assert_eq!(decoder.reference_time(), Some(86_400));
        drain(&mut decoder, 100);
        assert_eq!(decoder.reference_time(), header.or(Some(86_400)));
    }
    let stream = Decoder::from_read("-", Drip::boxed(b"a\n", 9));
    assert_eq!(stream.reference_time(), None);
}

#[test]
fn formats_that_are_not_read_name_the_tool_that_does() {
    let xz = b"\xfd7zXZ\0\0\x04";
    check(xz, b"", "xz, not supported: pipe it: xz -dc ");
    check(b"BZh91AY&SY\x01", b"", "bzip2, not supported: pipe it: bzip2 -dc ");
    let (_, errors) = decoded(xz, 1, 1);
    assert_eq!(
        errors[0].to_string(),
        "a: compressed with xz, not supported: pipe it: xz -dc a | logsurge scan -"
    );
}

/// A pipe brings a first line and then nothing: it must come out.
#[test]
fn a_live_stream_is_never_asked_for_more_than_is_needed() {
    struct OnceThenPanic(Option<Vec<u8>>);
    impl Read for OnceThenPanic {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.take().expect("a second read would have waited");
            into[..bytes.len()].copy_from_slice(&bytes);
            Ok(bytes.len())
        }
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"P\n").unwrap();
    encoder.flush().unwrap();
    let unfinished = encoder.get_ref().clone();
    for bytes in [b"P\n".to_vec(), unfinished, gzip(b"P\n"), zstd(b"P\n")] {
        let mut decoder = Decoder::from_read("-", Box::new(OnceThenPanic(Some(bytes))));
        assert_eq!(decoder.read(&mut [0; 100]).unwrap(), 2);
    }
}

#[test]
fn a_failing_read_is_an_error_of_the_system_and_not_damage() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }
    for bytes in [b"a\n".to_vec(), gzip(b"a\n")] {
        let half = bytes[..bytes.len() - 1].to_vec();
        let read = Box::new(io::Cursor::new(half).chain(Fails));
        let (delivered, errors) = drain(&mut Decoder::from_read("a", read), 10);
        assert!(b"a\n".starts_with(&delivered) && !delivered.is_empty());
        assert!(matches!(errors[0].kind(), ErrorKind::Io(_)) && errors.len() == 1);
    }
}

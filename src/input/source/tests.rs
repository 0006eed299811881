use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use tempfile::TempDir;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A stamp is the number a file begins with.
fn stamp(_: &Path, head: &[u8]) -> Option<i64> {
    let digits = head.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&head[..digits]).ok()?.parse().ok()
}

fn directory_with(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    directory
}

fn below(directory: &TempDir, path: &Path) -> String {
    let rest = path.strip_prefix(directory.path()).unwrap_or(path);
    rest.to_string_lossy().into_owned()
}

/// `name: file file` for each source.
fn sources_of(directory: &TempDir, listing: &Listing) -> Vec<String> {
    let said = |source: &Source| {
        let files: Vec<_> = source.files.iter().map(|file| below(directory, file)).collect();
        format!("{}: {}", below(directory, Path::new(&source.name)), files.join(" "))
    };
    listing.sources.iter().map(said).collect()
}

fn skipped_of(directory: &TempDir, listing: &Listing) -> Vec<String> {
    let said = |(path, why): &(PathBuf, String)| format!("{}: {why}", below(directory, path));
    listing.skipped.iter().map(said).collect()
}

fn check(files: &[(&str, &[u8])], sources: &[&str], skipped: &[&str]) {
    let directory = directory_with(files);
    let listing = list(&[directory.path().to_path_buf()], &stamp);
    assert_eq!(sources_of(&directory, &listing), sources);
    let said = skipped_of(&directory, &listing);
    assert_eq!(said.len(), skipped.len(), "{said:?}");
    // The end of a reason may be a path of this run.
    assert!(said.iter().zip(skipped).all(|(said, start)| said.starts_with(start)), "{said:?}");
    assert!(listing.failed.is_empty());
}

#[test]
fn a_directory_gives_the_logs_below_it_and_says_what_it_left_out() {
    check(
        &[
            ("b.log", b"b\n"),
            ("a/deep/x.log", &gzip(b"x\n")),
            ("a.log", b""),
            (".hidden", b"h\n"),
            (".git/config.log", b"h\n"),
            ("core", b"\x7fELF\0\0"),
            ("late", &[&[b'x'; 9000][..], b"\0"].concat()),
            ("packed.gz", &gzip(b"a\0b")),
            ("wide.log", b"\xff\xfea\0\n\0"),
            ("old.xz", b"\xfd7zXZ\0\0"),
        ],
        &["a.log: a.log", "a/deep/x.log: a/deep/x.log", "b.log: b.log", "late: late", "wide.log: wide.log"],
        &[
            ".git: hidden",
            ".hidden: hidden",
            "core: binary; name it to read it",
            "old.xz: compressed with xz, not supported",
            "packed.gz: binary; name it to read it",
        ],
    );
}

#[test]
fn rotated_files_are_one_source_in_the_order_of_their_stamps() {
    check(
        &[
            ("app.log", b"40 d\n"),
            ("app.log.1", b"30 c\n"),
            ("app.log.2.gz", &gzip(b"20 b\n")),
            ("app.log.3.gz", &gzip(b"10 a\n")),
            ("out.log.000", b"9\n"),
            ("out.log.001", b"8\n"),
        ],
        &["app.log: app.log.3.gz app.log.2.gz app.log.1 app.log", "out.log: out.log.001 out.log.000"],
        &[],
    );
}

#[test]
fn without_stamps_the_names_order_and_one_without_stays_behind_its_elder() {
    check(
        &[("a.log", b"d\n"), ("a.log.1", b"c\n"), ("a.log.2", b"b\n"), ("a.log.10", b"a\n")],
        &["a.log: a.log.10 a.log.2 a.log.1 a.log"],
        &[],
    );
    check(
        &[
            ("a.log", b"5\n"),
            ("a.log.1", b"9\n"),
            ("a.log.2", b"none\n"),
            ("a.log.3", b"7\n"),
            ("a.log.4", b""),
        ],
        &["a.log: a.log a.log.4 a.log.3 a.log.2 a.log.1"],
        &[],
    );
}

#[test]
fn the_compressed_copy_of_a_file_beside_it_is_not_read_twice() {
    check(
        &[
            ("a.log", b"3\n"),
            ("a.log.1", b"1 x\n2 y\n"),
            ("a.log.1.gz", &gzip(b"1 x\n2 y\n")),
            ("b.log", b"# head\n"),
            ("b.log.gz", &gzip(b"# head\nold\n")),
        ],
        &["a.log: a.log.1 a.log", "b.log: b.log b.log.gz"],
        &["a.log.1.gz: the compressed copy of "],
    );
}

#[test]
fn the_answer_does_not_depend_on_the_order_or_the_number_of_times() {
    let directory =
        directory_with(&[("b.log", b"2\n"), ("a.log.1", b"1\n"), ("a.log", b"3\n"), ("c/d", b"4\n")]);
    let path = |name: &str| directory.path().join(name);
    let mut paths =
        vec![path("b.log"), path("a.log"), path("a.log.1"), path("c"), path("c/d"), path("b.log")];
    paths.push(PathBuf::from("-"));
    paths.push(PathBuf::from("-"));
    paths.push(directory.path().join("."));
    let wanted = list(&paths, &stamp);
    assert_eq!(sources_of(&directory, &wanted), ["-: -", "a.log: a.log.1 a.log", "b.log: b.log", "c/d: c/d"]);
    for _ in 0..paths.len() {
        paths.rotate_left(1);
        let listing = list(&paths, &stamp);
        assert_eq!(listing.sources, wanted.sources);
        assert_eq!(listing.skipped, wanted.skipped);
    }
}

#[test]
fn a_file_named_by_a_person_is_never_skipped() {
    let directory = directory_with(&[(".hidden", b"\0binary")]);
    let listing = list(&[directory.path().join(".hidden")], &stamp);
    assert_eq!(sources_of(&directory, &listing), [".hidden: .hidden"]);
    let both = [directory.path().to_path_buf(), directory.path().join(".hidden")];
    assert_eq!(list(&both, &stamp).sources, listing.sources);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let directory = directory_with(&[("a.log", b"1\n"), ("b.xz", b"\xfd7zXZ\0\0")]);
    let path = |name: &str| directory.path().join(name);
    let listing = list(&[path("gone"), path("b.xz"), path("a.log")], &stamp);
    assert_eq!(sources_of(&directory, &listing), ["a.log: a.log"]);
    let failed: Vec<_> = listing.failed.iter().map(|error| error.path().unwrap().to_path_buf()).collect();
    assert_eq!(failed, [path("gone"), path("b.xz")]);
    assert!(listing.failed[1].to_string().contains("xz -dc "));
}

#[test]
fn a_damaged_archive_is_still_a_source() {
    let archive = gzip(&b"12 line\n".repeat(100));
    check(&[("a.gz", &archive[..archive.len() / 2]), ("b", &archive[..5])], &["a.gz: a.gz", "b: b"], &[]);
}

#[cfg(unix)]
#[test]
fn links_lead_to_files_and_a_file_counts_once() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let directory = directory_with(&[("pods/web.log", b"1\n")]);
    let elsewhere = directory_with(&[("x.log", b"2\n")]);
    let path = |name: &str| directory.path().join(name);
    symlink(path("pods/web.log"), path("again.log")).unwrap();
    symlink(elsewhere.path().join("x.log"), path("linked.log")).unwrap();
    symlink(directory.path(), path("pods/loop")).unwrap();
    symlink("nothing", path("dangling")).unwrap();
    let _socket = UnixListener::bind(path("socket")).unwrap();
    let listing = list(&[directory.path().to_path_buf()], &stamp);
    assert_eq!(sources_of(&directory, &listing), ["linked.log: linked.log", "pods/web.log: pods/web.log"]);
    let skipped = skipped_of(&directory, &listing);
    assert!(skipped[0].starts_with("again.log: the same file as "));
    assert_eq!(
        skipped[1..],
        [
            "dangling: a link to nothing",
            "pods/loop: a link to a directory; name it to read it",
            "socket: not a regular file",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_named_by_a_person_is_not_opened() {
    // A terminal's stand-in: opening it would be harmless, reading it would not end.
    let listing = list(&[PathBuf::from("/dev/zero")], &|_, _| panic!("it was read"));
    assert_eq!(listing.sources[0].files, [PathBuf::from("/dev/zero")]);
}

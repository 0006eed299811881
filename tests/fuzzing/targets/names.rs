//! Directories with files of any names.

use super::super::Seen;
use super::hash;
use logsurge::input::source::{Listing, list};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Names of a case.
const NAMES_MAX: usize = 12;

pub fn directories() -> Vec<Vec<u8>> {
    let texts = [
        "app.log\napp.log.1\napp.log.2.gz\napp.log.3.gz\napp.log.10",
        "app.log\napp.log-20260301\napp.log-20260302.gz\napp.log-20260302",
        "app-2026-03-01.log\napp-2026-03-02.log\napp.log",
        "app.2026-03-01-14.log.gz\napp.2026-03-01-15.log.gz",
        "syslog\nsyslog.1\nsyslog.2.zst",
        "server.log.2026-03-01\nserver.log.2026-03-01.1\nserver.log",
        "app_1.log\napp_2.log\napp1.log\n1\n2\n.1\nlog.",
        "a\u{1b}[2Jb.log\na\\nb.log\n\u{e9}.log.99999999999999999999",
        "app.log.0\napp.log.00\napp.log.000\napp.log.-1\napp.log.1.1",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn names(input: &[u8]) -> BTreeSet<Vec<u8>> {
    let parts = input.split(|&byte| matches!(byte, b'\n' | b'/' | 0)).filter(|name| !name.is_empty());
    let parts = parts.filter(|name| name.len() < 200 && !matches!(*name, b"." | b".."));
    parts.take(NAMES_MAX).map(<[u8]>::to_vec).collect()
}

fn first_stamp(_: &Path, head: &[u8]) -> Option<i64> {
    std::str::from_utf8(head.get(..2)?).ok()?.parse().ok()
}

fn told(listing: &Listing) -> Vec<PathBuf> {
    assert!(listing.failed.is_empty(), "{:?}", listing.failed);
    let read = listing.sources.iter().flat_map(|source| source.files.iter().cloned());
    read.chain(listing.skipped.iter().map(|(path, _)| path.clone())).collect()
}

/// Every file is read once or left out with a reason, by the set of the names alone.
pub fn family(input: &[u8], seen: &mut Seen) {
    let home = tempfile::tempdir().expect("a directory for the case");
    let mut paths = Vec::new();
    for name in names(input) {
        let path = home.path().join(OsStr::from_bytes(&name));
        fs::write(&path, format!("{:02} text\n", hash(&name) % 100)).expect("the case may write");
        paths.push(path);
    }
    let found = list(&[home.path().to_path_buf()], &first_stamp);
    let mut all = told(&found);
    all.sort();
    assert_eq!(all, {
        paths.sort();
        paths.clone()
    });
    let named = list(&paths, &first_stamp);
    paths.reverse();
    let other = list(&paths, &first_stamp);
    assert_eq!(named.sources, other.sources, "the order given shows");
    assert_eq!(named.sources.iter().map(|source| source.files.len()).sum::<usize>(), paths.len());
    let sizes: Vec<u64> = named.sources.iter().map(|source| source.files.len() as u64).collect();
    seen.see(&sizes);
    for source in &named.sources {
        let class: Vec<u8> = source
            .name
            .bytes()
            .skip(home.path().as_os_str().len())
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
            .take(12)
            .collect();
        seen.see(&[source.files.len() as u64, hash(&class) % 4_096]);
    }
}

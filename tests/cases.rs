//! Cases as data: a folder in testdata/cases/ holds
//!
//! * `args`: the arguments, one a line, `$OUT` being a directory of its own;
//!   a line `---` ends one run and begins the next in the same directory,
//! * `stdin`: what is piped in, if the file is there,
//! * `expected.txt`: standard output, and behind it the exit status of the last run.
//!
//! The program runs where the project lies, so paths begin with `testdata/`.
//! With LOGSURGE_BLESS set, expected files are written instead of compared; the
//! difference is read by a person.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

#[test]
fn every_case_prints_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(root.join("testdata/cases")).unwrap();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut faults = Vec::new();
    for case in cases.iter().filter(|path| path.join("args").is_file()) {
        let got = run(root, case);
        let expected = case.join("expected.txt");
        if std::env::var_os("LOGSURGE_BLESS").is_some() {
            fs::write(&expected, got).unwrap();
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(&got) {
            faults.push(format!("{}\n{}", case.display(), difference(&expected, &got)));
        }
    }
    assert!(
        faults.is_empty(),
        "LOGSURGE_BLESS=1 cargo test --test cases accepts this:\n{}",
        faults.join("\n")
    );
}

fn run(root: &Path, case: &Path) -> String {
    let own = TempDir::new().unwrap();
    let args = fs::read_to_string(case.join("args")).unwrap();
    let mut got = String::new();
    for run in args.split("---\n") {
        let args = run.lines().map(|arg| arg.replace("$OUT", &own.path().to_string_lossy()));
        let stdin = File::open(case.join("stdin")).map_or_else(|_| Stdio::null(), Stdio::from);
        let output = Command::new(env!("CARGO_BIN_EXE_logsurge"))
            .args(args)
            .current_dir(root)
            .env_clear()
            .stdin(stdin)
            .output()
            .unwrap();
        let status = output.status.code().unwrap_or(-1);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "{}: {err}", case.display());
        let out = String::from_utf8(output.stdout).unwrap();
        got = format!("{}exit status {status}\n", out.replace(&*own.path().to_string_lossy(), "$OUT"));
    }
    got
}

/// The first line that differs.
fn difference(expected: &Path, got: &str) -> String {
    let expected = fs::read_to_string(expected).unwrap_or_default();
    let mut lines = (1..).zip(expected.lines().zip(got.lines()));
    match lines.find(|(_, (old, new))| old != new) {
        Some((at, (old, new))) => format!("line {at}\n- {old}\n+ {new}"),
        None => format!("{} lines expected, {} came", expected.lines().count(), got.lines().count()),
    }
}

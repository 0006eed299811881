//! Runs the real program in an empty directory of its own, with an environment
//! that holds nothing but the UTC zone.
#![allow(dead_code)] // Each test file uses what it needs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A directory to run in.
pub struct Place {
    directory: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Place {
        Place { directory: TempDir::new().expect("a directory for the test") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Place {
        fs::write(self.path(name), bytes).expect("the test may write");
        self
    }

    /// The program, ready to start here.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_logsurge"));
        command.args(args).current_dir(self.directory.path()).env_clear().env("TZ", "UTC");
        command.env("STATE_DIRECTORY", self.path("state"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdin(Stdio::piped()).spawn().expect("the program starts")
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        told(self.command(args).output().expect("the program starts"))
    }

    /// Runs, and gives the most memory that it had.
    pub fn run_measured(&self, args: &[&str]) -> (Ran, u64) {
        let out = |name: &str| Stdio::from(fs::File::create(self.path(name)).expect("the test may write"));
        let mut command = self.command(args);
        let mut child = command.stdout(out("out")).stderr(out("err")).spawn().expect("the program starts");
        let mut peak = 0;
        while child.try_wait().expect("it can be asked").is_none() {
            peak = peak.max(peak_mib(&child).unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let mut output = child.wait_with_output().expect("the program ends");
        output.stdout = fs::read(self.path("out")).expect("it was written");
        output.stderr = fs::read(self.path("err")).expect("it was written");
        (told(output), peak)
    }

    /// Runs with `input` on standard input.
    pub fn pipe(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut child = self.start(args);
        let mut pipe = child.stdin.take().expect("it is piped");
        let input = input.to_vec();
        // A program that does not read on closes the pipe, which is its right.
        let writer = std::thread::spawn(move || drop(pipe.write_all(&input)));
        let ran = told(child.wait_with_output().expect("the program ends"));
        writer.join().expect("the writer does not panic");
        ran
    }
}

/// The most memory that a process has had, where the system tells; none once it has ended.
pub fn peak_mib(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1_024)
}

/// A run's output as text; it must be text, and never a panic.
pub fn told(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("whatever is in a log, the output is UTF-8");
    let ran = Ran {
        status: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

impl Ran {
    #[track_caller]
    pub fn status(self, expected: i32) -> Ran {
        assert_eq!(self.status, expected, "\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// What is on standard output holds `what`.
    #[track_caller]
    pub fn tells(self, what: &str) -> Ran {
        assert!(self.out.contains(what), "{what:?} is not in stdout:\n{}", self.out);
        self
    }

    /// Something on stderr.
    #[track_caller]
    pub fn says(self, what: &str) -> Ran {
        assert!(self.err.contains(what), "\"{what}\" is not in stderr:\n{}\nstdout:\n{}", self.err, self.out);
        self
    }
}

/// A file of the project's samples.
pub fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name).to_string_lossy().into_owned()
}

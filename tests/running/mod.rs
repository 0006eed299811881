//! The program while it runs: its lines are read as they come.
//!
//! The waits here are bounds on how long a failure takes, not on how long a
//! success does.
#![allow(dead_code)] // Each test file uses what it needs.

use crate::program::{Place, Ran};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running program whose lines are read as they come.
pub struct Running {
    pub child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
    said: Vec<String>,
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Running {
    pub fn start(place: &Place, args: &[&str]) -> Running {
        let mut child = place.start(args);
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Running { child, out: lines_of(out), err: lines_of(err), said: Vec::new() }
    }

    pub fn write(&mut self, text: &str) {
        let pipe = self.child.stdin.as_mut().unwrap();
        pipe.write_all(text.as_bytes()).unwrap();
        pipe.flush().unwrap();
    }

    /// Waits for a line on stdout that holds `what`.
    #[track_caller]
    pub fn tells(&mut self, what: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.out.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(what) => return line,
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("nothing about {what} in time, only {:?}", self.said)
                }
                Err(RecvTimeoutError::Disconnected) => panic!("ended without {what}, only {:?}", self.said),
            }
        }
    }

    #[track_caller]
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// The exit status; the program must end by itself.
    #[track_caller]
    pub fn ends(&mut self) -> Ran {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        self.said.extend(self.out.iter());
        let err: Vec<String> = self.err.iter().collect();
        Ran { status: status.code().unwrap_or(-1), out: self.said.join("\n"), err: err.join("\n") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

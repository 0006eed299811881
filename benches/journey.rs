//! The whole journey, from a file to a sink that only counts alerts.
//!
//! `cargo bench --bench journey`. Beside it, on the same bytes in the same
//! minutes: reading the file and counting its newlines with `memchr`, which is
//! what a reader of lines cannot be faster than. Both find the file in the page
//! cache. The journey's file is fully stamped and has 40 kinds of line, which
//! suits us: a log of ten thousand kinds misses the workers' caches more often.

mod bench;

use bench::{Amount, made_log, measure, print_head};
use logsurge::input::Source;
use logsurge::{Config, Engine, Time};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

const LINES: usize = 300_000;

fn main() {
    let log = made_log(LINES);
    let mut file = tempfile::Builder::new().suffix(".log").tempfile().expect("a temporary file can be made");
    file.write_all(&log).expect("the temporary file takes the log");
    let bytes = log.len();
    drop(log);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    print_head(&format!("journey: {LINES} lines, {:.1} MB, {cores} cores", bytes as f64 / 1e6));
    let amount = Amount { bytes, items: LINES, unit: "line" };
    measure("reference: read, count newlines", amount, || newlines(file.path()));
    for threads in [1, 2] {
        measure(&format!("scan, {threads} thread(s)"), amount, || scan(file.path(), threads, false));
    }
    measure("learn, 2 thread(s)", amount, || scan(file.path(), 2, true));
    if let Some(peak) = peak_memory() {
        println!("peak memory of all of it: {peak}");
    }
}

fn newlines(path: &Path) -> u64 {
    let mut file = File::open(path).expect("the file was just written");
    let mut buffer = vec![0; 128 * 1024];
    let mut newlines = 0;
    loop {
        let read = file.read(&mut buffer).expect("the file can be read");
        if read == 0 {
            return newlines;
        }
        newlines += memchr::memchr_iter(b'\n', &buffer[..read]).count() as u64;
    }
}

/// Lines read and alerts found, in one figure: both must be the same each time.
fn scan(path: &Path, threads: usize, learn_only: bool) -> u64 {
    let mut config = Config::new(Time::from_seconds(1_800_000_000));
    config.threads = threads;
    config.learn_only = learn_only;
    let source = Source { name: "journey.log".into(), files: vec![path.to_owned()] };
    let mut run = Engine::new(config).run(&[source], None);
    let alerts = run.by_ref().count() as u64;
    run.report().lines.read * 1_000 + alerts
}

/// Where the system tells it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}

//! A log that is written and rotated in every way while `check` and `watch` read it and are
//! killed at random moments: every line counts once, every new error is told.

mod invented;
mod program;

use flate2::Compression;
use flate2::write::GzEncoder;
use invented::Dice;
use program::Place;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Runs that are killed.
const KILLS: u64 = 200;
/// Every so many of them watches, the others check.
const WATCH_EVERY: u64 = 10;
/// Rotated files that stay.
const FILES_MAX: usize = 99;
/// Those of them that have been read and stay.
const READ_MAX: usize = 4;

/// The program that logs, and whoever rotates its log.
struct Writer {
    dice: Dice,
    place: Place,
    lines: u64,
    /// Errors that were written, each once.
    errors: BTreeSet<String>,
    rotations: u64,
    /// A line that was begun.
    half: Option<String>,
    /// What befell the log since all was read, for whoever has to understand a failure.
    story: Vec<String>,
}

const WORDS: [&str; 16] = [
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "heron", "ivory", "jasper", "kelp",
    "lotus", "maple", "north", "olive", "pearl",
];

impl Writer {
    fn new(seed: u64) -> Writer {
        let place = Place::new();
        Writer {
            dice: Dice::new(seed),
            place,
            lines: 0,
            errors: BTreeSet::new(),
            rotations: 0,
            half: None,
            story: Vec::new(),
        }
    }

    fn log(&self) -> PathBuf {
        self.place.path("app.log")
    }

    fn append(&self, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.log()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Lines that have their end.
    fn written(&self) -> u64 {
        self.lines - u64::from(self.half.is_some())
    }

    fn line(&mut self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let stamp = logsurge::Time(now.as_micros() as i64);
        self.lines += 1;
        if self.dice.one_in(40) && self.errors.len() < WORDS.len() * WORDS.len() {
            let (a, b) = (self.errors.len() / WORDS.len(), self.errors.len() % WORDS.len());
            // Any two differ in three words, so none is taken for a form of another.
            let word = |number: usize| WORDS[number % WORDS.len()];
            let error = format!("{} {}er {}ly {}ish broke", word(a), word(b), word(a + b), word(a + 3 * b));
            let line = format!("{stamp} FATAL {error}\n");
            self.errors.insert(error);
            return line;
        }
        format!("{stamp} INFO request {} served in {} ms\n", self.lines, self.dice.roll(90))
    }

    /// Some lines, now and then the last of them without its end.
    fn write(&mut self) {
        let mut text = self.half.take().unwrap_or_default();
        for _ in 0..=self.dice.roll(30) {
            text += &self.line();
        }
        if self.dice.one_in(4) {
            let last = text.trim_end().rfind('\n').map_or(0, |newline| newline + 1);
            let cut = last + (text.len() - last) / 2;
            self.half = Some(text.split_off(cut));
        }
        self.append(&text);
    }

    /// A program finishes its line before its log is rotated.
    fn finish_line(&mut self) {
        if let Some(rest) = self.half.take() {
            self.append(&rest);
        }
    }

    fn numbered(&self, number: usize, packed: bool) -> PathBuf {
        self.place.path(&format!("app.log.{number}{}", if packed { ".gz" } else { "" }))
    }

    /// Makes room for a new `app.log.1`.
    fn shift(&self) {
        for number in (1..FILES_MAX).rev() {
            for packed in [false, true] {
                let _ = fs::rename(self.numbered(number, packed), self.numbered(number + 1, packed));
            }
        }
    }

    fn pack(&self, number: usize) {
        let plain = self.numbered(number, false);
        let Ok(text) = fs::read(&plain) else { return };
        let written = fs::metadata(&plain).unwrap().modified().unwrap();
        let mut encoder =
            GzEncoder::new(File::create(self.numbered(number, true)).unwrap(), Compression::fast());
        encoder.write_all(&text).unwrap();
        // As gzip does.
        encoder.finish().unwrap().set_modified(written).unwrap();
        fs::remove_file(plain).unwrap();
    }

    fn rotate(&mut self) {
        if !self.log().exists() {
            return;
        }
        self.finish_line();
        // A file system tells times apart that are some milliseconds apart.
        std::thread::sleep(Duration::from_millis(12));
        self.rotations += 1;
        let way = self.dice.roll(5);
        self.story.push(format!("line {}: rotated in way {way}", self.lines));
        match way {
            0 => {
                self.shift();
                fs::rename(self.log(), self.numbered(1, false)).unwrap();
            }
            1 => {
                self.shift();
                fs::rename(self.log(), self.numbered(1, false)).unwrap();
                self.pack(1);
            }
            // Compressed at the rotation after.
            2 => {
                self.pack(1);
                self.shift();
                fs::rename(self.log(), self.numbered(1, false)).unwrap();
            }
            3 => {
                let name = format!("app.log-20261101-{:05}", self.rotations);
                fs::rename(self.log(), self.place.path(&name)).unwrap();
            }
            _ => {
                self.shift();
                fs::copy(self.log(), self.numbered(1, false)).unwrap();
                OpenOptions::new().write(true).truncate(true).open(self.log()).unwrap();
            }
        }
    }

    /// Rotated files that have been read go.
    fn clean(&self) {
        for number in READ_MAX..=FILES_MAX {
            for packed in [false, true] {
                let _ = fs::remove_file(self.numbered(number, packed));
            }
        }
        for entry in fs::read_dir(self.place.path("")).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("app.log-") {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// Goes on for a while.
    fn live(&mut self, span: Duration) {
        let end = Instant::now() + span;
        while Instant::now() < end {
            self.write();
            if self.dice.one_in(30) {
                self.rotate();
            }
            std::thread::sleep(Duration::from_millis(1 + self.dice.roll(3)).min(span));
        }
    }
}

fn told(out: &str, errors: &BTreeSet<String>) -> BTreeSet<String> {
    errors.iter().filter(|error| out.contains(error.as_str())).cloned().collect()
}

/// What a run says that is not killed.
fn whole(writer: &Writer, args: &[&str]) -> String {
    let ran = writer.place.run(args);
    assert!(ran.status < 2, "{}", ran.err);
    ran.out
}

/// The lines that the saved state has counted.
fn counted(writer: &Writer) -> u64 {
    let listed = whole(writer, &["check", "--list", "--json"]);
    let state: serde_json::Value = serde_json::from_str(&listed).unwrap();
    state["lines"].as_u64().unwrap()
}

#[test]
fn killed_at_two_hundred_random_moments_every_line_counts_once() {
    let seed = std::env::var("LOGSURGE_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut writer = Writer::new(seed.unwrap_or(20_261_123));
    let check = ["check", "--json", "--warmup", "0", "--tz", "UTC", "app.log"];
    writer.write();
    let mut seen = BTreeSet::new();
    seen.extend(told(&whole(&writer, &check), &writer.errors));
    for kill in 0..KILLS {
        let watches = kill % WATCH_EVERY == 0;
        let args: Vec<&str> =
            check.iter().map(|arg| if watches && *arg == "check" { "watch" } else { arg }).collect();
        let mut command: Command = writer.place.command(&args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            out.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned()).unwrap()
        });
        let said = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).map(|_| text).unwrap()
        });
        let patience = if watches { 1_200_000 } else { 25_000 };
        let span = Duration::from_micros(1_000 + writer.dice.roll(patience));
        writer.live(span);
        writer.story.push(format!("line {}: {} killed", writer.lines, args[0]));
        child.kill().unwrap();
        child.wait().unwrap();
        seen.extend(told(&reader.join().unwrap(), &writer.errors));
        let said = said.join().unwrap();
        assert!(!said.contains("not usable") && !said.contains("panicked"), "{said}");
        if kill % 7 == 6 {
            seen.extend(told(&whole(&writer, &check), &writer.errors));
            assert_eq!(
                counted(&writer),
                writer.written(),
                "lines counted, and lines written: {:#?}",
                writer.story
            );
            writer.story.clear();
            writer.clean();
        }
    }
    writer.finish_line();
    seen.extend(told(&whole(&writer, &check), &writer.errors));
    assert!(
        writer.rotations > 20 && writer.errors.len() > 30,
        "{} {}",
        writer.rotations,
        writer.errors.len()
    );
    assert_eq!(counted(&writer), writer.lines, "lines counted, and lines written: {:#?}", writer.story);
    let untold: Vec<&String> = writer.errors.difference(&seen).collect();
    assert!(untold.is_empty(), "of {} errors {untold:?} were not told", writer.errors.len());
}

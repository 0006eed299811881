//! A log is rotated in every way while somebody reads it who stops and goes on at random: each
//! line comes out once, in order.
//!
//! The reader "crashes": what it read after the cursor that was saved last is forgotten, and read
//! again. What a writer loses itself is not part of the model.

mod random;

use flate2::Compression;
use flate2::write::GzEncoder;
use logsurge::input::{Buffer, Cursor, Follower, Polled};
use random::Random;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const SEEDS: u64 = 400;
const STEPS: u64 = 60;

/// A log and what was written to it.
struct Log {
    directory: TempDir,
    dice: Random,
    /// Whole lines in their order.
    lines: Vec<String>,
    unfinished: String,
    /// Rotated files, oldest first: name, how many lines lie before its end.
    rotated: Vec<(String, usize)>,
    dated: bool,
    day: u64,
    /// A clock for the times of files, or the real one.
    clock: Option<u64>,
    /// Bytes that all files begin with.
    banner: String,
    began: Vec<String>,
}

impl Log {
    fn new(seed: u64) -> Log {
        let mut dice = Random(seed);
        let banner = match dice.below(4) {
            0 => format!("{}\n", "b".repeat(dice.below(2_000) as usize)),
            _ => String::new(),
        };
        let (dated, slow) = (dice.below(3) == 0, dice.below(2) == 0);
        Log {
            directory: tempfile::tempdir().unwrap(),
            dice,
            lines: Vec::new(),
            unfinished: String::new(),
            rotated: Vec::new(),
            dated,
            day: 0,
            clock: slow.then_some(1_700_000_000),
            banner,
            began: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn own(&self) -> PathBuf {
        self.path("app.log")
    }

    fn write(&mut self, text: &str) {
        let is_new = fs::metadata(self.own()).map_or(0, |metadata| metadata.len()) == 0;
        let mut file = File::options().append(true).create(true).open(self.own()).unwrap();
        if is_new && !self.banner.is_empty() {
            file.write_all(self.banner.as_bytes()).unwrap();
            self.lines.push(self.banner.trim_end().to_owned());
        }
        file.write_all(text.as_bytes()).unwrap();
        if let Some(clock) = &mut self.clock {
            *clock += 10;
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(*clock)).unwrap();
        }
    }

    fn line(&mut self) -> String {
        let length = 1 + self.dice.below(200);
        format!("{} {}", self.lines.len(), self.dice.of("abcdef ", length).trim_end())
    }

    fn append(&mut self) {
        for _ in 0..1 + self.dice.below(12) {
            let line = if self.unfinished.is_empty() { self.line() } else { "rest".into() };
            let whole = std::mem::take(&mut self.unfinished) + &line;
            self.write(&format!("{line}\n"));
            self.lines.push(whole);
        }
    }

    fn append_half(&mut self) {
        if self.unfinished.is_empty() {
            let half = self.line();
            self.write(&half);
            self.unfinished = half;
        }
    }

    /// The next name for the log that is rotated away; shifts the numbered ones.
    fn make_room(&mut self) -> String {
        if !self.unfinished.is_empty() {
            self.lines.push(std::mem::take(&mut self.unfinished));
        }
        self.day += 1;
        if self.dated {
            return format!("app.log-{}", 20_240_101 + self.day / 28 * 100 + self.day % 28);
        }
        for (name, _) in &mut self.rotated {
            let number: u64 = name.split('.').nth(2).unwrap().parse().unwrap();
            let next = name.replacen(&format!(".{number}"), &format!(".{}", number + 1), 1);
            fs::rename(self.directory.path().join(&*name), self.directory.path().join(&next)).unwrap();
            *name = next;
        }
        "app.log.1".into()
    }

    fn rotate(&mut self) {
        if !self.own().exists() {
            return;
        }
        let name = self.make_room();
        fs::rename(self.own(), self.path(&name)).unwrap();
        self.rotated.push((name, self.lines.len()));
        if self.dice.below(2) == 0 {
            File::create(self.own()).unwrap();
        }
    }

    /// Where only the banner has been read, nobody can see that what follows it is another file's.
    fn copy_and_truncate(&mut self) {
        if !self.own().exists() || !self.banner.is_empty() {
            return;
        }
        let name = self.make_room();
        fs::copy(self.own(), self.path(&name)).unwrap();
        if let Some(clock) = self.clock {
            let file = File::options().append(true).open(self.path(&name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(clock)).unwrap();
        }
        fs::write(self.own(), "").unwrap();
        self.rotated.push((name, self.lines.len()));
    }

    /// Compresses a rotated file; caught in the middle of it, both are there.
    fn compress(&mut self, index: usize) {
        let Some((name, _)) = self.rotated.get(index).cloned() else { return };
        if name.ends_with("gz") || name.ends_with("zst") {
            return;
        }
        let plain = self.path(&name);
        let bytes = fs::read(&plain).unwrap();
        let modified = fs::metadata(&plain).unwrap().modified().unwrap();
        let (packed, ending) = match self.dice.below(4) {
            0 => (zstd::encode_all(&bytes[..], 1).unwrap(), "zst"),
            _ => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).unwrap();
                (encoder.finish().unwrap(), "gz")
            }
        };
        let name = format!("{name}.{ending}");
        if self.dice.below(5) == 0 {
            fs::write(self.path(&name), &packed[..packed.len() / 2]).unwrap();
            self.began.push(name);
            return;
        }
        fs::write(self.path(&name), packed).unwrap();
        File::options().append(true).open(self.path(&name)).unwrap().set_modified(modified).unwrap();
        fs::remove_file(plain).unwrap();
        self.rotated[index].0 = name;
    }

    /// Compressing never takes longer than a step.
    fn end_compressing(&mut self) {
        for name in std::mem::take(&mut self.began) {
            fs::remove_file(self.path(&name)).unwrap();
        }
    }

    /// Removes the oldest file if all its lines have been read.
    fn remove_oldest(&mut self, read: usize) {
        if self.rotated.first().is_some_and(|(_, lines)| *lines <= read) {
            let (name, _) = self.rotated.remove(0);
            fs::remove_file(self.path(&name)).unwrap();
        }
    }

    fn step(&mut self, read: usize) {
        self.end_compressing();
        match self.dice.below(12) {
            0..=4 => self.append(),
            5 => self.append_half(),
            6 => self.rotate(),
            7 => {
                self.rotate();
                self.compress(self.rotated.len().wrapping_sub(1));
            }
            8 => {
                let index = self.dice.below(1 + self.rotated.len() as u64) as usize;
                self.compress(index);
            }
            9 => self.copy_and_truncate(),
            10 => {
                self.rotate();
                self.append();
                self.rotate();
            }
            _ => self.remove_oldest(read),
        }
    }
}

/// Who reads, and what of it is safe.
struct Reader {
    follower: Option<Follower>,
    saved: Vec<u8>,
    /// Lines before the saved cursor, and behind it.
    lines: Vec<String>,
    since: Vec<String>,
    chunk_bytes: usize,
}

impl Reader {
    fn new(log: &Path, chunk_bytes: usize) -> Reader {
        let follower = Follower::open(log, true, chunk_bytes).unwrap();
        let saved = postcard::to_stdvec(&follower.cursor()).unwrap();
        Reader { follower: Some(follower), saved, lines: Vec::new(), since: Vec::new(), chunk_bytes }
    }

    fn save(&mut self) {
        if let Some(follower) = &self.follower {
            self.saved = postcard::to_stdvec(&follower.cursor()).unwrap();
            self.lines.append(&mut self.since);
        }
    }

    fn crash(&mut self) {
        self.follower = None;
        self.since.clear();
    }

    /// Polls so often, or until nothing comes.
    fn read(&mut self, log: &Path, polls: u64) {
        let resumed = || {
            let cursor: Cursor = postcard::from_bytes(&self.saved).unwrap();
            Follower::resume(log, &cursor, self.chunk_bytes)
        };
        let follower = self.follower.get_or_insert_with(resumed);
        for _ in 0..polls {
            // That a file is gone is said though all of it had been read: who knows what came after?
            match follower.poll(Buffer::default()) {
                Err(notice) if notice.is_notice() => {}
                Err(trouble) => self.since.push(trouble.to_string()),
                Ok(Polled::Data(chunk)) => {
                    let text = std::str::from_utf8(chunk.bytes()).unwrap();
                    self.since.extend(text.lines().map(str::to_owned));
                }
                Ok(Polled::Idle(_)) => return,
                Ok(Polled::Rotated(_) | Polled::Truncated(..)) => {}
            }
        }
    }
}

fn check(seed: u64) -> Result<(), String> {
    let mut log = Log::new(seed);
    if log.dice.below(2) == 0 {
        log.append();
    }
    let chunk_bytes = if log.dice.below(2) == 0 { 64 } else { 4096 };
    let mut reader = Reader::new(&log.own(), chunk_bytes);
    // From a timer, or always there.
    let stays = log.dice.below(2) == 0;
    for _ in 0..STEPS {
        log.step(reader.lines.len());
        if log.dice.below(3) == 0 {
            let polls = if log.dice.below(3) == 0 { u64::MAX } else { log.dice.below(20) };
            reader.read(&log.own(), polls);
            if log.dice.below(4) != 0 {
                reader.save();
            }
            if !stays || log.dice.below(8) == 0 {
                reader.crash();
            }
        }
    }
    log.append();
    reader.read(&log.own(), u64::MAX);
    reader.save();
    let same = reader.lines.iter().zip(&log.lines).take_while(|(read, written)| read == written).count();
    if reader.lines == log.lines {
        return Ok(());
    }
    let (written, read) = (log.lines.len(), reader.lines.len());
    let (at, wanted) = (reader.lines.get(same), log.lines.get(same));
    Err(format!(
        "seed {seed}: {written} lines written, {read} read; line {same} is {at:.40?}, not {wanted:.40?}"
    ))
}

#[test]
fn every_line_comes_out_once_whatever_befalls_the_files() {
    let faults: Vec<String> = (0..SEEDS).filter_map(|seed| check(seed).err()).collect();
    assert!(faults.is_empty(), "{} of {SEEDS}:\n{}", faults.len(), faults.join("\n"));
}

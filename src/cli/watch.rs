//! `logsurge watch`: a log as it is written.

use super::args::{Reading, Watch};
use super::exit::Outcome;
use super::memory::{self, Memory, Terms};
use super::printer::Printer;
use super::{batch, setup, signals};
use logsurge::engine::live::{Event, Follow, Pipe};
use logsurge::input::Chunk;
use logsurge::state::Directory;
use logsurge::{Baseline, Config, Error, Session};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long to wait for lines before looking at the clock: panes close on
/// time, and an idle pipe costs two wake-ups a second.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long complete lines that have come in are still taken at the end.
const DRAIN_MAX: Duration = Duration::from_millis(500);
/// How long none has come in by then; longer than a reader takes between two looks.
const DRAIN_PATIENCE: Duration = Duration::from_millis(20);
/// How long what is read may be lost to a crash, and so be read again.
const SAVE_EVERY: Duration = Duration::from_secs(30);
/// Saving takes at most such a part of the time.
const SAVE_COST_PART: u32 = 200;

/// What a look at the input has found.
#[derive(PartialEq, Eq)]
enum Taken {
    Event,
    Idle,
    End,
}

enum Input {
    Pipe(Pipe),
    Files(Follow),
}

impl Input {
    fn next(&mut self, patience: Duration) -> Event {
        match self {
            Input::Pipe(pipe) => pipe.next(patience),
            Input::Files(follow) => {
                follow.tell_time(setup::now());
                follow.next(patience)
            }
        }
    }

    fn give_back(&mut self, chunk: Chunk) {
        match self {
            Input::Pipe(pipe) => pipe.give_back(chunk),
            Input::Files(follow) => follow.give_back(chunk),
        }
    }
}

/// `logsurge watch`
pub fn run(args: &Watch) -> Result<Outcome, Error> {
    let directory = match batch::is_stdin(&args.paths) {
        true => None,
        false => Some(memory::directory(&args.remembering)?),
    };
    let judging = match &directory {
        Some(directory) => memory::with_known(&args.judging, directory),
        None => args.judging.clone(),
    };
    let (mut config, baseline) = setup::judging(&args.reading, &judging)?;
    config.live = true;
    let stop = signals::stop_flag()?;
    signals::survive_full_files()?;
    let mut logs = Vec::new();
    let mut input = open(args, directory.as_ref(), &config, baseline.as_ref(), &mut logs)?;
    let mut printer = Printer::new(&args.judging.output, config.zone.clone(), setup::now(), true);
    printer.many = args.paths.len() > 1;
    let trouble = logs.iter().any(|log| log.memory.as_ref().is_some_and(|memory| !memory.may_save()));
    let mut watching = Watching {
        logs,
        printer: &mut printer,
        reading: &args.reading,
        trouble,
        said: None,
        pace: Pace::new(),
    };
    watching.follow(&mut input, &stop)?;
    let stopped = stop.load(Ordering::Relaxed);
    watching.finish(&mut input)?;
    let trouble = watching.trouble;
    // Stopped by a person or by the system: what was asked for is done.
    let exit_zero = args.judging.output.exit_zero || stopped;
    Ok(Outcome::of(printer.alerts, trouble, exit_zero))
}

/// One log that is watched.
struct Log {
    session: Session,
    /// None for a pipe, which cannot be read again.
    memory: Option<Memory>,
    /// Something was read, or came to pass, since it was saved.
    changed: bool,
}

struct Watching<'a> {
    logs: Vec<Log>,
    printer: &'a mut Printer,
    reading: &'a Reading,
    trouble: bool,
    /// The last trouble that was said.
    said: Option<String>,
    pace: Pace,
}

/// When to save: often enough that little is read again after a crash, and so seldom that it
/// costs next to nothing.
struct Pace {
    saved: Instant,
    cost: Duration,
}

impl Pace {
    fn new() -> Pace {
        Pace { saved: Instant::now(), cost: Duration::ZERO }
    }

    fn is_due(&self) -> bool {
        self.saved.elapsed() >= SAVE_EVERY.max(self.cost * SAVE_COST_PART)
    }
}

impl Watching<'_> {
    fn follow(&mut self, input: &mut Input, stop: &AtomicBool) -> Result<(), Error> {
        while !stop.load(Ordering::Relaxed) && !self.printer.closed {
            if self.take_next(input, PATIENCE) == Taken::End {
                return Ok(());
            }
            let now = setup::now();
            for log in &mut self.logs {
                log.session.advance(now);
            }
            self.print()?;
            if self.pace.is_due() {
                self.save(input);
            }
        }
        Ok(())
    }

    /// Takes the next thing that happens within `patience`.
    fn take_next(&mut self, input: &mut Input, patience: Duration) -> Taken {
        match input.next(patience) {
            Event::Chunk(index, chunk) => {
                let log = &mut self.logs[index];
                log.session.advance(setup::now());
                log.session.feed_lines(chunk.bytes(), chunk.overlong);
                log.changed = true;
                input.give_back(chunk);
            }
            Event::NewFile(index) => self.begin_file(index),
            Event::Truncated(index, err) => {
                self.begin_file(index);
                self.tell(&err);
            }
            Event::Trouble(err) => self.tell(&err),
            Event::Idle => return Taken::Idle,
            Event::End => return Taken::End,
        }
        Taken::Event
    }

    fn begin_file(&mut self, index: usize) {
        self.logs[index].session.begin_file();
        self.logs[index].changed = true;
    }

    fn finish(&mut self, input: &mut Input) -> Result<(), Error> {
        self.drain(input);
        // A log that is remembered goes on with the next run; a pipe is over.
        for log in self.logs.iter_mut().filter(|log| log.memory.is_none()) {
            log.session.finish();
        }
        self.print()?;
        self.printer.finish().map_err(|err| Error::io("standard output", err))?;
        self.save(input);
        Ok(())
    }

    /// Takes what has already come in, and no more: a backlog must not hold the end.
    fn drain(&mut self, input: &mut Input) {
        let begun = Instant::now();
        while begun.elapsed() < DRAIN_MAX {
            if self.take_next(input, DRAIN_PATIENCE) != Taken::Event {
                return;
            }
        }
    }

    fn print(&mut self) -> Result<(), Error> {
        for log in &mut self.logs {
            for notice in log.session.take_notices() {
                if !self.reading.quiet {
                    say!("logsurge: {notice}");
                }
            }
            while let Some(alert) = log.session.next_alert() {
                let registry = log.session.ledger().registry();
                self.printer.print(&alert, registry).map_err(|err| Error::io("standard output", err))?;
                if let Some(memory) = &mut log.memory {
                    memory.remember([alert]);
                    log.changed = true;
                }
            }
        }
        self.printer.pause().map_err(|err| Error::io("standard output", err))
    }

    /// Saves what is remembered of the logs, all of whose alerts have been printed.
    fn save(&mut self, input: &Input) {
        let Input::Files(follow) = input else { return };
        let begun = Instant::now();
        for index in 0..self.logs.len() {
            let Log { session, memory, changed } = &mut self.logs[index];
            let Some(memory) = memory.as_mut().filter(|memory| *changed && memory.may_save()) else {
                continue;
            };
            let saved = memory.prepare(session, follow.cursor(index)).and_then(|state| state.write());
            match saved {
                Ok(()) => *changed = false,
                Err(err) => self.tell(&err),
            }
        }
        self.pace = Pace { saved: Instant::now(), cost: begun.elapsed() };
    }

    fn tell(&mut self, err: &Error) {
        // The same trouble is met at every look; it is said once in a row.
        let text = err.to_string();
        if self.said.as_deref() != Some(&text) {
            self.trouble |= batch::say_trouble(err, self.reading);
            self.said = Some(text);
        }
    }
}

/// The input, and the logs in it.
fn open(
    args: &Watch,
    directory: Option<&Directory>,
    config: &Config,
    baseline: Option<&Baseline>,
    logs: &mut Vec<Log>,
) -> Result<Input, Error> {
    let chunk_bytes = config.chunk_bytes;
    let Some(directory) = directory else {
        let mut config = config.clone();
        setup::told_span(&mut config, &args.judging, |_| None)?;
        let session = Session::new(&config, baseline, "-");
        logs.push(Log { session, memory: None, changed: false });
        return Ok(Input::Pipe(Pipe::start("-", Box::new(std::io::stdin()), chunk_bytes)));
    };
    if args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Error::usage("watch either standard input (-) or files, not both"));
    }
    let (judging, reading) = (&args.judging, &args.reading);
    let terms = Terms { directory, reading, judging, dry: false };
    let mut starts = Vec::new();
    let mut seen = Vec::new();
    for path in &args.paths {
        let log = memory::absolute(path)?;
        if seen.contains(&log) {
            continue;
        }
        seen.push(log);
        let (memory, session, start) = Memory::open(&terms, path, config, baseline)?;
        if !reading.quiet && !path.exists() {
            say!("logsurge: {} is not there yet; waiting for it", path.display());
        }
        if let Some(last) = memory.last.filter(|_| !reading.quiet) {
            say!("logsurge: {}: going on from {last}", path.display());
        }
        starts.push((path.clone(), start));
        logs.push(Log { session, memory: Some(memory), changed: false });
    }
    Ok(Input::Files(Follow::start(&starts, chunk_bytes)?))
}

//! `logsurge watch`: a log as it is written.

use super::args::{Reading, Watch};
use super::exit::Outcome;
use super::printer::Printer;
use super::{batch, setup};
use logsurge::engine::live::{Event, Follow, Pipe};
use logsurge::engine::{self, Past};
use logsurge::{Config, Error, Session};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long to wait for lines before looking at the clock: panes close on
/// time, and an idle pipe costs two wake-ups a second.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long complete lines that have come in are still taken at the end.
const DRAIN_MAX: Duration = Duration::from_millis(500);
/// What a shell shows for a program ended by an interrupt.
const INTERRUPTED: i32 = 130;

enum Input {
    Pipe(Pipe),
    Files(Follow),
}

impl Input {
    fn next(&mut self, patience: Duration) -> Event {
        match self {
            Input::Pipe(pipe) => pipe.next(patience),
            Input::Files(follow) => follow.next(patience),
        }
    }
}

/// `logsurge watch`
pub fn run(args: &Watch) -> Result<Outcome, Error> {
    let (mut config, baseline) = setup::judging(&args.reading, &args.judging)?;
    config.live = true;
    let stop = stop_flag()?;
    let (mut input, configs) = open(args, &config)?;
    let mut printer = Printer::new(&args.judging.output, config.zone.clone(), setup::now(), true);
    printer.many = args.paths.len() > 1;
    let named = args.paths.iter().zip(&configs);
    let mut sessions: Vec<Session> = named
        .map(|(path, config)| Session::new(config, baseline.as_ref(), &path.to_string_lossy()))
        .collect();
    let mut watching = Watching {
        sessions: &mut sessions,
        printer: &mut printer,
        reading: &args.reading,
        trouble: false,
        said: None,
    };
    watching.follow(&mut input, &stop)?;
    let stopped = stop.load(Ordering::Relaxed);
    watching.finish(&mut input)?;
    let trouble = watching.trouble;
    // Stopped by a person or by the system: what was asked for is done.
    let exit_zero = args.judging.output.exit_zero || stopped;
    Ok(Outcome::of(printer.alerts, trouble, exit_zero))
}

struct Watching<'a> {
    sessions: &'a mut [Session],
    printer: &'a mut Printer,
    reading: &'a Reading,
    trouble: bool,
    /// The last trouble that was said.
    said: Option<String>,
}

impl Watching<'_> {
    fn follow(&mut self, input: &mut Input, stop: &AtomicBool) -> Result<(), Error> {
        while !stop.load(Ordering::Relaxed) && !self.printer.closed {
            match input.next(PATIENCE) {
                Event::Chunk(index, chunk) => {
                    let session = &mut self.sessions[index];
                    session.advance(setup::now());
                    session.feed_lines(chunk.bytes(), chunk.overlong);
                }
                Event::NewFile(index) => self.sessions[index].begin_file(),
                Event::Truncated(index, err) => {
                    self.sessions[index].begin_file();
                    self.tell(&err);
                }
                Event::Trouble(err) => self.tell(&err),
                Event::Idle => {}
                Event::End => return Ok(()),
            }
            let now = setup::now();
            for session in self.sessions.iter_mut() {
                session.advance(now);
            }
            self.print()?;
        }
        Ok(())
    }

    fn finish(&mut self, input: &mut Input) -> Result<(), Error> {
        self.drain(input);
        if let Input::Files(follow) = input {
            for (index, chunk) in follow.finish() {
                self.sessions[index].feed_lines(chunk.bytes(), chunk.overlong);
            }
        }
        for session in self.sessions.iter_mut() {
            session.finish();
        }
        self.print()?;
        self.printer.finish().map_err(|err| Error::io("standard output", err))
    }

    /// Takes what has already come in, and no more: a backlog must not hold the end.
    fn drain(&mut self, input: &mut Input) {
        let begun = Instant::now();
        while begun.elapsed() < DRAIN_MAX {
            match input.next(Duration::ZERO) {
                Event::Chunk(index, chunk) => self.sessions[index].feed_lines(chunk.bytes(), chunk.overlong),
                Event::NewFile(index) => self.sessions[index].begin_file(),
                Event::Truncated(_, err) | Event::Trouble(err) => self.tell(&err),
                Event::Idle | Event::End => return,
            }
        }
    }

    fn print(&mut self) -> Result<(), Error> {
        for session in self.sessions.iter_mut() {
            for notice in session.take_notices() {
                if !self.reading.quiet {
                    say!("logsurge: {notice}");
                }
            }
            while let Some(alert) = session.next_alert() {
                let registry = session.ledger().registry();
                self.printer.print(&alert, registry).map_err(|err| Error::io("standard output", err))?;
            }
        }
        self.printer.pause().map_err(|err| Error::io("standard output", err))
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

/// The input, and how each of its logs is read.
fn open(args: &Watch, config: &Config) -> Result<(Input, Vec<Config>), Error> {
    let chunk_bytes = config.chunk_bytes;
    if batch::is_stdin(&args.paths) {
        let mut config = config.clone();
        setup::told_span(&mut config, &args.judging, |_| None)?;
        let pipe = Pipe::start("-", Box::new(std::io::stdin()), chunk_bytes);
        return Ok((Input::Pipe(pipe), vec![config]));
    }
    if args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Error::usage("watch either standard input (-) or files, not both"));
    }
    let (mut pasts, mut configs) = (Vec::new(), Vec::new());
    for path in &args.paths {
        if !args.reading.quiet && !path.exists() {
            say!("logsurge: {} is not there yet; waiting for it", path.display());
        }
        let mut config = config.clone();
        let past = past(args, path, &mut config)?;
        pasts.push((path.clone(), past));
        configs.push(config);
    }
    Ok((Input::Files(Follow::start(&pasts, chunk_bytes)?), configs))
}

/// What a file teaches before it is followed, and from when on it is judged. Who brings a
/// baseline, or says how long to learn, has the file judged from its first line.
fn past(args: &Watch, path: &Path, config: &mut Config) -> Result<Past, Error> {
    let judging = &args.judging;
    let is_taught = judging.baseline.is_some() || judging.warmup.is_some();
    if is_taught && judging.since.is_none() && judging.until.is_none() {
        return Ok(Past::default());
    }
    let past = engine::past_of(config, path);
    config.latest = past.written.unwrap_or(config.latest);
    if judging.since.is_none() && judging.until.is_none() && !is_taught {
        config.since = past.since();
    }
    setup::told_span(config, judging, |_| past.span)?;
    Ok(if is_taught { Past { span: past.span, ..Past::default() } } else { past })
}

/// Set by the first SIGINT or SIGTERM; the second ends the program at once.
fn stop_flag() -> Result<Arc<AtomicBool>, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|err| Error::io("signal handler", err))?;
    }
    Ok(stop)
}

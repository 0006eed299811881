//! `logsurge watch`: a log as it is written.

use super::args::Watch;
use super::exit::Outcome;
use super::printer::Printer;
use super::{batch, setup};
use logsurge::engine::live::{Event, Follow, Pipe};
use logsurge::{Error, Session};
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
    let mut input = open(args, config.chunk_bytes)?;
    let mut printer = Printer::new(&args.judging.output, config.zone.clone(), setup::now(), true);
    printer.many = args.paths.len() > 1;
    let mut sessions: Vec<Session> = args
        .paths
        .iter()
        .map(|path| Session::new(&config, baseline.as_ref(), &path.to_string_lossy()))
        .collect();
    let mut watching = Watching {
        sessions: &mut sessions,
        printer: &mut printer,
        quiet: args.reading.quiet,
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
    quiet: bool,
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
                Event::Trouble(err) => self.tell(&err),
                Event::Idle | Event::End => return,
            }
        }
    }

    fn print(&mut self) -> Result<(), Error> {
        for session in self.sessions.iter_mut() {
            for notice in session.take_notices() {
                if !self.quiet {
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
        self.trouble |= !err.is_notice();
        let text = err.to_string();
        // The same trouble is met at every look; it is said once in a row.
        if self.said.as_deref() != Some(&text) {
            say!("logsurge: {text}");
            self.said = Some(text);
        }
    }
}

fn open(args: &Watch, chunk_bytes: usize) -> Result<Input, Error> {
    if batch::is_stdin(&args.paths) {
        return Ok(Input::Pipe(Pipe::start("-", Box::new(std::io::stdin()), chunk_bytes)));
    }
    if args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Error::usage("watch either standard input (-) or files, not both"));
    }
    Ok(Input::Files(Follow::start(&args.paths, chunk_bytes)?))
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

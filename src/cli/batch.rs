//! The commands that read to the end: scan, learn.

use super::args::{Learn, Reading, Scan};
use super::exit::Outcome;
use super::printer::Printer;
use super::render::summary;
use super::setup;
use logsurge::error::ErrorKind;
use logsurge::{Baseline, Config, Engine, Error, Run};
use std::path::{Path, PathBuf};

/// `logsurge scan`
pub fn scan(args: &Scan) -> Result<Outcome, Error> {
    let (mut config, baseline) = setup::judging(&args.reading, &args.judging)?;
    let quiet = args.reading.quiet;
    let (listing, mut trouble) = setup::sources(&args.paths, &config, quiet)?;
    setup::told_span(&mut config, &args.judging, |config| logsurge::engine::span(config, &listing.sources))?;
    let mut printer = Printer::new(&args.judging.output, config.zone.clone(), setup::now(), true);
    let mut run = Engine::new(config).run(&listing.sources, baseline.as_ref());
    // The run has taken from it what it needs, and a large one takes as much room again.
    drop(baseline);
    while let Some(alert) = run.next() {
        trouble |= tell(&mut run, &args.reading);
        printer.print(&alert, run.ledger().registry()).map_err(|err| Error::io("standard output", err))?;
        if printer.closed {
            break;
        }
    }
    printer.finish().map_err(|err| Error::io("standard output", err))?;
    trouble |= tell(&mut run, &args.reading);
    if !quiet && !printer.closed {
        say!("logsurge: {}", summary::line(run.report()));
    }
    if !printer.closed {
        // It is at its end, and so is the program: to take a large one apart piece by piece is in vain.
        std::mem::forget(run);
    }
    Ok(Outcome::of(printer.alerts, trouble, args.judging.output.exit_zero))
}

/// `logsurge learn`
pub fn learn(args: &Learn) -> Result<Outcome, Error> {
    let quiet = args.reading.quiet;
    let (run, trouble) = learned(&args.paths, &args.reading, false)?;
    let baseline = run.ledger().to_baseline(&setup::settings(&args.reading));
    if baseline.learned().lines == 0 {
        return Err(Error::usage(format!(
            "nothing to learn: no lines that say anything were read, so {} was not written",
            args.output.display()
        )));
    }
    baseline.save(&args.output)?;
    if !quiet {
        say!("logsurge: {}", summary::line(run.report()));
        let without = if trouble { ", without what could not be read" } else { "" };
        say!("logsurge: wrote {}{without}", args.output.display());
    }
    Ok(Outcome::of(0, trouble, false))
}

/// Reads logs to their end, only learning, and the `values` of variables if they
/// are wanted; the flag tells of trouble.
pub fn learned(paths: &[PathBuf], reading: &Reading, values: bool) -> Result<(Run, bool), Error> {
    let config = Config { learn_only: true, values, ..setup::config(reading)? };
    learned_with(paths, reading, config, None)
}

/// Reads logs to their end with a configuration that only learns, behind what a baseline holds.
pub fn learned_with(
    paths: &[PathBuf],
    reading: &Reading,
    config: Config,
    baseline: Option<&Baseline>,
) -> Result<(Run, bool), Error> {
    let (listing, mut trouble) = setup::sources(paths, &config, reading.quiet)?;
    let mut run = Engine::new(config).run(&listing.sources, baseline);
    let alerts = run.by_ref().count();
    debug_assert_eq!(alerts, 0, "learning judges nothing");
    trouble |= tell(&mut run, reading);
    Ok((run, trouble))
}

/// Says on stderr what could not be read, and what a person should know once.
/// True if there was trouble.
fn tell(run: &mut Run, reading: &Reading) -> bool {
    say_all(run.take_troubles(), run.take_notices(), reading)
}

/// The same of what was taken from elsewhere.
pub fn say_all(troubles: Vec<Error>, notices: Vec<String>, reading: &Reading) -> bool {
    let mut trouble = false;
    for err in troubles {
        trouble |= say_trouble(&err, reading);
    }
    for notice in notices {
        if !reading.quiet {
            say!("logsurge: {notice}");
        }
    }
    trouble
}

/// Says what went wrong and what to do; whether it counts as trouble.
pub fn say_trouble(err: &Error, reading: &Reading) -> bool {
    let is_damage = matches!(err.kind(), ErrorKind::Damaged(_));
    let counts = !(err.is_notice() || is_damage && reading.keep_going);
    let cure = match is_damage && counts {
        true => "; fetch the file again, or accept what is there with --keep-going",
        false => "",
    };
    say!("logsurge: {err}{cure}");
    counts
}

/// Whether the only path is standard input.
pub fn is_stdin(paths: &[PathBuf]) -> bool {
    paths == [Path::new("-")]
}

//! Two logs compared: what they are, and the few lines a person wants of it.

use super::args::{Diff, Measure};
use super::batch::{is_stdin, learned_with, say_all};
use super::exit::Outcome;
use super::printer::Printer;
use super::render::safe::{shortened, visible};
use super::render::text::{clock_time, message_of};
use super::setup;
use logsurge::alert::grouped;
use logsurge::template::Registry;
use logsurge::time::{DAY_SECONDS, SECOND_MICROS, format_duration};
use logsurge::{Alert, Comparison, Config, Deployment, Engine, Error, Kind, Ledger, Level, Terms, Time};
use std::path::PathBuf;

/// The past that a deployment is compared with.
const BEFORE_MICROS: i64 = DAY_SECONDS * SECOND_MICROS;
/// Letters of an example in a note.
const EXAMPLE_CHARS: usize = 60;

/// `logsurge diff`
pub fn run(args: &Diff) -> Result<Outcome, Error> {
    let per_time = args.per == Measure::Time;
    if args.at.is_some() {
        return deployment(args, per_time);
    }
    let (before, after) = both_sides(args)?;
    let config = config(args)?;
    let (before, trouble_before) = learned_with(&before, &args.reading, config.clone(), None)?;
    let (after, trouble_after) = learned_with(&after, &args.reading, config, None)?;
    let terms = Terms { per_time, deployment: None };
    let trouble = trouble_before || trouble_after;
    report(args, before.ledger(), after.ledger(), &terms, trouble)
}

/// The configuration for learning, with what people have decided.
fn config(args: &Diff) -> Result<Config, Error> {
    let config = setup::config(&args.reading)?;
    let known = setup::known(&args.knowing, &config, args.reading.quiet)?;
    Ok(Config { learn_only: true, known, ..config })
}

/// The paths of the log before and of the log after.
fn both_sides(args: &Diff) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
    match (&args.paths[..], args.before.is_empty(), args.after.is_empty()) {
        ([before, after], true, true) => Ok((vec![before.clone()], vec![after.clone()])),
        ([], false, false) => Ok((args.before.clone(), args.after.clone())),
        ([after], false, true) => Ok((args.before.clone(), vec![after.clone()])),
        _ => Err(Error::usage(
            "two logs are compared: BEFORE AFTER, or --before PATH --after PATH, each as often as you like; \
             or the two sides of a moment: --at TIME PATH",
        )),
    }
}

/// One log, before and after a moment.
fn deployment(args: &Diff, per_time: bool) -> Result<Outcome, Error> {
    let (Some(when), false) = (args.at, args.paths.is_empty()) else {
        return Err(Error::usage(
            "--at TIME needs the log of the deployment: logsurge diff --at 14:00 app.log",
        ));
    };
    let quiet = args.reading.quiet;
    let config = config(args)?;
    let (listing, mut trouble) = setup::sources(&args.paths, &config, quiet)?;
    let engine = Engine::new(config.clone());
    let at = if when.is_absolute() {
        when.resolve(Time(0), Time(0), &config.zone)
    } else {
        if is_stdin(&args.paths) {
            return Err(Error::usage(
                "standard input is read once, so --at needs a date: --at '2026-03-02 14:00'",
            ));
        }
        let Some((first, last)) = logsurge::engine::span(&config, &listing.sources) else {
            return Err(Error::usage("no line there tells a time, so there is nothing before or after --at"));
        };
        when.resolve(first, last, &config.zone)
    };
    let halves = engine.halves(&listing.sources, Time(at.0.saturating_sub(BEFORE_MICROS)), at);
    trouble |= say_all(halves.troubles, halves.notices, &args.reading);
    let style = Printer::style(&args.output, config.zone, setup::now());
    let moment = clock_time(at, &style);
    let without_time: Vec<&str> = halves.after.sources_without_time().collect();
    if let (Some(first), false) = (without_time.first(), quiet) {
        let more = if without_time.len() > 1 {
            format!(" and {} more", without_time.len() - 1)
        } else {
            String::new()
        };
        say!(
            "logsurge: {first}{more}: no line tells a time, so it is neither before nor after, and left out"
        );
    }
    for (side, ledger) in [("in the 24 h before", &halves.before), ("at or after", &halves.after)] {
        if ledger.learned_so_far().lines == 0 {
            return Err(Error::usage(format!("--at: there is no line {side} {moment}")));
        }
    }
    if !quiet {
        let learned = halves.before.learned_so_far();
        let there = (at.0 - learned.from.0).min(BEFORE_MICROS);
        let less = if there < BEFORE_MICROS - HOUR_MICROS { ", all there is" } else { "" };
        say!("logsurge: after is from {moment} on, before the {} before it{less}", span(there));
    }
    let terms = Terms { per_time, deployment: Some(Deployment { at, settle: args.settle }) };
    report(args, &halves.before, &halves.after, &terms, trouble)
}

const HOUR_MICROS: i64 = 3600 * SECOND_MICROS;

/// A span in whole hours and minutes; days once there are two.
fn span(micros: i64) -> String {
    let (minute, hour) = (60 * SECOND_MICROS, HOUR_MICROS);
    match micros {
        _ if micros < minute => format_duration(micros),
        _ if micros < 2 * hour => format!("{} min", micros / minute),
        _ if micros < 48 * hour => format!("{} h", micros / hour),
        _ => format_duration(micros / hour * hour),
    }
}

fn report(
    args: &Diff,
    before: &Ledger,
    after: &Ledger,
    terms: &Terms,
    trouble: bool,
) -> Result<Outcome, Error> {
    let comparison = logsurge::compare(before, after, terms);
    let config = setup::config(&args.reading)?;
    let mut printer = Printer::new(&args.output, config.zone, setup::now(), false);
    if !args.reading.quiet {
        say_header(&comparison, terms);
    }
    let lost = |err| Error::io("standard output", err);
    let mut print = |alerts: &[Alert], registry: &Registry| {
        alerts.iter().try_for_each(|alert| printer.print(alert, registry)).map_err(lost)
    };
    print(&comparison.alerts, after.registry())?;
    if args.output.json || args.output.verbose {
        print(&comparison.notes, after.registry())?;
        print(&comparison.start_up, after.registry())?;
    } else {
        for line in folded(&comparison, args, &printer) {
            printer.note(&line).map_err(lost)?;
        }
    }
    printer.finish().map_err(lost)?;
    if comparison.muted > 0 && !args.reading.quiet {
        say!("logsurge: {}", logsurge::known::muted_text(comparison.muted, before.known_files()));
    }
    Ok(Outcome::of(printer.alerts, trouble, args.output.exit_zero))
}

/// What is compared, and what cannot be.
fn say_header(comparison: &Comparison, terms: &Terms) {
    let (before, after) = comparison.lines;
    if before == 0 || after == 0 {
        let side = if after == 0 { "after" } else { "before" };
        say!("logsurge: {side} has no lines, so there is nothing to judge");
        return;
    }
    let of = if terms.per_time { "the time" } else { "the lines" };
    let spans = if comparison.in_order {
        String::new()
    } else {
        format!("; {} and {}", span(comparison.lengths.0), span(comparison.lengths.1))
    };
    say!(
        "logsurge: after holds {}x {of} of before ({} and {} lines, {} and {} messages{spans})",
        ratio(comparison.ratio),
        grouped(before),
        grouped(after),
        comparison.templates.0,
        comparison.templates.1,
    );
    if comparison.in_order {
        say!(
            "logsurge: minutes only, or no times: what is new and gone, in the order of the lines; no rates"
        );
    } else if comparison.too_few {
        say!("logsurge: too few lines to judge how often messages come: only what is new is told");
    }
}

/// Two digits of a ratio.
fn ratio(ratio: f64) -> String {
    match ratio {
        _ if ratio >= 9.95 => grouped(ratio.round() as u64),
        _ if ratio >= 0.995 => format!("{ratio:.1}"),
        _ if ratio >= 0.0095 => format!("{ratio:.2}"),
        _ => format!("{ratio:.4}"),
    }
}

/// The notes of a comparison, a line for each kind.
fn folded(comparison: &Comparison, args: &Diff, printer: &Printer) -> Vec<String> {
    let mut lines = Vec::new();
    let start_up: Vec<&Alert> = comparison.start_up.iter().filter(|alert| printer.wants(alert)).collect();
    if let Some(first) = start_up.first() {
        let settle = format_duration(args.settle);
        lines.push(format!(
            "start-up: {} seen only in the first {settle}, e.g. {}",
            messages(start_up.len(), ""),
            example(first)
        ));
    }
    let notes: Vec<&Alert> = comparison.notes.iter().filter(|alert| printer.wants(alert)).collect();
    let mut kinds: Vec<(Kind, bool, Level)> = notes.iter().map(|alert| kind_of(alert)).collect();
    kinds.sort_by(|a, b| (a.0, a.1, b.2).cmp(&(b.0, b.1, a.2)));
    kinds.dedup();
    for (place, kind) in kinds.iter().enumerate() {
        let these: Vec<&&Alert> = notes.iter().filter(|alert| kind_of(alert) == *kind).collect();
        let level =
            if kind.2 == Level::None { String::new() } else { format!("{} ", kind.2.word().to_uppercase()) };
        let what = match (kind.0, kind.1) {
            (Kind::New, true) => format!("reworded {level}"),
            (Kind::New, _) => format!("new {level}"),
            (Kind::Surge, _) => format!("surging {level}"),
            (Kind::Gone, true) => format!("rarer {level}"),
            (Kind::Gone, _) => format!("gone {level}"),
            (Kind::Value, _) => level,
            (Kind::Volume, _) => "changed ".to_owned(),
        };
        let also = if place == 0 { "also " } else { "" };
        let has = match (kind.0, kind.1) {
            (Kind::Value, false) => " with a new value",
            (Kind::Value, true) => " with a value more often",
            _ => "",
        };
        lines.push(format!("{also}{}{has}, e.g. {}", messages(these.len(), &what), example(these[0])));
    }
    if let Some(last) = lines.last_mut() {
        last.push_str("; -v lists them");
    }
    lines
}

/// What notes are folded by: their kind, whether it is the milder form, and level.
fn kind_of(alert: &Alert) -> (Kind, bool, Level) {
    let milder = match alert.kind {
        Kind::New => alert.reason.starts_with("reworded"),
        Kind::Surge | Kind::Volume => false,
        Kind::Value => alert.score > 0.0,
        Kind::Gone => alert.count > 0,
    };
    (alert.kind, milder, alert.level)
}

fn messages(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {what}message{s}", grouped(count as u64))
}

fn example(alert: &Alert) -> String {
    let text = visible(&message_of(&alert.sample));
    format!("\"{}\"", shortened(text.trim(), EXAMPLE_CHARS))
}

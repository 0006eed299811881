//! What is remembered of logs, for people: which there are, and what was told of them.

use super::args::{Check, Show};
use super::exit::Outcome;
use super::printer::Printer;
use super::render::safe::visible;
use super::render::text::clock_time;
use super::{memory, setup};
use logsurge::alert::grouped;
use logsurge::input::source::list as found;
use logsurge::state::{Directory, State};
use logsurge::time::Zone;
use logsurge::{Config, Error, Session, Time};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const DAY_MICROS: i64 = 86_400_000_000;

/// The logs that paths stand for: each once, sorted, whatever rotated siblings were named with
/// them. One that is missing is a log if it is remembered. The flag tells of trouble.
pub fn logs_of(
    paths: &[PathBuf],
    directory: &Directory,
    config: &Config,
    quiet: bool,
) -> Result<(Vec<PathBuf>, bool), Error> {
    if paths.iter().any(|path| path == Path::new("-")) {
        return Err(Error::usage("check remembers files; for a pipe: logsurge watch -"));
    }
    let is_remembered =
        |path: &PathBuf| memory::absolute(path).is_ok_and(|log| directory.file_of(&log).exists());
    let (missing, there): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| !path.exists() && is_remembered(path));
    let mut logs: BTreeSet<PathBuf> = missing.into_iter().collect();
    let listing = found(&there, &logsurge::engine::first_stamp(config));
    for failed in &listing.failed {
        say!("logsurge: {failed}");
    }
    for source in listing.sources {
        logs.insert(match &source.files[..] {
            [file] => file.clone(),
            _ => PathBuf::from(source.name),
        });
    }
    // A glob takes in the same files at every check: what is skipped is said beside a new log.
    if !quiet && (logs.is_empty() || !logs.iter().all(is_remembered)) {
        for (path, why) in listing.skipped.iter().filter(|(path, _)| there.contains(path)) {
            say!("logsurge: skipped {} ({why})", path.display());
        }
    }
    Ok((logs.into_iter().collect(), !listing.failed.is_empty()))
}

/// The command that shows past alerts, wherever the reader of a mail stands.
pub fn show_command(directory: &Directory) -> String {
    let path = directory.path();
    if memory::own_place().is_some_and(|own| own == path) {
        return "logsurge show".to_owned();
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let text = path.to_string_lossy();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte);
    match text.bytes().all(plain) {
        true => format!("logsurge show --state {text}"),
        false => format!("logsurge show --state '{}'", text.replace('\'', r"'\''")),
    }
}

/// `logsurge check --list`
pub fn list(args: &Check, directory: &Directory) -> Result<Outcome, Error> {
    let wanted: Vec<PathBuf> =
        args.paths.iter().map(|path| memory::absolute(path)).collect::<Result<_, _>>()?;
    let config = setup::config(&args.reading)?;
    let style = Printer::style(&args.judging.output, config.zone.clone(), setup::now());
    let mut trouble = false;
    let mut text = String::new();
    for state in directory.all()? {
        let state = match state {
            Ok(state) => state,
            Err(err) => {
                say!("logsurge: {err}");
                trouble = true;
                continue;
            }
        };
        if !wanted.is_empty() && !wanted.iter().any(|log| log.to_string_lossy() == state.log) {
            continue;
        }
        let (offset, file) = (state.cursor.offset().unwrap_or(0), directory.file_of(Path::new(&state.log)));
        let (log, runs, told) = (state.log.clone(), state.runs, state.told.len());
        let (begun, saved) = (state.begun, state.saved);
        let session = Session::load(&config, state.session);
        let open = session.ledger().troubles_open();
        let (lines, learned) = (session.report().lines.read, session.ledger().learned_so_far());
        let messages = session.ledger().registry().len();
        text += &if args.judging.output.json {
            let times = json!({"begun": begun.to_string(), "saved": saved.to_string(),
                "from": learned.from.to_string(), "to": learned.to.to_string()});
            format!(
                "{}\n",
                json!({"schema": "logsurge.state/1", "log": log, "state": file.to_string_lossy(), "runs": runs,
                    "lines": lines, "messages": messages, "offset": offset, "told": told, "open": open,
                    "times": times})
            )
        } else {
            format!(
                "{}\n  {} lines, {} messages, {} to {}\n  checked {} times since {}, last {}; alerts told: {}, messages surging or gone: {open}\n  {}, read to byte {offset}\n",
                visible(log.as_bytes()),
                grouped(lines),
                grouped(messages as u64),
                clock_time(learned.from, &style),
                clock_time(learned.to, &style),
                grouped(runs),
                clock_time(begun, &style),
                clock_time(saved, &style),
                grouped(told as u64),
                visible(file.to_string_lossy().as_bytes()),
            )
        };
    }
    if text.is_empty() && !trouble && !args.reading.quiet {
        say_nothing_remembered(&args.paths, directory);
    }
    written(&text)?;
    Ok(Outcome::of(0, trouble, false))
}

/// `logsurge show --since`: what was told, again.
pub fn show(args: &Show) -> Result<Outcome, Error> {
    let directory = memory::directory_to_read(&args.remembering)?;
    let config = setup::config(&args.reading)?;
    let now = setup::now();
    let since = match &args.since {
        Some(when) => when.resolve(Time(now.0 - DAY_MICROS), now, &config.zone),
        None => Time(now.0 - DAY_MICROS),
    };
    // What stands where an id would is a log, as there is no id.
    let named = args.id.iter().map(PathBuf::from).chain(args.paths.iter().cloned());
    let wanted: Vec<PathBuf> = named.map(|path| memory::absolute(&path)).collect::<Result<_, _>>()?;
    let mut printer = Printer::new(&args.output, config.zone.clone(), now, false);
    let mut trouble = false;
    let mut states = Vec::new();
    for state in directory.all()? {
        match state {
            Ok(state) => states.push(state),
            Err(err) => {
                say!("logsurge: {err}");
                trouble = true;
            }
        }
    }
    let is_wanted =
        |state: &State| wanted.is_empty() || wanted.iter().any(|log| log.to_string_lossy() == state.log);
    let mut shown = Vec::new();
    for mut state in states.into_iter().filter(is_wanted) {
        let told = std::mem::take(&mut state.told);
        let session = Session::load(&config, state.session);
        let told = told.into_iter().filter(|alert| alert.time >= since);
        shown.push((session, told.collect::<Vec<_>>()));
    }
    if shown.is_empty() && !trouble && !args.reading.quiet {
        let named: Vec<PathBuf> =
            args.id.iter().map(PathBuf::from).chain(args.paths.iter().cloned()).collect();
        say_nothing_remembered(&named, &directory);
    } else if shown.iter().all(|(_, told)| told.is_empty()) && !args.reading.quiet {
        say!("logsurge: nothing was told since {}", clock_of(since, &config.zone));
    }
    let mut order: Vec<(Time, usize, usize)> = Vec::new();
    for (log, (_, told)) in shown.iter().enumerate() {
        order.extend(told.iter().enumerate().map(|(at, alert)| (alert.time, log, at)));
    }
    order.sort_unstable();
    for (_, log, at) in order {
        let (session, told) = &shown[log];
        printer
            .print(&told[at], session.ledger().registry())
            .map_err(|err| Error::io("standard output", err))?;
    }
    printer.finish().map_err(|err| Error::io("standard output", err))?;
    Ok(Outcome::of(0, trouble, false))
}

/// Nobody is to take for calm what was never checked, or is remembered elsewhere.
fn say_nothing_remembered(paths: &[PathBuf], directory: &Directory) {
    let of = match paths {
        [] => String::new(),
        [path] => format!(" of {}", path.display()),
        _ => " of these logs".to_owned(),
    };
    let place = directory.path().display();
    say!("logsurge: nothing is remembered{of} in {place}; if it is elsewhere: --state DIR");
}

fn clock_of(time: Time, zone: &Zone) -> String {
    let text = Time::from_seconds(zone.to_wall(time.seconds())).to_string();
    text.get(..16).unwrap_or(&text).replace('T', " ")
}

fn written(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
        _ => Ok(()),
    }
}

//! From arguments to a configuration: the one place that reads the clock, the
//! environment and the number of cores.

use super::args::{FormatArg, Judging, Knowing, Reading};
use super::when::When;
use logsurge::baseline::Settings;
use logsurge::engine::without_dead_pipes;
use logsurge::error::Place;
use logsurge::input::source::{Listing, list};
use logsurge::known::Entry;
use logsurge::line::filter::Filter;
use logsurge::line::stamp::Format;
use logsurge::line::structured;
use logsurge::time::Zone;
use logsurge::{Baseline, Config, Error, Known, Time};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a named pipe may take to find its writer; a run from a timer must end.
const PIPE_PATIENCE: Duration = Duration::from_secs(5);
/// More threads than any machine has use for.
const THREADS_MAX: usize = 256;

/// What the clock is said to show, for a past that is played again.
static CLOCK: OnceLock<Time> = OnceLock::new();

/// From now on the clock stands.
pub fn stop_clock(at: Time) {
    // Said once a run.
    let _ = CLOCK.set(at);
}

/// What the clock says.
pub fn now() -> Time {
    if let Some(at) = CLOCK.get() {
        return *at;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The configuration for reading.
pub fn config(reading: &Reading) -> Result<Config, Error> {
    let mut config = Config::new(now());
    config.zone = match &reading.tz {
        Some(name) => Zone::named(name).map_err(|why| Error::usage(format!("--tz {name}: {why}")))?,
        None => Zone::from_jiff(jiff::tz::TimeZone::system()),
    };
    config.year = reading.year;
    config.time_format = reading.time_format.as_deref().map(time_format).transpose()?;
    config.format = match reading.input_format {
        FormatArg::Auto => structured::Format::Auto,
        FormatArg::Text => structured::Format::Text,
        FormatArg::Json => structured::Format::Json,
        FormatArg::Logfmt => structured::Format::Logfmt,
    };
    config.no_redact = reading.no_redact;
    config.filter = filter(reading)?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    config.threads = reading.threads.unwrap_or_else(cores).clamp(1, THREADS_MAX);
    if let Some(bytes) = reading.chunk_bytes {
        config.chunk_bytes = bytes.max(1);
    }
    Ok(config)
}

fn filter(reading: &Reading) -> Result<Filter, Error> {
    let filter = Filter::default().with_grep(&reading.grep)?.with_ignore(&reading.ignore)?;
    reading.mask.iter().try_fold(filter, |filter, mask| filter.with_mask(&mask.name, &mask.pattern))
}

/// What a baseline must have been learned with.
pub fn settings(reading: &Reading) -> Settings {
    Settings::with_masks(reading.mask.iter().map(|mask| (mask.name.as_str(), mask.pattern.as_str())))
}

/// A format of time; where it is wrong, a mark below it shows the place.
fn time_format(text: &str) -> Result<Format, Error> {
    Format::parse(text).map_err(|wrong| {
        let column = text.get(..wrong.at).unwrap_or(text).chars().count();
        Error::usage(format!("--time-format: {wrong}\n  {text}\n  {}^", " ".repeat(column)))
    })
}

/// The configuration for judging, and the baseline it asks for.
pub fn judging(reading: &Reading, judging: &Judging) -> Result<(Config, Option<Baseline>), Error> {
    let mut config = config(reading)?;
    config.false_alerts = judging.false_alerts;
    config.warmup = judging.warmup;
    config.no_learn = judging.no_learn;
    config.known = known(&judging.knowing, &config, reading.quiet)?;
    let baseline = match &judging.baseline {
        Some(path) => Some(Baseline::load(path, &settings(reading))?),
        None => None,
    };
    Ok((config, baseline))
}

/// What people have decided and is in force; what is over is said.
pub fn known(knowing: &Knowing, config: &Config, quiet: bool) -> Result<Known, Error> {
    let known = Known::load(&knowing.known, &config.zone)?;
    for entry in known.expired(config.latest).filter(|_| !quiet) {
        say!("logsurge: {}", expired_text(entry));
    }
    Ok(known.in_force(config.latest))
}

/// A decision that is over.
pub fn expired_text(entry: &Entry) -> String {
    let until = entry.until.as_ref().map_or("", |until| &until.text);
    format!("{}: expired on {until}, not applied: {entry}", entry.place_text())
}

/// What is judged and printed, of a log that begins and ends like this as far as that is known.
pub fn told_span(
    config: &mut Config,
    judging: &Judging,
    span: impl FnOnce(&Config) -> Option<(Time, Time)>,
) -> Result<(), Error> {
    let (since, until) = (&judging.since, &judging.until);
    if since.is_none() && until.is_none() {
        return Ok(());
    }
    let (first, last) = span(config).unwrap_or((config.latest, config.latest));
    let resolved = |when: &When| when.resolve(first, last, &config.zone);
    let since = since.as_ref().map(resolved).or(config.since);
    let until = until.as_ref().map(resolved);
    if let (Some(from), Some(to)) = (since, until)
        && from >= to
    {
        return Err(Error::usage(format!("nothing lies between --since ({from}) and --until ({to})")));
    }
    (config.since, config.until) = (since, until);
    Ok(())
}

/// Lists what the paths mean and says what could not be read or was skipped.
/// The flag tells of trouble.
pub fn sources(paths: &[PathBuf], config: &Config, quiet: bool) -> Result<(Listing, bool), Error> {
    if paths.iter().any(|path| path == Path::new("-")) && std::io::stdin().is_terminal() {
        return Err(Error::usage("- means standard input, but that is a terminal; pipe a log into logsurge"));
    }
    let first_stamp = logsurge::engine::first_stamp(config);
    let mut listing = list(paths, &first_stamp);
    listing.failed.extend(without_dead_pipes(&mut listing.sources, PIPE_PATIENCE));
    for failed in &listing.failed {
        say!("logsurge: {failed}");
    }
    if !quiet && !listing.skipped.is_empty() {
        let (path, why) = &listing.skipped[0];
        let more = match listing.skipped.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let place = Place { path: path.clone(), spot: None };
        say!("logsurge: skipped {place} ({why}){more}");
    }
    let failed = !listing.failed.is_empty();
    if listing.sources.is_empty() && !failed {
        return Err(Error::usage("no log files there; name a file, or a directory that holds some"));
    }
    Ok((listing, failed))
}

//! `logsurge accept`, `mute` and `known`: people's decisions about messages.

use super::args::{Decide, KnownArgs, Mute, Reading, Remembering};
use super::exit::Outcome;
use super::render::safe::{shortened, visible};
use super::{batch, memory, setup};
use logsurge::alert::grouped;
use logsurge::known::{Deed, Entry, Known, Until, Written, add};
use logsurge::template::FindError;
use logsurge::time::{SECOND_MICROS, Zone, parse_duration};
use logsurge::{Alert, Baseline, Config, Error, Kind, Ledger, Time};
use serde_json::json;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// Fewer digits would be a guess.
const ID_DIGITS_MIN: usize = 4;
const DAY_MICROS: i64 = 86_400 * SECOND_MICROS;
/// More than anyone pastes.
const STDIN_BYTES_MAX: u64 = 16 << 20;
const TEMPLATE_CHARS: usize = 120;

/// A line that stands for a message, and its rate now where that is known.
struct Found {
    line: String,
    per_hour: Option<f64>,
}

/// `logsurge accept`
pub fn accept(args: &Decide) -> Result<Outcome, Error> {
    decide(args, Deed::Accept, None)
}

/// `logsurge mute`
pub fn mute(args: &Mute) -> Result<Outcome, Error> {
    decide(&args.decide, Deed::Mute, args.per_hour)
}

fn decide(args: &Decide, deed: Deed, per_hour: Option<f64>) -> Result<Outcome, Error> {
    let config = Config { learn_only: true, ..setup::config(&args.reading)? };
    let now = setup::now();
    let path = file_of(args)?;
    let until = args.until.as_deref().map(|text| until_of(text, now, &config.zone)).transpose()?;
    let baseline = match &args.baseline {
        Some(path) => Some(Baseline::load(path, &setup::settings(&args.reading))?),
        None => None,
    };
    let mut decided = Vec::new();
    for Found { line, per_hour: rate } in lines_of(args, &config, baseline.as_ref())? {
        // Of one message one line is enough.
        let shape = logsurge::engine::shape_of(&config, line.as_bytes()).map(|shape| shape.id());
        if decided.contains(&shape) {
            continue;
        }
        decided.push(shape);
        let reason = args.reason.clone().filter(|reason| !reason.trim().is_empty());
        let per_hour = per_hour.or(rate).filter(|_| deed == Deed::Mute);
        let place = (path.clone(), 0);
        let entry = Entry { line, deed, until: until.clone(), reason, per_hour, place };
        write(&path, &entry, &config, now, args.reading.quiet)?;
    }
    Ok(Outcome::Calm)
}

fn write(path: &Path, entry: &Entry, config: &Config, now: Time, quiet: bool) -> Result<(), Error> {
    let Some(template) = Known::template_of(&entry.line, config) else {
        return Err(Error::usage(format!(
            "{}: that line says nothing; paste one of the message",
            entry.line
        )));
    };
    let template = shortened(&visible(template.as_bytes()), TEMPLATE_CHARS);
    let written = add(path, entry, now, &config.zone)?;
    if quiet {
        return Ok(());
    }
    let until = entry.until.as_ref().map_or(String::new(), |until| format!(" until {}", until.text));
    let (place, word) = (path.display(), entry.deed.word());
    match written {
        Written::At(line) => say!("logsurge: {place}:{line}: {word}{until}: {template}"),
        Written::There(there) => {
            say!("logsurge: {}: {word}{until} is there already: {template}", there.place_text());
        }
    }
    Ok(())
}

/// The file to write.
fn file_of(args: &Decide) -> Result<PathBuf, Error> {
    match &args.knowing.known[..] {
        [] => Ok(memory::known_path(&memory::directory(&args.remembering)?)),
        [file] => Ok(file.clone()),
        _ => Err(Error::usage("a decision is written to one file; give --known once")),
    }
}

/// The end that was asked for: a moment, or a span from now on.
fn until_of(text: &str, now: Time, zone: &Zone) -> Result<Until, Error> {
    let text = text.trim();
    let until = match parse_duration(text) {
        Some(span) => {
            let end = Time(now.0.saturating_add(span));
            let (day, wall) = (DAY_MICROS, Time::from_seconds(zone.to_wall(end.seconds())).to_string());
            let written = if span >= day { wall.get(..10).map(str::to_owned) } else { None };
            Until::parse(&written.unwrap_or_else(|| Time::from_seconds(end.seconds()).to_string()), zone)
        }
        None => Until::parse(text, zone).map(|until| match text.len() {
            10 => until,
            _ => Until { text: Time::from_seconds(until.end.seconds()).to_string(), ..until },
        }),
    };
    match until {
        Some(until) if until.end <= now => Err(Error::usage(format!("--until {text}: that is over already"))),
        Some(until) => Ok(until),
        None => Err(Error::usage(format!(
            "--until {text}: a span such as 30d or 12h, or a date such as 2026-12-31 or \"2026-12-31 14:00\""
        ))),
    }
}

/// The lines that are meant, as they may be shown.
fn lines_of(args: &Decide, config: &Config, baseline: Option<&Baseline>) -> Result<Vec<Found>, Error> {
    let text = args.what.join(" ");
    let of_line =
        |line: &str| Found { line: Known::printed(sample_of(line).as_bytes(), config), per_hour: None };
    if text == "-" {
        if io::stdin().is_terminal() {
            return Err(Error::usage(
                "- means standard input, but that is a terminal; pipe lines into logsurge",
            ));
        }
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(STDIN_BYTES_MAX).read_to_end(&mut bytes);
        read.map_err(|err| Error::io("standard input", err))?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<Found> = text.lines().filter(|line| !line.trim().is_empty()).map(of_line).collect();
        return match lines.is_empty() {
            true => Err(Error::usage("standard input has no line; nothing was written")),
            false => Ok(lines),
        };
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::usage("an empty line; paste a line of the message"));
    }
    let is_id =
        (ID_DIGITS_MIN..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id {
        Ok(vec![line_of(&text.to_ascii_lowercase(), config, baseline, &args.remembering)?])
    } else {
        Ok(vec![of_line(text)])
    }
}

/// The line of the log in an alert's short form, `14:02:31 NEW ERROR 9c41e07b reason | line`;
/// any other line as it is.
fn sample_of(text: &str) -> &str {
    const KINDS: [&str; 7] = ["NEW", "VALUE", "SURGE", "STILL", "GONE", "OVER", "NOTE"];
    let is_id = |word: &str| word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some((head, line)) = text.split_once(" | ") else { return text };
    let words: Vec<&str> = head.split_whitespace().take(5).collect();
    let is_alert = words.windows(3).any(|words| KINDS.contains(&words[0]) && is_id(words[2]));
    if is_alert { line } else { text }
}

/// A line of the message with this id, and its rate now if that is known.
fn line_of(
    id: &str,
    config: &Config,
    baseline: Option<&Baseline>,
    remembering: &Remembering,
) -> Result<Found, Error> {
    let Some(baseline) = baseline else { return told_line_of(id, remembering) };
    let ledger = Ledger::new(config, Some(baseline), Vec::new());
    let registry = ledger.registry();
    let template = registry.find_id(id).map_err(|why| {
        Error::usage(match why {
            FindError::Ambiguous(one, other) => {
                format!("several ids begin with {id}, such as {one} and {other}; give more digits")
            }
            _ => format!("no message of the baseline has the id {id}; paste a line of the message instead"),
        })
    })?;
    let text = registry.template_text(template);
    let candidates = [visible(registry.example(template)), visible(text.as_bytes())];
    let leads_there = |line: &&String| {
        let known = Known::of_line(line);
        Ledger::new(&Config { known, ..config.clone() }, Some(baseline), Vec::new()).is_accepted(template)
    };
    match candidates.iter().find(leads_there) {
        Some(line) => Ok(Found { line: line.clone(), per_hour: None }),
        None => {
            Err(Error::usage(format!("{id} has no line that stands for it; paste one of your log instead")))
        }
    }
}

/// A line of an alert that check or watch has told, and how many of them came in an hour.
fn told_line_of(id: &str, remembering: &Remembering) -> Result<Found, Error> {
    let directory = memory::directory_to_read(remembering)?;
    let mut told: Vec<Alert> = Vec::new();
    for state in directory.all()? {
        told.extend(state.map(|state| state.told).unwrap_or_default());
    }
    let is_it =
        |alert: &Alert| alert.id.to_string().starts_with(id) || alert.shape.to_string().starts_with(id);
    let newest = told.into_iter().filter(is_it).max_by_key(|alert| alert.time).ok_or_else(|| {
        Error::usage(format!(
            "no alert with the id {id} was told by check or watch; paste a line of the message instead, or name \
             the baseline that has it: -b BASELINE"
        ))
    })?;
    let hours = (newest.window.1.0 - newest.window.0.0) as f64 / (3_600 * SECOND_MICROS) as f64;
    let surges = newest.kind == Kind::Surge && hours > 0.0;
    let per_hour = surges.then(|| (newest.count as f64 / hours).round());
    Ok(Found { line: visible(&newest.sample), per_hour })
}

/// `logsurge known`
pub fn list(args: &KnownArgs) -> Result<Outcome, Error> {
    let config = setup::config(&args.reading)?;
    let mut paths = args.knowing.known.clone();
    if paths.is_empty() {
        paths.push(memory::known_path(&memory::directory_to_read(&args.remembering)?));
        if !paths[0].exists() {
            return Err(Error::usage(format!(
                "no decisions in {}; name others with --known FILE, or a directory of such files",
                paths[0].display()
            )));
        }
    }
    let known = Known::load(&paths, &config.zone)?;
    if known.is_empty() && !args.reading.quiet {
        say!("logsurge: no decisions in {}", paths[0].display());
    }
    let (lines, trouble) = match args.check.is_empty() {
        true => (None, false),
        false => lines_matched(&args.check, &args.reading, &config, &known)?,
    };
    match print(args, &config, &known, lines.as_deref()) {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
        _ => Ok(Outcome::of(0, trouble, false)),
    }
}

/// How many lines of logs each decision matches, and whether something could not be read.
fn lines_matched(
    paths: &[PathBuf],
    reading: &Reading,
    config: &Config,
    known: &Known,
) -> Result<(Option<Vec<u64>>, bool), Error> {
    let config = Config { learn_only: true, known: known.clone(), ..config.clone() };
    let (run, trouble) = batch::learned_with(paths, reading, config, None)?;
    Ok((Some(run.ledger().known_lines()), trouble))
}

fn print(args: &KnownArgs, config: &Config, known: &Known, lines: Option<&[u64]>) -> io::Result<()> {
    let now = setup::now();
    let mut out = BufWriter::new(io::stdout().lock());
    for (at, entry) in known.entries().iter().enumerate() {
        let template = Known::template_of(&entry.line, config);
        let lines = lines.map(|lines| lines[at]);
        if args.json {
            writeln!(out, "{}", json_of(entry, template, lines, now))?;
            continue;
        }
        let template = template.unwrap_or_else(|| format!("{} (says nothing)", entry.line.trim()));
        let count = match lines {
            Some(0) => "matches none  ".to_owned(),
            Some(lines) => format!("{:>12}  ", grouped(lines)),
            None => String::new(),
        };
        let text = shortened(&visible(template.as_bytes()), TEMPLATE_CHARS);
        writeln!(out, "{count}{:<6}  {text}", entry.deed.word())?;
        let mut more = Vec::new();
        if let Some(until) = &entry.until {
            more.push(format!("{} {}", if entry.is_expired(now) { "EXPIRED" } else { "until" }, until.text));
        }
        more.extend(entry.reason.as_deref().map(|reason| visible(reason.as_bytes())));
        more.extend(entry.per_hour.map(|rate| format!("{rate} an hour when muted")));
        more.push(visible(entry.place_text().as_bytes()));
        writeln!(out, "{}        {}", " ".repeat(count.chars().count()), more.join(" · "))?;
    }
    out.flush()
}

fn json_of(entry: &Entry, template: Option<String>, lines: Option<u64>, now: Time) -> serde_json::Value {
    let mut row = json!({
        "schema": "logsurge.known/1", "do": entry.deed.word(), "line": entry.line,
        "template": template.map(|text| visible(text.as_bytes())),
        "until": entry.until.as_ref().map(|until| until.end.to_string()), "expired": entry.is_expired(now),
        "reason": entry.reason, "per_hour": entry.per_hour,
        "file": entry.place.0.to_string_lossy(), "file_line": entry.place.1,
    });
    if let Some(lines) = lines {
        row["lines"] = lines.into();
    }
    row
}

//! `logsurge show`: one message explained.

use super::args::Show;
use super::exit::Outcome;
use super::printer::Printer;
use super::render::safe::{shortened, visible};
use super::render::short;
use super::render::text::{chart, level_word, message_of};
use super::render::values;
use super::{batch, memory, remembered, setup};
use logsurge::alert::grouped;
use logsurge::template::{FindError, Registry, TemplateIx};
use logsurge::time::{Zone, format_duration};
use logsurge::{Alert, Bars, Baseline, Config, Error, Ledger, Session, Story, Time};
use serde_json::json;
use std::io::{self, Write};

/// Fewer digits would be a guess.
const ID_DIGITS_MIN: usize = 4;
const BARS_MAX: usize = 60;
const COLUMNS: usize = 80;
/// Ids that are offered for one that is unknown, and how much of each text.
const OFFERED_MAX: usize = 3;
const OFFERED_CHARS: usize = 60;
/// Places whose values are shown, and how many of each: the rare ones are what one looks for.
const PLACES_MAX: usize = 8;
const VALUES_SHOWN: usize = 8;
/// Below so many lines nothing is usual.
const USUAL_LINES_MIN: u64 = 3;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// `logsurge show`
pub fn run(args: &Show) -> Result<Outcome, Error> {
    let Some(id) = args.id.as_deref().filter(|_| args.since.is_none()) else {
        return remembered::show(args);
    };
    let id = id.trim().to_ascii_lowercase();
    if !(ID_DIGITS_MIN..=16).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::usage(format!(
            "{} is no id; ids are 4 to 16 hex digits, as in the alerts of scan, and logsurge templates lists all of a log",
            visible(id.as_bytes())
        )));
    }
    let config = Config { learn_only: true, timeline: true, ..setup::config(&args.reading)? };
    let zone = config.zone.clone();
    let baseline = match &args.baseline {
        Some(path) => Some(Baseline::load(path, &setup::settings(&args.reading))?),
        None => None,
    };
    if args.paths.is_empty() && args.baseline.is_none() {
        return show_remembered(&id, args, &config);
    }
    if args.paths.is_empty() {
        let ledger = Ledger::new(&config, baseline.as_ref(), Vec::new());
        let told = tell(&ledger, &id, args, &zone)?;
        return written(told, false);
    }
    let (run, trouble) = batch::learned_with(&args.paths, &args.reading, config, baseline.as_ref())?;
    let told = tell(run.ledger(), &id, args, &zone)?;
    written(told, trouble)
}

/// A message of the logs that are remembered, with what was told of it.
fn show_remembered(id: &str, args: &Show, config: &Config) -> Result<Outcome, Error> {
    let directory = memory::directory_to_read(&args.remembering)?;
    let style = Printer::style(&args.output, config.zone.clone(), config.latest);
    let (mut found, mut trouble) = (false, false);
    for state in directory.all()? {
        let mut state = match state {
            Ok(state) => state,
            Err(err) => {
                say!("logsurge: {err}");
                trouble = true;
                continue;
            }
        };
        let told = std::mem::take(&mut state.told);
        let session = Session::load(config, state.session);
        let registry = session.ledger().registry();
        if registry.find_id(id).is_ok_and(|template| session.ledger().story(template, BARS_MAX).is_some()) {
            found = true;
            let printed = tell(session.ledger(), id, args, &config.zone)?;
            written(printed, false)?;
        }
        let is_it =
            |alert: &&Alert| alert.id.to_string().starts_with(id) || alert.shape.to_string().starts_with(id);
        for alert in told.iter().filter(is_it).filter(|_| !args.output.json) {
            found = true;
            let line = short::line(alert, &style, &registry.short_id(alert.id), true);
            written(writeln!(io::stdout(), "{line}"), false)?;
        }
    }
    if found || trouble {
        return Ok(Outcome::of(0, trouble, false));
    }
    let place = directory.path().display();
    Err(Error::usage(format!(
        "no message with the id {id} in what is remembered in {place}; name the logs it was said of: logsurge show {id} LOGS"
    )))
}

fn written(result: io::Result<()>, trouble: bool) -> Result<Outcome, Error> {
    match result {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
        _ => Ok(Outcome::of(0, trouble, false)),
    }
}

fn tell(ledger: &Ledger, id: &str, args: &Show, zone: &Zone) -> Result<io::Result<()>, Error> {
    let registry = ledger.registry();
    let template = registry.find_id(id).map_err(|why| unknown(ledger, id, &why, args))?;
    let Some(story) = ledger.story(template, BARS_MAX) else {
        return Err(unknown(ledger, id, &FindError::Unknown, args));
    };
    let text = match args.output.json {
        true => format!("{}\n", json_of(&story, ledger)),
        false => text_of(&story, &registry.short_id(story.id), ledger, zone),
    };
    let mut out = io::stdout().lock();
    Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// What to do about an id that leads nowhere.
fn unknown(ledger: &Ledger, id: &str, why: &FindError, args: &Show) -> Error {
    let registry = ledger.registry();
    if let FindError::Ambiguous(one, other) = why {
        return Error::usage(format!(
            "several ids begin with {id}, such as {one} and {other}; give more digits"
        ));
    }
    let place = match (&args.baseline, args.paths.is_empty()) {
        (Some(path), true) => format!("in {}", path.display()),
        (Some(path), false) => format!("in {} or these logs", path.display()),
        (None, _) => "in these logs".to_owned(),
    };
    let mut said = format!("no message has the id {id} {place}");
    let near = nearest(registry, id);
    if near.is_empty() {
        said += "; there is no message at all";
    } else {
        said += "; the nearest are";
        for template in near {
            let text = ledger.shown_text(&registry.template_text(template));
            let text = shortened(&visible(text.as_bytes()), OFFERED_CHARS);
            said += &format!("\n  {}  {text}", registry.short_id(registry.template_id(template)));
        }
    }
    said += match args.paths.is_empty() {
        true => "\nif it is of a new message, name the logs as well: logsurge show ID -b BASELINE LOGS",
        false => "\nname the logs it was said of; logsurge templates lists the ids of a log",
    };
    Error::usage(said)
}

/// The messages whose ids have most leading digits in common with an unknown one.
fn nearest(registry: &Registry, id: &str) -> Vec<TemplateIx> {
    let common = |template: &TemplateIx| {
        let known = registry.template_id(*template).to_string();
        known.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count()
    };
    let mut templates = registry.templates();
    templates.sort_by_cached_key(|template| {
        (std::cmp::Reverse(common(template)), registry.template_id(*template))
    });
    templates.truncate(OFFERED_MAX);
    templates
}

fn text_of(story: &Story, id: &str, ledger: &Ledger, zone: &Zone) -> String {
    let (text, level) = (visible(story.template.as_bytes()), level_word(story.level));
    // Most messages say their level themselves.
    let said = text.to_uppercase().contains(&level);
    let mut out = format!("{id} {}{text}\n", if said { String::new() } else { format!("{level} ") });
    let sample = visible(&message_of(&story.sample));
    if !sample.trim().is_empty() {
        out += &format!("  for example: {}\n", sample.trim());
    }
    let wall = |time: Time| wall(time, zone);
    let message = &story.message;
    let (s, span) = (if message.lines == 1 { "" } else { "s" }, ledger.learned_so_far());
    out += &format!(
        "  {} line{s} of {} in {}, first {}, last {}\n",
        grouped(message.lines),
        grouped(span.lines),
        format_duration(span.to.0 - span.from.0),
        wall(message.first_seen),
        wall(message.last_seen),
    );
    let mut usual = vec![usual_rate(story)];
    usual.extend(story.batch.map(|lines| format!("comes in batches of about {lines:.0}")));
    out += &format!("  {}\n", usual.join(", "));
    out += &format!("  {}\n", silence(story));
    for values in story.values.iter().take(PLACES_MAX) {
        out +=
            &format!("  {} ({} lines)\n", values::line(values, VALUES_SHOWN, ledger), grouped(values.lines));
    }
    if let Some(bars) = &story.bars {
        out += &timeline(bars, &wall);
    }
    out
}

/// `usually 12 an hour`, in the unit in which it is a number of at least one.
fn usual_rate(story: &Story) -> String {
    if story.message.lines < USUAL_LINES_MIN || story.rate <= 0.0 {
        return "too few lines to say what is usual".to_owned();
    }
    let units = [("a second", 1.0), ("a minute", MINUTE), ("an hour", HOUR), ("a day", DAY)];
    let unit = units.into_iter().find(|(_, seconds)| story.rate * seconds >= 1.0);
    match unit {
        Some((unit, seconds)) => format!("usually {} {unit}", figure(story.rate * seconds)),
        None => format!("usually one in {:.0} days", 1.0 / (story.rate * DAY)),
    }
}

fn figure(value: f64) -> String {
    if value < 9.95 { format!("{value:.1}") } else { grouped(value.round() as u64) }
}

fn silence(story: &Story) -> String {
    let span = |seconds: f64| format_duration((seconds * 1e6) as i64);
    if story.is_gone {
        return format!("gone; its longest silence before was {}", span(story.longest_silence));
    }
    let longest = match story.longest_silence {
        none if none <= 0.0 => "never silent so far".to_owned(),
        seconds => format!("longest silence {}", span(seconds)),
    };
    match story.gone_after {
        Some(seconds) => format!("{longest}; judged to be gone after {} without a line", span(seconds)),
        None => format!("{longest}; not judged to be gone within an hour"),
    }
}

/// The rate over the logs read: bars, the times at both ends, and the peak.
fn timeline(bars: &Bars, wall: &impl Fn(Time) -> String) -> String {
    let values: Vec<f64> = bars.lines.iter().map(|lines| *lines as f64).collect();
    let at = |bar: usize| Time(bars.from.0 + bar as i64 * bars.seconds * 1_000_000);
    let (from, to) = (wall(at(0)), wall(at(values.len())));
    let gap = values.len().saturating_sub(from.chars().count() + to.chars().count()).max(2);
    let mut out = format!("\n  {}\n  {from}{}{to}\n", chart(&values), " ".repeat(gap));
    let most = bars.lines.iter().copied().max().unwrap_or(0);
    if let (1.., Some(peak)) = (most, bars.lines.iter().position(|lines| *lines == most)) {
        let each = format_duration(bars.seconds * 1_000_000);
        let said = format!("peak {} in {each} at {}", grouped(most), wall(at(peak)));
        out += &format!("  {}\n", shortened(&said, COLUMNS - 2));
    } else {
        out += "  no line of it in these logs\n";
    }
    out
}

/// `2026-03-02 14:05`
fn wall(time: Time, zone: &Zone) -> String {
    let text = Time::from_seconds(zone.to_wall(time.0.div_euclid(1_000_000))).to_string();
    text.get(..16).unwrap_or(&text).replace('T', " ")
}

fn json_of(story: &Story, ledger: &Ledger) -> serde_json::Value {
    let message = &story.message;
    let values: Vec<_> = story.values.iter().map(|place| values::json_of(place, ledger)).collect();
    json!({
        "schema": "logsurge.message/1", "id": story.id.to_string(),
        "template": visible(story.template.as_bytes()), "level": story.level.word(),
        "class": message.class.word(), "sample": visible(&story.sample), "lines": message.lines,
        "first_seen": message.first_seen.to_string(), "last_seen": message.last_seen.to_string(),
        "per_day": story.rate * DAY, "batch": story.batch,
        "longest_silence_seconds": story.longest_silence, "gone_after_seconds": story.gone_after,
        "gone": story.is_gone, "values": values,
        "timeline": story.bars.as_ref().map(|bars| json!({
            "from": bars.from.to_string(), "seconds": bars.seconds, "lines": bars.lines,
        })),
    })
}

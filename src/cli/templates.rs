//! `logsurge templates`: the messages of a log.

use super::args::Templates;
use super::exit::Outcome;
use super::render::safe::visible;
use super::render::values;
use super::{batch, setup};
use logsurge::alert::grouped;
use logsurge::count::Label;
use logsurge::detect::Message;
use logsurge::id::TemplateId;
use logsurge::shape::Shape;
use logsurge::template::{TemplateIx, Variable};
use logsurge::time::Zone;
use logsurge::{Config, Error, Ledger, Level, Time};
use serde_json::json;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

/// Values that are shown of a variable.
const VALUES_SHOWN: usize = 3;
/// Messages that `--like` shows.
const LIKE_MAX: usize = 10;

const DAY_MICROS: i64 = 86_400_000_000;

/// `logsurge templates`
pub fn run(args: &Templates) -> Result<Outcome, Error> {
    let (result, trouble) = if args.assign { assign(args)? } else { listed(args)? };
    match result {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
        _ => Ok(Outcome::of(0, trouble, false)),
    }
}

fn listed(args: &Templates) -> Result<(io::Result<()>, bool), Error> {
    let config = setup::config(&args.reading)?;
    let like = match &args.like {
        Some(text) => Some(
            logsurge::engine::shape_of(&config, text.trim().as_bytes())
                .ok_or_else(|| Error::usage("--like: there is no text to compare with"))?,
        ),
        None => None,
    };
    let (run, trouble) = batch::learned(&args.paths, &args.reading, args.json || args.verbose)?;
    let ledger = run.ledger();
    let rows = rows(ledger, args, like.as_ref());
    if rows.is_empty() && args.like.is_some() && !args.reading.quiet {
        say!("logsurge: no message has enough words in common with that text");
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if args.json {
        rows.iter().try_for_each(|row| writeln!(out, "{}", json_of(row, ledger)))
    } else if args.csv {
        csv(&rows, &mut out)
    } else {
        table(&rows, ledger, &config.zone, &mut out)
    };
    Ok((written.and_then(|()| out.flush()), trouble))
}

/// One message of the list.
struct Row {
    id: TemplateId,
    short_id: String,
    message: Message,
    share: f64,
    level: Level,
    text: String,
    sample: String,
    variables: Vec<Variable>,
}

/// The messages that are wanted, in the order to show them.
fn rows(ledger: &Ledger, args: &Templates, like: Option<&Shape>) -> Vec<Row> {
    let registry = ledger.registry();
    let mut listed: Vec<(Message, TemplateIx)> = registry
        .templates()
        .into_iter()
        .filter_map(|template| Some((*ledger.messages().get(template)?, template)))
        .collect();
    let total: u64 = listed.iter().map(|(message, _)| message.lines).sum();
    match like {
        Some(shape) => {
            let order = registry.like(shape, LIKE_MAX);
            listed.retain(|(_, template)| order.contains(template));
            listed.sort_by_key(|(_, template)| order.iter().position(|wanted| wanted == template));
        }
        None => listed.sort_by_key(|(message, template)| {
            (std::cmp::Reverse(message.lines), registry.template_id(*template))
        }),
    }
    let ids: Vec<TemplateId> = registry.templates().into_iter().map(|ix| registry.template_id(ix)).collect();
    let mut short: HashMap<TemplateId, String> = ids.iter().copied().zip(registry.short_ids(&ids)).collect();
    let mut variables = ledger.variables();
    let mut few = if args.json || args.verbose { ledger.few_values_of_all() } else { Default::default() };
    let wanted = |(message, template): &(Message, TemplateIx)| {
        args.least.allows(registry.level(*template).max(message.class), message.lines)
    };
    let row = |(message, template): (Message, TemplateIx)| {
        let id = registry.template_id(template);
        Row {
            id,
            short_id: short.remove(&id).unwrap_or_default(),
            message,
            share: message.lines as f64 / total.max(1) as f64,
            level: registry.level(template),
            text: visible(ledger.shown_text(&registry.template_text(template)).as_bytes()),
            sample: visible(registry.example(template)),
            variables: together(
                variables.remove(&template).unwrap_or_default(),
                few.remove(&template).unwrap_or_default(),
            ),
        }
    };
    listed.into_iter().filter(wanted).map(row).collect()
}

/// The variables of a message's text, and the places of few values that it does not show: fields,
/// and those that are one variable together with others.
fn together(mut variables: Vec<Variable>, few: Vec<Variable>) -> Vec<Variable> {
    let is_shown = |place: &Variable| {
        variables
            .iter()
            .any(|known| !known.values.is_open() && known.values.sorted() == place.values.sorted())
    };
    let further: Vec<Variable> = few.into_iter().filter(|place| !is_shown(place)).collect();
    variables.extend(further);
    variables
}

/// For people: columns that fit a terminal, the text last.
fn table(rows: &[Row], ledger: &Ledger, zone: &Zone, out: &mut impl Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (
        rows.iter().map(|row| row.message.first_seen).min(),
        rows.iter().map(|row| row.message.last_seen).max(),
    ) else {
        return Ok(());
    };
    let clock = Clock::of(first, last, zone);
    let (from, to) = (clock.head("FIRST", first), clock.head("LAST", last));
    let width = clock.width();
    writeln!(
        out,
        "{:<9} {:>10} {:>7} {:<5} {from:<width$} {to:<width$} MESSAGE",
        "ID", "LINES", "SHARE", "LEVEL"
    )?;
    for row in rows {
        let level = if row.level == Level::None { "-".into() } else { row.level.word().to_uppercase() };
        writeln!(
            out,
            "{:<9} {:>10} {:>7} {level:<5} {:<width$} {:<width$} {}",
            row.short_id,
            grouped(row.message.lines),
            format!("{:.1} %", row.share * 100.0),
            clock.show(row.message.first_seen),
            clock.show(row.message.last_seen),
            row.text,
        )?;
        // Of a single line the message says it all.
        for variable in row.variables.iter().filter(|variable| variable.lines > 1) {
            writeln!(out, "{:>20} {}", "", values::line(variable, VALUES_SHOWN, ledger))?;
        }
    }
    Ok(())
}

/// Times as short as the span of a list allows.
struct Clock<'a> {
    zone: &'a Zone,
    one_day: bool,
}

impl Clock<'_> {
    fn of(first: Time, last: Time, zone: &Zone) -> Clock<'_> {
        let day = |time: Time| zone.to_wall(time.0.div_euclid(1_000_000)).div_euclid(DAY_MICROS / 1_000_000);
        Clock { zone, one_day: day(first) == day(last) }
    }

    fn wall(&self, time: Time) -> String {
        Time::from_seconds(self.zone.to_wall(time.0.div_euclid(1_000_000))).to_string().replace('T', " ")
    }

    fn width(&self) -> usize {
        if self.one_day { "FIRST 03-02".len() } else { "2026-03-02 12:00".len() }
    }

    /// The head of a column: with the day, where the rows leave it out.
    fn head(&self, name: &str, time: Time) -> String {
        let day = self.wall(time).get(5..10).unwrap_or_default().to_owned();
        if self.one_day { format!("{name:<5} {day}") } else { name.to_owned() }
    }

    fn show(&self, time: Time) -> String {
        let range = if self.one_day { 11..19 } else { 0..16 };
        self.wall(time).get(range).unwrap_or_default().to_owned()
    }
}

fn json_of(row: &Row, ledger: &Ledger) -> serde_json::Value {
    let values = row.variables.iter().map(|variable| values::json_of(variable, ledger));
    json!({
        "schema": "logsurge.template/1", "id": row.id.to_string(), "count": row.message.lines,
        "share": rounded(row.share), "level": row.level.word(),
        "first_seen": row.message.first_seen.to_string(), "last_seen": row.message.last_seen.to_string(),
        "template": row.text, "sample": row.sample, "values": values.collect::<Vec<_>>(),
    })
}

fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

fn csv(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "id,count,share,level,first_seen,last_seen,template,sample")?;
    for row in rows {
        let Row { id, message, level, text, sample, .. } = row;
        let (first, last) = (message.first_seen, message.last_seen);
        let share = rounded(row.share);
        let (text, sample) = (cell(text), cell(sample));
        writeln!(out, "{id},{},{share},{},{first},{last},{text},{sample}", message.lines, level.word())?;
    }
    Ok(())
}

/// Text as a cell: quoted, and nothing that a spreadsheet would run as a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// A row for each physical line, after the last one has been read: only then
/// is it known which words vary.
fn assign(args: &Templates) -> Result<(io::Result<()>, bool), Error> {
    let config = Config { learn_only: true, ..setup::config(&args.reading)? };
    let (listing, mut trouble) = setup::sources(&args.paths, &config, args.reading.quiet)?;
    let mut labels = Vec::new();
    let (assignment, troubles) = logsurge::engine::assign(&config, &listing.sources, &mut labels);
    trouble |= batch::say_all(troubles, Vec::new(), &args.reading);
    let mut out = BufWriter::new(io::stdout().lock());
    let rows: Vec<_> = assignment.iter().map(|(id, text)| (id, visible(text.as_bytes()))).collect();
    let mut write = || {
        for (line, label) in labels.iter().enumerate() {
            match label {
                Label::Empty => writeln!(out, "{}\t-\t", line + 1)?,
                Label::Message(form) => {
                    let (id, text) = &rows[*form as usize];
                    writeln!(out, "{}\t{id}\t{text}", line + 1)?;
                }
            }
        }
        out.flush()
    };
    Ok((write(), trouble))
}

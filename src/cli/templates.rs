//! `logsurge templates`: the messages of a log.

use super::args::Templates;
use super::exit::Outcome;
use super::render::safe::visible;
use super::{batch, setup};
use logsurge::alert::grouped;
use logsurge::count::Label;
use logsurge::id::TemplateId;
use logsurge::{Config, Error, Ledger, Level};
use serde_json::json;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

/// `logsurge templates`
pub fn run(args: &Templates) -> Result<Outcome, Error> {
    let (result, trouble) = if args.assign {
        assign(args)?
    } else {
        let (run, trouble) = batch::learned(&args.paths, &args.reading)?;
        (list(run.ledger(), args.json), trouble)
    };
    match result {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
        _ => Ok(Outcome::of(0, trouble, false)),
    }
}

fn list(ledger: &Ledger, as_json: bool) -> io::Result<()> {
    let registry = ledger.registry();
    let mut rows: Vec<_> = registry
        .templates()
        .into_iter()
        .filter_map(|template| Some((*ledger.messages().get(template)?, template)))
        .collect();
    rows.sort_by_key(|(message, template)| {
        (std::cmp::Reverse(message.lines), registry.template_id(*template))
    });
    let total: u64 = rows.iter().map(|(message, _)| message.lines).sum();
    let ids: Vec<TemplateId> = registry.templates().into_iter().map(|ix| registry.template_id(ix)).collect();
    let short: HashMap<TemplateId, String> = ids.iter().copied().zip(registry.short_ids(&ids)).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    if !as_json {
        writeln!(out, "{:<9} {:>10} {:>6}  {:<5} MESSAGE", "ID", "LINES", "SHARE", "LEVEL")?;
    }
    for (message, template) in rows {
        let id = registry.template_id(template);
        let text = visible(ledger.shown_text(&registry.template_text(template)).as_bytes());
        let level = registry.level(template);
        let share = message.lines as f64 / total.max(1) as f64;
        if as_json {
            let row = json!({
                "schema": "logsurge.template/1", "id": id.to_string(), "count": message.lines,
                "share": (share * 1e6).round() / 1e6, "level": level.word(),
                "first_seen": message.first_seen.to_string(), "last_seen": message.last_seen.to_string(),
                "template": text, "sample": visible(registry.example(template)),
            });
            writeln!(out, "{row}")?;
        } else {
            let level = if level == Level::None { "-".into() } else { level.word().to_uppercase() };
            let share = format!("{:.1} %", share * 100.0);
            writeln!(out, "{:<9} {:>10} {share:>6}  {level:<5} {text}", short[&id], grouped(message.lines))?;
        }
    }
    out.flush()
}

/// A row for each physical line, after the last one has been read: only then
/// is it known which words vary.
fn assign(args: &Templates) -> Result<(io::Result<()>, bool), Error> {
    let config = Config { learn_only: true, ..setup::config(&args.reading)? };
    let (listing, mut trouble) = setup::sources(&args.paths, &config, args.reading.quiet)?;
    let mut labels = Vec::new();
    let (assignment, troubles) = logsurge::engine::assign(&config, &listing.sources, &mut labels);
    for err in troubles {
        say!("logsurge: {err}");
        trouble |= !err.is_notice();
    }
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

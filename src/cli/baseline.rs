//! `logsurge baseline`: what a baseline file holds.

use super::args::{BaselineAction, BaselineArgs};
use super::exit::Outcome;
use super::render::safe::{shortened, visible};
use super::render::values;
use logsurge::alert::grouped;
use logsurge::baseline::{BaselineMessage, FORMAT_VERSION, TOKENIZER_VERSION};
use logsurge::time::format_duration;
use logsurge::{Baseline, Config, Error, Ledger, redact};
use serde_json::json;
use std::cmp::Reverse;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Messages listed by `show`.
const SHOWN: usize = 20;
const TEMPLATE_CHARS: usize = 60;

/// `logsurge baseline`
pub fn run(args: &BaselineArgs) -> Result<Outcome, Error> {
    let result = match &args.action {
        BaselineAction::Show { file } => show(file, &Baseline::open(file)?),
        BaselineAction::Export { file, json: true } => export(&Baseline::open(file)?),
        BaselineAction::Export { .. } => {
            return Err(Error::usage("say in which form: logsurge baseline export --json FILE"));
        }
    };
    match result {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
        _ => Ok(Outcome::Calm),
    }
}

fn show(file: &Path, baseline: &Baseline) -> io::Result<()> {
    let learned = baseline.learned();
    let mut messages = baseline.messages();
    messages.sort_by_key(|message| (Reverse(message.message.lines), message.id));
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(
        out,
        "{}: {} messages from {} lines over {} ({} to {}), format {FORMAT_VERSION}, tokenizer {TOKENIZER_VERSION}",
        file.display(),
        messages.len(),
        grouped(learned.lines),
        format_duration(learned.to.0 - learned.from.0),
        learned.from,
        learned.to,
    )?;
    if !baseline.settings().is_default() {
        writeln!(out, "learned with {}", visible(baseline.settings().flags().as_bytes()))?;
    }
    for BaselineMessage { id, template, message, .. } in messages.iter().take(SHOWN) {
        let text = shortened(&visible(&redact(template.as_bytes())), TEMPLATE_CHARS);
        writeln!(out, "{:.8} {:>10}  {text}", id.to_string(), grouped(message.lines))?;
    }
    if messages.len() > SHOWN {
        writeln!(
            out,
            "and {} more: logsurge baseline export --json {}",
            messages.len() - SHOWN,
            file.display()
        )?;
    }
    out.flush()
}

fn export(baseline: &Baseline) -> io::Result<()> {
    let learned = baseline.learned();
    let mut out = BufWriter::new(io::stdout().lock());
    let head = json!({
        "schema": "logsurge.baseline/1", "format": FORMAT_VERSION, "tokenizer": TOKENIZER_VERSION,
        "lines": learned.lines, "from": learned.from.to_string(), "to": learned.to.to_string(),
        "masks": baseline.settings().masks(),
    });
    writeln!(out, "{head}")?;
    let ledger = Ledger::new(&Config::new(learned.to), Some(baseline), Vec::new());
    let mut values = ledger.few_values_of_all();
    for BaselineMessage { id, template, example, message } in baseline.messages() {
        let place = ledger.registry().find_id(&id.to_string()).ok();
        let values = place.and_then(|template| values.remove(&template)).unwrap_or_default();
        let values: Vec<_> = values.iter().map(|place| values::json_of(place, &ledger)).collect();
        let row = json!({
            "schema": "logsurge.baseline.message/1", "id": id.to_string(), "template": visible(&redact(template.as_bytes())),
            "sample": visible(&example), "class": message.class.word(), "lines": message.lines,
            "first_seen": message.first_seen.to_string(), "last_seen": message.last_seen.to_string(),
            "recurring": message.recurring, "values": values,
        });
        writeln!(out, "{row}")?;
    }
    out.flush()
}

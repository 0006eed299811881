//! What stands in the places of a message: the commonest values with their shares.

use super::safe::{shortened, visible};
use logsurge::Ledger;
use logsurge::alert::percent;
use logsurge::shape::values::VALUES_MAX;
use logsurge::template::Variable;
use serde_json::json;

/// Values that a JSON object holds of a place.
const VALUES_JSON: usize = 10;
/// A value is shown this long.
const VALUE_CHARS: usize = 32;

/// `from <*>: 10.0.0.1 (62 %), 10.0.0.2 (38 %)`, at most so many, in parts of the lines whose value is known.
pub fn line(variable: &Variable, most: usize, ledger: &Ledger) -> String {
    let place = visible(format!("{}{}", variable.before, variable.word).as_bytes());
    if variable.values.is_open() {
        return format!("{place}: more than {VALUES_MAX} different values");
    }
    let sorted = variable.values.sorted();
    // Of many that came once each, none is common.
    let each = sorted.len() > most && sorted.first().is_some_and(|(_, count)| *count == 1);
    let mut parts: Vec<String> = sorted
        .iter()
        .take(most)
        .map(|(value, count)| {
            let shown = shortened(&shown_value(variable, value, ledger), VALUE_CHARS);
            if each { shown } else { format!("{shown} ({})", percent(share(*count, variable))) }
        })
        .collect();
    if let more @ 1.. = sorted.len().saturating_sub(most) {
        parts.push(format!("{more} more"));
    }
    format!("{place}: {}{}", if each { "each once: " } else { "" }, parts.join(", "))
}

/// A value as it may be shown: whether it is a secret shows in the word before it.
fn shown_value(variable: &Variable, value: &[u8], ledger: &Ledger) -> String {
    let value = String::from_utf8_lossy(value);
    let whole = format!("{}{value}", variable.before);
    let shown = ledger.shown_text(&whole);
    visible(shown.strip_prefix(&variable.before).unwrap_or(&shown).as_bytes())
}

/// One place of a message, as JSON has it.
pub fn json_of(variable: &Variable, ledger: &Ledger) -> serde_json::Value {
    let (sorted, open) = (variable.values.sorted(), variable.values.is_open());
    let top = sorted.iter().take(VALUES_JSON).map(|(value, count)| {
        let part = (share(*count, variable) * 1e6).round() / 1e6;
        json!({"value": shown_value(variable, value, ledger), "count": count, "share": part})
    });
    json!({
        "before": visible(variable.before.as_bytes()), "word": visible(variable.word.as_bytes()),
        "lines": variable.lines, "open": open, "distinct": (!open).then_some(sorted.len()),
        "top": top.collect::<Vec<_>>(),
    })
}

/// The part of a place's lines that have a value.
fn share(lines: u64, variable: &Variable) -> f64 {
    lines as f64 / variable.lines.max(1) as f64
}

//! What is in one log only, and what of it is worth an alert.
//!
//! A new message of level error, or with a word of alarm, always is. Any other is
//! if so many new ones of its level were not to be expected, by Good and Turing:
//! messages seen once before tell how many more there are. A deployment brings
//! new messages on purpose, so what is mild there is a note.
//!
//! A new message in the place of a gone one, as often as that, was reworded.

use super::rates::{Change, Frame, Rate, lump};
use super::sides::{Message, Pair};
use super::tell::Teller;
use super::{Comparison, Terms};
use crate::alert::Alert;
use crate::detect::score;
use crate::line::Level;
use crate::template::TemplateIx;
use crate::time::Time;
use hashbrown::HashMap;

// limits
/// New messages to expect, below which a mild one alerts.
const EXPECTED_NEW_MAX: f64 = 0.05;
/// Mild new messages told one by one; with more of them none is a surprise.
const MILD_MAX: usize = 4;
/// New messages whose nearest one is looked up: each costs a pass over all.
const NEAREST_MAX: usize = 200;
/// A log must be so many times as long as a start for what came then only to be told apart.
const SETTLED_LENGTHS: i64 = 2;
/// −log10 of the probability that two counts of one message differ as much.
const REWORDED_SCORE_MAX: f64 = 2.0;
/// Relative variance of counts where windows say nothing: half the mean is seen in real logs.
const SPREAD: f64 = 0.5;
/// −log10 of the probability that a message stays away by chance, in one of all messages.
const GONE_SCORE_MIN: f64 = 2.0;
/// New lines with no more known ones between them belong together.
const LINES_BETWEEN_MAX: u64 = 1;

/// Where the logs are read in order: all that is gone. What was to be expected is
/// worth an alert, the rest scores nought.
pub(super) fn absent(pair: &Pair<'_>, frame: &Frame) -> Vec<(usize, Change)> {
    let needed = GONE_SCORE_MIN + (pair.messages.len().max(1) as f64).log10();
    let gone = pair.messages.iter().enumerate().filter(|(_, message)| message.after.is_none());
    gone.map(|(at, message)| {
        let expected = message.lines().0 as f64 * frame.ratio;
        let tail = (SPREAD * expected).ln_1p() / (SPREAD * std::f64::consts::LN_10);
        let score = if tail >= needed { tail } else { 0.0 };
        (at, Change::Gone(Rate { expected, score, tail }))
    })
    .collect()
}

/// Tells what is new; what was reworded is taken from the changes.
pub(super) fn add_new(
    teller: &Teller<'_>,
    frame: &Frame,
    terms: &Terms,
    changes: &mut Vec<(usize, Change)>,
    comparison: &mut Comparison,
) {
    let pair = teller.pair;
    let mut new: Vec<usize> =
        (0..pair.messages.len()).filter(|&at| pair.messages[at].before.is_none()).collect();
    let first =
        |at: usize| pair.messages[at].after.map(|side| (std::cmp::Reverse(side.class), side.first_seen));
    new.sort_by_key(|&at| (first(at), pair.messages[at].id));
    let old = Old::new(pair);
    let expected = expected_new(pair);
    let mut alerts = Vec::new();
    for (place, &at) in new.iter().enumerate() {
        let message = &pair.messages[at];
        let Some(side) = message.after else { continue };
        let expected = expected[side.class as usize];
        let nearest = (place < NEAREST_MAX).then(|| teller.nearest(&side)).flatten();
        let reworded =
            nearest.as_ref().and_then(|(template, _)| old.reworded(pair, *template, message, frame));
        if pair.is_accepted(message) {
            comparison.muted += u64::from(pair.is_muted(message));
            changes.retain(|(at, _)| Some(*at) != reworded);
            continue;
        }
        let mut alert = teller.new_message(message, &side, expected, nearest.map(|(_, nearest)| nearest));
        if let Some(was) = reworded {
            changes.retain(|(at, _)| *at != was);
            alerts.push(teller.reworded(alert, pair.messages[was].lines().0));
        } else if is_start_up(&side.first_seen, &side.last_seen, pair, terms) && side.class < Level::Error {
            let reason = format!("{}, only in the start-up", alert.reason);
            comparison.start_up.push(Alert { note: true, reason, ..alert });
        } else {
            let on_purpose = terms.deployment.is_some() && side.class < Level::Warn;
            alert.note = side.class < Level::Error && (on_purpose || expected >= EXPECTED_NEW_MAX);
            alerts.push(alert);
        }
    }
    if comparison.in_order {
        alerts = in_groups(teller, alerts);
    }
    let mut mild = 0;
    for alert in alerts {
        mild += usize::from(!alert.note && alert.class < Level::Warn);
        if alert.note || (alert.class < Level::Warn && mild > MILD_MAX) {
            comparison.notes.push(Alert { note: true, ..alert });
        } else {
            comparison.alerts.push(alert);
        }
    }
}

/// New messages to expect by level: of it, or worse.
fn expected_new(pair: &Pair<'_>) -> [f64; Level::COUNT] {
    let (before, after) = pair.lines();
    let mut singles = [0u64; Level::COUNT];
    for side in pair.messages.iter().filter_map(|message| message.before).filter(|side| side.lines == 1) {
        singles[side.class as usize] += 1;
    }
    let of = |class: usize| singles[class..].iter().sum::<u64>() as f64 * after as f64 / before.max(1) as f64;
    std::array::from_fn(of)
}

/// A message of both logs that came less often: since the start of a deployment not at all?
pub(super) fn stopped(change: Change, message: &Message, pair: &Pair<'_>, terms: &Terms) -> Change {
    match (change, message.after) {
        (Change::Less(rate), Some(side)) if is_start_up(&side.first_seen, &side.last_seen, pair, terms) => {
            Change::Stopped(rate)
        }
        _ => change,
    }
}

/// Whether a message came only while a deployment started, and the log goes on.
fn is_start_up(first: &Time, last: &Time, pair: &Pair<'_>, terms: &Terms) -> bool {
    let Some(deployment) = terms.deployment else { return false };
    let settled =
        |lengths: i64| Time(deployment.at.0.saturating_add(deployment.settle.saturating_mul(lengths)));
    *first >= deployment.at
        && *last < settled(1)
        && pair.after.learned_so_far().to >= settled(SETTLED_LENGTHS)
}

/// Messages that are gone, by their templates in the log before.
struct Old {
    gone: HashMap<TemplateIx, usize>,
}

impl Old {
    fn new(pair: &Pair<'_>) -> Old {
        let gone = pair.messages.iter().enumerate().filter(|(_, message)| message.after.is_none());
        Old { gone: gone.filter_map(|(at, message)| Some((message.before?.template, at))).collect() }
    }

    /// The message that was reworded into a new one: it is gone, was no milder,
    /// and came as often as the new one does.
    fn reworded(&self, pair: &Pair<'_>, nearest: TemplateIx, new: &Message, frame: &Frame) -> Option<usize> {
        let at = *self.gone.get(&nearest)?;
        let old = &pair.messages[at];
        let (was, is) = (old.before?, new.after?);
        let (x, y) = (was.lines as f64, is.lines as f64);
        let expected = frame.ratio * x;
        let lump = lump(old).max(lump(new));
        let spread = |mean: f64| lump / mean + 0.1 + 1.0 / (mean + 0.5);
        let more = score(is.lines, expected, spread(expected));
        let less = score(was.lines, y / frame.ratio, spread(y / frame.ratio));
        (is.class <= was.class && more < REWORDED_SCORE_MAX && less < REWORDED_SCORE_MAX).then_some(at)
    }
}

/// New lines that stand together are one alert, the worst and first of them; the
/// others are notes of its incident.
fn in_groups(teller: &Teller<'_>, mut alerts: Vec<Alert>) -> Vec<Alert> {
    alerts.sort_by(|a, b| (&a.source, a.line_number, a.id).cmp(&(&b.source, b.line_number, b.id)));
    let together = |a: &Alert, b: &Alert| {
        a.source == b.source && a.line_number > 0 && b.line_number <= a.line_number + 1 + LINES_BETWEEN_MAX
    };
    let mut told = Vec::new();
    for group in alerts.chunk_by(together) {
        let rank = |at: &usize| (group[*at].note, std::cmp::Reverse(group[*at].class), *at);
        let Some(head) = (0..group.len()).min_by_key(rank) else { continue };
        for (at, alert) in group.iter().enumerate() {
            if at == head {
                told.push(teller.with_group(alert, &group[..head], &group[head + 1..]));
            } else {
                told.push(Alert { note: true, incident: group[head].fingerprint, ..alert.clone() });
            }
        }
    }
    told
}

//! Two logs, each known whole: what is only in the one, only in the other, and
//! what comes more often than the rest of the log explains.
//!
//! * `sides`: both logs are counted alone; then all their shapes are put into one
//!   registry, whose closure does not depend on their order, so a message has one
//!   identity on both sides;
//! * `ratio`: how many lines after stand for one before;
//! * `rates`: which messages that ratio does not explain;
//! * `places`: what stood in the places of each message;
//! * `values`: which known messages say something else, and what of that is worth an alert;
//! * `news`: what is new and what is gone, and which of it is worth an alert;
//! * `tell`: the words.
//!
//! Logs of a few minutes, and those without times, are read like the output of a
//! program: only what is new and what is gone, in the order of the lines.

mod news;
mod places;
mod rates;
mod ratio;
mod sides;
mod tell;
mod values;

use crate::alert::{Alert, Kind};
use crate::ledger::Ledger;
use crate::line::Level;
use crate::time::{PANE_SECONDS, SECOND_MICROS, Time};
use rates::{Change, Frame};
use sides::Pair;
use tell::Teller;
use values::Findings;

// limits
/// Logs that are both shorter than this are read in line order.
const ORDERED_PANES_MAX: u64 = 60;
/// With fewer lines on either side nothing is said of rates.
const RATED_LINES_MIN: u64 = 20;
/// Changed messages told one by one, of each kind; the rest are notes.
const CHANGES_MAX: usize = 5;

/// What is compared, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Terms {
    /// Rates are lines in a stretch of time, not in a stretch of log.
    pub per_time: bool,
    /// The logs are what came before and after a deployment.
    pub deployment: Option<Deployment>,
}

/// A change of what writes the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deployment {
    /// When it was.
    pub at: Time,
    /// How long it takes to start, in microseconds.
    pub settle: i64,
}

/// How two logs differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Lines after for each line before, over the frequent messages.
    pub ratio: f64,
    /// The length of the log after for the length of that before; outages do not count.
    pub time_ratio: f64,
    /// Lines counted on both sides.
    pub lines: (u64, u64),
    /// Messages on both sides.
    pub templates: (usize, usize),
    /// The lengths of the logs in microseconds; outages do not count.
    pub lengths: (i64, i64),
    /// The logs are too short for rates: what is new stands in the order of the lines.
    pub in_order: bool,
    /// There are too few lines to say anything of rates.
    pub too_few: bool,
    /// What is worth an alert, the worst first.
    pub alerts: Vec<Alert>,
    /// What is worth a note.
    pub notes: Vec<Alert>,
    /// Messages that were seen only while a deployment started: notes, too.
    pub start_up: Vec<Alert>,
    /// How many were left out because they are muted.
    pub muted: u64,
}

/// Compares two finished ledgers that only learned.
pub fn compare(before: &Ledger, after: &Ledger, terms: &Terms) -> Comparison {
    let pair = Pair::new(before, after);
    let lines = pair.lines();
    let panes = (before.detector().age_panes(), after.detector().age_panes());
    let time_ratio = panes.1 as f64 / panes.0.max(1) as f64;
    // Where nothing of before came again, all lines are as good a measure as any.
    let robust = || ratio::robust(&pair.messages).filter(|ratio| *ratio > 0.0);
    let of_lines = || lines.1 as f64 / lines.0.max(1) as f64;
    let ratio = if terms.per_time { time_ratio } else { robust().unwrap_or_else(of_lines) };
    let micros =
        |panes: u64| i64::try_from(panes).unwrap_or(i64::MAX).saturating_mul(PANE_SECONDS * SECOND_MICROS);
    let count =
        |pick: fn(&sides::Message) -> bool| pair.messages.iter().filter(|message| pick(message)).count();
    let without_time = |ledger: &Ledger| ledger.sources_without_time().next().is_some();
    let short = panes.0.max(panes.1) < ORDERED_PANES_MAX;
    let mut comparison = Comparison {
        ratio,
        time_ratio,
        lines,
        templates: (count(|message| message.before.is_some()), count(|message| message.after.is_some())),
        lengths: (micros(panes.0), micros(panes.1)),
        in_order: terms.deployment.is_none() && (short || without_time(before) || without_time(after)),
        too_few: lines.0.min(lines.1) < RATED_LINES_MIN,
        alerts: Vec::new(),
        notes: Vec::new(),
        start_up: Vec::new(),
        muted: 0,
    };
    if lines.0 == 0 || lines.1 == 0 {
        return comparison;
    }
    let frame = Frame { ratio, time_ratio, panes: (panes.0.max(1) as f64, panes.1.max(1) as f64) };
    let teller = Teller { pair: &pair, lines };
    let is_rated = !(comparison.in_order || comparison.too_few || ratio <= 0.0);
    let mut values = values::look(&pair, &frame, is_rated);
    let mut changes = if comparison.in_order {
        news::absent(&pair, &frame)
    } else if !is_rated {
        Vec::new()
    } else {
        let changes = significant(&pair, &frame, &mut values);
        let told = |(at, change)| (at, news::stopped(change, &pair.messages[at], &pair, terms));
        changes.into_iter().map(told).collect()
    };
    let found = changes.len();
    changes.retain(|(at, _)| !pair.is_muted(&pair.messages[*at]));
    comparison.muted += (found - changes.len()) as u64;
    news::add_new(&teller, &frame, terms, &mut changes, &mut comparison);
    values::add(&teller, values, &mut comparison);
    add_changes(&teller, changes, &mut comparison);
    sort(&mut comparison);
    comparison
}

/// The changed rates, and of the values those with a changed share, that stand out among all tests.
fn significant(pair: &Pair<'_>, frame: &Frame, values: &mut Findings) -> Vec<(usize, Change)> {
    let (mut changes, tests) = rates::changes(&pair.messages, frame);
    let shares = values.shares.iter().map(values::Found::score);
    let scores = changes.iter().map(|(_, change)| change.rate().score).chain(shares).collect();
    let least = rates::least_told(scores, tests + values.tests);
    values.shares.retain(|found| found.score() >= least);
    changes.retain(|(_, change)| change.rate().score >= least);
    changes
}

/// The worst changes are alerts, the rest are notes.
fn add_changes(teller: &Teller<'_>, changes: Vec<(usize, Change)>, comparison: &mut Comparison) {
    let (mut more, mut gone) = (0, 0);
    let mut alerts: Vec<Alert> =
        changes.iter().map(|(at, change)| teller.changed(&teller.pair.messages[*at], change)).collect();
    alerts.sort_by(|a, b| b.class.cmp(&a.class).then(b.score.total_cmp(&a.score)).then(a.id.cmp(&b.id)));
    for alert in alerts {
        let told = match alert.kind {
            Kind::Surge => &mut more,
            _ => &mut gone,
        };
        *told += usize::from(!alert.note);
        if alert.note || (*told > CHANGES_MAX && alert.class < Level::Error) {
            comparison.notes.push(Alert { note: true, ..alert });
        } else {
            comparison.alerts.push(alert);
        }
    }
}

/// The worst first: by level, then what is new, and the order of the lines.
fn sort(comparison: &mut Comparison) {
    let by_line = comparison.in_order;
    for alerts in [&mut comparison.alerts, &mut comparison.notes, &mut comparison.start_up] {
        alerts.sort_by(|a, b| {
            let worst = (b.class, rank(a.kind, by_line)).cmp(&(a.class, rank(b.kind, by_line)));
            let line = || (&a.source, a.line_number).cmp(&(&b.source, b.line_number));
            let order = if by_line { worst.then_with(line) } else { worst };
            order.then((a.time, a.id).cmp(&(b.time, b.id)))
        });
    }
}

/// What says more comes first; what is told in the order of lines is one.
fn rank(kind: Kind, by_line: bool) -> u8 {
    match kind {
        Kind::New => 0,
        Kind::Value => u8::from(!by_line),
        Kind::Surge => 2,
        Kind::Gone => 3,
        Kind::Volume => 4,
    }
}

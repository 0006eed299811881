//! What a person need not read one by one is told as a count: the notes of an
//! hour, and what an incident has besides the alerts that are shown of it.

use super::render::text::{TextStyle, clock_time, level_word};
use logsurge::{Alert, Kind, Level, Phase, Time};

/// Surges of one incident that are shown; the best come first.
const SURGES_SHOWN: usize = 3;
/// So many new messages within an incident look like a program that has started.
const START_MESSAGES_MIN: u64 = 5;
/// Further counts of an incident are said a minute later.
const INCIDENT_MICROS: i64 = 60_000_000;
/// A log that was known for a week should have few new messages.
const YOUNG_MICROS: i64 = 7 * 86_400_000_000;

/// New messages that are counted, and what they have in common.
#[derive(Debug, Default)]
struct News {
    count: u64,
    first: Option<Time>,
    /// The level of all of them, if it is the same.
    level: Option<Level>,
}

impl News {
    fn add(&mut self, alert: &Alert) {
        let same = self.count == 0 || self.level == Some(alert.level);
        self.level = Some(alert.level).filter(|_| same);
        self.first = Some(self.first.map_or(alert.time, |first| first.min(alert.time)));
        self.count += 1;
    }

    /// ` INFO` where all are of that level.
    fn level(&self) -> String {
        let level = self.level.filter(|level| *level != Level::None);
        level.map_or(String::new(), |level| format!(" {}", level_word(level)))
    }

    fn since(&self, style: &TextStyle) -> String {
        self.first.map_or(String::new(), |first| clock_time(first, style))
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Fold {
    /// The incident that was shown last, and how many of its surges were.
    incident: Option<u64>,
    surges_shown: usize,
    /// What it has besides, and since when that is counted.
    grave: News,
    mild: News,
    surges: u64,
    counted_from: Option<Time>,
    /// Notes of the hour that belong to no incident.
    notes: News,
    young: bool,
}

impl Fold {
    /// Whether an alert is told as part of a count; if so, it is counted.
    pub fn takes(&mut self, alert: &Alert) -> bool {
        // What two logs are compared for is no incident.
        let in_incident = alert.incident != 0 && self.incident == Some(alert.incident);
        let is_surge = alert.kind == Kind::Surge && alert.phase == Phase::Open && !alert.note;
        if alert.note && alert.kind == Kind::New {
            if !in_incident && alert.class < Level::Error {
                self.notes.add(alert);
                self.young = alert.baseline.to.0.saturating_sub(alert.baseline.from.0) < YOUNG_MICROS;
                return true;
            }
            let news = if alert.class >= Level::Error { &mut self.grave } else { &mut self.mild };
            news.add(alert);
        } else if is_surge && in_incident && self.surges_shown >= SURGES_SHOWN {
            self.surges += 1;
        } else {
            if !in_incident {
                (self.incident, self.surges_shown) = (Some(alert.incident), 0);
            }
            self.surges_shown += usize::from(is_surge);
            return false;
        }
        self.counted_from.get_or_insert(alert.time);
        true
    }

    /// Whether what is counted of an incident should be said before this alert.
    pub fn ends_with(&self, alert: &Alert) -> bool {
        let late = |from: Time| alert.time.0.saturating_sub(from.0) >= INCIDENT_MICROS;
        self.counted_from
            .is_some_and(|from| late(from) || self.incident != Some(alert.incident) && !alert.note)
    }

    /// Whether something waits to be said.
    pub fn is_waiting(&self) -> bool {
        self.counted_from.is_some()
    }

    /// What an incident has besides what was shown, in lines.
    pub fn take_incident(&mut self, style: &TextStyle) -> String {
        let (grave, mild) = (std::mem::take(&mut self.grave), std::mem::take(&mut self.mild));
        let surges = std::mem::take(&mut self.surges);
        self.counted_from = None;
        let mut out = String::new();
        if grave.count > 0 {
            let what =
                grave.level.filter(|level| *level >= Level::Error).map_or(String::new(), |_| grave.level());
            let alarm = if what.is_empty() { " with an error or a word of alarm" } else { "" };
            let (count, s) = (grave.count, plural(grave.count));
            out += &format!("      and {count} more new{what} message{s}{alarm}; -v shows {}\n", them(count));
        }
        if surges > 0 {
            let verb = if surges == 1 { " surges" } else { "s surge" };
            out += &format!("      and {surges} more message{verb}; -v shows {}\n", them(surges));
        }
        if mild.count > 0 {
            let start = if mild.count >= START_MESSAGES_MIN { ", restart?" } else { "" };
            let (count, s, level, since) = (mild.count, plural(mild.count), mild.level(), mild.since(style));
            out += &format!("      also {count} new{level} message{s} since {since}{start}\n");
        }
        out
    }

    /// The notes of an hour in one line, if there are any.
    pub fn take_notes(&mut self, style: &TextStyle) -> String {
        let notes = std::mem::take(&mut self.notes);
        if notes.count == 0 {
            return String::new();
        }
        let usual = if self.young { "as usual for a log this young" } else { "as usual for this log" };
        format!(
            "NOTE  {} new kind{} of{} message since {}, {usual}; -v shows {}\n",
            notes.count,
            plural(notes.count),
            notes.level(),
            notes.since(style),
            them(notes.count),
        )
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn them(count: u64) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

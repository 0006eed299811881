//! What a person need not read one by one is told as a count: the notes of an
//! hour, and what an incident has besides the alerts that are shown of it.

use super::render::text::{TextStyle, clock_time, level_word};
use logsurge::{Alert, Kind, Level, Phase, Time};

/// Messages of one incident that surge, and that have stopped, are shown up to here; the best
/// come first.
const KNOWN_SHOWN: usize = 3;
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
#[derive(Debug)]
pub struct Fold {
    /// How what is counted is seen.
    how: String,
    /// The incident that was shown last, and how many of its surges and stops were.
    incident: Option<u64>,
    shown: [usize; 2],
    /// What it has besides, and since when that is counted.
    grave: News,
    mild: News,
    known: [u64; 2],
    counted_from: Option<Time>,
    /// Notes of the hour that belong to no incident.
    notes: News,
    young: bool,
    /// Of them, new values of known messages.
    values: News,
}

impl Fold {
    /// Nothing so far. `how`: how what will be counted is seen.
    pub fn new(how: &str) -> Fold {
        Fold {
            how: how.to_owned(),
            incident: None,
            shown: [0; 2],
            grave: News::default(),
            mild: News::default(),
            known: [0; 2],
            counted_from: None,
            notes: News::default(),
            young: false,
            values: News::default(),
        }
    }

    /// Whether an alert is told as part of a count; if so, it is counted.
    pub fn takes(&mut self, alert: &Alert) -> bool {
        // What two logs are compared for is no incident.
        let in_incident = alert.incident != 0 && self.incident == Some(alert.incident);
        if !in_incident && !alert.note {
            (self.incident, self.shown) = (Some(alert.incident), [0; 2]);
        }
        let opens = alert.phase == Phase::Open && !alert.note;
        match alert.kind {
            Kind::New if alert.note && (in_incident || alert.class >= Level::Error) => {
                let news = if alert.class >= Level::Error { &mut self.grave } else { &mut self.mild };
                news.add(alert);
            }
            Kind::New if alert.note => {
                self.notes.add(alert);
                self.young = alert.baseline.to.0.saturating_sub(alert.baseline.from.0) < YOUNG_MICROS;
                return true;
            }
            Kind::Value if alert.note && alert.phase == Phase::Open => {
                self.values.add(alert);
                return true;
            }
            // It stopped with its source, which has been told.
            Kind::Gone if alert.note && alert.phase == Phase::Open => self.known[1] += 1,
            Kind::Surge | Kind::Gone if opens => {
                let which = usize::from(alert.kind == Kind::Gone);
                if self.shown[which] < KNOWN_SHOWN {
                    self.shown[which] += 1;
                    return false;
                }
                self.known[which] += 1;
            }
            _ => return false,
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
        self.counted_from = None;
        let mut out = self.take_mild(style);
        let grave = std::mem::take(&mut self.grave);
        if grave.count > 0 {
            let all_errors = grave.level.is_some_and(|level| level >= Level::Error);
            let (level, alarm) = match all_errors {
                true => (grave.level(), ""),
                false => (String::new(), " with an error or a word of alarm"),
            };
            let (count, s) = (grave.count, plural(grave.count));
            out += &format!(
                "      and {count} more new{level} message{s}{alarm}; {} shows {}\n",
                self.how,
                them(count)
            );
        }
        let verbs = [[" surges", "s surge"], [" has stopped", "s have stopped"]];
        for (count, [one, many]) in std::mem::take(&mut self.known).into_iter().zip(verbs) {
            if count > 0 {
                let verb = if count == 1 { one } else { many };
                out += &format!("      and {count} more message{verb}; {} shows {}\n", self.how, them(count));
            }
        }
        out
    }

    /// The milder new messages of an incident. They come minute by minute, so they can be told at once.
    pub fn take_mild(&mut self, style: &TextStyle) -> String {
        let mild = std::mem::take(&mut self.mild);
        if mild.count == 0 {
            return String::new();
        }
        let start = if mild.count >= START_MESSAGES_MIN { ", restart?" } else { "" };
        let (s, level, since) = (plural(mild.count), mild.level(), mild.since(style));
        format!("      also {} new{level} message{s} since {since}{start}\n", mild.count)
    }

    /// The notes of an hour in one line, if there are any.
    pub fn take_notes(&mut self, style: &TextStyle) -> String {
        let values = self.take_values(style);
        let notes = std::mem::take(&mut self.notes);
        if notes.count == 0 {
            return values;
        }
        let usual = if self.young { "as usual for a log this young" } else { "as usual for this log" };
        format!(
            "NOTE  {} new kind{} of{} message since {}, {usual}; {} shows {}\n",
            notes.count,
            plural(notes.count),
            notes.level(),
            notes.since(style),
            self.how,
            them(notes.count),
        ) + &values
    }

    /// New values that are not worth an alert.
    fn take_values(&mut self, style: &TextStyle) -> String {
        let values = std::mem::take(&mut self.values);
        if values.count == 0 {
            return String::new();
        }
        let (count, level, since) = (values.count, values.level(), values.since(style));
        let (s, how, them) = (plural(count), &self.how, them(count));
        format!("NOTE  {count} new value{s} in known{level} messages since {since}; {how} shows {them}\n")
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn them(count: u64) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

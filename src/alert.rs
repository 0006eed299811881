//! What the ledger says: one value per alert, note or change of an alert.

use crate::id::{ShapeId, TemplateId};
use crate::line::Level;
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// What an alert is about.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// A message that was never seen before.
    New,
    /// A message that comes far more often than usual.
    Surge,
    /// A message that has stopped coming.
    Gone,
    /// All messages together are many more, or many fewer, than they ever were.
    Volume,
    /// A known message with a value that it never had, or has far more often than usual.
    Value,
}

impl Kind {
    /// The word used in JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Surge => "surge",
            Kind::Gone => "gone",
            Kind::Volume => "volume",
            Kind::Value => "value",
        }
    }
}

/// Where in its life an alert stands.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// Said for the first time.
    Open,
    /// Still there, and worse or worth a second line.
    Ongoing,
    /// Over.
    Resolved,
}

impl Phase {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Open => "open",
            Phase::Ongoing => "ongoing",
            Phase::Resolved => "resolved",
        }
    }
}

/// On how many of the sources a message was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Sources with a line of it: in its first pane if it is new, since it surges, or before it was gone.
    pub seen: usize,
    /// All sources of the run.
    pub of: usize,
    /// The source with the most lines.
    pub top: String,
    /// Its part of the lines, 0 if unknown.
    pub top_share: f64,
}

/// The lines of its record around an alert's sample, each cut to what a screen shows, redacted;
/// and what is different about its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The record's head and the last lines before the sample.
    pub before: Vec<Vec<u8>>,
    /// The first lines behind it, long stretches of frames cut short.
    pub after: Vec<Vec<u8>>,
    /// For `surge`: values that most of its lines have and few had before.
    pub different: Vec<Difference>,
}

/// A value that is over-represented in an alert's lines, redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What stands before the value and announces it, such as `path=` or `user `; may be empty.
    pub key: String,
    /// The value.
    pub value: String,
    /// Lines of the alert with it, and lines that were looked at.
    pub here: (u32, u32),
    /// The same of usual lines.
    pub usually: (u32, u32),
}

impl Difference {
    /// `path=/checkout in 29 of 32, usually 1 in 16`
    pub fn sentence(&self) -> String {
        let usually = match self.usually.0 {
            0 => "none".to_owned(),
            lines => lines.to_string(),
        };
        let (Difference { key, value, here, .. }, of) = (self, self.usually.1);
        format!("{key}{value} in {} of {}, usually {usually} in {of}", here.0, here.1)
    }
}

/// What the judgement rests on.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// Lines learned before this alert, of the baseline and of the stream.
    pub lines: u64,
    /// First stamp learned.
    pub from: Time,
    /// Last stamp learned.
    pub to: Time,
}

/// The known message most like a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearestMessage {
    /// Its id.
    pub id: TemplateId,
    /// Its text with variables as `<*>`.
    pub template: String,
    /// The words that differ: here and there.
    pub differs: Vec<(String, String)>,
}

/// The value that an alert is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// What stands before it and announces it, such as `status=`; may be empty.
    pub key: String,
    /// The value.
    pub value: String,
    /// Lines of the message that have some value there: in the alert's window, or, of a value never
    /// seen before, until then.
    pub of: u64,
    /// The part of them that usually has this value; 0 if it was never seen.
    pub usual: f64,
}

/// `1.8 M` for large numbers, `17,204` for others.
pub fn grouped(number: u64) -> String {
    if number >= 1_000_000 {
        return format!("{:.1} M", number as f64 / 1e6);
    }
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A part as a person reads it: `93 %`, `4.2 %`, `0.02 %`, `none`.
pub fn percent(part: f64) -> String {
    match part * 100.0 {
        none if none <= 0.0 => "none".to_owned(),
        hardly if hardly < 0.001 => "under 0.001 %".to_owned(),
        small if small < 0.01 => format!("{small:.3} %"),
        small if small < 1.0 => format!("{small:.2} %"),
        some if some < 9.95 => format!("{some:.1} %"),
        // What is not all is not shown as all.
        many if many < 100.0 => format!("{:.0} %", many.min(99.0)),
        _ => "100 %".to_owned(),
    }
}

/// One alert, note, or change of an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is about.
    pub kind: Kind,
    /// Opened, still going on, or over.
    pub phase: Phase,
    /// Worth a line, not an alarm; it does not change the exit status.
    pub note: bool,
    /// Little was learned when it was judged.
    pub provisional: bool,
    /// The message.
    pub id: TemplateId,
    /// The sample's own shape: the same on every host, for ever.
    pub shape: ShapeId,
    /// Fingerprint of the first alert of the incident it belongs to.
    pub incident: u64,
    /// Surge and gone: end of the pane that crossed; new: the line's own stamp.
    pub time: Time,
    /// Since when.
    pub started: Time,
    /// Level of the message.
    pub level: Level,
    /// The level it is judged at: a word of alarm counts as an error.
    pub class: Level,
    /// The message with variables as `<*>`.
    pub template: String,
    /// One of its lines, at most 2 KiB, secrets redacted, raw bytes otherwise.
    pub sample: Vec<u8>,
    /// The source of the sample.
    pub source: String,
    /// The sample's line in its source, from 1; 0 if unknown.
    pub line_number: u64,
    /// How many sources have it.
    pub sources: Spread,
    /// The span in which `count` lines came.
    pub window: (Time, Time),
    /// Lines in the window.
    pub count: u64,
    /// Lines expected in the window; for `new`, new messages of this weight a day.
    pub expected: f64,
    /// `count` over `expected`, none where nothing was expected.
    pub factor: Option<f64>,
    /// What was compared with the threshold.
    pub score: f64,
    /// Minus log10 of the tail probability.
    pub tail: f64,
    /// First line of the message ever.
    pub first_seen: Time,
    /// Last line of the message before this judgement.
    pub last_seen: Time,
    /// What was learned until then.
    pub baseline: Learned,
    /// For `new`: the known message most like it.
    pub nearest: Option<NearestMessage>,
    /// For `value`: the value it is about.
    pub value: Option<Told>,
    /// For `gone`: the usual interval between two lines in seconds.
    pub usual_interval: Option<f64>,
    /// Lines per minute of the last minutes, oldest first; empty if unknown.
    pub history: Vec<u32>,
    /// For `new`: the trace it stands in.
    pub context: Context,
    /// Why, in a few words: the end of the alert's first line.
    pub reason: String,
    /// Why, in one sentence.
    pub summary: String,
    /// The same for the same event however often it is said.
    pub fingerprint: u64,
}

impl Alert {
    /// Whether it is an alarm that opens now: what the exit status counts.
    pub fn is_alarm(&self) -> bool {
        !self.note && self.phase == Phase::Open
    }
}

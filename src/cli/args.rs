//! The command line: every flag is defined once, here, with its help text.

use super::when::When;
use clap::{Args, Parser, Subcommand, ValueEnum};
use logsurge::Level;
use std::path::PathBuf;

/// Finds what is new, surging or gone in any text log, without rules.
#[derive(Parser, Debug)]
#[command(
    name = "logsurge",
    version,
    about = "Finds messages that are new, surging or gone in any text log",
    after_help = "Exit status, as diff(1): 0 calm, 1 at least one alert, 2 trouble.\n\
                  Without a command, piped input is watched: tail -F app.log | logsurge"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Judge a live log: standard input (-), or files followed by name
    Watch(Watch),
    /// From cron: judge what was written since the last check, and say nothing while all is calm
    Check(Check),
    /// Judge archives by the time in their lines
    Scan(Scan),
    /// Compare two logs: what is only in one of them
    Diff(Diff),
    /// Learn what is normal and save it as a baseline
    Learn(Learn),
    /// List the messages of a log
    Templates(Templates),
    /// Explain a message: what it is, how often it comes, and when it came
    Show(Show),
    /// Take a message for known: it is not new any more
    Accept(Decide),
    /// Silence a message
    Mute(Mute),
    /// List what was accepted and muted; with --check, what of it still comes
    Known(KnownArgs),
    /// Look into a baseline file
    Baseline(BaselineArgs),
}

/// How lines are read.
#[derive(Args, Debug, Clone)]
pub struct Reading {
    /// Zone of time stamps that name none, such as Europe/Zurich [default: this machine's]
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
    /// Which lines are taken apart as JSON or key=value pairs; the rest is text
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub input_format: FormatArg,
    /// Year of the first time stamp that names none
    #[arg(long, value_name = "N")]
    pub year: Option<i16>,
    /// Read only lines in which this regular expression matches; may be given again
    #[arg(long, value_name = "RE")]
    pub grep: Vec<String>,
    /// Leave out lines in which this regular expression matches; may be given again
    #[arg(long, value_name = "RE")]
    pub ignore: Vec<String>,
    /// What matches behind the time stamp (or its groups) is a value, such as order='ORD-\w+'; may be given again
    #[arg(long, value_name = "NAME=RE", value_parser = mask)]
    pub mask: Vec<Mask>,
    /// How time stamps are written, as strftime has it, such as '%d/%m/%Y %H:%M:%S%.f'; lines it
    /// does not fit are read as always
    #[arg(long, value_name = "FMT")]
    pub time_format: Option<String>,
    /// Threads [default: one for each core]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,
    /// Bytes read at a time; never changes a result
    #[arg(long, value_name = "BYTES", hide = true)]
    pub chunk_bytes: Option<usize>,
    /// Show secrets (tokens, passwords, e-mail addresses) in samples as they are
    #[arg(long)]
    pub no_redact: bool,
    /// A damaged archive, read up to the damage, does not make the exit status 2
    #[arg(long)]
    pub keep_going: bool,
    /// No progress, no summary
    #[arg(short, long)]
    pub quiet: bool,
}

/// A value that no rule would find.
#[derive(Debug, Clone)]
pub struct Mask {
    /// What people call it.
    pub name: String,
    /// What it looks like.
    pub pattern: String,
}

/// What is judged, and how strictly.
#[derive(Args, Debug, Clone)]
pub struct Judging {
    /// What is normal: a file made by `logsurge learn`
    #[arg(short, long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Surge and gone alerts a day that you are ready to read for nothing
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = positive)]
    pub false_alerts: f64,
    /// What is usual stays as it was learned before: what comes now is judged, and teaches nothing
    #[arg(long)]
    pub no_learn: bool,
    /// Learn for exactly this long before judging, such as 10m; 0 judges at once
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub warmup: Option<i64>,
    /// Judge and print only from then on; what was before is learned. Such as 2024-05-14T08:00:00Z,
    /// 14:00 (the last one in the log), -2h (before the log's end; on a pipe, before now) or yesterday
    #[arg(long, value_name = "TIME", value_parser = When::parse, allow_hyphen_values = true)]
    pub since: Option<When>,
    /// Judge and print only what was before then
    #[arg(long, value_name = "TIME", value_parser = When::parse, allow_hyphen_values = true)]
    pub until: Option<When>,
    #[command(flatten)]
    pub knowing: Knowing,
    #[command(flatten)]
    pub output: Output,
}

/// What is remembered of a log between two runs.
#[derive(Args, Debug, Clone)]
pub struct Remembering {
    /// Where logs are remembered [default: $STATE_DIRECTORY, or /var/lib/logsurge for root, or
    /// logsurge in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// What the clock is taken to show, to play a past again
    #[arg(long, value_name = "TIME", value_parser = moment, hide = true)]
    pub clock: Option<logsurge::Time>,
}

/// What people have decided about messages.
#[derive(Args, Debug, Clone)]
pub struct Knowing {
    /// Messages that people have accepted or muted: a file that `logsurge accept` and `mute` write, or a
    /// directory of such files; may be given again [default of accept, mute, check and watch: known.toml in the
    /// --state directory]
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
}

/// What is worth being shown.
#[derive(Args, Debug, Clone)]
pub struct Least {
    /// Only messages of this level or worse; a word of alarm counts as an error
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<LevelArg>,
    /// Only what is about at least so many lines; of what is gone, about lines that were due
    #[arg(long, value_name = "N")]
    pub min_count: Option<u64>,
}

/// What is printed.
#[derive(Args, Debug, Clone)]
pub struct Output {
    /// Only alerts and notes of these kinds; like the next two, this goes for the exit status too
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub kind: Vec<KindArg>,
    #[command(flatten)]
    pub least: Least,
    /// One JSON object a line, notes and changes of alerts too
    #[arg(long, conflicts_with = "short")]
    pub json: bool,
    /// One line an alert; what watch and scan do unless a person looks at a terminal
    #[arg(long)]
    pub short: bool,
    /// The full form with samples, wherever it goes
    #[arg(long, conflicts_with_all = ["json", "short"])]
    pub text: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
    /// Also print notes and resolved alerts one by one
    #[arg(short, long)]
    pub verbose: bool,
    /// Exit with 0 instead of 1 when there are alerts
    #[arg(long)]
    pub exit_zero: bool,
}

/// `logsurge watch`
#[derive(Args, Debug)]
pub struct Watch {
    /// Files to follow by name, or - for standard input. Without --baseline and --warmup, a file of two
    /// hours or more teaches its own past, with its rotated siblings up to a day, and its last hour is judged
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub remembering: Remembering,
    #[command(flatten)]
    pub judging: Judging,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge check`
#[derive(Args, Debug)]
pub struct Check {
    /// Logs: files, each with its rotated siblings, or directories. The first check of a log learns from its
    /// past and judges its last hour; later ones judge what was written since the one before
    #[arg(value_name = "PATH", required_unless_present = "list")]
    pub paths: Vec<PathBuf>,
    /// Say what there is to say, and remember nothing of it
    #[arg(long, conflicts_with = "list")]
    pub dry_run: bool,
    /// Show what is remembered of these logs, or of all
    #[arg(long)]
    pub list: bool,
    /// End in silence if another run has one of the logs
    #[arg(long)]
    pub skip_if_locked: bool,
    #[command(flatten)]
    pub remembering: Remembering,
    #[command(flatten)]
    pub judging: Judging,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge scan`
#[derive(Args, Debug)]
pub struct Scan {
    /// Files, directories, or - for standard input; gzip and zstd are recognised
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub judging: Judging,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge diff`
#[derive(Args, Debug)]
#[command(override_usage = "logsurge diff [OPTIONS] BEFORE AFTER\n       \
                            logsurge diff [OPTIONS] --before PATH... --after PATH...\n       \
                            logsurge diff [OPTIONS] --at TIME PATH...")]
pub struct Diff {
    /// The log of the good run and the log to judge; with --at the logs of a deployment
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A log of a good run; given again, what is seen in any of them is known
    #[arg(long, value_name = "PATH", conflicts_with = "at")]
    pub before: Vec<PathBuf>,
    /// A log to judge; may be given again
    #[arg(long, value_name = "PATH", conflicts_with = "at")]
    pub after: Vec<PathBuf>,
    /// When a deployment was, such as 14:00, -2h or '2026-03-02 14:00': what follows is compared
    /// with the 24 h before
    #[arg(long, value_name = "TIME", value_parser = When::parse, allow_hyphen_values = true)]
    pub at: Option<When>,
    /// How long a deployment takes to start: messages seen only then are one note
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5m", requires = "at")]
    pub settle: i64,
    /// What messages are measured by: their share of the lines, or how many come in a stretch of time
    #[arg(long, value_name = "MEASURE", default_value = "lines")]
    pub per: Measure,
    #[command(flatten)]
    pub knowing: Knowing,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub reading: Reading,
}

/// What the messages of two logs are measured by.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The share of the lines
    Lines,
    /// The length of time
    Time,
}

/// `logsurge learn`
#[derive(Args, Debug)]
pub struct Learn {
    /// The baseline file to write
    #[arg(short, long, value_name = "BASELINE")]
    pub output: PathBuf,
    /// Files, directories, or - for standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge templates`
#[derive(Args, Debug)]
pub struct Templates {
    /// Files, directories, or - for standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// A row for each physical line: LINE, ID and TEMPLATE, separated by tabs
    #[arg(long, conflicts_with_all = ["json", "csv", "verbose", "like", "level", "min_count"])]
    pub assign: bool,
    /// One JSON object a message, with the commonest values of its variables
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// One row a message for a spreadsheet; a ' stands before text it would take for a formula
    #[arg(long, conflicts_with = "verbose")]
    pub csv: bool,
    /// Below each message the commonest values of its variables
    #[arg(short, long)]
    pub verbose: bool,
    /// Only messages like this pasted line or text: its own first, then those with most words in common
    #[arg(long, value_name = "TEXT")]
    pub like: Option<String>,
    #[command(flatten)]
    pub least: Least,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge show`
#[derive(Args, Debug)]
pub struct Show {
    /// The message's id, or its first digits, as scan, watch, diff and templates print it. Without an id, or
    /// with --since, what check and watch have told is shown again
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// Logs that have it: files, directories, or - for standard input; without any, the logs that check and
    /// watch remember
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What was told since then, such as 13:00, -2h or yesterday [default: -24h]
    #[arg(long, value_name = "TIME", value_parser = When::parse, allow_hyphen_values = true, conflicts_with = "baseline")]
    pub since: Option<When>,
    #[command(flatten)]
    pub remembering: Remembering,
    /// What was learned of it: a file made by `logsurge learn`
    #[arg(short, long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge accept`
#[derive(Args, Debug)]
pub struct Decide {
    /// A line of the message, as it stands in the log or in an alert; or the message's id, as check or watch told it, or as --baseline has it;
    /// or - for lines on standard input, each a decision of its own
    #[arg(value_name = "ID|LINE", required = true)]
    pub what: Vec<String>,
    #[command(flatten)]
    pub remembering: Remembering,
    #[command(flatten)]
    pub knowing: Knowing,
    /// When that is over: a span such as 30d or 12h, or a date such as 2026-12-31, that day included
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Why, for whoever reads the file
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Where an id is looked up: a file made by `logsurge learn`
    #[arg(short, long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge mute`
#[derive(Args, Debug)]
pub struct Mute {
    #[command(flatten)]
    pub decide: Decide,
    /// Lines an hour of it that are to be borne: a surge to ten times as many alerts again
    #[arg(long, value_name = "N", value_parser = positive)]
    pub per_hour: Option<f64>,
}

/// `logsurge known`
#[derive(Args, Debug)]
pub struct KnownArgs {
    #[command(flatten)]
    pub remembering: Remembering,
    #[command(flatten)]
    pub knowing: Knowing,
    /// Read these logs, and say how many lines each decision matches
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub check: Vec<PathBuf>,
    /// One JSON object a decision
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub reading: Reading,
}

/// `logsurge baseline`
#[derive(Args, Debug)]
pub struct BaselineArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: BaselineAction,
}

/// The actions on a baseline file.
#[derive(Subcommand, Debug)]
pub enum BaselineAction {
    /// What it was learned from, and its commonest messages
    Show {
        /// The baseline file
        file: PathBuf,
    },
    /// Everything in it
    Export {
        /// The baseline file
        file: PathBuf,
        /// One JSON object a line: first the file, then each message
        #[arg(long)]
        json: bool,
    },
}

/// A kind of alert.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum KindArg {
    /// Never seen before
    New,
    /// Far more often than usual
    Surge,
    /// Stopped coming
    Gone,
    /// All traffic together, up or down
    Volume,
    /// A value that a known message never had
    Value,
}

impl KindArg {
    /// The word that alerts have for it.
    pub fn word(self) -> &'static str {
        match self {
            KindArg::New => "new",
            KindArg::Surge => "surge",
            KindArg::Gone => "gone",
            KindArg::Volume => "volume",
            KindArg::Value => "value",
        }
    }
}

impl Least {
    /// Whether a message of this level, judged at that, with so many lines is worth being shown.
    pub fn allows(&self, class: Level, lines: u64) -> bool {
        self.level.is_none_or(|level| class >= level.level())
            && self.min_count.is_none_or(|least| lines >= least)
    }
}

/// A level.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum LevelArg {
    /// The mildest
    Trace,
    /// For developers
    Debug,
    /// The usual
    Info,
    /// Look at it some day
    Warn,
    /// Something failed
    Error,
    /// The worst
    Fatal,
}

impl LevelArg {
    fn level(self) -> Level {
        match self {
            LevelArg::Trace => Level::Trace,
            LevelArg::Debug => Level::Debug,
            LevelArg::Info => Level::Info,
            LevelArg::Warn => Level::Warn,
            LevelArg::Error => Level::Error,
            LevelArg::Fatal => Level::Fatal,
        }
    }
}

/// What structured lines are looked for.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum FormatArg {
    /// Whatever a line looks like
    Auto,
    /// None: all lines are text
    Text,
    /// JSON only
    Json,
    /// key=value pairs only
    Logfmt,
}

/// When to use colour.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum ColorArg {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("a number above 0, such as 0.1 or 5".into()),
    }
}

fn mask(text: &str) -> Result<Mask, String> {
    let named =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    match text.split_once('=') {
        Some((name, pattern)) if named(name) => Ok(Mask { name: name.into(), pattern: pattern.into() }),
        _ => Err(r"a name, = and a regular expression, such as order='ORD-\w+'".into()),
    }
}

fn moment(text: &str) -> Result<logsurge::Time, String> {
    logsurge::Time::parse_rfc3339(text).ok_or_else(|| "a time such as 2026-03-02T14:00:00Z".into())
}

fn duration(text: &str) -> Result<i64, String> {
    match text {
        "0" => Ok(0),
        _ => logsurge::time::parse_duration(text).ok_or_else(|| "a duration such as 90s, 5m or 1h30m".into()),
    }
}

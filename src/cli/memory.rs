//! What `check` and `watch` remember of a log between two runs: where it lies, and how a run
//! goes on with it.

use super::args::{Judging, Reading, Remembering};
use super::setup;
use logsurge::baseline::Settings;
use logsurge::engine::resume::Start;
use logsurge::engine::{self, Past};
use logsurge::error::ErrorKind;
use logsurge::input::Cursor;
use logsurge::state::{Directory, Lock, Prepared, State};
use logsurge::{Alert, Baseline, Config, Error, Session, Time};
use std::path::{Path, PathBuf};

/// Decisions that are kept beside the states.
const KNOWN_NAME: &str = "known.toml";
/// Where states lie if nobody says.
const FOR_ROOT: &str = "/var/lib/logsurge";

/// The directory of states: what the flag names, else the service manager, else the user's own.
pub fn directory(remembering: &Remembering) -> Result<Directory, Error> {
    Directory::open(&place(remembering)?)
}

/// The same to look into: nothing is made where nothing is.
pub fn directory_to_read(remembering: &Remembering) -> Result<Directory, Error> {
    Ok(Directory::to_read(&place(remembering)?))
}

fn place(remembering: &Remembering) -> Result<PathBuf, Error> {
    if let Some(clock) = remembering.clock {
        setup::stop_clock(clock);
    }
    if let Some(path) = &remembering.state {
        return Ok(path.clone());
    }
    // Several directories are separated by colons.
    let given = std::env::var("STATE_DIRECTORY").ok().filter(|list| !list.is_empty());
    if let Some(first) = given.as_deref().and_then(|list| list.split(':').next()) {
        return Ok(PathBuf::from(first));
    }
    own_place().ok_or_else(|| {
        Error::usage("no directory to remember logs in: HOME is not set; name one with --state DIR")
    })
}

/// Where the user's own states lie, whatever this run was told.
pub fn own_place() -> Option<PathBuf> {
    if is_root() {
        return Some(PathBuf::from(FOR_ROOT));
    }
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")))?;
    Some(own.join("logsurge"))
}

/// Where decisions are kept when nobody says: beside the states.
pub fn known_path(directory: &Directory) -> PathBuf {
    directory.path().join(KNOWN_NAME)
}

/// The same arguments with the decisions that are kept beside the states, if no others are named.
pub fn with_known(judging: &Judging, directory: &Directory) -> Judging {
    let mut judging = judging.clone();
    let own = known_path(directory);
    if judging.knowing.known.is_empty() && own.exists() {
        judging.knowing.known.push(own);
    }
    judging
}

fn is_root() -> bool {
    #[cfg(target_os = "linux")]
    return std::fs::metadata("/proc/self")
        .is_ok_and(|of_process| std::os::unix::fs::MetadataExt::uid(&of_process) == 0);
    #[cfg(not(target_os = "linux"))]
    return std::env::var_os("USER").is_some_and(|user| user == "root");
}

/// One log and what is remembered of it, held against other runs.
pub struct Memory {
    directory: Directory,
    /// The path as it was named, and the absolute one.
    pub name: PathBuf,
    log: PathBuf,
    /// None for a run that changes nothing, and for one that may not save.
    lock: Option<Lock>,
    settings: Settings,
    begun: Time,
    /// When the last run was saved; none if there was none.
    pub last: Option<Time>,
    runs: u64,
    told: Vec<Alert>,
    /// What else was said, by fingerprint.
    said: Vec<u64>,
    baseline: u64,
}

/// How a run is to remember.
pub struct Terms<'a> {
    pub directory: &'a Directory,
    pub reading: &'a Reading,
    pub judging: &'a Judging,
    /// Nothing is locked, as nothing will be saved.
    pub dry: bool,
}

impl Memory {
    /// Takes hold of a log: the session to go on with, and where to read.
    pub fn open(
        terms: &Terms<'_>,
        path: &Path,
        config: &Config,
        baseline: Option<&Baseline>,
    ) -> Result<(Memory, Session, Start), Error> {
        let log = absolute(path)?;
        let lock = if terms.dry { None } else { lock(terms.directory, &log)? };
        let settings = setup::settings(terms.reading);
        let state = terms.directory.load(&log, &settings)?;
        let now = setup::now();
        let mut memory = Memory {
            directory: terms.directory.clone(),
            name: path.to_path_buf(),
            log,
            lock,
            settings,
            begun: now,
            last: None,
            runs: 0,
            told: Vec::new(),
            said: Vec::new(),
            baseline: baseline.map_or(0, Baseline::fingerprint),
        };
        let Some(state) = state else {
            let mut config = config.clone();
            let past = past(terms, path, &mut config)?;
            let session = Session::new(&config, baseline, &path.to_string_lossy());
            return Ok((memory, session, Start::Past(past)));
        };
        let (session, cursor) = memory.take_up(state, terms, config, baseline)?;
        Ok((memory, session, Start::Cursor(Box::new(cursor))))
    }

    /// Goes on with what an earlier run has left.
    fn take_up(
        &mut self,
        state: State,
        terms: &Terms<'_>,
        config: &Config,
        baseline: Option<&Baseline>,
    ) -> Result<(Session, Cursor), Error> {
        if state.saved > Time(config.latest.0 + CLOCK_BACK_MICROS) && !terms.reading.quiet {
            say!(
                "logsurge: {}: last checked at {}, and the clock says {}: was it set back? Lines before that \
                 time count, and cannot surge",
                self.name.display(),
                state.saved,
                config.latest
            );
        }
        let other = baseline.filter(|_| state.baseline != self.baseline);
        if other.is_some() && !terms.reading.quiet {
            let name = self.name.display();
            say!("logsurge: {name}: another baseline than before; what is usual is taken from it");
        }
        if baseline.is_none() {
            self.baseline = state.baseline;
        }
        let mut config = config.clone();
        setup::told_span(&mut config, terms.judging, |_| None)?;
        self.begun = state.begun;
        self.last = Some(state.saved);
        self.runs = state.runs;
        (self.told, self.said) = (state.told, state.said);
        Ok((Session::load_onto(&config, state.session, other), state.cursor))
    }

    /// Whether what this run learns can be saved.
    pub fn may_save(&self) -> bool {
        self.lock.is_some()
    }

    /// Whether something that is said once, by its fingerprint, is to be said now.
    pub fn says_first(&mut self, fingerprint: u64) -> bool {
        let first = !self.said.contains(&fingerprint);
        if first {
            self.said.push(fingerprint);
        }
        first
    }

    /// Whether an alert was told before, with as many lines.
    pub fn has_told(&self, alert: &Alert) -> bool {
        self.told.iter().any(|told| told.fingerprint == alert.fingerprint && told.count >= alert.count)
    }

    /// Remembers what was told.
    pub fn remember(&mut self, alerts: impl IntoIterator<Item = Alert>) {
        self.told.extend(alerts);
    }

    /// Makes a new state. Take all alerts of the session before, and print them before it is written.
    pub fn prepare(&mut self, session: &Session, cursor: Cursor) -> Result<Prepared, Error> {
        let mut state = State {
            settings: self.settings.clone(),
            log: self.log.to_string_lossy().into_owned(),
            begun: self.begun,
            saved: setup::now(),
            runs: self.runs + 1,
            cursor,
            session: session.save(),
            told: Vec::new(),
            said: self.said.clone(),
            baseline: self.baseline,
        };
        state.remember(std::mem::take(&mut self.told));
        let prepared = self.directory.prepare(&state, &self.log);
        self.told = state.told;
        prepared
    }
}

/// A clock that is so much slower than before was set back.
const CLOCK_BACK_MICROS: i64 = 120_000_000;

/// The same however it is spelled: its directory is resolved, the file itself need not be there.
pub fn absolute(path: &Path) -> Result<PathBuf, Error> {
    let whole = std::path::absolute(path).map_err(|err| Error::io(path, err))?;
    let resolved = whole.parent().and_then(|parent| parent.canonicalize().ok());
    Ok(match (resolved, whole.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => whole,
    })
}

/// The lock of a log. Where none can be had the log is read all the same: that its state will
/// not be saved is said then.
fn lock(directory: &Directory, log: &Path) -> Result<Option<Lock>, Error> {
    let command = std::env::args().nth(1).unwrap_or_default();
    let holder = format!("process {} (logsurge {command}, since {})", std::process::id(), setup::now());
    match directory.lock(log, &holder) {
        Ok(lock) => Ok(Some(lock)),
        Err(err) if matches!(err.kind(), ErrorKind::Locked(_)) => Err(err),
        Err(err) => {
            say!(
                "logsurge: {err}; nothing will be saved, and the next run tells the same alerts; name a \
                 directory that can be written: --state DIR"
            );
            Ok(None)
        }
    }
}

/// What a log teaches at first contact, and from when on it is judged. Who brings a baseline, or
/// says how long to learn, has it judged from its first line.
fn past(terms: &Terms<'_>, path: &Path, config: &mut Config) -> Result<Past, Error> {
    let judging = terms.judging;
    let is_taught = judging.baseline.is_some() || judging.warmup.is_some();
    if is_taught && judging.since.is_none() && judging.until.is_none() {
        return Ok(Past::default());
    }
    let past = engine::past_of(config, path);
    config.latest = past.written.unwrap_or(config.latest);
    if judging.since.is_none() && judging.until.is_none() && !is_taught {
        // Where no line tells its time nobody can say what of it is recent: all of it is learned.
        let untimed = past.span.is_none() && path.metadata().is_ok_and(|metadata| metadata.len() > 0);
        config.since = past.since().or_else(|| untimed.then(setup::now));
    }
    setup::told_span(config, judging, |_| past.span)?;
    Ok(if is_taught { Past { span: past.span, ..Past::default() } } else { past })
}

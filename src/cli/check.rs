//! `logsurge check`: what was written since the last check, for cron.
//!
//! Each log is read on from where the last check stopped, and judged as if it had been watched
//! all the while. Alerts are told and flushed before anything is saved, so after a crash one may
//! be told again and none is lost.

use super::args::{Check, Judging, Reading};
use super::batch::say_trouble;
use super::exit::Outcome;
use super::mail::Mail;
use super::memory::{self, Memory, Terms};
use super::{remembered, setup, signals};
use logsurge::engine::resume::{Resuming, Step};
use logsurge::error::ErrorKind;
use logsurge::input::Buffer;
use logsurge::state::Prepared;
use logsurge::{Alert, Baseline, Config, Error, Kind, Known, Level, Phase, Session, Time};
use std::path::Path;

/// `logsurge check`
pub fn run(args: &Check) -> Result<Outcome, Error> {
    if args.list {
        return remembered::list(args, &memory::directory_to_read(&args.remembering)?);
    }
    let directory = memory::directory(&args.remembering)?;
    signals::survive_full_files()?;
    let judging = memory::with_known(&args.judging, &directory);
    let quietly = Reading { quiet: true, ..args.reading.clone() };
    let (mut config, baseline) = setup::judging(&quietly, &judging)?;
    config.live = true;
    let (logs, mut trouble) = remembered::logs_of(&args.paths, &directory, &config, args.reading.quiet)?;
    let terms = Terms { directory: &directory, reading: &args.reading, judging: &judging, dry: args.dry_run };
    let show = remembered::show_command(&directory);
    let mut mail = Mail::new(&args.judging.output, config.zone.clone(), setup::now(), show);
    let mut states = Vec::new();
    let mut expired = expired(&judging, &config)?;
    for log in &logs {
        match check(&terms, log, &config, baseline.as_ref(), &mut mail, &mut expired) {
            Ok(checked) => {
                trouble |= checked.trouble;
                states.extend(checked.state);
            }
            Err(err) if matches!(err.kind(), ErrorKind::Locked(_)) && args.skip_if_locked => {}
            Err(err) => trouble |= say_trouble(&err, &args.reading),
        }
    }
    let alerts = mail.alerts();
    mail.send()?;
    for state in &states {
        if let Err(err) = state.write() {
            say!("logsurge: {err}");
            trouble = true;
        }
    }
    Ok(Outcome::of(alerts, trouble, args.judging.output.exit_zero))
}

/// So many alerts are held with their notes; further notes of a check are not told.
const NOTES_HELD_MAX: usize = 20_000;

/// What a check of one log leaves to do.
struct Checked {
    trouble: bool,
    /// None where nothing is to be saved. It comes with the lock of its log.
    state: Option<Saving>,
}

/// A state to be written while its log is held.
struct Saving {
    prepared: Prepared,
    _memory: Memory,
}

impl Saving {
    fn write(&self) -> Result<(), Error> {
        self.prepared.write()
    }
}

fn check(
    terms: &Terms<'_>,
    log: &Path,
    config: &Config,
    baseline: Option<&Baseline>,
    mail: &mut Mail,
    expired: &mut [Expired],
) -> Result<Checked, Error> {
    let (mut memory, mut session, start) = Memory::open(terms, log, config, baseline)?;
    for (fingerprint, text, said) in expired {
        if memory.says_first(*fingerprint) && !terms.reading.quiet && !std::mem::replace(said, true) {
            say!("logsurge: {text}");
        }
    }
    let mut reader = Resuming::start(log, &start, config.chunk_bytes)?;
    let now = setup::now();
    reader.tell_time(now);
    session.advance(now);
    let mut trouble = !terms.dry && !memory.may_save();
    let mut alerts = Vec::new();
    let mut buffer = Buffer::default();
    loop {
        match reader.next(std::mem::take(&mut buffer)) {
            Step::Chunk(chunk) => {
                session.feed_lines(chunk.bytes(), chunk.overlong);
                buffer = chunk.into_buffer();
            }
            Step::NewFile => session.begin_file(),
            Step::Trouble(err) => trouble |= say_trouble(&err, terms.reading),
            Step::End => break,
        }
        take(&mut session, &mut alerts, terms);
    }
    let now = setup::now();
    session.catch_up(reader.written().unwrap_or(now).min(now), now);
    take(&mut session, &mut alerts, terms);
    let mut alerts = with_all_lines(alerts, &session);
    alerts.retain(|alert| !is_old_news(alert, &memory, &session));
    name_counted(&mut alerts);
    mail.add(&log.to_string_lossy(), &session, &alerts)?;
    memory.remember(alerts);
    let state = match memory.may_save() {
        true => Some(Saving { prepared: memory.prepare(&session, reader.cursor())?, _memory: memory }),
        false => None,
    };
    Ok(Checked { trouble, state })
}

/// A decision that is over: its fingerprint, what is said of it, and whether that was said.
type Expired = (u64, String, bool);

/// Decisions that are over; each log says so once ever, and a run once for all.
fn expired(judging: &Judging, config: &Config) -> Result<Vec<Expired>, Error> {
    let known = Known::load(&judging.knowing.known, &config.zone)?;
    let over = known.expired(config.latest);
    Ok(over.map(|entry| (entry.fingerprint(), setup::expired_text(entry), false)).collect())
}

/// Takes what the session has to say.
fn take(session: &mut Session, alerts: &mut Vec<Alert>, terms: &Terms<'_>) {
    for notice in session.take_notices() {
        if !terms.reading.quiet {
            say!("logsurge: {notice}");
        }
    }
    for alert in std::iter::from_fn(|| session.next_alert()) {
        // A backlog of noise must not fill the memory; what is an alarm has bounds of its own.
        if !alert.note || alerts.len() < NOTES_HELD_MAX {
            alerts.push(alert);
        }
    }
}

/// A new message is told with all its lines so far, not first with one and then with more.
fn with_all_lines(alerts: Vec<Alert>, session: &Session) -> Vec<Alert> {
    let is_new = |alert: &Alert| alert.kind == Kind::New;
    let opened: Vec<_> = alerts.iter().filter(|alert| is_new(alert) && alert.phase == Phase::Open).collect();
    let opened: Vec<_> = opened.iter().map(|alert| alert.fingerprint).collect();
    let is_told =
        |alert: &Alert| is_new(alert) && alert.phase == Phase::Ongoing && opened.contains(&alert.fingerprint);
    let mut alerts: Vec<Alert> = alerts.into_iter().filter(|alert| !is_told(alert)).collect();
    for alert in alerts.iter_mut().filter(|alert| is_new(alert) && alert.phase == Phase::Open) {
        let (lines, newest) = session.ledger().lines_so_far(alert.shape);
        if lines > alert.count {
            alert.count = lines;
            alert.window.1 = Time(alert.window.1.0.max(newest.0 + 1));
        }
    }
    alerts
}

/// Whether an alert only counts lines again that the last check has told, or that came before it.
fn is_old_news(alert: &Alert, memory: &Memory, session: &Session) -> bool {
    let came = session.ledger().lines_so_far(alert.shape).1;
    let is_count = alert.kind == Kind::New && alert.phase == Phase::Ongoing;
    is_count && (memory.has_told(alert) || memory.last.is_some_and(|last| came < last))
}

/// New errors beyond the bound on them are a count. In a mail that has none of them by name one is
/// named: what counts alone makes no mail, and nobody would learn that something else has failed.
fn name_counted(alerts: &mut [Alert]) {
    let is_error =
        |alert: &Alert| alert.kind == Kind::New && alert.phase == Phase::Open && alert.class >= Level::Error;
    if alerts.iter().any(|alert| is_error(alert) && !alert.note) {
        return;
    }
    if let Some(counted) = alerts.iter_mut().find(|alert| is_error(alert)) {
        counted.note = false;
    }
}

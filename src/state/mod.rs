//! What a host remembers of a log between two runs.
//!
//! One file for each log: how far it was read, all that was learned and is going on, and the
//! last alerts that were told. The lines and what was read of them are saved in one piece, so a
//! line counts once however a run ends; alerts are told before, so one may be told twice and
//! none is lost. A file that cannot be used is an error with its cure, never a start from nothing.

mod directory;

pub use directory::{Directory, Lock, Prepared};

use crate::alert::{Alert, Phase};
use crate::baseline::Settings;
use crate::baseline::sealed::{Sort, check, seal};
use crate::input::Cursor;
use crate::limits::{PAST_ALERTS_MAX, PAST_NOTES_MAX};
use crate::session::SavedSession;
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// Version of the file's layout.
pub const FORMAT_VERSION: u16 = 3;

const SORT: Sort = Sort {
    magic: b"LSST",
    format: FORMAT_VERSION,
    oldest: 3,
    noun: "state",
    cure: "to learn this log anew, remove the file",
};

/// What is remembered of one log. See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// What shaped its messages.
    #[serde(skip)]
    pub settings: Settings,
    /// The absolute path of the log.
    pub log: String,
    /// When the first run began, and when the last one was saved, by the clock.
    pub begun: Time,
    /// See `begun`.
    pub saved: Time,
    /// Runs so far.
    pub runs: u64,
    /// How far the log was read.
    pub cursor: Cursor,
    /// All that was learned, and what is going on.
    pub session: SavedSession,
    /// The last alerts and notes that were told, oldest first.
    pub told: Vec<Alert>,
    /// What else was said once, by fingerprint.
    pub said: Vec<u64>,
    /// What the baseline was made of that the first run was given; 0 for none.
    pub baseline: u64,
}

impl State {
    /// Remembers alerts that were told, and forgets the oldest.
    pub fn remember(&mut self, told: impl IntoIterator<Item = Alert>) {
        self.told.extend(told.into_iter().filter(|alert| alert.phase != Phase::Resolved));
        let (mut alerts, mut notes) = (0, 0);
        let mut newest_first: Vec<Alert> = std::mem::take(&mut self.told);
        newest_first.reverse();
        newest_first.retain(|alert| {
            let (count, max) =
                if alert.note { (&mut notes, PAST_NOTES_MAX) } else { (&mut alerts, PAST_ALERTS_MAX) };
            *count += 1;
            *count <= max
        });
        newest_first.reverse();
        self.told = newest_first;
    }

    /// The bytes of its file.
    ///
    /// # Errors
    /// None in practice: what is in memory can be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        seal(&SORT, &self.settings, self)
    }

    /// The state in the bytes of a file; `wanted` is what it must have been made with.
    ///
    /// # Errors
    /// Bytes that are no state, damaged, newer than this program or made with other
    /// settings; the message says what to do.
    pub fn from_bytes(bytes: &[u8], wanted: Option<&Settings>) -> Result<State, String> {
        let sealed = check(&SORT, bytes)?;
        if wanted.is_some_and(|wanted| !wanted.is_like(&sealed.settings)) {
            return Err(match sealed.settings.is_default() {
                true => format!("made without --mask; leave it away, or: {}", SORT.cure),
                false => {
                    format!("made with other masks; run with {}, or: {}", sealed.settings.flags(), SORT.cure)
                }
            });
        }
        let state: State = sealed.open(&SORT)?;
        Ok(State { settings: sealed.settings, ..state })
    }
}

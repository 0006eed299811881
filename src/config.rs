//! What can be chosen, in one value. The library reads no environment and no
//! clock, so whoever runs it says what now is.

use crate::count::Opener;
use crate::known::Known;
use crate::limits;
use crate::line::filter::Filter;
use crate::line::stamp::{Clock, Format};
use crate::line::structured;
use crate::time::{Time, Zone};

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Surge and gone alerts a day one is ready to read for nothing.
    pub false_alerts: f64,
    /// Exactly how long to learn before judging, in microseconds; none for the
    /// bounded warm-up. A baseline means none at all.
    pub warmup: Option<i64>,
    /// Only what happens from then on is judged and told; what was before is learned.
    pub since: Option<Time>,
    /// What happens from then on is learned, and not told.
    pub until: Option<Time>,
    /// The zone of stamps that name none.
    pub zone: Zone,
    /// Which lines are taken for structured ones.
    pub format: structured::Format,
    /// The year of the first stamp that names none.
    pub year: Option<i16>,
    /// A layout of stamps that is tried before those we know.
    pub time_format: Option<Format>,
    /// The latest time a stamp without a year may mean, where nothing better is known.
    pub latest: Time,
    /// Lines that are left out, and what in the others is a value.
    pub filter: Filter,
    /// Threads that tally.
    pub threads: usize,
    /// Size of a chunk in bytes; it never changes a result.
    pub chunk_bytes: usize,
    /// Lines are judged as they are written: new errors at once, and the clock
    /// closes panes of a live source.
    pub live: bool,
    /// What is usual stays as the baseline, the state or the warm-up has it.
    pub no_learn: bool,
    /// Only learn: nothing is judged.
    pub learn_only: bool,
    /// Only lines from the first moment on and before the second count; lines without a
    /// time of their own do not. None: all lines.
    pub only: Option<(Time, Time)>,
    /// Also count what stands in the variables of each message; for lists, not for judging.
    pub values: bool,
    /// Also keep how often each message came over the whole log; to explain one, not for judging.
    pub timeline: bool,
    /// Keep secrets in samples as they are.
    pub no_redact: bool,
    /// What people have decided about messages.
    pub known: Known,
}

impl Config {
    /// The defaults, with stamps in UTC.
    pub fn new(latest: Time) -> Config {
        Config {
            false_alerts: 1.0,
            warmup: None,
            since: None,
            until: None,
            zone: Zone::utc(),
            format: structured::Format::Auto,
            year: None,
            filter: Filter::default(),
            time_format: None,
            latest,
            threads: 1,
            chunk_bytes: limits::CHUNK_BYTES,
            live: false,
            no_learn: false,
            learn_only: false,
            only: None,
            values: false,
            timeline: false,
            no_redact: false,
            known: Known::default(),
        }
    }

    /// The opener of lines that it asks for.
    pub(crate) fn opener(&self) -> Opener {
        let clock = Clock::new(self.zone.clone(), self.year).with_format(self.time_format.clone());
        Opener::new(clock).with_format(self.format).with_filter(self.filter.clone())
    }
}

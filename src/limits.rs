//! Every bound in one place, each with its reason.

/// A chunk: large enough that a channel send costs nothing per line, small
/// enough that two threads share one file and memory stays flat.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// A longer line is cut for templating and counted once: no message needs more
/// to be told.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// What an alert shows of a line.
pub const SAMPLE_BYTES_MAX: usize = 2 * 1024;

/// What an alert shows of the lines behind its own: the frames and causes of a trace.
pub const CONTEXT_LINES_MAX: usize = 20;
/// What it shows of each of them.
pub const CONTEXT_LINE_BYTES_MAX: usize = 160;

/// Unstamped lines that one head may own; deeper traces exist, endless ones do not.
pub const RECORD_LINES_MAX: u32 = 1_000;

/// Cheap keys that a worker remembers; beyond it the cache is emptied, which
/// costs time and changes nothing.
pub const CACHE_KEYS_MAX: usize = 1 << 16;

/// Lines of a source without any stamp that make one pane in batch.
pub const UNSTAMPED_LINES_PER_PANE: u64 = 1_000;

/// Lines before the first stamp of a source that wait for it; later the source
/// counts as one without stamps.
pub const HEAD_LINES_MAX: u64 = 10_000;

/// Panes a line may be behind the newest of its source and still count in its window.
pub const LATE_PANES: i64 = 1;

/// A forward step beyond this is on trial until enough lines confirm it: one line of a clock
/// that is hours ahead would make all others late until then.
pub const TRIAL_STEP_SECONDS: i64 = 600;

/// Live, a step that nothing contradicts for so long is believed.
pub const TRIAL_WAIT_SECONDS: i64 = 60;

/// A backward step beyond this starts a new segment of a chunk.
pub const SEGMENT_BACK_SECONDS: i64 = 600;

/// Stamped lines in a row that confirm a step of the clock.
pub const TRIAL_LINES: u64 = 20;

/// A live source whose newest stamp is this close to the clock is moved by the clock.
pub const LIVE_LAG_SECONDS: i64 = 120;

/// Shapes seen in open panes and not yet decided.
pub const PENDING_SHAPES_MAX: usize = 100_000;
/// Their texts and samples, roughly.
pub const PENDING_BYTES_MAX: usize = 64 << 20;

/// Places beyond for errors and words of alarm.
pub const PENDING_RESERVE: usize = 4_096;

/// Shapes that a full registry did not store and whose message is remembered: what fits a table
/// of 2^19 places, which with one more would take twice the room.
pub const REFUGES_MAX: usize = 7 << 16;

/// New messages of one pane that are told one by one; a flood has no more to say.
pub const FRESH_PER_PANE_MAX: usize = 500;

/// Lines that may wait for a step of the clock to be believed, with and without stamps. Lines,
/// for they are the same however the input is cut.
pub const TRIAL_LINES_MAX: u64 = 2_048;

/// Warm-up without any past: at least, at most, and the discovery rate that ends it.
pub const WARMUP_MIN_SECONDS: i64 = 600;
/// See [`WARMUP_MIN_SECONDS`].
pub const WARMUP_MAX_SECONDS: i64 = 1_800;
/// See [`WARMUP_MIN_SECONDS`].
pub const WARMUP_TYPES_PER_HOUR: f64 = 60.0;

/// New messages of level error and above that alert in ten minutes; the rest are notes.
pub const NEW_ALERTS_MAX: usize = 5;
/// The span in which [`NEW_ALERTS_MAX`] holds.
pub const NEW_ALERTS_SPAN_SECONDS: i64 = 600;

/// A new message that came this often in its first minute is said to go on.
pub const STILL_LINES_MIN: u64 = 10;

/// Alerts join an incident until this long is quiet.
pub const INCIDENT_QUIET_SECONDS: i64 = 60;

/// Alert lines an hour on a terminal; what is beyond is counted and said.
pub const TERMINAL_ALERTS_PER_HOUR: usize = 20;

/// Live, lines before a first stamp wait this long for one; then their arrival is their time.
pub const UNSTAMPED_WAIT_SECONDS: i64 = 1;

/// Lines that a live log is judged by at a time; more would delay what they teach.
pub const LIVE_PIECE_LINES: usize = 8;

/// First lines of a shape in a pane that are kept to say what is different about a surge.
pub const FIRST_LINES_MAX: usize = 8;
/// What is kept of each of them.
pub const FIRST_LINE_BYTES_MAX: usize = 512;

/// Closed panes whose lines are remembered: a surge looks back an hour.
pub const RECENT_PANES_MAX: usize = 360;
/// What their lines may take; of a busy log fewer panes are remembered.
pub const RECENT_BYTES_MAX: usize = 2 << 20;

/// Lines of a message that stand for what is usual of it.
pub const TYPICAL_LINES_MAX: usize = 16;
/// Values of a line that are compared.
pub const FEATURES_MAX: usize = 24;
/// What all such lines may take; later messages have none.
pub const TYPICAL_BYTES_ALL_MAX: usize = 32 << 20;

/// Past alerts that a state keeps, and past notes.
pub const PAST_ALERTS_MAX: usize = 500;
/// See `PAST_ALERTS_MAX`.
pub const PAST_NOTES_MAX: usize = 100;

/// Different values of a slot while it is closed; with one more it is open for ever.
pub const SLOT_VALUES_MAX: usize = 64;
/// Closed slots of a message that are judged.
pub const SLOTS_CLOSED_MAX: usize = 4;
/// Slots of a message that are remembered at all, open or closed, without those of routes.
pub const SLOTS_MAX: usize = 64;
/// Routes of a message's requests that are judged: the first that were answered well.
pub const ROUTES_MAX: usize = 64;
/// Values of all closed slots.
pub const VALUES_ALL_MAX: usize = 65_536;
/// Values of one open pane.
pub const PANE_VALUES_MAX: usize = 65_536;

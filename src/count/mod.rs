//! Lines become counts.
//!
//! A [`Worker`] turns one chunk into one [`Delta`] with nothing but its private
//! memory; what it needs to know of the lines before the chunk is a [`Carry`],
//! computed by whoever read the chunk. So workers take chunks in any order and
//! never talk to each other.

mod cache;
mod carry;
mod delta;
mod label;
mod open;
mod record;
mod routes;
mod slot;
mod slots;
mod tally;
mod values;
mod walk;

pub use carry::{Carry, Scout};
pub(crate) use delta::FILTERED;
pub use delta::{Delta, Entry, FirstLine, LineCounts, NewShape, Segment, ValueEntry};
pub use label::{Digits, Form, Label, Labeller};
pub use open::{Opened, Opener};
pub use record::{Record, Within, add_after, add_before};
pub(crate) use routes::{ANSWERED_WELL, split_route};
pub use tally::{Job, Worker};

//! Lines in, alerts out: *this message is new*, *this message surges*, *this
//! message has stopped*, each with its reason. No rules, no server.
//!
//! - [`Engine`] reads files to their end with threads: an iterator of [`Alert`]s.
//! - [`Session`] is the same journey without threads or I/O: push bytes, pull alerts.
//! - [`Baseline`] is what is normal, learned by either and kept in one file.
//!
//! The library never prints, exits, reads the environment or the clock.
//! `docs/ARCHITECTURE.md` is the map of the house.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod alert;
pub mod baseline;
mod config;
pub mod count;
pub mod detect;
mod diff;
pub mod engine;
pub mod error;
pub mod id;
pub mod input;
pub mod known;
mod ledger;
pub mod limits;
pub mod line;
mod redact;
mod session;
pub mod shape;
pub mod state;
mod store;
pub mod template;
pub mod time;

pub use alert::{Alert, Context, Kind, Learned, Phase};
pub use baseline::Baseline;
pub use config::Config;
pub use diff::{Comparison, Deployment, Terms, compare};
pub use engine::{Engine, Run};
pub use error::Error;
pub use known::Known;
pub use ledger::{Bars, Ledger, Report, Story};
pub use line::Level;
pub use redact::{redact, visible};
pub use session::{SavedSession, Session};
pub use time::Time;

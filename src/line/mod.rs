//! A line of a log: where it ends, what time it says, how loud it is, and
//! whether it belongs to the line before.

pub mod filter;
pub mod level;
pub mod record;
pub(crate) mod remembered;
pub mod split;
pub mod stamp;
pub mod structured;

pub use level::Level;

//! Placeholder until the cursor is there.
use serde::{Deserialize, Serialize};
/// Where a reader stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// How far.
    pub offset: u64,
}

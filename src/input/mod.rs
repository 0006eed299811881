//! Bytes come in, chunks of whole lines go out.
//!
//! [`source`] turns the paths a person gave into sources (a log with its rotated
//! siblings), [`decompress`] makes plain bytes of a file whatever its compression,
//! [`chunk`] cuts them into lent buffers that end on a line boundary, and
//! [`follow`] does the same for a file that still grows. Nothing here looks into a
//! line, knows the time of day or starts a thread.

mod checkpoint;
pub mod chunk;
pub mod decompress;
pub mod follow;
mod identity;
mod raw;
mod reading;
mod resume;
mod siblings;
pub mod source;

pub use checkpoint::Cursor;
pub use chunk::{Buffer, Chunk, ChunkReader};
pub use decompress::Decoder;
pub use follow::{Follower, Polled};
pub use source::Source;

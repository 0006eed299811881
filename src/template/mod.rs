//! Stage 2: from shapes to templates.
//!
//! A template is all shapes that say the same. Which those are follows from the
//! set of shapes seen, not from their order: see [`registry`].

mod closure;
mod display;
mod entry;
mod holes;
mod nearest;
pub mod registry;
pub mod saved;
mod stored;

pub(crate) use display::with_gaps_of as display;
pub use nearest::Nearest;
pub use registry::{FindError, Registry, ShapeIx, TemplateIx};
pub use saved::{Saved, SavedShape};

#[cfg(test)]
mod tests;

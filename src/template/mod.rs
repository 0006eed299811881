//! Stage 2: from shapes to templates.
//!
//! A template is all shapes that say the same. Which those are follows from the
//! set of shapes seen, not from their order: see [`registry`].

mod closure;
mod column;
mod cure;
mod display;
mod entry;
mod explosion;
mod foresee;
mod holes;
mod layout;
mod like;
mod limits;
mod nearest;
mod novelty;
pub mod registry;
pub mod saved;
mod steady;
mod stored;
mod variables;
mod vocabulary;

pub(crate) use display::along_sample as display;
pub use explosion::Explosion;
pub use limits::LimitHit;
pub use nearest::Nearest;
pub use registry::{FindError, Registry, ShapeIx, TemplateIx};
pub use saved::{Saved, SavedShape};
pub use steady::Lines;
pub use variables::Variable;

#[cfg(test)]
mod tests;

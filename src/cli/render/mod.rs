//! Alerts for people and programs. Only here do bytes become text.

pub mod json;
pub mod safe;
pub mod short;
pub mod summary;
pub mod text;
pub mod values;

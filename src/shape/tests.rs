//! Behaviours of stage 1.

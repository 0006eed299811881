//! Behaviours of stage 2.

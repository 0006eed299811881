//! Which lines belong to the line before them.
//!
//! A stack trace is one event: its frames hang on their head and never alert.
//! An unstamped line is a continuation if it is indented, looks like a frame,
//! or follows a head of level error or above. The line that names an exception
//! is counted as a message of its own, since a new exception class under a
//! known head is news. Everything here is a function of the line and of two
//! facts about the record so far, so a reader can hand those facts to the next
//! chunk.

use crate::limits::RECORD_LINES_MAX;

const FRAME_STARTS: [&[u8]; 12] = [
    b"at ",
    b"Caused by:",
    b"... ",
    b"Traceback (most recent call last)",
    b"File \"",
    b"goroutine ",
    b"Suppressed:",
    b"stack backtrace:",
    b"During handling of the above exception",
    b"The above exception was",
    b"--- End of ",
    b"}",
];

/// What the lines so far say about an unstamped line that follows.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordState {
    /// The last stamped line was of level error or above.
    pub head_alarming: bool,
    /// Unstamped lines since the last stamped one.
    pub unstamped: u32,
    /// The last stamped line was left out, and its continuation is with it.
    pub head_dropped: bool,
}

impl RecordState {
    /// The state right behind a stamped line.
    pub fn after_head(alarming: bool) -> RecordState {
        RecordState { head_alarming: alarming, ..RecordState::default() }
    }

    /// The state right behind a stamped line that was left out.
    pub fn after_dropped(alarming: bool) -> RecordState {
        RecordState { head_dropped: true, ..RecordState::after_head(alarming) }
    }

    /// The state one unstamped line later.
    pub fn after_unstamped(self) -> RecordState {
        RecordState { unstamped: self.unstamped.saturating_add(1), ..self }
    }
}

/// What an unstamped line is to the record before it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A message of its own.
    Message,
    /// A line that belongs to its head and is not judged.
    Continuation,
}

/// The role of an unstamped line in a source that has stamps.
pub fn role_of(line: &[u8], state: RecordState) -> Role {
    if state.unstamped >= RECORD_LINES_MAX || names_exception(line) {
        return Role::Message;
    }
    let indented = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    if indented || state.head_alarming || FRAME_STARTS.iter().any(|start| line.starts_with(start)) {
        Role::Continuation
    } else {
        Role::Message
    }
}

/// Whether an unindented line opens with an exception class or a raw panic.
fn names_exception(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"Caused by: ").unwrap_or(line);
    if line.starts_with(b"panic:") || line.starts_with(b"fatal error:") {
        return true;
    }
    let end = line
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$')))
        .unwrap_or(line.len());
    let closes = line.get(end).is_none_or(|byte| *byte == b':');
    closes && (line[..end].ends_with(b"Exception") || line[..end].ends_with(b"Error"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hang_on_their_head_and_exceptions_speak_for_themselves() {
        let mild = RecordState::after_head(false);
        let alarming = RecordState::after_head(true);
        for (line, state, role) in [
            ("\tat com.shop.Cart.add(Cart.java:12)", mild, Role::Continuation),
            ("    raise ValueError(x)", mild, Role::Continuation),
            ("Traceback (most recent call last):", mild, Role::Continuation),
            ("... 12 more", mild, Role::Continuation),
            ("java.io.IOException: disk full", alarming, Role::Message),
            ("Caused by: java.io.IOException: disk full", alarming, Role::Message),
            ("ValueError: bad", mild, Role::Message),
            ("panic: runtime error", mild, Role::Message),
            ("Segmentation fault", mild, Role::Message),
            ("details follow", alarming, Role::Continuation),
            ("details follow", mild, Role::Message),
        ] {
            assert_eq!(role_of(line.as_bytes(), state), role, "{line}");
        }
        let long = RecordState { unstamped: RECORD_LINES_MAX, ..alarming };
        assert_eq!(role_of(b" at x", long), Role::Message);
    }
}

//! Which lines belong to the line before them.
//!
//! A stack trace is one event: its frames hang on their head and never alert.
//! The line that names an exception is counted as a message of its own, since a
//! new exception class under a known head is news; so is a line that tells of a
//! crash, whoever stands before it. Everything here is a function of the line
//! and of a few facts about the record so far, so a reader can hand those facts
//! to the next chunk.
//!
//! The rules know how Java, Python, Go, Rust, .NET, Node and Ruby print their
//! traces. They fail where a program prints frames that are neither indented nor
//! shaped like any of these, and where each line of a trace has its own stamp:
//! then every frame is a line like others.

use crate::limits::RECORD_LINES_MAX;
use memchr::memmem;
use serde::{Deserialize, Serialize};

/// Whether a line of a record is one to show whatever was cut before it: it names something.
pub fn begins_stretch(line: &[u8]) -> bool {
    let indented = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    names_cause(line.trim_ascii_start()) || !(indented || is_frame(line) || is_call(line))
}

/// How an unindented line of a trace begins that names nothing new.
const FRAME_STARTS: [&[u8]; 20] = [
    b"at ",
    b"from ",
    b"... ",
    b"Traceback (most recent call last)",
    b"File \"",
    b"goroutine ",
    b"created by ",
    b"[signal ",
    b"Caused by:",
    b"Suppressed:",
    b"stack backtrace:",
    b"Backtrace:",
    b"note: ",
    b"node:internal/",
    b"Node.js v",
    b"Stack trace:",
    b"During handling of the above exception",
    b"The above exception was",
    b"--- End of ",
    b"}",
];

/// What stands before the name of a further exception of the same record, where the trace is
/// indented or not.
const CAUSE_STARTS: [&[u8]; 7] =
    [b"Caused by: ", b"Suppressed: ", b"---> ", b"[cause]: ", b"[errors]: ", b"what():  ", b"Wrapped by: "];

/// How a line begins that tells of a crash, whatever stands before it.
const CRASH_STARTS: [&[u8]; 16] = [
    b"panic:",
    b"fatal error:",
    b"thread '",
    b"Exception in thread ",
    b"Unhandled exception",
    b"Unhandled Exception",
    b"Uncaught ",
    b"PHP Fatal error:",
    b"Fatal Python error:",
    b"Segmentation fault",
    b"Bus error",
    b"Aborted",
    b"Killed",
    b"Out of memory",
    b"terminate called",
    b"*** ",
];

/// The ends of the names of classes that are thrown.
const CLASS_ENDS: [&[u8]; 10] = [
    b"Exception",
    b"Error",
    b"Throwable",
    b"Failure",
    b"Fault",
    b"Interrupt",
    b"Timeout",
    b"Exit",
    b"Panic",
    b"Warning",
];

/// What the trace in a record leads one to expect.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Trace {
    /// There is none.
    #[default]
    None,
    /// An exception or a crash has been named: its frames follow.
    Open,
    /// Frames come first, and the next line that is not indented names the exception.
    FramesFirst,
    /// The next line says what has happened.
    Announced,
}

/// What the lines so far say about an unstamped line that follows.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordState {
    /// The source has shown a stamp.
    stamped: bool,
    /// The last stamped line was of level error or above.
    alarming: bool,
    /// Unstamped lines since the record's head.
    lines: u32,
    trace: Trace,
}

/// What an unstamped line is to the record before it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A message of its own, and the head of a record of its own.
    Message,
    /// It names an exception of the record it stands in: a message of its own.
    Named,
    /// A line that belongs to its head and is not judged.
    Continuation,
    /// It follows an alarming head and looks like nothing in particular: named if it holds a
    /// word of alarm, which may be another message in between, and a continuation if not.
    Detail,
}

impl RecordState {
    /// The state right behind a stamped line.
    pub fn after_head(alarming: bool) -> RecordState {
        RecordState { stamped: true, alarming, lines: 0, trace: Trace::None }
    }

    /// The state one unstamped line later. `role` is the line's, and no detail.
    pub fn after_unstamped(self, line: &[u8], role: Role) -> RecordState {
        let body = line.trim_ascii_start();
        let trace = match role {
            Role::Message | Role::Named if begins(line, b"thread '") && line.ends_with(b":") => {
                Trace::Announced
            }
            Role::Named => Trace::Open,
            Role::Message if is_crash(line) || names_exception(line) || is_place(line) => Trace::Open,
            Role::Message => Trace::None,
            _ if begins(body, b"Traceback (") => Trace::FramesFirst,
            _ if self.trace == Trace::None && FRAMES_OPEN.iter().any(|start| begins(line, start)) => {
                Trace::Open
            }
            _ => self.trace,
        };
        let lines = if role == Role::Message && !self.stamped { 0 } else { self.lines.saturating_add(1) };
        RecordState { trace, lines, ..self }
    }
}

/// Unindented lines that only a trace has, should its head have been missed.
const FRAMES_OPEN: [&[u8]; 3] = [b"goroutine ", b"stack backtrace:", b"File \""];

/// Whether a line looks like a part of the record before it, by itself.
pub fn looks_continued(line: &[u8]) -> bool {
    line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) || is_frame(line)
}

/// First bytes of lines that may be of a trace or tell of a crash, whatever follows.
const TELLING: [bool; 256] = {
    let mut telling = [false; 256];
    let (mut list, mut at) = (0, 0);
    while list < 3 {
        let starts: &[&[u8]] = [&FRAME_STARTS as &[&[u8]], &CAUSE_STARTS, &CRASH_STARTS][list];
        if at < starts.len() {
            telling[starts[at][0] as usize] = true;
            at += 1;
        } else {
            (list, at) = (list + 1, 0);
        }
    }
    // Whatever may stand before the first letter.
    telling[b' ' as usize] = true;
    telling[b'\t' as usize] = true;
    telling[b'\r' as usize] = true;
    telling[0x0c] = true;
    telling
};

/// Hot: whether one look tells that a line is a message like others, in a source without stamps
/// and behind no trace: it leaves the state as it is.
#[inline]
pub fn is_ordinary(line: &[u8], state: RecordState) -> bool {
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return false };
    let idle = !state.stamped && state.trace == Trace::None && state.lines == 0;
    if !idle || TELLING[usize::from(first)] || matches!(last, b')' | b'\'' | b'0'..=b'9') {
        return false;
    }
    // An exception's class ends with a colon or with the line, or before a bracket.
    let end = line.iter().position(|byte| matches!(byte, b' ' | b':'));
    end.is_some_and(|end| line[end] == b' ' && line.get(end + 1) != Some(&b'['))
}

/// The role of an unstamped line.
pub fn role_of(line: &[u8], state: RecordState) -> Role {
    if state.lines >= RECORD_LINES_MAX {
        return Role::Message;
    }
    let indented = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    if !state.stamped && state.trace == Trace::None {
        return role_in_the_open(line, indented);
    }
    if names_cause(line.trim_ascii_start()) {
        return Role::Named;
    }
    if indented {
        return Role::Continuation;
    }
    match state.trace {
        Trace::Announced => return Role::Named,
        _ if is_frame(line) => return Role::Continuation,
        Trace::FramesFirst => return Role::Named,
        Trace::Open if is_call(line) => return Role::Continuation,
        Trace::None | Trace::Open => {}
    }
    if names_exception(line) {
        // Where heads have no stamps, it is one itself; unless it goes on a chain.
        return if state.stamped { Role::Named } else { Role::Message };
    }
    if is_crash(line) {
        return Role::Message;
    }
    if state.alarming { Role::Detail } else { Role::Message }
}

/// Whether a line is a message of its own in a source without stamps, if the line before it is
/// another such one, and leaves nothing of what stands before them: there a reader may begin.
pub fn is_plain(line: &[u8]) -> bool {
    let indented = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    let in_trace = indented || names_cause(line) || is_frame(line) || is_call(line);
    !in_trace && role_in_the_open(line, false) == Role::Message && !is_crash(line) && !names_exception(line)
}

/// As [`role_of`] where neither a stamp nor a trace tells what an indented line hangs on: only
/// what nobody could take for a message is a frame.
fn role_in_the_open(line: &[u8], indented: bool) -> Role {
    let body = line.trim_ascii_start();
    let is_frame = match body.first() {
        Some(b'a') if indented => {
            begins(body, b"at ") && (body.contains(&b'(') || memmem::find(body, b":").is_some())
        }
        Some(b'f') if indented => begins(body, b"from ") && memmem::find(body, b":in ").is_some(),
        Some(b'F') => begins(body, b"File \""),
        Some(b'.') => begins(body, b"... ") && body.ends_with(b" more"),
        Some(b'T') => begins(body, b"Traceback (most recent call last)"),
        Some(b'C' | b'S' | b'-' | b'[') if indented => names_cause(body),
        Some(b'D') => begins(body, b"During handling of the above exception"),
        Some(b'g') => begins(body, b"goroutine ") && body.ends_with(b":"),
        _ => false,
    };
    if is_frame { Role::Continuation } else { Role::Message }
}

#[inline]
fn begins(line: &[u8], start: &[u8]) -> bool {
    line.starts_with(start)
}

fn names_cause(body: &[u8]) -> bool {
    let first = body.first();
    CAUSE_STARTS.iter().any(|start| {
        first == start.first() && body.strip_prefix(*start).is_some_and(|name| !name.trim_ascii().is_empty())
    })
}

/// Whether an unindented line is a part of a trace by its own looks.
fn is_frame(line: &[u8]) -> bool {
    let first = line.first();
    let by_start = |start: &&[u8]| first == start.first() && begins(line, start);
    FRAME_STARTS.iter().any(by_start) || is_place(line)
}

/// `/app/server.js:12`, or Ruby's `app/x.rb:12:in 'run'`: a place in a program and nothing else.
fn is_place(line: &[u8]) -> bool {
    let is_bare = |path: &[u8]| !path.contains(&b' ') && path.contains(&b'.');
    match line.last() {
        Some(b'\'') => memmem::find(line, b":in ")
            .is_some_and(|at| at > 0 && line[at - 1].is_ascii_digit() && is_bare(&line[..at])),
        Some(b'0'..=b'9') => memchr::memrchr(b':', line).is_some_and(|colon| {
            let (path, number) = (&line[..colon], &line[colon + 1..]);
            number.iter().all(u8::is_ascii_digit) && path.contains(&b'/') && is_bare(path)
        }),
        _ => false,
    }
}

/// `main.(*Server).run(0xc000012345, {0x1, 0x2})` and a register of a crash.
fn is_call(line: &[u8]) -> bool {
    let Some(open) = memchr::memchr2(b'(', b' ', line) else { return false };
    if line[open] == b' ' {
        return begins(line[open..].trim_ascii_start(), b"0x");
    }
    line.ends_with(b")") && line[..open].contains(&b'.')
}

fn is_crash(line: &[u8]) -> bool {
    let first = line.first();
    CRASH_STARTS.iter().any(|start| first == start.first() && begins(line, start))
}

/// Whether an unindented line opens with an exception's class, or is Ruby's
/// `app.rb:12:in 'run': full (IOError)`.
fn names_exception(line: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b':');
    let mut end = line.iter().position(|byte| !is_name(byte)).unwrap_or(line.len());
    // A colon is part of a name only inside it: `Foo::Error: bad`.
    while end > 0 && line[end - 1] == b':' {
        end -= 1;
    }
    let closes = line.get(end).is_none_or(|byte| matches!(byte, b':' | b' '));
    let class = &line[..end];
    let alone = line.len() == end || line[end] == b':' || begins(&line[end..], b" [");
    if closes && alone && CLASS_ENDS.iter().any(|ends| class.ends_with(ends)) {
        return true;
    }
    line.ends_with(b")")
        && memmem::find(line, b":in ").is_some_and(|at| {
            let class =
                memchr::memrchr(b'(', line).map_or(&line[..0], |open| &line[open + 1..line.len() - 1]);
            at < line.len() && !class.is_empty() && class[0].is_ascii_uppercase()
        })
}

#[cfg(test)]
mod tests;

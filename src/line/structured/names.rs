//! What the names of fields mean, in the habits of the loggers that write them.
//!
//! Names are compared whatever their case. Where a line has several names of one
//! meaning, the greater rank counts, so neither the order of fields nor an
//! optional one changes what a line says. What it costs: a look at the few names
//! of the same length.

/// The object that a field stands in, as far as its names mean something.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Within {
    /// The line itself.
    Top,
    /// An object that holds what others write at the top: `fields`, `jsonPayload`.
    Fields,
    /// `log` as the Elastic schema has it: `level`, `logger`.
    Log,
    /// `error`, `err`, `exception`.
    Error,
    /// An object that only names something: `service`, `logger`.
    Named,
    /// A time in parts: `$date`, `seconds`.
    Moment,
    /// A level in parts: `name`.
    Leveled,
    /// The body of an OpenTelemetry record.
    Body,
}

/// What a field says. The number is its rank among those of the same meaning.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    Time(u8),
    Level(u8, Scale),
    Logger(u8),
    /// A name that is the logger's only beside fields that loggers write.
    Name,
    /// Such a field.
    Mark,
    Message(u8),
    /// The message as a program wrote it, perhaps with a stamp and a level of its own.
    Raw(u8),
    /// What kind of event it is, where there is no message.
    Event(u8),
    /// The place in the code, where there is no message.
    Caller,
    /// The class of an error.
    Class(u8),
    /// An error in words, or its class and its words.
    ErrorText(u8),
    /// A stack trace.
    Stack(u8),
    /// Which stream a container's runtime read the line from.
    Stream,
    /// Says nothing about the message, but the object in it may.
    Holder,
}

impl Meaning {
    /// Whether a field of this meaning and name may say what the text does not: another of its
    /// meaning may be the one that counts, and an object holds more than what counts.
    pub fn may_be_beside(self, name: &[u8]) -> bool {
        matches!(self, Event(_) | Class(_) | ErrorText(_) | Holder)
            || matches!(self, Message(_)) && name.eq_ignore_ascii_case(b"event")
    }
}

/// How numbers count levels.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Scale {
    /// By their size: syslog below 8, bunyan below 100, monolog, logback.
    Common,
    /// The priority of syslog, and only where it is spelled in capitals.
    Syslog,
    /// Python: 20 is info.
    Python,
    /// OpenTelemetry: 9 is info.
    Telemetry,
    /// Single capitals.
    Letter,
}

/// A name in lower case, its first bytes, its meaning and what an object in it holds.
struct Entry {
    name: &'static [u8],
    head: u64,
    meaning: Meaning,
    inside: Option<Within>,
}

const fn entry(name: &'static [u8], meaning: Meaning, inside: Option<Within>) -> Entry {
    Entry { name, head: head_of(name), meaning, inside }
}

/// The bit that tells capitals from small letters, in each byte.
const CASE: u64 = 0x2020_2020_2020_2020;

/// The first eight bytes of a name as one number, whatever their case.
const fn head_of(name: &[u8]) -> u64 {
    let mut head = 0;
    let mut at = 0;
    while at < 8 && at < name.len() {
        head |= (name[at] as u64) << (8 * at);
        at += 1;
    }
    head | CASE
}

use Meaning::{
    Caller, Class, ErrorText, Event, Holder, Level, Logger, Mark, Message, Name, Raw, Stack, Stream, Time,
};
use Scale::{Common, Letter, Python, Syslog, Telemetry};

/// Names at the top of a line, by length.
const TOP: &[&[Entry]] = &[
    &[],
    &[
        entry(b"t", Time(4), Some(Within::Moment)),
        entry(b"s", Level(2, Letter), None),
        entry(b"c", Logger(2), None),
        entry(b"v", Mark, None),
    ],
    &[
        entry(b"@t", Time(9), None),
        entry(b"@l", Level(9, Common), None),
        entry(b"@m", Message(9), None),
        entry(b"@x", Stack(8), None),
        entry(b"ts", Time(7), None),
        entry(b"dt", Time(4), None),
        entry(b"at", Level(2, Common), None),
    ],
    &[
        entry(b"@mt", Message(12), None),
        entry(b"msg", Message(10), None),
        entry(b"log", Raw(6), Some(Within::Log)),
        entry(b"lvl", Level(8, Common), None),
        entry(b"err", ErrorText(6), Some(Within::Error)),
        entry(b"pid", Mark, None),
        entry(b"app", Logger(3), Some(Within::Named)),
    ],
    &[
        entry(b"time", Time(7), Some(Within::Moment)),
        entry(b"name", Name, None),
        entry(b"body", Message(4), Some(Within::Body)),
        entry(b"text", Message(3), None),
        entry(b"type", Event(2), None),
        entry(b"kind", Event(1), None),
        entry(b"verb", Event(1), None),
        entry(b"date", Time(3), Some(Within::Moment)),
    ],
    &[
        entry(b"level", Level(9, Common), Some(Within::Leveled)),
        entry(b"error", ErrorText(6), Some(Within::Error)),
        entry(b"event", Message(4), None),
        entry(b"stack", Stack(5), None),
        entry(b"ident", Logger(3), None),
        entry(b"_comm", Logger(1), None),
    ],
    &[
        entry(b"logger", Logger(9), Some(Within::Named)),
        entry(b"target", Logger(7), None),
        entry(b"module", Logger(5), None),
        entry(b"caller", Caller, None),
        entry(b"stream", Stream, None),
        entry(b"fields", Holder, Some(Within::Fields)),
        entry(b"record", Holder, Some(Within::Fields)),
        entry(b"action", Event(3), None),
        entry(b"thrown", Holder, Some(Within::Error)),
        entry(b"@level", Level(9, Common), None),
        entry(b"lineno", Mark, None),
    ],
    &[
        entry(b"message", Message(10), Some(Within::Fields)),
        entry(b"service", Logger(3), Some(Within::Named)),
        entry(b"asctime", Time(7), None),
        entry(b"levelno", Level(7, Python), None),
        entry(b"logtime", Time(4), None),
        entry(b"created", Time(2), None),
        entry(b"instant", Holder, Some(Within::Moment)),
        entry(b"channel", Logger(4), None),
        entry(b"program", Logger(4), None),
        entry(b"appname", Logger(4), None),
        entry(b"@module", Logger(8), None),
        entry(b"@fields", Holder, Some(Within::Fields)),
    ],
    &[
        entry(b"severity", Level(8, Common), None),
        entry(b"loglevel", Level(8, Common), None),
        entry(b"priority", Level(6, Syslog), None),
        entry(b"datetime", Time(6), None),
        entry(b"log_time", Time(4), None),
        entry(b"category", Logger(6), None),
        entry(b"@message", Message(10), None),
        entry(b"exc_info", Stack(7), None),
        entry(b"exc_text", Stack(5), None),
        entry(b"exc_type", Class(9), None),
        entry(b"err.type", Class(9), None),
        entry(b"app_name", Logger(4), None),
        entry(b"funcname", Mark, None),
        entry(b"function", Mark, None),
        entry(b"hostname", Mark, None),
    ],
    &[
        entry(b"timestamp", Time(8), Some(Within::Moment)),
        entry(b"component", Logger(7), None),
        entry(b"exception", ErrorText(6), Some(Within::Error)),
        entry(b"levelname", Level(9, Common), None),
        entry(b"log.level", Level(9, Common), None),
        entry(b"log_level", Level(8, Common), None),
        entry(b"subsystem", Logger(5), None),
        entry(b"errortype", Class(9), None),
        entry(b"eventtype", Event(4), None),
        entry(b"eventname", Event(5), None),
        entry(b"eventtime", Time(4), None),
        entry(b"starttime", Time(2), None),
        entry(b"traceback", Stack(5), None),
        entry(b"operation", Event(3), None),
    ],
    &[
        entry(b"@timestamp", Time(9), Some(Within::Moment)),
        entry(b"level_name", Level(10, Common), None),
        entry(b"loggername", Logger(9), None),
        entry(b"log.logger", Logger(9), None),
        entry(b"error.type", Class(9), None),
        entry(b"error.kind", Class(9), None),
        entry(b"error.name", Class(9), None),
        entry(b"error_type", Class(9), None),
        entry(b"event_type", Event(4), None),
        entry(b"event_name", Event(5), None),
        entry(b"event_time", Time(4), None),
        entry(b"start_time", Time(2), None),
        entry(b"logmessage", Message(8), None),
        entry(b"stacktrace", Stack(5), None),
        entry(b"timemillis", Time(6), None),
        entry(b"time_local", Time(3), None),
        entry(b"attributes", Holder, None),
        entry(b"properties", Holder, Some(Within::Log)),
        entry(b"error_code", Class(3), None),
        entry(b"methodname", Event(3), None),
    ],
    &[
        entry(b"logger_name", Logger(9), None),
        entry(b"log_message", Message(8), None),
        entry(b"textpayload", Raw(10), None),
        entry(b"jsonpayload", Holder, Some(Within::Fields)),
        entry(b"stack_trace", Stack(5), None),
        entry(b"error.stack", Stack(5), None),
        entry(b"error.class", Class(9), None),
        entry(b"error_class", Class(9), None),
        entry(b"level_value", Level(3, Common), None),
        entry(b"application", Logger(3), None),
    ],
    &[
        entry(b"service.name", Logger(3), None),
        entry(b"eventmessage", Message(10), None),
        entry(b"full_message", Message(4), None),
        entry(b"errormessage", Message(2), None),
        entry(b"event.action", Event(5), None),
        entry(b"severitytext", Level(9, Common), None),
        entry(b"categoryname", Logger(7), None),
        entry(b"timeunixnano", Time(5), None),
        entry(b"time_iso8601", Time(3), None),
        entry(b"timestamp_ms", Time(3), None),
        entry(b"protopayload", Holder, Some(Within::Fields)),
    ],
    &[
        entry(b"short_message", Message(10), None),
        entry(b"sourcecontext", Logger(9), None),
        entry(b"severity_text", Level(9, Common), None),
        entry(b"error.message", ErrorText(4), None),
        entry(b"error_message", ErrorText(4), None),
        entry(b"operationname", Event(4), None),
        entry(b"exceptiontype", Class(9), None),
    ],
    &[
        entry(b"exception.type", Class(9), None),
        entry(b"exception_type", Class(9), None),
        entry(b"severitynumber", Level(7, Telemetry), None),
        entry(b"stagetimestamp", Time(3), None),
    ],
    &[
        entry(b"messagetemplate", Message(12), None),
        entry(b"renderedmessage", Message(9), None),
        entry(b"severity_number", Level(7, Telemetry), None),
        entry(b"exception_class", Class(9), None),
    ],
    &[entry(b"message_template", Message(12), None), entry(b"formattedmessage", Message(8), None)],
    &[
        entry(b"syslog_identifier", Logger(4), None),
        entry(b"error.stack_trace", Stack(5), None),
        entry(b"exception.message", ErrorText(3), None),
    ],
    &[],
    &[],
    &[entry(b"__realtime_timestamp", Time(9), None), entry(b"exception.stacktrace", Stack(5), None)],
];

/// Names of an error's parts.
const ERROR: &[Entry] = &[
    entry(b"type", Class(9), None),
    entry(b"class", Class(9), None),
    entry(b"kind", Class(9), None),
    entry(b"name", Class(9), None),
    entry(b"classname", Class(9), None),
    entry(b"exception_class", Class(9), None),
    entry(b"code", Class(6), None),
    entry(b"message", ErrorText(4), None),
    entry(b"msg", ErrorText(4), None),
    entry(b"stack_trace", Stack(5), None),
    entry(b"stacktrace", Stack(5), None),
    entry(b"stack", Stack(5), None),
    entry(b"backtrace", Stack(5), None),
    entry(b"extendedstacktrace", Stack(5), None),
];

const LOG: &[Entry] = &[
    entry(b"level", Level(9, Common), None),
    entry(b"logger", Logger(9), None),
    entry(b"sourcecontext", Logger(9), None),
];

const NAMED: &[Entry] = &[entry(b"name", Logger(3), None)];

const MOMENT: &[Entry] = &[
    entry(b"$date", Time(4), None),
    entry(b"timestamp", Time(5), None),
    entry(b"seconds", Time(4), None),
    entry(b"epochsecond", Time(4), None),
    entry(b"repr", Time(6), None),
];

const LEVELED: &[Entry] = &[entry(b"name", Level(9, Common), None)];

const BODY: &[Entry] = &[entry(b"stringvalue", Message(4), None), entry(b"string_value", Message(4), None)];

/// What a field named so means where it stands, and what the names in it mean if
/// its value is an object.
pub(super) fn meaning(within: Within, name: &[u8]) -> Option<(Meaning, Option<Within>)> {
    let entries: &[Entry] = match within {
        Within::Top | Within::Fields => TOP.get(name.len())?,
        Within::Log => LOG,
        Within::Error => ERROR,
        Within::Named => NAMED,
        Within::Moment => MOMENT,
        Within::Leveled => LEVELED,
        Within::Body => BODY,
    };
    // One comparison a name: nearly all differ in their first bytes.
    let head = match name.first_chunk() {
        Some(first) => u64::from_le_bytes(*first) | CASE,
        None => head_of(name),
    };
    let found = entries.iter().find(|entry| entry.head == head && entry.name.eq_ignore_ascii_case(name))?;
    Some((found.meaning, found.inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_top_stand_with_those_of_their_length() {
        for (length, entries) in TOP.iter().enumerate() {
            for Entry { name, .. } in *entries {
                assert_eq!(name.len(), length, "{}", String::from_utf8_lossy(name));
                assert!(meaning(Within::Top, &name.to_ascii_uppercase()).is_some());
            }
        }
    }
}

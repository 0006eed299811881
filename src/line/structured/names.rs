//! What the names of fields mean, in the habits of the loggers that write them.
//!
//! Names are compared in lower case. Where a line has several names of one
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

type Entry = (&'static [u8], Meaning, Option<Within>);

use Meaning::{
    Caller, Class, ErrorText, Event, Holder, Level, Logger, Mark, Message, Name, Raw, Stack, Stream, Time,
};
use Scale::{Common, Letter, Python, Syslog, Telemetry};

/// Names at the top of a line, by length.
const TOP: &[&[Entry]] = &[
    &[],
    &[
        (b"t", Time(4), Some(Within::Moment)),
        (b"s", Level(2, Letter), None),
        (b"c", Logger(2), None),
        (b"v", Mark, None),
    ],
    &[
        (b"@t", Time(9), None),
        (b"@l", Level(9, Common), None),
        (b"@m", Message(9), None),
        (b"@x", Stack(8), None),
        (b"ts", Time(7), None),
        (b"dt", Time(4), None),
        (b"at", Level(2, Common), None),
    ],
    &[
        (b"@mt", Message(12), None),
        (b"msg", Message(10), None),
        (b"log", Raw(6), Some(Within::Log)),
        (b"lvl", Level(8, Common), None),
        (b"err", ErrorText(6), Some(Within::Error)),
        (b"pid", Mark, None),
        (b"app", Logger(3), Some(Within::Named)),
    ],
    &[
        (b"time", Time(7), Some(Within::Moment)),
        (b"name", Name, None),
        (b"body", Message(4), Some(Within::Body)),
        (b"text", Message(3), None),
        (b"type", Event(2), None),
        (b"kind", Event(1), None),
        (b"verb", Event(1), None),
        (b"date", Time(3), Some(Within::Moment)),
    ],
    &[
        (b"level", Level(9, Common), Some(Within::Leveled)),
        (b"error", ErrorText(6), Some(Within::Error)),
        (b"event", Message(4), None),
        (b"stack", Stack(5), None),
        (b"ident", Logger(3), None),
        (b"_comm", Logger(1), None),
    ],
    &[
        (b"logger", Logger(9), Some(Within::Named)),
        (b"target", Logger(7), None),
        (b"module", Logger(5), None),
        (b"caller", Caller, None),
        (b"stream", Stream, None),
        (b"fields", Holder, Some(Within::Fields)),
        (b"record", Holder, Some(Within::Fields)),
        (b"action", Event(3), None),
        (b"thrown", Holder, Some(Within::Error)),
        (b"@level", Level(9, Common), None),
        (b"lineno", Mark, None),
    ],
    &[
        (b"message", Message(10), Some(Within::Fields)),
        (b"service", Logger(3), Some(Within::Named)),
        (b"asctime", Time(7), None),
        (b"levelno", Level(7, Python), None),
        (b"logtime", Time(4), None),
        (b"created", Time(2), None),
        (b"instant", Holder, Some(Within::Moment)),
        (b"channel", Logger(4), None),
        (b"program", Logger(4), None),
        (b"appname", Logger(4), None),
        (b"@module", Logger(8), None),
        (b"@fields", Holder, Some(Within::Fields)),
    ],
    &[
        (b"severity", Level(8, Common), None),
        (b"loglevel", Level(8, Common), None),
        (b"priority", Level(6, Syslog), None),
        (b"datetime", Time(6), None),
        (b"log_time", Time(4), None),
        (b"category", Logger(6), None),
        (b"@message", Message(10), None),
        (b"exc_info", Stack(7), None),
        (b"exc_text", Stack(5), None),
        (b"exc_type", Class(9), None),
        (b"err.type", Class(9), None),
        (b"app_name", Logger(4), None),
        (b"funcname", Mark, None),
        (b"function", Mark, None),
        (b"hostname", Mark, None),
    ],
    &[
        (b"timestamp", Time(8), Some(Within::Moment)),
        (b"component", Logger(7), None),
        (b"exception", ErrorText(6), Some(Within::Error)),
        (b"levelname", Level(9, Common), None),
        (b"log.level", Level(9, Common), None),
        (b"log_level", Level(8, Common), None),
        (b"subsystem", Logger(5), None),
        (b"errortype", Class(9), None),
        (b"eventtype", Event(4), None),
        (b"eventname", Event(5), None),
        (b"eventtime", Time(4), None),
        (b"starttime", Time(2), None),
        (b"traceback", Stack(5), None),
        (b"operation", Event(3), None),
    ],
    &[
        (b"@timestamp", Time(9), Some(Within::Moment)),
        (b"level_name", Level(10, Common), None),
        (b"loggername", Logger(9), None),
        (b"log.logger", Logger(9), None),
        (b"error.type", Class(9), None),
        (b"error.kind", Class(9), None),
        (b"error.name", Class(9), None),
        (b"error_type", Class(9), None),
        (b"event_type", Event(4), None),
        (b"event_name", Event(5), None),
        (b"event_time", Time(4), None),
        (b"start_time", Time(2), None),
        (b"logmessage", Message(8), None),
        (b"stacktrace", Stack(5), None),
        (b"timemillis", Time(6), None),
        (b"time_local", Time(3), None),
        (b"attributes", Holder, None),
        (b"properties", Holder, Some(Within::Log)),
        (b"error_code", Class(3), None),
        (b"methodname", Event(3), None),
    ],
    &[
        (b"logger_name", Logger(9), None),
        (b"log_message", Message(8), None),
        (b"textpayload", Raw(10), None),
        (b"jsonpayload", Holder, Some(Within::Fields)),
        (b"stack_trace", Stack(5), None),
        (b"error.stack", Stack(5), None),
        (b"error.class", Class(9), None),
        (b"error_class", Class(9), None),
        (b"level_value", Level(3, Common), None),
        (b"application", Logger(3), None),
    ],
    &[
        (b"service.name", Logger(3), None),
        (b"eventmessage", Message(10), None),
        (b"full_message", Message(4), None),
        (b"errormessage", Message(2), None),
        (b"event.action", Event(5), None),
        (b"severitytext", Level(9, Common), None),
        (b"categoryname", Logger(7), None),
        (b"timeunixnano", Time(5), None),
        (b"time_iso8601", Time(3), None),
        (b"timestamp_ms", Time(3), None),
        (b"protopayload", Holder, Some(Within::Fields)),
    ],
    &[
        (b"short_message", Message(10), None),
        (b"sourcecontext", Logger(9), None),
        (b"severity_text", Level(9, Common), None),
        (b"error.message", ErrorText(4), None),
        (b"error_message", ErrorText(4), None),
        (b"operationname", Event(4), None),
        (b"exceptiontype", Class(9), None),
    ],
    &[
        (b"exception.type", Class(9), None),
        (b"exception_type", Class(9), None),
        (b"severitynumber", Level(7, Telemetry), None),
        (b"stagetimestamp", Time(3), None),
    ],
    &[
        (b"messagetemplate", Message(12), None),
        (b"renderedmessage", Message(9), None),
        (b"severity_number", Level(7, Telemetry), None),
        (b"exception_class", Class(9), None),
    ],
    &[(b"message_template", Message(12), None), (b"formattedmessage", Message(8), None)],
    &[
        (b"syslog_identifier", Logger(4), None),
        (b"error.stack_trace", Stack(5), None),
        (b"exception.message", ErrorText(3), None),
    ],
    &[],
    &[],
    &[(b"__realtime_timestamp", Time(9), None), (b"exception.stacktrace", Stack(5), None)],
];

/// Names of an error's parts.
const ERROR: &[Entry] = &[
    (b"type", Class(9), None),
    (b"class", Class(9), None),
    (b"kind", Class(9), None),
    (b"name", Class(9), None),
    (b"classname", Class(9), None),
    (b"exception_class", Class(9), None),
    (b"code", Class(6), None),
    (b"message", ErrorText(4), None),
    (b"msg", ErrorText(4), None),
    (b"stack_trace", Stack(5), None),
    (b"stacktrace", Stack(5), None),
    (b"stack", Stack(5), None),
    (b"backtrace", Stack(5), None),
    (b"extendedstacktrace", Stack(5), None),
];

const LOG: &[Entry] =
    &[(b"level", Level(9, Common), None), (b"logger", Logger(9), None), (b"sourcecontext", Logger(9), None)];

const NAMED: &[Entry] = &[(b"name", Logger(3), None)];

const MOMENT: &[Entry] = &[
    (b"$date", Time(4), None),
    (b"timestamp", Time(5), None),
    (b"seconds", Time(4), None),
    (b"epochsecond", Time(4), None),
    (b"repr", Time(6), None),
];

const LEVELED: &[Entry] = &[(b"name", Level(9, Common), None)];

const BODY: &[Entry] = &[(b"stringvalue", Message(4), None), (b"string_value", Message(4), None)];

/// The longest name known.
pub(super) const NAME_BYTES_MAX: usize = TOP.len() - 1;

/// What a field named so, in lower case, means where it stands, and what the
/// names in it mean if its value is an object.
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
    let (_, meaning, inside) = entries.iter().find(|(known, ..)| *known == name)?;
    Some((*meaning, *inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_top_stand_with_those_of_their_length() {
        for (length, entries) in TOP.iter().enumerate() {
            for (name, ..) in *entries {
                assert_eq!(name.len(), length, "{}", String::from_utf8_lossy(name));
                assert_eq!(name.to_ascii_lowercase(), *name);
            }
        }
    }
}

//! One line an alert: `TIME KIND LEVEL ID text`.

use super::safe::visible;
use super::text::{TextStyle, clock_time, headline, level_word, message_of};
use logsurge::Alert;
use logsurge::line::structured::{Format, Seen, Unwrapper};

/// The line for one alert, without its newline. `named`: say which log it is
/// from, where there are several.
pub fn line(alert: &Alert, style: &TextStyle, id: &str, named: bool) -> String {
    format!(
        "{} {:<5} {:<5} {id} {}{}{}{} | {}",
        clock_time(alert.time, style),
        headline(alert),
        level_word(alert.level),
        if named { format!("{}: ", visible(alert.source.as_bytes())) } else { String::new() },
        alert.reason,
        alert
            .context
            .different
            .first()
            .map_or(String::new(), |found| { format!(", {}", visible(found.sentence().as_bytes())) }),
        if alert.note { " (note)" } else { "" },
        visible(&said_by(&alert.sample)),
    )
}

/// What a line says behind its stamp; a structured one in the words of a plain one,
/// for all its fields would not fit a line.
pub fn said_by(sample: &[u8]) -> Vec<u8> {
    let mut unwrapper = Unwrapper::new(Format::Auto, logsurge::shape::alarm::any);
    if !sample.is_empty()
        && unwrapper.concerns(sample)
        && let Seen::Line(line) = unwrapper.unwrap(sample)
    {
        return message_of(line.text);
    }
    message_of(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structured_sample_is_one_short_sentence() {
        let sample = br#"{"ts":1772460151,"level":"error","msg":"charge failed","err":"no gateway","id":7}"#;
        assert_eq!(said_by(sample), b"ERROR charge failed: no gateway");
        assert_eq!(said_by(b"2026-03-02T14:02:31Z ERROR x"), b"ERROR x");
        assert_eq!(said_by(b""), b"");
    }
}

//! One line an alert: `TIME KIND LEVEL ID text`.

use super::safe::visible;
use super::text::{TextStyle, clock_time, headline, level_word, message_of};
use logsurge::Alert;

/// The line for one alert, without its newline. `named`: say which log it is
/// from, where there are several.
pub fn line(alert: &Alert, style: &TextStyle, id: &str, named: bool) -> String {
    format!(
        "{} {:<5} {:<5} {id} {}{} | {}",
        clock_time(alert.time, style),
        headline(alert),
        level_word(alert.level),
        if named { format!("{}: ", visible(alert.source.as_bytes())) } else { String::new() },
        alert.reason,
        visible(&message_of(&alert.sample)),
    )
}

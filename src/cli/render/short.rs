//! One line an alert: `TIME KIND LEVEL ID text`.

use super::safe::visible;
use super::text::{TextStyle, clock_time, headline, message_of};
use logsurge::Alert;

/// The line for one alert, without its newline.
pub fn line(alert: &Alert, style: &TextStyle, id: &str) -> String {
    format!(
        "{} {:<5} {:<5} {id} {} | {}",
        clock_time(alert.time, style),
        headline(alert),
        alert.level.word().to_uppercase(),
        alert.reason,
        visible(&message_of(&alert.sample)),
    )
}

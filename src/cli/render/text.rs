//! Alerts for someone woken at three in the morning.
//!
//! A head line in fixed columns with the reason last, then a real line of the
//! log, then where it stands. The sample with its variables dimmed stands for
//! template and sample in one.

use super::safe::{shortened, visible};
use logsurge::alert::grouped;
use logsurge::line::stamp;
use logsurge::time::Zone;
use logsurge::{Alert, Kind, Level, Phase, Time};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const COLUMNS: usize = 80;
const NEAR_CHARS: usize = 44;
/// Lines of a trace below its message; JSON has more.
const TRACE_LINES: usize = 6;
const DAY_SECONDS: i64 = 86_400;

/// How text is dressed.
#[derive(Clone)]
pub struct TextStyle {
    /// Escape sequences are wanted.
    pub color: bool,
    /// Times are shown in this zone.
    pub zone: Zone,
    /// Dates are shown unless they are this one, in days since 1970.
    pub today: i64,
}

impl TextStyle {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The word an alert opens with.
pub fn headline(alert: &Alert) -> &'static str {
    match (alert.phase, alert.kind) {
        // It has not ended: it is the new normal.
        (Phase::Resolved, _) if alert.note => "NOTE",
        (Phase::Resolved, _) => "OVER",
        (Phase::Ongoing, _) => "STILL",
        (Phase::Open, Kind::New) => "NEW",
        (Phase::Open, Kind::Surge) => "SURGE",
        (Phase::Open, Kind::Gone) => "GONE",
    }
}

/// `14:02:31`, with the date in front when it is not today's.
pub fn clock_time(time: Time, style: &TextStyle) -> String {
    let wall = style.zone.to_wall(time.0.div_euclid(1_000_000));
    let text = Time::from_seconds(wall).to_string();
    let (date, clock) = (text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or(&text));
    if wall.div_euclid(DAY_SECONDS) == style.today { clock.to_owned() } else { format!("{date} {clock}") }
}

/// The part of a line behind its stamp. A stamp in quotes is a field among others.
pub fn message_of(sample: &[u8]) -> Vec<u8> {
    match stamp::find(sample).filter(|found| !sample[..found.start].ends_with(b"\"")) {
        Some(found) if found.end < sample.len() => [&sample[..found.start], &sample[found.end..]].concat(),
        _ => sample.to_vec(),
    }
}

/// The lines for one alert, with a newline at the end. `id`: its short form.
pub fn block(alert: &Alert, style: &TextStyle, id: &str) -> String {
    let word = style.paint(color_of(alert), &format!("{:<5}", headline(alert)));
    let level = level_word(alert.level);
    let mut out =
        format!("{word} {id} {} {level:<5} {}\n", clock_time(alert.time, style), reason(alert, style));
    if alert.phase != Phase::Open && alert.kind == Kind::New {
        return out;
    }
    let message = visible(&message_of(&alert.sample));
    let bars = sparkline(&alert.history);
    let shown = dimmed(message.trim(), style);
    let gap = (COLUMNS - 2).saturating_sub(message.trim().chars().count() + bars.chars().count());
    if bars.is_empty() {
        out += &format!("  {shown}\n");
    } else {
        out += &format!("  {shown}{}{bars}\n", " ".repeat(gap.max(2)));
    }
    out + &trace(alert, style) + &place(alert, style)
}

/// The record around the sample: its head, and the first lines of the trace.
fn trace(alert: &Alert, style: &TextStyle) -> String {
    let mut out = String::new();
    let mut add = |before: &str, line: &[u8]| {
        let line = format!("{before}{}", visible(line).trim());
        out += &format!("  {}\n", style.paint("2", &shortened(&line, COLUMNS - 2)));
    };
    let context = &alert.context;
    if let Some((head, frames)) = context.before.split_first() {
        add("in: ", &message_of(head));
        let from =
            if context.after.is_empty() { frames.len().saturating_sub(TRACE_LINES) } else { frames.len() };
        frames[from..].iter().for_each(|line| add("  ", line));
    }
    context.after.iter().take(TRACE_LINES).for_each(|line| add("  ", line));
    out
}

/// The level in capitals, `-` for none.
pub fn level_word(level: Level) -> String {
    if level == Level::None { "-".to_owned() } else { level.word().to_uppercase() }
}

fn color_of(alert: &Alert) -> &'static str {
    match (alert.note, alert.level >= Level::Error, alert.kind) {
        (true, _, _) => "2",
        (_, true, _) => "1;31",
        (_, _, Kind::New) => "1;33",
        (_, _, Kind::Surge) => "1;35",
        (_, _, Kind::Gone) => "1;36",
    }
}

fn reason(alert: &Alert, style: &TextStyle) -> String {
    let mut text = alert.reason.clone();
    match (alert.kind, alert.phase) {
        (Kind::New, Phase::Open) if alert.count > 1 => text += &format!(", {} lines", grouped(alert.count)),
        // Of two whole logs there is no other start than the first line.
        (Kind::Surge, Phase::Open) if alert.started > alert.first_seen => {
            text += &format!(", since {}", clock_time(alert.started, style))
        }
        (Kind::Gone, Phase::Open) => text += &format!(", last {}", clock_time(alert.last_seen, style)),
        _ => {}
    }
    if alert.provisional {
        text += " (provisional)";
    }
    if alert.note {
        text += " (note)";
    }
    text
}

fn place(alert: &Alert, style: &TextStyle) -> String {
    let mut parts = Vec::new();
    if alert.line_number > 0 {
        parts.push(format!("{}:{}", visible(alert.source.as_bytes()), alert.line_number));
    }
    if alert.sources.of > 1 && alert.sources.seen > 0 {
        parts.push(format!("on {} of {} sources", alert.sources.seen, alert.sources.of));
    }
    if let Some(nearest) = &alert.nearest {
        let near = visible(nearest.template.as_bytes());
        parts.push(format!("near: \"{}\"", shortened(&near, NEAR_CHARS)));
    }
    if parts.is_empty() {
        return String::new();
    }
    format!("  {}\n", style.paint("2", &parts.join(" · ")))
}

/// Words with digits are what varies; they step back.
fn dimmed(text: &str, style: &TextStyle) -> String {
    if !style.color {
        return text.to_owned();
    }
    let words = text.split_inclusive(' ').map(|word| {
        if word.bytes().any(|byte| byte.is_ascii_digit()) { style.paint("2", word) } else { word.to_owned() }
    });
    words.collect()
}

fn sparkline(history: &[u32]) -> String {
    let most = history.iter().copied().max().unwrap_or(0).max(1);
    history.iter().map(|&lines| BARS[(lines as usize * (BARS.len() - 1)).div_ceil(most as usize)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_every_line() {
        assert_eq!(sparkline(&[0, 1, 8]), "▁▂█");
        assert_eq!(sparkline(&[]), "");
    }

    #[test]
    fn a_sample_is_shown_without_its_stamp() {
        assert_eq!(message_of(b"2026-03-02T14:02:31Z ERROR x"), b"ERROR x");
        assert_eq!(message_of(b"no stamp"), b"no stamp");
        assert_eq!(
            message_of(b"{\"time\":\"2026-03-02T14:02:31Z\"}"),
            b"{\"time\":\"2026-03-02T14:02:31Z\"}"
        );
    }
}

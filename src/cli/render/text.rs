//! Alerts for someone woken at three in the morning.
//!
//! A head line in fixed columns with the reason last, then a real line of the
//! log, then where it stands. The sample with its variables dimmed stands for
//! template and sample in one.

use super::safe::{shortened, visible};
use logsurge::alert::{NearestMessage, Spread, grouped};
use logsurge::line::stamp;
use logsurge::time::Zone;
use logsurge::{Alert, Kind, Level, Phase, Time};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const COLUMNS: usize = 80;
/// The nearest message is shown this long at least, and each word that differs at most so long.
const NEAR_CHARS: usize = 44;
const WORD_CHARS: usize = 24;
const SOURCE_CHARS: usize = 40;
/// A source with this part of a message's lines is named.
const TOP_SHARE_MIN: f64 = 0.9;
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
        (Phase::Open, Kind::Value) => "VALUE",
        (Phase::Open, Kind::Volume) if alert.note => "NOTE",
        (Phase::Open, Kind::Volume) => "GONE",
    }
}

/// `14:02:31`, with the date in front when it is not today's.
pub fn clock_time(time: Time, style: &TextStyle) -> String {
    let wall = style.zone.to_wall(time.0.div_euclid(1_000_000));
    let text = Time::from_seconds(wall).to_string();
    let (date, clock) = (text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or(&text));
    if wall.div_euclid(DAY_SECONDS) == style.today { clock.to_owned() } else { format!("{date} {clock}") }
}

/// A time beside one that is shown already: the date only if it is another.
fn clock_beside(time: Time, shown: Time, style: &TextStyle) -> String {
    let day = |time: Time| style.zone.to_wall(time.0.div_euclid(1_000_000)).div_euclid(DAY_SECONDS);
    clock_time(
        time,
        &TextStyle { today: if day(time) == day(shown) { day(time) } else { style.today }, ..style.clone() },
    )
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
    let (width, chart) = (message.trim().chars().count(), bars.chars().count());
    // Beside the sample if both fit a line, else below it.
    out += &match (COLUMNS - 2).checked_sub(width + chart) {
        _ if bars.is_empty() => format!("  {shown}\n"),
        Some(gap @ 2..) => format!("  {shown}{}{bars}\n", " ".repeat(gap)),
        _ => format!("  {shown}\n{}{bars}\n", " ".repeat(COLUMNS - chart.min(COLUMNS))),
    };
    for difference in &alert.context.different {
        out += &format!("  {}\n", shortened(&visible(difference.sentence().as_bytes()), COLUMNS - 2));
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
        (_, _, Kind::Surge | Kind::Value) => "1;35",
        (_, _, Kind::Gone | Kind::Volume) => "1;36",
    }
}

fn reason(alert: &Alert, style: &TextStyle) -> String {
    let mut text = alert.reason.clone();
    let is_share = alert.value.as_ref().is_some_and(|told| told.usual > 0.0);
    match (alert.kind, alert.phase) {
        (Kind::Value, Phase::Open) if is_share && !alert.note => {
            text += &format!(", since {}", clock_beside(alert.started, alert.time, style))
        }
        (Kind::New | Kind::Value, Phase::Open) if alert.count > 1 => {
            text += &format!(", {} lines", grouped(alert.count))
        }
        // Of two whole logs there is no other start than the first line.
        (Kind::Surge, Phase::Open) if alert.started > alert.first_seen => {
            text += &format!(", since {}", clock_beside(alert.started, alert.time, style))
        }
        (Kind::Gone, Phase::Open) => {
            text += &format!(", last {}", clock_beside(alert.last_seen, alert.time, style))
        }
        _ => {}
    }
    if alert.provisional {
        text += " (provisional)";
    }
    if alert.note && alert.kind != Kind::Volume {
        text += " (note)";
    }
    text
}

/// Where the sample stands, on which sources the message is, and what it is like; in two
/// lines where one would be too long.
fn place(alert: &Alert, style: &TextStyle) -> String {
    let mut parts = Vec::new();
    if alert.line_number > 0 {
        parts.push(format!("{}:{}", visible(alert.source.as_bytes()), alert.line_number));
    }
    parts.extend(spread(alert));
    let near = alert.nearest.as_ref().map(|nearest| near(nearest, COLUMNS - 2));
    let mut lines = vec![parts.join(" · ")];
    if let Some(near) = near {
        let room = (COLUMNS - 2).saturating_sub(lines[0].chars().count() + 3);
        if lines[0].is_empty() || near.chars().count() <= room {
            parts.push(near);
            lines[0] = parts.join(" · ");
        } else {
            lines.push(near);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.iter().map(|line| format!("  {}\n", style.paint("2", line))).collect()
}

/// On how many of several sources a message is; where nearly all of it is on one, on which.
fn spread(alert: &Alert) -> Option<String> {
    let Spread { seen, of, top, top_share } = &alert.sources;
    if *of < 2 || *seen == 0 {
        return None;
    }
    let top = shortened(&visible(top.as_bytes()), SOURCE_CHARS);
    let verb = if alert.kind == Kind::Gone { "was on" } else { "on" };
    Some(match (*seen, *top_share >= TOP_SHARE_MIN) {
        (1, _) => format!("{verb} 1 of {of} sources: {top}"),
        (_, true) => format!("{verb} {seen} of {of} sources, {:.0} % from {top}", top_share * 100.0),
        (_, false) => format!("{verb} {seen} of {of} sources"),
    })
}

/// The known message most like a new one, and the words in which it differs.
fn near(nearest: &NearestMessage, columns: usize) -> String {
    let differs = match nearest.differs.as_slice() {
        [] => String::new(),
        [(here, there), ..] => format!(", there {} for {}", quoted(there), quoted(here),),
    };
    // Where both do not fit, the message itself says more.
    let template = visible(nearest.template.as_bytes());
    let room = columns.saturating_sub("near: \"\"".len() + differs.chars().count());
    if room < template.chars().count().min(NEAR_CHARS) {
        return format!("near: \"{}\"", shortened(&template, columns - "near: \"\"".len()));
    }
    format!("near: \"{}\"{differs}", shortened(&template, room))
}

/// A word that differs; nothing has no quotes.
fn quoted(word: &str) -> String {
    let word = shortened(&visible(word.as_bytes()), WORD_CHARS);
    if word.is_empty() { "nothing".to_owned() } else { format!("\"{word}\"") }
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
    if history.iter().all(|lines| *lines == 0) {
        return String::new();
    }
    chart(&history.iter().map(|&lines| f64::from(lines)).collect::<Vec<_>>())
}

/// A bar for each value, the lowest for none at all and the highest for the most.
pub fn chart(values: &[f64]) -> String {
    let most = values.iter().copied().fold(0.0, f64::max);
    let steps = (BARS.len() - 1) as f64;
    let bar = |value: &f64| if most > 0.0 { (value.max(0.0) / most * steps).ceil() } else { 0.0 };
    values.iter().map(|value| BARS[(bar(value) as usize).min(BARS.len() - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_every_line() {
        assert_eq!(sparkline(&[0, 1, 8]), "▁▂█");
        assert_eq!(sparkline(&[]), "");
        assert_eq!(chart(&[0.0, 0.1, 24.0]), "▁▂█");
        assert_eq!(chart(&[0.0, f64::NAN]), "▁▁");
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

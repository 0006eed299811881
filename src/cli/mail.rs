//! A mail from cron: its first line says it all, and it is short.

use super::args::Output;
use super::printer::{Piece, Printer};
use super::render::safe::{shortened, visible};
use super::render::short::said_by;
use super::render::text::{TextStyle, clock_time, headline, level_word};
use logsurge::time::Zone;
use logsurge::{Alert, Error, Kind, Phase, Session, Time};
use std::cmp::Reverse;
use std::io::{self, Write};
use std::path::Path;

/// Lines of a mail; what is beyond is said as a count.
const LINES_MAX: usize = 40;
/// What mail programs show of a mail in their lists, roughly.
const PREVIEW_CHARS: usize = 150;
/// Of them for the name of a log.
const NAME_CHARS: usize = 40;
/// The message gets so many, whatever stands before it.
const MESSAGE_CHARS_MIN: usize = 60;
const MINUTE_MICROS: i64 = 60_000_000;

/// Alerts of one or more logs on their way to one mail.
pub struct Mail {
    printer: Printer,
    /// Notes alone are worth a mail.
    verbose: bool,
    alerts: u64,
    style: TextStyle,
    /// Logs that have alerts, as they were named.
    logs: Vec<String>,
    /// How the rest is seen.
    show: String,
}

impl Mail {
    /// An empty mail. `show`: the command that shows past alerts.
    pub fn new(output: &Output, zone: Zone, now: Time, show: String) -> Mail {
        let style = Printer::style(output, zone.clone(), now);
        let mut printer = Printer::new(output, zone, now, false);
        printer.for_mail(&show);
        printer.many = true;
        Mail { printer, verbose: output.verbose, alerts: 0, style, logs: Vec::new(), show }
    }

    /// Takes the alerts of a log; those that open come with all their lines so far.
    pub fn add(&mut self, log: &str, session: &Session, alerts: &[Alert]) -> Result<(), Error> {
        // What is no alarm makes no mail; beside one it is worth its line.
        let alarms = alerts.iter().filter(|alert| is_alarm(alert) && self.printer.wants(alert)).count();
        if alarms == 0 && !self.verbose && !self.printer.is_json() {
            return Ok(());
        }
        for alert in alerts {
            let printed = self.printer.print(alert, session.ledger().registry());
            printed.map_err(|err| Error::io("standard output", err))?;
        }
        if alarms > 0 {
            self.logs.push(log.to_owned());
            self.alerts += alarms as u64;
        }
        Ok(())
    }

    /// Alerts that count for the exit status.
    pub fn alerts(&self) -> u64 {
        self.alerts
    }

    /// Writes it, if there is something to say. That its reader has gone is no trouble.
    pub fn send(mut self) -> Result<(), Error> {
        self.printer.finish().map_err(|err| Error::io("standard output", err))?;
        let pieces = self.printer.take_kept();
        let text = if self.printer.is_json() {
            pieces.into_iter().map(|piece| piece.text).collect()
        } else if pieces.is_empty() {
            return Ok(());
        } else {
            self.text(pieces)
        };
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("standard output", err)),
            _ => Ok(()),
        }
    }

    fn text(&self, mut pieces: Vec<Piece>) -> String {
        let alarms: Vec<&Alert> = pieces
            .iter()
            .filter_map(|piece| piece.alert.as_deref())
            .filter(|alert| is_alarm(alert))
            .collect();
        let preview = self.preview(&alarms);
        let since = alarms.iter().map(|alert| alert.time).min();
        let all = pieces.iter().filter(|piece| piece.alert.is_some()).count();
        let lines: usize = pieces.iter().map(|piece| piece.text.lines().count()).sum();
        let head = usize::from(!preview.is_empty()) + 1;
        if lines + head > LINES_MAX {
            keep_worst(&mut pieces, LINES_MAX - head - 1);
        }
        let shown = pieces.iter().filter(|piece| piece.alert.is_some()).count();
        let mut text = if preview.is_empty() { String::new() } else { preview + "\n\n" };
        pieces.iter().for_each(|piece| text += &piece.text);
        if shown < all {
            let since = since.map_or(String::new(), |since| format!(" --since {}", self.minute(since)));
            text += &format!("and {} more: {}{since}\n", all - shown, self.show);
        }
        text
    }

    /// `3 alerts in app.log since 13:55: NEW ERROR charge failed for order 8812`
    fn preview(&self, alarms: &[&Alert]) -> String {
        let Some(worst) = alarms.iter().min_by_key(|alert| rank(alert)) else { return String::new() };
        let (count, s) = (alarms.len() as u64, if alarms.len() == 1 { "" } else { "s" });
        let place = match &self.logs[..] {
            [log] => {
                let name = Path::new(log).file_name().map_or(log.into(), |name| name.to_string_lossy());
                shortened(&visible(name.as_bytes()), NAME_CHARS)
            }
            logs => format!("{} logs", logs.len()),
        };
        let since = alarms.iter().map(|alert| alert.started).min().unwrap_or(worst.time);
        let message = visible(&said_by(&worst.sample));
        let level = match &level_word(worst.level)[..] {
            "-" | "" => String::new(),
            // Most lines say it themselves.
            level if message.contains(level) => String::new(),
            level => format!("{level} "),
        };
        // What is new says enough; of what is known its figures do, without their details.
        let figures = match worst.kind {
            Kind::New => String::new(),
            // Of a value that was never seen the usual ones are details, of a share its figures are all.
            Kind::Value if worst.value.as_ref().is_some_and(|told| told.usual > 0.0) => {
                format!("{}: ", worst.reason)
            }
            Kind::Value => format!("{}: ", worst.reason.split(" (").next().unwrap_or_default()),
            _ => {
                worst.reason.split([',', '(']).take(2).collect::<Vec<_>>().join(",").trim().to_owned() + ": "
            }
        };
        let since = clock_time(since, &self.style);
        let line = format!("{count} alert{s} in {place} since {since}: {} {figures}{level}", headline(worst));
        let room = PREVIEW_CHARS.saturating_sub(line.chars().count()).max(MESSAGE_CHARS_MIN);
        line + &without_middle(message.trim(), room)
    }

    /// A time as `--since` takes it, on the minute before it.
    fn minute(&self, time: Time) -> String {
        let floor = Time(time.0 - time.0.rem_euclid(MINUTE_MICROS));
        let text = clock_time(floor, &self.style);
        let text = text.get(..text.len() - 3).unwrap_or(&text);
        if text.contains(' ') { format!("'{text}'") } else { text.to_owned() }
    }
}

/// The beginning of a text and its end, which in many lines says why.
fn without_middle(text: &str, chars_max: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= chars_max {
        return text.to_owned();
    }
    let (kept, head) = (chars_max - 1, chars_max / 2);
    chars[..head].iter().chain(['…'].iter()).chain(&chars[chars.len() - (kept - head)..]).collect()
}

/// Whether it is worth a mail: it opens now, or has become much worse.
fn is_alarm(alert: &Alert) -> bool {
    !alert.note && alert.phase != Phase::Resolved
}

/// The worst comes first: by level, of one level new messages, then values, then the others, and
/// of these what is least likely.
fn rank(alert: &Alert) -> impl Ord + use<> {
    let score = if alert.score.is_finite() { (alert.score * 100.0) as i64 } else { i64::MAX };
    let kind = match alert.kind {
        Kind::New => 0,
        Kind::Value => 1,
        _ => 2,
    };
    (!is_alarm(alert), Reverse(alert.class), kind, Reverse(score), alert.time)
}

/// Keeps of the pieces so many lines: the worst alerts, in the order they were.
fn keep_worst(pieces: &mut Vec<Piece>, lines_max: usize) {
    let mut order: Vec<usize> = (0..pieces.len()).filter(|at| pieces[*at].alert.is_some()).collect();
    order.sort_by_key(|at| pieces[*at].alert.as_deref().map(rank));
    let mut left = lines_max;
    let mut kept = vec![false; pieces.len()];
    for at in order {
        let lines = pieces[at].text.lines().count();
        if lines > left {
            break;
        }
        left -= lines;
        kept[at] = true;
    }
    let mut at = 0;
    pieces.retain(|_| {
        at += 1;
        kept[at - 1]
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_the_end_is_kept_too() {
        assert_eq!(without_middle("to=<x>, status=deferred", 23), "to=<x>, status=deferred");
        assert_eq!(without_middle("to=<x>, status=deferred", 15), "to=<x>,…eferred");
    }
}

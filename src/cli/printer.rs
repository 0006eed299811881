//! Where alerts meet the screen: filters, formats, limits on what a person
//! can read, and the count that the exit status rests on.

use super::args::{ColorArg, Output};
use super::fold::Fold;
use super::render::text::TextStyle;
use super::render::{json, short, text};
use logsurge::template::Registry;
use logsurge::time::Zone;
use logsurge::{Alert, Kind, Phase, Time};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Alert lines an hour on a terminal; what is beyond is counted and said.
const TERMINAL_ALERTS_PER_HOUR: usize = logsurge::limits::TERMINAL_ALERTS_PER_HOUR;
const HOUR_MICROS: i64 = 3_600_000_000;
/// Live, what is counted is said after so long, whatever the log's own time says.
const COUNT_WAIT: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_secs(3_600);

#[derive(Copy, Clone, PartialEq, Eq)]
enum Format {
    Text,
    Short,
    Json,
}

/// A piece of output that is not written yet.
pub struct Piece {
    /// Its lines.
    pub text: String,
    /// The alert they show.
    pub alert: Option<Box<Alert>>,
}

/// Prints alerts and remembers what it printed.
pub struct Printer {
    output: Output,
    format: Format,
    style: TextStyle,
    terminal: bool,
    /// Alerts that count for the exit status.
    pub alerts: u64,
    /// Alerts of several logs are printed side by side.
    pub many: bool,
    /// What would have been written, for a mail: each piece with the alert it is about.
    kept: Option<Vec<Piece>>,
    /// Standard output was closed by its reader.
    pub closed: bool,
    hour: i64,
    printed_this_hour: usize,
    held_back: u64,
    /// What is told as a count.
    fold: Fold,
    /// Since when, by the wall clock, the hour lasts and something is counted.
    hour_began: Instant,
    counted_since: Option<Instant>,
}

impl Printer {
    /// A printer for standard output. `stream`: alerts come one by one over a
    /// long run, so the short form is the default where no person looks at a terminal.
    pub fn new(output: &Output, zone: Zone, now: Time, stream: bool) -> Printer {
        let terminal = io::stdout().is_terminal();
        let format = if output.json {
            Format::Json
        } else if output.short || (stream && !terminal && !output.text) {
            Format::Short
        } else {
            Format::Text
        };
        let style = Printer::style(output, zone, now);
        Printer {
            output: output.clone(),
            format,
            style,
            terminal,
            alerts: 0,
            many: false,
            kept: None,
            closed: false,
            hour: i64::MIN,
            printed_this_hour: 0,
            held_back: 0,
            fold: Fold::new("-v"),
            hour_began: Instant::now(),
            counted_since: None,
        }
    }

    /// What is written is kept for a mail, whose reader sees what it counts with this command.
    pub fn for_mail(&mut self, show: &str) {
        self.kept = Some(Vec::new());
        // It has a bound of its own.
        self.terminal = false;
        self.fold = Fold::new(&format!("{show} -v"));
    }

    /// How text for standard output is dressed.
    pub fn style(output: &Output, zone: Zone, now: Time) -> TextStyle {
        let today = zone.to_wall(now.0.div_euclid(1_000_000)).div_euclid(86_400);
        TextStyle { color: wants_color(output.color, io::stdout().is_terminal()), zone, today }
    }

    /// Prints a line that folds notes; programs get each note instead.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        self.write(&format!("NOTE  {text}\n"))
    }

    /// Prints one alert, if it is wanted. `registry` knows its short id.
    pub fn print(&mut self, alert: &Alert, registry: &Registry) -> io::Result<()> {
        if !self.wants(alert) {
            return Ok(());
        }
        self.alerts += u64::from(alert.is_alarm());
        if self.format == Format::Json {
            return self.write(&(json::line(alert) + "\n"));
        }
        self.turn_hour(alert.time)?;
        // What has become normal is said, though it is over.
        if alert.phase == Phase::Resolved && !alert.note && !self.output.verbose {
            return Ok(());
        }
        if self.fold.ends_with(alert) && self.held_back == 0 {
            self.say_counted()?;
        }
        if !self.output.verbose && self.fold.takes(alert) {
            self.counted_since.get_or_insert_with(Instant::now);
            return Ok(());
        }
        self.say_mild()?;
        if self.terminal && self.printed_this_hour >= TERMINAL_ALERTS_PER_HOUR {
            self.held_back += 1;
            if self.held_back > 1 {
                return Ok(());
            }
            return self.write(&format!(
                "      {TERMINAL_ALERTS_PER_HOUR} alerts within the hour: the rest of it is counted; --json shows all\n"
            ));
        }
        self.printed_this_hour += 1;
        let id = registry.short_id(alert.id);
        let line = match self.format {
            Format::Short => {
                short::line(
                    alert,
                    &self.style,
                    &id,
                    (self.many || alert.sources.of > 1) && !alert.source.is_empty(),
                ) + "\n"
            }
            _ => text::block(alert, &self.style, &id),
        };
        if let Some(kept) = &mut self.kept {
            kept.push(Piece { text: line, alert: Some(Box::new(alert.clone())) });
            return Ok(());
        }
        self.write(&line)
    }

    /// Says what was held back.
    pub fn finish(&mut self) -> io::Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        self.end_hour()
    }

    /// Live: nothing has come for the moment. What is counted does not wait for the next alert.
    pub fn pause(&mut self) -> io::Result<()> {
        if self.hour_began.elapsed() >= HOUR {
            self.end_hour()?;
        }
        self.say_mild()?;
        if self.held_back == 0
            && self.fold.is_waiting()
            && self.counted_since.is_some_and(|since| since.elapsed() >= COUNT_WAIT)
        {
            self.say_counted()?;
        }
        Ok(())
    }

    fn say_mild(&mut self) -> io::Result<()> {
        // Beyond the bound of the hour counts wait for its end, too.
        let is_full = self.held_back > 0;
        let text = if is_full { String::new() } else { self.fold.take_mild(&self.style) };
        if text.is_empty() { Ok(()) } else { self.write(&text) }
    }

    fn say_counted(&mut self) -> io::Result<()> {
        self.counted_since = None;
        let text = self.fold.take_incident(&self.style);
        if text.is_empty() { Ok(()) } else { self.write(&text) }
    }

    /// Whether an alert passes what was asked for.
    pub fn wants(&self, alert: &Alert) -> bool {
        let kinds = &self.output.kind;
        // What is gone has no lines; so many were due.
        let lines = if alert.kind == Kind::Gone { alert.expected.round() as u64 } else { alert.count };
        (kinds.is_empty() || kinds.iter().any(|kind| kind.word() == alert.kind.word()))
            && self.output.least.allows(alert.class, lines)
    }

    /// Whether programs read it.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// What was kept for a mail.
    pub fn take_kept(&mut self) -> Vec<Piece> {
        self.kept.take().unwrap_or_default()
    }

    fn turn_hour(&mut self, time: Time) -> io::Result<()> {
        let hour = time.0.div_euclid(HOUR_MICROS);
        if hour > self.hour {
            self.end_hour()?;
            self.hour = hour;
        }
        Ok(())
    }

    /// Notes are one line an hour; alerts beyond the bound are a count.
    fn end_hour(&mut self) -> io::Result<()> {
        self.say_counted()?;
        let mut text = self.fold.take_notes(&self.style);
        if self.held_back > 0 {
            text += &format!("      and {} more alerts in this hour; --json shows all\n", self.held_back);
        }
        (self.held_back, self.printed_this_hour) = (0, 0);
        self.hour_began = Instant::now();
        if text.is_empty() { Ok(()) } else { self.write(&text) }
    }

    /// Writes at once; a reader that has gone is a quiet end of output.
    fn write(&mut self, text: &str) -> io::Result<()> {
        if let Some(kept) = &mut self.kept {
            kept.push(Piece { text: text.to_owned(), alert: None });
            return Ok(());
        }
        if self.closed {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(err) if err.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            result => result,
        }
    }
}

fn wants_color(when: ColorArg, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if set("NO_COLOR") => false,
        ColorArg::Auto => {
            terminal
                || (set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0"))
        }
    }
}

//! Where alerts meet the screen: filters, formats, limits on what a person
//! can read, and the count that the exit status rests on.

use super::args::{ColorArg, KindArg, LevelArg, Output};
use super::render::text::{TextStyle, clock_time};
use super::render::{json, short, text};
use logsurge::template::Registry;
use logsurge::time::Zone;
use logsurge::{Alert, Kind, Level, Phase, Time};
use std::io::{self, IsTerminal, Write};

/// Alert lines an hour on a terminal; what is beyond is counted and said.
const TERMINAL_ALERTS_PER_HOUR: usize = logsurge::limits::TERMINAL_ALERTS_PER_HOUR;
const HOUR_MICROS: i64 = 3_600_000_000;

#[derive(Copy, Clone, PartialEq, Eq)]
enum Format {
    Text,
    Short,
    Json,
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
    /// Standard output was closed by its reader.
    pub closed: bool,
    hour: i64,
    printed_this_hour: usize,
    held_back: u64,
    notes: u64,
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
        let today = zone.to_wall(now.0.div_euclid(1_000_000)).div_euclid(86_400);
        let style = TextStyle { color: wants_color(output.color, terminal), zone, today };
        Printer {
            output: output.clone(),
            format,
            style,
            terminal,
            alerts: 0,
            many: false,
            closed: false,
            hour: i64::MIN,
            printed_this_hour: 0,
            held_back: 0,
            notes: 0,
        }
    }

    /// Prints one alert, if it is wanted. `registry` knows its short id.
    pub fn print(&mut self, alert: &Alert, registry: &Registry) -> io::Result<()> {
        if !self.wanted(alert) {
            return Ok(());
        }
        self.alerts += u64::from(alert.is_alarm());
        if self.format == Format::Json {
            return self.write(&(json::line(alert) + "\n"));
        }
        self.turn_hour(alert.time)?;
        if alert.note && !self.output.verbose {
            self.notes += 1;
            return Ok(());
        }
        if alert.phase == Phase::Resolved && !self.output.verbose {
            return Ok(());
        }
        if self.terminal && self.printed_this_hour >= TERMINAL_ALERTS_PER_HOUR {
            self.held_back += 1;
            return Ok(());
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
        self.write(&line)
    }

    /// Says what was held back.
    pub fn finish(&mut self) -> io::Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        self.end_hour()
    }

    fn wanted(&self, alert: &Alert) -> bool {
        let kind = match alert.kind {
            Kind::New => KindArg::New,
            Kind::Surge => KindArg::Surge,
            Kind::Gone => KindArg::Gone,
        };
        (self.output.kind.is_empty() || self.output.kind.contains(&kind))
            && self.output.level.is_none_or(|level| alert.class >= level_of(level))
            && self.output.min_count.is_none_or(|least| alert.count >= least)
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
        let mut line = String::new();
        if self.notes > 0 {
            let (s, these) = if self.notes == 1 { ("", "it") } else { ("s", "them") };
            line += &format!(
                "NOTE  {} new kind{s} of message since {}, not worth an alert; -v shows {these}\n",
                self.notes,
                clock_time(Time(self.hour.saturating_mul(HOUR_MICROS)), &self.style),
            );
        }
        if self.held_back > 0 {
            line += &format!(
                "      and {} more alerts in this hour; --json or --short shows all\n",
                self.held_back
            );
        }
        (self.notes, self.held_back, self.printed_this_hour) = (0, 0, 0);
        if line.is_empty() { Ok(()) } else { self.write(&line) }
    }

    /// Writes at once; a reader that has gone is a quiet end of output.
    fn write(&mut self, text: &str) -> io::Result<()> {
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

pub fn level_of(level: LevelArg) -> Level {
    match level {
        LevelArg::Trace => Level::Trace,
        LevelArg::Debug => Level::Debug,
        LevelArg::Info => Level::Info,
        LevelArg::Warn => Level::Warn,
        LevelArg::Error => Level::Error,
        LevelArg::Fatal => Level::Fatal,
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

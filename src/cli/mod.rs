//! The program around the library: it owns stdout, stderr, the environment,
//! the clock and the exit status.

/// Prints to standard error, nothing of it an instruction to the terminal.
macro_rules! say {
    ($($words:tt)*) => {{
        $crate::cli::render::safe::to_stderr(&format!($($words)*));
    }};
}

mod args;
mod baseline;
mod batch;
mod check;
mod diff;
mod exit;
mod fold;
mod known;
mod mail;
mod memory;
mod printer;
mod remembered;
mod render;
mod setup;
mod show;
mod signals;
mod templates;
mod watch;
mod when;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use exit::Outcome;
use logsurge::Error;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

/// Runs the program on these arguments, the first being its name.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let mut args: Vec<OsString> = args.collect();
    if !names_a_command(&args)
        && let Some(outcome) = without_command(&mut args)
    {
        return outcome.code();
    }
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(err) => {
            // A reader that has gone cannot be told.
            let _ = err.print();
            return if err.use_stderr() { Outcome::Trouble } else { Outcome::Calm }.code();
        }
    };
    match dispatch(cli.command) {
        Ok(outcome) => outcome.code(),
        Err(err) if err.is_broken_pipe() => Outcome::Calm.code(),
        Err(err) => {
            say!("logsurge: {err}");
            Outcome::Trouble.code()
        }
    }
}

fn dispatch(command: Command) -> Result<Outcome, Error> {
    match command {
        Command::Watch(args) => watch::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Scan(args) => batch::scan(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Learn(args) => batch::learn(&args),
        Command::Templates(args) => templates::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Accept(args) => known::accept(&args),
        Command::Mute(args) => known::mute(&args),
        Command::Known(args) => known::list(&args),
        Command::Baseline(args) => baseline::run(&args),
    }
}

/// Whether the first word is a command, or asks for help or the version.
fn names_a_command(args: &[OsString]) -> bool {
    let Some(first) = args.get(1).and_then(|arg| arg.to_str()) else { return args.len() > 1 };
    matches!(first, "-h" | "--help" | "-V" | "--version" | "help")
        || Cli::command().find_subcommand(first).is_some()
}

/// No command: piped input is watched; a file gets the two commands it could mean.
fn without_command(args: &mut Vec<OsString>) -> Option<Outcome> {
    let first = args.get(1).cloned();
    match first {
        Some(path) if Path::new(&path).exists() => {
            let path = path.to_string_lossy().into_owned();
            say!("logsurge: {path} is a file, not a command; did you mean one of");
            say!("  logsurge scan {path}     judge what is in it");
            say!("  logsurge watch {path}    follow it while it grows");
            Some(Outcome::Trouble)
        }
        Some(flag) if !flag.to_string_lossy().starts_with('-') => None,
        _ if std::io::stdin().is_terminal() => {
            say!("{}", Cli::command().render_help());
            Some(Outcome::Trouble)
        }
        _ => {
            args.insert(1, "watch".into());
            args.insert(2, "-".into());
            None
        }
    }
}

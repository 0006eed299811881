//! The examples under `packaging/` do what they say.

mod program;

use program::Place;
use std::fs;
use std::process::Command;

fn example(name: &str) -> String {
    fs::read_to_string(format!("{}/packaging/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The commands in a file, each from `logsurge` on.
fn commands(text: &str) -> Vec<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    code.filter_map(|line| {
        line.find("logsurge check").map(|at| line[at..].trim_end_matches("|| true").trim())
    })
    .collect()
}

/// Runs a command of an example, its logs being those of a place, as a shell would.
fn run(place: &Place, command: &str) -> program::Ran {
    let logs = place.path("log").display().to_string();
    let words = command.replace("/var/log", &logs).replacen("logsurge", env!("CARGO_BIN_EXE_logsurge"), 1);
    let mut shell = Command::new("sh");
    // cron's environment is all but empty.
    shell.args(["-c", &words]).env_clear().env("STATE_DIRECTORY", place.path("state"));
    program::told(shell.output().unwrap())
}

#[test]
fn every_command_runs_twice_and_the_second_time_in_silence() {
    let lines = ["2026-03-02T08:00:00Z INFO up\n"; 50].concat();
    for name in ["crontab", "logsurge.service", "logrotate"] {
        let text = example(name);
        let commands = commands(&text);
        assert!(!commands.is_empty(), "{name}");
        for command in commands {
            let place = Place::new();
            fs::create_dir_all(place.path("log/app")).unwrap();
            place.write("log/syslog", &lines).write("log/app/a.log", &lines).write("log/app/b.log", &lines);
            let first = run(&place, command);
            assert_eq!(first.status, 0, "{name}: {}", first.err);
            let second = run(&place, command);
            assert_eq!((second.status, second.out.as_str(), second.err.as_str()), (0, "", ""), "{name}");
        }
    }
}

/// Where systemd or logrotate is installed, it reads its file without complaint.
#[test]
fn the_files_are_well_formed() {
    for (name, section) in [("logsurge.service", "[Service]"), ("logsurge.timer", "[Timer]")] {
        let text = example(name);
        assert!(text.contains(section), "{name}");
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])) {
            assert!(
                line.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()),
                "{line}"
            );
        }
    }
    assert!(example("logsurge.service").contains("Type=oneshot\n"));
    assert!(example("logsurge.service").contains("StateDirectory=logsurge\n"));
    let crontab = example("crontab");
    let job = crontab.lines().rfind(|line| !line.starts_with('#')).unwrap();
    assert_eq!(job.split_whitespace().take(5).filter(|field| field.starts_with('*')).count(), 5);
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("logrotate");
    fs::write(&config, example("logrotate")).unwrap();
    if let Ok(output) = Command::new("logrotate").arg("-d").arg(&config).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

//! The house rules, checked like any other behaviour.
//!
//! Each rule is one test with a sentence for a name; a failure lists every
//! place as `path:line`. The rules read the text of the sources, not the
//! compiler's view of them: rooms are the files and folders of `src/`, code is
//! what is left without comments and without items under `#[cfg(test)]`. That
//! is crude, and it is enough as long as the sources are formatted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Who may use whom: a room uses rooms of lower floors only, and no other room
/// of its own floor. The floors follow the journey of the data:
///
/// * The ground knows nothing. `redact` stands there because it is a pure
///   function of bytes that every room with a sample may need.
/// * `config` holds what people chose and decided, and knows how lines are opened with that, so it stands above
///   `count` and `known`; the rooms that only compute (`line` to `baseline`) do not know that settings exist, which
///   the test of the settings below holds.
/// * `alert` is the vocabulary of what comes out: plain values, no decisions.
///   It stands low so that `detect` may weigh an alert without knowing the
///   ledger that composes it.
/// * `baseline` stands above `detect`, not beside it: a file of what is normal
///   holds the detector's own sums, and the detector does not know of files.
/// * `session` and `diff` are two ways to use a ledger and do not know each
///   other. `engine` borrows from `session` how a configuration becomes a clock.
const FLOORS: &[&[&str]] = &[
    &["error", "id", "limits", "redact", "store", "time"],
    &["line"],
    &["alert", "shape"],
    &["count", "input", "template"],
    &["detect"],
    &["baseline", "known"],
    &["config"],
    &["ledger"],
    &["diff", "session"],
    &["engine", "state"],
    &["cli"],
];

/// Rooms that are told all they need by argument and never see the settings.
const WITHOUT_SETTINGS: &[&str] =
    &["alert", "baseline", "count", "detect", "input", "known", "line", "shape", "template"];

/// Where each outside crate is at home; `*` stands for every room.
const HOMES: &[(&str, &[&str])] = &[
    ("aho_corasick", &["shape"]),
    ("clap", &["cli"]),
    ("crossbeam_channel", &["engine"]),
    ("flate2", &["input"]),
    ("hashbrown", &["*"]),
    ("jiff", &["time", "cli/setup"]),
    ("memchr", &["*"]),
    ("postcard", &["baseline"]),
    ("rayon", &["engine"]),
    ("regex", &["line", "redact"]),
    ("serde", &["*"]),
    ("serde_json", &["cli"]),
    ("signal_hook", &["cli"]),
    ("tempfile", &["store"]),
    ("toml", &["known"]),
    // Bitmaps of byte classes without unsafe code.
    ("wide", &["line", "shape"]),
    // An id is made in `id`; the others hash what has no id: a file's content,
    // an alert's fingerprint, a quotation, a masked key.
    ("xxhash_rust", &["id", "baseline", "diff", "input", "known", "ledger", "shape", "state", "template"]),
    ("zstd", &["baseline", "input"]),
];

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const DOORWAY_LINES_MAX: usize = 40;

/// One file of the project.
struct Source {
    /// Its path from the top, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The room of a file under `src/`; none for the doorways.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let room = inside.split('/').next()?.trim_end_matches(".rs");
        (!matches!(room, "lib" | "main")).then_some(room)
    }

    fn is_library(&self) -> bool {
        self.path.starts_with("src/") && !self.path.starts_with("src/cli/") && self.path != "src/main.rs"
    }

    /// Files that hold nothing but tests.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || !self.path.starts_with("src/")
    }

    /// How many `super::` lead from here to the door of the library.
    fn depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inside.trim_end_matches("/mod").split('/').count()
    }

    /// Numbered lines of the program itself: no comments, no tests.
    fn code(&self) -> Vec<(usize, &str)> {
        let mut code = Vec::new();
        if self.is_test() {
            return code;
        }
        let mut lines = self.text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            if line.trim() == "#[cfg(test)]" {
                let indent = indent_of(line);
                // The item under it: one line, or all up to its closing brace.
                let item =
                    lines.by_ref().map(|(_, item)| item).find(|item| !item.trim_start().starts_with("#["));
                if item.is_some_and(|item| !item.ends_with([';', '}'])) {
                    lines.by_ref().find(|(_, item)| item.trim() == "}" && indent_of(item) == indent);
                }
                continue;
            }
            let line = without_comment(line);
            if !line.trim().is_empty() {
                code.push((at + 1, line));
            }
        }
        code
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.find(" // ").map_or(line, |at| &line[..at])
}

/// All files below `folder` that end like this, by path.
fn files(folder: &str, endings: &[&str]) -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![top.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a folder of the project can be read").path();
            let name = path.strip_prefix(top).expect("it was found below the top");
            let name = name.to_string_lossy().replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push(Source { path: name, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn sources() -> Vec<Source> {
    let sources = files("src", &[".rs"]);
    assert!(sources.len() > 20, "the sources are where this test looks for them");
    sources
}

fn all_rust() -> Vec<Source> {
    ["src", "tests", "benches"].into_iter().flat_map(|folder| files(folder, &[".rs"])).collect()
}

/// Fails with all faults at once.
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} fault(s):\n{}", faults.len(), faults.join("\n"));
}

/// Every place in the code of `wanted` sources that holds one of `words`.
fn forbid(wanted: impl Fn(&Source) -> bool, words: &[&str], why: &str) {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| wanted(source)) {
        for (at, line) in source.code() {
            for word in words.iter().filter(|word| holds_word(line, word)) {
                faults.push(format!("{}:{at}: {word}: {why}", source.path));
            }
        }
    }
    none(faults);
}

/// Whether `word` stands in `line` and does not end a longer name.
fn holds_word(line: &str, word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(name))
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// What `lib.rs` shows under another name: `Error` → `error`.
fn door() -> BTreeMap<String, String> {
    let mut door = BTreeMap::new();
    for source in sources().iter().filter(|source| source.path == "src/lib.rs") {
        for (_, line) in source.code() {
            let Some((room, names)) = line.strip_prefix("pub use ").and_then(|rest| rest.split_once("::"))
            else {
                continue;
            };
            for name in names.trim_matches(['{', '}', ';']).split(',') {
                door.insert(name.trim().to_owned(), room.to_owned());
            }
        }
    }
    assert!(door.len() > 5, "lib.rs shows names one room a line");
    door
}

/// The first names behind each `crate::` of a text, `crate::{a::B, c}` included.
fn names_from_the_top(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        let rest = &code[at + found.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(first_name(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => names.extend([first_name(&std::mem::take(&mut item))]),
                c => item.push(c),
            }
        }
        names.insert(first_name(&item));
    }
    names.remove("");
    names
}

fn first_name(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Where functions begin, and their lines. A function ends with a line that is
/// nothing but the closing brace, as far in as the `fn`.
fn function_lengths(source: &Source) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut lengths = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let words = without_comment(line).trim_start();
        let words =
            words.strip_prefix("pub").map_or(words, |rest| rest.split_once(' ').map_or("", |(_, rest)| rest));
        let is_function = words.starts_with("fn ") || words.starts_with("const fn ");
        if !is_function || line.ends_with('}') || line.ends_with(';') {
            continue;
        }
        let closes = |other: &&&str| indent_of(other) == indent_of(line) && other.trim() == "}";
        let declared = |other: &&&str| indent_of(other) == indent_of(line) && other.ends_with(';');
        let end = lines[at + 1..].iter().position(|other| closes(&other) || declared(&other));
        lengths.push((at + 1, end.map_or(lines.len() - at, |end| end + 2)));
    }
    lengths
}

#[test]
fn every_room_has_a_floor_and_every_floor_a_room() {
    let sources = sources();
    let rooms: BTreeSet<&str> = sources.iter().filter_map(Source::room).collect();
    let planned: BTreeSet<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    assert_eq!(rooms, planned);
}

#[test]
fn a_room_knows_only_rooms_below_it() {
    let door = door();
    let mut faults = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let code: String = source.code().into_iter().flat_map(|(_, line)| [line, "\n"]).collect();
        for name in names_from_the_top(&code) {
            let used = door.get(&name).unwrap_or(&name);
            if used != room && floor_of(used) >= floor_of(room) {
                faults.push(format!("{}: {room} may not use {used}", source.path));
            }
            if used == "config" && WITHOUT_SETTINGS.contains(&room) {
                faults
                    .push(format!("{}: {room} is told what it needs, it does not see settings", source.path));
            }
        }
        let way_out = "super::".repeat(source.depth());
        if code.contains(&way_out) {
            faults.push(format!("{}: reaches out of its room by super::", source.path));
        }
    }
    none(faults);
}

#[test]
fn the_library_has_no_screen() {
    let words =
        ["println!", "eprintln!", "print!", "eprint!", "dbg!", "stdout()", "stderr()", "process::exit"];
    forbid(Source::is_library, &words, "the library has no screen");
}

#[test]
fn the_library_has_no_clock_and_no_environment() {
    // SystemTime as such is not forbidden: a file's own time is data about the
    // file, and it arrives in that type. Asking for the present is.
    let words = [
        "SystemTime::now",
        "Instant::now",
        "UNIX_EPOCH.elapsed",
        "Timestamp::now",
        "Zoned::now",
        "TimeZone::system",
        "std::env",
        "env::var",
    ];
    forbid(Source::is_library, &words, "the library is told, it does not ask");
}

#[test]
fn threads_live_in_the_engine() {
    let elsewhere = |source: &Source| source.room() != Some("engine");
    forbid(
        elsewhere,
        &["thread::spawn", "thread::scope", "thread::sleep", "thread::Builder"],
        "threads live in engine",
    );
    // A lock is a thread's neighbour. The program's stop flag is set by a signal.
    let outside = |source: &Source| source.is_library() && elsewhere(source);
    forbid(
        outside,
        &["Mutex", "RwLock", "Condvar", "mpsc", "sync::atomic"],
        "what is shared is shared in engine",
    );
}

#[test]
fn outside_crates_stay_in_their_home_rooms() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let inside = source.path.trim_start_matches("src/").trim_end_matches(".rs");
        for (at, line) in source.code() {
            for (name, homes) in HOMES {
                let used = holds_word(line, &format!("{name}::")) || line.trim() == format!("use {name};");
                if used && !homes.iter().any(|home| matches!(*home, "*") || *home == room || *home == inside)
                {
                    faults.push(format!("{}:{at}: {name} is at home in {}", source.path, homes.join(", ")));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn every_dependency_has_a_home() {
    let manifest = include_str!("../Cargo.toml");
    let listed = manifest.split("[dependencies]").nth(1).expect("there are dependencies");
    let listed = listed.lines().skip(1).take_while(|line| !line.starts_with('['));
    let names: BTreeSet<String> = listed
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim().replace('-', "_"))
        .collect();
    let homes: BTreeSet<String> = HOMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, homes);
}

#[test]
fn files_and_functions_are_short() {
    let mut faults = Vec::new();
    for source in all_rust() {
        let lines = source.text.lines().count();
        let most = if source.path == "src/main.rs" { DOORWAY_LINES_MAX } else { FILE_LINES_MAX };
        if lines > most {
            faults.push(format!("{}: {lines} lines, at most {most}", source.path));
        }
        for (at, length) in function_lengths(&source) {
            if length > FUNCTION_LINES_MAX {
                faults.push(format!(
                    "{}:{at}: a function of {length} lines, at most {FUNCTION_LINES_MAX}",
                    source.path
                ));
            }
        }
    }
    none(faults);
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    forbid(|_| true, &["unwrap()", "todo!", "unimplemented!"], "say why it holds, with expect");
}

#[test]
fn unsafe_code_is_forbidden_by_the_compiler() {
    for source in
        sources().iter().filter(|source| matches!(source.path.as_str(), "src/lib.rs" | "src/main.rs"))
    {
        assert!(source.text.contains("#![forbid(unsafe_code)]"), "{}", source.path);
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let mute = sources().into_iter().filter(|source| !source.is_test() && !source.text.starts_with("//! "));
    none(mute.map(|source| source.path).collect());
}

#[test]
fn no_file_is_a_drawer() {
    let drawers = ["utils", "util", "helpers", "helper", "common", "types", "misc"];
    let is_drawer = |source: &Source| {
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        parts.any(|part| drawers.contains(&part))
    };
    none(all_rust().into_iter().filter(is_drawer).map(|source| source.path).collect());
}

#[test]
fn nothing_is_left_for_later_and_nothing_names_one_machine() {
    // Put together here, so that this file does not hold them.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("/wo", "rk/"),
        concat!("/ro", "ot"),
        concat!("/ho", "me/"),
    ];
    let endings = [".rs", ".md", ".toml", ".py", ".sh", "run"];
    let mut faults = String::new();
    for folder in ["src", "tests", "benches", "docs", "testdata", ".ci"] {
        for source in files(folder, &endings) {
            check_words(&source, &words, &mut faults);
        }
    }
    for name in ["README.md", "CHANGELOG.md", "Cargo.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if let Ok(text) = fs::read_to_string(path) {
            check_words(&Source { path: name.to_owned(), text }, &words, &mut faults);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

fn check_words(source: &Source, words: &[&str], faults: &mut String) {
    for (at, line) in source.text.lines().enumerate() {
        for word in words.iter().filter(|word| line.contains(**word)) {
            writeln!(faults, "{}:{}: {word}", source.path, at + 1).expect("a String takes all");
        }
    }
}

#[test]
fn the_rules_see_what_they_are_meant_to_see() {
    let source = Source {
        path: "src/line/a.rs".into(),
        text: "//! A.\nuse crate::{id::X, time};\nfn a() {\n    b(); // c\n}\n#[cfg(test)]\nmod tests {\n    x.unwrap();\n}\nconst C: u8 = 1;\n".into(),
    };
    let code: Vec<usize> = source.code().into_iter().map(|(at, _)| at).collect();
    assert_eq!(code, [2, 3, 4, 5, 10], "a comment and the tests are no code");
    assert_eq!(source.depth(), 2);
    assert_eq!(function_lengths(&source), [(3, 3)]);
    let names = names_from_the_top("use crate::{id::{X, Y}, time::Z,\n line}; crate::count::W");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["count", "id", "line", "time"]);
    assert!(holds_word("a dbg!(x)", "dbg!") && !holds_word("eprintln!()", "println!"));
}

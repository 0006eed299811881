//! Files that were damaged: always a clear error, never a panic, never a wrong answer.

mod invented;
mod program;

use invented::{Recipe, log};
use logsurge::Baseline;
use logsurge::baseline::Settings;
use logsurge::state::State;
use program::Place;
use std::fs;
use std::path::PathBuf;

/// A small log, what was learned from it, and what a check of it remembers.
fn files() -> (Place, PathBuf, PathBuf) {
    let place = Place::new();
    place.write("app.log", log(Recipe { seed: 3, hours: 1, ..Recipe::default() }));
    place.run(&["learn", "-q", "-o", "b.base", "app.log"]).status(0);
    place.run(&["check", "-q", "-b", "b.base", "app.log"]);
    let mut states = fs::read_dir(place.path("state")).unwrap().map(|entry| entry.unwrap().path());
    let state = states.find(|path| path.extension().is_some_and(|ending| ending == "state"));
    let baseline = place.path("b.base");
    (place, baseline, state.expect("the check has saved"))
}

/// The file with one byte changed, in turn, and cut at each length.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    let flipped = (0..bytes.len()).map(|at| {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << (at % 8);
        (format!("byte {at} flipped"), changed)
    });
    let cut = (0..bytes.len()).map(|length| (format!("cut at {length}"), bytes[..length].to_vec()));
    let longer = [("a byte more".to_owned(), [bytes, b"\0"].concat())];
    flipped.chain(cut).chain(longer)
}

#[test]
fn a_state_is_whole_or_an_error() {
    let (place, _, path) = files();
    let bytes = fs::read(&path).unwrap();
    assert!(State::from_bytes(&bytes, Some(&Settings::default())).is_ok());
    for (how, bytes) in damaged(&bytes) {
        let why = State::from_bytes(&bytes, None).err();
        assert!(why.is_some_and(|why| why.contains("remove the file")), "{how}");
    }
    // As a user sees it: an error that names the file, and what is remembered stays as it is.
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 4;
    fs::write(&path, &changed).unwrap();
    let ran = place.run(&["check", "app.log"]).status(2);
    assert!(
        ran.err.contains(".state: state not usable") && ran.err.contains("remove the file"),
        "{}",
        ran.err
    );
    assert!(ran.out.is_empty());
    assert_eq!(fs::read(&path).unwrap(), changed);
}

#[test]
fn a_baseline_is_whole_or_an_error() {
    let (place, path, _) = files();
    let bytes = fs::read(&path).unwrap();
    let other = place.path("other.base");
    for (how, bytes) in damaged(&bytes) {
        fs::write(&other, &bytes).unwrap();
        let why = Baseline::load(&other, &Settings::default()).err();
        assert!(why.is_some_and(|why| why.to_string().contains("learn it again")), "{how}");
    }
}

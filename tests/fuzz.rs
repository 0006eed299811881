//! Any bytes at every door: no panic, no wrong answer, no case that takes seconds.
//!
//! `cargo test` tries some hundreds of mutated inputs at each door, the same each time, and
//! all finds of earlier runs. To look for more, so many seconds at each door:
//!
//! ```text
//! LOGSURGE_FUZZ_SECONDS=600 cargo test --release --test fuzz -- --ignored --nocapture
//! ```
//!
//! `LOGSURGE_FUZZ_TARGET=stamp,shape` names doors, `LOGSURGE_FUZZ_SEED=7` gives a run again,
//! `LOGSURGE_FUZZ_TRACE=FILE` keeps the case at hand, should the process abort. Finds are
//! written to `testdata/fuzz/`. The doors are listed in `fuzzing/targets/mod.rs`.

mod fuzzing;
mod invented;
mod random;
mod ways;

use fuzzing::targets::TARGETS;
use fuzzing::{Seen, Target, Until};
use std::time::{Duration, Instant, SystemTime};

/// The seed of the cases that every run of the tests tries.
const SEED: u64 = 1;

fn door(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).expect("the name is in the list")
}

fn none(finds: &[String]) {
    assert!(finds.is_empty(), "{} finds:\n{}", finds.len(), finds.join("\n"));
}

/// What was found once, and then the first cases.
fn try_door(name: &str) {
    let target = door(name);
    let faults = fuzzing::finds(name).into_iter().filter_map(|(path, input)| {
        let fault = fuzzing::try_case(target, &input, &mut Seen::default())?;
        Some(format!("{}: {} ({})", path.display(), fault.said, fault.place))
    });
    none(&faults.collect::<Vec<_>>());
    none(&fuzzing::run(target, SEED, &Until::Cases(target.cases)));
}

macro_rules! doors {
    ($($test:ident $name:literal)*) => {
        $(#[test] fn $test() { try_door($name); })*

        /// A door that no test tries would rot.
        #[test]
        fn every_door_is_tried() {
            let tried = [$($name),*];
            let listed: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(tried[..], listed[..]);
        }
    };
}

doors! {
    stamps "stamp"
    time_formats "time-format"
    moments "moment"
    shapes "shape"
    structured_lines "structured"
    records "record"
    secrets "redact"
    filters "filter"
    closure "closure"
    gzip "gzip"
    zstd "zstd"
    families_of_files "family"
    the_whole_journey "journey"
    baseline_files "baseline"
    baseline_files_with_a_right_checksum "baseline-sealed"
    state_files "state"
    state_files_with_a_right_checksum "state-sealed"
    decisions "known"
    baseline_bodies "baseline-body"
    state_bodies "state-body"
}

/// A find is told apart from what is in order, and made small.
#[test]
fn a_fault_is_found_and_made_small() {
    fn seeds() -> Vec<Vec<u8>> {
        vec![b"a long line with nothing in it".to_vec()]
    }
    fn check(input: &[u8], _: &mut Seen) {
        assert!(!input.windows(2).any(|pair| pair == b"{{"), "two braces");
    }
    let target = Target { name: "self-test", seeds, check, bytes_max: 256, cases: 4_000, ignored: &[] };
    let finds = fuzzing::run(&target, SEED, &Until::Cases(target.cases));
    let written = fuzzing::finds(target.name);
    std::fs::remove_dir_all(fuzzing::folder(target.name)).unwrap();
    assert_eq!(finds.len(), 1, "{finds:?}");
    assert!(finds[0].contains("two braces"), "{finds:?}");
    assert!(written.iter().all(|(_, input)| input == b"{{"), "{written:?}");
}

#[test]
#[ignore = "runs as long as LOGSURGE_FUZZ_SECONDS says, at each door"]
fn for_a_stated_time() {
    let variable = |name: &str| std::env::var(name).ok();
    let number = |name: &str| variable(name).map(|text| text.parse::<u64>().expect(name));
    let seconds = number("LOGSURGE_FUZZ_SECONDS").unwrap_or(60);
    let wanted = variable("LOGSURGE_FUZZ_TARGET");
    let is_wanted = |target: &&Target| {
        wanted.as_ref().is_none_or(|names| names.split(',').any(|name| name == target.name))
    };
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let seed = number("LOGSURGE_FUZZ_SEED").unwrap_or(clock);
    let targets: Vec<&Target> = TARGETS.iter().filter(is_wanted).collect();
    let names = || TARGETS.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    assert!(!targets.is_empty(), "no such target; there are {}", names());
    let mut finds = Vec::new();
    for target in targets {
        eprintln!("{}: {seconds} s with LOGSURGE_FUZZ_SEED={seed}", target.name);
        let end = Instant::now() + Duration::from_secs(seconds);
        finds.extend(fuzzing::run(target, seed, &Until::Time(end)));
    }
    none(&finds);
}

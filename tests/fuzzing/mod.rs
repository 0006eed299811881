//! A fuzzer that needs no special compiler: seeds that look like logs, mutations that
//! know what logs are made of, and a corpus that grows by what a target says it has seen.
//!
//! A case is a find if the target panics on it, or if it takes longer than
//! [`CASE_SECONDS_MAX`]; for inputs as small as ours that means a cost that grows faster
//! than the input. A find is made small, written to `testdata/fuzz/TARGET/` and from then
//! on replayed by every run of the tests. The same seed gives the same cases.

pub mod mutate;
mod quiet;
pub mod seeds;
mod shrink;
pub mod targets;

use crate::random::Random;
use mutate::Mutator;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What one case may take, the best of three runs, since a machine has other work too.
pub const CASE_SECONDS_MAX: u64 = if cfg!(debug_assertions) { 6 } else { 2 };
/// Inputs that showed something new and are mutated further.
const CORPUS_MAX: usize = 4_096;
/// Finds of a run before it ends.
const FINDS_MAX: usize = 8;

/// One entry point that is tried with any bytes.
pub struct Target {
    /// Its name on the command line, and of its folder of finds.
    pub name: &'static str,
    /// What it is tried with first, and what mutations begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics if something is wrong.
    pub check: fn(&[u8], &mut Seen),
    /// No case is longer.
    pub bytes_max: usize,
    /// Cases that every run of the tests tries: about half a second's worth.
    pub cases: u64,
    /// Panics that begin like this are none in a release.
    pub ignored: &'static [&'static str],
}

/// What a case has shown: hashes of whatever tells one kind of input from another. An
/// input that shows what none has shown before is kept and mutated further.
#[derive(Default)]
pub struct Seen(Vec<u64>);

impl Seen {
    /// Something worth telling apart; any few numbers.
    pub fn see(&mut self, numbers: &[u64]) {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for number in numbers {
            hash = (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(17);
        }
        self.0.push(hash);
    }
}

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place of the panic, or that it was slow: what tells one find from another.
    pub place: String,
    /// What was said.
    pub said: String,
}

/// Tries one input.
pub fn try_case(target: &Target, input: &[u8], seen: &mut Seen) -> Option<Fault> {
    let mut took = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        if let Err(fault) = quiet::catch(|| (target.check)(input, seen)) {
            let is_ignored = target.ignored.iter().any(|said| fault.said.starts_with(said));
            return (!is_ignored).then_some(fault);
        }
        took = took.min(begun.elapsed());
        if took < Duration::from_secs(CASE_SECONDS_MAX) {
            return None;
        }
    }
    let said = format!("{} bytes take {} ms", input.len(), took.as_millis());
    Some(Fault { place: "slow".into(), said })
}

/// How long to go on.
pub enum Until {
    Cases(u64),
    Time(Instant),
}

/// Mutates until the end; the finds, each made small and written down.
pub fn run(target: &Target, seed: u64, until: &Until) -> Vec<String> {
    let mut random = Random(seed ^ targets::name_hash(target.name));
    let mut corpus = Corpus::new((target.seeds)(), target.bytes_max);
    let mut finds: BTreeMap<String, String> = BTreeMap::new();
    let mut cases = 0;
    let first: Vec<Vec<u8>> = corpus.inputs.clone();
    for input in &first {
        cases += 1;
        corpus.try_one(target, input.clone(), &mut finds);
    }
    let mut mutator = Mutator::new(target.bytes_max);
    while finds.len() < FINDS_MAX {
        let over = match until {
            Until::Cases(most) => cases >= *most,
            Until::Time(end) => Instant::now() >= *end,
        };
        if over {
            break;
        }
        cases += 1;
        let input = mutator.mutated(&corpus.inputs, &mut random);
        corpus.try_one(target, input, &mut finds);
    }
    if matches!(until, Until::Time(_)) {
        eprintln!("{}: {cases} cases, {} kinds seen, {} finds", target.name, corpus.known.len(), finds.len());
    }
    finds.into_values().collect()
}

struct Corpus {
    inputs: Vec<Vec<u8>>,
    known: HashSet<u64>,
    /// Where the next input goes once the corpus is full.
    next: usize,
}

impl Corpus {
    fn new(mut inputs: Vec<Vec<u8>>, bytes_max: usize) -> Corpus {
        inputs.iter_mut().for_each(|input| input.truncate(bytes_max));
        inputs.push(Vec::new());
        Corpus { next: inputs.len(), inputs, known: HashSet::new() }
    }

    fn try_one(&mut self, target: &Target, input: Vec<u8>, finds: &mut BTreeMap<String, String>) {
        keep_for_an_abort(target, &input);
        let mut seen = Seen::default();
        if let Some(fault) = try_case(target, &input, &mut seen) {
            finds.entry(fault.place.clone()).or_insert_with(|| {
                let told = tell(target, &input, &fault);
                eprintln!("{told}");
                told
            });
            return;
        }
        let before = self.known.len();
        self.known.extend(seen.0);
        if self.known.len() == before {
            return;
        }
        if self.inputs.len() < CORPUS_MAX {
            self.inputs.push(input);
        } else {
            self.next = (self.next + 1) % CORPUS_MAX;
            self.inputs[self.next] = input;
        }
    }
}

/// A stack that overflows ends the process before anything can be said; whoever looks for
/// that names a file with LOGSURGE_FUZZ_TRACE, which then holds the case at hand.
fn keep_for_an_abort(target: &Target, input: &[u8]) {
    use std::sync::LazyLock;
    static TRACE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("LOGSURGE_FUZZ_TRACE").ok());
    if let Some(path) = TRACE.as_deref() {
        fs::write(path, input).unwrap_or_else(|err| panic!("{path}, for a case of {}: {err}", target.name));
    }
}

/// Makes a find small, writes it down and says how to see it again.
fn tell(target: &Target, input: &[u8], fault: &Fault) -> String {
    let small = shrink::smallest(target, input, fault);
    let folder = folder(target.name);
    let path = folder.join(format!("{:016x}", targets::hash(&small)));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, &small));
    let place = match written {
        Ok(()) => format!("{}", path.display()),
        Err(err) => format!("not written: {err}"),
    };
    let shown = &small[..small.len().min(200)];
    format!(
        "{}: {} ({})\n  {} bytes: \"{}\"\n  {place}\n  again with: cargo test --test fuzz",
        target.name,
        fault.said,
        fault.place,
        small.len(),
        shown.escape_ascii()
    )
}

/// Where the finds of a target lie.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fuzz").join(name)
}

/// What earlier runs have found, by name.
pub fn finds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder(name)).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

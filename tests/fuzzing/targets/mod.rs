//! The entry points that are fuzzed. A new one is an entry of [`TARGETS`].

mod archives;
mod journey;
mod lines;
mod names;
mod patterns;
mod registry;
mod saved;
mod states;

use super::{Seen, Target, seeds};

/// Sums of a file with a right checksum are our own. Had somebody made them up, a sum that
/// grows too large would be wrong as well, and no more than that.
const SUMS: &[&str] = &[
    "attempt to add with overflow",
    "attempt to subtract with overflow",
    "attempt to multiply with overflow",
];

const fn target(
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    check: fn(&[u8], &mut Seen),
    bytes_max: usize,
    cases: u64,
) -> Target {
    Target { name, seeds, check, bytes_max, cases, ignored: &[] }
}

/// All targets, in the order of the journey: name, seeds, check, longest case, cases of a test.
pub const TARGETS: &[Target] = &[
    target("stamp", seeds::lines, lines::stamp, 4_096, 6_000),
    target("time-format", patterns::formats, patterns::format, 512, 6_000),
    target("moment", patterns::moments, patterns::moment, 64, 20_000),
    target("shape", seeds::lines, lines::shape, 65_536, 4_000),
    target("structured", seeds::lines, lines::structured, 65_536, 6_000),
    target("record", seeds::logs, lines::record, 16_384, 2_000),
    target("redact", seeds::lines, lines::redact, 16_384, 4_000),
    target("filter", patterns::filters, patterns::filter, 2_048, 600),
    target("closure", registry::shapes, registry::closure, 8_192, 300),
    target("gzip", archives::gzips, archives::decode, 16_384, 1_500),
    target("zstd", archives::zstds, archives::decode, 16_384, 1_500),
    target("family", names::directories, names::family, 1_024, 300),
    target("journey", seeds::logs, journey::journey, 16_384, 150),
    target("baseline", saved::files, saved::file, 65_536, 1_000),
    target("baseline-sealed", saved::unsealed, saved::seal, 65_536, 500),
    target("state", states::files, states::file, 65_536, 1_000),
    target("state-sealed", states::unsealed, states::seal, 65_536, 500),
    target("known", states::decisions, states::known, 4_096, 1_000),
    Target { ignored: SUMS, ..target("baseline-body", saved::bodies, saved::body, 65_536, 200) },
    Target { ignored: SUMS, ..target("state-body", states::bodies, states::body, 65_536, 200) },
];

/// A hash of bytes that is the same everywhere.
pub fn hash(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// The same of a name.
pub fn name_hash(name: &str) -> u64 {
    hash(name.as_bytes())
}

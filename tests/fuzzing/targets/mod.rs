//! The entry points that are fuzzed. A new one is an entry of [`TARGETS`].

mod archives;
mod journey;
mod lines;
mod names;
mod patterns;
mod registry;
mod saved;

use super::Target;
use super::seeds;

/// All targets, in the order of the journey.
pub const TARGETS: &[Target] = &[
    Target { name: "stamp", seeds: seeds::lines, check: lines::stamp, bytes_max: 4_096, cases: 6_000 },
    Target {
        name: "time-format",
        seeds: patterns::formats,
        check: patterns::format,
        bytes_max: 512,
        cases: 6_000,
    },
    Target {
        name: "moment",
        seeds: patterns::moments,
        check: patterns::moment,
        bytes_max: 64,
        cases: 20_000,
    },
    Target { name: "shape", seeds: seeds::lines, check: lines::shape, bytes_max: 65_536, cases: 4_000 },
    Target {
        name: "structured",
        seeds: seeds::lines,
        check: lines::structured,
        bytes_max: 65_536,
        cases: 6_000,
    },
    Target { name: "record", seeds: seeds::logs, check: lines::record, bytes_max: 16_384, cases: 2_000 },
    Target { name: "redact", seeds: seeds::lines, check: lines::redact, bytes_max: 16_384, cases: 4_000 },
    Target {
        name: "filter",
        seeds: patterns::filters,
        check: patterns::filter,
        bytes_max: 2_048,
        cases: 600,
    },
    Target {
        name: "closure",
        seeds: registry::shapes,
        check: registry::closure,
        bytes_max: 8_192,
        cases: 300,
    },
    Target { name: "gzip", seeds: archives::gzips, check: archives::decode, bytes_max: 16_384, cases: 1_500 },
    Target { name: "zstd", seeds: archives::zstds, check: archives::decode, bytes_max: 16_384, cases: 1_500 },
    Target { name: "family", seeds: names::directories, check: names::family, bytes_max: 1_024, cases: 300 },
    Target { name: "journey", seeds: seeds::logs, check: journey::journey, bytes_max: 16_384, cases: 150 },
    Target { name: "baseline", seeds: saved::files, check: saved::file, bytes_max: 65_536, cases: 1_000 },
    Target {
        name: "baseline-sealed",
        seeds: saved::unsealed,
        check: saved::seal,
        bytes_max: 65_536,
        cases: 500,
    },
    Target { name: "baseline-body", seeds: saved::bodies, check: saved::body, bytes_max: 65_536, cases: 200 },
];

/// A hash of bytes that is the same everywhere.
pub fn hash(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// The same of a name.
pub fn name_hash(name: &str) -> u64 {
    hash(name.as_bytes())
}

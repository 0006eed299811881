//! Clusters a file with the crate tipping-rs, as it is by default: a number for each line, no templates.
//!
//! It takes all lines at once and works on all cores; `RAYON_NUM_THREADS=1` holds it to one.

use std::collections::HashSet;

use peer_drivers::{for_each_line, input};
use tipping_rs::Parser;

fn main() -> std::io::Result<()> {
    let mut messages = Vec::new();
    let lines = for_each_line(input(), |line| messages.push(line.to_owned()))?;
    let numbers = Parser::new().parse(&messages);
    let clusters: HashSet<usize> = numbers.iter().flatten().copied().collect();
    let without = numbers.iter().filter(|number| number.is_none()).count();
    println!("{} clusters in {lines} lines, {without} in none", clusters.len());
    Ok(())
}

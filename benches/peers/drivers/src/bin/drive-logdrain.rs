//! Mines a file with the crate logdrain, as it is by default.

use logdrain::{Miner, UpdateType};
use peer_drivers::{for_each_line, input};

fn main() -> std::io::Result<()> {
    let miner = Miner::builder().build().expect("the defaults are valid");
    let mut created = 0_u64;
    let lines = for_each_line(input(), |line| {
        created += u64::from(miner.add(line).update == UpdateType::Created);
    })?;
    println!("{} clusters in {lines} lines, {created} ever created", miner.len());
    Ok(())
}

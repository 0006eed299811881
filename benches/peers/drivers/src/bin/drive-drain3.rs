//! Mines a file with the crate drain3, as it is by default.

use drain3::{Config, Matcher};
use peer_drivers::{for_each_line, input};

fn main() -> std::io::Result<()> {
    let mut matcher = Matcher::new(Config::default());
    let mut clusters = 0;
    let mut refused = 0;
    let lines = for_each_line(input(), |line| match matcher.add_log_message(line) {
        // Clusters are numbered as they come, and none is ever dropped.
        Ok(template) => clusters = template.id().max(clusters),
        Err(_) => refused += 1,
    })?;
    println!("{clusters} clusters in {lines} lines, {refused} refused");
    Ok(())
}

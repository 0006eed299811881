//! From a find to a small one: pieces are dropped, large ones first, as long as the same
//! fault is left; then bytes are made plain.

use super::{Fault, Seen, Target, try_case};
use std::time::{Duration, Instant};

const SHRINK_SECONDS_MAX: u64 = 20;

/// The smallest input found with the same fault.
pub fn smallest(target: &Target, input: &[u8], fault: &Fault) -> Vec<u8> {
    let end = Instant::now() + Duration::from_secs(SHRINK_SECONDS_MAX);
    let fails = |input: &[u8]| {
        let again = try_case(target, input, &mut Seen::default());
        again.is_some_and(|again| again.place == fault.place)
    };
    let mut best = input.to_vec();
    let mut size = best.len().div_ceil(2);
    while size > 0 {
        let before = best.len();
        drop_pieces(&mut best, size, end, &fails);
        let is_done = best.len() == before || Instant::now() > end;
        size = if is_done { size / 2 } else { size.min(best.len()) };
        if Instant::now() > end {
            break;
        }
    }
    for at in 0..best.len() {
        if Instant::now() > end {
            break;
        }
        let mut plainer = best.clone();
        plainer[at] = if best[at].is_ascii_digit() { b'1' } else { b'a' };
        if plainer != best && fails(&plainer) {
            best = plainer;
        }
    }
    best
}

fn drop_pieces(best: &mut Vec<u8>, size: usize, end: Instant, fails: &dyn Fn(&[u8]) -> bool) {
    let mut at = 0;
    while at < best.len() && Instant::now() < end {
        let mut shorter = best.clone();
        shorter.drain(at..(at + size).min(best.len()));
        if fails(&shorter) {
            *best = shorter;
        } else {
            at += size;
        }
    }
}

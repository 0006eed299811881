//! How much of a log the other one is: lines after for each line before.
//!
//! The median over groups of messages. A frequent message is a group of its own;
//! rare ones are put together until a group expects lines enough to tell a ratio,
//! so that a log of a twentieth is not compared by messages that came once or not
//! at all. Messages that are gone count like any other: to leave them out would
//! raise every small ratio. A group weighs by the root of what it expects, so
//! neither the one busiest message nor a crowd of rare ones decides alone.

use super::rates::lump;
use super::sides::Message;

/// Lines, or lumps of lines, that a group expects after.
const GROUP_LINES: f64 = 10.0;
/// With fewer groups a median is no safer than the sum.
const GROUPS_MIN: usize = 3;

/// Lines after for each line before, over the messages that were there before.
pub(super) fn robust(messages: &[Message]) -> Option<f64> {
    let mut known: Vec<(f64, f64, f64)> = messages
        .iter()
        .filter(|message| message.before.is_some())
        .map(|message| {
            let (before, after) = message.lines();
            (before as f64, after as f64, lump(message))
        })
        .collect();
    let sum = |of: fn(&(f64, f64, f64)) -> f64| known.iter().map(of).sum::<f64>();
    let (before, after) = (sum(|known| known.0), sum(|known| known.1));
    if before <= 0.0 {
        return None;
    }
    let rough = after / before;
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    let groups = groups(&known, rough);
    if groups.len() < GROUPS_MIN {
        return Some(rough);
    }
    Some(weighted_median(groups))
}

/// Ratio and weight of each group; messages come with the most frequent first.
fn groups(known: &[(f64, f64, f64)], rough: f64) -> Vec<(f64, f64)> {
    let mut groups = Vec::new();
    let (mut before, mut after, mut expected) = (0.0, 0.0, 0.0);
    for (lines_before, lines_after, lump) in known {
        before += lines_before;
        after += lines_after;
        expected += rough * lines_before / (1.0 + lump);
        if expected >= GROUP_LINES {
            groups.push((after / before, f64::sqrt(expected)));
            (before, after, expected) = (0.0, 0.0, 0.0);
        }
    }
    groups
}

/// The ratio with half of the weight on either side; between two where both fit.
fn weighted_median(mut groups: Vec<(f64, f64)>) -> f64 {
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = groups.iter().map(|group| group.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let mut groups = groups.into_iter().peekable();
    while let Some((ratio, weight)) = groups.next() {
        sum += weight;
        if sum > half {
            return ratio;
        }
        if sum == half
            && let Some((next, _)) = groups.peek()
        {
            return (ratio + next) / 2.0;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Poisson counts by inversion, good enough for small means.
    fn poisson(mean: f64, state: &mut u64) -> f64 {
        let mut uniform = || {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*state >> 11) as f64 / (1u64 << 53) as f64
        };
        let (mut count, mut product, end) = (0.0, uniform(), (-mean).exp());
        while product > end {
            product *= uniform();
            count += 1.0;
        }
        count
    }

    /// A log of a five-hundredth: most messages come once or not at all.
    #[test]
    fn a_tiny_ratio_is_not_biased_by_messages_that_did_not_come() {
        let mut state = 7;
        let mut found: Vec<f64> = (0..60)
            .map(|_| {
                let messages: Vec<(f64, f64, f64)> = (1..60)
                    .map(|rank| (30_000.0 / f64::from(rank)).round())
                    .map(|before| (before, poisson(before * 0.002, &mut state), 0.0))
                    .collect();
                weighted_median(groups(&messages, 0.002))
            })
            .collect();
        found.sort_by(f64::total_cmp);
        let median = found[30];
        assert!((0.0018..0.0022).contains(&median), "{median}");
        assert!(found[3] > 0.0013 && found[56] < 0.0028, "{found:?}");
    }

    #[test]
    fn neither_one_loud_message_nor_a_few_silent_ones_move_the_ratio() {
        let mut messages: Vec<(f64, f64, f64)> = (0..20).map(|_| (1_000.0, 500.0, 0.0)).collect();
        messages.insert(0, (1_000.0, 90_000.0, 0.0));
        messages[4].1 = 0.0;
        messages[9].1 = 0.0;
        assert_eq!(weighted_median(groups(&messages, 4.0)), 0.5);
    }
}

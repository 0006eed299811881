//! How unlikely it is that so many of so many lines have one value.
//!
//! Lines with the same value come in lumps, so the binomial tail cries wolf. The
//! beta-binomial has one more parameter, the correlation of any two lines of a
//! window, and its terms follow from each other by a simple factor: the first is
//! taken in log space, the others are summed relative to it, so a probability of
//! 10^-10000 is as exact as one of 0.01. Where thousands of terms count, which
//! is where they change slowly, they are summed in blocks as pieces of geometric
//! series; that costs some hundreds of steps whatever the number of lines, and a
//! thousandth of the score at most.

use crate::detect::tail::{ln_gamma, ln_rising};
use std::f64::consts::LN_10;

// limits
/// Sums stop when what is left is a smaller part of them.
const REST_MAX: f64 = 1e-13;
/// So many terms are summed one by one.
const TERMS_MAX: f64 = 2048.0;
/// A block is so many times shorter than what was summed before it.
const BLOCK_PART: f64 = 256.0;
/// Below this correlation the binomial is exact to more digits than there are.
const CORRELATION_MIN: f64 = 1e-15;
/// Shares stay this far from nought and one.
const SHARE_MIN: f64 = 1e-12;

/// `-log10 P(X >= count)` for a beta-binomial `X` of `lines` with this mean
/// share and this correlation between two lines; binomial without one.
///
/// A correlation so large that all or nothing were likelier than nearly all or
/// nearly nothing is taken as the largest that is not.
///
/// ```
/// # use logsurge::detect::tail_of_share;
/// assert!((tail_of_share(36, 1800, 0.0002, 0.0005) - 12.877811).abs() < 1e-6);
/// ```
pub fn tail_of_share(count: u64, lines: u64, share: f64, correlation: f64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    if count > lines {
        return f64::INFINITY;
    }
    let odds = Odds::new(lines as f64, share, correlation);
    let count = count as f64;
    let ln_tail = if count > odds.mean() {
        odds.ln_term(count) + odds.sum_from(count).ln()
    } else {
        let below = (odds.ln_term(count - 1.0) + odds.sum_below(count - 1.0).ln()).exp();
        (-below.min(1.0)).ln_1p()
    };
    (-ln_tail / LN_10).max(0.0)
}

/// The same for a share that is known from lines before: of `before_lines` so
/// many had the value. What is not known of the share then counts as
/// correlation, that of a beta distribution with half a line of each kind assumed.
pub fn tail_of_two(
    after_count: u64,
    after_lines: u64,
    before_count: u64,
    before_lines: u64,
    correlation: f64,
) -> f64 {
    let share = (before_count as f64 + 0.5) / (before_lines as f64 + 1.0);
    let unsure = 1.0 / (before_lines as f64 + 2.0);
    tail_of_share(after_count, after_lines, share, unsure + correlation * (1.0 - unsure))
}

/// No tail with this mean share is less likely than that, whatever the correlation:
/// one term of the binomial, by Stirling's formula. For counts above the mean.
pub(super) fn tail_at_most(count: u64, lines: u64, share: f64) -> f64 {
    let (count, lines) = (count as f64, lines as f64);
    let part = count / lines;
    let rest = if part < 1.0 { (lines - count) * ((1.0 - part) / (1.0 - share)).ln() } else { 0.0 };
    let ln_most = count * (part / share).ln() + rest + 0.5 * (std::f64::consts::TAU * count).ln() + 0.2;
    ln_most / LN_10
}

/// The terms of a beta-binomial, or of a binomial if `hits` and `misses` stand
/// for a share and its complement.
struct Odds {
    lines: f64,
    hits: f64,
    misses: f64,
    is_binomial: bool,
}

impl Odds {
    fn new(lines: f64, share: f64, correlation: f64) -> Self {
        let share = share.clamp(SHARE_MIN, 1.0 - SHARE_MIN);
        if correlation < CORRELATION_MIN {
            return Odds { lines, hits: share, misses: 1.0 - share, is_binomial: true };
        }
        let weight = (1.0 / correlation - 1.0).max(1.0 / (1.0 - share));
        Odds { lines, hits: share * weight, misses: (1.0 - share) * weight, is_binomial: false }
    }

    fn mean(&self) -> f64 {
        self.lines * self.hits / (self.hits + self.misses)
    }

    /// ln P(X = count).
    fn ln_term(&self, count: f64) -> f64 {
        let rest = self.lines - count;
        let ways = ln_gamma(self.lines + 1.0) - ln_gamma(count + 1.0) - ln_gamma(rest + 1.0);
        if self.is_binomial {
            return ways + count * self.hits.ln() + rest * self.misses.ln();
        }
        ways + ln_rising(self.hits, count) + ln_rising(self.misses, rest)
            - ln_rising(self.hits + self.misses, self.lines)
    }

    /// P(X = count + 1) over P(X = count).
    fn step(&self, count: f64) -> f64 {
        let ways = (self.lines - count) / (count + 1.0);
        if self.is_binomial {
            return ways * self.hits / self.misses;
        }
        ways * (count + self.hits) / (self.lines - count - 1.0 + self.misses)
    }

    /// P(X >= count) over P(X = count), for a count above the mean.
    fn sum_from(&self, count: f64) -> f64 {
        let (mut at, mut term, mut sum) = (count, 1.0, 0.0);
        while at < self.lines && at < count + TERMS_MAX {
            sum += term;
            let step = self.step(at);
            term *= step;
            at += 1.0;
            if term < REST_MAX * sum * (1.0 - step) {
                return sum;
            }
        }
        let ln_first = self.ln_term(count);
        while at < self.lines {
            let length = ((at - count) / BLOCK_PART).floor().max(1.0).min(self.lines - at);
            let next = (self.ln_term(at + length) - ln_first).exp();
            sum += geometric(term, next, length);
            (at, term) = (at + length, next);
            if term < REST_MAX * sum {
                return sum;
            }
        }
        sum + term
    }

    /// P(X <= count) over P(X = count), for a count below the mean, where the score is small.
    fn sum_below(&self, count: f64) -> f64 {
        let (mut at, mut term, mut sum) = (count, 1.0, 1.0);
        while at > 0.0 && at > count - TERMS_MAX {
            at -= 1.0;
            term /= self.step(at);
            sum += term;
        }
        let ln_first = self.ln_term(count);
        while at > 0.0 && term > REST_MAX * sum {
            let length = ((count - at) / BLOCK_PART).floor().max(1.0).min(at);
            let next = (self.ln_term(at - length) - ln_first).exp();
            sum += geometric(next, term, length);
            (at, term) = (at - length, next);
        }
        sum
    }
}

/// The sum of `length` terms of a geometric series that goes from `first` to
/// `next`, without `next`.
fn geometric(first: f64, next: f64, length: f64) -> f64 {
    let ln_step = (next / first).ln() / length;
    if first <= 0.0 || ln_step.abs() < 1e-9 || !ln_step.is_finite() {
        return length * first;
    }
    (next - first) / ln_step.exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64, tolerance: f64) {
        assert!((found - wanted).abs() <= tolerance * wanted + 1e-9, "found {found}, wanted {wanted}");
    }

    /// The sums of all terms, with sixty digits.
    #[test]
    fn tails_agree_with_sixty_digits() {
        for (count, lines, share, correlation, wanted) in [
            (3, 1000, 0.0002, 0.0, 2.940991723),
            (36, 1800, 0.0002, 0.0, 57.845731176),
            (36, 1800, 0.0002, 0.0005, 12.877811219),
            (36, 1800, 0.0002, 0.00001, 48.931520418),
            (36, 1800, 0.0002, 1e-12, 57.845729835),
            (5, 20, 0.1, 0.2, 0.799814105),
            (12, 20, 0.02, 0.01, 9.766544809),
            (300, 1000, 0.2, 0.001, 6.924132174),
            (300, 1000, 0.2, 0.05, 0.850564237),
            (150, 1000, 0.2, 0.05, 0.168971265),
            (2, 1000, 0.2, 0.002, 0.0),
            (60, 60, 0.7, 0.5, 1.426743567),
            (5000, 5000, 0.0001, 0.0, 20000.0),
            (20000, 20000, 0.000001, 0.00000001, 82393.669245146),
            (1, 1, 0.3, 0.1, 0.522878745),
        ] {
            near(tail_of_share(count, lines, share, correlation), wanted, 1e-8);
        }
    }

    #[test]
    fn thousands_of_terms_are_summed_in_blocks() {
        for (count, lines, share, correlation, wanted) in [
            (20000, 60000, 0.2, 0.01, 2.841044276),
            (20000, 60000, 0.2, 0.0001, 166.544759329),
            (9000, 60000, 0.2, 0.01, 0.045703810),
        ] {
            near(tail_of_share(count, lines, share, correlation), wanted, 1e-4);
        }
    }

    #[test]
    fn what_a_share_before_leaves_open_is_counted() {
        for (count, lines, count_before, lines_before, correlation, wanted) in [
            (30, 1000, 0, 1000, 0.0, 9.975115311),
            (30, 1000, 0, 9000, 0.002, 7.663216846),
            (30, 1000, 2, 10000, 0.0, 29.355065000),
            (30, 1000, 2, 10000, 0.01, 3.356431993),
            (10, 10, 10, 10, 0.0, 0.169142399),
            (412, 9870, 18, 90000, 0.0005, 34.412986600),
            (600, 1000, 500, 1000, 0.001, 3.893187956),
        ] {
            near(tail_of_two(count, lines, count_before, lines_before, correlation), wanted, 1e-8);
        }
    }

    #[test]
    fn a_higher_count_is_never_likelier_on_either_side_of_the_mean() {
        for correlation in [0.0, 1e-6, 0.001, 0.1, 0.9] {
            for share in [0.0001, 0.1, 0.5, 0.95] {
                let of = |step: u64| tail_of_share(step * step, 10_000, share, correlation);
                let tails: Vec<f64> = (0..=100).map(of).collect();
                assert!(
                    tails.windows(2).all(|pair| pair[1] >= pair[0] * (1.0 - 1e-6) - 1e-9),
                    "share {share}, correlation {correlation}: {tails:?}"
                );
                assert!(tails[0] == 0.0 && tails.iter().all(|tail| tail.is_finite()));
            }
        }
    }

    #[test]
    fn nothing_odd_comes_of_the_edges() {
        assert_eq!(tail_of_share(0, 0, 0.0, 0.0), 0.0);
        assert_eq!(tail_of_share(2, 1, 0.5, 0.0), f64::INFINITY);
        for share in [0.0, 1.0] {
            for correlation in [0.0, 1.0] {
                let tail = tail_of_share(1_000_000_000, 2_000_000_000, share, correlation);
                assert!(tail.is_finite() && tail >= 0.0, "{share}, {correlation}: {tail}");
            }
        }
    }
}

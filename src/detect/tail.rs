//! How unlikely a count is: tails of the negative binomial, in log space.
//!
//! Log lines come in lumps, so the Poisson tail cries wolf. The negative
//! binomial has one more parameter, a relative variance `f`, and its tail is a
//! regularised incomplete beta function. Lentz's continued fraction gives it
//! with a prefactor that never leaves log space, so a probability of 10^-80000
//! is as exact as one of 0.01.
//!
//! A call costs about a microsecond; callers rule out ordinary counts by
//! cheaper means first. Where a count is far below its expectation the score
//! is near nought and its relative error is that of `1 - c`: such counts are
//! never judged.
//!
//! No standard log-gamma is stable in Rust, hence the small one here.

use std::f64::consts::LN_10;

// limits
/// Below this product of expectation and relative variance the tail is Poisson
/// to more digits than any decision needs.
const POISSON_BELOW: f64 = 1e-6;
/// Continued fractions and sums stop when a step changes less than this.
const STEP_MIN: f64 = 1e-15;
/// A fraction needs about the root of its larger argument in steps; a count of
/// a thousand million lines stays below this.
const STEPS_MAX: u32 = 100_000;
/// Stirling's series is exact to the last bit or two from here on.
const STIRLING_FROM: f64 = 12.0;
/// One lump of a twentieth of a line is assumed before anything was seen.
pub const LUMP_PRIOR: f64 = 0.05;
/// The weight of that assumption, in lines.
const LUMP_PRIOR_WEIGHT: f64 = 1.0;
/// Days beyond these add nothing to what a score rests on.
const EVIDENCE_DAYS_MAX: f64 = 7.0;
/// No type of message is more regular than this, relative variance of a window.
const DISPERSION_MIN: f64 = 0.01;
/// A single line in years expects more; keeps forgotten templates from 0/0.
const MEAN_MIN: f64 = 1e-9;
/// Panes of a day, and the tests made in each: surges at three scales, and gone.
const TESTS_A_DAY: f64 = 8640.0 * 4.0;

/// `-log10 P(X >= count)` for a negative binomial `X` with this mean and with
/// variance `mean + dispersion * mean^2`; Poisson where the dispersion vanishes.
///
/// ```
/// # use logsurge::detect::score;
/// assert!((score(60, 10.0, 0.5) - 3.70948208).abs() < 1e-6);
/// ```
pub fn score(count: u64, mean: f64, dispersion: f64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    if mean <= 0.0 {
        return f64::INFINITY;
    }
    let ln_tail = if dispersion * mean < POISSON_BELOW {
        ln_poisson_tail(count as f64, mean)
    } else {
        ln_negative_binomial_tail(count as f64, mean, dispersion)
    };
    (-ln_tail / LN_10).max(0.0)
}

/// No [`score`] of a count above the mean is greater: one term of the negative binomial, by the
/// bounds of Stirling's formula. Three logarithms, where the tail itself takes a continued fraction.
pub(super) fn score_at_most(count: u64, mean: f64, dispersion: f64) -> f64 {
    if dispersion * mean < POISSON_BELOW {
        return f64::INFINITY; // Such a mean is seen too rarely to be worth a bound of its own.
    }
    let (count, size) = (count as f64, 1.0 / dispersion);
    let sum = count + size;
    // What Stirling's formula may lack of either factorial.
    let lacks = (1.0 / size + 1.0 / count) / 12.0;
    let surprise = count * (count / mean).ln() - sum * (sum / (mean + size)).ln();
    let width = 0.5 * (std::f64::consts::TAU * count * sum / size).ln();
    (surprise + width + lacks) / LN_10
}

/// A score is worth as much as what it rests on: the tail of an exponential
/// whose scale is known from few observations. A single session of hundreds of
/// lines is one observation.
pub fn evidence_discount(score: f64, evidence: f64) -> f64 {
    evidence * (1.0 + score * LN_10 / evidence).log10()
}

/// What a score rests on: independent occasions on which lines came, and days.
pub fn evidence(occasions: f64, days_known: f64) -> f64 {
    1.0 + 2.0 * occasions + 4.0 * days_known.clamp(0.0, EVIDENCE_DAYS_MAX)
}

/// How many further lines one line brings along in its cell, on average.
///
/// `pairs` is the sum of x(x-1) over cells, `lines` the sum of x, `explained`
/// what of the pairs the expectation explains: with expectations m, the sum of
/// m(2x - m), which is m times `lines` where all are alike.
pub fn lump(pairs: f64, lines: f64, explained: f64, prior: f64) -> f64 {
    let weight = lines + LUMP_PRIOR_WEIGHT;
    let assumed = LUMP_PRIOR_WEIGHT * prior;
    let seen = (pairs + assumed - explained) / weight;
    seen.max(assumed / weight)
}

/// The relative variance of a window that expects `mean` lines.
pub fn dispersion(lump: f64, cell_mean: f64, mean: f64) -> f64 {
    (lump / cell_mean.min(mean).max(MEAN_MIN)).max(DISPERSION_MIN)
}

/// `-log10` of the chance of no line at all where `expected` were due.
pub fn gone_z(dispersion: f64, expected: f64) -> f64 {
    (dispersion * expected).ln_1p() / (dispersion * LN_10)
}

/// What a silence must expect for [`gone_z`] to reach `z`.
pub(crate) fn gone_expected(dispersion: f64, z: f64) -> f64 {
    (z * dispersion * LN_10).exp_m1() / dispersion
}

/// What a discounted score is compared with, so that all tests of all templates
/// together err `false_alerts` times a day. A young stream must say it louder.
pub fn threshold(templates: u64, false_alerts: f64, age_hours: f64) -> f64 {
    let tests = templates.max(1) as f64 * TESTS_A_DAY;
    (tests / false_alerts).log10() + (24.0 / age_hours).log10().max(0.0)
}

fn ln_poisson_tail(count: f64, mean: f64) -> f64 {
    if count <= mean {
        // The terms from `count` upwards rise first; those below it only fall.
        let (mut term, mut sum, mut at) = (1.0, 1.0, count - 1.0);
        let ln_first = at * mean.ln() - mean - ln_gamma(count);
        while at > 0.0 && term > STEP_MIN * sum {
            term *= at / mean;
            sum += term;
            at -= 1.0;
        }
        return (-(ln_first + f64::ln(sum)).exp().min(1.0)).ln_1p();
    }
    let (mut term, mut sum, mut at) = (1.0, 1.0, count + 1.0);
    while term > STEP_MIN * sum {
        term *= mean / at;
        sum += term;
        at += 1.0;
    }
    count * mean.ln() - mean - ln_gamma(count + 1.0) + f64::ln(sum)
}

fn ln_negative_binomial_tail(count: f64, mean: f64, dispersion: f64) -> f64 {
    let size = 1.0 / dispersion;
    let odds = mean * dispersion;
    let (success, failure) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
    let ln_shared = count * (odds.ln() - odds.ln_1p()) - size * odds.ln_1p() + ln_gamma(count + size)
        - ln_gamma(count)
        - ln_gamma(size);
    if success < (count + 1.0) / (count + size + 2.0) {
        ln_shared - count.ln() + beta_fraction(count, size, success).ln()
    } else {
        let below = (ln_shared - size.ln()).exp() * beta_fraction(size, count, failure);
        (-below.min(1.0)).ln_1p()
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_nought = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut upper = 1.0;
    let mut lower = 1.0 / away_from_nought(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = lower;
    for step in 1..=STEPS_MAX {
        let n = f64::from(step);
        let even = n * (b - n) * x / ((a + 2.0 * n - 1.0) * (a + 2.0 * n));
        lower = 1.0 / away_from_nought(1.0 + even * lower);
        upper = away_from_nought(1.0 + even / upper);
        fraction *= lower * upper;
        let odd = -(a + n) * (a + b + n) * x / ((a + 2.0 * n) * (a + 2.0 * n + 1.0));
        lower = 1.0 / away_from_nought(1.0 + odd * lower);
        upper = away_from_nought(1.0 + odd / upper);
        let change = lower * upper;
        fraction *= change;
        if (change - 1.0).abs() < STEP_MIN {
            break;
        }
    }
    fraction
}

/// ln of the gamma function, for arguments above nought.
pub(super) fn ln_gamma(argument: f64) -> f64 {
    let (mut x, mut product) = (argument, 1.0);
    while x < STIRLING_FROM {
        product *= x;
        x += 1.0;
    }
    let half_ln_tau = 0.918_938_533_204_672_8;
    (x - 0.5) * x.ln() - x + half_ln_tau + stirling_rest(x) - f64::ln(product)
}

/// ln of Γ(first + steps)/Γ(first), the product first·(first+1)·…, which keeps its
/// digits where the first factor is so large that both gammas are.
pub(super) fn ln_rising(first: f64, steps: f64) -> f64 {
    if first < STIRLING_FROM {
        return ln_gamma(first + steps) - ln_gamma(first);
    }
    let last = first + steps;
    steps * last.ln() + (first - 0.5) * (steps / first).ln_1p() - steps + stirling_rest(last)
        - stirling_rest(first)
}

/// What Stirling's formula lacks.
fn stirling_rest(x: f64) -> f64 {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    inverse
        * (1.0 / 12.0
            - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    fn near(found: f64, wanted: f64, tolerance: f64) {
        assert!((found - wanted).abs() <= tolerance * wanted.abs(), "found {found}, wanted {wanted}");
    }

    #[test]
    fn scores_agree_with_forty_digits() {
        for (count, mean, dispersion, wanted) in [
            (1, 0.01, 0.0, 2.00216966),
            (3, 0.01, 0.0, 6.78140764),
            (3, 0.01, 5.0, 5.00951142),
            (8, 0.01, 20.0, 8.3075243),
            (5, 0.5, 0.2, 3.24294384),
            (10, 2.0, 0.3, 2.63622866),
            (20, 10.0, 0.0, 2.46163467),
            (20, 10.0, 0.5, 0.946802823),
            (60, 10.0, 0.5, 3.70948208),
            (150, 100.0, 0.01, 3.13042622),
            (2000, 1000.0, 0.02, 7.65263338),
            (30000, 20000.0, 0.01, 5.20795364),
            (1000000, 500000.0, 0.01, 14.7320287),
            (5000, 1.0, 0.3, 3176.18878),
            (65535, 0.001, 50.0, 86658.035),
        ] {
            near(score(count, mean, dispersion), wanted, 5e-9);
        }
    }

    #[test]
    fn a_higher_count_is_never_likelier_on_either_side_of_the_mean() {
        for dispersion in [0.0, 0.01, 0.5, 30.0] {
            for mean in [0.02, 3.0, 40.0, 3000.0] {
                let scores: Vec<f64> = (0..200).map(|step| score(step * step, mean, dispersion)).collect();
                assert!(scores.is_sorted() && scores[0] == 0.0, "mean {mean}, dispersion {dispersion}");
            }
        }
    }

    #[test]
    fn no_score_is_above_its_bound_nor_far_below() {
        for dispersion in [0.01, 0.06, 0.5, 4.0, 30.0] {
            for mean in [0.001, 0.02, 3.0, 40.0, 3000.0, 1e6] {
                for step in [1.26, 1.5, 2.0, 5.0, 100.0] {
                    let count = (mean * step) as u64 + 3;
                    let (score, bound) =
                        (score(count, mean, dispersion), score_at_most(count, mean, dispersion));
                    // A small size is where the formula is at its worst, and the one term stands for
                    // as many as there are within the deviation.
                    let deviation = (mean + dispersion * mean * mean).sqrt();
                    let near = score + 1.0 + (1.0 + deviation).log10() + dispersion / 12.0 / LN_10;
                    assert!(
                        score < bound && bound < near,
                        "{count} of {mean}, {dispersion}: {score}, {bound}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_two_forms_of_the_tail_meet() {
        near(score(20, 10.0, 1.01e-7), score(20, 10.0, 0.99e-7), 1e-6);
        near(score(5, 10.0, 1.01e-7), score(5, 10.0, 0.99e-7), 1e-5);
    }

    /// The least count whose score reaches `score_min`.
    fn critical_count(score_min: f64, mean: f64, dispersion: f64) -> u64 {
        let reaches = |count| score(count, mean, dispersion) >= score_min;
        let mut above = 1u64;
        while !reaches(above) && above < 1 << 52 {
            above *= 2;
        }
        let mut below = above / 2;
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if reaches(middle) {
                above = middle;
            } else {
                below = middle;
            }
        }
        above
    }

    #[test]
    fn critical_counts_agree() {
        for (mean, dispersion, wanted) in [
            (0.001, 0.5, 3),
            (0.01, 0.5, 4),
            (0.1, 0.5, 7),
            (1.0, 0.1, 13),
            (1.0, 0.5, 19),
            (10.0, 0.1, 50),
            (10.0, 0.5, 112),
            (100.0, 0.02, 220),
            (100.0, 0.1, 389),
            (1000.0, 0.01, 1673),
            (1000.0, 0.05, 2736),
        ] {
            assert_eq!(
                critical_count(7.54, mean, dispersion),
                wanted,
                "mean {mean}, dispersion {dispersion}"
            );
        }
    }

    #[test]
    fn lumps_and_dispersions_agree() {
        for (pairs, lines, squares, wanted_lump, wanted_dispersion) in [
            (0.0, 10.0, 0.0496032, 0.018182, 3.665455),
            (12.0, 10.0, 0.0496032, 1.104582, 222.683636),
            (500.0, 200.0, 19.8413, 2.389844, 24.089632),
            (1e6, 40000.0, 793651.0, 5.158606, 0.259994),
        ] {
            let cell_mean = squares / lines;
            let found = lump(pairs, lines, squares, 0.2);
            near(found, wanted_lump, 2e-5);
            near(dispersion(found, cell_mean, cell_mean), wanted_dispersion, 2e-5);
        }
    }

    #[test]
    fn silences_and_discounts_agree() {
        for (dispersion, expected, wanted) in [
            (0.05, 5.0, 1.9382),
            (0.05, 60.0, 12.0412),
            (1.0, 60.0, 1.78533),
            (10.0, 60.0, 0.277887),
            (0.01, 1000.0, 104.139269),
        ] {
            near(gone_z(dispersion, expected), wanted, 2e-6);
            near(gone_expected(dispersion, gone_z(dispersion, expected)), expected, 1e-9);
        }
        for (score, occasions, days, wanted) in [
            (12.0, 1.0, 0.5, 4.073303),
            (15.0, 5.0, 1.0, 7.78281),
            (20.0, 16.0, 0.25, 12.644316),
            (30.0, 3.0, 2.0, 11.228832),
        ] {
            near(evidence_discount(score, evidence(occasions, days)), wanted, 1e-6);
        }
        assert_eq!(evidence(3.0, 7.0), evidence(3.0, 70.0));
    }

    #[test]
    fn a_young_stream_must_say_it_louder() {
        near(threshold(1000, 1.0, 48.0), 7.538574, 1e-6);
        near(threshold(1000, 1.0, 2.4), 8.538574, 1e-6);
        near(threshold(0, 10.0, 24.0), 3.538574, 1e-6);
    }
}

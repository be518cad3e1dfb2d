//! Shares with an honest interval. Wilson's for one share, Newcombe's (his tenth, made of two of Wilson's) for the difference
//! of two; both hold for few cases and for shares near none and all, where the schoolbook's interval does not.

use serde::Serialize;

/// A share of some cases, with the interval that holds the true one in 19 of 20 such counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The cases that count.
    pub many: u64,
    /// All cases.
    pub of: u64,
    /// Their share, from 0 to 1; absent when there is no case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Half the width of a standard normal distribution that holds 19 of 20.
pub const NINETEEN_OF_TWENTY: f64 = 1.959_963_984_540_054;

#[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

impl Share {
    /// `many` of `of`.
    #[must_use]
    pub fn new(many: u64, of: u64) -> Self {
        let (low, high) = wilson(many, of, NINETEEN_OF_TWENTY);
        Self { many, of, share: (of > 0).then(|| real(many) / real(of)), low, high }
    }
}

/// Wilson's score interval at `z`; everything is possible where there is no case.
#[must_use]
pub fn wilson(many: u64, of: u64, z: f64) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, p, square) = (real(of), real(many.min(of)) / real(of), z * z);
    let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    let half = z * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt() / (1.0 + square / n);
    // At the ends the formula gives them exactly; its rounding does not.
    let low = if many == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if many >= of { 1.0 } else { (middle + half).min(1.0) };
    (low, high)
}

/// The difference of two shares (the first less the second) with Newcombe's interval at `z`.
#[must_use]
pub fn difference(one: (u64, u64), other: (u64, u64), z: f64) -> (f64, f64, f64) {
    let share = |(many, of): (u64, u64)| if of == 0 { 0.0 } else { real(many.min(of)) / real(of) };
    let (p1, p2) = (share(one), share(other));
    let ((l1, u1), (l2, u2)) = (wilson(one.0, one.1, z), wilson(other.0, other.1, z));
    let apart = p1 - p2;
    let down = ((p1 - l1).powi(2) + (u2 - p2).powi(2)).sqrt();
    let up = ((u1 - p1).powi(2) + (p2 - l2).powi(2)).sqrt();
    (apart, (apart - down).max(-1.0), (apart + up).min(1.0))
}

/// The `z` at which all of `looks` intervals together still hold in 19 of 20 counts (Bonferroni): whoever compares often finds
/// something by chance.
#[must_use]
pub fn for_looks(looks: u64) -> f64 {
    if looks <= 1 { NINETEEN_OF_TWENTY } else { normal_quantile(1.0 - 0.025 / real(looks)) }
}

/// The standard normal distribution's quantile for `p` above one half, by halving: its distribution is known well enough.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if upper_tail(middle) > 1.0 - p { low = middle } else { high = middle }
    }
    low
}

/// How much of the standard normal distribution is above `x`, which is not negative: its continued fraction for large ones, the
/// series of the distribution for small ones.
fn upper_tail(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if x > 2.0 {
        let fraction = (1..=60).rev().fold(x, |below, k| x + f64::from(k) / below);
        return density / fraction;
    }
    let (mut term, mut sum) = (x, x);
    for k in 1..=60 {
        term *= x * x / f64::from(2 * k + 1);
        sum += term;
    }
    0.5 - density * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.000_1
    }

    /// Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    #[rstest::rstest]
    #[case(81, 263, 0.2553, 0.3662)]
    #[case(15, 148, 0.0624, 0.1605)]
    #[case(0, 20, 0.0, 0.1611)]
    #[case(1, 29, 0.0061, 0.1718)]
    #[case(29, 29, 0.8830, 1.0)]
    fn one_share_has_the_published_interval(#[case] many: u64, #[case] of: u64, #[case] low: f64, #[case] high: f64) {
        let share = Share::new(many, of);
        assert!(near(share.low, low) && near(share.high, high), "{share:?}");
    }

    /// Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10.
    #[rstest::rstest]
    #[case((56, 70), (48, 80), 0.0524, 0.3339)]
    #[case((9, 10), (3, 10), 0.1705, 0.8090)]
    #[case((6, 7), (2, 7), 0.0582, 0.8062)]
    #[case((5, 56), (0, 29), -0.0381, 0.1926)]
    #[case((0, 10), (0, 20), -0.1611, 0.2775)]
    #[case((10, 10), (0, 10), 0.6075, 1.0)]
    fn a_difference_has_the_published_interval(
        #[case] one: (u64, u64),
        #[case] other: (u64, u64),
        #[case] low: f64,
        #[case] high: f64,
    ) {
        let (_, l, u) = difference(one, other, NINETEEN_OF_TWENTY);
        assert!(near(l, low) && near(u, high), "{l} {u}");
        let (_, back_l, back_u) = difference(other, one, NINETEEN_OF_TWENTY);
        assert!(near(back_l, -u) && near(back_u, -l), "the other way round");
    }

    #[test]
    fn who_looks_oftener_gets_wider_intervals() {
        assert!(near(normal_quantile(0.975), NINETEEN_OF_TWENTY) && near(normal_quantile(0.995), 2.575_83));
        assert!(near(for_looks(3), 2.393_98) && for_looks(1) < for_looks(2));
    }

    #[test]
    fn nothing_is_known_of_no_case() {
        let none = Share::new(0, 0);
        assert_eq!((none.share, none.low, none.high), (None, 0.0, 1.0));
    }

    proptest::proptest! {
        #[test]
        fn an_interval_holds_the_share_and_stays_in_bounds(of in 1_u64..2_000_000, part in 0.0_f64..=1.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and `of`")]
            let many = (real(of) * part) as u64;
            let share = Share::new(many, of);
            let p = share.share.expect("cases");
            proptest::prop_assert!(0.0 <= share.low && share.low <= p && p <= share.high && share.high <= 1.0);
        }
    }
}

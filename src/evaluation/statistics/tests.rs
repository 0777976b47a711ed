#![expect(clippy::excessive_precision, reason = "figures as the references print them")]

use super::normal::{cumulative, quantile};
use super::*;

// Figures: SciPy 1.17.1, NumPy 2.4.6, scikit-learn 1.9.1, by tests/reference/statistics.py.

fn skewed() -> Vec<f64> {
    let score = |i: i32| {
        if i % 7 == 0 { f64::from(i * 13 % 29) / 128.0 } else { f64::from(i * 37 % 101) / 128.0 + 0.2 }
    };
    (0..41).map(score).collect()
}

fn pairs() -> Vec<(f64, f64)> {
    let pair = |i: i32| {
        let first = f64::from(i * 31 % 47);
        (first / 47.0, first / 94.0 + f64::from(i * 11 % 23) / 46.0)
    };
    (0..40).map(pair).collect()
}

#[track_caller]
fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-13 + 1e-12 * expected.abs(), "{value} is not {expected}");
}

#[track_caller]
fn spans(values: &[f64], low: f64, high: f64) {
    let interval = interval(values).unwrap();
    near(interval.0, low);
    near(interval.1, high);
}

#[test]
fn intervals_are_those_of_scipy_for_the_same_resamples() {
    near(mean(&skewed()).unwrap(), 0.52724847560975596);
    spans(&skewed(), 0.43764863667585935, 0.61196161536204008);
    let passed: Vec<f64> = (0..60).map(|i| if i % 9 == 0 { 0.0 } else { 1.0 }).collect();
    spans(&passed, 0.76666666666666672, 0.94999999999999996);
    let differences: Vec<f64> = (0..50).map(|i| f64::from(i * 29 % 64 - 30) / 256.0).collect();
    spans(&differences, -0.011801739590891022, 0.02783701683392939);
}

#[test]
fn of_nothing_there_is_no_interval_and_of_one_value_none_with_a_width() {
    assert_eq!((mean(&[]), interval(&[]), percentile(&[], 0.5)), (None, None, None));
    assert_eq!(interval(&[0.7]), Some((0.7, 0.7)));
    assert_eq!(interval(&[0.1; 30]), Some((0.1, 0.1)));
    let two = interval(&[0.0, 1.0]).unwrap();
    assert!(two.0 <= 0.5 && 0.5 <= two.1, "{two:?}");
}

#[test]
fn percentiles_are_those_of_numpy() {
    let mut sorted = skewed();
    sorted.sort_by(f64::total_cmp);
    near(percentile(&sorted, 0.5).unwrap(), 0.5359375);
    near(percentile(&sorted, 0.95).unwrap(), 0.934375);
    assert_eq!(percentile(&[3.0], 0.95), Some(3.0));
}

#[test]
fn agreement_is_that_of_the_references() {
    near(spearman(&pairs()).unwrap(), 0.7343339587242026);
    let round = |value: f64| value.round_ties_even();
    let ties: Vec<_> = pairs().into_iter().map(|(a, b)| (round(a * 4.0), round(b * 3.0))).collect();
    near(spearman(&ties).unwrap(), 0.68432829580993748);
    assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]), None);
    assert_eq!(spearman(&[(1.0, 2.0), (2.0, 3.0)]), None);
    let judged: Vec<_> = pairs().into_iter().map(|(a, b)| (a > 0.4, b > 0.45)).collect();
    near(kappa(&judged).unwrap(), 0.51351351351351349);
    assert_eq!(kappa(&[(true, true), (true, false)]), None);
    assert_eq!(kappa(&[]), None);
}

#[test]
fn the_normal_distribution_is_that_of_scipy() {
    for (x, p) in [
        (-9.0, 1.1285884059538324e-19),
        (-3.0, 0.0013498980316300933),
        (-0.5, 0.30853753872598688),
        (0.0, 0.5),
        (1.25, 0.89435022633314465),
        (5.0, 0.99999971334842808),
    ] {
        let found = cumulative(x);
        assert!((found - p).abs() <= 1e-6 * p.min(1e-8), "{x}: {found} is not {p}");
    }
    for (p, x) in [
        (1e-12, -7.0344838253011313),
        (0.001, -3.0902323061678132),
        (0.025, -1.9599639845400545),
        (0.3, -0.52440051270804089),
        (0.5, 0.0),
        (0.975, 1.959963984540054),
        (0.9999, 3.7190164854557088),
    ] {
        near(quantile(p), x);
    }
}

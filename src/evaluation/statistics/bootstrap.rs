//! The interval of a mean by the bootstrap: what it would be if the same number of items were drawn again from the same.
//!
//! It is the BCa interval (Efron 1987), which corrects for bias and for skew: scores are mostly near 1 with a few low ones, and data
//! sets are small, where the plain percentile interval is too narrow on the side of the low ones. It is the default of SciPy, too.
//! The draws come from a fixed seed, so the same scores always have the same interval.

use super::{mean, normal, percentile};

/// Resamples of an interval. Its bounds move by about a fiftieth of its width when others are drawn.
pub const RESAMPLES: usize = 2_000;
/// Probability that the interval is to hold the mean.
const CONFIDENCE: f64 = 0.95;
/// Where the draws begin; any number does.
const SEED: u64 = 0x5EED_0F5C_03E5;
/// Sums of the same values in another order differ by this much at the most, relatively.
const SAME: f64 = 1e-12;

/// The 95 % interval of the mean of `values`, from [`RESAMPLES`]; for paired differences it is the paired bootstrap. One value, or values
/// that are all the same, have an interval without width. `None` of nothing.
pub fn interval(values: &[f64]) -> Option<(f64, f64)> {
    let centre = mean(values)?;
    if values.iter().all(|value| *value == values[0]) {
        return Some((values[0], values[0]));
    }
    let mut means = resample(values, RESAMPLES);
    means.sort_unstable_by(f64::total_cmp);
    Some(corrected(&means, centre, values))
}

/// Means of resamples.
fn resample(values: &[f64], count: usize) -> Vec<f64> {
    let size = values.len() as u64;
    let mut draws = Draws(SEED);
    let half = |draw: u64| ((draw * size) >> 32) as usize;
    let means = (0..count).map(|_| {
        // Two sums, as one addition need not wait for the other then.
        let (mut even, mut odd) = (0.0, 0.0);
        for _ in 0..size / 2 {
            let draw = draws.next();
            even += values[half(draw >> 32)];
            odd += values[half(draw & 0xFFFF_FFFF)];
        }
        if size % 2 == 1 {
            even += values[half(draws.next() >> 32)];
        }
        (even + odd) / size as f64
    });
    means.collect()
}

/// The BCa interval from the sorted means of resamples.
fn corrected(means: &[f64], centre: f64, values: &[f64]) -> (f64, f64) {
    let near = SAME * centre.abs().max(1.0);
    let below = means.partition_point(|mean| *mean < centre - near);
    let up_to = means.partition_point(|mean| *mean <= centre + near);
    let share = (below + up_to) as f64 / 2.0 / means.len() as f64;
    let plain = (1.0 - CONFIDENCE) / 2.0;
    let (low, high) = if share > 0.0 && share < 1.0 {
        let bias = normal::quantile(share);
        // The jackknife of a mean needs no other means: what each value adds is how far it is from the mean.
        let power = |n: i32| values.iter().map(|value| (value - centre).powi(n)).sum::<f64>();
        let skew = power(3) / power(2).powf(1.5) / 6.0;
        let level = |z: f64| {
            let moved = bias + z;
            normal::cumulative(bias + moved / (1.0 - skew * moved))
        };
        let z = normal::quantile(plain);
        (level(z), level(-z))
    } else {
        (plain, 1.0 - plain)
    };
    let at = |level: f64| percentile(means, level).unwrap_or(centre);
    (at(low), at(high))
}

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014): fast, and good enough for draws that nobody may gain by guessing.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

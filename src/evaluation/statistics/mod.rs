//! Statistics of scores: means with intervals, percentiles, and how two judges agree.
//!
//! Figures in the tests are SciPy's and scikit-learn's; `tests/reference/statistics.py` makes them anew.

mod bootstrap;
mod normal;

pub use bootstrap::interval;

/// The mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The value that `share` (from 0 to 1) of `sorted` do not exceed, between two neighbours in proportion: Hyndman and Fan's type 7,
/// as NumPy's and R's default. `None` of nothing.
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last);
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64))
}

/// Cohen's kappa of two who said yes or no of the same things: how much more they agree than by chance, from -1 to 1. `None` when
/// either says always the same, as chance alone would agree then as much as they can.
pub fn kappa(pairs: &[(bool, bool)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let share = |hit: fn(&(bool, bool)) -> bool| pairs.iter().filter(|pair| hit(pair)).count() as f64 / count;
    let (first, second) = (share(|pair| pair.0), share(|pair| pair.1));
    let decided = |yes: f64| yes > 0.0 && yes < 1.0;
    if !decided(first) || !decided(second) {
        return None;
    }
    let agreed = share(|pair| pair.0 == pair.1);
    let by_chance = first * second + (1.0 - first) * (1.0 - second);
    Some((agreed - by_chance) / (1.0 - by_chance))
}

/// Pairs from which on a rank correlation says anything.
const LEAST_PAIRS: usize = 3;

/// Spearman's rank correlation, from -1 to 1; equal values share the mean of their ranks. `None` of fewer than three pairs, or when one
/// side is always the same.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < LEAST_PAIRS {
        return None;
    }
    let first = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let second = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let centre = (pairs.len() + 1) as f64 / 2.0;
    let product =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - centre) * (b - centre)).sum() };
    let spread = (product(&first, &first) * product(&second, &second)).sqrt();
    (spread > 0.0).then(|| product(&first, &second) / spread)
}

/// Ranks from 1; equal values have the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let value = values[order[from]];
        let same = order[from..].iter().take_while(|at| values[**at] == value).count().max(1);
        let rank = from as f64 + (same + 1) as f64 / 2.0;
        order[from..from + same].iter().for_each(|at| ranks[*at] = rank);
        from += same;
    }
    ranks
}

#[cfg(test)]
mod tests;

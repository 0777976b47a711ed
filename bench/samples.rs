//! Percentiles.

use std::time::Duration;

/// Measured durations.
#[derive(Debug, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub fn push(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The nearest-rank percentile, in milliseconds; 0 when nothing was measured.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).map_or(0.0, |sample| sample.as_secs_f64() * 1e3)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Duration> {
        self.0.iter().copied()
    }

    /// Each sample less `base`, not below zero.
    pub fn above(&self, base: Duration) -> Self {
        Self(self.0.iter().map(|sample| sample.saturating_sub(base)).collect())
    }

    /// The median.
    pub fn median(&self) -> Duration {
        Duration::from_secs_f64(self.percentile(50.0) / 1e3)
    }
}

impl FromIterator<Duration> for Samples {
    fn from_iter<I: IntoIterator<Item = Duration>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

//! Two sides of a comparison: what one target answered in one experiment, beside the same items of an earlier one.
//!
//! An item counts with the mean of its repeats. One without a score counts 0 and did not pass; one that only the baseline has is no pass
//! either, and has its row, so that nobody overlooks it.

mod answers;
mod order;
mod rows;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::experiment::{Trial, add};
use super::statistics;
use crate::engine::journal::{Cost, Usage};

pub use answers::Answers;
pub use order::{Counts, Filter, Order};
use rows::gone;
pub use rows::{Row, rows};
pub use tags::{Tagged, by_tag};

/// Differences of scores up to this count as the same.
pub const NOISE: f64 = 0.01;
/// How far a difference of decimals is from what they say, at the most: 0.89 is not by more than 0.01 below 0.9.
const UNEVEN: f64 = 1e-9;
/// Scores that differ by less are written the same.
const UNSEEN: f64 = 0.0005;
/// Bins of a histogram, from 0 to 1.
pub const BINS: usize = 10;
/// Pairs from which on a difference may be called significant. Of five, all differences point the same way by chance once in sixteen times.
pub const LEAST_PAIRS: usize = 6;

/// An item that was asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its id in the data set.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its tags.
    pub tags: &'a [String],
}

/// One side.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The items that should be there, in the order of the data set.
    pub asked: &'a [Asked<'a>],
    /// Times each should be asked.
    pub repeats: u32,
    /// The trials of the one target.
    pub trials: &'a [Trial],
    /// The experiment has ended: what is not there now is missing. While it runs, items that have not ended do not count yet.
    pub over: bool,
}

/// One side in figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Items.
    pub items: usize,
    /// Items that passed in every repeat.
    pub passed: usize,
    /// Items without any score, of those that have ended.
    pub missing: usize,
    /// Mean score of the items that have ended.
    pub mean: Option<f64>,
    /// 95 % interval of it.
    pub interval: Option<(f64, f64)>,
    /// Median time of an answer, in ms.
    pub p50_ms: Option<i64>,
    /// Time that 95 % of the answers do not exceed, in ms.
    pub p95_ms: Option<i64>,
    /// Tokens of the answers.
    pub usage: Usage,
    /// Cost of the answers.
    pub costs: Vec<Cost>,
    /// Tokens of the judges.
    pub judge_usage: Usage,
    /// Cost of the judges.
    pub judge_costs: Vec<Cost>,
}

/// The difference, over the items that both have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delta {
    /// Items that both have.
    pub paired: usize,
    /// Items that only the baseline has.
    pub missing: usize,
    /// Items that only this one has.
    pub new: usize,
    /// Mean of the differences.
    pub mean: f64,
    /// 95 % interval of it.
    pub interval: (f64, f64),
    /// The interval does not hold 0, and there are enough pairs to say so.
    pub significant: bool,
    /// Items that became worse by more than [`NOISE`].
    pub worse: usize,
    /// Items that became better by more.
    pub better: usize,
}

/// Two sides, compared; or one alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The items in the order of the data set; after them those that only the baseline has.
    pub rows: Vec<Row>,
    /// This side in figures.
    pub summary: Summary,
    /// The baseline in figures.
    pub base: Option<Summary>,
    /// What changed.
    pub delta: Option<Delta>,
    /// How many items are in each bin: here, and in the baseline. A score of 1 is in the last.
    pub bins: Vec<(usize, usize)>,
}

/// Compares. Computes for milliseconds when there are thousands of items: not for the threads that serve requests.
pub fn compare(now: &Side<'_>, base: Option<&Side<'_>>) -> Comparison {
    let mut rows = rows(now);
    let before = base.map(self::rows);
    let mut bins = vec![(0, 0); BINS];
    rows.iter().filter(|row| row.ended).for_each(|row| bins[bin(row.value())].0 += 1);
    let (mut missing, mut new) = (0, 0);
    if let Some(before) = &before {
        before.iter().filter(|row| row.ended).for_each(|row| bins[bin(row.value())].1 += 1);
        let earlier: HashMap<&str, &Row> = before.iter().map(|row| (row.id.as_str(), row)).collect();
        for row in &mut rows {
            row.base = earlier.get(row.id.as_str()).filter(|row| row.ended).map(|row| row.value());
            new += usize::from(row.base.is_none());
        }
        let here: HashMap<&str, ()> = now.asked.iter().map(|asked| (asked.id, ())).collect();
        let gone: Vec<Row> =
            before.iter().filter(|row| !here.contains_key(row.id.as_str())).map(gone).collect();
        missing = gone.len();
        rows.extend(gone);
    }
    let moved: Vec<f64> = rows.iter().filter_map(Row::moved).collect();
    // The three intervals take the same time: at once.
    let (interval, between, mut summary, earlier) = std::thread::scope(|scope| {
        let between = scope.spawn(|| statistics::interval(&moved));
        let earlier =
            scope.spawn(|| base.zip(before.as_deref()).map(|(side, rows)| in_figures(rows, side.trials)));
        let own = in_figures(&rows, now.trials);
        let between = between.join().unwrap_or_default();
        (between.unwrap_or_default(), between.is_some(), own, earlier.join().unwrap_or_default())
    });
    summary.items = now.asked.len();
    let delta = base.map(|_| Delta {
        paired: moved.len(),
        missing,
        new,
        mean: statistics::mean(&moved).unwrap_or_default(),
        interval,
        significant: between && moved.len() >= LEAST_PAIRS && (interval.0 > 0.0 || interval.1 < 0.0),
        worse: rows.iter().filter(|row| row.worse()).count(),
        better: rows.iter().filter(|row| row.better()).count(),
    });
    Comparison { rows, summary, base: earlier, delta, bins }
}

fn in_figures(rows: &[Row], trials: &[Trial]) -> Summary {
    let own = || rows.iter().filter(|row| row.ended && !row.gone);
    let scores: Vec<f64> = own().map(Row::value).collect();
    let mut times: Vec<i64> = trials.iter().filter_map(|trial| trial.latency_ms).collect();
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "times of answers are far below 2^52 ms")]
    let times: Vec<f64> = times.into_iter().map(|ms| ms as f64).collect();
    #[expect(clippy::cast_possible_truncation, reason = "it lies between two of them")]
    let time = |share| statistics::percentile(&times, share).map(|ms| ms.round() as i64);
    let mut summary = Summary {
        items: rows.len(),
        passed: own().filter(|row| row.passed).count(),
        missing: own().filter(|row| row.score.is_none()).count(),
        mean: statistics::mean(&scores),
        interval: statistics::interval(&scores),
        p50_ms: time(0.5),
        p95_ms: time(0.95),
        ..Summary::default()
    };
    for trial in trials {
        summary.usage += trial.usage;
        summary.judge_usage += trial.judge_usage;
        trial.costs.iter().for_each(|cost| add(&mut summary.costs, cost));
        trial.judge_costs.iter().for_each(|cost| add(&mut summary.judge_costs, cost));
    }
    summary
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn count(items: usize) -> f64 {
    items.max(1) as f64
}

/// The bin of a score; those on a bound are in the upper one, in spite of how decimals are stored.
fn bin(score: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to the bins")]
    let bin = (score * count(BINS) + 1e-9).clamp(0.0, count(BINS - 1)) as usize;
    bin
}

//! The items of one side: what their repeats come to.

use std::collections::HashMap;

use super::{Asked, NOISE, Side, UNEVEN, UNSEEN, add, count};
use crate::engine::journal::Cost;
use crate::evaluation::experiment::Trial;

/// An item of a comparison.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its id in the data set.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Mean of the repeats, those without a score as 0; `None` when none has a score.
    pub score: Option<f64>,
    /// The same in the baseline, 0 without a score; `None` when the baseline does not have the item.
    pub base: Option<f64>,
    /// It passed in every repeat.
    pub passed: bool,
    /// It has ended, in every repeat.
    pub ended: bool,
    /// Only the baseline has it.
    pub gone: bool,
    /// Why it has no score; empty when it has one.
    pub error: String,
    /// Place of the first trial that did not pass, among the trials of the side.
    pub failed: Option<usize>,
    /// Mean time of the answers.
    pub latency_ms: Option<i64>,
    /// Cost of the answers, by currency.
    pub costs: Vec<Cost>,
}

impl Row {
    /// What it counts.
    pub fn value(&self) -> f64 {
        self.score.unwrap_or_default()
    }

    /// How much more it has than in the baseline; `None` when only one side has it, or it has not ended.
    pub fn moved(&self) -> Option<f64> {
        self.base.filter(|_| self.ended && !self.gone).map(|base| self.value() - base)
    }

    /// It became worse by more than [`NOISE`].
    pub fn worse(&self) -> bool {
        self.moved().is_some_and(|moved| moved < -(NOISE + UNEVEN))
    }

    /// It became better by more.
    pub fn better(&self) -> bool {
        self.moved().is_some_and(|moved| moved > NOISE + UNEVEN)
    }

    pub(super) fn changed(&self) -> bool {
        self.gone || self.moved().is_some_and(|moved| moved.abs() >= UNSEEN)
    }

    pub(super) fn fell(&self) -> bool {
        self.ended && !self.passed
    }
}

/// The rows of one side, alone.
pub fn rows(side: &Side<'_>) -> Vec<Row> {
    let mut of: HashMap<&str, Vec<usize>> = HashMap::with_capacity(side.asked.len());
    for (at, trial) in side.trials.iter().enumerate() {
        of.entry(&trial.item).or_default().push(at);
    }
    let none = Vec::new();
    side.asked.iter().map(|asked| row(asked, side, of.get(asked.id).unwrap_or(&none))).collect()
}

fn row(asked: &Asked<'_>, side: &Side<'_>, places: &[usize]) -> Row {
    let trials: Vec<&Trial> = places.iter().map(|at| &side.trials[*at]).collect();
    let repeats = side.repeats.max(1) as usize;
    let complete = trials.len() >= repeats;
    let scores: Vec<f64> = trials.iter().filter_map(|trial| trial.score).collect();
    // What is missing when all is over counts 0; while it runs, the mean is of what is there.
    let of = if complete || side.over { repeats.max(trials.len()) } else { trials.len() };
    let score = (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / count(of));
    let error = trials.iter().find(|trial| !trial.error.is_empty()).map(|trial| trial.error.clone());
    let latencies: Vec<i64> = trials.iter().filter_map(|trial| trial.latency_ms).collect();
    let mut costs = Vec::new();
    trials.iter().flat_map(|trial| &trial.costs).for_each(|cost| add(&mut costs, cost));
    Row {
        id: asked.id.to_owned(),
        title: asked.title.to_owned(),
        tags: asked.tags.to_vec(),
        score,
        base: None,
        passed: complete && trials.iter().all(|trial| trial.passed),
        ended: complete || side.over,
        gone: false,
        error: match error {
            Some(error) if score.is_none() => error,
            None if side.over && trials.is_empty() => "It was not asked.".to_owned(),
            _ => String::new(),
        },
        failed: places.iter().copied().find(|at| !side.trials[*at].passed),
        latency_ms: latencies
            .iter()
            .sum::<i64>()
            .checked_div(i64::try_from(latencies.len()).unwrap_or(i64::MAX)),
        costs,
    }
}

/// The row of an item that only the baseline has.
pub(super) fn gone(before: &Row) -> Row {
    Row {
        id: before.id.clone(),
        title: before.title.clone(),
        tags: before.tags.clone(),
        base: Some(before.value()),
        ended: true,
        gone: true,
        error: "Only the baseline has this item.".to_owned(),
        ..Row::default()
    }
}

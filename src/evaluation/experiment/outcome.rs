//! What came of an experiment, in figures: for each of its targets, and for all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figures::add;
use super::gate::GateResult;
use super::trial::{Target, Trial};
use crate::engine::journal::{Cost, Usage};
use crate::resources::comparison::Comparison;

/// What came of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outcome {
    /// For each target, in the order of the specification.
    pub targets: Vec<TargetOutcome>,
    /// Mean score over all targets; an item without a score counts 0.
    pub mean: f64,
    /// Trials that have a score.
    pub scored: usize,
    /// The gate passed, or, without one, every item did.
    pub passed: bool,
    /// The gate of each target; empty without a gate.
    pub gates: Vec<GateResult>,
    /// How the targets did, compared with the baseline.
    pub comparisons: Vec<Comparison>,
    /// Mean scores of the last experiments of this name, this one last.
    pub trend: Vec<f64>,
    /// Tokens of the judges.
    pub judge_usage: Usage,
    /// Cost of the judges, by currency.
    pub judge_costs: Vec<Cost>,
}

/// What came of one target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TargetOutcome {
    /// Who.
    pub target: Target,
    /// Items that were asked.
    pub items: usize,
    /// Items that passed in every repeat.
    pub passed: usize,
    /// Items that have no score in any repeat.
    pub missing: usize,
    /// Mean score of the items; one without a score counts 0.
    pub mean: f64,
    /// Answers that have a cost in a known currency.
    pub priced: usize,
    /// Cost of the answers, by currency.
    pub costs: Vec<Cost>,
}

impl Outcome {
    /// Items of all targets.
    pub fn items(&self) -> usize {
        self.targets.iter().map(|one| one.items).sum()
    }

    /// Items that passed, of all targets.
    pub fn passed_items(&self) -> usize {
        self.targets.iter().map(|one| one.passed).sum()
    }
}

/// What came of `trials`, of which `items` items should be there for each of `targets`, each `repeats` times. What is not there
/// counts 0 and did not pass.
pub fn outcome(targets: &[Target], items: usize, repeats: u32, trials: &[Trial]) -> Outcome {
    let mut outcome = Outcome::default();
    for target in targets {
        let mut one = TargetOutcome { target: target.clone(), items, ..TargetOutcome::default() };
        let mut of: BTreeMap<&str, Tally> = BTreeMap::new();
        for trial in trials.iter().filter(|trial| trial.target == *target) {
            let tally = of.entry(&trial.item).or_default();
            outcome.scored += usize::from(trial.score.is_some());
            tally.sum += trial.score.unwrap_or_default();
            tally.scored += u32::from(trial.score.is_some());
            tally.passed += u32::from(trial.passed);
            one.priced += usize::from(!trial.costs.is_empty());
            trial.costs.iter().for_each(|cost| add(&mut one.costs, cost));
            outcome.judge_usage += trial.judge_usage;
            trial.judge_costs.iter().for_each(|cost| add(&mut outcome.judge_costs, cost));
        }
        one.passed = of.values().filter(|tally| tally.passed == repeats).count();
        one.missing = items - of.values().filter(|tally| tally.scored > 0).count().min(items);
        one.mean = of.values().map(|tally| tally.sum / f64::from(repeats.max(1))).sum::<f64>() / count(items);
        outcome.targets.push(one);
    }
    outcome.mean = outcome.targets.iter().map(|one| one.mean).sum::<f64>() / count(targets.len());
    outcome.passed = outcome.targets.iter().all(|one| one.passed == one.items);
    outcome
}

#[derive(Default)]
struct Tally {
    sum: f64,
    scored: u32,
    passed: u32,
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn count(items: usize) -> f64 {
    items.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(target: &str, item: &str, repeat: u32, score: Option<f64>, passed: bool) -> Trial {
        let target = Target { kind: "agent".into(), name: target.into() };
        let costs = vec![Cost { currency: "EUR".into(), nanos: 5 }];
        Trial { target, item: item.into(), repeat, score, passed, costs, ..Trial::default() }
    }

    #[test]
    fn what_is_missing_counts_nothing_and_is_no_pass() {
        let target = |name: &str| Target { kind: "agent".into(), name: name.into() };
        let trials = [
            trial("a", "1", 0, Some(1.0), true),
            trial("a", "1", 1, Some(0.5), true),
            trial("a", "2", 0, Some(1.0), true),
            trial("a", "2", 1, None, false),
            trial("b", "1", 0, None, false),
            trial("b", "1", 1, None, false),
        ];
        let whole = outcome(&[target("a"), target("b")], 2, 2, &trials);
        let a = &whole.targets[0];
        assert_eq!((a.items, a.passed, a.missing, a.mean), (2, 1, 0, 0.625));
        assert_eq!((a.priced, a.costs[0].nanos), (4, 20));
        let b = &whole.targets[1];
        assert_eq!((b.passed, b.missing, b.mean), (0, 2, 0.0), "an item that was not asked is missing");
        assert_eq!((whole.mean, whole.passed, whole.scored), (0.3125, false, 3));
    }
}

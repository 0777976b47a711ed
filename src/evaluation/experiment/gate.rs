//! The gate of an experiment: each condition that is given, as a sentence that says whether it holds.

use serde::{Deserialize, Serialize};

use super::outcome::TargetOutcome;
use super::trial::Target;
use crate::engine::journal::Cost;
use crate::evaluation::finding::written;
use crate::resources::evaluation_config::Gate;

/// Whether a target passed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GateResult {
    /// The target.
    pub target: Target,
    /// All conditions hold.
    pub passed: bool,
    /// Each of them.
    pub conditions: Vec<Condition>,
}

/// A condition of a gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// It holds.
    pub passed: bool,
    /// In a sentence: `Mean score 0.84 is below 0.85.`
    pub text: String,
}

/// What a target is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Against {
    /// It is the first experiment: nothing can have become worse.
    Nothing,
    /// The baseline that was named cannot be compared with, in a sentence.
    Missing(String),
    /// An earlier experiment.
    Earlier {
        /// Its number.
        number: u32,
        /// What came of the same target then.
        before: TargetOutcome,
        /// Items that became worse, and those that are not there any more.
        worse: usize,
    },
}

/// Judges what came of a target. A gate without conditions asks nothing.
pub fn judge(gate: &Gate, now: &TargetOutcome, against: &Against) -> GateResult {
    let mut conditions = Vec::new();
    let mut add = |passed, text| conditions.push(Condition { passed, text });
    if let Ok(least) = gate.min_score.parse::<f64>() {
        let (passed, score) = (rounded(now.mean) >= rounded(least), short(now.mean));
        let word = if passed { "is at least" } else { "is below" };
        add(passed, format!("Mean score {score} {word} {}.", gate.min_score));
    }
    if let Some(percent) = gate.min_passed_percent {
        let passed = now.passed * 100 >= now.items * usize::try_from(percent).unwrap_or_default();
        let word = if passed { "at least" } else { "fewer than" };
        add(passed, format!("{} of {} passed, {word} {percent} %.", now.passed, items(now.items)));
    }
    let compared =
        gate.max_worse.is_some() || !gate.max_score_drop.is_empty() || gate.max_cost_growth_percent.is_some();
    match against {
        _ if !compared => {}
        Against::Nothing => add(true, "There is no earlier experiment to compare with.".to_owned()),
        Against::Missing(why) => add(false, why.clone()),
        Against::Earlier { number, before, worse } => {
            if let Some(most) = gate.max_worse {
                let most = usize::try_from(most).unwrap_or_default();
                let passed = *worse <= most;
                let word = if passed { "at most" } else { "more than" };
                add(
                    passed,
                    format!("{} became worse than in experiment {number}, {word} {most}.", items(*worse)),
                );
            }
            if let Ok(most) = gate.max_score_drop.parse::<f64>() {
                let drop = rounded(before.mean) - rounded(now.mean);
                let passed = drop <= rounded(most);
                let (was, is) = (short(before.mean), short(now.mean));
                let word = if passed { "not" } else { "which is" };
                add(
                    passed,
                    format!(
                        "Mean score {is} after {was} in experiment {number}, {word} a fall by more than {}.",
                        gate.max_score_drop
                    ),
                );
            }
            if let Some(most) = gate.max_cost_growth_percent {
                add_cost(&mut add, *number, before, now, most);
            }
        }
    }
    let passed = conditions.iter().all(|condition| condition.passed);
    GateResult { target: now.target.clone(), passed, conditions }
}

/// The cost of one answer, so that a data set which grew is no growth of the cost.
fn add_cost(
    add: &mut impl FnMut(bool, String),
    number: u32,
    before: &TargetOutcome,
    now: &TargetOutcome,
    most: i32,
) {
    match (each(before), each(now)) {
        (Some((was, mine)), Some((is, other))) if mine == other => {
            let growth = if was > 0.0 { (is / was - 1.0) * 100.0 } else { 0.0 };
            let passed = if was > 0.0 { growth <= f64::from(most) } else { is <= 0.0 };
            let text = if was > 0.0 && growth >= 0.5 {
                format!("An answer costs {growth:.0} % more than in experiment {number}")
            } else if was > 0.0 || is <= 0.0 {
                format!("An answer costs no more than in experiment {number}")
            } else {
                format!("An answer costs something, and nothing in experiment {number}")
            };
            let word = if passed { "at most" } else { "more than" };
            add(passed, format!("{text}, {word} {most} %."));
        }
        _ => add(
            false,
            format!("What an answer costs is not known here or in experiment {number}, in one currency."),
        ),
    }
}

/// What one answer costs, where that is known of all that cost something and in one currency.
#[expect(clippy::cast_precision_loss, reason = "a share of two")]
fn each(one: &TargetOutcome) -> Option<(f64, &str)> {
    let [Cost { currency, nanos }] = one.costs.as_slice() else { return None };
    (one.priced > 0).then(|| (*nanos as f64 / one.priced as f64, currency.as_str()))
}

/// In thousandths, as scores are written: 0.85 is not below 0.85.
#[expect(clippy::cast_possible_truncation, reason = "scores are from 0 to 1")]
fn rounded(score: f64) -> i32 {
    (score * 1000.0).round() as i32
}

/// `0.84`, `0.842`, `1`.
fn short(score: f64) -> String {
    let text = written(score);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(mean: f64, passed: usize, nanos: i64) -> TargetOutcome {
        let costs = vec![Cost { currency: "USD".into(), nanos }];
        TargetOutcome { items: 10, passed, mean, priced: 10, costs, ..TargetOutcome::default() }
    }

    fn said(gate: &Gate, now: &TargetOutcome, against: &Against) -> (bool, Vec<String>) {
        let result = judge(gate, now, against);
        (result.passed, result.conditions.into_iter().map(|one| one.text).collect())
    }

    #[test]
    fn each_condition_says_whether_it_holds() {
        let gate = Gate {
            min_score: "0.85".into(),
            min_passed_percent: Some(90),
            max_worse: Some(1),
            max_score_drop: "0.02".into(),
            max_cost_growth_percent: Some(10),
        };
        let against = Against::Earlier { number: 13, before: side(0.9, 10, 1_000), worse: 2 };
        let (passed, texts) = said(&gate, &side(0.84, 8, 1_200), &against);
        assert!(!passed);
        assert_eq!(
            texts,
            [
                "Mean score 0.84 is below 0.85.",
                "8 of 10 items passed, fewer than 90 %.",
                "2 items became worse than in experiment 13, more than 1.",
                "Mean score 0.84 after 0.9 in experiment 13, which is a fall by more than 0.02.",
                "An answer costs 20 % more than in experiment 13, more than 10 %.",
            ]
        );
        let against = Against::Earlier { number: 13, before: side(0.9, 10, 1_000), worse: 1 };
        let (passed, texts) = said(&gate, &side(0.9, 9, 1_000), &against);
        assert!(passed, "{texts:?}");
        assert_eq!(texts[0], "Mean score 0.9 is at least 0.85.");
    }

    #[test]
    fn the_first_has_nothing_to_be_worse_than_and_a_baseline_that_is_gone_is_no_pass() {
        let gate = Gate { max_worse: Some(0), ..Gate::default() };
        assert!(said(&gate, &side(0.1, 0, 0), &Against::Nothing).0);
        let (passed, texts) =
            said(&gate, &side(1.0, 10, 0), &Against::Missing("There is no experiment 7.".into()));
        assert!(!passed && texts == ["There is no experiment 7."]);
        let cost = Gate { max_cost_growth_percent: Some(10), ..Gate::default() };
        let unknown = TargetOutcome { costs: Vec::new(), ..side(1.0, 10, 0) };
        let against = Against::Earlier { number: 1, before: unknown, worse: 0 };
        assert!(!said(&cost, &side(1.0, 10, 5), &against).0, "what is not known is no pass");
    }

    #[test]
    fn what_is_shown_alike_is_alike() {
        let gate = Gate { min_score: "0.85".into(), ..Gate::default() };
        assert!(said(&gate, &side(0.849_6, 10, 0), &Against::Nothing).0);
        assert!(!said(&gate, &side(0.849_4, 10, 0), &Against::Nothing).0);
    }
}

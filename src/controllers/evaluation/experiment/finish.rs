//! What came of an experiment: its outcome, its gate, and the status that tells of both.

use std::time::Duration;

use super::compared::{self, Pair};
use super::progress::Progress;
use crate::controllers::evaluation::plan::ended;
use crate::controllers::evaluation::status;
use crate::evaluation::experiment::{
    Against, Experiment, Experiments, Outcome, State, Target, TargetOutcome, baseline, judge_gate, outcome,
};
use crate::evaluation::written;
use crate::resources::comparison::Comparison;
use crate::resources::condition::ConditionStatus;
use crate::resources::conditions::evaluation as reasons;
use crate::resources::duration::GoDuration;
use crate::resources::evaluation_config::Gate;
use crate::resources::evaluation_status::{EvaluationPhase, EvaluationResult, EvaluationStatus};
use crate::resources::{Evaluation, TokenUsage};
use crate::store::StoreError;

/// Experiments of a trend.
const MAX_TREND: usize = 8;

/// Why an experiment was canceled, in a sentence.
pub(super) const ASKED: &str = "Somebody stopped it.";
pub(super) const GONE: &str = "Its Evaluation was deleted.";

/// Ends an experiment whose trials are all kept.
pub(super) async fn finish(
    experiments: &Experiments,
    evaluation: &Evaluation,
    experiment: &Experiment,
) -> Result<(), StoreError> {
    let targets: Vec<Target> = experiment.snapshot.targets.iter().map(|asked| asked.target.clone()).collect();
    let trials = experiments.scores(&experiment.id, None).await?;
    let mut outcome = outcome(&targets, experiment.items, experiment.snapshot.repeats, &trials);
    outcome.trend = trend(experiments, experiment, outcome.mean).await?;
    let compared = compared(experiments, evaluation, experiment).await?;
    if let Ok(Some(earlier)) = &compared {
        outcome.comparisons = comparisons(experiments, earlier, experiment, &outcome).await?;
    }
    let gate = experiment.snapshot.spec.config.gate.as_ref().filter(|gate| **gate != Gate::default());
    if let Some(gate) = gate {
        for (at, now) in outcome.targets.iter().enumerate() {
            let against = match &compared {
                Ok(None) => Against::Nothing,
                Err(why) => Against::Missing(why.clone()),
                Ok(Some(earlier)) => against(earlier, now, outcome.comparisons.get(at)),
            };
            outcome.gates.push(judge_gate(gate, now, &against));
        }
        outcome.passed = outcome.gates.iter().all(|gate| gate.passed);
    }
    let message = message(experiment, &outcome);
    experiments.end(&experiment.id, State::Done, &message, Some(&outcome)).await
}

/// What it is compared with: the baseline that the Evaluation names, else the experiment before. `Err` says why there is none.
async fn compared(
    experiments: &Experiments,
    evaluation: &Evaluation,
    experiment: &Experiment,
) -> Result<Result<Option<Experiment>, String>, StoreError> {
    let (namespace, own) = (&experiment.namespace, &experiment.name);
    let Some((name, number)) = baseline(evaluation) else {
        return Ok(Ok(experiments.before(namespace, own, experiment.number).await?));
    };
    let found = if number == 0 { None } else { experiments.get(namespace, &name, number).await? };
    let of = if name == *own { String::new() } else { format!(" of Evaluation '{name}'") };
    Ok(match found {
        Some(earlier) if earlier.state == State::Done => Ok(Some(earlier)),
        Some(_) => Err(format!("The baseline, experiment {number}{of}, has not all its scores.")),
        None => Err(format!("There is no experiment {number}{of}, which is named as the baseline.")),
    })
}

/// The same target in the earlier experiment, else its first, as the status tells of both.
fn against(earlier: &Experiment, now: &TargetOutcome, compared: Option<&Comparison>) -> Against {
    let before = earlier.outcome.as_ref().map(|outcome| outcome.targets.as_slice()).unwrap_or_default();
    let before = before.iter().find(|one| one.target == now.target).or(before.first());
    let (Some(before), Some(compared)) = (before, compared) else {
        return Against::Missing(format!("Experiment {} has no scores to compare with.", earlier.number));
    };
    // What is not there any more became worse, too.
    let worse = usize::try_from(compared.worse.saturating_add(compared.missing)).unwrap_or_default();
    Against::Earlier { number: earlier.number, before: before.clone(), worse }
}

/// How each target did, compared with the same target then, else with the first.
async fn comparisons(
    experiments: &Experiments,
    earlier: &Experiment,
    experiment: &Experiment,
    outcome: &Outcome,
) -> Result<Vec<Comparison>, StoreError> {
    let before = earlier.outcome.as_ref().map(|outcome| outcome.targets.as_slice()).unwrap_or_default();
    let mut told = Vec::new();
    for (target, now) in outcome.targets.iter().enumerate().filter(|_| !before.is_empty()) {
        let base_target = before.iter().position(|one| one.target == now.target).unwrap_or_default();
        let pair = Pair { now: experiment, target, base: earlier, base_target };
        told.push(compared::told(experiments, &pair).await?);
    }
    Ok(told)
}

/// The mean scores of the last experiments that have all their scores; `mean`, that of this one, is the last.
async fn trend(
    experiments: &Experiments,
    experiment: &Experiment,
    mean: f64,
) -> Result<Vec<f64>, StoreError> {
    let all = experiments.list(&experiment.namespace, &experiment.name).await?;
    let earlier = all.iter().filter(|one| one.number < experiment.number && one.state == State::Done);
    let means = earlier.filter_map(|one| one.outcome.as_ref().map(|outcome| outcome.mean));
    let mut trend: Vec<f64> = std::iter::once(mean).chain(means).take(MAX_TREND).collect();
    trend.reverse();
    Ok(trend)
}

/// `Experiment 14: 86 of 100 items passed, mean score 0.842.`, and what the gate misses.
fn message(experiment: &Experiment, outcome: &Outcome) -> String {
    let mut text = format!(
        "Experiment {}: {} of {} items passed, mean score {}.",
        experiment.number,
        outcome.passed_items(),
        outcome.items(),
        written(outcome.mean)
    );
    let several = outcome.targets.len() > 1;
    for gate in &outcome.gates {
        for missed in gate.conditions.iter().filter(|condition| !condition.passed) {
            text.push(' ');
            if several {
                text.push_str(&format!("{}/{}: ", gate.target.kind, gate.target.name));
            }
            text.push_str(&missed.text);
        }
    }
    text
}

/// Whether the status of the Evaluation says what became of this experiment.
pub(super) fn is_told(evaluation: &Evaluation, experiment: &Experiment) -> bool {
    let told = evaluation.status.as_ref().and_then(|status| status.experiment);
    ended(evaluation) && told == i32::try_from(experiment.number).ok()
}

/// The status of an experiment that has ended.
pub(super) fn status(evaluation: &Evaluation, experiment: &Experiment) -> EvaluationStatus {
    let (phase, reason) = match experiment.state {
        State::Failed => (EvaluationPhase::Error, reasons::ERRORED),
        State::Canceled => (EvaluationPhase::Canceled, reasons::CANCELED),
        State::Done | State::Running => (EvaluationPhase::Done, reasons::SUCCEEDED),
    };
    let took = experiment.ended_ms.unwrap_or(experiment.started_ms) - experiment.started_ms;
    let took = Duration::from_millis(u64::try_from(took).unwrap_or_default());
    let before = evaluation.status.clone().unwrap_or_default();
    let mut status = EvaluationStatus {
        phase: Some(phase),
        message: experiment.message.clone(),
        duration: Some(GoDuration::from(took)),
        experiment: i32::try_from(experiment.number).ok(),
        conditions: before.conditions,
        trend: before.trend,
        ..EvaluationStatus::default()
    };
    // What had ended when it was stopped stays told.
    status.batch_progress = before
        .batch_progress
        .map(|progress| crate::resources::evaluation_status::BatchProgress { running: 0, ..progress });
    if let Some(outcome) = &experiment.outcome {
        let usage = outcome.judge_usage;
        let usage = TokenUsage {
            prompt_tokens: usage.prompt,
            completion_tokens: usage.completion,
            total_tokens: usage.prompt.saturating_add(usage.completion),
            cached_tokens: usage.cached,
        };
        status.score = written(outcome.mean);
        status.passed = outcome.passed;
        status.items = i32::try_from(outcome.items()).ok();
        status.items_passed = i32::try_from(outcome.passed_items()).ok();
        status.trend = outcome.trend.iter().copied().map(written).collect();
        status.comparisons = outcome.comparisons.clone();
        status.results = outcome.targets.iter().map(|one| result(one, outcome)).collect();
        status.cost =
            status::costs(outcome.judge_costs.iter().map(|cost| (cost.currency.as_str(), cost.nanos)));
        status.token_usage = (usage != TokenUsage::default()).then_some(usage);
        status.batch_progress = Some(
            Progress {
                total: experiment.total,
                completed: outcome.scored,
                failed: experiment.total.saturating_sub(outcome.scored),
                passed: 0,
                running: 0,
            }
            .told(),
        );
    }
    let message = status.message.clone();
    status::set(evaluation, &mut status, ConditionStatus::True, reason, &message);
    status
}

/// What came of a target.
fn result(one: &TargetOutcome, outcome: &Outcome) -> EvaluationResult {
    let gate = outcome.gates.iter().find(|gate| gate.target == one.target);
    let conditions = gate.map(|gate| gate.conditions.as_slice()).unwrap_or_default();
    let texts = conditions.iter().map(|condition| condition.text.as_str()).collect::<Vec<_>>().join(" ");
    let counts = format!("{} of {} items passed.", one.passed, one.items);
    EvaluationResult {
        name: format!("{}/{}", one.target.kind, one.target.name),
        score: written(one.mean),
        passed: gate.map_or(one.passed == one.items, |gate| gate.passed),
        weight: String::new(),
        reason: if texts.is_empty() { counts } else { format!("{counts} {texts}") },
    }
}

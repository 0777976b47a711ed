//! One trial: its query is asked, waited for and scored, and what came of it is kept.

use std::sync::Arc;

use kube::ResourceExt;
use sha2::{Digest, Sha256};

use super::asking::{Asked, asked};
use super::run::Runner;
use crate::controllers::evaluation::{Fault, names};
use crate::engine::journal::{Cost, JournalError, Usage, now_ms};
use crate::evaluation::datasets::Item;
use crate::evaluation::experiment::{Figures, Place, Trial};
use crate::evaluation::{ScoreError, Scored, Work, steps_of};
use crate::resources::Query;
use crate::resources::condition;
use crate::resources::conditions::types;
use crate::resources::evaluation::{EvaluationSpec, EvaluationType};
use crate::resources::evaluation_config::{EvaluationConfig, QueryRef};
use crate::resources::query_status::QueryPhase;

/// Digits that tell the query of one trial from those of the others.
const DIGITS: usize = 12;
/// Code of a trial whose query has no answer.
const QUERY_FAILED: &str = "QueryFailed";

/// Asks, scores and keeps; `None` when it was stopped before it had ended.
pub(super) async fn trial(runner: &Runner, item: &Item, place: &Place) -> Result<Option<Trial>, Fault> {
    let mark = mark(runner, place);
    let name = names::name(&format!("{}-{}-{mark}", runner.experiment.name, runner.experiment.number));
    let mut trial = Trial {
        target: runner.experiment.snapshot.targets[place.target].target.clone(),
        item: place.item.clone(),
        repeat: place.repeat,
        query: name.clone(),
        ..Trial::default()
    };
    let steps = match asked(runner, item, place, &name).await? {
        Asked::Stopped => return Ok(None),
        Asked::Failed(error) => {
            trial.error = format!("{}: {}", error.code, error.message);
            String::new()
        }
        Asked::Ended(query) => {
            let work = work(runner, item, &mark, query.clone());
            // One that is no score was not asked.
            let least = item.min_score().ok().flatten();
            if !scored(runner, &work, &query, least, &mut trial).await? {
                return Ok(None);
            }
            // Those of a query that was there before, too.
            steps_of(work.generation, &format!("{mark}/"))
        }
    };
    trial.at_ms = now_ms();
    let trial = trial.bounded();
    // Without a query there are no steps, and an empty place would be every step.
    let steps = if steps.is_empty() { format!("{mark}/none/") } else { steps };
    runner.experiments.keep(&runner.experiment, place, &trial, &steps).await?;
    Ok(Some(trial))
}

/// Keeps of a trial that its work broke.
pub(super) async fn broken(runner: &Runner, place: &Place) -> Result<Trial, Fault> {
    let trial = Trial {
        target: runner.experiment.snapshot.targets[place.target].target.clone(),
        item: place.item.clone(),
        repeat: place.repeat,
        at_ms: now_ms(),
        error: "Internal: Scoring it broke: a fault of this program, which its log tells.".to_owned(),
        ..Trial::default()
    }
    .bounded();
    let none = format!("{}/none/", mark(runner, place));
    runner.experiments.keep(&runner.experiment, place, &trial, &none).await?;
    Ok(trial)
}

/// What tells a trial from the others of its experiment, the same after a restart.
fn mark(runner: &Runner, place: &Place) -> String {
    let text = format!("{}\0{}\0{}\0{}", runner.experiment.id, place.target, place.repeat, place.item);
    Sha256::digest(text).iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

fn work(runner: &Runner, item: &Item, mark: &str, query: Arc<Query>) -> Work {
    let spec = &runner.experiment.snapshot.spec;
    Work {
        uid: runner.experiment.evaluation.clone(),
        namespace: runner.experiment.namespace.clone(),
        generation: runner.evaluation.metadata.generation.unwrap_or_default(),
        // By the query: one that is made in the place of another answers something else.
        place: format!("{mark}/{}/", query.metadata.uid.as_deref().unwrap_or_default()),
        spec: EvaluationSpec {
            type_: EvaluationType::Query,
            config: EvaluationConfig {
                query_ref: Some(QueryRef { name: query.name_any(), ..QueryRef::default() }),
                expected_output: item.expected_output.clone(),
                ..EvaluationConfig::default()
            },
            ..spec.clone()
        },
        evaluator: runner.evaluator.clone(),
        query: Some(query),
    }
}

/// Scores the answer; `false` when it was stopped.
async fn scored(
    runner: &Runner,
    work: &Work,
    query: &Query,
    least: Option<f64>,
    trial: &mut Trial,
) -> Result<bool, Fault> {
    let deps = &runner.shared.deps;
    let uid = query.metadata.uid.as_deref().unwrap_or_default();
    let figures = match Figures::of(deps.engine.journal(), uid).await {
        // It stays so when it is tried again. What the answer took is not known; measures of the run say why.
        Err(error @ JournalError::Unreadable { .. }) => {
            tracing::warn!(%error, query = %query.name_any(), "what an answer took cannot be told");
            Figures::default()
        }
        read => read?,
    };
    (trial.latency_ms, trial.usage, trial.costs) = (figures.latency_ms, figures.usage, figures.costs);
    let status = query.status.clone().unwrap_or_default();
    if let Some(response) = &status.response {
        trial.output.clone_from(&response.content);
    }
    if status.phase != Some(QueryPhase::Done) {
        let said = condition::find(&status.conditions, types::COMPLETED);
        let said = said.map(|said| said.message.clone()).filter(|said| !said.is_empty());
        let phase = status.phase.unwrap_or_default();
        trial.error = format!("{QUERY_FAILED}: {}", said.unwrap_or_else(|| format!("It ended as {phase}.")));
        return Ok(true);
    }
    let outcome = tokio::select! {
        () = runner.stop.cancelled() => return Ok(false),
        outcome = deps.scorer.score(work) => outcome,
    };
    match outcome {
        Ok(scored) => fill(trial, scored, least),
        Err(ScoreError::Failed(error)) => {
            paid(trial, &deps.scorer.paid(&work.uid, &work.steps()).await?);
            trial.error = format!("{}: {}", error.code, error.message);
        }
        Err(ScoreError::Store(error)) => return Err(error.into()),
    }
    Ok(true)
}

fn fill(trial: &mut Trial, scored: Scored, least: Option<f64>) {
    paid(trial, &scored);
    trial.score = Some(scored.score);
    trial.passed = scored.passed;
    trial.findings = scored.findings;
    trial.judge = scored.judge;
    if let Some(least) = least {
        trial.hold_to(least);
    }
}

/// What its judges were paid.
fn paid(trial: &mut Trial, scored: &Scored) {
    trial.judge_usage = Usage {
        prompt: scored.usage.prompt_tokens,
        completion: scored.usage.completion_tokens,
        cached: scored.usage.cached_tokens,
        ..Usage::default()
    };
    let cost = |(currency, nanos): (&String, &i64)| Cost { currency: currency.clone(), nanos: *nanos };
    trial.judge_costs = scored.costs.iter().map(cost).collect();
}

//! One trial: its query is asked, waited for and scored, and what came of it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube::api::{Api, ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Resource, ResourceExt};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::run::Runner;
use crate::controllers::evaluation::{Fault, Shared, names, owned};
use crate::engine::journal::{Cost, JournalError, Usage, now_ms};
use crate::engine::{RunError, codes};
use crate::evaluation::datasets::Item;
use crate::evaluation::experiment::{Figures, Place, Trial};
use crate::evaluation::{ScoreError, Scored, Work, steps_of};
use crate::kubernetes::cache::version_number;
use crate::resources::Query;
use crate::resources::annotations::{EXPERIMENT_LABEL, EXPERIMENT_NUMBER_LABEL, FIELD_MANAGER};
use crate::resources::condition;
use crate::resources::conditions::types;
use crate::resources::duration::GoDuration;
use crate::resources::evaluation::{EvaluationSpec, EvaluationType};
use crate::resources::evaluation_config::{EvaluationConfig, QueryRef};
use crate::resources::query::{QuerySpec, QueryTarget, TargetType};
use crate::resources::query_status::QueryPhase;

/// Digits that tell the query of one trial from those of the others.
const DIGITS: usize = 12;
/// Code of a trial whose query was refused.
const QUERY_REFUSED: &str = "QueryRefused";
/// Code of a trial whose query has no answer.
const QUERY_FAILED: &str = "QueryFailed";
/// Code of a trial whose query went away.
const QUERY_GONE: &str = "QueryGone";

/// What became of the query of a trial.
enum Asked {
    Ended(Arc<Query>),
    Failed(RunError),
    Stopped,
}

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
            if !scored(runner, &work, &query, &mut trial).await? {
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

/// The query of a trial, once it has ended. One that was made before a restart is the same one.
async fn asked(runner: &Runner, item: &Item, place: &Place, name: &str) -> Result<Asked, Fault> {
    let (deps, namespace) = (&runner.shared.deps, &runner.experiment.namespace);
    let waiting = runner.shared.ends.wait((namespace.clone(), name.to_owned()));
    let own = |query: &Query| owned(&query.metadata, Some(&runner.experiment.evaluation));
    if !deps.queries.get(namespace, name).is_some_and(|query| own(&query)) {
        let made = match make(runner, item, place, name).await? {
            Ok(made) => made,
            Err(error) => return Ok(Asked::Failed(error)),
        };
        if !own(&made) {
            let text = format!("There is another Query '{name}', which this experiment has not made.");
            return Ok(Asked::Failed(RunError::new(QUERY_REFUSED, text)));
        }
        // By what is older it would seem to be gone.
        let version = version_number(made.metadata.resource_version.as_deref());
        tokio::select! {
            () = runner.stop.cancelled() => {
                cancel(&runner.shared, namespace, name).await?;
                return Ok(Asked::Stopped);
            }
            () = deps.queries.reached(version) => {}
        }
    }
    loop {
        match deps.queries.get(namespace, name) {
            Some(query)
                if query.status.as_ref().and_then(|status| status.phase).is_some_and(|p| p.is_terminal()) =>
            {
                return Ok(Asked::Ended(query));
            }
            Some(_) => {}
            None => {
                let text = format!("Query '{name}' was deleted before its answer was scored.");
                return Ok(Asked::Failed(RunError::new(QUERY_GONE, text)));
            }
        }
        tokio::select! {
            () = runner.stop.cancelled() => {
                cancel(&runner.shared, namespace, name).await?;
                return Ok(Asked::Stopped);
            }
            () = waiting.changed() => {}
        }
    }
}

/// Creates the query, or finds the one that is there. What the API refuses concerns this trial alone.
async fn make(
    runner: &Runner,
    item: &Item,
    place: &Place,
    name: &str,
) -> Result<Result<Query, RunError>, Fault> {
    let api: Api<Query> = Api::namespaced(runner.shared.deps.client.clone(), &runner.experiment.namespace);
    let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
    match api.create(&params, &query(runner, item, place, name)).await {
        Ok(made) => Ok(Ok(made)),
        Err(kube::Error::Api(answer)) if answer.code == 409 => match api.get_opt(name).await? {
            Some(found) => Ok(Ok(found)),
            None => Err(kube::Error::Api(answer).into()),
        },
        Err(kube::Error::Api(answer)) if matches!(answer.code, 400 | 403 | 404 | 422) => {
            let text = format!("The Kubernetes API refused the query: {}", answer.message);
            Ok(Err(RunError::new(QUERY_REFUSED, text)))
        }
        Err(error) => Err(error.into()),
    }
}

fn query(runner: &Runner, item: &Item, place: &Place, name: &str) -> Query {
    let evaluation = &runner.evaluation;
    let target = &runner.experiment.snapshot.targets[place.target].target;
    let type_ = match target.kind.as_str() {
        "team" => TargetType::Team,
        "model" => TargetType::Model,
        _ => TargetType::Agent,
    };
    let spec = &runner.experiment.snapshot.spec;
    let spec = QuerySpec {
        input: item.input.clone().into(),
        target: Some(QueryTarget::new(type_, target.name.clone())),
        timeout: spec.timeout,
        // Its answer must be there until it is scored.
        ttl: Some(spec.ttl().max(GoDuration::from_hours(1))),
        ..QuerySpec::default()
    };
    let mut object = Query::new(name, spec);
    object.metadata = ObjectMeta {
        labels: Some(BTreeMap::from([
            (EXPERIMENT_LABEL.to_owned(), names::label(&runner.experiment.name)),
            (EXPERIMENT_NUMBER_LABEL.to_owned(), runner.experiment.number.to_string()),
        ])),
        owner_references: evaluation.controller_owner_ref(&()).map(|owner| vec![owner]),
        ..object.metadata
    };
    object
}

/// Stops a query; one that has ended or is gone is fine.
pub(super) async fn cancel(shared: &Shared, namespace: &str, name: &str) -> Result<(), Fault> {
    let api: Api<Query> = Api::namespaced(shared.deps.client.clone(), namespace);
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
    match api.patch(name, &params, &Patch::Merge(json!({"spec": {"cancel": true}}))).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
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
async fn scored(runner: &Runner, work: &Work, query: &Query, trial: &mut Trial) -> Result<bool, Fault> {
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
    let timeout = runner.experiment.snapshot.spec.timeout();
    let outcome = tokio::select! {
        () = runner.stop.cancelled() => return Ok(false),
        outcome = tokio::time::timeout(timeout.to_std(), deps.scorer.score(work)) => outcome,
    };
    match outcome {
        Ok(Ok(scored)) => fill(trial, scored),
        Ok(Err(ScoreError::Failed(error))) => {
            paid(trial, &deps.scorer.paid(&work.uid, &work.steps()).await?);
            trial.error = format!("{}: {}", error.code, error.message);
        }
        Ok(Err(ScoreError::Store(error))) => return Err(error.into()),
        Err(_) => {
            paid(trial, &deps.scorer.paid(&work.uid, &work.steps()).await?);
            let code = codes::TIMED_OUT;
            trial.error = format!("{code}: Scoring took longer than {timeout}. Raise spec.timeout.");
        }
    }
    Ok(true)
}

fn fill(trial: &mut Trial, scored: Scored) {
    paid(trial, &scored);
    trial.score = Some(scored.score);
    trial.passed = scored.passed;
    trial.findings = scored.findings;
    trial.judge = scored.judge;
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

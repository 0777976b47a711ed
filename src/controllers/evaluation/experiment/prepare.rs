//! What an experiment rests on: its data set, its targets and its evaluator, as they are when it begins.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kube::ResourceExt;

use super::{Waits, wanted};
use crate::controllers::evaluation::plan::ready;
use crate::controllers::evaluation::{Fault, READ_AGAIN, Shared};
use crate::engine::RunError;
use crate::engine::world::Account;
use crate::evaluation::datasets::{DataSetError, DataSets, Item};
use crate::evaluation::experiment::{AskedTarget, Experiment, MAX_TRIALS, Snapshot, Target};
use crate::resources::evaluation_config::{ExperimentTarget, ExperimentTargetType};
use crate::resources::{Evaluation, Evaluator};

/// Codes of experiments that could not begin.
mod codes {
    pub(super) const INVALID_SPEC: &str = "InvalidSpec";
    pub(super) const EVALUATOR_NOT_READY: &str = "EvaluatorNotReady";
    pub(super) const TARGET_NOT_FOUND: &str = "TargetNotFound";
    pub(super) const TOO_LARGE: &str = "ExperimentTooLarge";
}

/// What is known before the first item is asked.
pub(super) enum Prepared {
    /// All is there.
    Ready(Box<Ready>),
    /// It waits for something, so long at the most.
    Hold(String, Duration),
    /// It cannot begin: with as much as is known of it.
    Fail(Box<Experiment>, RunError),
}

/// What an experiment begins with.
pub(super) struct Ready {
    pub(super) experiment: Experiment,
    pub(super) items: Vec<Item>,
    pub(super) evaluator: Arc<Evaluator>,
}

/// Why it is not ready: what is missing may come, what is wrong stays wrong until somebody changes it.
enum Lack {
    Missing(RunError, Duration),
    Wrong(RunError),
}

/// Looks for everything that `evaluation` names.
pub(super) async fn prepare(shared: &Shared, evaluation: &Evaluation) -> Result<Prepared, Fault> {
    let mut experiment = bare(evaluation);
    let found = find(shared, evaluation, &mut experiment).await?;
    let lack = match found {
        Ok((items, evaluator)) => {
            shared.waits.lock().remove(&experiment.evaluation);
            return Ok(Prepared::Ready(Box::new(Ready { experiment, items, evaluator })));
        }
        Err(lack) => lack,
    };
    Ok(match lack {
        Lack::Wrong(error) => Prepared::Fail(Box::new(experiment), error),
        Lack::Missing(error, look) => match patience(shared, evaluation) {
            Some(left) => Prepared::Hold(format!("Waits: {}", error.message), left.min(look)),
            None => Prepared::Fail(Box::new(experiment), error),
        },
    })
}

/// The evaluator of an experiment that goes on: all else is kept.
pub(super) async fn evaluator(
    shared: &Shared,
    evaluation: &Evaluation,
) -> Result<Result<Arc<Evaluator>, Prepared>, Fault> {
    Ok(match scores(shared, evaluation).await {
        Ok(evaluator) => {
            shared.waits.lock().remove(evaluation.metadata.uid.as_deref().unwrap_or_default());
            Ok(evaluator)
        }
        Err(Lack::Missing(error, look)) => Err(match patience(shared, evaluation) {
            Some(left) => Prepared::Hold(format!("Waits: {}", error.message), left.min(look)),
            None => Prepared::Fail(Box::new(bare(evaluation)), error),
        }),
        Err(Lack::Wrong(error)) => Err(Prepared::Fail(Box::new(bare(evaluation)), error)),
    })
}

/// What is left of the time that this run of the evaluation waits for what it names.
fn patience(shared: &Shared, evaluation: &Evaluation) -> Option<Duration> {
    let (uid, run) = (evaluation.uid().unwrap_or_default(), wanted(evaluation));
    let mut waits = shared.waits.lock();
    let waits = waits.entry(uid).or_insert_with(|| Waits { run: run.clone(), since: Instant::now() });
    if waits.run != run {
        *waits = Waits { run, since: Instant::now() };
    }
    let whole = evaluation.spec.timeout().to_std();
    whole.checked_sub(waits.since.elapsed()).filter(|left| !left.is_zero())
}

/// The experiment without what must be looked for.
fn bare(evaluation: &Evaluation) -> Experiment {
    let config = &evaluation.spec.config;
    let repeats = config.repeats.and_then(|repeats| u32::try_from(repeats).ok()).unwrap_or(1).max(1);
    let spec = evaluation.spec.clone();
    Experiment {
        namespace: evaluation.namespace().unwrap_or_default(),
        name: evaluation.name_any(),
        evaluation: evaluation.uid().unwrap_or_default(),
        run: wanted(evaluation),
        data_set: config.data_set.as_ref().map(|data_set| data_set.name.clone()).unwrap_or_default(),
        snapshot: Snapshot { spec, repeats, ..Snapshot::default() },
        ..Experiment::default()
    }
}

type Found = (Vec<Item>, Arc<Evaluator>);

async fn find(
    shared: &Shared,
    evaluation: &Evaluation,
    experiment: &mut Experiment,
) -> Result<Result<Found, Lack>, Fault> {
    if let Err(why) = check(evaluation) {
        return Ok(Err(Lack::Wrong(RunError::new(codes::INVALID_SPEC, why))));
    }
    let evaluator = match scores(shared, evaluation).await {
        Ok(evaluator) => evaluator,
        Err(lack) => return Ok(Err(lack)),
    };
    let snapshot = &mut experiment.snapshot;
    snapshot.evaluator = evaluator.name_any();
    snapshot.evaluator_namespace = evaluator.namespace().unwrap_or_default();
    snapshot.evaluator_uid = evaluator.uid().unwrap_or_default();
    snapshot.evaluator_generation = evaluator.metadata.generation.unwrap_or_default();
    for target in &evaluation.spec.config.targets {
        match asked(shared, &experiment.namespace, target) {
            Ok(asked) => snapshot.targets.push(asked),
            Err(lack) => return Ok(Err(lack)),
        }
    }
    let repeats = usize::try_from(snapshot.repeats).unwrap_or(usize::MAX);
    let each = snapshot.targets.len().saturating_mul(repeats);
    let items = match resolve(shared, evaluation).await? {
        Ok((version, items)) => {
            experiment.data_set_version = version;
            items
        }
        Err(lack) => return Ok(Err(lack)),
    };
    experiment.items = items.len();
    experiment.total = items.len().saturating_mul(each);
    if experiment.total > MAX_TRIALS {
        let text = format!(
            "{} items × {} targets × {repeats} repeats are {} questions, and an experiment may ask {MAX_TRIALS}. Choose \
             fewer targets or repeats, or items by tag.",
            items.len(),
            evaluation.spec.config.targets.len(),
            experiment.total
        );
        return Ok(Err(Lack::Wrong(RunError::new(codes::TOO_LARGE, text))));
    }
    Ok(Ok((items, evaluator)))
}

/// Whether it has what every experiment needs.
fn check(evaluation: &Evaluation) -> Result<(), String> {
    let (spec, config) = (&evaluation.spec, &evaluation.spec.config);
    if spec.evaluator.is_none() {
        return Err("It names no evaluator: set spec.evaluator.name.".into());
    }
    if config.targets.is_empty() {
        return Err("It names nobody to ask: set spec.config.targets.".into());
    }
    for (at, target) in config.targets.iter().enumerate() {
        if config.targets[..at].contains(target) {
            return Err(format!("It names {} '{}' twice in spec.config.targets.", target.type_, target.name));
        }
    }
    if !config.items.is_empty() || !config.evaluations.is_empty() || config.template.is_some() {
        return Err(
            "A batch asks a data set or consists of evaluations: set spec.config.dataSet, or items, evaluations and template."
                .into(),
        );
    }
    Ok(())
}

/// The evaluator, if it can score now.
async fn scores(shared: &Shared, evaluation: &Evaluation) -> Result<Arc<Evaluator>, Lack> {
    let missing =
        |what: String| Lack::Missing(RunError::new(codes::EVALUATOR_NOT_READY, what), Duration::MAX);
    let seen = shared.seen(evaluation).await.map_err(|error| Lack::Missing(error, READ_AGAIN))?;
    ready(evaluation, seen.evaluator.as_ref()).map_err(missing)
}

fn asked(shared: &Shared, namespace: &str, target: &ExperimentTarget) -> Result<AskedTarget, Lack> {
    let deps = &shared.deps;
    let meta = match target.type_ {
        ExperimentTargetType::Agent => deps.agents.get(namespace, &target.name).map(|o| o.metadata.clone()),
        ExperimentTargetType::Team => deps.teams.get(namespace, &target.name).map(|o| o.metadata.clone()),
        ExperimentTargetType::Model => deps.models.get(namespace, &target.name).map(|o| o.metadata.clone()),
    };
    let kind = target.type_.to_string();
    let Some(meta) = meta else {
        let text = format!("there is no {kind} '{}' in namespace '{namespace}'.", target.name);
        return Err(Lack::Missing(RunError::new(codes::TARGET_NOT_FOUND, text), Duration::MAX));
    };
    Ok(AskedTarget {
        target: Target { kind, name: target.name.clone() },
        uid: meta.uid.unwrap_or_default(),
        generation: meta.generation.unwrap_or_default(),
    })
}

async fn resolve(shared: &Shared, evaluation: &Evaluation) -> Result<Result<(u32, Vec<Item>), Lack>, Fault> {
    let namespace = evaluation.namespace().unwrap_or_default();
    let Some(named) = &evaluation.spec.config.data_set else { return Ok(Ok((0, Vec::new()))) };
    // What the evaluation names is read with the rights of its namespace.
    let world = match shared.deps.engine.seen_by(Account::default_of(&namespace)) {
        Ok(world) => world,
        Err(error) => return Ok(Err(Lack::Missing(error, READ_AGAIN))),
    };
    let version = named.version.and_then(|version| u32::try_from(version).ok());
    let sets = DataSets::new(shared.deps.scorer.store().clone());
    match sets.resolve(&world, &namespace, &named.name, version, &named.tags).await {
        Ok(found) => Ok(Ok(found)),
        Err(DataSetError::Store(error)) => Err(error.into()),
        Err(error) => {
            let look = match &error {
                // Its coming wakes who waits.
                DataSetError::NotFound { .. } | DataSetError::NoVersion { .. }
                    if !shared.unwatched.load(Ordering::Relaxed) =>
                {
                    Some(Duration::MAX)
                }
                // Rights are not watched.
                DataSetError::NotFound { .. } | DataSetError::NoVersion { .. } | DataSetError::Api(_) => {
                    Some(READ_AGAIN)
                }
                _ => None,
            };
            let error = RunError::new(error.code(), error.to_string());
            Ok(Err(match look {
                Some(look) => Lack::Missing(error, look),
                None => Lack::Wrong(error),
            }))
        }
    }
}

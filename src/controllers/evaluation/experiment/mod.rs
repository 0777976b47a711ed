//! Experiments: batches that name a data set. Each item is asked of each target by a Query of its own, each answer is scored, and each
//! score is kept once, so that a restart asks and pays only for what is missing.
//!
//! What makes an Evaluation run is its generation and the annotation that asks for it again; each such run is the next experiment of
//! its name. One that runs when another is wanted, or that somebody stops, is canceled with what it asks.

mod asking;
mod compared;
mod ends;
mod finish;
mod prepare;
mod progress;
mod run;
mod trial;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::plan::{Plan, asks_to_stop, kept};
use super::{Fault, Shared, key, status};
use crate::controllers::expire::expire;
use crate::evaluation::experiment::{Experiments, REPLACED, State, run_key};
use crate::resources::Evaluation;
use crate::resources::annotations::RUN_AGAIN;
use crate::resources::evaluation::EvaluationType;

pub(super) use ends::Ends;
pub(super) use run::run;

/// Experiments that run at once; further ones wait for the end of one.
pub(super) const AT_ONCE: usize = 8;

/// An experiment that runs in this process.
pub(super) struct Running {
    /// What made it run.
    run: String,
    /// Ends it.
    stop: CancellationToken,
}

/// Since when an Evaluation waits for what it names, and for which of its runs.
pub(super) struct Waits {
    run: String,
    since: Instant,
}

/// Whether an evaluation makes experiments.
pub(super) fn is(evaluation: &Evaluation) -> bool {
    evaluation.spec.type_ == EvaluationType::Batch && evaluation.spec.config.data_set.is_some()
}

/// What makes it run now.
fn wanted(evaluation: &Evaluation) -> String {
    let again = evaluation.annotations().get(RUN_AGAIN).map(String::as_str).unwrap_or_default();
    run_key(evaluation.metadata.generation.unwrap_or_default(), again)
}

/// Ends what runs and is not wanted any more.
pub(super) fn look(shared: &Shared, evaluation: &Evaluation) {
    let uid = evaluation.metadata.uid.as_deref().unwrap_or_default();
    if let Some(running) = shared.running_experiments.lock().get(uid)
        && (asks_to_stop(evaluation) || running.run != wanted(evaluation))
    {
        running.stop.cancel();
    }
}

/// Ends what an Evaluation that is gone has run.
pub(super) fn gone(shared: &Shared, uid: &str) {
    shared.waits.lock().remove(uid);
    if let Some(running) = shared.running_experiments.lock().get(uid) {
        running.stop.cancel();
    }
}

/// Ends what Evaluations have run that are not among `existing`, by UID.
pub(super) fn keep_only(shared: &Shared, existing: &HashSet<&str>) {
    shared.waits.lock().retain(|uid, _| existing.contains(uid.as_str()));
    let running = shared.running_experiments.lock();
    running.iter().filter(|(uid, _)| !existing.contains(uid.as_str())).for_each(|(_, one)| one.stop.cancel());
}

/// Says what became of an experiment that has ended, and has the others run.
pub(super) async fn reconcile(shared: &Shared, evaluation: &Evaluation) -> Result<Option<Duration>, Fault> {
    if evaluation.metadata.deletion_timestamp.is_some() {
        return Ok(None);
    }
    let uid = evaluation.uid().unwrap_or_default();
    let experiments = Experiments::new(shared.deps.scorer.store().clone());
    match experiments.of_run(&uid, &wanted(evaluation)).await? {
        Some(experiment) if experiment.state != State::Running => {
            if !finish::is_told(evaluation, &experiment) {
                status::write(&shared.deps, evaluation, &finish::status(evaluation, &experiment)).await?;
                return Ok(None);
            }
        }
        // What has not begun is stopped by saying so.
        None if asks_to_stop(evaluation) => {
            status::write(&shared.deps, evaluation, &status::canceled(evaluation)).await?;
        }
        _ => {
            shared.experiments.add(key(evaluation));
            return Ok(None);
        }
    }
    match kept(evaluation, Timestamp::now()) {
        Plan::Keep(left) => Ok(Some(left)),
        Plan::Expire => {
            expire(&shared.deps.client, evaluation).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Ends the experiments whose Evaluations went, or changed, while no process was there to see it.
pub(super) async fn forget_missing(shared: &Shared) {
    let deps = &shared.deps;
    let experiments = Experiments::new(deps.scorer.store().clone());
    let work = async {
        for one in experiments.running().await? {
            let evaluation = deps.evaluations.get(&one.namespace, &one.name);
            let own =
                evaluation.filter(|evaluation| evaluation.metadata.uid.as_ref() == Some(&one.evaluation));
            let why = match own {
                None => finish::GONE,
                Some(evaluation) if wanted(&evaluation) != one.run => REPLACED,
                Some(_) => continue,
            };
            experiments.end(&one.id, State::Canceled, why, None).await?;
        }
        Ok::<_, crate::store::StoreError>(())
    };
    if let Err(error) = work.await {
        tracing::warn!(%error, "experiments of deleted evaluations are still told as running");
    }
}

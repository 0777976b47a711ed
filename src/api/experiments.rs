//! Experiments: shown, compared, run again, stopped, and judged by people.

use leptos::prelude::*;

use crate::views::experiments::{
    ExperimentKey, ExperimentRequest, ExperimentView, ItemView, QueueView, Side, TargetName,
};
use crate::views::problem::Problem;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// An experiment beside its baseline, with a window of its items.
#[server(prefix = "/api", endpoint = "experiments/get", input = Json, output = Json)]
pub async fn get_experiment(request: ExperimentRequest) -> Result<ExperimentView, Problem> {
    serve::experiments::get(request).await
}

/// One item of an experiment beside the same of `base`, as [`ExperimentView::base`] has it; alone without
/// one.
#[server(prefix = "/api", endpoint = "experiments/item", input = Json, output = Json)]
pub async fn get_experiment_item(
    key: ExperimentKey,
    target: TargetName,
    base: Option<Side>,
    item: String,
) -> Result<ItemView, Problem> {
    serve::experiments::item(key, target, base, item).await
}

/// Runs an Evaluation's experiment again; answers with the number that it will have.
#[server(prefix = "/api", endpoint = "experiments/rerun", input = Json, output = Json)]
pub async fn rerun_experiment(namespace: String, evaluation: String) -> Result<u32, Problem> {
    serve::experiments::rerun(namespace, evaluation).await
}

/// Stops what an Evaluation does: its queries and its judges.
#[server(prefix = "/api", endpoint = "experiments/cancel", input = Json, output = Json)]
pub async fn cancel_evaluation(namespace: String, evaluation: String) -> Result<(), Problem> {
    serve::experiments::cancel(namespace, evaluation).await
}

/// Makes an experiment the baseline of its Evaluation; number 0 takes the baseline away.
#[server(prefix = "/api", endpoint = "experiments/baseline", input = Json, output = Json)]
pub async fn set_baseline(key: ExperimentKey) -> Result<(), Problem> {
    serve::experiments::set_baseline(key).await
}

/// What waits to be judged by this person: of one experiment, or of the newest of a namespace when
/// `evaluation` is empty.
#[server(prefix = "/api", endpoint = "experiments/queue", input = Json, output = Json)]
pub async fn annotation_queue(key: ExperimentKey) -> Result<QueueView, Problem> {
    serve::annotations::queue(key).await
}

/// Keeps what this person says of an answer; said again, it replaces what they said before. Answers with the
/// word of the judge, which leads nobody any more: its score, and whether it let the answer pass.
#[server(prefix = "/api", endpoint = "experiments/annotate", input = Json, output = Json)]
pub async fn annotate(
    key: ExperimentKey,
    target: TargetName,
    item: String,
    scores: Vec<(String, f64)>,
    passed: bool,
    note: String,
) -> Result<(Option<f64>, bool), Problem> {
    serve::annotations::annotate(key, target, item, scores, passed, note).await
}

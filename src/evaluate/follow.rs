//! Waits for an evaluation, and tells how far it is.

use futures::TryStreamExt;
use kube::Client;
use kube::api::Api;
use kube::runtime::{WatchStreamExt, watcher};
use serde::Serialize;

use super::error::NotRun;
use crate::resources::{Evaluation, EvaluationPhase};

/// How far an evaluation is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Its name.
    pub evaluation: String,
    /// Parts that have ended: evaluations of a batch, answers of an experiment.
    pub done: usize,
    /// Parts in all; 0 while that is not known.
    pub total: usize,
    /// Its state in a sentence.
    pub message: String,
    /// It has ended.
    pub ended: bool,
}

/// The evaluation, once it has ended; what it says on the way is told.
pub(super) async fn ended(
    client: &Client,
    namespace: &str,
    name: &str,
    tell: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Evaluation, NotRun> {
    let api: Api<Evaluation> = Api::namespaced(client.clone(), namespace);
    let only = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let mut changes = std::pin::pin!(watcher(api, only).default_backoff().applied_objects());
    let mut told = Progress::default();
    loop {
        match changes.try_next().await {
            Ok(Some(evaluation)) => {
                let now = progress(name, &evaluation);
                if now != told {
                    told = now.clone();
                    tell(now);
                }
                if told.ended {
                    return Ok(evaluation);
                }
            }
            Ok(None) => return Err(NotRun::Fault(format!("the watch of Evaluation '{name}' has ended"))),
            Err(watcher::Error::InitialListFailed(kube::Error::Api(status))) if status.code == 403 => {
                let source = Box::new(kube::Error::Api(status));
                return Err(NotRun::Api { what: format!("cannot follow Evaluation '{name}'"), source });
            }
            // The watch goes on by itself, later and later.
            Err(error) => tracing::debug!(%error, "the watch broke off"),
        }
    }
}

fn progress(name: &str, evaluation: &Evaluation) -> Progress {
    let status = evaluation.status.clone().unwrap_or_default();
    let batch = status.batch_progress.unwrap_or_default();
    let count = |n: i32| usize::try_from(n).unwrap_or_default();
    Progress {
        evaluation: name.to_owned(),
        done: count(batch.completed) + count(batch.failed),
        total: count(batch.total),
        message: status.message,
        ended: status.phase.is_some_and(EvaluationPhase::is_terminal),
    }
}

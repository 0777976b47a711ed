//! The scores of a query in its own status, where clients of Ark 0.1.31 read them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::plan::ended;
use super::{made_for, names};
use crate::controllers::ControllerDeps;
use crate::controllers::follow::{Told, follow};
use crate::controllers::queue::{Key, Queue, work};
use crate::engine::patch_status;
use crate::resources::annotations::QUERY_LABEL;
use crate::resources::query_status::QueryEvaluation;
use crate::resources::{Evaluation, Query};

/// Queries at once.
const AT_ONCE: usize = 4;
/// Field of a score: the name of its Evaluation.
const EVALUATION: &str = "evaluation";

/// Watches for evaluations of queries that have ended.
pub(super) async fn run(deps: &ControllerDeps, shutdown: &CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let look = |evaluation: &Evaluation| {
        if ended(evaluation)
            && let Some(query) = query(evaluation)
        {
            queue.add(query);
        }
    };
    let follower = async {
        deps.queries.ready().await;
        follow(&deps.evaluations, shutdown, |told| match told {
            Told::All(all) => all.iter().for_each(|evaluation| look(evaluation)),
            Told::Changed { new, .. } => look(&new),
            Told::Gone(_) => {}
        })
        .await;
    };
    let worker = work(&queue, AT_ONCE, shutdown, |key| {
        let deps = deps.clone();
        async move { tally(&deps, &key).await.map(|()| None::<Duration>) }
    });
    tokio::join!(follower, worker);
}

/// The query of the same namespace that an evaluation was made for.
fn query(evaluation: &Evaluation) -> Option<Key> {
    let named = evaluation.spec.config.query_ref.as_ref()?;
    let own = evaluation.namespace().unwrap_or_default();
    let made = evaluation.labels().get(QUERY_LABEL).is_some_and(|label| *label == names::label(&named.name));
    (made && (named.namespace.is_empty() || named.namespace == own)).then(|| (own, named.name.clone()))
}

async fn tally(deps: &ControllerDeps, key: &Key) -> Result<(), kube::Error> {
    let Some(current) = deps.queries.get(&key.0, &key.1) else { return Ok(()) };
    // One of an earlier query of this name is none of its.
    let uid = current.metadata.uid.as_ref();
    let mut scores: Vec<QueryEvaluation> = deps
        .evaluations
        .list(Some(&key.0))
        .iter()
        .filter(|evaluation| {
            ended(evaluation) && query(evaluation).as_ref() == Some(key) && made_for(evaluation, uid)
        })
        .map(|evaluation| score(evaluation))
        .collect();
    let before = current.status.as_ref().map(|status| status.evaluations.as_slice()).unwrap_or_default();
    with_earlier(&mut scores, before);
    if before == scores {
        return Ok(());
    }
    let patch = json!({"metadata": {"uid": current.metadata.uid}, "status": {"evaluations": scores}});
    match patch_status::<Query>(&deps.client, &key.0, &key.1, &patch).await {
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        Err(kube::Error::Api(answer)) if answer.code == 409 && answer.message.contains("UID") => Ok(()),
        done => done,
    }
}

/// What was scored stays when its evaluation is removed.
fn with_earlier(scores: &mut Vec<QueryEvaluation>, before: &[QueryEvaluation]) {
    let by = |one: &QueryEvaluation| one.metadata.get(EVALUATION).cloned();
    let here: Vec<Option<String>> = scores.iter().map(by).collect();
    scores.extend(before.iter().filter(|one| !here.contains(&by(one))).cloned());
    scores.sort_by(|a, b| (&a.evaluator_name, by(a)).cmp(&(&b.evaluator_name, by(b))));
}

fn score(evaluation: &Evaluation) -> QueryEvaluation {
    let status = evaluation.status.clone().unwrap_or_default();
    let mut metadata = BTreeMap::from([(EVALUATION.to_owned(), evaluation.name_any())]);
    if status.score.is_empty() {
        metadata.insert("error".to_owned(), status.message);
    }
    QueryEvaluation {
        evaluator_name: evaluation.spec.evaluator.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        score: if status.score.is_empty() { "0".to_owned() } else { status.score },
        passed: status.passed,
        metadata,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_evaluations_that_went_stay_beside_newer_ones() {
        let one = |evaluator: &str, score: &str| QueryEvaluation {
            evaluator_name: evaluator.into(),
            score: score.into(),
            metadata: BTreeMap::from([(EVALUATION.to_owned(), format!("{evaluator}-e"))]),
            ..QueryEvaluation::default()
        };
        let mut scores = vec![one("c", "0.3"), one("a", "0.5")];
        with_earlier(&mut scores, &[one("a", "0.1"), one("b", "0.2")]);
        assert_eq!(scores, [one("a", "0.5"), one("b", "0.2"), one("c", "0.3")]);
    }
}

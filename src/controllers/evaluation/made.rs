//! The evaluations that a query asks for when it is done: by its `evaluators` and `evaluatorSelector`, and by the selectors of
//! evaluators of its namespace. That one was made is kept, so that none that somebody removes comes back and is paid again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kube::api::{Api, ObjectMeta, PostParams};
use kube::{Resource, ResourceExt};
use tokio_util::sync::CancellationToken;

use super::online::Online;
use super::{Fault, made_for, names};
use crate::controllers::ControllerDeps;
use crate::controllers::follow::{Told, follow};
use crate::controllers::queue::{Key, Queue, work};
use crate::evaluation::online::Verdict;
use crate::resources::annotations::{
    AUTO_LABEL, EVALUATOR_LABEL, EXPERIMENT_LABEL, FIELD_MANAGER, QUERY_GENERATION, QUERY_LABEL, QUERY_PHASE,
};
use crate::resources::conditions::types;
use crate::resources::evaluation::{EvaluationEvaluator, EvaluationSpec, EvaluationType};
use crate::resources::evaluation_config::{EvaluationConfig, QueryRef};
use crate::resources::query_status::QueryPhase;
use crate::resources::sampling::Sampling;
use crate::resources::{Evaluation, Evaluator, Query, condition};

/// Queries at once.
const AT_ONCE: usize = 4;

/// An evaluator that a query is to be scored by.
#[derive(Debug, PartialEq)]
struct Wanted {
    namespace: String,
    name: String,
    /// The evaluator asked for it, not the query.
    auto: bool,
    /// Share and budget, with the UID of the evaluator that has them.
    sampling: Option<(String, Sampling)>,
}

/// Watches for queries that are done.
pub(super) async fn run(deps: &ControllerDeps, online: &Arc<Online>, shutdown: &CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let follower = async {
        deps.evaluators.ready().await;
        follow(&deps.queries, shutdown, |told| match told {
            Told::All(all) => {
                all.iter().filter(|query| is_done(query)).for_each(|query| queue.add(key(query)))
            }
            Told::Changed { old, new } => {
                if is_done(&new) && !old.is_some_and(|old| is_done(&old)) {
                    queue.add(key(&new));
                }
            }
            Told::Gone(entry) => {
                let (steps, uid) = (deps.scorer.steps().clone(), entry.uid().to_owned());
                tokio::spawn(async move {
                    if let Err(error) = steps.forget(&uid).await {
                        tracing::warn!(%error, "what was made for a deleted query is still kept");
                    }
                });
            }
        })
        .await;
    };
    // One that asks for what was done before it was there.
    let evaluators = async {
        deps.queries.ready().await;
        follow(&deps.evaluators, shutdown, |told| {
            let Told::Changed { old, new } = told else { return };
            let asks = new.spec.sampling.as_ref().is_some_and(|sampling| sampling.earlier);
            if asks && old.is_none_or(|old| old.metadata.generation != new.metadata.generation) {
                let own = new.namespace();
                let all = deps.queries.list(own.as_deref());
                all.iter().filter(|query| is_done(query)).for_each(|query| queue.add(key(query)));
            }
        })
        .await;
    };
    let worker = work(&queue, AT_ONCE, shutdown, |key| {
        let (deps, online) = (deps.clone(), online.clone());
        async move { make(&deps, &online, &key).await.map(|()| None::<Duration>) }
    });
    tokio::join!(follower, evaluators, worker);
}

async fn make(deps: &ControllerDeps, online: &Online, key: &Key) -> Result<(), Fault> {
    let Some(query) = deps.queries.get(&key.0, &key.1) else { return Ok(()) };
    let wanted = wanted(&query, &deps.evaluators.list(Some(&key.0)));
    if wanted.is_empty() {
        return Ok(());
    }
    let uid = query.uid().unwrap_or_default();
    let steps = deps.scorer.steps();
    let kept = steps.of(&uid).await?;
    let api: Api<Evaluation> = Api::namespaced(deps.client.clone(), &key.0);
    let mut failed = None;
    for one in wanted {
        let step = format!("made/{}/{}", one.namespace, one.name);
        if kept.answer::<bool>(&step).is_some() {
            continue;
        }
        // Of those that have a share or a budget one is looked at after the other: what is counted is what the next one sees.
        let turn = match &one.sampling {
            None => None,
            Some((evaluator, sampling)) => {
                let turn = online.turn().await;
                let verdict = online.decide(evaluator, sampling, &uid).await?;
                if verdict != Verdict::Scored {
                    online.decided(evaluator, (&key.0, &one.name), (&uid, &step), verdict).await?;
                    continue;
                }
                Some((turn, evaluator))
            }
        };
        let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
        let object = object(&query, &one);
        match api.create(&params, &object).await {
            Ok(_) => {}
            Err(kube::Error::Api(answer)) if answer.code == 409 => {
                let found = api.get_opt(&object.name_any()).await?;
                // An earlier query's of this name goes with it: then it is this one's turn.
                if !found.is_some_and(|found| made_for(&found, query.metadata.uid.as_ref())) {
                    failed = Some(kube::Error::Api(answer));
                    continue;
                }
            }
            Err(error) => return Err(error.into()),
        }
        match turn {
            None => steps.keep(&uid, &step, &true).await?,
            Some((_turn, evaluator)) => {
                online.decided(evaluator, (&key.0, &one.name), (&uid, &step), Verdict::Scored).await?;
            }
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// By whom the query is to be scored. Selectors of evaluators look ahead only: what was done before they were made is not scored,
/// so that applying an evaluator does not cost what all of history would.
fn wanted(query: &Query, evaluators: &[Arc<Evaluator>]) -> Vec<Wanted> {
    let own = query.namespace().unwrap_or_default();
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut add = |namespace: &str, name: &str, auto, sampling| {
        if !wanted.iter().any(|one| one.namespace == namespace && one.name == name) {
            wanted.push(Wanted { namespace: namespace.to_owned(), name: name.to_owned(), auto, sampling });
        }
    };
    for one in &query.spec.evaluators {
        add(one.namespace_or(&own), &one.name, false, None);
    }
    let done = done_at(query);
    for evaluator in evaluators {
        if query.spec.evaluator_selector.as_ref().is_some_and(|selector| selector.matches(evaluator.labels()))
        {
            add(&own, &evaluator.name_any(), false, None);
        }
        let made = evaluator.metadata.creation_timestamp.as_ref().map(|time| time.0);
        let sampling = evaluator.spec.sampling.clone();
        let asked = sampling.as_ref().is_some_and(|sampling| sampling.earlier);
        let ahead = asked || done.is_none_or(|done| made.is_none_or(|made| made <= done));
        let selects = evaluator
            .spec
            .selector
            .as_ref()
            .is_some_and(|selector| selector.labels().matches(query.labels()));
        // An experiment scores its queries itself.
        if selects && ahead && !query.labels().contains_key(EXPERIMENT_LABEL) {
            let sampling = evaluator.uid().zip(sampling);
            add(&own, &evaluator.name_any(), true, sampling);
        }
    }
    wanted
}

fn object(query: &Query, wanted: &Wanted) -> Evaluation {
    let (own, name) = (query.namespace().unwrap_or_default(), query.name_any());
    let spec = EvaluationSpec {
        type_: EvaluationType::Query,
        config: EvaluationConfig {
            query_ref: Some(QueryRef { name: name.clone(), namespace: own.clone(), ..QueryRef::default() }),
            ..EvaluationConfig::default()
        },
        evaluator: Some(EvaluationEvaluator {
            name: wanted.name.clone(),
            namespace: wanted.namespace.clone(),
            ..EvaluationEvaluator::default()
        }),
        ..EvaluationSpec::default()
    };
    let by = if wanted.namespace == own {
        wanted.name.clone()
    } else {
        format!("{}.{}", wanted.name, wanted.namespace)
    };
    let mut object = Evaluation::new(&names::name(&format!("{by}-{name}-eval")), spec);
    let mut labels = BTreeMap::from([
        (EVALUATOR_LABEL.to_owned(), names::label(&wanted.name)),
        (QUERY_LABEL.to_owned(), names::label(&name)),
    ]);
    if wanted.auto {
        labels.insert(AUTO_LABEL.to_owned(), "true".to_owned());
    }
    let annotations = BTreeMap::from([
        (QUERY_GENERATION.to_owned(), query.metadata.generation.unwrap_or_default().to_string()),
        (QUERY_PHASE.to_owned(), QueryPhase::Done.to_string()),
    ]);
    object.metadata = ObjectMeta {
        labels: Some(labels),
        annotations: Some(annotations),
        owner_references: query.owner_ref(&()).map(|owner| vec![owner]),
        ..object.metadata
    };
    object
}

fn is_done(query: &Query) -> bool {
    query.status.as_ref().and_then(|status| status.phase) == Some(QueryPhase::Done)
}

fn done_at(query: &Query) -> Option<jiff::Timestamp> {
    let conditions = query.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default();
    condition::find(conditions, types::COMPLETED)?.last_transition_time.parse().ok()
}

fn key(query: &Query) -> Key {
    (query.namespace().unwrap_or_default(), query.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_query_and_its_evaluators_ask_for_is_made_once_and_looks_ahead() {
        let query: Query = serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
            "metadata": {"name": "tide", "namespace": "lagoon", "uid": "u", "labels": {"evaluate": "true"}},
            "spec": {"input": "x", "evaluators": [{"name": "judge"}, {"name": "far", "namespace": "reef"}]},
            "status": {"phase": "done", "conditions": [{"type": "Completed", "status": "True", "reason": "r",
                "message": "", "lastTransitionTime": "2026-01-02T00:00:00Z"}]},
        }))
        .unwrap();
        let evaluator = |name: &str, made: &str| -> Arc<Evaluator> {
            let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
                "metadata": {"name": name, "namespace": "lagoon", "creationTimestamp": made},
                "spec": {"selector": {"resourceType": "Query", "matchLabels": {"evaluate": "true"}}}});
            Arc::new(serde_json::from_value(object).unwrap())
        };
        let all = [
            evaluator("judge", "2026-01-01T00:00:00Z"),
            evaluator("watcher", "2026-01-01T00:00:00Z"),
            evaluator("late", "2026-01-03T00:00:00Z"),
        ];
        let wanted = wanted(&query, &all);
        let names: Vec<(&str, bool)> = wanted.iter().map(|one| (one.name.as_str(), one.auto)).collect();
        assert_eq!(names, [("judge", false), ("far", false), ("watcher", true)]);
        let made = object(&query, &wanted[2]);
        assert_eq!(made.name_any(), "watcher-tide-eval");
        assert_eq!(made.labels()["ark.mckinsey.com/auto"], "true");
        assert!(made_for(&made, Some(&"u".to_owned())) && !made_for(&made, Some(&"v".to_owned())));
        assert_eq!(object(&query, &wanted[1]).name_any(), "far.reef-tide-eval");
    }

    #[test]
    fn queries_of_experiments_are_not_sampled_and_earlier_ones_only_when_asked() {
        let query = |labels: serde_json::Value| -> Query {
            serde_json::from_value(json!({
                "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
                "metadata": {"name": "tide", "namespace": "lagoon", "uid": "u", "labels": labels}, "spec": {"input": "x"},
                "status": {"phase": "done", "conditions": [{"type": "Completed", "status": "True", "reason": "r",
                    "message": "", "lastTransitionTime": "2026-01-02T00:00:00Z"}]},
            }))
            .unwrap()
        };
        let evaluator = |sampling: serde_json::Value| -> Arc<Evaluator> {
            let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
                "metadata": {"name": "late", "uid": "e", "namespace": "lagoon", "creationTimestamp": "2026-01-03T00:00:00Z"},
                "spec": {"selector": {"resourceType": "Query"}, "sampling": sampling}});
            Arc::new(serde_json::from_value(object).unwrap())
        };
        let (ahead, back) =
            (evaluator(json!({"percent": 5})), evaluator(json!({"percent": 5, "earlier": true})));
        assert!(wanted(&query(json!({})), &[ahead]).is_empty());
        let found = wanted(&query(json!({})), std::slice::from_ref(&back));
        assert_eq!(
            found[0].sampling.as_ref().map(|(uid, one)| (uid.as_str(), one.percent())),
            Some(("e", 5.0))
        );
        assert!(wanted(&query(json!({"ark.mckinsey.com/experiment": "x"})), &[back]).is_empty());
    }
}

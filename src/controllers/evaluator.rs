//! Evaluators: can they score? Those without an address score in this process, and need measures that mean something or a model
//! that judges; those with one need an address that can be looked up, and are asked when something is to be scored.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::follow::{Told, follow};
use super::queue::{Key, Queue, jittered, work};
use super::{ControllerDeps, patch};
use crate::engine::world::Account;
use crate::evaluation::{self, Parameters, Settings};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{agent, reasons, sampling as sampling_reasons, types};
use crate::resources::evaluator::EvaluatorStatus;
use crate::resources::parameter::Parameter;
use crate::resources::value_source::Source;
use crate::resources::{Evaluator, Model};

/// Evaluators at once.
const AT_ONCE: usize = 4;
/// Until an address that could not be looked up is looked up again: a Secret, ConfigMap or Service may have come.
const PAUSE: Duration = Duration::from_secs(15);

/// What was found out: the address, and whether it can score.
struct Found {
    address: String,
    verdict: Result<String, (&'static str, String)>,
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let follower = follow(&deps.evaluators, &shutdown, |told| match told {
        Told::All(all) => all.iter().for_each(|evaluator| queue.add(key(evaluator))),
        Told::Changed { old, new } => {
            // What is counted is written elsewhere; its condition is written here, so that each has one writer.
            let counted = |of: &Evaluator| of.status.as_ref().and_then(|status| status.sampling.clone());
            if old.is_none_or(|old| {
                old.metadata.generation != new.metadata.generation || counted(&old) != counted(&new)
            }) {
                queue.add(key(&new));
            }
        }
        Told::Gone(entry) => {
            if let Some(evaluator) = entry.sound() {
                queue.forget(&key(evaluator));
            }
        }
    });
    // A judge's model that comes or goes concerns the evaluators that name it.
    let concerned = |model: &Model| {
        let (namespace, name) = (model.namespace().unwrap_or_default(), model.name_any());
        for evaluator in deps.evaluators.list(None) {
            if judge(&evaluator).is_some_and(|judge| judge == (namespace.clone(), name.clone())) {
                queue.add(key(&evaluator));
            }
        }
    };
    let models = follow(&deps.models, &shutdown, |told| match told {
        Told::Changed { old: None, new } => concerned(&new),
        Told::Gone(entry) => {
            if let Some(model) = entry.sound() {
                concerned(model);
            }
        }
        Told::All(_) => deps.evaluators.list(None).iter().for_each(|evaluator| queue.add(key(evaluator))),
        Told::Changed { .. } => {}
    });
    let worker = work(&queue, AT_ONCE, &shutdown, |key| {
        let deps = deps.clone();
        async move {
            let Some(evaluator) = deps.evaluators.get(&key.0, &key.1) else { return Ok(None) };
            let found = look(&deps, &evaluator).await;
            let again = matches!(found.verdict, Err((reasons::ADDRESS_RESOLUTION_FAILED, _)));
            let after = plan(&evaluator, found, &patch::now());
            if evaluator.status.as_ref() != Some(&after) {
                // The counts are another's to write, and may be newer by now.
                let after = EvaluatorStatus { sampling: None, ..after };
                patch::status(&deps.client, &*evaluator, &after).await?;
            }
            Ok::<_, kube::Error>(again.then(|| jittered(PAUSE)))
        }
    });
    tokio::join!(follower, models, worker);
}

async fn look(deps: &ControllerDeps, evaluator: &Evaluator) -> Found {
    if evaluator.spec.address.is_missing() {
        let model = |key: &Key| deps.models.get(&key.0, &key.1).is_some();
        return Found { address: String::new(), verdict: in_process(evaluator, model) };
    }
    let namespace = evaluator.namespace().unwrap_or_default();
    let field = format!("spec.address of Evaluator '{}'", evaluator.name_any());
    let looked_up = async {
        let world = deps.engine.seen_by(Account::default_of(namespace.clone()))?;
        world.value(&namespace, evaluator.spec.address.source(), None, &field).await
    };
    match looked_up.await {
        Ok(address) => Found {
            address: address.unwrap_or_default(),
            verdict: Ok("The service is asked when something is to be scored.".into()),
        },
        Err(error) => Found {
            address: String::new(),
            verdict: Err((reasons::ADDRESS_RESOLUTION_FAILED, error.message)),
        },
    }
}

/// The parameters that are written out; others are read when something is scored.
fn literal(parameters: &[Parameter]) -> Parameters {
    let literal = |parameter: &Parameter| match parameter.source() {
        Source::Literal(text) => Some((parameter.name.clone(), text.to_owned())),
        _ => None,
    };
    parameters.iter().filter_map(literal).collect()
}

/// The Model that judges, when one does and its name is written out.
fn judge(evaluator: &Evaluator) -> Option<Key> {
    let spec = &evaluator.spec;
    let settings = Settings::of(&literal(&spec.parameters)).ok()?;
    let looked_up = |name: &str| {
        spec.parameters.iter().any(|one| one.name == name && !matches!(one.source(), Source::Literal(_)))
    };
    let judges = spec.address.is_missing() && (spec.metrics.is_empty() || settings.judges);
    if !judges || looked_up("model.name") || looked_up("model.namespace") {
        return None;
    }
    let namespace = match settings.model_namespace.as_str() {
        "" => evaluator.namespace().unwrap_or_default(),
        namespace => namespace.to_owned(),
    };
    Some((namespace, settings.model))
}

/// Whether an evaluator without an address can score, and by what.
fn in_process(
    evaluator: &Evaluator,
    is_there: impl Fn(&Key) -> bool,
) -> Result<String, (&'static str, String)> {
    let spec = &evaluator.spec;
    for metric in &spec.metrics {
        evaluation::check_metric(metric).map_err(|why| {
            (reasons::INVALID_SPEC, format!("Measure '{}' cannot be used: {why}.", metric.label()))
        })?;
    }
    let settings = Settings::of(&literal(&spec.parameters))
        .map_err(|error| (reasons::INVALID_SPEC, format!("The {error}.")))?;
    let judge = judge(evaluator);
    if let Some(key) = judge.as_ref().filter(|key| !is_there(key)) {
        let text = format!(
            "There is no Model '{}' in namespace '{}' to judge. Create it, or name another in the parameter 'model.name'.",
            key.1, key.0
        );
        return Err((agent::MODEL_NOT_FOUND, text));
    }
    let mut by: Vec<String> = Vec::new();
    if !spec.metrics.is_empty() {
        let names: Vec<&str> = spec.metrics.iter().map(|metric| metric.label()).collect();
        by.push(names.join(", "));
    }
    if let Some((_, model)) = judge {
        let criteria: Vec<&str> = settings.criteria.iter().map(|(name, _)| name.as_str()).collect();
        by.push(format!("model '{model}' for {}", criteria.join(", ")));
    }
    let by = if by.is_empty() { "what its parameters name".to_owned() } else { by.join("; ") };
    Ok(format!("Scores in this process, by {by}."))
}

fn plan(evaluator: &Evaluator, found: Found, now: &str) -> EvaluatorStatus {
    let mut status = evaluator.status.clone().unwrap_or_default();
    status.last_resolved_address = found.address;
    let (phase, holds, reason, message) = match found.verdict {
        Ok(message) => ("ready", ConditionStatus::True, reasons::AVAILABLE, message),
        Err((reason, message)) => ("error", ConditionStatus::False, reason, message),
    };
    phase.clone_into(&mut status.phase);
    status.message.clone_from(&message);
    let new = Condition::new(types::AVAILABLE, holds, reason, message, evaluator.metadata.generation, now);
    condition::set(&mut status.conditions, new);
    match sampling(evaluator) {
        Some((holds, reason, message)) => {
            let generation = evaluator.metadata.generation;
            let new = Condition::new(types::SAMPLING, holds, reason, message, generation, now);
            condition::set(&mut status.conditions, new);
        }
        None => status.conditions.retain(|condition| condition.type_ != types::SAMPLING),
    }
    status
}

/// Whether live queries are scored now; `None` for one that has neither share nor budget.
fn sampling(evaluator: &Evaluator) -> Option<(ConditionStatus, &'static str, String)> {
    let wanted = evaluator.spec.sampling.as_ref().filter(|_| evaluator.spec.selector.is_some())?;
    let counted = evaluator.status.as_ref().and_then(|status| status.sampling.clone()).unwrap_or_default();
    if !counted.paused.is_empty() {
        return Some((ConditionStatus::False, sampling_reasons::BUDGET_REACHED, counted.paused));
    }
    if counted.unpriced > 0 && wanted.cost_limit().is_some() {
        let text = format!(
            "{} scores of today have no cost in the currency of spec.sampling.maxCostPerDay, and the budget does not hold them. Give \
             the judge's Model its prices.",
            counted.unpriced
        );
        return Some((ConditionStatus::True, sampling_reasons::COST_UNKNOWN, text));
    }
    let text = format!("{} % of the selected queries are scored.", wanted.percent());
    Some((ConditionStatus::True, sampling_reasons::WITHIN_BUDGET, text))
}

fn key(evaluator: &Evaluator) -> Key {
    (evaluator.namespace().unwrap_or_default(), evaluator.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(spec: serde_json::Value) -> Result<String, (&'static str, String)> {
        let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
            "metadata": {"name": "harbour", "namespace": "lagoon"}, "spec": spec});
        in_process(&serde_json::from_value(object).unwrap(), |key| key.1 == "gull")
    }

    #[test]
    fn what_scores_in_process_is_known_before_anything_is_scored() {
        let measured =
            verdict(json!({"metrics": [{"type": "exact"}, {"type": "tokens", "max": 10}]})).unwrap();
        assert_eq!(measured, "Scores in this process, by exact, tokens.");
        let judged = verdict(json!({"parameters": [{"name": "model.name", "value": "gull"},
            {"name": "scope", "value": "accuracy"}]}))
        .unwrap();
        assert_eq!(judged, "Scores in this process, by model 'gull' for accuracy.");
        let later = verdict(json!({"parameters": [{"name": "model.name",
            "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}}]}));
        assert!(later.is_ok(), "{later:?}");
    }

    #[test]
    fn a_budget_that_is_used_up_or_cannot_hold_is_a_condition() {
        let told = |spec: serde_json::Value, counted: serde_json::Value| {
            let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
                "metadata": {"name": "harbour"}, "spec": spec, "status": {"sampling": counted}});
            let found = Found { address: String::new(), verdict: Ok(String::new()) };
            let status = plan(&serde_json::from_value(object).unwrap(), found, "2026-01-01T00:00:00Z");
            let of = condition::find(&status.conditions, types::SAMPLING);
            of.map(|one| (one.status.as_str().to_owned(), one.reason.clone()))
        };
        let spec = json!({"selector": {"resourceType": "Query"}, "sampling": {"percent": 10, "maxCostPerDay": "1 EUR"}});
        for (counted, status, reason) in [
            (json!({}), "True", "WithinBudget"),
            (json!({"paused": "The budget of the day is spent."}), "False", "BudgetReached"),
            (json!({"unpriced": 2}), "True", "CostUnknown"),
        ] {
            assert_eq!(told(spec.clone(), counted), Some((status.to_owned(), reason.to_owned())));
        }
        assert_eq!(told(json!({"sampling": {"percent": 10}}), json!({})), None, "it selects nothing");
    }

    #[test]
    fn what_cannot_score_says_why() {
        for (spec, reason, expected) in [
            (json!({}), "ModelNotFound", "no Model 'default' in namespace 'lagoon'"),
            (
                json!({"metrics": [{"type": "regex", "pattern": "("}]}),
                "InvalidSpec",
                "Measure 'regex' cannot be used",
            ),
            (
                json!({"parameters": [{"name": "min-score", "value": "70"}]}),
                "InvalidSpec",
                "parameter 'min-score' is '70'",
            ),
        ] {
            let (found, message) = verdict(spec).unwrap_err();
            assert!(found == reason && message.contains(expected), "{found}: {message}");
        }
    }
}

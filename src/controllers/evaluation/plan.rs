//! What an evaluation needs now. Pure.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;

use crate::engine::RunError;
use crate::evaluation::Work;
use crate::resources::annotations::CANCEL;
use crate::resources::conditions::{agent, types};
use crate::resources::evaluation::EvaluationType;
use crate::resources::evaluation_status::EvaluationPhase;
use crate::resources::query_status::QueryPhase;
use crate::resources::{Evaluation, Evaluator, Query, condition};

/// Code of an evaluation whose evaluator did not come or cannot score.
const EVALUATOR_NOT_READY: &str = "EvaluatorNotReady";
/// Code of an evaluation whose query did not come.
const QUERY_NOT_FOUND: &str = "QueryNotFound";
/// Code of an evaluation whose query has no answer.
const QUERY_FAILED: &str = "QueryFailed";
/// Code of an evaluation that lacks what its type needs.
const INVALID_SPEC: &str = "InvalidSpec";

/// What an evaluation needs.
pub(super) enum Plan {
    /// Nothing.
    Nothing,
    /// It has ended, and is to be deleted then.
    Keep(Duration),
    /// Its time has passed.
    Expire,
    /// What it names is not there yet; with how long it still waits, unless it waits for a query that runs.
    Hold(String, Option<Duration>),
    /// It cannot be scored.
    Fail(RunError),
    /// It is to be scored.
    Score(Box<Work>),
    /// It is the sum of others.
    Batch,
    /// Somebody stopped it.
    Cancel,
}

/// What it names, as far as it is there.
pub(super) struct Seen {
    pub(super) evaluator: Option<Arc<Evaluator>>,
    pub(super) query: Option<Arc<Query>>,
}

/// What `evaluation` needs now.
pub(super) fn plan(evaluation: &Evaluation, seen: &Seen, now: Timestamp) -> Plan {
    if evaluation.metadata.deletion_timestamp.is_some() {
        return Plan::Nothing;
    }
    if ended(evaluation) {
        return kept(evaluation, now);
    }
    if asks_to_stop(evaluation) {
        return Plan::Cancel;
    }
    if let Err(why) = check(evaluation) {
        return Plan::Fail(RunError::new(INVALID_SPEC, why));
    }
    if evaluation.spec.type_ == EvaluationType::Batch {
        return Plan::Batch;
    }
    let created = evaluation.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let patience = left(created, evaluation.spec.timeout().to_std(), now);
    let hold = |code: &str, what: String| match patience {
        Some(left) => Plan::Hold(format!("Waits: {what}"), Some(left)),
        None => Plan::Fail(RunError::new(code, what)),
    };
    let evaluator = match ready(evaluation, seen.evaluator.as_ref()) {
        Ok(evaluator) => evaluator,
        Err(why) => return hold(EVALUATOR_NOT_READY, why),
    };
    let query = match &evaluation.spec.config.query_ref {
        Some(named) if matches!(evaluation.spec.type_, EvaluationType::Query | EvaluationType::Event) => {
            let Some(query) = &seen.query else {
                return hold(QUERY_NOT_FOUND, format!("there is no Query '{}'.", named.name));
            };
            match query.status.as_ref().and_then(|status| status.phase) {
                Some(QueryPhase::Done) => {}
                // Rules may be about what went wrong.
                Some(phase) if phase.is_terminal() && evaluation.spec.type_ == EvaluationType::Event => {}
                Some(phase) if phase.is_terminal() => {
                    let text = format!("Query '{}' ended without an answer ({phase}).", named.name);
                    return Plan::Fail(RunError::new(QUERY_FAILED, text));
                }
                // It has a timeout of its own.
                _ => return Plan::Hold(format!("Waits for the end of Query '{}'.", named.name), None),
            }
            Some(query.clone())
        }
        _ => None,
    };
    Plan::Score(Box::new(Work {
        uid: evaluation.uid().unwrap_or_default(),
        namespace: evaluation.namespace().unwrap_or_default(),
        generation: evaluation.metadata.generation.unwrap_or_default(),
        place: String::new(),
        spec: evaluation.spec.clone(),
        evaluator,
        query,
    }))
}

/// The evaluator that was found, if it can score now; else why not.
pub(super) fn ready(
    evaluation: &Evaluation,
    found: Option<&Arc<Evaluator>>,
) -> Result<Arc<Evaluator>, String> {
    let named = evaluation.spec.evaluator.as_ref().map(|named| named.name.as_str()).unwrap_or_default();
    let Some(evaluator) = found else { return Err(format!("there is no Evaluator '{named}'.")) };
    match evaluator.status.as_ref().map(|status| (status.phase.as_str(), &status.message)) {
        Some(("ready", _)) => Ok(evaluator.clone()),
        // Rules need no model.
        Some(_) if evaluation.spec.type_ == EvaluationType::Event && lacks_model_only(evaluator) => {
            Ok(evaluator.clone())
        }
        Some(("error", message)) => Err(format!("Evaluator '{named}' cannot score. {message}")),
        _ => Err(format!("Evaluator '{named}' is not ready yet.")),
    }
}

/// Whether an evaluator without an address could score, had it a model.
fn lacks_model_only(evaluator: &Evaluator) -> bool {
    let conditions = evaluator.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default();
    evaluator.spec.address.is_missing()
        && condition::find(conditions, types::AVAILABLE)
            .is_some_and(|condition| !condition.is_true() && condition.reason == agent::MODEL_NOT_FOUND)
}

/// Whether somebody asks for the end of what it does.
pub(super) fn asks_to_stop(evaluation: &Evaluation) -> bool {
    evaluation.annotations().get(CANCEL).is_some_and(|value| value == "true")
}

/// How long one that has ended is kept.
pub(super) fn kept(evaluation: &Evaluation, now: Timestamp) -> Plan {
    match left(ended_at(evaluation), evaluation.spec.ttl().to_std(), now) {
        Some(left) => Plan::Keep(left),
        None => Plan::Expire,
    }
}

/// Whether nothing more will happen.
pub(super) fn ended(evaluation: &Evaluation) -> bool {
    let phase = evaluation.status.as_ref().and_then(|status| status.phase);
    phase.is_some_and(EvaluationPhase::is_terminal)
}

pub(super) fn ended_at(evaluation: &Evaluation) -> Option<Timestamp> {
    let conditions =
        evaluation.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default();
    condition::find(conditions, types::EVALUATION_COMPLETED)
        .filter(|condition| condition.is_true())
        .and_then(|condition| condition.last_transition_time.parse().ok())
        .or_else(|| evaluation.metadata.creation_timestamp.as_ref().map(|time| time.0))
}

/// What is left of `whole` since `from`; `None` when nothing is.
pub(super) fn left(from: Option<Timestamp>, whole: Duration, now: Timestamp) -> Option<Duration> {
    let age = from.map(|from| Duration::try_from(now.duration_since(from)).unwrap_or_default());
    whole.checked_sub(age.unwrap_or_default()).filter(|left| !left.is_zero())
}

/// Whether the type has what it needs. Ark never wired such a check, so that it is none of the API's.
fn check(evaluation: &Evaluation) -> Result<(), String> {
    let (spec, config) = (&evaluation.spec, &evaluation.spec.config);
    if spec.evaluator.is_none() && spec.type_ != EvaluationType::Batch {
        return Err("It names no evaluator: set spec.evaluator.name.".into());
    }
    let lacks = match spec.type_ {
        EvaluationType::Direct if config.input.is_empty() => {
            "a direct evaluation needs a non-empty spec.config.input"
        }
        EvaluationType::Direct if config.output.is_empty() => {
            "a direct evaluation needs a non-empty spec.config.output"
        }
        EvaluationType::Query if config.query_ref.is_none() => {
            "a query evaluation needs spec.config.queryRef"
        }
        EvaluationType::Event if config.rules.is_empty() => "an event evaluation needs spec.config.rules",
        EvaluationType::Event if config.query_ref.is_none() => {
            "an event evaluation needs spec.config.queryRef"
        }
        EvaluationType::Batch
            if config.evaluations.is_empty() && config.items.is_empty() && config.template.is_none() =>
        {
            "a batch needs spec.config.dataSet, spec.config.items, spec.config.evaluations, or spec.config.template with querySelector"
        }
        EvaluationType::Batch if config.template.is_some() != config.query_selector.is_some() => {
            "the template of a batch needs spec.config.querySelector, and the other way round"
        }
        _ => return Ok(()),
    };
    Err(format!("It cannot be scored: {lacks}."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluation(spec: serde_json::Value, status: serde_json::Value) -> Evaluation {
        serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation",
            "metadata": {"name": "e", "namespace": "lagoon", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": spec, "status": status,
        }))
        .unwrap()
    }

    fn evaluator(phase: &str) -> Option<Arc<Evaluator>> {
        let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
            "metadata": {"name": "judge"}, "spec": {}, "status": {"phase": phase, "message": "So it is."}});
        Some(Arc::new(serde_json::from_value(object).unwrap()))
    }

    fn query(phase: &str) -> Option<Arc<Query>> {
        let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
            "metadata": {"name": "q"}, "spec": {"input": "x"}, "status": {"phase": phase}});
        Some(Arc::new(serde_json::from_value(object).unwrap()))
    }

    fn told(evaluation: &Evaluation, seen: &Seen, now: &str) -> String {
        match plan(evaluation, seen, now.parse().unwrap()) {
            Plan::Nothing => "nothing".into(),
            Plan::Keep(left) => format!("keep {} s", left.as_secs()),
            Plan::Expire => "expire".into(),
            Plan::Hold(message, left) => format!("hold {:?}: {message}", left.map(|left| left.as_secs())),
            Plan::Fail(error) => format!("{}: {}", error.code, error.message),
            Plan::Score(work) => format!("score, query {}", work.query.is_some()),
            Plan::Batch => "batch".into(),
            Plan::Cancel => "cancel".into(),
        }
    }

    #[test]
    fn it_waits_for_what_it_names_and_then_says_what_is_missing() {
        let spec =
            json!({"type": "query", "config": {"queryRef": {"name": "q"}}, "evaluator": {"name": "judge"}});
        let one = evaluation(spec, json!({}));
        let soon = "2026-01-01T00:01:00Z";
        for (evaluator, query, now, expected) in [
            (None, None, soon, "hold Some(240): Waits: there is no Evaluator 'judge'."),
            (
                evaluator("error"),
                None,
                soon,
                "hold Some(240): Waits: Evaluator 'judge' cannot score. So it is.",
            ),
            (None, None, "2026-01-01T00:06:00Z", "EvaluatorNotReady: there is no Evaluator 'judge'."),
            (evaluator("ready"), None, soon, "hold Some(240): Waits: there is no Query 'q'."),
            (
                evaluator("ready"),
                query("running"),
                "2026-01-02T00:00:00Z",
                "hold None: Waits for the end of Query 'q'.",
            ),
            (
                evaluator("ready"),
                query("error"),
                soon,
                "QueryFailed: Query 'q' ended without an answer (error).",
            ),
            (evaluator("ready"), query("done"), soon, "score, query true"),
        ] {
            assert_eq!(told(&one, &Seen { evaluator, query }, now), expected);
        }
    }

    #[test]
    fn rules_need_no_model() {
        let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
            "metadata": {"name": "judge"}, "spec": {}, "status": {"phase": "error", "message": "So it is.",
            "conditions": [{"type": "Available", "status": "False", "reason": "ModelNotFound", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z"}]}});
        let judge: Arc<Evaluator> = Arc::new(serde_json::from_value(object).unwrap());
        let rules = json!({"queryRef": {"name": "q"}, "rules": [{"name": "r", "expression": "true"}]});
        for (type_, expected) in [("event", "score"), ("query", "hold")] {
            let spec = json!({"type": type_, "config": rules, "evaluator": {"name": "judge"}});
            let seen = Seen { evaluator: Some(judge.clone()), query: query("done") };
            let text = told(&evaluation(spec, json!({})), &seen, "2026-01-01T00:01:00Z");
            assert!(text.starts_with(expected), "{type_}: {text}");
        }
    }

    #[test]
    fn what_lacks_fields_fails_and_what_has_ended_is_kept_for_its_time() {
        let seen = Seen { evaluator: evaluator("ready"), query: None };
        let now = "2026-01-01T00:00:10Z";
        for (type_, config, expected) in [
            ("direct", json!({"input": "x"}), "non-empty spec.config.output"),
            ("query", json!({}), "needs spec.config.queryRef"),
            ("event", json!({"queryRef": {"name": "q"}}), "needs spec.config.rules"),
            ("batch", json!({}), "a batch needs"),
        ] {
            let spec = json!({"type": type_, "config": config, "evaluator": {"name": "judge"}});
            let text = told(&evaluation(spec, json!({})), &seen, now);
            assert!(text.starts_with("InvalidSpec: ") && text.contains(expected), "{text}");
        }
        let done = json!({"phase": "done", "conditions": [{"type": "EvaluationCompleted", "status": "True",
            "reason": "EvaluationSucceeded", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]});
        let one = evaluation(json!({"config": {}, "ttl": "1h"}), done);
        assert_eq!(told(&one, &seen, now), "keep 3590 s");
        assert_eq!(told(&one, &seen, "2026-01-01T01:00:00Z"), "expire");
        let stopped = |status| {
            let mut one = evaluation(json!({"config": {}}), status);
            one.metadata.annotations = Some([(CANCEL.to_owned(), "true".to_owned())].into());
            told(&one, &seen, now)
        };
        assert_eq!(stopped(json!({"phase": "running"})), "cancel");
        assert!(stopped(json!({"phase": "done"})).starts_with("keep"), "what has ended stays as it is");
    }
}

//! The status of an evaluation, in the fields of Ark and ours, and the hand that writes it.

use std::time::Duration;

use kube::ResourceExt;
use kube::api::{Api, Patch, PatchParams};
use serde_json::{Map, Value, json};

use super::plan::ended;
use crate::controllers::{ControllerDeps, patch};
use crate::engine::RunError;
use crate::evaluation::{Finding, Scored, groups, written};
use crate::kubernetes::cache::version_number;
use crate::resources::annotations::{EVALUATION_METADATA_PREFIX, FIELD_MANAGER};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{evaluation as reasons, types};
use crate::resources::duration::GoDuration;
use crate::resources::evaluation_status::{EvaluationPhase, EvaluationResult, EvaluationStatus};
use crate::resources::{Evaluation, TokenUsage};

/// Results that a status holds; of more, those that did not pass come first.
const MAX_RESULTS: usize = 500;
/// Bytes of a reason in a status.
const MAX_REASON: usize = 1000;
/// Annotations of metadata on one object.
const MAX_METADATA: usize = 100;
/// Characters of the value of one.
const MAX_VALUE: usize = 2000;
/// Characters of the name of one, as Kubernetes has it.
const MAX_NAME: usize = 63;
/// Until the cache must have what was written.
const PATIENCE: Duration = Duration::from_secs(5);

/// It waits, or has begun.
pub(super) fn open(evaluation: &Evaluation, phase: EvaluationPhase, message: &str) -> EvaluationStatus {
    let mut status = evaluation.status.clone().unwrap_or_default();
    status.phase = Some(phase);
    message.clone_into(&mut status.message);
    set(evaluation, &mut status, ConditionStatus::False, reasons::RUNNING, message);
    status
}

/// It ended without a score.
pub(super) fn failed(evaluation: &Evaluation, error: &RunError) -> EvaluationStatus {
    let mut status = evaluation.status.clone().unwrap_or_default();
    status.phase = Some(EvaluationPhase::Error);
    status.passed = false;
    status.message = format!("{}: {}", error.code, error.message);
    let message = status.message.clone();
    set(evaluation, &mut status, ConditionStatus::True, reasons::ERRORED, &message);
    status
}

/// It ended because somebody stopped it.
pub(super) fn canceled(evaluation: &Evaluation) -> EvaluationStatus {
    const MESSAGE: &str = "Somebody stopped it.";
    let mut status = evaluation.status.clone().unwrap_or_default();
    status.phase = Some(EvaluationPhase::Canceled);
    status.passed = false;
    MESSAGE.clone_into(&mut status.message);
    set(evaluation, &mut status, ConditionStatus::True, reasons::CANCELED, MESSAGE);
    status
}

/// It ended with a score.
pub(super) fn done(evaluation: &Evaluation, scored: &Scored, took: Duration) -> EvaluationStatus {
    let mut status = evaluation.status.clone().unwrap_or_default();
    status.phase = Some(EvaluationPhase::Done);
    status.score = written(scored.score);
    status.passed = scored.passed;
    status.results = results(&scored.findings);
    paid(&mut status, scored);
    status.duration =
        Some(GoDuration::from(Duration::from_millis(u64::try_from(took.as_millis()).unwrap_or(0))));
    scored.message.clone_into(&mut status.message);
    set(evaluation, &mut status, ConditionStatus::True, reasons::SUCCEEDED, &scored.message);
    status
}

/// What its judges were paid.
pub(super) fn paid(status: &mut EvaluationStatus, scored: &Scored) {
    status.cost = costs(scored.costs.iter().map(|(currency, nanos)| (currency.as_str(), *nanos)));
    status.token_usage = (scored.usage != TokenUsage::default()).then_some(scored.usage);
}

fn results(findings: &[Finding]) -> Vec<EvaluationResult> {
    let mut chosen: Vec<&Finding> = findings.iter().collect();
    if chosen.len() > MAX_RESULTS {
        chosen.sort_by_key(|finding| finding.passed);
        chosen.truncate(MAX_RESULTS);
    }
    let one = |finding: &Finding| EvaluationResult {
        name: finding.name.clone(),
        score: written(finding.score),
        passed: finding.passed,
        weight: if (finding.weight - 1.0).abs() < f64::EPSILON {
            String::new()
        } else {
            finding.weight.to_string()
        },
        reason: finding.reason[..finding.reason.floor_char_boundary(MAX_REASON)].to_owned(),
    };
    chosen.into_iter().map(one).collect()
}

/// Amounts in thousand-millionths of their currencies, as statuses write them.
#[expect(clippy::cast_precision_loss, reason = "shown with six digits")]
pub(super) fn costs<'a>(sums: impl Iterator<Item = (&'a str, i64)>) -> String {
    let sums = sums.map(|(currency, nanos)| format!("{:.6} {currency}", nanos as f64 / 1e9));
    sums.collect::<Vec<_>>().join(" + ")
}

pub(super) fn set(
    evaluation: &Evaluation,
    status: &mut EvaluationStatus,
    holds: ConditionStatus,
    reason: &str,
    message: &str,
) {
    let generation = evaluation.metadata.generation;
    let new = Condition::new(types::EVALUATION_COMPLETED, holds, reason, message, generation, &patch::now());
    condition::set(&mut status.conditions, new);
}

/// Writes what is new; one that is gone, or another of its name, is fine.
pub(super) async fn write(
    deps: &ControllerDeps,
    evaluation: &Evaluation,
    status: &EvaluationStatus,
) -> Result<(), kube::Error> {
    if evaluation.status.as_ref() == Some(status) {
        return Ok(());
    }
    let mut json = json!({"metadata": {"uid": evaluation.metadata.uid}, "status": status});
    // Serialising leaves nothing out; a merge patch must say it, or what was there before stays.
    if let Some(fields) = json["status"].as_object_mut() {
        fields.entry("message").or_insert("".into());
        for name in [
            "score",
            "results",
            "cost",
            "tokenUsage",
            "duration",
            "experiment",
            "items",
            "itemsPassed",
            "trend",
            "comparisons",
            "batchProgress",
        ] {
            fields.entry(name).or_insert(Value::Null);
        }
        if let Some(progress) = fields["batchProgress"].as_object_mut() {
            progress.entry("childEvaluations").or_insert(Value::Null);
        }
    }
    let patched =
        api(deps, evaluation).patch_status(&evaluation.name_any(), &params(), &Patch::Merge(&json)).await;
    if let Some(after) = sent(patched)?.filter(ended) {
        known(deps, &after).await;
    }
    Ok(())
}

/// Waits until the cache has what was written: by what is older it would be done again.
pub(super) async fn known(deps: &ControllerDeps, after: &Evaluation) {
    let version = version_number(after.metadata.resource_version.as_deref());
    if tokio::time::timeout(PATIENCE, deps.evaluations.reached(version)).await.is_err() {
        tracing::debug!(name = %after.name_any(), "the watch is behind what was written");
    }
}

/// Writes what was said besides as annotations, where Ark's clients look for it.
pub(super) async fn annotate(
    deps: &ControllerDeps,
    evaluation: &Evaluation,
    scored: &Scored,
) -> Result<(), kube::Error> {
    let annotations = annotations(scored);
    let there = evaluation.annotations();
    if annotations.iter().all(|(name, value)| value.is_null() && !there.contains_key(name)) {
        return Ok(());
    }
    let json = json!({"metadata": {"uid": evaluation.metadata.uid, "annotations": annotations}});
    sent(api(deps, evaluation).patch(&evaluation.name_any(), &params(), &Patch::Merge(&json)).await)?;
    Ok(())
}

/// What was said besides, as a merge patch has annotations. It takes away only what it names: groups of an earlier run would stay.
fn annotations(scored: &Scored) -> Map<String, Value> {
    let said = scored.metadata.iter().take(MAX_METADATA).filter_map(|(name, value)| {
        let value: String = value.chars().take(MAX_VALUE).collect();
        Some((format!("{EVALUATION_METADATA_PREFIX}{}", annotation(name)?), Value::from(value)))
    });
    let mut annotations: Map<String, Value> = said.collect();
    for name in [groups::BY_CATEGORY, groups::BY_DIFFICULTY] {
        annotations.entry(format!("{EVALUATION_METADATA_PREFIX}{name}")).or_insert(Value::Null);
    }
    annotations
}

/// A name that Kubernetes takes: what a service calls its metadata must not make the write fail.
fn annotation(name: &str) -> Option<String> {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .collect();
    let cut: String =
        plain.trim_matches(|c: char| !c.is_ascii_alphanumeric()).chars().take(MAX_NAME).collect();
    let cut = cut.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    (!cut.is_empty()).then(|| cut.to_owned())
}

fn api(deps: &ControllerDeps, evaluation: &Evaluation) -> Api<Evaluation> {
    Api::namespaced(deps.client.clone(), &evaluation.namespace().unwrap_or_default())
}

fn params() -> PatchParams {
    PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() }
}

fn sent(outcome: Result<Evaluation, kube::Error>) -> Result<Option<Evaluation>, kube::Error> {
    match outcome {
        Ok(after) => Ok(Some(after)),
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(None),
        Err(kube::Error::Api(answer)) if answer.code == 409 && answer.message.contains("UID") => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_metadata_become_names_of_annotations() {
        for (name, expected) in [
            ("reasoning", Some("reasoning")),
            ("rule_0_forecast called?_passed", Some("rule_0_forecast_called__passed")),
            ("_x_", Some("x")),
            ("???", None),
        ] {
            assert_eq!(annotation(name).as_deref(), expected);
        }
        assert_eq!(annotation(&"x".repeat(99)).unwrap().len(), 63);
    }

    #[test]
    fn groups_that_a_result_does_not_have_are_taken_away() {
        let mut scored = Scored::default();
        scored.metadata.insert("reasoning".into(), "Noon.".into());
        scored.metadata.insert(groups::BY_DIFFICULTY.into(), r#"[["easy",1,1,1.0]]"#.into());
        assert_eq!(
            Value::Object(annotations(&scored)),
            json!({
                "evaluation.metadata/reasoning": "Noon.",
                "evaluation.metadata/category_scores": null,
                "evaluation.metadata/difficulty_scores": r#"[["easy",1,1,1.0]]"#,
            })
        );
    }
}

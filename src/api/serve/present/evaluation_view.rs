//! What came of an Evaluation.

use kube::ResourceExt;

use super::evaluation::{passed, query, score, word};
use super::evaluation_form::evaluation_form;
use super::{Present, World, namespace};
use crate::evaluation::groups;
use crate::resources::annotations::EVALUATION_METADATA_PREFIX;
use crate::resources::evaluation_status::{EvaluationPhase, EvaluationResult};
use crate::resources::kind::Kind;
use crate::resources::{Evaluation, EvaluationType};
use crate::views::ObjectKey;
use crate::views::evaluation::{ChildView, EvaluationView};
use crate::views::experiments::{FindingView, Progress};
use crate::views::groups::{GroupView, GroupsView};
use crate::views::run::TokenUsage;

/// Evaluations of a batch whose times are told; of a larger one, none are.
const MAX_TIMED: usize = 100;

fn finding(result: &EvaluationResult) -> FindingView {
    FindingView {
        name: result.name.clone(),
        score: result.score.parse().unwrap_or_default(),
        passed: result.passed,
        weight: result.weight.parse().unwrap_or(1.0),
        reason: result.reason.clone(),
    }
}

fn count(figure: i32) -> usize {
    usize::try_from(figure).unwrap_or_default()
}

/// What came of it, beside its form.
pub(super) fn view(evaluation: &Evaluation, world: &World) -> EvaluationView {
    let status = evaluation.status.clone().unwrap_or_default();
    let own = namespace(&evaluation.metadata);
    let progress = status.batch_progress.as_ref();
    let children = progress.map(|progress| progress.child_evaluations.as_slice()).unwrap_or_default();
    let timed = children.len() <= MAX_TIMED;
    let children = children.iter().map(|child| {
        // One of another namespace is named with it.
        let (place, name) = child.name.split_once('/').unwrap_or((own, child.name.as_str()));
        ChildView {
            key: ObjectKey::new(Kind::Evaluation, place, name),
            status: word(child.phase, child.passed, false, &child.message),
            score: score(&child.score),
            passed: child.passed,
            message: child.message.clone(),
            times: if timed { times(world, place, name) } else { None },
        }
    });
    EvaluationView {
        form: evaluation_form(evaluation),
        query: query(evaluation),
        score: score(&status.score),
        passed: passed(evaluation),
        results: status.results.iter().map(finding).collect(),
        groups: groups(evaluation),
        progress: progress.map(|progress| Progress {
            total: count(progress.total),
            completed: count(progress.completed),
            failed: count(progress.failed),
            running: count(progress.running),
            eta_ms: None,
        }),
        children: children.collect(),
        tokens: status.token_usage.as_ref().map(|usage| TokenUsage {
            prompt: usage.prompt_tokens,
            completion: usage.completion_tokens,
            cached: usage.cached_tokens,
        }),
        cost: status.cost,
        duration_ms: status.duration.map(|took| took.as_nanos() / 1_000_000),
        message: status.message,
    }
}

/// When an evaluation of a batch began and ended, once it has.
fn times(world: &World, namespace: &str, name: &str) -> Option<(i64, i64)> {
    let child = world.caches.evaluations.get(namespace, name)?;
    let (began, ended) = child.times();
    began.zip(ended)
}

/// How the examples of a baseline did, as its metadata has it. What it has before a run is done is of an earlier one.
fn groups(evaluation: &Evaluation) -> Vec<GroupsView> {
    let done = evaluation.status.as_ref().and_then(|status| status.phase) == Some(EvaluationPhase::Done);
    if evaluation.spec.type_ != EvaluationType::Baseline || !done {
        return Vec::new();
    }
    let annotations = evaluation.annotations();
    let kinds = [("Category", groups::BY_CATEGORY), ("Difficulty", groups::BY_DIFFICULTY)];
    let kinds = kinds.into_iter().filter_map(|(by, name)| {
        let text = annotations.get(&format!("{EVALUATION_METADATA_PREFIX}{name}"))?;
        let groups: Vec<GroupView> = groups::read(text).into_iter().map(group).collect();
        (!groups.is_empty()).then(|| GroupsView { by: by.to_owned(), groups })
    });
    kinds.collect()
}

fn group(groups::Group(name, items, passed, mean): groups::Group) -> GroupView {
    GroupView { name, items, passed, mean, base: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_baseline_tells_its_groups_and_nothing_else_does() {
        let evaluation = |type_: &str, phase: &str, kept: &str| -> Evaluation {
            let annotations = json!({"evaluation.metadata/category_scores": kept});
            serde_json::from_value(json!({
                "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation",
                "metadata": {"name": "golden", "annotations": annotations},
                "spec": {"type": type_, "config": {}}, "status": {"phase": phase},
            }))
            .unwrap()
        };
        let kept = r#"[["billing",4,3,0.812],["",1,0,0.0]]"#;
        let told = groups(&evaluation("baseline", "done", kept));
        assert_eq!((told.len(), told[0].by.as_str(), told[0].groups.len()), (1, "Category", 2));
        let first = GroupView { name: "billing".into(), items: 4, passed: 3, mean: 0.812, base: None };
        assert_eq!(told[0].groups[0], first);
        for (type_, phase, kept) in [
            ("direct", "done", kept),
            ("baseline", "running", kept),
            ("baseline", "error", kept),
            ("baseline", "done", "a person wrote this"),
        ] {
            assert!(groups(&evaluation(type_, phase, kept)).is_empty(), "{type_} {phase}");
        }
    }
}

//! What came of one evaluation, as reports tell it. Pure.

use kube::ResourceExt;
use serde::Serialize;

use crate::resources::comparison::Comparison;
use crate::resources::{Evaluation, EvaluationPhase};

/// One evaluation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) score: Option<f64>,
    pub(super) passed: bool,
    pub(super) message: String,
    /// Number of the experiment, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) experiment: Option<i32>,
    pub(super) parts: Vec<Part>,
    /// What its targets are compared with; items that moved down come first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) comparisons: Vec<Comparison>,
}

/// What it is made of: measures, criteria, rules, examples, targets of an experiment, or evaluations of a batch.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) score: String,
    pub(super) passed: bool,
    pub(super) reason: String,
}

impl Outcome {
    /// What an evaluation's status says; with `least` it passes when its score reaches that.
    pub(super) fn of(evaluation: &Evaluation, least: Option<f64>) -> Self {
        let status = evaluation.status.clone().unwrap_or_default();
        let done = status.phase == Some(EvaluationPhase::Done);
        let score = status.score.parse::<f64>().ok().filter(|_| done);
        let passed = match (score, least) {
            (None, _) => false,
            (Some(_), None) => status.passed,
            (Some(score), Some(least)) => score >= least,
        };
        let results = status.results.into_iter().map(|one| Part {
            name: one.name,
            score: one.score,
            passed: one.passed,
            reason: one.reason,
        });
        let children =
            status.batch_progress.unwrap_or_default().child_evaluations.into_iter().map(|one| Part {
                name: one.name,
                score: if one.score.is_empty() { "–".to_owned() } else { one.score },
                passed: one.passed,
                reason: one.message,
            });
        Self {
            name: evaluation.name_any(),
            score,
            passed,
            message: status.message,
            experiment: status.experiment,
            parts: results.chain(children).collect(),
            comparisons: status.comparisons,
        }
    }

    /// The score with three digits.
    pub(super) fn shown(&self) -> String {
        self.score.map_or_else(|| "  –  ".to_owned(), |score| format!("{score:.3}"))
    }
}

//! Evaluations and evaluators: their forms, and scoring again.

use leptos::prelude::*;

use crate::views::ObjectKey;
use crate::views::evaluation::{EvaluationForm, EvaluatorForm};
use crate::views::problem::Problem;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// Creates or changes an evaluation. With `dry_run` only judges. Rules that cannot be read are told at their fields.
#[server(prefix = "/api", endpoint = "evaluations/save", input = Json, output = Json)]
pub async fn save_evaluation(form: EvaluationForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    serve::forms::save_evaluation(form, dry_run).await
}

/// The manifest that an evaluation form stands for, as YAML.
#[server(prefix = "/api", endpoint = "evaluations/preview", input = Json, output = Json)]
pub async fn preview_evaluation(form: EvaluationForm) -> Result<String, Problem> {
    serve::forms::preview_evaluation(form).await
}

/// Why each of these CEL rules cannot be read: line, column and what is wrong there; `None` for one that can.
#[server(prefix = "/api", endpoint = "evaluations/rules", input = Json, output = Json)]
pub async fn read_rules(rules: Vec<String>) -> Result<Vec<Option<String>>, Problem> {
    serve::evaluations::read_rules(rules).await
}

/// Scores the same again, as an evaluation of its own.
#[server(prefix = "/api", endpoint = "evaluations/again", input = Json, output = Json)]
pub async fn evaluate_again(key: ObjectKey) -> Result<ObjectKey, Problem> {
    serve::evaluations::again(key).await
}

/// Creates or changes an evaluator. With `dry_run` only judges.
#[server(prefix = "/api", endpoint = "evaluators/save", input = Json, output = Json)]
pub async fn save_evaluator(form: EvaluatorForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    serve::forms::save_evaluator(form, dry_run).await
}

/// The manifest that an evaluator form stands for, as YAML.
#[server(prefix = "/api", endpoint = "evaluators/preview", input = Json, output = Json)]
pub async fn preview_evaluator(form: EvaluatorForm) -> Result<String, Problem> {
    serve::forms::preview_evaluator(form).await
}

//! Experiments as pages see them.

use crate::views::experiments::{
    ExperimentKey, ExperimentRequest, ExperimentView, ItemView, Side, TargetName,
};
use crate::views::problem::{Problem, ProblemCode};

fn later() -> Problem {
    Problem::new(ProblemCode::Internal, "not joined yet")
}

/// An experiment beside its baseline.
pub async fn get(_request: ExperimentRequest) -> Result<ExperimentView, Problem> {
    Err(later())
}

/// One item beside the same of the baseline.
pub async fn item(
    _key: ExperimentKey,
    _target: TargetName,
    _base: Option<Side>,
    _item: String,
) -> Result<ItemView, Problem> {
    Err(later())
}

/// Runs an experiment again.
pub async fn rerun(_namespace: String, _evaluation: String) -> Result<u32, Problem> {
    Err(later())
}

/// Stops an Evaluation.
pub async fn cancel(_namespace: String, _evaluation: String) -> Result<(), Problem> {
    Err(later())
}

/// Makes an experiment the baseline.
pub async fn set_baseline(_key: ExperimentKey) -> Result<(), Problem> {
    Err(later())
}

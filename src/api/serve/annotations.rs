//! What people say of answers.

use crate::views::experiments::{ExperimentKey, QueueView, TargetName};
use crate::views::problem::{Problem, ProblemCode};

/// What waits for this person.
pub async fn queue(_key: ExperimentKey) -> Result<QueueView, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not joined yet"))
}

/// Keeps what this person says.
pub async fn annotate(
    _key: ExperimentKey,
    _target: TargetName,
    _item: String,
    _scores: Vec<(String, f64)>,
    _passed: bool,
    _note: String,
) -> Result<(), Problem> {
    Err(Problem::new(ProblemCode::Internal, "not joined yet"))
}

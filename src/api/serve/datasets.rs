//! Data sets as pages see them.

use crate::views::datasets::{DataSetChange, DataSetRequest, DataSetRow, DataSetView};
use crate::views::problem::{Problem, ProblemCode};

fn later() -> Problem {
    Problem::new(ProblemCode::Internal, "not joined yet")
}

/// The data sets of a namespace, or of all.
pub async fn list(_namespace: Option<String>) -> Result<Vec<DataSetRow>, Problem> {
    Err(later())
}

/// A data set.
pub async fn get(_request: DataSetRequest) -> Result<DataSetView, Problem> {
    Err(later())
}

/// The next version.
pub async fn change(_change: DataSetChange) -> Result<u32, Problem> {
    Err(later())
}

/// As JSONL.
pub async fn export(_namespace: String, _name: String, _version: u32) -> Result<String, Problem> {
    Err(later())
}

/// Deletes it.
pub async fn delete(_namespace: String, _name: String) -> Result<(), Problem> {
    Err(later())
}

//! Use cases of `api`.
#![allow(unused_imports)]

use crate::views::ObjectKey;
use crate::views::detail::{Detail, EventView};
use crate::views::forms::*;
use crate::views::home::{Hit, HomeView};
use crate::views::live::Subscription;
use crate::views::problem::{Problem, ProblemCode};
use crate::views::row::{ListPage, ListRequest};
use crate::views::run::{RunEntry, RunView};
use crate::views::yaml::{ApplyOutcome, YamlDocument};

pub async fn create(_form: QueryForm) -> Result<ObjectKey, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn form(_key: ObjectKey) -> Result<QueryForm, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn rerun(_key: ObjectKey) -> Result<ObjectKey, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn cancel(_key: ObjectKey) -> Result<(), Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn run(_key: ObjectKey) -> Result<RunView, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn entries(_key: ObjectKey, _before: u64) -> Result<Vec<RunEntry>, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

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

pub async fn list(_request: ListRequest) -> Result<ListPage, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn get(_key: ObjectKey) -> Result<Detail, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn delete(_keys: Vec<ObjectKey>) -> Result<Vec<(ObjectKey, Problem)>, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn namespaces() -> Result<Vec<String>, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn events(_namespace: Option<String>) -> Result<Vec<EventView>, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn search(_namespace: Option<String>, _text: String) -> Result<Vec<Hit>, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

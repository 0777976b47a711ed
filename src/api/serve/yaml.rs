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

pub async fn get(_key: ObjectKey) -> Result<YamlDocument, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn template(_kind: crate::resources::kind::Kind, _namespace: String) -> Result<String, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn apply(
    _namespace: Option<String>,
    _text: String,
    _version: Option<String>,
    _dry_run: bool,
) -> Result<ApplyOutcome, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

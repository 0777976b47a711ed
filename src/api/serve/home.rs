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

pub async fn get(_namespace: Option<String>) -> Result<HomeView, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

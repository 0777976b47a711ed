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

pub async fn choices(_namespace: String) -> Result<Choices, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn save_model(_form: ModelForm, _dry_run: bool) -> Result<ObjectKey, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn test_model(_form: ModelForm) -> Result<TestReport, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn save_agent(_form: AgentForm, _dry_run: bool) -> Result<ObjectKey, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn preview_model(_form: ModelForm) -> Result<String, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

pub async fn preview_agent(_form: AgentForm) -> Result<String, Problem> {
    Err(Problem::new(ProblemCode::Internal, "not wired yet"))
}

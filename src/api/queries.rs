//! Queries: ask, follow, cancel, ask again.

use leptos::prelude::*;

use crate::views::ObjectKey;
use crate::views::answers::AnswerDiff;
use crate::views::forms::QueryForm;
use crate::views::problem::Problem;
use crate::views::run::{RunEntry, RunView};

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// Asks; answers with the key of the new query.
#[server(prefix = "/api", endpoint = "queries/create", input = Json, output = Json)]
pub async fn create_query(form: QueryForm) -> Result<ObjectKey, Problem> {
    serve::queries::create(form).await
}

/// The manifest that a question stands for, as YAML.
#[server(prefix = "/api", endpoint = "queries/preview", input = Json, output = Json)]
pub async fn preview_query(form: QueryForm) -> Result<String, Problem> {
    serve::forms::preview_query(form).await
}

/// A form filled from an existing query, to ask again.
#[server(prefix = "/api", endpoint = "queries/form", input = Json, output = Json)]
pub async fn fill_query_form(key: ObjectKey) -> Result<QueryForm, Problem> {
    serve::queries::form(key).await
}

/// Asks the same again, in this conversation where one is named; answers with the key of the new query.
#[server(prefix = "/api", endpoint = "queries/rerun", input = Json, output = Json)]
pub async fn rerun_query(
    key: ObjectKey,
    #[server(default)] conversation: Option<String>,
) -> Result<ObjectKey, Problem> {
    serve::queries::rerun(key, conversation.as_deref()).await
}

/// Asks the engine to cancel; the page says `Canceled` only when the run does.
#[server(prefix = "/api", endpoint = "queries/cancel", input = Json, output = Json)]
pub async fn cancel_query(key: ObjectKey) -> Result<(), Problem> {
    serve::queries::cancel(key).await
}

/// The run of a query.
#[server(prefix = "/api", endpoint = "queries/run", input = Json, output = Json)]
pub async fn get_run(key: ObjectKey) -> Result<RunView, Problem> {
    serve::queries::run(key).await
}

/// Journal entries before number `before`, newest last, at most 500; for long runs.
#[server(prefix = "/api", endpoint = "queries/entries", input = Json, output = Json)]
pub async fn get_entries(key: ObjectKey, before: u64) -> Result<Vec<RunEntry>, Problem> {
    serve::queries::entries(key, before).await
}

/// What differs between the answers of two targets, by their numbers in the run.
#[server(prefix = "/api", endpoint = "queries/compare", input = Json, output = Json)]
pub async fn compare_answers(key: ObjectKey, left: usize, right: usize) -> Result<AnswerDiff, Problem> {
    serve::answers::compare(key, left, right).await
}

//! Forms: what they offer, saving them, and the connection test of a model.

use leptos::prelude::*;

use crate::views::ObjectKey;
use crate::views::forms::{AgentForm, Choices, ModelForm, TeamForm, TestReport, ToolSpecForm, ToolTrial};
use crate::views::problem::Problem;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// Names that the forms of a namespace offer.
#[server(prefix = "/api", endpoint = "forms/choices", input = Json, output = Json)]
pub async fn get_choices(namespace: String) -> Result<Choices, Problem> {
    serve::forms::choices(namespace).await
}

/// Creates or changes a model; a typed key becomes a Secret first. With `dry_run` only judges.
#[server(prefix = "/api", endpoint = "models/save", input = Json, output = Json)]
pub async fn save_model(form: ModelForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    serve::forms::save_model(form, dry_run).await
}

/// Tests what the form says without saving it: address, key, model name, first token.
#[server(prefix = "/api", endpoint = "models/test", input = Json, output = Json)]
pub async fn test_model(form: ModelForm) -> Result<TestReport, Problem> {
    serve::forms::test_model(form).await
}

/// Creates or changes an agent. With `dry_run` only judges.
#[server(prefix = "/api", endpoint = "agents/save", input = Json, output = Json)]
pub async fn save_agent(form: AgentForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    serve::forms::save_agent(form, dry_run).await
}

/// The manifest that a model form stands for, as YAML; typed secrets are left out.
#[server(prefix = "/api", endpoint = "models/preview", input = Json, output = Json)]
pub async fn preview_model(form: ModelForm) -> Result<String, Problem> {
    serve::forms::preview_model(form).await
}

/// The manifest that an agent form stands for, as YAML.
#[server(prefix = "/api", endpoint = "agents/preview", input = Json, output = Json)]
pub async fn preview_agent(form: AgentForm) -> Result<String, Problem> {
    serve::forms::preview_agent(form).await
}

/// Creates or changes a team. With `dry_run` only judges.
#[server(prefix = "/api", endpoint = "teams/save", input = Json, output = Json)]
pub async fn save_team(form: TeamForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    serve::forms::save_team(form, dry_run).await
}

/// The manifest that a team form stands for, as YAML.
#[server(prefix = "/api", endpoint = "teams/preview", input = Json, output = Json)]
pub async fn preview_team(form: TeamForm) -> Result<String, Problem> {
    serve::forms::preview_team(form).await
}

/// Creates or changes a tool. With `dry_run` only judges.
#[server(prefix = "/api", endpoint = "tools/save", input = Json, output = Json)]
pub async fn save_tool(form: ToolSpecForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    serve::forms::save_tool(form, dry_run).await
}

/// The manifest that a tool form stands for, as YAML.
#[server(prefix = "/api", endpoint = "tools/preview", input = Json, output = Json)]
pub async fn preview_tool(form: ToolSpecForm) -> Result<String, Problem> {
    serve::forms::preview_tool(form).await
}

/// Calls a tool as a run would, with arguments as JSON text, and passes the result through a jq filter if one is given. A
/// tool that is not as it is saved may be tried by those who may save it.
#[server(prefix = "/api", endpoint = "tools/try", input = Json, output = Json)]
pub async fn try_tool(form: ToolSpecForm, arguments: String, filter: String) -> Result<ToolTrial, Problem> {
    serve::tools::try_tool(form, arguments, filter).await
}

/// The request that a call of a tool would send, as text; empty for a tool that sends none. Secrets are named in it.
#[server(prefix = "/api", endpoint = "tools/request", input = Json, output = Json)]
pub async fn tool_request(form: ToolSpecForm, arguments: String) -> Result<String, Problem> {
    serve::tools::request(form, arguments).await
}

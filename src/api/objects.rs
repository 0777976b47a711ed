//! Lists, pages and YAML of any kind; namespaces, home and search.

use leptos::prelude::*;

use crate::views::ObjectKey;
use crate::views::detail::{Detail, EventView};
use crate::views::home::{Hit, HomeView};
use crate::views::problem::Problem;
use crate::views::row::{ListPage, ListRequest};
use crate::views::usage::UsageView;
use crate::views::yaml::{ApplyOutcome, YamlDocument};

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// One window of a list.
#[server(prefix = "/api", endpoint = "objects/list", input = Json, output = Json)]
pub async fn list_objects(request: ListRequest) -> Result<ListPage, Problem> {
    serve::objects::list(request).await
}

/// One object's page. `NotFound` when it does not exist.
#[server(prefix = "/api", endpoint = "objects/get", input = Json, output = Json)]
pub async fn get_object(key: ObjectKey) -> Result<Detail, Problem> {
    serve::objects::get(key).await
}

/// An object as YAML text.
#[server(prefix = "/api", endpoint = "objects/yaml", input = Json, output = Json)]
pub async fn get_yaml(key: ObjectKey) -> Result<YamlDocument, Problem> {
    serve::yaml::get(key).await
}

/// A starting text for a new object of this kind: a commented one, or a copy of the object named `from`.
#[server(prefix = "/api", endpoint = "objects/template", input = Json, output = Json)]
pub async fn yaml_template(
    kind: crate::resources::kind::Kind,
    namespace: String,
    from: Option<String>,
) -> Result<String, Problem> {
    serve::yaml::template(kind, namespace, from).await
}

/// Applies one YAML document as the person. `version` is the resourceVersion that the text was read at, so that
/// a change by somebody else in between is a `Conflict`; `None` to create. `dry_run` changes nothing and shows
/// the diff. Field errors carry lines of `text`.
#[server(prefix = "/api", endpoint = "objects/apply", input = Json, output = Json)]
pub async fn apply_yaml(
    namespace: Option<String>,
    text: String,
    version: Option<String>,
    dry_run: bool,
) -> Result<ApplyOutcome, Problem> {
    serve::yaml::apply(namespace, text, version, dry_run).await
}

/// Deletes objects; the interface offers undo before it calls this. Answers for each that could not be deleted.
#[server(prefix = "/api", endpoint = "objects/delete", input = Json, output = Json)]
pub async fn delete_objects(keys: Vec<ObjectKey>) -> Result<Vec<(ObjectKey, Problem)>, Problem> {
    serve::objects::delete(keys).await
}

/// Namespaces that the person may see, sorted.
#[server(prefix = "/api", endpoint = "namespaces/list", input = Json, output = Json)]
pub async fn list_namespaces() -> Result<Vec<String>, Problem> {
    serve::objects::namespaces().await
}

/// Events of a namespace or of all, newest first, at most 200.
#[server(prefix = "/api", endpoint = "events/list", input = Json, output = Json)]
pub async fn list_events(namespace: Option<String>) -> Result<Vec<EventView>, Problem> {
    serve::objects::events(namespace).await
}

/// Home of a namespace or of all.
#[server(prefix = "/api", endpoint = "home/get", input = Json, output = Json)]
pub async fn get_home(namespace: Option<String>) -> Result<HomeView, Problem> {
    serve::home::get(namespace).await
}

/// Tokens and cost of the runs of an agent, a team or a model, over time.
#[server(prefix = "/api", endpoint = "objects/usage", input = Json, output = Json)]
pub async fn get_usage(key: ObjectKey) -> Result<UsageView, Problem> {
    serve::usage::usage(key, crate::engine::journal::now_ms()).await
}

/// Objects whose name or purpose matches, best first, at most 20; for the command palette.
#[server(prefix = "/api", endpoint = "objects/search", input = Json, output = Json)]
pub async fn search_objects(namespace: Option<String>, text: String) -> Result<Vec<Hit>, Problem> {
    serve::objects::search(namespace, text).await
}

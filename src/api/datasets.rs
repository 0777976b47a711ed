//! Data sets: listed, read, changed, taken from past runs.

use leptos::prelude::*;

use crate::views::datasets::{DataSetChange, DataSetRequest, DataSetRow, DataSetView};
use crate::views::problem::Problem;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// The data sets of a namespace, or of all.
#[server(prefix = "/api", endpoint = "datasets/list", input = Json, output = Json)]
pub async fn list_data_sets(namespace: Option<String>) -> Result<Vec<DataSetRow>, Problem> {
    serve::datasets::list(namespace).await
}

/// A data set with a window of its items. `NotFound` when it does not exist.
#[server(prefix = "/api", endpoint = "datasets/get", input = Json, output = Json)]
pub async fn get_data_set(request: DataSetRequest) -> Result<DataSetView, Problem> {
    serve::datasets::get(request).await
}

/// What became of a data set that is open: as [`get_data_set`], and nothing when it is gone by now.
#[server(prefix = "/api", endpoint = "datasets/now", input = Json, output = Json)]
pub async fn data_set_now(request: DataSetRequest) -> Result<Option<DataSetView>, Problem> {
    serve::datasets::now(request).await
}

/// Makes the next version of a data set, or a new one; answers with its number. What is wrong in a text is told with its line.
#[server(prefix = "/api", endpoint = "datasets/change", input = Json, output = Json)]
pub async fn change_data_set(change: DataSetChange) -> Result<u32, Problem> {
    serve::datasets::change(change).await
}

/// A data set as JSONL, at most 16 MiB of it.
#[server(prefix = "/api", endpoint = "datasets/export", input = Json, output = Json)]
pub async fn export_data_set(namespace: String, name: String, version: u32) -> Result<String, Problem> {
    serve::datasets::export(namespace, name, version).await
}

/// Deletes a data set with all its versions; experiments keep what they asked.
#[server(prefix = "/api", endpoint = "datasets/delete", input = Json, output = Json)]
pub async fn delete_data_set(namespace: String, name: String) -> Result<(), Problem> {
    serve::datasets::delete(namespace, name).await
}

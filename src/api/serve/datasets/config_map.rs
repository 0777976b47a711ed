//! Data sets that are ConfigMaps, read and written as the person.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, DeleteParams, ListParams, ObjectMeta, PostParams};

use super::{Desk, MAX_LISTED};
use crate::evaluation::datasets::is_data_set;
use crate::kubernetes::apply::MANAGER;
use crate::kubernetes::problem::explain;
use crate::resources::annotations::DATA_SET_LABEL;
use crate::views::problem::{Problem, ProblemCode};

/// Bytes that the Kubernetes API takes in a ConfigMap.
const MAX_BYTES: usize = 1 << 20;

/// Those of a namespace, or of all, by name.
pub(super) async fn list(desk: &Desk, namespace: Option<&str>) -> Result<Vec<ConfigMap>, Problem> {
    let client = desk.world.client().clone();
    let api: Api<ConfigMap> = match namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    let params = ListParams::default().labels(&format!("{DATA_SET_LABEL}=true")).limit(MAX_LISTED);
    match api.list(&params).await {
        Ok(list) => Ok(list.items),
        // Who may not list ConfigMaps has those that are kept here.
        Err(kube::Error::Api(status)) if status.code == 403 => {
            tracing::debug!(reason = %status.message, "data sets in ConfigMaps are not shown");
            Ok(Vec::new())
        }
        Err(error) => Err(explain("listing the ConfigMaps of data sets", &error)),
    }
}

fn api(desk: &Desk, namespace: &str) -> Api<ConfigMap> {
    Api::namespaced(desk.world.client().clone(), namespace)
}

/// One, as it is now.
pub(super) async fn read(desk: &Desk, namespace: &str, name: &str) -> Result<ConfigMap, Problem> {
    let what = format!("reading ConfigMap {namespace}/{name}");
    let map = api(desk, namespace).get(name).await.map_err(|error| explain(&what, &error))?;
    if is_data_set(&map) {
        Ok(map)
    } else {
        Err(Problem::new(
            ProblemCode::NotFound,
            format!("ConfigMap {namespace}/{name} is no data set: it has no label {DATA_SET_LABEL}=true."),
        ))
    }
}

/// Creates one with a text under a key.
pub(super) async fn create(
    desk: &Desk,
    namespace: &str,
    name: &str,
    key: &str,
    text: String,
) -> Result<ConfigMap, Problem> {
    fits(&text)?;
    let labels = [(DATA_SET_LABEL.to_owned(), "true".to_owned())].into();
    let metadata = ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(namespace.to_owned()),
        labels: Some(labels),
        ..ObjectMeta::default()
    };
    let data = Some([(key.to_owned(), text)].into());
    let map = ConfigMap { metadata, data, ..ConfigMap::default() };
    let what = format!("creating ConfigMap {namespace}/{name}");
    api(desk, namespace).create(&params(), &map).await.map_err(|error| explain(&what, &error))
}

/// Writes a text under a key of the one that was read; somebody who was faster is a conflict.
pub(super) async fn replace(
    desk: &Desk,
    mut map: ConfigMap,
    key: &str,
    text: String,
) -> Result<ConfigMap, Problem> {
    fits(&text)?;
    let namespace = map.metadata.namespace.clone().unwrap_or_default();
    let name = map.metadata.name.clone().unwrap_or_default();
    map.data.get_or_insert_default().insert(key.to_owned(), text);
    let what = format!("saving ConfigMap {namespace}/{name}");
    api(desk, &namespace).replace(&name, &params(), &map).await.map_err(|error| explain(&what, &error))
}

/// Deletes one.
pub(super) async fn delete(desk: &Desk, namespace: &str, name: &str) -> Result<(), Problem> {
    let what = format!("deleting ConfigMap {namespace}/{name}");
    let deleted = api(desk, namespace).delete(name, &DeleteParams::default()).await;
    deleted.map(drop).map_err(|error| explain(&what, &error))
}

fn params() -> PostParams {
    PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() }
}

fn fits(text: &str) -> Result<(), Problem> {
    if text.len() < MAX_BYTES {
        return Ok(());
    }
    Err(Problem::new(
        ProblemCode::Invalid,
        format!("A ConfigMap holds 1 MiB, and the items have {} bytes.", text.len()),
    )
    .next("Keep the data set in the store of Arkdeck."))
}

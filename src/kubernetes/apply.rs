//! Writes of people: server-side apply under one field manager.

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::ApiResource;
use kube::{Client, ResourceExt};

use crate::resources::kind::{GROUP, Kind};
use crate::views::ObjectKey;
use crate::views::problem::Problem;

use super::problem::explain;

/// Field manager of everything that people change through the interface.
pub const MANAGER: &str = "arkdeck-ui";

/// The API of a kind, untyped.
pub fn api(client: &Client, kind: Kind, namespace: &str) -> Api<DynamicObject> {
    let resource = api_resource(kind);
    if kind.namespaced() {
        Api::namespaced_with(client.clone(), namespace, &resource)
    } else {
        Api::all_with(client.clone(), &resource)
    }
}

/// Names of a kind in API paths.
pub fn api_resource(kind: Kind) -> ApiResource {
    ApiResource {
        group: GROUP.into(),
        version: kind.version().into(),
        api_version: kind.api_version().into(),
        kind: kind.name().into(),
        plural: kind.plural().into(),
    }
}

/// Applies what `object` holds. A `resourceVersion` in it makes a change by somebody else in between a conflict.
///
/// `force` takes over fields that another manager set: a person who edits the object in the interface means it.
pub async fn apply(
    client: &Client,
    key: &ObjectKey,
    object: &serde_json::Value,
    dry_run: bool,
) -> Result<DynamicObject, Problem> {
    let params =
        PatchParams { dry_run, field_manager: Some(MANAGER.into()), ..PatchParams::default() }.force();
    api(client, key.kind, &key.namespace)
        .patch(&key.name, &params, &Patch::Apply(object))
        .await
        .map_err(|error| explain(&format!("saving {}", noun(key)), &error))
}

/// Reads one object afresh.
pub async fn get(client: &Client, key: &ObjectKey) -> Result<DynamicObject, Problem> {
    api(client, key.kind, &key.namespace)
        .get(&key.name)
        .await
        .map_err(|error| explain(&format!("reading {}", noun(key)), &error))
}

/// Deletes one object.
pub async fn delete(client: &Client, key: &ObjectKey) -> Result<(), Problem> {
    api(client, key.kind, &key.namespace)
        .delete(&key.name, &kube::api::DeleteParams::default())
        .await
        .map(drop)
        .map_err(|error| explain(&format!("deleting {}", noun(key)), &error))
}

/// `agent support/refunds`, as sentences name an object.
pub fn noun(key: &ObjectKey) -> String {
    if key.namespace.is_empty() {
        format!("{} {}", key.kind.noun(), key.name)
    } else {
        format!("{} {}/{}", key.kind.noun(), key.namespace, key.name)
    }
}

/// resourceVersion of an object as text.
pub fn version(object: &DynamicObject) -> String {
    object.resource_version().unwrap_or_default()
}

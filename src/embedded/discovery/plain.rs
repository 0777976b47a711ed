//! Discovery in the old form: `APIVersions`, `APIGroupList`, `APIGroup`, `APIResourceList`.

use serde_json::{Value, json};

use crate::embedded::registry::{Registry, Served};
use crate::embedded::reviews::REVIEWS;

/// Verbs of an ordinary resource.
pub(super) const VERBS: [&str; 8] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// Verbs of a resource that is only read.
pub(super) const READ_VERBS: [&str; 3] = ["get", "list", "watch"];
/// Verbs of a subresource.
pub(super) const STATUS_VERBS: [&str; 3] = ["get", "patch", "update"];

/// Groups with their versions, those of the reviews included.
pub(super) fn all_groups(registry: &Registry) -> Vec<(String, Vec<String>)> {
    let mut groups = registry.groups();
    for (group, ..) in REVIEWS {
        if !groups.iter().any(|(g, _)| g == group) {
            groups.push((group.to_owned(), vec!["v1".to_owned()]));
        }
    }
    groups
}

/// `/`.
pub(super) fn paths(registry: &Registry) -> Value {
    let mut paths = vec!["/api".to_owned(), "/api/v1".to_owned(), "/apis".to_owned()];
    for (group, versions) in all_groups(registry).into_iter().filter(|(g, _)| !g.is_empty()) {
        paths.push(format!("/apis/{group}"));
        paths.extend(versions.iter().map(|v| format!("/apis/{group}/{v}")));
    }
    paths.extend(["/healthz", "/livez", "/openapi/v3", "/readyz", "/version"].map(str::to_owned));
    json!({"paths": paths})
}

/// `/api`.
pub(super) fn core_versions() -> Value {
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
}

/// `/apis`.
pub(super) fn groups(registry: &Registry) -> Value {
    let groups: Vec<Value> = all_groups(registry)
        .iter()
        .filter(|(group, _)| !group.is_empty())
        .map(|(group, versions)| one(group, versions))
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/{group}`.
pub(super) fn group(registry: &Registry, name: &str) -> Option<Value> {
    let groups = all_groups(registry);
    let (group, versions) = groups.iter().find(|(group, _)| group == name && !group.is_empty())?;
    let mut value = one(group, versions);
    (value["kind"], value["apiVersion"]) = ("APIGroup".into(), "v1".into());
    Some(value)
}

fn one(group: &str, versions: &[String]) -> Value {
    let version = |v: &String| json!({"groupVersion": format!("{group}/{v}"), "version": v});
    json!({
        "name": group,
        "versions": versions.iter().map(version).collect::<Vec<_>>(),
        "preferredVersion": versions.first().map(version)
    })
}

/// `/api/v1` or `/apis/{group}/{version}`.
pub(super) fn resources(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    let mut resources: Vec<Value> = registry.of(group, version).iter().flat_map(entries).collect();
    for (_, plural, kind, namespaced) in REVIEWS.iter().filter(|r| r.0 == group && version == "v1") {
        resources.push(json!({
            "name": plural, "singularName": kind.to_lowercase(), "namespaced": namespaced, "kind": kind,
            "verbs": ["create"]
        }));
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    match resources.is_empty() {
        true => None,
        false => Some(json!({
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources
        })),
    }
}

fn entries(served: &Served) -> Vec<Value> {
    let resource = &served.resource;
    let verbs: &[&str] = if resource.traits.writable { &VERBS } else { &READ_VERBS };
    let mut entry = json!({
        "name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced,
        "kind": resource.kind, "verbs": verbs
    });
    if !resource.short_names.is_empty() {
        entry["shortNames"] = resource.short_names.clone().into();
    }
    if !resource.categories.is_empty() {
        entry["categories"] = resource.categories.clone().into();
    }
    let mut entries = vec![entry];
    if served.version().status && resource.traits.writable {
        entries.push(json!({
            "name": format!("{}/status", resource.plural), "singularName": "", "namespaced": resource.namespaced,
            "kind": resource.kind, "verbs": STATUS_VERBS
        }));
    }
    entries
}

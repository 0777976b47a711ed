//! Discovery in one answer: `apidiscovery.k8s.io/v2`, which kubectl asks first.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::plain::{READ_VERBS, STATUS_VERBS, VERBS, all_groups};
use crate::embedded::registry::{Registry, Served};
use crate::embedded::reviews::REVIEWS;

const MEDIA_TYPE: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Whether the client knows this form.
pub(super) fn wanted(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let has = |parameter: &str| range.split(';').any(|p| p.trim() == parameter);
        has("as=APIGroupDiscoveryList") && has("v=v2") && has("g=apidiscovery.k8s.io")
    })
}

/// The answer, under its own media type.
pub(super) fn respond(list: &Value) -> Response {
    let mut response = Response::new(Body::from(list.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

/// The core group, or all the others.
pub(super) fn list(registry: &Registry, core: bool) -> Value {
    let items: Vec<Value> = all_groups(registry)
        .iter()
        .filter(|(group, _)| group.is_empty() == core)
        .map(|(group, versions)| {
            let versions: Vec<Value> = versions.iter().map(|v| version(registry, group, v)).collect();
            let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

fn version(registry: &Registry, group: &str, version: &str) -> Value {
    let mut resources: Vec<Value> = registry.of(group, version).iter().map(entry).collect();
    for (_, plural, kind, namespaced) in REVIEWS.iter().filter(|r| r.0 == group && version == "v1") {
        resources.push(json!({
            "resource": plural, "singularResource": kind.to_lowercase(), "verbs": ["create"],
            "scope": scope(*namespaced), "responseKind": {"group": group, "version": version, "kind": kind}
        }));
    }
    json!({"version": version, "freshness": "Current", "resources": resources})
}

fn entry(served: &Served) -> Value {
    let resource = &served.resource;
    let kind = json!({"group": resource.group, "version": served.version().name, "kind": resource.kind});
    let verbs: &[&str] = if resource.traits.writable { &VERBS } else { &READ_VERBS };
    let mut entry = json!({
        "resource": resource.plural, "singularResource": resource.singular, "responseKind": kind,
        "scope": scope(resource.namespaced), "verbs": verbs
    });
    if !resource.short_names.is_empty() {
        entry["shortNames"] = resource.short_names.clone().into();
    }
    if !resource.categories.is_empty() {
        entry["categories"] = resource.categories.clone().into();
    }
    if served.version().status && resource.traits.writable {
        entry["subresources"] =
            json!([{"subresource": "status", "responseKind": kind, "verbs": STATUS_VERBS}]);
    }
    entry
}

fn scope(namespaced: bool) -> &'static str {
    if namespaced { "Namespaced" } else { "Cluster" }
}

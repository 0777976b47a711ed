//! OpenAPI v3: the index, and a document for each group and version, made of the schemas that validate.

use serde_json::{Map, Value, json};

use crate::embedded::builtin;
use crate::embedded::registry::{Registry, Served};

const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// `/openapi/v3`.
pub(super) fn index(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for (group, versions) in registry.groups() {
        for version in versions {
            let path = match group.as_str() {
                "" => format!("api/{version}"),
                group => format!("apis/{group}/{version}"),
            };
            paths.insert(path.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{path}")}));
        }
    }
    json!({"paths": paths})
}

/// `/openapi/v3/apis/{group}/{version}`.
pub(super) fn document(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    let resources = registry.of(group, version);
    if resources.is_empty() {
        return None;
    }
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let builtins: Value = serde_json::from_str(builtin::SCHEMAS).unwrap_or_default();
    schemas.insert(OBJECT_META.to_owned(), builtins[OBJECT_META].clone());
    for served in &resources {
        let name = component(served);
        schemas.insert(name.clone(), schema(served));
        add_paths(served, &name, &mut paths);
    }
    Some(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.36.3"},
        "paths": paths, "components": {"schemas": schemas}
    }))
}

/// `com.example.v1.Widget`, as kube-apiserver names components.
fn component(served: &Served) -> String {
    let resource = &served.resource;
    let reversed: Vec<&str> = resource.group.split('.').rev().filter(|p| !p.is_empty()).collect();
    let prefix = if reversed.is_empty() { "io.k8s.api.core".to_owned() } else { reversed.join(".") };
    format!("{prefix}.{}.{}", served.version().name, resource.kind)
}

fn kind(served: &Served) -> Value {
    json!({"group": served.resource.group, "version": served.version().name, "kind": served.resource.kind})
}

fn schema(served: &Served) -> Value {
    let mut schema = served.version().schema.raw().clone();
    if !schema.is_object() {
        schema = json!({"type": "object"});
    }
    if !schema["properties"].is_object() {
        schema["properties"] = json!({});
    }
    let text = |description: &str| json!({"type": "string", "description": description});
    let properties = &mut schema["properties"];
    properties["apiVersion"] =
        text("APIVersion defines the versioned schema of this representation of an object.");
    properties["kind"] =
        text("Kind is a string value representing the REST resource this object represents.");
    properties["metadata"] = json!({
        "allOf": [{"$ref": format!("#/components/schemas/{OBJECT_META}")}],
        "description": "Standard object's metadata."
    });
    schema["x-kubernetes-group-version-kind"] = json!([kind(served)]);
    schema
}

/// The addresses of a resource, with the parameters by which kubectl knows what a server can do.
fn add_paths(served: &Served, component: &str, paths: &mut Map<String, Value>) {
    let resource = &served.resource;
    let base = match resource.group.as_str() {
        "" => format!("/api/{}", served.version().name),
        group => format!("/apis/{group}/{}", served.version().name),
    };
    let scope = if resource.namespaced { "/namespaces/{namespace}" } else { "" };
    let collection = format!("{base}{scope}/{}", resource.plural);
    let object = format!("{collection}/{{name}}");
    let mut status = Map::new();
    let operation = |action: &str, write: bool| {
        let names: &[&str] = if write { &["dryRun", "fieldManager", "fieldValidation"] } else { &[] };
        let parameters: Vec<Value> = names
            .iter()
            .map(|n| json!({"name": n, "in": "query", "schema": {"type": "string", "uniqueItems": true}}))
            .collect();
        json!({
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": kind(served),
            "parameters": parameters,
            "responses": {"200": {
                "description": "OK",
                "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{component}")}}}
            }}
        })
    };
    let mut on_collection = json!({"get": operation("list", false)});
    let mut on_object = json!({"get": operation("get", false)});
    if resource.traits.writable {
        on_collection["post"] = operation("post", true);
        on_collection["delete"] = operation("deletecollection", false);
        on_object["put"] = operation("put", true);
        on_object["patch"] = operation("patch", true);
        on_object["delete"] = operation("delete", false);
        if served.version().status {
            for (method, action) in [("get", "get"), ("put", "put"), ("patch", "patch")] {
                status.insert(method.to_owned(), operation(action, method != "get"));
            }
        }
    }
    if resource.namespaced {
        paths.insert(format!("{base}/{}", resource.plural), json!({"get": operation("list", false)}));
    }
    if !status.is_empty() {
        paths.insert(format!("{object}/status"), status.into());
    }
    paths.insert(collection, on_collection);
    paths.insert(object, on_object);
}

//! `apiVersion`, `kind` and `metadata`, which every resource has whatever its schema says.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value, json};

use super::compile;
use super::error::SchemaError;
use super::node::{Node, Property};

/// `ObjectMeta` in the form of a CRD schema; merge keys as in `k8s.io/api`.
static OBJECT_META: LazyLock<Value> = LazyLock::new(|| {
    let text = json!({"type": "string"});
    let texts = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let number = json!({"type": "integer", "format": "int64"});
    json!({
        "type": "object",
        "properties": {
            "name": text, "generateName": text, "namespace": text, "selfLink": text, "uid": text,
            "resourceVersion": text, "generation": number,
            "creationTimestamp": text, "deletionTimestamp": text,
            "deletionGracePeriodSeconds": number,
            "labels": texts, "annotations": texts,
            "finalizers": {
                "type": "array", "items": text, "x-kubernetes-list-type": "set",
                "x-kubernetes-patch-strategy": "merge"
            },
            "ownerReferences": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"],
                "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "uid",
                "items": {
                    "type": "object", "x-kubernetes-map-type": "atomic",
                    "properties": {
                        "apiVersion": text, "kind": text, "name": text, "uid": text,
                        "controller": {"type": "boolean"}, "blockOwnerDeletion": {"type": "boolean"}
                    }
                }
            },
            "managedFields": {
                "type": "array", "items": {
                    "type": "object", "properties": {
                        "manager": text, "operation": text, "apiVersion": text, "time": text, "fieldsType": text,
                        "subresource": text,
                        "fieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
                    }
                }
            }
        }
    })
});

/// Constraints that a CRD may put on `metadata.name` and `metadata.generateName`.
const CONSTRAINTS: [&str; 5] = ["pattern", "minLength", "maxLength", "enum", "x-kubernetes-validations"];

/// Declares the three fields on a resource's node. The schema's own word on them counts only as far as a CRD's
/// may: constraints on the name, and rules.
pub(super) fn declare(node: &mut Node, schema: &Value) -> Result<(), SchemaError> {
    let mut meta = OBJECT_META.clone();
    if let Some(given) = schema.pointer("/properties/metadata") {
        if let Some(rules) = given.get("x-kubernetes-validations") {
            meta["x-kubernetes-validations"] = rules.clone();
        }
        for name in ["name", "generateName"] {
            if let Some(Value::Object(given)) = given.pointer(&format!("/properties/{name}")) {
                constrain(&mut meta["properties"][name], given);
            }
        }
    }
    let mut meta = compile::node(&meta, "metadata", 1)?;
    meta.is_metadata = true;
    let text = json!({"type": "string"});
    insert(&mut node.properties, "apiVersion", compile::node(&text, "apiVersion", 1)?);
    insert(&mut node.properties, "kind", compile::node(&text, "kind", 1)?);
    insert(&mut node.properties, "metadata", meta);
    Ok(())
}

fn constrain(field: &mut Value, given: &Map<String, Value>) {
    for constraint in CONSTRAINTS {
        if let Some(value) = given.get(constraint) {
            field[constraint] = value.clone();
        }
    }
}

fn insert(properties: &mut BTreeMap<String, Property>, name: &str, node: Node) {
    let cel_name = Some(Arc::new(name.to_owned()));
    properties.insert(name.to_owned(), Property { node, cel_name });
}

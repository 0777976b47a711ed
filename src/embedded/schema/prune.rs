//! Pruning: what the schema does not know is not stored.

use serde_json::Value;

use super::node::{Additional, Node};
use super::path::Path;

/// Removes unknown fields below `node`, adding their paths to `removed`.
pub(super) fn prune(node: &Node, value: &mut Value, path: Option<&Path<'_>>, removed: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            let path = Path::field(path, name);
            let child = match node.properties.get(name) {
                Some(property) => Some(&property.node),
                None => match &node.additional {
                    Additional::Each(node) => Some(&**node),
                    Additional::Any => None,
                    Additional::Closed if node.preserve_unknown => None,
                    Additional::Closed => {
                        removed.push(Path::render(Some(&path)));
                        return false;
                    }
                },
            };
            if let Some(child) = child {
                prune(child, value, Some(&path), removed);
            }
            true
        }),
        Value::Array(items) => {
            if let Some(item) = &node.items {
                for (at, value) in items.iter_mut().enumerate() {
                    prune(item, value, Some(&Path::index(path, at)), removed);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Schema;
    use super::*;

    fn pruned(schema: Value, mut object: Value) -> (Value, Vec<String>) {
        let removed = Schema::compile(&schema).unwrap().prune(&mut object);
        (object, removed)
    }

    fn spec(schema: Value) -> Value {
        json!({"type": "object", "properties": {"spec": schema}})
    }

    #[test]
    fn unknown_fields_go_and_are_named() {
        let schema = spec(json!({"type": "object", "properties": {
            "prompt": {"type": "string"},
            "tools": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
            "labels": {"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {}}}}
        }}));
        let (object, removed) = pruned(
            schema,
            json!({"apiVersion": "v1", "kind": "A", "extra": 1, "spec": {
                "prompt": "p", "modelReff": {"x": 1},
                "tools": [{"name": "n", "x": 1}, {"y": 2}],
                "labels": {"k": {"a": 1, "b": 2}}
            }}),
        );
        assert_eq!(
            object,
            json!({"apiVersion": "v1", "kind": "A", "spec": {
                "prompt": "p", "tools": [{"name": "n"}, {}], "labels": {"k": {"a": 1}}
            }})
        );
        assert_eq!(
            removed,
            ["extra", "spec.labels.k.b", "spec.modelReff", "spec.tools[0].x", "spec.tools[1].y"]
        );
    }

    #[test]
    fn preserved_fields_stay_but_declared_ones_below_are_pruned() {
        let schema =
            spec(json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
                "strict": {"type": "object", "properties": {"a": {}}}
            }}));
        let (object, removed) =
            pruned(schema, json!({"spec": {"any": {"x": [1]}, "strict": {"a": 1, "b": 2}}}));
        assert_eq!(object, json!({"spec": {"any": {"x": [1]}, "strict": {"a": 1}}}));
        assert_eq!(removed, ["spec.strict.b"]);
        let (object, removed) = pruned(
            spec(json!({"type": "object", "additionalProperties": true})),
            json!({"spec": {"a": {"b": 1}}}),
        );
        assert_eq!((object, removed.len()), (json!({"spec": {"a": {"b": 1}}}), 0));
        let (object, _) = pruned(
            spec(json!({"x-kubernetes-preserve-unknown-fields": true})),
            json!({"spec": [1, {"a": 2}]}),
        );
        assert_eq!(object, json!({"spec": [1, {"a": 2}]}));
    }

    #[test]
    fn metadata_keeps_its_known_fields() {
        let (object, removed) = pruned(
            json!({"type": "object", "properties": {"metadata": {"type": "object"}}}),
            json!({"metadata": {"name": "a", "labels": {"x": "y"}, "nmae": "b", "ownerReferences": [{"uid": "1", "z": 1}],
                "managedFields": [{"manager": "m", "fieldsV1": {"f:spec": {}}}]}}),
        );
        assert_eq!(
            object,
            json!({"metadata": {"name": "a", "labels": {"x": "y"}, "ownerReferences": [{"uid": "1"}],
                "managedFields": [{"manager": "m", "fieldsV1": {"f:spec": {}}}]}})
        );
        assert_eq!(removed, ["metadata.nmae", "metadata.ownerReferences[0].z"]);
    }

    #[test]
    fn embedded_resources_keep_their_type_and_metadata() {
        let schema = spec(
            json!({"type": "object", "x-kubernetes-embedded-resource": true, "properties": {"data": {"type": "string"}}}),
        );
        let (object, removed) = pruned(
            schema,
            json!({"spec": {"apiVersion": "v1", "kind": "B", "metadata": {"name": "b", "x": 1}, "data": "d", "other": 1}}),
        );
        assert_eq!(
            object,
            json!({"spec": {"apiVersion": "v1", "kind": "B", "metadata": {"name": "b"}, "data": "d"}})
        );
        assert_eq!(removed, ["spec.metadata.x", "spec.other"]);
    }

    #[test]
    fn values_of_another_type_are_left_for_validation() {
        let (object, removed) =
            pruned(spec(json!({"type": "object", "properties": {"a": {}}})), json!({"spec": "text"}));
        assert_eq!((object, removed.len()), (json!({"spec": "text"}), 0));
    }
}

//! Tables of strategic merge patch.

use serde_json::{Value, json};

use super::strategic_merge_patch;
use crate::embedded::schema::Schema;

fn schema() -> Schema {
    let port =
        json!({"type": "object", "properties": {"port": {"type": "integer"}, "name": {"type": "string"}}});
    Schema::compile(&json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "ports": {"type": "array", "items": port, "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "port"},
        "containers": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name",
            "items": {"type": "object", "properties": {
                "name": {"type": "string"},
                "image": {"type": "string"},
                "args": {"type": "array", "items": {"type": "string"}},
                "env": {"type": "array", "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name",
                    "items": {"type": "object", "properties": {"name": {"type": "string"}, "value": {"type": "string"}}}}
            }}},
        "finalizers": {"type": "array", "items": {"type": "string"}, "x-kubernetes-patch-strategy": "merge"},
        "selector": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}},
        "strategy": {"type": "object", "properties": {"type": {"type": "string"}, "rolling": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}
    }}}}))
    .unwrap()
}

fn patched(live: Value, patch: Value) -> Value {
    let object = strategic_merge_patch(&schema(), &json!({"spec": live}), &json!({"spec": patch})).unwrap();
    object["spec"].clone()
}

#[test]
fn maps_merge_and_null_removes() {
    assert_eq!(
        patched(
            json!({"a": 1, "b": {"c": 2, "d": 3}}),
            json!({"a": null, "b": {"c": 4, "e": null}, "f": {"g": null}})
        ),
        json!({"b": {"c": 4, "d": 3}, "f": {}})
    );
    assert_eq!(patched(json!({"a": 1}), json!({"a": {"b": 2}})), json!({"a": {"b": 2}}));
    assert_eq!(
        patched(json!({"selector": {"a": "1"}}), json!({"selector": {"b": "2"}})),
        json!({"selector": {"b": "2"}})
    );
}

#[test]
fn lists_merge_by_key_or_replace() {
    let live = json!({"ports": [{"port": 80, "name": "http"}, {"port": 443}]});
    assert_eq!(
        patched(live.clone(), json!({"ports": [{"port": 80, "name": "web"}, {"port": 8080}]})),
        json!({"ports": [{"port": 80, "name": "web"}, {"port": 443}, {"port": 8080}]})
    );
    assert_eq!(
        patched(live.clone(), json!({"ports": [{"port": 80, "$patch": "delete"}]})),
        json!({"ports": [{"port": 443}]})
    );
    assert_eq!(
        patched(live, json!({"ports": [{"port": 9}, {"$patch": "replace"}]})),
        json!({"ports": [{"port": 9}]})
    );
    assert_eq!(
        patched(
            json!({"containers": [{"name": "a", "args": ["1"]}]}),
            json!({"containers": [{"name": "a", "args": ["2"]}]})
        ),
        json!({"containers": [{"name": "a", "args": ["2"]}]})
    );
}

#[test]
fn nested_lists_merge_within_their_item() {
    let live = json!({"containers": [{"name": "a", "image": "x", "env": [{"name": "E", "value": "1"}, {"name": "F", "value": "2"}]}]});
    let patch = json!({"containers": [{"name": "a", "image": null, "env": [{"name": "E", "value": "3"}, {"name": "F", "$patch": "delete"}]}]});
    assert_eq!(
        patched(live, patch),
        json!({"containers": [{"name": "a", "env": [{"name": "E", "value": "3"}]}]})
    );
}

#[test]
fn primitive_lists_are_sets() {
    let live = json!({"finalizers": ["a", "b"]});
    assert_eq!(
        patched(live.clone(), json!({"finalizers": ["b", "c"]})),
        json!({"finalizers": ["a", "b", "c"]})
    );
    assert_eq!(
        patched(live.clone(), json!({"$deleteFromPrimitiveList/finalizers": ["a"]})),
        json!({"finalizers": ["b"]})
    );
    assert_eq!(
        patched(live, json!({"$setElementOrder/finalizers": ["c", "b"], "finalizers": ["c"]})),
        json!({"finalizers": ["c", "a", "b"]})
    );
}

#[test]
fn element_order_is_kept() {
    let live = json!({"ports": [{"port": 1}, {"port": 2}, {"port": 3}]});
    assert_eq!(
        patched(
            live.clone(),
            json!({"$setElementOrder/ports": [{"port": 4}, {"port": 3}, {"port": 1}], "ports": [{"port": 4}]})
        ),
        json!({"ports": [{"port": 4}, {"port": 2}, {"port": 3}, {"port": 1}]})
    );
    assert_eq!(
        patched(live, json!({"$setElementOrder/ports": [{"port": 3}, {"port": 2}, {"port": 1}]})),
        json!({"ports": [{"port": 3}, {"port": 2}, {"port": 1}]})
    );
}

#[test]
fn directives_on_maps() {
    let live = json!({"strategy": {"type": "RollingUpdate", "rolling": {"maxSurge": 1}}});
    assert_eq!(
        patched(live.clone(), json!({"strategy": {"$retainKeys": ["type"], "type": "Recreate"}})),
        json!({"strategy": {"type": "Recreate"}})
    );
    assert_eq!(
        patched(live.clone(), json!({"strategy": {"$patch": "replace", "type": "Recreate"}})),
        json!({"strategy": {"type": "Recreate"}})
    );
    assert_eq!(patched(live, json!({"strategy": {"$patch": "delete"}})), json!({"strategy": {}}));
}

#[test]
fn owner_references_merge_by_uid() {
    let owner =
        |uid: &str, name: &str| json!({"apiVersion": "v1", "kind": "Secret", "uid": uid, "name": name});
    let live = json!({"metadata": {"ownerReferences": [owner("1", "a"), owner("2", "b")]}});
    let patch = json!({"metadata": {"ownerReferences": [{"uid": "1", "$patch": "delete"}, owner("3", "c")]}});
    assert_eq!(
        strategic_merge_patch(&schema(), &live, &patch).unwrap(),
        json!({"metadata": {"ownerReferences": [owner("2", "b"), owner("3", "c")]}})
    );
}

#[test]
fn malformed_patches_are_refused() {
    for patch in [
        json!({"ports": [{"name": "no key"}]}),
        json!({"ports": ["no object"]}),
        json!({"$patch": "frobnicate"}),
        json!({"$patch": 1}),
        json!({"ports": [{"port": 1, "$patch": "frobnicate"}]}),
        json!({"$retainKeys": "type"}),
        json!({"$setElementOrder/ports": 1, "ports": []}),
        json!({"$deleteFromPrimitiveList/finalizers": 1}),
    ] {
        assert!(strategic_merge_patch(&schema(), &json!({"spec": {}}), &json!({"spec": patch})).is_err());
    }
    assert!(strategic_merge_patch(&schema(), &json!({}), &json!([])).is_err());
}

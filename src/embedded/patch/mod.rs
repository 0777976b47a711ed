//! Patches: JSON merge patch (RFC 7386), JSON patch (RFC 6902) and Kubernetes' strategic merge patch.
//!
//! All are pure: the live object comes in, the patched object goes out, nothing is changed on an error.

mod strategic;
#[cfg(test)]
mod strategic_tests;

use serde_json::Value;

pub use strategic::strategic_merge_patch;

/// Operations in one JSON patch; kube-apiserver's own limit.
const MAX_OPERATIONS: usize = 10_000;

/// Bytes that `copy` operations of one JSON patch may add up to; kube-apiserver's own limit. Without it a few
/// hundred bytes of patch could double a document until memory ends.
const MAX_COPIED_BYTES: usize = 3 * 1024 * 1024;

/// Nesting of a strategic merge patch; serde_json reads no deeper than this either.
const MAX_DEPTH: usize = 128;

/// A patch that cannot be read or does not fit the object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The patch is not of its own form; kube-apiserver answers 400.
    #[error("error decoding patch: {0}")]
    Malformed(String),
    /// The patch is well formed but cannot be applied to this object; kube-apiserver answers 422.
    #[error("the patch cannot be applied: {0}")]
    Inapplicable(String),
}

/// Applies a JSON merge patch: objects are merged, `null` removes, anything else replaces.
pub fn merge_patch(live: &Value, patch: &Value) -> Value {
    let mut merged = live.clone();
    json_patch::merge(&mut merged, patch);
    merged
}

/// Applies a JSON patch, all operations or none.
pub fn json_patch(live: &Value, patch: &Value) -> Result<Value, PatchError> {
    let operations: json_patch::Patch =
        serde_json::from_value(patch.clone()).map_err(|e| PatchError::Malformed(e.to_string()))?;
    if operations.len() > MAX_OPERATIONS {
        return Err(PatchError::Malformed(format!(
            "the allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {}",
            operations.len()
        )));
    }
    let mut patched = live.clone();
    let mut copied = 0;
    for operation in operations.iter() {
        if let json_patch::PatchOperation::Copy(copy) = operation {
            copied += copy.from.resolve(&patched).map_or(0, size);
            if copied > MAX_COPIED_BYTES {
                return Err(PatchError::Inapplicable(format!("its copies exceed {MAX_COPIED_BYTES} bytes")));
            }
        }
        // `patched` is a copy that is dropped on an error, so no undo log is needed.
        json_patch::patch_unsafe(&mut patched, std::slice::from_ref(operation))
            .map_err(|e| PatchError::Inapplicable(format!("{} at {:?}", e.kind, e.path.as_str())))?;
    }
    Ok(patched)
}

/// About the length of the value as JSON text.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|i| size(i) + 1).sum::<usize>() + 2,
        Value::Object(fields) => fields.iter().map(|(k, v)| k.len() + size(v) + 4).sum::<usize>() + 2,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn merge_patch_follows_the_rfc() {
        for (live, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            assert_eq!(merge_patch(&live, &patch), expected, "{live} + {patch}");
        }
    }

    #[test]
    fn json_patch_applies_all_or_none() {
        let live = json!({"spec": {"tools": ["a", "b"], "prompt": "x"}});
        let patched = json_patch(
            &live,
            &json!([
                {"op": "test", "path": "/spec/prompt", "value": "x"},
                {"op": "replace", "path": "/spec/prompt", "value": "y"},
                {"op": "add", "path": "/spec/tools/-", "value": "c"},
                {"op": "remove", "path": "/spec/tools/0"},
                {"op": "copy", "from": "/spec/prompt", "path": "/spec/copy"},
                {"op": "move", "from": "/spec/copy", "path": "/spec/moved"}
            ]),
        );
        assert_eq!(patched, Ok(json!({"spec": {"tools": ["b", "c"], "prompt": "y", "moved": "y"}})));
        for patch in [
            json!([{"op": "replace", "path": "/spec/prompt", "value": 1}, {"op": "test", "path": "/spec/prompt", "value": 2}]),
            json!([{"op": "remove", "path": "/spec/missing"}]),
            json!([{"op": "add", "path": "/metadata/labels/a", "value": "b"}]),
        ] {
            assert!(matches!(json_patch(&live, &patch), Err(PatchError::Inapplicable(_))), "{patch}");
        }
        for patch in [json!({}), json!([{"op": "frobnicate", "path": "/a"}]), json!([{"op": "add"}])] {
            assert!(matches!(json_patch(&live, &patch), Err(PatchError::Malformed(_))), "{patch}");
        }
    }

    #[test]
    fn json_patch_is_bounded() {
        let op = json!({"op": "test", "path": "", "value": {}});
        assert!(json_patch(&json!({}), &Value::Array(vec![op; MAX_OPERATIONS + 1])).is_err());
        let double = json!({"op": "copy", "from": "", "path": "/a"});
        let live = json!({"text": "x".repeat(1024)});
        assert!(json_patch(&live, &Value::Array(vec![double; 128])).is_err());
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            (0..9i64).prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn merge_patch_twice_is_merge_patch_once(live in value(), patch in value()) {
            let once = merge_patch(&live, &patch);
            prop_assert_eq!(merge_patch(&once, &patch), once);
        }

        #[test]
        fn the_empty_patch_changes_no_object(live in value()) {
            prop_assume!(live.is_object());
            prop_assert_eq!(merge_patch(&live, &json!({})), live);
        }

        #[test]
        fn any_json_as_json_patch_never_panics(live in value(), patch in value()) {
            let _ = json_patch(&live, &patch);
        }
    }
}

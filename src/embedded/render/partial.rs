//! `PartialObjectMetadata`: an object without anything but its metadata.

use serde_json::{Value, json};

/// The metadata of an object, under the kind of the metadata API.
pub(super) fn object(value: &Value) -> Value {
    json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": value["metadata"]})
}

//! Namespaces: they are Active until deleted, and their own name is a label.

use serde_json::{Value, json};

use crate::embedded::meta;

/// Namespaces that are there from the beginning.
pub const IMMORTAL: [&str; 2] = ["default", "kube-system"];
/// The finalizer in `spec` that is removed when the namespace is empty.
const KUBERNETES: &str = "kubernetes";

/// Fills in a namespace.
pub(super) fn mutate(object: &mut Value) {
    let name = meta::text(object, "name").to_owned();
    if object["metadata"]["labels"].is_null() {
        object["metadata"]["labels"] = json!({});
    }
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name.into();
    if object["spec"].is_null() {
        object["spec"] = json!({});
    }
    if object["spec"]["finalizers"].is_null() {
        object["spec"]["finalizers"] = json!([KUBERNETES]);
    }
    if object["status"].is_null() {
        object["status"] = json!({});
    }
    if object["status"]["phase"].is_null() {
        object["status"]["phase"] = "Active".into();
    }
}

/// A new namespace, for those that the server makes itself.
pub fn active(name: &str) -> Value {
    let mut namespace = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {
            "name": name, "uid": uuid::Uuid::new_v4().to_string(), "creationTimestamp": meta::now()
        }
    });
    mutate(&mut namespace);
    namespace
}

//! One file per figure.

pub mod assets;
pub mod memory;
pub mod objects;
pub mod pixel;
pub mod query;
pub mod start;

use kube::api::{Api, ApiResource, DynamicObject};

/// An Ark kind of the namespace `default`, untyped, as a foreign client sees it.
pub fn ark(client: &kube::Client, kind: &str, plural: &str) -> Api<DynamicObject> {
    let resource = ApiResource {
        group: "ark.mckinsey.com".into(),
        version: "v1alpha1".into(),
        api_version: "ark.mckinsey.com/v1alpha1".into(),
        kind: kind.into(),
        plural: plural.into(),
    };
    Api::default_namespaced_with(client.clone(), &resource)
}

/// An object of an Ark kind from its spec.
pub fn object(kind: &str, name: &str, spec: serde_json::Value) -> anyhow::Result<DynamicObject> {
    Ok(serde_json::from_value(serde_json::json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1",
        "kind": kind,
        "metadata": { "name": name, "namespace": "default" },
        "spec": spec,
    }))?)
}

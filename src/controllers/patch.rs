//! Writes a status, when it says something new.

use kube::core::NamespaceResourceScope;
use kube::{Client, Resource, ResourceExt};
use serde::Serialize;
use serde_json::json;

use crate::engine::patch_status;

/// Patches the status of `object`; an object that is gone is fine. Retries are the queue's.
pub(super) async fn status<K, S>(client: &Client, object: &K, status: &S) -> Result<(), kube::Error>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    S: Serialize,
{
    let patch = json!({ "status": status });
    let namespace = object.namespace().unwrap_or_default();
    match patch_status::<K>(client, &namespace, &object.name_any(), &patch).await {
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        done => done,
    }
}

/// Now, as conditions write it.
pub(super) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

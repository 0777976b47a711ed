//! Writing a status, without reading what the server answers with: it is the whole object, and the watch tells it anyway.

use kube::Client;
use kube::api::{Patch, PatchParams};
use kube::core::{NamespaceResourceScope, Request, Resource};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::resources::annotations::FIELD_MANAGER;

/// Merges `patch` into the status subresource of the object called `name`.
///
/// Errors: those of `Api::patch_status`.
pub async fn patch_status<K>(
    client: &Client,
    namespace: &str,
    name: &str,
    patch: &Value,
) -> Result<(), kube::Error>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
    let mut request = Request::new(K::url_path(&(), Some(namespace)))
        .patch_subresource("status", name, &params, &Patch::Merge(patch))
        .map_err(kube::Error::BuildRequest)?;
    // What its spans are called, as with every request of an `Api`.
    request.extensions_mut().insert("patch_status");
    client.request::<IgnoredAny>(request).await.map(drop)
}

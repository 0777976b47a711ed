//! The finalizer of running queries: deleting one ends its run first.

use kube::api::{Api, Patch, PatchParams};
use kube::{Client, ResourceExt};
use serde_json::json;

use crate::resources::annotations::{FIELD_MANAGER, FINALIZER};
use crate::resources::query::Query;

/// Tries when somebody else changes the object at the same time.
const TRIES: usize = 8;

/// Adds or removes the finalizer, leaving those of others alone.
pub(super) async fn set(client: &Client, query: &Query, present: bool) -> Result<(), kube::Error> {
    let api: Api<Query> = Api::namespaced(client.clone(), &query.namespace().unwrap_or_default());
    let name = query.name_any();
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
    for attempt in 1.. {
        let Some(current) = api.get_metadata_opt(&name).await? else { return Ok(()) };
        if current.metadata.uid != query.metadata.uid {
            return Ok(());
        }
        let mut finalizers = current.metadata.finalizers.clone().unwrap_or_default();
        let is_there = finalizers.iter().any(|name| name == FINALIZER);
        // A finalizer cannot be added to what is being deleted.
        if is_there == present || (present && current.metadata.deletion_timestamp.is_some()) {
            return Ok(());
        }
        if present {
            finalizers.push(FINALIZER.to_owned());
        } else {
            finalizers.retain(|name| name != FINALIZER);
        }
        let patch = json!({"metadata":
            {"finalizers": finalizers, "resourceVersion": current.metadata.resource_version}});
        match api.patch_metadata(&name, &params, &Patch::Merge(&patch)).await {
            Ok(_) => return Ok(()),
            Err(kube::Error::Api(answer)) if answer.code == 404 => return Ok(()),
            Err(kube::Error::Api(answer)) if answer.code == 409 && attempt < TRIES => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

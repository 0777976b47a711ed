//! Mutation and validation, the last steps before an object is stored.

use serde_json::Value;

use super::Call;
use crate::embedded::admission;
use crate::embedded::apply::{self, Manager};
use crate::embedded::meta;
use crate::embedded::meta::Part;
use crate::embedded::status::ApiError;

/// Makes a decoded object a new one of the endpoint: identity, mutation, managedFields, validation.
pub(super) fn new_object(call: &Call<'_>, object: &mut Value, track: bool) -> Result<(), ApiError> {
    let (resource, version) = (call.resource(), call.version());
    let now = meta::now();
    meta::prepare_new(resource, version, object, &now);
    mutate(call, None, object)?;
    if track {
        track_update(call, None, object, &now);
    }
    let mut errors = version.schema.validate_after(meta::validate_new(resource, object), object, None);
    errors.extend((resource.traits.validate)(object, None));
    match errors.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid(resource, meta::text(object, "name"), &errors)),
    }
}

/// Makes a decoded object the successor of `live`.
pub(super) fn successor(
    call: &Call<'_>,
    part: Part,
    live: &Value,
    object: &mut Value,
    track: bool,
) -> Result<(), ApiError> {
    let (resource, version) = (call.resource(), call.version());
    if part == Part::Main {
        mutate(call, Some(live), object)?;
    }
    meta::carry_over(resource, version, part, live, object);
    if track {
        track_update(call, Some(live), object, &meta::now());
    }
    let found = meta::validate_update(object, live);
    let mut errors = version.schema.validate_after(found, object, Some(live));
    errors.extend((resource.traits.validate)(object, Some(live)));
    match errors.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid(resource, call.name(), &errors)),
    }
}

/// The checks that came with the settings, of what is otherwise fit to be stored.
pub(super) async fn checks(call: &Call<'_>, live: Option<&Value>, object: &Value) -> Result<(), ApiError> {
    let resource = call.resource();
    let errors = admission::look(&call.server.checks, resource, object, live).await;
    match errors.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid(resource, meta::text(object, "name"), &errors)),
    }
}

/// Mutates a built-in, after a look at its shape: what mutates relies on it. Custom resources have nothing to mutate.
fn mutate(call: &Call<'_>, live: Option<&Value>, object: &mut Value) -> Result<(), ApiError> {
    let resource = call.resource();
    if !resource.traits.native {
        return Ok(());
    }
    let errors = call.version().schema.validate(object, live);
    if !errors.is_empty() {
        return Err(ApiError::invalid(resource, meta::text(object, "name"), &errors));
    }
    (resource.traits.mutate)(object);
    Ok(())
}

/// The manager of a request, at `now`.
pub(super) fn manager<'a>(call: &'a Call<'_>, api_version: &'a str, now: &'a str) -> Manager<'a> {
    Manager { name: &call.request.manager, api_version, subresource: call.target.subresource.as_deref(), now }
}

fn track_update(call: &Call<'_>, live: Option<&Value>, object: &mut Value, now: &str) {
    let api_version = call.served.api_version();
    apply::track_update(&call.version().schema, live, object, &manager(call, &api_version, now));
}

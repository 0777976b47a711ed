//! Changing an object that exists: read, make the successor, write if it is still the same, else again.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::{Call, admit};
use crate::embedded::meta::{self, Part};
use crate::embedded::registry::Served;
use crate::embedded::render::{self, Warnings};
use crate::embedded::resource::Resource;
use crate::embedded::server::Server;
use crate::embedded::status::ApiError;
use crate::embedded::storage::{Change, Expect, Key, Stored, Write, WriteError};

/// Times that a change is tried while others write the same object.
const ATTEMPTS: usize = 64;

/// What a request wants to put in the place of the live object.
pub(super) struct Wanted {
    /// The object, decoded.
    pub object: Value,
    /// Whether its managedFields are still to be brought up to date.
    pub track: bool,
}

/// What a change comes to.
pub(super) enum Changed {
    /// What is stored now.
    Stored(Arc<Stored>),
    /// What would have been stored, in the version of the call.
    Tried(Value),
}

/// Changes the object of the call by `make`, which is called again whenever somebody else was faster.
///
/// Errors: 404, whatever `make` says, what validation says, 409 for a resourceVersion or UID that is not the live one.
pub(super) async fn modify(
    call: &Call<'_>,
    mut make: impl FnMut(&Value) -> Result<Wanted, ApiError>,
) -> Result<Changed, ApiError> {
    let (server, resource, key) = (call.server, call.resource(), call.key());
    for _ in 0..ATTEMPTS {
        let stored = server
            .storage
            .get(resource.collection, &key)
            .ok_or_else(|| ApiError::not_found(resource, call.name()))?;
        let mut live = stored.value();
        resource.read(call.version(), &mut live);
        let Wanted { mut object, track } = make(&live)?;
        preconditions(call, &live, &object)?;
        admit::successor(call, call.part(), &live, &mut object, track)?;
        if meta::same_but_times(&live, &object) {
            return Ok(Changed::Stored(stored));
        }
        if call.part() == Part::Main {
            admit::checks(call, Some(&live), &object).await?;
        }
        if call.request.query.dry_run {
            return Ok(Changed::Tried(object));
        }
        resource.write(&mut object);
        match put(server, resource, &stored, object).await {
            Ok(written) => return Ok(Changed::Stored(written)),
            Err(WriteError::Changed) => {}
            Err(error) => return Err(ApiError::write(&error, resource, call.namespace(), call.name())),
        }
    }
    Err(ApiError::modified(resource, call.name()))
}

/// The answer to a change.
pub(super) fn answer(call: &Call<'_>, changed: Changed, warnings: Warnings) -> Response {
    match changed {
        Changed::Stored(stored) => render::stored(call, StatusCode::OK, &stored, warnings),
        Changed::Tried(value) => render::value(call, StatusCode::OK, value, warnings),
    }
}

/// Writes the successor; one that was waiting for nothing but its finalizers goes instead.
async fn put(
    server: &Server,
    resource: &Resource,
    live: &Stored,
    object: Value,
) -> Result<Arc<Stored>, WriteError> {
    let change = match meta::deleting(&object) && !resource.held(&object) {
        true => Change::Remove(object),
        false => Change::Put(object),
    };
    let write = Write {
        collection: resource.collection,
        key: live.key.clone(),
        expect: Expect::Revision(live.revision),
        change,
        within: None,
    };
    server.storage.write(write).await
}

fn preconditions(call: &Call<'_>, live: &Value, object: &Value) -> Result<(), ApiError> {
    let resource = call.resource();
    let put = call.request.method == http::Method::PUT;
    let (given, is) = (meta::text(object, "uid"), meta::text(live, "uid"));
    if !given.is_empty() && given != is {
        if !put {
            let error = meta::invalid("metadata.uid", &given.into(), "field is immutable");
            return Err(ApiError::invalid(resource, call.name(), &[error]));
        }
        return Err(ApiError::conflict(
            resource,
            call.name(),
            &format!("Precondition failed: UID in precondition: {given}, UID in object meta: {is}"),
        ));
    }
    match meta::text(object, "resourceVersion") {
        "" if !resource.traits.native && put => {
            let error =
                meta::invalid("metadata.resourceVersion", &Value::from(0), "must be specified for an update");
            Err(ApiError::invalid_kind(&resource.group, &resource.plural, call.name(), &[error]))
        }
        "" => Ok(()),
        given if given == meta::text(live, "resourceVersion") => Ok(()),
        _ => Err(ApiError::modified(resource, call.name())),
    }
}

/// A change by the server itself: `make` returns whether it changed the stored form. Used by the tasks that clean up.
pub async fn edit(
    server: &Server,
    served: &Served,
    key: &Key,
    mut make: impl FnMut(&mut Value) -> bool,
) -> Result<(), WriteError> {
    let resource = &served.resource;
    for _ in 0..ATTEMPTS {
        let Some(stored) = server.storage.get(resource.collection, key) else { return Ok(()) };
        let mut object = stored.value();
        if !make(&mut object) {
            return Ok(());
        }
        match put(server, resource, &stored, object).await {
            Ok(_) => return Ok(()),
            Err(WriteError::Changed) => {}
            Err(WriteError::Missing) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Err(WriteError::Changed)
}

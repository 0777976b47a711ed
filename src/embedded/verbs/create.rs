//! `create`, with `generateName` and dry run.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::modify::Changed;
use super::{Call, admit, decode};
use crate::embedded::meta;
use crate::embedded::render::{self, Warnings};
use crate::embedded::status::ApiError;
use crate::embedded::storage::{Change, Expect, Key, Write, WriteError};

/// Names that are tried when a generated one is taken, as in kube-apiserver.
const GENERATED_NAMES: usize = 8;

/// `POST` to a collection.
pub(super) async fn create(call: &Call<'_>) -> Result<Response, ApiError> {
    let mut warnings = call.warnings();
    let object = decode::object(call, &mut warnings)?;
    if !meta::text(&object, "resourceVersion").is_empty() {
        // kube-apiserver answers so, without a reason.
        return Err(ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "",
            "resourceVersion should not be set on objects to be created",
        ));
    }
    store(call, object, true, warnings).await
}

/// Stores a decoded object as a new one; `track` records the manager of its fields (apply has done so itself).
pub(super) async fn store(
    call: &Call<'_>,
    mut object: Value,
    track: bool,
    warnings: Warnings,
) -> Result<Response, ApiError> {
    set_namespace(call, &mut object)?;
    let generated = meta::text(&object, "name").is_empty() && !meta::text(&object, "generateName").is_empty();
    let mut attempts = if generated { GENERATED_NAMES } else { 1 };
    loop {
        attempts -= 1;
        let mut candidate = if attempts > 0 { object.clone() } else { std::mem::take(&mut object) };
        if generated {
            candidate["metadata"]["name"] = meta::generate(meta::text(&candidate, "generateName")).into();
        }
        admit::new_object(call, &mut candidate, track)?;
        admit::checks(call, None, &candidate).await?;
        match insert(call, candidate).await {
            Err((WriteError::Exists, _)) if attempts > 0 => {}
            Err((error, name)) => {
                return Err(ApiError::write(&error, call.resource(), call.namespace(), &name));
            }
            Ok(Changed::Stored(stored)) => {
                return Ok(render::stored(call, StatusCode::CREATED, &stored, warnings));
            }
            Ok(Changed::Tried(value)) => {
                return Ok(render::value(call, StatusCode::CREATED, value, warnings));
            }
        }
    }
}

/// Writes the object, or only says what would come of it. The error comes with the name that was tried.
async fn insert(call: &Call<'_>, mut object: Value) -> Result<Changed, (WriteError, String)> {
    let (server, resource) = (call.server, call.resource());
    let name = meta::text(&object, "name").to_owned();
    let key = Key::new(call.namespace(), &name);
    if call.request.query.dry_run {
        return match check(call, &key) {
            Some(error) => Err((error, name)),
            None => Ok(Changed::Tried(object)),
        };
    }
    resource.write(&mut object);
    let write = Write {
        collection: resource.collection,
        key,
        expect: Expect::Absent,
        change: Change::Put(object),
        within: resource.namespaced.then(|| server.registry.namespaces()),
    };
    server.storage.write(write).await.map(Changed::Stored).map_err(|error| (error, name))
}

/// The conditions of a creation, for a dry run.
fn check(call: &Call<'_>, key: &Key) -> Option<WriteError> {
    let (server, resource) = (call.server, call.resource());
    if resource.namespaced {
        match server.storage.get(server.registry.namespaces(), &Key::new("", &key.namespace)) {
            None => return Some(WriteError::NoNamespace),
            Some(namespace) if namespace.deleting => return Some(WriteError::NamespaceEnding),
            Some(_) => {}
        }
    }
    server.storage.get(resource.collection, key).map(|_| WriteError::Exists)
}

/// The namespace of the address is the namespace of the object.
pub(super) fn set_namespace(call: &Call<'_>, object: &mut Value) -> Result<(), ApiError> {
    let given = meta::text(object, "namespace").to_owned();
    match (call.target.namespace.as_deref(), given.as_str()) {
        (Some(namespace), "") => object["metadata"]["namespace"] = namespace.into(),
        (Some(namespace), given) if namespace != given => {
            return Err(ApiError::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        (None, given) if !given.is_empty() => {
            if let Some(meta) = object["metadata"].as_object_mut() {
                meta.remove("namespace");
            }
        }
        _ => {}
    }
    Ok(())
}

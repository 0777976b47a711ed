//! `delete`: at once, or, while finalizers hold the object, a mark that it is going.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::Call;
use crate::embedded::builtin::IMMORTAL;
use crate::embedded::meta::{self, FOREGROUND, ORPHAN};
use crate::embedded::registry::Served;
use crate::embedded::render;
use crate::embedded::request::{Format, Propagation, read};
use crate::embedded::resource::Resource;
use crate::embedded::schema::{CauseReason, FieldError};
use crate::embedded::server::Server;
use crate::embedded::status::ApiError;
use crate::embedded::storage::{Change, Expect, Key, Stored, Write, WriteError};

/// Times that a deletion is tried while others write the same object.
const ATTEMPTS: usize = 64;

/// Options of a deletion.
#[derive(Debug, Clone, Default)]
pub struct DeleteOptions {
    /// What becomes of dependents; `None` is the default of the resource.
    pub propagation: Option<Propagation>,
    /// Only the object with this UID.
    pub uid: Option<String>,
    /// Only the object at this revision.
    pub resource_version: Option<String>,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// What came of a deletion.
#[derive(Debug)]
pub enum Removed {
    /// The object is gone.
    Gone(Arc<Stored>),
    /// The object is marked and waits for its finalizers; in its stored form.
    Pending(Value),
}

/// `DELETE` of an object.
pub(super) async fn delete(call: &Call<'_>) -> Result<Response, ApiError> {
    let options = options(call)?;
    Ok(match remove(call.server, call.served, &call.key(), &options).await? {
        Removed::Pending(mut value) => {
            call.resource().read(call.version(), &mut value);
            render::value(call, StatusCode::OK, value, call.warnings())
        }
        Removed::Gone(stored) => {
            let resource = call.resource();
            let mut details =
                json!({"name": &*stored.key.name, "kind": resource.plural, "uid": &*stored.uid});
            if !resource.group.is_empty() {
                details["group"] = resource.group.as_str().into();
            }
            let status = json!({
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details
            });
            render::json(StatusCode::OK, &status, &call.warnings())
        }
    })
}

/// Deletes one object. Errors: 404, 409 for a precondition that does not hold, 500.
pub async fn remove(
    server: &Server,
    served: &Served,
    key: &Key,
    options: &DeleteOptions,
) -> Result<Removed, ApiError> {
    let resource = &served.resource;
    if resource.traits.spec_finalizers && IMMORTAL.contains(&&*key.name) {
        return Err(ApiError::forbidden(resource, &key.name, "this namespace may not be deleted"));
    }
    for _ in 0..ATTEMPTS {
        let stored = server
            .storage
            .get(resource.collection, key)
            .ok_or_else(|| ApiError::not_found(resource, &key.name))?;
        preconditions(resource, &stored, options)?;
        let live = stored.value();
        let mut object = live.clone();
        mark(resource, &mut object, options.propagation);
        let gone = !resource.held(&object);
        if options.dry_run {
            return Ok(if gone { Removed::Gone(stored) } else { Removed::Pending(object) });
        }
        if !gone && object == live {
            return Ok(Removed::Pending(live));
        }
        let change = if gone { Change::Remove(live) } else { Change::Put(object) };
        let write = Write {
            collection: resource.collection,
            key: key.clone(),
            expect: Expect::Revision(stored.revision),
            change,
            within: None,
        };
        match server.storage.write(write).await {
            Ok(written) if gone => return Ok(Removed::Gone(written)),
            Ok(written) => return Ok(Removed::Pending(written.value())),
            Err(WriteError::Changed) => {}
            Err(error) => return Err(ApiError::write(&error, resource, &key.namespace, &key.name)),
        }
    }
    Err(ApiError::modified(resource, &key.name))
}

/// Sets the finalizers that the propagation asks for, and the time of deletion.
fn mark(resource: &Resource, object: &mut Value, propagation: Option<Propagation>) {
    let present = |finalizer: &str| meta::finalizers(object).contains(&finalizer);
    let orphan = propagation.map_or_else(|| present(ORPHAN), |p| p == Propagation::Orphan);
    let foreground = propagation.map_or_else(|| present(FOREGROUND), |p| p == Propagation::Foreground);
    let mut finalizers: Vec<String> = meta::finalizers(object)
        .into_iter()
        .filter(|f| ![ORPHAN, FOREGROUND].contains(f))
        .map(Into::into)
        .collect();
    finalizers.extend(orphan.then(|| ORPHAN.to_owned()));
    finalizers.extend(foreground.then(|| FOREGROUND.to_owned()));
    if let Some(fields) = object["metadata"].as_object_mut() {
        match finalizers.is_empty() {
            true => fields.remove("finalizers"),
            false => fields.insert("finalizers".to_owned(), finalizers.into()),
        };
    }
    if !meta::deleting(object) && resource.held(object) {
        object["metadata"]["deletionTimestamp"] = meta::now().into();
        object["metadata"]["deletionGracePeriodSeconds"] = 0.into();
        if let Some(generation) = object["metadata"]["generation"].as_i64() {
            object["metadata"]["generation"] = (generation + 1).into();
        }
        if resource.traits.spec_finalizers {
            object["status"]["phase"] = "Terminating".into();
        }
    }
}

fn preconditions(resource: &Resource, stored: &Stored, options: &DeleteOptions) -> Result<(), ApiError> {
    let name = &stored.key.name;
    if let Some(uid) = options.uid.as_deref().filter(|uid| **uid != *stored.uid) {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
            stored.uid
        );
        return Err(ApiError::conflict_of_kind(resource, name, &why));
    }
    if let Some(version) = options.resource_version.as_deref().filter(|v| **v != stored.revision.to_string())
    {
        let why = format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({}). The object might have been modified",
            stored.revision
        );
        return Err(ApiError::conflict_of_kind(resource, name, &why));
    }
    Ok(())
}

/// The options of a request: its body where it has one, else its query.
pub(super) fn options(call: &Call<'_>) -> Result<DeleteOptions, ApiError> {
    let query = &call.request.query;
    let (mut policy, mut orphan) = (query.propagation_policy.clone(), query.orphan_dependents);
    let mut options = DeleteOptions { dry_run: query.dry_run, ..DeleteOptions::default() };
    // kube-apiserver lets a body hide the query, and so deletes for `?dryRun=All` with `{}`. Here both count.
    if !call.request.body.is_empty() {
        let (body, _) = read(Format::of(&call.request.content_type)?, &call.request.body)?;
        if !body.is_object() {
            return Err(ApiError::bad_request("decoded object cannot be converted to DeleteOptions"));
        }
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        policy = text(&body["propagationPolicy"]).or(policy);
        orphan = body["orphanDependents"].as_bool().or(orphan);
        options.uid = text(&body["preconditions"]["uid"]);
        options.resource_version = text(&body["preconditions"]["resourceVersion"]);
        options.dry_run |= body["dryRun"].as_array().is_some_and(|d| d.iter().any(|v| v == "All"));
    }
    options.propagation = match (policy.as_deref(), orphan) {
        (Some(policy), Some(_)) => return Err(contradiction(policy)),
        (Some(policy), None) => match Propagation::parse(policy) {
            Some(propagation) => Some(propagation),
            None => return Err(unsupported(policy)),
        },
        (None, Some(true)) => Some(Propagation::Orphan),
        (None, Some(false)) => Some(Propagation::Background),
        (None, None) => None,
    };
    Ok(options)
}

fn contradiction(policy: &str) -> ApiError {
    let detail = "orphanDependents and deletionPropagation cannot be both set";
    let error = meta::invalid("propagationPolicy", &policy.into(), detail);
    ApiError::invalid_kind("meta.k8s.io", "DeleteOptions", "", &[error])
}

fn unsupported(policy: &str) -> ApiError {
    let error = FieldError {
        field: "propagationPolicy".to_owned(),
        reason: CauseReason::NotSupported,
        message: format!(
            "Unsupported value: {policy:?}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
        ),
    };
    ApiError::invalid_kind("meta.k8s.io", "DeleteOptions", "", &[error])
}

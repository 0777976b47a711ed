//! `patch`: merge, JSON and strategic patches of what exists, and server-side apply.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::modify::{Wanted, answer, modify};
use super::{Call, admit, create, decode, update};
use crate::embedded::apply::{self, ApplyError};
use crate::embedded::meta;
use crate::embedded::patch::{self, PatchError};
use crate::embedded::render::Warnings;
use crate::embedded::request::{Format, read};
use crate::embedded::schema::{CauseReason, FieldError};
use crate::embedded::status::{ApiError, Cause};

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

/// `PATCH` of an object or its status.
pub(super) async fn patch(call: &Call<'_>) -> Result<Response, ApiError> {
    let native = call.resource().traits.native;
    match call.request.content_type.as_str() {
        APPLY => server_side_apply(call).await,
        JSON | MERGE => plain(call).await,
        STRATEGIC if native => plain(call).await,
        _ if native => Err(ApiError::unsupported_media(&[JSON, MERGE, STRATEGIC, APPLY])),
        _ => Err(ApiError::unsupported_media(&[JSON, MERGE, APPLY])),
    }
}

async fn plain(call: &Call<'_>) -> Result<Response, ApiError> {
    let (body, _) = read(Format::Json, &call.request.body)
        .map_err(|e| ApiError::bad_request(format!("error decoding patch: {e}")))?;
    if call.request.content_type != JSON && !body.is_object() {
        return Err(ApiError::bad_request("error decoding patch: it is not an object"));
    }
    let mut warnings = call.warnings();
    let changed = modify(call, |live| {
        let patched = match call.request.content_type.as_str() {
            JSON => patch::json_patch(live, &body),
            MERGE => Ok(patch::merge_patch(live, &body)),
            _ => patch::strategic_merge_patch(&call.version().schema, live, &body),
        }
        .map_err(|e| refused(&e))?;
        // Made afresh on every try, so a repetition does not warn twice.
        warnings = call.warnings();
        let mut object = decode::shape(call, patched, Vec::new(), &mut warnings)?;
        update::set_name(call, &mut object)?;
        create::set_namespace(call, &mut object)?;
        Ok(Wanted { object, track: true })
    })
    .await?;
    Ok(answer(call, changed, warnings))
}

fn refused(error: &PatchError) -> ApiError {
    match error {
        PatchError::Malformed(_) => ApiError::bad_request(error.to_string()),
        PatchError::Inapplicable(detail) => ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid",
            format!("the server rejected our request due to an error in our request: {detail}"),
        ),
    }
}

async fn server_side_apply(call: &Call<'_>) -> Result<Response, ApiError> {
    check_manager(call)?;
    let mut warnings = call.warnings();
    // JSON is YAML too, but read faster and with its duplicates noted.
    let (body, duplicates) =
        read(Format::Json, &call.request.body).or_else(|_| read(Format::Yaml, &call.request.body))?;
    let mut applied = applied(call, body, duplicates, &mut warnings)?;
    update::set_name(call, &mut applied)?;
    create::set_namespace(call, &mut applied)?;
    if call.server.storage.get(call.resource().collection, &call.key()).is_none() {
        if call.target.subresource.is_some() {
            return Err(ApiError::not_found(call.resource(), call.name()));
        }
        if !meta::text(&applied, "uid").is_empty() {
            let why = format!(
                "uid mismatch: the provided object specified uid {}, and no existing object was found",
                meta::text(&applied, "uid")
            );
            return Err(ApiError::conflict(call.resource(), call.name(), &why));
        }
        let mut object = merged(call, None, &applied)?;
        call.version().schema.default(&mut object);
        match create::store(call, object, false, warnings.clone()).await {
            // Somebody else was faster: it is a change now.
            Err(error) if error.reason() == "AlreadyExists" => {}
            other => return other,
        }
    }
    let changed = modify(call, |live| {
        let mut object = merged(call, Some(live), &applied)?;
        call.version().schema.default(&mut object);
        Ok(Wanted { object, track: false })
    })
    .await?;
    Ok(answer(call, changed, warnings))
}

/// What is applied, as it was written: pruned, but without the defaults, which nobody owns.
fn applied(
    call: &Call<'_>,
    body: Value,
    duplicates: Vec<String>,
    warnings: &mut Warnings,
) -> Result<Value, ApiError> {
    let mut bare = body.clone();
    if bare["metadata"]["managedFields"].as_array().is_some_and(|m| !m.is_empty()) {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    let unknown = call.version().schema.prune(&mut bare);
    if !unknown.is_empty() {
        let lines: Vec<String> =
            unknown.iter().map(|f| format!(".{f}: field not declared in schema")).collect();
        let defects = match lines.as_slice() {
            [one] => one.clone(),
            _ => format!("errors:\n  {}", lines.join("\n  ")),
        };
        return Err(untyped(call, &body, &defects));
    }
    decode::shape(call, body, duplicates, warnings)?;
    Ok(bare)
}

fn merged(call: &Call<'_>, live: Option<&Value>, applied: &Value) -> Result<Value, ApiError> {
    let (api_version, now) = (call.served.api_version(), meta::now());
    let manager = admit::manager(call, &api_version, &now);
    let force = call.request.query.force.unwrap_or(false);
    apply::server_side_apply(&call.version().schema, live, applied, &manager, force).map_err(|e| match &e {
        ApplyError::Conflicts(conflicts) => {
            let causes = conflicts
                .iter()
                .map(|c| Cause {
                    reason: "FieldManagerConflict".to_owned(),
                    message: c.to_string(),
                    field: c.field.clone(),
                })
                .collect();
            ApiError::apply_conflict(e.to_string(), causes)
        }
        ApplyError::Invalid(detail) => match detail.strip_prefix("failed to create typed patch object: ") {
            Some(defects) => untyped(call, applied, defects),
            None => ApiError::bad_request(detail),
        },
    })
}

/// What is applied does not fit the schema. Unlike elsewhere an unknown field is never dropped here: nobody could own
/// it. kube-apiserver answers 500 without a reason.
fn untyped(call: &Call<'_>, applied: &Value, defects: &str) -> ApiError {
    let resource = call.resource();
    let message = format!(
        "failed to create typed patch object ({}/{}; {}/{}, Kind={}): {defects}",
        meta::text(applied, "namespace"),
        meta::text(applied, "name"),
        resource.group,
        call.version().name,
        resource.kind
    );
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "", message)
}

fn check_manager(call: &Call<'_>) -> Result<(), ApiError> {
    if call.request.query.field_manager.is_some() {
        return Ok(());
    }
    let error = FieldError {
        field: "fieldManager".to_owned(),
        reason: CauseReason::Required,
        message: "Required value: is required for apply patch".to_owned(),
    };
    Err(ApiError::invalid_kind("meta.k8s.io", "PatchOptions", "", &[error]))
}

//! `list`: a consistent page of a collection.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Call;
use crate::embedded::filter::Filter;
use crate::embedded::render::{self, Page};
use crate::embedded::schema::{CauseReason, FieldError};
use crate::embedded::status::ApiError;
use crate::embedded::storage::{Key, Range};

/// `GET` of a collection.
pub(super) fn list(call: &Call<'_>) -> Result<Response, ApiError> {
    Ok(render::list(call, page(call)?))
}

/// Where the next page begins, and of which view of the collection it is.
#[derive(Serialize, Deserialize)]
struct Token {
    rv: u64,
    namespace: String,
    name: String,
}

/// The objects that a list request asks for.
pub(super) fn page(call: &Call<'_>) -> Result<Page, ApiError> {
    let query = &call.request.query;
    validate(call)?;
    let filter = Filter::of(call)?;
    let token = query.next.as_deref().map(read_token).transpose()?;
    let after = token.as_ref().map(|t| Key::new(&t.namespace, &t.name));
    let limit = (query.limit > 0).then_some(query.limit);
    let range = Range {
        namespace: call.target.namespace.as_deref(),
        after: after.as_ref(),
        limit: limit.filter(|_| filter.is_everything()),
    };
    let storage = &call.server.storage;
    let collection = call.resource().collection;
    let asked = query.resource_version.as_deref().map(revision).transpose()?.unwrap_or(0);
    if asked > storage.revision() {
        return Err(ApiError::future_revision(asked, storage.revision()));
    }
    let exact = query.resource_version_match.as_deref() == Some("Exact");
    let at = token.as_ref().map(|t| t.rv).or(exact.then_some(asked));
    let snapshot = match at {
        Some(at) => storage.list_at(collection, range, at).map_err(|_| expired(token.is_some(), at))?,
        None => storage.list(collection, range),
    };
    let (mut items, mut more) = (snapshot.items, snapshot.more);
    if !filter.is_everything() {
        items.retain(|o| filter.matches(o));
        if let Some(limit) = limit {
            more = items.len().saturating_sub(limit);
            items.truncate(limit);
        }
    }
    let next = items.last().filter(|_| more > 0).map(|last| write_token(snapshot.revision, &last.key));
    // Kubernetes does not count what a selector would still leave out.
    let remaining = (more > 0 && filter.is_everything()).then_some(more);
    Ok(Page { items, revision: snapshot.revision, next, remaining })
}

fn write_token(rv: u64, key: &Key) -> String {
    let token = Token { rv, namespace: key.namespace.to_string(), name: key.name.to_string() };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default())
}

fn read_token(text: &str) -> Result<Token, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|b| serde_json::from_slice(&b).ok()).ok_or_else(|| {
        ApiError::bad_request(
            "invalid continue token: continue key is not valid: it is not one that this server gave",
        )
    })
}

fn expired(paged: bool, at: u64) -> ApiError {
    match paged {
        true => ApiError::expired(
            "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.",
        ),
        false => ApiError::expired(format!("The resourceVersion for the provided list is too old: {at}")),
    }
}

/// Reads a resourceVersion.
pub(super) fn revision(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| {
        ApiError::bad_request(format!(
            "invalid resource version: resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
        ))
    })
}

/// The combinations of options that make sense (k8s.io/apimachinery/pkg/apis/meta/internalversion/validation).
fn validate(call: &Call<'_>) -> Result<(), ApiError> {
    let query = &call.request.query;
    let mut errors = Vec::new();
    let mut forbid = |field: &str, detail: &str| {
        errors.push(crate::embedded::meta::forbidden(field, detail));
    };
    if query.initial_events.is_some() {
        forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
    }
    if let Some(matching) = query.resource_version_match.as_deref() {
        let field = "resourceVersionMatch";
        if query.resource_version.is_none() {
            forbid(field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if query.next.is_some() {
            forbid(field, "resourceVersionMatch is forbidden when continue is provided");
        }
        match matching {
            "Exact" if query.resource_version.as_deref() == Some("0") => {
                forbid(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
            "Exact" | "NotOlderThan" => {}
            other => errors.push(FieldError {
                field: field.to_owned(),
                reason: CauseReason::NotSupported,
                message: format!(
                    "Unsupported value: {other:?}: supported values: \"Exact\", \"NotOlderThan\", \"\""
                ),
            }),
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid_kind("meta.k8s.io", "ListOptions", "", &errors)),
    }
}

//! `get`: one object, from memory.

use axum::response::Response;
use http::StatusCode;

use super::Call;
use crate::embedded::render;
use crate::embedded::status::ApiError;

/// `GET` of an object or its status.
pub(super) fn get(call: &Call<'_>) -> Result<Response, ApiError> {
    let stored = call
        .server
        .storage
        .get(call.resource().collection, &call.key())
        .ok_or_else(|| ApiError::not_found(call.resource(), call.name()))?;
    Ok(render::stored(call, StatusCode::OK, &stored, call.warnings()))
}

//! Large data sets, in and out: what is too long for a server function. The guards are those of every request ([`super::door`]).
//!
//! `curl --data-binary @items.jsonl 'http://127.0.0.1:3000/api/datasets/upload/NAMESPACE/NAME'` makes the next version of a data set that
//! Arkdeck keeps, or a new one; `…/download/NAMESPACE/NAME` gives it back.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::door::problem_response;
use super::functions::status_of;
use crate::api::serve::Services;
use crate::api::serve::datasets::{self, Upload};

/// The two routes. The size of an upload is bounded where it is read.
pub fn routes(services: Services) -> Router {
    Router::new()
        .route("/api/datasets/upload/{namespace}/{name}", post(upload))
        .route("/api/datasets/download/{namespace}/{name}", get(download))
        .with_state(services)
}

/// The query part of an upload's address.
#[derive(Deserialize)]
struct UploadParams {
    /// The version that it was made from; without it, the newest.
    from: Option<u32>,
    /// Added to what is there.
    #[serde(default)]
    append: bool,
    /// For the list of versions.
    #[serde(default)]
    note: String,
}

async fn upload(
    State(services): State<Services>,
    Path((namespace, name)): Path<(String, String)>,
    Query(UploadParams { from, append, note }): Query<UploadParams>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let csv = kind.starts_with("text/csv");
    let what = Upload { namespace, name, csv, from, append, note };
    match datasets::upload(&services, what, body.into_data_stream()).await {
        Ok((version, items)) => axum::Json(json!({"version": version, "items": items})).into_response(),
        Err(problem) => problem_response(status_of(problem.code), &problem),
    }
}

/// The query part of a download's address.
#[derive(Deserialize)]
struct DownloadParams {
    /// Version; 0 for the newest.
    #[serde(default)]
    version: u32,
}

async fn download(
    State(services): State<Services>,
    Path((namespace, name)): Path<(String, String)>,
    Query(DownloadParams { version }): Query<DownloadParams>,
) -> Response<Body> {
    match datasets::download(&services, &namespace, &name, version).await {
        Ok((version, lines)) => {
            // A name of a data set has nothing in it that a header could not hold.
            let file = format!("attachment; filename=\"{name}-v{version}.jsonl\"");
            let file = HeaderValue::from_str(&file).unwrap_or(HeaderValue::from_static("attachment"));
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
                (header::CONTENT_DISPOSITION, file),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (HeaderName::from_static("arkdeck-version"), HeaderValue::from(version)),
            ];
            (headers, Body::from_stream(lines)).into_response()
        }
        Err(problem) => problem_response(status_of(problem.code), &problem),
    }
}

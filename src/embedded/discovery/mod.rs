//! What is served: groups, resources, version, health, OpenAPI.

mod aggregated;
mod openapi;
mod plain;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use super::render::{self, Warnings};
use super::request::Where;
use super::server::Server;
use super::status::ApiError;

/// Answers a read of anything but a resource.
pub(super) fn answer(server: &Server, place: &Where, headers: &HeaderMap) -> Result<Response, ApiError> {
    let registry = &server.registry;
    let accept = headers.get(header::ACCEPT).and_then(|a| a.to_str().ok()).unwrap_or_default();
    let aggregated = aggregated::wanted(accept);
    let value = match place {
        Where::Root => plain::paths(registry),
        Where::Core if aggregated => return Ok(aggregated::respond(&aggregated::list(registry, true))),
        Where::Groups if aggregated => return Ok(aggregated::respond(&aggregated::list(registry, false))),
        Where::Core => plain::core_versions(),
        Where::Groups => plain::groups(registry),
        Where::Group(group) => plain::group(registry, group).ok_or_else(ApiError::no_such_path)?,
        Where::GroupVersion(group, version) => {
            plain::resources(registry, group, version).ok_or_else(ApiError::no_such_path)?
        }
        Where::Version => version(&server.version),
        Where::OpenApiIndex => openapi::index(registry),
        Where::OpenApi(group, version) => {
            openapi::document(registry, group, version).ok_or_else(ApiError::no_such_path)?
        }
        Where::Health => return Ok(health()),
        Where::Resource(_) | Where::Unknown => return Err(ApiError::no_such_path()),
    };
    Ok(render::json(StatusCode::OK, &value, &Warnings::default()))
}

/// The Kubernetes whose API this follows, and, in the build part of the version, what it really is.
fn version(program: &str) -> serde_json::Value {
    json!({
        "major": "1", "minor": "36", "gitVersion": format!("v1.36.3+arkdeck-{program}"), "gitCommit": "",
        "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "rustc",
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH)
    })
}

fn health() -> Response {
    let mut response = Response::new(Body::from("ok"));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

//! What is special about server functions: body limit, status codes, unknown paths.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use tower_http::limit::RequestBodyLimitLayer;

use super::door::problem_response;
use crate::views::problem::{Problem, ProblemCode};

/// Largest request body: a YAML text at the API server's own limit (3 MiB for an object) with room for its envelope.
const MAX_BODY: usize = 3 << 20;
/// Largest body of a failed answer that is looked into for its code; problems are far smaller.
const MAX_PROBLEM: usize = 256 << 10;

/// Layers for everything that people send.
pub fn layers(router: Router) -> Router {
    router.layer(middleware::from_fn(status)).layer(RequestBodyLimitLayer::new(MAX_BODY))
}

/// A path under `/api` that no server function has. Also what a page of an older version may ask after an upgrade.
pub async fn unknown(request: Request) -> Response<Body> {
    let path = request.uri().path();
    let problem = Problem::new(ProblemCode::NotFound, format!("There is no function at {path}."))
        .next("Load the page again: it may be of an earlier version.");
    problem_response(StatusCode::NOT_FOUND, &problem)
}

/// Server functions fail with 500 whatever the reason; scripts and logs deserve the real one.
async fn status(request: Request, next: Next) -> Response<Body> {
    let is_function = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    if !is_function || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_PROBLEM).await else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "The answer was cut.\n").into_response();
    };
    if let Ok(problem) = serde_json::from_slice::<Problem>(&bytes) {
        parts.status = status_of(problem.code);
        parts.headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The status of a problem.
pub(super) fn status_of(code: ProblemCode) -> StatusCode {
    match code {
        ProblemCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemCode::NotFound => StatusCode::NOT_FOUND,
        ProblemCode::AlreadyExists | ProblemCode::Conflict => StatusCode::CONFLICT,
        ProblemCode::Forbidden => StatusCode::FORBIDDEN,
        ProblemCode::Unavailable | ProblemCode::Network => StatusCode::SERVICE_UNAVAILABLE,
        ProblemCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

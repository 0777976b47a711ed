//! The parts of the embedded API, and the way of a request through them.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Method;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::admission::Check;
use super::discovery;
use super::registry::Registry;
use super::request::{Request, Where, locate};
use super::status::ApiError;
use super::storage::Storage;
use super::verbs;

/// Largest body of a request, as kube-apiserver's.
const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// A router that answers by `handle`. A panic in it fails the request, not the connection or the client in process.
pub(super) fn router<F, R>(handle: F) -> Router
where
    F: Fn(http::Request<Body>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response> + Send + 'static,
{
    let panicked = |_| {
        tracing::error!("a request to the Kubernetes API panicked");
        ApiError::internal("the request failed by a fault of the server").into_response()
    };
    Router::new().fallback(handle).layer(CatchPanicLayer::custom(panicked))
}

/// What every request may use.
pub(super) struct Server {
    /// Resources.
    pub registry: Registry,
    /// Objects.
    pub storage: Storage,
    /// Version of this program, for `/version`.
    pub version: String,
    /// What is looked at before an object is stored.
    pub checks: Vec<Check>,
    /// Ends watches and background tasks.
    pub shutdown: CancellationToken,
}

impl Server {
    /// Answers one request.
    pub async fn handle(self: Arc<Self>, request: http::Request<Body>) -> Response {
        match self.route(request).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }

    async fn route(self: &Arc<Self>, request: http::Request<Body>) -> Result<Response, ApiError> {
        let (head, body) = request.into_parts();
        let place = locate(head.uri.path());
        if let Where::Resource(target) = place {
            let body = match Limited::new(body, BODY_LIMIT).collect().await {
                Ok(body) => body.to_bytes(),
                Err(error) if error.is::<LengthLimitError>() => return Err(ApiError::too_large(BODY_LIMIT)),
                Err(error) => return Err(ApiError::bad_request(format!("the body broke off: {error}"))),
            };
            let query = head.uri.query().unwrap_or_default();
            let request = Request::new(head.method, query, &head.headers, body)?;
            return verbs::dispatch(self, &target, request).await;
        }
        if place != Where::Unknown && head.method != Method::GET && head.method != Method::HEAD {
            return Err(ApiError::wrong_method());
        }
        discovery::answer(self, &place, &head.headers)
    }
}

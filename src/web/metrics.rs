//! `/metrics`, for Prometheus: on the port of the interface for those who may reach it, and on the kubelet's port.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::engine::Engine;

/// What a scraper is told that the text is (OpenMetrics 1.0).
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The route alone.
pub fn routes(engine: Engine) -> Router {
    let text = move || {
        let text = engine.metrics();
        async move { ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response() }
    };
    Router::new().route("/metrics", get(text))
}

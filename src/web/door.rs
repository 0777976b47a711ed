//! What every request passes: names we answer to, who may change things, headers, panics.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::views::problem::{Problem, ProblemCode};

/// Policy for everything that is no page: nothing may load, nobody may frame it. Pages bring their own.
const BARE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The names that this server answers to.
///
/// A page of a foreign site can make a browser resolve its own name to 127.0.0.1 (DNS rebinding); the Host header
/// then still carries the foreign name, so it is refused before anything is looked at.
#[derive(Debug, Clone)]
pub struct Door {
    names: Arc<[String]>,
}

impl Door {
    /// Loopback names and the address listened at.
    pub fn new(listen: SocketAddr) -> Self {
        let mut names = vec!["localhost".into(), "127.0.0.1".into(), "::1".into()];
        let own = listen.ip().to_string();
        if !names.contains(&own) {
            names.push(own);
        }
        Self { names: names.into() }
    }

    /// Puts the door before `router`. Split from the routes for compile time.
    pub(super) fn layers(self, router: Router) -> Router {
        let header = |name: HeaderName, value: &'static str| {
            SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
        };
        router
            .layer(CsrfLayer::new().with_rejection_response(refuse_origin))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                let door = self.clone();
                async move {
                    match door.admits(&request) {
                        Ok(()) => next.run(request).await,
                        Err(host) => refuse_host(&host),
                    }
                }
            }))
            .layer(header(header::CONTENT_SECURITY_POLICY, BARE_POLICY))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(header(header::REFERRER_POLICY, "same-origin"))
            .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(header(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
            .layer(CatchPanicLayer::custom(after_panic))
    }

    /// `Err` holds the foreign name.
    fn admits(&self, request: &Request) -> Result<(), String> {
        let host = request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or_else(|| request.uri().authority().map(|authority| authority.as_str()))
            .unwrap_or_default();
        let name = without_port(host);
        if self.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            Ok(())
        } else {
            Err(name.to_owned())
        }
    }
}

/// `[::1]:3000` → `::1`, `localhost:3000` → `localhost`.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

fn refuse_host(host: &str) -> Response<Body> {
    let problem =
        Problem::new(ProblemCode::Forbidden, format!("Arkdeck does not answer to the name “{host}”."))
            .next("Open it as http://127.0.0.1 or http://localhost with its port.");
    problem_response(StatusCode::MISDIRECTED_REQUEST, &problem)
}

fn refuse_origin(_: ProtectionError) -> Response<Body> {
    let problem =
        Problem::new(ProblemCode::Forbidden, "The request came from a page of another site and was refused.")
            .next("Use Arkdeck's own pages, or a program that sends no Origin.");
    problem_response(StatusCode::FORBIDDEN, &problem)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that CatchPanicLayer asks for")]
fn after_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = what, "a request panicked");
    let problem =
        Problem::new(ProblemCode::Internal, "Arkdeck failed while it answered. The fault is in its log.")
            .next("Try again; if it happens again, report it with the log.");
    problem_response(StatusCode::INTERNAL_SERVER_ERROR, &problem)
}

/// A problem as the JSON that server functions fail with.
pub(super) fn problem_response(status: StatusCode, problem: &Problem) -> Response<Body> {
    (status, [(header::CACHE_CONTROL, "no-store")], axum::Json(problem)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_do_not_matter_names_do() {
        let door = Door::new(([127, 0, 0, 1], 3000).into());
        let admits = |host: &str| {
            door.admits(&Request::builder().header("host", host).body(Body::empty()).unwrap()).is_ok()
        };
        assert!(admits("localhost:8080"));
        assert!(admits("127.0.0.1"));
        assert!(admits("[::1]:3000"));
        assert!(!admits("evil.example:3000"));
        assert!(!admits("127.0.0.1.evil.example"));
        assert!(!admits(""));
    }
}

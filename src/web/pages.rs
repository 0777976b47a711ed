//! Pages: rendered here first, then alive in the browser. Server functions come by the same routes.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions};

use super::assets::Assets;
use super::{functions, session};
use crate::api::serve::Services;
use crate::app::{App, shell};

/// Pages, server functions, assets, and the page for what is not found.
pub fn routes(services: &Services, options: &LeptosOptions, assets: Assets) -> Router {
    let context = {
        let services = services.clone();
        move || {
            provide_context(services.clone());
            page_headers();
        }
    };
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let not_found = leptos_axum::render_app_to_stream_with_context(context.clone(), page.clone());
    let fallback = move |request: Request| {
        let (assets, not_found) = (assets.clone(), not_found.clone());
        async move {
            if let Some(response) = assets.serve(request.uri(), request.headers()).await {
                return response;
            }
            if is_file(request.uri().path()) || request.method() != http::Method::GET {
                return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
            }
            let mut response = not_found(request).await.into_response();
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        }
    };
    Router::new()
        .route("/", get(session::start))
        .route("/api/{*rest}", any(functions::unknown))
        .leptos_routes_with_context(options, addresses(), context, page)
        .fallback(fallback)
        .with_state(options.clone())
}

/// The addresses of the pages, found once in a process: while Leptos looks for them no resource of any page loads, and
/// one that is asked for then is waited for without end (leptos issue 4773).
fn addresses() -> Vec<AxumRouteListing> {
    static ADDRESSES: LazyLock<Vec<AxumRouteListing>> =
        LazyLock::new(|| generate_route_list_with_exclusions(App, Some(vec!["/".into()])));
    ADDRESSES.clone()
}

/// Addresses of pages have no extension in their last part, except names of objects, which live under `/ns/`.
fn is_file(path: &str) -> bool {
    !path.starts_with("/ns/") && path.rsplit('/').next().is_some_and(|last| last.contains('.'))
}

/// The content security policy of a page, with the nonce that Leptos puts on its scripts.
///
/// `style-src-attr 'unsafe-inline'` allows `style="…"` on elements, which charts and sized bars are drawn with;
/// style *elements* need the nonce.
fn page_headers() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

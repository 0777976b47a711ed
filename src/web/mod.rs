//! The HTTP server that people's browsers reach: pages, server functions, `/live`, assets, sessions, health.
//!
//! [`router`] is one readable table; what stands at the door of every request is in [`door`].

mod assets;
mod datasets;
mod door;
mod evaluate;
mod functions;
mod health;
mod live;
mod metrics;
mod pages;
mod session;

use axum::Router;
use axum::routing::get;
use tokio_util::sync::CancellationToken;

use crate::api::serve::Services;

pub use assets::Assets;
pub use door::Door;
pub use health::Health;
pub use metrics::routes as metrics;

/// What the server is made of.
#[derive(Clone)]
pub struct Web {
    /// Handles of the use cases.
    pub services: Services,
    /// Scripts, styles, fonts.
    pub assets: Assets,
    /// Which names we answer to.
    pub door: Door,
    /// What `/readyz` asks.
    pub health: Health,
    /// Ends live streams when the process drains.
    pub shutdown: CancellationToken,
}

/// All routes. `demo` is the scripted model's endpoint, nested at `/demo/v1`.
pub fn router(web: Web, demo: Option<Router>) -> Router {
    let Web { services, assets, door, health, shutdown } = web;
    let options = assets.leptos_options();
    let mut people = Router::new()
        .route("/live", get(live::stream))
        .with_state(live::State { services: services.clone(), shutdown })
        .merge(evaluate::routes(services.clone()))
        .merge(pages::routes(&services, &options, assets))
        .layer(axum::middleware::from_fn(session::remember))
        .layer(session::layer(services.store()));
    people = functions::layers(people);
    let mut router = Router::new().merge(people).merge(metrics::routes(services.engine().clone()));
    router = router.merge(datasets::routes(services));
    if let Some(demo) = demo {
        router = router.nest("/demo/v1", demo);
    }
    door.layers(router).merge(health.routes())
}

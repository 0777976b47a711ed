//! `/healthz` and `/readyz`, for the kubelet and for scripts; no Host or Origin is asked there, nothing is told.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::store::{Statement, Store};

/// How long the database may take before the process counts as not ready.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the caches are filled.
pub type Synced = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What readiness depends on.
#[derive(Clone)]
pub struct Health {
    store: Store,
    synced: Synced,
}

impl Health {
    /// Ready when `synced` says so and `store` takes writes.
    pub fn new(store: Store, synced: Synced) -> Self {
        Self { store, synced }
    }

    /// The two routes alone, for the probe port.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .with_state(self)
    }

    async fn check(&self) -> Result<(), String> {
        (self.synced)()?;
        let touch = Statement::new(
            "INSERT INTO meta (key, value) VALUES ('readyz', '') ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        );
        match tokio::time::timeout(WRITE_TIMEOUT, self.store.write(vec![touch])).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("the database took no write within {} s", WRITE_TIMEOUT.as_secs())),
        }
    }
}

async fn ready(State(health): State<Health>) -> (StatusCode, String) {
    match health.check().await {
        Ok(()) => (StatusCode::OK, "ok\n".into()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
    }
}

//! The embedded Kubernetes-compatible API: routes, storage with watch, schema, apply, selectors, tables, discovery.
//!
//! One axum router is the API: in process it is the transport of a `kube::Client`, on a loopback port it serves
//! kubectl. It knows no Ark kind by name: what it serves are the built-ins and the definitions that it is given.

pub mod apply;
mod builtin;
mod crd;
mod discovery;
mod filter;
mod meta;
pub mod patch;
mod registry;
mod render;
mod request;
mod resource;
mod reviews;
pub mod schema;
pub mod selector;
mod server;
mod start;
mod status;
mod storage;
mod verbs;

use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

pub use builtin::BuiltinError;
pub use crd::CrdError;
use server::Server;

use crate::store::{Store, StoreError};

/// What the API is made of.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Definitions (`apiextensions.k8s.io/v1 CustomResourceDefinition`) of the resources to serve.
    pub crds: Vec<serde_json::Value>,
    /// Version of this program, part of what `/version` says.
    pub version: String,
}

/// Why the API cannot start.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A definition.
    #[error(transparent)]
    Crd(#[from] CrdError),
    /// A built-in; a fault of the build.
    #[error(transparent)]
    Builtin(#[from] BuiltinError),
    /// What must be there from the beginning could not be written.
    #[error("cannot write {what} at start: {detail}")]
    Seed {
        /// Which object.
        what: String,
        /// What happened.
        detail: String,
    },
}

/// The running API; cheap to clone.
#[derive(Clone)]
pub struct Embedded {
    server: Arc<Server>,
}

impl Embedded {
    /// Loads the objects and makes sure that definitions and first namespaces are there.
    pub async fn start(store: Store, settings: Settings) -> Result<Self, EmbeddedError> {
        start::start(store, settings).await.map(|server| Self { server })
    }

    /// The API as a service, for `kube::Client::new(router, "default")`. Whoever has it may do everything.
    pub fn router(&self) -> Router {
        let server = self.server.clone();
        Router::new().fallback(move |request| server.clone().handle(request))
    }

    /// Ends watches and background tasks and waits for the writes that are under way.
    pub async fn shutdown(&self) {
        self.server.shutdown.cancel();
        self.server.storage.close().await;
    }

    /// Ends with [`shutdown`](Self::shutdown).
    pub fn token(&self) -> CancellationToken {
        self.server.shutdown.clone()
    }
}

//! The embedded Kubernetes-compatible API: routes, storage with watch, schema, apply, selectors, tables, discovery.
//!
//! One axum router is the API: in process it is the transport of a `kube::Client`, on a loopback port it serves
//! kubectl. It knows no Ark kind by name: what it serves are the built-ins and the definitions that it is given.

mod admission;
pub mod apply;
mod builtin;
mod cleanup;
mod crd;
mod discovery;
mod filter;
mod listen;
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

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

pub use admission::{Check, Looked};
pub use builtin::BuiltinError;
pub use crd::CrdError;
pub use listen::ListenError;
use server::Server;

use crate::store::{Store, StoreError};

/// What the API is made of.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Definitions (`apiextensions.k8s.io/v1 CustomResourceDefinition`) of the resources to serve.
    pub crds: Vec<serde_json::Value>,
    /// Version of this program, part of what `/version` says.
    pub version: String,
    /// What is looked at besides, before an object is stored.
    pub checks: Vec<Check>,
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
    /// The port.
    #[error(transparent)]
    Listen(#[from] ListenError),
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
        server::router(move |request| server.clone().handle(request))
    }

    /// Serves the API on a loopback address, with TLS and a bearer token, until `shutdown`. When this returns,
    /// `data_dir/kubeconfig` is written; give port 0 for any free one. Call [`shutdown`](Self::shutdown) too, which
    /// ends the watches that hold connections open.
    pub async fn listen(
        &self,
        address: SocketAddr,
        data_dir: &Path,
        shutdown: CancellationToken,
    ) -> Result<SocketAddr, EmbeddedError> {
        Ok(listen::listen(self.server.clone(), address, data_dir, shutdown).await?)
    }

    /// Ends watches and background tasks and waits for the writes that are under way.
    pub async fn shutdown(&self) {
        self.server.shutdown.cancel();
        self.server.storage.close().await;
    }
}

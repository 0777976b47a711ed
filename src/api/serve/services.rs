//! Handles that the use cases work with.

use std::sync::Arc;

use leptos::prelude::use_context;

use super::live::Tabs;
use crate::engine::Engine;
use crate::engine::journal::Journal;
use crate::kubernetes::access::Identity;
use crate::kubernetes::{Caches, Cluster};
use crate::store::Store;
use crate::views::problem::{Problem, ProblemCode};

/// Everything that a use case may touch; cheap to clone. Given as context to pages and server functions.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
}

struct Inner {
    cluster: Cluster,
    caches: Arc<Caches>,
    store: Store,
    engine: Engine,
    tabs: Tabs,
    boot: String,
}

impl Services {
    /// Handles for one process.
    pub fn new(cluster: Cluster, caches: Arc<Caches>, store: Store, engine: Engine) -> Self {
        let boot = uuid::Uuid::new_v4().to_string();
        Self { inner: Arc::new(Inner { cluster, caches, store, engine, tabs: Tabs::default(), boot }) }
    }

    /// The Kubernetes API.
    pub fn cluster(&self) -> &Cluster {
        &self.inner.cluster
    }

    /// A client that acts as `identity`. The owner acts with the rights of the process.
    pub fn client(&self, identity: &Identity) -> kube::Client {
        match identity {
            Identity::Owner => self.inner.cluster.client.clone(),
        }
    }

    /// What is known of every kind.
    pub fn caches(&self) -> &Arc<Caches> {
        &self.inner.caches
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// What runs queries.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The journals of runs.
    pub fn journal(&self) -> &Journal {
        self.inner.engine.journal()
    }

    /// Open live streams.
    pub fn tabs(&self) -> &Tabs {
        &self.inner.tabs
    }

    /// Differs after each start of the process.
    pub fn boot(&self) -> &str {
        &self.inner.boot
    }
}

/// The handles, where a server function or a page runs.
pub fn services() -> Result<Services, Problem> {
    use_context::<Services>()
        .ok_or_else(|| Problem::new(ProblemCode::Internal, "Arkdeck was asked before it had started."))
}

/// Who asks. Loopback without a login: the owner.
pub fn asker() -> Identity {
    Identity::Owner
}

/// Id of the asker's session, or empty for scripts without a cookie.
pub fn session() -> String {
    use_context::<http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<tower_sessions::Session>().cloned())
        .and_then(|session| session.id())
        .map(|id| id.to_string())
        .unwrap_or_default()
}

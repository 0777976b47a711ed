//! Handles that the use cases work with.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::use_context;

use super::datasets::News;
use super::live::Tabs;
use super::present::source;
use crate::engine::Engine;
use crate::engine::journal::Journal;
use crate::kubernetes::access::{Identity, Reviews};
use crate::kubernetes::apply::Written;
use crate::kubernetes::cache::version_number;
use crate::kubernetes::{Caches, Cluster};
use crate::resources::kind::Kind;
use crate::store::Store;
use crate::views::problem::{Problem, ProblemCode};

/// How long the answer to a write waits for the watch to tell of it; a watch takes a few milliseconds.
const CATCH_UP: Duration = Duration::from_secs(1);

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
    data_set_news: Arc<News>,
    reviews: Reviews,
    boot: String,
}

impl Services {
    /// Handles for one process.
    pub fn new(cluster: Cluster, caches: Arc<Caches>, store: Store, engine: Engine) -> Self {
        let boot = uuid::Uuid::new_v4().to_string();
        let (tabs, reviews, data_set_news) = (Tabs::default(), Reviews::default(), Arc::default());
        Self { inner: Arc::new(Inner { cluster, caches, store, engine, tabs, data_set_news, reviews, boot }) }
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

    /// Waits until the caches know of a write, so that the page which follows it finds what was written.
    pub async fn seen(&self, written: &Written) {
        let Some(kind) = written.object.types.as_ref().and_then(|types| Kind::from_name(&types.kind)) else {
            return;
        };
        let version = version_number(written.object.metadata.resource_version.as_deref());
        let told = source(kind).reached(self.caches(), version);
        if tokio::time::timeout(CATCH_UP, told).await.is_err() {
            tracing::warn!(
                kind = kind.name(),
                version,
                "the watch is late: a page may not show yet what was just written"
            );
        }
    }

    /// Open live streams.
    pub fn tabs(&self) -> &Tabs {
        &self.inner.tabs
    }

    /// What changes of data sets.
    pub fn data_set_news(&self) -> &Arc<News> {
        &self.inner.data_set_news
    }

    /// What the cluster said about rights.
    pub fn reviews(&self) -> &Reviews {
        &self.inner.reviews
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

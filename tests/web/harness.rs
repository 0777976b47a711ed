//! The server without a socket.

use std::sync::Arc;

use arkdeck::api::serve::Services;
use arkdeck::controllers::{self, ControllerDeps};
use arkdeck::embedded::{self, Embedded};
use arkdeck::engine::{Engine, EngineDeps, Settings};
use arkdeck::evaluation::{Scorer, Steps};
use arkdeck::kubernetes::{Caches, Cluster};
use arkdeck::resources::crds;
use arkdeck::store::Store;
use arkdeck::web::{self, Assets, Door, Health, Web};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A server with its data in a folder of its own.
pub struct Server {
    pub router: Router,
    pub client: kube::Client,
    pub shutdown: CancellationToken,
    pub caches: Arc<Caches>,
    engine: Engine,
    pub store: Store,
    _dir: tempfile::TempDir,
}

/// An answer with its body read.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Server {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let crds = crds().iter().map(|crd| serde_json::to_value(crd).unwrap()).collect();
        let settings = embedded::Settings { crds, version: "test".into(), ..embedded::Settings::default() };
        let embedded = Embedded::start(store.clone(), settings).await.unwrap();
        let cluster = Cluster::embedded(embedded.router());
        let client = cluster.client.clone();
        let caches = Arc::new(Caches::new());
        let (filled, watching) = (caches.clone(), client.clone());
        tokio::spawn(async move { filled.run(watching).await });
        let deps = EngineDeps {
            store: store.clone(),
            client: client.clone(),
            readers: Arc::new(|_| Ok(None)),
            settings: Settings { program: env!("CARGO_BIN_EXE_arkdeck").into(), ..Settings::default() },
        };
        let engine = Engine::start(deps).await.unwrap();
        caches.ready().await;
        let shutdown = CancellationToken::new();
        let services = Services::new(cluster, caches.clone(), store.clone(), engine.clone());
        let web = Web {
            services,
            assets: Assets::find(dir.path()).unwrap(),
            door: Door::new(([127, 0, 0, 1], 3000).into()),
            health: Health::new(store.clone(), Arc::new(|| Ok(()))),
            shutdown: shutdown.clone(),
        };
        Self { router: web::router(web, None), client, shutdown, caches, engine, store, _dir: dir }
    }

    /// Starts the controllers.
    pub fn control(&self) {
        let caches = &self.caches;
        let deps = ControllerDeps {
            client: self.client.clone(),
            engine: self.engine.clone(),
            scorer: Scorer::new(self.engine.clone(), Steps::new(self.store.clone())),
            agents: caches.agents.clone(),
            teams: caches.teams.clone(),
            models: caches.models.clone(),
            queries: caches.queries.clone(),
            tools: caches.tools.clone(),
            memories: caches.memories.clone(),
            evaluators: caches.evaluators.clone(),
            evaluations: caches.evaluations.clone(),
            namespaces: caches.namespaces.clone(),
            ark_configs: caches.ark_configs.clone(),
            a2a_tasks: caches.a2a_tasks.clone(),
            a2a_servers: caches.a2a_servers.clone(),
            execution_engines: caches.execution_engines.clone(),
        };
        controllers::start(&deps, &self.shutdown);
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn answer(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.send(request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.answer(request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Calls a server function as a script does: JSON, no cookies, no Origin.
    pub async fn call(&self, function: &str, arguments: Value) -> Answer {
        let request = request("POST", &format!("/api/{function}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(arguments.to_string()))
            .unwrap();
        self.answer(request).await
    }
}

/// A request to the name that the server answers to.
pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:3000")
}

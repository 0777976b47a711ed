//! Controllers and engine in this process, over the embedded API, or over the cluster of `ARKDECK_TEST_KUBECONFIG`.
//!
//! On a cluster the tests run one at a time (`--test-threads=1`): they share it, and each starts from an empty one.
//!
//! Journals are in a file, and in a database of PostgreSQL for tests of [`on_both`]; with `ARKDECK_TEST_POSTGRES` set, for all.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arkdeck::admission;
use arkdeck::controllers::{self, ControllerDeps};
use arkdeck::embedded::{self, Embedded};
use arkdeck::engine::journal::{Entry, Event};
use arkdeck::engine::sandbox::Sandbox;
use arkdeck::engine::world::{Account, Readers};
use arkdeck::engine::{Engine, EngineDeps, Settings};
use arkdeck::evaluation::{Scorer, Steps};
use arkdeck::kubernetes::{Accounts, KindCache};
use arkdeck::resources::crds;
use arkdeck::resources::kind::Kind;
use arkdeck::resources::query_status::QueryStatus;
use arkdeck::resources::{ArkConfig, Evaluation, EvaluationPhase, EvaluationStatus, Model, Query, Tool};
use arkdeck::store::Store;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::wait::await_condition;
use kube::{Client, Config, ResourceExt};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::model_server::ModelServer;
use crate::postgres;

/// Longer than any test takes on a busy machine; reached only when something hangs.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub const NAMESPACE: &str = "default";

/// File of a test's folder with the address of its database, where that is on a server.
const ADDRESS: &str = "database-url";

/// Makes two tests of each function that takes a folder: `on_file::name`, and `on_server::name` with its journals on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_file {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(tempfile::tempdir().unwrap()).await;
            })+
        }
        mod on_server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::harness::folder_on_a_server().await).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// A folder whose journals are in a new database of PostgreSQL.
pub async fn folder_on_a_server() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(ADDRESS), postgres::database().await).unwrap();
    dir
}

/// The databases of a folder.
pub struct Stores {
    /// What the engine writes to.
    pub engine: Store,
    /// What the embedded API writes to: a file always.
    pub objects: Store,
}

impl Stores {
    /// Opens those of `dir`.
    pub async fn open(dir: &Path) -> Self {
        let address = dir.join(ADDRESS);
        if is_fresh(dir) && !address.exists() && std::env::var_os("ARKDECK_TEST_POSTGRES").is_some() {
            std::fs::write(&address, postgres::database().await).unwrap();
        }
        let objects = Store::open(dir).await.unwrap();
        let engine = match std::fs::read_to_string(address) {
            Ok(url) => Store::connect(&url).await.unwrap(),
            Err(_) => objects.clone(),
        };
        Self { engine, objects }
    }

    /// Closes them; the folder can be used again.
    pub async fn close(self) {
        if self.engine.shared().is_some() {
            self.engine.close().await;
        }
        self.objects.close().await;
    }
}

/// Whether no process has used `dir` yet.
fn is_fresh(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().all(|entry| entry.unwrap().file_name() == ADDRESS)
}

/// Everything of one process but its HTTP server.
pub struct Deck {
    pub client: Client,
    pub engine: Engine,
    stores: Stores,
    embedded: Option<Embedded>,
    shutdown: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Settings with pauses that a test can wait for.
pub fn quick() -> Settings {
    Settings {
        backoff: Duration::from_millis(1),
        drain: Duration::ZERO,
        program: env!("CARGO_BIN_EXE_arkdeck").into(),
        ..Settings::default()
    }
}

impl Deck {
    /// Starts on the data in `dir`.
    pub async fn start(dir: &Path, settings: Settings) -> Self {
        Self::start_reading(dir, settings, |_, usual| usual).await
    }

    /// The same with other `readers`: made from the client of the process and the usual ones.
    pub async fn start_reading(
        dir: &Path,
        settings: Settings,
        readers: impl FnOnce(&Client, Readers) -> Readers,
    ) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fresh = is_fresh(dir);
        let stores = Stores::open(dir).await;
        let store = stores.engine.clone();
        let Connection { client, accounts, embedded } = connect(&stores.objects, fresh).await;
        let usual: Readers =
            Arc::new(move |account: &Account| accounts.client(&account.namespace, &account.name));
        let readers = readers(&client, usual);
        let deps = EngineDeps { store: store.clone(), client: client.clone(), readers, settings };
        let engine = Engine::start(deps).await.unwrap();
        let mut tasks = Vec::new();
        macro_rules! cache {
            () => {{
                let cache = Arc::new(KindCache::new());
                let (filled, client) = (cache.clone(), client.clone());
                tasks.push(tokio::spawn(async move { filled.run(client).await }));
                cache
            }};
        }
        let deps = ControllerDeps {
            client: client.clone(),
            engine: engine.clone(),
            scorer: Scorer::new(engine.clone(), Steps::new(store.clone())),
            agents: cache!(),
            teams: cache!(),
            models: cache!(),
            queries: cache!(),
            tools: cache!(),
            memories: cache!(),
            evaluators: cache!(),
            evaluations: cache!(),
            namespaces: cache!(),
            ark_configs: cache!(),
            a2a_tasks: cache!(),
            a2a_servers: cache!(),
            execution_engines: cache!(),
        };
        let shutdown = CancellationToken::new();
        tasks.extend(controllers::start(&deps, &shutdown));
        Self { client, engine, stores, embedded, shutdown, tasks }
    }

    /// Stops as the process does at SIGTERM; the folder can be used again.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.engine.shutdown().await;
        if let Some(embedded) = self.embedded {
            embedded.shutdown().await;
        }
        for task in self.tasks {
            task.abort();
            let _ = task.await;
        }
        self.stores.close().await;
    }

    /// Whether the API is the embedded one.
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// The embedded API, where it is that.
    pub fn router(&self) -> Option<axum::Router> {
        self.embedded.as_ref().map(Embedded::router)
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.stores.engine
    }

    /// Creates an object from JSON, as kubectl would.
    pub async fn create(&self, object: Value) -> DynamicObject {
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        let types = object.types.clone().unwrap();
        let (group, version) = types.api_version.split_once('/').unwrap_or(("", &types.api_version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &types.kind));
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), NAMESPACE, &resource);
        api.create(&PostParams::default(), &object).await.unwrap()
    }

    /// A Model that `server` answers for.
    pub async fn model(&self, server: &ModelServer, name: &str) {
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": name, "labels": {"fleet": "north"}},
            "spec": {"provider": "openai", "model": {"value": name}, "pollInterval": "1h", "config": {"openai": {
                "baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}}},
        }))
        .await;
    }

    /// A Model that `server` answers for in the protocol of `provider`.
    pub async fn model_of(&self, provider: &str, server: &ModelServer, name: &str) {
        let base = if provider == "openai" { server.url.clone() } else { server.base() };
        let mut block = json!({"baseUrl": {"value": base}});
        if provider == "bedrock" {
            block["region"] = json!({"value": "eu-west-1"});
            block["accessKeyId"] = json!({"value": "AKIDEXAMPLE"});
            block["secretAccessKey"] = json!({"value": "sk-lighthouse-1234"});
        } else {
            block["apiKey"] = json!({"value": "sk-lighthouse-1234"});
        }
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": name},
            "spec": {"provider": provider, "model": {"value": name}, "pollInterval": "1h", "config": {provider: block}},
        }))
        .await;
    }

    /// An Agent with further fields of its spec.
    pub async fn agent(&self, name: &str, model: &str, spec: Value) {
        let mut whole = json!({"prompt": "You are a pilot.", "modelRef": {"name": model}});
        whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Agent",
            "metadata": {"name": name, "labels": {"fleet": "north"}}, "spec": whole,
        }))
        .await;
    }

    /// A Team by its spec.
    pub async fn team(&self, name: &str, spec: Value) {
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Team", "metadata": {"name": name}, "spec": spec,
        }))
        .await;
    }

    /// A Tool by its spec.
    pub async fn tool(&self, name: &str, spec: Value) {
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Tool", "metadata": {"name": name}, "spec": spec,
        }))
        .await;
    }

    /// Merge-patches a tool.
    pub async fn retarget(&self, tool: &str, patch: Value) {
        let api: Api<Tool> = Api::namespaced(self.client.clone(), NAMESPACE);
        api.patch(tool, &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    }

    /// A Query of a team, ended.
    pub async fn ask_team(&self, team: &str, input: &str) -> Query {
        let name = format!("ask-{team}");
        self.query(&name, json!({"input": input, "target": {"type": "team", "name": team}})).await;
        self.ended(&name).await
    }

    /// The object of `kind`, once its condition `Available` has this reason.
    pub async fn available(&self, kind: &str, name: &str, reason: &'static str) -> DynamicObject {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("ark.mckinsey.com", "v1alpha1", kind));
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), NAMESPACE, &resource);
        let wait = await_condition(api.clone(), name, move |object: Option<&DynamicObject>| {
            let conditions = object.and_then(|object| object.data["status"]["conditions"].as_array());
            conditions.is_some_and(|all| {
                all.iter().any(|one| one["type"] == "Available" && one["reason"] == reason)
            })
        });
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(found) => found.unwrap().unwrap(),
            Err(_) => panic!("{name} did not get there: {:?}", api.get(name).await.map(|o| o.data)),
        }
    }

    /// A Query by its spec.
    pub async fn query(&self, name: &str, spec: Value) {
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name}, "spec": spec,
        }))
        .await;
    }

    /// Applies the ArkConfig `default` with this spec, over another one.
    pub async fn config(&self, spec: Value) {
        let config = json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "ArkConfig", "metadata": {"name": "default"}, "spec": spec,
        });
        let api: Api<ArkConfig> = Api::all(self.client.clone());
        api.patch("default", &PatchParams::apply("test").force(), &Patch::Apply(&config)).await.unwrap();
    }

    /// An Evaluator by its spec.
    pub async fn evaluator(&self, name: &str, spec: Value) {
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator", "metadata": {"name": name}, "spec": spec,
        }))
        .await;
    }

    /// An Evaluation by its spec.
    pub async fn evaluation(&self, name: &str, spec: Value) {
        self.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "metadata": {"name": name}, "spec": spec,
        }))
        .await;
    }

    /// The evaluation, once it is as `wanted`.
    pub async fn evaluation_until(
        &self,
        name: &str,
        wanted: impl Fn(&EvaluationStatus) -> bool + Send + Sync + Clone,
    ) -> Evaluation {
        let api: Api<Evaluation> = Api::namespaced(self.client.clone(), NAMESPACE);
        let wait = await_condition(api.clone(), name, move |one: Option<&Evaluation>| {
            one.and_then(|one| one.status.as_ref()).is_some_and(&wanted)
        });
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(found) => found.unwrap().unwrap(),
            Err(_) => panic!("{name} did not get there: {:?}", api.get(name).await.map(|one| one.status)),
        }
    }

    /// The evaluation, once it has ended.
    pub async fn evaluated(&self, name: &str) -> Evaluation {
        self.evaluation_until(name, |status| {
            matches!(status.phase, Some(EvaluationPhase::Done | EvaluationPhase::Error))
        })
        .await
    }

    /// Queries.
    pub fn queries(&self) -> Api<Query> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }

    /// The query, once its status is as `wanted`.
    pub async fn until(
        &self,
        name: &str,
        wanted: impl Fn(&QueryStatus) -> bool + Send + Sync + Clone,
    ) -> Query {
        let wait = await_condition(self.queries(), name, move |query: Option<&Query>| {
            query.and_then(|query| query.status.as_ref()).is_some_and(&wanted)
        });
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(found) => found.unwrap().unwrap(),
            Err(_) => {
                panic!("{name} did not get there: {:?}", self.queries().get(name).await.map(|q| q.status))
            }
        }
    }

    /// The query, once it has ended.
    pub async fn ended(&self, name: &str) -> Query {
        self.until(name, |status| status.phase.is_some_and(|phase| phase.is_terminal())).await
    }

    /// The query, once its phase is this.
    pub async fn phase(&self, name: &str, phase: &'static str) -> Query {
        self.until(name, move |status| status.phase.is_some_and(|p| p.as_str() == phase)).await
    }

    /// Waits until the query is gone.
    pub async fn gone(&self, name: &str) {
        let wait = await_condition(self.queries(), name, |query: Option<&Query>| query.is_none());
        tokio::time::timeout(PATIENCE, wait).await.unwrap().unwrap();
    }

    /// The model, once its condition is this.
    pub async fn model_is(&self, name: &str, status: &'static str) -> Model {
        let api: Api<Model> = Api::namespaced(self.client.clone(), NAMESPACE);
        let wait = await_condition(api.clone(), name, move |model: Option<&Model>| {
            let conditions = model.and_then(|model| model.status.as_ref()).map(|status| &status.conditions);
            conditions.is_some_and(|all| all.iter().any(|one| one.status.as_str() == status))
        });
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(found) => found.unwrap().unwrap(),
            Err(_) => panic!("{name} did not get there: {:?}", api.get(name).await.map(|m| m.status)),
        }
    }

    /// Merge-patches a query.
    pub async fn patch(&self, name: &str, patch: Value) {
        self.queries().patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    }

    /// The journal of a query.
    pub async fn journal(&self, name: &str) -> Vec<Entry> {
        let uid = self.queries().get(name).await.unwrap().uid().unwrap();
        self.engine.journal().read(&uid, 0, usize::MAX).await.unwrap()
    }
}

/// The API under test.
pub struct Connection {
    pub client: Client,
    /// Service accounts, as the process has them.
    pub accounts: Accounts,
    /// The embedded API, where it is that.
    pub embedded: Option<Embedded>,
}

/// Connects to the API under test.
pub async fn connect(store: &Store, fresh: bool) -> Connection {
    let Some(path) = std::env::var_os("ARKDECK_TEST_KUBECONFIG") else {
        let definitions = crds().iter().map(|crd| serde_json::to_value(crd).unwrap()).collect();
        let checks = admission::checks(&Sandbox::new(env!("CARGO_BIN_EXE_arkdeck").into()));
        let options = embedded::Settings { crds: definitions, version: "test".into(), checks };
        let embedded = Embedded::start(store.clone(), options).await.unwrap();
        let client = Client::new(embedded.router(), NAMESPACE);
        return Connection { client, accounts: Accounts::of_the_process(), embedded: Some(embedded) };
    };
    let kubeconfig = Kubeconfig::read_from(path).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let client = Client::try_from(config.clone()).unwrap();
    if fresh {
        empty(&client).await;
    }
    Connection { client, accounts: Accounts::impersonated(config), embedded: None }
}

/// Deletes what an earlier test left on the cluster; no controller runs yet that would see to finalizers.
async fn empty(client: &Client) {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
    secrets.delete_collection(&DeleteParams::default(), &ListParams::default()).await.unwrap();
    let config_maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let of_tests = ListParams::default().fields("metadata.name!=kube-root-ca.crt");
    config_maps.delete_collection(&DeleteParams::default(), &of_tests).await.unwrap();
    for kind in Kind::ALL {
        let (group, version) = kind.api_version().split_once('/').unwrap();
        let resource = ApiResource::from_gvk_with_plural(
            &GroupVersionKind::gvk(group, version, kind.name()),
            kind.plural(),
        );
        let every: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        for object in every.list(&ListParams::default()).await.unwrap() {
            let api: Api<DynamicObject> = match object.namespace() {
                Some(namespace) => Api::namespaced_with(client.clone(), &namespace, &resource),
                None => every.clone(),
            };
            let name = object.name_any();
            if !object.finalizers().is_empty() {
                let none = json!({"metadata": {"finalizers": null}});
                api.patch(&name, &PatchParams::default(), &Patch::Merge(&none)).await.unwrap();
            }
            if object.metadata.deletion_timestamp.is_none() {
                api.delete(&name, &DeleteParams::default()).await.unwrap();
            }
        }
    }
}

/// The entries as words, for snapshots: what happened, without times and texts.
pub fn outline(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| match &entry.event {
            Event::Started { attempt } => format!("started {attempt}"),
            Event::TargetStarted { key } => format!("target {} {}", key.kind.noun(), key.name),
            Event::ModelRequest { step, attempt, .. } => format!("ask {step} attempt {attempt}"),
            Event::ModelResponse { step, finish_reason, .. } => format!("answer {step} {finish_reason}"),
            Event::ModelRetry { step, .. } => format!("retry {step}"),
            Event::ToolRequest { step, name, .. } => format!("call {step} {name}"),
            Event::ToolResult { step, is_error, .. } => format!("result {step} error={is_error}"),
            Event::ApprovalAsked { step, name, .. } => format!("ask a person {step} {name}"),
            Event::ApprovalDecided { step, outcome, by, .. } => {
                format!("decided {step} {} by {by}", outcome.as_str())
            }
            Event::TurnStarted { step, member, rule, .. } => {
                format!("turn {step} {} by {}", member.name, rule.as_str())
            }
            Event::TurnDone { step, .. } => format!("turn done {step}"),
            Event::TeamEnded { team, reason, turns, .. } => {
                format!("team {} ended after {turns}: {}", team.name, reason.as_str())
            }
            Event::OutputRejected { step, .. } => format!("rejected {step}"),
            Event::TargetDone { .. } => "target done".into(),
            Event::TargetFailed { code, .. } => format!("target failed {code}"),
            Event::MemoryRead { messages, left_out, .. } => {
                format!("remembered {} left out {left_out}", messages.len())
            }
            Event::MemoryWritten { messages, .. } => format!("kept {messages}"),
            Event::MemoryFailed { reason, .. } => format!("memory failed {reason}"),
            Event::Notice { .. } => "notice".into(),
            Event::Finished { phase, reason, .. } => format!("finished {phase} {reason}"),
        })
        .collect()
}

/// Each message of a request as `role name: text`.
pub fn said(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    messages
        .iter()
        .map(|one| {
            let role = text(&one["role"]);
            let who = one["name"].as_str().map(|name| format!("{role} {name}")).unwrap_or(role);
            format!("{who}: {}", text(&one["content"]))
        })
        .collect()
}

/// The reason of the Completed condition.
pub fn reason(query: &Query) -> String {
    query.status.as_ref().unwrap().conditions[0].reason.clone()
}

/// The message of the Completed condition.
pub fn message(query: &Query) -> String {
    query.status.as_ref().unwrap().conditions[0].message.clone()
}

/// The text of the response.
pub fn content(query: &Query) -> String {
    query.status.as_ref().unwrap().response.as_ref().unwrap().content.clone()
}

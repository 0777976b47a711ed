//! The caches of all kinds, each filled by its one watch.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Event, Namespace};
use kube::Client;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{Instrument, info_span};

use super::cache::{Cached, KindCache, Signal};
use crate::resources::kind::GROUP;
use crate::resources::{
    A2AServer, A2ATask, Agent, ArkConfig, Evaluation, Evaluator, ExecutionEngine, MCPServer, Memory, Model,
    Query, Team, Tool,
};

/// Events kept at the most; older ones are still in the API, and pages show the newest only.
const EVENTS: usize = 2000;

/// One cache for each kind. Secrets are never among them.
pub struct Caches {
    /// Agents.
    pub agents: Arc<KindCache<Agent>>,
    /// Teams.
    pub teams: Arc<KindCache<Team>>,
    /// Models.
    pub models: Arc<KindCache<Model>>,
    /// Queries.
    pub queries: Arc<KindCache<Query>>,
    /// Tools.
    pub tools: Arc<KindCache<Tool>>,
    /// MCP servers.
    pub mcp_servers: Arc<KindCache<MCPServer>>,
    /// Memories.
    pub memories: Arc<KindCache<Memory>>,
    /// Evaluators.
    pub evaluators: Arc<KindCache<Evaluator>>,
    /// Evaluations.
    pub evaluations: Arc<KindCache<Evaluation>>,
    /// A2A tasks.
    pub a2a_tasks: Arc<KindCache<A2ATask>>,
    /// Defaults.
    pub ark_configs: Arc<KindCache<ArkConfig>>,
    /// A2A servers.
    pub a2a_servers: Arc<KindCache<A2AServer>>,
    /// Execution engines.
    pub execution_engines: Arc<KindCache<ExecutionEngine>>,
    /// Namespaces.
    pub namespaces: Arc<KindCache<Namespace>>,
    /// Events about Ark objects.
    pub events: Arc<KindCache<Event>>,
    signal: Signal,
}

impl Default for Caches {
    fn default() -> Self {
        Self::new()
    }
}

impl Caches {
    /// Empty caches; [`run`](Self::run) fills them.
    pub fn new() -> Self {
        let signal: Signal = Arc::new(watch::Sender::new(()));
        fn cache<K: Cached>(signal: &Signal) -> Arc<KindCache<K>> {
            Arc::new(KindCache::signalling(signal.clone()))
        }
        Self {
            agents: cache(&signal),
            teams: cache(&signal),
            models: cache(&signal),
            queries: cache(&signal),
            tools: cache(&signal),
            mcp_servers: cache(&signal),
            memories: cache(&signal),
            evaluators: cache(&signal),
            evaluations: cache(&signal),
            a2a_tasks: cache(&signal),
            ark_configs: cache(&signal),
            a2a_servers: cache(&signal),
            execution_engines: cache(&signal),
            namespaces: cache(&signal),
            events: Arc::new(KindCache::bounded(signal.clone(), is_about_ark, EVENTS)),
            signal,
        }
    }

    /// Fills all caches until the task is dropped; returns only when one of the watches has died, which is a fault.
    pub async fn run(&self, client: Client) {
        let mut watches = JoinSet::new();
        watch_kind(&mut watches, &self.agents, &client);
        watch_kind(&mut watches, &self.teams, &client);
        watch_kind(&mut watches, &self.models, &client);
        watch_kind(&mut watches, &self.queries, &client);
        watch_kind(&mut watches, &self.tools, &client);
        watch_kind(&mut watches, &self.mcp_servers, &client);
        watch_kind(&mut watches, &self.memories, &client);
        watch_kind(&mut watches, &self.evaluators, &client);
        watch_kind(&mut watches, &self.evaluations, &client);
        watch_kind(&mut watches, &self.a2a_tasks, &client);
        watch_kind(&mut watches, &self.ark_configs, &client);
        watch_kind(&mut watches, &self.a2a_servers, &client);
        watch_kind(&mut watches, &self.execution_engines, &client);
        watch_kind(&mut watches, &self.namespaces, &client);
        watch_kind(&mut watches, &self.events, &client);
        if let Some(Err(error)) = watches.join_next().await {
            tracing::error!(%error, "a watch has died");
        }
    }

    /// Waits until every cache has had its first listing.
    pub async fn ready(&self) {
        self.agents.ready().await;
        self.teams.ready().await;
        self.models.ready().await;
        self.queries.ready().await;
        self.tools.ready().await;
        self.mcp_servers.ready().await;
        self.memories.ready().await;
        self.evaluators.ready().await;
        self.evaluations.ready().await;
        self.a2a_tasks.ready().await;
        self.ark_configs.ready().await;
        self.a2a_servers.ready().await;
        self.execution_engines.ready().await;
        self.namespaces.ready().await;
        self.events.ready().await;
    }

    /// Names of the caches that are not filled yet.
    pub fn unready(&self) -> Vec<&'static str> {
        [
            ("agents", self.agents.is_ready()),
            ("teams", self.teams.is_ready()),
            ("models", self.models.is_ready()),
            ("queries", self.queries.is_ready()),
            ("tools", self.tools.is_ready()),
            ("mcpservers", self.mcp_servers.is_ready()),
            ("memories", self.memories.is_ready()),
            ("evaluators", self.evaluators.is_ready()),
            ("evaluations", self.evaluations.is_ready()),
            ("a2atasks", self.a2a_tasks.is_ready()),
            ("arkconfigs", self.ark_configs.is_ready()),
            ("a2aservers", self.a2a_servers.is_ready()),
            ("executionengines", self.execution_engines.is_ready()),
            ("namespaces", self.namespaces.is_ready()),
            ("events", self.events.is_ready()),
        ]
        .into_iter()
        .filter_map(|(name, ready)| (!ready).then_some(name))
        .collect()
    }

    /// Wakes at any change of any cache; what changed is asked by [`KindCache::since`].
    pub fn changed(&self) -> watch::Receiver<()> {
        self.signal.subscribe()
    }
}

fn watch_kind<K: Cached>(watches: &mut JoinSet<()>, cache: &Arc<KindCache<K>>, client: &Client) {
    let (cache, client) = (cache.clone(), client.clone());
    let span = info_span!("watch", kind = %K::kind(&()));
    watches.spawn(async move { cache.run(client).await }.instrument(span));
}

fn is_about_ark(event: &Event) -> bool {
    event.involved_object.api_version.as_deref().is_some_and(|version| version.starts_with(GROUP))
}

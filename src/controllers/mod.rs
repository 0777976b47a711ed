//! One reconciler per kind, woken by the caches and by timers of its own, never by a second watch.
//!
//! A reconciler is five verbs: dereference (reads), validate and plan (pure, tested), apply and status (writes). Kinds that
//! have no reconciler yet get no status: an honest blank is better than an invented `Ready`.

mod a2a_task;
mod agent;
mod arrivals;
mod evaluation;
mod evaluator;
mod expire;
mod follow;
mod index;
mod memory;
mod model;
mod nesting;
mod patch;
mod query;
mod queue;
mod sources;
mod team;
mod tool;

use std::sync::Arc;

use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span};

use crate::engine::Engine;
use crate::evaluation::Scorer;
use crate::kubernetes::KindCache;
use crate::resources::{
    A2AServer, A2ATask, Agent, ArkConfig, Evaluation, Evaluator, ExecutionEngine, Memory, Model, Query, Team,
    Tool,
};

/// What the controllers work with. The caches are filled by somebody else.
#[derive(Clone)]
pub struct ControllerDeps {
    /// Client with the rights of the process.
    pub client: Client,
    /// Runs queries.
    pub engine: Engine,
    /// Scores evaluations.
    pub scorer: Scorer,
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
    /// Memories.
    pub memories: Arc<KindCache<Memory>>,
    /// Evaluators.
    pub evaluators: Arc<KindCache<Evaluator>>,
    /// Evaluations.
    pub evaluations: Arc<KindCache<Evaluation>>,
    /// Namespaces.
    pub namespaces: Arc<KindCache<Namespace>>,
    /// Defaults.
    pub ark_configs: Arc<KindCache<ArkConfig>>,
    /// A2A tasks.
    pub a2a_tasks: Arc<KindCache<A2ATask>>,
    /// A2A servers.
    pub a2a_servers: Arc<KindCache<A2AServer>>,
    /// Execution engines.
    pub execution_engines: Arc<KindCache<ExecutionEngine>>,
}

/// Starts every controller; they end with `shutdown`. A handle that ends earlier is a fault, and the process should end too.
pub fn start(deps: &ControllerDeps, shutdown: &CancellationToken) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(query::run(deps.clone(), shutdown.clone()).instrument(info_span!("queries"))),
        tokio::spawn(model::run(deps.clone(), shutdown.clone()).instrument(info_span!("models"))),
        tokio::spawn(agent::run(deps.clone(), shutdown.clone()).instrument(info_span!("agents"))),
        tokio::spawn(team::run(deps.clone(), shutdown.clone()).instrument(info_span!("teams"))),
        tokio::spawn(tool::run(deps.clone(), shutdown.clone()).instrument(info_span!("tools"))),
        tokio::spawn(memory::run(deps.clone(), shutdown.clone()).instrument(info_span!("memories"))),
        tokio::spawn(a2a_task::run(deps.clone(), shutdown.clone()).instrument(info_span!("a2atasks"))),
        tokio::spawn(evaluator::run(deps.clone(), shutdown.clone()).instrument(info_span!("evaluators"))),
        tokio::spawn(evaluation::run(deps.clone(), shutdown.clone()).instrument(info_span!("evaluations"))),
    ]
}

//! One reconciler per kind, woken by the caches and by timers of its own, never by a second watch.
//!
//! A reconciler is five verbs: dereference (reads), validate and plan (pure, tested), apply and status (writes). Kinds that
//! have no reconciler yet get no status: an honest blank is better than an invented `Ready`.

mod a2a_task;
mod agent;
mod arrivals;
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
use crate::kubernetes::KindCache;
use crate::resources::{
    A2AServer, A2ATask, Agent, ArkConfig, ExecutionEngine, Memory, Model, Query, Team, Tool,
};

/// What the controllers work with. The caches are filled by somebody else.
#[derive(Clone)]
pub struct ControllerDeps {
    /// Client with the rights of the process.
    pub client: Client,
    /// Runs queries.
    pub engine: Engine,
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
        tokio::spawn(a2a_task::run(deps.clone(), shutdown.clone()).instrument(info_span!("a2atasks"))),
        led(deps, shutdown, model::run, info_span!("models")),
        led(deps, shutdown, agent::run, info_span!("agents")),
        led(deps, shutdown, team::run, info_span!("teams")),
        led(deps, shutdown, tool::run, info_span!("tools")),
        led(deps, shutdown, memory::run, info_span!("memories")),
    ]
}

/// Runs a controller while this replica leads. Queries and decisions are not led: every replica has runs of its own, and says
/// of those only.
fn led<R: Future<Output = ()> + Send + 'static>(
    deps: &ControllerDeps,
    shutdown: &CancellationToken,
    run: impl Fn(ControllerDeps, CancellationToken) -> R + Send + 'static,
    span: tracing::Span,
) -> JoinHandle<()> {
    let (deps, shutdown) = (deps.clone(), shutdown.clone());
    let work = async move {
        let mut leads = deps.engine.leads();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                begun = leads.wait_for(|leads| *leads) => if begun.is_err() { return },
            }
            let over = async {
                // Where there is one process, nobody ever says so.
                if leads.wait_for(|leads| !*leads).await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = run(deps.clone(), shutdown.clone()) => return,
                () = over => {}
            }
        }
    };
    tokio::spawn(work.instrument(span))
}

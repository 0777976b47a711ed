//! Agents: can it run? Looked at when it changes or what it refers to does.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::follow::{Told, follow};
use super::index::Index;
use super::queue::{Key, Queue, work};
use super::{ControllerDeps, nesting, patch};
use crate::kubernetes::KindCache;
use crate::kubernetes::cache::Cached;
use crate::resources::agent::{A2A_ENGINE, Agent, AgentStatus};
use crate::resources::agent_tool::AgentToolType;
use crate::resources::annotations::A2A_SERVER_NAME;
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{agent as agent_reasons, reasons, types};
use crate::resources::kind::Kind;
use crate::resources::tool::ToolType;

/// Agents at once.
const AT_ONCE: usize = 4;
/// Reason of the Event when an agent turns unavailable.
const DEPENDENCY_UNAVAILABLE: &str = "DependencyUnavailable";

/// How something that an agent needs is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Need {
    /// It is there and works.
    Fine,
    /// It is there and not looked at yet.
    Unknown,
    /// It is there and does not work, for this reason.
    Broken(String),
    /// It is not there.
    Missing,
}

/// What an agent refers to, as it is now.
#[derive(Debug, Default, PartialEq)]
struct Found {
    /// Name and state of the A2A server that it lives on.
    server: Option<(String, Need)>,
    /// Name, namespace and state of its model.
    model: Option<(String, String, Need)>,
    /// Name and state of its engine.
    engine: Option<(String, Need)>,
    /// Each tool: name, declared type, actual type.
    tools: Vec<(String, AgentToolType, Option<ToolType>)>,
    /// A chain of agents and teams as tools from it back to it.
    cycle: Option<String>,
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let index: Index<Reference> = Index::default();
    let look = |agent: &Agent| {
        index.set(&key(agent), references(agent));
        queue.add(key(agent));
    };
    let agents = async {
        // Else every agent would first be told that its model is missing.
        deps.models.ready().await;
        deps.tools.ready().await;
        deps.teams.ready().await;
        deps.execution_engines.ready().await;
        deps.a2a_servers.ready().await;
        follow(&deps.agents, &shutdown, |told| match told {
            Told::All(agents) => {
                index.clear();
                agents.iter().for_each(|agent| look(agent));
            }
            Told::Changed { old, new } => {
                if old.is_none_or(|old| {
                    old.metadata.generation != new.metadata.generation
                        || old.metadata.annotations != new.metadata.annotations
                }) {
                    look(&new);
                }
            }
            Told::Gone(entry) => {
                if let Some(agent) = entry.sound() {
                    index.set(&key(agent), Vec::new());
                }
            }
        })
        .await;
    };
    let wake = Wake { index: &index, queue: &queue, shutdown: &shutdown };
    let models = wake.on(&deps.models, Referent::Model);
    let tools = wake.on(&deps.tools, Referent::Tool);
    let engines = wake.on(&deps.execution_engines, Referent::Engine);
    let servers = wake.on(&deps.a2a_servers, Referent::Server);
    let chains = nesting::follow_askers(&deps, &shutdown, |agent| queue.add(key(agent)));
    let worker = work(&queue, AT_ONCE, &shutdown, |key| {
        let deps = deps.clone();
        async move { reconcile(&deps, &key).await.map(|()| None::<Duration>) }
    });
    tokio::join!(agents, models, tools, engines, servers, chains, worker);
}

/// A kind that agents refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Referent {
    Model,
    Tool,
    Engine,
    Server,
}

/// One object that an agent refers to, by namespace and name.
type Reference = (Referent, Key);

fn references(agent: &Agent) -> Vec<Reference> {
    let own = agent.namespace().unwrap_or_default();
    let to = |referent, namespace: &str, name: &str| (referent, (namespace.to_owned(), name.to_owned()));
    let (model, namespace) = agent.spec.model(&own);
    let mut all = vec![to(Referent::Model, namespace, model)];
    all.extend(agent.spec.tools.iter().map(|tool| to(Referent::Tool, &own, tool.lookup_name())));
    if let Some(engine) = &agent.spec.execution_engine {
        all.push(to(Referent::Engine, engine.namespace_or(&own), &engine.name));
    }
    if let Some(server) = agent.annotations().get(A2A_SERVER_NAME) {
        all.push(to(Referent::Server, &own, server));
    }
    all
}

/// Adds the agents that refer to what changes.
struct Wake<'a> {
    index: &'a Index<Reference>,
    queue: &'a Queue,
    shutdown: &'a CancellationToken,
}

impl Wake<'_> {
    async fn on<K: Cached>(&self, cache: &KindCache<K>, referent: Referent) {
        follow(cache, self.shutdown, |told| {
            let changed = match &told {
                Told::All(_) => None,
                Told::Changed { new, .. } => Some(new.meta()),
                Told::Gone(entry) => entry.sound().map(|object| object.meta()),
            };
            let concerned = match changed {
                None => self.index.all(),
                Some(meta) => {
                    let key =
                        (meta.namespace.clone().unwrap_or_default(), meta.name.clone().unwrap_or_default());
                    self.index.of(&(referent, key))
                }
            };
            concerned.into_iter().for_each(|key| self.queue.add(key));
        })
        .await;
    }
}

async fn reconcile(deps: &ControllerDeps, key: &Key) -> Result<(), kube::Error> {
    let Some(agent) = deps.agents.get(&key.0, &key.1) else { return Ok(()) };
    let found = dereference(deps, &agent);
    let before = agent.status.clone().unwrap_or_default();
    let after = plan(&agent, &found, &patch::now());
    if after == before {
        return Ok(());
    }
    patch::status(&deps.client, &*agent, &after).await?;
    let was = condition::is_true(&before.conditions, types::AVAILABLE);
    if was
        && let Some(now) = condition::find(&after.conditions, types::AVAILABLE).filter(|now| !now.is_true())
    {
        deps.engine.events().warning(&*agent, DEPENDENCY_UNAVAILABLE, now.message.as_str());
    }
    Ok(())
}

/// Reads from the caches: no request is made.
fn dereference(deps: &ControllerDeps, agent: &Agent) -> Found {
    let namespace = agent.namespace().unwrap_or_default();
    let server = agent.annotations().get(A2A_SERVER_NAME).map(|name| {
        let found =
            deps.a2a_servers.get(&namespace, name).map(|server| server.status.clone().unwrap_or_default());
        (name.clone(), by_condition(found.as_ref().map(|status| status.conditions.as_slice()), types::READY))
    });
    let engine = agent
        .spec
        .execution_engine
        .as_ref()
        .filter(|engine| !engine.name.is_empty() && engine.name != A2A_ENGINE);
    let engine = engine.map(|engine| {
        let found = deps.execution_engines.get(engine.namespace_or(&namespace), &engine.name);
        let need = match found.map(|engine| engine.status.clone().unwrap_or_default()) {
            None => Need::Missing,
            Some(status) if status.phase == "error" => Need::Broken(status.message),
            Some(status) if status.last_resolved_address.is_empty() => Need::Unknown,
            Some(_) => Need::Fine,
        };
        (engine.name.clone(), need)
    });
    let model = (engine.is_none() && server.is_none() && !agent.spec.is_a2a()).then(|| {
        let (name, from) = agent.spec.model(&namespace);
        let found = deps.models.get(from, name).map(|model| model.status.clone().unwrap_or_default());
        let need =
            by_condition(found.as_ref().map(|status| status.conditions.as_slice()), types::MODEL_AVAILABLE);
        (name.to_owned(), from.to_owned(), need)
    });
    let tools = agent
        .spec
        .tools
        .iter()
        .filter(|tool| !tool.is_builtin())
        .map(|tool| {
            let found = deps.tools.get(&namespace, tool.lookup_name());
            (tool.lookup_name().to_owned(), tool.type_, found.map(|found| found.spec.type_))
        })
        .collect();
    let cycle = nesting::cycle(deps, &namespace, Kind::Agent, &agent.name_any());
    Found { server, model, engine, tools, cycle }
}

fn by_condition(conditions: Option<&[Condition]>, type_: &str) -> Need {
    let Some(conditions) = conditions else { return Need::Missing };
    match condition::find(conditions, type_) {
        None => Need::Unknown,
        Some(condition) => match condition.status {
            ConditionStatus::True => Need::Fine,
            ConditionStatus::Unknown => Need::Unknown,
            ConditionStatus::False => Need::Broken(condition.message.clone()),
        },
    }
}

/// The status that says whether the agent can run; in Ark's order: server, model, engine, tools.
fn plan(agent: &Agent, found: &Found, now: &str) -> AgentStatus {
    let (holds, reason, message) = verdict(agent, found);
    let mut status = agent.status.clone().unwrap_or_default();
    let new = Condition::new(types::AVAILABLE, holds, reason, message, agent.metadata.generation, now);
    condition::set(&mut status.conditions, new);
    status
}

fn verdict(agent: &Agent, found: &Found) -> (ConditionStatus, &'static str, String) {
    use ConditionStatus::{False, True, Unknown};
    let wait = |what: String| (Unknown, reasons::INITIALIZING, format!("{what} is being looked at."));
    if let Some((name, need)) = &found.server {
        match need {
            Need::Fine => {}
            Need::Unknown => return wait(format!("A2A server '{name}'")),
            Need::Broken(why) => {
                return (
                    False,
                    agent_reasons::A2A_SERVER_NOT_READY,
                    format!("A2A server '{name}' is not ready: {why}"),
                );
            }
            Need::Missing => {
                return (
                    False,
                    agent_reasons::A2A_SERVER_NOT_READY,
                    format!("There is no A2A server '{name}'. Create it."),
                );
            }
        }
    }
    if let Some((name, namespace, need)) = &found.model {
        let named = agent.spec.model_ref.as_ref().is_some_and(|model| !model.name.is_empty());
        match need {
            Need::Fine => {}
            Need::Unknown => return wait(format!("Model '{name}'")),
            Need::Broken(why) => {
                return (
                    False,
                    agent_reasons::MODEL_NOT_FOUND,
                    format!("Model '{name}' does not answer. {why}"),
                );
            }
            Need::Missing if named => {
                let message = format!(
                    "There is no Model '{name}' in namespace '{namespace}'. Create it, or correct spec.modelRef."
                );
                return (False, agent_reasons::MODEL_NOT_FOUND, message);
            }
            Need::Missing => {
                let message = format!(
                    "The agent names no model, and there is no Model 'default' in namespace '{namespace}'. Set spec.modelRef."
                );
                return (False, agent_reasons::MODEL_NOT_CONFIGURED, message);
            }
        }
    }
    if let Some((name, need)) = &found.engine {
        match need {
            Need::Fine => {}
            Need::Unknown => {
                let message = format!("Execution engine '{name}' has no address yet.");
                return (False, agent_reasons::EXECUTION_ENGINE_NOT_READY, message);
            }
            Need::Broken(why) => {
                let message = format!("Execution engine '{name}' is not ready: {why}");
                return (False, agent_reasons::EXECUTION_ENGINE_NOT_READY, message);
            }
            Need::Missing => {
                let message = format!(
                    "There is no execution engine '{name}'. Create it, or remove spec.executionEngine."
                );
                return (False, agent_reasons::EXECUTION_ENGINE_NOT_FOUND, message);
            }
        }
    }
    for (name, declared, actual) in &found.tools {
        match actual {
            None => {
                let message = format!(
                    "There is no Tool '{name}' in the agent's namespace. Create it, or remove it from spec.tools."
                );
                return (False, agent_reasons::TOOL_NOT_FOUND, message);
            }
            Some(actual) if *declared != AgentToolType::Custom && declared.as_str() != actual.as_str() => {
                let message = format!(
                    "Tool '{name}' is of type {actual}, and the agent names it as {declared}. Correct one of them."
                );
                return (False, agent_reasons::TOOL_NOT_FOUND, message);
            }
            Some(_) => {}
        }
    }
    if let Some(cycle) = &found.cycle {
        let message = format!("The agent leads back to itself by its tools: {cycle}. Take one out.");
        return (False, agent_reasons::MEMBER_CYCLE, message);
    }
    (True, reasons::AVAILABLE, "All that the agent needs is there.".to_owned())
}

fn key(agent: &Agent) -> Key {
    (agent.namespace().unwrap_or_default(), agent.name_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::agent::AgentSpec;
    use crate::resources::reference::ObjectReference;

    fn agent(model: Option<&str>) -> Agent {
        Agent::new(
            "pilot",
            AgentSpec { model_ref: model.map(ObjectReference::local), ..AgentSpec::default() },
        )
    }

    fn with_model(need: Need) -> Found {
        Found { model: Some(("gull".into(), "lagoon".into(), need)), ..Found::default() }
    }

    fn reason(agent: &Agent, found: &Found) -> (ConditionStatus, &'static str) {
        let (holds, reason, _) = verdict(agent, found);
        (holds, reason)
    }

    #[test]
    fn the_reason_is_the_first_thing_that_is_wrong() {
        use ConditionStatus::{False, True, Unknown};
        let named = agent(Some("gull"));
        assert_eq!(reason(&named, &with_model(Need::Fine)), (True, "Available"));
        assert_eq!(reason(&named, &with_model(Need::Unknown)), (Unknown, "Initializing"));
        assert_eq!(reason(&named, &with_model(Need::Missing)), (False, "ModelNotFound"));
        assert_eq!(reason(&named, &with_model(Need::Broken("401".into()))), (False, "ModelNotFound"));
        assert_eq!(reason(&agent(None), &with_model(Need::Missing)), (False, "ModelNotConfigured"));
        let mut found = with_model(Need::Fine);
        found.tools = vec![
            ("any".into(), AgentToolType::Custom, Some(ToolType::Mcp)),
            ("tides".into(), AgentToolType::Http, Some(ToolType::Mcp)),
        ];
        assert_eq!(reason(&named, &found), (False, "ToolNotFound"));
        found.tools.pop();
        found.cycle = Some("pilot, mate, pilot".into());
        assert_eq!(reason(&named, &found), (False, "MemberCycle"));
        found.engine = Some(("far".into(), Need::Missing));
        assert_eq!(reason(&named, &found), (False, "ExecutionEngineNotFound"));
    }

    #[test]
    fn nothing_new_is_nothing_to_write() {
        let mut agent = agent(Some("gull"));
        let first = plan(&agent, &with_model(Need::Fine), "t1");
        agent.status = Some(first.clone());
        assert_eq!(plan(&agent, &with_model(Need::Fine), "t2"), first);
    }
}

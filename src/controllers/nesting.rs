//! Who asks whom, from the caches: teams their members, agents the agents and teams that are their tools.

use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::ControllerDeps;
use super::follow::{Told, follow};
use crate::engine::nesting::way_back;
use crate::resources::agent::Agent;
use crate::resources::agent_tool::AgentToolType;
use crate::resources::kind::Kind;
use crate::resources::team::MemberType;
use crate::resources::tool::{Tool, ToolType};

/// A team or an agent of one namespace.
type Asker = (Kind, String);

/// A chain from this agent or team back to itself, as `a, b, a`.
pub(super) fn cycle(deps: &ControllerDeps, namespace: &str, kind: Kind, name: &str) -> Option<String> {
    let way = way_back(&(kind, name.to_owned()), |asker| asked(deps, namespace, asker))?;
    let names: Vec<&str> = way.iter().map(|(_, name)| name.as_str()).collect();
    Some(names.join(", "))
}

/// Whether the agent has an agent or a team as a tool.
pub(super) fn asks_others(deps: &ControllerDeps, agent: &Agent) -> bool {
    let namespace = agent.namespace().unwrap_or_default();
    agent.spec.tools.iter().any(|tool| match tool.type_ {
        AgentToolType::Agent | AgentToolType::Team => true,
        // Names a Tool of any type.
        AgentToolType::Custom => {
            deps.tools.get(&namespace, tool.lookup_name()).is_some_and(|tool| asks(&tool))
        }
        _ => false,
    })
}

/// Tells of every agent that has an agent or a team as a tool when a chain in its namespace may have changed.
pub(super) async fn follow_askers(
    deps: &ControllerDeps,
    shutdown: &CancellationToken,
    look: impl Fn(&Agent),
) {
    let all = |namespace: Option<String>| {
        for agent in deps.agents.list(namespace.as_deref()) {
            if asks_others(deps, &agent) {
                look(&agent);
            }
        }
    };
    let agents = follow(&deps.agents, shutdown, |told| match &told {
        Told::Changed { old, new } if old.as_ref().is_none_or(|old| old.spec != new.spec) => {
            if asks_others(deps, new) || old.as_ref().is_some_and(|old| asks_others(deps, old)) {
                all(new.namespace());
            }
        }
        Told::Gone(entry) => {
            if let Some(agent) = entry.sound().filter(|agent| asks_others(deps, agent)) {
                all(agent.namespace());
            }
        }
        Told::All(_) => all(None),
        Told::Changed { .. } => {}
    });
    let tools = follow(&deps.tools, shutdown, |told| match &told {
        Told::Changed { old, new } if asks(new) || old.as_ref().is_some_and(|old| asks(old)) => {
            all(new.namespace());
        }
        Told::Gone(entry) => {
            if let Some(tool) = entry.sound().filter(|tool| asks(tool)) {
                all(tool.namespace());
            }
        }
        Told::All(_) => all(None),
        Told::Changed { .. } => {}
    });
    let teams = follow(&deps.teams, shutdown, |told| match &told {
        Told::Changed { old, new } if old.as_ref().is_none_or(|old| old.spec != new.spec) => {
            all(new.namespace());
        }
        Told::Gone(entry) => {
            if let Some(team) = entry.sound() {
                all(team.namespace());
            }
        }
        Told::Changed { .. } => {}
        Told::All(_) => all(None),
    });
    tokio::join!(agents, tools, teams);
}

/// Whether the tool asks an agent or a team.
pub(super) fn asks(tool: &Tool) -> bool {
    matches!(tool.spec.type_, ToolType::Agent | ToolType::Team)
}

fn asked(deps: &ControllerDeps, namespace: &str, (kind, name): &Asker) -> Vec<Asker> {
    if *kind == Kind::Team {
        let Some(team) = deps.teams.get(namespace, name) else { return Vec::new() };
        let member = |type_: MemberType| if type_ == MemberType::Team { Kind::Team } else { Kind::Agent };
        return team.spec.members.iter().map(|one| (member(one.type_), one.name.clone())).collect();
    }
    let Some(agent) = deps.agents.get(namespace, name).filter(|agent| asks_others(deps, agent)) else {
        return Vec::new();
    };
    let tools = agent.spec.tools.iter().filter(|tool| !tool.is_builtin());
    tools
        .filter_map(|tool| {
            let tool = deps.tools.get(namespace, tool.lookup_name())?;
            match tool.spec.type_ {
                ToolType::Agent => Some((Kind::Agent, tool.spec.agent.as_ref()?.name.clone())),
                ToolType::Team => Some((Kind::Team, tool.spec.team.as_ref()?.name.clone())),
                _ => None,
            }
        })
        .collect()
}

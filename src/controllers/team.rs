//! Teams: are its members there and able to run? And does no chain of teams, and of agents as tools, lead back to its
//! beginning?

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::follow::{Told, follow};
use super::queue::{Key, Queue, work};
use super::{ControllerDeps, nesting, patch};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{reasons, team as team_reasons, types};
use crate::resources::kind::Kind;
use crate::resources::team::{MemberType, Team, TeamStatus};

/// Teams at once.
const AT_ONCE: usize = 4;

/// How a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Fine,
    Unknown,
    Broken,
    Missing,
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let all = || deps.teams.list(None).iter().for_each(|team| queue.add(key(team)));
    let teams = async {
        deps.agents.ready().await;
        deps.tools.ready().await;
        // Teams are few: any change of one looks at all, as it may close or open a cycle anywhere.
        follow(&deps.teams, &shutdown, |told| match told {
            Told::Changed { old: Some(old), new } if old.spec == new.spec && old.status == new.status => {}
            _ => all(),
        })
        .await;
    };
    let agents = follow(&deps.agents, &shutdown, |told| match &told {
        Told::All(_) => all(),
        // Its tools may close or open a cycle anywhere.
        Told::Changed { old, new }
            if nesting::asks_others(&deps, new)
                || old.as_ref().is_some_and(|old| nesting::asks_others(&deps, old)) =>
        {
            all();
        }
        Told::Changed { new, .. } => {
            wake(&deps, &queue, &new.namespace().unwrap_or_default(), &new.name_any())
        }
        Told::Gone(entry) => {
            if let Some(agent) = entry.sound() {
                wake(&deps, &queue, &agent.namespace().unwrap_or_default(), &agent.name_any());
            }
        }
    });
    let tools = follow(&deps.tools, &shutdown, |told| match &told {
        Told::Changed { old, new } => {
            if nesting::asks(new) || old.as_ref().is_some_and(|old| nesting::asks(old)) {
                all();
            }
        }
        Told::All(_) | Told::Gone(_) => all(),
    });
    let worker = work(&queue, AT_ONCE, &shutdown, |key| {
        let deps = deps.clone();
        async move {
            let Some(team) = deps.teams.get(&key.0, &key.1) else { return Ok(None) };
            let cycle = nesting::cycle(&deps, &key.0, Kind::Team, &key.1);
            let after = plan(&team, &dereference(&deps, &team), cycle.as_deref(), &patch::now());
            if team.status.as_ref() != Some(&after) {
                patch::status(&deps.client, &*team, &after).await?;
            }
            Ok::<_, kube::Error>(None::<Duration>)
        }
    });
    tokio::join!(teams, agents, tools, worker);
}

/// Adds the teams that have this agent as a member.
fn wake(deps: &ControllerDeps, queue: &Queue, namespace: &str, agent: &str) {
    for team in deps.teams.list(Some(namespace)) {
        if team.spec.members.iter().any(|member| member.type_ == MemberType::Agent && member.name == agent) {
            queue.add(key(&team));
        }
    }
}

fn dereference(deps: &ControllerDeps, team: &Team) -> Vec<Member> {
    let namespace = team.namespace().unwrap_or_default();
    let by = |conditions: Option<&[Condition]>| match conditions {
        None => Member::Missing,
        Some(conditions) => {
            match condition::find(conditions, types::AVAILABLE).map(|condition| condition.status) {
                Some(ConditionStatus::True) => Member::Fine,
                Some(ConditionStatus::False) => Member::Broken,
                Some(ConditionStatus::Unknown) | None => Member::Unknown,
            }
        }
    };
    let state = |name: &str, type_: MemberType| match type_ {
        MemberType::Agent => {
            let agent = deps.agents.get(&namespace, name);
            by(agent.map(|agent| agent.status.clone().unwrap_or_default().conditions).as_deref())
        }
        MemberType::Team => {
            let team = deps.teams.get(&namespace, name);
            by(team.map(|team| team.status.clone().unwrap_or_default().conditions).as_deref())
        }
    };
    team.spec.members.iter().map(|member| state(&member.name, member.type_)).collect()
}

fn plan(team: &Team, members: &[Member], cycle: Option<&str>, now: &str) -> TeamStatus {
    let mut status = team.status.clone().unwrap_or_default();
    let (holds, reason, message) = verdict(team, members, cycle);
    let new = Condition::new(types::AVAILABLE, holds, reason, message, team.metadata.generation, now);
    condition::set(&mut status.conditions, new);
    status
}

fn verdict(team: &Team, members: &[Member], cycle: Option<&str>) -> (ConditionStatus, &'static str, String) {
    use ConditionStatus::{False, True, Unknown};
    if members.is_empty() {
        return (
            False,
            team_reasons::NO_MEMBERS,
            "The team has no members. Add one to spec.members.".to_owned(),
        );
    }
    if let Some(cycle) = cycle {
        return (
            False,
            team_reasons::MEMBER_CYCLE,
            format!(
                "The team leads back to itself, by members or by tools of agents: {cycle}. Take one out."
            ),
        );
    }
    let first = |state: Member| {
        let at = members.iter().position(|member| *member == state)?;
        team.spec.members.get(at).map(|member| format!("{} '{}'", member.type_, member.name))
    };
    if let Some(who) = first(Member::Missing) {
        return (
            False,
            team_reasons::MEMBER_NOT_FOUND,
            format!("There is no {who}. Create it, or take it out."),
        );
    }
    if let Some(who) = first(Member::Broken) {
        return (
            False,
            team_reasons::MEMBER_NOT_AVAILABLE,
            format!("The {who} cannot run; its own page says why."),
        );
    }
    if let Some(who) = first(Member::Unknown) {
        return (Unknown, reasons::INITIALIZING, format!("The {who} is being looked at."));
    }
    (True, reasons::AVAILABLE, "All members can run.".to_owned())
}

fn key(team: &Team) -> Key {
    (team.namespace().unwrap_or_default(), team.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_member_that_is_wrong_is_named() {
        let team: Team = serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Team", "metadata": {"name": "crew"},
            "spec": {"strategy": "sequential", "members": [
                {"type": "agent", "name": "pilot"}, {"type": "team", "name": "deck"}]},
        }))
        .unwrap();
        let (holds, reason, message) = verdict(&team, &[Member::Fine, Member::Missing], None);
        assert_eq!((holds, reason), (ConditionStatus::False, "MemberNotFound"));
        assert!(message.contains("team 'deck'"), "{message}");
        assert_eq!(verdict(&team, &[Member::Fine, Member::Fine], None).1, "Available");
        assert_eq!(verdict(&team, &[], None).1, "NoMembers");
    }
}

//! Teams.

use super::status::{Unseen, by_condition};
use super::text::first_line;
use super::{Present, World, fact, fact_description, fact_text, namespace};
use crate::kubernetes::apply::edit_version;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::team::{MemberType, Picker, TeamMember, TeamStrategy};
use crate::resources::{Condition, Team};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::forms::{MemberForm, SelectorForm, TeamForm};
use crate::views::row::{Cell, Status};

fn member_key(namespace: &str, member: &TeamMember) -> ObjectKey {
    let kind = match member.type_ {
        MemberType::Agent => Kind::Agent,
        MemberType::Team => Kind::Team,
    };
    ObjectKey::new(kind, namespace, &member.name)
}

/// What the team's editor holds.
pub fn team_form(team: &Team) -> TeamForm {
    let spec = &team.spec;
    let selector = spec.selector.clone().unwrap_or_default();
    let member = |member: &TeamMember| MemberForm {
        team: member.type_ == MemberType::Team,
        name: member.name.clone(),
    };
    TeamForm {
        namespace: namespace(&team.metadata).to_owned(),
        name: team.metadata.name.clone().unwrap_or_default(),
        description: spec.description.clone(),
        strategy: spec.strategy.to_string(),
        members: spec.members.iter().map(member).collect(),
        loops: spec.loops,
        max_turns: spec.max_turns.map(|turns| turns.to_string()).unwrap_or_default(),
        selector: SelectorForm {
            agent: selector.agent,
            model: selector.model,
            prompt: selector.selector_prompt,
            terminate: selector.enable_terminate_tool == Some(true),
            terminate_prompt: selector.terminate_prompt,
        },
        edges: spec.edges().iter().map(|edge| (edge.from.clone(), edge.to.clone())).collect(),
        version: Some(edit_version(team)),
    }
}

impl Present for Team {
    const KIND: Kind = Kind::Team;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.teams
    }

    fn status(&self, _: &World) -> Status {
        by_condition(self.conditions(), types::AVAILABLE, Unseen::Unknown)
    }

    fn summary(&self) -> String {
        first_line(&self.spec.description)
    }

    fn cells(&self, _: &World) -> Vec<Cell> {
        let names = self.spec.members.iter().map(|member| member.name.clone()).collect();
        vec![Cell::Text(self.spec.strategy.to_string()), Cell::Tags(names)]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        fact_text(&mut facts, "Strategy", self.spec.strategy.as_str());
        if let Some(turns) = self.spec.turn_limit() {
            fact_text(&mut facts, "Turns at the most", &turns.to_string());
        }
        let own = namespace(&self.metadata);
        if self.spec.strategy == TeamStrategy::Selector {
            let key = match self.spec.picker() {
                Picker::Agent(name) => ObjectKey::new(Kind::Agent, own, name),
                Picker::Model(name) => ObjectKey::new(Kind::Model, own, name),
            };
            facts.push(fact("Picked by", FactValue::Link { missing: world.missing(&key), key }));
        }
        let members = self.spec.members.iter().map(|member| member_key(namespace(&self.metadata), member));
        let members = members.map(|key| (key.clone(), world.missing(&key))).collect();
        facts.push(fact("Members", FactValue::Links(members)));
        facts
    }

    fn specific(&self, _: &World) -> Specific {
        Specific::Team(team_form(self))
    }

    fn references(&self) -> Vec<ObjectKey> {
        let namespace = namespace(&self.metadata);
        let mut keys: Vec<_> = self.spec.members.iter().map(|member| member_key(namespace, member)).collect();
        if let Some(selector) = &self.spec.selector {
            if !selector.agent.is_empty() {
                keys.push(ObjectKey::new(Kind::Agent, namespace, &selector.agent));
            }
            if !selector.model.is_empty() {
                keys.push(ObjectKey::new(Kind::Model, namespace, &selector.model));
            }
        }
        keys
    }
}

//! Teams.

use super::status::{Unseen, by_condition};
use super::text::first_line;
use super::{Present, World, fact, fact_description, fact_text, namespace};
use crate::kubernetes::{Caches, KindCache};
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::team::{MemberType, TeamMember};
use crate::resources::{Condition, Team};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue};
use crate::views::row::{Cell, Status};

fn member_key(namespace: &str, member: &TeamMember) -> ObjectKey {
    let kind = match member.type_ {
        MemberType::Agent => Kind::Agent,
        MemberType::Team => Kind::Team,
    };
    ObjectKey::new(kind, namespace, &member.name)
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
        let members = self.spec.members.iter().map(|member| member_key(namespace(&self.metadata), member));
        let members = members.map(|key| (key.clone(), world.missing(&key))).collect();
        facts.push(fact("Members", FactValue::Links(members)));
        facts
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

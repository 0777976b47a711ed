//! The form of an agent.

mod fields;
mod judge;
mod overrides;
mod settings;
mod tools;

use leptos::prelude::*;

use self::fields::{AgentBody, AgentFields};
use super::form::{Change, Draft, KindForm, PreviewText};
use crate::api::forms::{preview_agent, save_agent};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::{AgentForm, Choices};
use crate::views::problem::{FieldProblem, Problem};

impl KindForm for AgentForm {
    const KIND: Kind = Kind::Agent;

    type Fields = AgentFields;

    fn blank(namespace: String) -> Self {
        Self { namespace, ..Self::default() }
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn of(specific: &Specific) -> Option<&Self> {
        match specific {
            Specific::Agent(form) => Some(form),
            _ => None,
        }
    }

    fn copied(self, name: String) -> Self {
        Self { name, version: None, ..self }
    }

    fn fields(&self) -> AgentFields {
        AgentFields::new(self)
    }

    fn show(&self, fields: AgentFields) {
        fields.set(self);
    }

    fn read(&self, fields: AgentFields) -> Self {
        fields.read(self)
    }

    fn judge(&self) -> Vec<FieldProblem> {
        judge::judge(self)
    }

    fn changes(&self, after: &Self) -> Vec<Change> {
        judge::changes(self, after)
    }

    async fn preview(self) -> PreviewText {
        preview_agent(self).await
    }

    async fn save(self) -> Result<ObjectKey, Problem> {
        save_agent(self, false).await
    }

    fn body(draft: Draft<Self>, fields: AgentFields, choices: Signal<Choices>, named: bool) -> AnyView {
        view! { <AgentBody fields=fields choices=choices problems=draft.problems named=named /> }.into_any()
    }
}

//! The form of a team: its members, who speaks when, and its graph.

mod body;
mod edges;
mod fields;
mod judge;
mod members;

use leptos::prelude::*;

use self::body::TeamBody;
use self::fields::TeamFields;
use super::form::{Change, Draft, KindForm, PreviewText};
use crate::api::forms::{preview_team, save_team};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::{Choices, TeamForm};
use crate::views::problem::{FieldProblem, Problem};

impl KindForm for TeamForm {
    const KIND: Kind = Kind::Team;

    type Fields = TeamFields;

    fn blank(namespace: String) -> Self {
        Self { namespace, strategy: "sequential".into(), ..Self::default() }
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn of(specific: &Specific) -> Option<&Self> {
        match specific {
            Specific::Team(form) => Some(form),
            _ => None,
        }
    }

    fn copied(self, name: String) -> Self {
        Self { name, version: None, ..self }
    }

    fn fields(&self) -> TeamFields {
        TeamFields::new(self)
    }

    fn show(&self, fields: TeamFields) {
        fields.set(self);
    }

    fn read(&self, fields: TeamFields) -> Self {
        fields.read(self)
    }

    fn judge(&self) -> Vec<FieldProblem> {
        judge::judge(self)
    }

    fn changes(&self, after: &Self) -> Vec<Change> {
        judge::changes(self, after)
    }

    async fn preview(self) -> PreviewText {
        preview_team(self).await
    }

    async fn save(self) -> Result<ObjectKey, Problem> {
        save_team(self, false).await
    }

    fn body(draft: Draft<Self>, fields: TeamFields, choices: Signal<Choices>, named: bool) -> AnyView {
        view! { <TeamBody draft=draft fields=fields choices=choices named=named /> }.into_any()
    }
}

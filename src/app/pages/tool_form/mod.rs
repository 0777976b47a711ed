//! The form of a tool, and the bench on which it is tried.

mod approval;
mod arguments;
mod bench;
mod body;
mod fields;
pub(super) mod judge;
mod outcome;

use leptos::prelude::*;

pub use self::approval::{ApprovalFields, ApprovalSection};
pub use self::bench::ToolBench;
use self::body::ToolBody;
use self::fields::ToolFields;
use super::form::{Change, Draft, KindForm, PreviewText};
use crate::api::forms::{preview_tool, save_tool};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::{Choices, ToolSpecForm};
use crate::views::problem::{FieldProblem, Problem};

impl KindForm for ToolSpecForm {
    const KIND: Kind = Kind::Tool;

    type Fields = ToolFields;

    fn blank(namespace: String) -> Self {
        Self { namespace, type_: "http".into(), method: "GET".into(), ..Self::default() }
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn of(specific: &Specific) -> Option<&Self> {
        match specific {
            Specific::Tool(form) => Some(form),
            _ => None,
        }
    }

    fn copied(self, name: String) -> Self {
        Self { name, version: None, ..self }
    }

    fn fields(&self) -> ToolFields {
        ToolFields::new(self)
    }

    fn show(&self, fields: ToolFields) {
        fields.set(self);
    }

    fn read(&self, fields: ToolFields) -> Self {
        fields.read(self)
    }

    fn judge(&self) -> Vec<FieldProblem> {
        judge::judge(self)
    }

    fn changes(&self, after: &Self) -> Vec<Change> {
        judge::changes(self, after)
    }

    async fn preview(self) -> PreviewText {
        preview_tool(self).await
    }

    async fn save(self) -> Result<ObjectKey, Problem> {
        save_tool(self, false).await
    }

    fn body(draft: Draft<Self>, fields: ToolFields, choices: Signal<Choices>, named: bool) -> AnyView {
        view! {
            <ToolBody fields=fields choices=choices problems=draft.problems named=named />
            <section class="fsec" aria-labelledby="t-try">
                <h2 id="t-try">
                    "Try it" <span class="xs t3">"as it is in the form, saved or not"</span>
                </h2>
                <ToolBench form=draft.now.into() />
            </section>
        }
        .into_any()
    }
}

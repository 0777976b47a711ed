//! The form of a model, with a test of the connection.

mod access;
mod bedrock;
mod fields;
mod judge;
mod key;
mod presets;
mod properties;
mod test;

use leptos::prelude::*;

use self::fields::{ModelBody, ModelFields};
use super::form::{Change, Draft, KindForm, PreviewText};
use crate::api::forms::{preview_model, save_model};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::{BedrockForm, Choices, ModelForm, SourceForm};
use crate::views::problem::{FieldProblem, Problem};

pub use test::ConnectionTest;

impl KindForm for ModelForm {
    const KIND: Kind = Kind::Model;

    type Fields = ModelFields;

    fn blank(namespace: String) -> Self {
        Self { namespace, provider: "openai".to_owned(), access: "key".to_owned(), ..Self::default() }
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn of(specific: &Specific) -> Option<&Self> {
        match specific {
            Specific::Model(form) => Some(form),
            _ => None,
        }
    }

    fn copied(self, name: String) -> Self {
        // A key in the manifest itself is not known here, so a copy asks for it.
        let asked = |secret: SourceForm| match secret {
            SourceForm::Literal(_) => SourceForm::Unset,
            other => other,
        };
        let bedrock = BedrockForm {
            secret_access_key: asked(self.bedrock.secret_access_key),
            session_token: asked(self.bedrock.session_token),
            ..self.bedrock
        };
        Self { name, version: None, api_key: asked(self.api_key), bedrock, ..self }
    }

    fn fields(&self) -> ModelFields {
        ModelFields::new(self)
    }

    fn show(&self, fields: ModelFields) {
        fields.set(self);
    }

    fn read(&self, fields: ModelFields) -> Self {
        fields.read(self)
    }

    fn judge(&self) -> Vec<FieldProblem> {
        judge::judge(self)
    }

    fn changes(&self, after: &Self) -> Vec<Change> {
        judge::changes(self, after)
    }

    async fn preview(self) -> PreviewText {
        preview_model(judge::without_secret(self)).await
    }

    async fn save(self) -> Result<ObjectKey, Problem> {
        save_model(self, false).await.map_err(judge::to_controls)
    }

    fn body(draft: Draft<Self>, fields: ModelFields, choices: Signal<Choices>, named: bool) -> AnyView {
        let form = Callback::new(move |()| draft.ready().then(|| draft.now.get_untracked()));
        view! {
            <ModelBody
                fields=fields
                stored=draft.saved.into()
                choices=choices
                problems=draft.problems
                named=named
            />
            <ConnectionTest form=form />
        }
        .into_any()
    }
}

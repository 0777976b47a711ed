//! The form of an evaluator: measures, the model that judges, a service instead, and what it scores by itself.

mod body;
mod fields;
pub mod judge;
mod metrics;

use leptos::prelude::*;

use self::body::EvaluatorBody;
use self::fields::EvaluatorFields;
use super::form::{Change, Draft, KindForm, PreviewText};
use crate::api::evaluations::{preview_evaluator, save_evaluator};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::evaluation::EvaluatorForm;
use crate::views::forms::Choices;
use crate::views::problem::{FieldProblem, Problem};

impl KindForm for EvaluatorForm {
    const KIND: Kind = Kind::Evaluator;

    type Fields = EvaluatorFields;

    fn blank(namespace: String) -> Self {
        Self { namespace, ..Self::default() }
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn of(specific: &Specific) -> Option<&Self> {
        match specific {
            Specific::Evaluator(form) => Some(form),
            _ => None,
        }
    }

    fn copied(self, name: String) -> Self {
        Self { name, version: None, ..self }
    }

    fn fields(&self) -> EvaluatorFields {
        EvaluatorFields::new(self)
    }

    fn show(&self, fields: EvaluatorFields) {
        fields.set(self);
    }

    fn read(&self, fields: EvaluatorFields) -> Self {
        fields.read(self)
    }

    fn judge(&self) -> Vec<FieldProblem> {
        judge::judge(self)
    }

    fn changes(&self, after: &Self) -> Vec<Change> {
        judge::changes(self, after)
    }

    async fn preview(self) -> PreviewText {
        preview_evaluator(self).await
    }

    async fn save(self) -> Result<ObjectKey, Problem> {
        save_evaluator(self, false).await
    }

    fn body(draft: Draft<Self>, fields: EvaluatorFields, choices: Signal<Choices>, named: bool) -> AnyView {
        view! { <EvaluatorBody fields=fields choices=choices problems=draft.problems named=named /> }
            .into_any()
    }
}

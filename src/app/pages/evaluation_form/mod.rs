//! The form of an evaluation, of every type, and of an experiment.

mod batch;
mod body;
mod experiment;
mod fields;
mod judge;
mod rules;

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use self::body::EvaluationBody;
use self::fields::EvaluationFields;
use super::form::{Change, Draft, KindForm, PreviewText};
use crate::api::evaluations::{preview_evaluation, save_evaluation};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::evaluation::{BatchForm, EvaluationForm, ExperimentForm};
use crate::views::forms::Choices;
use crate::views::problem::{FieldProblem, Problem};

impl KindForm for EvaluationForm {
    const KIND: Kind = Kind::Evaluation;

    type Fields = EvaluationFields;

    fn blank(namespace: String) -> Self {
        let batch = BatchForm { type_: "query".into(), ..BatchForm::default() };
        // A row to fill in: what is missing is told where it can be written.
        let targets = vec![("agent".to_owned(), String::new())];
        let experiment = ExperimentForm { targets, ..ExperimentForm::default() };
        Self { namespace, type_: "experiment".into(), batch, experiment, ..Self::default() }
    }

    /// `?query=`, `?evaluator=`, `?dataset=`, `?target=agent/triage` and `?type=`.
    fn asked(mut self, query: &ParamsMap) -> Self {
        let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
        if let Some(name) = text("query") {
            self.type_ = "query".into();
            self.query = name;
        }
        if let Some(evaluator) = text("evaluator") {
            self.evaluator = evaluator;
        }
        if let Some(set) = text("dataset") {
            self.experiment.data_set = set;
        }
        if let Some(target) = text("target").as_deref().and_then(|target| target.split_once('/')) {
            self.experiment.targets = vec![(target.0.to_owned(), target.1.to_owned())];
        }
        if let Some(type_) = text("type").filter(|type_| body::TYPES.iter().any(|(known, ..)| known == type_))
        {
            self.type_ = type_;
        }
        self
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn of(specific: &Specific) -> Option<&Self> {
        match specific {
            Specific::Evaluation(view) => Some(&view.form),
            _ => None,
        }
    }

    fn copied(self, name: String) -> Self {
        Self { name, version: None, ..self }
    }

    fn fields(&self) -> EvaluationFields {
        EvaluationFields::new(self)
    }

    fn show(&self, fields: EvaluationFields) {
        fields.set(self);
    }

    fn read(&self, fields: EvaluationFields) -> Self {
        fields.read(self)
    }

    fn judge(&self) -> Vec<FieldProblem> {
        judge::judge(self)
    }

    fn changes(&self, after: &Self) -> Vec<Change> {
        judge::changes(self, after)
    }

    async fn preview(self) -> PreviewText {
        preview_evaluation(self).await
    }

    async fn save(self) -> Result<ObjectKey, Problem> {
        save_evaluation(self, false).await
    }

    fn body(draft: Draft<Self>, fields: EvaluationFields, choices: Signal<Choices>, named: bool) -> AnyView {
        view! { <EvaluationBody draft=draft fields=fields choices=choices named=named /> }.into_any()
    }
}

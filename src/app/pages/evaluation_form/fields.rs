//! The values of an evaluation's fields.

use leptos::prelude::*;

use crate::app::pages::form::{ParameterFields, Rows, texts};
use crate::views::evaluation::{EvaluationForm, RuleForm};

texts! {
    /// Its texts.
    pub struct Texts of EvaluationForm {
        name: name,
        type_: type_,
        evaluator: evaluator,
        input: input,
        output: output,
        expected: expected,
        query: query,
        response_target: response_target,
        evaluations: batch.evaluations,
        items: batch.items,
        selector: batch.selector,
        prefix: batch.prefix,
        template_type: batch.type_,
        template_evaluator: batch.evaluator,
        template_config: batch.config,
        data_set: experiment.data_set,
        version: experiment.version,
        tags: experiment.tags,
        repeats: experiment.repeats,
        min_score: experiment.min_score,
        min_passed_percent: experiment.min_passed_percent,
        max_worse: experiment.max_worse,
        max_score_drop: experiment.max_score_drop,
        max_cost_growth_percent: experiment.max_cost_growth_percent,
        concurrency: concurrency,
        timeout: timeout,
        ttl: ttl,
    }
}

texts! {
    /// Texts of a rule.
    pub struct RuleTexts of RuleForm {
        name: name,
        expression: expression,
        description: description,
        weight: weight,
    }
}

impl RuleTexts {
    pub(super) fn get(self) -> RuleForm {
        let mut form = RuleForm::default();
        self.write(&mut form);
        form
    }
}

/// A target of an experiment.
#[derive(Clone, Copy)]
pub struct TargetFields {
    pub(super) type_: RwSignal<String>,
    pub(super) name: RwSignal<String>,
}

impl TargetFields {
    pub(super) fn new((type_, name): &(String, String)) -> Self {
        Self { type_: RwSignal::new(type_.clone()), name: RwSignal::new(name.clone()) }
    }
}

/// The fields' values.
#[derive(Clone, Copy)]
pub struct EvaluationFields {
    pub(super) texts: Texts,
    pub(super) parameters: ParameterFields,
    pub(super) rules: Rows<RuleTexts>,
    pub(super) targets: Rows<TargetFields>,
    pub(super) templated: RwSignal<bool>,
    pub(super) template_parameters: ParameterFields,
    pub(super) continue_on_failure: RwSignal<bool>,
}

impl EvaluationFields {
    /// The fields of an evaluation.
    pub fn new(form: &EvaluationForm) -> Self {
        Self {
            texts: Texts::new(form),
            parameters: ParameterFields::new("spec.evaluator.parameters", &form.parameters),
            rules: Rows::new(form.rules.iter().map(RuleTexts::new)),
            targets: Rows::new(form.experiment.targets.iter().map(TargetFields::new)),
            templated: RwSignal::new(form.batch.templated),
            template_parameters: ParameterFields::new(
                "spec.config.template.parameters",
                &form.batch.parameters,
            ),
            continue_on_failure: RwSignal::new(form.continue_on_failure),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &EvaluationForm) {
        self.texts.set(form);
        self.parameters.set(&form.parameters);
        self.rules.set(form.rules.iter().map(RuleTexts::new));
        self.targets.set(form.experiment.targets.iter().map(TargetFields::new));
        self.templated.set(form.batch.templated);
        self.template_parameters.set(&form.batch.parameters);
        self.continue_on_failure.set(form.continue_on_failure);
    }

    /// The evaluation that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &EvaluationForm) -> EvaluationForm {
        let mut form = base.clone();
        self.texts.write(&mut form);
        for text in [&mut form.name, &mut form.evaluator, &mut form.query, &mut form.experiment.data_set] {
            *text = text.trim().to_owned();
        }
        // Another namespace is that of the name only as long as the name stays.
        if form.evaluator != base.evaluator {
            form.evaluator_namespace = None;
        }
        if form.query != base.query {
            form.query_namespace = None;
        }
        form.parameters = self.parameters.get();
        form.rules = self.rules.get().into_iter().map(RuleTexts::get).collect();
        let targets = self.targets.get().into_iter();
        form.experiment.targets =
            targets.map(|row| (row.type_.get(), row.name.get().trim().to_owned())).collect();
        form.batch.templated = self.templated.get();
        form.batch.parameters = self.template_parameters.get();
        form.continue_on_failure = self.continue_on_failure.get();
        form
    }
}

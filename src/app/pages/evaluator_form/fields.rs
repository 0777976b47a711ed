//! The values of an evaluator's fields.

use leptos::prelude::*;

use crate::app::pages::form::{ParameterFields, Rows, SourceFields, texts};
use crate::views::evaluation::{EvaluatorForm, MetricForm};
use crate::views::forms::SourceForm;

texts! {
    /// Its texts.
    pub struct Texts of EvaluatorForm {
        name: name,
        description: description,
        model: judge.model,
        model_namespace: judge.model_namespace,
        scope: judge.scope,
        weights: judge.weights,
        instructions: judge.instructions,
        role: judge.role,
        min_score: judge.min_score,
        repeats: judge.repeats,
        temperature: judge.temperature,
        max_tokens: judge.max_tokens,
        context: judge.context,
        selector: selector,
        percent: sampling.percent,
        max_per_hour: sampling.max_per_hour,
        max_cost_per_day: sampling.max_cost_per_day,
    }
}

texts! {
    /// Texts of a measure.
    pub struct MetricTexts of MetricForm {
        name: name,
        type_: type_,
        expected: expected,
        pattern: pattern,
        schema: schema,
        tolerance: tolerance,
        max: max,
        max_duration: max_duration,
        tools: tools,
        weight: weight,
        threshold: threshold,
    }
}

/// The fields of a measure.
#[derive(Clone, Copy)]
pub struct MetricFields {
    pub(super) texts: MetricTexts,
    pub(super) ignore_case: RwSignal<bool>,
    pub(super) ordered: RwSignal<bool>,
    pub(super) negate: RwSignal<bool>,
    pub(super) required: RwSignal<bool>,
}

impl MetricFields {
    /// Those of a measure.
    pub fn new(form: &MetricForm) -> Self {
        Self {
            texts: MetricTexts::new(form),
            ignore_case: RwSignal::new(form.ignore_case),
            ordered: RwSignal::new(form.ordered),
            negate: RwSignal::new(form.negate),
            required: RwSignal::new(form.required),
        }
    }

    fn get(self) -> MetricForm {
        let mut form = MetricForm {
            ignore_case: self.ignore_case.get(),
            ordered: self.ordered.get(),
            negate: self.negate.get(),
            required: self.required.get(),
            ..MetricForm::default()
        };
        self.texts.write(&mut form);
        form
    }
}

/// The fields' values.
#[derive(Clone, Copy)]
pub struct EvaluatorFields {
    pub(super) texts: Texts,
    /// A service scores.
    pub(super) service: RwSignal<bool>,
    pub(super) address: SourceFields,
    pub(super) metrics: Rows<MetricFields>,
    pub(super) parameters: ParameterFields,
    pub(super) selects: RwSignal<bool>,
    /// What ended before the evaluator was there is scored too.
    pub(super) earlier: RwSignal<bool>,
}

impl EvaluatorFields {
    /// The fields of an evaluator.
    pub fn new(form: &EvaluatorForm) -> Self {
        Self {
            texts: Texts::new(form),
            service: RwSignal::new(form.address != SourceForm::Unset),
            address: SourceFields::new(&form.address),
            metrics: Rows::new(form.metrics.iter().map(MetricFields::new)),
            parameters: ParameterFields::new("spec.parameters", &form.parameters),
            selects: RwSignal::new(form.selects),
            earlier: RwSignal::new(form.sampling.earlier),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &EvaluatorForm) {
        self.texts.set(form);
        self.service.set(form.address != SourceForm::Unset);
        self.address.set(&form.address);
        self.metrics.set(form.metrics.iter().map(MetricFields::new));
        self.parameters.set(&form.parameters);
        self.selects.set(form.selects);
        self.earlier.set(form.sampling.earlier);
    }

    /// The evaluator that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &EvaluatorForm) -> EvaluatorForm {
        let mut form = base.clone();
        self.texts.write(&mut form);
        form.name = form.name.trim().to_owned();
        // A service without an address is wrong, and not Arkdeck itself.
        form.address = match (self.service.get(), self.address.get()) {
            (false, _) => SourceForm::Unset,
            (true, SourceForm::Unset) => SourceForm::Literal(String::new()),
            (true, address) => address,
        };
        form.metrics = self.metrics.get().into_iter().map(MetricFields::get).collect();
        form.parameters = self.parameters.get();
        form.selects = self.selects.get();
        form.sampling.earlier = self.earlier.get();
        form
    }
}

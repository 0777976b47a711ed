//! What a batch consists of: evaluations that are there, some written out, or one for each query.

use leptos::prelude::*;

use super::fields::EvaluationFields;
use crate::app::components::{ComboField, Problems, SelectField, Switch, TextArea, TextField};
use crate::app::pages::form::ParameterRows;
use crate::views::forms::Choices;

/// The fields.
#[component]
pub fn Batch(
    /// Values.
    fields: EvaluationFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let texts = fields.texts;
    let templated = fields.templated;
    let evaluators = Signal::derive(move || choices.with(|choices| choices.evaluators.clone()));
    let types = ["query", "event", "direct", "baseline"].map(|type_| (type_.to_owned(), type_.to_owned()));
    view! {
        <TextArea
            label="Evaluations that are there"
            name="spec.config.evaluations"
            value=texts.evaluations
            rows=3
            optional=true
            hint="A name each line"
            problems=problems
        />
        <TextArea
            label="Evaluations to make"
            name="spec.config.items"
            value=texts.items
            rows=5
            mono=true
            optional=true
            placeholder="[{\"type\": \"direct\", \"config\": {\"input\": \"…\", \"output\": \"…\"}, \"evaluator\": {\"name\": \"tone\"}}]"
            hint="A JSON list"
            problems=problems
        />
        <Switch
            label="Make one for each query"
            on=templated
            on_change=Callback::new(move |on| templated.set(on))
        />
        <div class="stack" hidden=move || !templated.get()>
            <TextField
                label="Which queries"
                name="spec.config.querySelector"
                value=texts.selector
                optional=true
                mono=true
                placeholder="team=support, tier in (gold, silver)"
                hint="By their labels; empty for all of the namespace"
                problems=problems
            />
            <div class="grid g2">
                <SelectField
                    label="Type of each"
                    name="spec.config.template.type"
                    value=texts.template_type
                    options=Signal::stored(types.to_vec())
                    problems=problems
                />
                <ComboField
                    label="Evaluator of each"
                    name="spec.config.template.evaluator.name"
                    value=texts.template_evaluator
                    options=evaluators
                    problems=problems
                />
                <TextField
                    label="Names begin with"
                    name="spec.config.template.namePrefix"
                    value=texts.prefix
                    optional=true
                    hint="Empty for the batch's own name"
                    problems=problems
                />
            </div>
            <TextArea
                label="Configuration of each"
                name="spec.config.template.config"
                value=texts.template_config
                rows=3
                mono=true
                optional=true
                placeholder="{}"
                hint="A JSON object; the query is filled in"
                problems=problems
            />
            <h3 class="xs t2 med">"Parameters of each"</h3>
            <ParameterRows fields=fields.template_parameters choices=choices problems=problems />
        </div>
    }
}

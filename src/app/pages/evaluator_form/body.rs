//! The fields of an evaluator.

use leptos::prelude::*;

use super::fields::EvaluatorFields;
use super::metrics::Metrics;
use crate::app::components::{ComboField, Problems, Switch, TextArea, TextField};
use crate::app::pages::form::{ParameterRows, SourceField, SourceKind};
use crate::views::forms::Choices;

/// Where an address may come from.
const ADDRESSES: &[SourceKind] = &[SourceKind::Literal, SourceKind::ConfigMap, SourceKind::Secret];

/// The fields.
#[component]
pub fn EvaluatorBody(
    /// Values.
    fields: EvaluatorFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
    /// The name is given: objects are not renamed.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let texts = fields.texts;
    let service = fields.service;
    let (selects, earlier) = (fields.selects, fields.earlier);
    view! {
        <section class="fsec" aria-labelledby="v-what">
            <h2 id="v-what">"What it is"</h2>
            <TextField
                label="Name"
                name="metadata.name"
                value=texts.name
                problems=problems
                readonly=named
                hint=if named { "A name cannot be changed; duplicate the evaluator instead." } else { "" }
            />
            <TextField
                label="Description"
                name="spec.description"
                value=texts.description
                optional=true
                hint="What it looks at, for people"
                problems=problems
            />
            <Switch
                label="A service scores, not Arkdeck"
                on=service
                on_change=Callback::new(move |on| service.set(on))
            />
            <div hidden=move || !service.get()>
                <SourceField
                    label="Address of the service"
                    name="spec.address"
                    fields=fields.address
                    kinds=ADDRESSES
                    choices=choices
                    problems=problems
                    placeholder="http://evaluator.tools:8000/evaluate"
                />
            </div>
        </section>
        <section class="fsec" aria-labelledby="v-measures" hidden=service>
            <h2 id="v-measures">"Measures" <span class="xs t3">"checks that need no model"</span></h2>
            <Metrics rows=fields.metrics problems=problems />
        </section>
        <Judge fields=fields choices=choices problems=problems />
        <section class="fsec" aria-labelledby="v-parameters">
            <h2 id="v-parameters">"Further parameters" <span class="xs t3">"sent along with every evaluation"</span></h2>
            <ParameterRows fields=fields.parameters choices=choices problems=problems />
        </section>
        <section class="fsec" aria-labelledby="v-selects">
            <h2 id="v-selects">"By itself"</h2>
            <Switch
                label="Score queries as they end"
                on=selects
                on_change=Callback::new(move |on| selects.set(on))
            />
            <div class="stack" hidden=move || !selects.get()>
                <TextField
                    label="Which queries"
                    name="spec.selector"
                    value=texts.selector
                    optional=true
                    mono=true
                    placeholder="team=support, tier in (gold, silver)"
                    hint="By their labels; empty for every query of its namespace"
                    problems=problems
                />
                <div class="grid g2">
                    <TextField
                        label="Share of them, in percent"
                        name="spec.sampling.percent"
                        value=texts.percent
                        optional=true
                        placeholder="100"
                        problems=problems
                    />
                    <TextField
                        label="Most in an hour"
                        name="spec.sampling.maxPerHour"
                        value=texts.max_per_hour
                        optional=true
                        placeholder="no bound"
                        problems=problems
                    />
                    <TextField
                        label="Most that a day may cost"
                        name="spec.sampling.maxCostPerDay"
                        value=texts.max_cost_per_day
                        optional=true
                        placeholder="2.50 EUR"
                        hint="A day of UTC; the judge’s model needs prices"
                        problems=problems
                    />
                </div>
                <Switch
                    label="Queries that ended before it was there, too"
                    on=earlier
                    on_change=Callback::new(move |on| earlier.set(on))
                />
            </div>
        </section>
    }
}

#[component]
fn Judge(fields: EvaluatorFields, choices: Signal<Choices>, problems: Problems) -> impl IntoView {
    let texts = fields.texts;
    let models = Signal::derive(move || choices.with(|choices| choices.models.clone()));
    view! {
        <section class="fsec" aria-labelledby="v-judge">
            <h2 id="v-judge">"Judge" <span class="xs t3">"a model that reads the answer"</span></h2>
            <div class="grid g2">
                <ComboField
                    label="Model"
                    name="judge.model.name"
                    value=texts.model
                    options=models
                    optional=true
                    hint="Without measures, criteria and a model, the model named default judges"
                    problems=problems
                />
                <TextField
                    label="Namespace of the model"
                    name="judge.model.namespace"
                    value=texts.model_namespace
                    optional=true
                    problems=problems
                />
                <TextField
                    label="Criteria"
                    name="judge.scope"
                    value=texts.scope
                    optional=true
                    placeholder="accuracy, clarity"
                    hint="Of relevance, accuracy, conciseness, completeness, clarity, usefulness, compliance, appropriateness, refusal_handling; with a context also context_precision, context_recall, context_entity_recall, faithfulness"
                    problems=problems
                />
                <TextField
                    label="Weights"
                    name="judge.weights"
                    value=texts.weights
                    optional=true
                    placeholder="accuracy=2"
                    problems=problems
                />
            </div>
            <TextArea
                label="Instructions"
                name="judge.evaluation-criteria"
                value=texts.instructions
                rows=3
                optional=true
                hint="What is asked besides the criteria"
                problems=problems
            />
            <TextArea
                label="Context"
                name="judge.context"
                value=texts.context
                rows=2
                optional=true
                hint="What the answer is compared with; long ones come as a parameter from a config map"
                problems=problems
            />
            <TextField
                label="Role"
                name="judge.evaluator-role"
                value=texts.role
                optional=true
                placeholder="You are an exacting editor."
                problems=problems
            />
            <div class="grid g2">
                <TextField
                    label="Passes from"
                    name="judge.min-score"
                    value=texts.min_score
                    optional=true
                    placeholder="0.7"
                    hint="A score from 0 to 1, of measures too"
                    problems=problems
                />
                <TextField
                    label="Times asked"
                    name="judge.repeats"
                    value=texts.repeats
                    optional=true
                    placeholder="1"
                    problems=problems
                />
                <TextField
                    label="Temperature"
                    name="judge.temperature"
                    value=texts.temperature
                    optional=true
                    placeholder="0"
                    problems=problems
                />
                <TextField
                    label="Tokens of a verdict"
                    name="judge.max-tokens"
                    value=texts.max_tokens
                    optional=true
                    problems=problems
                />
            </div>
        </section>
    }
}

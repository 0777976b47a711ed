//! The fields of an evaluation.

use leptos::prelude::*;

use super::batch::Batch;
use super::experiment::Experiment;
use super::fields::EvaluationFields;
use super::rules::Rules;
use crate::app::components::{ComboField, Problems, Switch, TextArea, TextField};
use crate::app::pages::form::{Draft, ParameterRows};
use crate::views::evaluation::EvaluationForm;
use crate::views::forms::Choices;

/// What may be scored: value, name, what it means.
pub const TYPES: [(&str, &str, &str); 6] = [
    ("experiment", "Experiment", "asks a data set and scores each answer"),
    ("query", "Query", "the answer of a query"),
    ("event", "Rules", "what happened in a query"),
    ("direct", "Direct", "a question and an answer, written here"),
    ("baseline", "Baseline", "the evaluator itself, on known answers"),
    ("batch", "Batch", "many evaluations together"),
];

/// The fields.
#[component]
pub fn EvaluationBody(
    /// What is edited.
    draft: Draft<EvaluationForm>,
    /// Values.
    fields: EvaluationFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// The name is given: objects are not renamed.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let (texts, problems) = (fields.texts, draft.problems);
    let evaluators = Signal::derive(move || choices.with(|choices| choices.evaluators.clone()));
    let is = move |type_: &'static str| Memo::new(move |_| texts.type_.with(|chosen| chosen == type_));
    let (batch, experiment) = (is("batch"), is("experiment"));
    let type_ = Memo::new(move |_| texts.type_.get());
    view! {
        <section class="fsec" aria-labelledby="n-what">
            <h2 id="n-what">"What it is"</h2>
            <TextField
                label="Name"
                name="metadata.name"
                value=texts.name
                problems=problems
                readonly=named
                hint=if named { "A name cannot be changed; duplicate the evaluation instead." } else { "" }
            />
            <Types fields=fields problems=problems />
        </section>
        <section class="fsec" aria-labelledby="n-scored">
            <h2 id="n-scored">"What is scored"</h2>
            {move || match type_.get().as_str() {
                "direct" => view! { <Direct fields=fields problems=problems /> }.into_any(),
                "query" => view! { <OfQuery fields=fields choices=choices problems=problems /> }.into_any(),
                "event" => {
                    view! {
                        <OfQuery fields=fields choices=choices problems=problems rules=true />
                        <Rules draft=draft rows=fields.rules />
                    }
                        .into_any()
                }
                "batch" => view! { <Batch fields=fields choices=choices problems=problems /> }.into_any(),
                "experiment" => view! { <Experiment fields=fields choices=choices problems=problems /> }.into_any(),
                _ => {
                    view! {
                        <p class="t2">
                            "The examples come as the parameter golden-examples, mostly from a config map: YAML, JSON lines or CSV with input, output and expectedOutput."
                        </p>
                    }
                        .into_any()
                }
            }}
        </section>
        <section class="fsec" aria-labelledby="n-who" hidden=batch>
            <h2 id="n-who">"Who scores"</h2>
            <ComboField
                label="Evaluator"
                name="spec.evaluator.name"
                value=texts.evaluator
                options=evaluators
                problems=problems
            />
            <h3 class="xs t2 med">"Parameters" <span class="t3">" win over the evaluator's own"</span></h3>
            <ParameterRows fields=fields.parameters choices=choices problems=problems />
        </section>
        <section class="fsec" aria-labelledby="n-limits">
            <h2 id="n-limits">"Limits"</h2>
            <div class="grid g2">
                <div class="contents" hidden=move || !batch.get() && !experiment.get()>
                    <TextField
                        label="At once"
                        name="spec.config.concurrency"
                        value=texts.concurrency
                        optional=true
                        placeholder="10"
                        problems=problems
                    />
                    <div class="field self-center">
                        <Switch
                            label="Go on after failures"
                            on=fields.continue_on_failure
                            on_change=Callback::new(move |on| fields.continue_on_failure.set(on))
                        />
                    </div>
                </div>
                <TextField
                    label="May take"
                    name="spec.timeout"
                    value=texts.timeout
                    optional=true
                    placeholder="5m"
                    problems=problems
                />
                <TextField
                    label="Kept for"
                    name="spec.ttl"
                    value=texts.ttl
                    optional=true
                    placeholder="720h"
                    problems=problems
                />
            </div>
        </section>
    }
}

#[component]
fn Types(fields: EvaluationFields, problems: Problems) -> impl IntoView {
    let type_ = fields.texts.type_;
    view! {
        <div class="grid g3" role="radiogroup" aria-label="What is scored">
            {TYPES
                .into_iter()
                .map(|(value, title, note)| {
                    let on = move || type_.with(|chosen| chosen == value);
                    let choose = move |_| {
                        type_.set(value.to_owned());
                        problems.set(Vec::new());
                    };
                    view! {
                        <label class="chk top choice" class:on=on>
                            <input
                                type="radio"
                                name="spec.type"
                                value=value
                                checked=on
                                prop:checked=on
                                on:change=choose
                            />
                            <span>
                                <b class="med">{title}</b>
                                <br />
                                <span class="xs t2">{note}</span>
                            </span>
                        </label>
                    }
                })
                .collect_view()}
        </div>
    }
}

#[component]
fn Direct(fields: EvaluationFields, problems: Problems) -> impl IntoView {
    let texts = fields.texts;
    view! {
        <TextArea label="Question" name="spec.config.input" value=texts.input rows=3 problems=problems />
        <TextArea label="Answer" name="spec.config.output" value=texts.output rows=5 problems=problems />
        <Expected fields=fields problems=problems />
    }
}

#[component]
fn Expected(fields: EvaluationFields, problems: Problems) -> impl IntoView {
    view! {
        <TextArea
            label="Expected answer"
            name="spec.config.expectedOutput"
            value=fields.texts.expected
            rows=3
            optional=true
            hint="For judges and measures that compare"
            problems=problems
        />
    }
}

#[component]
fn OfQuery(
    fields: EvaluationFields,
    choices: Signal<Choices>,
    problems: Problems,
    #[prop(optional)] rules: bool,
) -> impl IntoView {
    let texts = fields.texts;
    let queries = Signal::derive(move || choices.with(|choices| choices.queries.clone()));
    view! {
        <div class="grid g2">
            <ComboField
                label="Query"
                name="spec.config.queryRef.name"
                value=texts.query
                options=queries
                hint="One that has not ended yet is waited for"
                problems=problems
            />
            <TextField
                label="Answer of"
                name="spec.config.queryRef.responseTarget"
                value=texts.response_target
                optional=true
                hint="Of several targets, whose answer; empty for the first"
                problems=problems
            />
        </div>
        {(!rules).then(|| view! { <Expected fields=fields problems=problems /> })}
    }
}

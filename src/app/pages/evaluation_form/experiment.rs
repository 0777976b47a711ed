//! An experiment: the data set, who is asked how often, and the gate.

use leptos::prelude::*;

use super::fields::{EvaluationFields, TargetFields};
use crate::app::components::{Button, ComboField, ErrorLine, Problems, TextField, id_of};
use crate::app::pages::form::{Row, Rows};
use crate::views::forms::Choices;

/// What may be asked, with its word.
const TARGETS: [(&str, &str); 3] = [("agent", "Agent"), ("team", "Team"), ("model", "Model")];

/// The fields.
#[component]
pub fn Experiment(
    /// Values.
    fields: EvaluationFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let texts = fields.texts;
    let sets = Signal::derive(move || choices.with(|choices| choices.data_sets.clone()));
    let text = move |label: &'static str,
                     name: &'static str,
                     value: RwSignal<String>,
                     placeholder: &'static str,
                     hint: &'static str| {
        view! {
            <TextField
                label=label
                name=name
                value=value
                optional=true
                placeholder=placeholder
                hint=hint
                problems=problems
            />
        }
    };
    view! {
        <div class="grid g2">
            <ComboField
                label="Data set"
                name="spec.config.dataSet.name"
                value=texts.data_set
                options=sets
                problems=problems
            />
            {text("Version", "spec.config.dataSet.version", texts.version, "newest", "")}
            {text("Only tags", "spec.config.dataSet.tags", texts.tags, "refund, late", "Items with one of them")}
            {text("Times each", "spec.config.repeats", texts.repeats, "1", "How often each item is asked of each target")}
        </div>
        <h3 class="xs t2 med">"Who is asked"</h3>
        <Targets rows=fields.targets choices=choices problems=problems />
        <h3 class="xs t2 med">
            "Gate" <span class="t3">" every condition must hold; without one, every item must pass"</span>
        </h3>
        <div class="grid g2">
            {text("Least mean score", "spec.config.gate.minScore", texts.min_score, "0.85", "")}
            {text(
                "Least share that passes, in percent",
                "spec.config.gate.minPassedPercent",
                texts.min_passed_percent,
                "90",
                "",
            )}
            {text("Most items that are worse", "spec.config.gate.maxWorse", texts.max_worse, "0", "Than in the baseline")}
            {text(
                "Most that the mean may fall",
                "spec.config.gate.maxScoreDrop",
                texts.max_score_drop,
                "0.02",
                "Against the baseline",
            )}
            {text(
                "Most that the cost may grow, in percent",
                "spec.config.gate.maxCostGrowthPercent",
                texts.max_cost_growth_percent,
                "20",
                "Against the baseline",
            )}
        </div>
    }
}

#[component]
fn Targets(rows: Rows<TargetFields>, choices: Signal<Choices>, problems: Problems) -> impl IntoView {
    let error = problems.of("spec.config.targets");
    let offered = move |read: fn(&Choices) -> &Vec<String>| {
        let names = choices.with(|choices| read(choices).clone());
        names.into_iter().map(|name| view! { <option value=name></option> }).collect_view()
    };
    let add = move |_| {
        problems.set_field("spec.config.targets", None);
        rows.add(TargetFields::new(&("agent".to_owned(), String::new())));
    };
    view! {
        <datalist id="l-targets-agent">{move || offered(|choices| &choices.agents)}</datalist>
        <datalist id="l-targets-team">{move || offered(|choices| &choices.teams)}</datalist>
        <datalist id="l-targets-model">{move || offered(|choices| &choices.models)}</datalist>
        <ol class="members">
            <For
                each=move || rows.all.get().into_iter().enumerate()
                key=|(at, row)| (*at, row.id)
                children=move |(at, row)| view! { <Target rows=rows at=at row=row problems=problems /> }
            />
        </ol>
        <div id="targets-error">
            <ErrorLine error=error />
        </div>
        <div>
            <Button label="Add a target" icon="plus" small=true on_press=Callback::new(add) />
        </div>
    }
}

#[component]
fn Target(rows: Rows<TargetFields>, at: usize, row: Row<TargetFields>, problems: Problems) -> impl IntoView {
    let Row { id, fields: TargetFields { type_, name } } = row;
    let number = at + 1;
    let path = format!("spec.config.targets[{at}].name");
    let control = id_of(&path);
    // The error is one of all rows; the first has it, so that the focus finds a field.
    let error = problems.of("spec.config.targets");
    let wrong = move || (at == 0 && error.with(Option::is_some)).then_some("true");
    view! {
        <li class="row">
            <select
                class="in w-24 flex-none"
                aria-label=format!("Kind of target {number}")
                on:change=move |event| type_.set(event_target_value(&event))
            >
                {TARGETS
                    .into_iter()
                    .map(|(value, word)| {
                        let on = move || type_.with(|chosen| chosen == value);
                        view! {
                            <option value=value selected=on prop:selected=on>
                                {word}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <input
                class="in grow"
                id=control
                name=path
                list=move || format!("l-targets-{}", type_.get())
                aria-label=format!("Name of target {number}")
                autocomplete="off"
                spellcheck="false"
                aria-invalid=wrong
                aria-describedby="targets-error"
                value=name.get_untracked()
                prop:value=name
                on:input=move |event| {
                    name.set(event_target_value(&event));
                    problems.set_field("spec.config.targets", None);
                }
            />
            {rows.remove_button(id, format!("Remove target {number}"), problems)}
        </li>
    }
}

//! The fields of a team.

use leptos::prelude::*;

use super::edges::EdgeEditor;
use super::fields::TeamFields;
use super::members::MemberRows;
use crate::app::components::{ComboField, Problems, Switch, TextArea, TextField};
use crate::app::graph::{Drawing, GraphPicture, TurnList};
use crate::app::pages::form::Draft;
use crate::views::forms::{Choices, TeamForm};

/// Strategies: value, name, what it means.
const STRATEGIES: [(&str, &str, &str); 4] = [
    ("sequential", "Sequential", "in order, once or in a loop"),
    ("round-robin", "Round robin", "in order, until the turns run out"),
    ("selector", "Selector", "an agent or a model chooses who is next"),
    ("graph", "Graph", "edges say who is next"),
];

/// The fields.
#[component]
pub fn TeamBody(
    /// What is edited.
    draft: Draft<TeamForm>,
    /// Values.
    fields: TeamFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// The name is given: objects are not renamed.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let problems = draft.problems;
    let drawing = Memo::new(move |_| draft.now.with(Drawing::of));
    let with_edges =
        Memo::new(move |_| fields.strategy.with(|chosen| matches!(chosen.as_str(), "graph" | "selector")));
    view! {
        <section class="fsec" aria-labelledby="e-what">
            <h2 id="e-what">"What it is"</h2>
            <TextField
                label="Name"
                name="metadata.name"
                value=fields.name
                problems=problems
                readonly=named
                hint=if named { "A name cannot be changed; duplicate the team instead." } else { "" }
            />
            <TextField
                label="Description"
                name="spec.description"
                value=fields.description
                optional=true
                hint="What it is for, for people and for agents that may call it"
                problems=problems
            />
        </section>
        <section class="fsec" aria-labelledby="e-members">
            <h2 id="e-members">"Members"</h2>
            <MemberRows fields=fields choices=choices problems=problems />
        </section>
        <section class="fsec" aria-labelledby="e-strategy">
            <h2 id="e-strategy">"Strategy"</h2>
            <Strategies fields=fields />
            <Turns fields=fields problems=problems />
        </section>
        {move || {
            fields
                .strategy
                .with(|chosen| chosen == "selector")
                .then(|| view! { <Selector fields=fields choices=choices problems=problems /> })
        }}
        <section class="fsec" aria-labelledby="e-graph">
            <h2 id="e-graph">
                "Graph"
                <span class="xs t3">
                    {move || if with_edges.get() { "who may speak after whom" } else { "the order of the members" }}
                </span>
            </h2>
            {move || match with_edges.get() {
                true => view! { <EdgeEditor fields=fields drawing=drawing problems=problems /> }.into_any(),
                false => {
                    view! {
                        <GraphPicture drawing=drawing />
                        <TurnList drawing=drawing />
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Strategies(fields: TeamFields) -> impl IntoView {
    view! {
        <div class="grid g2" role="radiogroup" aria-label="Strategy">
            {STRATEGIES
                .into_iter()
                .map(|(value, title, note)| {
                    let on = move || fields.strategy.with(|chosen| chosen == value);
                    view! {
                        <label class="chk top choice" class:on=on>
                            <input
                                type="radio"
                                name="spec.strategy"
                                value=value
                                checked=on
                                prop:checked=on
                                on:change=move |_| {
                                    fields.strategy.set(value.to_owned());
                                    // Only a sequence loops; elsewhere it would be refused.
                                    if value != "sequential" {
                                        fields.loops.set(false);
                                    }
                                }
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
fn Turns(fields: TeamFields, problems: Problems) -> impl IntoView {
    let sequential = Memo::new(move |_| fields.strategy.with(|chosen| chosen == "sequential"));
    view! {
        <div class="grid g2">
            <TextField
                label="Turns at the most"
                name="spec.maxTurns"
                value=fields.max_turns
                optional=true
                placeholder="10 for each member"
                hint="Reaching it is a normal end"
                problems=problems
            />
            <div class="field self-center" hidden=move || !sequential.get()>
                <Switch
                    label="Repeat the sequence"
                    on=fields.loops
                    on_change=Callback::new(move |on| {
                        fields.loops.set(on);
                        problems.set_field("spec.maxTurns", None);
                    })
                />
            </div>
        </div>
    }
}

#[component]
fn Selector(fields: TeamFields, choices: Signal<Choices>, problems: Problems) -> impl IntoView {
    let agents = Signal::derive(move || choices.with(|choices| choices.agents.clone()));
    let models = Signal::derive(move || choices.with(|choices| choices.models.clone()));
    let by_agent = Memo::new(move |_| fields.agent.with(|agent| !agent.trim().is_empty()));
    let model_hint = "Where no agent is named; empty for the model named default";
    view! {
        <section class="fsec" aria-labelledby="e-selector">
            <h2 id="e-selector">"Selector" <span class="xs t3">"who picks the next speaker"</span></h2>
            <div class="grid g2">
                <ComboField
                    label="Agent"
                    name="spec.selector.agent"
                    value=fields.agent
                    options=agents
                    optional=true
                    problems=problems
                />
                <div class="contents" hidden=move || by_agent.get()>
                    <ComboField
                        label="Model"
                        name="spec.selector.model"
                        value=fields.model
                        options=models
                        optional=true
                        placeholder="default"
                        hint=model_hint
                        problems=problems
                    />
                </div>
            </div>
            <TextArea
                label="Prompt"
                name="spec.selector.selectorPrompt"
                value=fields.prompt
                rows=4
                mono=true
                optional=true
                hint="Knows {{.Roles}}, {{.Participants}} and {{.History}}; empty for the program's own"
                problems=problems
            />
            <Switch
                label="It may end the conversation"
                on=fields.terminate
                on_change=Callback::new(move |on| fields.terminate.set(on))
            />
            <div hidden=move || !fields.terminate.get()>
                <TextField
                    label="When it should"
                    name="spec.selector.terminatePrompt"
                    value=fields.terminate_prompt
                    optional=true
                    hint="In words"
                    problems=problems
                />
            </div>
        </section>
    }
}

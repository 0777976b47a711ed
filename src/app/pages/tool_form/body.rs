//! The fields of a tool.

use leptos::prelude::*;

use super::approval::ApprovalSection;
use super::fields::ToolFields;
use crate::app::components::{ComboField, ErrorLine, Problems, SelectField, TextArea, TextField};
use crate::app::pages::form::{IN_A_QUERY, ParameterRows};
use crate::views::forms::Choices;

/// What may be behind a tool: value, name, what it means.
const TYPES: [(&str, &str, &str); 5] = [
    ("http", "HTTP request", "calls an address"),
    ("agent", "Agent", "asks an agent"),
    ("team", "Team", "asks a team"),
    ("mcp", "MCP tool", "a tool of an MCP server"),
    ("builtin", "Built-in", "noop or terminate"),
];
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const BUILT_IN: [&str; 2] = ["noop", "terminate"];
/// Labels of the hints, in the order of the fields.
const HINTS: [(&str, &str); 4] = [
    ("Changes nothing", "spec.annotations.readOnlyHint"),
    ("May be repeated", "spec.annotations.idempotentHint"),
    ("May destroy", "spec.annotations.destructiveHint"),
    ("Reaches outside", "spec.annotations.openWorldHint"),
];

/// The fields.
#[component]
pub fn ToolBody(
    /// Values.
    fields: ToolFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
    /// The name is given: objects are not renamed.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    view! {
        <section class="fsec" aria-labelledby="t-what">
            <h2 id="t-what">"What it is"</h2>
            <div class="grid g2">
                <TextField
                    label="Name"
                    name="metadata.name"
                    value=fields.name
                    problems=problems
                    readonly=named
                    hint=if named { "A name cannot be changed; duplicate the tool instead." } else { "" }
                />
                <TextField
                    label="Title"
                    name="spec.annotations.title"
                    value=fields.title
                    optional=true
                    hint="For people"
                    problems=problems
                />
            </div>
            <TextArea
                label="Description"
                name="spec.description"
                value=fields.description
                rows=2
                optional=true
                hint="What it does and when to use it, in words for models"
                problems=problems
            />
            <Types fields=fields problems=problems />
        </section>
        {move || match fields.type_.get().as_str() {
            "http" => view! { <Http fields=fields choices=choices problems=problems /> }.into_any(),
            other => view! { <Called type_=other.to_owned() fields=fields choices=choices problems=problems /> }.into_any(),
        }}
        <section class="fsec" aria-labelledby="t-arguments">
            <h2 id="t-arguments">"Arguments"</h2>
            <TextArea
                label="Input schema"
                name="spec.inputSchema"
                value=fields.schema
                rows=9
                mono=true
                optional=true
                placeholder="{\"type\": \"object\", \"properties\": {\"id\": {\"type\": \"string\"}}}"
                hint="A JSON schema of what models may pass"
                problems=problems
            />
        </section>
        <section class="fsec" aria-labelledby="t-effects">
            <h2 id="t-effects">"Effects" <span class="xs t3">"what a call does, as far as you promise it"</span></h2>
            <div class="grid g2">
                {HINTS
                    .into_iter()
                    .zip(fields.hints)
                    .map(|((label, name), value)| {
                        view! { <SelectField label=label name=name value=value options=Signal::stored(answers()) /> }
                    })
                    .collect_view()}
            </div>
        </section>
        <section class="fsec" aria-labelledby="t-approval">
            <h2 id="t-approval">"Approval"</h2>
            <ApprovalSection fields=fields.approval problems=problems />
        </section>
    }
}

fn answers() -> Vec<(String, String)> {
    [("", "Not said"), ("true", "Yes"), ("false", "No")]
        .map(|(value, word)| (value.into(), word.into()))
        .into()
}

#[component]
fn Types(fields: ToolFields, problems: Problems) -> impl IntoView {
    let error = problems.of("spec.type");
    view! {
        <div class="grid g3" role="radiogroup" aria-label="What is behind it">
            {TYPES
                .into_iter()
                .map(|(value, title, note)| {
                    let on = move || fields.type_.with(|chosen| chosen == value);
                    let choose = move |_| {
                        fields.type_.set(value.to_owned());
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
        <ErrorLine error=error />
    }
}

#[component]
fn Http(fields: ToolFields, choices: Signal<Choices>, problems: Problems) -> impl IntoView {
    let methods = METHODS.map(|method| (method.to_owned(), method.to_owned())).to_vec();
    // A body that is there is shown with any method: what is judged must be seen.
    let with_body = Memo::new(move |_| {
        fields.method.with(|method| matches!(method.as_str(), "POST" | "PUT" | "PATCH"))
            || fields.body.with(|body| !body.trim().is_empty())
            || fields.body_parameters.any()
    });
    view! {
        <section class="fsec" aria-labelledby="t-request">
            <h2 id="t-request">"Request"</h2>
            <div class="request">
                <SelectField
                    label="Method"
                    name="spec.http.method"
                    value=fields.method
                    options=Signal::stored(methods)
                    problems=problems
                />
                <TextField
                    label="Address"
                    name="spec.http.url"
                    value=fields.url
                    mono=true
                    placeholder="https://api.example.com/orders/{id}"
                    hint="{id} stands for the argument id"
                    problems=problems
                />
                <TextField
                    label="Time limit"
                    name="spec.http.timeout"
                    value=fields.timeout
                    optional=true
                    placeholder="30s"
                    problems=problems
                />
            </div>
            <h3 class="xs t2 med">"Headers"</h3>
            <ParameterRows fields=fields.headers choices=choices problems=problems noun="header" kinds=IN_A_QUERY />
            <div class="stack" hidden=move || !with_body.get()>
                <TextArea
                    label="Body"
                    name="spec.http.body"
                    value=fields.body
                    rows=6
                    mono=true
                    optional=true
                    placeholder="{\"order\": \"{{.input.id}}\"}"
                    hint="A template: {{.input.id}} is the argument id, {{.name}} a variable below"
                    problems=problems
                />
                <h3 class="xs t2 med">"Variables of the body"</h3>
                <ParameterRows
                    fields=fields.body_parameters
                    choices=choices
                    problems=problems
                    noun="variable"
                    kinds=IN_A_QUERY
                />
            </div>
        </section>
    }
}

/// What a tool calls that is no request.
#[component]
fn Called(type_: String, fields: ToolFields, choices: Signal<Choices>, problems: Problems) -> impl IntoView {
    let named = |label: &'static str,
                 name: &'static str,
                 options: Signal<Vec<String>>,
                 hint: &'static str| {
        view! { <ComboField label=label name=name value=fields.calls options=options problems=problems hint=hint /> }
    };
    let content = match type_.as_str() {
        "agent" => named(
            "Agent",
            "spec.agent.name",
            Signal::derive(move || choices.with(|choices| choices.agents.clone())),
            "It is asked with one text, the argument input",
        )
        .into_any(),
        "team" => named(
            "Team",
            "spec.team.name",
            Signal::derive(move || choices.with(|choices| choices.teams.clone())),
            "It is asked with one text, the argument input",
        )
        .into_any(),
        "builtin" => named(
            "Built-in tool",
            "spec.builtin.name",
            Signal::stored(BUILT_IN.map(str::to_owned).to_vec()),
            "noop does nothing; terminate ends the agent's work",
        )
        .into_any(),
        "mcp" => view! {
            <div class="grid g2">
                <TextField
                    label="MCP server"
                    name="spec.mcp.mcpServerRef.name"
                    value=fields.server
                    problems=problems
                />
                <TextField
                    label="Its tool"
                    name="spec.mcp.toolName"
                    value=fields.calls
                    problems=problems
                    hint="As the server names it"
                />
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        <section class="fsec" aria-labelledby="t-calls">
            <h2 id="t-calls">"What it calls"</h2>
            {content}
        </section>
    }
}

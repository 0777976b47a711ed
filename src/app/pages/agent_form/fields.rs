//! The fields of an agent.

use leptos::prelude::*;

use super::overrides::{OverrideFields, OverrideRows};
use super::settings::{ToolFields, ToolSettings};
use super::tools::ToolPicker;
use crate::app::components::{ComboField, Icon, Problems, TextArea, TextField};
use crate::app::pages::form::{IN_A_QUERY, ParameterFields, ParameterRows, Rows};
use crate::views::forms::{AgentForm, Choices};

/// The fields' values.
#[derive(Clone, Copy)]
pub struct AgentFields {
    name: RwSignal<String>,
    description: RwSignal<String>,
    prompt: RwSignal<String>,
    model: RwSignal<String>,
    tools: Rows<ToolFields>,
    parameters: ParameterFields,
    schema: RwSignal<String>,
    engine: RwSignal<String>,
    overrides: Rows<OverrideFields>,
}

impl AgentFields {
    /// The fields of an agent.
    pub fn new(form: &AgentForm) -> Self {
        Self {
            name: RwSignal::new(form.name.clone()),
            description: RwSignal::new(form.description.clone()),
            prompt: RwSignal::new(form.prompt.clone()),
            model: RwSignal::new(form.model.clone()),
            tools: Rows::new(form.tools.iter().map(ToolFields::new)),
            parameters: ParameterFields::new("spec.parameters", &form.parameters),
            schema: RwSignal::new(form.output_schema.clone()),
            engine: RwSignal::new(form.engine.clone()),
            overrides: Rows::new(form.overrides.iter().map(OverrideFields::new)),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &AgentForm) {
        self.name.set(form.name.clone());
        self.description.set(form.description.clone());
        self.prompt.set(form.prompt.clone());
        self.model.set(form.model.clone());
        self.tools.set(form.tools.iter().map(ToolFields::new));
        self.parameters.set(&form.parameters);
        self.schema.set(form.output_schema.clone());
        self.engine.set(form.engine.clone());
        self.overrides.set(form.overrides.iter().map(OverrideFields::new));
    }

    /// The agent that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &AgentForm) -> AgentForm {
        let model = self.model.get().trim().to_owned();
        let engine = self.engine.get().trim().to_owned();
        AgentForm {
            namespace: base.namespace.clone(),
            name: self.name.get().trim().to_owned(),
            description: self.description.get(),
            prompt: self.prompt.get(),
            // A model of another namespace is one of this form only as long as its name stays.
            model_namespace: base.model_namespace.clone().filter(|_| model == base.model),
            model,
            tools: self.tools.get().into_iter().map(ToolFields::read).collect(),
            parameters: self.parameters.get(),
            output_schema: self.schema.get(),
            engine_namespace: base.engine_namespace.clone().filter(|_| engine == base.engine),
            engine,
            overrides: self.overrides.get().into_iter().map(OverrideFields::read).collect(),
            version: base.version.clone(),
        }
    }
}

/// The fields.
#[component]
pub fn AgentBody(
    /// Values.
    fields: AgentFields,
    /// What is offered.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
    /// The name is given: objects are not renamed.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let models = Signal::derive(move || choices.with(|choices| choices.models.clone()));
    let has_overrides = untrack(|| !fields.overrides.none());
    let has_schema = fields.schema.with_untracked(|schema| !schema.is_empty());
    view! {
        <section class="fsec" aria-labelledby="a-what">
            <h2 id="a-what">"What it is"</h2>
            <div class="grid g2">
                <TextField
                    label="Name"
                    name="metadata.name"
                    value=fields.name
                    problems=problems
                    readonly=named
                    hint=if named { "A name cannot be changed; duplicate the agent instead." } else { "" }
                />
                <ComboField
                    label="Model"
                    name="spec.modelRef.name"
                    value=fields.model
                    options=models
                    optional=true
                    placeholder="default"
                    hint="Empty for the model named default"
                    problems=problems
                />
            </div>
            <TextField
                label="Description"
                name="spec.description"
                value=fields.description
                optional=true
                hint="What it does, for people and for agents that may call it"
                problems=problems
            />
            <TextArea
                label="Prompt"
                name="spec.prompt"
                value=fields.prompt
                rows=9
                mono=true
                optional=true
                hint="It may use parameters, as {{ .shop }}."
                problems=problems
            />
        </section>
        <section class="fsec" aria-labelledby="a-parameters">
            <h2 id="a-parameters">"Parameters"</h2>
            <ParameterRows fields=fields.parameters choices=choices problems=problems kinds=IN_A_QUERY />
        </section>
        <section class="fsec" aria-labelledby="a-tools">
            <h2 id="a-tools">"Tools"</h2>
            <ToolPicker tools=fields.tools choices=choices problems=problems />
            <ToolSettings tools=fields.tools choices=choices problems=problems />
        </section>
        <section class="fsec" aria-labelledby="a-answer">
            <h2 id="a-answer">"Answer"</h2>
            <details class="call" open=has_schema>
                <summary class="row">
                    <span>"Output schema"</span>
                    <span class="xs t3">"the answer follows a JSON schema"</span>
                    <Icon name="chevron-right" small=true class="chev" />
                </summary>
                <div class="pb">
                    <TextArea
                        label="JSON schema"
                        name="spec.outputSchema"
                        value=fields.schema
                        rows=8
                        mono=true
                        optional=true
                        problems=problems
                    />
                </div>
            </details>
        </section>
        <section class="fsec" aria-labelledby="a-runs">
            <h2 id="a-runs">"How it runs"</h2>
            <TextField
                label="Engine"
                name="spec.executionEngine.name"
                value=fields.engine
                optional=true
                mono=true
                hint="Empty for this program; a2a for an agent of an A2A server"
                problems=problems
            />
            <details class="call" open=has_overrides>
                <summary class="row">
                    <span>"Headers"</span>
                    <span class="xs t3">"added to its calls of models and MCP servers"</span>
                    <Icon name="chevron-right" small=true class="chev" />
                </summary>
                <div class="pb stack">
                    <OverrideRows rows=fields.overrides choices=choices problems=problems />
                </div>
            </details>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::{ApprovalForm, OverrideForm, ParameterForm, SourceForm, ToolForm};

    #[test]
    fn what_is_shown_is_read_back() {
        let row = |name: &str, value| ParameterForm { name: name.into(), value };
        let secret = || SourceForm::Secret { name: "s".into(), key: "k".into() };
        let service =
            SourceForm::Service { name: "svc".into(), namespace: None, port: Some("web".into()), path: None };
        let tides = ToolForm {
            type_: "http".into(),
            name: "tides".into(),
            description: "Asks the tables".into(),
            functions: vec![row("jq", SourceForm::Literal(".a".into())), row("jq", secret())],
            calls: "tables".into(),
            preset: vec![row("port", SourceForm::Parameter("port".into())), row("at", service)],
            approval: ApprovalForm {
                required: true,
                timeout: "5m".into(),
                on_timeout: "proceed".into(),
                matches: vec![("port".into(), "^B".into())],
            },
        };
        let form = AgentForm {
            name: "pilot".into(),
            model: "big".into(),
            model_namespace: Some("shared".into()),
            engine: "langchain".into(),
            engine_namespace: Some("engines".into()),
            tools: vec![
                tides,
                ToolForm { type_: "built-in".into(), name: "noop".into(), ..ToolForm::default() },
            ],
            parameters: vec![row("shop", secret())],
            overrides: vec![OverrideForm {
                calls: "mcpserver".into(),
                selector: "tier=gold".into(),
                headers: vec![row("X-Token", secret())],
            }],
            output_schema: "{}".into(),
            version: Some("4".into()),
            ..AgentForm::default()
        };
        Owner::new().with(|| {
            let fields = AgentFields::new(&form);
            assert_eq!(fields.read(&form), form);
            // Another agent in the same fields, and back.
            let bare = AgentForm::default();
            fields.set(&bare);
            assert_eq!(fields.read(&bare), bare);
            fields.set(&form);
            assert_eq!(fields.read(&form), form);
            // Another engine is not looked for where the old one is.
            fields.engine.set("a2a".into());
            assert_eq!(fields.read(&form).engine_namespace, None);
        });
    }
}

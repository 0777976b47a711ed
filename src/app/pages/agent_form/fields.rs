//! The fields of an agent.

use leptos::prelude::*;

use super::tools::ToolPicker;
use crate::app::components::{ComboField, Icon, Problems, TextArea, TextField};
use crate::app::pages::form::{IN_A_QUERY, ParameterFields, ParameterRows};
use crate::views::forms::{AgentForm, Choices, ToolForm};

/// The fields' values.
#[derive(Clone, Copy)]
pub struct AgentFields {
    name: RwSignal<String>,
    description: RwSignal<String>,
    prompt: RwSignal<String>,
    model: RwSignal<String>,
    tools: RwSignal<Vec<ToolForm>>,
    parameters: ParameterFields,
    schema: RwSignal<String>,
}

impl AgentFields {
    /// The fields of an agent.
    pub fn new(form: &AgentForm) -> Self {
        Self {
            name: RwSignal::new(form.name.clone()),
            description: RwSignal::new(form.description.clone()),
            prompt: RwSignal::new(form.prompt.clone()),
            model: RwSignal::new(form.model.clone()),
            tools: RwSignal::new(form.tools.clone()),
            parameters: ParameterFields::new("spec.parameters", &form.parameters),
            schema: RwSignal::new(form.output_schema.clone()),
        }
    }

    /// Shows another state of it.
    pub fn set(self, form: &AgentForm) {
        self.name.set(form.name.clone());
        self.description.set(form.description.clone());
        self.prompt.set(form.prompt.clone());
        self.model.set(form.model.clone());
        self.tools.set(form.tools.clone());
        self.parameters.set(&form.parameters);
        self.schema.set(form.output_schema.clone());
    }

    /// The agent that the fields say; what they do not hold is that of `base`. Tracked.
    pub fn read(self, base: &AgentForm) -> AgentForm {
        let model = self.model.get().trim().to_owned();
        AgentForm {
            namespace: base.namespace.clone(),
            name: self.name.get().trim().to_owned(),
            description: self.description.get(),
            prompt: self.prompt.get(),
            // A model of another namespace is one of this form only as long as its name stays.
            model_namespace: base.model_namespace.clone().filter(|_| model == base.model),
            model,
            tools: self.tools.get(),
            parameters: self.parameters.get(),
            output_schema: self.schema.get(),
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
    }
}

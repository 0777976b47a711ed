//! How an agent uses one of its tools: what the model is told of it, what is set here, what becomes of the result.

use leptos::prelude::*;

use crate::app::components::{Icon, Problems, TextField};
use crate::app::pages::form::{IN_A_QUERY, ParameterFields, ParameterRows, Row, Rows};
use crate::app::pages::tool_form::{ApprovalFields, ApprovalSection};
use crate::app::words;
use crate::views::forms::{Choices, ToolForm};

/// The fields' values.
#[derive(Clone, Copy)]
pub struct ToolFields {
    /// Type, as in the resource.
    pub type_: StoredValue<String>,
    /// Name that the model sees.
    pub name: StoredValue<String>,
    description: RwSignal<String>,
    functions: ParameterFields,
    calls: RwSignal<String>,
    preset: ParameterFields,
    approval: ApprovalFields,
}

impl ToolFields {
    /// The fields of a tool.
    pub fn new(form: &ToolForm) -> Self {
        Self {
            type_: StoredValue::new(form.type_.clone()),
            name: StoredValue::new(form.name.clone()),
            description: RwSignal::new(form.description.clone()),
            // Their paths count tools: see ToolSettings.
            functions: ParameterFields::new("functions", &form.functions),
            calls: RwSignal::new(form.calls.clone()),
            preset: ParameterFields::new("parameters", &form.preset),
            approval: ApprovalFields::new(&form.approval),
        }
    }

    /// The tool that the fields say; tracked.
    pub fn read(self) -> ToolForm {
        ToolForm {
            type_: self.type_.get_value(),
            name: self.name.get_value(),
            description: self.description.get(),
            functions: self.functions.get(),
            calls: self.calls.get().trim().to_owned(),
            preset: self.preset.get(),
            approval: self.approval.get(),
        }
    }

    /// What is set, in words; tracked.
    fn words(self) -> String {
        let form = self.read();
        let parts = [
            (!form.calls.is_empty()).then(|| format!("calls {}", form.calls)),
            (!form.description.is_empty()).then(|| "own description".to_owned()),
            (!form.preset.is_empty())
                .then(|| words::count(form.preset.len(), "argument set", "arguments set")),
            (!form.functions.is_empty()).then(|| words::count(form.functions.len(), "filter", "filters")),
            self.approval.shown().then(|| "approval".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The settings of each chosen tool.
#[component]
pub fn ToolSettings(
    /// The tools.
    tools: Rows<ToolFields>,
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    view! {
        // Keyed with the place too: paths of errors count tools.
        <For
            each=move || tools.all.get().into_iter().enumerate()
            key=|(at, row)| (*at, row.id)
            children=move |(at, row)| settings(at, row, choices, problems)
        />
    }
}

fn settings(at: usize, row: Row<ToolFields>, choices: Signal<Choices>, problems: Problems) -> AnyView {
    let fields = row.fields;
    let path = format!("spec.tools[{at}]");
    let name = fields.name.get_value();
    let open = untrack(|| !fields.words().is_empty());
    view! {
        <details class="call" open=open>
            <summary class="row">
                <Icon name="wrench" small=true />
                <span class="mono xs cut">{name.clone()}</span>
                <span class="xs t3 cut">{move || fields.words()}</span>
                <Icon name="chevron-right" small=true class="chev" />
            </summary>
            <div class="pb stack" role="group" aria-label=format!("Settings of {name}")>
                <div class="grid g2">
                    <TextField
                        label="What the model is told"
                        name=format!("{path}.description")
                        value=fields.description
                        optional=true
                        hint="Empty for the tool's own description"
                        problems=problems
                    />
                    <TextField
                        label="Tool that is called"
                        name=format!("{path}.partial.name")
                        value=fields.calls
                        optional=true
                        mono=true
                        placeholder=name.clone()
                        hint="Where the model sees it under another name"
                        problems=problems
                    />
                </div>
                <p class="xs t2">"Arguments that are set here: the model neither sees nor sets them."</p>
                <ParameterRows
                    fields=fields.preset
                    choices=choices
                    problems=problems
                    noun="preset"
                    kinds=IN_A_QUERY
                    path=format!("{path}.partial.parameters")
                />
                <p class="xs t2">"Filters that the result passes through, in order, as jq."</p>
                <ParameterRows
                    fields=fields.functions
                    choices=choices
                    problems=problems
                    noun="filter"
                    kinds=IN_A_QUERY
                    path=format!("{path}.functions")
                />
                <ApprovalSection fields=fields.approval problems=problems path=format!("{path}.approval") />
            </div>
        </details>
    }
    .into_any()
}

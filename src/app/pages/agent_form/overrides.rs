//! Headers that an agent adds to calls of models and MCP servers.

use leptos::prelude::*;

use crate::app::components::{Button, ErrorLine, Problems, SelectField, TextField};
use crate::app::pages::form::{IN_A_QUERY, ParameterFields, ParameterRows, Row, Rows};
use crate::views::forms::{Choices, OverrideForm};

/// The fields' values.
#[derive(Clone, Copy)]
pub struct OverrideFields {
    calls: RwSignal<String>,
    selector: RwSignal<String>,
    headers: ParameterFields,
}

impl OverrideFields {
    /// The fields of an override.
    pub fn new(form: &OverrideForm) -> Self {
        Self {
            calls: RwSignal::new(form.calls.clone()),
            selector: RwSignal::new(form.selector.clone()),
            // Their path counts overrides: see OverrideRows.
            headers: ParameterFields::new("headers", &form.headers),
        }
    }

    /// The override that the fields say; tracked.
    pub fn read(self) -> OverrideForm {
        OverrideForm {
            calls: self.calls.get(),
            selector: self.selector.get().trim().to_owned(),
            headers: self.headers.get(),
        }
    }
}

/// The rows.
#[component]
pub fn OverrideRows(
    /// The overrides.
    rows: Rows<OverrideFields>,
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let add = move |_| {
        let form =
            OverrideForm { calls: "model".into(), headers: vec![Default::default()], ..Default::default() };
        rows.add(OverrideFields::new(&form));
    };
    view! {
        // Keyed with the place too: paths of errors count rows.
        <For
            each=move || rows.all.get().into_iter().enumerate()
            key=|(at, row)| (*at, row.id)
            children=move |(at, row)| one(at, row, rows, choices, problems)
        />
        <div>
            <Button label="Add headers to calls" icon="plus" small=true on_press=Callback::new(add) />
        </div>
    }
}

fn one(
    at: usize,
    row: Row<OverrideFields>,
    rows: Rows<OverrideFields>,
    choices: Signal<Choices>,
    problems: Problems,
) -> AnyView {
    let Row { id, fields } = row;
    let path = format!("spec.overrides[{at}]");
    let word = |value: &str, word: &str| (value.to_owned(), word.to_owned());
    let calls = vec![word("model", "Models"), word("mcpserver", "MCP servers")];
    let number = at + 1;
    let error = problems.of(&format!("{path}.headers"));
    // A row says its own.
    let unrowed = Signal::derive(move || if fields.headers.any() { None } else { error.get() });
    view! {
        <div class="stack" role="group" aria-label=format!("Headers {number}")>
            <div class="row top">
                <div class="grid g2 grow">
                    <SelectField
                        label="For calls of"
                        name=format!("{path}.resourceType")
                        value=fields.calls
                        options=Signal::stored(calls)
                    />
                    <TextField
                        label="With these labels"
                        name=format!("{path}.labelSelector")
                        value=fields.selector
                        optional=true
                        mono=true
                        placeholder="tier=gold, !internal"
                        hint="Empty for all of them"
                        problems=problems
                    />
                </div>
                {rows.remove_button(id, format!("Remove headers {number}"), problems)}
            </div>
            <ParameterRows
                fields=fields.headers
                choices=choices
                problems=problems
                noun="header"
                kinds=IN_A_QUERY
                path=format!("{path}.headers")
            />
            <ErrorLine error=unrowed />
        </div>
    }
    .into_any()
}

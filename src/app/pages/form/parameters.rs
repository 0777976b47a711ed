//! Rows of template parameters.

use leptos::prelude::*;

use super::source::{SourceControl, SourceFields, SourceKind};
use crate::app::components::{Button, ErrorLine, IconButton, Problems};
use crate::views::forms::{Choices, ParameterForm};

/// Rows at the most; more is a table that nobody fills in by hand.
const MAX_ROWS: usize = 64;

/// Sources that a parameter has mostly.
const KINDS: &[SourceKind] = &[SourceKind::Literal, SourceKind::Secret, SourceKind::ConfigMap];
/// Sources of what is read while a query runs: its parameters too.
pub const IN_A_QUERY: &[SourceKind] =
    &[SourceKind::Literal, SourceKind::Secret, SourceKind::ConfigMap, SourceKind::Parameter];

/// A row.
#[derive(Clone, Copy)]
struct Row {
    id: u32,
    name: RwSignal<String>,
    value: SourceFields,
}

/// The rows of a form.
#[derive(Clone, Copy)]
pub struct ParameterFields {
    rows: RwSignal<Vec<Row>>,
    next: StoredValue<u32>,
    /// Field path of the list, as `spec.parameters`.
    path: &'static str,
}

impl ParameterFields {
    /// The rows of these parameters; `path` is the list in the object.
    pub fn new(path: &'static str, parameters: &[ParameterForm]) -> Self {
        let fields = Self { rows: RwSignal::new(Vec::new()), next: StoredValue::new(0), path };
        fields.set(parameters);
        fields
    }

    /// Shows others.
    pub fn set(self, parameters: &[ParameterForm]) {
        let rows = parameters.iter().map(|parameter| self.row(parameter)).collect();
        self.rows.set(rows);
    }

    /// Whether there are rows now.
    pub fn some(self) -> bool {
        self.rows.with_untracked(|rows| !rows.is_empty())
    }

    /// Whether there are rows; tracked.
    pub fn any(self) -> bool {
        self.rows.with(|rows| !rows.is_empty())
    }

    /// What the rows say; tracked.
    pub fn get(self) -> Vec<ParameterForm> {
        let rows = self.rows.get();
        rows.into_iter().map(|row| ParameterForm { name: row.name.get(), value: row.value.get() }).collect()
    }

    fn row(self, parameter: &ParameterForm) -> Row {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        Row {
            id: id.unwrap_or_default(),
            name: RwSignal::new(parameter.name.clone()),
            value: SourceFields::new(&parameter.value),
        }
    }

    fn add(self) {
        let row = self.row(&ParameterForm::default());
        self.rows.update(|rows| {
            if rows.len() < MAX_ROWS {
                rows.push(row);
            }
        });
    }

    fn remove(self, id: u32) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }
}

/// The rows, each with its errors, and a button for one more.
#[component]
pub fn ParameterRows(
    /// The rows.
    fields: ParameterFields,
    /// Secrets and ConfigMaps.
    choices: Signal<Choices>,
    /// Errors of the form.
    problems: Problems,
    /// What a row is, as `header`.
    #[prop(default = "parameter")]
    noun: &'static str,
    /// Sources offered.
    #[prop(default = KINDS)]
    kinds: &'static [SourceKind],
    /// Field path of the list, where it moves with the place of what it is in.
    #[prop(optional, into)]
    path: String,
) -> impl IntoView {
    let path = StoredValue::new(if path.is_empty() { fields.path.to_owned() } else { path });
    let none = move || fields.rows.with(Vec::is_empty);
    view! {
        <div class="tw" hidden=none>
            <table class="two prm">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Value"</th>
                        <th scope="col">
                            <span class="vh">"Remove"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    // Keyed with the place too: paths of errors count rows.
                    <For
                        each=move || fields.rows.get().into_iter().enumerate()
                        key=|(at, row)| (*at, row.id)
                        children=move |(at, row)| {
                            view! {
                                <ParameterRow
                                    fields=fields
                                    path=format!("{}[{at}]", path.get_value())
                                    at=at
                                    row=row
                                    choices=choices
                                    problems=problems
                                    noun=noun
                                    kinds=kinds
                                />
                            }
                        }
                    />
                </tbody>
            </table>
        </div>
        <div>
            <Button
                label=format!("Add a {noun}")
                icon="plus"
                small=true
                on_press=Callback::new(move |_| fields.add())
            />
        </div>
    }
}

#[component]
fn ParameterRow(
    fields: ParameterFields,
    path: String,
    at: usize,
    row: Row,
    choices: Signal<Choices>,
    problems: Problems,
    noun: &'static str,
    kinds: &'static [SourceKind],
) -> impl IntoView {
    let error = problems.of(&path);
    let name_path = format!("{path}.name");
    let id = super::id_of(&name_path);
    let describe = format!("{id}-d");
    let remove = Signal::derive(move || match row.name.get() {
        name if name.is_empty() => format!("Remove {noun} {}", at + 1),
        name => format!("Remove {name}"),
    });
    view! {
        <tr>
            <td class="l1">
                <input
                    class="in mono"
                    id=id
                    name=name_path
                    aria-label=format!("Name of {noun} {}", at + 1)
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=row.name
                    value=row.name.get_untracked()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=describe.clone()
                    on:input=move |event| row.name.set(event_target_value(&event))
                />
            </td>
            <td class="l2 full pv">
                <SourceControl
                    name=format!("{path}.value")
                    fields=row.value
                    kinds=kinds
                    choices=choices
                    invalid=Signal::derive(move || error.with(Option::is_some))
                    describe=describe.clone()
                    from=format!("Where {noun} {} comes from", at + 1)
                    label=format!("Value of {noun} {}", at + 1)
                />
                <div id=describe>
                    <ErrorLine error=error />
                </div>
            </td>
            <td class="l1e">
                <IconButton
                    label=remove
                    icon="x"
                    small=true
                    on_press=Callback::new(move |_| {
                        problems.set(Vec::new());
                        fields.remove(row.id);
                    })
                />
            </td>
        </tr>
    }
}

//! When a person approves calls of a tool.

use leptos::prelude::*;

use crate::app::components::{Button, ErrorLine, IconButton, Problems, SelectField, Switch, TextField};
use crate::views::forms::ApprovalForm;

/// Patterns at the most, as the schema has it.
const MAX_MATCHES: usize = 16;

/// A pattern of an argument.
#[derive(Clone, Copy)]
struct Match {
    id: u32,
    argument: RwSignal<String>,
    pattern: RwSignal<String>,
}

/// The fields' values.
#[derive(Clone, Copy)]
pub struct ApprovalFields {
    required: RwSignal<bool>,
    timeout: RwSignal<String>,
    on_timeout: RwSignal<String>,
    matches: RwSignal<Vec<Match>>,
    next: StoredValue<u32>,
}

impl ApprovalFields {
    /// The fields of an approval.
    pub fn new(form: &ApprovalForm) -> Self {
        let fields = Self {
            required: RwSignal::new(false),
            timeout: RwSignal::new(String::new()),
            on_timeout: RwSignal::new(String::new()),
            matches: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        fields.set(form);
        fields
    }

    /// Shows another state of it.
    pub fn set(self, form: &ApprovalForm) {
        self.required.set(form.required);
        self.timeout.set(form.timeout.clone());
        self.on_timeout.set(form.on_timeout.clone());
        let rows = form.matches.iter().map(|(argument, pattern)| self.row(argument, pattern)).collect();
        self.matches.set(rows);
    }

    /// What the fields say; tracked.
    pub fn get(self) -> ApprovalForm {
        let matches = self.matches.get();
        ApprovalForm {
            required: self.required.get(),
            timeout: self.timeout.get().trim().to_owned(),
            on_timeout: self.on_timeout.get(),
            matches: matches.into_iter().map(|row| (row.argument.get(), row.pattern.get())).collect(),
        }
    }

    /// Whether they hold something that is said of an approval: what is judged must be seen. Tracked.
    pub fn shown(self) -> bool {
        self.required.get()
            || self.matches.with(|rows| !rows.is_empty())
            || self.timeout.with(|text| !text.trim().is_empty())
            || self.on_timeout.with(|word| !word.is_empty())
    }

    fn row(self, argument: &str, pattern: &str) -> Match {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        Match {
            id: id.unwrap_or_default(),
            argument: RwSignal::new(argument.to_owned()),
            pattern: RwSignal::new(pattern.to_owned()),
        }
    }
}

/// The fields.
#[component]
pub fn ApprovalSection(
    /// Values.
    fields: ApprovalFields,
    /// Errors of the form.
    problems: Problems,
    /// Field path.
    #[prop(default = "spec.approval".to_owned())]
    path: String,
) -> impl IntoView {
    let matches = StoredValue::new(format!("{path}.argumentMatches"));
    let outcomes = || {
        let word = |value: &str, word: &str| (value.to_owned(), word.to_owned());
        vec![
            word("", "Refuse the call (default)"),
            word("reject", "Refuse the call"),
            word("proceed", "Make the call"),
        ]
    };
    let add = Callback::new(move |_| {
        let row = fields.row("", "");
        fields.matches.update(|rows| {
            if rows.len() < MAX_MATCHES {
                rows.push(row);
            }
        });
    });
    view! {
        <Switch
            label="A person must approve each call"
            on=fields.required
            on_change=Callback::new(move |on| fields.required.set(on))
        />
        <div class="stack" hidden=move || !fields.shown()>
            <div class="grid g2">
                <TextField
                    label="Wait at most"
                    name=format!("{path}.timeout")
                    value=fields.timeout
                    optional=true
                    placeholder="5m"
                    problems=problems
                />
                <SelectField
                    label="When nobody decides"
                    name=format!("{path}.onTimeout")
                    value=fields.on_timeout
                    options=Signal::stored(outcomes())
                />
            </div>
            <p class="xs t2">"Only calls with such arguments; without one, every call."</p>
            <For
                each=move || fields.matches.get().into_iter().enumerate()
                key=|(at, row)| (*at, row.id)
                children=move |(at, row)| {
                    let path = format!("{}[{at}]", matches.get_value());
                    view! { <MatchRow fields=fields path=path at=at row=row problems=problems /> }
                }
            />
            <div>
                <Button label="Add a pattern" icon="plus" small=true on_press=add />
            </div>
        </div>
    }
}

#[component]
fn MatchRow(
    fields: ApprovalFields,
    path: String,
    at: usize,
    row: Match,
    problems: Problems,
) -> impl IntoView {
    let error = problems.of(&path);
    let wrong = move || error.with(Option::is_some).then_some("true");
    let describe = format!("{}-d", crate::app::components::id_of(&path));
    let control = |value: RwSignal<String>, name: String, label: String, placeholder: &'static str| {
        let describe = describe.clone();
        view! {
            <input
                class="in mono grow"
                name=name
                aria-label=label
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                value=value.get_untracked()
                prop:value=value
                aria-invalid=wrong
                aria-describedby=describe
                on:input=move |event| value.set(event_target_value(&event))
            />
        }
    };
    view! {
        <div class="stack stack-1">
            <div class="row">
                {control(row.argument, format!("{path}.argument"), format!("Argument of pattern {}", at + 1), "amount")}
                {control(row.pattern, format!("{path}.pattern"), format!("Pattern {}", at + 1), "^[0-9]{3,}")}
                <IconButton
                    label=format!("Remove pattern {}", at + 1)
                    icon="x"
                    small=true
                    on_press=Callback::new(move |_| {
                        problems.set(Vec::new());
                        fields.matches.update(|rows| rows.retain(|other| other.id != row.id));
                    })
                />
            </div>
            <div id=describe>
                <ErrorLine error=error />
            </div>
        </div>
    }
}

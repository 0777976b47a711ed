//! Fields of forms: label, control, hint, and the error under it.

use leptos::prelude::*;

use super::error_line;
use crate::views::problem::FieldProblem;

/// Errors of a form by field path, as they come back from the server or from the check at blur.
#[derive(Debug, Clone, Copy)]
pub struct Problems(RwSignal<Vec<FieldProblem>>);

impl Default for Problems {
    fn default() -> Self {
        Self(RwSignal::new(Vec::new()))
    }
}

impl Problems {
    /// Replaces all errors.
    pub fn set(self, problems: Vec<FieldProblem>) {
        self.0.set(problems);
    }

    /// Sets or removes the error of one field; who reads the errors hears of it only if that changes them.
    pub fn set_field(self, field: &str, message: Option<String>) {
        self.0.try_maybe_update(|all| {
            let at = all.iter().position(|problem| problem.field == field);
            if at.map(|at| &all[at].message) == message.as_ref() {
                return (false, ());
            }
            all.retain(|problem| problem.field != field);
            if let Some(message) = message {
                all.push(FieldProblem { field: field.to_owned(), message, line: None });
            }
            (true, ())
        });
    }

    /// Whether exactly this field has an error; not tracked.
    pub fn has(self, field: &str) -> bool {
        self.0.try_with_untracked(|all| all.iter().any(|problem| problem.field == field)).unwrap_or_default()
    }

    /// The error of a field or of what is inside it.
    pub fn of(self, field: &str) -> Signal<Option<String>> {
        let field = field.to_owned();
        Signal::derive(move || {
            // A field that loses the focus because its page goes asks once more, when nothing is left to read.
            self.0
                .try_with(|all| {
                    all.iter()
                        .find(|problem| {
                            problem.field.strip_prefix(field.as_str()).is_some_and(|rest| {
                                rest.is_empty() || rest.starts_with('.') || rest.starts_with('[')
                            })
                        })
                        .map(|problem| problem.message.clone())
                })
                .flatten()
        })
    }

    /// All of them.
    pub fn all(self) -> Vec<FieldProblem> {
        self.0.try_get().unwrap_or_default()
    }

    /// How many there are; for `2 errors in the form` at the button.
    pub fn count(self) -> usize {
        self.0.try_with(Vec::len).unwrap_or_default()
    }
}

/// Whether the focus leaves a field for a button: what the button does judges the field, and an error that appears while
/// it is pressed would move it away from under the pointer.
pub fn left_for_button(event: &leptos::ev::FocusEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        event.related_target().is_some_and(|to| to.has_type::<web_sys::HtmlButtonElement>())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// Element id of the control of a field path.
pub fn id_of(name: &str) -> String {
    let mut id = String::from("f-");
    id.extend(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }));
    id
}

/// Label, control (the children), hint and error. The control must have the id `f-{name}` (with `-` for what is
/// neither letter nor digit) and `aria-describedby="{id}-d"`; the ready-made fields below do.
#[component]
pub fn Field(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Field path, as `spec.modelRef.name`.
    #[prop(into)]
    name: String,
    /// What may be given.
    #[prop(optional, into)]
    hint: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Its error.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let id = id_of(&name);
    view! {
        <div class="field">
            <label for=id.clone()>
                {label}
                {optional.then(|| view! { <span class="opt">"optional"</span> })}
            </label>
            {children()}
            <div id=format!("{id}-d")>
                {move || match error.try_get().flatten() {
                    Some(message) => error_line(message).into_any(),
                    None => {
                        (!hint.is_empty())
                            .then(|| view! { <span class="hint">{hint.clone()}</span> })
                            .into_any()
                    }
                }}
            </div>
        </div>
    }
}

/// A line of text.
#[component]
pub fn TextField(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Field path.
    #[prop(into)]
    name: String,
    /// The text.
    value: RwSignal<String>,
    /// What may be given.
    #[prop(optional, into)]
    hint: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Errors of the form.
    #[prop(optional)]
    problems: Option<Problems>,
    /// In the code face.
    #[prop(optional)]
    mono: bool,
    /// `password` hides what is typed; `text` otherwise.
    #[prop(default = "text")]
    kind: &'static str,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: String,
    /// Cannot be changed (and the hint says why).
    #[prop(optional, into)]
    readonly: Signal<bool>,
) -> impl IntoView {
    let id = id_of(&name);
    let error = problems.map(|problems| problems.of(&name)).unwrap_or_default();
    view! {
        <Field label=label name=name.clone() hint=hint optional=optional error=error>
            <input
                class=if mono { "in mono" } else { "in" }
                id=id.clone()
                name=name
                type=kind
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                readonly=readonly
                value=value.get_untracked()
                prop:value=value
                aria-invalid=move || error.try_with(Option::is_some).unwrap_or_default().then_some("true")
                aria-describedby=format!("{id}-d")
                on:input=move |event| value.set(event_target_value(&event))
            />
        </Field>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Field path.
    #[prop(into)]
    name: String,
    /// The text.
    value: RwSignal<String>,
    /// What may be given.
    #[prop(optional, into)]
    hint: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Errors of the form.
    #[prop(optional)]
    problems: Option<Problems>,
    /// In the code face.
    #[prop(optional)]
    mono: bool,
    /// Height in lines.
    #[prop(default = 4)]
    rows: usize,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: String,
) -> impl IntoView {
    let id = id_of(&name);
    let error = problems.map(|problems| problems.of(&name)).unwrap_or_default();
    view! {
        <Field label=label name=name.clone() hint=hint optional=optional error=error>
            <textarea
                class=if mono { "in mono" } else { "in" }
                id=id.clone()
                name=name
                rows=rows
                placeholder=placeholder
                prop:value=value
                aria-invalid=move || error.try_with(Option::is_some).unwrap_or_default().then_some("true")
                aria-describedby=format!("{id}-d")
                on:input=move |event| value.set(event_target_value(&event))
            >
                {value.get_untracked()}
            </textarea>
        </Field>
    }
}

/// One of a few.
#[component]
pub fn SelectField(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Field path.
    #[prop(into)]
    name: String,
    /// The chosen value.
    value: RwSignal<String>,
    /// Values with their words.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// What the choice means.
    #[prop(optional, into)]
    hint: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Errors of the form.
    #[prop(optional)]
    problems: Option<Problems>,
) -> impl IntoView {
    let id = id_of(&name);
    let error = problems.map(|problems| problems.of(&name)).unwrap_or_default();
    let choices = move || {
        options
            .get()
            .into_iter()
            .map(|(option, word)| {
                let this = option.clone();
                // The attribute says what is chosen at first; once somebody chose, only the property counts.
                let on = Signal::derive(move || value.with(|chosen| *chosen == this));
                view! {
                    <option value=option selected=on prop:selected=on>
                        {word}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <Field label=label name=name.clone() hint=hint optional=optional error=error>
            <select
                class="in"
                id=id.clone()
                name=name
                aria-invalid=move || error.try_with(Option::is_some).unwrap_or_default().then_some("true")
                aria-describedby=format!("{id}-d")
                on:change=move |event| value.set(event_target_value(&event))
            >
                {choices}
            </select>
        </Field>
    }
}

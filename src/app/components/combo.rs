//! A text field that offers what exists, and takes what does not (an object may be named before it is made).

use leptos::prelude::*;

use super::Problems;
use super::field::Field;

/// A line of text with suggestions, by the browser's own `<datalist>`.
#[component]
pub fn ComboField(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Field path.
    #[prop(into)]
    name: String,
    /// The text.
    value: RwSignal<String>,
    /// What is offered.
    #[prop(into)]
    options: Signal<Vec<String>>,
    /// What may be given.
    #[prop(optional, into)]
    hint: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Errors of the form.
    #[prop(optional)]
    problems: Option<Problems>,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: String,
) -> impl IntoView {
    let slug: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let id = format!("f-{slug}");
    let list = format!("l-{slug}");
    let error = problems.map(|problems| problems.of(&name)).unwrap_or_default();
    view! {
        <Field label=label name=name.clone() hint=hint optional=optional error=error>
            <input
                class="in"
                id=id.clone()
                name=name
                list=list.clone()
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                value=value.get_untracked()
                prop:value=value
                aria-invalid=move || error.try_with(Option::is_some).unwrap_or_default().then_some("true")
                aria-describedby=format!("{id}-d")
                on:input=move |event| value.set(event_target_value(&event))
            />
            <datalist id=list>
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|option| view! { <option value=option></option> })
                        .collect_view()
                }}
            </datalist>
        </Field>
    }
}

//! Small controls of toolbars: filter chips, the search box, switches.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Icon;

/// A filter that is on or off, with how many it would show.
#[component]
pub fn Chip(
    /// What it filters by.
    #[prop(into)]
    label: String,
    /// Icon.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// How many match.
    #[prop(optional, into)]
    count: Signal<Option<usize>>,
    /// It is on.
    #[prop(into)]
    on: Signal<bool>,
    /// What pressing does.
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || if on.get() { "true" } else { "false" }
            on:click=move |event| on_press.run(event)
        >
            {icon.map(|name| view! { <Icon name=name small=true /> })}
            {label}
            " "
            {move || count.get().map(|count| view! { <span class="n">{count}</span> })}
        </button>
    }
}

/// The search box of a list; `/` puts the cursor in it.
#[component]
pub fn SearchBox(
    /// What is searched, as `Search agents`.
    #[prop(into)]
    label: String,
    /// What may be typed, as `Name, prompt, tool`.
    #[prop(into)]
    placeholder: String,
    /// The text.
    #[prop(into)]
    value: Signal<String>,
    /// A change while typing.
    on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="search">
            <Icon name="search" />
            <span class="vh">{label}</span>
            <input
                class="in"
                type="search"
                name="q"
                data-key="/"
                placeholder=placeholder
                value=value.get_untracked()
                prop:value=value
                on:input=move |event| on_change.run(event_target_value(&event))
            />
            <kbd class="hide-s" aria-hidden="true">
                "/"
            </kbd>
        </label>
    }
}

/// A switch that acts at once.
#[component]
pub fn Switch(
    /// What is on.
    #[prop(into)]
    label: String,
    /// It is on.
    #[prop(into)]
    on: Signal<bool>,
    /// The new position.
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="switch">
            <input
                type="checkbox"
                role="switch"
                prop:checked=on
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            {label}
        </label>
    }
}

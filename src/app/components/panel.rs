//! A framed part of a page.

use leptos::prelude::*;

/// A panel with a title; children are its content.
#[component]
pub fn Panel(
    /// Title.
    #[prop(into)]
    title: String,
    /// What stands at the right of the title, as `3 agents, 1 team`.
    #[prop(optional, into)]
    note: Signal<String>,
    /// Content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel">
            <header>
                <h2>{title}</h2>
                <span class="end xs t2">{note}</span>
            </header>
            {children()}
        </section>
    }
}

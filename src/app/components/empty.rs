//! What stands where nothing is: says what it is and what to do.

use leptos::prelude::*;

/// An empty list, no match, or a missing page.
#[component]
pub fn EmptyState(
    /// What is the case, as `No agents yet`.
    #[prop(into)]
    title: Signal<String>,
    /// One sentence more.
    #[prop(optional, into)]
    text: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="row wrap">{children()}</div> })}
        </div>
    }
}

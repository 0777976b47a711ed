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
    /// It stands for the page: its title is the page's heading.
    #[prop(optional)]
    page: bool,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            {if page { view! { <h1>{title}</h1> }.into_any() } else { view! { <h2>{title}</h2> }.into_any() }}
            <p>{text}</p>
            {children.map(|children| view! { <div class="row wrap">{children()}</div> })}
        </div>
    }
}

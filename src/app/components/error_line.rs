//! One line that says what is wrong, beside what caused it.

use leptos::prelude::*;

use super::Icon;

/// The line while there is an error; nothing otherwise.
#[component]
pub fn ErrorLine(
    /// What is wrong.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    // A row that goes takes its error with it, before its view.
    move || error.try_get().flatten().map(error_line)
}

/// The line itself.
pub fn error_line(message: String) -> impl IntoView {
    view! {
        <span class="err">
            <Icon name="octagon-x" small=true />
            <span>{message}</span>
        </span>
    }
}

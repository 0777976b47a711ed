//! A pane beside the content; on narrow screens a sheet at the bottom, whose handle always shows what it holds.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::Icon;

/// The pane. `class` gives its inside, as `panel` or `stack`.
#[component]
pub fn Sheet(
    /// Its name, for those who hear the page, and on the handle.
    label: &'static str,
    /// What the handle says instead, where that changes.
    #[prop(optional, into)]
    title: Option<Signal<String>>,
    /// Icon of the handle.
    icon: &'static str,
    /// Classes beside `pane` and `sheet`.
    class: &'static str,
    /// Whether the sheet is pulled up; wide screens show the pane either way.
    open: RwSignal<bool>,
    /// The pane.
    children: Children,
) -> impl IntoView {
    let words = move || title.map_or_else(|| label.to_owned(), |title| title.get());
    let grip = NodeRef::<html::Button>::new();
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() && !under_dialog() {
            open.set(false);
            if let Some(grip) = grip.get_untracked() {
                let _ = grip.focus();
            }
        }
    };
    view! {
        <aside
            class=move || if open.get() { format!("{class} pane sheet open") } else { format!("{class} pane sheet") }
            aria-label=label
            on:keydown=on_key
        >
            <button
                type="button"
                class="grip"
                node_ref=grip
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon name=icon />
                <b class="cut">{words}</b>
                <span class="end">
                    <Icon name="chevron-up" />
                </span>
            </button>
            {children()}
        </aside>
    }
}

/// A dialog of the pane is open: Escape is for that alone.
fn under_dialog() -> bool {
    #[cfg(feature = "hydrate")]
    {
        crate::app::browser::find("dialog[open]").is_some()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        false
    }
}

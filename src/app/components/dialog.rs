//! Dialogs: the browser's own, which keeps focus inside and gives it back.

use leptos::html;
use leptos::prelude::*;

use super::Icon;

/// A modal dialog. Confirmation is only for what cannot be undone.
#[component]
pub fn Dialog(
    /// Whether it is open; Escape and the close button set it back.
    open: RwSignal<bool>,
    /// Title.
    #[prop(into)]
    title: Signal<String>,
    /// Element id, unique in the page.
    id: &'static str,
    /// Content, and `<footer>` with the buttons.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    follow(element, open);
    view! {
        <dialog
            class="dialog"
            id=id
            aria-labelledby=format!("{id}-title")
            node_ref=element
            on:close=move |_| open.set(false)
        >
            <header>
                <h2 id=format!("{id}-title")>{title}</h2>
                <button type="button" class="ib end" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon name="x" />
                </button>
            </header>
            {children()}
        </dialog>
    }
}

/// Opens and closes a native dialog by a signal. Pages with a dialog of another shape (as the palette) use it too.
pub fn follow(element: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // Refused only for an element outside the document: then there is nothing to show.
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}

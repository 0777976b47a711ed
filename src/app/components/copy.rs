//! Copies a text.

use leptos::prelude::*;

use super::{Button, ButtonKind};
use crate::app::toasts::use_toasts;

/// A small button that copies a text and says so.
#[component]
pub fn CopyButton(
    /// What the button says.
    #[prop(default = "Copy".to_owned(), into)]
    label: String,
    /// What is copied, asked for at the press.
    text: Callback<(), String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let press = Callback::new(move |_| {
        let text = text.run(());
        copy_text(text);
        toasts.say("Copied");
    });
    view! { <Button label=label icon="copy" kind=ButtonKind::Plain small=true on_press=press /> }
}

/// Puts a text on the clipboard.
#[cfg(feature = "hydrate")]
pub fn copy_text(text: String) {
    let promise = window().navigator().clipboard().write_text(&text);
    leptos::task::spawn_local(async move {
        // Refused only without focus or permission; the text is still selectable on the page.
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    });
}

/// Puts a text on the clipboard; there is none on the server.
#[cfg(not(feature = "hydrate"))]
pub fn copy_text(_text: String) {}

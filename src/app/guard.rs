//! Leaving with unsaved changes asks first: by link, by key, by closing the tab.

use leptos::prelude::*;

/// What the browser asks.
const QUESTION: &str = "Leave without saving? Your changes on this page will be lost.";

/// Whether the page holds unsaved changes.
#[derive(Clone, Copy)]
pub struct Guard(RwSignal<bool>);

impl Guard {
    /// Whether the page may be left; asks where there is something to lose.
    pub fn may_leave(self) -> bool {
        if !self.0.get_untracked() {
            return true;
        }
        let leave = window().confirm_with_message(QUESTION).unwrap_or(true);
        if leave {
            self.0.set(false);
        }
        leave
    }

    /// What was unsaved is saved: the next navigation does not ask.
    pub fn release(self) {
        self.0.set(false);
    }
}

/// Creates the guard for the application.
pub fn provide_guard() -> Guard {
    let guard = Guard(RwSignal::new(false));
    provide_context(guard);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::watch(guard));
    guard
}

/// The guard of the application.
pub fn use_guard() -> Guard {
    use_context::<Guard>().unwrap_or_else(provide_guard)
}

/// Guards the page while `dirty`; ends with the calling component.
pub fn guard_while(dirty: Signal<bool>) -> Guard {
    let guard = use_guard();
    Effect::new(move |_| guard.0.set(dirty.get()));
    on_cleanup(move || {
        guard.0.try_set(false);
    });
    guard
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::Closure;

    use super::Guard;

    /// Listens for the life of the page: links before the router sees them, and the closing of the tab.
    pub fn watch(guard: Guard) {
        let click = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let link = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|element| element.closest("a[href]").ok().flatten());
            // Within the page (as tabs are), the text stays where it is.
            let here = link.as_ref().is_some_and(|link| link.has_attribute("data-stay"));
            if link.is_some() && !here && !guard.may_leave() {
                event.prevent_default();
                event.stop_propagation();
            }
        });
        // Capturing: the router listens on the window and would have gone already.
        let _ = document().add_event_listener_with_callback_and_bool(
            "click",
            click.as_ref().unchecked_ref(),
            true,
        );
        click.forget();
        let _ = window_event_listener(leptos::ev::beforeunload, move |event| {
            if guard.0.get_untracked() {
                event.prevent_default();
            }
        });
    }
}

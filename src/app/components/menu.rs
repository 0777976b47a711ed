//! A menu behind a button.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;

use super::Icon;

/// Whether the menu around an item is open.
#[derive(Clone, Copy)]
struct MenuState(RwSignal<bool>);

/// Closes a `<details>` menu when the pointer goes down outside it or Escape is pressed in it.
pub fn close_on_leave(frame: NodeRef<html::Details>, open: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let pointer = window_event_listener(leptos::ev::pointerdown, move |event| {
            let Some(frame) = frame.get_untracked().filter(|_| open.get_untracked()) else { return };
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if !frame.contains(target.as_ref()) {
                frame.set_open(false);
            }
        });
        let escape = window_event_listener(leptos::ev::keydown, move |event| {
            let Some(frame) = frame.get_untracked().filter(|_| open.get_untracked()) else { return };
            if event.key() == "Escape" {
                frame.set_open(false);
                if let Ok(Some(summary)) = frame.query_selector("summary")
                    && let Some(summary) = summary.dyn_ref::<web_sys::HtmlElement>()
                {
                    let _ = summary.focus();
                }
            }
        });
        on_cleanup(move || {
            pointer.remove();
            escape.remove();
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (frame, open);
}

/// A button with an icon that opens a menu; children are [`MenuItem`]s and `<hr/>`.
#[component]
pub fn Menu(
    /// What the button is called, as `More for triage`.
    #[prop(into)]
    label: Signal<String>,
    /// Icon.
    #[prop(default = "ellipsis")]
    icon: &'static str,
    /// Items.
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let frame = NodeRef::<html::Div>::new();
    provide_context(MenuState(open));
    close_outside(frame, open);
    view! {
        <div class="pop" node_ref=frame on:keydown=move |event| keys(&event, frame, open)>
            <button
                type="button"
                class="btn ibx"
                aria-label=label
                title=label
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon name=icon />
            </button>
            <div class="menu" role="menu" aria-label=label hidden=move || !open.get()>
                {children()}
            </div>
        </div>
    }
}

/// An item of a [`Menu`].
#[component]
pub fn MenuItem(
    /// The verb.
    #[prop(into)]
    label: String,
    /// Icon.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Removes something.
    #[prop(optional)]
    danger: bool,
    /// What it does.
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    let state = use_context::<MenuState>();
    view! {
        <button
            type="button"
            role="menuitem"
            class:dan=danger
            on:click=move |event| {
                if let Some(MenuState(open)) = state {
                    open.set(false);
                }
                on_press.run(event);
            }
        >
            {icon.map(|name| view! { <Icon name=name /> })}
            {label}
        </button>
    }
}

fn close_outside(frame: NodeRef<html::Div>, open: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let handle = window_event_listener(leptos::ev::pointerdown, move |event| {
            let inside = frame.get_untracked().is_some_and(|frame| {
                let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
                frame.contains(target.as_ref())
            });
            if !inside && open.get_untracked() {
                open.set(false);
            }
        });
        on_cleanup(move || handle.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (frame, open);
}

/// Arrows move, Escape closes and returns the focus to the button.
fn keys(event: &KeyboardEvent, frame: NodeRef<html::Div>, open: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(frame) = frame.get_untracked() else { return };
        let step: i32 = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                event.stop_propagation();
                open.set(false);
                if let Ok(Some(button)) = frame.query_selector("[aria-haspopup]")
                    && let Some(button) = button.dyn_ref::<web_sys::HtmlElement>()
                {
                    let _ = button.focus();
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        open.set(true);
        let Ok(items) = frame.query_selector_all("[role=menuitem]") else { return };
        let items: Vec<web_sys::HtmlElement> =
            (0..items.length()).filter_map(|at| items.get(at)?.dyn_into().ok()).collect();
        let active = document().active_element();
        let at = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
        let count = i32::try_from(items.len()).unwrap_or(0);
        if count == 0 {
            return;
        }
        let next = match at.and_then(|at| i32::try_from(at).ok()) {
            Some(at) => (at + step).rem_euclid(count),
            None if step > 0 => 0,
            None => count - 1,
        };
        let target = usize::try_from(next).ok().and_then(|next| items.get(next)).cloned();
        // The menu is shown with the next frame; before that it takes no focus.
        request_animation_frame(move || {
            if let Some(item) = target {
                let _ = item.focus();
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (event, frame, open);
}

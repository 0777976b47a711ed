//! The top bar: namespace, where one is, search, the lamp, the theme.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::lamp::LampMark;
use super::namespace::NamespacePicker;
use super::place;
use super::theme::ThemeSwitch;
use crate::app::components::Icon;
use crate::app::keys::use_overlays;

/// The bar.
#[component]
pub fn Bar() -> impl IntoView {
    let overlays = use_overlays();
    let path = use_location().pathname;
    let places = move || {
        let all = path.with(|path| place::crumbs(path));
        let last = all.len().saturating_sub(1);
        all.into_iter()
            .enumerate()
            .map(|(at, crumb)| {
                let inner = if at == last {
                    view! { <span class="cut" aria-current="page">{crumb.label}</span> }.into_any()
                } else {
                    view! { <a href=crumb.href>{crumb.label}</a> }.into_any()
                };
                view! { <li>{inner}</li> }
            })
            .collect_view()
    };
    view! {
        <header class="bar">
            <button
                type="button"
                class="ib menu-btn"
                aria-label="Navigation"
                aria-expanded=move || if overlays.drawer.get() { "true" } else { "false" }
                on:click=move |_| overlays.drawer.update(|open| *open = !*open)
            >
                <Icon name="menu" />
            </button>
            <NamespacePicker />
            <nav aria-label="Breadcrumb" class="grow">
                <ol class="crumbs">{places}</ol>
            </nav>
            <button type="button" class="jump" on:click=move |_| overlays.palette.set(true)>
                <Icon name="search" />
                <span>"Search or jump to"</span>
                <kbd aria-hidden="true">"⌘K"</kbd>
            </button>
            <LampMark />
            <div class="hide-s">
                <ThemeSwitch />
            </div>
        </header>
    }
}

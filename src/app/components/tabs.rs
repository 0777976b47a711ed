//! Tabs whose choice is in the address: they are links, so that they work before and without scripts.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::Icon;
use crate::app::address;

/// One tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Value in the address; the first tab's is left out of it.
    pub value: &'static str,
    /// What it says.
    pub label: &'static str,
    /// Icon.
    pub icon: Option<&'static str>,
    /// How many things are in it.
    pub count: Option<usize>,
}

impl Tab {
    /// A tab with an icon.
    pub const fn new(value: &'static str, label: &'static str, icon: &'static str) -> Self {
        Self { value, label, icon: Some(icon), count: None }
    }
}

/// A row of tabs. The chosen one is `?{parameter}=` of the address, or the first.
///
/// The content belongs in `<div role="tabpanel" id="panel-{value}" aria-labelledby="tab-{value}">`.
#[component]
pub fn Tabs(
    /// What the tabs divide, as `Agent triage`.
    #[prop(into)]
    label: String,
    /// The tabs.
    tabs: Vec<Tab>,
    /// Name in the address.
    #[prop(default = "tab")]
    parameter: &'static str,
) -> impl IntoView {
    let first = tabs.first().map_or("", |tab| tab.value);
    let values: Vec<&'static str> = tabs.iter().map(|tab| tab.value).collect();
    let query = use_query_map();
    let path = use_location().pathname;
    let chosen = Memo::new(move |_| {
        let asked = query.with(|map| map.get(parameter)).unwrap_or_default();
        values.iter().copied().find(|value| *value == asked).unwrap_or(first)
    });
    let links = tabs
        .into_iter()
        .map(|tab| {
            let value = tab.value;
            let href = move || {
                let shown = if value == first { String::new() } else { value.to_owned() };
                format!("{}{}", path.get(), address::query([(parameter, shown)]))
            };
            let on = move || chosen.get() == value;
            view! {
                <a
                    role="tab"
                    id=format!("tab-{value}")
                    href=href
                    aria-selected=move || if on() { "true" } else { "false" }
                    aria-controls=move || on().then(|| format!("panel-{value}"))
                    tabindex=move || if on() { "0" } else { "-1" }
                    data-stay="true"
                >
                    {tab.icon.map(|name| view! { <Icon name=name small=true /> })}
                    {tab.label}
                    {tab.count.map(|count| view! { <span class="n">{count}</span> })}
                </a>
            }
        })
        .collect_view();
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=move_focus>
            {links}
        </div>
    }
}

/// Arrows move along the row and choose, as the ARIA pattern for tabs says.
fn move_focus(event: KeyboardEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let step: i32 = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        let Some(list) = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else {
            return;
        };
        let Ok(tabs) = list.query_selector_all("[role=tab]") else { return };
        let all: Vec<web_sys::HtmlElement> =
            (0..tabs.length()).filter_map(|at| tabs.get(at)?.dyn_into().ok()).collect();
        let active = document().active_element();
        let Some(at) = all.iter().position(|tab| active.as_ref() == Some(tab.as_ref())) else { return };
        let count = i32::try_from(all.len()).unwrap_or(1);
        let next = (i32::try_from(at).unwrap_or(0) + step).rem_euclid(count);
        if let Some(tab) = all.get(usize::try_from(next).unwrap_or(0)) {
            event.prevent_default();
            let _ = tab.focus();
            tab.click();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

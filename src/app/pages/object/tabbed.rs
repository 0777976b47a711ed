//! The page of an object with its tabs: what every kind has is here, what one kind has comes with it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{EventsTable, Facts, Gone, ObjectHead, ObjectState};
use crate::app::components::{Tab, Tabs};
use crate::app::pages::yaml::YamlTab;

/// Makes what a tab shows. Not a callback: that would go with the component that made it.
pub type TabContent = Arc<dyn Fn(&str) -> AnyView + Send + Sync>;

/// The value of the tab that every object begins with.
const OVERVIEW: &str = "overview";

/// Head with acts, facts, tabs: the overview, those of the kind, events, YAML.
#[component]
pub fn TabbedObject(
    /// The object.
    state: ObjectState,
    /// Tabs between the overview and the events.
    tabs: Vec<Tab>,
    /// What `overview` and the tabs of the kind show.
    content: TabContent,
    /// What stays at the side through the tabs; editors take its place.
    #[prop(optional)]
    aside: Option<AnyView>,
    /// Buttons of the head.
    children: Children,
) -> impl IntoView {
    let noun = state.detail.with_untracked(|detail| detail.row.key.kind.noun());
    let label = state.detail.with_untracked(|detail| format!("{noun} {}", detail.row.key.name));
    let tabs: Vec<Tab> = std::iter::once(Tab::new(OVERVIEW, "Overview", "layout-dashboard"))
        .chain(tabs)
        .chain([Tab::new("events", "Events", "activity"), Tab::new("yaml", "YAML", "braces")])
        .collect();
    let values: Vec<&'static str> = tabs.iter().map(|tab| tab.value).collect();
    let query = use_query_map();
    let shown = Memo::new(move |_| {
        let asked = query.with(|query| query.get("tab")).unwrap_or_default();
        values.iter().copied().find(|value| *value == asked).unwrap_or(OVERVIEW)
    });
    let panel = move || {
        let shown = shown.get();
        let content = match shown {
            "events" => view! {
                <div class="panel">
                    <EventsTable
                        events=state.part(|detail| detail.events.clone())
                        empty=format!("No events are kept on this {noun}.")
                    />
                </div>
            }
            .into_any(),
            "yaml" => view! { <YamlTab state=state /> }.into_any(),
            own => content(own),
        };
        view! {
            <div role="tabpanel" id=format!("panel-{shown}") aria-labelledby=format!("tab-{shown}")>
                {content}
            </div>
        }
    };
    let body = match aside {
        None => panel.into_any(),
        Some(aside) => {
            let wide = move || matches!(shown.get(), "edit" | "yaml");
            view! {
                <div class=move || if wide() { "grid" } else { "split stackable" }>
                    {panel}
                    <div class="contents" hidden=wide>
                        {aside}
                    </div>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <div class="page">
            <Gone state=state />
            <ObjectHead state=state>{children()}</ObjectHead>
            <Facts state=state />
            <Tabs label=label tabs=tabs />
            {body}
        </div>
    }
}

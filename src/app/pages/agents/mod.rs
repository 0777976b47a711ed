//! The page of an agent: what it is, a panel to try it, its runs, events, its form and its text.

mod overview;
mod runs;
mod try_it;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::overview::AgentOverview;
pub use self::overview::words;
pub use self::runs::RunsOf;
use self::try_it::TryIt;
use super::form::EditObject;
use super::object::{EventsTable, Facts, Gone, ObjectHead, ObjectLoader, ObjectState};
use super::usage::UsageOf;
use super::yaml::YamlTab;
use crate::app::address;
use crate::app::components::{LinkButton, Tab, Tabs};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::forms::AgentForm;

/// The page of an agent.
#[component]
pub fn AgentPage(
    /// The agent.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(|state: ObjectState| view! { <Agent state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

#[component]
fn Agent(state: ObjectState) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| query.get("tab")).unwrap_or_default());
    let edit = format!("{}?tab=edit", address::object(&key));
    let chat = address::chat(&key);
    let ask = address::create(Some(&key.namespace), Kind::Query)
        + &address::query([("target", format!("agent/{}", key.name))]);
    let copy =
        address::create(Some(&key.namespace), Kind::Agent) + &address::query([("from", key.name.clone())]);
    let label = format!("agent {}", key.name);
    let tabs = vec![
        Tab::new("overview", "Overview", "layout-dashboard"),
        Tab::new("edit", "Edit", "pencil"),
        Tab::new("runs", "Runs", "play"),
        Tab::new("usage", "Usage", "gauge"),
        Tab::new("events", "Events", "activity"),
        Tab::new("yaml", "YAML", "braces"),
    ];
    let panel = move || {
        let shown = tab.get();
        let shown = if shown.is_empty() { "overview".to_owned() } else { shown };
        let content = match shown.as_str() {
            "edit" => view! { <EditObject<AgentForm> state=state /> }.into_any(),
            "runs" => {
                view! { <RunsOf object=state.detail.with_untracked(|detail| detail.row.key.clone()) /> }
                    .into_any()
            }
            "usage" => {
                let object = state.detail.with_untracked(|detail| detail.row.key.clone());
                view! { <UsageOf object=object /> }.into_any()
            }
            "events" => view! {
                <div class="panel">
                    <EventsTable
                        events=state.part(|detail| detail.events.clone())
                        empty="No events are kept on this agent."
                    />
                </div>
            }
            .into_any(),
            "yaml" => view! { <YamlTab state=state /> }.into_any(),
            _ => view! { <AgentOverview state=state /> }.into_any(),
        };
        view! {
            <div role="tabpanel" id=format!("panel-{shown}") aria-labelledby=format!("tab-{shown}")>
                {content}
            </div>
        }
    };
    // The panel stays through the tabs, so that a question asked in it is not lost; editors need the width.
    let wide = move || matches!(tab.get().as_str(), "edit" | "yaml");
    view! {
        <div class="page">
            <Gone state=state />
            <ObjectHead state=state>
                <LinkButton label="Chat" href=chat icon="messages-square" />
                <LinkButton label="New query" href=ask icon="play" />
                <LinkButton label="Duplicate" href=copy icon="copy" />
                <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
            </ObjectHead>
            <Facts state=state />
            <Tabs label=label tabs=tabs />
            <div class=move || if wide() { "grid" } else { "split stackable" }>
                {panel}
                <div class="contents" hidden=wide>
                    <TryIt state=state />
                </div>
            </div>
        </div>
    }
}

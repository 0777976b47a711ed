//! The page of a team: its graph, its members, its runs, its form and its text.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::agents::RunsOf;
use super::form::EditObject;
use super::object::{
    Blocks, Conditions, EventsTable, Facts, Gone, Labels, ObjectHead, ObjectLoader, ObjectState, UsedBy,
};
use super::usage::UsageOf;
use super::yaml::YamlTab;
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab, Tabs};
use crate::app::graph::{Checks, Drawing, GraphPicture, TurnList};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::TeamForm;

/// The page of a team.
#[component]
pub fn TeamPage(
    /// The team.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(|state: ObjectState| view! { <Team state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

#[component]
fn Team(state: ObjectState) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| query.get("tab")).unwrap_or_default());
    let edit = format!("{}?tab=edit", address::object(&key));
    let chat = address::chat(&key);
    let create = |kind, query| address::create(Some(&key.namespace), kind) + &address::query([query]);
    let ask = create(Kind::Query, ("target", format!("team/{}", key.name)));
    let copy = create(Kind::Team, ("from", key.name.clone()));
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
            "edit" => view! { <EditObject<TeamForm> state=state /> }.into_any(),
            "runs" => {
                let object = state.detail.with_untracked(|detail| detail.row.key.clone());
                view! { <RunsOf object=object /> }.into_any()
            }
            "usage" => {
                let object = state.detail.with_untracked(|detail| detail.row.key.clone());
                view! { <UsageOf object=object /> }.into_any()
            }
            "events" => view! {
                <div class="panel">
                    <EventsTable
                        events=state.part(|detail| detail.events.clone())
                        empty="No events are kept on this team."
                    />
                </div>
            }
            .into_any(),
            "yaml" => view! { <YamlTab state=state /> }.into_any(),
            _ => view! { <Overview state=state /> }.into_any(),
        };
        view! {
            <div role="tabpanel" id=format!("panel-{shown}") aria-labelledby=format!("tab-{shown}")>
                {content}
            </div>
        }
    };
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
            <Tabs label=format!("team {}", key.name) tabs=tabs />
            {panel}
        </div>
    }
}

#[component]
fn Overview(state: ObjectState) -> impl IntoView {
    let drawing = state.part(|detail| match &detail.specific {
        Specific::Team(form) => Drawing::of(form),
        _ => Drawing::default(),
    });
    let words = Signal::derive(move || drawing.with(Drawing::words));
    let stands_out = Memo::new(move |_| drawing.with(|drawing| !drawing.checks.is_empty()));
    view! {
        <div class="split stackable">
            <div class="stack stack-4">
                <Panel title="Graph" note=words>
                    <GraphPicture drawing=drawing />
                    <TurnList drawing=drawing />
                </Panel>
                <Blocks state=state />
                <Conditions state=state />
            </div>
            <div class="stack stack-4">
                {move || {
                    stands_out
                        .get()
                        .then(|| {
                            view! {
                                <Panel title="Checks">
                                    <Checks drawing=drawing />
                                </Panel>
                            }
                        })
                }}
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}

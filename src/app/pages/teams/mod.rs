//! The page of a team: its graph, its members, its runs, its form and its text.

use std::sync::Arc;

use leptos::prelude::*;

use super::agents::{EvaluationsOf, NewestRuns, RunsOf};
use super::object::{
    Blocks, Conditions, Labels, ObjectLoader, ObjectState, TabContent, TabbedObject, UsedBy,
};
use super::run::TeamGraph;
use super::run::store::RunStore;
use super::usage::UsageOf;
use crate::api::queries::get_run;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab};
use crate::app::graph::{Checks, Drawing, GraphPicture, TurnList};
use crate::app::parts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;

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
    let edit = format!("{}?tab=edit", address::object(&key));
    let chat = address::chat(&key);
    let create = |kind, query| address::create(Some(&key.namespace), kind) + &address::query([query]);
    let ask = create(Kind::Query, ("target", format!("team/{}", key.name)));
    let copy = create(Kind::Team, ("from", key.name.clone()));
    let tabs = vec![
        Tab::new("edit", "Edit", "pencil"),
        Tab::new("runs", "Runs", "play"),
        Tab::new("evaluations", "Evaluations", "gauge"),
        Tab::new("usage", "Usage", "cpu"),
    ];
    let content: TabContent = Arc::new(move |tab| match tab {
        "edit" => parts::edit(state),
        "runs" => view! { <RunsOf object=key.clone() /> }.into_any(),
        "evaluations" => view! { <EvaluationsOf object=key.clone() /> }.into_any(),
        "usage" => view! { <UsageOf object=key.clone() /> }.into_any(),
        _ => view! { <Overview state=state /> }.into_any(),
    });
    view! {
        <TabbedObject state=state tabs=tabs content=content>
            <LinkButton label="Chat" href=chat icon="messages-square" />
            <LinkButton label="New query" href=ask icon="play" />
            <LinkButton label="Duplicate" href=copy icon="copy" />
            <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
        </TabbedObject>
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
    let team = state.detail.with_untracked(|detail| detail.row.key.clone());
    let running = RwSignal::new(None);
    let load = browser_action(|key: &ObjectKey| get_run(key.clone()));
    Effect::new(move |_| {
        if let Some(key) = running.get() {
            load.dispatch(key);
        }
    });
    let moved = team.clone();
    // From the first run that is seen on, the graph shows the turns of the newest, and its end.
    let graph = move || match load.value().get() {
        Some(Ok(view)) => moving(RunStore::follow(view), moved.clone(), drawing),
        // What cannot be loaded stands in the list.
        _ => view! {
            <Panel title="Graph" note=words>
                <GraphPicture drawing=drawing />
                <TurnList drawing=drawing />
            </Panel>
        }
        .into_any(),
    };
    view! {
        <div class="split stackable">
            <div class="stack stack-4">
                {graph}
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
                <NewestRuns object=team running=running />
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}

/// The graph with a run on it.
fn moving(run: RunStore, team: ObjectKey, drawing: Memo<Drawing>) -> AnyView {
    let (href, name) = run.peek(|run| (address::object(&run.key), run.key.name.clone()));
    view! {
        <TeamGraph run=run team=team drawing=drawing />
        <p class="xs t2">
            "Turns of run " <a class="mono" href=href>
                {name}
            </a>
        </p>
    }
    .into_any()
}

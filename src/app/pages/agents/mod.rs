//! The page of an agent: what it is, a panel to try it, its runs, events, its form and its text.

mod newest;
mod overview;
mod runs;
mod try_it;

use std::sync::Arc;

use leptos::prelude::*;

pub use self::newest::NewestRuns;
use self::overview::AgentOverview;
pub use self::overview::words;
pub use self::runs::{EvaluationsBy, EvaluationsOf, EvaluationsOfRun, RunsOf};
use self::try_it::TryIt;
use super::object::{ObjectLoader, ObjectState, TabContent, TabbedObject};
use super::usage::UsageOf;
use crate::app::address;
use crate::app::components::{LinkButton, Tab};
use crate::app::parts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;

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
    let edit = format!("{}?tab=edit", address::object(&key));
    let chat = address::chat(&key);
    let create = |kind, query| address::create(Some(&key.namespace), kind) + &address::query([query]);
    let ask = create(Kind::Query, ("target", format!("agent/{}", key.name)));
    let copy = create(Kind::Agent, ("from", key.name.clone()));
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
        _ => view! { <AgentOverview state=state /> }.into_any(),
    });
    // It stays through the tabs, so that a question asked in it is not lost.
    let aside = view! { <TryIt state=state /> }.into_any();
    view! {
        <TabbedObject state=state tabs=tabs content=content aside=aside>
            <LinkButton label="Chat" href=chat icon="messages-square" />
            <LinkButton label="New query" href=ask icon="play" />
            <LinkButton label="Duplicate" href=copy icon="copy" />
            <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
        </TabbedObject>
    }
}

//! The page of a model: where it is, whether it answers, who uses it, its runs, events, its form and its text.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::agents::RunsOf;
use super::form::EditObject;
use super::model_form::ConnectionTest;
use super::object::{
    Conditions, EventsTable, Facts, Gone, Labels, ObjectHead, ObjectLoader, ObjectState, UsedBy,
};
use super::yaml::YamlTab;
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab, Tabs};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::ModelForm;

/// The page of a model.
#[component]
pub fn ModelPage(
    /// The model.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(|state: ObjectState| view! { <Model state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

#[component]
fn Model(state: ObjectState) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| query.get("tab")).unwrap_or_default());
    let edit = format!("{}?tab=edit", address::object(&key));
    let chat = address::chat(&key);
    let create = |kind, query| address::create(Some(&key.namespace), kind) + &address::query([query]);
    let ask = create(Kind::Query, ("target", format!("model/{}", key.name)));
    let copy = create(Kind::Model, ("from", key.name.clone()));
    let tabs = vec![
        Tab::new("overview", "Overview", "layout-dashboard"),
        Tab::new("edit", "Edit", "pencil"),
        Tab::new("runs", "Runs", "play"),
        Tab::new("events", "Events", "activity"),
        Tab::new("yaml", "YAML", "braces"),
    ];
    let panel = move || {
        let shown = tab.get();
        let shown = if shown.is_empty() { "overview".to_owned() } else { shown };
        let content = match shown.as_str() {
            "edit" => view! { <EditObject<ModelForm> state=state /> }.into_any(),
            "runs" => {
                let object = state.detail.with_untracked(|detail| detail.row.key.clone());
                view! { <RunsOf object=object /> }.into_any()
            }
            "events" => view! {
                <div class="panel">
                    <EventsTable
                        events=state.part(|detail| detail.events.clone())
                        empty="No events are kept on this model."
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
                <LinkButton label="Ask it" href=ask icon="play" />
                <LinkButton label="Duplicate" href=copy icon="copy" />
                <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
            </ObjectHead>
            <Facts state=state />
            <Tabs label=format!("model {}", key.name) tabs=tabs />
            {panel}
        </div>
    }
}

#[component]
fn Overview(state: ObjectState) -> impl IntoView {
    let form = state.part(|detail| match &detail.specific {
        Specific::Model(form) => form.clone(),
        _ => ModelForm::default(),
    });
    view! {
        <div class="split stackable">
            <div class="stack stack-4">
                <Panel title="Connection">
                    <ConnectionTest form=Callback::new(move |()| Some(form.get_untracked())) />
                </Panel>
                <Conditions state=state />
            </div>
            <div class="stack stack-4">
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}

//! The page of a model: where it is, whether it answers, who uses it, its runs, events, its form and its text.

use std::sync::Arc;

use leptos::prelude::*;

use super::agents::RunsOf;
use super::model_form::ConnectionTest;
use super::object::{Conditions, Labels, ObjectLoader, ObjectState, TabContent, TabbedObject, UsedBy};
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab};
use crate::app::parts;
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
    let edit = format!("{}?tab=edit", address::object(&key));
    let chat = address::chat(&key);
    let create = |kind, query| address::create(Some(&key.namespace), kind) + &address::query([query]);
    let ask = create(Kind::Query, ("target", format!("model/{}", key.name)));
    let copy = create(Kind::Model, ("from", key.name.clone()));
    let tabs = vec![Tab::new("edit", "Edit", "pencil"), Tab::new("runs", "Runs", "play")];
    let content: TabContent = Arc::new(move |tab| match tab {
        "edit" => parts::edit(state),
        "runs" => view! { <RunsOf object=key.clone() /> }.into_any(),
        _ => view! { <Overview state=state /> }.into_any(),
    });
    view! {
        <TabbedObject state=state tabs=tabs content=content>
            <LinkButton label="Chat" href=chat icon="messages-square" />
            <LinkButton label="Ask it" href=ask icon="play" />
            <LinkButton label="Duplicate" href=copy icon="copy" />
            <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
        </TabbedObject>
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

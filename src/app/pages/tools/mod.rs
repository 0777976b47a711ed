//! The page of a tool: what it calls, a bench to try it, who uses it, its form and its text.

use std::sync::Arc;

use leptos::prelude::*;

use super::object::{ObjectLoader, ObjectState, Overview, TabContent, TabbedObject};
use super::tool_form::ToolBench;
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab};
use crate::app::parts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::ToolSpecForm;

/// The page of a tool.
#[component]
pub fn ToolPage(
    /// The tool.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(|state: ObjectState| view! { <Tool state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

#[component]
fn Tool(state: ObjectState) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let place = address::object(&key);
    let (edit, bench) = (format!("{place}?tab=edit"), format!("{place}?tab=try"));
    let copy =
        address::create(Some(&key.namespace), Kind::Tool) + &address::query([("from", key.name.clone())]);
    let tabs = vec![Tab::new("try", "Try it", "flask-conical"), Tab::new("edit", "Edit", "pencil")];
    let content: TabContent = Arc::new(move |tab| match tab {
        "try" => view! { <Try state=state /> }.into_any(),
        "edit" => parts::edit(state),
        _ => view! { <Overview state=state /> }.into_any(),
    });
    view! {
        <TabbedObject state=state tabs=tabs content=content>
            <LinkButton label="Try it" href=bench icon="flask-conical" />
            <LinkButton label="Duplicate" href=copy icon="copy" />
            <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
        </TabbedObject>
    }
}

#[component]
fn Try(state: ObjectState) -> impl IntoView {
    let form = state.part(|detail| match &detail.specific {
        Specific::Tool(form) => form.clone(),
        _ => ToolSpecForm::default(),
    });
    view! {
        <Panel title="Test bench">
            <div class="pb">
                <ToolBench form=form.into() />
            </div>
        </Panel>
    }
}

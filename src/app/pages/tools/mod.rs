//! The page of a tool: what it calls, a bench to try it, who uses it, its form and its text.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::form::EditObject;
use super::object::{EventsTable, Facts, Gone, ObjectHead, ObjectLoader, ObjectState, Overview};
use super::tool_form::ToolBench;
use super::yaml::YamlTab;
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab, Tabs};
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
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| query.get("tab")).unwrap_or_default());
    let place = address::object(&key);
    let (edit, bench) = (format!("{place}?tab=edit"), format!("{place}?tab=try"));
    let copy =
        address::create(Some(&key.namespace), Kind::Tool) + &address::query([("from", key.name.clone())]);
    let tabs = vec![
        Tab::new("overview", "Overview", "layout-dashboard"),
        Tab::new("try", "Try it", "flask-conical"),
        Tab::new("edit", "Edit", "pencil"),
        Tab::new("events", "Events", "activity"),
        Tab::new("yaml", "YAML", "braces"),
    ];
    let panel = move || {
        let shown = tab.get();
        let shown = if shown.is_empty() { "overview".to_owned() } else { shown };
        let content = match shown.as_str() {
            "try" => view! { <Try state=state /> }.into_any(),
            "edit" => view! { <EditObject<ToolSpecForm> state=state /> }.into_any(),
            "events" => view! {
                <div class="panel">
                    <EventsTable
                        events=state.part(|detail| detail.events.clone())
                        empty="No events are kept on this tool."
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
                <LinkButton label="Try it" href=bench icon="flask-conical" />
                <LinkButton label="Duplicate" href=copy icon="copy" />
                <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
            </ObjectHead>
            <Facts state=state />
            <Tabs label=format!("tool {}", key.name) tabs=tabs />
            {panel}
        </div>
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

//! What an agent is: prompt, parameters, tools, conditions, who uses it.

use leptos::prelude::*;

use crate::app::address;
use crate::app::components::{Icon, Panel};
use crate::app::pages::object::{Blocks, Conditions, Labels, ObjectState, UsedBy};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::{AgentForm, ParameterForm, SourceForm, ToolForm};

/// The overview.
#[component]
pub fn AgentOverview(
    /// The agent.
    state: ObjectState,
) -> impl IntoView {
    let form = state.part(|detail| match &detail.specific {
        Specific::Agent(form) => form.clone(),
        _ => AgentForm::default(),
    });
    let parameters = Memo::new(move |_| form.with(|form| form.parameters.clone()));
    let tools = Memo::new(move |_| form.with(|form| (form.namespace.clone(), form.tools.clone())));
    view! {
        <div class="stack stack-4">
            <Blocks state=state />
            {move || {
                let all = parameters.get();
                (!all.is_empty())
                    .then(|| {
                        view! {
                            <Panel title="Parameters">
                                <dl class="kv pb">{all.into_iter().map(parameter).collect_view()}</dl>
                            </Panel>
                        }
                    })
            }}
            {move || {
                let (namespace, all) = tools.get();
                (!all.is_empty())
                    .then(|| {
                        view! {
                            <Panel title="Tools">
                                {all.into_iter().map(|each| tool(&namespace, each)).collect_view()}
                            </Panel>
                        }
                    })
            }}
            <Conditions state=state />
            <div class="grid g2">
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}

fn parameter(parameter: ParameterForm) -> impl IntoView {
    view! {
        <dt class="mono">{parameter.name}</dt>
        <dd>{words(&parameter.value)}</dd>
    }
}

/// Where a value comes from, in words.
pub fn words(value: &SourceForm) -> String {
    match value {
        SourceForm::Unset => "from the query".to_owned(),
        SourceForm::Literal(text) => text.clone(),
        SourceForm::Secret { name, key } => format!("key {key} of secret {name}"),
        SourceForm::ConfigMap { name, key } => format!("key {key} of config map {name}"),
        SourceForm::Service { name, .. } => format!("address of service {name}"),
        SourceForm::Typed(_) => "typed once".to_owned(),
        SourceForm::Parameter(name) => format!("parameter {name} of the query"),
    }
}

fn tool(namespace: &str, tool: ToolForm) -> impl IntoView + use<> {
    let built_in = matches!(tool.type_.as_str(), "built-in" | "builtin");
    let name = if built_in {
        view! { <b class="mono xs med">{tool.name}</b> }.into_any()
    } else {
        let key = ObjectKey::new(Kind::Tool, namespace, tool.name.clone());
        view! {
            <a class="name mono xs" href=address::object(&key)>
                {tool.name}
            </a>
        }
        .into_any()
    };
    view! {
        <div class="act">
            <Icon name="wrench" small=true />
            <span class="cut">{name}</span>
            <span class="xs t3">{tool.type_}</span>
        </div>
    }
}

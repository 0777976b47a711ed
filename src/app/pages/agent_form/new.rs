//! Making an agent.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::fields::{AgentBody, AgentFields};
use super::judge::judge;
use crate::api::forms::{get_choices, preview_agent, save_agent};
use crate::api::objects::get_object;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{ProblemPanel, Skeleton};
use crate::app::guard::guard_while;
use crate::app::pages::form::{
    Draft, Editor, EditorSwitch, FormFrame, PreviewText, follow_preview, use_editor,
};
use crate::app::pages::yaml::{ChooseNamespace, Making};
use crate::app::toasts::use_toasts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::{AgentForm, Choices};
use crate::views::problem::{Problem, ProblemCode};

/// The page. `?from=name` starts from another agent.
#[component]
pub fn NewAgentPage(
    /// Namespace; the page asks for one if absent.
    namespace: Option<String>,
) -> impl IntoView {
    let place = match &namespace {
        Some(namespace) => format!("In {namespace}. {}", Kind::Agent.explanation()),
        None => "Choose a namespace first.".to_owned(),
    };
    let switch = namespace.is_some().then(|| view! { <EditorSwitch /> });
    let content = match namespace {
        Some(namespace) => view! { <Loader namespace=namespace /> }.into_any(),
        None => view! { <ChooseNamespace kind=Kind::Agent /> }.into_any(),
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"New agent"</h1>
                    <p class="sub">{place}</p>
                </div>
                <div class="acts">{switch}</div>
            </div>
            {content}
        </div>
    }
}

#[component]
fn Loader(namespace: String) -> impl IntoView {
    let from = use_query_map().with_untracked(|query| query.get("from"));
    let start = Resource::new_blocking(|| (), move |()| start(namespace.clone(), from.clone()));
    let body = move || {
        start.get().map(|answer| match answer {
            Ok((form, choices, text)) => view! { <Form form=form choices=choices text=text /> }.into_any(),
            Err(problem) => view! {
                <div class="panel">
                    <ProblemPanel
                        problem=problem
                        title="The form could not be filled"
                        retry=Callback::new(move |()| start.refetch())
                    />
                </div>
            }
            .into_any(),
        })
    };
    view! { <Transition fallback=|| view! { <Skeleton label="Loading the form" lines=8 /> }>{body}</Transition> }
}

/// What the form begins with, and what it offers.
async fn start(
    namespace: String,
    from: Option<String>,
) -> Result<(AgentForm, Choices, PreviewText), Problem> {
    let (form, choices) = fill(namespace, from).await?;
    let text = preview_agent(form.clone()).await;
    Ok((form, choices, text))
}

async fn fill(namespace: String, from: Option<String>) -> Result<(AgentForm, Choices), Problem> {
    let choices = get_choices(namespace.clone()).await?;
    let Some(from) = from.filter(|from| !from.is_empty()) else {
        return Ok((AgentForm { namespace, ..AgentForm::default() }, choices));
    };
    let detail = get_object(ObjectKey::new(Kind::Agent, namespace, from.clone())).await?;
    match detail.specific {
        Specific::Agent(form) => {
            Ok((AgentForm { name: format!("{from}-copy"), version: None, ..form }, choices))
        }
        _ => Err(Problem::new(ProblemCode::Invalid, format!("{from} cannot be read as an agent."))
            .next("Open its YAML instead.")),
    }
}

#[component]
fn Form(form: AgentForm, choices: Choices, text: PreviewText) -> impl IntoView {
    let fields = AgentFields::new(&form);
    let base = form.clone();
    let namespace = form.namespace.clone();
    let list = address::list(Some(&form.namespace), Kind::Agent);
    let draft = Draft::new(form, move || fields.read(&base), judge);
    let guard = guard_while(draft.dirty());
    let preview = follow_preview(text, draft, preview_agent);
    let toasts = use_toasts();
    let navigate = use_navigate();
    let leave = navigate.clone();
    let save = browser_action(move |form: &AgentForm| {
        let (form, navigate) = (form.clone(), navigate.clone());
        async move {
            match save_agent(form, false).await {
                Ok(key) => {
                    guard.release();
                    toasts.say(format!("Agent {} created", key.name));
                    navigate(&address::object(&key), NavigateOptions::default());
                }
                Err(problem) => draft.refused(problem),
            }
        }
    });
    let editor = use_editor();
    let text_only = Memo::new(move |_| editor.get() == Editor::Yaml);
    let choices = Signal::stored(choices);
    let on_discard = Callback::new(move |()| {
        guard.release();
        leave(&list, NavigateOptions::default());
    });
    let text = move || {
        let namespace = namespace.clone();
        text_only.get().then(|| {
            let text = preview.get_untracked().unwrap_or_default();
            view! { <Making kind=Kind::Agent namespace=namespace text=text /> }
        })
    };
    view! {
        <div hidden=text_only>
            <FormFrame
                draft=draft
                submit="Create agent"
                busy=save.pending()
                preview=preview
                on_submit=Callback::new(move |()| {
                    save.dispatch(draft.now.get_untracked());
                })
                on_discard=on_discard
            >
                <AgentBody fields=fields choices=choices problems=draft.problems />
            </FormFrame>
        </div>
        {text}
    }
}

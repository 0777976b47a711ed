//! Making an object of any kind from YAML, starting with a commented text, or with a copy (`?from=name`).

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::editor::YamlEditor;
use super::outcome::Outcome;
use super::session::Session;
use crate::api::objects::{list_namespaces, yaml_template};
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, CopyButton, EmptyState, Icon, ProblemPanel, Skeleton};
use crate::app::guard::guard_while;
use crate::app::toasts::use_toasts;
use crate::resources::kind::Kind;
use crate::views::yaml::ApplyOutcome;

/// The page that makes an object. Without a namespace it asks for one first: a link can never make something in
/// the wrong place.
#[component]
pub fn CreatePage(
    /// Kind.
    kind: Kind,
    /// Namespace.
    namespace: Option<String>,
) -> impl IntoView {
    let place = match (&namespace, kind.namespaced()) {
        (Some(namespace), true) => format!("In {namespace}."),
        (None, true) => "Choose a namespace first.".to_owned(),
        (_, false) => "For the whole cluster.".to_owned(),
    };
    let content = match (namespace, kind.namespaced()) {
        (None, true) => view! { <ChooseNamespace kind=kind /> }.into_any(),
        (namespace, _) => {
            view! { <FromTemplate kind=kind namespace=namespace.unwrap_or_default() /> }.into_any()
        }
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>{format!("New {}", kind.noun())}</h1>
                    <p class="sub">{place} " " {kind.explanation()}</p>
                </div>
            </div>
            {content}
        </div>
    }
}

/// Namespaces to choose from, for a page that makes something.
#[component]
pub fn ChooseNamespace(
    /// Kind of what is made.
    kind: Kind,
) -> impl IntoView {
    let resource = resource(|| (), |()| list_namespaces());
    view! {
        <Transition fallback=|| {
            view! { <Skeleton label="Loading namespaces" /> }
        }>
            {move || {
                resource
                    .get()
                    .map(|answer| match answer {
                        Ok(names) => {
                            view! {
                                <div class="panel">
                                    {names
                                        .into_iter()
                                        .map(|name| {
                                            view! {
                                                <a class="act" href=address::create(Some(&name), kind)>
                                                    <Icon name="box" />
                                                    <span>{name.clone()}</span>
                                                    <Icon name="chevron-right" small=true />
                                                </a>
                                            }
                                        })
                                        .collect_view()}
                                </div>
                            }
                                .into_any()
                        }
                        Err(problem) => {
                            view! {
                                <div class="panel">
                                    <ProblemPanel
                                        problem=problem
                                        title="Namespaces could not be loaded"
                                        retry=Callback::new(move |()| resource.refetch())
                                    />
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}

#[component]
fn FromTemplate(kind: Kind, namespace: String) -> impl IntoView {
    let asked = namespace.clone();
    let from = use_query_map().with_untracked(|query| query.get("from"));
    let resource =
        resource(move || asked.clone(), move |namespace| yaml_template(kind, namespace, from.clone()));
    view! {
        <Transition fallback=|| {
            view! { <Skeleton label="Loading a starting text" lines=12 /> }
        }>
            {move || {
                let namespace = namespace.clone();
                resource
                    .get()
                    .map(|answer| match answer {
                        Ok(text) => view! { <Making kind=kind namespace=namespace text=text /> }.into_any(),
                        Err(problem) => {
                            view! {
                                <div class="panel">
                                    <ProblemPanel
                                        problem=problem
                                        title="The starting text could not be loaded"
                                        retry=Callback::new(move |()| resource.refetch())
                                    />
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}

/// Edits the text of a new object and applies it.
#[component]
pub fn Making(
    /// Kind.
    kind: Kind,
    /// Namespace; empty for the cluster.
    namespace: String,
    /// Text to start from.
    text: String,
) -> impl IntoView {
    let session = Session::new(kind.namespaced().then_some(namespace), text, None);
    let guard = guard_while(session.dirty());
    let toasts = use_toasts();
    let navigate = use_navigate();
    let created = Callback::new(move |outcome: ApplyOutcome| {
        guard.release();
        toasts.say(format!("{} {} created", outcome.key.kind.name(), outcome.key.name));
        for warning in outcome.warnings {
            toasts.say(warning);
        }
        navigate(&address::object(&outcome.key), NavigateOptions::default());
    });
    let empty = Memo::new(move |_| session.text.with(|text| text.trim().is_empty()));
    let blocked = Signal::derive(move || empty.get().then(|| "There is no text.".to_owned()));
    view! {
        <div class="stack">
            <section class="panel">
                <header>
                    <h2>"YAML"</h2>
                    <span class="end row">
                        <CopyButton text=Callback::new(move |()| session.text.get_untracked()) />
                        <Button
                            label="Check"
                            icon="flask-conical"
                            small=true
                            busy=session.checking
                            on_press=Callback::new(move |_| session.check())
                        />
                        <Button
                            label=format!("Create {}", kind.noun())
                            kind=ButtonKind::Primary
                            small=true
                            busy=session.applying
                            disabled=blocked
                            on_press=Callback::new(move |_| session.apply(move |outcome| created.run(outcome)))
                        />
                    </span>
                </header>
                <YamlEditor
                    label=format!("New {}, as YAML", kind.noun())
                    text=session.text
                    problems=session.problems()
                />
            </section>
            <Outcome session=session />
            {move || {
                empty
                    .get()
                    .then(|| {
                        view! {
                            <EmptyState title="The text is empty" text="Load the page again for the starting text." />
                        }
                    })
            }}
        </div>
    }
}

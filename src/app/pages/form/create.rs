//! Making an object with a form.

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

use super::draft::Draft;
use super::frame::{Editor, EditorSwitch, FormFrame, use_editor};
use super::kind_form::KindForm;
use super::preview::{PreviewText, follow_preview};
use crate::api::forms::get_choices;
use crate::api::objects::get_object;
use crate::api::wire::resource;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{ProblemPanel, Skeleton};
use crate::app::guard::guard_while;
use crate::app::pages::yaml::{ChooseNamespace, Making};
use crate::app::toasts::use_toasts;
use crate::views::ObjectKey;
use crate::views::forms::Choices;
use crate::views::problem::{Problem, ProblemCode};

/// The page. `?from=name` starts from another object.
#[component]
pub fn NewObjectPage<F: KindForm>(
    /// Namespace; the page asks for one if absent.
    namespace: Option<String>,
    /// Which form.
    #[prop(optional)]
    _form: PhantomData<F>,
) -> impl IntoView {
    let place = match &namespace {
        Some(namespace) => format!("In {namespace}. {}", F::KIND.explanation()),
        None => "Choose a namespace first.".to_owned(),
    };
    let switch = namespace.is_some().then(|| view! { <EditorSwitch /> });
    let content = match namespace {
        Some(namespace) => view! { <Loader<F> namespace=namespace /> }.into_any(),
        None => view! { <ChooseNamespace kind=F::KIND /> }.into_any(),
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>{format!("New {}", F::KIND.noun())}</h1>
                    <p class="sub">{place}</p>
                </div>
                <div class="acts">{switch}</div>
            </div>
            {content}
        </div>
    }
}

#[component]
fn Loader<F: KindForm>(namespace: String, #[prop(optional)] _form: PhantomData<F>) -> impl IntoView {
    let query = use_query_map().get_untracked();
    let start = resource(|| (), move |()| start::<F>(namespace.clone(), query.clone()));
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
async fn start<F: KindForm>(
    namespace: String,
    query: ParamsMap,
) -> Result<(F, Choices, PreviewText), Problem> {
    let (form, choices) = fill::<F>(namespace, query).await?;
    let text = form.clone().preview().await;
    Ok((form, choices, text))
}

async fn fill<F: KindForm>(namespace: String, query: ParamsMap) -> Result<(F, Choices), Problem> {
    let choices = get_choices(namespace.clone()).await?;
    let Some(from) = query.get("from").filter(|from| !from.is_empty()) else {
        return Ok((F::blank(namespace).asked(&query), choices));
    };
    let detail = get_object(ObjectKey::new(F::KIND, namespace, from.clone())).await?;
    let Some(form) = F::of(&detail.specific) else {
        let problem =
            Problem::new(ProblemCode::Invalid, format!("{from} has fields that this form cannot show."));
        return Err(problem.next("Open its YAML instead."));
    };
    Ok((form.clone().copied(format!("{from}-copy")), choices))
}

#[component]
fn Form<F: KindForm>(form: F, choices: Choices, text: PreviewText) -> impl IntoView {
    let fields = form.fields();
    let base = form.clone();
    let namespace = form.namespace().to_owned();
    let list = address::list(Some(&namespace), F::KIND);
    let draft = Draft::new(form, move || base.read(fields), F::judge);
    let guard = guard_while(draft.dirty());
    let preview = follow_preview(text, draft, F::preview);
    let toasts = use_toasts();
    let navigate = use_navigate();
    let leave = navigate.clone();
    let save = browser_action(move |form: &F| {
        let (form, navigate) = (form.clone(), navigate.clone());
        async move {
            match form.save().await {
                Ok(key) => {
                    guard.release();
                    toasts.say(format!("{} {} created", F::KIND.name(), key.name));
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
            view! { <Making kind=F::KIND namespace=namespace text=text /> }
        })
    };
    view! {
        <div hidden=text_only>
            <FormFrame
                draft=draft
                submit=format!("Create {}", F::KIND.noun())
                busy=save.pending()
                preview=preview
                on_submit=Callback::new(move |()| {
                    save.dispatch(draft.now.get_untracked());
                })
                on_discard=on_discard
            >
                {F::body(draft, fields, choices, false)}
            </FormFrame>
        </div>
        {text}
    }
}

//! The page that asks: targets, question, parameters, session, timeout.

pub mod judge;
mod targets;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use self::judge::judge;
use self::targets::TargetPicker;
pub use self::targets::parse_target;
use super::form::{
    Draft, Editor, EditorSwitch, FormFrame, ParameterFields, ParameterRows, PreviewText, follow_preview,
    use_editor,
};
use super::yaml::{ChooseNamespace, Making};
use crate::api::forms::get_choices;
use crate::api::queries::{create_query, fill_query_form, preview_query};
use crate::api::wire::resource;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{ProblemPanel, Skeleton, TextArea, TextField};
use crate::app::guard::guard_while;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::forms::{Choices, QueryForm};
use crate::views::problem::Problem;

/// The page. `?target=agent/x` chooses a target, `?from=name` starts from an earlier query.
#[component]
pub fn NewQueryPage(
    /// Namespace; the page asks for one if absent.
    namespace: Option<String>,
) -> impl IntoView {
    let place = match &namespace {
        Some(namespace) => {
            format!("In {namespace}. The answer appears on the page of the query as it is written.")
        }
        None => "Choose a namespace first.".to_owned(),
    };
    let switch = namespace.is_some();
    let content = match namespace {
        Some(namespace) => view! { <Loader namespace=namespace /> }.into_any(),
        None => view! { <ChooseNamespace kind=Kind::Query /> }.into_any(),
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"New query"</h1>
                    <p class="sub">{place}</p>
                </div>
                {switch.then(|| view! { <div class="acts"><EditorSwitch /></div> })}
            </div>
            {content}
        </div>
    }
}

#[component]
fn Loader(namespace: String) -> impl IntoView {
    let query = use_query_map();
    let (from, target) = query.with_untracked(|query| (query.get("from"), query.get("target")));
    let asked = namespace.clone();
    let start = resource(|| (), move |()| start(asked.clone(), from.clone(), target.clone()));
    let body = move || {
        start.get().map(|answer| match answer {
            Ok((form, choices, text)) => view! { <Asking form=form choices=choices text=text /> }.into_any(),
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
    target: Option<String>,
) -> Result<(QueryForm, Choices, PreviewText), Problem> {
    let choices = get_choices(namespace.clone()).await?;
    let mut form = match from.filter(|from| !from.is_empty()) {
        Some(from) => {
            let mut form = fill_query_form(ObjectKey::new(Kind::Query, namespace.clone(), from)).await?;
            form.name.clear();
            form
        }
        None => QueryForm { namespace: namespace.clone(), ..QueryForm::default() },
    };
    if let Some(key) = target.and_then(|target| parse_target(&namespace, &target))
        && !form.targets.contains(&key)
    {
        form.targets.push(key);
    }
    let text = preview_query(form.clone()).await;
    Ok((form, choices, text))
}

#[component]
fn Asking(form: QueryForm, choices: Choices, text: PreviewText) -> impl IntoView {
    let targets = RwSignal::new(form.targets.clone());
    let input = RwSignal::new(form.input.clone());
    let name = RwSignal::new(form.name.clone());
    let session = RwSignal::new(form.session.clone());
    let timeout = RwSignal::new(form.timeout.clone());
    let parameters = ParameterFields::new("spec.parameters", &form.parameters);
    let namespace = form.namespace.clone();
    let place = namespace.clone();
    let at = namespace.clone();
    let list = address::list(Some(&namespace), Kind::Query);
    let read = move || QueryForm {
        namespace: namespace.clone(),
        name: name.get().trim().to_owned(),
        targets: targets.get(),
        input: input.get(),
        parameters: parameters.get(),
        session: session.get().trim().to_owned(),
        timeout: timeout.get().trim().to_owned(),
    };
    let draft = Draft::new(form, read, judge);
    let preview = follow_preview(text, draft, preview_query);
    let guard = guard_while(draft.dirty());
    let navigate = use_navigate();
    let leave = navigate.clone();
    let ask = browser_action(move |form: &QueryForm| {
        let (form, navigate) = (form.clone(), navigate.clone());
        async move {
            match create_query(form).await {
                Ok(key) => {
                    guard.release();
                    navigate(&address::object(&key), NavigateOptions::default());
                }
                Err(problem) => draft.refused(problem),
            }
        }
    });
    let submit = Signal::derive(move || match targets.with(Vec::len) {
        0 | 1 => "Ask".to_owned(),
        many => format!("Ask {many} targets"),
    });
    let choices = Signal::stored(choices);
    let editor = use_editor();
    let text_only = Memo::new(move |_| editor.get() == Editor::Yaml);
    let making = move || {
        let namespace = at.clone();
        text_only.get().then(|| {
            let text = preview.get_untracked().unwrap_or_default();
            view! { <Making kind=Kind::Query namespace=namespace text=text /> }
        })
    };
    view! {
        <div hidden=text_only>
        <FormFrame
            draft=draft
            submit=submit
            icon="send"
            busy=ask.pending()
            preview=preview
            on_submit=Callback::new(move |()| {
                ask.dispatch(draft.now.get_untracked());
            })
            on_discard=Callback::new(move |()| {
                guard.release();
                leave(&list, NavigateOptions::default());
            })
        >
            <section class="fsec" aria-labelledby="n-target">
                <h2 id="n-target">"Target"</h2>
                <TargetPicker namespace=place targets=targets choices=choices problems=draft.problems />
            </section>
            <section class="fsec" aria-labelledby="n-input">
                <h2 id="n-input">"Question"</h2>
                <TextArea
                    label="Input"
                    name="spec.input"
                    value=input
                    rows=5
                    problems=draft.problems
                    hint="It may use parameters, as {{ .language }}."
                />
            </section>
            <section class="fsec" aria-labelledby="n-parameters">
                <h2 id="n-parameters">"Parameters"</h2>
                <ParameterRows fields=parameters choices=choices problems=draft.problems />
            </section>
            <section class="fsec" aria-labelledby="n-run">
                <h2 id="n-run">"Run"</h2>
                <div class="grid g3">
                    <TextField
                        label="Session"
                        name="spec.sessionId"
                        value=session
                        optional=true
                        problems=draft.problems
                        hint="Groups queries that belong together"
                    />
                    <TextField
                        label="Timeout"
                        name="spec.timeout"
                        value=timeout
                        optional=true
                        placeholder="30m"
                        problems=draft.problems
                        hint="The whole query, its wait in the queue included"
                    />
                    <TextField
                        label="Name"
                        name="metadata.name"
                        value=name
                        optional=true
                        problems=draft.problems
                        hint="Made from the target if empty"
                    />
                </div>
            </section>
        </FormFrame>
        </div>
        {making}
    }
}

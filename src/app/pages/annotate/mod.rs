//! Judging by hand: one answer at a time, all by keyboard, the judge's score unseen until the own is said.

mod agreement;
mod answer;
mod marks;
mod queue;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::agreement::AgreementPanel;
use self::answer::Answer;
use self::marks::Rubric;
use self::queue::{Annotating, Asked, Loaded, load};
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{EmptyState, Icon, LinkButton, ProblemPanel, Skeleton};
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::ExperimentKey;

/// The page.
#[component]
pub fn AnnotatePage(
    /// Namespace.
    namespace: String,
) -> impl IntoView {
    let query = use_query_map();
    // Another queue is another page; the item is only where it begins.
    let asked = Memo::new({
        let namespace = namespace.clone();
        move |_| query.with(|query| Asked::read(&namespace, query))
    });
    let loaded = resource(move || asked.get(), load);
    let place = StoredValue::new(namespace);
    let body = move || {
        loaded.get().map(|answer| match answer {
            Ok(first) => {
                view! { <Queue key=asked.with_untracked(|asked| asked.key.clone()) first=first /> }.into_any()
            }
            Err(problem) => view! {
                <div class="panel">
                    <ProblemPanel
                        problem=problem
                        title="What waits to be judged could not be loaded"
                        retry=Callback::new(move |()| loaded.refetch())
                    />
                </div>
            }
            .into_any(),
        })
    };
    let sub = move || {
        let key = asked.with(|asked| asked.key.clone());
        match (key.evaluation.is_empty(), key.number) {
            (true, _) => view! { "The newest experiment in " {place.get_value()} }.into_any(),
            (false, 0) => view! { "The newest experiment of " {key.evaluation} }.into_any(),
            (false, number) => {
                let href = address::experiment(&key.namespace, &key.evaluation, number);
                view! {
                    <a class="u" href=href>
                        "Experiment "
                        {number}
                    </a>
                    " of "
                    {key.evaluation}
                }
                .into_any()
            }
        }
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1 grow">
                    <h1>"Judge by hand"</h1>
                    <p class="sub">
                        {sub}
                        ". What you say shows how far the judge can be trusted; its own score is shown after yours."
                    </p>
                </div>
            </div>
            <Transition fallback=|| view! { <Skeleton label="Loading what waits" lines=8 /> }>{body}</Transition>
        </div>
    }
}

#[component]
fn Queue(key: ExperimentKey, first: Loaded) -> impl IntoView {
    let work = Annotating::open(key.clone(), first);
    let nothing = Memo::new(move |_| work.current.with(Option::is_none));
    let progress = move || {
        let (judged, waiting) = work.progress();
        let all = judged + waiting;
        let share = (judged * 100).checked_div(all).unwrap_or(0);
        view! {
            <div class="row wrap">
                <span class="t2 nowrap">{format!("{judged} judged, {waiting} wait")}</span>
                <div
                    class="meter grow"
                    role="progressbar"
                    aria-label="Judged by you"
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=share.to_string()
                >
                    <i style=format!("width:{share}%")></i>
                </div>
            </div>
        }
    };
    let done = {
        let key = key.clone();
        move || {
            let judged = work.progress().0;
            let (title, text) = match judged {
                0 => (
                    "Nothing waits to be judged".to_owned(),
                    "Answers wait here when an experiment has scored them.".to_owned(),
                ),
                judged => (
                    format!("All done: {}", words::count(judged, "answer judged", "answers judged")),
                    "The panel beside says how far people and the judge agree.".to_owned(),
                ),
            };
            let (place, label) = match (key.evaluation.is_empty(), key.number) {
                (true, _) => {
                    (address::list(Some(&key.namespace), Kind::Evaluation), "All evaluations".to_owned())
                }
                (false, 0) => {
                    let object = ObjectKey::new(Kind::Evaluation, &key.namespace, &key.evaluation);
                    (address::object(&object), format!("Open {}", key.evaluation))
                }
                (false, number) => (
                    address::experiment(&key.namespace, &key.evaluation, number),
                    format!("Experiment {number}"),
                ),
            };
            view! {
                <div class="panel">
                    <EmptyState title=title text=text>
                        <LinkButton label=label href=place icon="gauge" />
                    </EmptyState>
                </div>
            }
        }
    };
    view! {
        {progress}
        <div class="split stackable">
            <div class="stack stack-4">
                {move || match nothing.get() {
                    true => done().into_any(),
                    false => view! { <Answer work=work /> }.into_any(),
                }}
            </div>
            <div class="pane stack stack-4">
                <div hidden=nothing>
                    <Rubric work=work />
                </div>
                <AgreementPanel work=work />
                <p class="xs t3 hide-s">
                    <Icon name="keyboard" small=true />
                    " "
                    <kbd>"1"</kbd>
                    " to "
                    <kbd>"5"</kbd>
                    " score, "
                    <kbd>"p"</kbd>
                    " pass, "
                    <kbd>"f"</kbd>
                    " fail, "
                    <kbd>"n"</kbd>
                    " note, "
                    <kbd>"↵"</kbd>
                    " save and next, "
                    <kbd>"s"</kbd>
                    " skip"
                </p>
            </div>
        </div>
    }
}

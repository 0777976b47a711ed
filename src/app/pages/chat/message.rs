//! A message and its answers.

use leptos::prelude::*;

use super::store::{ChatStore, in_flight};
use crate::api::queries::{get_run, rerun_query};
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, CopyButton, Icon, StatusMark};
use crate::app::deletes::use_deletes;
use crate::app::pages::run::store::RunStore;
use crate::app::pages::run::turn::Turn;
use crate::app::pages::run::{Asked, Fault, Notes, TurnItem, announce_turns};
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::views::cost::Cost;
use crate::views::problem::Problem;
use crate::views::run::RunView;

/// A query of the conversation: what was asked, and what each target says to it.
#[component]
pub fn Message(
    /// The page.
    store: ChatStore,
    /// The run as it was fetched.
    view: RunView,
) -> impl IntoView {
    let run = if in_flight(&view) { RunStore::follow(view) } else { RunStore::still(view) };
    report(store, run);
    announce_turns(run);
    let (input, images, created) = run.peek(|run| (run.input.clone(), run.images.clone(), run.created_ms));
    let status = run.status();
    let flies = run.in_flight();
    let turns = run.select(|run| run.turns.iter().map(|turn| turn.target).collect::<Vec<_>>());
    let notices = run.select(|run| run.notices.clone());
    let failure = run.select(|run| run.failure.clone());
    let way_out = retry(store, run);
    let fault_way_out = way_out.clone();
    let fault_of = run.peek(|run| run.key.clone());
    let pictures = images
        .into_iter()
        .enumerate()
        .map(|(at, url)| view! { <img class="pic" src=url alt=format!("Image {}", at + 1) /> })
        .collect_view();
    let has_text = !input.trim().is_empty();
    let aside = view! {
        <span class="meta">
            <crate::app::components::Ago at=created />
        </span>
    }
    .into_any();
    view! {
        <Asked name="You" aside=aside>
            {has_text.then(|| view! { <p class="whitespace-pre-line">{input}</p> })}
            <div class="pics">{pictures}</div>
        </Asked>
        <Notes notices=notices />
        <For
            each=move || turns.get()
            key=|target| *target
            children=move |target| view! { <TurnItem run=run target=target way_out=way_out.clone() /> }
        />
        {move || {
            failure
                .get()
                .map(|failure| {
                    view! {
                        <li class="turn">
                            <span></span>
                            <div class="body">
                                <Fault failure=failure query=fault_of.clone() way_out=fault_way_out.clone() />
                            </div>
                        </li>
                    }
                })
        }}
        <li class="tacts">
            <Show when=move || flies.get()>
                <StatusMark status=status />
            </Show>
            <Acts store=store run=run />
        </li>
    }
}

/// Tells the page what its parts need to know of a run.
fn report(store: ChatStore, run: RunStore) {
    let key = run.peek(|run| run.key.clone());
    let flies = run.in_flight();
    let named = key.clone();
    Effect::new(move |_| store.set_flying(&named, flies.get()));
    let stopping = store.stopping;
    Effect::new(move |_| {
        let asked = stopping.get();
        run.set_canceling(asked && run.peek(|run| !run.ended()));
    });
    let uid = run.peek(|run| run.uid.clone());
    let told = run.select(|run| run.memory.clone());
    Effect::new(move |_| {
        let newest = store.turns.with(|turns| turns.last().is_some_and(|run| run.uid == uid));
        if newest {
            store.memory.set(told.get().map(|(_, told)| told));
        }
    });
    let model = run.model();
    Effect::new(move |_| {
        model.track();
        store.grown.update(|grown| *grown = grown.wrapping_add(1));
    });
    on_cleanup(move || store.set_flying(&key, false));
}

/// What can be done with a message.
#[component]
fn Acts(store: ChatStore, run: RunStore) -> impl IntoView {
    let deletes = use_deletes();
    let flies = run.in_flight();
    let (key, uid) = run.peek(|run| (run.key.clone(), run.uid.clone()));
    let href = address::object(&key);
    let usage = run.select(|run| {
        let tokens = run.usage.prompt + run.usage.completion;
        let (sums, unknown) = run.cost();
        let cost = Cost::words(&sums, unknown > 0 || run.truncated);
        (tokens > 0).then(|| {
            let used = format!(
                "{} in, {} out",
                words::number(run.usage.prompt),
                words::number(run.usage.completion)
            );
            std::iter::once(used).chain(cost).collect::<Vec<_>>().join(" · ")
        })
    });
    let again = send_again(store, run);
    let text = Callback::new(move |()| {
        run.peek(|run| run.turns.iter().filter_map(Turn::text).collect::<Vec<_>>().join("\n\n"))
    });
    let delete = Callback::new(move |_| deletes.delete(vec![(key.clone(), uid.clone())]));
    view! {
        <a class="btn plain sm" href=href>
            <Icon name="play" />
            <span>"Run"</span>
        </a>
        <Show when=move || !flies.get()>
            <CopyButton text=text />
            <Button
                label="Send again"
                icon="rotate-ccw"
                kind=ButtonKind::Plain
                small=true
                busy=again.pending()
                on_press=Callback::new(move |_| {
                    again.dispatch(());
                })
            />
            <Button label="Delete" icon="trash-2" kind=ButtonKind::Plain small=true on_press=delete />
        </Show>
        <span class="end">{move || usage.get().map(|usage| format!("Tokens {usage}"))}</span>
    }
}

/// The way out of a failure: the same message once more.
fn retry(store: ChatStore, run: RunStore) -> ChildrenFn {
    let again = send_again(store, run);
    std::sync::Arc::new(move || {
        view! {
            <Button
                label="Try again"
                icon="rotate-ccw"
                small=true
                busy=again.pending()
                on_press=Callback::new(move |_| {
                    again.dispatch(());
                })
            />
        }
        .into_any()
    })
}

/// Asks the same again, in the same conversation. What failed stays where it happened.
fn send_again(store: ChatStore, run: RunStore) -> Action<(), ()> {
    let toasts = use_toasts();
    browser_action(move |_: &()| async move {
        match repeat(run).await {
            Ok(new) => store.add(new),
            Err(problem) => toasts.fail(&problem),
        }
    })
}

async fn repeat(run: RunStore) -> Result<RunView, Problem> {
    let (key, conversation) = run.peek(|run| (run.key.clone(), run.conversation.clone()));
    get_run(rerun_query(key, Some(conversation)).await?).await
}

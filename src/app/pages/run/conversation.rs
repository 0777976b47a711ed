//! The conversation: the question, and a turn for each target.

use leptos::prelude::*;

use super::acts::again;
use super::earlier::earlier;
use super::store::RunStore;
use super::turn::TurnState;
use super::turn_view::{Fault, STEPS, TurnItem};
use crate::app::address;
use crate::app::components::{Button, Icon, LinkButton};
use crate::app::say::say;
use crate::resources::kind::Kind;
use crate::views::row::State;

/// The question and its answers.
#[component]
pub fn Conversation(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let input = run.peek(|run| run.input.clone());
    let asked = run.peek(|run| {
        let names: Vec<&str> = run.targets.iter().map(|key| key.name.as_str()).collect();
        format!("asked {}", names.join(", "))
    });
    let several = run.select(|run| run.turns.len() > 1);
    let turns = run.select(|run| run.turns.iter().map(|turn| turn.target).collect::<Vec<_>>());
    let notices = run.select(|run| run.memory.iter().chain(&run.notices).cloned().collect::<Vec<_>>());
    let failure = run.select(|run| run.failure.clone());
    // The way to the entries that are not here comes after that to the steps that are.
    let limit = RwSignal::new(STEPS);
    let missing = run.select(move |run| {
        let limit = limit.get();
        run.truncated && run.turns.iter().all(|turn| turn.work.parts.len() <= limit)
    });
    let status = run.status();
    let waits = move || {
        turns.with(Vec::is_empty).then(|| status.get()).and_then(|status| match status.state {
            State::Queued => Some("Waits for its turn. The answer appears here."),
            State::Running => Some("The engine has taken it up."),
            State::Canceled => Some("Canceled before anything was asked."),
            _ => None,
        })
    };
    announce_turns(run);
    let key = run.peek(|run| run.key.clone());
    let way_out: ChildrenFn = std::sync::Arc::new(move || way_out(&key).into_any());
    let fault_way_out = way_out.clone();
    let fault_of = run.peek(|run| run.key.clone());
    let aside = view! { <span class="why xs">{asked}</span> }.into_any();
    view! {
        <ol class="conv" aria-label="Question">
            <Asked name="Question" aside=aside>
                <p class="whitespace-pre-line">{input}</p>
            </Asked>
            <Notes notices=notices />
            {move || waits().map(|text| note("circle-dashed", text.to_owned()))}
        </ol>
        <div hidden=move || !missing.get()>
            {earlier(run, Callback::new(move |count: usize| limit.update(|limit| *limit += count)))}
        </div>
        <ol class=move || if several.get() { "grid g2" } else { "conv" } aria-label="Answers">
            <For
                each=move || turns.get()
                key=|target| *target
                children=move |target| {
                    view! { <TurnItem run=run target=target way_out=way_out.clone() limit=limit /> }
                }
            />
        </ol>
        {move || {
            failure
                .get()
                .map(|failure| view! { <Fault failure=failure query=fault_of.clone() way_out=fault_way_out.clone() /> })
        }}
    }
}

/// What a person asked.
#[component]
pub fn Asked(
    /// Who, or what it is.
    name: &'static str,
    /// Beside it.
    aside: AnyView,
    /// The question.
    children: Children,
) -> impl IntoView {
    view! {
        <li class="turn">
            <span class="av person" aria-hidden="true">
                <Icon name="quote" small=true />
            </span>
            <div class="body">
                <div class="hd">
                    <span class="name">{name}</span>
                    {aside}
                </div>
                <div class="ask prose">{children()}</div>
            </div>
        </li>
    }
}

/// Sentences about the whole run.
#[component]
pub fn Notes(
    /// With the entries that say them.
    notices: Memo<Vec<(u64, String)>>,
) -> impl IntoView {
    move || notices.get().into_iter().map(|(_, message)| note("info", message)).collect_view()
}

fn note(icon: &'static str, text: String) -> impl IntoView {
    view! {
        <li class="note">
            <Icon name=icon />
            <p>{text}</p>
        </li>
    }
}

/// What can be done after a failure.
fn way_out(key: &crate::views::ObjectKey) -> impl IntoView + use<> {
    let again = again(key.clone());
    let changed =
        address::create(Some(&key.namespace), Kind::Query) + &address::query([("from", key.name.clone())]);
    view! {
        <Button
            label="Run again"
            icon="rotate-ccw"
            small=true
            busy=again.pending()
            on_press=Callback::new(move |_| {
                again.dispatch(());
            })
        />
        <LinkButton label="Ask again with changes" href=changed icon="pencil" small=true />
    }
}

/// Says once for each turn how it ended; text itself is never announced while it streams.
pub fn announce_turns(run: RunStore) {
    let ends = run.select(|run| {
        let ended = run.turns.iter().filter(|turn| turn.state != TurnState::Running);
        ended
            .map(|turn| {
                let who = turn.key.as_ref().map_or("The target", |key| key.name.as_str());
                match turn.state {
                    TurnState::Failed => {
                        let why = turn.failure.as_ref().map_or("", |failure| failure.message.as_str());
                        format!("{who} failed. {why}")
                    }
                    TurnState::Canceled => format!("{who} was canceled"),
                    _ => {
                        format!("{who} finished, {}", crate::app::words::count(turn.words(), "word", "words"))
                    }
                }
            })
            .collect::<Vec<_>>()
    });
    Effect::new(move |known: Option<usize>| {
        ends.with(|ends| {
            if let Some(known) = known
                && ends.len() > known
            {
                say(&ends[known..].join(". "));
            }
            ends.len()
        })
    });
}

//! The panel beside an agent: ask, watch the answer arrive, ask again.

use leptos::prelude::*;

use crate::api::queries::{cancel_query, create_query, get_run};
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Avatar, Button, ButtonKind, ErrorLine, Sheet, StatusBadge};
use crate::app::pages::object::ObjectState;
use crate::app::pages::run::store::RunStore;
use crate::app::pages::run::{Fault, TurnBody};
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::forms::QueryForm;
use crate::views::run::RunView;

/// Questions that the panel keeps; each one follows its run. Older ones are in the tab of runs.
const MAX_KEPT: usize = 6;

/// A question of this panel.
#[derive(Clone)]
struct Asked {
    id: u32,
    run: RunView,
}

/// The panel.
#[component]
pub fn TryIt(
    /// The agent.
    state: ObjectState,
) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let asked = RwSignal::new(Vec::<Asked>::new());
    let next = StoredValue::new(0_u32);
    let problem = RwSignal::new(None::<String>);
    let text = RwSignal::new(String::new());
    let target = key.clone();
    let ask = browser_action(move |input: &String| {
        let (input, target) = (input.clone(), target.clone());
        async move {
            let answer = ask(target, input.clone()).await;
            match answer {
                Ok(run) => {
                    let id = next.try_update_value(|next| {
                        *next += 1;
                        *next
                    });
                    asked.try_update(|asked| {
                        if asked.len() >= MAX_KEPT {
                            asked.remove(0);
                        }
                        asked.push(Asked { id: id.unwrap_or_default(), run });
                    });
                }
                Err(why) => {
                    problem.try_set(Some(why));
                    // What was typed is not lost to a failure.
                    text.try_set(input);
                }
            }
        }
    });
    let send = Callback::new(move |input: String| {
        if input.trim().is_empty() || ask.pending().get_untracked() {
            return;
        }
        problem.set(None);
        text.set(String::new());
        ask.dispatch(input);
    });
    let open = RwSignal::new(false);
    let nothing = move || asked.with(Vec::is_empty) && !ask.pending().get();
    let name = key.name.clone();
    let hint = format!("Ask {name} something. Each question becomes a query of its own.");
    view! {
        <Sheet label="Try it" icon="messages-square" class="panel" open=open>
            <header>
                <h2>"Try it"</h2>
                <span class="end" hidden=nothing>
                    <Button
                        label="Clear"
                        kind=ButtonKind::Plain
                        small=true
                        on_press=Callback::new(move |_| asked.set(Vec::new()))
                    />
                </span>
            </header>
            <div class="pb stack stack-4">
                <p class="t3" hidden=move || !nothing()>
                    {hint}
                </p>
                <For
                    each=move || asked.get()
                    key=|asked| asked.id
                    children=move |asked| view! { <Answering view=asked.run send=send /> }
                />
                <p class="xs t3" hidden=move || !ask.pending().get()>
                    "Asking"
                </p>
                <div role="alert">
                    <ErrorLine error=problem />
                </div>
            </div>
            <Composer name=name text=text send=send busy=ask.pending().into() />
        </Sheet>
    }
}

/// Asks and opens the run.
async fn ask(target: ObjectKey, input: String) -> Result<RunView, String> {
    let namespace = target.namespace.clone();
    let form = QueryForm { namespace, targets: vec![target], input, ..QueryForm::default() };
    let words = |problem: crate::views::problem::Problem| {
        let field = problem.fields.first().map(|field| format!(" {}", field.message)).unwrap_or_default();
        format!("{}{field}", problem.message)
    };
    let key = create_query(form).await.map_err(words)?;
    get_run(key).await.map_err(words)
}

/// A question and its answer.
#[component]
fn Answering(view: RunView, send: Callback<String>) -> impl IntoView {
    let run = RunStore::follow(view);
    let (key, input, who) = run.peek(|run| {
        let who = run.targets.first().cloned().unwrap_or_else(|| run.key.clone());
        (run.key.clone(), run.input.clone(), who)
    });
    let status = run.status();
    let in_flight = run.in_flight();
    let turns = run.select(|run| run.turns.iter().map(|turn| turn.target).collect::<Vec<_>>());
    let failure = run.select(|run| run.failure.clone());
    let facts = run.select(|run| {
        let took = run.ended_ms.zip(run.started_ms).map(|(end, start)| words::duration(end - start));
        let tokens = run.usage.prompt + run.usage.completion;
        let tokens = (tokens > 0).then(|| format!("{} tokens", words::number(tokens)));
        took.into_iter().chain(tokens).collect::<Vec<_>>().join(" · ")
    });
    let toasts = use_toasts();
    let cancel = Action::new(move |key: &ObjectKey| {
        let key = key.clone();
        async move {
            if let Err(problem) = cancel_query(key).await {
                run.set_canceling(false);
                toasts.fail(&problem);
            }
        }
    });
    let href = address::object(&key);
    let again = input.clone();
    let no_way_out: ChildrenFn = std::sync::Arc::new(|| ().into_any());
    let fault_way_out = no_way_out.clone();
    let fault_of = key.clone();
    view! {
        <div class="msg me">
            <p class="whitespace-pre-line">{input}</p>
        </div>
        <div class="stack stack-2">
            <div class="row">
                <Avatar kind=Kind::Agent name=who.name.clone() small=true />
                <b class="cut">{who.name}</b>
                <span class="end">
                    <StatusBadge status=status />
                </span>
            </div>
            <For
                each=move || turns.get()
                key=|target| *target
                children=move |target| {
                    view! { <TurnBody run=run target=target way_out=no_way_out.clone() /> }
                }
            />
            {move || {
                failure
                    .get()
                    .map(|failure| view! { <Fault failure=failure query=fault_of.clone() way_out=fault_way_out.clone() /> })
            }}
            <div class="row wrap xs t3">
                <a href=href>"Open run"</a>
                <span>{facts}</span>
                <span class="end row">
                    <Show when=move || in_flight.get()>
                        {
                            let key = key.clone();
                            view! {
                                <Button
                                    label="Stop"
                                    icon="square"
                                    small=true
                                    busy=Signal::derive(move || run.canceling())
                                    on_press=Callback::new(move |_| {
                                        run.set_canceling(true);
                                        cancel.dispatch(key.clone());
                                    })
                                />
                            }
                        }
                    </Show>
                    <Show when=move || !in_flight.get()>
                        {
                            let again = again.clone();
                            view! {
                                <Button
                                    label="Ask again"
                                    icon="rotate-ccw"
                                    kind=ButtonKind::Plain
                                    small=true
                                    on_press=Callback::new(move |_| send.run(again.clone()))
                                />
                            }
                        }
                    </Show>
                </span>
            </div>
        </div>
    }
}

/// Where the question is typed. Enter sends, Shift and Enter make a line.
#[component]
fn Composer(
    name: String,
    text: RwSignal<String>,
    send: Callback<String>,
    busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send.run(text.get_untracked());
            }
        >
            <label class="vh" for="try-it">
                "Question"
            </label>
            <textarea
                class="in"
                id="try-it"
                rows="2"
                placeholder=format!("Ask {name}")
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                        event.prevent_default();
                        send.run(text.get_untracked());
                    }
                }
            ></textarea>
            <div class="row">
                <span class="xs t3">"Enter sends"</span>
                <span class="end">
                    <Button
                        label="Ask"
                        icon="send"
                        kind=ButtonKind::Primary
                        small=true
                        submit=true
                        busy=busy
                    />
                </span>
            </div>
        </form>
    }
}

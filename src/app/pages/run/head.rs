//! The head of a run: name, state, question, acts, facts.

use leptos::prelude::*;

use super::acts::RunActs;
use super::store::RunStore;
use crate::app::address;
use crate::app::clock::use_clock;
use crate::app::components::{Ago, Avatar, StatusBadge};
use crate::app::words;
use crate::views::ObjectKey;

/// Name, state, question and acts.
#[component]
pub fn RunHead(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let (name, input) = run.peek(|run| (run.key.name.clone(), run.input.clone()));
    let status = run.status();
    view! {
        <div class="head">
            <div class="stack stack-1 grow">
                <div class="row wrap">
                    <h1>{name}</h1>
                    <StatusBadge status=status />
                </div>
                <p class="sub cut2">{input}</p>
            </div>
            <RunActs run=run />
        </div>
    }
}

/// Figures of the run.
#[component]
pub fn RunFacts(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let (targets, created, timeout, session) =
        run.peek(|run| (run.targets.clone(), run.created_ms, run.timeout_ms, run.session.clone()));
    let clock = use_clock();
    let in_flight = run.in_flight();
    let times = run.select(|run| (run.started_ms, run.ended_ms));
    let usage = run.select(|run| run.usage);
    let cost = run.select(|run| (run.cost(), run.truncated));
    let calls = run.select(|run| run.call_counts());
    let first = run.select(|run| run.first_token_ms());
    let elapsed = move || match times.get() {
        (Some(start), Some(end)) => words::duration(end - start),
        (Some(start), None) if in_flight.get() => words::elapsed(clock.now() - start),
        (None, None) if in_flight.get() => format!("{} in the queue", words::elapsed(clock.now() - created)),
        _ => "–".to_owned(),
    };
    // Nothing was counted before the first answer: unknown is not 0.
    let known = move |tokens: i64| {
        let usage = usage.get();
        if usage.prompt + usage.completion == 0 { "–".to_owned() } else { words::number(tokens) }
    };
    let cached = move || {
        let cached = usage.get().cached;
        (cached > 0).then(|| view! { <small>{words::number(cached)} " cached"</small> })
    };
    view! {
        <dl class="facts">
            <div>
                <dt>{if targets.len() > 1 { "Targets" } else { "Target" }}</dt>
                <dd class="row">{targets.into_iter().map(target_view).collect_view()}</dd>
            </div>
            <div>
                <dt>"Elapsed"</dt>
                <dd>{elapsed} " " <small>"of " {words::budget(timeout)}</small></dd>
            </div>
            <div>
                <dt>"Tokens in"</dt>
                <dd>{move || known(usage.get().prompt)} " " {cached}</dd>
            </div>
            <div>
                <dt>"Tokens out"</dt>
                <dd>{move || known(usage.get().completion)}</dd>
            </div>
            {move || {
                let ((sums, unknown), truncated) = cost.get();
                let sum = sums.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
                let note = match unknown {
                    // Older entries are not here yet.
                    _ if truncated => "at least".to_owned(),
                    0 => String::new(),
                    n => format!("{} without a price", words::count(n, "call", "calls")),
                };
                // An unknown price is not 0.
                (!sums.is_empty())
                    .then(|| {
                        view! {
                            <div>
                                <dt>"Cost"</dt>
                                <dd>{sum} " " <small>{note}</small></dd>
                            </div>
                        }
                    })
            }}
            <div>
                <dt>"Model calls"</dt>
                <dd>{move || calls.get().0}</dd>
            </div>
            {move || {
                let tools = calls.get().1;
                (tools > 0)
                    .then(|| {
                        view! {
                            <div>
                                <dt>"Tool calls"</dt>
                                <dd>{tools}</dd>
                            </div>
                        }
                    })
            }}
            {move || {
                first
                    .get()
                    .map(|ms| {
                        view! {
                            <div class="hide-s">
                                <dt>"First token"</dt>
                                <dd>{words::duration(ms)}</dd>
                            </div>
                        }
                    })
            }}
            {session
                .map(|session| {
                    view! {
                        <div class="hide-lg">
                            <dt>"Session"</dt>
                            <dd>{session}</dd>
                        </div>
                    }
                })}
            <div class="hide-s">
                <dt>"Started"</dt>
                <dd>
                    <Ago at=Signal::derive(move || times.get().0.unwrap_or(created)) />
                </dd>
            </div>
        </dl>
    }
}

fn target_view(key: ObjectKey) -> impl IntoView {
    let href = address::object(&key);
    view! {
        <span class="who">
            <Avatar kind=key.kind name=key.name.clone() small=true />
            <span class="cut">
                <a class="name" href=href>
                    {key.name}
                </a>
            </span>
        </span>
    }
}

//! The panels of home.

use leptos::prelude::*;

use super::rows::{any, live_rows};
use crate::app::address;
use crate::app::components::{Ago, Avatar, Elapsed, Icon, ObjectLink, StatusMark};
use crate::resources::kind::Kind;
use crate::views::home::HomeView;
use crate::views::row::{Row, State};

/// What is in flight.
#[component]
pub fn RunsNow(home: Signal<HomeView>, namespace: Option<String>) -> impl IntoView {
    let filled = any(home, |home| &home.in_flight);
    let all = address::list(namespace.as_deref(), Kind::Query);
    view! {
        <section class="panel" aria-labelledby="h-now">
            <header>
                <h2 id="h-now">"Runs now"</h2>
                <span class="xs t3">"live"</span>
                <a class="end" href=all>
                    "All queries"
                </a>
            </header>
            <div class="tw" tabindex="0" role="group" aria-label="Table of runs" hidden=move || !filled.get()>
                <table class="rows two">
                    <thead>
                        <tr>
                            <th scope="col">"Query"</th>
                            <th scope="col">"Target"</th>
                            <th scope="col" class="hide-lg">
                                "What"
                            </th>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="num">
                                "Elapsed"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{live_rows(home, |home| &home.in_flight, run_row)}</tbody>
                </table>
            </div>
            <p class="pb t3" hidden=filled>
                "Nothing runs right now."
            </p>
        </section>
    }
}

fn run_row(row: Memo<Row>) -> impl IntoView {
    let key = row.with_untracked(|row| row.key.clone());
    let target = row.with_untracked(|row| row.target().cloned());
    view! {
        <tr>
            <td class="l1">
                <a class="name mono xs nowrap" href=address::object(&key)>
                    {key.name.clone()}
                </a>
            </td>
            <td class="l2">
                {target
                    .map(|target| {
                        view! {
                            <span class="who">
                                <Avatar kind=target.kind name=target.name.clone() small=true />
                                <span class="cut">
                                    <ObjectLink object=target />
                                </span>
                            </span>
                        }
                    })}
            </td>
            <td class="off hide-lg io">
                <span class="cut t2 block">{move || row.with(|row| row.summary.clone())}</span>
            </td>
            <td class="l1e">
                <StatusMark status=Signal::derive(move || row.with(|row| row.status.clone())) />
            </td>
            <td class="num l2e">
                <Elapsed
                    start=Signal::derive(move || row.with(|row| Some(row.started_ms.unwrap_or(row.created_ms))))
                    end=Signal::derive(move || row.with(|row| row.ended_ms))
                />
            </td>
        </tr>
    }
}

/// What failed in the last hour, with why.
#[component]
pub fn Failures(home: Signal<HomeView>, namespace: Option<String>) -> impl IntoView {
    let filled = any(home, |home| &home.failures);
    let all = format!("{}?status=failed", address::list(namespace.as_deref(), Kind::Query));
    view! {
        <section class="panel" aria-labelledby="h-failed" hidden=move || !filled.get()>
            <header>
                <h2 id="h-failed">"Failed in the last hour"</h2>
                <a class="end" href=all>
                    "All failures"
                </a>
            </header>
            {live_rows(home, |home| &home.failures, |row| line(row, Words::Reason))}
        </section>
    }
}

/// What waits for a person.
#[component]
pub fn NeedsYou(home: Signal<HomeView>) -> impl IntoView {
    let filled = any(home, |home| &home.needs_you);
    let count = Memo::new(move |_| home.with(|home| home.waiting));
    view! {
        <section class="panel" aria-labelledby="h-needs">
            <header>
                <h2 id="h-needs">"Waits for a person"</h2>
                <span class="badge s-waiting" hidden=move || count.get() == 0>
                    <Icon name="hand" />
                    {count}
                </span>
                <a class="end" href=address::APPROVALS>
                    "Open inbox"
                </a>
            </header>
            {live_rows(home, |home| &home.needs_you, waiting_line)}
            <p class="pb t3" hidden=filled>
                "Nothing waits for you."
            </p>
        </section>
    }
}

/// A call that waits: the tool, its arguments. Other things that wait are told as anything else.
fn waiting_line(row: Memo<Row>) -> AnyView {
    let (key, summary) = row.with_untracked(|row| (row.key.clone(), row.summary.clone()));
    if key.kind != Kind::A2ATask {
        return line(row, Words::Reason).into_any();
    }
    let (tool, arguments) = summary.split_once(' ').unwrap_or((&summary, ""));
    view! {
        <a class="act" href=address::approval(&key)>
            <Avatar kind=Kind::Tool name=tool.to_owned() />
            <span class="cut" title=summary.clone()>
                <b>{tool.to_owned()}</b>
                " "
                <span class="t2">{arguments.to_owned()}</span>
            </span>
            <span class="xs t3 nowrap">
                <Ago at=row.with_untracked(|row| row.created_ms) />
            </span>
        </a>
    }
    .into_any()
}

/// What is not ready, with why.
#[component]
pub fn Broken(home: Signal<HomeView>) -> impl IntoView {
    let filled = any(home, |home| &home.broken);
    view! {
        <section class="panel" aria-labelledby="h-broken">
            <header>
                <h2 id="h-broken">"Not ready"</h2>
                <span class="badge s-failed" hidden=move || !filled.get()>
                    <Icon name="octagon-x" />
                    {move || home.with(|home| home.broken.len())}
                </span>
            </header>
            {live_rows(home, |home| &home.broken, |row| line(row, Words::Reason))}
            <p class="row pb good" hidden=filled>
                <Icon name="circle-check" small=true />
                "Nothing is broken."
            </p>
        </section>
    }
}

/// What ended last.
#[component]
pub fn Recent(home: Signal<HomeView>, namespace: Option<String>) -> impl IntoView {
    let filled = any(home, |home| &home.recent);
    let all = address::list(namespace.as_deref(), Kind::Query);
    view! {
        <section class="panel" aria-labelledby="h-recent">
            <header>
                <h2 id="h-recent">"Recent"</h2>
                <a class="end" href=all>
                    "All queries"
                </a>
            </header>
            {live_rows(home, |home| &home.recent, |row| line(row, Words::Summary))}
            <p class="pb t3" hidden=filled>
                "No query has ended yet."
            </p>
        </section>
    }
}

/// What stands beside the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// Why it is in its state.
    Reason,
    /// What it is or answered.
    Summary,
}

/// A line: mark, name and words, time.
fn line(row: Memo<Row>, words: Words) -> impl IntoView {
    let key = row.with_untracked(|row| row.key.clone());
    let mark = row.with_untracked(|row| row.target().cloned());
    let mark = mark.unwrap_or_else(|| key.clone());
    let text = move || {
        row.with(|row| match (words, &row.status.reason) {
            (Words::Reason, Some(reason)) => reason.clone(),
            _ => row.summary.clone(),
        })
    };
    let status = Memo::new(move |_| row.with(|row| row.status.clone()));
    view! {
        <a class="act" href=address::object(&key)>
            <Avatar kind=mark.kind name=mark.name.clone() />
            <span class="cut" title=text>
                <b>{key.name.clone()}</b>
                " "
                <span class="t2">{text}</span>
            </span>
            <span class="xs t3 nowrap row">
                {move || {
                    // What went well says when; what did not says that first.
                    let (end, well) = row.with(|row| (row.ended_ms, row.status.state == State::Done));
                    let mark = (end.is_none() || (words == Words::Summary && !well))
                        .then(|| view! { <StatusMark status=status /> });
                    view! {
                        {mark}
                        {end.map(|end| view! { <Ago at=end /> })}
                    }
                }}
            </span>
        </a>
    }
}

//! The figures at the top.

use leptos::prelude::*;

use crate::app::address;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::home::HomeView;

/// Running, waiting, failed, and the last 24 hours.
#[component]
pub fn Figures(
    /// Home.
    home: Signal<HomeView>,
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let queries = address::list(namespace.as_deref(), Kind::Query);
    let only = |states: &str| format!("{queries}?status={states}");
    let read = move |part: fn(&HomeView) -> i64| Memo::new(move |_| home.with(part));
    let figure = move |part: fn(&HomeView) -> i64| {
        let value = read(part);
        move || words::number(value.get())
    };
    let queued = read(|home| count(home.queued));
    let finished = read(|home| count(home.finished_last_hour));
    let waiting = read(|home| count(home.waiting));
    let failed = read(|home| count(home.failed_last_hour));
    view! {
        <section class="panel figs" aria-label="Figures">
            <a href=only("running,queued")>
                <span class="xs t3">"Running now"</span>
                <span class="f">{figure(|home| count(home.running.saturating_sub(home.queued)))}</span>
                <span class="xs t2">{move || words::number(queued.get())} " queued"</span>
            </a>
            <a href=address::APPROVALS>
                <span class="xs t3">"Waiting for a person"</span>
                <span class="f" class:warn=move || waiting.get() != 0>
                    {figure(|home| count(home.waiting))}
                </span>
            </a>
            <a href=only("failed")>
                <span class="xs t3">"Failed, last hour"</span>
                <span class="f" class:bad=move || failed.get() != 0>
                    {figure(|home| count(home.failed_last_hour))}
                </span>
                <span class="xs t2">"of " {move || words::number(finished.get())} " finished"</span>
            </a>
            <a href=queries.clone()>
                <span class="xs t3">"Queries, 24 h"</span>
                <span class="f">{figure(|home| count(home.queries_24h))}</span>
            </a>
            <div>
                <span class="xs t3">"Tokens, 24 h"</span>
                <span class="f">{figure(|home| home.tokens_24h)}</span>
                <span class="xs t2">"in and out"</span>
            </div>
        </section>
    }
}

fn count(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

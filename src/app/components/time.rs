//! Times that tick. The server words them against its own clock and hands that moment over, so that the first
//! words in the browser are the same and nothing moves; from then on the browser ticks.

use leptos::prelude::*;

use crate::app::clock::use_clock;
use crate::app::words;

/// How long ago something was, ticking; the full moment on hover.
#[component]
pub fn Ago(
    /// When.
    #[prop(into)]
    at: Signal<i64>,
    /// Without `ago`, as in a column of ages.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let clock = use_clock();
    let text = move || {
        let (at, now) = (at.get(), clock.now());
        if bare { words::span(now - at) } else { words::ago(at, now) }
    };
    view! {
        <time datetime=move || words::rfc3339(at.get()) title=move || words::absolute(at.get())>
            {text}
        </time>
    }
}

/// The clock of a run: ticks while `end` is absent, then says what it took.
#[component]
pub fn Elapsed(
    /// Start; nothing runs before it.
    #[prop(into)]
    start: Signal<Option<i64>>,
    /// End.
    #[prop(into)]
    end: Signal<Option<i64>>,
) -> impl IntoView {
    let clock = use_clock();
    let text = move || match (start.get(), end.get()) {
        (Some(start), Some(end)) => words::duration(end - start),
        (Some(start), None) => words::elapsed(clock.now() - start),
        (None, _) => "–".to_owned(),
    };
    view! { <span class="nowrap">{text}</span> }
}

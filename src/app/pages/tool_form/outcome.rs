//! What came of a call on the bench.

use leptos::prelude::*;

use crate::app::components::{Code, Icon, ProblemPanel};
use crate::app::pages::run::journal::pretty;
use crate::app::words;
use crate::views::forms::ToolTrial;
use crate::views::problem::Problem;

/// Status, time, the answer as it came, and what a model would be told.
#[component]
pub fn Outcome(
    /// The last call.
    result: Signal<Option<Result<ToolTrial, Problem>>>,
    /// A filter is set.
    filtered: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="stack" role="status">
            {move || {
                result
                    .get()
                    .map(|result| match result {
                        Ok(trial) => trial_view(trial, filtered.get_untracked()).into_any(),
                        Err(problem) => {
                            view! { <ProblemPanel problem=problem title="The tool was not tried" /> }.into_any()
                        }
                    })
            }}
        </div>
    }
}

fn trial_view(trial: ToolTrial, filtered: bool) -> impl IntoView {
    let ToolTrial { status, body, content, is_error, duration_ms } = trial;
    let (class, icon, word) = match is_error {
        false => ("st s-done", "circle-check", "Answered"),
        true => ("st s-failed", "octagon-x", "Failed"),
    };
    let bytes = words::count(body.len(), "byte", "bytes");
    let facts = match status {
        Some(status) => format!("HTTP {status} after {}, {bytes}", words::duration(duration_ms)),
        None => format!("after {}", words::duration(duration_ms)),
    };
    // What a model is told is the answer itself, unless a filter shaped it or it is an error.
    let told = filtered || is_error || status.is_none();
    let title = match (is_error, filtered) {
        (true, _) => "What a model is told",
        (false, true) => "After the filter",
        (false, false) => "Result",
    };
    view! {
        <div class="row wrap">
            <span class=class>
                <Icon name=icon />
                {word}
            </span>
            <span class="t2">{facts}</span>
        </div>
        {told
            .then(|| {
                view! {
                    <div class="stack stack-1">
                        <h3 class="xs t2 med">{title}</h3>
                        <Code label=title text=Signal::stored(pretty(&content)) fold=true />
                    </div>
                }
            })}
        {status
            .map(|_| {
                view! {
                    <div class="stack stack-1">
                        <h3 class="xs t2 med">"Body"</h3>
                        <Code label="Body" text=Signal::stored(pretty(&body)) fold=true />
                    </div>
                }
            })}
    }
}

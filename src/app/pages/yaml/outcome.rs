//! What the server says about a text: errors with their lines, warnings, the difference.

use leptos::prelude::*;

use super::editor::go_to_line;
use super::session::{Session, Verdict};
use crate::app::components::{Banner, Diff, Icon, Tone, problem_title};
use crate::views::problem::Problem;
use crate::views::yaml::ApplyOutcome;

/// Under the editor: the last verdict, said to those who hear the page.
#[component]
pub fn Outcome(
    /// The editing.
    session: Session,
) -> impl IntoView {
    view! {
        <div role="status" aria-live="polite" class="stack">
            {move || match session.verdict.get() {
                Verdict::None | Verdict::Conflict { .. } => ().into_any(),
                Verdict::Refused(problem) => refused(problem).into_any(),
                Verdict::Checked(outcome) => checked(outcome).into_any(),
            }}
        </div>
    }
}

fn refused(problem: Problem) -> impl IntoView {
    let next = problem.next.clone().unwrap_or_default();
    view! {
        <section class="panel">
            <header>
                <span class="badge s-failed">
                    <Icon name="octagon-x" />
                    {problem_title(problem.code)}
                </span>
            </header>
            <div class="pb stack stack-2">
                <p>{problem.message}</p>
                {(!next.is_empty()).then(|| view! { <p class="t2">{next}</p> })}
                <ul class="stack stack-1">
                    {problem
                        .fields
                        .into_iter()
                        .map(|field| {
                            let place = match field.line {
                                Some(line) => {
                                    view! {
                                        <button
                                            type="button"
                                            class="btn sm plain"
                                            on:click=move |_| go_to_line(line)
                                        >
                                            {format!("Line {line}")}
                                        </button>
                                    }
                                        .into_any()
                                }
                                None => ().into_any(),
                            };
                            view! {
                                <li class="row top">
                                    {place} <span>
                                        <span class="mono">{field.field}</span>
                                        " "
                                        {field.message}
                                    </span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </div>
        </section>
    }
}

fn checked(outcome: ApplyOutcome) -> impl IntoView {
    let title = match (outcome.created, outcome.diff.is_empty()) {
        (true, _) => "Valid. Applying it creates this",
        (false, true) => "Valid. Nothing would change",
        (false, false) => "Valid. Applying it changes this",
    };
    view! {
        {(!outcome.warnings.is_empty())
            .then(|| {
                view! { <Banner tone=Tone::Waiting lead="The API server warns." text=outcome.warnings.join(" ") /> }
            })}
        <section class="panel">
            <header>
                <span class="badge s-done">
                    <Icon name="circle-check" />
                    "Checked"
                </span>
                <h2>{title}</h2>
            </header>
            {(!outcome.diff.is_empty())
                .then(|| view! { <Diff label="What applying the text changes" lines=outcome.diff /> })}
        </section>
    }
}

//! The evaluations of a batch, as they come in.

use leptos::prelude::*;

use crate::app::address;
use crate::app::components::{Score, StatusMark};
use crate::views::evaluation::{ChildView, EvaluationView};
use crate::views::experiments::Progress as Figures;

/// How far it is, and its evaluations.
#[component]
pub fn Members(
    /// The batch.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let children = Memo::new(move |_| view.with(|view| view.children.clone()));
    let progress = Memo::new(move |_| view.with(|view| view.progress.clone()));
    let none = move || children.with(Vec::is_empty);
    view! {
        <Progress progress=progress />
        <section class="panel">
            <header>
                <h2>"Evaluations"</h2>
            </header>
            <p class="pb t2" hidden=move || !none()>
                "They appear here as they are made."
            </p>
            <div class="tw" tabindex="0" role="region" aria-label="Evaluations" hidden=none>
                <table class="two">
                    <thead>
                        <tr>
                            <th scope="col">"Evaluation"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Score"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || children.get()
                            key=|child| (child.key.clone(), child.status.word.clone(), child.score)
                            children=row
                        />
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn row(child: ChildView) -> impl IntoView {
    let href = address::object(&child.key);
    let ended = child.score.is_some().then_some(child.passed);
    view! {
        <tr>
            <td class="l1 wide">
                <a class="name" href=href>
                    {child.key.name}
                </a>
                {(!child.message.is_empty()).then(|| view! { <p class="xs t2 reason">{child.message}</p> })}
            </td>
            <td class="l1e">
                <StatusMark status=Signal::stored(child.status) />
            </td>
            <td class="l2">
                {match child.score {
                    Some(score) => view! { <Score thousandths=score passed=ended /> }.into_any(),
                    None => view! { <span class="t3">"–"</span> }.into_any(),
                }}
            </td>
        </tr>
    }
}

/// `41 of 60, 8 running, 1 failed`, with a bar; nothing before it has begun.
#[component]
pub fn Progress(
    /// How far it is.
    #[prop(into)]
    progress: Signal<Option<Figures>>,
) -> impl IntoView {
    move || {
        let figures = progress.get().filter(|figures| figures.total > 0)?;
        let ended = figures.completed + figures.failed;
        let mut text = format!("{ended} of {}", figures.total);
        for (count, word) in [(figures.running, "running"), (figures.failed, "without a score")] {
            if count > 0 {
                text.push_str(&format!(", {count} {word}"));
            }
        }
        Some(view! {
            <section class="panel">
                <header>
                    <h2>"Progress"</h2>
                    <span class="end xs t2">{text.clone()}</span>
                </header>
                <div class="pb">
                    <progress class="bar-wide" max=figures.total.to_string() value=ended.to_string() aria-label=text></progress>
                </div>
            </section>
        })
    }
}

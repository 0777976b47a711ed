//! First steps, until all are done.

use leptos::prelude::*;

use crate::app::components::{ButtonKind, Icon, LinkButton};
use crate::views::home::{HomeView, Step};

/// The steps; nothing when none is left.
#[component]
pub fn FirstSteps(
    /// Home.
    home: Signal<HomeView>,
) -> impl IntoView {
    let steps = Memo::new(move |_| home.with(|home| home.steps.clone()));
    move || {
        let steps = steps.get();
        let next = steps.iter().position(|step| !step.done)?;
        let items = steps.into_iter().enumerate().map(|(at, step)| item(at, next, step)).collect_view();
        Some(view! {
            <section class="panel" aria-labelledby="h-steps">
                <header>
                    <h2 id="h-steps">"First steps"</h2>
                </header>
                <div class="pb">
                    <ol class="steps">{items}</ol>
                </div>
            </section>
        })
    }
}

fn item(at: usize, next: usize, step: Step) -> impl IntoView {
    let (class, mark) = if step.done {
        ("ok", view! { <Icon name="check" /> }.into_any())
    } else if at == next {
        ("now", (at + 1).into_any())
    } else {
        ("", (at + 1).into_any())
    };
    let act = (at == next)
        .then(|| {
            let (label, href) = (step.title.clone(), step.href.clone());
            view! { <LinkButton label=label href=href icon="arrow-right" kind=ButtonKind::Primary small=true /> }
        })
        .into_any();
    view! {
        <li class=class>
            <span class="sn0">{mark}</span>
            <div class="row wrap">
                <span class="stack tight">
                    <b>{step.title}</b>
                    <span class="xs t2">{step.text}</span>
                </span>
                {step.done.then(|| view! { <span class="xs t3">"done"</span> })}
                <span class="end">{act}</span>
            </div>
        </li>
    }
}

//! Scores in pictures: how many items score what, what a score costs in time or money, and how each tag did.

use leptos::prelude::*;

use super::bars::Bars;
use super::choice::base_name;
use super::dots::Dots;
use super::plot::Across;
use super::store::ExperimentStore;
use super::tagged::Tagged;

/// The panel, with a choice of the picture.
#[component]
pub fn ScoreChart(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let chart = Memo::new(move |_| experiment.address.looks.with(|looks| looks.chart.clone()));
    let across = move || match chart.get().as_str() {
        "latency" => Some(Across::Latency),
        "cost" => Some(Across::Cost),
        _ => None,
    };
    let tagged = experiment.part(|view| !view.tags.is_empty());
    let choice = move |value: &'static str, word: &'static str| {
        let on = move || chart.with(|chart| chart == value);
        view! {
            <button
                type="button"
                aria-pressed=move || if on() { "true" } else { "false" }
                on:click=move |_| experiment.address.look(|looks| value.clone_into(&mut looks.chart))
            >
                {word}
            </button>
        }
    };
    view! {
        <section class="panel" aria-labelledby="h-chart">
            <header class="wrap">
                <h2 id="h-chart">"Scores"</h2>
                <div class="seg" role="group" aria-label="Picture">
                    {choice("", "How many")}
                    {choice("latency", "And time")}
                    {choice("cost", "And cost")}
                    {move || tagged.get().then(|| choice("tag", "By tag"))}
                </div>
                <Legend experiment=experiment across=Signal::derive(move || across().is_some()) />
            </header>
            {move || match across() {
                None if chart.with(|chart| chart == "tag") => view! { <Tagged experiment=experiment /> }.into_any(),
                None => view! { <Bars experiment=experiment /> }.into_any(),
                Some(across) => view! { <Dots experiment=experiment across=across /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Legend(experiment: ExperimentStore, across: Signal<bool>) -> impl IntoView {
    let names = experiment.part(|view| (view.key.number, base_name(view)));
    move || {
        let (number, base) = names.get();
        if across.get() {
            return view! {
                <span class="end legend">
                    <span>
                        <i class="x-pass"></i>
                        "passed"
                    </span>
                    <span>
                        <i class="x-fail"></i>
                        "failed"
                    </span>
                </span>
            }
            .into_any();
        }
        view! {
            <span class="end legend">
                <span>
                    <i class="x-here"></i>
                    "experiment "
                    {number}
                </span>
                {base
                    .map(|base| {
                        view! {
                            <span>
                                <i class="x-base"></i>
                                {base}
                            </span>
                        }
                    })}
            </span>
        }
        .into_any()
    }
}

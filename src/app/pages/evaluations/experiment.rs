//! An evaluation that asks a data set: its experiments, newest first, with the trend of their scores and the gate.

use leptos::prelude::*;

use super::batch::Progress;
use super::trend::Trend;
use crate::api::experiments::get_experiment;
use crate::api::wire::resource;
use crate::app::components::{Ago, Banner, EmptyState, Icon, ProblemPanel, Score, Skeleton, Tone};
use crate::app::pages::object::ObjectState;
use crate::views::evaluation::EvaluationView;
use crate::views::experiments::{
    ExperimentKey, ExperimentRef, ExperimentRequest, ExperimentState, ExperimentView, GateView,
};
use crate::views::facets::read_score;
use crate::views::problem::ProblemCode;

/// The experiments of an evaluation.
#[component]
pub fn Times(
    /// The evaluation.
    state: ObjectState,
    /// What came of it.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| ExperimentKey {
        namespace: detail.row.key.namespace.clone(),
        evaluation: detail.row.key.name.clone(),
        number: 0,
    });
    let progress = Memo::new(move |_| view.with(|view| view.progress.clone()));
    // What came of it is asked again when its object says something new.
    let told = state.part(|detail| (detail.row.status.word.clone(), detail.annotations.clone()));
    let asked = key.clone();
    let newest = resource(
        move || told.get(),
        move |_| get_experiment(ExperimentRequest { key: asked.clone(), alone: true, ..Default::default() }),
    );
    let place = StoredValue::new(format!("/ns/{}/evaluations/{}", key.namespace, key.evaluation));
    let body = move || {
        newest.get().map(|answer| match answer {
            Ok(view) => times(view, &place.get_value()).into_any(),
            Err(problem) if problem.code == ProblemCode::NotFound => view! {
                <div class="panel">
                    <EmptyState
                        title="No experiment yet"
                        text="It begins when its data set, its evaluator and whom it asks are there."
                    />
                </div>
            }
            .into_any(),
            Err(problem) => view! {
                <div class="panel">
                    <ProblemPanel
                        problem=problem
                        title="Experiments could not be loaded"
                        retry=Callback::new(move |()| newest.refetch())
                    />
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <Progress progress=progress />
        <Transition fallback=|| view! { <Skeleton label="Loading experiments" lines=5 /> }>{body}</Transition>
    }
}

fn times(view: ExperimentView, place: &str) -> impl IntoView + use<> {
    let scores = view.experiments.iter().rev().filter_map(|one| Some((one.number.to_string(), one.mean?)));
    let scores: Vec<(String, f64)> = scores.collect();
    let baseline = view.baseline;
    let rows = view.experiments.into_iter().map(|one| time(one, baseline, place)).collect_view();
    view! {
        {view.gate.map(gate)}
        <section class="panel">
            <header>
                <h2>"Experiments"</h2>
                <span class="end">
                    <Trend of="Experiment" scores=Signal::stored(scores) />
                </span>
            </header>
            <div class="tw" tabindex="0" role="region" aria-label="Experiments">
                <table class="two">
                    <thead>
                        <tr>
                            <th scope="col">"Experiment"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Score"</th>
                            <th scope="col" class="num">
                                "Data set"
                            </th>
                            <th scope="col" class="num">
                                "Begun"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn time(one: ExperimentRef, baseline: u32, place: &str) -> impl IntoView + use<> {
    let (class, icon, word) = match (one.state, one.gate_passed) {
        (ExperimentState::Running, _) => ("st s-running", "loader-circle", "Running"),
        (ExperimentState::Canceled, _) => ("st s-canceled", "circle-slash", "Canceled"),
        (ExperimentState::Failed, _) => ("st s-failed", "octagon-x", "Failed"),
        (ExperimentState::Done, Some(false)) => ("st s-failed", "octagon-x", "Gate failed"),
        (ExperimentState::Done, Some(true)) => ("st s-done", "circle-check", "Gate passed"),
        (ExperimentState::Done, None) => ("st s-done", "circle-check", "Done"),
    };
    let score = one.mean.and_then(|mean| read_score(&mean.to_string()));
    view! {
        <tr>
            <td class="l1">
                <a class="name" href=format!("{place}/{}", one.number)>
                    {format!("Experiment {}", one.number)}
                </a>
                {(one.number == baseline).then(|| view! { " " <span class="tag">"baseline"</span> })}
            </td>
            <td class="l1e">
                <span class=class>
                    <Icon name=icon />
                    {word}
                </span>
            </td>
            <td class="l2">
                {match score {
                    Some(score) => view! { <Score thousandths=score passed=one.gate_passed /> }.into_any(),
                    None => view! { <span class="t3">"–"</span> }.into_any(),
                }}
            </td>
            <td class="off num">{format!("v{}", one.data_set_version)}</td>
            <td class="l2e num t2">
                <Ago at=one.started_ms />
            </td>
        </tr>
    }
}

/// The gate of the newest: what holds and what does not.
fn gate(gate: GateView) -> impl IntoView {
    let failed = gate.conditions.iter().filter(|condition| !condition.passed).count();
    let lead = match gate.passed {
        true => "Gate passed.".to_owned(),
        false => format!("Gate failed, {failed} of {} conditions.", gate.conditions.len()),
    };
    let text = gate.conditions.into_iter().map(|condition| condition.text).collect::<Vec<_>>().join(" ");
    let tone = if gate.passed { Tone::Plain } else { Tone::Failed };
    let icon = if gate.passed { "circle-check" } else { "octagon-x" };
    view! { <Banner tone=tone icon=icon lead=lead text=text /> }
}

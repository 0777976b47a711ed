//! The head: which experiment, how it went, what can be done; and how far it is while it runs.

use leptos::prelude::*;

use super::acts::Acts;
use super::store::ExperimentStore;
use crate::app::address;
use crate::app::components::{Banner, StatusBadge, Tone};
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::{ExperimentState, ExperimentView, TargetName};
use crate::views::row::{State, Status};

/// The head.
#[component]
pub fn Head(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let key = experiment.view.with_untracked(|view| view.key.clone());
    let status = experiment.part(status);
    let of = experiment.part(|view| {
        (
            view.targets.clone(),
            view.data_set.clone(),
            view.data_set_version,
            view.evaluator.clone(),
            view.repeats,
        )
    });
    let deleted = experiment.part(|view| !view.exists);
    let baseline = experiment.part(|view| view.baseline != 0 && view.baseline == view.key.number);
    let namespace = key.namespace.clone();
    let sub = move || {
        let (targets, data_set, version, evaluator, repeats) = of.get();
        let link = |kind, name: &str| address::object(&ObjectKey::new(kind, &namespace, name));
        let asked = targets
            .iter()
            .enumerate()
            .map(|(at, target)| {
                let comma = if at == 0 { "" } else { ", " };
                let name = target.name.clone();
                match target_kind(target) {
                    Some(kind) => view! {
                        {comma}
                        <a class="u" href=link(kind, &target.name)>
                            {name}
                        </a>
                    }
                    .into_any(),
                    None => view! { {comma} {name} }.into_any(),
                }
            })
            .collect_view();
        let version_of = format!("{}?v={version}", address::data_set(&namespace, &data_set));
        view! {
            {asked}
            " on data set "
            <a class="u" href=version_of>
                {data_set}
                " v"
                {version}
            </a>
            {(repeats > 1).then(|| format!(", each item {repeats} times"))}
            {(!evaluator.is_empty())
                .then(|| {
                    view! {
                        ", judged by "
                        <a class="u" href=link(Kind::Evaluator, &evaluator)>
                            {evaluator.clone()}
                        </a>
                    }
                })}
        }
    };
    view! {
        <div class="head">
            <div class="stack stack-1 grow">
                <div class="row wrap">
                    <h1>{key.evaluation.clone()}</h1>
                    <span class="tag">"Experiment " {key.number}</span>
                    <StatusBadge status=status />
                    {move || baseline.get().then(|| view! { <span class="tag">"Baseline"</span> })}
                    {move || {
                        deleted
                            .get()
                            .then(|| view! { <span class="tag" title="Its figures are kept; it cannot run again.">"evaluation deleted"</span> })
                    }}
                </div>
                <p class="sub">{sub}</p>
            </div>
            <Acts experiment=experiment />
        </div>
    }
}

/// The kind of a target's object.
fn target_kind(target: &TargetName) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.noun() == target.kind)
}

/// The state as the badge says it.
fn status(view: &ExperimentView) -> Status {
    let word = |state, word: &str| Status { state, word: word.to_owned(), reason: None };
    let why = (!view.message.is_empty()).then(|| view.message.clone());
    match (view.state, view.gate.as_ref().map(|gate| gate.passed)) {
        (ExperimentState::Running, _) => word(State::Running, "Running"),
        (ExperimentState::Canceled, _) => word(State::Canceled, "Canceled"),
        (ExperimentState::Failed, _) => Status { reason: why, ..word(State::Failed, "Failed") },
        (ExperimentState::Done, Some(true)) => word(State::Done, "Gate passed"),
        (ExperimentState::Done, Some(false)) => word(State::Failed, "Gate failed"),
        (ExperimentState::Done, None) => word(State::Done, "Done"),
    }
}

/// How far it is, while it runs; why it ended, where it ended badly.
#[component]
pub fn Going(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let now = experiment.part(|view| (view.state, view.progress.clone(), view.message.clone()));
    move || {
        let (state, progress, message) = now.get();
        match state {
            ExperimentState::Running => {
                let ended = progress.completed + progress.failed;
                let lead = format!("{} of {} answers.", number(ended), number(progress.total));
                let mut text = format!("{} running", number(progress.running));
                if progress.failed > 0 {
                    text.push_str(&format!(", {} without a score", number(progress.failed)));
                }
                text.push_str(&match progress.eta_ms {
                    Some(eta) => format!(". About {} left.", words::span(eta.max(1_000))),
                    None => ". How long it takes is known after the first answers.".to_owned(),
                });
                let share = percent(ended, progress.total);
                view! {
                    <div class="stack stack-1">
                        <Banner tone=Tone::Running icon="loader-circle" lead=lead text=text />
                        <div
                            class="meter s-running"
                            style="--m:var(--xs)"
                            role="progressbar"
                            aria-label="Answers"
                            aria-valuemin="0"
                            aria-valuemax="100"
                            aria-valuenow=share.to_string()
                        >
                            <i style=format!("width:{share}%")></i>
                        </div>
                    </div>
                }
                .into_any()
            }
            ExperimentState::Failed => {
                view! { <Banner tone=Tone::Failed lead="It failed." text=message /> }.into_any()
            }
            ExperimentState::Canceled => {
                let missing = progress.total.saturating_sub(progress.completed);
                let text = format!(
                    "{} of {} answers were never scored; they are no pass.",
                    number(missing),
                    number(progress.total)
                );
                view! { <Banner icon="circle-slash" lead="Canceled." text=text /> }.into_any()
            }
            ExperimentState::Done => ().into_any(),
        }
    }
}

fn number(count: usize) -> String {
    words::number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn percent(part: usize, whole: usize) -> usize {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::experiments::GateView;

    #[test]
    fn the_badge_says_the_gate_when_it_is_known() {
        let gate = |passed| Some(GateView { passed, ..GateView::default() });
        let word = |state, gate| status(&ExperimentView { state, gate, ..ExperimentView::default() }).word;
        assert_eq!(word(ExperimentState::Running, gate(false)), "Running");
        assert_eq!(word(ExperimentState::Done, gate(false)), "Gate failed");
        assert_eq!(word(ExperimentState::Done, gate(true)), "Gate passed");
        assert_eq!(word(ExperimentState::Done, None), "Done");
    }

    #[test]
    fn shares_of_nothing_are_none() {
        assert_eq!((percent(3, 4), percent(0, 0), percent(9, 3)), (75, 0, 100));
    }
}

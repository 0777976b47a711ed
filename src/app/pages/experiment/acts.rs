//! What can be done with an experiment: run it again, stop it, make it the baseline, take it to CI, judge it by hand.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::store::ExperimentStore;
use crate::api::experiments::{cancel_evaluation, rerun_experiment, set_baseline};
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, Menu, MenuItem, copy_text};
use crate::app::toasts::use_toasts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::{ExperimentKey, ExperimentState};

/// Buttons of the head.
#[component]
pub fn Acts(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let toasts = use_toasts();
    let navigate = use_navigate();
    let key = experiment.view.with_untracked(|view| view.key.clone());
    let running = experiment.running();
    let exists = experiment.part(|view| view.exists);
    let is_baseline = experiment.part(|view| view.baseline != 0 && view.baseline == view.key.number);
    let gone = Signal::derive(move || {
        (!exists.get()).then(|| "Its evaluation was deleted: there is nothing that could run.".to_owned())
    });
    let partial = experiment.part(|view| view.state != ExperimentState::Done);
    let no_baseline = Signal::derive(move || {
        let why = "It has not all its scores: nothing can be compared with it.";
        gone.get().or_else(|| (partial.get() && !is_baseline.get()).then(|| why.to_owned()))
    });
    let again = {
        let (key, navigate) = (key.clone(), navigate.clone());
        browser_action(move |_: &()| {
            let (key, navigate) = (key.clone(), navigate.clone());
            async move {
                match rerun_experiment(key.namespace.clone(), key.evaluation.clone()).await {
                    Ok(number) => {
                        let next = address::experiment(&key.namespace, &key.evaluation, number);
                        navigate(&next, NavigateOptions::default());
                    }
                    Err(problem) => toasts.fail(&problem),
                }
            }
        })
    };
    let mark = {
        let key = key.clone();
        browser_action(move |number: &u32| {
            let key = ExperimentKey { number: *number, ..key.clone() };
            async move {
                let number = key.number;
                match set_baseline(key).await {
                    Ok(()) => {
                        experiment.view.update(|view| view.baseline = number);
                        toasts.say(match number {
                            0 => "No experiment is the baseline now.".to_owned(),
                            number => format!("Experiment {number} is the baseline now."),
                        });
                    }
                    Err(problem) => toasts.fail(&problem),
                }
            }
        })
    };
    let number = key.number;
    let baseline = Signal::derive(move || {
        if is_baseline.get() { "Take the baseline away" } else { "Make this the baseline" }.to_owned()
    });
    let by_hand = Callback::new({
        let (place, navigate) =
            (address::annotate(&key.namespace, &key.evaluation, number), navigate.clone());
        move |_| navigate(&place, NavigateOptions::default())
    });
    let evaluation = Callback::new({
        let place = address::object(&ObjectKey::new(Kind::Evaluation, &key.namespace, &key.evaluation));
        move |_| navigate(&place, NavigateOptions::default())
    });
    let command = for_ci(&key);
    let copy = Callback::new(move |_| {
        copy_text(command.clone());
        toasts.say("Copied");
    });
    let label = format!("More for experiment {number}");
    view! {
        <div class="acts">
            {move || {
                if running.get() {
                    view! { <Cancel experiment=experiment /> }.into_any()
                } else {
                    view! {
                        <Button
                            label="Run again"
                            icon="rotate-ccw"
                            shortcut="r"
                            busy=again.pending()
                            disabled=gone
                            on_press=Callback::new(move |_| {
                                again.dispatch(());
                            })
                        />
                        <Button
                            label=baseline
                            icon="flag"
                            busy=mark.pending()
                            disabled=no_baseline
                            on_press=Callback::new(move |_| {
                                mark.dispatch(if is_baseline.get_untracked() { 0 } else { number });
                            })
                        />
                    }
                        .into_any()
                }
            }}
            <Menu label=label>
                <MenuItem label="Judge by hand" icon="pencil" on_press=by_hand />
                <MenuItem label="Copy for CI" icon="terminal" on_press=copy />
                <MenuItem label="Open the evaluation" icon="gauge" on_press=evaluation />
            </Menu>
        </div>
    }
}

/// `Cancel`; says `Canceling` until the engine confirms.
#[component]
fn Cancel(experiment: ExperimentStore) -> impl IntoView {
    let toasts = use_toasts();
    let key = experiment.view.with_untracked(|view| view.key.clone());
    let asked = RwSignal::new(false);
    let cancel = browser_action(move |_: &()| {
        let key = key.clone();
        async move {
            if let Err(problem) = cancel_evaluation(key.namespace, key.evaluation).await {
                asked.try_set(false);
                toasts.fail(&problem);
            }
        }
    });
    let label = Signal::derive(move || if asked.get() { "Canceling" } else { "Cancel" }.to_owned());
    view! {
        <Button
            label=label
            icon="square"
            kind=ButtonKind::Danger
            busy=asked
            on_press=Callback::new(move |_| {
                asked.set(true);
                cancel.dispatch(());
            })
        />
    }
}

/// What a pipeline runs for the same gate: the same Evaluation, as a suite.
pub fn for_ci(key: &ExperimentKey) -> String {
    let ExperimentKey { namespace, evaluation, .. } = key;
    format!(
        "kubectl get evaluations.ark.mckinsey.com {evaluation} -n {namespace} -o yaml > {evaluation}.yaml\n\
         arkdeck evaluate -f {evaluation}.yaml -n {namespace} --context \"$CONTEXT\" --junit {evaluation}.xml"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_told_two_commands() {
        let key = ExperimentKey { namespace: "support".into(), evaluation: "refunds".into(), number: 4 };
        let lines: Vec<_> = for_ci(&key).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2);
        let wanted = "arkdeck evaluate -f refunds.yaml -n support --context \"$CONTEXT\" --junit refunds.xml";
        assert_eq!(lines[1], wanted);
    }
}

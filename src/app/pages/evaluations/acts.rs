//! What can be done with an evaluation: run again, cancel, take it to CI.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::view_of;
use crate::api::evaluations::evaluate_again;
use crate::api::experiments::{cancel_evaluation, rerun_experiment};
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, LinkButton, copy_text};
use crate::app::pages::object::ObjectState;
use crate::app::toasts::use_toasts;
use crate::views::ObjectKey;
use crate::views::row::State;

/// Buttons of the head.
#[component]
pub fn Acts(
    /// The evaluation.
    state: ObjectState,
) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let experiment = state.part(|detail| view_of(detail).form.type_ == "experiment");
    let in_flight = state
        .part(|detail| matches!(detail.row.status.state, State::Running | State::Queued | State::Waiting));
    let again = again(key.clone(), experiment);
    let asked = RwSignal::new(false);
    let cancel = cancel(key.clone(), asked);
    // Once it has ended, the next one may be canceled.
    Effect::watch(move || in_flight.get(), move |_, _, _| asked.set(false), false);
    let stop = Signal::derive(move || if asked.get() { "Canceling" } else { "Cancel" }.to_owned());
    let edit = format!("{}?tab=edit", address::object(&key));
    let copy =
        address::create(Some(&key.namespace), key.kind) + &address::query([("from", key.name.clone())]);
    let toasts = use_toasts();
    let command = for_ci(&key);
    let to_ci = Callback::new(move |_| {
        copy_text(command.clone());
        toasts.say("Copied");
    });
    let act = move || {
        if in_flight.get() {
            return view! {
                <Button
                    label=stop
                    icon="square"
                    kind=ButtonKind::Danger
                    busy=asked
                    on_press=Callback::new(move |_| {
                        asked.set(true);
                        cancel.dispatch(());
                    })
                />
            }
            .into_any();
        }
        view! {
            <Button
                label="Run again"
                icon="rotate-ccw"
                kind=ButtonKind::Primary
                busy=again.pending()
                shortcut="r"
                on_press=Callback::new(move |_| {
                    again.dispatch(());
                })
            />
        }
        .into_any()
    };
    view! {
        {move || (!state.gone.get()).then(act)}
        <Button label="Copy for CI" icon="terminal" on_press=to_ci />
        <LinkButton label="Duplicate" href=copy icon="copy" />
        <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
    }
}

/// The two lines that make this evaluation the gate of a pipeline.
fn for_ci(key: &ObjectKey) -> String {
    let (name, namespace) = (&key.name, &key.namespace);
    format!(
        "kubectl get evaluations.ark.mckinsey.com {name} -n {namespace} -o yaml > {name}.yaml\n\
         arkdeck evaluate -f {name}.yaml -n {namespace} --context \"$CONTEXT\" --junit {name}.xml"
    )
}

/// An experiment gets its next number; anything else is made anew under a name of its own, so that the old score stays.
fn again(key: ObjectKey, experiment: Memo<bool>) -> Action<(), ()> {
    let toasts = use_toasts();
    let navigate = use_navigate();
    browser_action(move |_: &()| {
        let (key, navigate, experiment) = (key.clone(), navigate.clone(), experiment.get_untracked());
        async move {
            if experiment {
                match rerun_experiment(key.namespace.clone(), key.name.clone()).await {
                    Ok(number) => toasts.say(format!("Experiment {number} begins")),
                    Err(problem) => toasts.fail(&problem),
                }
                return;
            }
            match evaluate_again(key).await {
                Ok(new) => navigate(&address::object(&new), NavigateOptions::default()),
                Err(problem) => toasts.fail(&problem),
            }
        }
    })
}

/// `asked` stays until the engine confirms, unless it was refused.
fn cancel(key: ObjectKey, asked: RwSignal<bool>) -> Action<(), ()> {
    let toasts = use_toasts();
    browser_action(move |_: &()| {
        let key = key.clone();
        async move {
            if let Err(problem) = cancel_evaluation(key.namespace, key.name).await {
                asked.try_set(false);
                toasts.fail(&problem);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;

    #[test]
    fn what_ci_runs_names_the_evaluation() {
        let text = for_ci(&ObjectKey::new(Kind::Evaluation, "lagoon", "tone"));
        assert!(
            text.ends_with("arkdeck evaluate -f tone.yaml -n lagoon --context \"$CONTEXT\" --junit tone.xml")
        );
    }
}

//! The test of a connection: each step and its time. A failed one warns and stops nobody.

use leptos::prelude::*;

use crate::api::forms::test_model;
use crate::app::act::browser_action;
use crate::app::components::{Button, Icon};
use crate::app::words;
use crate::views::forms::{ModelForm, TestReport, TestStep};
use crate::views::problem::Problem;

/// A button and what came of it.
#[component]
pub fn ConnectionTest(
    /// The model as it is in the form, asked for at the press; `None` when the form has errors.
    form: Callback<(), Option<ModelForm>>,
) -> impl IntoView {
    let report = RwSignal::new(None::<Result<TestReport, Problem>>);
    let test = browser_action(move |form: &ModelForm| {
        let form = form.clone();
        async move {
            let answer = test_model(form).await;
            report.try_set(Some(answer));
        }
    });
    let busy = test.pending();
    let label = Signal::derive(move || {
        if busy.get() {
            "Testing".to_owned()
        } else if report.with(Option::is_some) {
            "Test again".to_owned()
        } else {
            "Test connection".to_owned()
        }
    });
    let press = Callback::new(move |_| {
        if let Some(form) = form.run(()) {
            report.set(None);
            test.dispatch(form);
        }
    });
    let verdict = move || {
        report.with(|report| match report {
            None => view! { <span class="t3">"Asks the model one short question; it may cost a few tokens."</span> }
                .into_any(),
            Some(Ok(report)) => {
                let ok = report.steps.iter().all(|step| step.ok);
                let took: i64 = report.steps.iter().map(|step| step.duration_ms).sum();
                let (class, icon, word) = if ok {
                    ("st s-done", "circle-check", "Connection works")
                } else {
                    ("st s-failed", "octagon-x", "Connection failed")
                };
                view! {
                    <span class=class>
                        <Icon name=icon />
                        {word}
                    </span>
                    <span class="t2">"after " {words::duration(took)}</span>
                }
                .into_any()
            }
            Some(Err(problem)) => {
                let next = problem.next.clone().unwrap_or_default();
                view! {
                    <span class="st s-failed">
                        <Icon name="octagon-x" />
                        "Not tested"
                    </span>
                    <span class="t2">{problem.message.clone()} " " {next}</span>
                }
                .into_any()
            }
        })
    };
    let steps = move || {
        report.with(|report| match report {
            Some(Ok(report)) => report.steps.iter().cloned().map(step_view).collect_view(),
            _ => Vec::new(),
        })
    };
    view! {
        <div class="pb stack stack-2 test">
            <div class="row wrap">
                <span class="row wrap" role="status">
                    {verdict}
                </span>
                <span class="end">
                    <Button label=label icon="plug-zap" small=true busy=busy on_press=press />
                </span>
            </div>
            <ol class="stack stack-1">{steps}</ol>
        </div>
    }
}

fn step_view(step: TestStep) -> impl IntoView {
    let (class, icon, word) =
        if step.ok { ("st s-done", "circle-check", "Done") } else { ("st s-failed", "octagon-x", "Failed") };
    view! {
        <li class="row top">
            <span class=class>
                <Icon name=icon />
                <span class="vh">{word}</span>
            </span>
            <span>
                <b class="med">{step.title}</b>
                " "
                <span class="t2">{step.detail}</span>
            </span>
            <span class="end xs t3 nowrap">{words::duration(step.duration_ms)}</span>
        </li>
    }
}

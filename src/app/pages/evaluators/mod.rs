//! The page of an evaluator: what it measures, who judges, what it scores by itself, and how its scores went.

mod scores;

use std::sync::Arc;

use leptos::prelude::*;

use self::scores::Scores;
use super::object::{Conditions, Labels, ObjectLoader, ObjectState, TabContent, TabbedObject, UsedBy};
use crate::app::address;
use crate::app::components::{LinkButton, Panel, Tab};
use crate::app::pages::agents::{EvaluationsBy, words};
use crate::app::parts;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::{Detail, Specific};
use crate::views::evaluation::{EvaluatorForm, JUDGE_PARAMETERS, MetricForm};

/// The page of an evaluator.
#[component]
pub fn EvaluatorPage(
    /// The evaluator.
    object: ObjectKey,
) -> impl IntoView {
    let page = Callback::new(|state: ObjectState| view! { <Evaluator state=state /> }.into_any());
    view! { <ObjectLoader object=object page=page /> }
}

#[component]
fn Evaluator(state: ObjectState) -> impl IntoView {
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    let edit = format!("{}?tab=edit", address::object(&key));
    let create = |kind, query| address::create(Some(&key.namespace), kind) + &address::query([query]);
    let use_it = create(Kind::Evaluation, ("evaluator", key.name.clone()));
    let copy = create(Kind::Evaluator, ("from", key.name.clone()));
    let tabs = vec![Tab::new("edit", "Edit", "pencil"), Tab::new("evaluations", "Evaluations", "gauge")];
    let content: TabContent = Arc::new(move |tab| match tab {
        "edit" => parts::edit(state),
        "evaluations" => view! { <EvaluationsBy object=key.clone() /> }.into_any(),
        _ => view! { <Overview state=state /> }.into_any(),
    });
    view! {
        <TabbedObject state=state tabs=tabs content=content>
            <LinkButton label="New evaluation" href=use_it icon="gauge" />
            <LinkButton label="Duplicate" href=copy icon="copy" />
            <LinkButton label="Edit" href=edit icon="pencil" shortcut="e" />
        </TabbedObject>
    }
}

fn form_of(detail: &Detail) -> EvaluatorForm {
    match &detail.specific {
        Specific::Evaluator(form) => form.clone(),
        _ => EvaluatorForm::default(),
    }
}

#[component]
fn Overview(state: ObjectState) -> impl IntoView {
    let form = state.part(form_of);
    let key = state.detail.with_untracked(|detail| detail.row.key.clone());
    view! {
        <div class="split stackable">
            <div class="stack stack-4">
                <Measures form=form />
                <Judge form=form />
                <Scores object=key />
                <Conditions state=state />
            </div>
            <div class="stack stack-4">
                <UsedBy state=state />
                <Labels state=state />
            </div>
        </div>
    }
}

/// Each measure in words: `the answer is the expected answer`.
#[component]
fn Measures(form: Memo<EvaluatorForm>) -> impl IntoView {
    let metrics = Memo::new(move |_| form.with(|form| form.metrics.clone()));
    move || {
        let all = metrics.get();
        (!all.is_empty()).then(|| {
            view! {
                <Panel title="Measures" note="they need no model">
                    <dl class="kv pb">{all.into_iter().map(measure).collect_view()}</dl>
                </Panel>
            }
        })
    }
}

fn measure(metric: MetricForm) -> impl IntoView {
    let weight = (!metric.weight.is_empty()).then(|| format!(", weight {}", metric.weight));
    let words = metric.words();
    view! {
        <dt>{metric.label().to_owned()}</dt>
        <dd>{words} <span class="t2">{weight}</span></dd>
    }
}

/// What is said of the judge, and further parameters.
#[component]
fn Judge(form: Memo<EvaluatorForm>) -> impl IntoView {
    let lines = Memo::new(move |_| {
        form.with(|form| {
            let said = JUDGE_PARAMETERS.iter().zip(form.judge.texts());
            let said = said.filter(|(_, text)| !text.is_empty());
            let said = said.map(|(name, text)| ((*name).to_owned(), text.clone()));
            let rest = form.parameters.iter().map(|row| (row.name.clone(), words(&row.value)));
            said.chain(rest).collect::<Vec<_>>()
        })
    });
    move || {
        let all = lines.get();
        (!all.is_empty()).then(|| {
            view! {
                <Panel title="Judge and parameters">
                    <dl class="kv pb">
                        {all
                            .into_iter()
                            .map(|(name, text)| {
                                view! {
                                    <dt class="mono">{name}</dt>
                                    <dd class="whole">{text}</dd>
                                }
                            })
                            .collect_view()}
                    </dl>
                </Panel>
            }
        })
    }
}

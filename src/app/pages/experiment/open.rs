//! The open item: its scores and their reasons, its answers beside those of the baseline, what people said.

use leptos::prelude::*;

use super::choice::base_name;
use super::pane::Look;
use super::request::write_target;
use super::store::ExperimentStore;
use super::trial::{Findings, Repeats, side_by_side};
use super::words;
use crate::app::address;
use crate::app::components::{Ago, Button, Code, LinkButton};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::{AnnotationView, ItemView, TrialView};

/// Everything of one item.
#[component]
pub fn Open(
    /// The experiment.
    experiment: ExperimentStore,
    /// The item.
    item: ItemView,
    /// What of it is looked at.
    look: Look,
) -> impl IntoView {
    let Look { shown, timeline, beside } = look;
    let (key, target, base, noise) = experiment.view.with_untracked(|view| {
        let noise = view.delta.as_ref().map_or(0.0, |delta| delta.noise);
        (view.key.clone(), view.target.clone(), base_name(view), noise)
    });
    let against = base.clone().map(|base| format!(" against {base}")).unwrap_or_default();
    let row = item.row.clone();
    let missing_there = base.is_some() && item.base_trials.is_empty();
    let by = row.score.zip(row.base).map(|(score, base)| score - base);
    let trials = StoredValue::new(item.trials.clone());
    let trial = Memo::new(move |_| trials.with_value(|all| all.get(shown.get()).or(all.first()).cloned()));
    let several = item.trials.len() > 1;
    let names = (
        base.clone().unwrap_or_else(|| "baseline".to_owned()),
        format!("experiment {}, {}", key.number, words::target(&target)),
    );
    let diff = item.diff.clone();
    let disagree = format!(
        "{}&target={}&item={}",
        address::annotate(&key.namespace, &key.evaluation, key.number),
        address::encode(&write_target(&target)),
        address::encode(&row.id)
    );
    let namespace = StoredValue::new(key.namespace.clone());
    let run_link = move || {
        let trial = trial.get()?;
        let object = ObjectKey::new(Kind::Query, namespace.get_value(), &trial.query);
        Some((object, trial.query_exists))
    };
    let acts = move || {
        run_link().map(|(object, exists)| {
            let href = address::object(&object);
            if exists {
                view! {
                    <LinkButton label="Open run" href=href icon="play" small=true />
                    <Button
                        label="Timeline"
                        icon="chart-no-axes-gantt"
                        small=true
                        on_press=Callback::new(move |_| timeline.set(Some(object.clone())))
                    />
                }
                .into_any()
            } else if object.name.is_empty() {
                ().into_any()
            } else {
                view! { <span class="xs t3">"Run " <span class="mono">{object.name.clone()}</span> " was deleted."</span> }
                    .into_any()
            }
        })
    };
    let facts = move || {
        trial.get().map(|trial| {
            let judge = (!trial.judge.is_empty()).then(|| {
                view! {
                    <dt>"Judge"</dt>
                    <dd>{trial.judge.clone()}</dd>
                }
            });
            let took = trial.latency_ms.map(|ms| {
                let paid = words::costs(&trial.costs);
                view! {
                    <dt>"Answer"</dt>
                    <dd>{crate::app::words::duration(ms)} ", " {paid}</dd>
                }
            });
            view! { {judge} {took} }
        })
    };
    let findings =
        move || trial.get().map(|trial| view! { <Findings findings=trial.findings error=trial.error /> });
    let answer = {
        let (diff, base) = (diff.clone(), base.clone());
        move || {
            let first = shown.get() == 0;
            match (&diff, first) {
                (Some(diff), true) => view! {
                    <section class="stack stack-2">
                        <div class="row wrap">
                            <h3 class="xs t3 med">"Answer"</h3>
                            <span class="xs t3 end">{base.clone()} " to here"</span>
                        </div>
                        {super::trial::one_column(diff)}
                        <div class="row wrap">
                            <Button
                                label="Side by side"
                                icon="columns-2"
                                small=true
                                on_press=Callback::new(move |_| beside.set(true))
                            />
                        </div>
                    </section>
                }
                .into_any(),
                _ => trial.get().map(|trial| output("Answer", trial)).into_any(),
            }
        }
    };
    let people = item.annotations.clone();
    view! {
        <div class="pb stack stack-4">
            <dl class="kv">
                <dt>"Item"</dt>
                <dd class="mono xs">{row.id.clone()}</dd>
                <dt>"Score"</dt>
                <dd>
                    <b>{row.score.map_or_else(|| "none".to_owned(), words::score)}</b>
                    " "
                    {by
                        .map(|by| {
                            view! { <span class=words::change_class(by, noise)>{words::change(by)} {against.clone()}</span> }
                        })}
                    {missing_there.then(|| view! { <span class="t3">"not in the baseline"</span> })}
                </dd>
                {facts}
            </dl>
            {several.then(|| view! { <Repeats trials=item.trials.clone() shown=shown /> })}
            {findings}
            <details>
                <summary class="xs t3 med">"Question"</summary>
                <Code label="Question" text=item.input.clone() fold=true />
            </details>
            {(!item.expected.is_empty())
                .then(|| {
                    view! {
                        <details>
                            <summary class="xs t3 med">"Expected answer"</summary>
                            <Code label="Expected answer" text=item.expected.clone() fold=true />
                        </details>
                    }
                })}
            {answer}
            {(!people.is_empty()).then(|| said(people))}
            <div class="row wrap">
                {acts} <LinkButton label="Disagree with judge" href=disagree icon="pencil" small=true />
            </div>
            {diff.map(|diff| side_by_side(beside, diff, names))}
        </div>
    }
}

fn output(title: &'static str, trial: TrialView) -> impl IntoView {
    let text = if trial.output.is_empty() { "No answer.".to_owned() } else { trial.output };
    view! {
        <section class="stack stack-2">
            <h3 class="xs t3 med">{title}</h3>
            <Code label=title text=text fold=true />
        </section>
    }
}

/// What people said of the answer.
fn said(people: Vec<AnnotationView>) -> impl IntoView {
    let rows = people
        .into_iter()
        .map(|one| {
            let word = if one.passed { "good enough" } else { "not good enough" };
            let note = (!one.note.is_empty()).then(|| view! { <p class="t2">{one.note.clone()}</p> });
            view! {
                <li>
                    <b>{one.person}</b>
                    " finds it "
                    {word}
                    ", "
                    <Ago at=one.at_ms />
                    {note}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack stack-2">
            <h3 class="xs t3 med">"People"</h3>
            <ul class="stack stack-2">{rows}</ul>
        </section>
    }
}

//! How an evaluation went: the score, what it is made of, and what it cost.

use leptos::prelude::*;

use crate::app::components::{Icon, Panel, Score, StatusMark};
use crate::app::pages::object::ObjectState;
use crate::app::words;
use crate::views::evaluation::{EvaluationView, RuleForm};
use crate::views::experiments::FindingView;
use crate::views::facets::read_score;

/// Score, result, duration, tokens and cost of the judges.
#[component]
pub fn Verdict(
    /// The evaluation.
    state: ObjectState,
    /// What came of it.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let status = state.part(|detail| detail.row.status.clone());
    let lines = move || {
        let view = view.get();
        let line = |title: &'static str, value: AnyView| view! { <dt>{title}</dt> <dd>{value}</dd> };
        let passed = view.passed;
        vec![
            view.score
                .map(|score| line("Score", view! { <Score thousandths=score passed=passed /> }.into_any())),
            view.duration_ms.map(|ms| line("Took", words::duration(ms).into_any())),
            view.tokens.map(|tokens| {
                let text =
                    format!("{} in, {} out", words::number(tokens.prompt), words::number(tokens.completion));
                line("Tokens of judges", text.into_any())
            }),
            (!view.cost.is_empty()).then(|| line("Cost of judges", view.cost.into_any())),
            (!view.message.is_empty()).then(|| line("Says", view.message.into_any())),
        ]
    };
    view! {
        <Panel title="Result">
            <dl class="kv pb">
                <dt>"Status"</dt>
                <dd>
                    <StatusMark status=status />
                </dd>
                {lines}
            </dl>
        </Panel>
    }
}

/// Measures, criteria, rules or examples.
#[component]
pub fn Results(
    /// What came of the evaluation.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let results = Memo::new(move |_| view.with(|view| view.results.clone()));
    // Rules are told before they are decided, too.
    let rules = Memo::new(move |_| view.with(|view| view.form.rules.clone()));
    let noun = Memo::new(move |_| {
        view.with(|view| match view.form.type_.as_str() {
            "event" => "Rules",
            "baseline" => "Examples",
            _ => "Measures and criteria",
        })
    });
    let note = Signal::derive(move || {
        results.with(|all| match all.len() {
            0 => String::new(),
            count => format!("{} of {count} passed", all.iter().filter(|one| one.passed).count()),
        })
    });
    let rows = move || {
        let (results, rules) = (results.get(), rules.get());
        if results.is_empty() {
            return rules.into_iter().map(undecided).collect_view().into_any();
        }
        results
            .into_iter()
            .map(|one| {
                let rule = rules.iter().find(|rule| rule.name == one.name).cloned();
                result(one, rule)
            })
            .collect_view()
            .into_any()
    };
    let nothing = move || results.with(Vec::is_empty) && rules.with(Vec::is_empty);
    view! {
        <section class="panel">
            <header>
                <h2>{noun}</h2>
                <span class="end xs t2">{note}</span>
            </header>
            <p class="pb t2" hidden=move || !nothing()>
                "Nothing has been measured yet."
            </p>
            <div class="tw" tabindex="0" role="region" aria-label=noun hidden=nothing>
                <table class="two">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Result"</th>
                            <th scope="col">"Score"</th>
                            <th scope="col" class="num">
                                "Weight"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn result(one: FindingView, rule: Option<RuleForm>) -> impl IntoView {
    let (class, icon, word) =
        if one.passed { ("st s-done", "circle-check", "Pass") } else { ("st s-failed", "octagon-x", "Fail") };
    let score = read_score(&one.score.to_string()).unwrap_or_default();
    view! {
        <tr>
            <td class="l1 wide">
                <b class="med">{one.name}</b>
                {rule.map(|rule| view! { <code class="mono xs t2 rule">{rule.expression}</code> })}
                {(!one.reason.is_empty()).then(|| view! { <p class="xs t2 reason">{one.reason}</p> })}
            </td>
            <td class="l1e">
                <span class=class>
                    <Icon name=icon />
                    {word}
                </span>
            </td>
            <td class="l2">
                <Score thousandths=score passed=Some(one.passed) />
            </td>
            <td class="l2e num">{one.weight.to_string()}</td>
        </tr>
    }
}

fn undecided(rule: RuleForm) -> impl IntoView {
    view! {
        <tr>
            <td class="l1 wide">
                <b class="med">{rule.name}</b>
                <code class="mono xs t2 rule">{rule.expression}</code>
                {(!rule.description.is_empty()).then(|| view! { <p class="xs t2 reason">{rule.description}</p> })}
            </td>
            <td class="l1e">
                <span class="st s-queued">
                    <Icon name="circle-dashed" />
                    "Open"
                </span>
            </td>
            <td class="l2 t3">"–"</td>
            <td class="l2e num">{if rule.weight.is_empty() { "1".to_owned() } else { rule.weight }}</td>
        </tr>
    }
}

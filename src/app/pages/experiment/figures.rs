//! The gate with its conditions, and the five figures.

use leptos::prelude::*;

use super::acts::for_ci;
use super::store::ExperimentStore;
use super::words;
use crate::app::components::{CopyButton, Icon};
use crate::app::words as plain;
use crate::views::experiments::{Delta, ExperimentState, GateView, Summary};

/// The gate, where there is one and the experiment has ended.
#[component]
pub fn Gate(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let gate = experiment.part(|view| view.gate.clone().filter(|_| view.state != ExperimentState::Running));
    let key = experiment.view.with_untracked(|view| view.key.clone());
    move || {
        gate.get().map(|gate| {
            let key = key.clone();
            let (class, icon) = if gate.passed {
                ("banner s-done", "circle-check")
            } else {
                ("banner s-failed", "octagon-x")
            };
            let lead = gate_words(&gate);
            let broken_first = {
                let mut all = gate.conditions;
                all.sort_by_key(|condition| condition.passed);
                all.into_iter().map(|condition| condition.text).collect::<Vec<_>>().join(" ")
            };
            view! {
                <div class=class>
                    <Icon name=icon />
                    <p class="grow">
                        <b>{lead}</b>
                        " "
                        <span class="t2">{broken_first}</span>
                    </p>
                    <CopyButton label="Copy for CI" text=Callback::new(move |()| for_ci(&key)) />
                </div>
            }
        })
    }
}

/// `Gate failed, 1 of 3 conditions.`
fn gate_words(gate: &GateView) -> String {
    let broken = gate.conditions.iter().filter(|condition| !condition.passed).count();
    match (gate.passed, gate.conditions.len()) {
        (true, 0 | 1) => "Gate passed.".to_owned(),
        (true, all) => format!("Gate passed, all {all} conditions."),
        (false, 0 | 1) => "Gate failed.".to_owned(),
        (false, all) => format!("Gate failed, {broken} of {all} conditions."),
    }
}

/// Mean, passed, worse, time, cost.
#[component]
pub fn Figures(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let all = experiment
        .part(|view| (view.summary.clone(), view.base_summary.clone(), view.delta.clone(), view.counts.all));
    move || {
        let (summary, base, delta, items) = all.get();
        view! {
            <section class="panel figs" aria-label="Result">
                {mean(&summary, delta.as_ref())}
                {passed(&summary, base.as_ref())}
                {worse(delta.as_ref(), items)}
                {time(&summary, base.as_ref())}
                {cost(&summary, base.as_ref())}
            </section>
        }
    }
}

fn figure(title: &'static str, value: impl IntoView, below: impl IntoView) -> impl IntoView {
    view! {
        <div>
            <span class="xs t3">{title}</span>
            <span class="f">{value}</span>
            <span class="xs t2">{below}</span>
        </div>
    }
}

fn mean(summary: &Summary, delta: Option<&Delta>) -> AnyView {
    let value = summary.mean.map_or_else(|| "–".to_owned(), words::score);
    let below = match (delta, summary.interval) {
        (Some(delta), _) => {
            let class = match delta.significant {
                true => format!("med {}", words::change_class(delta.mean, 0.0)),
                false => "med t3".to_owned(),
            };
            let (low, high) = delta.interval;
            let title = format!(
                "Over {} items that both have, the difference lies between {low:+.3} and {high:+.3} with 95 % confidence.",
                delta.paired
            );
            let unclear = (!delta.significant).then_some(", not clear");
            view! {
                <span title=title>
                    <span class=class>{words::change(delta.mean)}</span>
                    <span class="t3">" ± " {words::score((high - low) / 2.0)} {unclear}</span>
                </span>
            }
            .into_any()
        }
        (None, Some((low, high))) => {
            format!("{} to {}, 95 %", words::score(low), words::score(high)).into_any()
        }
        (None, None) => ().into_any(),
    };
    figure("Mean score", value, below).into_any()
}

fn passed(summary: &Summary, base: Option<&Summary>) -> AnyView {
    let value = view! {
        {count(summary.passed)}
        " "
        <span class="t3">"of " {count(summary.items)}</span>
    };
    let was = base.map(|base| match base.items == summary.items {
        true => format!("was {}", count(base.passed)),
        false => format!("was {} of {}", count(base.passed), count(base.items)),
    });
    let missing = (summary.missing > 0).then(|| {
        let comma = if base.is_some() { ", " } else { "" };
        view! {
            {comma}
            <span class="bad">{count(summary.missing)} " without a score"</span>
        }
    });
    figure("Passed", value, view! { {was} {missing} }).into_any()
}

fn worse(delta: Option<&Delta>, items: usize) -> AnyView {
    let Some(delta) = delta else { return figure("Regressions", "–", "no baseline").into_any() };
    let same = delta.paired.saturating_sub(delta.worse + delta.better);
    let mut below = format!("{} better, {} same", count(delta.better), count(same));
    if delta.missing > 0 {
        below.push_str(&format!(", {} missing", count(delta.missing)));
    }
    if delta.new > 0 && delta.new < items {
        below.push_str(&format!(", {} new", count(delta.new)));
    }
    let title = format!("Differences up to {:.3} count as the same.", delta.noise);
    let value = view! {
        <span class:bad=delta.worse + delta.missing != 0 title=title>
            {count(delta.worse)}
        </span>
    };
    figure("Regressions", value, below).into_any()
}

fn time(summary: &Summary, base: Option<&Summary>) -> AnyView {
    let value = summary.p95_ms.map_or_else(|| "–".to_owned(), plain::duration);
    let median = summary.p50_ms.map(|ms| format!("median {}", plain::duration(ms)));
    let was = base.and_then(|base| base.p95_ms).map(|ms| format!("was {}", plain::duration(ms)));
    figure("p95", value, was.or(median)).into_any()
}

fn cost(summary: &Summary, base: Option<&Summary>) -> AnyView {
    let all = words::together(&summary.costs, &summary.judge_costs);
    if all.is_empty() {
        let tokens = |usage: crate::views::run::TokenUsage| usage.prompt + usage.completion;
        let spent = tokens(summary.tokens) + tokens(summary.judge_tokens);
        return figure("Tokens, with judges", plain::number(spent), "no price is known").into_any();
    }
    let judges =
        (!summary.judge_costs.is_empty()).then(|| format!("judges {}", words::costs(&summary.judge_costs)));
    let was = base
        .map(|base| words::together(&base.costs, &base.judge_costs))
        .filter(|costs| !costs.is_empty())
        .map(|costs| format!("was {}", words::costs(&costs)));
    let below = [judges, was].into_iter().flatten().collect::<Vec<_>>().join(", ");
    figure("Cost, with judges", words::costs(&all), below).into_any()
}

fn count(value: usize) -> String {
    plain::number(i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::experiments::GateCondition;

    #[test]
    fn the_gate_says_how_many_conditions_broke() {
        let condition = |passed| GateCondition { passed, text: String::new() };
        let gate = |passed, conditions: &[bool]| {
            gate_words(&GateView { passed, conditions: conditions.iter().copied().map(condition).collect() })
        };
        assert_eq!(gate(false, &[true, false, true]), "Gate failed, 1 of 3 conditions.");
        assert_eq!(gate(false, &[false]), "Gate failed.");
        assert_eq!(gate(true, &[true, true]), "Gate passed, all 2 conditions.");
    }
}

//! Tokens and cost of an agent's, a team's or a model's runs over time: a chart, and a table that says the same.

mod bars;

use leptos::prelude::*;

use self::bars::{Bar, bars};
use crate::api::objects::get_usage;
use crate::api::wire::resource;
use crate::app::components::{EmptyState, Panel, ProblemPanel, Skeleton};
use crate::app::words;
use crate::views::ObjectKey;
use crate::views::cost::Cost;
use crate::views::usage::{UsageSpan, UsageView};

/// Height and width of the chart, in its own units.
const HEIGHT: f64 = 120.0;
const WIDTH: f64 = 720.0;

/// The tab.
#[component]
pub fn UsageOf(
    /// Whose runs.
    object: ObjectKey,
) -> impl IntoView {
    let name = StoredValue::new(object.name.clone());
    let usage = resource(|| (), move |()| get_usage(object.clone()));
    view! {
        <Transition fallback=|| view! { <Skeleton label="Loading tokens and cost" lines=6 /> }>
            {move || {
                usage
                    .get()
                    .map(|answer| match answer {
                        Ok(usage) if usage.sum().runs == 0 => {
                            view! {
                                <div class="panel">
                                    <EmptyState
                                        title=format!("{} has no runs to count", name.get_value())
                                        text="Tokens and cost of its runs are summed up here, once there are some."
                                    />
                                </div>
                            }
                                .into_any()
                        }
                        Ok(usage) => view! { <Usage usage=usage /> }.into_any(),
                        Err(problem) => {
                            view! {
                                <div class="panel">
                                    <ProblemPanel
                                        problem=problem
                                        title="Tokens and cost could not be loaded"
                                        retry=Callback::new(move |()| usage.refetch())
                                    />
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}

#[component]
fn Usage(usage: UsageView) -> impl IntoView {
    let sum = usage.sum();
    let hours = usage.span_ms < 86_400_000;
    let over = if hours { "the last 24 hours" } else { "the last 30 days" };
    let tokens = sum.tokens.prompt + sum.tokens.completion;
    let label =
        format!("{} tokens in {} over {over}", words::number(tokens), words::count(sum.runs, "run", "runs"),);
    let chart = bars(&usage.spans, WIDTH, HEIGHT);
    let rows: Vec<UsageSpan> = usage.spans.iter().rev().filter(|span| span.runs > 0).cloned().collect();
    let notes = notes(&usage);
    view! {
        <Panel title="Tokens over time" note=Signal::stored(over.to_owned())>
            <div class="pb stack">
                <dl class="facts">
                    {fact("Runs", words::number(i64::try_from(sum.runs).unwrap_or(i64::MAX)))}
                    {fact("Failed", words::number(i64::try_from(sum.failed).unwrap_or(i64::MAX)))}
                    {fact("Tokens in", words::number(sum.tokens.prompt))}
                    {fact("Tokens out", words::number(sum.tokens.completion))}
                    {fact("Cost", cost_words(&sum.costs))}
                </dl>
                <svg
                    class="bars"
                    role="img"
                    aria-label=label
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                >
                    {chart.into_iter().map(bar).collect_view()}
                </svg>
                <p class="legend xs t2">
                    <span>
                        <i class="t-in"></i>
                        "tokens in"
                    </span>
                    <span>
                        <i class="t-out"></i>
                        "tokens out"
                    </span>
                </p>
            </div>
            <div class="tw" tabindex="0" role="region" aria-label="Tokens and cost by time">
                <table class="two">
                    <thead>
                        <tr>
                            <th scope="col">{if hours { "Hour (UTC)" } else { "Day (UTC)" }}</th>
                            <th scope="col" class="num">"Runs"</th>
                            <th scope="col" class="num">"Failed"</th>
                            <th scope="col" class="num">"Tokens in"</th>
                            <th scope="col" class="num">"Tokens out"</th>
                            <th scope="col" class="num">"Cost"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(|span| row(span, hours)).collect_view()}</tbody>
                </table>
            </div>
            {notes.map(|notes| view! { <p class="pb xs t3">{notes}</p> })}
        </Panel>
    }
}

fn fact(title: &'static str, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{title}</dt>
            <dd>{value}</dd>
        </div>
    }
}

fn bar(bar: Bar) -> impl IntoView {
    view! {
        <rect class="t-in" x=bar.x y=HEIGHT - bar.prompt width=bar.width height=bar.prompt />
        <rect
            class="t-out"
            x=bar.x
            y=HEIGHT - bar.prompt - bar.completion
            width=bar.width
            height=bar.completion
        />
    }
}

fn row(span: UsageSpan, hours: bool) -> impl IntoView {
    view! {
        <tr>
            <td class="l1">{words::slot(span.at_ms, hours)}</td>
            <td class="l1e num">{words::count(span.runs, "run", "runs")}</td>
            <td class="off num">{span.failed}</td>
            <td class="l2 num">{words::number(span.tokens.prompt)}</td>
            <td class="l2 num">{words::number(span.tokens.completion)}</td>
            <td class="l2e num">{cost_words(&span.costs)}</td>
        </tr>
    }
}

/// Sums of money, or that no price is known.
fn cost_words(costs: &[Cost]) -> String {
    if costs.is_empty() {
        return "–".to_owned();
    }
    costs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ")
}

fn notes(usage: &UsageView) -> Option<String> {
    let older = (usage.older > 0)
        .then(|| format!("{} before that are not shown.", words::count(usage.older, "run", "runs")));
    let uncounted = (usage.uncounted > 0)
        .then(|| format!("The cost of {} is not counted.", words::count(usage.uncounted, "run", "runs")));
    let notes: Vec<String> = older.into_iter().chain(uncounted).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

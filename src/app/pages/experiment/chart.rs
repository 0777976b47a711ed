//! Scores in pictures: how many items score what, and what a score costs in time or money.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::choice::base_name;
use super::plot::{Across, Bar, Histogram, histogram, nearest, place, scatter};
use super::store::ExperimentStore;
use super::words::percent;
use crate::app::words;
use crate::views::cost::Cost;
use crate::views::experiments::{MAX_POINTS, Point};

/// The panel, with a choice of the picture.
#[component]
pub fn ScoreChart(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let chart = Memo::new(move |_| experiment.address.looks.with(|looks| looks.chart.clone()));
    let across = move || match chart.get().as_str() {
        "latency" => Some(Across::Latency),
        "cost" => Some(Across::Cost),
        _ => None,
    };
    let choice = move |value: &'static str, word: &'static str| {
        let on = move || chart.with(|chart| chart == value);
        view! {
            <button
                type="button"
                aria-pressed=move || if on() { "true" } else { "false" }
                on:click=move |_| experiment.address.look(|looks| value.clone_into(&mut looks.chart))
            >
                {word}
            </button>
        }
    };
    view! {
        <section class="panel" aria-labelledby="h-chart">
            <header class="wrap">
                <h2 id="h-chart">"Scores"</h2>
                <div class="seg" role="group" aria-label="Picture">
                    {choice("", "How many")}
                    {choice("latency", "And time")}
                    {choice("cost", "And cost")}
                </div>
                <Legend experiment=experiment across=Signal::derive(move || across().is_some()) />
            </header>
            {move || match across() {
                None => view! { <Bars experiment=experiment /> }.into_any(),
                Some(across) => view! { <Dots experiment=experiment across=across /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Legend(experiment: ExperimentStore, across: Signal<bool>) -> impl IntoView {
    let names = experiment.part(|view| (view.key.number, base_name(view)));
    move || {
        let (number, base) = names.get();
        if across.get() {
            return view! {
                <span class="end legend">
                    <span>
                        <i class="x-pass"></i>
                        "passed"
                    </span>
                    <span>
                        <i class="x-fail"></i>
                        "failed"
                    </span>
                </span>
            }
            .into_any();
        }
        view! {
            <span class="end legend">
                <span>
                    <i class="x-here"></i>
                    "experiment "
                    {number}
                </span>
                {base
                    .map(|base| {
                        view! {
                            <span>
                                <i class="x-base"></i>
                                {base}
                            </span>
                        }
                    })}
            </span>
        }
        .into_any()
    }
}

#[component]
fn Bars(experiment: ExperimentStore) -> impl IntoView {
    let bins = experiment.part(|view| (view.bins.clone(), base_name(view), view.counts.all, view.least_mean));
    move || {
        let (bins, base, items, least) = bins.get();
        let Histogram { here, base: before, most } = histogram(&bins, base.is_some());
        let label = finding(&bins, base.is_some(), items, least);
        let gate = least.map(|least| {
            let x = percent(least);
            view! { <line class="gate" x1=x x2=x y1="0" y2="100" /> }
        });
        let gate_name = least.map(|least| {
            // Near the edge its name stands before the line.
            let class = if least > 0.9 { "tagl end" } else { "tagl" };
            let at = format!("left:{:.1}%", percent(least));
            view! { <span class=class style=at>{format!("gate {least}")}</span> }
        });
        let rows = bins.iter().enumerate().map(|(at, (here, before))| {
            let (from, to) = (tenth(at), tenth(at + 1));
            let before = base.is_some().then(|| view! { <td>{*before}</td> });
            view! {
                <tr>
                    <th scope="row">{from} " to " {to}</th>
                    <td>{*here}</td>
                    {before}
                </tr>
            }
        });
        let table = view! {
            <div class="vh"><table>
                <caption>"Items by score"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Score"</th>
                        <th scope="col">"Items here"</th>
                        {base.is_some().then(|| view! { <th scope="col">"In the baseline"</th> })}
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table></div>
        };
        view! {
            <div class="pb chart-pad">
                <div class="cx" role="img" aria-label=label>
                    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                        <line class="gl" x1="0" x2="100" y1="0" y2="0" />
                        <line class="gl" x1="0" x2="100" y1="50" y2="50" />
                        <line class="gl" x1="0" x2="100" y1="100" y2="100" />
                        {before.into_iter().map(|bar| rect("bb", bar)).collect_view()}
                        {here.into_iter().map(|bar| rect("ba", bar)).collect_view()}
                        {gate}
                    </svg>
                    {gate_name}
                    <span class="y" style="top:0">{most}</span>
                    <span class="y" style="top:50%">{most / 2}</span>
                    <span class="y" style="top:100%">"0"</span>
                    {["0", "0.25", "0.5", "0.75", "1"]
                        .into_iter()
                        .zip(["left:0", "left:25%", "left:50%", "left:75%", "left:100%"])
                        .map(|(text, at)| view! { <span class="x" style=at>{text}</span> })
                        .collect_view()}
                </div>
                {table}
            </div>
        }
    }
}

fn rect(class: &'static str, bar: Bar) -> impl IntoView {
    view! { <rect class=class x=bar.x y=100.0 - bar.height width=bar.width height=bar.height /> }
}

fn tenth(at: usize) -> String {
    format!("{}.{}", at / 10, at % 10)
}

/// What the picture shows, in a sentence.
fn finding(bins: &[(usize, usize)], compared: bool, items: usize, least: Option<f64>) -> String {
    let low: (usize, usize) =
        bins.iter().take(bins.len() / 2).fold((0, 0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1));
    let mut text =
        format!("Scores of {} in ten bins. {} below 0.5", words::count(items, "item", "items"), low.0);
    if compared {
        text.push_str(&format!(", {} in the baseline", low.1));
    }
    text.push('.');
    if let Some(least) = least {
        text.push_str(&format!(" The gate asks for a mean of {least}."));
    }
    text
}

#[component]
fn Dots(experiment: ExperimentStore, across: Across) -> impl IntoView {
    let data = experiment.part(|view| {
        let currency = view.summary.costs.first().map(|cost| cost.currency.clone()).unwrap_or_default();
        (view.points.clone(), view.counts.all, currency)
    });
    let open = Memo::new(move |_| experiment.address.looks.with(|looks| looks.item.clone()));
    let press = move |event: MouseEvent| {
        let found = data.with_untracked(|(points, ..)| {
            let most = points.iter().filter_map(|point| across.of(point)).max().unwrap_or(0);
            let (x, y) = pressed(&event)?;
            nearest(points, across, most, x, y).map(|point| point.item.clone())
        });
        if let Some(item) = found {
            experiment.address.look(|looks| looks.item = item);
        }
    };
    move || {
        let (points, items, currency) = data.get();
        let drawn = scatter(&points, across);
        if drawn.drawn == 0 {
            let why = match across {
                Across::Cost => {
                    "No answer has a price: its model needs prices, in ArkConfig or by annotation."
                }
                Across::Latency => "No answer has ended yet.",
            };
            return view! { <p class="pb t2">{why}</p> }.into_any();
        }
        let value = move |value: i64| match across {
            Across::Latency => words::mark(value),
            Across::Cost => Cost { currency: currency.clone(), nanos: value }.to_string(),
        };
        let (what, most) = match across {
            Across::Latency => ("time", drawn.most),
            Across::Cost => ("cost", drawn.most),
        };
        let low = points.iter().filter(|point| !point.passed).count();
        let label = format!(
            "Score and {what} of {}, up to {}. {low} did not pass. The table of items says the same.",
            words::count(drawn.drawn, "item", "items"),
            value(most)
        );
        let ring = {
            let points = points.clone();
            move || {
                let item = open.get();
                let at = points.iter().find(|point| point.item == item).and_then(|p| place(p, across, most));
                at.map(|(x, y)| view! { <path class="ring" d=format!("M{x:.2} {y:.2}h0") /> })
            }
        };
        let sampled = sampled(&points, items);
        view! {
            <div class="pb chart-pad">
                <div class="cx" role="img" aria-label=label on:click=press>
                    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                        <line class="gl" x1="0" x2="100" y1="2" y2="2" />
                        <line class="gl" x1="0" x2="100" y1="50" y2="50" />
                        <line class="gl" x1="0" x2="100" y1="98" y2="98" />
                        {ring}
                        <path class="pp" d=drawn.passed />
                        <path class="pf" d=drawn.failed />
                    </svg>
                    <span class="y" style="top:2%">"1"</span>
                    <span class="y" style="top:50%">"0.5"</span>
                    <span class="y" style="top:98%">"0"</span>
                    <span class="x" style="left:2%">"0"</span>
                    <span class="x" style="left:50%">{value(most / 2)}</span>
                    <span class="x" style="left:98%">{value(most)}</span>
                </div>
                {sampled.map(|text| view! { <p class="xs t3">{text}</p> })}
            </div>
        }
        .into_any()
    }
}

/// That not all items are drawn.
fn sampled(points: &[Point], items: usize) -> Option<String> {
    (points.len() >= MAX_POINTS && items > points.len())
        .then(|| format!("A sample of {} of {} items is drawn.", points.len(), items))
}

/// Where in the picture was pressed, in hundredths.
fn pressed(event: &MouseEvent) -> Option<(f64, f64)> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let frame = event.current_target()?.dyn_into::<web_sys::Element>().ok()?.get_bounding_client_rect();
        let share = |at: i32, from: f64, size: f64| (f64::from(at) - from) / size.max(1.0) * 100.0;
        Some((
            share(event.client_x(), frame.left(), frame.width()),
            share(event.client_y(), frame.top(), frame.height()),
        ))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_says_its_finding() {
        let bins = [(4, 1), (0, 0), (0, 0), (0, 0), (0, 0), (2, 3), (0, 0), (0, 0), (0, 0), (42, 44)];
        assert_eq!(
            finding(&bins, true, 48, Some(0.85)),
            "Scores of 48 items in ten bins. 4 below 0.5, 1 in the baseline. \
             The gate asks for a mean of 0.85."
        );
        assert_eq!((tenth(0), tenth(9), tenth(10)), ("0.0".into(), "0.9".into(), "1.0".into()));
    }
}

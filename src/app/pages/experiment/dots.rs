//! What a score costs in time or money: a dot for each item.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::plot::{Across, nearest, place, scatter};
use super::store::ExperimentStore;
use super::words::score as words_of;
use crate::app::components::Behind;
use crate::app::words;
use crate::views::cost::Cost;
use crate::views::experiments::{MAX_POINTS, Point};

/// The picture; a press opens the item next to it. The table behind says the same.
#[component]
pub fn Dots(
    /// The experiment.
    experiment: ExperimentStore,
    /// What is drawn across.
    across: Across,
) -> impl IntoView {
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
        let (what, head, most) = match across {
            Across::Latency => ("time", "Time", drawn.most),
            Across::Cost => ("cost", "Cost", drawn.most),
        };
        let rows = points.iter().filter_map(|point| {
            let word = if point.passed { "passed" } else { "failed" };
            let spent = match across {
                Across::Latency => words::duration(point.latency_ms),
                Across::Cost => value(point.cost_nanos?),
            };
            Some(vec![point.item.clone(), words_of(point.score), spent, word.to_owned()])
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let columns = ["Item", "Score", head, "Result"].map(str::to_owned).to_vec();
        let low = points.iter().filter(|point| !point.passed).count();
        let label = format!(
            "Score and {what} of {}, up to {}. {low} did not pass.",
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
                <Behind name=format!("Score and {what} by item") columns=columns rows=rows />
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

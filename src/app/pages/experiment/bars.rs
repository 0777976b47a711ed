//! How many items score what: a histogram, beside that of the baseline.

use leptos::prelude::*;

use super::choice::base_name;
use super::plot::{Bar, Histogram, histogram};
use super::store::ExperimentStore;
use super::words::percent;
use crate::app::components::Behind;
use crate::app::words;

/// The picture; the table behind it says the same.
#[component]
pub fn Bars(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
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
            let name = format!("{} to {}", tenth(at), tenth(at + 1));
            let before = base.is_some().then(|| before.to_string());
            [name, here.to_string()].into_iter().chain(before).collect()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let mut columns = vec!["Score".to_owned(), "Items here".to_owned()];
        columns.extend(base.is_some().then(|| "In the baseline".to_owned()));
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
                <Behind name="Items by score" columns=columns rows=rows />
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

//! Scores and sums in words, and the bar of a score.

use leptos::prelude::*;

use crate::views::cost::Cost;
use crate::views::experiments::TargetName;

pub use crate::app::words::change;

/// `0.84`.
pub fn score(value: f64) -> String {
    format!("{value:.2}")
}

/// How a difference looks: what is within the noise is quiet.
pub fn change_class(by: f64, noise: f64) -> &'static str {
    match by {
        by if by.abs() <= noise || by.abs() < 0.005 => "t3",
        by if by < 0.0 => "bad",
        _ => "good",
    }
}

/// Sums of money, or that no price is known.
pub fn costs(costs: &[Cost]) -> String {
    if costs.is_empty() {
        return "–".to_owned();
    }
    costs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ")
}

/// Both sums, by currency.
pub fn together(one: &[Cost], other: &[Cost]) -> Vec<Cost> {
    let mut all = one.to_vec();
    for cost in other {
        match all.iter_mut().find(|known| known.currency == cost.currency) {
            Some(known) => known.nanos = known.nanos.saturating_add(cost.nanos),
            None => all.push(cost.clone()),
        }
    }
    all
}

/// `agent triage`.
pub fn target(target: &TargetName) -> String {
    format!("{} {}", target.kind, target.name)
}

/// A share of a hundred for `width:…%`.
pub fn percent(value: f64) -> f64 {
    value.clamp(0.0, 1.0) * 100.0
}

/// A score as figure and bar; a tick marks that of the baseline.
#[component]
pub fn Score(
    /// The score; `None` when there is none.
    value: Option<f64>,
    /// Score of the baseline.
    #[prop(default = None)]
    base: Option<f64>,
    /// It is enough.
    passed: bool,
) -> impl IntoView {
    let Some(value) = value else { return view! { <span class="t3">"–"</span> }.into_any() };
    let label = match base {
        Some(base) => format!("{:.0} of 100, baseline {:.0}", percent(value), percent(base)),
        None => format!("{:.0} of 100", percent(value)),
    };
    let class = if passed { "meter s-done" } else { "meter s-failed" };
    view! {
        <span class="x-score">
            <b class="med num">{score(value)}</b>
            <span class=class style="--m:var(--xs)" role="img" aria-label=label>
                <i style=format!("width:{:.1}%", percent(value))></i>
                {base.map(|base| view! { <b style=format!("left:calc({:.1}% - 1px)", percent(base))></b> })}
            </span>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_their_direction() {
        assert_eq!(
            (change(-0.61), change(0.07), change(0.001)),
            ("▼ 0.61".into(), "▲ 0.07".into(), "0.00".into())
        );
        assert_eq!(
            (change_class(-0.1, 0.0), change_class(-0.1, 0.2), change_class(0.3, 0.1)),
            ("bad", "t3", "good")
        );
    }

    #[test]
    fn sums_are_kept_apart_by_currency() {
        let cost = |currency: &str, nanos| Cost { currency: currency.into(), nanos };
        let all = together(&[cost("USD", 1), cost("EUR", 2)], &[cost("EUR", 3), cost("CHF", 4)]);
        assert_eq!(all, [cost("USD", 1), cost("EUR", 5), cost("CHF", 4)]);
        assert_eq!(costs(&[]), "–");
    }
}

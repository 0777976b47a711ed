//! A score as a figure and a meter, and scores over time as a line.

use leptos::prelude::*;

use crate::views::facets::score_text;

/// A score from 0 to 1. Colour repeats what a word or an icon beside it says.
#[component]
pub fn Score(
    /// In thousandths.
    thousandths: u16,
    /// It is enough; `None` while that is open.
    #[prop(optional_no_strip)]
    passed: Option<bool>,
) -> impl IntoView {
    let class = match passed {
        Some(true) => "meter good",
        Some(false) => "meter bad",
        None => "meter",
    };
    view! {
        <span class="score">
            <span class="num">{score_text(thousandths)}</span>
            <svg class=class viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
                <rect width=thousandths.to_string() height="6"></rect>
            </svg>
        </span>
    }
}

/// Width and height of a line of scores, in its own units, and the room above and below it.
const WIDTH: f64 = 88.0;
const HEIGHT: f64 = 22.0;
const EDGE: f64 = 2.5;
/// Scores, in thousandths, that fill the height at the least: what hardly moved looks so.
const LEAST_SPAN: u16 = 200;

/// Scores over time as a line of a row; what the gate asks for is dashed.
#[component]
pub fn Spark(
    /// In thousandths, the newest last.
    scores: Vec<u16>,
    /// What the gate asks for.
    #[prop(optional_no_strip)]
    gate: Option<u16>,
) -> impl IntoView {
    let last = scores.last().copied().unwrap_or_default();
    let asks = gate.map(|gate| format!(", the gate asks for {}", score_text(gate))).unwrap_or_default();
    let label = format!("Last {} scores, now {}{asks}", scores.len(), score_text(last));
    let (low, high) = span(&scores, gate);
    let dashed = gate.map(|gate| {
        let y = height(gate, low, high);
        view! { <line x1="0" x2=WIDTH y1=y y2=y /> }
    });
    view! {
        <svg class="spark" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>
            {dashed}
            <polyline points=points(&scores, low, high)></polyline>
        </svg>
    }
}

/// The least and the greatest score of the picture.
fn span(scores: &[u16], gate: Option<u16>) -> (u16, u16) {
    let all = || scores.iter().copied().chain(gate);
    let low = all().min().unwrap_or_default();
    let high = all().max().unwrap_or_default().max(low.saturating_add(LEAST_SPAN)).min(1_000);
    (low.min(high - LEAST_SPAN), high)
}

/// How far from the top a score is.
fn height(score: u16, low: u16, high: u16) -> f64 {
    let share = f64::from(score.saturating_sub(low)) / f64::from((high - low).max(1));
    HEIGHT - EDGE - share.min(1.0) * (HEIGHT - 2.0 * EDGE)
}

fn points(scores: &[u16], low: u16, high: u16) -> String {
    let last = u32::try_from(scores.len().max(2) - 1).unwrap_or(u32::MAX);
    let place = |(at, score): (u32, &u16)| {
        let x = 1.0 + f64::from(at) / f64::from(last) * (WIDTH - 2.0);
        format!("{x:.1},{:.1}", height(*score, low, high))
    };
    (0..).zip(scores).map(place).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hardly_moved_looks_so() {
        assert_eq!(span(&[880, 840], Some(850)), (800, 1_000));
        assert_eq!((span(&[0, 1_000], None), span(&[0, 10], None)), ((0, 1_000), (0, 200)));
        assert_eq!((span(&[1_000, 1_000], None), span(&[], None)), ((800, 1_000), (0, 200)));
        assert_eq!(points(&[0, 1_000], 0, 1_000), "1.0,19.5 87.0,2.5");
    }
}

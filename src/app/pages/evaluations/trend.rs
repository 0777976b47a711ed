//! Scores over time as a line.

use leptos::prelude::*;

use crate::app::components::Behind;

/// Width and height of a trend, in its own units.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 40.0;

/// Scores over time, oldest first, with the table of them behind; fewer than two draw nothing.
#[component]
pub fn Trend(
    /// What has scores, as `Experiment`.
    of: &'static str,
    /// Names, and scores from 0 to 1.
    #[prop(into)]
    scores: Signal<Vec<(String, f64)>>,
) -> impl IntoView {
    move || {
        let scores = scores.get();
        let (first, last) = (scores.first()?.1, scores.last()?.1);
        if scores.len() < 2 {
            return None;
        }
        let label = format!("{} scores, from {first:.2} to {last:.2}", scores.len());
        let points = line(&scores);
        // The newest first: of many, they are the ones that are told.
        let rows: Vec<Vec<String>> =
            scores.into_iter().rev().map(|(name, score)| vec![name, format!("{score:.2}")]).collect();
        Some(view! {
            <svg
                class="trend"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=label
            >
                <polyline points=points vector-effect="non-scaling-stroke"></polyline>
            </svg>
            <Behind name="Scores over time" columns=vec![of.to_owned(), "Score".to_owned()] rows=rows />
        })
    }
}

fn line(scores: &[(String, f64)]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let step = WIDTH / (scores.len().max(2) - 1) as f64;
    let mut x = -step;
    let points = scores.iter().map(|(_, score)| {
        x += step;
        format!("{x:.1},{:.1}", HEIGHT - 2.0 - score.clamp(0.0, 1.0) * (HEIGHT - 4.0))
    });
    points.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_goes_from_side_to_side() {
        let scores = [0.0, 0.5, 1.0].map(|score| (String::new(), score));
        assert_eq!(super::line(&scores), "0.0,38.0 120.0,20.0 240.0,2.0");
    }
}

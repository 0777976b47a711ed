//! A score as a figure and a meter.

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

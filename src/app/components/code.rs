//! Code and diffs.

use leptos::prelude::*;

use crate::views::yaml::{DiffLine, DiffSide};

/// Text in the code face, in a frame that can be scrolled by keyboard.
#[component]
pub fn Code(
    /// What it is, for those who hear the page.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// Long lines are folded instead of scrolled.
    #[prop(optional)]
    fold: bool,
    /// Without a frame.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let class = match (fold, bare) {
        (true, true) => "code fold bare",
        (true, false) => "code fold",
        (false, true) => "code bare",
        (false, false) => "code",
    };
    view! {
        <pre class=class tabindex="0" role="region" aria-label=label>
            {text}
        </pre>
    }
}

/// A diff line by line: numbers of the new text, a sign, the line.
#[component]
pub fn Diff(
    /// What is compared, for those who hear the page.
    #[prop(into)]
    label: String,
    /// The lines.
    lines: Vec<DiffLine>,
) -> impl IntoView {
    let mut number = 0_usize;
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let (class, sign) = match line.side {
                DiffSide::Same => ("", ""),
                DiffSide::Removed => ("del", "-"),
                DiffSide::Added => ("add", "+"),
                DiffSide::Skipped => ("hunk", ""),
            };
            if matches!(line.side, DiffSide::Same | DiffSide::Added) {
                number += 1;
            }
            let shown = match line.side {
                DiffSide::Same | DiffSide::Added => number.to_string(),
                DiffSide::Removed | DiffSide::Skipped => String::new(),
            };
            if line.side == DiffSide::Skipped {
                // The numbers after a gap are not known: they would be wrong, so they stop.
                number = usize::MAX / 2;
            }
            let shown = if number >= usize::MAX / 2 { String::new() } else { shown };
            let text = if line.side == DiffSide::Skipped { "…".to_owned() } else { line.text };
            view! {
                <div class=class>
                    <span>{shown}</span>
                    <span>{sign}</span>
                    <span>{text}</span>
                </div>
            }
        })
        .collect();
    view! {
        <div class="diff" tabindex="0" role="region" aria-label=label>
            {rows}
        </div>
    }
}

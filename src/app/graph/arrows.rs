//! The edges of a team's graph.

use leptos::prelude::*;

use super::picture::Sheet;
use super::trace::{Mark, Trace};

/// Heads of arrows, one for each colour.
#[component]
pub(super) fn Arrows() -> impl IntoView {
    let head = |id: &'static str| {
        view! {
            <marker
                id=format!("ar-{id}")
                class=format!("g-head {id}")
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="8"
                markerHeight="8"
                markerUnits="userSpaceOnUse"
                orient="auto"
            >
                <path d="M0 0 8 4 0 8z" />
            </marker>
        }
    };
    view! { <defs>{head("plain")} {head("past")} {head("on")}</defs> }
}

/// An edge, with what a run says of it.
pub(super) fn arrow(sheet: Memo<Sheet>, trace: Signal<Trace>, edge: (usize, usize)) -> impl IntoView {
    let line = Memo::new(move |_| {
        sheet.with(|sheet| {
            let at = sheet.edges.iter().position(|other| *other == edge);
            at.and_then(|at| sheet.lines.get(at).cloned())
        })
    });
    let mark = Memo::new(move |_| {
        sheet.with(|sheet| {
            let (from, to) = (sheet.drawing.name(edge.0), sheet.drawing.name(edge.1));
            trace.with(|trace| trace.edge(from, to))
        })
    });
    let head = move || match mark.with(|(mark, _)| *mark) {
        Mark::On => "url(#ar-on)",
        Mark::Past => "url(#ar-past)",
        Mark::Plain | Mark::Off => "url(#ar-plain)",
    };
    let middle = move || line.with(|line| line.as_ref().map_or((0.0, 0.0), |line| line.middle));
    view! {
        <path
            class=move || format!("g-edge {}", mark.with(|(mark, _)| mark.class()))
            d=move || line.with(|line| line.as_ref().map(|line| line.d.clone()).unwrap_or_default())
            marker-end=head
        />
        <text
            class="g-label"
            text-anchor="middle"
            x=move || middle().0
            y=move || middle().1 - 5.0
            aria-hidden="true"
        >
            {move || mark.with(|(_, label)| label.clone())}
        </text>
    }
}

//! The run strip, drawn.

use leptos::prelude::*;

use super::store::RunStore;
use super::strip::{Piece, label, strip};
use crate::app::clock::use_clock;
use crate::app::components::{agent_class, initials};
use crate::app::words;
use crate::resources::kind::Kind;

/// Width in per cent from which a piece has room for its letters.
const LETTERS_FROM: f64 = 4.0;

/// The run in one line, with its axis; it ticks while the run is on its way.
#[component]
pub fn RunStrip(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let clock = use_clock();
    // The clock is only read while the run is on its way: a finished strip is drawn once.
    let in_flight = run.in_flight();
    let drawn = Memo::new(move |_| {
        let now = if in_flight.get() { clock.now() } else { 0 };
        run.model().with(|run| {
            let strip = strip(run, now);
            let label = label(run, words::duration, &strip);
            (strip, label)
        })
    });
    let pieces = move || {
        let (strip, _) = drawn.get();
        let lanes = strip.lanes;
        let one = lanes == 1;
        strip
            .pieces
            .into_iter()
            .map(|piece| {
                let letters = piece
                    .by
                    .as_ref()
                    .filter(|_| piece.width >= LETTERS_FROM && one && !piece.bad)
                    .map(|by| view! { <span>{initials(&by.name)}</span> });
                view! { <i class=piece_class(&piece) style=place(&piece, lanes)>{letters}</i> }
            })
            .collect_view()
    };
    let marks = move || {
        let tools = drawn.with(|(strip, _)| strip.tools.clone());
        tools.into_iter().map(|at| view! { <u style=format!("left:{at:.2}%")></u> }).collect_view()
    };
    let now = move || {
        let now = drawn.with(|(strip, _)| strip.now);
        now.map(|at| view! { <span class="now" style=format!("left:{at:.2}%")></span> })
    };
    let ticks = move || {
        let (ticks, now) = drawn.with(|(strip, _)| (strip.ticks.clone(), strip.now));
        let now = now.map(|at| view! { <span class="nowt" style=format!("left:{at:.2}%")>"now"</span> });
        let ticks = ticks
            .into_iter()
            .map(|(at, ms)| view! { <span style=format!("left:{at:.2}%")>{words::mark(ms)}</span> })
            .collect_view();
        (ticks, now)
    };
    view! {
        <div class="runstrip" role="img" aria-label=move || drawn.with(|(_, label)| label.clone())>
            <div class="strip">{pieces} {marks} {now}</div>
            <div class="ticks" aria-hidden="true">
                {ticks}
            </div>
        </div>
    }
}

fn piece_class(piece: &Piece) -> &'static str {
    match &piece.by {
        _ if piece.waits => "w",
        _ if piece.bad => "bad",
        Some(by) if matches!(by.kind, Kind::Agent | Kind::Team) => agent_class(&by.name),
        _ => "",
    }
}

fn place(piece: &Piece, lanes: usize) -> String {
    let mut style = format!("left:{:.2}%;width:{:.2}%", piece.left, piece.width);
    if lanes > 1 {
        let height = 100.0 / lanes as f64;
        let top = height * piece.lane as f64;
        style.push_str(&format!(";top:{top:.1}%;bottom:{:.1}%", (100.0 - top - height).max(0.0)));
    }
    style
}

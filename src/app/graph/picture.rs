//! The picture of a team's graph. Where it may be edited, edges are made by dragging from member to member, or by choosing
//! one and then the other, with the pointer or with the keyboard.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use leptos::svg;

use super::arrows::{Arrows, arrow};
use super::drawing::{Drawing, Node};
use super::layout::{HEIGHT, Layout, WIDTH, layout};
use super::paths::{Line, lines};
use super::pointer::{point, release};
use super::trace::{Mark, Trace};
use crate::app::components::{agent_class, initials};

/// Characters of a name that fit in a box.
const NAME: usize = 15;

/// The smallest that the picture is drawn, as a share of its size: below, names are hard to read, and it is scrolled.
const LEAST_SCALE: f64 = 0.75;

/// How a graph is edited.
#[derive(Clone, Copy)]
pub struct GraphEdit {
    /// The member from which an edge is drawn, by its place.
    pub chosen: RwSignal<Option<usize>>,
    /// Adds an edge, or takes it away.
    pub toggle: Callback<(usize, usize)>,
}

/// Places and lines of what is drawn.
#[derive(Clone, PartialEq)]
pub(super) struct Sheet {
    pub(super) drawing: Drawing,
    layout: Layout,
    /// All edges: those of the drawing and steps of the run that none of them shows.
    pub(super) edges: Vec<(usize, usize)>,
    pub(super) lines: Vec<Line>,
    height: f64,
}

impl Sheet {
    fn of(drawing: Drawing, trace: &Trace) -> Self {
        let mut edges = drawing.edges.clone();
        let places = layout(drawing.nodes.len(), &edges);
        let strays = trace.strays(&drawing);
        // A step of the run must not move the members: it gets a line between their places.
        let mut wide = places;
        wide.ways.extend(strays.iter().map(|_| Vec::new()));
        edges.extend(strays);
        let (lines, height) = lines(&wide, &edges);
        Self { drawing, layout: wide, edges, lines, height }
    }
}

/// The picture.
#[component]
pub fn GraphPicture(
    /// The team.
    #[prop(into)]
    drawing: Signal<Drawing>,
    /// Where a run is on it.
    #[prop(optional, into)]
    trace: Signal<Trace>,
    /// How it is edited, if it may be.
    #[prop(optional)]
    edit: Option<GraphEdit>,
) -> impl IntoView {
    let sheet = Memo::new(move |_| trace.with(|trace| Sheet::of(drawing.get(), trace)));
    let size = Memo::new(move |_| sheet.with(|sheet| (sheet.layout.width, sheet.height)));
    let words = Memo::new(move |_| sheet.with(|sheet| sheet.drawing.words()));
    let count = Memo::new(move |_| sheet.with(|sheet| sheet.drawing.nodes.len()));
    let edges = Memo::new(move |_| sheet.with(|sheet| sheet.edges.clone()));
    let element = NodeRef::<svg::Svg>::new();
    let hand = RwSignal::new(None::<(f64, f64)>);
    let pressed = StoredValue::new(None::<usize>);
    let on_move = move |event: PointerEvent| {
        if edit.is_some_and(|edit| edit.chosen.get_untracked().is_some()) && event.buttons() == 1 {
            hand.set(point(element, &event, size.get_untracked()));
        }
    };
    let rubber = move || {
        let from = edit?.chosen.get()?;
        let (x, y) = hand.get()?;
        let (from_x, from_y) = sheet.with(|sheet| sheet.layout.places.get(from).copied())?;
        Some(format!("M{} {}L{x} {y}", from_x + WIDTH / 2.0, from_y + HEIGHT / 2.0))
    };
    let let_go = move |_| {
        pressed.set_value(None);
        if hand.get_untracked().is_some() {
            hand.set(None);
        }
    };
    view! {
        <div class="graph" tabindex="0" role="region" aria-label="Graph of the team">
            <svg
                node_ref=element
                class:editable=edit.is_some()
                role=if edit.is_some() { "group" } else { "img" }
                aria-label=words
                width=move || size.get().0
                height=move || size.get().1
                style:min-width=move || format!("{:.0}px", size.get().0 * LEAST_SCALE)
                viewBox=move || format!("0 0 {} {}", size.get().0, size.get().1)
                on:pointermove=on_move
                on:pointerup=let_go
                on:pointerleave=let_go
            >
                <Arrows />
                <For each=move || edges.get() key=|edge| *edge children=move |edge| arrow(sheet, trace, edge) />
                <path class="g-rubber" d=move || rubber().unwrap_or_default() />
                <For each=move || 0..count.get() key=|at| *at children=move |at| box_of(sheet, trace, edit, hand, pressed, at) />
            </svg>
        </div>
    }
}

fn box_of(
    sheet: Memo<Sheet>,
    trace: Signal<Trace>,
    edit: Option<GraphEdit>,
    hand: RwSignal<Option<(f64, f64)>>,
    pressed: StoredValue<Option<usize>>,
    at: usize,
) -> impl IntoView {
    let node = Memo::new(move |_| {
        sheet.with(|sheet| {
            sheet.drawing.nodes.get(at).cloned().unwrap_or(Node { name: String::new(), team: false })
        })
    });
    let place =
        Memo::new(move |_| sheet.with(|sheet| sheet.layout.places.get(at).copied().unwrap_or_default()));
    let mark = Memo::new(move |_| trace.with(|trace| node.with(|node| trace.member(&node.name))));
    let is_chosen = move || edit.is_some_and(|edit| edit.chosen.get() == Some(at));
    let name = move || {
        node.with(|node| match node.name.char_indices().nth(NAME) {
            Some((end, _)) => format!("{}…", &node.name[..end]),
            None => node.name.clone(),
        })
    };
    let second = move || {
        let kind = if node.with(|node| node.team) { "team" } else { "agent" };
        let turns = trace.with(|trace| {
            node.with(|node| trace.turns.iter().filter(|turn| turn.member == node.name).count())
        });
        match (mark.get(), turns) {
            (Mark::On, _) => "speaks now".to_owned(),
            (Mark::Past, 1) => "spoke once".to_owned(),
            (Mark::Past, turns) => format!("spoke {turns} times"),
            (Mark::Off, _) => "not reached".to_owned(),
            (Mark::Plain, _) => kind.to_owned(),
        }
    };
    let label = move || {
        let edit = edit?;
        let name = node.with(|node| node.name.clone());
        let from = edit.chosen.get().map(|from| sheet.with(|sheet| sheet.drawing.name(from).to_owned()));
        Some(match from {
            Some(from) if is_chosen() => format!("{from}, chosen; choose who may follow it"),
            Some(from) if sheet.with(|sheet| edit_has(&sheet.drawing, edit, at)) => {
                format!("{name}, take away the edge from {from}")
            }
            Some(from) => format!("{name}, add an edge from {from}"),
            None => format!("{name}, draw an edge from it"),
        })
    };
    let press = move || {
        let Some(edit) = edit else { return };
        match edit.chosen.get_untracked() {
            None => edit.chosen.set(Some(at)),
            Some(from) => {
                edit.chosen.set(None);
                if from != at {
                    edit.toggle.run((from, at));
                }
            }
        }
    };
    let on_down = move |event: PointerEvent| {
        let Some(edit) = edit else { return };
        // A finger holds on to what it touched first; the end of its way is what counts here.
        release(&event);
        if event.button() == 0 && edit.chosen.get_untracked().is_none() {
            edit.chosen.set(Some(at));
            pressed.set_value(Some(at));
        }
    };
    let on_up = move |event: PointerEvent| {
        event.stop_propagation();
        hand.set(None);
        // The press that chose this member ends on it: it stays chosen, for a second press elsewhere.
        if pressed.try_update_value(Option::take).flatten() != Some(at) {
            press();
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" | " " => {
            event.prevent_default();
            press();
        }
        "Escape" => {
            if let Some(edit) = edit {
                edit.chosen.set(None);
            }
        }
        _ => {}
    };
    view! {
        <g
            class=move || format!("g-node {}", mark.get().class())
            class:chosen=is_chosen
            transform=move || format!("translate({} {})", place.get().0, place.get().1)
        >
            <rect class="under" class:team=move || node.with(|node| node.team) x="4" y="-4" width=WIDTH height=HEIGHT rx="6" />
            <rect class="box" width=WIDTH height=HEIGHT rx="6" />
            <rect
                class=move || format!("g-av {}", node.with(|node| agent_class(&node.name)))
                x="10"
                y="15"
                width="24"
                height="24"
                rx="5"
            />
            <text
                class=move || format!("g-in {}", node.with(|node| agent_class(&node.name)))
                x="22"
                y="31"
                text-anchor="middle"
            >
                {move || node.with(|node| initials(&node.name))}
            </text>
            <text class="g-name" x="43" y="24">
                {name}
            </text>
            <text class="sm" x="43" y="41">
                {second}
            </text>
            // The words above are for eyes; what is pressed says the same and what pressing does.
            {edit
                .map(|_| {
                    view! {
                        <rect
                            class="hit"
                            width=WIDTH
                            height=HEIGHT
                            rx="6"
                            tabindex="0"
                            role="button"
                            aria-label=label
                            aria-pressed=move || if is_chosen() { "true" } else { "false" }
                            on:pointerdown=on_down
                            on:pointerup=on_up
                            on:keydown=on_key
                        />
                    }
                })}
        </g>
    }
}

/// Whether the chosen member leads to the one at `at`.
fn edit_has(drawing: &Drawing, edit: GraphEdit, at: usize) -> bool {
    edit.chosen.get().is_some_and(|from| drawing.edges.contains(&(from, at)))
}

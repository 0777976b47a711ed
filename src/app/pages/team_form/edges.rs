//! The edges of a team: in the picture, and in a list that says and does the same.

use leptos::prelude::*;

use super::fields::{TeamFields, name_of};
use crate::app::components::{Button, ErrorLine, IconButton, Problems};
use crate::app::graph::{Checks, Drawing, GraphEdit, GraphPicture};

/// The graph and its list.
#[component]
pub fn EdgeEditor(
    /// Values.
    fields: TeamFields,
    /// What is drawn.
    drawing: Memo<Drawing>,
    /// Errors of the form.
    problems: Problems,
) -> impl IntoView {
    let error = problems.of("spec.graph.edges");
    let chosen = RwSignal::new(None::<usize>);
    let said = RwSignal::new(String::new());
    let name = move |at: usize| drawing.with_untracked(|drawing| drawing.name(at).to_owned());
    let toggle = Callback::new(move |(from, to): (usize, usize)| {
        let there = fields.toggle(from, to);
        problems.set_field("spec.graph.edges", None);
        let did = if there { "now follows" } else { "no longer follows" };
        said.set(format!("{} {did} {}.", name(to), name(from)));
    });
    let hint = move || match chosen.get() {
        Some(from) => format!("From {}: choose who may follow it. Escape leaves it.", name(from)),
        None if said.with(String::is_empty) => {
            "Drag from a member to one that may follow it, or choose one and then the other.".to_owned()
        }
        None => said.get(),
    };
    view! {
        <GraphPicture drawing=drawing edit=GraphEdit { chosen, toggle } />
        <p class="xs t2" role="status">
            {hint}
        </p>
        <ErrorLine error=error />
        <div class="checks">
            <Checks drawing=drawing />
        </div>
        <EdgeList fields=fields drawing=drawing toggle=toggle />
    }
}

#[component]
fn EdgeList(fields: TeamFields, drawing: Memo<Drawing>, toggle: Callback<(usize, usize)>) -> impl IntoView {
    let (from, to) = (RwSignal::new(0_usize), RwSignal::new(1_usize));
    let rows = move || {
        let members = fields.members.get();
        let edges = fields.edges.get();
        edges
            .into_iter()
            .map(|edge| {
                let (from, to) = (name_of(&members, &edge.0), name_of(&members, &edge.1));
                let label = format!("Remove the edge from {from} to {to}");
                let remove =
                    Callback::new(move |_| fields.edges.update(|edges| edges.retain(|other| *other != edge)));
                view! {
                    <li class="row">
                        <span class="cut grow">{format!("{from} → {to}")}</span>
                        <IconButton label=label icon="x" small=true on_press=remove />
                    </li>
                }
            })
            .collect_view()
    };
    let options = move |chosen: RwSignal<usize>| {
        let names =
            drawing.with(|drawing| drawing.nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>());
        names
            .into_iter()
            .enumerate()
            .map(|(at, name)| {
                view! {
                    <option value=at.to_string() selected=move || chosen.get() == at>
                        {name}
                    </option>
                }
            })
            .collect_view()
    };
    let choose = |chosen: RwSignal<usize>| {
        move |event| chosen.set(event_target_value(&event).parse().unwrap_or_default())
    };
    let few = move || drawing.with(|drawing| drawing.nodes.is_empty());
    let add = move |_| {
        let edge = (from.get_untracked(), to.get_untracked());
        if drawing.with_untracked(|drawing| !drawing.edges.contains(&edge)) {
            toggle.run(edge);
        }
    };
    view! {
        <ul class="edges" aria-label="Edges">
            {rows}
        </ul>
        <div class="row wrap" hidden=few>
            <select class="in grow min-w-28" aria-label="After" on:change=choose(from)>
                {move || options(from)}
            </select>
            <span class="t2 xs nowrap">"may speak"</span>
            <select class="in grow min-w-28" aria-label="Next" on:change=choose(to)>
                {move || options(to)}
            </select>
            <Button label="Add the edge" icon="plus" small=true on_press=Callback::new(add) />
        </div>
    }
}

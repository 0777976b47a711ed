//! What a graph says, in words: its members as a table, and what stands out.

use leptos::prelude::*;

use super::drawing::Drawing;
use super::trace::{Mark, Trace};
use crate::app::components::{Avatar, Icon};
use crate::resources::kind::Kind;

/// The members with who may follow them and, on a run, what they did.
#[component]
pub fn TurnList(
    /// The team.
    #[prop(into)]
    drawing: Signal<Drawing>,
    /// Where a run is on it.
    #[prop(optional, into)]
    trace: Option<Signal<Trace>>,
) -> impl IntoView {
    let rows = move || {
        let drawing = drawing.get();
        let trace = trace.map(|trace| trace.get());
        (0..drawing.nodes.len())
            .map(|at| {
                let node = &drawing.nodes[at];
                let next = match drawing.free {
                    true => "anybody".to_owned(),
                    false => drawing.followers(at).join(", "),
                };
                let did = trace.as_ref().map(|trace| {
                    let turns: Vec<String> = trace
                        .turns
                        .iter()
                        .filter(|turn| turn.member == node.name)
                        .map(|turn| turn.number.to_string())
                        .collect();
                    match (trace.member(&node.name), turns.len()) {
                        (Mark::Plain | Mark::Off, _) => "not reached".to_owned(),
                        (Mark::On, _) => {
                            format!("speaks now, turn {}", turns.last().cloned().unwrap_or_default())
                        }
                        (Mark::Past, 1) => format!("turn {}", turns.join("")),
                        (Mark::Past, _) => format!("turns {}", turns.join(", ")),
                    }
                });
                let kind = if node.team { Kind::Team } else { Kind::Agent };
                view! {
                    <tr>
                        <td class="l1">
                            <span class="who">
                                <Avatar kind=kind name=node.name.clone() small=true />
                                <span class="cut">{node.name.clone()}</span>
                            </span>
                        </td>
                        <td class="l2 t2">{kind.noun()}</td>
                        <td class="full">{if next.is_empty() { "nobody".to_owned() } else { next }}</td>
                        {did.map(|did| view! { <td class="l1e t2">{did}</td> })}
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <details class="call g-list">
            <summary class="row">
                <span>"Show as a list"</span>
                <Icon name="chevron-right" small=true class="chev" />
            </summary>
            <div class="tw" tabindex="0" role="region" aria-label="Members and who follows them">
                <table class="two">
                    <thead>
                        <tr>
                            <th scope="col">"Member"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"May be followed by"</th>
                            {trace.map(|_| view! { <th scope="col">"In this run"</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

/// What stands out in the edges.
#[component]
pub fn Checks(
    /// The team.
    #[prop(into)]
    drawing: Signal<Drawing>,
) -> impl IntoView {
    let checks = Memo::new(move |_| drawing.with(|drawing| drawing.checks.clone()));
    move || {
        checks
            .get()
            .into_iter()
            .map(|check| {
                let (class, icon, word) = match check.warning {
                    true => ("st s-waiting", "triangle-alert", "Warning"),
                    false => ("st s-queued", "info", "Note"),
                };
                view! {
                    <p class="act cond">
                        <span class=class>
                            <Icon name=icon />
                            <span class="vh">{word}</span>
                        </span>
                        <span>
                            <b class="med">{check.lead}</b>
                            " "
                            <span class="t2">{check.text}</span>
                        </span>
                    </p>
                }
            })
            .collect_view()
    }
}

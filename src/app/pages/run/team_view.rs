//! The graphs of the teams that a run asks, with the turn moving on them.

use leptos::prelude::*;

use super::store::RunStore;
use crate::api::objects::get_object;
use crate::app::components::Panel;
use crate::app::graph::{Drawing, GraphPicture, TurnList, trace_of};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::Specific;
use crate::views::forms::TeamForm;

/// Teams whose graphs are shown at the most.
const MAX_TEAMS: usize = 4;

/// A team of the run, as it is now.
pub type TeamOfRun = (ObjectKey, TeamForm);

/// The teams among what was asked. One that is gone has no graph.
pub async fn teams_of(targets: &[ObjectKey]) -> Vec<TeamOfRun> {
    let mut teams = Vec::new();
    for key in targets.iter().filter(|key| key.kind == Kind::Team).take(MAX_TEAMS) {
        if let Ok(detail) = get_object(key.clone()).await
            && let Specific::Team(form) = detail.specific
        {
            teams.push((key.clone(), form));
        }
    }
    teams
}

/// The graphs, one for each team.
#[component]
pub fn TeamGraphs(
    /// The run.
    run: RunStore,
    /// Its teams.
    teams: Vec<TeamOfRun>,
) -> impl IntoView {
    let graphs = teams.into_iter().map(|(key, form)| {
        let drawing = Signal::stored(Drawing::of(&form));
        view! { <TeamGraph run=run team=key drawing=drawing /> }
    });
    view! { <div class="stack stack-4">{graphs.collect_view()}</div> }
}

/// The graph of a team, with the turn of a run moving on it.
#[component]
pub fn TeamGraph(
    /// The run.
    run: RunStore,
    /// The team.
    team: ObjectKey,
    /// It, drawn.
    #[prop(into)]
    drawing: Signal<Drawing>,
) -> impl IntoView {
    let title = format!("Graph of {}", team.name);
    let trace = run.select(move |run| trace_of(&run.entries, &team, !run.ended()));
    let note = Signal::derive(move || {
        trace.with(|trace| match (&trace.ended, trace.turns.last()) {
            (Some(ended), _) => ended.clone(),
            (None, Some(turn)) if trace.speaking => {
                format!("Turn {}: {} speaks. {}", turn.number, turn.member, turn.why)
            }
            (None, Some(turn)) => format!("It stopped at turn {}.", turn.number),
            (None, None) => "Nobody has spoken yet.".to_owned(),
        })
    });
    view! {
        <Panel title=title>
            <GraphPicture drawing=drawing trace=trace />
            <p class="pb xs t2" role="status">
                {note}
            </p>
            <TurnList drawing=drawing trace=Signal::from(trace) />
            <footer class="legend" aria-hidden="true">
                <span>
                    <i class="g-past"></i>
                    "taken, number is the turn"
                </span>
                <span>
                    <i class="g-now"></i>
                    "now"
                </span>
                <span>
                    <i class="g-may"></i>
                    "allowed, not taken"
                </span>
            </footer>
        </Panel>
    }
}

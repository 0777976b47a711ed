//! `graph`: the first member begins, and an edge says who follows.

use super::{Candidates, Choice};
use crate::engine::journal::{TeamEnd, TurnRule};
use crate::resources::team::{TeamEdge, TeamMember};

/// Who speaks in `turn`, from 0, after the member at `previous`.
pub(super) fn next(
    members: &[TeamMember],
    edges: &[TeamEdge],
    turn: usize,
    previous: Option<usize>,
) -> Candidates {
    if turn == 0 {
        let why = "The first member begins.".to_owned();
        return Candidates::One(Choice { member: 0, rule: TurnRule::Order, why });
    }
    match followers(members, edges, previous).as_slice() {
        [] => Candidates::Nobody(TeamEnd::Complete, no_edge(members, previous)),
        // One edge from each member is Ark's rule; of several the first counts.
        [member, ..] => Candidates::One(by_edge(members, previous, *member)),
    }
}

/// The members to which edges lead from the one at `previous`, each once, in the order of the edges.
pub(super) fn followers(members: &[TeamMember], edges: &[TeamEdge], previous: Option<usize>) -> Vec<usize> {
    let Some(from) = previous.and_then(|at| members.get(at)) else { return Vec::new() };
    let mut places = Vec::new();
    for edge in edges.iter().filter(|edge| edge.from == from.name) {
        let place = members.iter().position(|member| member.name == edge.to);
        places.extend(place.filter(|place| !places.contains(place)));
    }
    places
}

/// The choice that an edge makes.
pub(super) fn by_edge(members: &[TeamMember], previous: Option<usize>, member: usize) -> Choice {
    let why =
        format!("The edge from '{}' leads to '{}'.", name(members, previous), name(members, Some(member)));
    Choice { member, rule: TurnRule::Edge, why }
}

/// Why nobody follows.
pub(super) fn no_edge(members: &[TeamMember], previous: Option<usize>) -> String {
    format!("No edge leads on from '{}'.", name(members, previous))
}

fn name(members: &[TeamMember], at: Option<usize>) -> &str {
    at.and_then(|at| members.get(at)).map_or("somebody who is no member any more", |member| &member.name)
}

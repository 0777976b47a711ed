//! Teams in teams, looked at before the first turn: none may contain itself.

use std::collections::HashMap;

use crate::engine::error::{RunError, codes};
use crate::engine::nesting::way_back;
use crate::engine::world::World;
use crate::resources::team::{MemberType, Team, TeamSpec};

/// Teams that are looked at; a larger nest is met turn by turn, where cycles and depth are refused too.
const MAX_TEAMS: usize = 200;

/// Fails when the team `name` contains itself, or a team in it does. A nested team that is not there is told when its
/// turn comes.
pub(super) async fn check(
    world: &World,
    namespace: &str,
    name: &str,
    spec: &TeamSpec,
) -> Result<(), RunError> {
    let mut members = HashMap::from([(name.to_owned(), teams(spec))]);
    let mut open = teams(spec);
    while let Some(next) = open.pop() {
        if members.contains_key(&next) || members.len() >= MAX_TEAMS {
            continue;
        }
        let inner = world.find::<Team>(namespace, &next).await?.map(|team| teams(&team.spec));
        let inner = inner.unwrap_or_default();
        open.extend(inner.iter().cloned());
        members.insert(next, inner);
    }
    let asks = |team: &String| members.get(team).cloned().unwrap_or_default();
    match members.keys().find_map(|team| way_back(team, asks)) {
        None => Ok(()),
        Some(way) => Err(RunError::new(
            codes::MEMBER_CYCLE,
            format!("Teams contain each other: {}. Take one out.", way.join(", ")),
        )),
    }
}

fn teams(spec: &TeamSpec) -> Vec<String> {
    let teams = spec.members.iter().filter(|member| member.type_ == MemberType::Team);
    teams.map(|member| member.name.clone()).collect()
}

//! `round-robin`: the members in order, again and again. `maxTurns` counts the turns of members, as for a sequence that
//! loops, not the rounds, as Ark 0.1.31 did.

use super::{Candidates, Choice};
use crate::engine::journal::TurnRule;
use crate::resources::team::TeamMember;

/// Who speaks in `turn`, from 0.
pub(super) fn next(members: &[TeamMember], turn: usize) -> Candidates {
    let member = turn % members.len();
    let why = format!("Member {} of {}, round {}.", member + 1, members.len(), turn / members.len() + 1);
    Candidates::One(Choice { member, rule: TurnRule::Order, why })
}

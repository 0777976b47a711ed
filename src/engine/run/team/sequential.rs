//! `sequential`: the members in order, once or, with `loops`, again and again.

use super::{Candidates, Choice, round_robin};
use crate::engine::journal::{TeamEnd, TurnRule};
use crate::resources::team::TeamMember;

/// Who speaks in `turn`, from 0.
pub(super) fn next(members: &[TeamMember], loops: bool, turn: usize) -> Candidates {
    if loops {
        return round_robin::next(members, turn);
    }
    if turn >= members.len() {
        return Candidates::Nobody(TeamEnd::Complete, "Every member has spoken.".to_owned());
    }
    let why = format!("Member {} of {}, in order.", turn + 1, members.len());
    Candidates::One(Choice { member: turn, rule: TurnRule::Order, why })
}

//! What is done at one place of a turn: by the target itself, or by an agent or a team that was asked as a tool.
//!
//! The step ids say what belongs where: what the call `0/tool/1/0` asked does `0/tool/1/0/model/0`. Several such calls
//! work at once, and their words must not stand among each other's.

use super::turn::{Part, ToolRow};
use crate::views::ObjectKey;

/// What comes before the numbers of a tool call in a step id.
const TOOL: &str = "/tool/";
/// What comes before the number of a team's choice in a step id.
const PICK: &str = "/pick/";

/// What is done at one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    /// Who was asked, once known.
    pub who: Option<ObjectKey>,
    /// What was done, in order.
    pub parts: Vec<Part>,
    /// Under whose name the next words stand, where that is another than who was asked.
    speaker: Option<ObjectKey>,
}

impl Work {
    /// Work of `who`.
    pub(super) fn of(who: Option<ObjectKey>) -> Self {
        Self { who, ..Self::default() }
    }

    /// Model calls and tool calls that stand here.
    pub fn counts(&self) -> (usize, usize) {
        let count = |is: fn(&Part) -> bool| self.parts.iter().filter(|part| is(part)).count();
        (count(|part| matches!(part, Part::Call(_))), count(|part| matches!(part, Part::Tool(_))))
    }

    /// A member of a team has its turn: what follows stands under its name.
    pub(super) fn begin_turn(&mut self, team: &ObjectKey, member: &ObjectKey, part: Part) {
        self.who.get_or_insert_with(|| team.clone());
        self.speaker = Some(member.clone());
        self.parts.push(part);
    }

    /// `agent` asks a model in `step`. Gives whose name is to be said, where the words would stand under another's.
    pub(super) fn speak(&mut self, step: &str, agent: Option<&ObjectKey>) -> Option<ObjectKey> {
        let picks = step.rsplit_once(PICK).map(|(place, _)| place);
        let asks = match (agent, picks) {
            (Some(agent), _) => agent.clone(),
            // A model picks: for the team.
            (None, Some(place)) => self.team_at(place)?,
            (None, None) => return None,
        };
        if self.who.is_none() && picks.is_none() {
            self.who = Some(asks);
            return None;
        }
        if self.speaker.as_ref().or(self.who.as_ref()) == Some(&asks) {
            return None;
        }
        self.speaker = Some(asks.clone());
        Some(asks)
    }

    /// The team whose steps begin with `place`: a member that is a team, else who was asked.
    fn team_at(&self, place: &str) -> Option<ObjectKey> {
        let member = self.parts.iter().rev().find_map(|part| match part {
            Part::Member { step, member, .. } if step == place => Some(member.clone()),
            _ => None,
        });
        member.or_else(|| self.who.clone())
    }
}

/// The step of the innermost call among `tools` that asked for what `step` is part of; `None` for the target's own.
pub(super) fn asked_by(tools: &[ToolRow], step: &str) -> Option<String> {
    let mut call = caller(step);
    while let Some(step) = call {
        // The beginning of a long run is not always here.
        if tools.iter().any(|row| row.step == step) {
            return Some(step.to_owned());
        }
        call = caller(step);
    }
    None
}

/// The step of the call that this one is under.
fn caller(step: &str) -> Option<&str> {
    let numbers = |text: &str| text.rsplit_once(TOOL).map(|(_, after)| after.matches('/').count());
    // A call itself stands where it was asked for.
    let place = if numbers(step) == Some(1) { step.rsplit_once(TOOL)?.0 } else { step };
    let (before, after) = place.rsplit_once(TOOL)?;
    let end = after.match_indices('/').nth(1).map_or(after.len(), |(at, _)| at);
    Some(&place[..before.len() + TOOL.len() + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_by_which_call_it_was_asked() {
        for own in ["0/model/0", "0/tool/0/0", "0/turn/1/tool/0/0", "0/pick/1", "0/pick/1/call", "s1"] {
            assert_eq!(caller(own), None, "{own}");
        }
        let call = "0/turn/1/tool/0/2";
        for under in ["model/0", "tool/1/0", "turn/3/model/1", "turn/3/tool/0/0", "pick/2/call", "end"] {
            assert_eq!(caller(&format!("{call}/{under}")), Some(call), "{under}");
        }
        assert_eq!(caller("0/tool/0/0/tool/1/1/model/2"), Some("0/tool/0/0/tool/1/1"));
        assert_eq!(caller("0/tool/0/0/tool/1/1"), Some("0/tool/0/0"));
    }
}

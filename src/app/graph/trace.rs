//! Where a run is on a team's graph: the turns so far, by member.

use super::drawing::Drawing;
use crate::views::ObjectKey;
use crate::views::run::{RunEntry, RunEvent};

/// The turns of a team in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Who spoke, in order, with why: names of members.
    pub turns: Vec<Turn>,
    /// The last of them speaks now.
    pub speaking: bool,
    /// How the team ended, in a sentence.
    pub ended: Option<String>,
}

/// A turn of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// From 1.
    pub number: usize,
    /// Who.
    pub member: String,
    /// Why, in a sentence.
    pub why: String,
}

/// How a member or an edge is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mark {
    /// Without a run.
    #[default]
    Plain,
    /// Taken.
    Past,
    /// Now.
    On,
    /// Allowed and not taken so far.
    Off,
}

impl Mark {
    /// Its class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Past => "past",
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

impl Trace {
    /// How a member is drawn.
    pub fn member(&self, name: &str) -> Mark {
        if self.turns.is_empty() {
            return Mark::Plain;
        }
        let last = self.turns.last().is_some_and(|turn| turn.member == name);
        match self.turns.iter().any(|turn| turn.member == name) {
            _ if last && self.speaking => Mark::On,
            true => Mark::Past,
            false => Mark::Off,
        }
    }

    /// How an edge is drawn, and the turns that took it.
    pub fn edge(&self, from: &str, to: &str) -> (Mark, String) {
        if self.turns.is_empty() {
            return (Mark::Plain, String::new());
        }
        let taken: Vec<usize> = self
            .turns
            .windows(2)
            .filter(|pair| pair[0].member == from && pair[1].member == to)
            .map(|pair| pair[1].number)
            .collect();
        let Some(latest) = taken.last() else { return (Mark::Off, String::new()) };
        let now = self.speaking && self.turns.last().is_some_and(|turn| turn.number == *latest);
        let label =
            if taken.len() > 1 { format!("{latest}, {} times", taken.len()) } else { latest.to_string() };
        (if now { Mark::On } else { Mark::Past }, label)
    }

    /// Steps between members that no edge of the drawing shows, by places.
    pub fn strays(&self, drawing: &Drawing) -> Vec<(usize, usize)> {
        let place = |name: &str| drawing.nodes.iter().position(|node| node.name == name);
        let mut strays = Vec::new();
        for pair in self.turns.windows(2) {
            let step = place(&pair[0].member).zip(place(&pair[1].member));
            strays.extend(step.filter(|step| !drawing.edges.contains(step) && !strays.contains(step)));
        }
        strays
    }
}

/// The turns that a journal tells of a team. A team that was asked several times shows its latest time.
pub fn trace_of(entries: &[RunEntry], team: &ObjectKey, running: bool) -> Trace {
    let mut trace = Trace::default();
    for entry in entries {
        match &entry.event {
            RunEvent::TurnStarted { team: whose, turn, member, why, .. } if whose == team => {
                if *turn == 1 {
                    trace = Trace::default();
                }
                trace.turns.push(Turn { number: *turn, member: member.name.clone(), why: why.clone() });
                trace.speaking = running;
            }
            RunEvent::TeamEnded { team: whose, message, .. } if whose == team => {
                trace.speaking = false;
                trace.ended = Some(message.clone());
            }
            _ => {}
        }
    }
    trace
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;

    fn team() -> ObjectKey {
        ObjectKey::new(Kind::Team, "port", "bridge")
    }

    fn turn(turn: usize, member: &str) -> RunEvent {
        RunEvent::TurnStarted {
            step: String::new(),
            turn,
            team: team(),
            member: ObjectKey::new(Kind::Agent, "port", member),
            rule: "edge".into(),
            why: String::new(),
        }
    }

    fn entries(events: Vec<RunEvent>) -> Vec<RunEntry> {
        let numbered = events.into_iter().zip(1..);
        numbered.map(|(event, seq)| RunEntry { seq, at_ms: 0, target: Some(0), event }).collect()
    }

    #[test]
    fn the_turn_moves_along_the_edges() {
        let told = entries(vec![turn(1, "a"), turn(2, "b"), turn(3, "a"), turn(4, "b")]);
        let trace = trace_of(&told, &team(), true);
        assert_eq!(
            (trace.member("a"), trace.member("b"), trace.member("c")),
            (Mark::Past, Mark::On, Mark::Off)
        );
        assert_eq!(trace.edge("a", "b"), (Mark::On, "4, 2 times".to_owned()));
        assert_eq!(trace.edge("b", "a"), (Mark::Past, "3".to_owned()));
        assert_eq!(trace.edge("a", "c").0, Mark::Off);
        assert_eq!(trace_of(&told, &team(), false).member("b"), Mark::Past);
    }

    #[test]
    fn an_end_is_an_end_and_a_second_time_begins_anew() {
        let end = RunEvent::TeamEnded {
            step: "0/end".into(),
            team: team(),
            turns: 1,
            reason: "complete".into(),
            message: "Said.".into(),
        };
        let told = trace_of(&entries(vec![turn(1, "a"), end.clone()]), &team(), true);
        assert_eq!((told.speaking, told.ended.as_deref()), (false, Some("Said.")));
        let again = trace_of(&entries(vec![turn(1, "a"), end, turn(1, "b")]), &team(), true);
        assert_eq!((again.turns.len(), again.ended), (1, None));
        let other = ObjectKey::new(Kind::Team, "port", "crew");
        assert_eq!(trace_of(&entries(vec![turn(1, "a")]), &other, true), Trace::default());
    }

    #[test]
    fn steps_without_an_edge_are_drawn_too() {
        let node = |name: &str| super::super::Node { name: name.into(), team: false };
        let drawing =
            Drawing { nodes: vec![node("a"), node("b")], edges: vec![(0, 1)], ..Drawing::default() };
        let trace = trace_of(&entries(vec![turn(1, "a"), turn(2, "b"), turn(3, "a")]), &team(), true);
        assert_eq!(trace.strays(&drawing), [(1, 0)]);
    }
}

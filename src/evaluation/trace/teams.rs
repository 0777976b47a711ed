//! Teams at work and their turns, as a run's journal tells them.

use std::collections::HashMap;

use super::{StepTrace, TeamTrace, TurnTrace};
use crate::engine::journal::Event;

/// What the fold remembers of teams between entries.
#[derive(Default)]
pub(super) struct Teams {
    teams: Vec<TeamTrace>,
    turns: Vec<TurnTrace>,
    /// The team of each turn.
    whose: Vec<usize>,
    /// Teams by their places, as `0` or `0/turn/2`.
    places: HashMap<String, usize>,
    /// Turns by their steps.
    steps: HashMap<String, usize>,
}

impl Teams {
    pub(super) fn take(&mut self, at: i64, event: &Event) {
        match event {
            Event::TurnStarted { step, turn, team, member, rule, .. } => {
                let place = step.rsplit_once("/turn/").map_or(step.as_str(), |(place, _)| place);
                let whose = self.team(at, place, &team.name);
                let members = &mut self.teams[whose].members;
                if !members.contains(&member.name) {
                    members.push(member.name.clone());
                }
                self.steps.insert(step.clone(), self.turns.len());
                self.whose.push(whose);
                self.turns.push(TurnTrace {
                    name: member.name.clone(),
                    kind: member.kind.noun().to_owned(),
                    team: team.name.clone(),
                    turn: *turn,
                    rule: rule.as_str().to_owned(),
                    start_ms: at,
                    step: step.clone(),
                    ..TurnTrace::default()
                });
            }
            Event::TurnDone { step, content } => {
                if let Some(turn) = self.steps.get(step).and_then(|at| self.turns.get_mut(*at)) {
                    content.clone_into(&mut turn.content);
                    (turn.ok, turn.end_ms) = (true, at);
                }
            }
            Event::TeamEnded { step, team, reason, .. } => {
                let whose = self.team(at, step.strip_suffix("/end").unwrap_or(step), &team.name);
                let team = &mut self.teams[whose];
                reason.as_str().clone_into(&mut team.end);
                (team.ok, team.end_ms) = (true, at);
            }
            _ => {}
        }
    }

    /// The team at `place`, which is there from now on.
    fn team(&mut self, at: i64, place: &str, name: &str) -> usize {
        if let Some(known) = self.places.get(place) {
            return *known;
        }
        self.places.insert(place.to_owned(), self.teams.len());
        self.teams.push(TeamTrace {
            name: name.to_owned(),
            start_ms: at,
            step: place.to_owned(),
            ..TeamTrace::default()
        });
        self.teams.len() - 1
    }

    /// All teams and all turns. What has no end of its own ended with the run, at `last`.
    pub(super) fn end(mut self, last: i64) -> (Vec<TeamTrace>, Vec<TurnTrace>) {
        for turn in &mut self.turns {
            turn.end_ms = if turn.ok { turn.end_ms } else { last };
            turn.duration_ms = turn.end_ms - turn.start_ms;
        }
        for team in &mut self.teams {
            team.end_ms = if team.ok { team.end_ms } else { last };
            team.duration_ms = team.end_ms - team.start_ms;
        }
        for (turn, whose) in self.turns.iter().zip(&self.whose) {
            self.teams[*whose].turns.push(StepTrace {
                kind: turn.kind.clone(),
                name: turn.name.clone(),
                ok: turn.ok,
                start_ms: turn.start_ms,
                end_ms: turn.end_ms,
                step: turn.step.clone(),
            });
        }
        (self.teams, self.turns)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::engine::journal::{Entry, Event};
    use crate::evaluation::trace::Trace;

    fn object(kind: &str, name: &str) -> Value {
        json!({"kind": kind, "namespace": "lagoon", "name": name})
    }

    fn turn(step: &str, number: usize, team: &str, member: Value) -> Value {
        json!({"type": "turnStarted", "step": step, "turn": number, "team": object("team", team),
            "member": member, "rule": "order", "why": "It is next."})
    }

    fn ended(step: &str, team: &str, turns: usize) -> Value {
        json!({"type": "teamEnded", "step": step, "team": object("team", team), "turns": turns,
            "reason": "complete", "message": "Everybody has spoken."})
    }

    fn trace(events: Value) -> Trace {
        let events: Vec<(i64, Event)> = serde_json::from_value(events).unwrap();
        let entry = |(seq, (at_ms, event))| Entry { seq, at_ms, target: Some(0), event };
        Trace::of(&(1..).zip(events).map(entry).collect::<Vec<_>>(), None)
    }

    #[test]
    fn a_team_in_a_team_is_told_with_its_own_turns() {
        let done = |step: &str| json!({"type": "turnDone", "step": step, "content": "so"});
        let writer = || object("agent", "writer");
        let trace = trace(json!([
            [1000, {"type": "targetStarted", "key": object("team", "outer")}],
            [1000, turn("0/turn/0", 1, "outer", object("team", "desk"))],
            [1000, turn("0/turn/0/turn/0", 1, "desk", writer())],
            [1020, done("0/turn/0/turn/0")],
            [1020, turn("0/turn/0/turn/1", 2, "desk", object("agent", "reviewer"))],
            [1030, done("0/turn/0/turn/1")],
            [1030, turn("0/turn/0/turn/2", 3, "desk", writer())],
            [1050, done("0/turn/0/turn/2")],
            [1050, ended("0/turn/0/end", "desk", 3)],
            [1060, done("0/turn/0")],
            [1060, turn("0/turn/1", 2, "outer", writer())],
            [1100, {"type": "targetFailed", "code": "ModelUnauthorized", "message": "No."}],
            [1100, {"type": "finished", "phase": "error", "reason": "QueryFailed", "message": "No."}],
        ]));
        let [outer, desk] = trace.teams.as_slice() else { panic!("{:?}", trace.teams) };
        assert_eq!((outer.name.as_str(), outer.ok, outer.end.as_str()), ("outer", false, ""));
        assert_eq!((outer.members.join(" "), outer.duration_ms), ("desk writer".into(), 100));
        assert_eq!((desk.name.as_str(), desk.ok, desk.end.as_str()), ("desk", true, "complete"));
        assert_eq!((desk.members.join(" "), desk.start_ms, desk.end_ms), ("writer reviewer".into(), 0, 50));
        let spans: Vec<(&str, i64, i64)> =
            desk.turns.iter().map(|one| (one.name.as_str(), one.start_ms, one.end_ms)).collect();
        assert_eq!(spans, [("writer", 0, 20), ("reviewer", 20, 30), ("writer", 30, 50)]);
        let turns: Vec<(&str, &str, &str, bool, i64)> = trace
            .turns
            .iter()
            .map(|one| (one.team.as_str(), one.kind.as_str(), one.name.as_str(), one.ok, one.duration_ms))
            .collect();
        assert_eq!(
            turns,
            [
                ("outer", "team", "desk", true, 60),
                ("desk", "agent", "writer", true, 20),
                ("desk", "agent", "reviewer", true, 10),
                ("desk", "agent", "writer", true, 20),
                ("outer", "agent", "writer", false, 40),
            ]
        );
        let places: Vec<&str> = trace.turns.iter().map(|one| one.step.as_str()).collect();
        assert_eq!(places[..2], ["0/turn/0", "0/turn/0/turn/0"]);
        assert_eq!((outer.step.as_str(), desk.step.as_str()), ("0", "0/turn/0"));
        assert_eq!(desk.turns[2].step, "0/turn/0/turn/2");
        let flow: Vec<(&str, &str)> =
            trace.sequence.iter().map(|step| (step.kind.as_str(), step.name.as_str())).collect();
        assert_eq!(flow[..4], [("team", "outer"), ("team", "desk"), ("turn", "desk"), ("turn", "writer")]);
    }

    #[test]
    fn a_run_whose_time_was_up_is_told_so_also_in_the_queue() {
        let failed = json!([[0, {"type": "targetFailed", "code": "TimedOut", "message": "Late."}]]);
        assert!(trace(failed).query.timed_out);
        let queue =
            json!([[0, {"type": "finished", "phase": "error", "reason": "TimedOutInQueue", "message": ""}]]);
        assert!(trace(queue).query.timed_out);
    }
}

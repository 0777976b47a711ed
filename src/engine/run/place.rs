//! Where in a run something happens: the beginning of its step ids, and who led here.

use crate::engine::error::{RunError, codes};
use crate::engine::journal::ObjectRef;
use crate::resources::kind::Kind;

/// How deep teams in teams and agents as tools go: the target is the first level. Deeper is a mistake in nearly every
/// case, and each level multiplies what a question costs.
pub(super) const MAX_DEPTH: usize = 8;

/// A place in a run. Step ids begin with its path, so that they are the same after a restart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Index of the target.
    pub(super) target: usize,
    path: String,
    /// Teams and agents from the target down to here; the one that works here is the last.
    chain: Vec<(Kind, String)>,
}

impl Place {
    /// The place of a target.
    pub(super) fn of_target(target: usize, kind: Kind, name: &str) -> Self {
        Self { target, path: target.to_string(), chain: vec![(kind, name.to_owned())] }
    }

    /// The step of the model call in `turn`, from 0.
    pub(super) fn model(&self, turn: usize) -> String {
        format!("{}/model/{turn}", self.path)
    }

    /// The step of call `index` of the tools that the model asked for in `turn`.
    pub(super) fn tool(&self, turn: usize, index: usize) -> String {
        format!("{}/tool/{turn}/{index}", self.path)
    }

    /// The step of a team's turn, from 0.
    pub(super) fn turn(&self, turn: usize) -> String {
        format!("{}/turn/{turn}", self.path)
    }

    /// The step of the choice of who has a team's turn, from 0.
    pub(super) fn pick(&self, turn: usize) -> String {
        format!("{}/pick/{turn}", self.path)
    }

    /// The step of a team's end.
    pub(super) fn end(&self) -> String {
        format!("{}/end", self.path)
    }

    /// The agent that works here, in the run's namespace; none where the target is a tool.
    pub(super) fn agent(&self, namespace: &str) -> Option<ObjectRef> {
        let (kind, name) = self.chain.last().filter(|(kind, _)| *kind == Kind::Agent)?;
        Some(ObjectRef { kind: *kind, namespace: namespace.to_owned(), name: name.clone() })
    }

    /// Whether nobody led here: the target itself works here.
    pub(super) fn is_target(&self) -> bool {
        self.chain.len() == 1
    }

    /// The place at `step` where `name` works, asked by who works here.
    ///
    /// # Errors
    ///
    /// `MemberCycle` when `name` is among those that led here, `NestedTooDeep` beyond [`MAX_DEPTH`].
    pub(super) fn enter(&self, step: String, kind: Kind, name: &str) -> Result<Self, RunError> {
        let mut chain = self.chain.clone();
        chain.push((kind, name.to_owned()));
        let noun = kind.noun();
        if self.chain.iter().any(|(k, n)| (*k, n.as_str()) == (kind, name)) {
            let names: Vec<&str> = chain.iter().map(|(_, name)| name.as_str()).collect();
            return Err(RunError::new(
                codes::MEMBER_CYCLE,
                format!("The {noun} '{name}' leads back to itself: {}. Take one out.", names.join(", ")),
            ));
        }
        if chain.len() > MAX_DEPTH {
            return Err(RunError::new(
                codes::NESTED_TOO_DEEP,
                format!(
                    "The {noun} '{name}' would be level {} of teams and agents that ask each other, and {MAX_DEPTH} are allowed. Make the nesting flatter.",
                    chain.len()
                ),
            ));
        }
        Ok(Self { target: self.target, path: step, chain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_say_the_way_and_cycles_and_depth_end_it() {
        let desk = Place::of_target(2, Kind::Team, "desk");
        let crew = desk.enter(desk.turn(1), Kind::Team, "crew").unwrap();
        let pilot = crew.enter(crew.turn(0), Kind::Agent, "pilot").unwrap();
        assert_eq!(pilot.model(3), "2/turn/1/turn/0/model/3");
        assert_eq!((desk.pick(1), pilot.tool(0, 2)), ("2/pick/1".into(), "2/turn/1/turn/0/tool/0/2".into()));
        let back = pilot.enter(pilot.tool(0, 0), Kind::Team, "desk").unwrap_err();
        assert_eq!(back.code, "MemberCycle");
        assert!(back.message.contains("desk, crew, pilot, desk"), "{back}");
        // An agent may have the name of a team.
        let mut deep = desk.enter(desk.turn(0), Kind::Agent, "desk").unwrap();
        for level in 3..=MAX_DEPTH {
            deep = deep.enter(deep.turn(0), Kind::Agent, &format!("a{level}")).unwrap();
        }
        assert_eq!(deep.enter(deep.turn(0), Kind::Agent, "last").unwrap_err().code, "NestedTooDeep");
    }
}

//! What is drawn of a team: its members and who may follow whom.

use super::check::{Check, Rule, checks};
use crate::views::forms::TeamForm;

/// A member as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// It is a team.
    pub team: bool,
}

/// Members and edges; edges name members by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Members, in order.
    pub nodes: Vec<Node>,
    /// Edges, each once.
    pub edges: Vec<(usize, usize)>,
    /// The edges follow from the order of the members; nobody wrote them.
    pub implied: bool,
    /// Any member may follow any other.
    pub free: bool,
    /// What stands out.
    pub checks: Vec<Check>,
}

impl Drawing {
    /// The drawing of a team. Edges of members that it does not have are left out.
    pub fn of(form: &TeamForm) -> Self {
        let nodes: Vec<Node> =
            form.members.iter().map(|member| Node { name: member.name.clone(), team: member.team }).collect();
        let place = |name: &str| nodes.iter().position(|node| node.name == name);
        let written = || {
            let mut edges: Vec<(usize, usize)> = Vec::new();
            for (from, to) in &form.edges {
                let edge = place(from).zip(place(to));
                edges.extend(edge.filter(|edge| !edges.contains(edge)));
            }
            edges
        };
        let count = nodes.len();
        let order = || (1..count).map(|at| (at - 1, at));
        let round = || (count > 1).then(|| (count - 1, 0));
        let (edges, implied) = match form.strategy.as_str() {
            "graph" | "selector" => (written(), false),
            "round-robin" => (order().chain(round()).collect(), true),
            _ if form.loops => (order().chain(round()).collect(), true),
            _ => (order().collect(), true),
        };
        let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
        let capped = !form.max_turns.trim().is_empty();
        let checks = match form.strategy.as_str() {
            "graph" => checks(&names, &edges, Rule::First, capped),
            "selector" => checks(&names, &edges, Rule::Any, capped),
            _ => Vec::new(),
        };
        let free = form.strategy == "selector" && edges.is_empty();
        Self { nodes, edges, implied, free, checks }
    }

    /// The name of a member.
    pub fn name(&self, at: usize) -> &str {
        self.nodes.get(at).map_or("", |node| node.name.as_str())
    }

    /// Those that may follow a member, by name.
    pub fn followers(&self, at: usize) -> Vec<&str> {
        self.edges.iter().filter(|(from, _)| *from == at).map(|(_, to)| self.name(*to)).collect()
    }

    /// The drawing in a sentence, for those who do not see it.
    pub fn words(&self) -> String {
        let members = crate::app::words::count(self.nodes.len(), "member", "members");
        let edges = crate::app::words::count(self.edges.len(), "edge", "edges");
        match (self.free, self.implied) {
            (true, _) => format!("Team of {members}; anybody may follow anybody."),
            (_, true) => format!("Team of {members}, in order."),
            _ => format!("Team of {members} with {edges}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::MemberForm;

    fn team(strategy: &str, edges: &[(&str, &str)]) -> TeamForm {
        let member = |name: &str| MemberForm { team: false, name: name.into() };
        TeamForm {
            strategy: strategy.into(),
            members: ["a", "b", "c"].map(member).into(),
            edges: edges.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(),
            ..TeamForm::default()
        }
    }

    #[test]
    fn an_order_has_edges_that_nobody_wrote() {
        assert_eq!(Drawing::of(&team("sequential", &[("a", "c")])).edges, [(0, 1), (1, 2)]);
        let round = Drawing::of(&team("round-robin", &[]));
        assert_eq!((round.edges.as_slice(), round.implied), (&[(0, 1), (1, 2), (2, 0)][..], true));
        let loops = TeamForm { loops: true, ..team("sequential", &[]) };
        assert_eq!(Drawing::of(&loops).edges.last(), Some(&(2, 0)));
    }

    #[test]
    fn edges_of_strangers_and_second_ones_are_left_out() {
        let graph = Drawing::of(&team("graph", &[("a", "b"), ("a", "b"), ("a", "x")]));
        assert_eq!(graph.edges, [(0, 1)]);
        assert_eq!(graph.followers(0), ["b"]);
        assert!(graph.checks.iter().any(|check| check.lead == "Nobody reaches c."));
        assert!(Drawing::of(&team("selector", &[])).free);
    }
}

//! What stands out in the edges of a team: ways that end, members that nobody reaches, choices that are never made.

/// Who speaks when, as far as edges go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The first edge of a member says who follows it.
    First,
    /// A picker chooses among the edges of a member; anybody may begin.
    Any,
}

/// Something that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Worth a second look; else it is only said.
    pub warning: bool,
    /// What, in bold.
    pub lead: String,
    /// What follows from it.
    pub text: String,
}

fn warning(lead: String, text: impl Into<String>) -> Check {
    Check { warning: true, lead, text: text.into() }
}

/// What stands out; `capped` when a number of turns is set. Edges name members by their places.
pub fn checks(names: &[String], edges: &[(usize, usize)], rule: Rule, capped: bool) -> Vec<Check> {
    let mut found = Vec::new();
    if edges.is_empty() || names.is_empty() {
        return found;
    }
    let followers = |member: usize| {
        let mut all: Vec<usize> = Vec::new();
        for (_, to) in edges.iter().filter(|(from, _)| *from == member) {
            if !all.contains(to) {
                all.push(*to);
            }
        }
        if rule == Rule::First {
            for other in all.drain(1.min(all.len())..) {
                found.push(warning(
                    format!("{} never leads to {}.", names[member], names[other]),
                    "Of several edges of a member the first counts in a graph team; a selector team chooses.",
                ));
            }
        }
        all
    };
    let next: Vec<Vec<usize>> = (0..names.len()).map(followers).collect();
    let entered: Vec<bool> = match rule {
        Rule::First => reached(&next, [0]),
        Rule::Any => (0..names.len()).map(|member| next.iter().any(|to| to.contains(&member))).collect(),
    };
    for (member, name) in names.iter().enumerate() {
        match (rule, entered[member]) {
            (_, true) => {}
            (Rule::First, false) => found.push(warning(
                format!("Nobody reaches {name}."),
                format!("No way leads to it from {}, which begins, so it never speaks.", names[0]),
            )),
            (Rule::Any, false) => {
                found.push(warning(format!("No edge leads to {name}."), "It can only speak first."));
            }
        }
    }
    let spoken = |member: usize| rule == Rule::Any || entered[member];
    let last: Vec<usize> =
        (0..names.len()).filter(|member| next[*member].is_empty() && spoken(*member)).collect();
    for member in &last {
        let lead = format!("{} has no way out.", names[*member]);
        let text = "No edge leads on from it, so the team ends after its turn.";
        found.push(Check { warning: rule == Rule::Any, lead, text: text.to_owned() });
    }
    if last.is_empty() {
        let text = if capped {
            "Its cap on turns ends it."
        } else {
            "Only ten turns for each member end it; set a cap."
        };
        found.push(Check {
            warning: !capped,
            lead: "No way comes to an end.".to_owned(),
            text: text.to_owned(),
        });
    }
    found
}

fn reached(next: &[Vec<usize>], from: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut open: Vec<usize> = from.into_iter().collect();
    while let Some(member) = open.pop() {
        if !std::mem::replace(&mut seen[member], true) {
            open.extend(next[member].iter().filter(|to| !seen[**to]));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: &[(usize, usize)], rule: Rule, capped: bool) -> Vec<(bool, String)> {
        let names = ["a", "b", "c"].map(str::to_owned);
        checks(&names, edges, rule, capped).into_iter().map(|check| (check.warning, check.lead)).collect()
    }

    #[test]
    fn a_graph_team_follows_first_edges_from_its_first_member() {
        let all = found(&[(0, 1), (0, 2), (1, 0)], Rule::First, true);
        assert_eq!(
            all,
            [
                (true, "a never leads to c.".to_owned()),
                (true, "Nobody reaches c.".to_owned()),
                (false, "No way comes to an end.".to_owned())
            ]
        );
        assert_eq!(found(&[(0, 1), (1, 2)], Rule::First, false), [(false, "c has no way out.".to_owned())]);
    }

    #[test]
    fn a_selector_team_may_begin_anywhere() {
        let all = found(&[(0, 1), (1, 0), (2, 1)], Rule::Any, false);
        assert_eq!(
            all,
            [(true, "No edge leads to c.".to_owned()), (true, "No way comes to an end.".to_owned())]
        );
        assert_eq!(
            found(&[(0, 1), (1, 0), (0, 2)], Rule::Any, true),
            [(true, "c has no way out.".to_owned())]
        );
    }

    #[test]
    fn without_edges_there_is_nothing_to_say() {
        assert_eq!(found(&[], Rule::Any, false), []);
        assert_eq!(checks(&[], &[], Rule::First, false), []);
    }
}

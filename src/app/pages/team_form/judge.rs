//! What is wrong with a team before it is sent, and what an edit changes in it.

use crate::app::pages::form::judge::{Judge, name};
use crate::app::pages::form::{Change, Changes};
use crate::views::forms::{SelectorForm, TeamForm};
use crate::views::problem::FieldProblem;

/// Errors of the form, by the field paths that the API server has too.
pub fn judge(form: &TeamForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    judge.note("metadata.name", name(&form.name));
    judge.note("spec.members", form.members.is_empty().then(|| "A team needs a member.".to_owned()));
    for (at, member) in form.members.iter().enumerate() {
        let twice = form.members.iter().take(at).any(|other| other == member);
        let problem = if member.name.is_empty() {
            Some("Name the member.".to_owned())
        } else if member.team && member.name == form.name {
            Some("A team cannot have itself as a member.".to_owned())
        } else if twice {
            Some(format!("{} is a member already.", member.name))
        } else {
            None
        };
        judge.note(format!("spec.members[{at}]"), problem);
    }
    judge.note("spec.maxTurns", turns(form));
    judge.note("spec.graph.edges", edges(form));
    judge.problems()
}

fn turns(form: &TeamForm) -> Option<String> {
    let looping = form.strategy == "sequential" && form.loops;
    match form.max_turns.as_str() {
        "" => looping.then(|| "A sequence that loops needs a cap on its turns.".to_owned()),
        text => match text.parse::<i64>() {
            Ok(turns) if turns > 0 => None,
            _ => Some("Write a whole number above 0, as 12.".to_owned()),
        },
    }
}

/// Edges count for graph and selector teams only.
fn edges(form: &TeamForm) -> Option<String> {
    if !matches!(form.strategy.as_str(), "graph" | "selector") {
        return None;
    }
    if form.strategy == "graph" && form.edges.is_empty() {
        return Some("A graph needs an edge: say who follows whom.".to_owned());
    }
    let known = |name: &str| form.members.iter().any(|member| member.name == *name);
    let stranger = form.edges.iter().flat_map(|(from, to)| [from, to]).find(|name| !known(name));
    stranger.map(|name| format!("An edge names {name}, which is no member. Remove it."))
}

/// What differs between two states of a team; the version that they were read at does not count.
pub fn changes(before: &TeamForm, after: &TeamForm) -> Vec<Change> {
    let members = |form: &TeamForm| {
        let line = |member: &crate::views::forms::MemberForm| {
            format!("{} ({})", member.name, if member.team { "team" } else { "agent" })
        };
        form.members.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let edges = |form: &TeamForm| {
        form.edges.iter().map(|(from, to)| format!("{from} → {to}")).collect::<Vec<_>>().join("\n")
    };
    let loops = |form: &TeamForm| if form.loops { "yes" } else { "no" };
    let mut changes = Changes::default();
    changes
        .field("Name", &before.name, &after.name)
        .field("Description", &before.description, &after.description)
        .field("Strategy", &before.strategy, &after.strategy)
        .field("Members", &members(before), &members(after))
        .field("Loops", loops(before), loops(after))
        .field("Turns at the most", &before.max_turns, &after.max_turns)
        .field("Selector", &selector(&before.selector), &selector(&after.selector))
        .field("Edges", &edges(before), &edges(after));
    changes.all()
}

fn selector(form: &SelectorForm) -> String {
    let line = |what: &str, text: &str| (!text.is_empty()).then(|| format!("{what}: {text}"));
    let lines = [
        line("Agent", &form.agent),
        line("Model", &form.model),
        line("Prompt", &form.prompt),
        form.terminate.then(|| "May end the conversation".to_owned()),
        line("When", &form.terminate_prompt),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::MemberForm;

    fn team(strategy: &str) -> TeamForm {
        let member = |name: &str| MemberForm { team: false, name: name.into() };
        TeamForm {
            name: "bridge".into(),
            strategy: strategy.into(),
            members: vec![member("pilot"), member("mate")],
            ..TeamForm::default()
        }
    }

    fn fields(form: &TeamForm) -> Vec<String> {
        judge(form).into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn members_are_named_once_and_are_not_the_team_itself() {
        assert_eq!(judge(&team("sequential")), []);
        assert_eq!(fields(&TeamForm { members: Vec::new(), ..team("sequential") }), ["spec.members"]);
        let mut wrong = team("sequential");
        wrong.members.push(MemberForm { team: true, name: "bridge".into() });
        wrong.members.push(MemberForm { team: false, name: "mate".into() });
        wrong.members.push(MemberForm::default());
        assert_eq!(fields(&wrong), ["spec.members[2]", "spec.members[3]", "spec.members[4]"]);
    }

    #[test]
    fn loops_want_a_cap_and_graphs_an_edge() {
        assert_eq!(fields(&TeamForm { loops: true, ..team("sequential") }), ["spec.maxTurns"]);
        assert_eq!(fields(&TeamForm { max_turns: "0".into(), ..team("round-robin") }), ["spec.maxTurns"]);
        assert_eq!(fields(&team("graph")), ["spec.graph.edges"]);
        let edges = vec![("pilot".into(), "cook".into())];
        assert_eq!(fields(&TeamForm { edges: edges.clone(), ..team("selector") }), ["spec.graph.edges"]);
        assert_eq!(judge(&TeamForm { edges, ..team("sequential") }), []);
    }

    #[test]
    fn the_version_is_no_change() {
        assert_eq!(changes(&team("graph"), &TeamForm { version: Some("9".into()), ..team("graph") }), []);
        let more = TeamForm { edges: vec![("pilot".into(), "mate".into())], ..team("graph") };
        assert_eq!(changes(&team("graph"), &more)[0].after, "pilot → mate");
    }
}

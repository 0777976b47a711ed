//! A team's form as its specification.

use serde_json::{Value, json};

use super::source::{inner, remove, set_list, set_text};
use crate::views::forms::{SelectorForm, TeamForm};
use crate::views::problem::{Problem, ProblemCode};

/// Writes the form into `spec`; what the form does not know stays.
pub fn edit(spec: &mut Value, form: &TeamForm) -> Result<(), Problem> {
    spec["strategy"] = json!(form.strategy);
    set_text(spec, "description", &form.description);
    let members = form.members.iter().filter(|member| !member.name.trim().is_empty()).map(
        |member| json!({"name": member.name.trim(), "type": if member.team { "team" } else { "agent" }}),
    );
    spec["members"] = Value::Array(members.collect());
    match form.loops {
        true => spec["loops"] = json!(true),
        false => remove(spec, "loops"),
    }
    match form.max_turns.trim() {
        "" => remove(spec, "maxTurns"),
        text => spec["maxTurns"] = json!(number(text)?),
    }
    selector(spec, &form.selector);
    let edges: Vec<Value> = form.edges.iter().map(|(from, to)| json!({"from": from, "to": to})).collect();
    if edges.is_empty() {
        remove(spec, "graph");
    } else {
        set_list(inner(spec, "graph"), "edges", edges);
    }
    Ok(())
}

fn number(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| {
        Problem::new(ProblemCode::Invalid, "The number of turns is no number.")
            .field("spec.maxTurns", "Write a whole number, as 12.")
    })
}

fn selector(spec: &mut Value, form: &SelectorForm) {
    let block = inner(spec, "selector");
    set_text(block, "agent", form.agent.trim());
    set_text(block, "model", form.model.trim());
    set_text(block, "selectorPrompt", &form.prompt);
    set_text(block, "terminatePrompt", &form.terminate_prompt);
    match form.terminate {
        true => block["enableTerminateTool"] = json!(true),
        false => remove(block, "enableTerminateTool"),
    }
    if block.as_object().is_some_and(serde_json::Map::is_empty) {
        remove(spec, "selector");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::MemberForm;

    fn member(name: &str, team: bool) -> MemberForm {
        MemberForm { name: name.into(), team }
    }

    #[test]
    fn a_team_is_complete_and_what_is_unset_is_left_out() {
        let mut spec = json!({"loops": true, "maxTurns": 3, "graph": {"edges": [{"from": "x", "to": "y"}]}});
        let form = TeamForm {
            strategy: "sequential".into(),
            members: vec![member("pilot", false), member("crew", true), member(" ", false)],
            ..TeamForm::default()
        };
        edit(&mut spec, &form).unwrap();
        let members = json!([{"name": "pilot", "type": "agent"}, {"name": "crew", "type": "team"}]);
        assert_eq!(spec, json!({"strategy": "sequential", "members": members}));
    }

    #[test]
    fn selector_and_edges_are_blocks_of_their_own() {
        let mut spec = json!({});
        let form = TeamForm {
            strategy: "selector".into(),
            members: vec![member("pilot", false)],
            max_turns: " 12 ".into(),
            selector: SelectorForm { agent: "boss".into(), terminate: true, ..SelectorForm::default() },
            edges: vec![("pilot".into(), "pilot".into())],
            ..TeamForm::default()
        };
        edit(&mut spec, &form).unwrap();
        assert_eq!(spec["selector"], json!({"agent": "boss", "enableTerminateTool": true}));
        assert_eq!(spec["graph"], json!({"edges": [{"from": "pilot", "to": "pilot"}]}));
        assert_eq!(spec["maxTurns"], 12);
        let wrong = TeamForm { max_turns: "many".into(), ..form };
        assert_eq!(edit(&mut spec, &wrong).unwrap_err().fields[0].field, "spec.maxTurns");
    }
}

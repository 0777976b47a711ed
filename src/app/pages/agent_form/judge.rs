//! What is wrong with an agent before it is sent, and what an edit changes in it.

use crate::app::pages::form::judge::{Judge, json_schema, name};
use crate::app::pages::form::{Change, Changes};
use crate::app::pages::query_new::judge::parameters;
use crate::views::forms::{AgentForm, SourceForm};
use crate::views::problem::FieldProblem;

/// Errors of the form.
pub fn judge(form: &AgentForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    judge.note("metadata.name", name(&form.name));
    for (at, problem) in parameters(&form.parameters) {
        // A parameter of an agent may be left to the query; the form shows such a one without a value.
        let open = form.parameters.get(at).is_some_and(|parameter| {
            parameter.value == SourceForm::Unset
                && !parameter.name.trim().is_empty()
                && form.version.is_some()
        });
        if !open {
            judge.note(format!("spec.parameters[{at}]"), Some(problem));
        }
    }
    judge.note("spec.outputSchema", json_schema(&form.output_schema));
    judge.problems()
}

/// What differs between two states of an agent; the version that they were read at does not count.
pub fn changes(before: &AgentForm, after: &AgentForm) -> Vec<Change> {
    let tools = |form: &AgentForm| {
        form.tools.iter().map(|tool| format!("{} ({})", tool.name, tool.type_)).collect::<Vec<_>>().join("\n")
    };
    let parameters = |form: &AgentForm| {
        let line = |(name, value): (&String, String)| format!("{name}: {value}");
        let all =
            form.parameters.iter().map(|each| (&each.name, crate::app::pages::agents::words(&each.value)));
        all.map(line).collect::<Vec<_>>().join("\n")
    };
    let mut changes = Changes::default();
    changes
        .field("Name", &before.name, &after.name)
        .field("Description", &before.description, &after.description)
        .field("Model", &before.model, &after.model)
        .field("Prompt", &before.prompt, &after.prompt)
        .field("Parameters", &parameters(before), &parameters(after))
        .field("Tools", &tools(before), &tools(after))
        .field("Output schema", &before.output_schema, &after.output_schema);
    changes.all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::ToolForm;

    fn pilot() -> AgentForm {
        AgentForm { name: "pilot".into(), prompt: "Guide ships.".into(), ..AgentForm::default() }
    }

    #[test]
    fn a_name_is_all_that_an_agent_needs() {
        assert_eq!(judge(&pilot()), []);
        let wrong = AgentForm { name: "The Pilot".into(), output_schema: "{".into(), ..pilot() };
        let fields: Vec<String> = judge(&wrong).into_iter().map(|found| found.field).collect();
        assert_eq!(fields, ["metadata.name", "spec.outputSchema"]);
    }

    #[test]
    fn the_version_is_no_change() {
        let newer = AgentForm { version: Some("9".into()), ..pilot() };
        assert_eq!(changes(&pilot(), &newer), []);
        let tool = ToolForm { type_: "http".into(), name: "tides".into() };
        let more = AgentForm { tools: vec![tool], ..pilot() };
        assert_eq!(changes(&pilot(), &more)[0].title, "Tools");
    }
}

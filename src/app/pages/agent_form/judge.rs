//! What is wrong with an agent before it is sent, and what an edit changes in it.

use crate::app::pages::form::judge::{Judge, json_schema, name};
use crate::app::pages::form::{Change, Changes};
use crate::app::pages::query_new::judge::parameters;
use crate::app::pages::tool_form::judge::{approval, approval_words, row_words, rows};
use crate::views::forms::{AgentForm, ApprovalForm, OverrideForm, SourceForm, ToolForm};
use crate::views::problem::FieldProblem;
use crate::views::selector;

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
    let saved = form.version.is_some();
    for (at, tool) in form.tools.iter().enumerate() {
        let path = format!("spec.tools[{at}]");
        rows(&mut judge, &format!("{path}.partial.parameters"), &tool.preset, "preset", saved);
        rows(&mut judge, &format!("{path}.functions"), &tool.functions, "filter", saved);
        approval(&mut judge, &format!("{path}.approval"), &tool.approval);
    }
    for (at, one) in form.overrides.iter().enumerate() {
        let path = format!("spec.overrides[{at}]");
        judge.note(format!("{path}.labelSelector"), selector::read(&one.selector).err());
        rows(&mut judge, &format!("{path}.headers"), &one.headers, "header", saved);
        if one.headers.iter().all(|header| header.name.trim().is_empty()) {
            // Without a row the list itself says it.
            let row = if one.headers.is_empty() { "" } else { "[0]" };
            judge.note(format!("{path}.headers{row}"), Some("Give the header a name.".to_owned()));
        }
    }
    judge.note("spec.outputSchema", json_schema(&form.output_schema));
    judge.problems()
}

/// What differs between two states of an agent; the version that they were read at does not count.
pub fn changes(before: &AgentForm, after: &AgentForm) -> Vec<Change> {
    let tools = |form: &AgentForm| form.tools.iter().map(tool_words).collect::<Vec<_>>().join("\n");
    let overrides =
        |form: &AgentForm| form.overrides.iter().map(override_words).collect::<Vec<_>>().join("\n");
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
        .field("Output schema", &before.output_schema, &after.output_schema)
        .field("Engine", &before.engine, &after.engine)
        .field("Headers", &overrides(before), &overrides(after));
    changes.all()
}

fn tool_words(tool: &ToolForm) -> String {
    let told = |what: &str, text: &str| (!text.is_empty()).then(|| format!("  {what}: {text}"));
    let within = |text: String| text.lines().collect::<Vec<_>>().join(", ");
    let asked = tool.approval != ApprovalForm::default();
    let lines = [
        Some(format!("{} ({})", tool.name, tool.type_)),
        told("Told", &tool.description),
        told("Calls", &tool.calls),
        told("Set", &within(row_words(&tool.preset))),
        told("Filters", &within(row_words(&tool.functions))),
        asked.then(|| format!("  {}", within(approval_words(&tool.approval)))),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn override_words(one: &OverrideForm) -> String {
    let which = if one.selector.is_empty() { String::new() } else { format!(" with {}", one.selector) };
    format!("{}{which}\n{}", one.calls, row_words(&one.headers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::ParameterForm;

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
    fn settings_of_tools_and_headers_are_judged_at_their_places_and_shown_as_changes() {
        let row = |name: &str, text: &str| ParameterForm {
            name: name.into(),
            value: SourceForm::Literal(text.into()),
        };
        let approval = ApprovalForm { timeout: "0s".into(), ..ApprovalForm::default() };
        let tool = ToolForm {
            name: "tides".into(),
            functions: vec![row("jq", "")],
            preset: vec![row("", "Brest")],
            approval,
            ..ToolForm::default()
        };
        let headers =
            OverrideForm { calls: "model".into(), selector: "a b".into(), ..OverrideForm::default() };
        let wrong = AgentForm { tools: vec![tool], overrides: vec![headers], ..pilot() };
        let fields: Vec<String> = judge(&wrong).into_iter().map(|found| found.field).collect();
        let wanted = [
            "spec.tools[0].partial.parameters[0]",
            "spec.tools[0].functions[0]",
            "spec.tools[0].approval.timeout",
            "spec.overrides[0].labelSelector",
            "spec.overrides[0].headers",
        ];
        assert_eq!(fields, wanted);
        let mut empty = wrong.clone();
        empty.overrides[0].headers = vec![row("", "")];
        let fields: Vec<String> = judge(&empty).into_iter().map(|found| found.field).collect();
        assert_eq!(fields[4], "spec.overrides[0].headers[0]", "the row that is there");
        let mut right = wrong.clone();
        right.tools[0].description = "Asks the tables".into();
        right.engine = "a2a".into();
        right.overrides[0].headers = vec![row("X-Port", "Brest")];
        let titles: Vec<&str> = changes(&wrong, &right).iter().map(|change| change.title).collect();
        assert_eq!(titles, ["Tools", "Engine", "Headers"]);
    }

    #[test]
    fn the_version_is_no_change() {
        let newer = AgentForm { version: Some("9".into()), ..pilot() };
        assert_eq!(changes(&pilot(), &newer), []);
        let tool = ToolForm { type_: "http".into(), name: "tides".into(), ..ToolForm::default() };
        let more = AgentForm { tools: vec![tool], ..pilot() };
        assert_eq!(changes(&pilot(), &more)[0].title, "Tools");
    }
}

//! What is wrong with a tool before it is sent, and what an edit changes in it.

use crate::app::pages::agents::words;
use crate::app::pages::form::judge::{Judge, duration, json_schema, name, source};
use crate::app::pages::form::{Change, Changes};
use crate::views::forms::{ApprovalForm, ParameterForm, SourceForm, ToolSpecForm};
use crate::views::problem::FieldProblem;

/// Errors of the form, by the field paths that the API server has too.
pub fn judge(form: &ToolSpecForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    judge.note("metadata.name", name(&form.name));
    let calls = |what: &str| form.calls.is_empty().then(|| format!("Name the {what}."));
    match form.type_.as_str() {
        "http" => http(&mut judge, form),
        "agent" => drop(judge.note("spec.agent.name", calls("agent"))),
        "team" => drop(judge.note("spec.team.name", calls("team"))),
        "builtin" => drop(judge.note("spec.builtin.name", calls("built-in tool"))),
        "mcp" => {
            let server = form.server.is_empty().then(|| "Name the MCP server.".to_owned());
            judge.note("spec.mcp.mcpServerRef.name", server);
            judge.note("spec.mcp.toolName", calls("tool as the server does"));
        }
        _ => drop(judge.note("spec.type", Some("Choose what is behind the tool.".to_owned()))),
    }
    judge.note("spec.inputSchema", json_schema(&form.input_schema));
    approval(&mut judge, "spec.approval", &form.approval);
    judge.problems()
}

/// Errors of an approval at this path.
pub fn approval(judge: &mut Judge, path: &str, form: &ApprovalForm) {
    judge.note(format!("{path}.timeout"), positive(&form.timeout));
    for (at, (argument, pattern)) in form.matches.iter().enumerate() {
        let problem = match (argument.trim().is_empty(), pattern.is_empty()) {
            // The server leaves it out.
            (true, true) => None,
            (true, false) => Some("Name the argument.".to_owned()),
            (false, true) => Some("Give a pattern, as ^[0-9]{3,}.".to_owned()),
            (false, false) => None,
        };
        judge.note(format!("{path}.argumentMatches[{at}]"), problem);
    }
}

/// Errors of rows of a name and a value at this path. `saved`: one that stands without a value may stay.
pub fn rows(judge: &mut Judge, path: &str, all: &[ParameterForm], noun: &str, saved: bool) {
    for (at, row) in all.iter().enumerate() {
        let missing = |text: &str| text.is_empty().then(|| "Give it a value.".to_owned());
        let problem = match row.name.trim() {
            // The server leaves it out.
            "" if blank(&row.value) => None,
            "" => Some(format!("Give the {noun} a name.")),
            _ if saved && row.value == SourceForm::Unset => None,
            _ => source(&row.value, missing),
        };
        judge.note(format!("{path}[{at}]"), problem);
    }
}

fn http(judge: &mut Judge, form: &ToolSpecForm) {
    judge.note("spec.http.url", url(&form.url));
    judge.note("spec.http.timeout", time(&form.timeout));
    rows(judge, "spec.http.headers", &form.headers, "header", false);
    rows(judge, "spec.http.bodyParameters", &form.body_parameters, "variable", false);
}

/// Nothing is given.
fn blank(value: &SourceForm) -> bool {
    match value {
        SourceForm::Unset => true,
        SourceForm::Literal(text) | SourceForm::Typed(text) | SourceForm::Parameter(text) => text.is_empty(),
        SourceForm::Secret { name, key } | SourceForm::ConfigMap { name, key } => {
            name.is_empty() && key.is_empty()
        }
        SourceForm::Service { name, .. } => name.is_empty(),
    }
}

/// An address in which `{name}` may stand anywhere behind the scheme.
fn url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        _ if text.is_empty() => Some("Give the address that is called.".to_owned()),
        None => Some("Begin with https:// or http://.".to_owned()),
        Some("") => Some("The host is missing.".to_owned()),
        Some(rest) if rest.contains(char::is_whitespace) => Some("An address has no spaces.".to_owned()),
        Some(_) => None,
    }
}

/// The schema's form of a time: one number with one unit.
fn time(text: &str) -> Option<String> {
    let digits = text.strip_suffix(['s', 'm', 'h']).unwrap_or(text);
    let fits = text.is_empty() || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    (!fits).then(|| "Write one number with s, m or h, as 30s.".to_owned())
}

fn positive(text: &str) -> Option<String> {
    let positive = text.is_empty() || text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    duration(text).or_else(|| {
        (!positive || text.starts_with('-')).then(|| "Wait longer than nothing, as 5m.".to_owned())
    })
}

/// What differs between two states of a tool; the version that they were read at does not count.
pub fn changes(before: &ToolSpecForm, after: &ToolSpecForm) -> Vec<Change> {
    let mut changes = Changes::default();
    changes
        .field("Name", &before.name, &after.name)
        .field("Type", &before.type_, &after.type_)
        .field("Description", &before.description, &after.description)
        .field("Calls", &calls(before), &calls(after))
        .field("Method", &before.method, &after.method)
        .field("Address", &before.url, &after.url)
        .field("Time limit", &before.timeout, &after.timeout)
        .field("Headers", &row_words(&before.headers), &row_words(&after.headers))
        .field("Body", &before.body, &after.body)
        .field("Body variables", &row_words(&before.body_parameters), &row_words(&after.body_parameters))
        .field("Input schema", &before.input_schema, &after.input_schema)
        .field("Effects", &effects(before), &effects(after))
        .field("Approval", &approval_words(&before.approval), &approval_words(&after.approval));
    changes.all()
}

fn calls(form: &ToolSpecForm) -> String {
    [form.server.as_str(), form.calls.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn effects(form: &ToolSpecForm) -> String {
    let hints = &form.hints;
    let title = (!hints.title.is_empty()).then(|| format!("Title: {}", hints.title));
    let line = |what: &str, hint: Option<bool>| {
        hint.map(|yes| format!("{what}: {}", if yes { "yes" } else { "no" }))
    };
    let lines = [
        title,
        line("Changes nothing", hints.read_only),
        line("May be repeated", hints.idempotent),
        line("May destroy", hints.destructive),
        line("Reaches outside", hints.open_world),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Rows of a name and a value, a line each.
pub fn row_words(all: &[ParameterForm]) -> String {
    all.iter().map(|row| format!("{}: {}", row.name, words(&row.value))).collect::<Vec<_>>().join("\n")
}

/// An approval in lines.
pub fn approval_words(form: &ApprovalForm) -> String {
    let mut lines = vec![if form.required { "A person approves" } else { "Nobody is asked" }.to_owned()];
    if !form.timeout.is_empty() {
        lines.push(format!("Wait {}", form.timeout));
    }
    if !form.on_timeout.is_empty() {
        lines.push(format!("Then {}", form.on_timeout));
    }
    lines.extend(form.matches.iter().map(|(argument, pattern)| format!("{argument} like {pattern}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tides() -> ToolSpecForm {
        ToolSpecForm {
            name: "tides".into(),
            type_: "http".into(),
            url: "https://tides.example/{port}".into(),
            ..ToolSpecForm::default()
        }
    }

    fn fields(form: &ToolSpecForm) -> Vec<String> {
        judge(form).into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn each_type_needs_its_own() {
        assert_eq!(judge(&tides()), []);
        for (type_, wanted) in [
            ("http", vec!["spec.http.url"]),
            ("agent", vec!["spec.agent.name"]),
            ("team", vec!["spec.team.name"]),
            ("builtin", vec!["spec.builtin.name"]),
            ("mcp", vec!["spec.mcp.mcpServerRef.name", "spec.mcp.toolName"]),
            ("", vec!["spec.type"]),
        ] {
            let form = ToolSpecForm { type_: type_.into(), url: String::new(), ..tides() };
            assert_eq!(fields(&form), wanted, "{type_}");
        }
    }

    #[test]
    fn times_are_those_of_the_schema_and_rows_are_whole() {
        let wrong = ToolSpecForm {
            timeout: "1h30m".into(),
            headers: vec![ParameterForm { name: "X-Key".into(), value: SourceForm::Unset }],
            approval: ApprovalForm {
                timeout: "0s".into(),
                matches: vec![("amount".into(), String::new())],
                ..ApprovalForm::default()
            },
            ..tides()
        };
        let wanted = [
            "spec.http.timeout",
            "spec.http.headers[0]",
            "spec.approval.timeout",
            "spec.approval.argumentMatches[0]",
        ];
        assert_eq!(fields(&wrong), wanted);
    }

    #[test]
    fn rows_without_anything_are_passed_over() {
        let row = |value| ParameterForm { name: " ".into(), value };
        let form = ToolSpecForm {
            headers: vec![row(SourceForm::Unset), row(SourceForm::Literal("x".into()))],
            body_parameters: vec![row(SourceForm::Parameter(String::new()))],
            approval: ApprovalForm {
                matches: vec![(" ".into(), String::new()), (String::new(), "^B".into())],
                ..ApprovalForm::default()
            },
            ..tides()
        };
        assert_eq!(fields(&form), ["spec.http.headers[1]", "spec.approval.argumentMatches[1]"]);
    }

    #[test]
    fn the_version_is_no_change() {
        assert_eq!(changes(&tides(), &ToolSpecForm { version: Some("9".into()), ..tides() }), []);
        let asks =
            ToolSpecForm { approval: ApprovalForm { required: true, ..ApprovalForm::default() }, ..tides() };
        assert_eq!(changes(&tides(), &asks)[0].after, "A person approves");
    }
}

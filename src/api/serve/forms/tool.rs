//! A tool's form as its specification.

use serde_json::{Value, json};

use super::source::{inner, json_object, remove, rows_of, set_list, set_text};
use crate::views::forms::{ApprovalForm, ToolSpecForm};
use crate::views::problem::Problem;

/// Blocks of which a tool has the one of its type.
const BLOCKS: [&str; 5] = ["http", "mcp", "agent", "team", "builtin"];

/// Writes the form into `spec`; what the form does not know stays.
pub fn edit(spec: &mut Value, form: &ToolSpecForm) -> Result<(), Problem> {
    let type_ = form.type_.as_str();
    spec["type"] = json!(type_);
    set_text(spec, "description", &form.description);
    for block in BLOCKS.into_iter().filter(|block| *block != type_) {
        remove(spec, block);
    }
    match type_ {
        "http" => http(inner(spec, "http"), form),
        "agent" | "team" | "builtin" => inner(spec, type_)["name"] = json!(form.calls.trim()),
        "mcp" => mcp(inner(spec, "mcp"), form),
        _ => {}
    }
    hints(spec, form);
    approval(spec, &form.approval);
    json_object(spec, "inputSchema", "spec.inputSchema", &form.input_schema)
}

fn http(http: &mut Value, form: &ToolSpecForm) {
    http["url"] = json!(form.url.trim());
    set_text(http, "method", &form.method);
    set_text(http, "timeout", form.timeout.trim());
    set_text(http, "body", &form.body);
    let headers = rows_of(&http["headers"], &form.headers, |value| json!({ "value": value }));
    set_list(http, "headers", headers);
    let parameters = rows_of(&http["bodyParameters"], &form.body_parameters, |value| value);
    set_list(http, "bodyParameters", parameters);
}

fn mcp(mcp: &mut Value, form: &ToolSpecForm) {
    mcp["toolName"] = json!(form.calls.trim());
    let server = inner(mcp, "mcpServerRef");
    server["name"] = json!(form.server.trim());
    set_text(server, "namespace", form.server_namespace.as_deref().unwrap_or_default());
}

/// Writes an approval into the block of a tool.
pub(super) fn approval(spec: &mut Value, form: &ApprovalForm) {
    let block = inner(spec, "approval");
    match form.required {
        true => block["required"] = json!(true),
        false => remove(block, "required"),
    }
    set_text(block, "timeout", form.timeout.trim());
    set_text(block, "onTimeout", &form.on_timeout);
    let matches =
        form.matches.iter().filter(|(argument, pattern)| !(argument.trim().is_empty() && pattern.is_empty()));
    let matches = matches.map(|(argument, pattern)| json!({"argument": argument.trim(), "pattern": pattern}));
    set_list(block, "argumentMatches", matches.collect());
    if block.as_object().is_some_and(serde_json::Map::is_empty) {
        remove(spec, "approval");
    }
}

fn hints(spec: &mut Value, form: &ToolSpecForm) {
    let block = inner(spec, "annotations");
    set_text(block, "title", form.hints.title.trim());
    for (field, hint) in [
        ("readOnlyHint", form.hints.read_only),
        ("idempotentHint", form.hints.idempotent),
        ("destructiveHint", form.hints.destructive),
        ("openWorldHint", form.hints.open_world),
    ] {
        match hint {
            Some(hint) => block[field] = json!(hint),
            None => remove(block, field),
        }
    }
    if block.as_object().is_some_and(serde_json::Map::is_empty) {
        remove(spec, "annotations");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::{ParameterForm, SourceForm, ToolHints};

    #[test]
    fn what_the_form_does_not_show_stays() {
        let ship = json!({"name": "X-Ship", "value": {"valueFrom": {"queryParameterRef": {"name": "ship"}}}});
        let mut spec = json!({
            "type": "http", "approval": {"required": true, "timeout": "5m"}, "annotations": {"title": "Tides", "readOnlyHint": true},
            "http": {"url": "http://old", "headers": [ship, {"name": "gone", "value": {"value": "x"}}]},
        });
        let row = |name: &str, value| ParameterForm { name: name.into(), value };
        let form = ToolSpecForm {
            type_: "http".into(),
            url: " https://tides.example/{port} ".into(),
            method: "POST".into(),
            body: "{\"port\": \"{{.input.port}}\"}".into(),
            headers: vec![
                row("X-Ship", SourceForm::Unset),
                row("X-Key", SourceForm::Secret { name: "keys".into(), key: "k".into() }),
            ],
            body_parameters: vec![row("unit", SourceForm::Literal("ft".into()))],
            input_schema: "{\"type\": \"object\"}".into(),
            hints: ToolHints { title: "Tides".into(), idempotent: Some(true), ..ToolHints::default() },
            approval: ApprovalForm {
                required: true,
                matches: vec![("port".into(), "^B".into())],
                ..ApprovalForm::default()
            },
            ..ToolSpecForm::default()
        };
        edit(&mut spec, &form).unwrap();
        assert_eq!(
            spec,
            json!({
                "type": "http",
                "approval": {"required": true, "argumentMatches": [{"argument": "port", "pattern": "^B"}]},
                "annotations": {"title": "Tides", "idempotentHint": true}, "inputSchema": {"type": "object"},
                "http": {
                    "url": "https://tides.example/{port}", "method": "POST", "body": "{\"port\": \"{{.input.port}}\"}",
                    "headers": [ship, {"name": "X-Key", "value": {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}}],
                    "bodyParameters": [{"name": "unit", "value": "ft"}],
                },
            })
        );
    }

    #[test]
    fn another_type_takes_the_block_of_the_old_one_away() {
        let mut spec = json!({"type": "http", "http": {"url": "http://old"}});
        let form = ToolSpecForm { type_: "team".into(), calls: "crew".into(), ..ToolSpecForm::default() };
        edit(&mut spec, &form).unwrap();
        assert_eq!(spec, json!({"type": "team", "team": {"name": "crew"}}));
        let served = ToolSpecForm {
            type_: "mcp".into(),
            calls: "search".into(),
            server: "desk".into(),
            ..ToolSpecForm::default()
        };
        edit(&mut spec, &served).unwrap();
        assert_eq!(
            spec,
            json!({"type": "mcp", "mcp": {"toolName": "search", "mcpServerRef": {"name": "desk"}}})
        );
        let wrong = ToolSpecForm { input_schema: "[]".into(), ..form };
        assert_eq!(edit(&mut spec, &wrong).unwrap_err().fields[0].field, "spec.inputSchema");
    }
}

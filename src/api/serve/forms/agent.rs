//! An agent's form as its specification.

use serde_json::{Value, json};

use super::source::{json_object, parameters, remove, set_list, set_text};
use crate::views::forms::AgentForm;
use crate::views::problem::Problem;

/// Writes the form into `spec`; what the form does not know stays, in tools and parameters too.
pub fn edit(spec: &mut Value, form: &AgentForm) -> Result<(), Problem> {
    set_text(spec, "description", &form.description);
    set_text(spec, "prompt", &form.prompt);
    if form.model.trim().is_empty() {
        remove(spec, "modelRef");
    } else {
        spec["modelRef"] = json!({ "name": form.model.trim() });
        if let Some(namespace) = form.model_namespace.as_ref().filter(|namespace| !namespace.is_empty()) {
            spec["modelRef"]["namespace"] = json!(namespace);
        }
    }
    let old = items(&spec["tools"]);
    let same = |item: &&Value, type_: &str, name: &str| item["type"] == *type_ && item["name"] == *name;
    let tools = form.tools.iter().filter(|tool| !tool.name.trim().is_empty()).map(|tool| {
        let (type_, name) = (tool.type_.as_str(), tool.name.trim());
        old.iter()
            .find(|item| same(item, type_, name))
            .cloned()
            .unwrap_or_else(|| json!({"type": type_, "name": name}))
    });
    set_list(spec, "tools", tools.collect());
    parameters(spec, "parameters", &form.parameters);
    json_object(spec, "outputSchema", "spec.outputSchema", &form.output_schema)
}

fn items(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::forms::{ParameterForm, SourceForm, ToolForm};

    #[test]
    fn tools_keep_what_the_form_does_not_show() {
        let mut spec = json!({
            "prompt": "old", "overrides": [{"x": 1}],
            "tools": [{"type": "mcp", "name": "search", "approval": {"always": true}}, {"type": "http", "name": "gone"}]
        });
        let form = AgentForm {
            prompt: "new".into(),
            tools: vec![
                ToolForm { type_: "mcp".into(), name: "search".into() },
                ToolForm { type_: "agent".into(), name: "helper".into() },
            ],
            parameters: vec![ParameterForm {
                name: "shop".into(),
                value: SourceForm::Literal("Lagoon".into()),
            }],
            ..AgentForm::default()
        };
        edit(&mut spec, &form).unwrap();
        assert_eq!(
            spec,
            json!({
                "prompt": "new", "overrides": [{"x": 1}],
                "tools": [
                    {"type": "mcp", "name": "search", "approval": {"always": true}},
                    {"type": "agent", "name": "helper"}
                ],
                "parameters": [{"name": "shop", "value": "Lagoon"}]
            })
        );
    }

    #[test]
    fn a_schema_must_be_a_json_object() {
        let wrong = |text: &str| {
            let form = AgentForm { output_schema: text.into(), ..AgentForm::default() };
            edit(&mut json!({}), &form).unwrap_err().fields[0].field.clone()
        };
        assert_eq!(wrong("{"), "spec.outputSchema");
        assert_eq!(wrong("[]"), "spec.outputSchema");
    }
}

//! An agent's form as its specification.

use serde_json::{Map, Value, json};

use super::source::{covers, inner, json_object, parameters, remove, rows_of, selector, set_list, set_text};
use super::tool::approval;
use crate::resources::agent::DEFAULT_MODEL;
use crate::views::forms::{AgentForm, OverrideForm, ToolForm};
use crate::views::problem::Problem;

/// Writes the form into `spec`; what the form does not know stays, in tools and parameters too.
pub fn edit(spec: &mut Value, form: &AgentForm) -> Result<(), Problem> {
    set_text(spec, "description", &form.description);
    set_text(spec, "prompt", &form.prompt);
    if form.model.trim().is_empty() {
        // The form shows a reference to the default as none: it may stand as it is.
        if spec["modelRef"] != json!({ "name": DEFAULT_MODEL }) {
            remove(spec, "modelRef");
        }
    } else {
        reference(spec, "modelRef", &form.model, form.model_namespace.as_deref());
    }
    if form.engine.trim().is_empty() {
        remove(spec, "executionEngine");
    } else {
        reference(spec, "executionEngine", &form.engine, form.engine_namespace.as_deref());
    }
    let mut old = items(&spec["tools"]);
    let named = form.tools.iter().filter(|tool| !tool.name.trim().is_empty());
    let tools: Vec<Value> = named.map(|tool| self::tool(&mut old, tool)).collect();
    set_list(spec, "tools", tools);
    let old = items(&spec["overrides"]);
    let overrides: Result<Vec<Value>, Problem> =
        form.overrides.iter().enumerate().map(|(at, one)| self::headers(&old, at, one)).collect();
    set_list(spec, "overrides", overrides?);
    parameters(spec, "parameters", &form.parameters);
    json_object(spec, "outputSchema", "spec.outputSchema", &form.output_schema)
}

fn reference(spec: &mut Value, field: &str, name: &str, namespace: Option<&str>) {
    let block = inner(spec, field);
    block["name"] = json!(name.trim());
    set_text(block, "namespace", namespace.unwrap_or_default());
}

/// A tool, made of the one among `old` that has its type and name; that one is taken, as a name may be there twice.
fn tool(old: &mut Vec<Value>, form: &ToolForm) -> Value {
    let (type_, name) = (form.type_.as_str(), form.name.trim());
    let known = old.iter().position(|item| item["type"] == *type_ && item["name"] == *name);
    let mut item = known.map_or_else(|| json!({"type": type_, "name": name}), |at| old.remove(at));
    set_text(&mut item, "description", &form.description);
    parameters(&mut item, "functions", &form.functions);
    let partial = inner(&mut item, "partial");
    set_text(partial, "name", form.calls.trim());
    parameters(partial, "parameters", &form.preset);
    if partial.as_object().is_some_and(Map::is_empty) {
        remove(&mut item, "partial");
    }
    approval(&mut item, &form.approval);
    item
}

/// An override. One that says what an old one says is that one, wherever it stood.
fn headers(old: &[Value], at: usize, form: &OverrideForm) -> Result<Value, Problem> {
    let made = |known: &Value| -> Result<Value, Problem> {
        let shape = |value| json!({ "value": value });
        let mut item = json!({ "resourceType": form.calls, "headers": rows_of(known, &form.headers, shape) });
        if !form.selector.trim().is_empty() {
            selector(
                inner(&mut item, "labelSelector"),
                &format!("spec.overrides[{at}].labelSelector"),
                &form.selector,
            )?;
        }
        Ok(item)
    };
    let bare = made(&Value::Null)?;
    match old
        .iter()
        .find(|item| covers(item, &bare) && covers(&bare["labelSelector"], &item["labelSelector"]))
    {
        Some(same) => Ok(same.clone()),
        None => made(old.get(at).map_or(&Value::Null, |item| &item["headers"])),
    }
}

fn items(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::serve::present::agent_form;
    use crate::resources::Agent;
    use crate::resources::duration::GoDuration;
    use crate::views::forms::{ApprovalForm, ParameterForm, SourceForm};

    fn agent(spec: &Value) -> Agent {
        serde_json::from_value(json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Agent",
            "metadata": {"name": "pilot", "namespace": "lagoon"}, "spec": spec}))
        .unwrap()
    }

    /// An agent with every field.
    fn whole() -> Value {
        let secret = json!({"secretKeyRef": {"name": "s", "key": "k", "optional": true}});
        let query = json!({"queryParameterRef": {"name": "port"}});
        json!({
            "description": "Knows the tides", "prompt": "Guide.",
            "modelRef": {"name": "default", "namespace": "shared"},
            "executionEngine": {"name": "langchain", "namespace": "engines"},
            "parameters": [{"name": "port", "valueFrom": query}, {"name": "token", "valueFrom": secret}],
            "outputSchema": {"type": "object"},
            "overrides": [
                {"resourceType": "model", "headers": [{"name": "X-Port", "value": {"valueFrom": query}}]},
                {"resourceType": "mcpserver", "headers": [{"name": "X-Token", "value": {"valueFrom": secret}}],
                 "labelSelector": {"matchLabels": {"tier": "gold"},
                    "matchExpressions": [{"key": "old", "operator": "DoesNotExist"}]}},
            ],
            "tools": [
                {"type": "http", "name": "tides", "description": "Asks the tables",
                 "functions": [{"name": "jq", "value": ".tides"}, {"name": "jq", "valueFrom": secret}],
                 "partial": {"name": "tables", "parameters": [{"name": "port", "valueFrom": query}]},
                 "approval": {"required": true, "timeout": "5m0s", "onTimeout": "proceed",
                    "argumentMatches": [{"argument": "port", "pattern": "^B"}]}},
                {"type": "built-in", "name": "noop"},
            ],
        })
    }

    #[test]
    fn an_agent_that_is_saved_as_it_was_read_is_the_same() {
        let form = agent_form(&agent(&whole()));
        let mut saved = whole();
        edit(&mut saved, &form).unwrap();
        // The form writes a length of time as people do: it is as long as it was.
        let before = whole();
        let timeout = |spec: &Value| -> GoDuration {
            spec["tools"][0]["approval"]["timeout"].as_str().unwrap().parse().unwrap()
        };
        assert_eq!(timeout(&saved), timeout(&before));
        saved["tools"][0]["approval"]["timeout"] = before["tools"][0]["approval"]["timeout"].clone();
        assert_eq!(saved, before);
        // A new one of the same form is read as the same form.
        let mut copy = json!({});
        edit(&mut copy, &form).unwrap();
        assert_eq!(agent_form(&agent(&copy)), form);
        let explicit = json!({"prompt": "Guide.", "modelRef": {"name": "default"}});
        let mut saved = explicit.clone();
        edit(&mut saved, &agent_form(&agent(&explicit))).unwrap();
        assert_eq!(saved, explicit);
    }

    #[test]
    fn one_changed_thing_changes_nothing_else() {
        let mut form = agent_form(&agent(&whole()));
        form.tools[0].approval.on_timeout = String::new();
        form.tools[0].preset.clear();
        form.overrides.remove(0);
        form.engine = "a2a".into();
        form.engine_namespace = None;
        let mut saved = whole();
        edit(&mut saved, &form).unwrap();
        let mut expected = whole();
        expected["tools"][0]["approval"].as_object_mut().unwrap().remove("onTimeout");
        expected["tools"][0]["approval"]["timeout"] = saved["tools"][0]["approval"]["timeout"].clone();
        expected["tools"][0]["partial"] = json!({"name": "tables"});
        expected["overrides"].as_array_mut().unwrap().remove(0);
        expected["executionEngine"] = json!({"name": "a2a"});
        assert_eq!(saved, expected);
        form.tools[0].approval = ApprovalForm::default();
        form.tools[0].calls = String::new();
        form.overrides[0].selector = "tier in (".into();
        assert_eq!(
            edit(&mut saved.clone(), &form).unwrap_err().fields[0].field,
            "spec.overrides[0].labelSelector"
        );
        form.overrides.clear();
        edit(&mut saved, &form).unwrap();
        assert_eq!((saved.get("overrides"), saved["tools"][0].get("approval")), (None, None));
        assert_eq!(saved["tools"][0].get("partial"), None);
    }

    #[test]
    fn tools_keep_what_the_form_does_not_show() {
        let mut spec = json!({
            "prompt": "old", "more": [{"x": 1}],
            "tools": [{"type": "mcp", "name": "search", "approval": {"always": true}}, {"type": "http", "name": "gone"}]
        });
        let form = AgentForm {
            prompt: "new".into(),
            tools: vec![
                ToolForm { type_: "mcp".into(), name: "search".into(), ..ToolForm::default() },
                ToolForm { type_: "agent".into(), name: "helper".into(), ..ToolForm::default() },
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
                "prompt": "new", "more": [{"x": 1}],
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

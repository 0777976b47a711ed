//! HTTP tools: a URL with placeholders, headers, a body template.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as GoValue;
use reqwest::Method;
use serde_json::{Map, Value};

use super::{MAX_RESULT, Reply, ToolWorld, url};
use crate::engine::error::RunError;
use crate::engine::providers::{FetchRequest, Fetched};
use crate::engine::secret::Secret;
use crate::engine::spans::TRACEPARENT;
use crate::engine::template;
use crate::resources::tool::Tool;
use crate::resources::tool_http::{HttpMethod, HttpTool};
use crate::resources::value_source::Source;

/// Characters of an error's body that the model is told.
const MAX_QUOTE: usize = 2000;
/// Bytes of an answer that are read for filters, which need all of it.
const MAX_FILTERED: usize = 10 << 20;

/// Calls the tool; every failure is a reply. With `filtered`, the answer is for filters, so that a cut one is an error.
pub(super) async fn call(
    world: &ToolWorld<'_>,
    tool: &Tool,
    arguments: &Map<String, Value>,
    filtered: bool,
) -> Reply {
    let Some(http) = &tool.spec.http else { return Reply::error("the tool has no spec.http") };
    let mut request = match build(world, tool, http, arguments).await {
        Ok(request) => request,
        Err(error) => return Reply::error(error),
    };
    if filtered {
        request.max_body = MAX_FILTERED;
    }
    match world.outbound.fetch(request).await {
        Ok(Fetched { status, text, .. }) if status >= 400 => {
            let said: String = text.chars().take(MAX_QUOTE).collect();
            Reply::error(format!("HTTP status {status}: {said}"))
        }
        Ok(Fetched { cut: true, .. }) if filtered => Reply::error(format!(
            "the answer is longer than {} MiB, so that its filter cannot be applied; ask for less",
            MAX_FILTERED >> 20
        )),
        Ok(Fetched { mut text, cut: true, .. }) => {
            text.truncate(text.floor_char_boundary(MAX_RESULT - CUT.len()));
            Reply::ok(text + CUT)
        }
        Ok(Fetched { text, .. }) => Reply::ok(text),
        Err(why) => Reply::error(why),
    }
}

/// Ends an answer whose length is not known, because not all of it was read.
const CUT: &str = " … [cut here; there is more]";

async fn build(
    world: &ToolWorld<'_>,
    tool: &Tool,
    http: &HttpTool,
    arguments: &Map<String, Value>,
) -> Result<FetchRequest, RunError> {
    let namespace = tool.metadata.namespace.as_deref().unwrap_or_default();
    let name = tool.metadata.name.as_deref().unwrap_or_default();
    let mut parameters = BTreeMap::new();
    for parameter in &http.body_parameters {
        let field = format!("Body parameter '{}' of tool '{name}'", parameter.name);
        let value = world.world.value(namespace, parameter.source(), Some(world.parameters), &field).await?;
        parameters.insert(parameter.name.clone(), value.unwrap_or_default());
    }
    let data = Data { tool, arguments, parameters: &parameters };
    let mut headers = Vec::with_capacity(http.headers.len() + 1);
    for header in &http.headers {
        let field = format!("Header '{}' of tool '{name}'", header.name);
        let source = header.value.source();
        let value = match source {
            // What is looked up is no template: it is a value that its owner wrote for another end.
            Source::Literal(text) if text.contains("{{") => Some(data.render(text, false, &field)?),
            source => world.world.value(namespace, source, Some(world.parameters), &field).await?,
        };
        headers.extend(value.map(|value| (header.name.clone(), Secret::new(value))));
    }
    if let Some(parent) = &world.traceparent
        && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(TRACEPARENT))
    {
        headers.push((TRACEPARENT.into(), Secret::new(parent.as_str())));
    }
    let (method, with_body) = match http.method {
        HttpMethod::Get => (Method::GET, false),
        HttpMethod::Post => (Method::POST, true),
        HttpMethod::Put => (Method::PUT, true),
        HttpMethod::Delete => (Method::DELETE, false),
        HttpMethod::Patch => (Method::PATCH, true),
    };
    let mut body = None;
    if with_body && !http.body.is_empty() {
        let declared = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json = declared.map_or_else(|| is_json(&http.body), |(_, kind)| kind.reveal().contains("json"));
        if declared.is_none() && json {
            headers.push(("Content-Type".into(), Secret::new("application/json")));
        }
        body = Some(data.render(&http.body, json, &format!("spec.http.body of tool '{name}'"))?);
    }
    let url = url::fill(&http.url, arguments, &parameters);
    Ok(FetchRequest { method, url, headers, body, timeout: http.timeout(), max_body: MAX_RESULT })
}

/// What templates of a tool are rendered over.
struct Data<'a> {
    tool: &'a Tool,
    arguments: &'a Map<String, Value>,
    parameters: &'a BTreeMap<String, String>,
}

impl Data<'_> {
    fn render(&self, text: &str, json: bool, field: &str) -> Result<String, RunError> {
        const KNOWN: &str = "is '.input' with the arguments, and the body parameters";
        // A declared argument that the model left out is nothing, not a mistake of the template.
        let absent = if json { GoValue::Nil } else { GoValue::String("".into()) };
        let declared =
            self.tool.spec.input_schema.as_ref().and_then(|schema| schema.get("properties")?.as_object());
        let mut input: BTreeMap<Arc<str>, GoValue> =
            declared.into_iter().flatten().map(|(name, _)| (name.as_str().into(), absent.clone())).collect();
        input.extend(self.arguments.iter().map(|(name, value)| (name.as_str().into(), go_value(value))));
        let parameters = self
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str().into(), GoValue::String(value.as_str().into())));
        let all = std::iter::once((Arc::from("input"), GoValue::Map(input.into()))).chain(parameters);
        let data = GoValue::Map(Arc::new(all.collect()));
        match json {
            true => template::render_json(text, &data, KNOWN, field),
            false => template::render_value(text, &data, KNOWN, field),
        }
    }
}

/// Whether a body's own text, behind the actions at its beginning, begins as JSON does.
fn is_json(body: &str) -> bool {
    let mut rest = body.trim_start();
    while let Some(action) = rest.strip_prefix("{{") {
        rest = action.split_once("}}").map_or("", |(_, behind)| behind.trim_start());
    }
    rest.starts_with(['{', '['])
}

/// A JSON value as template data.
fn go_value(value: &Value) -> GoValue {
    match value {
        Value::Null => GoValue::Nil,
        Value::Bool(flag) => GoValue::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(integer), ..) => GoValue::Int(integer),
            (None, Some(integer), _) => GoValue::Uint(integer),
            (None, None, Some(float)) => GoValue::Float(float),
            (None, None, None) => GoValue::String(number.to_string().into()),
        },
        Value::String(string) => GoValue::String(string.as_str().into()),
        Value::Array(items) => GoValue::List(items.iter().map(go_value).collect()),
        Value::Object(map) => {
            GoValue::Map(Arc::new(map.iter().map(|(k, v)| (k.as_str().into(), go_value(v))).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(text: &str, json: bool) -> Result<String, RunError> {
        let tool = Tool::new(
            "tides",
            serde_json::from_value(json!({"type": "http",
                "inputSchema": {"properties": {"port": {}, "unit": {}}}}))
            .unwrap(),
        );
        let arguments = json!({"port": "a\"b", "days": 2}).as_object().unwrap().clone();
        let parameters = BTreeMap::from([("key".to_owned(), "k\"1".to_owned())]);
        Data { tool: &tool, arguments: &arguments, parameters: &parameters }.render(text, json, "the body")
    }

    #[test]
    fn bodies_see_arguments_and_parameters() {
        let body = r#"{"port": "{{.input.port}}", "days": {{.input.days}}, "key": "{{.key}}", "unit": {{.input.unit}}}"#;
        let rendered: Value = serde_json::from_str(&render(body, true).unwrap()).unwrap();
        assert_eq!(rendered, json!({"port": "a\"b", "days": 2, "key": "k\"1", "unit": null}));
        assert_eq!(render("{{.input.port}};{{.input.unit}};{{.key}}", false).unwrap(), "a\"b;;k\"1");
        let typo = render("{{.input.prot}}", false).unwrap_err();
        assert!(typo.message.contains("'prot'"), "{typo}");
        assert_eq!(render("{{if .input.unit}}x{{else}}y{{end}}", true).unwrap(), "y");
    }

    #[test]
    fn json_is_known_by_its_own_text() {
        for json in ["{\"a\": 1}", " [1]", "{{if .input.a}}{\"a\": 1}{{end}}", "{{/* a */}}\n{}"] {
            assert!(is_json(json), "{json}");
        }
        for text in ["{{.input.payload}}", "a={{.input.a}}", "<a/>"] {
            assert!(!is_json(text), "{text}");
        }
    }
}

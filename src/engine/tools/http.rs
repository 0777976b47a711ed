//! HTTP tools: a URL with placeholders, headers, a body template.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as GoValue;
use reqwest::Method;
use serde_json::{Map, Value};

use super::{MAX_RESULT, Reply, ToolWorld, url};
use crate::engine::error::{RunError, codes};
use crate::engine::providers::{FetchRequest, Fetched};
use crate::engine::secret::Secret;
use crate::engine::spans::TRACEPARENT;
use crate::engine::template;
use crate::resources::tool::Tool;
use crate::resources::tool_http::HttpMethod;
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
    match send(world, tool, arguments, filtered).await {
        Ok(answer) => told(answer, filtered),
        Err(reply) => reply,
    }
}

/// The answer as it came, or why there is none.
pub(super) async fn send(
    world: &ToolWorld<'_>,
    tool: &Tool,
    arguments: &Map<String, Value>,
    filtered: bool,
) -> Result<Fetched, Reply> {
    let mut request = build(world, tool, arguments, Look::Up).await.map_err(Reply::error)?;
    if filtered {
        request.max_body = MAX_FILTERED;
    }
    world.outbound.fetch(request).await.map_err(Reply::error)
}

/// What an answer is to the model.
pub(super) fn told(answer: Fetched, filtered: bool) -> Reply {
    match answer {
        Fetched { status, text, .. } if status >= 400 => {
            let said: String = text.chars().take(MAX_QUOTE).collect();
            Reply::error(format!("HTTP status {status}: {said}"))
        }
        Fetched { cut: true, .. } if filtered => Reply::error(format!(
            "the answer is longer than {} MiB, so that its filter cannot be applied; ask for less",
            MAX_FILTERED >> 20
        )),
        Fetched { mut text, cut: true, .. } => {
            text.truncate(text.floor_char_boundary(MAX_RESULT - CUT.len()));
            Reply::ok(text + CUT)
        }
        Fetched { text, .. } => Reply::ok(text),
    }
}

/// The request as people read it: its line, its headers, an empty line, its body. Secrets are named, never read.
pub(super) async fn describe(
    world: &ToolWorld<'_>,
    tool: &Tool,
    arguments: &Map<String, Value>,
) -> Result<String, RunError> {
    let request = build(world, tool, arguments, Look::Name).await?;
    let mut text = format!("{} {}", request.method, request.url);
    for (name, value) in &request.headers {
        text.push_str(&format!("\n{name}: {}", value.reveal()));
    }
    if let Some(body) = &request.body {
        text.push_str("\n\n");
        text.push_str(body);
    }
    Ok(text)
}

/// What becomes of values that stand elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// They are looked up, to be sent.
    Up,
    /// Secrets and parameters of a query are named, to be shown.
    Name,
}

impl Look {
    async fn value(
        self,
        world: &ToolWorld<'_>,
        namespace: &str,
        source: Source<'_>,
        field: &str,
    ) -> Result<Option<String>, RunError> {
        match (self, source) {
            (Self::Name, Source::Secret(key)) => {
                Ok(Some(format!("‹key {} of secret {}›", key.key, key.name)))
            }
            (Self::Name, Source::QueryParameter(name)) => Ok(Some(format!("‹query parameter {name}›"))),
            (_, source) => world.world.value(namespace, source, Some(world.parameters), field).await,
        }
    }
}

/// Ends an answer whose length is not known, because not all of it was read.
const CUT: &str = " … [cut here; there is more]";

async fn build(
    world: &ToolWorld<'_>,
    tool: &Tool,
    arguments: &Map<String, Value>,
    look: Look,
) -> Result<FetchRequest, RunError> {
    let Some(http) = &tool.spec.http else {
        return Err(RunError::new(codes::TOOL_NOT_YET_SUPPORTED, "the tool has no spec.http"));
    };
    let namespace = tool.metadata.namespace.as_deref().unwrap_or_default();
    let name = tool.metadata.name.as_deref().unwrap_or_default();
    let mut parameters = BTreeMap::new();
    for parameter in &http.body_parameters {
        let field = format!("Body parameter '{}' of tool '{name}'", parameter.name);
        let value = look.value(world, namespace, parameter.source(), &field).await?;
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
            source => look.value(world, namespace, source, &field).await?,
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

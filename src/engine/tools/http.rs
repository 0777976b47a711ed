//! HTTP tools: a URL with placeholders, headers, a body template.

use std::sync::Arc;

use gotmpl::Value as GoValue;
use reqwest::Method;
use serde_json::{Map, Value};

use super::{Reply, ToolWorld};
use crate::engine::error::RunError;
use crate::engine::providers::FetchRequest;
use crate::engine::secret::Secret;
use crate::engine::template;
use crate::resources::tool::Tool;
use crate::resources::tool_http::{HttpMethod, HttpTool};

/// Characters of an error's body that the model is told.
const MAX_QUOTE: usize = 2000;

/// Calls the tool; every failure is a reply.
pub(super) async fn call(world: &ToolWorld<'_>, tool: &Tool, arguments: &Map<String, Value>) -> Reply {
    let Some(http) = &tool.spec.http else { return Reply::error("the tool has no spec.http") };
    let request = match build(world, tool, http, arguments).await {
        Ok(request) => request,
        Err(error) => return Reply::error(error),
    };
    match world.outbound.fetch(request).await {
        Ok(answer) if answer.status < 400 => Reply::ok(answer.text),
        Ok(answer) => {
            let said: String = answer.text.chars().take(MAX_QUOTE).collect();
            Reply::error(format!("HTTP status {}: {said}", answer.status))
        }
        Err(why) => Reply::error(why),
    }
}

async fn build(
    world: &ToolWorld<'_>,
    tool: &Tool,
    http: &HttpTool,
    arguments: &Map<String, Value>,
) -> Result<FetchRequest, RunError> {
    let namespace = tool.metadata.namespace.as_deref().unwrap_or_default();
    let name = tool.metadata.name.as_deref().unwrap_or_default();
    let mut headers = Vec::with_capacity(http.headers.len() + 1);
    for header in &http.headers {
        let field = format!("Header '{}' of tool '{name}'", header.name);
        let value =
            world.world.value(namespace, header.value.source(), Some(world.parameters), &field).await?;
        headers.extend(value.map(|value| (header.name.clone(), Secret::new(value))));
    }
    let method = match http.method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Patch => Method::PATCH,
    };
    let with_body = matches!(http.method, HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch);
    let body = if with_body && !http.body.is_empty() {
        let json = is_json(&http.body);
        if json && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type".into(), Secret::new("application/json")));
        }
        let mut data = std::collections::BTreeMap::from([(
            Arc::from("input"),
            go_value(&arguments.clone().into(), json),
        )]);
        for parameter in &http.body_parameters {
            let field = format!("Body parameter '{}' of tool '{name}'", parameter.name);
            let value =
                world.world.value(namespace, parameter.source(), Some(world.parameters), &field).await?;
            data.insert(parameter.name.as_str().into(), text(&value.unwrap_or_default(), json));
        }
        let data = GoValue::Map(Arc::new(data));
        let known = "is '.input' with the arguments, and the body parameters";
        Some(template::render_value(&http.body, &data, known, &format!("spec.http.body of tool '{name}'"))?)
    } else {
        None
    };
    let url = fill(&http.url, arguments);
    Ok(FetchRequest { method, url, headers, body, timeout: http.timeout() })
}

/// Puts arguments in the place of `{name}`, escaped, so that an argument cannot leave its place in the URL.
/// A placeholder without argument stays.
fn fill(url: &str, arguments: &Map<String, Value>) -> String {
    let mut filled = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) if arguments.contains_key(name) => {
                filled.push_str(&escape(&plain(&arguments[name])));
                rest = tail;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn is_json(body: &str) -> bool {
    body.trim_start().starts_with(['{', '[']) && !body.trim_start().starts_with("{{")
}

/// A JSON value as template data. In a JSON body texts are escaped, so that a quote in an argument cannot break out.
fn go_value(value: &Value, json: bool) -> GoValue {
    match value {
        Value::Null => GoValue::Nil,
        Value::Bool(flag) => GoValue::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => GoValue::Int(integer),
            (None, Some(float)) => GoValue::Float(float),
            (None, None) => text(&number.to_string(), json),
        },
        Value::String(string) => text(string, json),
        Value::Array(items) => GoValue::List(items.iter().map(|item| go_value(item, json)).collect()),
        Value::Object(map) => {
            GoValue::Map(Arc::new(map.iter().map(|(k, v)| (k.as_str().into(), go_value(v, json))).collect()))
        }
    }
}

fn text(string: &str, json: bool) -> GoValue {
    if !json {
        return GoValue::String(string.into());
    }
    let quoted = Value::String(string.to_owned()).to_string();
    GoValue::String(quoted[1..quoted.len() - 1].into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(json: Value) -> Map<String, Value> {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn arguments_cannot_leave_their_place_in_the_url() {
        let arguments = arguments(json!({"port": "../admin?x=1#", "day": 3}));
        assert_eq!(
            fill("https://tides.example/{port}/{day}?u={unit}", &arguments),
            "https://tides.example/..%2Fadmin%3Fx%3D1%23/3?u={unit}"
        );
    }

    #[test]
    fn a_quote_in_an_argument_does_not_break_a_json_body() {
        let body = r#"{"port": "{{.input.port}}", "days": {{.input.days}}}"#;
        let input = go_value(&json!({"port": "a\", \"admin\": \"yes", "days": 2}), is_json(body));
        let data = GoValue::Map(Arc::new([(Arc::from("input"), input)].into_iter().collect()));
        let rendered = template::render_value(body, &data, "", "spec.http.body").unwrap();
        let parsed: Value = serde_json::from_str(&rendered).unwrap();
        assert_eq!(parsed, json!({"port": "a\", \"admin\": \"yes", "days": 2}));
    }
}

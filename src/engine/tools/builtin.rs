//! The two tools that Ark brings.

use serde_json::{Map, Value, json};

use super::Reply;

/// Name of the tool that does nothing.
pub(super) const NOOP: &str = "noop";
/// Name of the tool that ends the agent's work.
pub(super) const TERMINATE: &str = "terminate";

/// Answers with its arguments.
pub(super) fn noop(arguments: &Map<String, Value>) -> Reply {
    Reply::ok(Value::Object(arguments.clone()).to_string())
}

/// Ends the agent's work with `response` as its answer.
pub(super) fn terminate(arguments: &Map<String, Value>) -> Reply {
    let response = arguments.get("response").and_then(Value::as_str).unwrap_or_default();
    Reply { ends: true, ..Reply::ok(response) }
}

/// Description and schema of a built-in tool.
pub(super) fn describe(name: &str) -> Option<(&'static str, Value)> {
    let text = |property: &str, description: &str| json!({"type": "object", "properties": {property: {"type": "string", "description": description}}});
    match name {
        NOOP => Some(("Does nothing and answers with its arguments.", text("message", "Any text."))),
        TERMINATE => {
            Some(("Ends the conversation with a final response.", text("response", "The final response.")))
        }
        _ => None,
    }
}

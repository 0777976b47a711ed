//! A tool asked directly: the question is its arguments.

use serde_json::{Value, json};

use super::call::Called;
use super::outcome::Answer;
use super::place::Place;
use super::{Run, call, input};
use crate::engine::error::{RunError, codes};
use crate::engine::journal::ToolCall;
use crate::engine::providers::Message;
use crate::engine::tools;
use crate::resources::tool::Tool;

/// Calls the tool `name`: a JSON object is its arguments, any other text its argument `input`.
pub(super) async fn answer(
    run: &Run,
    place: &Place,
    name: &str,
    question: &[Message],
) -> Result<Answer, RunError> {
    let object: Tool = run.world.get(&run.namespace, name).await?;
    let tool = tools::definition_of(object)
        .map_err(|why| RunError::new(codes::TOOL_NOT_YET_SUPPORTED, format!("Tool '{name}': {why}.")))?;
    let text = input::question(question);
    let arguments = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(_)) => text,
        _ => json!({ "input": text }).to_string(),
    };
    let asked = ToolCall { id: format!("tool-call-{name}"), name: name.to_owned(), arguments };
    let mut tool = tool;
    name.clone_into(&mut tool.definition.name);
    let called = call::all(run, place, 0, &[tool], std::slice::from_ref(&asked)).await?;
    let Some(Called { reply, .. }) = called.into_iter().next() else {
        return Err(RunError::new(codes::INTERNAL, "The call was not made."));
    };
    if reply.is_error {
        return Err(RunError::new(codes::TOOL_FAILED, format!("Tool '{name}' failed: {}", reply.content)));
    }
    let messages = vec![Message::tool(asked.id, reply.content.as_str())];
    Ok(Answer::new(reply.content, messages))
}

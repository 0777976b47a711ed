//! A request as the messages API takes it. Only what is set is sent.

use serde_json::{Map, Value, json};

use crate::engine::providers::parts::Part;
use crate::engine::providers::turns::{
    ANSWER_TOOL, ANSWER_TOOL_USE, Block, Conversation, can_be_forced, no_place,
};
use crate::engine::providers::{ChatRequest, ModelEndpoint, ModelError, set_properties};

/// Options that belong to us: a property of the Model cannot set them.
const RESERVED: &[&str] = &["messages", "stream", "system", "tools"];
/// Tokens of an answer when the Model's properties say nothing: the API wants a number, and all models that are served
/// today reach this one.
const MAX_TOKENS: i64 = 8192;

/// The request's JSON.
pub(super) fn body(
    request: &ChatRequest,
    endpoint: &ModelEndpoint,
    stream: bool,
) -> Result<Value, ModelError> {
    let forced = can_be_forced(endpoint);
    let conversation = Conversation::of(request, forced);
    let mut messages = Vec::with_capacity(conversation.turns.len());
    for turn in &conversation.turns {
        let blocks = turn.blocks.iter().map(block).collect::<Result<Vec<_>, _>>()?;
        let role = if turn.assistant { "assistant" } else { "user" };
        messages.push(json!({"role": role, "content": blocks}));
    }
    let mut body = Map::new();
    body.insert("model".into(), json!(endpoint.model));
    body.insert("max_tokens".into(), json!(MAX_TOKENS));
    body.insert("messages".into(), messages.into());
    if stream {
        body.insert("stream".into(), json!(true));
    }
    if !conversation.system.is_empty() {
        body.insert("system".into(), json!(conversation.system.join("\n\n")));
    }
    let mut tools: Vec<Value> =
        request.tools.iter().map(|tool| tool_json(&tool.name, &tool.description, &tool.parameters)).collect();
    if let Some(output) = &request.output_schema {
        tools.push(tool_json(ANSWER_TOOL, ANSWER_TOOL_USE, &output.schema));
    }
    if !tools.is_empty() {
        body.insert("tools".into(), tools.into());
    }
    let choice = match &request.output_schema {
        Some(_) if !forced => None,
        Some(_) if request.tools.is_empty() => Some(json!({"type": "tool", "name": ANSWER_TOOL})),
        Some(_) => Some(json!({"type": "any"})),
        None if request.must_call && forced && !request.tools.is_empty() => Some(json!({"type": "any"})),
        None => None,
    };
    if let Some(choice) = choice {
        body.insert("tool_choice".into(), choice);
    }
    set_properties(&mut body, &endpoint.properties, RESERVED);
    Ok(Value::Object(body))
}

fn tool_json(name: &str, description: &str, schema: &Value) -> Value {
    let mut tool = json!({"name": name, "input_schema": schema});
    if !description.is_empty() {
        tool["description"] = json!(description);
    }
    tool
}

fn block(block: &Block<'_>) -> Result<Value, ModelError> {
    Ok(match block {
        Block::Text(text) => json!({"type": "text", "text": text}),
        Block::Thought(thought) if thought.signature.is_empty() => {
            json!({"type": "redacted_thinking", "data": thought.redacted})
        }
        Block::Thought(thought) => {
            json!({"type": "thinking", "thinking": thought.text, "signature": thought.signature})
        }
        Block::Call { id, name, input } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": input})
        }
        Block::Result { id, text } => json!({"type": "tool_result", "tool_use_id": id, "content": text}),
        Block::Part(Part::Text(text)) => json!({"type": "text", "text": text}),
        Block::Part(Part::ImageData { media_type, data }) => {
            json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
        }
        Block::Part(Part::ImageUrl(url)) => {
            json!({"type": "image", "source": {"type": "url", "url": url}})
        }
        Block::Part(Part::FileData { media_type, data, .. }) => {
            json!({"type": "document", "source": {"type": "base64", "media_type": media_type, "data": data}})
        }
        // Written for this API already.
        Block::Part(Part::Other("image" | "document" | "search_result", part)) => (*part).clone(),
        Block::Part(Part::Other(kind, _)) => return Err(no_place("Anthropic", kind)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::providers::{Api, Content, Message, OutputSchema, Role, ToolDefinition};
    use crate::engine::secret::Secret;

    fn endpoint(properties: Value) -> ModelEndpoint {
        ModelEndpoint {
            api: Api::Anthropic { version: "2023-06-01".into() },
            base_url: "https://gull.example".into(),
            key: Secret::new("k"),
            model: "gull-4".into(),
            headers: vec![],
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    fn tool() -> ToolDefinition {
        let parameters = json!({"type": "object", "properties": {}});
        ToolDefinition { name: "tide".into(), description: "Tells the tide.".into(), parameters }
    }

    fn schema() -> OutputSchema {
        OutputSchema { name: "n".into(), schema: json!({"type": "object"}) }
    }

    #[test]
    fn images_and_files_go_in_and_sounds_do_not() {
        let parts = vec![
            json!({"type": "text", "text": "What is this?"}),
            json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
            json!({"type": "image_url", "image_url": {"url": "https://quay.example/a.png"}}),
            json!({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"}}),
        ];
        let mut message = Message::user("");
        message.content = Some(Content::Parts(parts));
        let mut request = ChatRequest { messages: vec![message], ..ChatRequest::default() };
        let json = body(&request, &endpoint(json!({})), false).unwrap();
        assert_eq!(
            json["messages"][0]["content"],
            json!([
                {"type": "text", "text": "What is this?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                {"type": "image", "source": {"type": "url", "url": "https://quay.example/a.png"}},
                {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "BBBB"}},
            ])
        );
        request.messages[0].content = Some(Content::Parts(vec![json!({"type": "input_audio"})]));
        let error = body(&request, &endpoint(json!({})), false).unwrap_err();
        assert_eq!(
            error.message,
            "Anthropic takes no message part of type 'input_audio'. Leave it out, or use another Model."
        );
        assert_eq!(request.messages[0].role, Role::User);
    }

    #[test]
    fn properties_win_but_for_ours() {
        let request = ChatRequest { messages: vec![Message::user("Tides?")], ..ChatRequest::default() };
        let json =
            body(&request, &endpoint(json!({"max_tokens": 99, "stream": false, "top_k": 5})), true).unwrap();
        assert_eq!(
            (&json["max_tokens"], &json["stream"], &json["top_k"]),
            (&json!(99), &json!(true), &json!(5))
        );
        assert!(json.get("temperature").is_none() && json.get("system").is_none());
    }

    #[test]
    fn an_answer_by_schema_is_a_forced_tool_unless_the_model_thinks() {
        let choice = |tools: Vec<ToolDefinition>, output: bool, must_call: bool, properties: Value| {
            let output_schema = output.then(schema);
            let messages = vec![Message::user("Tides?")];
            let request = ChatRequest { messages, tools, output_schema, must_call };
            let json = body(&request, &endpoint(properties), true).unwrap();
            (json["tools"].as_array().map_or(0, Vec::len), json["tool_choice"].clone())
        };
        let forced = json!({"type": "tool", "name": "final_answer"});
        assert_eq!(choice(vec![], true, false, json!({})), (1, forced));
        assert_eq!(choice(vec![tool()], true, false, json!({})), (2, json!({"type": "any"})));
        assert_eq!(choice(vec![tool()], false, true, json!({})), (1, json!({"type": "any"})));
        assert_eq!(choice(vec![tool()], false, false, json!({})), (1, Value::Null));
        let in_words = |model: &str| {
            let messages = vec![Message::user("Tides?")];
            let request = ChatRequest { messages, output_schema: Some(schema()), ..ChatRequest::default() };
            let endpoint = ModelEndpoint { model: model.into(), ..endpoint(json!({})) };
            let json = body(&request, &endpoint, true).unwrap();
            json.get("tool_choice").is_none() && json["system"].as_str().unwrap().contains("final_answer")
        };
        assert!(in_words("claude-opus-5-5"));
        assert_eq!(choice(vec![], true, false, json!({"thinking": {"type": "enabled"}})), (1, Value::Null));
    }
}
